/** What people read: AWS's sentence (EVAL-7), the rendered explanation, the same as JSON, and the near misses. */
import { describe, expect, it, test } from "vitest";
import type { Statement } from "../../src/policy/model.js";
import type { Decision, Layer } from "../../src/request/decision.js";
import {
  type AskedInContext,
  askedOf,
  explanationToJson,
  renderExplanation,
  type StatementLookup,
} from "../../src/request/explanation.js";
import { messageFor } from "../../src/request/message.js";
import { ALLOW_ALL, ask, type PolicyJson, policyOf, questionOf, type Setup, UNKNOWN, USER_ARN } from "./build.js";

const ASKED = { principal: USER_ARN, action: "s3:GetObject", resource: "arn:aws:s3:::b/k" };
const SENTENCE = `User: ${USER_ARN} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k`;

describe("AWS's sentence", () => {
  test.each<[Layer, string, string]>([
    [
      "SCP",
      " with an explicit deny in a service control policy",
      " because no service control policy allows the s3:GetObject action",
    ],
    [
      "RCP",
      " with an explicit deny in a resource control policy",
      " because no resource control policy allows the s3:GetObject action",
    ],
    [
      "VPCE",
      " with an explicit deny in a VPC endpoint policy",
      " because no VPC endpoint policy allows the s3:GetObject action",
    ],
    [
      "BOUNDARY",
      " with an explicit deny in a permissions boundary",
      " because no permissions boundary allows the s3:GetObject action",
    ],
    [
      "SESSION",
      " with an explicit deny in a session policy",
      " because no session policy allows the s3:GetObject action",
    ],
    [
      "RESOURCE",
      " with an explicit deny in a resource-based policy",
      " because no resource-based policy allows the s3:GetObject action",
    ],
    [
      "TRUST",
      " with an explicit deny in the role trust policy",
      " because no role trust policy allows the s3:GetObject action",
    ],
    [
      "IDENTITY",
      " with an explicit deny in an identity-based policy",
      " because no identity-based policy allows the s3:GetObject action",
    ],
    ["SERVICE", "", ""],
  ])("%s", (decidedBy, explicit, implicit) => {
    const path = "SAME_ACCOUNT";
    expect(messageFor({ decision: "explicitDeny", decidedBy, statements: [], path }, ASKED)).toBe(SENTENCE + explicit);
    expect(messageFor({ decision: "implicitDeny", decidedBy, missing: [], path }, ASKED)).toBe(SENTENCE + implicit);
  });

  it("has nothing to say to who was allowed, or perhaps", () => {
    const path = "SAME_ACCOUNT";
    const decisions: Decision[] = [
      { decision: "allowed", decidedBy: "IDENTITY", statements: [], path },
      { decision: "indeterminate", between: ["allowed", "implicitDeny"], dependsOn: ["aws:x"] },
      { decision: "denied", between: ["explicitDeny", "implicitDeny"], dependsOn: ["aws:x"] },
    ];
    expect(decisions.map((decision) => messageFor(decision, ASKED))).toEqual([null, null, null]);
  });
});

/** The statements of a setup's identity policies, as a caller of `renderExplanation` would find them. */
function lookupIn(identity: readonly PolicyJson[]): StatementLookup {
  const statements = new Map<string, Statement>();
  for (const [at, json] of identity.entries()) {
    if (typeof json === "string") continue;
    for (const statement of policyOf("identity", json).statements)
      statements.set(`identity[${at}]#${statement.index}`, statement);
  }
  return ({ policy, index }) => statements.get(`${policy}#${index}`) ?? null;
}

function explained(setup: Setup) {
  const explanation = ask(setup);
  const asked: AskedInContext = askedOf(questionOf(setup), USER_ARN);
  const lookup = lookupIn(setup.identity ?? []);
  return { text: renderExplanation(explanation, asked, lookup), json: explanationToJson(explanation, asked, lookup) };
}

const NEAR: Setup = {
  context: { "aws:SourceIp": "198.51.100.7", "aws:TagKeys": ["a", "b"] },
  identity: [
    [
      { Sid: "Write", Action: ["s3:PutObject", "s3:DeleteObject"] },
      { Sid: "Other", NotResource: "arn:aws:s3:::b/*" },
      { Sid: "Office", Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } },
      { Sid: "Late", Condition: { Null: { "aws:gone": "true" }, StringEquals: { "aws:userid": "x" } } },
      { Sid: "No", Effect: "Deny", Action: "ec2:*" },
    ],
  ],
};

describe("the explanation", () => {
  it("says for every statement why it did not apply, and which came nearest", () => {
    expect(explained(NEAR).text.split("\n")).toEqual([
      "implicitDeny by IDENTITY",
      `  no IDENTITY allow: ${USER_ARN}`,
      `  ${SENTENCE} because no identity-based policy allows the s3:GetObject action`,
      "",
      "IDENTITY identity: does not allow",
      "  does not apply: Allow identity[0].json:4:3 (Write): action `s3:GetObject` against Action `s3:PutObject`, `s3:DeleteObject`",
      "  does not apply: Allow identity[0].json:13:3 (Other): resource `arn:aws:s3:::b/k` against NotResource `arn:aws:s3:::b/*`",
      "  does not apply: Allow identity[0].json:19:3 (Office): IpAddress `aws:SourceIp` `192.0.2.0/24`: the request has `198.51.100.7`",
      "  does not apply: Allow identity[0].json:30:3 (Late): StringEquals `aws:userid` `x`: the request does not have the key",
      "  does not apply: Deny identity[0].json:44:3 (No): action `s3:GetObject` against Action `ec2:*`",
      "",
      "nearest to allowing it:",
      "  does not apply: Allow identity[0].json:30:3 (Late): StringEquals `aws:userid` `x`: the request does not have the key",
      "  does not apply: Allow identity[0].json:19:3 (Office): IpAddress `aws:SourceIp` `192.0.2.0/24`: the request has `198.51.100.7`",
      "  does not apply: Allow identity[0].json:13:3 (Other): resource `arn:aws:s3:::b/k` against NotResource `arn:aws:s3:::b/*`",
      "  does not apply: Allow identity[0].json:4:3 (Write): action `s3:GetObject` against Action `s3:PutObject`, `s3:DeleteObject`",
      "",
    ]);
  });

  it("is the same as data", () => {
    const { json } = explained(NEAR);
    expect(json.nearMisses.map(({ statement }) => statement.sid)).toEqual(["Late", "Office", "Other", "Write"]);
    expect(json.layers[0]!.statements[0]).toMatchObject({ hit: "F", reason: { part: "action" }, effect: "Allow" });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it("puts the layers that withheld their Allow first, and stops at five", () => {
    const misses: PolicyJson = Array.from({ length: 7 }, () => ({ Action: "ec2:*" }));
    const { json } = explained({ identity: [ALLOW_ALL, [{ Resource: "arn:aws:s3:::c/*" }]], boundary: [misses] });
    expect(json.nearMisses.map(({ statement }) => statement.layer)).toEqual([
      "BOUNDARY",
      "BOUNDARY",
      "BOUNDARY",
      "BOUNDARY",
      "BOUNDARY",
    ]);
    const fewer = explained({
      identity: [ALLOW_ALL, [{ Resource: "arn:aws:s3:::c/*" }]],
      boundary: [[{ Action: "ec2:*" }]],
    });
    expect(fewer.json.nearMisses.map(({ statement }) => statement.layer)).toEqual(["BOUNDARY", "IDENTITY"]);
  });

  it("shows what is unknown, and on what the answer hangs", () => {
    const deny = { Effect: "Deny", Condition: { "ForAnyValue:StringEquals": { "aws:TagKeys": ["x"] } } };
    const { text } = explained({ context: { "aws:TagKeys": UNKNOWN }, identity: [ALLOW_ALL, [deny], "a policy"] });
    expect(text).toContain("indeterminate: allowed or explicitDeny\n  depends on aws:tagkeys\n  depends on a policy\n");
    expect(text).toContain("IDENTITY identity: may deny, allows\n  not held: a policy\n");
    expect(text).toContain(
      "may apply:      Deny identity[1].json:4:3 (identity[1]#0): ForAnyValue:StringEquals `aws:TagKeys` `x`: the request's value is not known",
    );
  });

  it("names the deny, or the allow", () => {
    const denied = explained({ identity: [[{}, { Effect: "Deny", Sid: "Never" }]] }).text;
    expect(denied.startsWith("explicitDeny by IDENTITY\n  identity[0].json:9:3 (Never)\n")).toBe(true);
    expect(explained({ identity: [ALLOW_ALL] }).text).toContain(
      "  applies:        Allow identity[0].json:4:3 (identity[0]#0)\n",
    );
  });

  it("does without statements that cannot be found", () => {
    const explanation = ask(NEAR);
    const text = renderExplanation(explanation, askedOf(questionOf(NEAR), USER_ARN), () => null);
    expect(text).toContain("(Write): action `s3:GetObject` does not fit Action\n");
    expect(text).toContain("(Late): condition 2 does not hold\n");
  });

  it("spells out what could confuse a terminal or a log (attack item 59)", () => {
    const condition = { Condition: { StringEquals: { "aws:UserAgent": "x" } } };
    const { text } = explained({
      context: { "aws:UserAgent": "a\r\nallowed by IDENTITY\u001b[2J\u202e" },
      identity: [[condition]],
    });
    expect(text).toContain("the request has `a\\u000d\\u000aallowed by IDENTITY\\u001b[2J\\u202e`");
  });
});
