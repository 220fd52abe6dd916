/**
 * JSON with a place for every value: strict RFC 8259 text, no duplicate keys, no ill-formed strings. It keeps numbers as
 * they are written, never recurses, and checks its limits before it allocates.
 */
import type { Diagnostic } from "./diagnostic.js";
import type { Source, Span } from "./span.js";

export type JsonValue = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull;

export interface JsonObject {
  readonly kind: "object";
  /** As written; no key occurs twice. */
  readonly members: readonly JsonMember[];
  readonly span: Span;
}

export interface JsonMember {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: JsonValue;
}

export interface JsonArray {
  readonly kind: "array";
  readonly items: readonly JsonValue[];
  readonly span: Span;
}

export interface JsonString {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}

export interface JsonNumber {
  readonly kind: "number";
  /** As written: `1.0`, `1e3`, `012345678901` (the last in YAML only). */
  readonly text: string;
  readonly span: Span;
}

export interface JsonBoolean {
  readonly kind: "boolean";
  readonly value: boolean;
  readonly span: Span;
}

export interface JsonNull {
  readonly kind: "null";
  readonly span: Span;
}

/** `value` is null if and only if one of the diagnostics is an error. */
export interface ParsedJson {
  readonly value: JsonValue | null;
  readonly diagnostics: Diagnostic[];
}

export interface JsonLimits {
  /** Objects and arrays inside one another; `[]` alone is 1. */
  readonly depthMax: number;
  /** UTF-16 units of text. */
  readonly lengthMax: number;
  /** Values of all kinds in one text. */
  readonly valuesMax: number;
  /** Duplicate keys that are reported before the parser gives up. */
  readonly duplicatesMax: number;
}

export const DEFAULT_JSON_LIMITS: JsonLimits = {
  depthMax: 32,
  lengthMax: 64 * 1024 * 1024,
  valuesMax: 4 * 1024 * 1024,
  duplicatesMax: 100,
};

/**
 * Parses one JSON text. A text with an error gives no value: the first syntax error ends the work, duplicate keys are
 * collected up to it.
 */
export function parseJson(source: Source, limits: Partial<JsonLimits> = {}): ParsedJson {
  return new JsonParser(source, { ...DEFAULT_JSON_LIMITS, ...limits }).parse();
}

/** The value under a key, or null. */
export function member(object: JsonObject, key: string): JsonValue | null {
  return memberOf(object, key)?.value ?? null;
}

/** The member with its key's place, or null. */
export function memberOf(object: JsonObject, key: string): JsonMember | null {
  for (const candidate of object.members) if (candidate.key === key) return candidate;
  return null;
}

/** What a string, number or boolean says, numbers as written; null for anything else. */
export function scalarText(value: JsonValue): string | null {
  switch (value.kind) {
    case "string":
      return value.value;
    case "number":
      return value.text;
    case "boolean":
      return String(value.value);
    case "null":
    case "array":
    case "object":
      return null;
  }
}

/** `an object`, `a number`: for messages. */
export function describeKind(value: JsonValue): string {
  switch (value.kind) {
    case "object":
    case "array":
      return `an ${value.kind}`;
    case "string":
    case "number":
    case "boolean":
      return `a ${value.kind}`;
    case "null":
      return "null";
  }
}

/**
 * The plain JavaScript value. Objects have no prototype, so that `__proto__` and `constructor` are ordinary keys; numbers
 * become doubles. Recursion is bounded by the depth limit of the parser that made the value.
 */
export function toPlain(value: JsonValue): unknown {
  switch (value.kind) {
    case "object": {
      const plain: Record<string, unknown> = Object.create(null);
      for (const { key, value: inner } of value.members) plain[key] = toPlain(inner);
      return plain;
    }
    case "array":
      return value.items.map(toPlain);
    case "string":
    case "boolean":
      return value.value;
    case "number":
      return Number(value.text);
    case "null":
      return null;
  }
}

/**
 * Where units `start` to `end` of a string's value stand in the source. Falls back to the whole string where the source
 * does not say it plainly (YAML block scalars).
 */
export function spanWithin(source: Source, string: JsonString, start: number, end: number): Span {
  const { span } = string;
  const quoted = source.text.charCodeAt(span.start) === Char.Quote;
  const from = quoted ? span.start + 1 : span.start;
  if (source.text.startsWith(string.value, from)) return { start: from + start, end: from + end };
  if (!quoted) return span;
  const offsets = unitOffsets(source.text, span);
  return offsets.length === string.value.length + 1 ? { start: offsets[start]!, end: offsets[end]! } : span;
}

/** Source offset of every unit of a quoted JSON string, and of its closing quote. */
function unitOffsets(text: string, span: Span): number[] {
  const offsets: number[] = [];
  let at = span.start + 1;
  while (at < span.end - 1) {
    offsets.push(at);
    if (text.charCodeAt(at) !== Char.Backslash) at += 1;
    else at += text.charCodeAt(at + 1) === Char.LowerU ? 6 : 2;
  }
  offsets.push(at);
  return offsets;
}

enum Char {
  Tab = 0x09,
  LineFeed = 0x0a,
  CarriageReturn = 0x0d,
  Space = 0x20,
  Quote = 0x22,
  Hash = 0x23,
  Apostrophe = 0x27,
  Plus = 0x2b,
  Comma = 0x2c,
  Minus = 0x2d,
  Dot = 0x2e,
  Slash = 0x2f,
  Zero = 0x30,
  Nine = 0x39,
  Colon = 0x3a,
  UpperE = 0x45,
  OpenBracket = 0x5b,
  Backslash = 0x5c,
  CloseBracket = 0x5d,
  LowerE = 0x65,
  LowerU = 0x75,
  OpenBrace = 0x7b,
  CloseBrace = 0x7d,
  FirstSurrogate = 0xd800,
  LastHighSurrogate = 0xdbff,
  FirstLowSurrogate = 0xdc00,
  LastSurrogate = 0xdfff,
  Ellipsis = 0x2026,
  ByteOrderMark = 0xfeff,
}

/** Objects with more members than this look their keys up in a set; below it, comparing is faster. */
const SET_FROM = 8;

interface Frame {
  readonly container: OpenObject | OpenArray;
  readonly start: number;
  /** Only of objects with more than `SET_FROM` members. */
  keys: Set<string> | null;
  key: string;
  keySpan: Span;
}

type OpenObject = { readonly kind: "object"; readonly members: JsonMember[]; span: Span };
type OpenArray = { readonly kind: "array"; readonly items: JsonValue[]; span: Span };

const NOWHERE: Span = { start: 0, end: 0 };

/** Ends the parse from any depth of helpers; caught in `parse` and nowhere else. */
class Stop extends Error {}

class JsonParser {
  private readonly text: string;
  /** The units of `text` and a zero behind them: reading an array is several times faster than `charCodeAt`. */
  private readonly units: Uint16Array;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly stack: Frame[] = [];
  private at = 0;
  private values = 0;

  constructor(
    private readonly source: Source,
    private readonly limits: JsonLimits,
  ) {
    this.text = source.text;
    this.units = source.text.length <= limits.lengthMax ? unitsOf(source.text) : new Uint16Array(1);
  }

  parse(): ParsedJson {
    try {
      const value = this.document();
      return { value: this.diagnostics.length === 0 ? value : null, diagnostics: this.diagnostics };
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
      return { value: null, diagnostics: this.diagnostics };
    }
  }

  private document(): JsonValue {
    if (this.text.length > this.limits.lengthMax) {
      this.stop(
        "too-large",
        0,
        0,
        `the text has ${this.text.length} characters, the limit is ${this.limits.lengthMax}`,
      );
    }
    if (this.units[0] === Char.ByteOrderMark) {
      this.stop(
        "byte-order-mark",
        0,
        1,
        "the text begins with a byte order mark",
        "save the file as UTF-8 without BOM",
      );
    }
    this.skipSpace();
    if (this.at === this.text.length) this.stop("empty-document", 0, this.at, "there is no JSON value here");
    const value = this.tree();
    this.skipSpace();
    if (this.at < this.text.length) this.refuseTrailingText();
    return value;
  }

  /** One value with everything in it: containers wait on `stack` until they close. */
  private tree(): JsonValue {
    for (;;) {
      let value = this.openOrScalar();
      while (value !== null) {
        const frame = this.stack[this.stack.length - 1];
        if (frame === undefined) return value;
        this.add(frame, value);
        value = this.nextOrClose(frame);
      }
    }
  }

  /** A scalar or an empty container, complete; or null after a container was opened, at the place of its first value. */
  private openOrScalar(): JsonValue | null {
    this.skipSpace();
    this.values += 1;
    if (this.values > this.limits.valuesMax) {
      this.stop("too-many-values", this.at, this.at, `the text holds more than ${this.limits.valuesMax} values`);
    }
    const start = this.at;
    switch (this.units[start]) {
      case Char.Quote: {
        const value = this.string();
        return { kind: "string", value, span: { start, end: this.at } };
      }
      case Char.OpenBrace:
        return this.openObject();
      case Char.OpenBracket:
        return this.openArray();
      default:
        return this.numberOrWord();
    }
  }

  private openObject(): JsonValue | null {
    const start = this.at;
    this.checkDepth();
    this.at += 1;
    this.skipSpace();
    const object: OpenObject = { kind: "object", members: [], span: NOWHERE };
    if (this.units[this.at] === Char.CloseBrace) return this.closed(object, start);
    const frame: Frame = { container: object, start, keys: null, key: "", keySpan: NOWHERE };
    this.stack.push(frame);
    this.memberKey(frame);
    return null;
  }

  private openArray(): JsonValue | null {
    const start = this.at;
    this.checkDepth();
    this.at += 1;
    this.skipSpace();
    const array: OpenArray = { kind: "array", items: [], span: NOWHERE };
    if (this.units[this.at] === Char.CloseBracket) return this.closed(array, start);
    this.stack.push({ container: array, start, keys: null, key: "", keySpan: NOWHERE });
    return null;
  }

  private checkDepth(): void {
    if (this.stack.length < this.limits.depthMax) return;
    this.stop("too-deep", this.at, this.at + 1, `more than ${this.limits.depthMax} levels of objects and arrays`);
  }

  private closed(container: OpenObject | OpenArray, start: number): JsonValue {
    this.at += 1;
    container.span = { start, end: this.at };
    return container;
  }

  private add(frame: Frame, value: JsonValue): void {
    const { container } = frame;
    if (container.kind === "array") container.items.push(value);
    else container.members.push({ key: frame.key, keySpan: frame.keySpan, value });
  }

  /** Behind a value: goes on to the next one (null), or closes the container and returns it. */
  private nextOrClose(frame: Frame): JsonValue | null {
    this.skipSpace();
    const { container } = frame;
    const close = container.kind === "array" ? Char.CloseBracket : Char.CloseBrace;
    const unit = this.units[this.at];
    if (unit === close) {
      this.stack.pop();
      return this.closed(container, frame.start);
    }
    if (unit !== Char.Comma) this.refuseInsteadOfComma(frame, close);
    const comma = this.at;
    this.at += 1;
    this.skipSpace();
    if (this.units[this.at] === close) {
      this.stop("trailing-comma", comma, comma + 1, "a comma behind the last value", "remove this comma");
    }
    if (container.kind === "object") this.memberKey(frame);
    return null;
  }

  /** `"key" :` with the check for duplicates. */
  private memberKey(frame: Frame): void {
    const start = this.at;
    if (this.units[start] !== Char.Quote) this.refuseInsteadOfKey();
    frame.key = this.string();
    frame.keySpan = { start, end: this.at };
    this.refuseDuplicate(frame);
    this.skipSpace();
    if (this.units[this.at] !== Char.Colon) {
      this.refuseEndOrComment();
      this.stop("missing-colon", this.at, this.at + 1, `no colon behind the key ${quoted(frame.key)}`);
    }
    this.at += 1;
  }

  private refuseDuplicate(frame: Frame): void {
    const members = (frame.container as OpenObject).members;
    const { key } = frame;
    if (members.length < SET_FROM) {
      if (members.some((earlier) => earlier.key === key)) this.reportDuplicate(frame);
      return;
    }
    frame.keys ??= new Set(members.map((earlier) => earlier.key));
    if (frame.keys.has(key)) this.reportDuplicate(frame);
    frame.keys.add(key);
  }

  private reportDuplicate(frame: Frame): void {
    const { start, end } = frame.keySpan;
    this.report(
      "duplicate-key",
      start,
      end,
      `the key ${quoted(frame.key)} occurs twice in one object`,
      "keep one of them",
    );
    if (this.diagnostics.length >= this.limits.duplicatesMax) throw new Stop();
  }

  private skipSpace(): void {
    const { units } = this;
    let { at } = this;
    for (;;) {
      const unit = units[at];
      if (unit !== Char.Space && unit !== Char.LineFeed && unit !== Char.CarriageReturn && unit !== Char.Tab) break;
      at += 1;
    }
    this.at = at;
  }

  /** From the opening quote to behind the closing one. Strings without escapes are slices of the text. */
  private string(): string {
    const { text, units } = this;
    const start = this.at + 1;
    let at = start;
    for (;;) {
      const unit = units[at]!;
      if (unit === Char.Quote) break;
      if (unit > Char.Quote ? unit < Char.FirstSurrogate && unit !== Char.Backslash : unit >= Char.Space) at += 1;
      else return this.stringWithEscapes(start, at);
    }
    this.at = at + 1;
    return text.slice(start, at);
  }

  /** The rest of a string from the first escape, surrogate, control character or end of text on. */
  private stringWithEscapes(start: number, firstOdd: number): string {
    const { text } = this;
    let value = text.slice(start, firstOdd);
    let at = firstOdd;
    let plainFrom = firstOdd;
    let surrogates = false;
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit === Char.Quote) break;
      if (unit === Char.Backslash) {
        value += text.slice(plainFrom, at);
        const escaped = this.escape(at);
        surrogates ||= isSurrogate(escaped.charCodeAt(0));
        value += escaped;
        at += text.charCodeAt(at + 1) === Char.LowerU ? 6 : 2;
        plainFrom = at;
      } else if (unit >= Char.Space) {
        surrogates ||= isSurrogate(unit);
        at += 1;
      } else {
        this.refuseInString(start - 1, at);
      }
    }
    value += text.slice(plainFrom, at);
    this.at = at + 1;
    if (surrogates) this.refuseLoneSurrogates(value, start - 1);
    return value;
  }

  private escape(at: number): string {
    const letter = this.text.charAt(at + 1);
    if (letter === "u") return this.unicodeEscape(at);
    const unit = ESCAPES.get(letter);
    if (unit !== undefined) return unit;
    return this.stop(
      "invalid-escape",
      at,
      at + 2,
      `${quoted(`\\${letter}`)} is no escape of JSON`,
      "write `\\\\` for a backslash",
    );
  }

  private unicodeEscape(at: number): string {
    const digits = this.text.slice(at + 2, at + 6);
    let unit = 0;
    for (let index = 0; index < 4; index += 1) {
      const digit = hexDigit(digits.charCodeAt(index));
      if (digit === -1) {
        this.stop("invalid-escape", at, at + 2 + index, "`\\u` needs four hexadecimal digits behind it");
      }
      unit = unit * 16 + digit;
    }
    return String.fromCharCode(unit);
  }

  private refuseInString(start: number, at: number): never {
    const unit = this.text.charCodeAt(at);
    if (Number.isNaN(unit) || unit === Char.LineFeed || unit === Char.CarriageReturn) {
      this.stop("unterminated-string", start, at, "a string without its closing quote");
    }
    return this.stop(
      "control-character",
      at,
      at + 1,
      `the control character ${codePointName(unit)} stands in a string`,
      `write \`\\u${unit.toString(16).padStart(4, "0")}\``,
    );
  }

  private refuseLoneSurrogates(value: string, start: number): void {
    for (let index = 0; index < value.length; index += 1) {
      const unit = value.charCodeAt(index);
      if (!isSurrogate(unit)) continue;
      const next = value.charCodeAt(index + 1);
      if (unit <= Char.LastHighSurrogate && next >= Char.FirstLowSurrogate && next <= Char.LastSurrogate) {
        index += 1;
        continue;
      }
      const offsets = unitOffsets(this.text, { start, end: this.at });
      const from = offsets[index]!;
      this.stop(
        "lone-surrogate",
        from,
        offsets[index + 1]!,
        `half a character: the lone surrogate ${codePointName(unit)}`,
      );
    }
  }

  private numberOrWord(): JsonValue {
    const start = this.at;
    const unit = this.text.charCodeAt(start);
    if (unit === Char.Minus || isDigit(unit)) return this.number();
    for (const word of WORDS) {
      if (this.text.startsWith(word, start) && !isWordUnit(this.text.charCodeAt(start + word.length))) {
        this.at = start + word.length;
        const span = { start, end: this.at };
        return word === "null" ? { kind: "null", span } : { kind: "boolean", value: word === "true", span };
      }
    }
    return this.refuseInsteadOfValue();
  }

  private number(): JsonValue {
    const { text } = this;
    const start = this.at;
    let at = start;
    if (text.charCodeAt(at) === Char.Minus) at += 1;
    at = text.charCodeAt(at) === Char.Zero ? at + 1 : this.digits(start, at);
    if (text.charCodeAt(at) === Char.Dot) at = this.digits(start, at + 1);
    const exponent = text.charCodeAt(at);
    if (exponent === Char.LowerE || exponent === Char.UpperE) {
      at += 1;
      const sign = text.charCodeAt(at);
      if (sign === Char.Plus || sign === Char.Minus) at += 1;
      at = this.digits(start, at);
    }
    if (isWordUnit(text.charCodeAt(at))) this.refuseNumber(start);
    this.at = at;
    return { kind: "number", text: text.slice(start, at), span: { start, end: at } };
  }

  /** Behind one or more digits at `at`. */
  private digits(start: number, at: number): number {
    if (!isDigit(this.text.charCodeAt(at))) this.refuseNumber(start);
    let end = at + 1;
    while (isDigit(this.text.charCodeAt(end))) end += 1;
    return end;
  }

  private refuseNumber(start: number): never {
    const word = this.wordAt(start);
    return this.stop(
      "invalid-number",
      start,
      start + word.length,
      `${quoted(word)} is no number of JSON`,
      "JSON numbers are written like `1`, `-0.5` or `1e9`; put anything else in quotes",
    );
  }

  private refuseInsteadOfValue(): never {
    this.refuseEndOrComment();
    const start = this.at;
    const unit = this.text.charCodeAt(start);
    if (unit === Char.Comma || unit === Char.CloseBrace || unit === Char.CloseBracket || unit === Char.Colon) {
      this.stop("missing-value", start, start + 1, `a value is missing before ${quoted(this.text.charAt(start))}`);
    }
    this.refuseQuotes();
    const word = this.wordAt(start);
    if (word.length === 0) this.refuseCharacter();
    const help = "strings stand in double quotes; the only words of JSON are `true`, `false` and `null`";
    return this.stop("invalid-literal", start, start + word.length, `${quoted(word)} is no JSON value`, help);
  }

  private refuseInsteadOfKey(): never {
    this.refuseEndOrComment();
    this.refuseQuotes();
    const start = this.at;
    const word = this.wordAt(start);
    if (word.length === 0) this.refuseCharacter();
    const help = "keys stand in double quotes";
    return this.stop("unquoted-key", start, start + word.length, `${quoted(word)} is no key of JSON`, help);
  }

  private refuseInsteadOfComma(frame: Frame, close: Char): never {
    this.refuseEndOrComment();
    const start = this.at;
    const unit = this.text.charCodeAt(start);
    const startsValue =
      unit === Char.Quote ||
      unit === Char.OpenBrace ||
      unit === Char.OpenBracket ||
      unit === Char.Minus ||
      isDigit(unit);
    if (startsValue) {
      const before = this.endOfLastValue(frame);
      this.stop("missing-comma", before, before + 1, "a comma is missing behind this value", "put a comma here");
    }
    const found = quoted(this.text.charAt(start));
    const expected = `\`,\` or ${quoted(String.fromCharCode(close))}`;
    return this.stop("unexpected-character", start, start + 1, `${found} stands where ${expected} belongs`);
  }

  private endOfLastValue(frame: Frame): number {
    const { container } = frame;
    const last = container.kind === "array" ? container.items.at(-1) : container.members.at(-1)?.value;
    return last!.span.end;
  }

  private refuseTrailingText(): never {
    this.refuseEndOrComment();
    const start = this.at;
    return this.stop(
      "trailing-text",
      start,
      start + Math.max(1, this.wordAt(start).length),
      "more text behind the end of the JSON value",
      "a document holds one value; remove what follows it",
    );
  }

  /** What goes wrong in the same way wherever it stands. */
  private refuseEndOrComment(): void {
    const start = this.at;
    const unit = this.text.charCodeAt(start);
    if (Number.isNaN(unit)) this.refuseEnd();
    const next = this.text.charAt(start + 1);
    if (unit === Char.Hash || (unit === Char.Slash && (next === "/" || next === "*"))) {
      this.stop("comment", start, start + 2, "JSON has no comments", "remove the comment");
    }
    const ellipsis = this.text.startsWith("...", start) ? 3 : unit === Char.Ellipsis ? 1 : 0;
    if (ellipsis > 0) {
      const help = "the text was shortened for print; fill in what was left out";
      this.stop("ellipsis", start, start + ellipsis, "an ellipsis stands where JSON should go on", help);
    }
  }

  private refuseEnd(): never {
    const open = this.stack.at(-1);
    const end = this.text.length;
    if (open === undefined) return this.stop("unexpected-end", end, end, "the text ends too early");
    const opening = open.container.kind === "array" ? "[" : "{";
    const closing = open.container.kind === "array" ? "]" : "}";
    const message = `the text ends before the ${quoted(opening)} opened here is closed`;
    return this.stop("unexpected-end", open.start, open.start + 1, message, `a ${quoted(closing)} is missing`);
  }

  private refuseQuotes(): void {
    const start = this.at;
    const unit = this.text.charCodeAt(start);
    if (unit === Char.Apostrophe) {
      this.stop("single-quote", start, start + 1, "a single quote", "JSON strings stand in double quotes");
    }
    if (unit >= 0x2018 && unit <= 0x201f) {
      const help = 'write a straight double quote, `"`';
      this.stop("typographic-quote", start, start + 1, `the typographic quote ${codePointName(unit)}`, help);
    }
  }

  private refuseCharacter(): never {
    const start = this.at;
    const codePoint = this.text.codePointAt(start)!;
    const printable = codePoint > Char.Space && codePoint < 0x7f;
    const shown = printable ? quoted(String.fromCodePoint(codePoint)) : `the character ${codePointName(codePoint)}`;
    return this.stop("unexpected-character", start, start + 1, `${shown} is not expected here`);
  }

  /** The run of letters, digits and signs at a place, cut after 40. */
  private wordAt(start: number): string {
    let end = start;
    while (end - start < 40 && isWordUnit(this.text.charCodeAt(end))) end += 1;
    return this.text.slice(start, end);
  }

  private stop(code: string, start: number, end: number, message: string, help: string | null = null): never {
    this.report(code, start, end, message, help);
    throw new Stop();
  }

  private report(code: string, start: number, end: number, message: string, help: string | null): void {
    const span = { start, end: Math.min(end, this.text.length) };
    this.diagnostics.push({ code, severity: "error", message, help, source: this.source, span });
  }
}

/** Longer texts get an array of their own. */
const SHARED_UNITS = 64 * 1024;
let sharedUnits: Uint16Array | null = null;

/** Parsing never waits for anything, so short texts can share one array. */
function unitsOf(text: string): Uint16Array {
  const short = text.length < SHARED_UNITS;
  if (short) sharedUnits ??= new Uint16Array(SHARED_UNITS);
  const units = short ? sharedUnits! : new Uint16Array(text.length + 1);
  Buffer.from(units.buffer).write(text, "utf16le");
  units[text.length] = 0;
  return units;
}

const WORDS = ["true", "false", "null"] as const;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

function isSurrogate(unit: number): boolean {
  return unit >= Char.FirstSurrogate && unit <= Char.LastSurrogate;
}

function isDigit(unit: number): boolean {
  return unit >= Char.Zero && unit <= Char.Nine;
}

/** Letters, digits, and what stands inside numbers and names. */
function isWordUnit(unit: number): boolean {
  const lower = unit | 0x20;
  return (
    isDigit(unit) ||
    (lower >= 0x61 && lower <= 0x7a) ||
    unit === Char.Dot ||
    unit === Char.Minus ||
    unit === Char.Plus ||
    unit === 0x24 ||
    unit === 0x5f
  );
}

function hexDigit(unit: number): number {
  if (isDigit(unit)) return unit - Char.Zero;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function codePointName(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The user's words in backticks, cut where they are long. */
export function quoted(text: string): string {
  return text.length <= 80 ? `\`${text}\`` : `\`${text.slice(0, 77)}…\``;
}
