/** One statement: its elements, and which of them its policy type permits (GRAM-5…9, §2.3). */
import { type JsonMember, type JsonObject, type JsonValue, quoted } from "../text/json.js";
import type { Span } from "../text/span.js";
import { parseActionElement } from "./action-element.js";
import { parseCondition } from "./condition.js";
import type { Inspection } from "./inspection.js";
import type { ActionElement, Effect, PolicyType, PrincipalElement, ResourceElement, Statement } from "./model.js";
import { parsePrincipalElement } from "./principal-element.js";
import { parseResourceElement } from "./resource-element.js";
import { didYouMean } from "./spelling.js";
import { checkStatementLints } from "./statement-lints.js";

const ELEMENTS = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
] as const;
type Element = (typeof ELEMENTS)[number];
type Elements = ReadonlyMap<Element, JsonMember>;

/** Whether the statements of a policy type name a principal (§2.3). */
export const HAS_PRINCIPAL: Readonly<Record<PolicyType, boolean>> = {
  identity: false,
  managed: false,
  boundary: false,
  session: false,
  scp: false,
  rcp: true,
  vpce: true,
  resource: true,
  trust: true,
};

/** Null where an element is missing or unusable; that was reported. */
export function parseStatement(inspection: Inspection, value: JsonValue, index: number): Statement | null {
  if (value.kind !== "object") {
    inspection.reportType("a statement", "an object", value);
    return null;
  }
  const elements = collectElements(inspection, value);
  const sid = parseSid(inspection, elements.get("Sid"));
  const effect = parseEffect(inspection, elements.get("Effect"), value);
  const principal = parsePrincipal(inspection, elements, value, effect);
  const action = parseAction(inspection, elements, value);
  const resource = parseResource(inspection, elements, value);
  const written = elements.get("Condition");
  const conditions = written === undefined ? [] : parseCondition(inspection, written.value);
  if (effect === null || principal === undefined || action === null || resource === undefined) return null;
  const statement = { index, sid, effect, principal, action, resource, conditions, span: value.span };
  checkStatementLints(inspection, statement);
  return statement;
}

function collectElements(inspection: Inspection, statement: JsonObject): Elements {
  const elements = new Map<Element, JsonMember>();
  for (const member of statement.members) {
    const element = ELEMENTS.find((name) => name === member.key);
    if (element === undefined) {
      const help = () =>
        didYouMean(member.key, ELEMENTS) ?? `a statement has ${ELEMENTS.map((name) => `\`${name}\``).join(", ")}`;
      inspection.report(
        "always",
        "unknown-element",
        member.keySpan,
        `unknown element ${quoted(member.key)} in a statement`,
        help,
      );
    } else {
      elements.set(element, member);
    }
  }
  return elements;
}

/** Types whose Sids are letters and digits only (GRAM-9). */
const PLAIN_SID_TYPES: ReadonlySet<PolicyType> = new Set(["identity", "managed", "boundary", "session", "scp"]);

function parseSid(inspection: Inspection, written: JsonMember | undefined): string | null {
  if (written === undefined) return null;
  const { value } = written;
  if (value.kind !== "string") {
    inspection.reportType("`Sid`", "a string", value);
    return null;
  }
  if (inspection.refusesLength("Sid", value)) return null;
  const odd = [...value.value].find((unit) => !PLAIN_SID_UNITS.includes(unit));
  if (odd !== undefined && PLAIN_SID_TYPES.has(inspection.type)) {
    const help = "the Sid of this kind of policy has letters and digits only";
    inspection.report(
      "stored",
      "invalid-sid",
      value.span,
      `the character ${quoted(odd)} in the Sid ${quoted(value.value)}`,
      help,
    );
  }
  return value.value === "" ? null : value.value;
}

const PLAIN_SID_UNITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

function parseEffect(inspection: Inspection, written: JsonMember | undefined, statement: JsonObject): Effect | null {
  if (written === undefined) {
    reportMissing(inspection, statement, "`Effect`");
    return null;
  }
  const { value } = written;
  if (value.kind !== "string") {
    inspection.reportType("`Effect`", "`Allow` or `Deny`", value);
    return null;
  }
  if (value.value === "Allow" || value.value === "Deny") return value.value;
  const help = didYouMean(value.value, ["Allow", "Deny"]) ?? "write `Allow` or `Deny`";
  inspection.report("always", "invalid-effect", value.span, `unknown effect ${quoted(value.value)}`, help);
  return null;
}

/** Null: the type has none. Undefined: missing or unusable, reported. */
function parsePrincipal(
  inspection: Inspection,
  elements: Elements,
  statement: JsonObject,
  effect: Effect | null,
): PrincipalElement | null | undefined {
  const written = oneOf(inspection, elements, "Principal", "NotPrincipal");
  if (!HAS_PRINCIPAL[inspection.type]) {
    if (written === undefined) return null;
    const message = `${DESCRIPTIONS[inspection.type]} has no ${quoted(written.key)}`;
    inspection.report(
      "always",
      "unsupported-element",
      written.keySpan,
      message,
      "remove it: who asks is given by where it is attached",
    );
    return undefined;
  }
  if (written === undefined) {
    reportMissing(inspection, statement, "`Principal`");
    return undefined;
  }
  const element = parsePrincipalElement(inspection, written);
  if (element?.negated === true && effect === "Allow") {
    const help = "it would allow everyone else, anonymous callers included; name whom to allow";
    inspection.report("checked", "not-principal-allow", element.span, "`NotPrincipal` in an Allow", help);
  }
  return element ?? undefined;
}

function parseAction(inspection: Inspection, elements: Elements, statement: JsonObject): ActionElement | null {
  const written = oneOf(inspection, elements, "Action", "NotAction");
  if (written === undefined) {
    reportMissing(inspection, statement, "`Action` or `NotAction`");
    return null;
  }
  if (inspection.type === "rcp" && written.key === "NotAction") {
    const message = "resource control policies have no `NotAction`";
    inspection.report("stored", "unsupported-element", written.keySpan, message, "list the actions in `Action`");
  }
  return parseActionElement(inspection, written);
}

/** Null: a role trust policy, which has none (MATCH-28). Undefined: missing, reported. */
function parseResource(
  inspection: Inspection,
  elements: Elements,
  statement: JsonObject,
): ResourceElement | null | undefined {
  const written = oneOf(inspection, elements, "Resource", "NotResource");
  if (inspection.type === "trust") {
    if (written === undefined) return null;
    const message = `a role trust policy has no ${quoted(written.key)}`;
    inspection.report(
      "always",
      "unsupported-element",
      written.keySpan,
      message,
      "remove it: the resource is the role itself",
    );
    return undefined;
  }
  if (written === undefined) {
    reportMissing(inspection, statement, "`Resource` or `NotResource`");
    return undefined;
  }
  return parseResourceElement(inspection, written);
}

/** GRAM-7: the one of a pair that is written; both are refused. */
function oneOf(inspection: Inspection, elements: Elements, name: Element, notName: Element): JsonMember | undefined {
  const positive = elements.get(name);
  const negative = elements.get(notName);
  if (positive !== undefined && negative !== undefined) {
    const message = `\`${name}\` and \`${notName}\` in one statement`;
    inspection.report("always", "element-combination", negative.keySpan, message, "split them into two statements");
  }
  return positive ?? negative;
}

function reportMissing(inspection: Inspection, statement: JsonObject, what: string): void {
  const { start } = statement.span;
  const first: Span = { start, end: start + 1 };
  inspection.report("always", "missing-element", first, `the statement has no ${what}`);
}

/** For messages. */
const DESCRIPTIONS: Readonly<Record<PolicyType, string>> = {
  identity: "an identity-based policy",
  managed: "a managed policy",
  boundary: "a permissions boundary",
  session: "a session policy",
  scp: "a service control policy",
  rcp: "a resource control policy",
  vpce: "an endpoint policy",
  resource: "a resource-based policy",
  trust: "a role trust policy",
};
