/** Whether the operands of a condition can be converted (GRAM-17, GRAM-18, GRAM-51, COND-55, COND-61, COND-63). */
import { type JsonString, quoted } from "../text/json.js";
import { PARTITIONS } from "./arn.js";
import type { Inspection, Tier } from "./inspection.js";
import { decodeBase64, parseDate, parseDecimal, parseIpRange } from "./literals.js";
import type { ConditionEntry, Operand, Operator } from "./model.js";
import { OPERATORS } from "./operators.js";
import { checkAccountField, isPartitionPattern } from "./resource-element.js";
import { componentsOf, hasVariable, textOf } from "./template.js";

/** One operand by itself. Operands with variables are known when a request is. */
export function checkLiteral(inspection: Inspection, operator: Operator, operand: Operand, entry: JsonString): void {
  if (operand.variableInLiteral || hasVariable(operand.template)) return;
  const { text } = operand;
  switch (OPERATORS[operator.base].family) {
    case "numeric":
      if (parseDecimal(text) === null) refuse(inspection, "checked", "invalid-number", operand, "is no number", null);
      return;
    case "date":
      if (parseDate(text) === null) {
        refuse(
          inspection,
          "checked",
          "invalid-date",
          operand,
          "is no date",
          "write `2026-11-24T09:00:00Z`, or epoch seconds",
        );
      }
      return;
    case "ip":
      checkAddress(inspection, operand);
      return;
    case "arn":
      checkArn(inspection, operand, entry);
      return;
    case "binary":
      if (decodeBase64(text) === null)
        refuse(inspection, "stored", "invalid-base64", operand, "is no base64 with padding", null);
      return;
    case "bool":
    case "null":
      if (!isBoolean(text))
        refuse(inspection, "advice", "invalid-boolean", operand, "counts as `false`", "write `true` or `false`");
      return;
    case "string":
      return;
  }
}

/** The operands of an entry together: several values for a Boolean (GRAM-17). */
export function checkLiterals(inspection: Inspection, entry: ConditionEntry): void {
  if (OPERATORS[entry.operator.base].family !== "bool" || entry.operands.length < 2) return;
  const message = `several values for the Boolean condition on ${quoted(entry.keyText)}`;
  inspection.report("checked", "several-booleans", entry.span, message, "give one value, or remove the condition");
}

function checkAddress(inspection: Inspection, operand: Operand): void {
  const { text } = operand;
  if (text.includes(":") && text.includes(".")) {
    refuse(inspection, "checked", "invalid-ip", operand, "mixes IPv6 and IPv4 notation", "write all of it as IPv6");
  } else if (parseIpRange(text) === null) {
    const help = "write an address or a range such as `203.0.113.0/24`; behind an IPv6 prefix all bits are zero";
    refuse(inspection, "checked", "invalid-ip", operand, "is no IP address or range", help);
  }
}

/** COND-63: `*`, or six components. COND-64: AWS does not complete short ARNs here. */
function checkArn(inspection: Inspection, operand: Operand, entry: JsonString): void {
  if (operand.text === "*") return;
  const components = componentsOf(operand.template);
  if (components.length < 6 || textOf(components[0]!) !== "arn") {
    const help = "write all six parts: `arn:aws:sns:*:*:*`; AWS does not complete short ARNs in conditions";
    refuse(inspection, "checked", "invalid-arn", operand, "is no complete ARN", help);
    return;
  }
  if (!isPartitionPattern(components[1]!)) {
    const help = `partitions are ${[...PARTITIONS].map((name) => `\`${name}\``).join(", ")}, or a wildcard`;
    refuse(inspection, "checked", "invalid-partition", operand, "has an unknown partition", help);
  }
  if (inspection.type === "vpce") checkAccountField(inspection, entry, components);
}

function isBoolean(text: string): boolean {
  const lower = text.toLowerCase();
  return lower === "true" || lower === "false";
}

function refuse(
  inspection: Inspection,
  tier: Tier,
  code: string,
  operand: Operand,
  what: string,
  help: string | null,
): void {
  inspection.report(tier, code, operand.span, `${quoted(operand.text)} ${what}`, help);
}
