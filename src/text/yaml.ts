/**
 * YAML into the tree of `json.ts`, so that nobody else knows the difference. YAML 1.2, core schema, and of that what JSON
 * can say: aliases, tags and keys that are no scalars are refused.
 */
import { Composer, CST, type Document, isAlias, isMap, isPair, isScalar, isSeq, type ParsedNode, Parser } from "yaml";
import type { Diagnostic } from "./diagnostic.js";
import { hasErrors } from "./diagnostic.js";
import { DEFAULT_JSON_LIMITS, type JsonLimits, type JsonMember, type JsonValue, quoted } from "./json.js";
import type { Source, Span } from "./span.js";

/** `values` has one entry for each document; it is empty if one of the diagnostics is an error. */
export interface ParsedYaml {
  readonly values: JsonValue[];
  readonly diagnostics: Diagnostic[];
}

/** YAML is for files that people write. */
const DEFAULT_YAML_LIMITS: JsonLimits = { ...DEFAULT_JSON_LIMITS, lengthMax: 8 * 1024 * 1024 };

/**
 * Parses a stream of YAML documents. Numbers keep their text, so an account id that begins with a zero stays one; dates
 * are strings; duplicate keys are refused.
 */
export function parseYaml(source: Source, limits: Partial<JsonLimits> = {}): ParsedYaml {
  const reader = new YamlReader(source, { ...DEFAULT_YAML_LIMITS, ...limits });
  const values = reader.read();
  const { diagnostics } = reader;
  return { values: hasErrors(diagnostics) ? [] : values, diagnostics };
}

const COMPOSER_OPTIONS = {
  version: "1.2",
  schema: "core",
  merge: false,
  resolveKnownTags: false,
  strict: true,
  // Checked here instead: the package compares every key with every other.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "silent",
} as const;

class YamlReader {
  readonly diagnostics: Diagnostic[] = [];
  private valueCount = 0;

  constructor(
    private readonly source: Source,
    private readonly limits: JsonLimits,
  ) {}

  read(): JsonValue[] {
    const { text } = this.source;
    if (text.length > this.limits.lengthMax) {
      const message = `the text has ${text.length} characters, the limit is ${this.limits.lengthMax}`;
      this.report("too-large", { start: 0, end: 0 }, message);
      return [];
    }
    const tokens = this.tokens(text);
    if (tokens === null) return [];
    const values: JsonValue[] = [];
    for (const document of new Composer<ParsedNode>(COMPOSER_OPTIONS).compose(tokens, false, text.length)) {
      const value = this.document(document);
      if (value !== null) values.push(value);
    }
    if (values.length === 0 && this.diagnostics.length === 0) {
      this.report("empty-document", { start: 0, end: 0 }, "there is no YAML document here");
    }
    return values;
  }

  /** The concrete syntax, measured before the package's composer follows it recursively. Null: too deep, reported. */
  private tokens(text: string): CST.Token[] | null {
    const tokens: CST.Token[] = [];
    for (const token of new Parser().parse(text)) {
      const deep = firstDeeperThan(token, this.limits.depthMax);
      if (deep !== null) {
        const span = { start: deep, end: deep + 1 };
        this.report("too-deep", span, `more than ${this.limits.depthMax} levels of lists and mappings`);
        return null;
      }
      tokens.push(token);
    }
    return tokens;
  }

  private document(document: Document.Parsed): JsonValue | null {
    for (const { message, pos } of [...document.errors, ...document.warnings]) {
      this.report("invalid-yaml", { start: pos[0], end: Math.max(pos[1], pos[0] + 1) }, plainMessage(message));
    }
    const { contents } = document;
    if (contents === null || document.errors.length > 0) return null;
    return this.value(contents);
  }

  /** Recursion is bounded: `tokens` has checked the depth. */
  private value(node: ParsedNode | null): JsonValue {
    if (node === null) return { kind: "null", span: { start: 0, end: 0 } };
    const span = this.spanOf(node);
    this.valueCount += 1;
    if (this.valueCount === this.limits.valuesMax + 1) {
      this.report("too-many-values", span, `the text holds more than ${this.limits.valuesMax} values`);
    }
    if (this.valueCount > this.limits.valuesMax) return { kind: "null", span };
    if (isAlias(node)) {
      this.report("yaml-alias", span, "aliases are not read", "write the value out");
      return { kind: "null", span };
    }
    if (isSeq<ParsedNode>(node)) return { kind: "array", items: node.items.map((item) => this.value(item)), span };
    if (isMap(node)) return { kind: "object", members: this.members(node), span };
    return this.scalar(node, span);
  }

  private members(map: ParsedNode): JsonMember[] {
    if (!isMap<ParsedNode, ParsedNode | null>(map)) return [];
    const seen = new Set<string>();
    const members: JsonMember[] = [];
    for (const pair of map.items) {
      if (!isPair<ParsedNode, ParsedNode | null>(pair)) continue;
      const keySpan = this.spanOf(pair.key);
      const key = keyText(pair.key);
      if (key === null) {
        this.report("yaml-key", keySpan, "a key that is no text", "keys are words or strings in quotes");
        continue;
      }
      if (seen.has(key)) this.reportDuplicate(key, keySpan);
      seen.add(key);
      this.checkText(key, keySpan);
      const value = pair.value === null ? nullAt(keySpan.end) : this.value(pair.value);
      members.push({ key, keySpan, value });
    }
    return members;
  }

  private reportDuplicate(key: string, span: Span): void {
    if (this.diagnostics.length >= this.limits.duplicatesMax) return;
    this.report("duplicate-key", span, `the key ${quoted(key)} occurs twice in one object`, "keep one of them");
  }

  private scalar(node: ParsedNode, span: Span): JsonValue {
    if (!isScalar(node)) return { kind: "null", span };
    const { value, source } = node;
    switch (typeof value) {
      case "boolean":
        return { kind: "boolean", value, span };
      case "number":
      case "bigint": {
        const text = source ?? String(value);
        // `.inf` and `.nan` are no numbers of JSON.
        return Number.isFinite(Number(value)) ? { kind: "number", text, span } : { kind: "string", value: text, span };
      }
      case "string":
        this.checkText(value, span);
        return { kind: "string", value, span };
      default:
        return { kind: "null", span };
    }
  }

  private checkText(text: string, span: Span): void {
    if (!LONE_SURROGATE.test(text)) return;
    this.report("lone-surrogate", span, "half a character: a lone surrogate");
  }

  /** Where a node stands, without the line ends behind it. */
  private spanOf(node: ParsedNode): Span {
    const [start, valueEnd] = node.range;
    let end = valueEnd;
    while (end > start && " \t\r\n".includes(this.source.text.charAt(end - 1))) end -= 1;
    return { start, end };
  }

  private report(code: string, { start, end }: Span, message: string, help: string | null = null): void {
    const { length } = this.source.text;
    const span = { start: Math.min(start, length), end: Math.min(end, length) };
    this.diagnostics.push({ code, severity: "error", message, help, source: this.source, span });
  }
}

/** Linear: under the `u` flag only a half without its other half is a surrogate. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Numbers, Booleans and null as keys are what is written: `012345678901`, `true`, `null`. */
function keyText(key: ParsedNode | null): string | null {
  if (key === null || !isScalar(key)) return null;
  if (typeof key.value === "string") return key.value;
  return key.source === undefined || key.source === "" ? null : key.source;
}

function nullAt(offset: number): JsonValue {
  return { kind: "null", span: { start: offset, end: offset } };
}

/** Offset of the first collection that lies deeper than `max` collections; null if there is none. */
function firstDeeperThan(root: CST.Token, max: number): number | null {
  const waiting: { token: CST.Token; depth: number }[] = [{ token: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token } = next;
    const depth = CST.isCollection(token) ? next.depth + 1 : next.depth;
    if (depth > max) return token.type === "error" ? 0 : token.offset;
    if (token.type === "document" && token.value !== undefined) waiting.push({ token: token.value, depth });
    if (!CST.isCollection(token)) continue;
    for (const item of token.items) {
      if (item.key) waiting.push({ token: item.key, depth });
      if (item.value) waiting.push({ token: item.value, depth });
    }
  }
  return null;
}

/** The package's message as we write ours: lower case, one line, no final period. */
function plainMessage(message: string): string {
  const line = message.split("\n", 1)[0]!;
  const plain = line.endsWith(".") ? line.slice(0, -1) : line;
  return plain.charAt(0).toLowerCase() + plain.slice(1);
}
