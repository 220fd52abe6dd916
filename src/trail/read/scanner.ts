/**
 * Where the elements of a JSON text begin and end, found in bytes that arrive in slices, in constant memory. It does not
 * judge what lies in between: it follows strings, brackets and commas, and whoever parses an element sees whether it was
 * one. `assembly/scanner.ts` does the same in WebAssembly, several times as fast; this is its specification, and what is
 * used where there are no vector instructions.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const Mode = {
  /**
   * Values one after another, at depth `base` 0: each ends with its last bracket. Anything else ends with its line. The
   * scanner stops at arrays that may hold records, at the end of a line that is a value, and where a line was cut off.
   */
  Top: 0,
  /** Elements of an array at depth `base`, between its commas. */
  Elements: 1,
  /** Every line that is not blank is an element. */
  Lines: 2,
} as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

/** Why a scan came back. */
export const Stop = {
  /** The slice is used up. */
  End: 0,
  /** There is no room for more spans. */
  Full: 1,
  /** Behind the `[` of an array that is the value itself or a member of it. */
  Array: 2,
  /** Behind the `]` of the array whose elements these are. */
  Closed: 3,
  /** Behind the newline of a line that was one whole value. */
  Line: 4,
  /** Before a `{` that begins a line where no value can stand: the element before it was cut off. */
  Broken: 5,
} as const;
export type Stop = (typeof Stop)[keyof typeof Stop];

/** What stands in an element. `Open`: its line ended inside a string, an object or an array. */
export const Flag = { Escape: 1, NonAscii: 2, Newline: 4, Open: 8 } as const;

/** A beginning that is none: in a slice before this one. */
export const EARLIER = -1;
/** No element has begun. */
export const NOT_STARTED = -2;

/** Words of a span: start (or `EARLIER`), end, colons outside strings, depth << 8 | flags. */
export const SPAN_WORDS = 4;

/** Events of a slice live together: of larger ones too many would outlive the young generation of V8's collector. */
export const SLICE_SIZE = 256 * 1024;
const SPANS_MAX = 4096;

export interface Scanner {
  /** The spans of the last scan. */
  readonly spans: Int32Array;
  count(): number;
  stop(): Stop;
  /** Where the element begins that has not ended yet; `EARLIER`, `NOT_STARTED`. */
  start(): number;
  /** Takes a slice of at most `SLICE_SIZE` bytes, which `scan` goes through. */
  load(slice: Uint8Array): void;
  /** Goes on at `from`, to the end of the slice or until something stops it; returns where. */
  scan(from: number): number;
  /** Goes on in another mode, at `depth`; `start`: where the element that has begun begins. */
  begin(mode: Mode, base: number, depth: number, start: number): void;
  /** The input is over: closes the element that has begun, and says whether something in it was still open. */
  finish(): boolean;
}

/** The fastest scanner that this machine can run. */
export function makeScanner(): Scanner {
  const module = moduleOrNull();
  return module === null ? new PlainScanner() : makeWasmScanner(module);
}

let compiled: WebAssembly.Module | null | undefined;

function moduleOrNull(): WebAssembly.Module | null {
  if (compiled === undefined) {
    const file = fileURLToPath(new URL("../../../build/iamb.scanner.wasm", import.meta.url));
    try {
      compiled = existsSync(file) ? new WebAssembly.Module(readFileSync(file)) : null;
    } catch {
      // A machine without vector instructions refuses the module.
      compiled = null;
    }
  }
  return compiled;
}

interface ScannerExports {
  readonly stop: WebAssembly.Global;
  readonly count: WebAssembly.Global;
  spans(): number;
  input(): number;
  pages(): number;
  begun(): number;
  begin(mode: number, base: number, depth: number, start: number): void;
  scan(from: number, to: number): number;
  finish(at: number): number;
}

function makeWasmScanner(module: WebAssembly.Module): Scanner {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ScannerExports;
  if (exports.pages() > PAGES) throw new Error("the scanner does not fit into its memory");
  const bytes = new Uint8Array(memory.buffer, exports.input(), SLICE_SIZE + PADDING);
  let size = 0;
  return {
    spans: new Int32Array(memory.buffer, exports.spans(), SPANS_MAX * SPAN_WORDS),
    count: () => exports.count.value,
    stop: () => exports.stop.value as Stop,
    start: () => exports.begun(),
    load: (slice) => {
      size = slice.length;
      bytes.set(slice);
      bytes.fill(0, size, size + PADDING);
    },
    scan: (from) => exports.scan(from, size),
    begin: (mode, base, depth, start) => exports.begin(mode, base, depth, start),
    finish: () => exports.finish(size) !== 0,
  };
}

/** Spans, slice and padding. */
const PAGES = 6;
/** A block that begins with the last byte of a slice reaches so far beyond. */
const PADDING = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Turns a bracket into the brace of its side. */
const CASE = 0x20;
const CLOSE_BRACE = 0x7d;

/** Byte by byte. Fields and their order are those of `assembly/scanner.ts`. */
export class PlainScanner implements Scanner {
  readonly spans = new Int32Array(SPANS_MAX * SPAN_WORDS);
  #slice: Uint8Array = new Uint8Array();
  #mode: Mode = Mode.Top;
  #base = 0;
  #depth = 0;
  #inString = false;
  /** Whether the first byte of the next slice is escaped. */
  #skip = false;
  #start = NOT_STARTED;
  #started = false;
  #colons = 0;
  #deepest = 0;
  #flags = 0;
  /** The last byte outside strings that is no white space. */
  #last = 0;
  /** Whether the byte before was a newline. */
  #newline = false;
  /** Whether a value of one line was the last thing on this line. */
  #value = false;
  #rootIsObject = false;
  #stop: Stop = Stop.End;
  #count = 0;

  count(): number {
    return this.#count;
  }

  stop(): Stop {
    return this.#stop;
  }

  start(): number {
    return this.#started ? this.#start : NOT_STARTED;
  }

  load(slice: Uint8Array): void {
    this.#slice = slice;
  }

  begin(mode: Mode, base: number, depth: number, start: number): void {
    this.#mode = mode;
    this.#base = base;
    this.#depth = depth;
    this.#started = start !== NOT_STARTED;
    this.#start = start;
    this.#inString = false;
    this.#skip = false;
    this.#colons = 0;
    this.#deepest = depth;
    this.#flags = 0;
    this.#last = 0;
    this.#newline = false;
    this.#value = false;
  }

  finish(): boolean {
    this.#count = 0;
    const open = this.#inString || this.#depth > this.#base;
    if (this.#started) this.#emit(this.#slice.length);
    return open;
  }

  scan(from: number): number {
    const bytes = this.#slice;
    let at = from;
    if (from === 0) this.#start = EARLIER;
    this.#count = 0;
    this.#stop = Stop.End;
    if (this.#skip && at < bytes.length) {
      this.#skip = false;
      if (bytes[at] !== NEWLINE) at++;
    }
    while (at < bytes.length) {
      if (this.#inString) {
        at = this.#skipString(at);
        continue;
      }
      const byte = bytes[at]!;
      at++;
      if (isSpace(byte)) {
        if (byte === NEWLINE) this.#endLine(at - 1);
        else this.#newline = false;
      } else {
        if (!this.#started) this.#startAt(at - 1);
        at = this.#take(byte, at);
      }
      if (this.#stop === Stop.End && this.#count === SPANS_MAX) this.#stop = Stop.Full;
      if (this.#stop !== Stop.End) return at;
    }
    return at;
  }

  #endLine(at: number): void {
    this.#flags |= Flag.Newline;
    this.#newline = true;
    if (this.#mode === Mode.Lines) {
      if (this.#depth !== 0) this.#flags |= Flag.Open;
      if (this.#started) this.#emit(at);
      this.#depth = 0;
    } else if (this.#mode === Mode.Top && this.#depth === 0) {
      if (this.#started) this.#emit(at);
      else if (this.#value) this.#stop = Stop.Line;
      this.#value = false;
    }
  }

  #startAt(at: number): void {
    this.#started = true;
    this.#start = at;
    this.#colons = 0;
    this.#deepest = this.#depth;
    this.#flags = 0;
    this.#value = false;
  }

  /** One byte outside strings that is no white space; `next` is the place behind it. Returns where to go on. */
  #take(byte: number, next: number): number {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === COMMA) this.#takeComma(next);
    else if (byte === COLON) this.#colons++;
    else if ((byte | CASE) === OPEN_BRACE) {
      if (this.#beginsWhereNothingCan(byte)) {
        this.#emit(next - 1);
        this.#stop = Stop.Broken;
        return next - 1;
      }
      this.#open(byte);
    } else if ((byte | CASE) === CLOSE_BRACE) this.#close(byte, next);
    else if (byte >= 0x80) this.#flags |= Flag.NonAscii;
    this.#last = byte;
    this.#newline = false;
    return next;
  }

  #takeComma(next: number): void {
    if (this.#mode !== Mode.Elements || this.#depth !== this.#base) return;
    this.#emit(next - 1);
    this.#started = true;
    this.#start = next;
  }

  #beginsWhereNothingCan(byte: number): boolean {
    if (!this.#newline || this.#mode !== Mode.Top || this.#depth === 0 || byte !== OPEN_BRACE) return false;
    const last = this.#last;
    return last !== COMMA && last !== COLON && last !== OPEN_BRACKET && last !== OPEN_BRACE;
  }

  #open(byte: number): void {
    this.#depth++;
    if (this.#depth > this.#deepest) this.#deepest = this.#depth;
    if (this.#mode !== Mode.Top) return;
    if (this.#depth === 1) this.#rootIsObject = byte === OPEN_BRACE;
    if (byte === OPEN_BRACKET && (this.#depth === 1 || (this.#depth === 2 && this.#rootIsObject))) {
      this.#stop = Stop.Array;
    }
  }

  #close(byte: number, next: number): void {
    this.#depth--;
    if (this.#mode === Mode.Top && this.#depth <= 0) {
      const ends = this.#depth === 0;
      this.#depth = 0;
      if (!ends) return;
      this.#value = (this.#flags & Flag.Newline) === 0;
      this.#emit(next);
    } else if (this.#mode === Mode.Elements && this.#depth < this.#base) {
      if (byte === CLOSE_BRACKET) {
        this.#emit(next - 1);
        this.#stop = Stop.Closed;
      } else {
        // A brace too many belongs to the element that has it.
        this.#depth = this.#base;
      }
    }
  }

  /** From inside a string to behind its closing quote, or to the newline that no string can hold, or to the end. */
  #skipString(from: number): number {
    const bytes = this.#slice;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE || byte === NEWLINE) {
        this.#inString = false;
        if (byte === QUOTE) return at + 1;
        this.#flags |= Flag.Open;
        return at;
      }
      if (byte === BACKSLASH) {
        this.#flags |= Flag.Escape;
        if (at + 1 === bytes.length) this.#skip = true;
        // Not even a backslash takes a newline into a string.
        else if (bytes[at + 1] !== NEWLINE) {
          at++;
          // What is escaped is looked at only for being beyond ASCII: the bytes that follow it are, too.
        }
      } else if (byte >= 0x80) this.#flags |= Flag.NonAscii;
    }
    return bytes.length;
  }

  #emit(end: number): void {
    const at = this.#count * SPAN_WORDS;
    this.spans[at] = this.#start;
    this.spans[at + 1] = end;
    this.spans[at + 2] = this.#colons;
    this.spans[at + 3] = (Math.min(this.#deepest - this.#base, 0xff_ffff) << 8) | this.#flags;
    this.#count++;
    this.#started = false;
    this.#colons = 0;
    this.#deepest = this.#depth;
    this.#flags = 0;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;
}
