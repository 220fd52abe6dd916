/**
 * An index over long candidate lists by what their Resource patterns say behind the fifth colon. In any match the pattern's
 * fifth literal colon stands on a colon of the ARN, and the literal text behind it follows there, whatever stars and `?` did
 * before; so a pattern is filed under its literal text (in steps of four bytes), and an ARN is looked up behind each of its
 * colons from the fifth on. Patterns that say less are looked at always.
 */
import { ElementBits, Format, StatementRecord } from "../src/bytecode/layout";
import { Mark } from "../src/bytecode/opcodes";
import { elementAt, elementBits, elementCount, patternAt, patternLength, statementAt } from "./bundle";
import { selection } from "./memory";
import { addSteps } from "./steps";

/** Lists shorter than this are not worth an index. */
export const INDEXED_MIN: u32 = 12;
/** More than this many selected candidates, and the whole list is looked at. */
const SELECTED_MAX: u32 = 256;
/** Four-byte steps of literal text that are told apart. */
const STEPS_MAX: u32 = 10;
/** Colons of an ARN's resource part that are followed; an ARN with more is held against the whole list. */
const COLONS_MAX: u32 = 8;

/** Behind the candidates: heads (a power of two), then rows of hash, place and next; then the places looked at always. */
const HEADER: u32 = 3;

let literalHash: u32 = 0;

/**
 * Files `count` candidates at `list` and writes the index behind them, at most `room` words. Returns the words used; 0: it
 * does not fit or is no use.
 */
export function buildIndex(list: u32, count: u32, mask: u32, room: u32): u32 {
  let rows: u32 = 0;
  for (let place: u32 = 0; place < count; place++) rows += patternCount(load<u32>(list + place * 4) & mask);
  let heads: u32 = 16;
  while (heads < rows) heads <<= 1;
  const index = list + count * 4;
  if (HEADER + heads + rows * 3 + count > room) return 0;
  const headsAt = index + HEADER * 4;
  const rowsAt = headsAt + heads * 4;
  memory.fill(headsAt, 0, heads * 4);
  let used: u32 = 0;
  // Places that are looked at always grow from behind the rows' room.
  const alwaysAt = rowsAt + rows * 12;
  let always: u32 = 0;
  for (let place: u32 = 0; place < count; place++) {
    const statement = load<u32>(list + place * 4) & mask;
    if (!isFiled(statement)) {
      store<u32>(alwaysAt + always++ * 4, place);
      continue;
    }
    const element = load<u32>(statementAt(statement), StatementRecord.Resource);
    const entries = elementAt(element);
    const patterns = elementCount(element);
    for (let entry: u32 = 0; entry < patterns; entry++) {
      literalSteps(load<u32>(entries + entry * 4));
      const head = headsAt + (literalHash & (heads - 1)) * 4;
      const row = rowsAt + used++ * 12;
      store<u32>(row, literalHash);
      store<u32>(row, place, 4);
      store<u32>(row, load<u32>(head), 8);
      store<u32>(head, row);
    }
  }
  store<u32>(index, heads);
  store<u32>(index, alwaysAt, 4);
  store<u32>(index, always, 8);
  return always == count ? 0 : HEADER + heads + rows * 3 + always;
}

function patternCount(statement: u32): u32 {
  const element = load<u32>(statementAt(statement), StatementRecord.Resource);
  return element >= <u32>Format.Never ? 0 : elementCount(element);
}

/** Whether every pattern of a statement's Resource has literal text to be filed under. */
function isFiled(statement: u32): bool {
  const element = load<u32>(statementAt(statement), StatementRecord.Resource);
  if (element >= <u32>Format.Never || elementBits(element) & ElementBits.Negated) return false;
  const entries = elementAt(element);
  const count = elementCount(element);
  for (let entry: u32 = 0; entry < count; entry++) if (literalSteps(load<u32>(entries + entry * 4)) == 0) return false;
  return true;
}

/** Four-byte steps of literal text behind a pattern's fifth literal colon, their hash in `literalHash`; 0: none. */
function literalSteps(pattern: u32): u32 {
  const text = patternAt(pattern);
  const length = patternLength(pattern);
  let at: u32 = 0;
  for (let colons: u32 = 0; colons < 5; at++) {
    if (at == length) return 0;
    const byte = load<u8>(text + at);
    if (byte == Mark.Variable) return 0;
    if (byte == 0x3a) colons++;
  }
  let literal: u32 = 0;
  while (at + literal < length && <u32>load<u8>(text + at + literal) < <u32>Mark.Variable) literal++;
  const steps = min(literal >> 2, STEPS_MAX);
  addSteps(literal + at);
  literalHash = 0;
  for (let step: u32 = 0; step < steps; step++) literalHash = mixed(literalHash, load<u32>(text + at + step * 4));
  return steps;
}

function mixed(hash: u32, word: u32): u32 {
  const product = <u64>(rotl(hash, 5) ^ word) * 0x9e3779b97f4a7c15;
  return <u32>(product >> 32) ^ <u32>product;
}

let selected: u32 = 0;

/**
 * Selects from an indexed list those that can match the resource, in the order of the list, into `selection`. Returns how
 * many; -1: too many, or an odd ARN: the whole list has to be looked at.
 */
export function select(list: u32, count: u32, resource: u32, resourceLength: u32): i32 {
  const index = list + count * 4;
  const heads = load<u32>(index);
  const headsAt = index + HEADER * 4;
  selected = 0;
  let colons: u32 = 0;
  for (let at: u32 = 0; at < resourceLength; at++) {
    if (load<u8>(resource + at) != 0x3a) continue;
    colons++;
    if (colons < 5) continue;
    if (colons > 5 + COLONS_MAX) return -1;
    const text = resource + at + 1;
    const steps = min((resourceLength - at - 1) >> 2, STEPS_MAX);
    let hash: u32 = 0;
    for (let step: u32 = 0; step < steps; step++) {
      hash = mixed(hash, load<u32>(text + step * 4));
      if (!collect(load<u32>(headsAt + (hash & (heads - 1)) * 4), hash)) return -1;
    }
  }
  addSteps(resourceLength);
  const alwaysAt = load<u32>(index, 4);
  const always = load<u32>(index, 8);
  if (selected + always > SELECTED_MAX) return -1;
  for (let place: u32 = 0; place < always; place++) {
    store<u32>(selection + selected++ * 4, load<u32>(alwaysAt + place * 4));
  }
  sortPlaces();
  return withCandidates(list);
}

function collect(row: u32, hash: u32): bool {
  while (row != 0) {
    addSteps(1);
    if (load<u32>(row) == hash) {
      if (selected == SELECTED_MAX) return false;
      store<u32>(selection + selected++ * 4, load<u32>(row, 4));
    }
    row = load<u32>(row, 8);
  }
  return true;
}

/** Insertion sort: the lists are short. */
function sortPlaces(): void {
  for (let end: u32 = 1; end < selected; end++) {
    const value = load<u32>(selection + end * 4);
    let at = end;
    while (at > 0 && load<u32>(selection + (at - 1) * 4) > value) {
      store<u32>(selection + at * 4, load<u32>(selection + (at - 1) * 4));
      at--;
    }
    store<u32>(selection + at * 4, value);
    addSteps(end - at + 1);
  }
}

/** Turns places into candidate words, each once. */
function withCandidates(list: u32): i32 {
  let kept: u32 = 0;
  let last: u32 = 0xffffffff;
  for (let at: u32 = 0; at < selected; at++) {
    const place = load<u32>(selection + at * 4);
    if (place == last) continue;
    last = place;
    store<u32>(selection + kept++ * 4, load<u32>(list + place * 4));
  }
  return kept;
}
