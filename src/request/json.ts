/** Requests and their options as JSON (or YAML): read strictly, with a position for everything that is wrong. */
import { didYouMean } from "../policy/spelling.js";
import type { Diagnostic } from "../text/diagnostic.js";
import { describeKind, type JsonObject, type JsonValue, scalarText } from "../text/json.js";
import type { Source, Span } from "../text/span.js";
import {
  type ContextInput,
  DEFAULT_REQUEST_OPTIONS,
  type Instant,
  type PrincipalInput,
  type Request,
  type RequestOptions,
  type Scalar,
  type ViaInput,
} from "./request.js";
import { quote } from "./text.js";

/**
 * Reads a request (`Request` in request.ts). Only its shape is checked here; what it says is checked by `resolve`. The
 * request is null if there is an error. Numbers in the context are kept as they are written (REQ-2).
 */
export function readRequest(
  source: Source,
  value: JsonValue,
): { readonly request: Request | null; readonly diagnostics: readonly Diagnostic[] } {
  const { result, diagnostics } = read(source, value, REQUEST);
  return { request: result, diagnostics };
}

/** Reads request options; those that are left out are left out of the result. Null if there is an error. */
export function readRequestOptions(
  source: Source,
  value: JsonValue,
): { readonly options: Partial<RequestOptions> | null; readonly diagnostics: readonly Diagnostic[] } {
  const { result, diagnostics } = read(source, value, OPTIONS);
  return { options: result, diagnostics };
}

/** For readers of objects that hold request options beside others. */
export const REQUEST_OPTION_NAMES = Object.keys(DEFAULT_REQUEST_OPTIONS) as readonly (keyof RequestOptions)[];

function read<T>(
  source: Source,
  value: JsonValue,
  reader: Reader<T>,
): { readonly result: T | null; readonly diagnostics: readonly Diagnostic[] } {
  const findings = new Findings(source);
  const result = reader(value, findings);
  return { result: findings.diagnostics.length === 0 ? result : null, diagnostics: findings.diagnostics };
}

/** What is wrong, as it is found. All of it are errors. */
class Findings {
  readonly diagnostics: Diagnostic[] = [];

  constructor(private readonly source: Source) {}

  add(code: string, span: Span, message: string, help: string | null = null): null {
    this.diagnostics.push({ code, severity: "error", message, help, source: this.source, span });
    return null;
  }

  wrongType(value: JsonValue, expected: string): null {
    return this.add("wrong-type", value.span, `expected ${expected}, found ${describeKind(value)}`);
  }
}

/** The value that a JSON value stands for; null after a finding. */
type Reader<T> = (value: JsonValue, findings: Findings) => T | null;

const text: Reader<string> = (value, findings) =>
  value.kind === "string" ? value.value : findings.wrongType(value, "a string");

/** Account ids that YAML takes for numbers are texts as they are written. */
const textOrDigits: Reader<string> = (value, findings) =>
  value.kind === "number" ? value.text : text(value, findings);

const flag: Reader<boolean> = (value, findings) =>
  value.kind === "boolean" ? value.value : findings.wrongType(value, "`true` or `false`");

const instant: Reader<Instant> = (value, findings) => {
  if (value.kind === "string") return value.value;
  return value.kind === "number" ? Number(value.text) : findings.wrongType(value, "a date or a number of milliseconds");
};

const scalar: Reader<Scalar> = (value, findings) => {
  const written = scalarText(value);
  if (written === null) return findings.wrongType(value, "a string, a number or a boolean");
  return value.kind === "boolean" ? value.value : written;
};

/** A tag's value is a text, however YAML reads it. */
const tagValue: Reader<string> = (value, findings) => scalarText(value) ?? findings.wrongType(value, "a string");

function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  return (value, findings) => {
    if (value.kind !== "string") return findings.wrongType(value, "a string");
    const word = words.find((candidate) => candidate === value.value);
    if (word !== undefined) return word;
    const help = didYouMean(value.value, words) ?? `one of ${words.map((known) => `\`${known}\``).join(", ")}`;
    return findings.add("unknown-word", value.span, `unknown word \`${quote(value.value)}\``, help);
  };
}

function listOf<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, findings) => {
    if (value.kind !== "array") return findings.wrongType(value, "a list");
    const items = value.items.map((inner) => item(inner, findings));
    return items.every((read) => read !== null) ? (items as T[]) : null;
  };
}

/** Keys are the user's own: an object without a prototype, so that `__proto__` is one of them. */
function recordOf<T>(item: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, findings) => {
    if (value.kind !== "object") return findings.wrongType(value, "an object");
    const record: Record<string, T> = Object.create(null);
    for (const { key, value: inner } of value.members) {
      const read = item(inner, findings);
      if (read !== null) record[key] = read;
    }
    return record;
  };
}

/** A reader for every field, so that one that is forgotten does not compile. */
type Fields<T> = { readonly [K in keyof Required<T>]: Reader<Exclude<T[K], undefined>> };

function objectOf<T extends object>(fields: Fields<T>, required: readonly (keyof T & string)[] = []): Reader<T> {
  const readers = new Map(Object.entries(fields) as [string, Reader<unknown>][]);
  return (value, findings) => {
    if (value.kind !== "object") return findings.wrongType(value, "an object");
    const result: Record<string, unknown> = {};
    for (const { key, keySpan, value: inner } of value.members) {
      const reader = readers.get(key);
      if (reader !== undefined) result[key] = reader(inner, findings);
      else findings.add("unknown-field", keySpan, `unknown field \`${quote(key)}\``, didYouMean(key, readers.keys()));
    }
    addMissing(value, required, findings);
    return result as T;
  };
}

function addMissing(value: JsonObject, required: readonly string[], findings: Findings): void {
  for (const field of required) {
    if (value.members.some(({ key }) => key === field)) continue;
    findings.add("missing-field", value.span, `the field \`${field}\` is missing`);
  }
}

const explicitValues = objectOf<{ readonly card: "single" | "multi"; readonly values: readonly Scalar[] }>(
  { card: oneOf("single", "multi"), values: listOf(scalar) },
  ["card", "values"],
);

/** A value, a list of them, or a list with its cardinality (REQ-3). */
const contextValue: Reader<ContextInput> = (value, findings) => {
  switch (value.kind) {
    case "object":
      return explicitValues(value, findings);
    case "array":
      return listOf(scalar)(value, findings);
    case "string":
    case "number":
    case "boolean":
      return scalar(value, findings);
    case "null":
      return findings.wrongType(value, "a string, a number, a boolean or a list of these");
  }
};

const mfaTime = objectOf<{ readonly authenticatedAt: Instant }>({ authenticatedAt: instant }, ["authenticatedAt"]);

const principalObject = objectOf<PrincipalInput>(
  {
    arn: textOrDigits,
    uniqueId: text,
    tags: recordOf(tagValue),
    sessionTags: recordOf(tagValue),
    transitiveTagKeys: listOf(text),
    roleArn: text,
    serviceLinked: flag,
    credentials: oneOf("longTerm", "sessionToken", "console", "assumeRoot"),
    issuedBy: oneOf("AssumeRole", "SAML", "WebIdentity", "Service"),
    federatedProvider: text,
    sourceIdentity: text,
    issueTime: instant,
    mfa: (value, findings) => (value.kind === "object" ? mfaTime(value, findings) : flag(value, findings)),
    taskPolicy: text,
    parent: text,
    serviceNames: listOf(text),
    onBehalf: objectOf<NonNullable<PrincipalInput["onBehalf"]>>({
      sourceArn: text,
      sourceAccount: textOrDigits,
      sourceOrgId: text,
      sourceOrgPaths: listOf(text),
    }),
    claims: recordOf(contextValue),
  },
  ["arn"],
);

const principal: Reader<string | PrincipalInput> = (value, findings) =>
  value.kind === "object" ? principalObject(value, findings) : textOrDigits(value, findings);

const via = objectOf<ViaInput>({
  vpcEndpoint: objectOf<NonNullable<ViaInput["vpcEndpoint"]>>({
    id: text,
    vpc: text,
    vpcArn: text,
    privateIp: text,
    account: textOrDigits,
    orgId: text,
    orgPaths: listOf(text),
    kind: oneOf("interface", "gateway"),
  }),
  fas: objectOf<NonNullable<ViaInput["fas"]>>({ calledVia: listOf(text) }, ["calledVia"]),
});

const REQUEST = objectOf<Request>(
  {
    principal,
    action: text,
    resource: text,
    resourceAccount: textOrDigits,
    resourceTags: recordOf(tagValue),
    resourcePolicyType: text,
    context: recordOf(contextValue),
    unknown: listOf(text),
    via,
    now: instant,
  },
  ["principal", "action", "resource"],
);

const OPTIONS = objectOf<Partial<RequestOptions>>({
  deriveContext: flag,
  trustContext: flag,
  extraValues: oneOf("error", "multi"),
  allowMalformedContext: flag,
});
