/**
 * Values of context keys in columns: each distinct one is looked at once, kept with its bytes, and from then on it is the
 * address of its record. Compared by bytes, never by hash alone.
 */
import { Column, ColumnKind, Deferral, ValueRecord, ValueShape, ValueState } from "../src/bytecode/batch-layout";
import { Format, SlotRecord } from "../src/bytecode/layout";
import { hashOf } from "./hash";
import { slots } from "./bundle";
import { forgetAddress, parseAddress } from "./compare";
import { sameBytes } from "./glob";
import { copyBytes, listText, VALUE_BYTES, VALUE_TABLE_SIZE, valueArea, valueRecords } from "./memory";

/** Longer texts are the host's. */
export const VALUE_LENGTH_MAX: u32 = 2048;
/** Bytes of a list put together. */
export const LIST_BYTES: u32 = 65536;

const SLOT: u32 = 8;

let used: u32 = 0;
let count: u32 = 0;
/** Set when a value found no room: everything is to be forgotten before the next block. */
export let valuesFull: bool = false;

/** Values that every column shares; they stand first in the area. */
export let absentValue: u32 = 0;
export let unknownValue: u32 = 0;
export let generalValue: u32 = 0;

/** Where the text of the value in hand stands, after `locateValue`. */
export let locatedLength: u32 = 0;

/** Why the last `valueOf` has no answer. */
export let valueDeferral: u32 = 0;

export function forgetValues(): void {
  memory.fill(valueRecords, 0, VALUE_TABLE_SIZE * SLOT);
  used = 0;
  count = 0;
  valuesFull = false;
  absentValue = fixedValue(ValueState.Absent);
  unknownValue = fixedValue(ValueState.Unknown);
  generalValue = fixedValue(ValueState.General);
}

function fixedValue(state: u32): u32 {
  const record = valueArea + used;
  for (let at: u32 = 0; at < <u32>ValueRecord.Text; at += 4) store<u32>(record + at, 0);
  store<u32>(record, state, ValueRecord.State);
  used += (ValueRecord.Text + 7) & ~7;
  return record;
}

export function bitAt(bitmap: u32, row: u32): bool {
  return ((load<u8>(bitmap + (row >> 3)) >> (row & 7)) & 1) != 0;
}

/** The record of a row's value in a column that is clean. */
export function cleanValueOf(column: u32, row: u32): u32 {
  const validity = load<u32>(column, Column.Validity);
  if (validity != 0 && !bitAt(validity, row)) return absentValue;
  const index = load<u32>(load<u32>(column, Column.Index) + row * load<u32>(column, Column.IndexStep));
  return load<u32>(load<u32>(column, Column.Map) + index * 4);
}

/** Whether all indices of a dictionary's rows are within it. */
export function indicesFit(column: u32, rows: u32): bool {
  let at = load<u32>(column, Column.Rows);
  const end = at + rows * 4;
  let most: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    let mosts = i32x4.splat(0);
    for (; at + 16 <= end; at += 16) mosts = i32x4.max_u(mosts, v128.load(at));
    most = max(
      max(<u32>i32x4.extract_lane(mosts, 0), <u32>i32x4.extract_lane(mosts, 1)),
      max(<u32>i32x4.extract_lane(mosts, 2), <u32>i32x4.extract_lane(mosts, 3)),
    );
  }
  for (; at < end; at += 4) most = max(most, load<u32>(at));
  return most < load<u32>(column, Column.Texts);
}

/** Whether all of a dictionary's texts are values that need no host; their records stand in its map from then on. */
export function valuesFit(column: u32): bool {
  const texts = load<u32>(column, Column.Texts);
  const map = load<u32>(column, Column.Map);
  for (let index: u32 = 0; index < texts; index++) {
    let value = load<u32>(map + index * 4);
    if (value == 0) {
      const text = locateText(column, index);
      if (text == 0) return false;
      value = internValue(column, text, locatedLength);
      if (value == 0) return false;
      store<u32>(map + index * 4, value);
    }
    if (load<u32>(value, ValueRecord.State) == ValueState.General) return false;
  }
  return true;
}

/** The record of a row's value, or 0: `valueDeferral` says why not. */
export function valueOf(column: u32, row: u32): u32 {
  if (load<u32>(column, Column.Clean)) return cleanValueOf(column, row);
  const kind = load<u32>(column, Column.Kind);
  if (kind == ColumnKind.None) return absentValue;
  const unknown = load<u32>(column, Column.Unknown);
  if (unknown != 0 && bitAt(unknown, row)) {
    return load<u32>(column, Column.Shape) == ValueShape.General ? generalValue : unknownValue;
  }
  const validity = load<u32>(column, Column.Validity);
  if (validity != 0 && !bitAt(validity, row)) return absentValue;
  if (load<u32>(column, Column.Shape) == ValueShape.General) return generalValue;
  if (kind == ColumnKind.Dictionary || kind == ColumnKind.Constant) {
    const index: u32 = kind == ColumnKind.Constant ? 0 : load<u32>(load<u32>(column, Column.Rows) + row * 4);
    if (index >= load<u32>(column, Column.Texts)) return refuse();
    const place = load<u32>(column, Column.Map) + index * 4;
    const known = load<u32>(place);
    if (known != 0) return known;
    const text = locateText(column, index);
    if (text == 0) return refuse();
    const value = internValue(column, text, locatedLength);
    if (value != 0) store<u32>(place, value);
    return value;
  }
  const text = locateValue(column, row);
  if (text == 0) return refuse();
  return internValue(column, text, locatedLength);
}

function refuse(): u32 {
  valueDeferral = Deferral.General;
  return 0;
}

/** The bytes of a row's value, which for a list are those of its items, each behind its length; 0: offsets that make no sense. */
export function locateValue(column: u32, row: u32): u32 {
  switch (<i32>load<u32>(column, Column.Kind)) {
    case ColumnKind.Utf8:
      return locateBetween(column, load<u32>(column, Column.Rows) + row * 4);
    case ColumnKind.Dictionary: {
      const index = load<u32>(load<u32>(column, Column.Rows) + row * 4);
      return index < load<u32>(column, Column.Texts) ? locateText(column, index) : 0;
    }
    case ColumnKind.ListOfUtf8:
    case ColumnKind.ListOfDictionary:
      return locateList(column, row);
    default:
      return 0;
  }
}

export function locateText(column: u32, index: u32): u32 {
  return locateBetween(column, load<u32>(column, Column.Offsets) + index * 4);
}

function locateBetween(column: u32, offsets: u32): u32 {
  const start = load<u32>(offsets);
  const end = load<u32>(offsets, 4);
  if (start > end || end > load<u32>(column, Column.DataLength)) return 0;
  locatedLength = end - start;
  return load<u32>(column, Column.Data) + start;
}

function locateList(column: u32, row: u32): u32 {
  const rows = load<u32>(column, Column.Rows);
  const from = load<u32>(rows + row * 4);
  const to = load<u32>(rows + row * 4, 4);
  const indirect = load<u32>(column, Column.Kind) == ColumnKind.ListOfDictionary;
  const items = indirect ? load<u32>(column, Column.IndexCount) : load<u32>(column, Column.Texts);
  if (from > to || to > items) return 0;
  let at: u32 = 0;
  for (let item = from; item < to; item++) {
    let index = item;
    if (indirect) {
      index = load<u32>(load<u32>(column, Column.Indices) + item * 4);
      if (index >= load<u32>(column, Column.Texts)) return 0;
    }
    const text = locateText(column, index);
    if (text == 0 || at + 4 + locatedLength > LIST_BYTES) return 0;
    store<u32>(listText + at, locatedLength);
    copyBytes(listText + at + 4, text, locatedLength);
    at += 4 + locatedLength;
  }
  locatedLength = at;
  return listText;
}

function isList(column: u32): bool {
  const kind = load<u32>(column, Column.Kind);
  return kind == ColumnKind.ListOfUtf8 || kind == ColumnKind.ListOfDictionary;
}

/** What tells the values of one key from those of another. */
function tagOf(column: u32): u32 {
  const list: u32 = isList(column) ? 0x80000000 : 0;
  const key = load<u32>(column, Column.Key);
  return list | (key == <u32>Format.None ? load<u32>(column, Column.Lowered) | 0x40000000 : key);
}

function internValue(column: u32, text: u32, length: u32): u32 {
  const tag = tagOf(column);
  const hash = hashOf(text, length) ^ (tag * 0x9e3779b1);
  let slot = hash & (VALUE_TABLE_SIZE - 1);
  while (true) {
    const place = valueRecords + slot * SLOT;
    const record = load<u32>(place, 4);
    if (record == 0) break;
    if (
      load<u32>(place) == hash &&
      load<u32>(record, ValueRecord.Tag) == tag &&
      load<u32>(record, ValueRecord.TextLength) == length &&
      sameBytes(record + ValueRecord.Text, text, length)
    ) {
      return record;
    }
    slot = (slot + 1) & (VALUE_TABLE_SIZE - 1);
  }
  const shape = load<u32>(column, Column.Shape);
  const list = (tag & 0x80000000) != 0;
  if (!list && length > VALUE_LENGTH_MAX) return generalValue;
  if (shape == ValueShape.Checked || list) {
    valueDeferral = Deferral.ValueUnknown;
    return 0;
  }
  const lowered = load<u32>(column, Column.Lowered) != <u32>Format.None;
  const record = keepValue(tag, text, length, hash, lowered ? length : 0);
  if (record == 0) return 0;
  if (!isSound(shape, text, length)) return record;
  store<u32>(record, ValueState.Single, ValueRecord.State);
  store<u32>(record, record + ValueRecord.Text, ValueRecord.Pointer);
  store<u32>(record, length, ValueRecord.Length);
  if (lowered) {
    const copy = extraOf(record);
    for (let at: u32 = 0; at < length; at++) {
      const byte = load<u8>(text + at);
      store<u8>(copy + at, byte - 0x41 < 26 ? byte | 0x20 : byte);
    }
    store<u32>(record, copy, ValueRecord.LoweredPointer);
    store<u32>(record, length, ValueRecord.LoweredLength);
  }
  return record;
}

/** Whether a value is ASCII of its shape; the host looks at all others. */
function isSound(shape: u32, text: u32, length: u32): bool {
  for (let at: u32 = 0; at < length; at++) if (load<u8>(text + at) >= 0x80) return false;
  if (shape == ValueShape.Address) {
    // Columns of another call may have stood at the same place.
    forgetAddress();
    return parseAddress(text, length);
  }
  if (shape != ValueShape.Boolean) return true;
  if (length == 4) return load<u32>(text) == 0x65757274;
  return length == 5 && load<u32>(text) == 0x736c6166 && load<u8>(text, 4) == 0x65;
}

/** A record in state General with `extra` bytes behind its text, or 0: there is no room before everything is forgotten. */
function keepValue(tag: u32, text: u32, length: u32, hash: u32, extra: u32): u32 {
  const bytes = (ValueRecord.Text + length + 16 + 7 + extra + 16 + 7) & ~7;
  if (count >= VALUE_TABLE_SIZE / 2 || used + bytes > VALUE_BYTES) {
    valuesFull = true;
    valueDeferral = Deferral.Again;
    return 0;
  }
  const record = valueArea + used;
  used += bytes;
  count++;
  for (let at: u32 = 0; at < <u32>ValueRecord.Tag; at += 4) store<u32>(record + at, 0);
  store<u32>(record, ValueState.General, ValueRecord.State);
  store<u32>(record, tag, ValueRecord.Tag);
  store<u32>(record, length, ValueRecord.TextLength);
  copyBytes(record + ValueRecord.Text, text, length);
  let slot = hash & (VALUE_TABLE_SIZE - 1);
  while (load<u32>(valueRecords + slot * SLOT, 4) != 0) slot = (slot + 1) & (VALUE_TABLE_SIZE - 1);
  store<u32>(valueRecords + slot * SLOT, hash);
  store<u32>(valueRecords + slot * SLOT, record, 4);
  return record;
}

/** First byte behind a record's text that is free for what belongs to it, on a word's boundary. */
export function extraOf(record: u32): u32 {
  return (record + ValueRecord.Text + load<u32>(record, ValueRecord.TextLength) + 16 + 7) & ~7;
}

/**
 * Keeps a row's value for the host, which has looked at it: a record in state General, to be completed by the host, with
 * `extra` bytes of its own at `extraOf`. 0: there is no room.
 */
export function admitValue(column: u32, row: u32, extra: u32): u32 {
  const text = locateValue(column, row);
  if (text == 0) return 0;
  const tag = tagOf(column);
  return keepValue(tag, text, locatedLength, hashOf(text, locatedLength) ^ (tag * 0x9e3779b1), extra);
}

/** Puts a value into the slots of its column. */
export function fillValue(column: u32, record: u32): void {
  const state = load<u32>(record, ValueRecord.State);
  const key = load<u32>(column, Column.Key);
  if (key != <u32>Format.None) {
    const slot = slots + key * SlotRecord.Size;
    store<u32>(slot, state, SlotRecord.State);
    store<u32>(slot, load<u32>(record, ValueRecord.Pointer), SlotRecord.Pointer);
    store<u32>(slot, load<u32>(record, ValueRecord.Length), SlotRecord.Length);
  }
  const lowered = load<u32>(column, Column.Lowered);
  if (lowered != <u32>Format.None) {
    const slot = slots + lowered * SlotRecord.Size;
    store<u32>(slot, state, SlotRecord.State);
    store<u32>(slot, load<u32>(record, ValueRecord.LoweredPointer), SlotRecord.Pointer);
    store<u32>(slot, load<u32>(record, ValueRecord.LoweredLength), SlotRecord.Length);
  }
}
