/** Statements: actions, resources, variables and lenient oddities, by the vectors of the ledger (MATCH, VAR, GRAM-8, GRAM-52). */
import { describe, expect, it, test } from "vitest";
import type { Explanation, Reason } from "../../src/request/decision.js";
import {
  A1,
  ask,
  asked,
  OBJECT,
  type Setup,
  type StatementJson,
  service,
  session,
  UNKNOWN,
  type Value,
} from "./build.js";

/** Truth of the single statement, as Allow and as Deny of an identity policy: `T T`. */
function hits(statement: StatementJson, setup: Setup = {}): string {
  const one = (Effect: string) =>
    ask({ ...setup, identity: [[{ ...statement, Effect }]] }).layers[0]!.statements[0]!.hit;
  return `${one("Allow")} ${one("Deny")}`;
}

const LENIENT = { mode: "lenient" } as const;

describe("actions", () => {
  test.each<[string, StatementJson, string, string]>([
    ["MATCH-1", { Action: "S3:getobject" }, "s3:GetObject", "T T"],
    ["MATCH-2", { Action: "s3:*Object" }, "s3:GetObject", "T T"],
    ["MATCH-2", { Action: "s3:Get?bject" }, "s3:GetObject", "T T"],
    ["MATCH-2", { Action: "s3:Get?" }, "s3:Get", "F F"],
    ["MATCH-3", { Action: "*" }, "iam:PassRole", "T T"],
    ["MATCH-3", { Action: "*:*" }, "iam:PassRole", "T T"],
    ["MATCH-4", { Action: "s3:Get*" }, "S3:GetObject", "T T"],
    ["MATCH-6", { NotAction: "iam:*" }, "s3:GetObject", "T T"],
    ["MATCH-6", { NotAction: ["iam:*", "s3:*"] }, "s3:GetObject", "F F"],
  ])("%s: %j on %s: %s", (_, statement, action, expected) => {
    expect(hits(statement, { action })).toBe(expected);
  });

  test.each<[string, StatementJson, string]>([
    ["GRAM-8", { Action: [] }, "F F"],
    ["GRAM-8", { NotAction: [] }, "F T"],
    ["GRAM-8", { Resource: [] }, "F F"],
    ["GRAM-8", { NotResource: [] }, "F T"],
    ["GRAM-52", { Action: ["s3.*"] }, "F T"],
    ["GRAM-52", { Action: ["s3.*", "s3:*"] }, "T T"],
    ["GRAM-52", { NotAction: ["s3.*"] }, "F T"],
    ["GRAM-52", { NotAction: ["s3.*", "s3:*"] }, "F T"],
    ["GRAM-52", { Resource: "my-bucket" }, "F T"],
    ["GRAM-52", { NotResource: "my-bucket" }, "F T"],
    ["MATCH-8", { Action: "s3:GetObject " }, "F F"],
    ["MATCH-8", { Action: " s3:GetObject" }, "F T"],
  ])("%s, lenient: %j: %s", (_, statement, expected) => {
    expect(hits(statement, LENIENT)).toBe(expected);
  });

  test.each<[StatementJson, string]>([
    [{ Action: ["s3.*"] }, "F F"],
    [{ NotAction: ["s3.*"] }, "T T"],
    [{ Resource: "my-bucket" }, "F F"],
    [{ NotResource: "my-bucket" }, "T T"],
  ])("GRAM-52 under invalidEntry=literal: %j: %s", (statement, expected) => {
    expect(hits(statement, { ...LENIENT, options: { invalidEntry: "literal" } })).toBe(expected);
  });
});

describe("resources", () => {
  const TOPIC = `arn:aws:sns:eu-west-1:${A1}:t`;
  const QUEUE = `arn:aws:sqs:eu-west-1:${A1}:q`;
  test.each<[string, StatementJson, string, string, Setup?]>([
    ["REQ-30", { Resource: "arn:aws:s3:::*" }, "*", "F F"],
    ["MATCH-20", { Resource: "arn:aws:s3:::B/*" }, OBJECT, "F F"],
    ["MATCH-21", { Resource: "*" }, "*", "T T"],
    ["MATCH-23", { Resource: "arn:aws:*:eu-west-1:111111111111:t" }, TOPIC, "T T", LENIENT],
    ["MATCH-24", { NotResource: "arn:aws:sns:*" }, TOPIC, "F F"],
    ["MATCH-24", { NotResource: "arn:aws:sns:*" }, QUEUE, "T T"],
    ["MATCH-24", { Resource: "arn:aws:sqs" }, QUEUE, "T T"],
    ["MATCH-24", { Resource: "arn:aws:sns:eu-west-1" }, TOPIC, "T T"],
    ["MATCH-24", { Resource: "arn:aws:sns:eu-north-1" }, TOPIC, "F F"],
    ["MATCH-26", { NotResource: "arn:aws:s3:::a/*" }, OBJECT, "T T"],
    ["SPEC-23", { Resource: "arn:aws:s3:::b/*" }, "arn:aws:s3:::b", "F F"],
  ])("%s: %j on %s: %s", (_, statement, resource, expected, setup = {}) => {
    expect(hits(statement, { ...setup, resource })).toBe(expected);
  });

  it("MATCH-24: an incomplete ARN of a resource policy, lenient, fails closed", () => {
    const one = (Effect: string) =>
      ask({ ...LENIENT, resource: TOPIC, resourcePolicies: [[{ Effect, Resource: "arn:aws:sns:eu-west-1" }]] });
    expect([one("Allow"), one("Deny")].map(({ layers }) => layers[0]!.statements[0]!.hit)).toEqual(["F", "T"]);
  });

  it("GRAM-52: what is unknown beside an entry that AWS cannot hold hangs on the variable alone", () => {
    const context: Record<string, Value> = { "my:u": UNKNOWN };
    const statement = { Resource: ["my-bucket", "arn:aws:s3:::b/${my:u}"] };
    expect(hits(statement, { ...LENIENT, context })).toBe("U T");
    expect(asked({ ...LENIENT, context, identity: [[statement]] })).toBe("indeterminate allowed|implicitDeny on my:u");
  });

  it("MATCH-22 under resourceGlob=plain: wildcards cross colons everywhere", () => {
    const statement = { Resource: "arn:a*s:eu-west-1:111111111111:x:y:z" };
    const resource = "arn:aws:sns:eu-west-1:111111111111:x:y:z";
    expect(hits(statement, { ...LENIENT, resource })).toBe("F F");
    expect(hits(statement, { ...LENIENT, resource, options: { resourceGlob: "plain" } })).toBe("T T");
  });
});

describe("variables", () => {
  const like = (operand: unknown) => ({ Condition: { StringLike: { "my:k": operand } } });
  const equals = (operand: unknown) => ({ Condition: { StringEquals: { "my:k": operand } } });
  const home = (text: string) => ({ Resource: `arn:aws:s3:::b/${text}` });
  test.each<[string, StatementJson, Record<string, Value>, string, Setup?]>([
    ["VAR-2", { Resource: "${aws:PrincipalTag/arn}" }, { "aws:PrincipalTag/arn": OBJECT }, "T T"],
    [
      "VAR-3",
      { Condition: { Bool: { "my:k": "${aws:SecureTransport}" } } },
      { "my:k": "true", "aws:SecureTransport": "true" },
      "T T",
      LENIENT,
    ],
    ["VAR-3", { Condition: { Bool: { "my:k": "${aws:gone}" } } }, { "my:k": "false" }, "F F", LENIENT],
    ["VAR-3", { Condition: { NumericEquals: { "my:k": "${my:x}" } } }, { "my:k": "1", "my:x": "1" }, "F F", LENIENT],
    ["VAR-4", equals("${AWS:USERNAME}"), { "my:k": "bob", "aws:username": "bob" }, "T T"],
    ["VAR-5", equals("${my:x, 'none'}"), { "my:k": "none" }, "T T"],
    ["VAR-5", equals("${my:x, 'a}b'}"), { "my:k": "a}b" }, "T T"],
    ["VAR-5", equals("${my:x, ''}"), { "my:k": "" }, "T T"],
    ["VAR-6", equals("${aws:PrincipalTag/t, 'd'}"), { "my:k": "", "aws:PrincipalTag/t": "" }, "T T"],
    ["VAR-7", equals("${aws:TagKeys, 'x'}"), { "my:k": "x", "aws:TagKeys": ["x"] }, "F F"],
    ["VAR-7", equals("${aws:TagKeys, 'x'}"), { "my:k": "x", "aws:TagKeys": [] }, "F F"],
    ["VAR-7", equals("${aws:TagKeys, 'x'}"), { "my:k": "x" }, "T T"],
    ["VAR-8", like("a${*}"), { "my:k": "a*" }, "T T"],
    ["VAR-8", like("a${*}"), { "my:k": "ab" }, "F F"],
    ["VAR-8", equals("${?}${$}"), { "my:k": "?$" }, "T T"],
    ["VAR-9", home("${aws:username}"), { "aws:username": "*" }, "F F"],
    ["VAR-9", home("${my:x}"), { "my:x": "?" }, "F F"],
    ["VAR-9", like("${my:x}"), { "my:k": "ab", "my:x": "a*" }, "F F"],
    ["VAR-9", like("${my:x}"), { "my:k": "a*", "my:x": "a*" }, "T T"],
    [
      "VAR-9",
      equals("${my:x}"),
      { "my:k": "${aws:username}", "my:x": "${aws:username}", "aws:username": "bob" },
      "T T",
    ],
    ["VAR-9", equals("${my:x}"), { "my:k": "$& $1 }',", "my:x": "$& $1 }'," }, "T T"],
    ["VAR-10", equals(["x", "${aws:username}"]), { "my:k": "x" }, "T T"],
    ["VAR-10", equals("${aws:username}"), { "my:k": "x" }, "F F"],
    [
      "VAR-10",
      { Condition: { StringNotEquals: { "aws:RequestTag/o": "${aws:username}" } } },
      { "aws:RequestTag/o": "x" },
      "T T",
    ],
    [
      "VAR-10",
      equals(["x", "${aws:username}"]),
      { "my:k": "x" },
      "F T",
      { options: { unresolvedVariable: "statement" } },
    ],
    [
      "VAR-10",
      { Resource: ["*", "arn:aws:s3:::${aws:username}"] },
      {},
      "F T",
      { options: { unresolvedVariable: "statement" } },
    ],
    ["VAR-12", equals("${aws:userid}"), { "my:k": "AROAX:s", "aws:userid": "AROAX:s" }, "T T"],
    ["VAR-13", { Resource: "${aws:PrincipalTag/arn}" }, { "aws:PrincipalTag/arn": "arn:aws:s3" }, "F F"],
    ["MATCH-27", { Resource: ["arn:aws:s3:::${aws:username}", OBJECT] }, {}, "T T"],
    ["MATCH-27", { NotResource: `arn:aws:s3:::\${aws:username}` }, {}, "T T"],
    ["COND-63", { Condition: { ArnLike: { "my:k": "${my:x}" } } }, { "my:k": OBJECT, "my:x": OBJECT }, "T T"],
    ["COND-63", { Condition: { ArnLike: { "my:k": "${my:x}" } } }, { "my:k": OBJECT, "my:x": "*" }, "F T"],
    ["COND-63", { Condition: { ArnLike: { "my:k": ["${aws:gone}", OBJECT] } } }, { "my:k": OBJECT }, "T T"],
    ["COND-63", { Condition: { ArnNotLike: { "my:k": "${aws:gone}" } } }, { "my:k": OBJECT }, "T T"],
  ])("%s: %j over %j: %s", (_, statement, context, expected, setup = {}) => {
    expect(hits(statement, { ...setup, context, caller: session() })).toBe(expected);
  });

  it("VAR-1: only Version 2012-10-17 has variables", () => {
    const document = { Statement: { Effect: "Allow", Action: "*", Resource: "arn:aws:s3:::b/${aws:username}" } };
    const context = { "aws:username": "k" };
    expect(asked({ ...LENIENT, context, identity: [document] })).toBe("implicitDeny IDENTITY");
    expect(asked({ ...LENIENT, context, resource: "arn:aws:s3:::b/${aws:username}", identity: [document] })).toBe(
      "allowed IDENTITY",
    );
  });

  test.each<[string, StatementJson, Record<string, Value>, string]>([
    // Resource: as a run of any characters, without the segment limits.
    ["3V-5", home("home/${my:u}/*"), { "my:u": UNKNOWN }, "F F"],
    ["3V-5", home("${my:u}"), { "my:u": UNKNOWN }, "U U"],
    ["3V-5", { Resource: "arn:aws:${my:u}" }, { "my:u": UNKNOWN }, "U U"],
    ["3V-5", home("${my:u, 'x'}"), { "my:u": UNKNOWN }, "U U"],
    ["3V-5", { NotResource: "arn:aws:s3:::b/${my:u}" }, { "my:u": UNKNOWN }, "U U"],
    ["3V-5", { NotResource: "arn:aws:s3:::c/${my:u}" }, { "my:u": UNKNOWN }, "T T"],
    ["contract", home("${my:u}${aws:gone}"), { "my:u": UNKNOWN }, "F F"],
    ["3V-5", equals(["x", "a${my:u}"]), { "my:u": UNKNOWN, "my:k": "x" }, "T T"],
    ["3V-5", equals(["x", "a${my:u}"]), { "my:u": UNKNOWN, "my:k": "ab" }, "U U"],
    ["3V-5", equals(["x", "a${my:u}"]), { "my:u": UNKNOWN, "my:k": "b" }, "F F"],
    ["3V-5", { Condition: { StringNotEquals: { "my:k": "a${my:u}" } } }, { "my:u": UNKNOWN, "my:k": "b" }, "T T"],
    [
      "3V-5",
      { Condition: { StringEqualsIgnoreCase: { "my:k": "a${my:u}" } } },
      { "my:u": UNKNOWN, "my:k": "b" },
      "U U",
    ],
    ["3V-5", { Condition: { ArnLike: { "my:k": ["${my:u}", OBJECT] } } }, { "my:u": UNKNOWN, "my:k": OBJECT }, "U U"],
    ["3V-5", { Condition: { ArnLike: { "my:k": [OBJECT, "${my:u}"] } } }, { "my:u": UNKNOWN, "my:k": OBJECT }, "T T"],
    ["3V-5", { Condition: { ArnLike: { "my:k": "${my:u}" } } }, { "my:u": UNKNOWN, "my:k": "no-arn" }, "F F"],
    [
      "3V-5",
      { Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "a${my:u}" } } },
      { "my:u": UNKNOWN, "aws:TagKeys": ["ab", "b"] },
      "F F",
    ],
    ["3V-6", { Condition: { StringEquals: { "my:k": "x", "my:u": "x" } } }, { "my:u": UNKNOWN, "my:k": "y" }, "F F"],
  ])("%s: %j over %o: %s", (_, statement, context, expected) => {
    expect(hits(statement, { context })).toBe(expected);
  });

  it("MATCH-22, 3V-5: the colons of a value count, and an unknown value may hold any", () => {
    const at = (value: Value) =>
      hits({ Resource: "arn:aws:x:${my:x}r?s:a:b" }, { resource, context: { "my:x": value } });
    const resource = "arn:aws:x:::r:s:a:b";
    expect([at("::"), at(""), at(UNKNOWN)]).toEqual(["T T", "F F", "U U"]);
  });

  test.each<[string, Setup]>([
    ["VAR-7: a multi key resolves no variable", { context: { "my:k": "x", "aws:TagKeys": ["x"] } }],
    ["MATCH-28: a policy without resources", { kind: "trust", action: "sts:AssumeRole", context: { "my:k": "x" } }],
  ])("VAR-10 under `statement`: %s", (_, setup) => {
    const options = { unresolvedVariable: "statement" } as const;
    const statement = { Principal: { AWS: "*" }, ...equals(["x", "${aws:TagKeys}"]) };
    const { layers } = ask({ ...setup, options, resourcePolicies: [[statement]] });
    expect(layers[0]!.statements[0]!.reason).toEqual({ part: "variable" });
  });

  it("VAR-10 under `statement`: an entry that AWS cannot hold has no variables (GRAM-52)", () => {
    const statement = { Resource: ["my-bucket", "arn:aws:s3:::b/${my:x}"] };
    const context = { "my:x": "k" };
    expect(hits(statement, { ...LENIENT, context, options: { unresolvedVariable: "statement" } })).toBe("T T");
  });

  it("VAR-10 under `statement`: an Allow with a variable on an unknown key is never certain (3V-6)", () => {
    const setup: Setup = { context: { "my:u": UNKNOWN, "my:k": "x" }, options: { unresolvedVariable: "statement" } };
    expect(hits(equals(["x", "${my:u}"]), setup)).toBe("U T");
    expect(hits(equals(["x", "${my:u}", "${aws:gone}"]), setup)).toBe("F T");
  });
});

describe("reasons", () => {
  const reasonOf = ({ layers }: Explanation): Reason | null => layers[0]!.statements[0]!.reason;
  const IP = { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } };
  test.each<[string, StatementJson, Record<string, Value>, Reason | null]>([
    ["hits", {}, {}, null],
    ["action", { Action: "s3:PutObject", Resource: "arn:aws:s3:::c" }, {}, { part: "action" }],
    ["resource", { Resource: "arn:aws:s3:::c", Condition: IP }, {}, { part: "resource" }],
    ["condition", { Condition: { Null: { "aws:x": "true" }, ...IP } }, {}, { part: "condition", entry: 1 }],
    [
      "first F before U",
      { Resource: "arn:aws:s3:::b/${my:u}", Condition: IP },
      { "my:u": UNKNOWN },
      { part: "condition", entry: 0 },
    ],
    [
      "first U",
      { Resource: "arn:aws:s3:::b/${my:u}", Condition: IP },
      { "my:u": UNKNOWN, "aws:SourceIp": UNKNOWN },
      { part: "resource" },
    ],
  ])("%s", (_, statement, context, expected) => {
    expect(reasonOf(ask({ context, identity: [[statement]] }))).toEqual(expected);
  });

  it("names the principal, the variables and the document", () => {
    const principal = ask({ resourcePolicies: [[{ Principal: { AWS: "222222222222" } }]] });
    expect(reasonOf(principal)).toEqual({ part: "principal" });
    const denyOnly = ask({
      use: "denyOnly",
      resourcePolicies: [[{ Action: "s3:Put*" }, { Effect: "Deny", Action: "s3:Put*" }]],
    });
    expect(denyOnly.layers[0]!.statements.map(({ reason }) => reason?.part)).toEqual(["document", "action"]);
    const options = { unresolvedVariable: "statement" } as const;
    const variable = ask({
      options,
      caller: service("x.amazonaws.com"),
      resourcePolicies: [[{ Resource: ["*", "arn:aws:s3:::${aws:username}"] }]],
    });
    expect(reasonOf(variable)).toEqual({ part: "variable" });
  });
});
