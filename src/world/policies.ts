/** Policy documents inside other files: as JSON, or as AWS's API prints them, JSON in a string and URL-encoded. */
import type { Policy, PolicyType } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import { type ParsedPolicy, parsePolicy, parsePolicyValue } from "../policy/parse.js";
import { type JsonString, type JsonValue, quoted } from "../text/json.js";
import type { Findings } from "./fields.js";

/** Parses a document under the flags of its world; null after findings. */
export function readPolicy(
  findings: Findings,
  value: JsonValue,
  type: PolicyType,
  name: string,
  options: WorldOptions,
): Policy | null {
  const parsing = {
    type,
    name,
    mode: options.mode,
    looseOperators: options.looseOperators,
    incompleteArn: options.incompleteArn,
  };
  let parsed: ParsedPolicy;
  if (value.kind === "string") {
    const text = decodeDocument(findings, value, name);
    if (text === null) return null;
    parsed = parsePolicy({ name: `${findings.source.name}: ${name}`, text }, parsing);
  } else {
    parsed = parsePolicyValue(findings.source, value, parsing);
  }
  for (const diagnostic of parsed.diagnostics) findings.diagnostics.push(diagnostic);
  return parsed.policy;
}

/** JSON text as it is, or percent-encoded by RFC 3986 as the IAM API returns it. */
function decodeDocument(findings: Findings, value: JsonString, name: string): string | null {
  if (value.value.trimStart().startsWith("{")) return value.value;
  try {
    return decodeURIComponent(value.value);
  } catch {
    findings.error(
      value.span,
      "invalid-encoding",
      `${quoted(name)} is neither JSON nor URL-encoded JSON`,
      "the document must be an object, its JSON text, or that text URL-encoded",
    );
    return null;
  }
}
