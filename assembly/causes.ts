/**
 * What an indeterminate answer hangs on (3V-11): a second walk over the layers that are unknown, along the same formulas;
 * what is certainly true or false contributes nothing.
 */
import {
  CallerKind,
  CauseBits,
  Format,
  Frame,
  FrameSet,
  Grant,
  KeyKind,
  LayerCode,
  OptionBits,
  Result,
  SlotState,
  StatementRecord,
  Truth,
  ElementBits,
  DocumentUse,
  ConsentKind,
} from "../src/bytecode/layout";
import { Mark, Op } from "../src/bytecode/opcodes";
import {
  behindDeny,
  behindGrants,
  boundaryAllow,
  boundaryDeny,
  certainKinds,
  denyTruth,
  directMask,
  endpointAllow,
  endpointDeny,
  field,
  gateTruth,
  grantTruth,
  hasAccount,
  identityAllow,
  identityDeny,
  kinds,
  LIMITED_MASK,
  needsConsent,
  passTruth,
  possibleKinds,
  publicGrantsCut,
  rcpAllow,
  rcpDeny,
  possibleHere,
  readsSame,
  resourceDeny,
  scpAllow,
  scpDeny,
  sessionAllow,
  sessionDeny,
  strangerMask,
  unlocked,
} from "./authorize";
import {
  elementAt,
  elementBits,
  elementCount,
  image,
  imageIndex,
  keyKind,
  keyOf,
  levelSet,
  levelsCount,
  option,
  patternAt,
  patternKind,
  patternLength,
  poolAt,
  setCount,
  setMissingCount,
  slotCount,
  slots,
  slotState,
  statementAt,
  use,
  variableKey,
} from "./bundle";
import { candidateCount, candidates, findCandidates, STATEMENT_MASK, USE_SHIFT } from "./candidates";
import {
  blockTruth,
  firstInstruction,
  entryTruth,
  keyAt,
  nextInstruction,
  opAt,
  operandAt,
  operandCount,
  plainKey,
  variablePatternOf,
} from "./conditions";
import { allow, deny, documentCounts, evaluateSet } from "./layers";
import { causeKeys, causeKeysBytes, causeSets, causeSetsBytes, result } from "./memory";
import { overlayImage, overlaySlots } from "./overlay";
import { causesOfKinds, hangsOnBoundary, setPrincipalPlace } from "./principal";
import {
  isDeny,
  principalTruth,
  resourceTruth,
  restTruth,
  statementCertainKinds,
  statementPossibleKinds,
  useBehindResource,
  useRequestResource,
  variablesTruth,
} from "./statement";
import { PatternKind } from "../src/bytecode/opcodes";

let slotBase: u32 = 0;
let setBase: u32 = 0;
let overlaySlotBase: u32 = 0;
let overlaySetBase: u32 = 0;

export function beginCauses(): void {
  memory.fill(causeKeys, 0, causeKeysBytes);
  memory.fill(causeSets, 0, causeSetsBytes);
  slotBase = 0;
  setBase = 0;
  // The overlay's bits begin on the byte behind the bundle's.
  overlaySlotBase = ((slotCount() + 7) >> 3) << 3;
  overlaySetBase = ((setCount() + 7) >> 3) << 3;
  store<u32>(result, causeKeys, Result.CauseKeys);
  store<u32>(result, causeSets, Result.CauseSets);
}

export function causeOwner(): void {
  addBits(CauseBits.Owner);
}

function addBits(bits: u32): void {
  store<u32>(result, load<u32>(result, Result.Causes) | bits, Result.Causes);
}

function addLayer(layer: u32): void {
  store<u32>(result, load<u32>(result, Result.CauseLayers) | (1 << layer), Result.CauseLayers);
}

/** Causes of the reading at hand: of D if it is unknown, and of pass if that is. */
export function collectCauses(): void {
  if (denyTruth == Truth.Unknown) causesOfDeny(true, true);
  if (passTruth == Truth.Unknown) {
    if (gateTruth == Truth.Unknown) causesOfGates();
    if (grantTruth == Truth.Unknown) causesOfGrant();
  }
}

/** STS-2 under its flags: only some layers' denies count. */
export function causesOfSessionToken(scp: bool, others: bool): void {
  beginCauses();
  causesOfDeny(scp, others);
}

// ---- Layers --------------------------------------------------------------------------------------------------------

function causesOfDeny(scp: bool, others: bool): void {
  if (scp && scpDeny == Truth.Unknown) causesOfLevels(field(Frame.Scp), LayerCode.Scp, true);
  if (!others) return;
  if (rcpDeny == Truth.Unknown) causesOfLevels(field(Frame.Rcp), LayerCode.Rcp, true);
  if (endpointDeny == Truth.Unknown) causesOfEndpoint(true);
  if (boundaryDeny == Truth.Unknown) causesOfSet(field(Frame.Boundary), LayerCode.Boundary, true);
  if (sessionDeny == Truth.Unknown) causesOfSession(true);
  if (!unlocked) {
    if (resourceDeny == Truth.Unknown) causesOfResource(field(Frame.ResourceSet), false, true, 0);
    if (behindDeny == Truth.Unknown) {
      useBehindResource();
      causesOfResource(field(Frame.Behind), true, true, 0);
      useRequestResource();
    }
  }
  if (identityDeny == Truth.Unknown) causesOfSet(field(Frame.Identity), LayerCode.Identity, true);
}

function causesOfGates(): void {
  if (scpAllow == Truth.Unknown) causesOfLevels(field(Frame.Scp), LayerCode.Scp, false);
  if (rcpAllow == Truth.Unknown) causesOfLevels(field(Frame.Rcp), LayerCode.Rcp, false);
  if (endpointAllow == Truth.Unknown) causesOfEndpoint(false);
}

function causesOfGrant(): void {
  if (!hasAccount()) {
    causesOfKindsIn(strangerMask());
    return;
  }
  if (!readsSame()) {
    causesOfIdentityPath();
    if (kinds(Grant.All) == Truth.Unknown) causesOfKindsIn(Grant.All);
    return;
  }
  if (kinds(directMask()) == Truth.Unknown) causesOfKindsIn(directMask());
  const limited = kinds(LIMITED_MASK);
  const ceilings = min(boundaryAllow, sessionAllow);
  if (min(limited, ceilings) == Truth.Unknown) {
    if (limited == Truth.Unknown) causesOfKindsIn(LIMITED_MASK);
    causesOfCeilings();
  }
  const byIdentity = min(identityAllow, ceilings);
  const consent = needsConsent() ? kinds(Grant.All) : <u32>Truth.True;
  if (min(byIdentity, consent) == Truth.Unknown) {
    causesOfIdentityPath();
    if (consent == Truth.Unknown) causesOfKindsIn(Grant.All);
  }
}

function causesOfIdentityPath(): void {
  if (identityAllow == Truth.Unknown) causesOfSet(field(Frame.Identity), LayerCode.Identity, false);
  causesOfCeilings();
}

function causesOfCeilings(): void {
  if (boundaryAllow == Truth.Unknown) causesOfSet(field(Frame.Boundary), LayerCode.Boundary, false);
  if (sessionAllow == Truth.Unknown) causesOfSession(false);
}

function causesOfEndpoint(wantDeny: bool): void {
  setPrincipalPlace(false, true);
  causesOfSet(field(Frame.Vpce), LayerCode.Vpce, wantDeny);
  setPrincipalPlace(false, false);
}

function causesOfSession(wantDeny: bool): void {
  if (!field(Frame.SessionInOverlay)) {
    causesOfSet(field(Frame.Session), LayerCode.Session, wantDeny);
    return;
  }
  const world = image;
  const worldSlots = slots;
  use(overlayImage, overlaySlots, 1);
  slotBase = overlaySlotBase;
  setBase = overlaySetBase;
  causesOfSet(field(Frame.Session), LayerCode.Session, wantDeny);
  use(world, worldSlots, 0);
  slotBase = 0;
  setBase = 0;
}

function causesOfLevels(levels: u32, layer: u32, wantDeny: bool): void {
  if (levels == <u32>FrameSet.Unknown) {
    addLayer(layer);
    return;
  }
  const count = levelsCount(levels);
  for (let level: u32 = 0; level < count; level++) {
    const set = levelSet(levels, level);
    evaluateSet(set, layer);
    if ((wantDeny ? deny : allow) == Truth.Unknown) causesOfSet(set, layer, wantDeny);
  }
}

/** Causes of the unknown statements of one effect, and the set's own missing documents. */
function causesOfSet(set: u32, layer: u32, wantDeny: bool): void {
  if (set == <u32>FrameSet.Unknown) {
    addLayer(layer);
    return;
  }
  causesOfMissing(set);
  findCandidates(set);
  const words = candidates;
  const count = candidateCount;
  for (let index: u32 = 0; index < count; index++) {
    const statement = load<u32>(words + index * 4) & STATEMENT_MASK;
    if (isDeny(statement) != wantDeny) continue;
    if (restTruth(statement) == Truth.Unknown) causesOfStatement(statement, Grant.All);
  }
}

function causesOfMissing(set: u32): void {
  if (setMissingCount(set) == 0) return;
  const bit = setBase + set;
  const byte = causeSets + (bit >> 3);
  store<u8>(byte, load<u8>(byte) | (<u8>1 << <u8>(bit & 7)));
}

// ---- The resource's side -------------------------------------------------------------------------------------------

/** Causes of the kinds in `mask` that are merely possible. */
function causesOfKindsIn(mask: u32): void {
  const open = possibleKinds & mask;
  const openHere = open & possibleHere();
  if (openHere) causesOfResource(field(Frame.ResourceSet), false, false, openHere);
  if (open && behindGrants == Truth.Unknown) {
    useBehindResource();
    causesOfResource(field(Frame.Behind), true, false, Grant.All);
    useRequestResource();
  }
}

function causesOfResource(set: u32, behind: bool, wantDeny: bool, openKinds: u32): void {
  const trust = field(Frame.Consent) == ConsentKind.Trust;
  if (set == <u32>FrameSet.Unknown) {
    // TRUST stands for what is behind the resource here: the two are never unknown under one name.
    if (wantDeny || !publicGrantsCut()) addLayer(behind ? LayerCode.Trust : LayerCode.Resource);
    return;
  }
  if (wantDeny || !publicGrantsCut()) causesOfMissing(set);
  setPrincipalPlace(trust, false);
  findCandidates(set);
  const words = candidates;
  const count = candidateCount;
  for (let index: u32 = 0; index < count; index++) {
    const word = load<u32>(words + index * 4);
    const statement = word & STATEMENT_MASK;
    const documentUse = word >> USE_SHIFT;
    if (!documentCounts(documentUse) || isDeny(statement) != wantDeny) continue;
    if (wantDeny) {
      if (restTruth(statement) == Truth.Unknown) causesOfStatement(statement, Grant.All);
      continue;
    }
    if (documentUse == DocumentUse.DenyOnly) continue;
    if (documentUse == DocumentUse.Policy && publicGrantsCut()) continue;
    if (restTruth(statement) == Truth.False) continue;
    if ((statementCertainKinds | statementPossibleKinds) & openKinds) causesOfStatement(statement, openKinds);
  }
  setPrincipalPlace(false, false);
}

// ---- Statements ----------------------------------------------------------------------------------------------------

/** The union over a statement's parts that are unknown (3V-11); of its principal, as far as `kindMask` asks for it. */
function causesOfStatement(statement: u32, kindMask: u32): void {
  const record = statementAt(statement);
  const denies = isDeny(statement);
  const resourceElement = load<u32>(record, StatementRecord.Resource);
  if (resourceTruth(resourceElement) == Truth.Unknown) causesOfPatterns(resourceElement);
  const principal = load<u32>(record, StatementRecord.Principal);
  if (principal != <u32>Format.None && principal != <u32>Format.Never) {
    const truth = principalTruth(principal, denies);
    if (truth != Truth.False && (truth == Truth.Unknown || !denies)) addBits(causesOfKinds(kindMask));
    if (truth == Truth.Unknown && hangsOnBoundary) causesOfBoundary();
  }
  const condition = load<u32>(record, StatementRecord.Condition);
  if (condition != <u32>Format.None && blockTruth(condition, denies) == Truth.Unknown) {
    causesOfBlock(condition, denies);
  }
  const variables = load<u32>(record, StatementRecord.Variables);
  if (variablesTruth(variables) == Truth.Unknown) causesOfVariables(variables);
}

function causesOfBoundary(): void {
  const boundary = field(Frame.Boundary);
  if (boundary == <u32>FrameSet.Unknown) addLayer(LayerCode.Boundary);
  else causesOfMissing(boundary);
}

function causesOfPatterns(element: u32): void {
  const entries = elementAt(element);
  const count = elementCount(element);
  for (let index: u32 = 0; index < count; index++) {
    const pattern = load<u32>(entries + index * 4);
    if (patternKind(pattern) == PatternKind.Variables) causesOfPattern(pattern);
  }
}

function causesOfPattern(pattern: u32): void {
  const text = patternAt(pattern);
  const length = patternLength(pattern);
  let at: u32 = 0;
  while (at < length) {
    if (load<u8>(text + at) == Mark.Variable) {
      causeKey(variableKey(load<u32>(text + at + 1)));
      at += 5;
    } else {
      at++;
    }
  }
}

function causesOfVariables(variables: u32): void {
  const row = poolAt(variables);
  const count = load<u32>(row);
  for (let index: u32 = 1; index <= count; index++) causeKey(variableKey(load<u32>(row + index * 4)));
}

function causesOfBlock(offset: u32, denies: bool): void {
  for (let pc = firstInstruction(offset); opAt(pc) != Op.End; pc = nextInstruction(pc)) {
    if (entryTruth(pc, denies) != Truth.Unknown) continue;
    causeKey(plainKey(keyAt(pc)));
    const count = operandCount(pc);
    for (let index: u32 = 0; index < count; index++) {
      const pattern = variablePatternOf(opAt(pc), operandAt(pc, index));
      if (pattern != <u32>-1) causesOfPattern(pattern);
    }
  }
}

/** Notes a key if it is unknown. */
function causeKey(key: u32): void {
  if (slotState(key) != SlotState.Unknown) return;
  const bit = slotBase + key;
  const byte = causeKeys + (bit >> 3);
  store<u8>(byte, load<u8>(byte) | (<u8>1 << <u8>(bit & 7)));
}
