/** `Condition`: operators, keys and operands (GRAM-12…18, GRAM-40, VAR-1…5, §4.2). */
import { type JsonMember, type JsonObject, type JsonString, type JsonValue, quoted, scalarText } from "../text/json.js";
import { lowerAscii } from "./ascii.js";
import { checkOperandLints } from "./condition-lints.js";
import type { Inspection } from "./inspection.js";
import { lacksTagKey } from "./keys.js";
import { checkLiteral, checkLiterals } from "./literal-checks.js";
import type { ConditionEntry, Operand, Operator, Qualifier } from "./model.js";
import { OPERATOR_BY_LOWER_NAME, OPERATORS, type OperatorBase, type OperatorFamily } from "./operators.js";
import { didYouMean } from "./spelling.js";
import { literalTemplate, parseTemplate } from "./template.js";
import { reportTemplateFaults } from "./variables.js";

/** The entries of a Condition block in the order written. */
export function parseCondition(inspection: Inspection, value: JsonValue): ConditionEntry[] {
  if (value.kind !== "object") {
    inspection.reportType("`Condition`", "an object", value, 'write `{"StringEquals": {"aws:PrincipalOrgID": "o-…"}}`');
    return [];
  }
  if (value.members.length === 0) reportEmptyBlock(inspection, "`Condition`", value);
  const operators = new Map<string, string>();
  return value.members.flatMap((member) => {
    refuseCaseTwin(inspection, operators, member, "operator");
    return parseOperatorBlock(inspection, member);
  });
}

/** GRAM-16: true, where it is accepted. */
function reportEmptyBlock(inspection: Inspection, what: string, value: JsonObject): void {
  inspection.report(
    "checked",
    "empty-condition",
    value.span,
    `${what} is empty`,
    "remove it: an empty condition is always true",
  );
}

/** GRAM-3: two names that differ in case only. `seen`: lower-cased name → name as first written. */
function refuseCaseTwin(
  inspection: Inspection,
  seen: Map<string, string>,
  { key, keySpan }: JsonMember,
  what: string,
): void {
  const lower = lowerAscii(key);
  const earlier = seen.get(lower);
  if (earlier === undefined) {
    seen.set(lower, key);
    return;
  }
  const message = `the condition ${what} ${quoted(key)} is ${quoted(earlier)} again in another case`;
  inspection.report("checked", "duplicate-key-case", keySpan, message, "put the values into one list");
}

function parseOperatorBlock(inspection: Inspection, { key, keySpan, value }: JsonMember): ConditionEntry[] {
  const operator = parseOperator(inspection, key, keySpan);
  if (value.kind !== "object") {
    inspection.reportType(`the condition ${quoted(key)}`, "an object", value, 'write `{"key": "value"}`');
    return [];
  }
  if (operator === null) return [];
  if (value.members.length === 0) reportEmptyBlock(inspection, `the condition ${quoted(key)}`, value);
  const keys = new Map<string, string>();
  return value.members.map((member) => {
    refuseCaseTwin(inspection, keys, member, "key");
    return parseEntry(inspection, operator, key, member);
  });
}

const QUALIFIERS: readonly { prefix: string; qualifier: Qualifier }[] = [
  { prefix: "ForAllValues:", qualifier: "all" },
  { prefix: "ForAnyValue:", qualifier: "any" },
];
const IF_EXISTS = "IfExists";

/** GRAM-13, GRAM-14; null where there is no such operator, which is refused in every mode. */
function parseOperator(inspection: Inspection, text: string, span: JsonString["span"]): Operator | null {
  const operator = readOperator(text);
  if (operator === null) {
    const help = () => didYouMean(text, allSpellings()) ?? "see the list of condition operators of IAM";
    inspection.report("always", "unknown-operator", span, `unknown condition operator ${quoted(text)}`, help);
    return null;
  }
  if (operator.base === "Null" && operator.ifExists) {
    const help = "`Null` asks whether the key is there; remove `IfExists`";
    inspection.report("always", "null-if-exists", span, `\`Null\` does not go with \`IfExists\``, help);
    return null;
  }
  const documented = spellingOf(operator);
  if (documented !== text) {
    const tier = inspection.rules.looseOperators ? "advice" : "always";
    inspection.report(
      tier,
      "operator-case",
      span,
      `the operator ${quoted(text)} is spelt in another case`,
      `write \`${documented}\``,
    );
  }
  if (operator.base === "Null" && operator.qualifier !== "none") {
    const message = "`Null` takes no notice of `ForAllValues` and `ForAnyValue`";
    inspection.report("advice", "null-with-qualifier", span, message, "write `Null`");
  }
  return operator;
}

/** An operator in whatever case, or null. */
function readOperator(text: string): Operator | null {
  let name = text;
  let qualifier: Qualifier = "none";
  for (const row of QUALIFIERS) {
    if (lowerAscii(text).startsWith(lowerAscii(row.prefix))) {
      name = text.slice(row.prefix.length);
      qualifier = row.qualifier;
    }
  }
  const lower = lowerAscii(name);
  const ifExists = lower.endsWith(lowerAscii(IF_EXISTS));
  const base = OPERATOR_BY_LOWER_NAME.get(ifExists ? lower.slice(0, -IF_EXISTS.length) : lower);
  return base === undefined ? null : { base, qualifier, ifExists };
}

/** An operator as AWS's documentation spells it. */
export function spellingOf(operator: Operator): string {
  const prefix = QUALIFIERS.find((row) => row.qualifier === operator.qualifier)?.prefix ?? "";
  return `${prefix}${operator.base}${operator.ifExists ? IF_EXISTS : ""}`;
}

/** Every operator, for suggestions. */
function* allSpellings(): Generator<string> {
  for (const qualifier of ["none", "all", "any"] as const) {
    for (const base of Object.keys(OPERATORS) as OperatorBase[]) {
      yield spellingOf({ base, qualifier, ifExists: false });
      if (base !== "Null") yield spellingOf({ base, qualifier, ifExists: true });
    }
  }
}

function parseEntry(
  inspection: Inspection,
  operator: Operator,
  operatorText: string,
  member: JsonMember,
): ConditionEntry {
  const { key: keyText, keySpan, value } = member;
  const key = lowerAscii(keyText);
  checkKey(inspection, keyText, key, keySpan);
  const operands = parseOperands(inspection, operator, keyText, value);
  const span = { start: keySpan.start, end: value.span.end };
  const entry: ConditionEntry = { operator, operatorText, key, keyText, operands, span };
  checkLiterals(inspection, entry);
  checkOperandLints(inspection, entry, keySpan);
  return entry;
}

/** GRAM-15, VAR-2. */
function checkKey(inspection: Inspection, keyText: string, key: string, span: JsonString["span"]): void {
  const colon = keyText.indexOf(":");
  if (colon < 1 || colon === keyText.length - 1) {
    const help = "condition keys have a prefix: `aws:SourceIp`, `s3:prefix`";
    inspection.report("checked", "invalid-condition-key", span, `${quoted(keyText)} is no condition key`, help);
  } else if (lacksTagKey(key)) {
    const help = `write the tag's key behind a slash: \`${keyText.replace("/", "")}/team\``;
    inspection.report("checked", "missing-tag-key", span, `${quoted(keyText)} does not say which tag`, help);
  } else if (inspection.variablesActive && keyText.includes("${")) {
    const message = `a variable in the condition key ${quoted(keyText)}`;
    inspection.report("checked", "variable-in-key", span, message, "variables work in the values of conditions only");
  }
}

function parseOperands(inspection: Inspection, operator: Operator, keyText: string, value: JsonValue): Operand[] {
  if (value.kind === "array" && value.items.length === 0) {
    inspection.report("advice", "empty-operands", value.span, `the condition on ${quoted(keyText)} has no values`);
  }
  const items = value.kind === "array" ? value.items : [value];
  return items.flatMap((item) => {
    const text = scalarText(item);
    if (text === null) {
      inspection.reportType(`a value for ${quoted(keyText)}`, "a string, number or boolean", item);
      return [];
    }
    const entry: JsonString = item.kind === "string" ? item : { kind: "string", value: text, span: item.span };
    return inspection.refusesLength(keyText, entry) ? [] : [parseOperand(inspection, operator, entry)];
  });
}

/** Whether `*` and `?` are live (§4.2). */
function wildcardsLive(base: OperatorBase): boolean {
  return OPERATORS[base].relation === "like";
}

const VARIABLE_FAMILIES: ReadonlySet<OperatorFamily> = new Set(["string", "arn", "bool"]);

function parseOperand(inspection: Inspection, operator: Operator, entry: JsonString): Operand {
  const { value: text, span } = entry;
  const { family } = OPERATORS[operator.base];
  const variables = inspection.variablesActive;
  const rules = { variables, wildcards: wildcardsLive(operator.base) };
  const { template, faults } = parseTemplate(text, rules);
  reportTemplateFaults(inspection, entry, faults);
  const holdsVariable = variables && text.includes("${");
  if (holdsVariable && family !== "string" && family !== "arn") reportVariable(inspection, operator.base, entry);
  const operand: Operand = VARIABLE_FAMILIES.has(family)
    ? { text, template, variableInLiteral: false, span }
    : { text, template: literalTemplate(text), variableInLiteral: holdsVariable, span };
  checkLiteral(inspection, operator, operand, entry);
  return operand;
}

/** VAR-3. */
function reportVariable(inspection: Inspection, base: OperatorBase, entry: JsonString): void {
  const help = "variables work under the String and Arn operators";
  const tier = base === "Null" ? "always" : "stored";
  inspection.report(tier, "variable-in-literal", entry.span, `a variable under \`${base}\``, help);
}
