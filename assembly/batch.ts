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
import { authorizePrepared, RULED } from "./authorize";
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
  watched,
  RESOURCE_TABLE_SIZE,
  RESOURCES_SEEN,
  resourcesSeen,
  NUMBER_TABLE_SIZE,
  TRUTH_BYTES,
  truthRowOf,
  truthRows,
  TRUTH_TABLE_SIZE,
  truthTable,
  presence,
} from "./memory";
import { fillFrame, fillPartySlots, findCaller, findFacts, isNothing, ownerFor } from "./parties";
import {
  addWay,
  Atom,
  ATOMS_MAX,
  beginPlan,
  beginResidual,
  Cell,
  cellsOf,
  ended,
  endPlan,
  entryOfWay,
  epoch,
  findResidual,
  forgetResiduals,
  hasRoomForResidual,
  hasRoomForWay,
  hasTests,
  isPlanning,
  numbers,
  packedResult,
  refreshResiduals,
  ResidualEntry,
  seenBefore,
  takeResidual,
  wayOf,
} from "./residual";
import { setResource } from "./statement";
import { outOfSteps, resetSteps } from "./steps";
import {
  absentValue,
  bitAt,
  fillValue,
  forgetValues,
  locatedLength,
  locateValue,
  indicesFit,
  locateText,
  VALUE_LENGTH_MAX,
  valuesFit,
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
/** How many atoms the entry has; more than ATOMS_MAX: it has no cells, or there is none. */
const ATOMS: u32 = BLOCK * 20;

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
  store<u64>(presence, 0);
  store<u64>(presence, -1, EVERY_ROW);
  mostTexts = 1;
  for (let column = columns; column < columnsEnd; column += Column.Size) {
    setPlaces(column);
  }
  for (let column = columnAt(BatchColumn.FirstKey); column < columnsEnd; column += Column.Size) {
    mostTexts = max(mostTexts, load<u32>(column, Column.Texts));
  }
  // Larger ones are not clean.
  mostTexts = min(mostTexts, TEXTS_MAX);
  // Keys without a column are as keys that no row gives.
  const nowhere = columnAt(load<u32>(at, BatchFrame.Columns));
  memory.fill(nowhere, 0, Column.Size);
  setPlaces(nowhere);
  for (let key: u32 = 0; key < slotsHere; key++) {
    if (load<u32>(slotColumns + key * 4) == 0) store<u32>(slotColumns + key * 4, nowhere);
  }
  mapsEpoch = epoch;
  forgetTruthRows();
  if (valuesFull) full = true;
}

/** Where the bits stand that say which rows of a column give a value, and where their indices do. */
function setPlaces(column: u32): void {
  const validity = load<u32>(column, Column.Validity);
  const kind = load<u32>(column, Column.Kind);
  const everywhere: u32 = kind == ColumnKind.None ? NO_ROW : EVERY_ROW;
  store<u32>(column, validity != 0 ? validity : presence + everywhere, Column.Present);
  store<u32>(column, validity != 0 ? 1 : 0, Column.PresentStep);
  const indexed = kind == ColumnKind.Dictionary;
  store<u32>(column, indexed ? load<u32>(column, Column.Rows) : presence, Column.Index);
  store<u32>(column, indexed ? 4 : 0, Column.IndexStep);
}

/** Bytes of `presence`: a word of zeros, then ones. */
const NO_ROW: u32 = 0;
const EVERY_ROW: u32 = 8;

/** Everything that columns and cells hold is begun anew where it has become void, or found no room. */
function refresh(): void {
  refreshResiduals();
  if (full || valuesFull) forgetResiduals();
  if (mapsEpoch == epoch && truthsEpoch == epoch) return;
  full = false;
  forgetValues();
  memory.fill(truthTable, 0, TRUTH_TABLE_SIZE * 8);
  forgetTruthRows();
  truthsEpoch = epoch;
  mapsEpoch = epoch;
  for (let column = columns; column < columnsEnd; column += Column.Size) {
    const kind = load<u32>(column, Column.Kind);
    if (kind != ColumnKind.Dictionary && kind != ColumnKind.Constant) continue;
    memory.fill(load<u32>(column, Column.Map), 0, load<u32>(column, Column.Texts) * 4);
    store<u32>(column, 0, Column.Clean);
  }
}

/**
 * Looks at the texts of dictionaries once, so that rows need no more than their indices; and lists the columns that have to
 * be looked at row by row before anything is decided.
 */
function cleanColumns(): void {
  const rows = load<u32>(frame, BatchFrame.Rows);
  const owned = load<u32>(ownerColumn, Column.Kind) != ColumnKind.None;
  watchedCount = 0;
  allClean = !owned;
  allValuesClean = true;
  for (let index: u32 = 0; index < load<u32>(frame, BatchFrame.Columns); index++) {
    const column = columnAt(index);
    if (!load<u32>(column, Column.Clean)) clean(column, index, rows);
    const isClean = load<u32>(column, Column.Clean) != 0;
    if (index < <u32>BatchColumn.FirstKey) {
      if (index != BatchColumn.Owner && !isClean) allClean = false;
    } else if (!isClean) {
      allValuesClean = false;
      if (load<u32>(column, Column.Kind) != ColumnKind.Constant) store<u32>(watched + watchedCount++ * 4, column);
    }
  }
}

function clean(column: u32, index: u32, rows: u32): void {
  const kind = load<u32>(column, Column.Kind);
  const texts = load<u32>(column, Column.Texts);
  if (load<u32>(column, Column.Shape) == ValueShape.General || load<u32>(column, Column.Unknown) != 0) return;
  // What is more than the rows is looked at as rows ask for it.
  if (kind == ColumnKind.Dictionary ? texts > rows || !indicesFit(column, rows) : kind != ColumnKind.Constant) return;
  if (index < <u32>BatchColumn.FirstKey) {
    if (index != BatchColumn.Owner && load<u32>(column, Column.Validity) == 0 && partiesFit(column, index)) {
      store<u32>(column, 1, Column.Clean);
    }
  } else if (texts <= TEXTS_MAX && valuesFit(column)) {
    store<u32>(column, 1, Column.Clean);
  }
}

/** Whether the evaluator knows all of a dictionary's callers, actions or resources; they stand in its map from then on. */
function partiesFit(column: u32, index: u32): bool {
  // With owners, a text is not all there is to a resource.
  if (index == BatchColumn.Resource && load<u32>(ownerColumn, Column.Kind) != ColumnKind.None) return false;
  const texts = load<u32>(column, Column.Texts);
  const map = load<u32>(column, Column.Map);
  if (index == BatchColumn.Resource && texts > RESOURCE_TABLE_SIZE / 3) return false;
  for (let at: u32 = 0; at < texts; at++) {
    if (load<u32>(map + at * 4) != 0) continue;
    const text = locateText(column, at);
    if (text == 0 || locatedLength > VALUE_LENGTH_MAX) return false;
    let found: u32 = 0;
    if (index == BatchColumn.Principal) found = findCaller(text, locatedLength);
    else if (index == BatchColumn.Action) found = findAction(text, locatedLength) ? actionClass + 1 : 0;
    else {
      settle(text, locatedLength, 0);
      found = findResource(resourceAt - settingLength, settingLength, resourceLength);
      missing = 0;
      if (found == 0) found = keepResource();
    }
    if (found == 0) return false;
    store<u32>(map + at * 4, found);
  }
  return true;
}

/** Texts of a dictionary whose truths are kept by place. */
const TEXTS_MAX: u32 = TRUTH_BYTES / 8;
/** Columns whose rows are looked at before anything is decided. */
let watchedCount: u32 = 0;
/** Whether callers, actions and resources are all known by index alone; and values. */
let allClean: bool = false;
let allValuesClean: bool = false;

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
    // Once a call: what the host finds out meanwhile, the next call finds.
    if (done == 0 || cleanEpoch != epoch) {
      cleanColumns();
      cleanEpoch = epoch;
    }
    if (allClean && watchedCount == 0 && load<u32>(frame, BatchFrame.List) == 0) findByIndex(done, rows);
    else find(done, rows);
    if (allClean && allValuesClean) {
      for (let index: u32 = 0; index < rows; index++) {
        if (load<u32>(blockArea + CALLER + index * 4) != 0) decideCleanRow(index);
      }
    } else {
      for (let index: u32 = 0; index < rows; index++) {
        if (load<u32>(blockArea + CALLER + index * 4) != 0) decideRow(index);
      }
    }
    done += rows;
  }
  store<u32>(frame, done, BatchFrame.Done);
}

/** As of which epoch columns were looked at. */
let cleanEpoch: u32 = 0;

function defer(row: u32, reason: u32): void {
  const at = load<u32>(frame, BatchFrame.DeferredCount);
  const place = load<u32>(frame, BatchFrame.Deferred) + at * 8;
  store<u32>(place, row);
  store<u32>(place, reason, 4);
  store<u32>(frame, at + 1, BatchFrame.DeferredCount);
  store<u8>(decisions + row, BatchDecision.Undecided);
}

// ---- First stage: who, what, on what -------------------------------------------------------------------------------

/** The same where all is known by index. */
function findByIndex(done: u32, rows: u32): void {
  const first = load<u32>(frame, BatchFrame.First) + done;
  const callers = load<u32>(columnAt(BatchColumn.Principal), Column.Rows) + first * 4;
  const actions = load<u32>(columnAt(BatchColumn.Action), Column.Rows) + first * 4;
  const resources = load<u32>(columnAt(BatchColumn.Resource), Column.Rows) + first * 4;
  const callerMap = load<u32>(columnAt(BatchColumn.Principal), Column.Map);
  const classMap = load<u32>(columnAt(BatchColumn.Action), Column.Map);
  const recordMap = load<u32>(columnAt(BatchColumn.Resource), Column.Map);
  for (let index: u32 = 0; index < rows; index++) {
    const place = blockArea + index * 4;
    const caller = load<u32>(callerMap + load<u32>(callers + index * 4) * 4);
    const class_ = load<u32>(classMap + load<u32>(actions + index * 4) * 4) - 1;
    const record = load<u32>(recordMap + load<u32>(resources + index * 4) * 4);
    store<u32>(place + ROW, first + index);
    store<u32>(place + CALLER, caller);
    store<u32>(place + CLASS, class_);
    store<u32>(place + RECORD, record);
    const entry = findResidual(caller, class_, record);
    store<u32>(place + ENTRY, entry);
    // Read here, so that the second stage does not wait for it.
    store<u32>(place + ATOMS, entry != 0 ? load<u32>(entry, ResidualEntry.Atoms) : <u32>-1);
  }
}

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
    const entry = record != 0 ? findResidual(caller, class_ - 1, record) : entryByPlan(caller, class_ - 1, row);
    store<u32>(place + ENTRY, entry);
    store<u32>(place + ATOMS, entry != 0 ? load<u32>(entry, ResidualEntry.Atoms) : <u32>-1);
  }
}

/**
 * Whether a row is one that the evaluator can decide, whatever its residual then asks for; false: it is deferred. A single
 * request is refused for a value that cannot be, though nobody looks at it: so is a row. Of texts that may be anything, it
 * is enough that they are not too long.
 */
function isSound(row: u32): bool {
  for (let at: u32 = 0; at < watchedCount; at++) {
    const column = load<u32>(watched + at * 4);
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
  if (setting != 0 && isNothing(text, locatedLength)) return false;
  settle(text, locatedLength, setting);
  return true;
}

/** Puts a resource behind its setting, of which `setting` bytes stand in `settingText` already. */
function settle(text: u32, length: u32, setting: u32): void {
  resourceLength = length;
  if (hasTags) store<u8>(settingText + setting++, 0x23);
  settingLength = setting;
  resourceAt = text;
  if (setting == 0) return;
  copyBytes(settingText + setting, text, length);
  resourceAt = settingText + setting;
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

/** The entry for a resource that is new, by the plan for what is known of it, or 0. */
function entryByPlan(caller: u32, class_: u32, row: u32): u32 {
  // `recordOf` has located it.
  if (!hasIndex() || isNothing(resourceAt, resourceLength) || !isAscii(resourceAt, resourceLength)) return 0;
  const facts = findFacts(resourceAt, resourceLength, settingLength);
  if (facts == 0) return 0;
  const plan = findResidual(caller, class_, facts);
  if (plan == 0 || !hasTests(plan)) return 0;
  setResource(resourceAt, resourceLength);
  return entryOfWay(plan, wayOf(plan));
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
  const count = load<u32>(place + ATOMS);
  if (count > ATOMS_MAX) {
    decideFully(place, row, entry);
    return;
  }
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

/**
 * The same where all is known by index: truths are read without a branch that hangs on the row, and only a row of which
 * something is not known yet, or is unknown, takes the way above.
 */
function decideCleanRow(index: u32): void {
  const place = blockArea + index * 4;
  const count = load<u32>(place + ATOMS);
  if (count > ATOMS_MAX) {
    decideRow(index);
    return;
  }
  const row = load<u32>(place + ROW);
  const entry = load<u32>(place + ENTRY);
  let atom = entry + ResidualEntry.Rows;
  let way: u32 = 0;
  // 1 and 3 stand for False and True, 0 and 2 for what is to be looked at.
  let all: u32 = 1;
  for (let bit: u32 = 0; bit < count; bit++, atom += Atom.Size) {
    const column = load<u32>(slotColumns + load<u32>(atom, Atom.Key) * 4);
    const bits = load<u32>(column, Column.Present) + (row >> 3) * load<u32>(column, Column.PresentStep);
    const present = (<u32>load<u8>(bits) >> (row & 7)) & 1;
    const at = load<u32>(load<u32>(column, Column.Index) + row * load<u32>(column, Column.IndexStep));
    const truths = load<u32>(truthRowOf + load<u32>(atom, Atom.Number) * 4);
    const truth = select<u32>(load<u8>(truths + at), load<u32>(atom, Atom.Absent), present != 0);
    all &= truth;
    way |= (truth >> 1) << bit;
  }
  if (all & 1) {
    const outcome = load<u32>(atom + way * Cell.Size, Cell.Outcome);
    if (outcome != 0 && (causes == 0 || (outcome & 7) - 1 < <u32>DecisionCode.Indeterminate)) {
      emit(row, outcome);
      return;
    }
  }
  decideRow(index);
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
  if (load<u32>(column, Column.Kind) == ColumnKind.None) return truthOfAbsent(atom, place, row);
  const value = valueOf(column, row);
  if (value == 0) {
    defer(row, valueDeferral | (((column - columns) / Column.Size) << 16));
    return Asked.Deferred;
  }
  if (value == absentValue) return truthOfAbsent(atom, place, row);
  if (!load<u32>(column, Column.Clean)) return truthOfValue(atom, column, value, place, row);
  const truths = truthRowFor(atom, column);
  if (truths == 0) return truthOfValue(atom, column, value, place, row);
  const at = load<u32>(load<u32>(column, Column.Index) + row * load<u32>(column, Column.IndexStep));
  const known = <u32>load<u8>(truths + at);
  if (known != 0) return known - 1;
  const truth = truthOfValue(atom, column, value, place, row);
  if (truth != Asked.Deferred) store<u8>(truths + at, <u8>(truth + 1));
  return truth;
}

/** The same by the value's record, which outlasts a batch. */
function truthOfValue(atom: u32, column: u32, value: u32, place: u32, row: u32): u32 {
  const memory = load<u32>(atom, Atom.Memory);
  let hash = ((<u64>memory << 32) | value) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 32;
  const remembered = truthTable + (<u32>hash & (TRUTH_TABLE_SIZE - 1)) * 8;
  const known = load<u32>(remembered, 4);
  if (load<u32>(remembered) == memory && (known & ~(<u32>7)) == value) return (known & 7) - 1;
  const instruction = load<u32>(atom, Atom.Instruction);
  let truth: u32;
  if (memory == instruction) {
    // Without variables the value is all that is asked about.
    resetSteps();
    forgetAddress();
    fillValue(column, value);
    truth = entryTruth(instruction & ~(<u32>1), (instruction & 1) != 0);
  } else {
    truth = truthAfresh(atom, place, row);
    if (truth == Asked.Deferred) return truth;
  }
  store<u32>(remembered, memory);
  store<u32>(remembered, value | (truth + 1), 4);
  return truth;
}

/** The request does not give the key: what the parties make of it stands (REQ-44), which is a part of the residual. */
function truthOfAbsent(atom: u32, place: u32, row: u32): u32 {
  const known = load<u32>(atom, Atom.Absent);
  if (known != 0) return known - 1;
  const truth = truthAfresh(atom, place, row);
  if (truth != Asked.Deferred) store<u32>(atom, truth + 1, Atom.Absent);
  return truth;
}

function truthAfresh(atom: u32, place: u32, row: u32): u32 {
  if (!prepare(place, row)) return Asked.Deferred;
  const instruction = load<u32>(atom, Atom.Instruction);
  return entryTruth(instruction & ~(<u32>1), (instruction & 1) != 0);
}

/** Where the truths of a numbered atom stand by place in a clean dictionary, or 0. */
function truthRowFor(atom: u32, column: u32): u32 {
  const number = load<u32>(atom, Atom.Number);
  if (number == 0) return 0;
  const place = truthRowOf + number * 4;
  const known = load<u32>(place);
  if (known != truthRows) return known;
  const texts = load<u32>(column, Column.Texts);
  if (truthsUsed + texts > TRUTH_BYTES) return 0;
  const row = truthRows + truthsUsed;
  truthsUsed += texts;
  memory.fill(row, 0, texts);
  store<u32>(place, row);
  return row;
}

/** Bytes of truth rows in use. */
let truthsUsed: u32 = 0;

/** Truth rows are by places in the dictionaries of one batch. */
function forgetTruthRows(): void {
  // The first bytes are those of atoms that have no row: nothing of them is known.
  for (let number: u32 = 0; number <= numbers; number++) store<u32>(truthRowOf + number * 4, truthRows);
  truthsUsed = mostTexts;
  memory.fill(truthRows, 0, mostTexts);
}

/** Texts of the largest dictionary of a key: so many places an atom without a row must have. */
let mostTexts: u32 = 0;

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
  endNote(caller);
  if (outOfSteps()) {
    defer(row, Deferral.General);
    return false;
  }
  emit(row, packedResult());
  if (causes != 0) writeCauses(row);
  return true;
}

/** The plan in hand, and the way that an entry is being noted for. */
let planInHand: u32 = 0;
let wayInHand: u32 = 0;

/** Begins a residual for a resource that is new, under a plan. */
function noteByPlan(caller: u32, owner: u32): void {
  planInHand = 0;
  // What built-in rules make of a resource's name is more than statements do.
  if (factsInHand == 0 || !hasIndex() || actionBits & (RULED | ActionBits.GetSessionToken)) return;
  if (!hasRoomForResidual()) {
    full = true;
    return;
  }
  const plan = findResidual(caller, actionClass, factsInHand);
  if (plan == 0) {
    if (seenBefore(caller, actionClass, factsInHand)) beginPlan(caller, actionClass, owner);
    return;
  }
  setResource(resourceAt, resourceLength);
  if (!hasTests(plan)) return;
  const way = wayOf(plan);
  if (entryOfWay(plan, way) != 0 || !hasRoomForWay(plan)) return;
  planInHand = plan;
  wayInHand = way;
  beginResidual(caller, actionClass, 0, owner);
}

/** Files what `noteByPlan` began. */
function endNote(caller: u32): void {
  if (isPlanning) endPlan(caller, actionClass, factsInHand, VALUE_LENGTH_MAX);
  else if (planInHand != 0 && ended != 0) addWay(planInHand, wayInHand, ended);
  planInHand = 0;
}

/** Begins a residual for a resource that is kept and a triple that comes again. */
function note(place: u32, caller: u32, owner: u32): void {
  const record = load<u32>(place + RECORD);
  if (record == 0) {
    noteByPlan(caller, owner);
    return;
  }
  // Without the index every statement is to be looked at; what a built-in rule makes of layers is its own affair.
  if (!hasIndex() || actionBits & ActionBits.GetSessionToken) return;
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
