/**
 * Wildcards over UTF-8, counted in UTF-16 units (MATCH-29): a character of four bytes is two units, so a place can lie in
 * its middle. Literal text is well-formed, hence never matches from there; `?` and `*` may.
 */
import { Mark, PatternKind } from "../src/bytecode/opcodes";
import { clearBytes, rowA, rowB } from "./memory";
import { addSteps } from "./steps";

/**
 * Whether a pattern of known kind matches the whole text. Not for patterns with variables. `literal`: how many bytes stand
 * before its first mark; comparing them first decides most misses.
 */
export function matches(
  kind: u32,
  pattern: u32,
  patternLength: u32,
  literal: u32,
  text: u32,
  textLength: u32,
): bool {
  switch (kind) {
    case PatternKind.Exact:
      addSteps(1);
      return patternLength == textLength && sameBytes(pattern, text, textLength);
    case PatternKind.Any:
      addSteps(1);
      return true;
    case PatternKind.Prefix:
      addSteps(1);
      return patternLength - 1 <= textLength && sameBytes(pattern, text, patternLength - 1);
    case PatternKind.Greedy:
      if (literal > textLength || !sameBytes(pattern, text, literal)) {
        addSteps(1);
        return false;
      }
      return globGreedy(pattern + literal, patternLength - literal, text + literal, textLength - literal);
    case PatternKind.Segments:
      if (literal > textLength || !sameBytes(pattern, text, literal)) {
        addSteps(1);
        return false;
      }
      return globSegments(pattern + literal, patternLength - literal, text + literal, textLength - literal);
    default:
      return unreachable();
  }
}

export function sameBytes(left: u32, right: u32, length: u32): bool {
  if (length >= 8) {
    const last = length - 8;
    for (let at: u32 = 0; at < last; at += 8) {
      if (load<u64>(left + at) != load<u64>(right + at)) return false;
    }
    return load<u64>(left + last) == load<u64>(right + last);
  }
  for (let at: u32 = 0; at < length; at++) {
    if (load<u8>(left + at) != load<u8>(right + at)) return false;
  }
  return true;
}

/** How far the next UTF-16 unit reaches: a four-byte character is two steps of two bytes. */
function unitAt(text: u32): u32 {
  const byte = load<u8>(text);
  if (byte < 0x80) return 1;
  if (byte < 0xc0) return 2;
  if (byte < 0xe0) return 2;
  if (byte < 0xf0) return 3;
  return 2;
}

/**
 * Stars that may run anywhere: when a later star is reached, the earlier one is settled, so one place to go back to is
 * enough. At most (pattern + 1) × (text + 1) steps.
 */
export function globGreedy(pattern: u32, patternLength: u32, text: u32, textLength: u32): bool {
  const patternEnd = pattern + patternLength;
  const textEnd = text + textLength;
  let p = pattern;
  let t = text;
  let starPattern: u32 = 0;
  let starText: u32 = 0;
  let work: u32 = 0;
  while (t < textEnd) {
    work++;
    if (p < patternEnd) {
      const mark = load<u8>(p);
      if (mark == Mark.Star) {
        p++;
        if (p == patternEnd) {
          addSteps(work);
          return true;
        }
        const next = load<u8>(p);
        if (next < <u8>Mark.Variable) {
          // Literal text begins where its first byte stands; that byte begins a character, so bytes may be skipped.
          const from = t;
          while (t < textEnd && load<u8>(t) != next) t++;
          work += t - from;
        }
        starPattern = p;
        starText = t;
        continue;
      }
      if (mark == Mark.One || (mark == Mark.SegmentOne && load<u8>(t) != 0x3a)) {
        p++;
        t += unitAt(t);
        continue;
      }
      if (mark == load<u8>(t)) {
        p++;
        t++;
        continue;
      }
    }
    if (starPattern == 0) {
      addSteps(work);
      return false;
    }
    starText += unitAt(starText);
    p = starPattern;
    const next = load<u8>(p);
    if (next < <u8>Mark.Variable) {
      const from = starText;
      while (starText < textEnd && load<u8>(starText) != next) starText++;
      work += starText - from;
    }
    t = starText;
  }
  while (p < patternEnd && load<u8>(p) == Mark.Star) p++;
  addSteps(work + 1);
  return p == patternEnd;
}

/**
 * Stars that must not run across a colon (MATCH-22): the set of places that the pattern so far can reach, one mark or byte
 * after the other. Pattern × text steps.
 */
export function globSegments(pattern: u32, patternLength: u32, text: u32, textLength: u32): bool {
  let reached = rowA;
  let next = rowB;
  clearBytes(reached, textLength + 4);
  store<u8>(reached, 1);
  for (let at: u32 = 0; at < patternLength; at++) {
    const mark = load<u8>(pattern + at);
    clearBytes(next, textLength + 4);
    addSteps(textLength + 1);
    let alive = false;
    if (mark == Mark.Star || mark == Mark.SegmentStar) {
      for (let place: u32 = 0; place <= textLength; place++) {
        if (load<u8>(reached + place) | load<u8>(next + place)) {
          store<u8>(next + place, 1);
          alive = true;
          if (place < textLength && (mark == Mark.Star || load<u8>(text + place) != 0x3a)) {
            store<u8>(next + place + unitAt(text + place), 1);
          }
        }
      }
    } else if (mark == Mark.One || mark == Mark.SegmentOne) {
      for (let place: u32 = 0; place < textLength; place++) {
        if (load<u8>(reached + place) && (mark == Mark.One || load<u8>(text + place) != 0x3a)) {
          store<u8>(next + place + unitAt(text + place), 1);
          alive = true;
        }
      }
    } else {
      for (let place: u32 = 0; place < textLength; place++) {
        if (load<u8>(reached + place) && load<u8>(text + place) == mark) {
          store<u8>(next + place + 1, 1);
          alive = true;
        }
      }
    }
    if (!alive) return false;
    const swap = reached;
    reached = next;
    next = swap;
  }
  return load<u8>(reached + textLength) != 0;
}
