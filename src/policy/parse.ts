/**
 * Policy documents: text to `Policy`, with everything that is wrong with it. semantics.md §2 is the grammar; what each
 * element may say is in the files beside this one.
 */
import { type Diagnostic, hasErrors } from "../text/diagnostic.js";
import { type JsonObject, type JsonValue, member, parseJson, quoted } from "../text/json.js";
import type { Source } from "../text/span.js";
import { Inspection } from "./inspection.js";
import { checkCharacters, checkSize, DOCUMENT_LENGTH_MAX } from "./limits.js";
import type { Mode, Policy, PolicyType, Statement, Version } from "./model.js";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "./options.js";
import { didYouMean } from "./spelling.js";
import { parseStatement } from "./statement.js";

export interface ParseOptions {
  readonly type: PolicyType;
  /** Default: the source's name. */
  readonly name?: string;
  /** Default `strict`. Session policies are checked as STS checks them under `strict` too (GRAM-18). */
  readonly mode?: Mode;
  readonly looseOperators?: boolean;
  readonly incompleteArn?: WorldOptions["incompleteArn"];
}

/** `policy` is null if and only if one of the diagnostics is an error. Diagnostics stand in the order of the text. */
export interface ParsedPolicy {
  readonly policy: Policy | null;
  readonly diagnostics: Diagnostic[];
}

/** Parses a policy document in JSON. */
export function parsePolicy(source: Source, options: ParseOptions): ParsedPolicy {
  const { value, diagnostics } = parseJson(source, { lengthMax: DOCUMENT_LENGTH_MAX });
  if (value === null) return { policy: null, diagnostics };
  return parsePolicyValue(source, value, options);
}

/** Parses a document that stands in a larger text (an account export, a scenario), wherever that came from. */
export function parsePolicyValue(source: Source, value: JsonValue, options: ParseOptions): ParsedPolicy {
  const inspection = new Inspection(source, rulesOf(options));
  const policy = parseDocument(inspection, value, options.name ?? source.name);
  const diagnostics = inspection.diagnostics.sort((left, right) => left.span.start - right.span.start);
  return { policy: hasErrors(diagnostics) ? null : policy, diagnostics };
}

function rulesOf(options: ParseOptions) {
  const { type, mode = DEFAULT_WORLD_OPTIONS.mode } = options;
  return {
    type,
    mode: type === "session" && mode === "strict" ? "session" : mode,
    looseOperators: options.looseOperators ?? DEFAULT_WORLD_OPTIONS.looseOperators,
    incompleteArn: options.incompleteArn ?? DEFAULT_WORLD_OPTIONS.incompleteArn,
  } as const;
}

const ELEMENTS = ["Version", "Id", "Statement"] as const;

/** Null only where something was reported as an error. */
function parseDocument(inspection: Inspection, value: JsonValue, name: string): Policy | null {
  if (value.kind !== "object") {
    inspection.reportType(
      "a policy",
      "an object",
      value,
      'a policy looks like `{"Version": "2012-10-17", "Statement": […]}`',
    );
    return null;
  }
  refuseUnknownElements(inspection, value);
  checkSize(inspection, value);
  checkCharacters(inspection, value);
  inspection.version = parseVersion(inspection, value);
  inspection.isRcpFullAccess = inspection.type === "rcp" && isFullAccess(value);
  const id = parseId(inspection, value);
  const statements = parseStatements(inspection, value);
  const { type, version, source } = inspection;
  return { name, type, version, id, statements, source, span: value.span };
}

function refuseUnknownElements(inspection: Inspection, document: JsonObject): void {
  for (const { key, keySpan } of document.members) {
    if (ELEMENTS.some((element) => element === key)) continue;
    const help = () => didYouMean(key, ELEMENTS) ?? "a policy has `Version`, `Id` and `Statement`";
    inspection.report("always", "unknown-element", keySpan, `unknown element ${quoted(key)} in a policy`, help);
  }
}

/** GRAM-2, GRAM-30, GRAM-31. */
function parseVersion(inspection: Inspection, document: JsonObject): Version {
  const value = member(document, "Version");
  if (value === null) {
    requireNewVersion(
      inspection,
      { start: document.span.start, end: document.span.start + 1 },
      "the policy has no `Version`",
    );
    return "2008-10-17";
  }
  if (value.kind !== "string") {
    inspection.reportType("`Version`", "a string", value, 'write `"2012-10-17"`');
    return "2012-10-17";
  }
  switch (value.value) {
    case "2012-10-17":
      return value.value;
    case "2008-10-17":
      requireNewVersion(inspection, value.span, "the policy has the old `Version`");
      return value.value;
    default: {
      const help = "the versions of the policy language are `2012-10-17` and `2008-10-17`";
      inspection.report("always", "invalid-version", value.span, `unknown version ${quoted(value.value)}`, help);
      return "2012-10-17";
    }
  }
}

/** Types that ask for the version of 2012, and who refuses the others. */
const NEW_VERSION: Readonly<Partial<Record<PolicyType, "stored" | "checked">>> = {
  managed: "stored",
  scp: "checked",
  rcp: "checked",
};

function requireNewVersion(inspection: Inspection, span: Policy["span"], message: string): void {
  const tier = NEW_VERSION[inspection.type];
  if (tier !== undefined) inspection.report(tier, "old-version", span, message, 'write `"Version": "2012-10-17"`');
}

/** Types whose documents have an Id of their own (GRAM-11). */
const ID_TYPES: ReadonlySet<PolicyType> = new Set(["resource", "vpce", "trust"]);

function parseId(inspection: Inspection, document: JsonObject): string | null {
  const value = member(document, "Id");
  if (value === null) return null;
  if (value.kind !== "string") {
    inspection.reportType("`Id`", "a string", value);
    return null;
  }
  if (!ID_TYPES.has(inspection.type)) {
    inspection.report(
      "advice",
      "id-without-meaning",
      value.span,
      "`Id` means something in resource-based policies only",
    );
  }
  return value.value;
}

/** Without the statements that could not be parsed; then there was an error. */
function parseStatements(inspection: Inspection, document: JsonObject): Statement[] {
  const value = member(document, "Statement");
  const items = value === null ? [] : value.kind === "array" ? value.items : [value];
  if (items.length === 0) reportNoStatements(inspection, document, value);
  if (value !== null && value.kind !== "array" && value.kind !== "object") {
    inspection.reportType("`Statement`", "an object or a list of objects", value);
    return [];
  }
  const statements = items.map((item, index) => parseStatement(inspection, item, index));
  checkSids(inspection, items);
  if (inspection.type === "rcp" && !inspection.isRcpFullAccess) requireDeny(inspection, items);
  return statements.filter((statement) => statement !== null);
}

/** GRAM-4. */
function reportNoStatements(inspection: Inspection, document: JsonObject, value: JsonValue | null): void {
  const span = value?.span ?? { start: document.span.start, end: document.span.start + 1 };
  const what = value === null ? "has no `Statement`" : "has no statements";
  inspection.report("stored", "missing-statement", span, `the policy ${what}`, "add at least one statement");
}

/** GRAM-9: Sids are unique; empty ones do not count. */
function checkSids(inspection: Inspection, statements: readonly JsonValue[]): void {
  const seen = new Set<string>();
  for (const statement of statements) {
    const sid = statement.kind === "object" ? member(statement, "Sid") : null;
    if (sid?.kind !== "string" || sid.value === "") continue;
    if (seen.has(sid.value)) {
      inspection.report("stored", "duplicate-sid", sid.span, `the Sid ${quoted(sid.value)} occurs twice in one policy`);
    }
    seen.add(sid.value);
  }
}

/** GRAM-31: customers' RCPs only deny. */
function requireDeny(inspection: Inspection, statements: readonly JsonValue[]): void {
  for (const statement of statements) {
    const effect = statement.kind === "object" ? member(statement, "Effect") : null;
    if (effect?.kind !== "string" || effect.value !== "Allow") continue;
    const help = "AWS attaches RCPFullAWSAccess, which allows everything, by itself";
    inspection.report("stored", "rcp-allow", effect.span, "a resource control policy can only deny", help);
  }
}

/** RCPFullAWSAccess (GRAM-32): one statement that allows everyone everything. */
function isFullAccess(document: JsonObject): boolean {
  const value = member(document, "Statement");
  const statement = value?.kind === "array" && value.items.length === 1 ? value.items[0]! : value;
  if (statement?.kind !== "object") return false;
  return statement.members.every(({ key, value: written }) => {
    const text = written.kind === "array" && written.items.length === 1 ? written.items[0]! : written;
    return key === "Sid" || (text.kind === "string" && text.value === FULL_ACCESS.get(key));
  });
}

const FULL_ACCESS: ReadonlyMap<string, string> = new Map([
  ["Effect", "Allow"],
  ["Principal", "*"],
  ["Action", "*"],
  ["Resource", "*"],
]);
