/**
 * Many requests in one call, from columns. Rows go through in blocks, in two stages: the first finds the caller, the action's
 * class, the resource's record and what is noted of the three, so that their cache misses overlap; the second decides. A row
 * whose residual has cells needs no more than the truths of its atoms, which are remembered by value; every other row is
 * filled into the frame and takes the same road as a single request. What the evaluator cannot know by itself it leaves
 * undecided, with a reason for the host.
 */
import {
  BatchColumn,
  BatchDecision,
  BatchFrame,
  Column,
  ColumnKind,
  Deferral,
  ValueRecord,
  ValueShape,
  ValueState,
} from "../src/bytecode/batch-layout";
import { DecisionCode, Format, Result } from "../src/bytecode/layout";
import { ActionBits, actionBits, actionClass, findAction, generation, recallAction } from "./actions";
import { authorizePrepared } from "./authorize";
import { slotCount } from "./bundle";
import { hasIndex } from "./candidates";
import { forgetAddress } from "./compare";
import { entryTruth, setEveryKeyUnlisted } from "./conditions";
import { addResourceRecord, findResource, hasRoomForResource, resourceHash, ResourceRecord } from "./dictionary";
import {
  blockArea,
  causeKeys,
  causeSets,
  causeSetsBytes,
  copyBytes,
  result,
  settingText,
  slotColumns,
  RESOURCES_SEEN,
  resourcesSeen,
  TRUTH_TABLE_SIZE,
  truthTable,
} from "./memory";
import { fillFrame, fillPartySlots, findCaller, findFacts, isNothing, ownerFor } from "./parties";
import {
  Atom,
  beginResidual,
  Cell,
  cellsOf,
  epoch,
  findResidual,
  forgetResiduals,
  hasCells,
  hasRoomForResidual,
  packedResult,
  refreshResiduals,
  ResidualEntry,
  seenBefore,
  takeResidual,
} from "./residual";
import { outOfSteps, resetSteps } from "./steps";
import {
  absentValue,
  bitAt,
  fillValue,
  forgetValues,
  locatedLength,
  locateValue,
  VALUE_LENGTH_MAX,
  valueDeferral,
  valueOf,
  valuesFull,
} from "./values";

export { admitValue, extraOf, valueOf } from "./values";

/** Rows of a block. */
const BLOCK: u32 = 256;
/** Places of a block's rows in `blockArea`, in bytes. */
const ROW: u32 = 0;
const CALLER: u32 = BLOCK * 4;
const CLASS: u32 = BLOCK * 8;
const RECORD: u32 = BLOCK * 12;
const ENTRY: u32 = BLOCK * 16;

let frame: u32 = 0;
let columns: u32 = 0;
let columnsEnd: u32 = 0;
let decisions: u32 = 0;
let layers: u32 = 0;
let statements: u32 = 0;
let causes: u32 = 0;
let hasTags: bool = false;
let ownerColumn: u32 = 0;
/** What columns hold of the evaluator's records is as of this epoch. */
let mapsEpoch: u32 = 0;
/** Set when something found no room: everything is to be forgotten before the next block. */
let full: bool = false;

function columnAt(index: u32): u32 {
  return columns + index * Column.Size;
}

/** Makes the columns of a frame those of the calls to come. Their maps must be zeros. */
export function beginBatch(at: u32): void {
  frame = at;
  columns = at + BatchFrame.Size;
  columnsEnd = columnAt(load<u32>(at, BatchFrame.Columns));
  ownerColumn = columnAt(BatchColumn.Owner);
  hasTags = load<u32>(at, BatchFrame.HasTags) != 0;
  const slotsHere = slotCount();
  for (let key: u32 = 0; key < slotsHere; key++) store<u32>(slotColumns + key * 4, 0);
  for (let column = columnAt(BatchColumn.FirstKey); column < columnsEnd; column += Column.Size) {
    const key = load<u32>(column, Column.Key);
    const lowered = load<u32>(column, Column.Lowered);
    if (load<u32>(column, Column.Shape) == ValueShape.General) continue;
    if (key != <u32>Format.None) store<u32>(slotColumns + key * 4, column);
    if (lowered != <u32>Format.None) store<u32>(slotColumns + lowered * 4, column);
  }
  mapsEpoch = epoch;
  if (valuesFull) full = true;
}

/** Everything that columns and cells hold is begun anew where it has become void, or found no room. */
function refresh(): void {
  refreshResiduals();
  if (full || valuesFull) forgetResiduals();
  if (mapsEpoch == epoch && truthsEpoch == epoch) return;
  full = false;
  forgetValues();
  memory.fill(truthTable, 0, TRUTH_TABLE_SIZE * 8);
  truthsEpoch = epoch;
  mapsEpoch = epoch;
  for (let column = columns; column < columnsEnd; column += Column.Size) {
    const kind = load<u32>(column, Column.Kind);
    if (kind != ColumnKind.Dictionary && kind != ColumnKind.Constant) continue;
    memory.fill(load<u32>(column, Column.Map), 0, load<u32>(column, Column.Texts) * 4);
  }
}

/** Of which epoch the remembered truths are. */
let truthsEpoch: u32 = 0;

/** Decides the rows that the frame of `beginBatch` wants, or as many as deferrals fit. */
export function decideRows(): void {
  decisions = load<u32>(frame, BatchFrame.Decisions);
  layers = load<u32>(frame, BatchFrame.Layers);
  statements = load<u32>(frame, BatchFrame.Statements);
  causes = load<u32>(frame, BatchFrame.Causes);
  const count = load<u32>(frame, BatchFrame.Count);
  const deferredMax = load<u32>(frame, BatchFrame.DeferredMax);
  store<u32>(frame, 0, BatchFrame.DeferredCount);
  setEveryKeyUnlisted(false);
  let done: u32 = 0;
  while (done < count) {
    const rows = min(BLOCK, count - done);
    if (load<u32>(frame, BatchFrame.DeferredCount) + rows > deferredMax) break;
    refresh();
    find(done, rows);
    for (let index: u32 = 0; index < rows; index++) {
      if (load<u32>(blockArea + CALLER + index * 4) != 0) decideRow(index);
    }
    done += rows;
  }
  store<u32>(frame, done, BatchFrame.Done);
}

function defer(row: u32, reason: u32): void {
  const at = load<u32>(frame, BatchFrame.DeferredCount);
  const place = load<u32>(frame, BatchFrame.Deferred) + at * 8;
  store<u32>(place, row);
  store<u32>(place, reason, 4);
  store<u32>(frame, at + 1, BatchFrame.DeferredCount);
  store<u8>(decisions + row, BatchDecision.Undecided);
}

// ---- First stage: who, what, on what -------------------------------------------------------------------------------

function find(done: u32, rows: u32): void {
  const list = load<u32>(frame, BatchFrame.List);
  const first = load<u32>(frame, BatchFrame.First);
  const principal = columnAt(BatchColumn.Principal);
  const action = columnAt(BatchColumn.Action);
  for (let index: u32 = 0; index < rows; index++) {
    const row = list != 0 ? load<u32>(list + (first + done + index) * 4) : first + done + index;
    const place = blockArea + index * 4;
    store<u32>(place + ROW, row);
    store<u32>(place + CALLER, 0);
    if (!isSound(row)) continue;
    const caller = callerOf(principal, row);
    if (caller == 0) {
      defer(row, missing);
      continue;
    }
    const class_ = classOf(action, row);
    if (class_ == 0) {
      defer(row, missing);
      continue;
    }
    missing = 0;
    const record = recordOf(row);
    if (missing != 0) {
      defer(row, missing);
      continue;
    }
    store<u32>(place + CALLER, caller);
    store<u32>(place + CLASS, class_ - 1);
    store<u32>(place + RECORD, record);
    store<u32>(place + ENTRY, record != 0 ? findResidual(caller, class_ - 1, record) : 0);
  }
}

/**
 * Whether a row is one that the evaluator can decide, whatever its residual then asks for; false: it is deferred. A single
 * request is refused for a value that cannot be, though nobody looks at it: so is a row. Of texts that may be anything, it
 * is enough that they are not too long.
 */
function isSound(row: u32): bool {
  for (let column = columnAt(BatchColumn.FirstKey); column < columnsEnd; column += Column.Size) {
    const shape = load<u32>(column, Column.Shape);
    if (shape == ValueShape.Any && load<u32>(column, Column.Kind) == ColumnKind.Utf8) {
      const offsets = load<u32>(column, Column.Rows) + row * 4;
      if (load<u32>(offsets, 4) - load<u32>(offsets) <= VALUE_LENGTH_MAX) continue;
    }
    const value = valueOf(column, row);
    if (value == 0) {
      defer(row, valueDeferral | (((column - columns) / Column.Size) << 16));
      return false;
    }
    // What a row says of a key that follows from its parties is in state General, too.
    if (load<u32>(value, ValueRecord.State) == ValueState.General) {
      defer(row, Deferral.General);
      return false;
    }
  }
  return true;
}

/** Why the last of `callerOf`, `classOf` and `recordOf` found nothing. */
let missing: u32 = 0;

/** Whether a row of a column that must have a text has one. */
function isGiven(column: u32, row: u32): bool {
  const validity = load<u32>(column, Column.Validity);
  const unknown = load<u32>(column, Column.Unknown);
  return (validity == 0 || bitAt(validity, row)) && (unknown == 0 || !bitAt(unknown, row));
}

/** Place of the map's word for a row of a dictionary, or 0. */
function mapOf(column: u32, row: u32): u32 {
  if (load<u32>(column, Column.Kind) != ColumnKind.Dictionary) return 0;
  const index = load<u32>(load<u32>(column, Column.Rows) + row * 4);
  return index < load<u32>(column, Column.Texts) ? load<u32>(column, Column.Map) + index * 4 : 0;
}

function callerOf(column: u32, row: u32): u32 {
  missing = Deferral.General;
  if (!isGiven(column, row)) return 0;
  const map = mapOf(column, row);
  if (map != 0) {
    const known = load<u32>(map);
    if (known != 0) return known;
  }
  const text = locateValue(column, row);
  if (text == 0 || locatedLength > VALUE_LENGTH_MAX) return 0;
  const caller = findCaller(text, locatedLength);
  missing = Deferral.CallerUnknown;
  if (caller != 0 && map != 0) store<u32>(map, caller);
  return caller;
}

/** 1 + the class of a row's action, or 0. */
function classOf(column: u32, row: u32): u32 {
  missing = Deferral.General;
  if (!isGiven(column, row)) return 0;
  const map = mapOf(column, row);
  if (map != 0) {
    const known = load<u32>(map);
    if (known != 0) return known;
  }
  const text = locateValue(column, row);
  if (text == 0 || locatedLength > VALUE_LENGTH_MAX) return 0;
  missing = Deferral.ActionUnknown;
  if (!findAction(text, locatedLength)) return 0;
  if (map != 0) store<u32>(map, actionClass + 1);
  return actionClass + 1;
}

/** The text of a row's resource behind its setting, after `locateResource`. */
let resourceAt: u32 = 0;
let resourceLength: u32 = 0;
let settingLength: u32 = 0;

/** Puts setting and resource one behind the other; false: the host has to decide. */
function locateResource(row: u32): bool {
  const column = columnAt(BatchColumn.Resource);
  if (!isGiven(column, row)) return false;
  let setting: u32 = 0;
  if (load<u32>(ownerColumn, Column.Kind) != ColumnKind.None) {
    const unknown = load<u32>(ownerColumn, Column.Unknown);
    if (unknown != 0 && bitAt(unknown, row)) return false;
    const validity = load<u32>(ownerColumn, Column.Validity);
    if (validity == 0 || bitAt(validity, row)) {
      const owner = locateValue(ownerColumn, row);
      if (owner == 0 || locatedLength != 12) return false;
      copyBytes(settingText, owner, 12);
      setting = 12;
    }
  }
  const text = locateValue(column, row);
  if (text == 0 || locatedLength > VALUE_LENGTH_MAX) return false;
  resourceLength = locatedLength;
  if (setting != 0 && isNothing(text, resourceLength)) return false;
  if (hasTags) store<u8>(settingText + setting++, 0x23);
  settingLength = setting;
  if (setting == 0) {
    resourceAt = text;
    return true;
  }
  copyBytes(settingText + setting, text, resourceLength);
  resourceAt = settingText + setting;
  return true;
}

/** The record of a row's resource, or 0: it is new, or, with `missing` set, the host has to look at the row. */
function recordOf(row: u32): u32 {
  // The owner is a part of what a record stands for, and not of the dictionary's text.
  const map = load<u32>(ownerColumn, Column.Kind) == ColumnKind.None ? mapOf(columnAt(BatchColumn.Resource), row) : 0;
  if (map != 0 && isGiven(columnAt(BatchColumn.Resource), row)) {
    const known = load<u32>(map);
    if (known != 0) return known;
  }
  if (!locateResource(row)) {
    missing = Deferral.General;
    return 0;
  }
  let record = findResource(resourceAt - settingLength, settingLength, resourceLength);
  // A dictionary's text is taken to come again; others once they have.
  if (record == 0 && (map != 0 || seenResource())) record = keepResource();
  if (record != 0 && map != 0) store<u32>(map, record);
  return record;
}

function seenResource(): bool {
  const place = resourcesSeen + ((resourceHash >> 1) & (RESOURCES_SEEN - 1)) * 4;
  if (load<u32>(place) == (resourceHash | 1)) return true;
  store<u32>(place, resourceHash | 1);
  return false;
}

function keepResource(): u32 {
  let facts: u32 = 0;
  if (!isNothing(resourceAt, resourceLength)) {
    if (!isAscii(resourceAt, resourceLength)) {
      missing = Deferral.General;
      return 0;
    }
    facts = findFacts(resourceAt, resourceLength, settingLength);
    if (facts == 0) {
      missing = Deferral.ResourceUnknown;
      return 0;
    }
  }
  if (!hasRoomForResource(settingLength + resourceLength)) {
    full = true;
    return 0;
  }
  return addResourceRecord(resourceAt - settingLength, settingLength, resourceLength, facts);
}

function isAscii(text: u32, length: u32): bool {
  let at: u32 = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(text + at) & 0x8080808080808080) return false;
  for (; at < length; at++) if (load<u8>(text + at) & 0x80) return false;
  return true;
}

// ---- Second stage: the decision ------------------------------------------------------------------------------------

function decideRow(index: u32): void {
  const place = blockArea + index * 4;
  const row = load<u32>(place + ROW);
  const entry = load<u32>(place + ENTRY);
  if (entry == 0 || !hasCells(entry)) {
    decideFully(place, row, entry);
    return;
  }
  const count = load<u32>(entry, ResidualEntry.Atoms);
  let atom = entry + ResidualEntry.Rows;
  let way: u32 = 0;
  for (let bit: u32 = 0; bit < count; bit++, atom += Atom.Size) {
    const truth = truthOf(atom, place, row);
    // 0: False, 2: True.
    if (truth & 1) {
      if (truth == Asked.Fully) decideFully(place, row, entry);
      return;
    }
    way |= (truth >> 1) << bit;
  }
  const cell = cellsOf(entry) + way * Cell.Size;
  const outcome = load<u32>(cell, Cell.Outcome);
  if (outcome != 0 && (causes == 0 || (outcome & 7) - 1 < <u32>DecisionCode.Indeterminate)) {
    emit(row, outcome);
    return;
  }
  if (decideFully(place, row, entry)) store<u32>(cell, packedResult(), Cell.Outcome);
}

/** What `truthOf` says beside False and True. */
const enum Asked {
  /** The row has to be looked at as a whole. */
  Fully = 1,
  /** The row is deferred. */
  Deferred = 3,
}

/** Truth of an atom for a row: 0 or 2, or `Asked`. */
function truthOf(atom: u32, place: u32, row: u32): u32 {
  const column = load<u32>(slotColumns + load<u32>(atom, Atom.Key) * 4);
  let memory = load<u32>(atom, Atom.Memory);
  let value: u32 = 0;
  if (column == 0) {
    // Caller and resource settle it: it is as much a part of the residual as the atom.
    memory = atom;
  } else {
    value = valueOf(column, row);
    if (value == 0) {
      defer(row, valueDeferral | (((column - columns) / Column.Size) << 16));
      return Asked.Deferred;
    }
    // Not given: what the parties make of the key stands (REQ-44), so that the truth is theirs.
    if (value == absentValue) memory = atom;
  }
  let hash = ((<u64>memory << 32) | value) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 32;
  const remembered = truthTable + (<u32>hash & (TRUTH_TABLE_SIZE - 1)) * 8;
  const known = load<u32>(remembered, 4);
  if (load<u32>(remembered) == memory && (known & ~(<u32>7)) == value) return (known & 7) - 1;
  if (value != 0 && load<u32>(value, ValueRecord.State) == ValueState.General) {
    defer(row, Deferral.General);
    return Asked.Deferred;
  }
  if (!prepare(place, row)) return Asked.Deferred;
  const instruction = load<u32>(atom, Atom.Instruction);
  const truth = entryTruth(instruction & ~(<u32>1), (instruction & 1) != 0);
  store<u32>(remembered, memory);
  store<u32>(remembered, value | (truth + 1), 4);
  return truth;
}

/** Fills the slots for a row and puts its action into use; false: the row is deferred. */
function prepare(place: u32, row: u32): bool {
  const record = load<u32>(place + RECORD);
  let facts: u32 = 0;
  if (record != 0) {
    facts = load<u32>(record, ResourceRecord.Facts);
    resourceLength = load<u32>(record, ResourceRecord.Length);
    resourceAt = record + ResourceRecord.Text + load<u32>(record, ResourceRecord.SettingLength);
  } else {
    if (!locateResource(row) || !isAscii(resourceAt, resourceLength)) {
      defer(row, Deferral.General);
      return false;
    }
    if (!isNothing(resourceAt, resourceLength)) {
      facts = findFacts(resourceAt, resourceLength, settingLength);
      if (facts == 0) {
        defer(row, Deferral.ResourceUnknown);
        return false;
      }
    }
  }
  factsInHand = facts;
  resetSteps();
  forgetAddress();
  recallAction(load<u32>(place + CLASS), generation);
  fillPartySlots(load<u32>(place + CALLER), facts);
  for (let column = columnAt(BatchColumn.FirstKey); column < columnsEnd; column += Column.Size) {
    // The row says nothing of such a key, or the host would decide it: what follows from the parties stands.
    if (load<u32>(column, Column.Shape) == ValueShape.General) continue;
    const value = valueOf(column, row);
    if (value == 0) {
      defer(row, valueDeferral | (((column - columns) / Column.Size) << 16));
      return false;
    }
    if (load<u32>(value, ValueRecord.State) == ValueState.General) {
      defer(row, Deferral.General);
      return false;
    }
    if (value != absentValue) fillValue(column, value);
  }
  return true;
}

let factsInHand: u32 = 0;

/** Decides a row as a single request would be; false: it is deferred. */
function decideFully(place: u32, row: u32, entry: u32): bool {
  if (!prepare(place, row)) return false;
  const caller = load<u32>(place + CALLER);
  const owner = entry != 0 ? load<u32>(entry, ResidualEntry.Owner) : ownerFor(caller, factsInHand);
  fillFrame(caller, factsInHand, owner, resourceAt, resourceLength);
  if (entry != 0) takeResidual(entry);
  else note(place, caller, owner);
  authorizePrepared();
  if (outOfSteps()) {
    defer(row, Deferral.General);
    return false;
  }
  emit(row, packedResult());
  if (causes != 0) writeCauses(row);
  return true;
}

/** Begins a residual for a resource that is kept and a triple that comes again. */
function note(place: u32, caller: u32, owner: u32): void {
  const record = load<u32>(place + RECORD);
  // Without the index every statement is to be looked at; what a built-in rule makes of layers is its own affair.
  if (record == 0 || !hasIndex() || actionBits & ActionBits.GetSessionToken) return;
  // An earlier row of the block may have begun it.
  if (findResidual(caller, actionClass, record) != 0 || !seenBefore(caller, actionClass, record)) return;
  if (hasRoomForResidual()) beginResidual(caller, actionClass, record, owner);
  else full = true;
}

function emit(row: u32, outcome: u32): void {
  store<u8>(decisions + row, <u8>(outcome & 7));
  if (layers == 0 && statements == 0) return;
  const settled = (outcome & 7) - 1 < <u32>DecisionCode.Indeterminate;
  if (layers != 0) store<u8>(layers + row, settled ? <u8>((outcome >> 3) & 15) : 255);
  if (statements != 0) store<u32>(statements + row * 4, settled ? (outcome >> 7) - 1 : <u32>Format.None);
}

/** The unknown keys that an answer hangs on, and behind the last slot whether it hangs on more than keys. */
function writeCauses(row: u32): void {
  const bytes = load<u32>(frame, BatchFrame.CauseBytes);
  const to = causes + row * bytes;
  for (let at: u32 = 0; at < bytes; at += 4) store<u32>(to + at, 0);
  if (load<u32>(result, Result.Decision) < <u32>DecisionCode.Indeterminate) return;
  const slotsHere = slotCount();
  copyBytes(to, causeKeys, (slotsHere + 7) >> 3);
  if (!hangsOnMore()) return;
  const place = to + (slotsHere >> 3);
  store<u8>(place, <u8>(<u32>load<u8>(place) | (<u32>1 << (slotsHere & 7))));
}

function hangsOnMore(): bool {
  if (load<u32>(result, Result.Causes) != 0 || load<u32>(result, Result.CauseLayers) != 0) return true;
  for (let at: u32 = 0; at < causeSetsBytes; at++) if (load<u8>(causeSets + at) != 0) return true;
  return false;
}
