import { describe, expect, test } from "vitest";
import type { Mode, Policy, PolicyType } from "../../src/policy/model.js";
import { type ParseOptions, parsePolicy, parsePolicyValue } from "../../src/policy/parse.js";
import { diagnosticToJson } from "../../src/text/diagnostic.js";
import { parseYaml } from "../../src/text/yaml.js";

const A1 = "111111111111";

/** A document around one statement; members that are undefined are left out. */
function document(type: PolicyType, statement: object, more: object = {}): string {
  const principal = ["resource", "rcp", "vpce", "trust"].includes(type) ? { Principal: "*" } : {};
  const byType = {
    trust: { Principal: { AWS: A1 }, Action: "sts:AssumeRole", Resource: undefined },
    rcp: { Effect: "Deny" },
  };
  const full = {
    Effect: "Allow",
    ...principal,
    Action: "s3:GetObject",
    Resource: "*",
    ...(type === "trust" ? byType.trust : type === "rcp" ? byType.rcp : {}),
    ...statement,
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: full, ...more });
}

function parse(text: string, type: PolicyType, mode: Mode = "strict", more: Partial<ParseOptions> = {}) {
  return parsePolicy({ name: "p.json", text }, { type, mode, ...more });
}

/** `error code`, `warning code`. */
function findings(text: string, type: PolicyType, mode: Mode = "strict", more: Partial<ParseOptions> = {}): string[] {
  const { policy, diagnostics } = parse(text, type, mode, more);
  expect(policy === null).toBe(diagnostics.some(({ severity }) => severity === "error"));
  return diagnostics.map(({ severity, code }) => `${severity} ${code}`);
}

function policyOf(text: string, type: PolicyType, mode: Mode = "strict", more: Partial<ParseOptions> = {}): Policy {
  const { policy, diagnostics } = parse(text, type, mode, more);
  expect(policy, diagnostics.map(({ message }) => message).join("; ")).not.toBeNull();
  return policy!;
}

/** What strict, session and lenient mode say: refused, warned about, or nothing. */
function severities(text: string, type: PolicyType, code: string): string {
  return (["strict", "session", "lenient"] as const)
    .map((mode) => parse(text, type, mode).diagnostics.find((found) => found.code === code)?.severity ?? "-")
    .join(" ");
}

const ALWAYS = "error error error";
const STORED = "error error warning";
const CHECKED = "error warning warning";
const ADVICE = "warning warning warning";
const NEVER = "- - -";

type Row = readonly [rule: string, type: PolicyType, statement: object, code: string, severity: string];

describe("the document", () => {
  test.each<[rule: string, text: string, code: string, severity: string]>([
    ["GRAM-1", "[]", "wrong-type", ALWAYS],
    ["GRAM-1", '"text"', "wrong-type", ALWAYS],
    ["GRAM-1", '{"statement": []}', "unknown-element", ALWAYS],
    ["GRAM-1", '{"Statement": 1}', "wrong-type", ALWAYS],
    ["GRAM-1", '{"Statement": [1]}', "wrong-type", ALWAYS],
    ["GRAM-2", '{"Version": "2012-10-18", "Statement": []}', "invalid-version", ALWAYS],
    ["GRAM-2", '{"Version": 2012, "Statement": []}', "wrong-type", ALWAYS],
    ["GRAM-2", '{"Version": null, "Statement": []}', "wrong-type", ALWAYS],
    ["GRAM-3", '{"Version": "2012-10-17", "Version": "2012-10-17"}', "duplicate-key", ALWAYS],
    ["GRAM-4", '{"Version": "2012-10-17"}', "missing-statement", STORED],
    ["GRAM-4", '{"Version": "2012-10-17", "Statement": []}', "missing-statement", STORED],
    ["GRAM-11", '{"Id": "x", "Statement": []}', "id-without-meaning", ADVICE],
    ["GRAM-11", '{"Id": 1, "Statement": []}', "wrong-type", ALWAYS],
  ])("%s %s: %s", (_, text, code, severity) => {
    expect(severities(text, "identity", code)).toBe(severity);
  });

  test("GRAM-2: an absent Version is the old one; managed policies, SCPs and RCPs ask for the new one", () => {
    const old = document("identity", {}, { Version: "2008-10-17" });
    const absent = document("identity", {}, { Version: undefined });
    expect(policyOf(absent, "identity").version).toBe("2008-10-17");
    for (const text of [old, absent]) {
      expect(findings(text, "identity")).toEqual([]);
      expect(severities(text, "managed", "old-version")).toBe(STORED);
      expect(severities(text, "scp", "old-version")).toBe(CHECKED);
      expect(
        severities(text.replace('"Effect":"Allow"', '"Effect":"Deny","Principal":"*"'), "rcp", "old-version"),
      ).toBe(CHECKED);
    }
  });

  test("GRAM-4: lenient mode keeps an empty policy", () => {
    expect(policyOf("{}", "identity", "lenient").statements).toEqual([]);
  });

  test("GRAM-5: one statement may stand without a list; indexes count from 0", () => {
    const statement = { Effect: "Deny", Action: "*", Resource: "*" };
    const text = JSON.stringify({ Statement: [statement, { ...statement, Sid: "b" }], Id: "i" });
    const { id, statements, name, source } = policyOf(text, "identity");
    expect([id, name, source.text]).toEqual(["i", "p.json", text]);
    expect(statements.map(({ index, sid }) => [index, sid])).toEqual([
      [0, null],
      [1, "b"],
    ]);
    expect(text.slice(statements[1]!.span.start, statements[1]!.span.end)).toBe(
      JSON.stringify({ ...statement, Sid: "b" }),
    );
  });

  test("elements, entries and conditions know where they stand", () => {
    const condition = { StringEquals: { "aws:x": "y" } };
    const text = document("resource", { Principal: { AWS: A1 }, Condition: condition });
    const [statement] = policyOf(text, "resource").statements;
    const { principal, action, resource, conditions } = statement!;
    const [entry] = conditions;
    const places = [principal, principal?.entries[0], action, action.patterns[0], resource, resource?.patterns[0]];
    const written = [...places, entry, entry?.operands[0]].map((place) =>
      text.slice(place!.span.start, place!.span.end),
    );
    expect(written).toEqual([
      `"Principal":{"AWS":"${A1}"}`,
      `"${A1}"`,
      '"Action":"s3:GetObject"',
      '"s3:GetObject"',
      '"Resource":"*"',
      '"*"',
      '"aws:x":"y"',
      '"y"',
    ]);
  });

  test("a session policy under strict is checked as STS does", () => {
    const text = document("session", { Condition: { NumericEquals: { "aws:MultiFactorAuthAge": "soon" } } });
    expect(findings(text, "session", "strict")).toEqual(["warning invalid-number"]);
    expect(findings(text, "identity", "strict")).toEqual(["error invalid-number"]);
  });

  test("several findings come in one run, in the order of the text", () => {
    const text = document("identity", { Effect: "allow", Action: "s3", Resource: "b", Condition: { StringLik: {} } });
    expect(findings(text, "identity")).toEqual([
      "error invalid-effect",
      "error invalid-action",
      "error invalid-resource",
      "error unknown-operator",
    ]);
  });

  test("findings point at the place and help", () => {
    const text = '{\n  "Statement": {\n    "Efect": "Allow"\n  }\n}';
    const [finding] = parse(text, "identity").diagnostics.filter(({ code }) => code === "unknown-element");
    expect(diagnosticToJson(finding!)).toEqual({
      code: "unknown-element",
      severity: "error",
      message: "unknown element `Efect` in a statement",
      help: "did you mean `Effect`?",
      file: "p.json",
      line: 3,
      column: 5,
      endLine: 3,
      endColumn: 12,
    });
  });

  test("a document inside another, in JSON and in YAML, is the same policy", () => {
    const source = {
      name: "w.yaml",
      text: 'policy:\n  Version: 2012-10-17\n  Statement:\n    Effect: Allow\n    Action: s3:*\n    Resource: "*"\n    Condition: {NumericLessThan: {aws:MultiFactorAuthAge: 3600}, Bool: {aws:SecureTransport: true}}\n',
    };
    const [root] = parseYaml(source).values;
    const value = root?.kind === "object" ? root.members[0]!.value : root!;
    const { policy, diagnostics } = parsePolicyValue(source, value, { type: "identity", name: "inline" });
    expect(diagnostics).toEqual([]);
    expect([policy!.name, policy!.version]).toEqual(["inline", "2012-10-17"]);
    expect(policy!.statements[0]!.conditions.map(({ key, operands }) => [key, operands[0]!.text])).toEqual([
      ["aws:multifactorauthage", "3600"],
      ["aws:securetransport", "true"],
    ]);
  });

  test("more findings than anyone reads are cut, and the document stays refused", () => {
    const warnings = Array.from({ length: 400 }, () => "aws:x*");
    const text = document("identity", {
      Condition: { StringEquals: { "aws:x": warnings }, Nonsense: { "aws:x": "y" } },
    });
    const { policy, diagnostics } = parse(text, "identity");
    expect(policy).toBeNull();
    expect(diagnostics).toHaveLength(201);
    expect(diagnostics.at(-1)!.code).toBe("unknown-operator");
  });
});

describe("sizes (§2.2)", () => {
  /** A policy of exactly so many characters as compact JSON, printed with white space. */
  function sized(type: PolicyType, size: number): string {
    const actions = type === "trust" ? "sts:AssumeRole" : "s3:GetObject";
    const empty = document(type, { Action: actions, Condition: { StringEquals: { "aws:x": [] } } });
    const fill = size - empty.length - 2;
    const chunks = Array.from({ length: Math.ceil(fill / 5000) }, (_, index) => Math.min(5000, fill - index * 5000));
    const values = chunks.map((length, index) => "v".repeat(index === 0 ? length : length - 3));
    const text = document(type, { Action: actions, Condition: { StringEquals: { "aws:x": values } } });
    expect(text.length).toBe(size);
    return JSON.stringify(JSON.parse(text), null, 2);
  }

  test.each<[PolicyType, number, string]>([
    ["managed", 6144, STORED],
    ["boundary", 6144, STORED],
    ["session", 2048, "error error warning"],
    ["trust", 8192, STORED],
    ["scp", 10240, STORED],
    ["rcp", 5120, STORED],
  ])("%s: %d characters without white space", (type, max, severity) => {
    const withoutUsual = type === "trust" ? "warning warning warning" : NEVER;
    expect(severities(sized(type, max), type, "policy-size")).toBe(withoutUsual);
    expect(severities(sized(type, max + 1), type, "policy-size")).toBe(severity);
  });

  test("endpoint policies count white space", () => {
    const text = document("vpce", {});
    const padded = (size: number) => `{${" ".repeat(size - text.length)}${text.slice(1)}`;
    expect(severities(padded(20480), "vpce", "policy-size")).toBe(NEVER);
    expect(severities(padded(20481), "vpce", "policy-size")).toBe(STORED);
    expect(severities(`${" ".repeat(30000)}${text}`, "vpce", "policy-size")).toBe(NEVER);
  });

  test("an endpoint policy in YAML is measured as compact JSON", () => {
    const statement = "Effect: Allow\n    Principal: '*'\n    Action: s3:*\n    Resource: '*'\n";
    const text = `Version: 2012-10-17\n${"#\n".repeat(20_000)}Statement:\n    ${statement}`;
    const source = { name: "p.yaml", text };
    const { diagnostics } = parsePolicyValue(source, parseYaml(source).values[0]!, { type: "vpce" });
    expect(diagnostics).toEqual([]);
  });

  test("identity and resource policies have no limit of their own, our reading has", () => {
    const large = (count: number) =>
      document("identity", { Action: Array.from({ length: count }, () => "s3:GetObjectVersion") });
    expect(findings(large(4000), "identity")).toEqual([]);
    expect(findings(large(60_000), "identity")).toEqual(["error too-large"]);
  });

  test("an entry that is too long to match is refused", () => {
    for (const statement of [
      { Action: `s3:${"x".repeat(8192)}` },
      { Resource: `arn:aws:s3:::${"*a".repeat(5000)}` },
      { Condition: { StringLike: { "aws:x": "*a".repeat(5000) } } },
      { Sid: "x".repeat(8193) },
    ]) {
      expect(severities(document("identity", statement), "identity", "entry-too-long")).toBe(ALWAYS);
    }
  });
});

describe("statements", () => {
  const rows: readonly Row[] = [
    ["GRAM-5", "identity", { Resource: undefined }, "missing-element", ALWAYS],
    ["GRAM-5", "identity", { Action: undefined }, "missing-element", ALWAYS],
    ["GRAM-5", "identity", { Effect: undefined }, "missing-element", ALWAYS],
    ["GRAM-5", "resource", { Principal: undefined }, "missing-element", ALWAYS],
    ["GRAM-5", "identity", { Foo: 1 }, "unknown-element", ALWAYS],
    ["GRAM-6", "identity", { Effect: "allow" }, "invalid-effect", ALWAYS],
    ["GRAM-6", "identity", { Effect: "deny" }, "invalid-effect", ALWAYS],
    ["GRAM-6", "identity", { Effect: true }, "wrong-type", ALWAYS],
    ["GRAM-7", "identity", { NotAction: "s3:*" }, "element-combination", ALWAYS],
    ["GRAM-7", "identity", { NotResource: "*" }, "element-combination", ALWAYS],
    ["GRAM-7", "resource", { NotPrincipal: "*" }, "element-combination", ALWAYS],
    ["GRAM-8", "identity", { Action: [] }, "empty-list", STORED],
    ["GRAM-8", "identity", { Resource: [] }, "empty-list", STORED],
    ["GRAM-8", "scp", { Action: undefined, NotAction: [] }, "empty-list", STORED],
    ["GRAM-8", "resource", { Resource: undefined, NotResource: [] }, "empty-list", STORED],
    ["threats C20", "identity", { Action: 1 }, "wrong-type", ALWAYS],
    ["threats C20", "identity", { Action: null }, "wrong-type", ALWAYS],
    ["threats C20", "identity", { Action: ["s3:*", 1] }, "wrong-type", ALWAYS],
    ["threats C20", "identity", { Resource: {} }, "wrong-type", ALWAYS],
    ["threats C20", "identity", { Resource: [["*"]] }, "wrong-type", ALWAYS],
    ["threats C20", "identity", { Sid: 1 }, "wrong-type", ALWAYS],
    ["GRAM-9", "identity", { Sid: "a-b" }, "invalid-sid", STORED],
    ["GRAM-9", "scp", { Sid: "a b" }, "invalid-sid", STORED],
    ["GRAM-9", "resource", { Sid: "a b-c" }, "invalid-sid", NEVER],
    ["GRAM-10", "identity", { Resource: "arn:aws:s3:::中" }, "invalid-character", STORED],
    ["GRAM-10", "trust", { Sid: "x\u0100" }, "invalid-character", STORED],
    ["GRAM-10", "identity", { Condition: { StringEquals: { "aws:中": "x" } } }, "invalid-character", STORED],
    ["GRAM-10", "identity", { Resource: "arn:aws:s3:::ÿ" }, "invalid-character", NEVER],
    ["GRAM-10", "resource", { Resource: "arn:aws:s3:::中" }, "invalid-character", NEVER],
    ["§2.3", "identity", { Principal: "*" }, "unsupported-element", ALWAYS],
    ["§2.3", "boundary", { NotPrincipal: "*" }, "unsupported-element", ALWAYS],
    ["§2.3", "session", { Principal: "*" }, "unsupported-element", ALWAYS],
    ["§2.3", "scp", { Principal: "*" }, "unsupported-element", ALWAYS],
    ["§2.3", "trust", { Resource: "*" }, "unsupported-element", ALWAYS],
    [
      "§2.3",
      "trust",
      { Principal: undefined, NotPrincipal: { AWS: A1 }, Effect: "Deny" },
      "unsupported-element",
      STORED,
    ],
    ["§2.3", "trust", { Action: undefined, NotAction: "sts:AssumeRole" }, "unsupported-element", NEVER],
    ["MATCH-46a", "resource", { Principal: undefined, NotPrincipal: { AWS: A1 } }, "not-principal-allow", CHECKED],
    [
      "MATCH-46a",
      "resource",
      { Principal: undefined, NotPrincipal: { AWS: A1 }, Effect: "Deny" },
      "not-principal-allow",
      NEVER,
    ],
    ["GRAM-30", "scp", { Resource: "arn:aws:s3:::b/*" }, "scp-allow-resource", ADVICE],
    ["GRAM-30", "scp", { Resource: "arn:aws:s3:::b/*", Effect: "Deny" }, "scp-allow-resource", NEVER],
    ["GRAM-31", "rcp", { Effect: "Allow" }, "rcp-allow", STORED],
    ["GRAM-31", "rcp", { Action: "*" }, "rcp-action", STORED],
    ["GRAM-31", "rcp", { Action: "ec2:*" }, "rcp-action", STORED],
    ["GRAM-31", "rcp", { Action: ["S3:*", "sts:Whatever"] }, "rcp-action", NEVER],
    ["GRAM-31", "rcp", { Action: undefined, NotAction: "s3:*" }, "unsupported-element", STORED],
    ["GRAM-31", "rcp", { Principal: undefined, NotPrincipal: "*" }, "unsupported-element", STORED],
    ["GRAM-31", "rcp", { Principal: { AWS: "*" } }, "rcp-principal", NEVER],
    ["GRAM-31", "rcp", { Principal: { AWS: ["*"] } }, "rcp-principal", STORED],
    ["GRAM-31", "rcp", { Principal: { AWS: A1 } }, "rcp-principal", STORED],
    [
      "COND-13",
      "identity",
      { Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "a" } } },
      "for-all-values-without-null",
      ADVICE,
    ],
    [
      "COND-13",
      "identity",
      { Effect: "Deny", Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "a" } } },
      "for-all-values-without-null",
      NEVER,
    ],
    [
      "COND-13",
      "identity",
      { Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "a" }, Null: { "aws:tagkeys": false } } },
      "for-all-values-without-null",
      NEVER,
    ],
    [
      "PASS-5",
      "identity",
      { Action: "iam:PassRole", Condition: { StringEquals: { "aws:ResourceTag/t": "x" } } },
      "pass-role-tag",
      ADVICE,
    ],
    ["PASS-7", "identity", { Action: "iam:Pass*" }, "pass-role-star", ADVICE],
    [
      "PASS-7",
      "identity",
      { Action: "iam:PassRole", Resource: "arn:aws:iam::111111111111:role/*" },
      "pass-role-star",
      ADVICE,
    ],
    [
      "PASS-7",
      "identity",
      { Action: "iam:PassRole", Resource: "arn:aws:iam::111111111111:role/r" },
      "pass-role-star",
      NEVER,
    ],
    [
      "PASS-7",
      "identity",
      { Action: "iam:PassRole", Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } } },
      "pass-role-star",
      NEVER,
    ],
    ["PASS-7", "identity", { Action: "iam:PassRole", Effect: "Deny" }, "pass-role-star", NEVER],
  ];

  test.each(rows)("%s, %s, %j: %s", (_, type, statement, code, severity) => {
    expect(severities(document(type, statement), type, code)).toBe(severity);
  });

  test("GRAM-9: Sids are unique, empty ones do not count", () => {
    const statement = { Effect: "Deny", Action: "*", Resource: "*" };
    const two = (sid: string) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [0, 1].map(() => ({ ...statement, Sid: sid })) });
    expect(severities(two("A"), "scp", "duplicate-sid")).toBe(STORED);
    expect(findings(two(""), "scp")).toEqual([]);
    expect(policyOf(two(""), "scp").statements.map(({ sid }) => sid)).toEqual([null, null]);
    expect(findings(two("__proto__"), "scp")).toContain("error duplicate-sid");
  });

  test("GRAM-32: RCPFullAWSAccess is an RCP, its neighbours are not", () => {
    const full = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };
    const text = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    expect(findings(text(full), "rcp")).toEqual([]);
    expect(findings(text({ ...full, Sid: "x" }), "rcp")).toEqual([]);
    expect(findings(text({ ...full, Action: "s3:*" }), "rcp")).toEqual(["error rcp-allow"]);
    expect(findings(text({ ...full, Condition: { Bool: { "aws:SecureTransport": true } } }), "rcp")).toContain(
      "error rcp-allow",
    );
    const twice = JSON.stringify({ Version: "2012-10-17", Statement: [full, full] });
    expect(findings(twice, "rcp")).toContain("error rcp-allow");
  });
});

describe("actions", () => {
  const rows: readonly (readonly [rule: string, action: string, code: string, severity: string])[] = [
    ["GRAM-50", "s3.*", "invalid-action", STORED],
    ["GRAM-50", "sqs:Send:Message", "invalid-action", STORED],
    ["GRAM-50", "", "invalid-action", STORED],
    ["GRAM-50", "s3", "invalid-action", STORED],
    ["GRAM-50", ":Get", "invalid-action", STORED],
    ["GRAM-50", "s_3:Get", "invalid-action", STORED],
    ["MATCH-3", "s*:Get", "invalid-action", STORED],
    ["MATCH-3", "*:Get", "invalid-action", STORED],
    ["MATCH-3", "**", "invalid-action", STORED],
    ["MATCH-8", " s3:GetObject", "invalid-action", STORED],
    ["MATCH-8", "s3:GetObject ", "odd-action", CHECKED],
    ["GRAM-50", "s3:Get,s3", "odd-action", CHECKED],
    ["GRAM-50", "s3:", "odd-action", CHECKED],
    ["MATCH-5", "s3:${aws:username}", "variable-in-action", ALWAYS],
    ["MATCH-5", "s3:${x}", "variable-in-action", ALWAYS],
    ["GRAM-50", "acme-x:Do", "invalid-action", NEVER],
  ];

  test.each(rows)("%s %j: %s", (_, action, code, severity) => {
    expect(severities(document("identity", { Action: action }), "identity", code)).toBe(severity);
  });

  test.each([
    ["*", "*"],
    ["*:*", "*"],
    ["S3:getobject", "s3:getobject"],
    ["s3:*Object?", "s3:*object?"],
    ["s3:İK", "s3:İK".replace("K", "k")],
  ])("%s is matched as %s (MATCH-1, MATCH-3)", (text, pattern) => {
    const { action } = policyOf(document("identity", { Action: text }), "identity", "lenient").statements[0]!;
    expect(action).toMatchObject({ negated: false, patterns: [{ kind: "pattern", pattern, text }] });
  });

  test("GRAM-52: lenient mode keeps invalid entries as such, odd names as patterns", () => {
    const text = document("identity", { Action: undefined, NotAction: ["s3.*", "s3:Get Object", "s3:*"] });
    const { action } = policyOf(text, "identity", "lenient").statements[0]!;
    expect([action.negated, ...action.patterns.map(({ kind }) => kind)]).toEqual([
      true,
      "invalid",
      "pattern",
      "pattern",
    ]);
  });
});

describe("resources", () => {
  const ANY_ARN = "arn:aws:sns:eu-west-1:111111111111:t";
  const rows: readonly (readonly [rule: string, type: PolicyType, resource: string, code: string, severity: string])[] =
    [
      ["MATCH-25", "identity", "my-bucket", "invalid-resource", STORED],
      ["MATCH-25", "identity", "", "invalid-resource", STORED],
      ["MATCH-25", "identity", "**", "invalid-resource", STORED],
      ["MATCH-25", "identity", "*/x", "invalid-resource", STORED],
      ["MATCH-25", "identity", "ARN:aws:s3:::b", "invalid-resource", STORED],
      ["MATCH-25", "identity", "${*}", "invalid-resource", STORED],
      ["MATCH-25", "identity", "${aws:PrincipalTag/arn}", "invalid-resource", NEVER],
      ["MATCH-23", "identity", "arn:aws:*:us-east-1:111111111111:x", "wildcard-in-service", STORED],
      ["MATCH-23", "identity", "arn:aws:s3*:::b", "wildcard-in-service", STORED],
      ["MATCH-23", "identity", "arn:aws:s?", "wildcard-in-service", STORED],
      ["MATCH-23", "identity", "arn:aws:s*3*", "wildcard-in-service", STORED],
      ["MATCH-23", "identity", "arn:aws:s3*", "wildcard-in-service", NEVER],
      ["MATCH-23", "identity", "arn:aws:*", "wildcard-in-service", NEVER],
      ["MATCH-24", "identity", "arn:*", "invalid-resource", STORED],
      ["MATCH-24", "identity", "arn:aws", "invalid-resource", STORED],
      ["MATCH-24", "identity", "arn:aws::r:a:x", "invalid-resource", STORED],
      ["MATCH-24", "scp", "arn:aws:sns:eu-west-1", "incomplete-arn", STORED],
      ["MATCH-24", "session", "arn:aws:sns:eu-west-1", "incomplete-arn", STORED],
      ["MATCH-24", "resource", "arn:aws:sns:eu-*-1", "incomplete-arn", STORED],
      ["MATCH-24", "identity", "arn:aws:sns:eu-west-1", "incomplete-arn", NEVER],
      ["MATCH-24", "scp", "arn:aws:sns:*", "incomplete-arn", NEVER],
      ["MATCH-24", "session", "arn:aws:sns:*", "short-arn", ADVICE],
      ["MATCH-24", "rcp", "arn:aws:sns:*", "short-arn", ADVICE],
      ["MATCH-24", "scp", "arn:aws:sns:${*}", "incomplete-arn", STORED],
      ["GRAM-51", "identity", "arn:aws-mars:s3:::b", "invalid-partition", STORED],
      ["GRAM-51", "identity", "arn::s3:::b", "invalid-partition", STORED],
      ["GRAM-51", "identity", "arn:aws-us-gov:s3:::b", "invalid-partition", NEVER],
      ["GRAM-51", "identity", "arn:aws*:s3:::b", "invalid-partition", NEVER],
      ["VAR-11", "identity", "arn:aws:s3:::${aws:username", "malformed-variable", ALWAYS],
      ["VAR-11", "identity", "arn:aws:s3:::${aws:user name}", "malformed-variable", ALWAYS],
      ["VAR-5", "identity", "arn:aws:s3:::${aws:username,'x'}", "variable-spacing", CHECKED],
      ["GRAM-40", "vpce", "arn:aws:sns:eu-west-1:1111*:t", "endpoint-account-wildcard", CHECKED],
      ["GRAM-40", "vpce", "arn:aws:sns:eu-west-1:*:t", "endpoint-account-wildcard", NEVER],
      ["GRAM-40", "identity", "arn:aws:sns:eu-west-1:1111*:t", "endpoint-account-wildcard", NEVER],
      ["MATCH-20", "identity", ANY_ARN, "invalid-resource", NEVER],
    ];

  test.each(rows)("%s, %s, %j: %s", (_, type, resource, code, severity) => {
    expect(severities(document(type, { Resource: resource }), type, code)).toBe(severity);
  });

  function template(resource: string, type: PolicyType, more: Partial<ParseOptions> = {}): unknown {
    const [pattern] = policyOf(document(type, { Resource: resource }), type, "lenient", more).statements[0]!.resource!
      .patterns;
    return pattern!.kind === "pattern" ? pattern!.template : pattern!.kind;
  }
  const star = { kind: "star" };
  const plain = (text: string) => ({ kind: "text", text });

  test("MATCH-24: short ARNs of identity policies and boundaries are completed", () => {
    for (const type of ["identity", "managed", "boundary"] as const) {
      expect(template("arn:aws:sqs", type)).toEqual([plain("arn:aws:sqs:"), star, plain(":"), star, plain(":"), star]);
    }
    expect(template("arn:aws:sqs:${aws:x, 'a:b'}", "identity")).toHaveLength(6);
    expect(template("arn:aws:sns:*", "identity")).toEqual([plain("arn:aws:sns:"), star]);
    expect(template("arn:aws:sqs", "scp")).toBe("invalid");
    expect(template("arn:aws:sqs", "scp", { incompleteArn: "everywhere" })).toHaveLength(6);
    expect(template("${aws:PrincipalTag/arn}", "identity")).toHaveLength(1);
  });

  test("VAR-1: variables are text under the old Version", () => {
    const text = document("identity", { Resource: "arn:aws:iam::1:user/${aws:username" }, { Version: "2008-10-17" });
    const [pattern] = policyOf(text, "identity").statements[0]!.resource!.patterns;
    expect(pattern).toMatchObject({ template: [plain("arn:aws:iam::1:user/${aws:username")] });
  });
});

describe("principals", () => {
  const OAI = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE";
  const rows: readonly (readonly [
    rule: string,
    type: PolicyType,
    principal: unknown,
    code: string,
    severity: string,
  ])[] = [
    ["GRAM-20", "resource", { Host: "x" }, "unknown-principal-type", STORED],
    ["GRAM-20", "resource", { aws: A1 }, "unknown-principal-type", STORED],
    ["GRAM-20", "resource", { constructor: A1 }, "unknown-principal-type", STORED],
    ["GRAM-20", "resource", "arn:aws:iam::111111111111:root", "invalid-principal", STORED],
    ["GRAM-20", "resource", ["*"], "wrong-type", ALWAYS],
    ["GRAM-20", "resource", null, "wrong-type", ALWAYS],
    ["GRAM-20", "resource", { AWS: 111111111111 }, "wrong-type", ALWAYS],
    ["GRAM-20", "resource", { AWS: [] }, "empty-principal", ADVICE],
    ["GRAM-21", "resource", { AWS: "arn:aws:iam::111111111111:user/*" }, "invalid-principal", STORED],
    ["GRAM-21", "resource", { AWS: "arn:aws:iam::*:root" }, "invalid-principal", STORED],
    ["REQ-10", "resource", { AWS: "arn:aws:iam::111111111111:group/g" }, "invalid-principal", STORED],
    ["GRAM-21", "resource", { AWS: "11111111111" }, "invalid-principal", STORED],
    ["GRAM-21", "resource", { AWS: "arn:aws:iam::111111111111:user/" }, "invalid-principal", STORED],
    ["GRAM-21", "resource", { AWS: "arn:aws:sts::111111111111:assumed-role/R" }, "invalid-principal", STORED],
    ["GRAM-21", "resource", { AWS: "arn:aws:sts::111111111111:assumed-role/a/b/c" }, "invalid-principal", STORED],
    ["GRAM-21", "resource", { AWS: "arn:aws:s3:::b" }, "invalid-principal", STORED],
    ["GRAM-21", "resource", { AWS: "AGPAEXAMPLE" }, "invalid-principal", STORED],
    ["GRAM-21", "resource", { AWS: OAI }, "invalid-principal", NEVER],
    ["GRAM-51", "resource", { AWS: "arn:aws-mars:iam::111111111111:root" }, "invalid-principal", STORED],
    ["VAR-2", "resource", { AWS: "${aws:username}" }, "invalid-principal", STORED],
    ["GRAM-22", "trust", "*", "trust-principal-star", ADVICE],
    ["GRAM-22", "trust", { AWS: "*" }, "trust-principal-star", NEVER],
    ["GRAM-23", "resource", { Service: "*" }, "invalid-principal", STORED],
    ["GRAM-23", "trust", { Federated: "*" }, "invalid-principal", STORED],
    ["GRAM-23", "resource", { CanonicalUser: "abc" }, "invalid-principal", STORED],
    ["GRAM-23", "resource", { CanonicalUser: "0".repeat(64) }, "invalid-principal", NEVER],
    ["GRAM-23", "trust", { CanonicalUser: "0".repeat(64) }, "invalid-principal", STORED],
    ["GRAM-24", "resource", { Federated: "accounts.google.com" }, "federated-outside-trust", ADVICE],
    ["GRAM-24", "trust", { Federated: "example.com" }, "invalid-principal", STORED],
    ["MATCH-44", "resource", { Service: "S3.amazonaws.com" }, "service-principal-case", ADVICE],
    ["SPEC-2", "trust", { Federated: "arn:aws:iam::111111111111:saml-provider/P" }, "mismatched-trust-action", ADVICE],
    ["SPEC-2", "trust", { AWS: A1 }, "mismatched-trust-action", NEVER],
  ];

  test.each(rows)("%s, %s, %j: %s", (_, type, principal, code, severity) => {
    expect(severities(document(type, { Principal: principal }), type, code)).toBe(severity);
  });

  test("SPEC-2: actions that mean nothing in a trust policy", () => {
    const with_ = (action: string) => document("trust", { Action: action });
    expect(severities(with_("s3:GetObject"), "trust", "trust-action")).toBe(ADVICE);
    expect(severities(with_("sts:AssumeRoot"), "trust", "trust-action")).toBe(ADVICE);
    for (const action of ["sts:*", "*", "sts:Assume*", "sts:SetContext"]) {
      expect(severities(with_(action), "trust", "trust-action")).toBe(NEVER);
    }
  });

  test("every form and what it becomes (GRAM-21, GRAM-24, MATCH-40, MATCH-51)", () => {
    const aws = [
      "*",
      A1,
      "arn:aws-cn:iam::111111111111:root",
      "arn:aws:iam::111111111111:user/p/u",
      "arn:aws:iam::111111111111:role/R",
      "arn:aws:sts::111111111111:assumed-role/R/s@x",
      "arn:aws:sts::111111111111:federated-user/f",
      "AROAOLD",
      OAI,
    ];
    const principal = {
      AWS: aws,
      Service: "logs.eu-west-1.amazonaws.com",
      Federated: ["cognito-identity.amazonaws.com", "arn:aws:iam::111111111111:oidc-provider/host/path"],
      CanonicalUser: "a".repeat(64),
    };
    const { principal: element } = policyOf(document("resource", { Principal: principal }), "resource").statements[0]!;
    expect(element!.entries.map(({ span: _, ...entry }) => entry)).toEqual([
      { kind: "anyone", aws: true, text: "*" },
      { kind: "account", account: A1, text: A1 },
      { kind: "account", account: A1, text: aws[2] },
      { kind: "user", arn: aws[3], text: aws[3] },
      { kind: "role", arn: aws[4], text: aws[4] },
      { kind: "roleSession", arn: aws[5], text: aws[5] },
      { kind: "federatedUser", arn: aws[6], text: aws[6] },
      { kind: "uniqueId", id: "AROAOLD", text: "AROAOLD" },
      { kind: "originAccessIdentity", arn: OAI, text: OAI },
      { kind: "service", name: principal.Service, text: principal.Service },
      { kind: "federated", provider: principal.Federated[0], text: principal.Federated[0] },
      { kind: "federated", provider: principal.Federated[1], text: principal.Federated[1] },
      { kind: "canonicalUser", id: principal.CanonicalUser, text: principal.CanonicalUser },
    ]);
  });

  test("`*` alone, in a trust policy, and nobody (GRAM-20, GRAM-22)", () => {
    const entries = (type: PolicyType, principal: unknown) =>
      policyOf(document(type, { Principal: principal }), type).statements[0]!.principal!.entries;
    expect(entries("resource", "*")).toMatchObject([{ kind: "anyone", aws: false }]);
    expect(entries("trust", "*")).toMatchObject([{ kind: "anyone", aws: true }]);
    expect(entries("resource", {})).toEqual([]);
  });

  describe("SPEC-5: trust in GitHub's issuer", () => {
    const host = "token.actions.githubusercontent.com";
    const trust = (condition: object | undefined) =>
      document("trust", {
        Principal: { Federated: `arn:aws:iam::${A1}:oidc-provider/${host}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: condition,
      });

    test.each([
      [undefined, CHECKED],
      [{ StringEquals: { [`${host}:aud`]: "sts.amazonaws.com" } }, CHECKED],
      [{ StringLike: { [`${host}:sub`]: "*" } }, CHECKED],
      [{ StringLike: { [`${host}:sub`]: "repo:*/r:*" } }, CHECKED],
      [{ StringLike: { [`${host}:sub`]: "repo:o*/r:*" } }, CHECKED],
      [{ StringNotLike: { [`${host}:sub`]: "repo:o/r:*" } }, CHECKED],
      [{ StringLikeIfExists: { [`${host}:sub`]: "repo:o/r:*" } }, CHECKED],
      [{ "ForAllValues:StringLike": { [`${host}:sub`]: "repo:o/r:*" } }, CHECKED],
      [{ StringLike: { [`${host}:sub`]: ["repo:o/r:*", "*"] } }, CHECKED],
      [{ StringLike: { [`${host}:sub`]: "repo:o/*" } }, NEVER],
      [{ StringEquals: { [`${host}:SUB`]: "repo:o/r:ref:refs/heads/main" } }, NEVER],
      [{ StringLike: { [`${host}:job_workflow_ref`]: "o/r/.github/workflows/w.yml@*" } }, NEVER],
    ])("%j", (condition, severity) => {
      expect(severities(trust(condition), "trust", "open-oidc-trust")).toBe(severity);
    });
  });
});
