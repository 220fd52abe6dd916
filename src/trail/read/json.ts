/**
 * Records of a JSON text that arrives in slices: CloudTrail's `{"Records": [...]}`, the `{"Events": [...]}` of
 * `aws cloudtrail lookup-events`, a list, or values one after another, as in JSON Lines. What is kept is never more than one
 * record; a value before which the text was damaged is found again where a line, a comma or a bracket allows.
 */
import type { Reason } from "./item.js";
import type { Shape } from "./record.js";
import { EARLIER, Mode, NOT_STARTED, type Scanner, SPAN_WORDS, Stop } from "./scanner.js";

/** How the records lie in the text. */
export type Wrapping =
  /** Elements of `Records`, or of a list. */
  | "records"
  /** Elements of `Events`: the record is the text in `CloudTrailEvent`. */
  | "lookup"
  /** A value of the text itself. */
  | "value";

export interface JsonSink {
  /**
   * One record or several that follow one another in `bytes`: behind each but the last stands one byte that separates it from
   * the next, and perhaps white space.
   */
  records(wrapping: Wrapping, bytes: Buffer, spans: readonly [RecordSpan, ...RecordSpan[]]): void;
  /** `size` bytes of text that are no record. */
  broken(reason: Reason, message: string, at: TextPlace, size: number): void;
}

export interface RecordSpan {
  readonly start: number;
  readonly end: number;
  readonly shape: Shape;
  readonly place: TextPlace;
}

export interface TextPlace {
  readonly offset: number | null;
  readonly line: number | null;
}

/** Why a text ended before its time, if it did. */
export interface Cut {
  readonly reason: Reason;
  readonly message: string;
}

/** Lists of records by the name of the member that holds them. */
const LISTS: ReadonlyMap<string, Wrapping> = new Map([
  ["Records", "records"],
  ["Events", "lookup"],
]);

/** `JSON.parse` is quicker on records of like shape in one text than on one at a time, and quickest while they fit the cache. */
const RUN_SIZE = 32 * 1024;

/** How much is looked at to find the name of a list: a name, a colon, and some white space. */
const KEY_LENGTH_MAX = 64;

/** More of what stands around the lists is not kept, and then not checked. */
const FRAME_LENGTH_MAX = 64 * 1024;

export class JsonReader {
  readonly #sink: JsonSink;
  readonly #recordBytesMax: number;
  readonly #scanner: Scanner;
  #mode: Mode;
  #wrapping: Wrapping = "value";
  #slice: Buffer = NOTHING;
  /** Offset in the text of the slice's first byte. */
  #base = 0;
  readonly #kept = new Kept();
  /** Records in the slice that were not handed on yet. */
  #run: Element[] = [];
  /** Whether the list has had an element. */
  #hasElements = false;
  /** The text around the lists of the value that is being read; null: no list yet. */
  #frame: string | null = null;
  /** Newlines before `#newlineAt`, which is the next one of the slice; null: nobody counted them. */
  #lines: number | null = 0;
  #newlineAt = 0;

  /** The scanner is nobody else's until the text is over. `mode`: `Lines` if it is known that every line is a value, else `Top`. */
  constructor(sink: JsonSink, scanner: Scanner, recordBytesMax: number, mode: Mode) {
    this.#sink = sink;
    this.#recordBytesMax = recordBytesMax;
    this.#mode = mode;
    this.#scanner = scanner;
    scanner.begin(mode, 0, 0, NOT_STARTED);
  }

  /**
   * Takes from 1 to `SLICE_SIZE` bytes; their memory may be used again afterwards. `base`: their offset in the text. Gives way
   * after some thousand records at the most.
   */
  *read(slice: Buffer, base: number): Generator<void> {
    this.#slice = slice;
    this.#base = base;
    this.#newlineAt = this.#newlineFrom(0);
    this.#scanner.load(slice);
    let at = 0;
    do {
      at = this.#scanner.scan(at);
      const stop = this.#scanner.stop();
      const count = this.#scanner.count();
      for (let index = 0; index < count; index++) {
        const isEndOfList = stop === Stop.Closed && index === count - 1;
        this.#takeElement(this.#elementAt(index * SPAN_WORDS), isEndOfList);
      }
      this.#endRun();
      this.#obey(stop, at);
      if (at < slice.length) yield;
    } while (at < slice.length);
    this.#keep();
  }

  /** The text is over, because it ended or was cut off. */
  finish(cut: Cut | null): void {
    const end = this.#base + this.#slice.length;
    const isElementOpen = this.#scanner.finish();
    const isOpen = isElementOpen || this.#mode === Mode.Elements || this.#frame !== null;
    const element = this.#scanner.count() === 0 ? null : this.#keptElement(NOTHING, shapeAt(this.#scanner.spans, 0));
    // A list may end early behind a record that is whole.
    const isWhole = !isElementOpen && this.#isObject(element);
    const isCutOff = isOpen && !isWhole && element !== null && element.size > 0;
    if (element !== null && (!isOpen || isWhole)) this.#takeElement(element, false);
    this.#endRun();
    if (!isOpen && cut === null) return;
    const { reason, message } = cut ?? { reason: "truncated", message: "the text ends before its value does" };
    if (isCutOff) this.#sink.broken(reason, message, element.place, element.size);
    else this.#sink.broken(reason, message, { offset: end, line: null }, 0);
  }

  /** Whether it is an element of a list that ends as objects do. */
  #isObject(element: Element | null): boolean {
    return this.#mode === Mode.Elements && element?.bytes[lastVisible(element.bytes)] === CLOSE_BRACE;
  }

  #obey(stop: Stop, at: number): void {
    switch (stop) {
      case Stop.End:
      case Stop.Full:
        return;
      case Stop.Array:
        this.#enterList(at);
        return;
      case Stop.Closed:
        this.#leaveList(at);
        return;
      case Stop.Line:
      case Stop.Broken:
        // From here on a damaged line costs that line only.
        this.#mode = Mode.Lines;
        this.#scanner.begin(Mode.Lines, 0, 0, NOT_STARTED);
        return;
    }
  }

  /** Behind the `[` of an array. If its elements are no records, the scan just goes on through it. */
  #enterList(at: number): void {
    // Most are lists inside a record, so only the end is looked at before the rest is.
    const wrapping = wrappingOf(this.#textSinceStart(at, KEY_LENGTH_MAX));
    if (wrapping === null) return;
    this.#extendFrame(this.#textSinceStart(at, Number.POSITIVE_INFINITY));
    this.#kept.clear();
    this.#mode = Mode.Elements;
    this.#wrapping = wrapping;
    this.#hasElements = false;
    this.#lines = null;
    const depth = this.#isListItself() ? 1 : 2;
    this.#scanner.begin(Mode.Elements, depth, depth, at);
  }

  /** Behind the `]`: what follows is the rest of the object, or the next value. */
  #leaveList(at: number): void {
    this.#mode = Mode.Top;
    this.#wrapping = "value";
    this.#extendFrame("]");
    if (this.#isListItself()) {
      this.#frame = null;
      this.#scanner.begin(Mode.Top, 0, 0, NOT_STARTED);
    } else {
      this.#scanner.begin(Mode.Top, 0, 1, at);
    }
  }

  #takeElement(element: Element, isEndOfList: boolean): void {
    if (this.#mode === Mode.Elements) this.#takeListElement(element, isEndOfList);
    else if (this.#frame !== null) this.#closeFrame(element);
    else this.#takeRecord(element);
  }

  #takeListElement(element: Element, isEndOfList: boolean): void {
    const isOnly = isEndOfList && !this.#hasElements;
    this.#hasElements = true;
    if (element.size > 0) this.#takeRecord(element);
    else if (!isOnly) this.#breakOff("invalid-json", "the list has a comma too many", element);
  }

  #takeRecord(element: Element): void {
    if (element.size > this.#recordBytesMax) {
      const message = `the record has ${element.size} bytes; ${this.#recordBytesMax} is the limit`;
      this.#breakOff("record-too-large", message, element);
      return;
    }
    const first = this.#run[0];
    // Values one after another may have nothing between them.
    const joins = this.#mode !== Mode.Top && element.bytes === first?.bytes && element.end - first.start <= RUN_SIZE;
    if (!joins) this.#endRun();
    this.#run.push(element);
  }

  #endRun(): void {
    const [first, ...others] = this.#run;
    if (first !== undefined) this.#sink.records(this.#wrapping, first.bytes, [first, ...others]);
    this.#run = [];
  }

  #breakOff(reason: Reason, message: string, { place, size }: Element): void {
    this.#endRun();
    this.#sink.broken(reason, message, place, size);
  }

  /** The value that held the lists has ended: what stands around them must be JSON as well. */
  #closeFrame(element: Element): void {
    const { bytes, start, end, size } = element;
    const frame = this.#extendFrame(bytes.toString("utf8", start, end));
    this.#frame = null;
    if (frame.length > FRAME_LENGTH_MAX || size > end - start || isJson(frame)) return;
    this.#breakOff("invalid-json", "what stands around the list of records is not JSON", element);
  }

  #extendFrame(text: string): string {
    const frame = this.#frame ?? "";
    // Beyond the limit nothing is looked at any more.
    this.#frame = frame.length > FRAME_LENGTH_MAX ? frame : frame + text;
    return this.#frame;
  }

  #isListItself(): boolean {
    return this.#frame?.[0] === "[";
  }

  #elementAt(at: number): Element {
    const { spans } = this.#scanner;
    const shape = shapeAt(spans, at);
    const begin = spans[at]!;
    const end = spans[at + 1]!;
    if (begin === EARLIER) return this.#keptElement(this.#slice.subarray(0, end), shape);
    const start = skipSpace(this.#slice, begin, end);
    const place = { offset: this.#base + start, line: this.#lineOf(start) };
    return { bytes: this.#slice, start, end, size: end - start, shape, place };
  }

  /** The element that began in a slice before, with its end. */
  #keptElement(rest: Buffer, shape: Shape): Element {
    const { bytes, size, place } = this.#kept.take(rest);
    const start = skipSpace(bytes, 0, bytes.length);
    const { offset, line } = place;
    return { bytes, start, end: bytes.length, size: size - start, shape, place: { offset: offset + start, line } };
  }

  /** Keeps what the slice holds of an element that has not ended. */
  #keep(): void {
    const start = this.#scanner.start();
    if (start === EARLIER) this.#kept.add(this.#slice, this.#recordBytesMax);
    else if (start !== NOT_STARTED) {
      this.#kept.begin({ offset: this.#base + start, line: this.#lineOf(start) });
      this.#kept.add(this.#slice.subarray(start), this.#recordBytesMax);
    }
    this.#lineOf(this.#slice.length);
  }

  /** Of the element that has begun, at most the last `lengthMax` bytes before `at`. */
  #textSinceStart(at: number, lengthMax: number): string {
    const start = this.#scanner.start();
    const from = Math.max(start, at - lengthMax, 0);
    const text = this.#slice.toString("utf8", from, at);
    return start === EARLIER && from === 0 ? this.#kept.text() + text : text;
  }

  /** The line of a place in the slice; places are asked for in order. */
  #lineOf(at: number): number | null {
    if (this.#lines === null) return null;
    while (this.#newlineAt < at) {
      this.#lines++;
      this.#newlineAt = this.#newlineFrom(this.#newlineAt + 1);
    }
    return this.#lines + 1;
  }

  /** Behind every newline of the slice if there is none. */
  #newlineFrom(at: number): number {
    const next = this.#slice.indexOf(NEWLINE, at);
    return next === -1 ? Number.POSITIVE_INFINITY : next;
  }
}

interface Element extends RecordSpan {
  readonly bytes: Buffer;
  /** More than `end - start` if it was too large to be kept; 0: nothing but white space. */
  readonly size: number;
}

interface KeptPlace {
  readonly offset: number;
  readonly line: number | null;
}

/** The beginning of an element, copied from slices that are gone, unless it is too large. */
class Kept {
  #parts: Buffer[] = [];
  #size = 0;
  #place: KeptPlace = { offset: 0, line: null };

  begin(place: KeptPlace): void {
    this.clear();
    this.#place = place;
  }

  /** White space in front is not kept. */
  add(part: Buffer, sizeMax: number): void {
    const start = this.#size === 0 ? skipSpace(part, 0, part.length) : 0;
    const { offset, line } = this.#place;
    this.#place = { offset: offset + start, line };
    this.#size += part.length - start;
    if (this.#size > sizeMax) this.#parts = [];
    else this.#parts.push(Buffer.from(part.subarray(start)));
  }

  text(): string {
    return Buffer.concat(this.#parts).toString("utf8");
  }

  take(rest: Buffer): { readonly bytes: Buffer; readonly size: number; readonly place: KeptPlace } {
    const isKept = this.#size === 0 || this.#parts.length > 0;
    const bytes = isKept ? Buffer.concat([...this.#parts, rest]) : NOTHING;
    const size = this.#size + rest.length;
    this.clear();
    return { bytes, size, place: this.#place };
  }

  clear(): void {
    this.#parts = [];
    this.#size = 0;
  }
}

const NOTHING = Buffer.alloc(0);
const NEWLINE = 0x0a;
const CLOSE_BRACE = 0x7d;

function shapeAt(spans: Int32Array, at: number): Shape {
  const word = spans[at + 3]!;
  return { colons: spans[at + 2]!, depth: word >>> 8, flags: word & 0xff };
}

/**
 * What the elements of the array are whose `[` ends this text: the value itself may be a list of records, or it has one by
 * one of the names.
 */
function wrappingOf(head: string): Wrapping | null {
  if (head === "[") return "records";
  const beforeColon = head.slice(0, -1).trimEnd();
  if (!beforeColon.endsWith(":")) return null;
  const beforeKey = beforeColon.slice(0, -1).trimEnd();
  for (const [name, wrapping] of LISTS) {
    const key = `"${name}"`;
    if (!beforeKey.endsWith(key)) continue;
    const before = beforeKey.slice(0, -key.length).trimEnd();
    // A quote inside a key would be escaped, and the backslash neither a brace nor a comma.
    if (before.endsWith("{") || before.endsWith(",")) return wrapping;
  }
  return null;
}

function skipSpace(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at]!)) at++;
  return at;
}

function lastVisible(bytes: Buffer): number {
  let at = bytes.length - 1;
  while (at >= 0 && isSpace(bytes[at]!)) at--;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
