/** The worked examples of the specification as they stand there: §6.5, row by row, and §4a.3. */
import { describe, expect, test } from "vitest";
import {
  A1,
  A2,
  ALLOW_ALL,
  ALLOW_OTHER,
  anonymous,
  ask,
  asked,
  DENY_ALL,
  FEDERATED_ARN,
  federated,
  inWords,
  ROLE_ARN,
  root,
  SESSION_ARN,
  type Setup,
  service,
  session,
  UNKNOWN,
  USER_ARN,
} from "./build.js";

const names = (principal: unknown, more: Record<string, unknown> = {}) => [[{ Principal: principal, ...more }]];
const KEY = `arn:aws:kms:eu-west-1:${A1}:key/k`;
const KEY_CALL: Setup = { action: "kms:Decrypt", resource: KEY, kind: "kms" };
const ASSUME: Setup = { action: "sts:AssumeRole", resource: ROLE_ARN, kind: "trust" };
const SAML_ARN = `arn:aws:iam::${A1}:saml-provider/p`;

describe("§6.5", () => {
  const limited: Setup = { caller: session(), identity: [ALLOW_ALL], boundary: [ALLOW_OTHER] };
  const inSession: Setup = { caller: session(), identity: [ALLOW_ALL], sessionPolicies: [ALLOW_OTHER] };
  const forService: Setup = {
    caller: service("s3.amazonaws.com"),
    context: { "aws:SourceAccount": A1, "aws:PrincipalIsAWSService": "true" },
    resourcePolicies: names(
      { Service: "s3.amazonaws.com" },
      { Condition: { StringEquals: { "aws:SourceAccount": A1 } } },
    ),
  };
  const perimeter = {
    Effect: "Deny",
    Condition: {
      StringNotEqualsIfExists: { "aws:PrincipalOrgID": "o-x" },
      BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
    },
  };
  const lockedOut: Setup = { caller: root(), resourcePolicies: [[{ Effect: "Deny", Action: "s3:*" }]] };
  const rows: readonly [row: number, expected: string, setup: Setup][] = [
    [1, "allowed IDENTITY", { identity: [ALLOW_ALL] }],
    [2, "implicitDeny BOUNDARY", { identity: [ALLOW_ALL], boundary: [ALLOW_OTHER] }],
    [
      3,
      "allowed RESOURCE",
      { identity: [ALLOW_ALL], boundary: [ALLOW_OTHER], resourcePolicies: names({ AWS: USER_ARN }) },
    ],
    [4, "implicitDeny BOUNDARY", { ...limited, resourcePolicies: names({ AWS: ROLE_ARN }) }],
    [5, "allowed RESOURCE", { ...limited, resourcePolicies: names({ AWS: SESSION_ARN }) }],
    [
      6,
      "allowed RESOURCE",
      {
        ...limited,
        context: { "aws:PrincipalArn": ROLE_ARN },
        resourcePolicies: names("*", { Condition: { ArnEquals: { "aws:PrincipalArn": ROLE_ARN } } }),
      },
    ],
    [7, "implicitDeny SESSION", { ...inSession, resourcePolicies: names({ AWS: ROLE_ARN }) }],
    [8, "allowed RESOURCE", { ...inSession, resourcePolicies: names({ AWS: SESSION_ARN }) }],
    [
      9,
      "explicitDeny SESSION",
      { ...inSession, sessionPolicies: [DENY_ALL], resourcePolicies: names({ AWS: SESSION_ARN }) },
    ],
    [
      10,
      "implicitDeny IDENTITY",
      { ...limited, identity: [], owner: A2, resourcePolicies: names({ AWS: SESSION_ARN }) },
    ],
    [11, "allowed IDENTITY", { identity: [ALLOW_ALL], owner: A2, resourcePolicies: names({ AWS: A1 }) }],
    [12, "implicitDeny SCP", { caller: root(), scps: [[ALLOW_OTHER]] }],
    [13, "allowed IDENTITY", { identity: [ALLOW_ALL], scps: [] }],
    [
      14,
      "allowed IDENTITY",
      {
        caller: session({ serviceLinked: true }),
        identity: [ALLOW_ALL],
        scps: [[DENY_ALL]],
        rcps: [[[{ Effect: "Deny" }]]],
      },
    ],
    [15, "allowed RESOURCE", forService],
    [16, "allowed RESOURCE", { ...forService, rcps: [[[perimeter]]] }],
    [
      17,
      "implicitDeny RESOURCE",
      { caller: anonymous, restricted: true, resourcePolicies: names("*", { Action: "s3:GetObject" }) },
    ],
    [18, "implicitDeny RESOURCE", { ...KEY_CALL, identity: [ALLOW_ALL], resourcePolicies: names({ AWS: A2 }) }],
    [19, "allowed IDENTITY", { ...KEY_CALL, identity: [ALLOW_ALL], resourcePolicies: names({ AWS: A1 }) }],
    [20, "implicitDeny IDENTITY", { ...ASSUME, resourcePolicies: names({ AWS: A1 }) }],
    [21, "allowed TRUST", { ...ASSUME, resourcePolicies: names({ AWS: USER_ARN }) }],
    [22, "implicitDeny IDENTITY", { ...ASSUME, owner: A2, resourcePolicies: names({ AWS: USER_ARN }) }],
    [
      23,
      "implicitDeny VPCE",
      { identity: [ALLOW_ALL], endpoint: "interface", vpce: [[{ Resource: "arn:aws:s3:::other/*" }]] },
    ],
    [24, "allowed RESOURCE", { caller: federated(), resourcePolicies: names({ AWS: FEDERATED_ARN }) }],
    [25, "allowed IDENTITY", { caller: federated(), identity: [ALLOW_ALL], sessionPolicies: [ALLOW_ALL] }],
    [26, "explicitDeny IDENTITY", { identity: [DENY_ALL], resourcePolicies: names({ AWS: USER_ARN }) }],
    [
      27,
      "explicitDeny RESOURCE",
      {
        identity: [ALLOW_ALL],
        boundary: [ALLOW_ALL],
        resourcePolicies: [[{ Effect: "Deny", NotPrincipal: { AWS: [A1, USER_ARN] } }]],
      },
    ],
    [28, "explicitDeny RESOURCE", lockedOut],
    [29, "allowed SERVICE", { ...lockedOut, action: "s3:DeleteBucketPolicy", resource: "arn:aws:s3:::b" }],
    [30, "allowed IDENTITY", { action: "ec2:StartInstances", identity: [ALLOW_ALL], rcps: [[[{ Effect: "Deny" }]]] }],
    [
      31,
      "explicitDeny RESOURCE",
      {
        caller: anonymous,
        context: { "aws:ViaAWSService": "false" },
        resourcePolicies: [
          [{ Action: "s3:GetObject" }, { Effect: "Deny", Condition: { Bool: { "aws:ViaAWSService": "false" } } }],
        ],
      },
    ],
    [
      32,
      "explicitDeny RESOURCE",
      { caller: anonymous, resourcePolicies: [[{}, { Effect: "Deny", NotPrincipal: { AWS: A1 } }]] },
    ],
    [
      33,
      "explicitDeny SCP",
      {
        action: "sns:Publish",
        resource: `arn:aws:sns:eu-west-1:${A1}:t`,
        identity: [ALLOW_ALL],
        scps: [[ALLOW_ALL, [{ Effect: "Deny", Resource: "arn:aws:sns:*" }]]],
      },
    ],
    [34, "implicitDeny IDENTITY", { mode: "lenient", identity: [[{ NotResource: "my-bucket" }]] }],
    // Row 35 is about requests, before they are questions: test/request.
    [
      36,
      "implicitDeny VPCE",
      {
        ...lockedOut,
        action: "s3:PutBucketPolicy",
        resource: "arn:aws:s3:::b",
        endpoint: "interface",
        vpce: [ALLOW_OTHER],
      },
    ],
    [
      37,
      "explicitDeny TRUST",
      {
        ...ASSUME,
        action: "sts:AssumeRoleWithWebIdentity",
        caller: { kind: "webIdentity", provider: SAML_ARN },
        context: { "p:sub": "y" },
        resourcePolicies: [
          [
            { Principal: { Federated: SAML_ARN } },
            { Effect: "Deny", Principal: { AWS: "*" }, Condition: { StringNotEquals: { "p:sub": "x" } } },
          ],
        ],
      },
    ],
  ];
  test.each(rows)("row %i: %s", (_, expected, setup) => {
    expect(asked(setup)).toBe(expected);
  });
});

describe("§4a.3", () => {
  const INSECURE = { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } };
  const TEAM = { Condition: { StringEquals: { "aws:PrincipalTag/team": "x" } } };
  const ENV = (operator: string) => [[{ Condition: { [operator]: { "aws:ResourceTag/env": "*" } } }]];
  const SECRET = (operator: string): Setup => ({
    context: { "aws:TagKeys": UNKNOWN },
    identity: [ALLOW_ALL, [{ Effect: "Deny", Condition: { [operator]: { "aws:TagKeys": "secret" } } }]],
  });
  const teamUnknown = { "aws:PrincipalTag/team": UNKNOWN } as const;
  const envUnknown = { "aws:ResourceTag/env": UNKNOWN } as const;
  const named = names({ AWS: USER_ARN }, TEAM);
  const HELD_BY_NOBODY = `resource policy of arn:aws:s3:::b`;
  const foreign: Setup = { owner: A2, resourcePolicies: [HELD_BY_NOBODY] };
  const rows: readonly [row: string, expected: string, setup: Setup][] = [
    [
      "1",
      "indeterminate allowed|explicitDeny on aws:securetransport",
      { context: { "aws:SecureTransport": UNKNOWN }, identity: [ALLOW_ALL, [INSECURE]] },
    ],
    [
      "2",
      "explicitDeny IDENTITY",
      { context: { "aws:SecureTransport": UNKNOWN }, identity: [ALLOW_ALL, [INSECURE], DENY_ALL] },
    ],
    [
      "3",
      "implicitDeny IDENTITY",
      {
        context: { ...teamUnknown, "aws:SourceIp": "198.51.100.7" },
        identity: [[{ Condition: { ...TEAM.Condition, IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } }]],
      },
    ],
    [
      "4",
      "indeterminate explicitDeny|implicitDeny on aws:principaltag/team",
      { context: teamUnknown, identity: [[{ Effect: "Deny", ...TEAM }]] },
    ],
    [
      "4, merged",
      "denied explicitDeny|implicitDeny on aws:principaltag/team",
      { context: teamUnknown, identity: [[{ Effect: "Deny", ...TEAM }]], options: { denyKind: "merge" } },
    ],
    ["5", "allowed IDENTITY", { context: envUnknown, identity: ENV("StringLikeIfExists") }],
    [
      "5, plain",
      "indeterminate allowed|implicitDeny on aws:resourcetag/env",
      { context: envUnknown, identity: ENV("StringLike") },
    ],
    ["6", "allowed IDENTITY", SECRET("StringEquals")],
    ["6, ForAnyValue", "indeterminate allowed|explicitDeny on aws:tagkeys", SECRET("ForAnyValue:StringEquals")],
    ["7", "allowed IDENTITY", { context: teamUnknown, identity: [ALLOW_ALL], resourcePolicies: named }],
    [
      "7, without identity Allow",
      "indeterminate allowed|implicitDeny on aws:principaltag/team",
      { context: teamUnknown, resourcePolicies: named },
    ],
    [
      "8",
      `indeterminate allowed|explicitDeny|implicitDeny on ${HELD_BY_NOBODY}`,
      { ...foreign, identity: [ALLOW_ALL] },
    ],
    ["8, identity Deny", "explicitDeny IDENTITY", { ...foreign, identity: [DENY_ALL] }],
    ["8, no Allow", `indeterminate explicitDeny|implicitDeny on ${HELD_BY_NOBODY}`, foreign],
  ];
  test.each(rows)("row %s: %s", (_, expected, setup) => {
    expect(asked(setup)).toBe(expected);
  });

  test("row 2 names the certain deny only", () => {
    const { decision } = ask({
      context: { "aws:SecureTransport": UNKNOWN },
      identity: [ALLOW_ALL, [INSECURE, { Effect: "Deny", Sid: "Second" }]],
    });
    expect(inWords(decision)).toBe("explicitDeny IDENTITY");
    expect("statements" in decision && decision.statements.map(({ sid }) => sid)).toEqual(["Second"]);
  });
});
