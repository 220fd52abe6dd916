/** Context keys: which hold several values, which values they may have, and all keys of one request as slots. */
import { conditionKeyFacts } from "../catalog/condition-keys.js";
import { splitArn } from "../policy/arn.js";
import { parseDate, parseIpAddress } from "../policy/literals.js";
import type { Cardinality, Context, Slot } from "./question.js";
import { type ContextInput, RequestError, type RequestOptions, type Scalar } from "./request.js";
import { checkText, quote } from "./text.js";

/** Keys of one map that a caller gives: the context, the tags of one party, the unknown keys. */
export const CONTEXT_KEYS_MAX = 256;
export const VALUES_PER_KEY_MAX = 256;

/** States as constants, so that the many keys without a value share them. */
export const ABSENT: Slot = { state: "absent" };
export const UNKNOWN: Slot = { state: "unknown" };

/**
 * How many values a lower-cased key can have (REQ-3): AWS's global keys and service keys by their tables, every OIDC
 * provider's `amr` is multi-valued, all other keys are of no table.
 */
export function cardinalityOf(key: string): Cardinality {
  if (key.endsWith(":amr")) return "multi";
  const facts = conditionKeyFacts(key);
  if (facts !== null) return facts.multi ? "multi" : "single";
  return key.startsWith("aws:") ? "single" : "unlisted";
}

/**
 * The context of a question. `slots` are by lower-cased key; a key without one is unknown if one of the lower-cased
 * prefixes covers it, else absent (3V-2). `extraValues` as in the request's options: under `multi` any key may turn out to
 * have any number of values (3V-1).
 */
export function contextOf(
  slots: ReadonlyMap<string, Slot>,
  unknownPrefixes: readonly string[] = [],
  extraValues: RequestOptions["extraValues"] = "error",
): Context {
  return {
    unknownPrefixes,
    get(key) {
      const slot = slots.get(key);
      if (slot !== undefined) return slot;
      return unknownPrefixes.some((prefix) => key.startsWith(prefix)) ? UNKNOWN : ABSENT;
    },
    cardinality(key) {
      return extraValues === "multi" ? "unlisted" : cardinalityOf(key);
    },
    keys() {
      return [...slots.keys()].filter((key) => slots.get(key)!.state !== "absent").sort();
    },
  };
}

/** A key's slot from what a caller gave for it (REQ-2, REQ-3, REQ-7, REQ-8). `key` is lower-cased; `path` is for errors. */
export function slotOf(
  key: string,
  input: ContextInput,
  path: string,
  extraValues: RequestOptions["extraValues"],
): Slot {
  const { card, values } = valuesOf(input, path);
  const listed = cardinalityOf(key);
  if (card !== null && listed !== "unlisted" && card !== listed) {
    const message = `\`${quote(key)}\` is a ${listed}-valued key, its values are declared \`${card}\``;
    throw new RequestError("cardinality-contradiction", path, message);
  }
  const cardinality = card ?? listed;
  if (cardinality === "multi") return { state: "multi", values };
  if (values.length === 1) return { state: "single", value: values[0]! };
  if (cardinality === "single" && (card === "single" || extraValues === "error")) {
    const message = `\`${quote(key)}\` is a single-valued key, it cannot have ${values.length} values`;
    throw new RequestError("too-many-values", path, message);
  }
  return { state: "multi", values };
}

/** The parts of a context value: an explicit cardinality, and the values as text. */
function valuesOf(input: ContextInput, path: string): { card: "single" | "multi" | null; values: readonly string[] } {
  if (isScalar(input)) return { card: null, values: [textOf(input, path)] };
  if (isList(input)) return { card: null, values: textsOf(input, path) };
  if (typeof input !== "object" || input === null || !isList(input.values)) throw notAValue(path);
  if (input.card !== "single" && input.card !== "multi") throw notAValue(path);
  return { card: input.card, values: textsOf(input.values, path) };
}

function isScalar(input: unknown): input is Scalar {
  return typeof input === "string" || typeof input === "number" || typeof input === "boolean";
}

function isList(input: unknown): input is readonly Scalar[] {
  return Array.isArray(input);
}

function notAValue(path: string): RequestError {
  const message =
    "a context value is a string, a number, a boolean, a list of these, or an object of `card` and `values`";
  return new RequestError("invalid-context", path, message);
}

function textsOf(values: readonly Scalar[], path: string): readonly string[] {
  if (values.length > VALUES_PER_KEY_MAX) {
    throw new RequestError("too-large", path, `a key cannot have more than ${VALUES_PER_KEY_MAX} values`);
  }
  return values.map((value) => textOf(value, path));
}

/** Numbers as JSON writes them, booleans as `true` and `false` (REQ-2, GRAM-12). */
function textOf(value: Scalar, path: string): string {
  if (!isScalar(value)) throw notAValue(path);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RequestError("invalid-context", path, `\`${value}\` is not a number that JSON can write`);
  }
  const text = String(value);
  checkText(text, path);
  return text;
}

/** What a value of a global key must look like (REQ-9). */
export type Shape = "ip" | "arn" | "date" | "bool";

const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["aws:sourceip", "ip"],
  ["aws:vpcsourceip", "ip"],
  ["aws:currenttime", "date"],
  ["aws:epochtime", "date"],
  ["aws:tokenissuetime", "date"],
]);

const SHAPE_TESTS = {
  ip: { test: (text: string) => parseIpAddress(text) !== null, noun: "an IP address without a prefix length" },
  arn: { test: (text: string) => splitArn(text) !== null, noun: "an ARN of six parts" },
  date: { test: (text: string) => parseDate(text) !== null, noun: "a date" },
  bool: { test: (text: string) => text === "true" || text === "false", noun: "`true` or `false`" },
} as const satisfies Record<Shape, { test: (text: string) => boolean; noun: string }>;

/**
 * Refuses values of global keys that AWS never sends (REQ-9): negated IP and ARN operators of a Deny would not hit on them
 * (COND-61, COND-63).
 */
export function checkShape(key: string, slot: Slot, path: string): void {
  const shape = shapeOf(key);
  if (shape === null) return;
  for (const value of textsIn(slot)) {
    if (SHAPE_TESTS[shape].test(value)) continue;
    const message = `\`${quote(value)}\` is not ${SHAPE_TESTS[shape].noun}, as \`${quote(key)}\` has to be`;
    throw new RequestError("malformed-value", path, message);
  }
}

/** Tag keys (`aws:principaltag/arn`) hold any text. */
export function shapeOf(key: string): Shape | null {
  if (!key.startsWith("aws:") || key.includes("/")) return null;
  if (key.endsWith("arn")) return "arn";
  return SHAPES.get(key) ?? (conditionKeyFacts(key)?.type === "Bool" ? "bool" : null);
}

function textsIn(slot: Slot): readonly string[] {
  switch (slot.state) {
    case "single":
      return [slot.value];
    case "multi":
      return slot.values;
    case "absent":
    case "unknown":
      return [];
  }
}
