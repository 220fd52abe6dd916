/** Statements that are stored and seldom meant: COND-13, GRAM-30, PASS-5, PASS-7, SPEC-2, and SPEC-5. */
import { quoted } from "../text/json.js";
import { actionMatches } from "./action-element.js";
import type { Inspection } from "./inspection.js";
import type { ConditionEntry, PolicyType, PrincipalEntry, ResourcePattern, Statement } from "./model.js";
import { OPERATORS } from "./operators.js";

export function checkStatementLints(inspection: Inspection, statement: Statement): void {
  checkOpenForAllValues(inspection, statement);
  if (inspection.type === "scp") checkScpResource(inspection, statement);
  if (PASS_ROLE_TYPES.has(inspection.type)) checkPassRole(inspection, statement);
  if (inspection.type === "trust") checkTrust(inspection, statement);
}

/** COND-13: an Allow that a caller satisfies by leaving the key out. */
function checkOpenForAllValues(inspection: Inspection, statement: Statement): void {
  if (statement.effect !== "Allow") return;
  const required = new Set(statement.conditions.filter(requiresPresence).map(({ key }) => key));
  for (const entry of statement.conditions) {
    if (entry.operator.qualifier !== "all" || entry.operator.base === "Null") continue;
    if (required.has(entry.key)) continue;
    const message = `\`ForAllValues\` is true for a request without ${quoted(entry.keyText)}`;
    const help = `add \`"Null": {"${entry.keyText}": "false"}\``;
    inspection.report("advice", "for-all-values-without-null", entry.span, message, help);
  }
}

/** `Null` with `false`. */
function requiresPresence(entry: ConditionEntry): boolean {
  if (entry.operator.base !== "Null" || entry.operands.length === 0) return false;
  return entry.operands.every((operand) => operand.text.toLowerCase() !== "true");
}

/** GRAM-30. */
function checkScpResource(inspection: Inspection, statement: Statement): void {
  const { effect, resource } = statement;
  if (effect !== "Allow" || resource === null) return;
  const specific = resource.patterns.find((pattern) => pattern.text !== "*");
  if (specific === undefined && !resource.negated) return;
  const message = "AWS's pages disagree on whether an Allow of a service control policy may name resources";
  inspection.report(
    "advice",
    "scp-allow-resource",
    resource.span,
    message,
    'write `"Resource": "*"` and deny the rest',
  );
}

/** Where a grant of iam:PassRole gives something away. */
const PASS_ROLE_TYPES: ReadonlySet<PolicyType> = new Set(["identity", "managed", "session"]);

/** PASS-5, PASS-7. Full administrators (`*`) are not told. */
function checkPassRole(inspection: Inspection, statement: Statement): void {
  const { effect, action, resource, conditions } = statement;
  if (action.negated) return;
  const grant = action.patterns.find(
    (entry) => entry.kind === "pattern" && entry.pattern !== "*" && actionMatches(entry.pattern, "iam:passrole"),
  );
  if (grant === undefined) return;
  const tagged = conditions.find(({ key }) => key.startsWith("aws:resourcetag/") || key.startsWith("iam:resourcetag/"));
  if (tagged !== undefined) {
    const message = `\`iam:PassRole\` does not support ${quoted(tagged.keyText)}`;
    inspection.report("advice", "pass-role-tag", tagged.span, message, "name the roles in `Resource`");
  }
  if (effect !== "Allow" || resource === null || resource.negated) return;
  if (conditions.some(({ key }) => key === "iam:passedtoservice")) return;
  const wide = resource.patterns.find(coversManyRoles);
  if (wide === undefined) return;
  const message = `\`iam:PassRole\` on ${quoted(wide.text)} for every service`;
  inspection.report(
    "advice",
    "pass-role-star",
    wide.span,
    message,
    "name the roles, or add a condition on `iam:PassedToService`",
  );
}

function coversManyRoles(pattern: ResourcePattern): boolean {
  if (pattern.kind === "invalid") return false;
  return pattern.text === "*" || pattern.template.at(-1)?.kind === "star";
}

const SHARED_ACTIONS = ["sts:tagsession", "sts:setsourceidentity", "sts:setcontext"];

function checkTrust(inspection: Inspection, statement: Statement): void {
  const { principal, effect } = statement;
  if (principal === null || principal.negated || effect !== "Allow") return;
  for (const entry of principal.entries) {
    checkTrustPairing(inspection, statement, entry);
    checkSharedIssuer(inspection, statement, entry);
  }
}

/** SPEC-2: the principal's kind and the action go together. */
function checkTrustPairing(inspection: Inspection, statement: Statement, entry: PrincipalEntry): void {
  const needed = assumeActionFor(entry);
  const { action } = statement;
  if (needed === null || action.negated) return;
  const names = (wanted: string) =>
    action.patterns.some((pattern) => pattern.kind === "pattern" && actionMatches(pattern.pattern, wanted));
  if (names(needed.toLowerCase()) || SHARED_ACTIONS.some(names)) return;
  const message = `${quoted(entry.text)} assumes roles with \`${needed}\`, which this statement does not allow`;
  inspection.report("advice", "mismatched-trust-action", entry.span, message, `write \`"Action": "${needed}"\``);
}

function assumeActionFor(entry: PrincipalEntry): string | null {
  switch (entry.kind) {
    case "federated":
      return entry.provider.includes(":saml-provider/") ? "sts:AssumeRoleWithSAML" : "sts:AssumeRoleWithWebIdentity";
    case "account":
    case "user":
    case "role":
    case "roleSession":
    case "federatedUser":
    case "uniqueId":
    case "service":
      return "sts:AssumeRole";
    case "anyone":
    case "originAccessIdentity":
    case "canonicalUser":
    case "granted":
    case "invalid":
      return null;
  }
}

const GITHUB = "token.actions.githubusercontent.com";

/** SPEC-5: everyone on GitHub shares one issuer, so the trust must say whose tokens it takes. */
function checkSharedIssuer(inspection: Inspection, statement: Statement, entry: PrincipalEntry): void {
  if (entry.kind !== "federated" || !entry.provider.toLowerCase().endsWith(`:oidc-provider/${GITHUB}`)) return;
  if (statement.conditions.some(namesGithubOrganization)) return;
  const message = "every repository on GitHub may assume this role";
  const help = `add a condition: \`"StringLike": {"${GITHUB}:sub": "repo:my-organization/my-repository:*"}\``;
  inspection.report("checked", "open-oidc-trust", entry.span, message, help);
}

/** A condition that a token of another organization cannot satisfy. */
function namesGithubOrganization(entry: ConditionEntry): boolean {
  const { base, qualifier, ifExists } = entry.operator;
  const { family, negated, relation } = OPERATORS[base];
  if (family !== "string" || negated || ifExists || qualifier === "all" || entry.operands.length === 0) return false;
  const prefix = entry.key === `${GITHUB}:sub` ? "repo:" : "";
  if (entry.key !== `${GITHUB}:sub` && entry.key !== `${GITHUB}:job_workflow_ref`) return false;
  return entry.operands.every(({ text }) => {
    const slash = text.indexOf("/");
    const organization = text.slice(prefix.length, slash === -1 ? text.length : slash);
    const live = relation === "like" && (organization.includes("*") || organization.includes("?"));
    return text.startsWith(prefix) && organization !== "" && !live;
  });
}
