/** One record's bytes become an event, or the reason why not. */
import { isUtf8 } from "node:buffer";
import type { Reason, TrailEvent } from "./item.js";
import { Flag, Mode, PlainScanner, SPAN_WORDS } from "./scanner.js";

/** What a scanner saw in a record's bytes. */
export interface Shape {
  /** Colons outside strings: as many as there are keys. */
  readonly colons: number;
  /** Of the deepest object or array; 1 for a flat object. */
  readonly depth: number;
  /** Of `Flag`. */
  readonly flags: number;
}

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: Reason; readonly message: string };

/**
 * Parses the JSON text in `bytes[start, end)`. The shape makes the checks cheap that `JSON.parse` does not make: whether a
 * key was given twice shows in how many are left, and only texts with escapes can hold half a surrogate pair.
 */
export function parseJson(bytes: Buffer, start: number, end: number, shape: Shape, depthMax: number): Parsed {
  if (shape.depth > depthMax) return failed("too-deep", `the record is nested more than ${depthMax} levels deep`);
  const isAscii = (shape.flags & Flag.NonAscii) === 0;
  if (!isAscii && !isUtf8(bytes.subarray(start, end))) return failed("invalid-utf8", "the record is not UTF-8");
  const text = bytes.toString(isAscii ? "latin1" : "utf8", start, end);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failed("invalid-json", `the record is not JSON${whereIn(error)}`);
  }
  if (shape.colons !== countKeys(value)) return failed("duplicate-key", "an object of the record has a key twice");
  if ((shape.flags & Flag.Escape) !== 0 && mayHoldSurrogates(text) && !isWellFormed(value)) {
    return failed("ill-formed-text", "a string of the record holds half of a surrogate pair");
  }
  return { ok: true, value };
}

/**
 * The values of records that follow one another in `bytes`, all at once; null if anything is the matter with one of them, or
 * might be. Behind each but the last stands one byte that separates it from the next.
 */
export function parseRun(
  bytes: Buffer,
  spans: readonly { readonly start: number; readonly end: number; readonly shape: Shape }[],
  depthMax: number,
): readonly unknown[] | null {
  const start = spans[0]!.start;
  const end = spans.at(-1)!.end;
  const text = Buffer.from(bytes.subarray(start, end));
  let flags = 0;
  for (const [index, span] of spans.entries()) {
    if (span.shape.depth > depthMax) return null;
    flags |= span.shape.flags;
    if (index < spans.length - 1) text[span.end - start] = COMMA;
  }
  // With each closed, all separators stand outside: there are as many values as spans only if each span is one.
  if ((flags & Flag.Open) !== 0) return null;
  const isAscii = (flags & Flag.NonAscii) === 0;
  if (!isAscii && !isUtf8(text)) return null;
  const list = `[${text.toString(isAscii ? "latin1" : "utf8")}]`;
  if ((flags & Flag.Escape) !== 0 && mayHoldSurrogates(list)) return null;
  let values: unknown[];
  try {
    values = JSON.parse(list) as unknown[];
  } catch {
    return null;
  }
  const areWhole =
    values.length === spans.length && values.every((value, at) => spans[at]!.shape.colons === countKeys(value));
  return areWhole ? values : null;
}

const COMMA = 0x2c;

/** The same for a JSON text that stood in something else, with the same checks. */
export function parseJsonText(text: string, depthMax: number): Parsed {
  const bytes = Buffer.from(text);
  return parseJson(bytes, 0, bytes.length, shapeOf(bytes), depthMax);
}

/** One for all, since it is begun anew for each. */
const SHAPES = new PlainScanner();

/** Of one value. What is no single value, `JSON.parse` refuses. */
function shapeOf(bytes: Buffer): Shape {
  const scanner = SHAPES;
  scanner.begin(Mode.Elements, 0, 0, 0);
  scanner.load(bytes);
  for (let at = 0; at < bytes.length; ) at = scanner.scan(at);
  scanner.finish();
  const at = (scanner.count() - 1) * SPAN_WORDS;
  if (at < 0) return { colons: 0, depth: 0, flags: 0 };
  const word = scanner.spans[at + 3]!;
  return { colons: scanner.spans[at + 2]!, depth: word >>> 8, flags: word & 0xff };
}

/**
 * Why a value is no event; null: it is an object that names one in one of the ways that CloudTrail does. What its fields hold
 * is the derivation's business.
 */
export function problemOf(value: unknown): { readonly reason: Reason; readonly message: string } | null {
  if (!isObject(value)) return { reason: "not-an-object", message: `the record is ${nameOf(value)}, not an object` };
  if (EVENT_FIELDS.some((name) => typeof value[name] === "string")) return null;
  return {
    reason: "not-an-event",
    message: `the record has none of ${EVENT_FIELDS.map((name) => `\`${name}\``).join(", ")}`,
  };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
const EVENT_FIELDS = ["eventName", "eventSource", "eventType", "eventVersion"] as const;

export function isObject(value: unknown): value is TrailEvent {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function failed(reason: Reason, message: string): Parsed {
  return { ok: false, reason, message };
}

/** V8's message quotes the text; its position is all that we take. */
function whereIn(error: unknown): string {
  const position = /at position (\d+)/.exec((error as Error).message)?.[1];
  return position === undefined ? "" : `, at character ${position}`;
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}

/** Keys of all objects within; what is nested too deep for recursion was refused before. */
function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object" && item !== null) count += countKeys(item);
    return count;
  }
  for (const key in value) {
    count++;
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === "object" && member !== null) count += countKeys(member);
  }
  return count;
}

function mayHoldSurrogates(text: string): boolean {
  return text.includes("\\ud") || text.includes("\\uD");
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return !LONE_SURROGATE.test(value);
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  return Object.entries(value).every(([key, member]) => !LONE_SURROGATE.test(key) && isWellFormed(member));
}

/** With the `u` flag a pair is one character, so what is left of the range stands alone. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;
