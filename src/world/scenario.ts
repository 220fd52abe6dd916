/** Scenario files: a request, the policies around it and what must come out. The format is docs/scenario.md. */
import type { PolicyType } from "../policy/model.js";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../policy/options.js";
import { readRequest } from "../request/json.js";
import { DEFAULT_REQUEST_OPTIONS, type Request, type RequestOptions } from "../request/request.js";
import { type Diagnostic, hasErrors } from "../text/diagnostic.js";
import { type JsonValue, parseJson } from "../text/json.js";
import type { Source, Span } from "../text/span.js";
import { parseYaml } from "../text/yaml.js";
import { type Expectation, readExpectation } from "./expectation.js";
import { type Fields, Findings, readFields } from "./fields.js";
import type { World } from "./model.js";
import { readAllOptions } from "./options.js";
import { isRoleArn } from "./resource-type.js";
import { type GivenDocuments, ScenarioPolicies } from "./scenario-policies.js";
import { buildWorld, type GivenOrganization, type GivenPolicies } from "./scenario-world.js";
import { NO_SETTINGS, type ResourceSettings, readSettings, SETTING_FIELDS } from "./settings.js";

export interface Scenario {
  readonly id: string;
  /** Rule IDs that it shows. */
  readonly rules: readonly string[];
  readonly request: Request;
  readonly requestOptions: RequestOptions;
  /** A closed world: what the scenario leaves out does not exist. */
  readonly world: World;
  readonly expect: Expectation;
  /**
   * Errors in the request or in a policy. Only a scenario that expects `error` has any; it is then refused already and must
   * not be decided.
   */
  readonly refused: readonly Diagnostic[];
  readonly source: Source;
  readonly span: Span;
}

/**
 * All scenarios of a file: JSON (one, or a list), JSON Lines (`.jsonl`, `.ndjson`) or YAML (documents, or lists of them); a
 * file with another name is told by its first character and line. A scenario that cannot be read is left out and has an
 * error among the diagnostics.
 */
export function readScenarios(source: Source): { scenarios: Scenario[]; diagnostics: Diagnostic[] } {
  const scenarios: Scenario[] = [];
  const diagnostics: Diagnostic[] = [];
  const places = new Map<string, Scenario>();
  for (const text of textsOf(source, diagnostics)) {
    const read = readScenario(text.source, text.value);
    diagnostics.push(...read.diagnostics);
    if (read.scenario === null) continue;
    if (places.has(read.scenario.id)) diagnostics.push(repeatedId(read.scenario));
    places.set(read.scenario.id, read.scenario);
    scenarios.push(read.scenario);
  }
  return { scenarios, diagnostics };
}

const FIELDS = [
  "version",
  "id",
  "rules",
  "note",
  "request",
  "policies",
  "resourcePolicyType",
  "organization",
  "resourceSettings",
  "canonicalUserIds",
  "bindings",
  "options",
  "expect",
] as const;

/** One scenario; null if and only if the diagnostics hold an error. */
export function readScenario(
  source: Source,
  value: JsonValue,
): { scenario: Scenario | null; diagnostics: Diagnostic[] } {
  const findings = new Findings(source);
  const refusals = new Findings(source);
  const scenario = assemble(findings, refusals, value);
  const refused = refusals.diagnostics.filter(({ severity }) => severity === "error");
  const expected = scenario?.expect.decision === "error" ? refused : [];
  const diagnostics = [...findings.diagnostics, ...refusals.diagnostics.filter((found) => !expected.includes(found))];
  return { scenario: scenario === null || hasErrors(diagnostics) ? null : { ...scenario, refused }, diagnostics };
}

/** Findings are about the scenario, refusals about the request and the policies in it. */
function assemble(findings: Findings, refusals: Findings, value: JsonValue): Scenario | null {
  const fields = readFields(findings, value, "", FIELDS);
  if (fields === null) return null;
  readVersion(findings, fields);
  const id = fields.requiredText("id");
  const rules = fields.texts("rules") ?? [];
  fields.text("note");
  const expected = fields.required("expect");
  const expect = expected === null ? null : readExpectation(findings, expected);
  const options = fields.get("options");
  const flags = options === null ? { world: {}, request: {} } : readAllOptions(findings, options, "options");
  const worldOptions: WorldOptions = { ...DEFAULT_WORLD_OPTIONS, ...flags.world };
  const given = {
    request: readScenarioRequest(refusals, fields),
    resourcePolicyType: fields.text("resourcePolicyType"),
    policies: readPolicies(findings, refusals, fields, worldOptions),
    organization: readOrganization(findings, fields),
    settings: readResourceSettings(findings, fields),
    settingsSpan: (fields.get("resourceSettings") ?? value).span,
    canonicalUserIds: fields.textMap("canonicalUserIds") ?? new Map(),
    bindings: fields.textMap("bindings") ?? new Map(),
    options: worldOptions,
  };
  if (id === null || expect === null) return null;
  const { world, request } = buildWorld(findings, given);
  const requestOptions = { ...DEFAULT_REQUEST_OPTIONS, ...flags.request };
  return { id, rules, request, requestOptions, world, expect, refused: [], source: findings.source, span: value.span };
}

/** The version of the format; there is one. */
function readVersion(findings: Findings, fields: Fields): void {
  const version = fields.text("version");
  if (version === null || version === "1") return;
  const { span } = fields.get("version")!;
  findings.error(
    span,
    "unsupported-version",
    `version \`${version}\` of the scenario format is not known`,
    "it is `1`",
  );
}

/** A request that cannot be read stands as one that nobody can ask. */
const UNREADABLE_REQUEST: Request = { principal: "", action: "", resource: "" };

function readScenarioRequest(refusals: Findings, fields: Fields): Request {
  const value = fields.get("request");
  if (value === null) {
    refusals.error(fields.object.span, "missing-field", "`request` is missing");
    return UNREADABLE_REQUEST;
  }
  const { request, diagnostics } = readRequest(refusals.source, value);
  refusals.diagnostics.push(...diagnostics);
  return request ?? UNREADABLE_REQUEST;
}

const POLICY_FIELDS = ["identity", "boundary", "session", "scps", "rcps", "resource", "behind", "vpcEndpoint"] as const;

function readPolicies(findings: Findings, refusals: Findings, fields: Fields, options: WorldOptions): GivenPolicies {
  const value = fields.get("policies");
  const policies = value === null ? null : readFields(findings, value, "policies", POLICY_FIELDS);
  const reader = new ScenarioPolicies(findings, refusals, options);
  const documents = (name: (typeof POLICY_FIELDS)[number], type: PolicyType): GivenDocuments | null => {
    const given = policies?.get(name) ?? null;
    return given === null ? null : reader.documents(given, name, type);
  };
  const levels = (name: "scps" | "rcps", type: PolicyType) => {
    const given = policies?.get(name) ?? null;
    return given === null ? null : reader.levels(given, name, type);
  };
  return {
    identity: documents("identity", "identity"),
    boundary: documents("boundary", "boundary"),
    session: documents("session", "session"),
    scps: levels("scps", "scp"),
    rcps: levels("rcps", "rcp"),
    resource: documents("resource", resourcePolicyTypeOf(fields)),
    behind: readBehind(findings, reader, policies),
    vpcEndpoint: documents("vpcEndpoint", "vpce"),
  };
}

/** A role's resource policy is a trust policy, whose grammar is its own (§2.3). */
function resourcePolicyTypeOf(fields: Fields): PolicyType {
  const given = fields.get("resourcePolicyType");
  if (given !== null) return given.kind === "string" && given.value === "trust" ? "trust" : "resource";
  const request = fields.get("request");
  if (request?.kind !== "object") return "resource";
  const type = request.members.find(({ key }) => key === "resourcePolicyType")?.value;
  if (type?.kind === "string") return type.value === "trust" ? "trust" : "resource";
  const resource = request.members.find(({ key }) => key === "resource")?.value;
  return resource?.kind === "string" && isRoleArn(resource.value) ? "trust" : "resource";
}

function readBehind(findings: Findings, reader: ScenarioPolicies, policies: Fields | null): GivenPolicies["behind"] {
  const value = policies?.get("behind") ?? null;
  if (value === null) return null;
  const fields = readFields(findings, value, "policies.behind", ["resource", "policies"]);
  const resource = fields?.requiredText("resource") ?? null;
  const given = fields?.get("policies") ?? null;
  const documents = given === null ? null : reader.documents(given, "behind", "resource");
  return resource === null ? null : { resource, documents, span: value.span };
}

const ORGANIZATION_FIELDS = [
  "id",
  "managementAccount",
  "accounts",
  "paths",
  "delegatedAdministrators",
  "scpsEnabled",
  "rcpsEnabled",
] as const;

function readOrganization(findings: Findings, fields: Fields): GivenOrganization | null {
  const value = fields.get("organization");
  const organization = value === null ? null : readFields(findings, value, "organization", ORGANIZATION_FIELDS);
  if (organization === null) return null;
  return {
    id: organization.text("id"),
    managementAccount: organization.account("managementAccount"),
    accounts: organization.accounts("accounts"),
    paths: organization.textMap("paths") ?? new Map(),
    delegatedAdministrators: organization.accounts("delegatedAdministrators") ?? [],
    scpsEnabled: organization.boolean("scpsEnabled") ?? true,
    rcpsEnabled: organization.boolean("rcpsEnabled") ?? true,
  };
}

function readResourceSettings(findings: Findings, fields: Fields): ResourceSettings {
  const value = fields.get("resourceSettings");
  const settings = value === null ? null : readFields(findings, value, "resourceSettings", SETTING_FIELDS);
  return settings === null ? NO_SETTINGS : readSettings(findings, settings);
}

/** A value of a file, with the source that its spans are about. */
interface LocatedValue {
  readonly source: Source;
  readonly value: JsonValue;
}

function textsOf(source: Source, diagnostics: Diagnostic[]): LocatedValue[] {
  switch (formatOf(source)) {
    case "lines":
      return source.text.split("\n").flatMap((line, index) => {
        const blank = line.trim() === "";
        return blank ? [] : jsonValues({ name: `${source.name}:${index + 1}`, text: line }, diagnostics);
      });
    case "json":
      return jsonValues(source, diagnostics);
    case "yaml": {
      const parsed = parseYaml(source);
      diagnostics.push(...parsed.diagnostics);
      return parsed.values.flatMap((value) => itemsOf(source, value));
    }
  }
}

type Format = "json" | "lines" | "yaml";

const FORMATS: readonly (readonly [suffix: string, format: Format])[] = [
  [".json", "json"],
  [".jsonl", "lines"],
  [".ndjson", "lines"],
  [".yaml", "yaml"],
  [".yml", "yaml"],
];

/** By the name; else a first line that is an object from end to end begins JSON Lines. */
function formatOf({ name, text }: Source): Format {
  const named = FORMATS.find(([suffix]) => name.toLowerCase().endsWith(suffix));
  if (named !== undefined) return named[1];
  const start = text.trimStart();
  const firstLine = start.split("\n", 1)[0]!.trimEnd();
  if (firstLine.startsWith("{") && firstLine.endsWith("}")) return "lines";
  return start.startsWith("{") || start.startsWith("[") ? "json" : "yaml";
}

function jsonValues(source: Source, diagnostics: Diagnostic[]): LocatedValue[] {
  const parsed = parseJson(source);
  diagnostics.push(...parsed.diagnostics);
  return parsed.value === null ? [] : itemsOf(source, parsed.value);
}

function itemsOf(source: Source, value: JsonValue): LocatedValue[] {
  return value.kind === "array" ? value.items.map((item) => ({ source, value: item })) : [{ source, value }];
}

/** People look for a scenario by its id. */
function repeatedId({ id, source, span }: Scenario): Diagnostic {
  return {
    code: "repeated-id",
    severity: "warning",
    message: `another scenario of this file has the id \`${id}\` too`,
    help: null,
    source,
    span,
  };
}
