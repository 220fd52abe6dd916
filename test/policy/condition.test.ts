import { describe, expect, test } from "vitest";
import type { ConditionEntry, Mode, PolicyType } from "../../src/policy/model.js";
import { OPERATORS, type OperatorBase } from "../../src/policy/operators.js";
import { type ParseOptions, parsePolicy } from "../../src/policy/parse.js";

function parse(condition: unknown, mode: Mode = "strict", type: PolicyType = "identity", version = "2012-10-17") {
  const principal = type === "vpce" ? { Principal: "*" } : {};
  const statement = { Effect: "Deny", ...principal, Action: "*", Resource: "*", Condition: condition };
  return parseText(JSON.stringify({ Version: version, Statement: statement }), { type, mode });
}

function parseText(text: string, options: ParseOptions) {
  return { text, ...parsePolicy({ name: "p.json", text }, options) };
}

function entries(condition: unknown, mode: Mode = "strict", version = "2012-10-17"): readonly ConditionEntry[] {
  const { policy, diagnostics } = parse(condition, mode, "identity", version);
  expect(policy, diagnostics.map(({ message }) => message).join("; ")).not.toBeNull();
  return policy!.statements[0]!.conditions;
}

function severities(condition: unknown, code: string, type: PolicyType = "identity"): string {
  return (["strict", "session", "lenient"] as const)
    .map((mode) => parse(condition, mode, type).diagnostics.find((found) => found.code === code)?.severity ?? "-")
    .join(" ");
}

const ALWAYS = "error error error";
const STORED = "error error warning";
const CHECKED = "error warning warning";
const ADVICE = "warning warning warning";
const NEVER = "- - -";

describe("shape and operators", () => {
  test.each<[rule: string, condition: unknown, code: string, severity: string]>([
    ["GRAM-12", [], "wrong-type", ALWAYS],
    ["GRAM-12", null, "wrong-type", ALWAYS],
    ["GRAM-12", { StringEquals: "x" }, "wrong-type", ALWAYS],
    ["GRAM-12", { StringEquals: { "aws:x": null } }, "wrong-type", ALWAYS],
    ["GRAM-12", { StringEquals: { "aws:x": { y: 1 } } }, "wrong-type", ALWAYS],
    ["GRAM-12", { StringEquals: { "aws:x": ["y", ["z"]] } }, "wrong-type", ALWAYS],
    ["GRAM-13", { StringEqual: { "aws:x": "y" } }, "unknown-operator", ALWAYS],
    ["GRAM-13", { "": { "aws:x": "y" } }, "unknown-operator", ALWAYS],
    ["GRAM-13", { constructor: { "aws:x": "y" } }, "unknown-operator", ALWAYS],
    ["GRAM-13", { "ForAnyValue:": { "aws:x": "y" } }, "unknown-operator", ALWAYS],
    ["GRAM-13", { "ForAnyValues:StringEquals": { "aws:x": "y" } }, "unknown-operator", ALWAYS],
    ["GRAM-13", { IfExists: { "aws:x": "y" } }, "unknown-operator", ALWAYS],
    ["GRAM-13", { StringEqualsIfExistsIfExists: { "aws:x": "y" } }, "unknown-operator", ALWAYS],
    ["GRAM-13", { stringlike: { "aws:x": "y" } }, "operator-case", ADVICE],
    ["GRAM-14", { NullIfExists: { "aws:x": true } }, "null-if-exists", ALWAYS],
    ["GRAM-14", { "ForAnyValue:ForAllValues:StringEquals": { "aws:x": "y" } }, "unknown-operator", ALWAYS],
    ["§4.2", { "ForAnyValue:Null": { "aws:x": true } }, "null-with-qualifier", ADVICE],
    ["GRAM-3", { StringEquals: { "aws:TagKeys": "a", "aws:tagkeys": "b" } }, "duplicate-key-case", CHECKED],
    ["GRAM-3", { StringEquals: { "aws:x": "a" }, stringEquals: { "aws:x": "b" } }, "duplicate-key-case", CHECKED],
    [
      "COND-2",
      { StringLike: { "aws:x": "a" }, "ForAnyValue:StringLike": { "aws:x": "b" } },
      "duplicate-key-case",
      NEVER,
    ],
    ["GRAM-15", { StringEquals: { SourceIp: "x" } }, "invalid-condition-key", CHECKED],
    ["GRAM-15", { StringEquals: { "": "x" } }, "invalid-condition-key", CHECKED],
    ["GRAM-15", { StringEquals: { "aws:": "x" } }, "invalid-condition-key", CHECKED],
    ["GRAM-15", { StringEquals: { "aws:RequestTag": "x" } }, "missing-tag-key", CHECKED],
    ["GRAM-15", { StringEquals: { "aws:RequestTag/": "x" } }, "missing-tag-key", CHECKED],
    ["VAR-2", { StringEquals: { "aws:RequestTag/${aws:username}": "x" } }, "variable-in-key", CHECKED],
    ["GRAM-16", {}, "empty-condition", CHECKED],
    ["GRAM-16", { StringEquals: {} }, "empty-condition", CHECKED],
    ["§4.3", { StringEquals: { "aws:x": [] } }, "empty-operands", ADVICE],
  ])("%s %j: %s", (_, condition, code, severity) => {
    expect(severities(condition, code)).toBe(severity);
  });

  test("every operator in every form, as documented and in another case", () => {
    for (const base of Object.keys(OPERATORS) as OperatorBase[]) {
      for (const [prefix, qualifier] of [
        ["", "none"],
        ["ForAllValues:", "all"],
        ["ForAnyValue:", "any"],
      ] as const) {
        for (const suffix of base === "Null" ? [""] : ["", "IfExists"]) {
          const name = `${prefix}${base}${suffix}`;
          const operator = { base, qualifier, ifExists: suffix !== "" };
          for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
            const [entry] = entries({ [spelling]: { "aws:x": [] } });
            expect([entry!.operator, entry!.operatorText]).toEqual([operator, spelling]);
          }
        }
      }
    }
  });

  test("GRAM-13: with strict spelling another case is an unknown operator", () => {
    const text = JSON.stringify({
      Statement: { Effect: "Deny", Action: "*", Resource: "*", Condition: { bool: { "aws:x": true } } },
    });
    const { policy, diagnostics } = parseText(text, { type: "identity", mode: "lenient", looseOperators: false });
    expect([policy, diagnostics.map(({ code, help }) => [code, help])]).toEqual([
      null,
      [["operator-case", "write `Bool`"]],
    ]);
  });

  test("an unknown operator gets the nearest one as help", () => {
    const help = (operator: string) => parse({ [operator]: { "aws:x": "y" } }).diagnostics[0]!.help;
    expect(help("StringEqual")).toBe("did you mean `StringEquals`?");
    expect(help("ForAnyValue:StringLik")).toBe("did you mean `ForAnyValue:StringLike`?");
    expect(help("NumericLessThenEquals")).toBe("did you mean `NumericLessThanEquals`?");
  });

  test("GRAM-12: scalars become text as written; keys are lower-cased; order is kept", () => {
    const text = `{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {
      "NumericEquals": {"aws:B": [1.0, 1e3, "2"]}, "Bool": {"aws:A": false}, "StringEquals": {"__proto__:x": "y"}}}}`;
    const { policy } = parseText(text, { type: "identity" });
    const [statement] = policy!.statements;
    expect(
      statement!.conditions.map(({ key, keyText, operands }) => [
        key,
        keyText,
        operands.map((operand) => operand.text),
      ]),
    ).toEqual([
      ["aws:b", "aws:B", ["1.0", "1e3", "2"]],
      ["aws:a", "aws:A", ["false"]],
      ["__proto__:x", "__proto__:x", ["y"]],
    ]);
    const { span } = statement!.conditions[1]!;
    expect(text.slice(span.start, span.end)).toBe('"aws:A": false');
  });
});

describe("operands", () => {
  const ARN = "arn:aws:iam::111111111111:role/x";

  test.each<[rule: string, operator: string, value: unknown, code: string, severity: string]>([
    ["GRAM-17", "Bool", ["true", "false"], "several-booleans", CHECKED],
    ["GRAM-17", "Bool", ["true"], "several-booleans", NEVER],
    ["GRAM-18", "NumericEquals", "NaN", "invalid-number", CHECKED],
    ["GRAM-18", "NumericEquals", "-0.5e3", "invalid-number", NEVER],
    ["GRAM-18", "DateEquals", "soon", "invalid-date", CHECKED],
    ["GRAM-18", "DateEquals", "2026-11-24", "invalid-date", NEVER],
    ["GRAM-18", "IpAddress", "not-an-ip", "invalid-ip", CHECKED],
    ["GRAM-18", "IpAddress", "10.0.0.0/33", "invalid-ip", CHECKED],
    ["GRAM-18", "IpAddress", "2001:db8::1/32", "invalid-ip", CHECKED],
    ["GRAM-18", "IpAddress", "::ffff:192.0.2.1", "invalid-ip", CHECKED],
    ["GRAM-18", "IpAddress", "192.0.2.77/24", "invalid-ip", NEVER],
    ["GRAM-18", "ArnLike", "not-an-arn", "invalid-arn", CHECKED],
    ["GRAM-18", "ArnLike", "*", "invalid-arn", NEVER],
    ["COND-64", "ArnLike", "arn:aws:sqs:*", "invalid-arn", CHECKED],
    ["COND-63", "ArnLike", "*:*:*:*:*:*", "invalid-arn", CHECKED],
    ["GRAM-51", "ArnEquals", "arn:aws-mars:iam::1:role/x", "invalid-partition", CHECKED],
    ["GRAM-51", "ArnEquals", "arn:*:iam::1:role/x", "invalid-partition", NEVER],
    ["GRAM-18", "ArnLike", "${aws:PrincipalTag/arn}", "invalid-arn", NEVER],
    ["GRAM-18", "BinaryEquals", "YQ", "invalid-base64", STORED],
    ["GRAM-18", "BinaryEquals", "YQ==", "invalid-base64", NEVER],
    ["GRAM-18", "Bool", "yes", "invalid-boolean", ADVICE],
    ["GRAM-18", "Null", "yes", "invalid-boolean", ADVICE],
    ["COND-70", "Null", "TRUE", "invalid-boolean", NEVER],
    ["VAR-3", "Bool", "${aws:SecureTransport}", "variable-in-literal", STORED],
    ["VAR-3", "NumericEquals", "${aws:x}", "variable-in-literal", STORED],
    ["VAR-3", "DateEquals", "${aws:x}", "variable-in-literal", STORED],
    ["VAR-3", "IpAddress", "${aws:x}", "variable-in-literal", STORED],
    ["VAR-3", "BinaryEquals", "${aws:x}", "variable-in-literal", STORED],
    ["VAR-3", "Null", "${aws:x}", "variable-in-literal", ALWAYS],
    ["VAR-11", "StringEquals", "${aws:username", "malformed-variable", ALWAYS],
    ["VAR-11", "NumericEquals", "${", "malformed-variable", ALWAYS],
    ["VAR-5", "StringEquals", "${aws:username,'x'}", "variable-spacing", CHECKED],
    ["COND-5", "StringEquals", "a*", "wildcard-without-like", ADVICE],
    ["COND-5", "StringNotEqualsIgnoreCase", "a?", "wildcard-without-like", ADVICE],
    ["COND-5", "StringEquals", "a${*}", "wildcard-without-like", NEVER],
    ["COND-5", "StringLike", "a*", "wildcard-without-like", NEVER],
    ["COND-65", "StringLike", ARN, "invalid-arn", NEVER],
  ])("%s %s %j: %s", (_, operator, value, code, severity) => {
    expect(severities({ [operator]: { "aws:x": value } }, code)).toBe(severity);
  });

  test("wildcards are live under Like and Arn operators only; variables under String and Arn", () => {
    const text = "arn:aws:s3:::a*${aws:x}";
    const variable = { kind: "variable", key: "aws:x", fallback: null };
    const live = [{ kind: "text", text: "arn:aws:s3:::a" }, { kind: "star" }, variable];
    for (const base of Object.keys(OPERATORS) as OperatorBase[]) {
      const { family, relation } = OPERATORS[base];
      if (family === "null") continue;
      const [entry] = entries({ [base]: { "aws:y": text } }, "lenient");
      const [operand] = entry!.operands;
      if (relation === "like") expect(operand!.template).toEqual(live);
      else if (family === "string" || family === "bool")
        expect(operand!.template).toEqual([{ kind: "text", text: "arn:aws:s3:::a*" }, variable]);
      else expect(operand!.template).toEqual([{ kind: "text", text }]);
      expect(operand!.variableInLiteral).toBe(["numeric", "date", "ip", "binary"].includes(family));
    }
  });

  test("VAR-1: nothing is a variable under the old Version", () => {
    for (const operator of ["StringEquals", "Bool", "NumericEquals", "Null"]) {
      const [entry] = entries({ [operator]: { "aws:y": "${aws:x" } }, "lenient", "2008-10-17");
      expect(entry!.operands).toMatchObject([
        { template: [{ kind: "text", text: "${aws:x" }], variableInLiteral: false },
      ]);
    }
  });

  test("the place of a malformed variable is the variable, behind escapes too", () => {
    const text =
      '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::\\u0061\\n${x y}z"}}';
    const [finding] = parseText(text, { type: "identity" }).diagnostics;
    expect(text.slice(finding!.span.start, finding!.span.end)).toBe("${x y}");
  });
});

describe("keys", () => {
  test.each<[rule: string, condition: unknown, code: string, severity: string]>([
    ["COND-11", { StringEquals: { "aws:TagKeys": "a" } }, "scalar-operator-on-multivalued-key", ADVICE],
    ["COND-11", { StringNotLikeIfExists: { "AWS:CalledVia": "a" } }, "scalar-operator-on-multivalued-key", ADVICE],
    ["COND-11", { "ForAnyValue:StringEquals": { "aws:TagKeys": "a" } }, "scalar-operator-on-multivalued-key", NEVER],
    ["COND-11", { Null: { "aws:TagKeys": true } }, "scalar-operator-on-multivalued-key", NEVER],
    ["REQ-40", { StringLike: { "aws:PrincipalOrgID": "o-*" } }, "wildcard-on-identifier", ADVICE],
    ["REQ-40", { StringLike: { "aws:PrincipalArn": "arn:*" } }, "wildcard-on-identifier", NEVER],
    ["COND-62", { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, "private-source-ip", ADVICE],
    ["COND-62", { NotIpAddress: { "aws:sourceip": "192.168.7.1" } }, "private-source-ip", ADVICE],
    ["COND-62", { IpAddress: { "aws:SourceIp": "10.0.0.0/7" } }, "private-source-ip", NEVER],
    ["COND-62", { IpAddress: { "aws:VpcSourceIp": "10.0.0.0/8" } }, "private-source-ip", NEVER],
  ])("%s %j: %s", (_, condition, code, severity) => {
    expect(severities(condition, code)).toBe(severity);
  });

  test.each<[condition: unknown, code: string, severity: string]>([
    [{ StringLike: { "aws:PrincipalOrgID": "o-*" } }, "endpoint-identifier", CHECKED],
    [{ NumericEquals: { "aws:PrincipalAccount": "1" } }, "endpoint-identifier", CHECKED],
    [{ StringEquals: { "aws:PrincipalOrgID": "o-x" } }, "endpoint-identifier", NEVER],
    [{ StringLike: { "s3:prefix": "home*" } }, "endpoint-wildcard", CHECKED],
    [{ StringLike: { "s3:prefix": "*" } }, "endpoint-wildcard", CHECKED],
    [{ StringLike: { "s3:prefix": "homes/*" } }, "endpoint-wildcard", NEVER],
    [{ StringLike: { "s3:prefix": "*?/files" } }, "endpoint-wildcard", NEVER],
    [{ StringLike: { "s3:prefix": "homes/*x*" } }, "endpoint-wildcard", CHECKED],
    [{ StringLike: { "s3:prefix": "${aws:username}*" } }, "endpoint-wildcard", NEVER],
    [{ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::1*:role/x" } }, "endpoint-account-wildcard", CHECKED],
    [{ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/x" } }, "endpoint-account-wildcard", NEVER],
  ])("GRAM-40 %j: %s", (condition, code, severity) => {
    expect(severities(condition, code, "vpce")).toBe(severity);
    expect(severities(condition, code, "identity")).toBe(NEVER);
  });
});
