/** One document set or hierarchy at a time: its Allow and Deny as truth values (3V-7, 3V-8), and who hit. */
import { DocumentUse, Format, FrameSet, Grant, LayerCode, OptionBits, Truth } from "../src/bytecode/layout";
import { ActionBits, actionBits } from "./actions";
import { imageIndex, levelSet, levelsCount, option, setMissingCount } from "./bundle";
import { candidateCount, candidates, findCandidates, STATEMENT_MASK, USE_SHIFT } from "./candidates";
import { denyList, identityList, resourceList } from "./memory";
import { isDeny, restTruth, statementCertainKinds, statementPossibleKinds } from "./statement";

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
  allow = Truth.False;
  deny = Truth.False;
  findCandidates(set);
  const words = candidates;
  const count = candidateCount;
  for (let index: u32 = 0; index < count; index++) {
    const statement = load<u32>(words + index * 4) & STATEMENT_MASK;
    const truth = restTruth(statement);
    if (truth == Truth.False) continue;
    if (isDeny(statement)) {
      deny = max(deny, truth);
      if (truth == Truth.True) pushDeny(statement, layer);
    } else {
      allow = max(allow, truth);
      if (truth == Truth.True && layer == LayerCode.Identity) pushIdentity(statement, layer);
    }
  }
  if (setMissingCount(set) != 0) {
    allow = max(allow, <u32>Truth.Unknown);
    deny = max(deny, <u32>Truth.Unknown);
  }
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
    if (denies) {
      deny = max(deny, truth);
      if (truth == Truth.True) pushDeny(statement, layer);
    } else {
      addKinds(statement, use, layer, truth);
    }
  }
  if (setMissingCount(set) != 0) unknownResource();
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

function addKinds(statement: u32, use: u32, layer: u32, truth: u32): void {
  // With the rest of the statement certain, a kind is as certain as its match.
  const certain = truth == Truth.True ? statementCertainKinds : 0;
  const possible = (statementCertainKinds | statementPossibleKinds) & ~certain;
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
