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
import { DecisionCode, ElementBits, FixedBy, Format, Result, StatementRecord, Section, Truth } from "../src/bytecode/layout";
import { generation } from "./actions";
import { Mark, PatternKind } from "../src/bytecode/opcodes";
import {
  elementAt,
  elementBits,
  elementCount,
  patternAt,
  patternKind,
  patternLength,
  patternLiteral,
  plainResources,
  sectionSize,
} from "./bundle";
import { blockAtoms, entryTruth } from "./conditions";
import { forgetResources } from "./dictionary";
import { expand, expandedLength, expandedTooLong, markSegments } from "./expand";
import { matches } from "./glob";
import { resource, resourceLength } from "./statement";
import {
  copyBytes,
  expansion,
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
let entry: u32 = 0;
let entryCaller: u32 = 0;
let entryClass: u32 = 0;
let entryResource: u32 = 0;
let cursor: u32 = 0;
let full: bool = false;

/** Grows whenever what was noted is void, so that whoever holds on to records can tell. */
export let epoch: u32 = 1;

/** Slots in use: few at first, so that they stay near one another; more once these were not enough. */
let tableSize: u32 = 16384;

/** Nothing that was noted holds any more. */
export function forgetResiduals(): void {
  memory.fill(residualTable, 0, tableSize * SLOT);
  if (entries >= tableSize / 2 && tableSize < RESIDUAL_TABLE_SIZE) tableSize *= 4;
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
  return used + ENTRY_BYTES + ROWS_BYTES + Plan.Size + TESTS_BYTES <= RESIDUAL_BYTES && entries < tableSize / 2;
}

function tripleHash(caller: u32, class_: u32, resource: u32): u32 {
  let mixed = ((<u64>caller << 32) | resource) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ class_ ^ (mixed >> 29)) * 0xd6e8feb86659fd93;
  return <u32>(mixed >> 32);
}

/** The entry of a caller's entry, an action's class and a resource's record, or 0. */
export function findResidual(caller: u32, class_: u32, resource: u32): u32 {
  let slot = tripleHash(caller, class_, resource) & (tableSize - 1);
  while (true) {
    const record = residualTable + slot * SLOT;
    const found = load<u32>(record, 12);
    if (found == 0) return 0;
    if (load<u32>(record) == caller && load<u32>(record, 4) == class_ && load<u32>(record, 8) == resource) return found;
    slot = (slot + 1) & (tableSize - 1);
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
  store<u32>(entry, owner, ResidualEntry.Owner);
  store<u32>(entry, NO_TABLE, ResidualEntry.Atoms);
  cursor = entry + ROWS_BYTES;
  store<u32>(entry, cursor, ResidualEntry.Groups);
  full = false;
  ended = 0;
  mode = Mode.Record;
}

/** The entry that was ended since the last one was begun, or 0. */
export let ended: u32 = 0;

/** Ends the entry begun last and files it; one that stands for no resource of its own is a plan's to file. */
export function endResidual(): void {
  mode = Mode.Plain;
  ended = entry;
  if (full) {
    store<u32>(entry, TOO_LARGE, ResidualEntry.Atoms);
    cursor = entry + ResidualEntry.Rows;
  } else {
    listAtoms();
  }
  used = ((cursor + 7) & ~7) - residualArea;
  if (entryResource != 0) file(entryCaller, entryClass, entryResource, entry);
  takeResidual(entry);
}

function file(caller: u32, class_: u32, resource: u32, what: u32): void {
  let slot = tripleHash(caller, class_, resource) & (tableSize - 1);
  while (load<u32>(residualTable + slot * SLOT, 12) != 0) slot = (slot + 1) & (tableSize - 1);
  const record = residualTable + slot * SLOT;
  store<u32>(record, caller);
  store<u32>(record, class_, 4);
  store<u32>(record, resource, 8);
  store<u32>(record, what, 12);
  entries++;
}

// ---- Plans ---------------------------------------------------------------------------------------------------------

/**
 * What resources that are new each time are held against, for a caller, an action and what is known of the resource: the
 * distinct Resource elements of all statements that are looked at, and the residuals for the ways in which these came out so
 * far. The decision hangs on such a resource through these truths alone. Filed like residuals, under the resource's facts.
 */
export const enum Plan {
  /** How many elements; more than ELEMENTS_MAX: there is no plan. */
  Elements = 0,
  Ways = 4,
  /** Ids of the elements while they are listed; then where the tests of each begin. */
  First = 8,
  /** Pairs of the elements' truths, a bit each, and the entry. */
  FirstWay = 136,
  Size = 264,
}

/** The patterns of one element, with the caller's values in the place of variables. */
export const enum PlanTests {
  Negated = 0,
  Count = 4,
  First = 8,
}

export const enum PlanTest {
  /** `PatternKind`. */
  Kind = 0,
  Pattern = 4,
  Length = 8,
  Literal = 12,
  Size = 16,
}

const ELEMENTS_MAX: u32 = 32;
const WAYS_MAX: u32 = 16;
const NO_PLAN: u32 = 33;
/** Room for the tests of a plan. */
const TESTS_BYTES: u32 = 8192;

/** Whether what is noted makes a plan, too. */
export let isPlanning: bool = false;
let plan: u32 = 0;
let planElements: u32 = 0;

/** Begins an entry, and the plan that it is the first of. There must be room. */
export function beginPlan(caller: u32, class_: u32, owner: u32): void {
  plan = residualArea + used;
  used += Plan.Size;
  planElements = 0;
  isPlanning = true;
  beginResidual(caller, class_, 0, owner);
}

/** Notes an element that the resource is held against. */
export function planElement(element: u32): void {
  if (planElements > ELEMENTS_MAX || element >= <u32>Format.Never) return;
  for (let index: u32 = 0; index < planElements; index++) {
    if (load<u32>(plan + Plan.First + index * 4) == element) return;
  }
  if (planElements == ELEMENTS_MAX) spoilPlan();
  else store<u32>(plan + Plan.First + planElements++ * 4, element);
}

export function spoilPlan(): void {
  planElements = NO_PLAN;
}

/** Ends the plan begun last and files it; nothing is filed where a built-in rule decided. `longest`: no resource is longer. */
export function endPlan(caller: u32, class_: u32, facts: u32, longest: u32): void {
  isPlanning = false;
  if (ended == 0) return;
  const start = residualArea + used;
  let at = start;
  for (let index: u32 = 0; index < planElements && planElements <= ELEMENTS_MAX; index++) {
    const place = plan + Plan.First + index * 4;
    const next = writeTests(load<u32>(place), at, start + TESTS_BYTES, longest);
    store<u32>(place, at);
    if (next == 0) spoilPlan();
    else at = next;
  }
  if (planElements <= ELEMENTS_MAX) used = at - residualArea;
  store<u32>(plan, planElements, Plan.Elements);
  store<u32>(plan, 0, Plan.Ways);
  file(caller, class_, facts, plan);
  if (planElements <= ELEMENTS_MAX) addWay(plan, wayOf(plan), ended);
}

/** Writes an element's tests; where they end, or 0: some variable's value is not known, or there is no room. */
function writeTests(element: u32, to: u32, end: u32, longest: u32): u32 {
  const ids = elementAt(element);
  const count = elementCount(element);
  let tests: u32 = 0;
  let at = to + PlanTests.First + count * PlanTest.Size;
  if (at > end) return 0;
  for (let index: u32 = 0; index < count; index++) {
    const id = load<u32>(ids + index * 4);
    const test = to + PlanTests.First + tests * PlanTest.Size;
    let kind = patternKind(id);
    let pattern = patternAt(id);
    let length = patternLength(id);
    let literal = patternLiteral(id);
    if (kind == PatternKind.Variables) {
      const known = expand(pattern, length, longest);
      if (known == Truth.Unknown) return 0;
      // Without a value, or too long, it matches nothing (MATCH-27).
      if (known == Truth.False || expandedTooLong) continue;
      kind = !plainResources() && markSegments() ? PatternKind.Segments : PatternKind.Greedy;
      length = expandedLength;
      if (at + length + 16 > end) return 0;
      pattern = at;
      copyBytes(at, expansion, length);
      at = (at + length + 16 + 3) & ~3;
      literal = 0;
      while (literal < length && load<u8>(pattern + literal) < <u8>Mark.Variable) literal++;
    }
    store<u32>(test, kind, PlanTest.Kind);
    store<u32>(test, pattern, PlanTest.Pattern);
    store<u32>(test, length, PlanTest.Length);
    store<u32>(test, literal, PlanTest.Literal);
    tests++;
  }
  store<u32>(to, elementBits(element) & ElementBits.Negated ? 1 : 0, PlanTests.Negated);
  store<u32>(to, tests, PlanTests.Count);
  return at;
}

export function hasTests(found: u32): bool {
  return load<u32>(found, Plan.Elements) <= ELEMENTS_MAX;
}

/** How the resource in hand comes out against a plan's elements. Only where the plan has tests. */
export function wayOf(found: u32): u32 {
  const count = load<u32>(found, Plan.Elements);
  let way: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const tests = load<u32>(found + Plan.First + index * 4);
    let test = tests + PlanTests.First;
    const end = test + load<u32>(tests, PlanTests.Count) * PlanTest.Size;
    let any: u32 = 0;
    for (; test < end && any == 0; test += PlanTest.Size) {
      const hit = matches(
        load<u32>(test, PlanTest.Kind),
        load<u32>(test, PlanTest.Pattern),
        load<u32>(test, PlanTest.Length),
        load<u32>(test, PlanTest.Literal),
        resource,
        resourceLength,
      );
      if (hit) any = 1;
    }
    way |= (any ^ load<u32>(tests, PlanTests.Negated)) << index;
  }
  return way;
}

/** The entry for a way, or 0. */
export function entryOfWay(found: u32, way: u32): u32 {
  let pair = found + Plan.FirstWay;
  const end = pair + load<u32>(found, Plan.Ways) * 8;
  for (; pair < end; pair += 8) if (load<u32>(pair) == way) return load<u32>(pair, 4);
  return 0;
}

export function addWay(found: u32, way: u32, what: u32): void {
  const count = load<u32>(found, Plan.Ways);
  if (count == WAYS_MAX) return;
  store<u32>(found + Plan.FirstWay + count * 8, way);
  store<u32>(found + Plan.FirstWay + count * 8, what, 4);
  store<u32>(found, count + 1, Plan.Ways);
}

export function hasRoomForWay(found: u32): bool {
  return load<u32>(found, Plan.Ways) < WAYS_MAX;
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
