/** Patterns with variables, put together from the slots of the request (VAR-4…10). */
import { Format, SlotState, Truth } from "../src/bytecode/layout";
import { Mark } from "../src/bytecode/opcodes";
import {
  slotLength,
  slotPointer,
  slotState,
  stringAt,
  stringLength,
  variableFallback,
  variableKey,
} from "./bundle";
import { globGreedy, globSegments } from "./glob";
import { copyBytes, expansion } from "./memory";
import { addSteps } from "./steps";

/** Bytes of the expansion, without what did not fit. */
export let expandedLength: u32 = 0;
/** More literal text than the text it is held against: it cannot match. */
export let expandedTooLong: bool = false;
/** Literal colons in it, those that did not fit included. */
export let expandedColons: u32 = 0;

let literalBytes: u32 = 0;

function copyText(from: u32, length: u32, literalMax: u32): void {
  addSteps(length + 1);
  for (let at: u32 = 0; at < length; at++) if (load<u8>(from + at) == 0x3a) expandedColons++;
  if (expandedTooLong || literalBytes + length > literalMax) {
    // What is needed further is only how the text begins and how many colons it holds.
    const fits = literalMax - min(literalMax, literalBytes);
    expandedTooLong = true;
    length = min(length, fits);
  }
  copyBytes(expansion + expandedLength, from, length);
  expandedLength += length;
  literalBytes += length;
}

/**
 * Puts a pattern together. False: a variable has no value, for certain. Unknown: some variable's value is not known; it
 * stands as a star. `literalMax`: no text longer than this is of interest.
 */
export function expand(pattern: u32, length: u32, literalMax: u32): u32 {
  expandedLength = 0;
  expandedTooLong = false;
  expandedColons = 0;
  literalBytes = 0;
  let truth: u32 = Truth.True;
  let at: u32 = 0;
  while (at < length) {
    const mark = load<u8>(pattern + at);
    if (mark == Mark.Variable) {
      const variable = load<u32>(pattern + at + 1);
      at += 5;
      const key = variableKey(variable);
      const state = slotState(key);
      if (state == SlotState.Single) {
        copyText(slotPointer(key), slotLength(key), literalMax);
      } else if (state == SlotState.Absent) {
        const fallback = variableFallback(variable);
        if (fallback == <u32>Format.None) return Truth.False;
        copyText(stringAt(fallback), stringLength(fallback), literalMax);
      } else if (state == SlotState.Unknown) {
        truth = Truth.Unknown;
        store<u8>(expansion + expandedLength++, Mark.Star);
      } else {
        return Truth.False;
      }
      continue;
    }
    if (mark >= <u8>Mark.Variable) {
      store<u8>(expansion + expandedLength++, mark);
      at++;
      continue;
    }
    let run: u32 = 1;
    while (at + run < length && load<u8>(pattern + at + run) < <u8>Mark.Variable) run++;
    copyText(pattern + at, run, literalMax);
    at += run;
  }
  return truth;
}

/** Whether all variables of a pattern have values: False if one certainly has none, else Unknown if one is not known. */
export function resolved(pattern: u32, length: u32): u32 {
  let truth: u32 = Truth.True;
  let at: u32 = 0;
  while (at < length) {
    if (load<u8>(pattern + at) != Mark.Variable) {
      at++;
      continue;
    }
    const variable = load<u32>(pattern + at + 1);
    at += 5;
    truth = min(truth, variableResolved(variable));
  }
  addSteps(length);
  return truth;
}

export function variableResolved(variable: u32): u32 {
  const state = slotState(variableKey(variable));
  if (state == SlotState.Single) return Truth.True;
  if (state == SlotState.Unknown) return Truth.Unknown;
  if (state == SlotState.Absent) return variableFallback(variable) == <u32>Format.None ? Truth.False : Truth.True;
  return Truth.False;
}

/** An expanded pattern against a text, every star and `?` free. */
export function expandedMatches(text: u32, textLength: u32): bool {
  if (expandedTooLong) return false;
  return globGreedy(expansion, expandedLength, text, textLength);
}

/** An expanded Resource pattern against an ARN: stars and `?` inside the first five components stay there (MATCH-22). */
export function expandedResourceMatches(text: u32, textLength: u32): bool {
  if (expandedTooLong) return false;
  return markSegments()
    ? globSegments(expansion, expandedLength, text, textLength)
    : globGreedy(expansion, expandedLength, text, textLength);
}

/** Marks what stays inside its component; whether there is a star that does. */
export function markSegments(): bool {
  let colons: u32 = 0;
  let segments = false;
  for (let at: u32 = 0; at < expandedLength && colons < 5; at++) {
    const mark = load<u8>(expansion + at);
    if (mark == 0x3a) {
      colons++;
    } else if (mark == Mark.One) {
      store<u8>(expansion + at, Mark.SegmentOne);
    } else if (mark == Mark.Star && at + 1 < expandedLength && load<u8>(expansion + at + 1) != 0x3a) {
      store<u8>(expansion + at, Mark.SegmentStar);
      segments = true;
    }
  }
  return segments;
}
