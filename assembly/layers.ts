/** One document set or hierarchy at a time: its Allow and Deny as truth values (3V-7, 3V-8), and who hit. */
import { DocumentUse, Format, FrameSet, Grant, LayerCode, OptionBits, Truth } from "../src/bytecode/layout";
import { ActionBits, actionBits } from "./actions";
import { imageIndex, levelSet, levelsCount, option, setMissingCount } from "./bundle";
import { candidateCount, candidates, findCandidates, isPicked, STATEMENT_MASK, USE_SHIFT } from "./candidates";
import { denyList, identityList, resourceList } from "./memory";
import {
  addItem,
  beginGroup,
  endGroup,
  isPlanning,
  ItemBits,
  Mode,
  mode,
  nextGroup,
  planElement,
  ResidualGroup,
  ResidualItem,
  spoilPlan,
} from "./residual";
import {
  conditionOf,
  isDeny,
  isSettled,
  resourceElementOf,
  restTruth,
  settledCondition,
  settledTruth,
  statementCertainKinds,
  statementPossibleKinds,
} from "./statement";
import { blockTruth } from "./conditions";

/** Truths of the set evaluated last. */
export let allow: u32 = Truth.False;
export let deny: u32 = Truth.False;
/** Kinds of the resource sets evaluated since `resetKinds`: of `policy` documents and of the others. */
export let policyCertain: u32 = 0;
export let policyPossible: u32 = 0;
export let otherCertain: u32 = 0;
export let otherPossible: u32 = 0;

export let denyCount: u32 = 0;
export let identityCount: u32 = 0;
export let resourceCount: u32 = 0;

/** Set on statement ids of the overlay in lists. */
export const OVERLAY_BIT: u32 = 0x80000000;

export function resetLists(): void {
  denyCount = 0;
  identityCount = 0;
  resourceCount = 0;
}

export function resetKinds(): void {
  policyCertain = 0;
  policyPossible = 0;
  otherCertain = 0;
  otherPossible = 0;
}

/** A layer that is decided without statements. */
export function fixedLayer(allowed: u32, denied: u32): void {
  allow = allowed;
  deny = denied;
}

/** A layer of which nothing is known. */
export function unknownLayer(): void {
  fixedLayer(Truth.Unknown, Truth.Unknown);
}

/** Evaluates a set whose statements have no Principal, or whose Principal only gates (SCP, RCP, VPCE). */
export function evaluateSet(set: u32, layer: u32): void {
  if (mode == Mode.Replay) return replaySet(layer);
  if (mode == Mode.Record) return recordSet(set, layer != LayerCode.Identity);
  allow = Truth.False;
  deny = Truth.False;
  findCandidates(set);
  const words = candidates;
  const count = candidateCount;
  for (let index: u32 = 0; index < count; index++) {
    const statement = load<u32>(words + index * 4) & STATEMENT_MASK;
    const truth = restTruth(statement);
    if (truth == Truth.False) continue;
    countStatement(statement, isDeny(statement), truth, layer);
  }
  if (setMissingCount(set) != 0) {
    allow = max(allow, <u32>Truth.Unknown);
    deny = max(deny, <u32>Truth.Unknown);
  }
}

/** One statement's part in its layer. */
function countStatement(statement: u32, denies: bool, truth: u32, layer: u32): void {
  if (denies) {
    deny = max(deny, truth);
    if (truth == Truth.True) pushDeny(statement, layer);
  } else {
    allow = max(allow, truth);
    if (truth == Truth.True && layer == LayerCode.Identity) pushIdentity(statement, layer);
  }
}

/** The same from what was noted of the set. */
function replaySet(layer: u32): void {
  const group = nextGroup();
  allow = load<u32>(group, ResidualGroup.Allow);
  deny = load<u32>(group, ResidualGroup.Deny);
  let item = group + ResidualGroup.Items;
  const end = item + load<u32>(group, ResidualGroup.Count) * ResidualItem.Size;
  for (; item < end; item += ResidualItem.Size) {
    const truth = itemTruth(item);
    if (truth == Truth.False) continue;
    const denies = (load<u32>(item, ResidualItem.Bits) & ItemBits.Deny) != 0;
    countStatement(load<u32>(item, ResidualItem.Statement) & STATEMENT_MASK, denies, truth, layer);
  }
}

/** Truth of a statement of which the rest is noted. */
function itemTruth(item: u32): u32 {
  const bits = load<u32>(item, ResidualItem.Bits);
  if (bits & ItemBits.Open) return restTruth(load<u32>(item, ResidualItem.Statement) & STATEMENT_MASK);
  const condition = load<u32>(item, ResidualItem.Condition);
  const truth: u32 = bits & ItemBits.Truth;
  if (condition == <u32>Format.None) return truth;
  return min(truth, blockTruth(condition, (bits & ItemBits.Deny) != 0));
}

/** Notes what of a set can still hit. `bare`: its Allows are never named. */
function recordSet(set: u32, bare: bool): void {
  fixedLayer(Truth.False, Truth.False);
  findCandidates(set);
  const words = candidates;
  const count = candidateCount;
  const missing = setMissingCount(set) != 0;
  let allowed: u32 = missing ? Truth.Unknown : Truth.False;
  const denied: u32 = allowed;
  const group = beginGroup(missing);
  let open = true;
  for (let index: u32 = 0; index < count; index++) {
    const statement = load<u32>(words + index * 4) & STATEMENT_MASK;
    const denies = isDeny(statement);
    planStatement(statement);
    if (!recordStatement(statement, statement, denies)) continue;
    if (bare && !denies && lastItemIsCertain) {
      allowed = Truth.True;
      open = false;
    }
  }
  endGroup(group, allowed, denied, !open);
}

/** A plan lists what the resource is held against, whether it matches or not. */
function planStatement(statement: u32): void {
  if (!isPlanning) return;
  if (isPicked || !isSettled(statement)) spoilPlan();
  else planElement(resourceElementOf(statement));
}

/** Whether the statement noted last hits whatever the request. */
let lastItemIsCertain: bool = false;

/** Notes a statement unless it cannot hit; `word`: with its document's use. */
function recordStatement(word: u32, statement: u32, denies: bool): bool {
  const sign: u32 = denies ? ItemBits.Deny : 0;
  lastItemIsCertain = false;
  if (!isSettled(statement)) {
    addItem(word, conditionOf(statement), sign | ItemBits.Open);
    return true;
  }
  const truth = settledTruth(statement);
  if (truth == Truth.False) return false;
  lastItemIsCertain = truth == Truth.True && settledCondition == <u32>Format.None;
  const kinds = (statementCertainKinds << ItemBits.CertainShift) | (statementPossibleKinds << ItemBits.PossibleShift);
  addItem(word, settledCondition, truth | sign | kinds);
  return true;
}

/** Levels of SCPs or RCPs: each must allow, any may deny (EVAL-4). */
export function evaluateLevels(levels: u32, layer: u32): void {
  if (levels == <u32>Format.None) {
    allow = Truth.True;
    deny = Truth.False;
    return;
  }
  const openByItself = layer == LayerCode.Rcp && !option(OptionBits.ManualRcpFullAccess);
  if (levels == <u32>FrameSet.Unknown) {
    unknownLayer();
    if (openByItself) allow = Truth.True;
    return;
  }
  const count = levelsCount(levels);
  let allAllow: u32 = Truth.True;
  let anyDeny: u32 = Truth.False;
  for (let level: u32 = 0; level < count; level++) {
    evaluateSet(levelSet(levels, level), layer);
    if (!openByItself) allAllow = min(allAllow, allow);
    anyDeny = max(anyDeny, deny);
  }
  allow = allAllow;
  deny = anyDeny;
}

/** A resource's documents: their denies, and their kinds of grant added to those so far. */
export function evaluateResourceSet(set: u32, layer: u32): void {
  if (mode == Mode.Replay) return replayResourceSet(layer);
  if (mode == Mode.Record) return recordResourceSet(set);
  deny = Truth.False;
  findCandidates(set);
  const words = candidates;
  const count = candidateCount;
  for (let index: u32 = 0; index < count; index++) {
    const word = load<u32>(words + index * 4);
    const statement = word & STATEMENT_MASK;
    const use = word >> USE_SHIFT;
    if (!documentCounts(use)) continue;
    const denies = isDeny(statement);
    if (!denies && use == DocumentUse.DenyOnly) continue;
    const truth = restTruth(statement);
    if (truth == Truth.False) continue;
    if (denies) countStatement(statement, true, truth, layer);
    else addKinds(statement, use, layer, truth, statementCertainKinds, statementPossibleKinds);
  }
  if (setMissingCount(set) != 0) unknownResource();
}

function replayResourceSet(layer: u32): void {
  const group = nextGroup();
  deny = Truth.False;
  let item = group + ResidualGroup.Items;
  const end = item + load<u32>(group, ResidualGroup.Count) * ResidualItem.Size;
  for (; item < end; item += ResidualItem.Size) {
    const truth = itemTruth(item);
    if (truth == Truth.False) continue;
    const word = load<u32>(item, ResidualItem.Statement);
    const statement = word & STATEMENT_MASK;
    const bits = load<u32>(item, ResidualItem.Bits);
    if (bits & ItemBits.Deny) {
      countStatement(statement, true, truth, layer);
      continue;
    }
    const open = (bits & ItemBits.Open) != 0;
    const certain = open ? statementCertainKinds : (bits >> ItemBits.CertainShift) & ItemBits.KindsMask;
    const possible = open ? statementPossibleKinds : (bits >> ItemBits.PossibleShift) & ItemBits.KindsMask;
    addKinds(statement, word >> USE_SHIFT, layer, truth, certain, possible);
  }
  if (load<u32>(group, ResidualGroup.Missing)) unknownResource();
}

function recordResourceSet(set: u32): void {
  findCandidates(set);
  const words = candidates;
  const count = candidateCount;
  const group = beginGroup(setMissingCount(set) != 0);
  for (let index: u32 = 0; index < count; index++) {
    const word = load<u32>(words + index * 4);
    const use = word >> USE_SHIFT;
    const denies = isDeny(word & STATEMENT_MASK);
    if (!documentCounts(use) || (!denies && use == DocumentUse.DenyOnly)) continue;
    planStatement(word & STATEMENT_MASK);
    recordStatement(word, word & STATEMENT_MASK, denies);
  }
  endGroup(group, Truth.False, Truth.False, false);
}

/** A resource's documents are not held: every kind of grant may be in them (3V-8). */
export function unknownResource(): void {
  deny = max(deny, <u32>Truth.Unknown);
  policyPossible |= Grant.All;
}

/** SPEC-14: kms:RetireGrant is a matter of grants alone. */
export function documentCounts(use: u32): bool {
  return use == DocumentUse.KmsGrant || !(actionBits & ActionBits.RetireGrant);
}

function addKinds(statement: u32, use: u32, layer: u32, truth: u32, certainKinds: u32, possibleKinds: u32): void {
  // With the rest of the statement certain, a kind is as certain as its match.
  const certain: u32 = truth == Truth.True ? certainKinds : 0;
  const possible = (certainKinds | possibleKinds) & ~certain;
  if (use == DocumentUse.Policy) {
    policyCertain |= certain;
    policyPossible |= possible;
  } else {
    otherCertain |= certain;
    otherPossible |= possible;
  }
  if (certain != 0) {
    const entry = resourceList + resourceCount++ * 12;
    store<u32>(entry, statement);
    store<u32>(entry, layer | (use << 8), 4);
    store<u32>(entry, certain, 8);
  }
}

function pushDeny(statement: u32, layer: u32): void {
  const entry = denyList + denyCount++ * 8;
  store<u32>(entry, imageIndex ? statement | OVERLAY_BIT : statement);
  store<u32>(entry, layer, 4);
}

function pushIdentity(statement: u32, layer: u32): void {
  const entry = identityList + identityCount++ * 8;
  store<u32>(entry, statement);
  store<u32>(entry, layer, 4);
}
