/** Explain: the same evaluation, statement by statement, with the first part that failed or is unknown (decision 8). */
import {
  CallerBits,
  CallerKind,
  ConsentKind,
  DocumentUse,
  Format,
  Frame,
  LayerCode,
  OptionBits,
  OwnerKind,
  StatementRecord,
  TracePart,
  TraceRecord,
  Truth,
} from "../src/bytecode/layout";
import { boundaryReaches, field, publicGrantsCut, rcpApplies, read, scpApplies, sessionReaches, unlocked } from "./authorize";
import {
  image,
  option,
  policyFirstStatement,
  policyStatementCount,
  setDocumentCount,
  setDocuments,
  slots,
  statementAt,
  use,
} from "./bundle";
import { actionMatches } from "./candidates";
import { blockTruth, firstEntryWith } from "./conditions";
import { documentCounts } from "./layers";
import { textArea, textAreaBytes } from "./memory";
import { overlayImage, overlaySlots } from "./overlay";
import { setPrincipalPlace } from "./principal";
import {
  isDeny,
  principalTruth,
  resourceTruth,
  useBehindResource,
  useRequestResource,
  variablesTruth,
} from "./statement";

let hit: u32 = 0;
let part: u32 = 0;
let entry: u32 = 0;

/**
 * Traces the statements [from, to) of one document of a set into records at `into`. The request must have been decided just
 * before. `behind`: the set is that of the bucket behind an access point.
 */
export function traceDocument(set: u32, document: u32, layer: u32, behind: bool, from: u32, to: u32, into: u32): void {
  const overlay = layer == LayerCode.Session && field(Frame.SessionInOverlay) != 0;
  const world = image;
  const worldSlots = slots;
  if (overlay) use(overlayImage, overlaySlots, 1);
  const onResource = layer == LayerCode.Resource || layer == LayerCode.Trust;
  setPrincipalPlace(onResource && field(Frame.Consent) == ConsentKind.Trust, layer == LayerCode.Vpce);
  if (behind) useBehindResource();
  const pair = setDocuments(set) + document * 8;
  const first = policyFirstStatement(load<u32>(pair));
  const documentUse = load<u32>(pair, 4);
  for (let index = from; index < to; index++) {
    traceStatement(first + index, documentUse, onResource, onResource && !behind);
    const record = into + (index - from) * TraceRecord.Size;
    store<u32>(record, first + index, TraceRecord.Statement);
    store<u32>(record, hit, TraceRecord.Hit);
    store<u32>(record, part, TraceRecord.Part);
    store<u32>(record, entry, TraceRecord.Entry);
  }
  if (behind) useRequestResource();
  setPrincipalPlace(false, false);
  if (overlay) use(world, worldSlots, 0);
}

/** Where trace records may be written: behind the texts of the largest request. */
export function traceArea(): u32 {
  return textArea + textAreaBytes - TRACE_BYTES;
}

/** A chunk of 1,024 records. */
const TRACE_BYTES: u32 = 1024 * TraceRecord.Size;

/** Takes the same-account reading of an unknown owner (3V-12), in which traces are given. */
export function beginTrace(): void {
  read(field(Frame.Owner) != OwnerKind.Other);
}

/** Bits 1 << LayerCode of the layers that reach the caller at all. */
export function reachedLayers(): u32 {
  let bits: u32 = 0;
  if (scpApplies) bits |= 1 << LayerCode.Scp;
  if (rcpApplies) bits |= 1 << LayerCode.Rcp;
  if (boundaryReaches()) bits |= 1 << LayerCode.Boundary;
  if (sessionReaches()) bits |= 1 << LayerCode.Session;
  const caller = field(Frame.Caller);
  const ownPower =
    caller == CallerKind.Root ||
    (caller == CallerKind.FederatedUser && (field(Frame.CallerBits) & CallerBits.ParentIsRoot) != 0);
  if (!ownPower) bits |= 1 << LayerCode.Identity;
  return bits;
}

export function rcpsOpenByThemselves(): bool {
  return !option(OptionBits.ManualRcpFullAccess);
}

export function rootUnlocks(): bool {
  return unlocked;
}

/** How many documents a set of the bundle has. */
export function documentCount(set: u32): u32 {
  return setDocumentCount(set);
}

/** How many documents a set of a layer has, which may be the overlay's. */
export function traceDocuments(set: u32, layer: u32): u32 {
  return inImageOf(layer, set, 0, false);
}

/** How many statements a document has. */
export function documentStatements(set: u32, document: u32, layer: u32): u32 {
  return inImageOf(layer, set, document, true);
}

function inImageOf(layer: u32, set: u32, document: u32, statements: bool): u32 {
  const overlay = layer == LayerCode.Session && field(Frame.SessionInOverlay) != 0;
  const world = image;
  const worldSlots = slots;
  if (overlay) use(overlayImage, overlaySlots, 1);
  const count = statements
    ? policyStatementCount(load<u32>(setDocuments(set) + document * 8))
    : setDocumentCount(set);
  if (overlay) use(world, worldSlots, 0);
  return count;
}

function traceStatement(statement: u32, documentUse: u32, onResource: bool, front: bool): void {
  const record = statementAt(statement);
  const denies = isDeny(statement);
  hit = Truth.True;
  part = TracePart.None;
  entry = 0;
  const silent =
    documentUse == DocumentUse.DenyOnly || (front && documentUse == DocumentUse.Policy && publicGrantsCut());
  if (onResource && (!documentCounts(documentUse) || (silent && !denies))) {
    weigh(Truth.False, TracePart.Document);
    return;
  }
  weigh(actionMatches(load<u32>(record, StatementRecord.Action)) ? Truth.True : Truth.False, TracePart.Action);
  weigh(resourceTruth(load<u32>(record, StatementRecord.Resource)), TracePart.Resource);
  weigh(principalTruth(load<u32>(record, StatementRecord.Principal), denies), TracePart.Principal);
  const condition = load<u32>(record, StatementRecord.Condition);
  if (condition != <u32>Format.None) weigh(blockTruth(condition, denies), TracePart.Condition);
  weigh(variablesTruth(load<u32>(record, StatementRecord.Variables)), TracePart.Variable);
  if (part == TracePart.Condition) entry = firstEntryWith(condition, denies, hit);
}

/** Kleene AND that keeps the first part that decides: the first False, else the first Unknown. */
function weigh(truth: u32, which: u32): void {
  if (truth < hit) {
    hit = truth;
    part = which;
  }
}
