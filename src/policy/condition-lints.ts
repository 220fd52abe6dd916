/** Conditions that AWS stores and that do not do what they seem to (COND-5, COND-11, COND-62, REQ-40), and GRAM-40. */
import { quoted } from "../text/json.js";
import type { Span } from "../text/span.js";
import type { Inspection } from "./inspection.js";
import { isIdentifierKey, isMultiValuedKey } from "./keys.js";
import { isInRange, parseIpRange } from "./literals.js";
import type { ConditionEntry, Operand, Template } from "./model.js";
import { OPERATORS } from "./operators.js";
import { hasWildcard } from "./template.js";

export function checkOperandLints(inspection: Inspection, entry: ConditionEntry, keySpan: Span): void {
  checkCardinality(inspection, entry, keySpan);
  if (inspection.type === "vpce") checkEndpointRules(inspection, entry, keySpan);
  for (const operand of entry.operands) {
    checkDeadWildcard(inspection, entry, operand);
    checkIdentifier(inspection, entry, operand);
    checkSourceIp(inspection, entry, operand);
  }
}

/** COND-11. */
function checkCardinality(inspection: Inspection, entry: ConditionEntry, keySpan: Span): void {
  const { base, qualifier } = entry.operator;
  if (qualifier !== "none" || base === "Null" || !isMultiValuedKey(entry.key)) return;
  const message = `${quoted(entry.keyText)} holds a list, and ${quoted(entry.operatorText)} never matches a list`;
  const help = `write \`ForAnyValue:${base}\` or \`ForAllValues:${base}\``;
  inspection.report("advice", "scalar-operator-on-multivalued-key", keySpan, message, help);
}

/** COND-5. */
function checkDeadWildcard(inspection: Inspection, entry: ConditionEntry, operand: Operand): void {
  const { family, relation } = OPERATORS[entry.operator.base];
  if (family !== "string" || relation === "like") return;
  const written = inspection.variablesActive ? withoutSpecials(operand.text) : operand.text;
  if (!written.includes("*") && !written.includes("?")) return;
  const message = `${quoted(entry.operator.base)} takes the wildcard in ${quoted(operand.text)} as it stands`;
  const like = entry.operator.base.includes("Not") ? "StringNotLike" : "StringLike";
  inspection.report(
    "advice",
    "wildcard-without-like",
    operand.span,
    message,
    `write \`${like}\`, or \`\${*}\` for a star`,
  );
}

/** `${*}` and `${?}` are meant (VAR-8). */
function withoutSpecials(text: string): string {
  return text.replaceAll("${*}", "").replaceAll("${?}", "");
}

/** REQ-40. */
function checkIdentifier(inspection: Inspection, entry: ConditionEntry, operand: Operand): void {
  if (inspection.type === "vpce" || !isIdentifierKey(entry.key)) return;
  if (!isLike(entry) || !hasWildcard(operand.template)) return;
  const message = `a wildcard in the identifier of ${quoted(entry.keyText)}`;
  inspection.report("advice", "wildcard-on-identifier", operand.span, message, "list the identifiers in full");
}

/** COND-62: AWS sees public addresses in `aws:SourceIp`. */
function checkSourceIp(inspection: Inspection, entry: ConditionEntry, operand: Operand): void {
  if (entry.key !== "aws:sourceip" || OPERATORS[entry.operator.base].family !== "ip") return;
  const range = parseIpRange(operand.text);
  if (range === null) return;
  if (!PRIVATE_RANGES.some((wide) => range.prefix >= wide.prefix && isInRange(range, wide))) return;
  const message = `${quoted(operand.text)} is private, and \`aws:SourceIp\` is always public`;
  inspection.report("advice", "private-source-ip", operand.span, message, "private addresses are in `aws:VpcSourceIp`");
}

const PRIVATE_RANGES = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "fc00::/7",
].map((text) => parseIpRange(text)!);

/** GRAM-40. */
function checkEndpointRules(inspection: Inspection, entry: ConditionEntry, keySpan: Span): void {
  const { family } = OPERATORS[entry.operator.base];
  const identifier = isIdentifierKey(entry.key);
  if (identifier && family === "numeric") {
    const message = `a numeric operator on ${quoted(entry.keyText)} in an endpoint policy`;
    inspection.report("checked", "endpoint-identifier", keySpan, message, "compare identifiers with `StringEquals`");
  }
  if (!isLike(entry)) return;
  for (const { template, text, span } of entry.operands) {
    if (!hasWildcard(template)) continue;
    if (identifier) {
      const message = `a wildcard in the identifier of ${quoted(entry.keyText)} in an endpoint policy`;
      inspection.report("checked", "endpoint-identifier", span, message, "list the identifiers in full");
    } else if (family === "string" && !wildcardsAreAnchored(template)) {
      const message = `a wildcard in ${quoted(text)} without six literal characters beside it`;
      inspection.report(
        "checked",
        "endpoint-wildcard",
        span,
        message,
        "endpoint policies ask for six before or behind it",
      );
    }
  }
}

/**
 * Whether every wildcard has six literal characters directly before or behind it. Runs of wildcards count as one, and a
 * variable, whose length is not known, counts as enough.
 */
function wildcardsAreAnchored(template: Template): boolean {
  return template.every((part, index) => {
    if (part.kind !== "star" && part.kind !== "one") return true;
    let before = index - 1;
    while (isWildcardAt(template, before)) before -= 1;
    let behind = index + 1;
    while (isWildcardAt(template, behind)) behind += 1;
    return isAnchor(template, before) || isAnchor(template, behind);
  });
}

function isWildcardAt(template: Template, index: number): boolean {
  const kind = template[index]?.kind;
  return kind === "star" || kind === "one";
}

function isAnchor(template: Template, index: number): boolean {
  const part = template[index];
  if (part === undefined) return false;
  return part.kind === "variable" || (part.kind === "text" && part.text.length >= 6);
}

function isLike(entry: ConditionEntry): boolean {
  return OPERATORS[entry.operator.base].relation === "like";
}
