/**
 * Finds where the elements of a JSON text begin and end, sixteen bytes at a time inside strings: the hot loop of
 * `src/trail/read/scanner.ts`, whose TypeScript twin is the specification of what is done here. A module of its own,
 * which the evaluator does not know. The host writes bytes to `input()`, followed by sixteen zeros, and reads spans from
 * `spans()`.
 */

/** Bytes of one span: start, end, colons, depth and flags. */
const SPAN_SIZE: u32 = 16;
const SPANS_MAX: u32 = 4096;
const INPUT_SIZE: u32 = 1 << 18;
const PAGE_SIZE: u32 = 1 << 16;

/** `mode` of scanner.ts. */
const TOP: i32 = 0;
const ELEMENTS: i32 = 1;
const LINES: i32 = 2;

/** Why `scan` came back before the end of its input. */
const STOP_END: i32 = 0;
const STOP_FULL: i32 = 1;
const STOP_ARRAY: i32 = 2;
const STOP_CLOSED: i32 = 3;
const STOP_LINE: i32 = 4;
const STOP_BROKEN: i32 = 5;

/** Places of a beginning that are none: in a slice before this one; nowhere yet. */
const EARLIER: i32 = -1;
const NOT_STARTED: i32 = -2;

const FLAG_ESCAPE: u32 = 1;
const FLAG_NON_ASCII: u32 = 2;
const FLAG_NEWLINE: u32 = 4;
const FLAG_OPEN: u32 = 8;

let mode: i32 = TOP;
let base: i32 = 0;
let depth: i32 = 0;
let inString: bool = false;
let skip: bool = false;
/** Whether an element has begun, and where. */
let started: bool = false;
let start: i32 = EARLIER;
let colons: u32 = 0;
let deepest: i32 = 0;
let flags: u32 = 0;
/** The last byte outside strings that is no white space. */
let last: i32 = 0;
/** Whether the byte before was a newline. */
let newline: bool = false;
/** Whether a value of one line was the last thing on this line. */
let value: bool = false;
let rootIsObject: bool = false;

export let stop: i32 = STOP_END;
export let count: u32 = 0;

export function spans(): u32 {
  return (<u32>__heap_base + 15) & ~15;
}

export function input(): u32 {
  return spans() + SPANS_MAX * SPAN_SIZE;
}

/** How many pages of memory the module needs: spans, input, and what is read behind it. */
export function pages(): u32 {
  return (input() + INPUT_SIZE + 64 + PAGE_SIZE - 1) / PAGE_SIZE;
}

/** Goes on in another mode. `newStart`: where the element that has begun begins, or `NOT_STARTED`. */
export function begin(newMode: i32, newBase: i32, newDepth: i32, newStart: i32): void {
  mode = newMode;
  base = newBase;
  depth = newDepth;
  started = newStart != NOT_STARTED;
  start = newStart;
  inString = false;
  skip = false;
  colons = 0;
  deepest = newDepth;
  flags = 0;
  last = 0;
  newline = false;
  value = false;
}

export function begun(): i32 {
  return started ? start : NOT_STARTED;
}

/** The input is over at `at`: closes the element that has begun, if any. Whether something was still open in it. */
export function finish(at: i32): bool {
  count = 0;
  const open = inString || depth > base;
  if (started) emit(spans(), at);
  return open;
}

/** Scans input bytes [from, to) and returns where it stopped; `stop` says why. Spans of this call begin at index 0. */
export function scan(from: i32, to: i32): i32 {
  const bytes = <i32>input();
  const into = spans();
  let at = from;
  // What lies in an earlier slice has no place in this one.
  if (from == 0) start = EARLIER;
  count = 0;
  stop = STOP_END;
  // In other modes no depth is that of elements, and none is below it.
  const elementDepth = mode == ELEMENTS ? base : i32.MIN_VALUE;
  if (skip && at < to) {
    skip = false;
    if (load<u8>(bytes + at) != 10) at++;
  }
  while (at < to) {
    if (inString) {
      at = skipString(bytes, at, to);
      if (at >= to) break;
    }
    const c = <i32>load<u8>(bytes + at);
    at++;
    if (c <= 32 && (c == 32 || c == 10 || c == 13 || c == 9)) {
      if (c != 10) {
        newline = false;
        continue;
      }
      flags |= FLAG_NEWLINE;
      newline = true;
      if (mode == LINES) {
        if (depth != 0) flags |= FLAG_OPEN;
        if (started) emit(into, at - 1);
        depth = 0;
      } else if (mode == TOP && depth == 0) {
        if (started) emit(into, at - 1);
        else if (value) {
          value = false;
          stop = STOP_LINE;
          return at;
        }
        value = false;
      }
      if (count == SPANS_MAX) {
        stop = STOP_FULL;
        return at;
      }
      continue;
    }
    if (!started) {
      started = true;
      start = at - 1;
      colons = 0;
      deepest = depth;
      flags = 0;
      value = false;
    }
    if (c == 34) {
      inString = true;
    } else if (c == 44) {
      if (depth == elementDepth) {
        emit(into, at - 1);
        started = true;
        start = at;
        if (count == SPANS_MAX) {
          last = c;
          newline = false;
          stop = STOP_FULL;
          return at;
        }
      }
    } else if (c == 58) {
      colons++;
    } else if ((c | 32) == 123) {
      if (newline && mode == TOP && depth > 0 && c == 123 && last != 44 && last != 58 && last != 91 && last != 123) {
        // A line that begins a new object where none can stand: what came before it was cut off.
        emit(into, at - 1);
        at--;
        stop = STOP_BROKEN;
        return at;
      }
      depth++;
      if (depth > deepest) deepest = depth;
      if (mode == TOP) {
        if (depth == 1) rootIsObject = c == 123;
        if (c == 91 && (depth == 1 || (depth == 2 && rootIsObject))) {
          last = c;
          newline = false;
          stop = STOP_ARRAY;
          return at;
        }
      }
    } else if ((c | 32) == 125) {
      depth--;
      if (mode == TOP) {
        if (depth <= 0) {
          const alone = depth == 0;
          depth = 0;
          if (alone) {
            value = (flags & FLAG_NEWLINE) == 0;
            emit(into, at);
            if (count == SPANS_MAX) {
              last = c;
              newline = false;
              stop = STOP_FULL;
              return at;
            }
          }
        }
      } else if (depth < elementDepth) {
        if (c == 93) {
          emit(into, at - 1);
          last = c;
          newline = false;
          stop = STOP_CLOSED;
          return at;
        }
        depth = elementDepth;
      }
    } else if (c >= 128) {
      flags |= FLAG_NON_ASCII;
    }
    last = c;
    newline = false;
  }
  return at;
}

/** From inside a string to behind its closing quote, or to the newline that no string can hold, or to the end. */
function skipString(bytes: i32, from: i32, to: i32): i32 {
  const quote = i8x16.splat(34);
  const backslash = i8x16.splat(92);
  const feed = i8x16.splat(10);
  let high = i8x16.splat(0);
  let at = from;
  for (;;) {
    const block = v128.load(bytes + at);
    const found = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(block, quote), i8x16.eq(block, backslash)), i8x16.eq(block, feed)),
    );
    if (found == 0) {
      high = v128.or(high, block);
      at += 16;
      if (at >= to) {
        at = to;
        break;
      }
      continue;
    }
    const before = ctz(found);
    // Of this block only what belongs to the string: shifting the mask drops the rest.
    if (before > 0 && (i8x16.bitmask(block) & ((1 << before) - 1)) != 0) flags |= FLAG_NON_ASCII;
    at += before;
    if (at >= to) {
      at = to;
      break;
    }
    const c = <i32>load<u8>(bytes + at);
    if (c == 34) {
      inString = false;
      at++;
      break;
    }
    if (c == 10) {
      inString = false;
      flags |= FLAG_OPEN;
      break;
    }
    flags |= FLAG_ESCAPE;
    at++;
    if (at >= to) {
      skip = true;
      break;
    }
    // Not even a backslash takes a newline into a string.
    if (load<u8>(bytes + at) != 10) at++;
  }
  if (i8x16.bitmask(high) != 0) flags |= FLAG_NON_ASCII;
  return at;
}

function emit(into: u32, end: i32): void {
  const span = into + count * SPAN_SIZE;
  store<i32>(span, start);
  store<i32>(span, end, 4);
  store<u32>(span, colons, 8);
  store<u32>(span, (<u32>min<i32>(deepest - base, 0xffffff) << 8) | flags, 12);
  count++;
  started = false;
  colons = 0;
  deepest = depth;
  flags = 0;
}
