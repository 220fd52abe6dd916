/**
 * Actions: each distinct spelling is looked at once and remembered, with what the built-in rules need to know of it; and the
 * walk over the sorted action patterns that tells which of them match.
 */
import { ScpExemptRecord, Section } from "../src/bytecode/layout";
import { Mark } from "../src/bytecode/opcodes";
import {
  actionPatternAt,
  actionPatternCount,
  actionPatternLength,
  imageIndex,
  patternAt,
  patternKind,
  patternLength,
  patternLiteral,
  section,
  sectionSize,
  stringAt,
  stringLength,
} from "./bundle";
import { globGreedy, matches, sameBytes } from "./glob";
import { hashOf } from "./hash";
import { ACTION_BYTES, ACTION_TABLE_SIZE, actionBytes, actionPatternStamps, actionTable, elementStamps } from "./memory";
import { addSteps } from "./steps";

/** What the decision procedure asks of an action. */
export const enum ActionBits {
  /** Set on every action, so that an empty slot of the table reads 0. */
  Known = 1,
  Sts = 2,
  Iam = 4,
  Kms = 8,
  /** Its service is in the list that RCPs reach (EVAL-15). */
  RcpService = 16,
  ScpExempt = 32,
  ScpExemptForRoot = 64,
  GetCallerIdentity = 128,
  GetSessionToken = 256,
  /** STS-30: what session tokens may call of sts. */
  OpenToSessionTokens = 512,
  /** STS-32. */
  GetTokenCall = 1024,
  AssumeRole = 2048,
  AssumeRoot = 4096,
  PassRole = 8192,
  RetireGrant = 16384,
  /** SPEC-15. */
  AliasWrite = 32768,
  /** SPEC-34: writes to a managed policy; to a role; SPEC-6. */
  ManagedPolicyWrite = 65536,
  SsoRoleWrite = 131072,
  ServiceRoleWrite = 262144,
  /** SPEC-24. */
  BucketPolicy = 524288,
  /** The host has checked this spelling (REQ-1). */
  Admitted = 1048576,
}

const SLOT: u32 = 16;

let bytesUsed: u32 = 0;
let slotsUsed: u32 = 0;

/** The action in use: its class (place in the table), bits and lower-cased text. */
export let actionClass: u32 = 0;
export let actionBits: u32 = 0;
export let action: u32 = 0;
export let actionLength: u32 = 0;
/** Grows whenever classes are given out anew: what was remembered by class is void. */
export let generation: u32 = 1;

export function forgetActions(): void {
  memory.fill(actionTable, 0, ACTION_TABLE_SIZE * SLOT);
  bytesUsed = 0;
  slotsUsed = 0;
  generation++;
}

/** Makes a spelling that the host has admitted the action in use; false: it has to be looked at first. */
export function findAction(text: u32, length: u32): bool {
  const hash = hashOf(text, length);
  let slot = hash & (ACTION_TABLE_SIZE - 1);
  while (true) {
    const entry = actionTable + slot * SLOT;
    const pointer = load<u32>(entry, 4);
    if (pointer == 0) return false;
    if (load<u32>(entry) == hash && load<u32>(entry, 8) == length && sameBytes(pointer, text, length)) {
      const bits = load<u32>(entry, 12);
      if (!(bits & ActionBits.Admitted)) return false;
      actionClass = slot;
      actionBits = bits;
      action = pointer + length;
      actionLength = length;
      return true;
    }
    slot = (slot + 1) & (ACTION_TABLE_SIZE - 1);
  }
}

/** Makes an admitted action of this class the action in use; false: classes have been given out anew since. */
export function recallAction(class_: u32, since: u32): bool {
  if (since != generation) return false;
  const entry = actionTable + class_ * SLOT;
  actionClass = class_;
  actionBits = load<u32>(entry, 12);
  actionLength = load<u32>(entry, 8);
  action = load<u32>(entry, 4) + actionLength;
  return true;
}

/** Notes that a spelling is well-formed. */
export function admitAction(text: u32, length: u32): void {
  useAction(text, length);
  actionBits |= ActionBits.Admitted;
  store<u32>(actionTable + actionClass * SLOT, actionBits, 12);
}

/** Makes `text` the action in use. Spellings that differ are different classes with the same matches (MATCH-1). */
export function useAction(text: u32, length: u32): void {
  const hash = hashOf(text, length);
  let slot = hash & (ACTION_TABLE_SIZE - 1);
  while (true) {
    const entry = actionTable + slot * SLOT;
    const pointer = load<u32>(entry, 4);
    if (pointer == 0) break;
    if (load<u32>(entry) == hash && load<u32>(entry, 8) == length && sameBytes(pointer, text, length)) {
      actionClass = slot;
      actionBits = load<u32>(entry, 12);
      action = pointer + length;
      actionLength = length;
      return;
    }
    slot = (slot + 1) & (ACTION_TABLE_SIZE - 1);
  }
  if (slotsUsed >= ACTION_TABLE_SIZE / 2 || bytesUsed + 2 * length + 8 > ACTION_BYTES) {
    forgetActions();
    slot = hash & (ACTION_TABLE_SIZE - 1);
  }
  const copy = actionBytes + bytesUsed;
  bytesUsed += 2 * length;
  memory.copy(copy, text, length);
  for (let at: u32 = 0; at < length; at++) {
    const byte = load<u8>(text + at);
    store<u8>(copy + length + at, byte - 0x41 < 26 ? byte | 0x20 : byte);
  }
  addSteps(length);
  slotsUsed++;
  action = copy + length;
  actionLength = length;
  actionClass = slot;
  actionBits = bitsOf();
  const entry = actionTable + slot * SLOT;
  store<u32>(entry, hash);
  store<u32>(entry, copy, 4);
  store<u32>(entry, length, 8);
  store<u32>(entry, actionBits, 12);
}

/** Whether the action in use is this one. `name` is ASCII, lower-case. */
function is(name: string): bool {
  const length = <u32>name.length;
  if (length != actionLength) return false;
  const units = changetype<u32>(name);
  for (let at: u32 = 0; at < length; at++) if (load<u16>(units + at * 2) != load<u8>(action + at)) return false;
  return true;
}

function bitsOf(): u32 {
  let bits: u32 = ActionBits.Known;
  const service = serviceLength();
  if (isService(service, "sts")) {
    bits |= ActionBits.Sts;
    if (is("sts:getcalleridentity")) bits |= ActionBits.GetCallerIdentity | ActionBits.OpenToSessionTokens;
    if (is("sts:getsessiontoken")) bits |= ActionBits.GetSessionToken | ActionBits.GetTokenCall;
    if (is("sts:getfederationtoken")) bits |= ActionBits.GetTokenCall;
    if (is("sts:assumerole")) bits |= ActionBits.AssumeRole | ActionBits.OpenToSessionTokens;
    if (is("sts:tagsession") || is("sts:setsourceidentity") || is("sts:setcontext")) {
      bits |= ActionBits.OpenToSessionTokens;
    }
    if (is("sts:assumeroot")) bits |= ActionBits.AssumeRoot;
  } else if (isService(service, "iam")) {
    bits |= ActionBits.Iam | iamBits();
  } else if (isService(service, "kms")) {
    bits |= ActionBits.Kms;
    if (is("kms:retiregrant")) bits |= ActionBits.RetireGrant;
    if (is("kms:createalias") || is("kms:updatealias") || is("kms:deletealias")) bits |= ActionBits.AliasWrite;
  } else if (
    is("s3:getbucketpolicy") ||
    is("s3:putbucketpolicy") ||
    is("s3:deletebucketpolicy") ||
    is("s3express:getbucketpolicy") ||
    is("s3express:putbucketpolicy") ||
    is("s3express:deletebucketpolicy")
  ) {
    bits |= ActionBits.BucketPolicy;
  }
  if (isRcpService(service)) bits |= ActionBits.RcpService;
  return bits | exemptBits();
}

function iamBits(): u32 {
  if (is("iam:passrole")) return ActionBits.PassRole;
  if (
    is("iam:createpolicyversion") ||
    is("iam:deletepolicy") ||
    is("iam:deletepolicyversion") ||
    is("iam:setdefaultpolicyversion") ||
    is("iam:tagpolicy") ||
    is("iam:untagpolicy")
  ) {
    return ActionBits.ManagedPolicyWrite;
  }
  if (is("iam:tagrole") || is("iam:untagrole") || is("iam:updaterole") || is("iam:updateroledescription")) {
    return ActionBits.SsoRoleWrite;
  }
  if (
    is("iam:attachrolepolicy") ||
    is("iam:deleterole") ||
    is("iam:deleterolepermissionsboundary") ||
    is("iam:deleterolepolicy") ||
    is("iam:detachrolepolicy") ||
    is("iam:putrolepermissionsboundary") ||
    is("iam:putrolepolicy") ||
    is("iam:updateassumerolepolicy")
  ) {
    return ActionBits.SsoRoleWrite | ActionBits.ServiceRoleWrite;
  }
  return 0;
}

function serviceLength(): u32 {
  let at: u32 = 0;
  while (at < actionLength && load<u8>(action + at) != 0x3a) at++;
  return at;
}

function isService(length: u32, name: string): bool {
  if (length != <u32>name.length) return false;
  const units = changetype<u32>(name);
  for (let at: u32 = 0; at < length; at++) if (load<u16>(units + at * 2) != load<u8>(action + at)) return false;
  return true;
}

function isRcpService(length: u32): bool {
  const services = section(Section.RcpServices);
  const count = sectionSize(Section.RcpServices) / 4;
  for (let index: u32 = 0; index < count; index++) {
    const id = load<u32>(services + index * 4);
    if (stringLength(id) == length && sameBytes(stringAt(id), action, length)) return true;
  }
  return false;
}

function exemptBits(): u32 {
  const records = section(Section.ScpExempt);
  const count = sectionSize(Section.ScpExempt) / ScpExemptRecord.Size;
  let bits: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const record = records + index * ScpExemptRecord.Size;
    const pattern = load<u32>(record, ScpExemptRecord.Pattern);
    if (!matches(patternKind(pattern), patternAt(pattern), patternLength(pattern), patternLiteral(pattern), action, actionLength)) continue;
    bits |= load<u32>(record, ScpExemptRecord.RootOnly) ? ActionBits.ScpExemptForRoot : ActionBits.ScpExempt;
  }
  return bits;
}

let stamp: u32 = 0;
let stampedClass: u32 = 0xffffffff;
let stampedImage: u32 = 0;
let stampedGeneration: u32 = 0;

/** Whether an action pattern matches the action in use, after `stampPatterns`. */
export function isStamped(pattern: u32): bool {
  return load<u32>(actionPatternStamps + pattern * 4) == stamp;
}

/** What an element makes of the action in use, remembered while the action stays: 0 not yet looked at, else 1 + hit. */
export function elementStamp(element: u32): u32 {
  const value = load<u32>(elementStamps + element * 4);
  return value >> 1 == stamp ? 1 + (value & 1) : 0;
}

export function stampElement(element: u32, hit: bool): void {
  store<u32>(elementStamps + element * 4, (stamp << 1) | (hit ? 1 : 0));
}

/** Bytes of both stamp tables, to begin anew when stamps run out. */
let patternStampBytes: u32 = 0;
let elementStampBytes: u32 = 0;

export function sizeStamps(patternBytes: u32, elementBytes: u32): void {
  patternStampBytes = patternBytes;
  elementStampBytes = elementBytes;
}

function clearStamps(): void {
  memory.fill(actionPatternStamps, 0, patternStampBytes);
  memory.fill(elementStamps, 0, elementStampBytes);
  stamp = 0;
}

/**
 * Marks all action patterns of the image in use that match the action in use. The patterns are sorted by their bytes, so a
 * range of them is a node of a trie: it narrows byte by byte, and those with a wildcard at the current place (they stand
 * last) are tried one by one.
 */
export function stampPatterns(): void {
  if (stampedClass == actionClass && stampedImage == imageIndex && stampedGeneration == generation) return;
  if (stamp == 0x7fffffff) clearStamps();
  stampedClass = actionClass;
  stampedImage = imageIndex;
  stampedGeneration = generation;
  stamp++;
  let low: u32 = 0;
  let high = actionPatternCount();
  for (let depth: u32 = 0; low < high; depth++) {
    const wild = firstAtLeast(low, high, depth, Mark.One);
    for (let id = wild; id < high; id++) {
      const length = actionPatternLength(id);
      if (globGreedy(actionPatternAt(id) + depth, length - depth, action + depth, actionLength - depth)) mark(id);
    }
    if (depth == actionLength) {
      if (low < wild && actionPatternLength(low) == depth) mark(low);
      return;
    }
    const byte = <u32>load<u8>(action + depth);
    low = firstAtLeast(low, wild, depth, byte);
    high = firstAtLeast(low, wild, depth, byte + 1);
  }
}

function mark(pattern: u32): void {
  store<u32>(actionPatternStamps + pattern * 4, stamp);
}

/** First pattern of a range whose byte at `depth` is at least `byte`; a pattern that ends there counts as less than any. */
function firstAtLeast(low: u32, high: u32, depth: u32, byte: u32): u32 {
  while (low < high) {
    addSteps(1);
    const middle = (low + high) >> 1;
    const length = actionPatternLength(middle);
    if (length > depth && <u32>load<u8>(actionPatternAt(middle) + depth) >= byte) high = middle;
    else low = middle + 1;
  }
  return low;
}
