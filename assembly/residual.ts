/**
 * What is left of a question once its caller, action and resource are settled: for each document set that is looked at, the
 * statements that may still hit, with what is certain of them. Plain requests that ask the same of the same resource again
 * need only the conditions of these. The memo is bounded and begun anew when it is full; a triple is noted when it is seen
 * the second time, so that a stream of new ones costs nothing but a glance.
 *
 * An entry is a row of words: what is settled, the atoms (condition entries that are still open, each distinct one once), a
 * table with a cell for each way in which these can come out, then a group for each set in the order in which
 * `evaluateLayers` comes to them. The decision hangs on the request through the atoms' truths alone, so a cell that was
 * filled once answers for good; cells exist for atoms that are true or false, whatever is unknown goes the long way.
 */
import { DecisionCode, FixedBy, Result, StatementRecord, Section } from "../src/bytecode/layout";
import { generation } from "./actions";
import { sectionSize } from "./bundle";
import { blockAtoms, entryTruth } from "./conditions";
import { forgetResources } from "./dictionary";
import {
  copyBytes,
  fixedKeys,
  NUMBER_TABLE_SIZE,
  numberTable,
  partyArea,
  RESIDUAL_BYTES,
  RESIDUAL_SEEN,
  RESIDUAL_TABLE_SIZE,
  residualArea,
  residualSeen,
  residualTable,
  result,
  truthRowOf,
  truthRows,
} from "./memory";

export const enum ResidualEntry {
  /** `OwnerKind`. */
  Owner = 0,
  /** How many atoms there are, or `NO_TABLE`: the groups are to be looked at each time, or `TOO_LARGE`: there are none. */
  Atoms = 4,
  /** Where the first group stands. */
  Groups = 8,
  /** Atoms, then cells. */
  Rows = 12,
}

export const enum Atom {
  /** The instruction; its lowest bit says that a Deny asks. */
  Instruction = 0,
  /** Key id of its slot. */
  Key = 4,
  /** Under what its truth can be remembered: the instruction, or this atom where variables are in play. */
  Memory = 8,
  /** Its number, equal for atoms that are equal wherever they stand; 0: it has none. */
  Number = 12,
  /** 1 + its truth where the request does not give the key: caller and resource settle it. 0: not known yet. */
  Absent = 16,
  Size = 20,
}

export const enum Cell {
  /** The outcome packed by `packedResult`; 0: not filled. */
  Outcome = 0,
  /** The host's number of the whole decision; 0: it has none yet. */
  Number = 4,
  Size = 8,
}

/** More atoms than this make no table. */
export const ATOMS_MAX: u32 = 5;
const NO_TABLE: u32 = 0x100;
const TOO_LARGE: u32 = 0x101;

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

const SLOT: u32 = 16;
/** Longest entry. */
const ENTRY_BYTES: u32 = 65536;
/** Bytes kept free behind the groups while they are noted: atoms and cells are put before them at the end. */
const ROWS_BYTES: u32 = ResidualEntry.Rows + ATOMS_MAX * Atom.Size + (1 << ATOMS_MAX) * Cell.Size;

let used: u32 = 0;
let entries: u32 = 0;
let since: u32 = 1;
/** Of the triple looked up last. */
let hash: u32 = 0;
let entry: u32 = 0;
let entryCaller: u32 = 0;
let entryClass: u32 = 0;
let entryResource: u32 = 0;
let entryHash: u32 = 0;
let cursor: u32 = 0;
let full: bool = false;

/** Grows whenever what was noted is void, so that whoever holds on to records can tell. */
export let epoch: u32 = 1;

/** Nothing that was noted holds any more. */
export function forgetResiduals(): void {
  memory.fill(residualTable, 0, RESIDUAL_TABLE_SIZE * SLOT);
  forgetResources();
  memory.fill(numberTable, 0, NUMBER_TABLE_SIZE * NUMBER_SLOT);
  used = 0;
  entries = 0;
  numbers = 0;
  since = generation;
  epoch++;
}

/** Before anything of a request is looked up: drops what classes that were given out anew have made void. */
export function refreshResiduals(): void {
  if (since != generation) forgetResiduals();
}

/** Whether another entry fits. */
export function hasRoomForResidual(): bool {
  return used + ENTRY_BYTES + ROWS_BYTES <= RESIDUAL_BYTES && entries < RESIDUAL_TABLE_SIZE / 2;
}

function tripleHash(caller: u32, class_: u32, resource: u32): u32 {
  let mixed = ((<u64>caller << 32) | resource) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ class_ ^ (mixed >> 29)) * 0xd6e8feb86659fd93;
  return <u32>(mixed >> 32);
}

/** The entry of a caller's entry, an action's class and a resource's record, or 0. */
export function findResidual(caller: u32, class_: u32, resource: u32): u32 {
  hash = tripleHash(caller, class_, resource);
  let slot = hash & (RESIDUAL_TABLE_SIZE - 1);
  while (true) {
    const record = residualTable + slot * SLOT;
    const found = load<u32>(record, 12);
    if (found == 0) return 0;
    if (load<u32>(record) == caller && load<u32>(record, 4) == class_ && load<u32>(record, 8) == resource) return found;
    slot = (slot + 1) & (RESIDUAL_TABLE_SIZE - 1);
  }
}

/**
 * Whether a triple, by the hash of its resource's text, has been seen before. Triples give way to each other by the caller's
 * place among the parties, not by its address, so that steps are the same in every build.
 */
export function seenBefore(caller: u32, class_: u32, resourceHash: u32): bool {
  const mark = tripleHash(caller - partyArea, class_, resourceHash) | 1;
  const place = residualSeen + ((mark >> 1) & (RESIDUAL_SEEN - 1)) * 4;
  if (load<u32>(place) == mark) return true;
  store<u32>(place, mark);
  return false;
}

/** Begins an entry for a triple without one; the sets looked at from now on are noted. There must be room. */
export function beginResidual(caller: u32, class_: u32, resource: u32, owner: u32): void {
  entry = residualArea + used;
  entryCaller = caller;
  entryClass = class_;
  entryResource = resource;
  entryHash = tripleHash(caller, class_, resource);
  store<u32>(entry, owner, ResidualEntry.Owner);
  store<u32>(entry, NO_TABLE, ResidualEntry.Atoms);
  cursor = entry + ROWS_BYTES;
  store<u32>(entry, cursor, ResidualEntry.Groups);
  full = false;
  mode = Mode.Record;
}

/** Ends the entry begun last and files it. */
export function endResidual(): void {
  mode = Mode.Plain;
  if (full) {
    store<u32>(entry, TOO_LARGE, ResidualEntry.Atoms);
    cursor = entry + ResidualEntry.Rows;
  } else {
    listAtoms();
  }
  let slot = entryHash & (RESIDUAL_TABLE_SIZE - 1);
  while (load<u32>(residualTable + slot * SLOT, 12) != 0) slot = (slot + 1) & (RESIDUAL_TABLE_SIZE - 1);
  const record = residualTable + slot * SLOT;
  store<u32>(record, entryCaller);
  store<u32>(record, entryClass, 4);
  store<u32>(record, entryResource, 8);
  store<u32>(record, entry, 12);
  used = ((cursor + 7) & ~7) - residualArea;
  entries++;
  takeResidual(entry);
}

/** How many atoms have numbers. */
export let numbers: u32 = 0;

const NUMBER_SLOT: u32 = 12;

/**
 * The number of an instruction (with the bit of its effect) as a caller's entry has it, or 0 as all have it; 0: there are too
 * many.
 */
export function numberOf(instruction: u32, caller: u32): u32 {
  const mixed = (((<u64>instruction << 32) | caller) * 0x9e3779b97f4a7c15) >> 32;
  let slot = <u32>mixed & (NUMBER_TABLE_SIZE - 1);
  while (true) {
    const place = numberTable + slot * NUMBER_SLOT;
    const found = load<u32>(place);
    if (found == instruction && load<u32>(place, 4) == caller) return load<u32>(place, 8);
    if (found == 0) {
      if (numbers == NUMBER_TABLE_SIZE / 2) return 0;
      store<u32>(place, instruction);
      store<u32>(place, caller, 4);
      store<u32>(place, ++numbers, 8);
      // It has no row of truths yet.
      store<u32>(truthRowOf + numbers * 4, truthRows);
      return numbers;
    }
    slot = (slot + 1) & (NUMBER_TABLE_SIZE - 1);
  }
}

// ---- Atoms and cells -----------------------------------------------------------------------------------------------

/** A statement's id must fit into an outcome. */
const STATEMENTS_MAX: u32 = 1 << 24;

/** Lists the distinct entries that the noted conditions still hang on, makes room for their cells and moves the groups up. */
function listAtoms(): void {
  const groups = entry + ROWS_BYTES;
  let atoms: u32 = 0;
  let item = groups;
  let within: u32 = 0;
  let tabled = sectionSize(Section.Statements) / StatementRecord.Size < STATEMENTS_MAX;
  while (tabled && item < cursor) {
    if (within == 0) {
      within = load<u32>(item, ResidualGroup.Count);
      item += ResidualGroup.Items;
      continue;
    }
    const bits = load<u32>(item, ResidualItem.Bits);
    const condition = load<u32>(item, ResidualItem.Condition);
    if (bits & ItemBits.Open) tabled = false;
    else if (condition != <u32>-1) {
      atoms = blockAtoms(condition, (bits & ItemBits.Deny) != 0, entry + ResidualEntry.Rows, atoms, entryCaller);
      tabled = atoms <= ATOMS_MAX;
    }
    item += ResidualItem.Size;
    within--;
  }
  let rows: u32 = 0;
  if (tabled) {
    const cells = entry + ResidualEntry.Rows + atoms * Atom.Size;
    rows = atoms * Atom.Size + (<u32>1 << atoms) * Cell.Size;
    store<u32>(entry, atoms, ResidualEntry.Atoms);
    for (let at = cells; at < entry + ResidualEntry.Rows + rows; at += 4) store<u32>(at, 0);
  }
  const to = entry + ResidualEntry.Rows + rows;
  copyBytes(to, groups, cursor - groups);
  store<u32>(entry, to, ResidualEntry.Groups);
  cursor = to + (cursor - groups);
}

/** Whether an entry has cells. */
export function hasCells(found: u32): bool {
  return load<u32>(found, ResidualEntry.Atoms) <= ATOMS_MAX;
}

/** The first cell of an entry that has cells. */
export function cellsOf(found: u32): u32 {
  return found + ResidualEntry.Rows + load<u32>(found, ResidualEntry.Atoms) * Atom.Size;
}

/** The cell for the atoms' truths with the slots as they are, or 0: some atom is unknown. Only where there are cells. */
export function cellOf(found: u32): u32 {
  const count = load<u32>(found, ResidualEntry.Atoms);
  let atom = found + ResidualEntry.Rows;
  let index: u32 = 0;
  for (let bit: u32 = 0; bit < count; bit++, atom += Atom.Size) {
    const instruction = load<u32>(atom, Atom.Instruction);
    const truth = entryTruth(instruction & ~(<u32>1), (instruction & 1) != 0);
    // Truth is 0, 1 (unknown) or 2.
    if (truth & 1) return 0;
    index |= (truth >> 1) << bit;
  }
  return cellsOf(found) + index * Cell.Size;
}

/** The result as a word: its `DecisionCode` + 1, its layer, and 1 + its first statement if it names one. */
export function packedResult(): u32 {
  const code = load<u32>(result, Result.Decision);
  let word = code + 1;
  if (code >= <u32>DecisionCode.Indeterminate) return word;
  word |= load<u32>(result, Result.DecidedBy) << 3;
  if (load<u32>(result, Result.StatementCount) == 0) return word;
  return word | ((load<u32>(load<u32>(result, Result.Statements)) + 1) << 7);
}

// ---- Replaying and noting ------------------------------------------------------------------------------------------

/** The sets looked at from now on are taken from an entry, unless it is too large to hold them. */
export function takeResidual(found: u32): void {
  if (load<u32>(found, ResidualEntry.Atoms) == TOO_LARGE) return;
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
  return load<u8>(fixedKeys + key) != FixedBy.Nobody;
}

/** Whether the caller alone does. */
export function isFixedByCaller(key: u32): bool {
  return load<u8>(fixedKeys + key) == FixedBy.Caller;
}
