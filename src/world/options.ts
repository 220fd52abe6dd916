/** The option flags as people write them (semantics.md, appendix C): every name and value checked. */
import type { WorldOptions } from "../policy/options.js";
import { didYouMean } from "../policy/spelling.js";
import type { RequestOptions } from "../request/request.js";
import { type JsonValue, quoted, scalarText } from "../text/json.js";
import { type Findings, readFields } from "./fields.js";

const YES_NO = [false, true] as const;

const WORLD_FLAGS = {
  mode: ["strict", "session", "lenient"],
  invalidEntry: ["failClosed", "literal"],
  unresolvedVariable: ["operand", "statement"],
  denyKind: ["separate", "merge"],
  forAnyValueIfExists: YES_NO,
  looseOperators: YES_NO,
  autoRcpFullAccess: YES_NO,
  rcpOnResourceless: YES_NO,
  federatedDefaultSession: ["deny", "allow"],
  federatedInResourcePolicies: YES_NO,
  scpBlocksGetSessionToken: YES_NO,
  explicitDenyBlocksGetSessionToken: YES_NO,
  roleMfaKey: ["false", "absent"],
  resourceGlob: ["segment-aware", "plain"],
  incompleteArn: ["identity", "everywhere"],
  notPrincipalMode: ["allLevels", "roleCoversSession"],
  awsStarMatchesService: YES_NO,
  assumeSameAccount: YES_NO,
} as const satisfies { [Flag in keyof WorldOptions]: readonly WorldOptions[Flag][] };

const REQUEST_FLAGS = {
  deriveContext: YES_NO,
  trustContext: YES_NO,
  extraValues: ["error", "multi"],
  allowMalformedContext: YES_NO,
} as const satisfies { [Flag in keyof RequestOptions]: readonly RequestOptions[Flag][] };

/** The flags of a world that an object gives. */
export function readWorldOptions(findings: Findings, value: JsonValue, where: string): Partial<WorldOptions> {
  return readFlags(findings, value, where, WORLD_FLAGS) as Partial<WorldOptions>;
}

/** The flags of a world and of whoever builds requests, in one object: what a scenario has. */
export function readAllOptions(
  findings: Findings,
  value: JsonValue,
  where: string,
): { world: Partial<WorldOptions>; request: Partial<RequestOptions> } {
  const flags = Object.entries(readFlags(findings, value, where, { ...WORLD_FLAGS, ...REQUEST_FLAGS }));
  return {
    world: Object.fromEntries(flags.filter(([name]) => name in WORLD_FLAGS)) as Partial<WorldOptions>,
    request: Object.fromEntries(flags.filter(([name]) => name in REQUEST_FLAGS)) as Partial<RequestOptions>,
  };
}

type FlagTable = Readonly<Record<string, readonly (string | boolean)[]>>;

/** The table's names are ours, so an object may hold them. */
function readFlags(
  findings: Findings,
  value: JsonValue,
  where: string,
  table: FlagTable,
): Record<string, string | boolean> {
  const names = Object.keys(table);
  const fields = readFields(findings, value, where, names);
  const flags: Record<string, string | boolean> = {};
  for (const name of names) {
    const given = fields?.get(name) ?? null;
    if (given === null) continue;
    const flag = readFlag(findings, given, `${where}.${name}`, table[name]!);
    if (flag !== null) flags[name] = flag;
  }
  return flags;
}

/** YAML writes `false` for the text too (`roleMfaKey: false`), so that values compare as text. */
function readFlag(
  findings: Findings,
  value: JsonValue,
  where: string,
  allowed: readonly (string | boolean)[],
): string | boolean | null {
  const text = scalarText(value);
  const flag = allowed.find((candidate) => String(candidate) === text);
  if (flag !== undefined && (value.kind !== "string" || typeof flag === "string")) return flag;
  const texts = allowed.map(String);
  const help = `one of ${texts.map((name) => `\`${name}\``).join(", ")}`;
  const given = text === null ? `of kind ${value.kind}` : quoted(text);
  const near = value.kind === "string" && text !== null ? didYouMean(text, texts) : null;
  findings.error(value.span, "invalid-value", `${where} cannot be ${given}`, near ?? help);
  return null;
}
