/** Whether a statement hits (§3.4, 3V-6). Its action is matched by whoever picks candidates, or here in traces. */
import { Format, Frame, OptionBits, StatementBits, StatementRecord, Truth } from "../src/bytecode/layout";
import { ElementBits } from "../src/bytecode/layout";
import { PatternKind } from "../src/bytecode/opcodes";
import {
  elementAt,
  elementBits,
  elementCount,
  option,
  patternAt,
  patternKind,
  patternLength,
  patternLiteral,
  plainResources,
  poolAt,
  statementAt,
} from "./bundle";
import { allFixed, blockTruth, fixedTruth, variablesFixed } from "./conditions";
import { expand, expandedMatches, expandedResourceMatches, variableResolved } from "./expand";
import { matches } from "./glob";
import { frame } from "./memory";
import { certainKinds, matchPrincipal, possibleKinds } from "./principal";
import { addSteps } from "./steps";

/** The resource that statements are held against now: the request's, or the bucket behind an access point. */
export let resource: u32 = 0;
export let resourceLength: u32 = 0;

export function setResource(pointer: u32, length: u32): void {
  resource = pointer;
  resourceLength = length;
}

/** Kinds of the last statement that hit with a Principal element. */
export let statementCertainKinds: u32 = 0;
export let statementPossibleKinds: u32 = 0;

export function isDeny(statement: u32): bool {
  return (load<u32>(statementAt(statement), StatementRecord.Bits) & StatementBits.Deny) != 0;
}

/** Truth of resource, principal, conditions and variables together; the action is taken to match. */
export function restTruth(statement: u32): u32 {
  addSteps(1);
  const record = statementAt(statement);
  const deny = (load<u32>(record, StatementRecord.Bits) & StatementBits.Deny) != 0;
  let truth = resourceTruth(load<u32>(record, StatementRecord.Resource));
  if (truth == Truth.False) return truth;
  truth = min(truth, principalTruth(load<u32>(record, StatementRecord.Principal), deny));
  if (truth == Truth.False) return truth;
  const condition = load<u32>(record, StatementRecord.Condition);
  if (condition != <u32>Format.None) {
    truth = min(truth, blockTruth(condition, deny));
    if (truth == Truth.False) return truth;
  }
  return min(truth, variablesTruth(load<u32>(record, StatementRecord.Variables)));
}

/** The condition block that `settledTruth` left open, or None. */
export let settledCondition: u32 = 0;

/** Whether all but a statement's conditions is settled by caller and resource. */
export function isSettled(statement: u32): bool {
  const record = statementAt(statement);
  if (load<u32>(record, StatementRecord.Variables) != <u32>Format.None && option(OptionBits.UnresolvedStatement)) {
    return false;
  }
  const element = load<u32>(record, StatementRecord.Resource);
  if (element >= <u32>Format.Never) return true;
  const entries = elementAt(element);
  const count = elementCount(element);
  for (let index: u32 = 0; index < count; index++) {
    const id = load<u32>(entries + index * 4);
    if (patternKind(id) == PatternKind.Variables && !variablesFixed(id)) return false;
  }
  return true;
}

export function resourceElementOf(statement: u32): u32 {
  return load<u32>(statementAt(statement), StatementRecord.Resource);
}

export function conditionOf(statement: u32): u32 {
  return load<u32>(statementAt(statement), StatementRecord.Condition);
}

/** `restTruth` of a settled statement, but for the conditions that read what the request itself gives. */
export function settledTruth(statement: u32): u32 {
  addSteps(1);
  const record = statementAt(statement);
  const deny = (load<u32>(record, StatementRecord.Bits) & StatementBits.Deny) != 0;
  settledCondition = <u32>Format.None;
  let truth = resourceTruth(load<u32>(record, StatementRecord.Resource));
  if (truth == Truth.False) return truth;
  truth = min(truth, principalTruth(load<u32>(record, StatementRecord.Principal), deny));
  if (truth == Truth.False) return truth;
  const condition = load<u32>(record, StatementRecord.Condition);
  if (condition == <u32>Format.None) return truth;
  const fixed = fixedTruth(condition, deny);
  if (!allFixed) settledCondition = condition;
  return min(truth, fixed);
}

/** A Resource or NotResource element against the resource (MATCH-20…27, 3V-5). */
export function resourceTruth(element: u32): u32 {
  if (element == <u32>Format.None) return Truth.True;
  if (element == <u32>Format.Never) return Truth.False;
  const entries = elementAt(element);
  const count = elementCount(element);
  let truth: u32 = Truth.False;
  for (let index: u32 = 0; index < count; index++) {
    truth = max(truth, patternTruth(load<u32>(entries + index * 4)));
    if (truth == Truth.True) break;
  }
  return elementBits(element) & ElementBits.Negated ? Truth.True - truth : truth;
}

function patternTruth(id: u32): u32 {
  const kind = patternKind(id);
  const pattern = patternAt(id);
  const length = patternLength(id);
  if (kind != PatternKind.Variables) {
    return matches(kind, pattern, length, patternLiteral(id), resource, resourceLength) ? Truth.True : Truth.False;
  }
  const known = expand(pattern, length, resourceLength);
  if (known == Truth.False) return Truth.False;
  if (known == Truth.Unknown || plainResources()) {
    return expandedMatches(resource, resourceLength) ? known : Truth.False;
  }
  return expandedResourceMatches(resource, resourceLength) ? Truth.True : Truth.False;
}

export function principalTruth(element: u32, deny: bool): u32 {
  statementCertainKinds = 0;
  statementPossibleKinds = 0;
  if (element == <u32>Format.None) return Truth.True;
  if (element == <u32>Format.Never) return Truth.False;
  const truth = matchPrincipal(element, deny);
  statementCertainKinds = certainKinds;
  statementPossibleKinds = possibleKinds;
  return truth;
}

/** VAR-10 under `statement`: all variables of an Allow must have values. */
export function variablesTruth(variables: u32): u32 {
  if (variables == <u32>Format.None || !option(OptionBits.UnresolvedStatement)) return Truth.True;
  const row = poolAt(variables);
  const count = load<u32>(row);
  let truth: u32 = Truth.True;
  for (let index: u32 = 1; index <= count; index++) truth = min(truth, variableResolved(load<u32>(row + index * 4)));
  return truth;
}

/** The request's own resource. */
export function useRequestResource(): void {
  setResource(load<u32>(frame, Frame.Resource), load<u32>(frame, Frame.ResourceLength));
}

/** The bucket behind an access point (EVAL-48). */
export function useBehindResource(): void {
  setResource(load<u32>(frame, Frame.BehindResource), load<u32>(frame, Frame.BehindResourceLength));
}
