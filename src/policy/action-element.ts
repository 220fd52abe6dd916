/** `Action` and `NotAction` (GRAM-8, GRAM-50, MATCH-1…5, MATCH-8). */
import { type JsonMember, type JsonString, quoted } from "../text/json.js";
import { lowerAscii } from "./ascii.js";
import type { Inspection } from "./inspection.js";
import type { ActionElement, ActionPattern } from "./model.js";
import { rcpServices } from "./rcp-services.js";

export function parseActionElement(inspection: Inspection, written: JsonMember): ActionElement {
  const { key, keySpan, value } = written;
  if (value.kind === "array" && value.items.length === 0) reportEmptyList(inspection, written);
  const patterns = inspection.strings(key, value).map((entry) => parseAction(inspection, key, entry));
  return { negated: key === "NotAction", patterns, span: { start: keySpan.start, end: value.span.end } };
}

/** GRAM-8: an empty list is a missing element. */
export function reportEmptyList(inspection: Inspection, written: JsonMember): void {
  const message = `${quoted(written.key)} is an empty list`;
  inspection.report("stored", "empty-list", written.value.span, message, "name at least one entry");
}

function parseAction(inspection: Inspection, element: string, entry: JsonString): ActionPattern {
  const { value: text, span } = entry;
  const fault = actionFault(text);
  if (fault !== null) {
    inspection.report(fault.tier, fault.code, span, fault.message, fault.help);
    return { kind: "invalid", text, span };
  }
  reportOddName(inspection, entry);
  if (inspection.type === "rcp" && !inspection.isRcpFullAccess) checkRcpAction(inspection, element, entry);
  if (inspection.type === "trust") checkTrustAction(inspection, entry);
  return { kind: "pattern", pattern: isEveryAction(text) ? "*" : lowerAscii(text), text, span };
}

/** MATCH-3. */
function isEveryAction(text: string): boolean {
  return text === "*" || text === "*:*";
}

interface ActionFault {
  readonly tier: "always" | "stored";
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

/** What makes an action an entry that cannot be stored (GRAM-50, GRAM-52); null for a good one. */
function actionFault(text: string): ActionFault | null {
  if (isEveryAction(text)) return null;
  if (text.includes("${")) {
    const help = "variables work in `Resource` and in conditions only";
    // MATCH-5. Without a second colon the rest would be an odd but storable name, so lenient mode refuses it too.
    return { tier: "always", code: "variable-in-action", message: `a variable in the action ${quoted(text)}`, help };
  }
  const colon = text.indexOf(":");
  if (colon === -1) {
    const message = `the action ${quoted(text)} has no service prefix`;
    return {
      tier: "stored",
      code: "invalid-action",
      message,
      help: "write it like `s3:GetObject`, or `*` for every action",
    };
  }
  if (text.indexOf(":", colon + 1) !== -1) {
    const message = `the action ${quoted(text)} has more than one colon`;
    return { tier: "stored", code: "invalid-action", message, help: "write it like `s3:GetObject`" };
  }
  const prefix = text.slice(0, colon);
  if (!isServicePrefix(prefix)) {
    const message = `${quoted(prefix)} is no service prefix`;
    return { tier: "stored", code: "invalid-action", message, help: helpForPrefix(prefix) };
  }
  return null;
}

function helpForPrefix(prefix: string): string {
  if (prefix.includes("*") || prefix.includes("?")) return "wildcards stand behind the colon only, or alone: `*`";
  return "a prefix has letters, digits and hyphens: `s3`, `execute-api`";
}

/** `^[A-Za-z0-9-]+$`. */
function isServicePrefix(prefix: string): boolean {
  if (prefix === "") return false;
  for (let index = 0; index < prefix.length; index += 1) {
    const unit = prefix.charCodeAt(index);
    const letter = unit | 0x20;
    if (!((letter >= 0x61 && letter <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x2d)) return false;
  }
  return true;
}

/** Names that AWS stores although no action is called so (GRAM-50, MATCH-8). */
function reportOddName(inspection: Inspection, entry: JsonString): void {
  const text = entry.value;
  const name = text.slice(text.indexOf(":") + 1);
  if (name === "") {
    inspection.report("checked", "odd-action", entry.span, `the action ${quoted(text)} has no name behind the colon`);
    return;
  }
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    if (unit > 0x20 && unit !== 0x2c && unit !== 0xa0) continue;
    const at = text.length - name.length + index;
    const what = unit === 0x2c ? "a comma" : "a blank";
    const help = unit === 0x2c ? "write several actions as a list of strings" : "remove it: no action has blanks";
    inspection.report(
      "checked",
      "odd-action",
      inspection.within(entry, at, at + 1),
      `${what} in the action ${quoted(text)}`,
      help,
    );
    return;
  }
}

/** GRAM-31: an RCP names services that support RCPs. */
function checkRcpAction(inspection: Inspection, element: string, entry: JsonString): void {
  const text = entry.value;
  if (isEveryAction(text)) {
    const message = `a resource control policy cannot name ${quoted(text)} in \`${element}\``;
    inspection.report("stored", "rcp-action", entry.span, message, "name the services: `s3:*`, `sts:*`, …");
    return;
  }
  const prefix = lowerAscii(text.slice(0, text.indexOf(":")));
  if (rcpServices.includes(prefix)) return;
  inspection.report(
    "stored",
    "rcp-action",
    entry.span,
    `the service ${quoted(prefix)} does not support resource control policies`,
  );
}

/** SPEC-2. */
function checkTrustAction(inspection: Inspection, entry: JsonString): void {
  const text = lowerAscii(entry.value);
  if (isEveryAction(text) || TRUST_ACTIONS.some((action) => actionMatches(text, action))) return;
  const help = "trust policies are asked for `sts:AssumeRole` and its siblings only";
  inspection.report(
    "advice",
    "trust-action",
    entry.span,
    `${quoted(entry.value)} means nothing in a role trust policy`,
    help,
  );
}

export const TRUST_ACTIONS = [
  "sts:assumerole",
  "sts:assumerolewithsaml",
  "sts:assumerolewithwebidentity",
  "sts:tagsession",
  "sts:setsourceidentity",
  "sts:setcontext",
] as const;

/** Whether a lower-cased pattern covers a lower-cased action; for lints, deciding has its own matchers. */
export function actionMatches(pattern: string, action: string): boolean {
  let at = 0;
  let retryPattern = -1;
  let retryAction = 0;
  let index = 0;
  while (index < action.length) {
    const token = pattern.charAt(at);
    if (token === "*") {
      retryPattern = at;
      retryAction = index;
      at += 1;
    } else if (token === "?" || token === action.charAt(index)) {
      at += 1;
      index += 1;
    } else if (retryPattern !== -1) {
      retryAction += 1;
      index = retryAction;
      at = retryPattern + 1;
    } else {
      return false;
    }
  }
  while (pattern.charAt(at) === "*") at += 1;
  return at === pattern.length;
}
