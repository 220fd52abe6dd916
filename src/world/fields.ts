/** Strict reading of located JSON: every field known, every type checked, every finding with its place. */
import { isAccountId } from "../policy/arn.js";
import { didYouMean } from "../policy/spelling.js";
import type { Diagnostic, Severity } from "../text/diagnostic.js";
import { describeKind, type JsonObject, type JsonValue, quoted, scalarText } from "../text/json.js";
import type { Source, Span } from "../text/span.js";

/** Collects what is wrong in one source. */
export class Findings {
  readonly diagnostics: Diagnostic[] = [];

  constructor(readonly source: Source) {}

  error(span: Span, code: string, message: string, help: string | null = null): void {
    this.add("error", span, code, message, help);
  }

  warning(span: Span, code: string, message: string, help: string | null = null): void {
    this.add("warning", span, code, message, help);
  }

  private add(severity: Severity, span: Span, code: string, message: string, help: string | null): void {
    this.diagnostics.push({ code, severity, message, help, source: this.source, span });
  }
}

/** The members of an object by name. Members that are `null` are left out: null says that there is nothing. */
export class Fields {
  private readonly values = new Map<string, JsonValue>();

  constructor(
    private readonly findings: Findings,
    readonly object: JsonObject,
    /** Where the object stands, for messages: `policies.identity[0]`; empty for the whole text. */
    readonly where: string,
  ) {
    for (const { key, value } of object.members) if (value.kind !== "null") this.values.set(key, value);
  }

  get(name: string): JsonValue | null {
    return this.values.get(name) ?? null;
  }

  /** `where.name`, for messages. */
  path(name: string): string {
    return this.where === "" ? name : `${this.where}.${name}`;
  }

  /** The value under a name that must be there; null after a finding. */
  required(name: string): JsonValue | null {
    const value = this.get(name);
    if (value === null) {
      this.findings.error(this.object.span, "missing-field", `${within(this.where)}\`${name}\` is missing`);
    }
    return value;
  }

  text(name: string): string | null {
    const value = this.get(name);
    return value === null ? null : readText(this.findings, value, this.path(name));
  }

  requiredText(name: string): string | null {
    const value = this.required(name);
    return value === null ? null : readText(this.findings, value, this.path(name));
  }

  boolean(name: string): boolean | null {
    const value = this.get(name);
    return value === null ? null : readBoolean(this.findings, value, this.path(name));
  }

  account(name: string): string | null {
    const value = this.get(name);
    return value === null ? null : readAccount(this.findings, value, this.path(name));
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | null {
    const value = this.get(name);
    return value === null ? null : readOneOf(this.findings, value, this.path(name), allowed);
  }

  texts(name: string): readonly string[] | null {
    const value = this.get(name);
    return value === null ? null : readList(this.findings, value, this.path(name), readText);
  }

  accounts(name: string): readonly string[] | null {
    const value = this.get(name);
    return value === null ? null : readList(this.findings, value, this.path(name), readAccount);
  }

  /** An object of texts. */
  textMap(name: string): ReadonlyMap<string, string> | null {
    const value = this.get(name);
    return value === null ? null : readTextMap(this.findings, value, this.path(name));
  }

  items(name: string): readonly JsonValue[] {
    const value = this.get(name);
    return value === null ? [] : (readItems(this.findings, value, this.path(name)) ?? []);
  }
}

/** What unknown members mean: an error in our own formats, a warning in AWS's, which grow. */
type OnUnknown = "error" | "warning";

/** The fields of an object; null after a finding if it is none. */
export function readFields(
  findings: Findings,
  value: JsonValue,
  where: string,
  names: readonly string[],
  onUnknown: OnUnknown = "error",
): Fields | null {
  if (value.kind !== "object") {
    wrongType(findings, value, where, "an object");
    return null;
  }
  for (const { key, keySpan } of value.members) {
    if (!names.includes(key)) {
      findings[onUnknown](
        keySpan,
        "unknown-field",
        `${within(where)}unknown field ${quoted(key)}`,
        didYouMean(key, names),
      );
    }
  }
  return new Fields(findings, value, where);
}

export function readItems(findings: Findings, value: JsonValue, where: string): readonly JsonValue[] | null {
  if (value.kind === "array") return value.items;
  wrongType(findings, value, where, "a list");
  return null;
}

/** The readable items of a list; the others are findings. */
export function readList<T>(
  findings: Findings,
  value: JsonValue,
  where: string,
  read: (findings: Findings, value: JsonValue, where: string) => T | null,
): readonly T[] | null {
  const items = readItems(findings, value, where);
  if (items === null) return null;
  const list: T[] = [];
  items.forEach((item, index) => {
    const read1 = read(findings, item, `${where}[${index}]`);
    if (read1 !== null) list.push(read1);
  });
  return list;
}

/** A string; in YAML a bare number or boolean is text too, as written. */
export function readText(findings: Findings, value: JsonValue, where: string): string | null {
  const text = scalarText(value);
  if (text === null) wrongType(findings, value, where, "a text");
  return text;
}

export function readBoolean(findings: Findings, value: JsonValue, where: string): boolean | null {
  if (value.kind === "boolean") return value.value;
  wrongType(findings, value, where, "`true` or `false`");
  return null;
}

export function readAccount(findings: Findings, value: JsonValue, where: string): string | null {
  const text = readText(findings, value, where);
  if (text === null || isAccountId(text)) return text;
  findings.error(value.span, "invalid-account", `${where} is not an account id of 12 digits: ${quoted(text)}`);
  return null;
}

export function readOneOf<T extends string>(
  findings: Findings,
  value: JsonValue,
  where: string,
  allowed: readonly T[],
): T | null {
  const text = readText(findings, value, where);
  if (text === null) return null;
  const found = allowed.find((candidate) => candidate === text);
  if (found === undefined) {
    findings.error(
      value.span,
      "invalid-value",
      `${where} cannot be ${quoted(text)}`,
      didYouMean(text, allowed) ?? `one of ${allowed.map((name) => `\`${name}\``).join(", ")}`,
    );
  }
  return found ?? null;
}

export function readTextMap(findings: Findings, value: JsonValue, where: string): ReadonlyMap<string, string> | null {
  if (value.kind !== "object") {
    wrongType(findings, value, where, "an object");
    return null;
  }
  const map = new Map<string, string>();
  for (const { key, value: inner } of value.members) {
    const text = readText(findings, inner, `${where}.${key}`);
    if (text !== null) map.set(key, text);
  }
  return map;
}

export function wrongType(findings: Findings, value: JsonValue, where: string, expected: string): void {
  const what = where === "" ? "this" : where;
  findings.error(value.span, "wrong-type", `${what} must be ${expected}, not ${describeKind(value)}`);
}

function within(where: string): string {
  return where === "" ? "" : `${where}: `;
}
