/** Looking into a record that anybody may have written: every access gives a usable value or says that there is none. */
import { VALUE_BYTES_MAX } from "../request/text.js";

/** A JSON object. Lookups are by names of ours, so what a record calls its keys never matters. */
export type Fields = { readonly [name: string]: unknown };

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object under a name; null: there is none. */
export function fieldsAt(fields: Fields, name: string): Fields | null {
  const value = own(fields, name);
  return isFields(value) ? value : null;
}

/** The text under a name, if it can be part of a request; null: there is none. */
export function textAt(fields: Fields, name: string): string | null {
  const value = own(fields, name);
  return isUsable(value) ? value : null;
}

/** The value under a name. Names are ours, and none of them is one that all objects inherit (a test says so). */
export function own(fields: Fields, name: string): unknown {
  return fields[name];
}

/** Whether every object has this name (`constructor`, `__proto__`): no parameter of AWS's is called so. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** A text that is not empty, not hidden, well-formed, and no longer than requests take. */
export function isUsable(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value !== HIDDEN && isTransferable(value);
}

/** What CloudTrail writes in the place of secrets. */
export const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";

/** The same for texts that may be empty. */
export function isTransferable(text: string): boolean {
  return (text as WellFormed).isWellFormed() && (text.length <= SURELY_SHORT || isShort(text));
}

/** UTF-8 takes at most three bytes for a unit of UTF-16. */
const SURELY_SHORT = Math.floor(VALUE_BYTES_MAX / 3);

function isShort(text: string): boolean {
  return text.length <= VALUE_BYTES_MAX && Buffer.byteLength(text, "utf8") <= VALUE_BYTES_MAX;
}

/** ECMAScript 2024, which every Node that we run on has; for one-byte strings it costs nothing. */
type WellFormed = string & { isWellFormed(): boolean };

/**
 * Texts at the end of a path: names of fields, and `[]` for every item of a list. Numbers and booleans are given as JSON
 * writes them. A text `tag`/`content` pair, as EC2 writes some parameters, is its content. At most `TEXTS_MAX` are given.
 */
export function textsAt(fields: Fields, path: Path): readonly string[] {
  const first = own(fields, path[0]!);
  if (first === undefined || first === null) return NO_TEXTS;
  if (path.length === 1) {
    const text = scalarOf(first);
    return text === null ? NO_TEXTS : [text];
  }
  const found: string[] = [];
  collect(first, path, 1, found);
  return found;
}

/** Parsed once, where tables are read. */
export type Path = readonly string[];

const ITEMS = "[]";

/** `a.b[].c` → its steps. */
export function pathOf(text: string): Path {
  return text.split(".").flatMap((step) => (step.endsWith(ITEMS) ? [step.slice(0, -ITEMS.length), ITEMS] : [step]));
}

export const TEXTS_MAX = 256;
const NO_TEXTS: readonly string[] = [];

function collect(value: unknown, path: Path, at: number, found: string[]): void {
  if (found.length >= TEXTS_MAX) return;
  if (at === path.length) {
    const text = scalarOf(value);
    if (text !== null) found.push(text);
  } else if (path[at] === ITEMS) {
    if (Array.isArray(value)) for (const item of value) collect(item, path, at + 1, found);
  } else if (isFields(value)) {
    collect(own(value, path[at]!), path, at + 1, found);
  }
}

/** What a parameter's value says as text; null for what is no single value, or unusable. */
export function scalarOf(value: unknown): string | null {
  switch (typeof value) {
    case "string":
      return isUsable(value) ? value : null;
    case "number":
    case "boolean":
      return String(value);
    case "object":
      return isFields(value) && own(value, "tag") !== undefined ? scalarOf(flat(own(value, "content"))) : null;
    default:
      return null;
  }
}

function flat(value: unknown): unknown {
  return isFields(value) ? null : value;
}
