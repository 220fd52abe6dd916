/**
 * The text that Athena and CloudTrail Lake print for structures: `{type=IAMUser, arn=arn:…, sessioncontext=null}`. It has no
 * quotes, so it can be read only where the names that may follow are known: a value goes on up to a comma, a blank and the
 * name of a member. Maps, whose names are anybody's, are cut at every comma, blank, name and `=`
 * outside brackets. Whatever does not come out even is refused.
 */
import { parseJsonText } from "./record.js";

/** What a column or a member of it holds. */
export type FieldType =
  | { readonly kind: "text" }
  | { readonly kind: "boolean" }
  | { readonly kind: "time" }
  /** JSON as a text, or a map. */
  | { readonly kind: "any" }
  /** A whole record as a JSON text, which makes all other columns superfluous. */
  | { readonly kind: "record" }
  | { readonly kind: "struct"; readonly fields: Fields }
  | { readonly kind: "list"; readonly item: FieldType };

/** By lower-case name. */
export type Fields = ReadonlyMap<string, Field>;

export interface Field {
  /** As CloudTrail writes it. */
  readonly name: string;
  readonly type: FieldType;
}

/** The value; undefined if the text is not of this form. */
export function parseStructText(type: FieldType, text: string, depthMax: number): unknown {
  const parser = new Parser(text, depthMax);
  try {
    const value = parser.value(type);
    return parser.isAtEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

class Refusal extends Error {}

class Parser {
  #at = 0;
  #depth = 0;

  constructor(
    readonly text: string,
    readonly depthMax: number,
  ) {}

  isAtEnd(): boolean {
    return this.#at === this.text.length;
  }

  value(type: FieldType): unknown {
    if (++this.#depth > this.depthMax) throw new Refusal();
    const value = this.#composed(type);
    this.#depth--;
    return value;
  }

  #composed(type: FieldType): unknown {
    switch (type.kind) {
      case "struct":
        return this.#struct(type.fields);
      case "list":
        return this.#list(type.item);
      case "any":
        return this.text[this.#at] === "[" ? this.#list(type) : this.#map();
      case "text":
      case "boolean":
      case "time":
      case "record":
        throw new Refusal();
    }
  }

  #list(item: FieldType): unknown[] {
    this.#expect("[");
    const items: unknown[] = [];
    if (this.#take("]")) return items;
    do {
      items.push(this.#isOpening() ? this.value(item) : this.#plain(item, (at) => this.#endsItem(at)));
    } while (this.#take(", "));
    this.#expect("]");
    return items;
  }

  #endsItem(at: number): boolean {
    return this.text.startsWith(", ", at) || this.text[at] === "]";
  }

  #struct(fields: ReadonlyMap<string, Field>): object {
    this.#expect("{");
    const object = {};
    if (this.#take("}")) return object;
    const rest = new Map(fields);
    do {
      const field = this.#fieldAt(this.#at, rest);
      if (field === null) throw new Refusal();
      rest.delete(field.name.toLowerCase());
      this.#at += field.name.length + 1;
      // Also where one comes for the second time: then the text is not what it seems, and refused.
      const ends = (at: number): boolean => this.text[at] === "}" || this.#nextFieldAt(at, fields) !== null;
      const value = this.#isComposed(field.type) ? this.value(field.type) : this.#plain(field.type, ends);
      if (value !== null) define(object, field.name, value);
    } while (this.#take(", "));
    this.#expect("}");
    return object;
  }

  #map(): object {
    this.#expect("{");
    const object = {};
    if (this.#take("}")) return object;
    do {
      const name = this.#mapName(this.#at);
      if (name === null || Object.hasOwn(object, name)) throw new Refusal();
      this.#at += name.length + 1;
      const end = this.#endOfMapValue();
      const text = this.text.slice(this.#at, end);
      this.#at = end;
      if (text !== "null") define(object, name, this.#jsonOrText(text));
    } while (this.#take(", "));
    this.#expect("}");
    return object;
  }

  /** Lake keeps what was not a mere text as JSON. */
  #jsonOrText(text: string): unknown {
    if (!text.startsWith("{") && !text.startsWith("[")) return text;
    const parsed = parseJsonText(text, this.depthMax);
    if (parsed.ok) return parsed.value;
    if (parsed.reason !== "invalid-json") throw new Refusal();
    return text;
  }

  /** Brackets inside the value must match; what is in JSON's quotes does not count. */
  #endOfMapValue(): number {
    let depth = 0;
    for (let at = this.#at; at < this.text.length; at++) {
      const character = this.text[at];
      if (character === "{" || character === "[") depth++;
      else if (character === "}" || character === "]") {
        if (depth === 0) return at;
        depth--;
      } else if (character === '"' && depth > 0) at = this.#endOfQuote(at);
      else if (depth === 0 && this.text.startsWith(", ", at) && this.#mapName(at + 2) !== null) return at;
    }
    throw new Refusal();
  }

  #endOfQuote(start: number): number {
    for (let at = start + 1; at < this.text.length; at++) {
      if (this.text[at] === "\\") at++;
      else if (this.text[at] === '"') return at;
    }
    throw new Refusal();
  }

  /** A name and its `=`. */
  #mapName(at: number): string | null {
    let end = at;
    while (end < this.text.length && end - at < MAP_NAME_LENGTH_MAX && !MAP_NAME_ENDS.has(this.text[end]!)) end++;
    return end > at && this.text[end] === "=" ? this.text.slice(at, end) : null;
  }

  #plain(type: FieldType, ends: (at: number) => boolean): unknown {
    const start = this.#at;
    while (this.#at < this.text.length && !ends(this.#at)) this.#at++;
    const text = this.text.slice(start, this.#at);
    if (text === "null") return null;
    return type.kind === "time" ? timeOf(text) : text;
  }

  #nextFieldAt(at: number, fields: ReadonlyMap<string, Field>): Field | null {
    return this.text.startsWith(", ", at) ? this.#fieldAt(at + 2, fields) : null;
  }

  #fieldAt(at: number, fields: ReadonlyMap<string, Field>): Field | null {
    const ahead = this.text.slice(at, at + FIELD_NAME_LENGTH_MAX);
    const end = ahead.indexOf("=");
    return end === -1 ? null : (fields.get(ahead.slice(0, end).toLowerCase()) ?? null);
  }

  #isComposed(type: FieldType): boolean {
    return (type.kind === "struct" || type.kind === "list" || type.kind === "any") && this.#isOpening();
  }

  #isOpening(): boolean {
    return this.text[this.#at] === "{" || this.text[this.#at] === "[";
  }

  #take(text: string): boolean {
    const isNext = this.text.startsWith(text, this.#at);
    if (isNext) this.#at += text.length;
    return isNext;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new Refusal();
  }
}

const FIELD_NAME_LENGTH_MAX = 32;
const MAP_NAME_LENGTH_MAX = 128;
const MAP_NAME_ENDS: ReadonlySet<string> = new Set(["=", ",", "{", "}", "[", "]", '"', " "]);

export function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}

/** SQL's `2026-03-02 09:15:00.000` as CloudTrail writes it, `2026-03-02T09:15:00Z`; anything else stays. */
export function timeOf(text: string): string {
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?: ?(?:UTC|Z|\+00(?::?00)?))?$/.exec(text);
  if (parts === null) return text;
  const [, day, time, fraction = ""] = parts;
  const isWhole = /^0*$/.test(fraction);
  return `${day}T${time}${isWhole ? "" : `.${fraction}`}Z`;
}
