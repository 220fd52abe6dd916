/**
 * What is left of a question once its caller, action and resource are settled: for each document set that is looked at, the
 * statements that may still hit, with what is certain of them. Plain requests that ask the same of the same resource again
 * need only the conditions of these. The memo is bounded, begun anew when it is full, and compared by bytes, never by hash
 * alone; a triple is noted when it is seen the second time, so that a stream of new ones costs nothing but a glance.
 *
 * An entry is a row of words, the texts, then a group for each set in the order in which `evaluateLayers` comes to them.
 */
import { generation, hashOf } from "./actions";
import { sameBytes } from "./glob";
import {
  copyBytes,
  fixedKeys,
  RESIDUAL_BYTES,
  RESIDUAL_SEEN,
  RESIDUAL_TABLE_SIZE,
  residualArea,
  residualSeen,
  residualTable,
} from "./memory";

export const enum ResidualEntry {
  Caller = 0,
  ActionClass = 4,
  /** Bytes of the setting and of the resource. */
  SettingLength = 8,
  ResourceLength = 12,
  /** What is known of the resource. */
  Facts = 16,
  /** `OwnerKind`. */
  Owner = 20,
  /** 1: too many statements to be worth it. */
  TooLarge = 24,
  /** Where the first group stands, behind the texts. */
  Groups = 28,
  /** Setting and resource. */
  Text = 32,
}

export const enum ResidualGroup {
  Allow = 0,
  Deny = 4,
  /** 1: documents are missing. */
  Missing = 8,
  Count = 12,
  Items = 16,
}

export const enum ResidualItem {
  /** With the document's use, as in candidate lists. */
  Statement = 0,
  /** Offset of the condition block that is still to be looked at, or None. */
  Condition = 4,
  /** `ItemBits`. */
  Bits = 8,
  Size = 12,
}

export const enum ItemBits {
  /** `Truth` of what is settled. */
  Truth = 3,
  Deny = 4,
  /** Something beside conditions hangs on the request: to be looked at from the start. */
  Open = 8,
  CertainShift = 8,
  PossibleShift = 17,
  KindsMask = 511,
}

export const enum Mode {
  Plain = 0,
  Record = 1,
  Replay = 2,
}

/** What `evaluateSet` and its like do: look at statements, note them, or take what was noted. */
export let mode: u32 = Mode.Plain;
/** The next group when replaying. */
let group: u32 = 0;

const SLOT: u32 = 8;
/** Longest entry. */
const ENTRY_BYTES: u32 = 65536;

let used: u32 = 0;
let entries: u32 = 0;
let since: u32 = 1;
let hash: u32 = 0;
let entry: u32 = 0;
let cursor: u32 = 0;
let full: bool = false;

/** Nothing that was noted holds any more. */
export function forgetResiduals(): void {
  memory.fill(residualTable, 0, RESIDUAL_TABLE_SIZE * SLOT);
  used = 0;
  entries = 0;
  since = generation;
}

/** The entry of a triple, or 0. `text`: setting and resource, one behind the other. */
export function findResidual(caller: u32, class_: u32, text: u32, setting: u32, resource: u32): u32 {
  if (since != generation) forgetResiduals();
  const length = setting + resource;
  hash = hashOf(text, length) ^ ((caller ^ (class_ << 16)) * 0x9e3779b1);
  hash ^= hash >> 15;
  let slot = hash & (RESIDUAL_TABLE_SIZE - 1);
  while (true) {
    const record = residualTable + slot * SLOT;
    const found = load<u32>(record, 4);
    if (found == 0) return 0;
    if (
      load<u32>(record) == hash &&
      load<u32>(found, ResidualEntry.Caller) == caller &&
      load<u32>(found, ResidualEntry.ActionClass) == class_ &&
      load<u32>(found, ResidualEntry.SettingLength) == setting &&
      load<u32>(found, ResidualEntry.ResourceLength) == resource &&
      sameBytes(found + ResidualEntry.Text, text, length)
    ) {
      return found;
    }
    slot = (slot + 1) & (RESIDUAL_TABLE_SIZE - 1);
  }
}

/** Whether the triple that was just not found has been seen before. */
export function seenBefore(): bool {
  const place = residualSeen + (hash & (RESIDUAL_SEEN - 1)) * 4;
  if (load<u32>(place) == hash) return true;
  store<u32>(place, hash);
  return false;
}

/** Begins an entry for the triple that was just not found; the sets looked at from now on are noted. */
export function beginResidual(
  caller: u32,
  class_: u32,
  text: u32,
  setting: u32,
  resource: u32,
  facts: u32,
  owner: u32,
): void {
  if (used + ENTRY_BYTES > RESIDUAL_BYTES || entries >= RESIDUAL_TABLE_SIZE / 2) forgetResiduals();
  entry = residualArea + used;
  store<u32>(entry, caller, ResidualEntry.Caller);
  store<u32>(entry, class_, ResidualEntry.ActionClass);
  store<u32>(entry, setting, ResidualEntry.SettingLength);
  store<u32>(entry, resource, ResidualEntry.ResourceLength);
  store<u32>(entry, facts, ResidualEntry.Facts);
  store<u32>(entry, owner, ResidualEntry.Owner);
  store<u32>(entry, 0, ResidualEntry.TooLarge);
  const length = setting + resource;
  copyBytes(entry + ResidualEntry.Text, text, length);
  cursor = entry + ResidualEntry.Text + ((length + 7) & ~7);
  store<u32>(entry, cursor, ResidualEntry.Groups);
  full = false;
  mode = Mode.Record;
}

/** Ends the entry begun last and files it. */
export function endResidual(): void {
  mode = Mode.Plain;
  if (full) {
    store<u32>(entry, 1, ResidualEntry.TooLarge);
    cursor = load<u32>(entry, ResidualEntry.Groups);
  }
  let slot = hash & (RESIDUAL_TABLE_SIZE - 1);
  while (load<u32>(residualTable + slot * SLOT, 4) != 0) slot = (slot + 1) & (RESIDUAL_TABLE_SIZE - 1);
  store<u32>(residualTable + slot * SLOT, hash);
  store<u32>(residualTable + slot * SLOT, entry, 4);
  used = cursor - residualArea;
  entries++;
  takeResidual(entry);
}

/** The sets looked at from now on are taken from an entry, unless it is too large to hold them. */
export function takeResidual(found: u32): void {
  if (load<u32>(found, ResidualEntry.TooLarge)) return;
  mode = Mode.Replay;
  group = load<u32>(found, ResidualEntry.Groups);
}

export function leaveResidual(): void {
  mode = Mode.Plain;
}

/** The group of the set in hand; the next call gives the next. */
export function nextGroup(): u32 {
  const current = group;
  group += ResidualGroup.Items + load<u32>(group, ResidualGroup.Count) * ResidualItem.Size;
  return current;
}

export function beginGroup(missing: bool): u32 {
  const begun = cursor;
  if (begun + ResidualGroup.Items > entry + ENTRY_BYTES) {
    full = true;
    // What is written here is never read.
    return entry;
  }
  store<u32>(begun, 0, ResidualGroup.Allow);
  store<u32>(begun, 0, ResidualGroup.Deny);
  store<u32>(begun, missing ? 1 : 0, ResidualGroup.Missing);
  store<u32>(begun, 0, ResidualGroup.Count);
  cursor += ResidualGroup.Items;
  return begun;
}

export function addItem(statement: u32, condition: u32, bits: u32): void {
  if (cursor + ResidualItem.Size > entry + ENTRY_BYTES) {
    full = true;
    return;
  }
  store<u32>(cursor, statement, ResidualItem.Statement);
  store<u32>(cursor, condition, ResidualItem.Condition);
  store<u32>(cursor, bits, ResidualItem.Bits);
  cursor += ResidualItem.Size;
}

/** Ends a group. With an Allow that is certain, and none of them named, the others add nothing. */
export function endGroup(begun: u32, allow: u32, deny: u32, dropAllows: bool): void {
  if (full) return;
  const first = begun + ResidualGroup.Items;
  if (dropAllows) {
    let kept = first;
    for (let item = first; item < cursor; item += ResidualItem.Size) {
      if (!(load<u32>(item, ResidualItem.Bits) & ItemBits.Deny)) continue;
      copyBytes(kept, item, ResidualItem.Size);
      kept += ResidualItem.Size;
    }
    cursor = kept;
  }
  store<u32>(begun, allow, ResidualGroup.Allow);
  store<u32>(begun, deny, ResidualGroup.Deny);
  store<u32>(begun, (cursor - first) / ResidualItem.Size, ResidualGroup.Count);
}

/** Whether no plain request can give a key another value than caller and resource do. */
export function isFixed(key: u32): bool {
  return load<u8>(fixedKeys + key) != 0;
}
