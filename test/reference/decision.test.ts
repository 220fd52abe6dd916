/** Decisions by the vectors of the ledger (EVAL, SPEC, STS, 3V), what they are put down to, and their traces. */
import { describe, expect, it, test } from "vitest";
import type { Decision, Path } from "../../src/request/decision.js";
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
  OBJECT,
  type PolicyJson,
  ROLE_ARN,
  root,
  SESSION_ARN,
  type Setup,
  service,
  session,
  UNKNOWN,
  USER_ARN,
  user,
} from "./build.js";

const S3_DENY: PolicyJson = [{ Effect: "Deny" }];
const forPrincipal = (principal: unknown, more: Record<string, unknown> = {}): PolicyJson => [
  { Principal: principal, ...more },
];
const KEY = `arn:aws:kms:eu-west-1:${A1}:key/k`;
const ROOT_TARGET = `arn:aws:iam::${A2}:root`;
const OAI_ARN = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE";
const inside = (action: string, resource: string, more: Setup = {}): Setup => ({
  identity: [ALLOW_ALL],
  action,
  resource,
  ...more,
});
const ASSUME: Setup = { action: "sts:AssumeRole", resource: ROLE_ARN, kind: "trust" };

describe("the ledger", () => {
  const rows: readonly [id: string, expected: string, setup: Setup][] = [
    [
      "MATCH-28",
      "implicitDeny RESOURCE",
      { caller: anonymous, resourcePolicies: [[{ Resource: "arn:aws:s3:::other/*" }]] },
    ],
    [
      "MATCH-40",
      "implicitDeny IDENTITY",
      { action: "kms:Decrypt", resource: KEY, kind: "kms", resourcePolicies: [forPrincipal({ AWS: A1 })] },
    ],
    [
      "MATCH-46, a boundary of two documents of which one is held",
      "explicitDeny RESOURCE",
      {
        identity: [ALLOW_ALL],
        boundary: [ALLOW_ALL, "the other one"],
        resourcePolicies: [[{ Effect: "Deny", NotPrincipal: { AWS: [A1, USER_ARN] } }]],
      },
    ],
    [
      "MATCH-46, a boundary without documents",
      "explicitDeny RESOURCE",
      { boundary: [], resourcePolicies: [[{ Effect: "Deny", NotPrincipal: { AWS: [A1, USER_ARN] } }]] },
    ],
    [
      "MATCH-46, users and roles only",
      "allowed IDENTITY",
      {
        caller: federated(),
        identity: [ALLOW_ALL],
        sessionPolicies: [ALLOW_ALL],
        boundary: [ALLOW_ALL],
        resourcePolicies: [[{ Effect: "Deny", NotPrincipal: { AWS: [A1, FEDERATED_ARN] } }]],
      },
    ],
    [
      "MATCH-47, a role's trust policy by option too",
      "implicitDeny TRUST",
      {
        ...ASSUME,
        caller: session({ federatedProvider: `arn:aws:iam::${A1}:saml-provider/idp` }),
        identity: [ALLOW_ALL],
        resourcePolicies: [forPrincipal({ Federated: `arn:aws:iam::${A1}:saml-provider/idp` })],
        options: { federatedInResourcePolicies: true },
      },
    ],
    [
      "MATCH-50",
      "implicitDeny TRUST",
      {
        ...ASSUME,
        action: "sts:AssumeRoleWithWebIdentity",
        caller: { kind: "webIdentity", provider: "accounts.google.com" },
        resourcePolicies: [forPrincipal({ AWS: "*" })],
      },
    ],
    [
      "MATCH-51",
      "allowed RESOURCE",
      { caller: { kind: "originAccessIdentity", arn: OAI_ARN }, resourcePolicies: [forPrincipal({ AWS: OAI_ARN })] },
    ],
    ["MATCH-51", "implicitDeny IDENTITY", { resourcePolicies: [forPrincipal({ AWS: OAI_ARN })] }],
    [
      "REQ-12",
      "allowed RESOURCE",
      {
        caller: user({ credentials: { kind: "sessionToken", mfa: false } }),
        resourcePolicies: [forPrincipal({ AWS: USER_ARN })],
      },
    ],
    [
      "REQ-42",
      "explicitDeny RESOURCE",
      {
        identity: [ALLOW_ALL],
        resourcePolicies: [[{ Effect: "Deny", Condition: { StringNotEquals: { "aws:SourceOrgID": "o-x" } } }]],
      },
    ],
    ["EVAL-1", "implicitDeny IDENTITY", {}],
    ["EVAL-3", "explicitDeny IDENTITY", { identity: [ALLOW_ALL, DENY_ALL] }],
    ["EVAL-4", "implicitDeny SCP", { identity: [ALLOW_ALL], scps: [[ALLOW_ALL], [], [ALLOW_ALL]] }],
    ["EVAL-5", "implicitDeny BOUNDARY", { identity: [ALLOW_ALL], boundary: [ALLOW_OTHER] }],
    ["EVAL-6", "explicitDeny SCP", { identity: [DENY_ALL], scps: [[ALLOW_ALL, DENY_ALL]] }],
    ["EVAL-11", "allowed IDENTITY", inside("mechanicalturk:CreateHIT", "*", { caller: root(), scps: [[DENY_ALL]] })],
    [
      "EVAL-13",
      "allowed RESOURCE",
      {
        action: "kms:RetireGrant",
        resource: KEY,
        kind: "kms",
        use: "kmsGrant",
        resourcePolicies: [forPrincipal({ AWS: USER_ARN })],
        rcps: [[[{ Effect: "Deny", Action: "kms:*" }]]],
      },
    ],
    [
      "EVAL-13",
      "allowed IDENTITY",
      inside("kms:Decrypt", KEY, { awsManaged: true, rcps: [[[{ Effect: "Deny", Action: "kms:*" }]]] }),
    ],
    [
      "EVAL-13",
      "allowed TRUST",
      {
        ...ASSUME,
        caller: service("x.amazonaws.com"),
        resource: `arn:aws:iam::${A1}:role/aws-service-role/x.amazonaws.com/R`,
        resourcePolicies: [forPrincipal({ Service: "x.amazonaws.com" })],
        rcps: [[[{ Effect: "Deny", Action: "sts:*" }]]],
      },
    ],
    [
      "EVAL-13, a bucket of the name `role` is no role",
      "explicitDeny RCP",
      inside("s3:GetObject", "arn:aws:s3:::role/aws-service-role/k", { rcps: [[[{ Effect: "Deny" }]]] }),
    ],
    ["EVAL-14", "allowed IDENTITY", inside("sqs:ListQueues", "*", { rcps: [[[{ Effect: "Deny", Action: "sqs:*" }]]] })],
    [
      "EVAL-14",
      "explicitDeny RCP",
      inside("sqs:ListQueues", "*", {
        rcps: [[[{ Effect: "Deny", Action: "sqs:*" }]]],
        options: { rcpOnResourceless: true },
      }),
    ],
    [
      "EVAL-16",
      "allowed IDENTITY",
      { identity: [ALLOW_ALL], rcps: [[[{ Effect: "Deny", Resource: "arn:aws:s3:::other/*" }]]] },
    ],
    [
      "EVAL-16",
      "implicitDeny RCP",
      {
        identity: [ALLOW_ALL],
        rcps: [[[{ Effect: "Deny", Resource: "arn:aws:s3:::other/*" }]]],
        options: { autoRcpFullAccess: false },
      },
    ],
    ["EVAL-17", "allowed IDENTITY", { caller: root(), boundary: [DENY_ALL] }],
    [
      "EVAL-17",
      "implicitDeny BOUNDARY",
      { caller: federated(), identity: [ALLOW_ALL], sessionPolicies: [ALLOW_ALL], boundary: [ALLOW_OTHER] },
    ],
    ["EVAL-18", "allowed IDENTITY", { caller: session(), identity: [ALLOW_ALL] }],
    ["EVAL-19", "implicitDeny SESSION", { caller: federated(), identity: [ALLOW_ALL] }],
    [
      "EVAL-19",
      "allowed IDENTITY",
      { caller: federated(), identity: [ALLOW_ALL], options: { federatedDefaultSession: "allow" } },
    ],
    [
      "EVAL-20",
      "allowed IDENTITY",
      { identity: [ALLOW_ALL], endpoint: "interface", vpce: [forPrincipal({ AWS: A1 })] },
    ],
    ["EVAL-20", "implicitDeny VPCE", { identity: [ALLOW_ALL], endpoint: "gateway", vpce: [forPrincipal({ AWS: A1 })] }],
    ["EVAL-20", "allowed IDENTITY", { identity: [ALLOW_ALL], endpoint: "interface" }],
    ["EVAL-20", "allowed IDENTITY", { identity: [ALLOW_ALL], vpce: [DENY_ALL] }],
    ["EVAL-22", "allowed IDENTITY", { caller: root() }],
    ["EVAL-22", "explicitDeny SCP", { caller: root(), scps: [[DENY_ALL]] }],
    [
      "EVAL-31",
      "allowed RESOURCE",
      {
        identity: [ALLOW_ALL],
        boundary: [ALLOW_OTHER],
        context: { "aws:SourceIp": "192.0.2.1" },
        resourcePolicies: [forPrincipal("*", { Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } })],
      },
    ],
    [
      "EVAL-20, a gateway narrows its own policy only",
      "allowed IDENTITY",
      {
        owner: A2,
        identity: [ALLOW_ALL],
        endpoint: "gateway",
        vpce: [ALLOW_ALL],
        resourcePolicies: [forPrincipal({ AWS: A1 })],
      },
    ],
    [
      "EVAL-22, REQ-13: root's power is that of its federated users too",
      "allowed IDENTITY",
      { caller: federated({ parentArn: `arn:aws:iam::${A1}:root`, parentId: null }), sessionPolicies: [ALLOW_ALL] },
    ],
    [
      "REQ-13, parent not known",
      "implicitDeny IDENTITY",
      { caller: federated({ parentArn: null, parentId: null }), sessionPolicies: [ALLOW_ALL] },
    ],
    ["EVAL-31", "implicitDeny IDENTITY", { resourcePolicies: [forPrincipal({ AWS: A1 })] }],
    [
      "EVAL-31",
      "allowed RESOURCE",
      { caller: federated(), sessionPolicies: [ALLOW_ALL], resourcePolicies: [forPrincipal({ AWS: USER_ARN })] },
    ],
    ["EVAL-31", "implicitDeny SESSION", { caller: federated(), resourcePolicies: [forPrincipal({ AWS: USER_ARN })] }],
    [
      "EVAL-31",
      "implicitDeny BOUNDARY",
      {
        caller: federated(),
        sessionPolicies: [ALLOW_ALL],
        boundary: [ALLOW_OTHER],
        resourcePolicies: [forPrincipal({ AWS: USER_ARN })],
      },
    ],
    ["EVAL-32", "implicitDeny IDENTITY", { owner: A2, resourcePolicies: [forPrincipal("*")] }],
    [
      "EVAL-33",
      "implicitDeny BOUNDARY",
      {
        caller: session(),
        owner: A2,
        identity: [ALLOW_ALL],
        boundary: [ALLOW_OTHER],
        resourcePolicies: [forPrincipal({ AWS: ROLE_ARN })],
      },
    ],
    ["EVAL-34", "allowed IDENTITY", { caller: root(), owner: A2, resourcePolicies: [forPrincipal({ AWS: A1 })] }],
    ["EVAL-35", "implicitDeny RESOURCE", { caller: root(), owner: A2 }],
    [
      "EVAL-37",
      "implicitDeny RESOURCE",
      { caller: service("x.amazonaws.com"), resourcePolicies: [forPrincipal({ AWS: A1 })] },
    ],
    [
      "EVAL-37",
      "allowed RESOURCE",
      {
        caller: service("x.amazonaws.com"),
        scps: [[DENY_ALL]],
        identity: [DENY_ALL],
        resourcePolicies: [forPrincipal("*")],
      },
    ],
    ["EVAL-39", "implicitDeny RESOURCE", { caller: anonymous }],
    [
      "EVAL-40",
      "explicitDeny RESOURCE",
      { caller: session(), identity: [ALLOW_ALL], resourcePolicies: [forPrincipal({ AWS: A1 }, { Effect: "Deny" })] },
    ],
    [
      "EVAL-40",
      "explicitDeny RESOURCE",
      {
        caller: federated(),
        identity: [ALLOW_ALL],
        sessionPolicies: [ALLOW_ALL],
        resourcePolicies: [forPrincipal({ AWS: USER_ARN }, { Effect: "Deny" })],
      },
    ],
    [
      "EVAL-41",
      "implicitDeny TRUST",
      { ...ASSUME, identity: [ALLOW_ALL], resourcePolicies: [forPrincipal({ Service: "ec2.amazonaws.com" })] },
    ],
    [
      "EVAL-42",
      "implicitDeny RESOURCE",
      inside("ec2:StartInstances", `arn:aws:ec2:eu-west-1:${A2}:instance/i-1`, { owner: A2 }),
    ],
    [
      "EVAL-47",
      "allowed IDENTITY",
      { owner: A2, identity: [ALLOW_ALL], use: "serviceGrant", resourcePolicies: [forPrincipal({ AWS: A1 })] },
    ],
    [
      "EVAL-48",
      "implicitDeny RESOURCE",
      {
        owner: A2,
        identity: [ALLOW_ALL],
        resourcePolicies: [forPrincipal("*")],
        behind: { resource: OBJECT, policies: [] },
      },
    ],
    [
      "EVAL-48",
      "allowed IDENTITY",
      {
        owner: A2,
        identity: [ALLOW_ALL],
        resourcePolicies: [forPrincipal("*")],
        behind: { resource: OBJECT, policies: [forPrincipal("*")] },
      },
    ],
    ["EVAL-48", "explicitDeny RESOURCE", { identity: [ALLOW_ALL], behind: { resource: OBJECT, policies: [S3_DENY] } }],
    [
      "EVAL-50",
      "explicitDeny RESOURCE",
      { caller: session({ serviceLinked: true }), identity: [ALLOW_ALL], resourcePolicies: [S3_DENY] },
    ],
    [
      "SPEC-12",
      "explicitDeny IDENTITY",
      {
        action: "kms:Decrypt",
        resource: KEY,
        kind: "kms",
        identity: [DENY_ALL],
        resourcePolicies: [forPrincipal({ AWS: USER_ARN })],
      },
    ],
    [
      "SPEC-13",
      "allowed RESOURCE",
      {
        caller: session(),
        action: "kms:Decrypt",
        resource: KEY,
        kind: "kms",
        boundary: [ALLOW_OTHER],
        use: "kmsGrant",
        resourcePolicies: [forPrincipal({ AWS: SESSION_ARN })],
      },
    ],
    [
      "SPEC-14",
      "implicitDeny RESOURCE",
      { action: "kms:RetireGrant", resource: KEY, kind: "kms", resourcePolicies: [forPrincipal({ AWS: USER_ARN })] },
    ],
    [
      "SPEC-14",
      "implicitDeny RESOURCE",
      { action: "kms:RetireGrant", resource: KEY, kind: "kms", identity: [ALLOW_ALL], resourcePolicies: [DENY_ALL] },
    ],
    [
      "SPEC-14, the caller's own policies deny (EVAL-1)",
      "explicitDeny IDENTITY",
      {
        action: "kms:RetireGrant",
        resource: KEY,
        kind: "kms",
        use: "kmsGrant",
        identity: [DENY_ALL],
        resourcePolicies: [forPrincipal({ AWS: USER_ARN })],
      },
    ],
    [
      "SPEC-14, whatever the key's policies are said to be",
      "implicitDeny TRUST",
      {
        action: "kms:RetireGrant",
        resource: KEY,
        kind: "trust",
        resourcePolicies: [forPrincipal({ AWS: USER_ARN }, { Action: "kms:*" })],
      },
    ],
    ["SPEC-15", "implicitDeny SERVICE", inside("kms:CreateAlias", `arn:aws:kms:eu-west-1:${A1}:alias/aws/x`)],
    ["SPEC-15, only changes", "allowed IDENTITY", inside("kms:DescribeKey", `arn:aws:kms:eu-west-1:${A1}:alias/aws/x`)],
    [
      "SPEC-15, only users",
      "allowed RESOURCE",
      {
        caller: service("x.amazonaws.com"),
        action: "kms:CreateAlias",
        resource: `arn:aws:kms:eu-west-1:${A1}:alias/aws/x`,
        resourcePolicies: [forPrincipal({ Service: "x.amazonaws.com" })],
      },
    ],
    ["SPEC-21", "implicitDeny IDENTITY", { use: "denyOnly", resourcePolicies: [forPrincipal({ AWS: USER_ARN })] }],
    ["SPEC-21", "explicitDeny RESOURCE", { use: "denyOnly", identity: [ALLOW_ALL], resourcePolicies: [DENY_ALL] }],
    [
      "SPEC-22",
      "implicitDeny RESOURCE",
      { owner: A2, identity: [ALLOW_ALL], restricted: true, resourcePolicies: [forPrincipal("*")] },
    ],
    ["SPEC-22", "allowed RESOURCE", { restricted: true, resourcePolicies: [forPrincipal("*")] }],
    [
      "SPEC-22",
      "allowed RESOURCE",
      { caller: service("x.amazonaws.com"), restricted: true, resourcePolicies: [forPrincipal("*")] },
    ],
    [
      "SPEC-22",
      "allowed RESOURCE",
      { caller: anonymous, restricted: true, use: "acl", resourcePolicies: [forPrincipal("*")] },
    ],
    [
      "SPEC-22, 3V-12: who has no account is not of the owner's, whoever that is",
      "implicitDeny RESOURCE",
      { caller: anonymous, owner: null, restricted: true, resourcePolicies: [forPrincipal("*")] },
    ],
    [
      "SPEC-22, MATCH-51",
      "allowed RESOURCE",
      {
        caller: { kind: "originAccessIdentity", arn: OAI_ARN },
        restricted: true,
        resourcePolicies: [forPrincipal({ AWS: OAI_ARN })],
      },
    ],
    [
      "SPEC-24",
      "explicitDeny SCP",
      {
        caller: root(),
        action: "s3:DeleteBucketPolicy",
        resource: "arn:aws:s3:::b",
        scps: [[ALLOW_ALL, DENY_ALL]],
        resourcePolicies: [DENY_ALL],
      },
    ],
    [
      "SPEC-24",
      "explicitDeny RESOURCE",
      {
        caller: root(),
        owner: A2,
        action: "s3:PutBucketPolicy",
        resource: "arn:aws:s3:::b",
        resourcePolicies: [DENY_ALL],
      },
    ],
    [
      "SPEC-34",
      "implicitDeny SERVICE",
      inside("iam:DeletePolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", { owner: null }),
    ],
    [
      "SPEC-34, only policies of IAM",
      "allowed IDENTITY",
      inside("iam:TagPolicy", "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"),
    ],
    [
      "SPEC-34",
      "implicitDeny SERVICE",
      inside("iam:TagRole", `arn:aws:iam::${A1}:role/aws-reserved/sso.amazonaws.com/R`),
    ],
    [
      "SPEC-6",
      "implicitDeny SERVICE",
      inside("iam:UpdateAssumeRolePolicy", `arn:aws:iam::${A1}:role/aws-service-role/x.amazonaws.com/R`),
    ],
    ["SPEC-6", "allowed IDENTITY", inside("iam:TagRole", `arn:aws:iam::${A1}:role/aws-service-role/x.amazonaws.com/R`)],
    ["SPEC-35", "implicitDeny SERVICE", inside("sts:AssumeRoot", ROOT_TARGET, { owner: A2 })],
    [
      "SPEC-35",
      "allowed IDENTITY",
      inside("sts:AssumeRoot", ROOT_TARGET, { owner: A2, mayAssumeRoot: true, resourcePolicies: [DENY_ALL] }),
    ],
    [
      "SPEC-35, whatever the target is said to be",
      "allowed IDENTITY",
      inside("sts:AssumeRoot", ROOT_TARGET, { owner: A2, mayAssumeRoot: true, kind: "trust" }),
    ],
    [
      "SPEC-35",
      "explicitDeny SESSION",
      { caller: root({ credentials: { kind: "assumeRoot", taskPolicy: null } }), sessionPolicies: [DENY_ALL] },
    ],
    [
      "SPEC-35",
      "allowed IDENTITY",
      { caller: root({ credentials: { kind: "assumeRoot", taskPolicy: null } }), sessionPolicies: [ALLOW_OTHER] },
    ],
    ["STS-1", "allowed SERVICE", { action: "sts:GetCallerIdentity", resource: "*", identity: [DENY_ALL] }],
    ["STS-1", "implicitDeny RESOURCE", { caller: anonymous, action: "sts:GetCallerIdentity", resource: "*" }],
    [
      "STS-1, a web identity has not signed",
      "implicitDeny RESOURCE",
      { caller: { kind: "webIdentity", provider: "p" }, action: "sts:GetCallerIdentity", resource: "*" },
    ],
    [
      "STS-1, nor has SAML",
      "implicitDeny RESOURCE",
      { caller: { kind: "saml", provider: "p" }, action: "sts:GetCallerIdentity", resource: "*" },
    ],
    ["STS-2", "allowed SERVICE", { action: "sts:GetSessionToken", resource: "*", identity: [DENY_ALL] }],
    [
      "STS-2",
      "explicitDeny IDENTITY",
      {
        action: "sts:GetSessionToken",
        resource: "*",
        identity: [DENY_ALL],
        options: { explicitDenyBlocksGetSessionToken: true },
      },
    ],
    [
      "STS-2",
      "allowed SERVICE",
      {
        action: "sts:GetSessionToken",
        resource: "*",
        scps: [[DENY_ALL]],
        options: { explicitDenyBlocksGetSessionToken: true },
      },
    ],
    [
      "STS-2",
      "explicitDeny SCP",
      { action: "sts:GetSessionToken", resource: "*", scps: [[DENY_ALL]], options: { scpBlocksGetSessionToken: true } },
    ],
    [
      "STS-2",
      "indeterminate allowed|explicitDeny on aws:sourceip",
      {
        action: "sts:GetSessionToken",
        resource: "*",
        context: { "aws:SourceIp": UNKNOWN },
        identity: [[{ Effect: "Deny", Condition: { IpAddress: { "aws:SourceIp": "192.0.2.1" } } }]],
        options: { explicitDenyBlocksGetSessionToken: true },
      },
    ],
    [
      "STS-30",
      "implicitDeny SERVICE",
      inside("iam:ListUsers", "*", { caller: user({ credentials: { kind: "sessionToken", mfa: false } }) }),
    ],
    [
      "STS-30",
      "allowed IDENTITY",
      inside("iam:ListUsers", "*", { caller: user({ credentials: { kind: "sessionToken", mfa: true } }) }),
    ],
    [
      "STS-30",
      "implicitDeny SERVICE",
      inside("sts:GetSessionToken", "*", { caller: user({ credentials: { kind: "sessionToken", mfa: true } }) }),
    ],
    [
      "STS-30",
      "allowed TRUST",
      {
        ...ASSUME,
        caller: user({ credentials: { kind: "sessionToken", mfa: true } }),
        resourcePolicies: [forPrincipal({ AWS: USER_ARN })],
      },
    ],
    [
      "STS-31",
      "implicitDeny SERVICE",
      inside("iam:ListUsers", "*", { caller: federated(), sessionPolicies: [ALLOW_ALL] }),
    ],
    [
      "STS-31",
      "allowed IDENTITY",
      inside("iam:ListUsers", "*", { caller: federated({ console: true }), sessionPolicies: [ALLOW_ALL] }),
    ],
    ["STS-32", "implicitDeny SERVICE", inside("sts:GetSessionToken", "*", { caller: session() })],
    ["STS-32, sessions of roles only", "allowed IDENTITY", inside("sts:GetFederationToken", "*")],
    ["STS-33", "implicitDeny SERVICE", { ...ASSUME, caller: root(), resourcePolicies: [forPrincipal({ AWS: A1 })] }],
    ["STS-34", "allowed IDENTITY", inside("iam:ListUsers", "*", { caller: session() })],
    ["PASS-3", "implicitDeny SERVICE", inside("iam:PassRole", `arn:aws:iam::${A2}:role/R`, { owner: A2 })],
    ["PASS-3", "allowed IDENTITY", inside("iam:PassRole", ROLE_ARN)],
    [
      "PASS-3, 3V-12",
      "indeterminate allowed|implicitDeny on resource account",
      inside("iam:PassRole", "arn:aws:iam:::role/R", { owner: null }),
    ],
    [
      "PASS-3, a caller without account",
      "implicitDeny RESOURCE",
      { caller: service("x.amazonaws.com"), action: "iam:PassRole", resource: ROLE_ARN },
    ],
    ["§6.4 step 0", "implicitDeny SERVICE", { identity: [ALLOW_ALL], resource: "arn:aws-cn:s3:::b/k" }],
    [
      "§6.4 step 0",
      "allowed RESOURCE",
      { caller: anonymous, resource: "arn:aws-cn:s3:::b/k", resourcePolicies: [forPrincipal("*")] },
    ],
    [
      "TRAP 10",
      "implicitDeny IDENTITY",
      { caller: session(), owner: A2, resourcePolicies: [forPrincipal({ AWS: SESSION_ARN })] },
    ],
    [
      "3V-7",
      "implicitDeny SCP",
      {
        identity: [ALLOW_ALL],
        context: { "aws:x": UNKNOWN },
        scps: [[ALLOW_ALL], [[{ Condition: { StringEquals: { "aws:x": "y" } } }]], [ALLOW_OTHER]],
      },
    ],
    ["3V-8", "explicitDeny IDENTITY", { identity: [DENY_ALL, "inline policy of alice"] }],
    [
      "3V-8",
      "indeterminate allowed|explicitDeny on inline policy of alice",
      { identity: [ALLOW_ALL, "inline policy of alice"] },
    ],
    [
      "3V-8",
      "indeterminate allowed|explicitDeny on RCPs of account 111111111111",
      { identity: [ALLOW_ALL], rcps: [["RCPs of account 111111111111"]] },
    ],
    [
      "3V-10",
      "explicitDeny IDENTITY",
      {
        context: { "aws:x": UNKNOWN },
        scps: [[ALLOW_ALL, [{ Effect: "Deny", Condition: { StringEquals: { "aws:x": "y" } } }]]],
        identity: [DENY_ALL],
      },
    ],
    ["3V-12", "implicitDeny IDENTITY", { owner: null }],
    [
      "3V-12",
      "indeterminate allowed|implicitDeny on resource account",
      { owner: null, resourcePolicies: [forPrincipal({ AWS: USER_ARN })] },
    ],
    [
      "3V-12",
      "allowed RESOURCE",
      { owner: null, identity: [ALLOW_ALL], resourcePolicies: [forPrincipal({ AWS: USER_ARN })] },
    ],
    ["3V-12", "indeterminate allowed|implicitDeny on resource account", { owner: null, identity: [ALLOW_ALL] }],
    ["3V-12", "explicitDeny IDENTITY", { owner: null, identity: [DENY_ALL] }],
    [
      "3V-12",
      "indeterminate allowed|implicitDeny on aws:x, resource account",
      {
        owner: null,
        context: { "aws:x": UNKNOWN },
        identity: [ALLOW_ALL],
        resourcePolicies: [forPrincipal({ AWS: USER_ARN }, { Condition: { StringEquals: { "aws:x": "y" } } })],
      },
    ],
    [
      "3V-12",
      "indeterminate allowed|implicitDeny on aws:x",
      {
        owner: null,
        context: { "aws:x": UNKNOWN },
        identity: [[{ Condition: { StringEquals: { "aws:x": "y" } } }]],
        resourcePolicies: [forPrincipal({ AWS: A1 })],
      },
    ],
    ["3V-12", "allowed RESOURCE", { owner: null, caller: anonymous, resourcePolicies: [forPrincipal("*")] }],
    [
      "3V-12, merged",
      "indeterminate allowed|explicitDeny on resource account",
      {
        owner: null,
        caller: root(),
        action: "s3:PutBucketPolicy",
        resource: "arn:aws:s3:::b",
        resourcePolicies: [DENY_ALL],
        options: { denyKind: "merge" },
      },
    ],
    [
      "3V-12, merged",
      "denied explicitDeny|implicitDeny on resource account",
      {
        owner: null,
        caller: root(),
        action: "s3:PutBucketPolicy",
        resource: "arn:aws:s3:::b",
        resourcePolicies: [DENY_ALL],
        scps: [[ALLOW_OTHER]],
        options: { denyKind: "merge" },
      },
    ],
  ];
  test.each(rows)("%s: %s", (_, expected, setup) => {
    expect(asked(setup)).toBe(expected);
  });

  test("3V-9: certainly not allowed, by a deny or without one", () => {
    const setup: Setup = {
      context: { "aws:x": UNKNOWN },
      identity: [ALLOW_ALL, [{ Effect: "Deny", Condition: { StringEquals: { "aws:x": "y" } } }]],
      scps: [[ALLOW_OTHER]],
    };
    expect(asked(setup)).toBe("indeterminate explicitDeny|implicitDeny on aws:x");
    expect(asked({ ...setup, options: { denyKind: "merge" } })).toBe("denied explicitDeny|implicitDeny on aws:x");
  });

  test("3V-12: a reading that is definite adds no cause, however much of it is unknown", () => {
    const allowUnknown = { Condition: { StringEquals: { "aws:x": "y" } }, Action: "s3:*" };
    const setup: Setup = {
      owner: null,
      caller: root(),
      action: "s3:PutBucketPolicy",
      resource: "arn:aws:s3:::b",
      context: { "aws:x": UNKNOWN },
      resourcePolicies: [[allowUnknown, { Effect: "Deny" }]],
    };
    expect(asked(setup)).toBe("indeterminate allowed|explicitDeny on resource account");
  });

  test("3V-11: a deny and an allow that are unknown", () => {
    const when = (key: string) => ({ Condition: { StringEquals: { [key]: "y" } } });
    const setup = {
      context: { "aws:k1": UNKNOWN, "aws:k2": UNKNOWN },
      identity: [[{ Effect: "Deny", ...when("aws:k1") }, when("aws:k2")]],
    } as const;
    expect(asked(setup)).toBe("indeterminate allowed|explicitDeny|implicitDeny on aws:k1, aws:k2");
  });

  test("3V-7, 3V-11: a kind that does not grant adds no cause", () => {
    const setup: Setup = {
      caller: user({ uniqueId: null }),
      resourcePolicies: [forPrincipal({ AWS: "AIDAALICE", CanonicalUser: "a".repeat(64) })],
    };
    expect(asked(setup)).toBe(`indeterminate allowed|implicitDeny on unique id of ${USER_ARN}`);
  });

  test("3V-11: keys, then what else was not given, then the owner", () => {
    const principal = { AWS: ["AIDAALICE"] };
    const condition = { Condition: { StringEquals: { "aws:z": "y" } } };
    const setup: Setup = {
      caller: user({ uniqueId: null }),
      owner: null,
      context: { "aws:z": UNKNOWN },
      identity: ["a policy"],
      resourcePolicies: [forPrincipal(principal, condition)],
    };
    expect(asked(setup)).toBe(
      `indeterminate allowed|explicitDeny|implicitDeny on aws:z, a policy, unique id of ${USER_ARN}`,
    );
  });
});

describe("attribution", () => {
  const missing = (setup: Setup) => {
    const { decision } = ask(setup);
    return "missing" in decision
      ? decision.missing.map(({ layer, target }) => `${layer} ${target}`)
      : decision.decision;
  };
  const statements = (setup: Setup) => {
    const { decision } = ask(setup);
    return "statements" in decision
      ? decision.statements.map(({ layer, policy, index }) => `${layer} ${policy}#${index}`)
      : decision.decision;
  };

  test.each<[string, Setup, string[]]>([
    [
      "all guardrails and the grant",
      { scps: [[ALLOW_ALL], [ALLOW_OTHER], [ALLOW_OTHER]], endpoint: "interface", vpce: [ALLOW_OTHER] },
      ["SCP scps[1]", "VPCE vpce", `IDENTITY ${USER_ARN}`],
    ],
    [
      "boundary and session",
      { caller: session(), identity: [ALLOW_ALL], boundary: [ALLOW_OTHER], sessionPolicies: [ALLOW_OTHER] },
      ["BOUNDARY boundary", "SESSION session"],
    ],
    ["no boundary where identity lacks it too", { boundary: [ALLOW_OTHER] }, [`IDENTITY ${USER_ARN}`]],
    ["both sides of two accounts", { owner: A2 }, [`RESOURCE ${OBJECT}`, `IDENTITY ${USER_ARN}`]],
    ["trust and identity", ASSUME, [`TRUST ${ROLE_ARN}`, `IDENTITY ${USER_ARN}`]],
    ["a session without name", { caller: session({ sessionName: null, sessionArn: null }) }, [`IDENTITY ${ROLE_ARN}`]],
    [
      "a guardrail only, where the resource grants past the boundary (EVAL-31)",
      { scps: [[ALLOW_OTHER]], boundary: [ALLOW_OTHER], resourcePolicies: [forPrincipal({ AWS: USER_ARN })] },
      ["SCP scps[0]"],
    ],
    [
      "a federated user without session policies",
      { caller: federated(), identity: [ALLOW_ALL] },
      [`SESSION session policies of ${FEDERATED_ARN}`],
    ],
    ["a built-in rule", inside("sts:GetSessionToken", "*", { caller: session() }), ["SERVICE STS-32"]],
    ["partitions", { resource: "arn:aws-cn:s3:::b" }, ["SERVICE partition"]],
    [
      "the first built-in rule that fits",
      inside("iam:PassRole", `arn:aws-cn:iam::${A2}:role/R`, { owner: A2 }),
      ["SERVICE PASS-3"],
    ],
  ])("missing: %s", (_, setup, expected) => {
    expect(missing(setup)).toEqual(expected);
  });

  test.each<[string, Setup, string[]]>([
    [
      "EVAL-2: every explicit deny, in order",
      {
        identity: [[{}, { Effect: "Deny" }], DENY_ALL],
        scps: [[ALLOW_ALL], [DENY_ALL]],
        rcps: [[[{ Effect: "Deny" }]]],
        boundary: [DENY_ALL],
        resourcePolicies: [DENY_ALL],
        behind: { resource: OBJECT, policies: [DENY_ALL] },
        endpoint: "interface",
        vpce: [DENY_ALL],
      },
      [
        "SCP scps[1][0]#0",
        "RCP rcps[0][0]#0",
        "VPCE vpce[0]#0",
        "BOUNDARY boundary[0]#0",
        "RESOURCE resource[0]#0",
        "RESOURCE behind[0]#0",
        "IDENTITY identity[0]#1",
        "IDENTITY identity[1]#0",
      ],
    ],
    [
      "SPEC-24: no deny of the bucket's that has been taken away",
      {
        caller: root(),
        action: "s3:PutBucketPolicy",
        resource: "arn:aws:s3:::b",
        scps: [[DENY_ALL]],
        resourcePolicies: [DENY_ALL],
      },
      ["SCP scps[0][0]#0"],
    ],
    ["STS-1: no statement", { action: "sts:GetCallerIdentity", resource: "*", identity: [ALLOW_ALL] }, []],
    [
      "identity",
      { identity: [ALLOW_OTHER, [{ Action: "ec2:*" }, {}], ALLOW_ALL], resourcePolicies: [forPrincipal({ AWS: A1 })] },
      ["IDENTITY identity[1]#1", "IDENTITY identity[2]#0"],
    ],
    [
      "resource, sufficient kinds only",
      {
        caller: session(),
        boundary: [ALLOW_OTHER],
        identity: [ALLOW_ALL],
        resourcePolicies: [
          [{ Principal: { AWS: ROLE_ARN } }, { Principal: { AWS: SESSION_ARN } }, { Principal: { AWS: A1 } }],
        ],
      },
      ["RESOURCE resource[0]#1"],
    ],
    [
      "resource, within the boundary",
      {
        caller: session(),
        boundary: [ALLOW_ALL],
        resourcePolicies: [
          [{ Principal: { AWS: ROLE_ARN } }, { Principal: { AWS: SESSION_ARN } }, { Principal: { AWS: A1 } }],
        ],
      },
      ["RESOURCE resource[0]#0", "RESOURCE resource[0]#1"],
    ],
    [
      "two accounts",
      {
        owner: A2,
        identity: [ALLOW_ALL],
        resourcePolicies: [forPrincipal({ AWS: A1 }), forPrincipal("*"), forPrincipal({ AWS: A2 })],
      },
      ["RESOURCE resource[0]#0", "RESOURCE resource[1]#0", "IDENTITY identity[0]#0"],
    ],
    [
      "consent of a key",
      {
        action: "kms:Decrypt",
        resource: KEY,
        kind: "kms",
        identity: [ALLOW_ALL],
        resourcePolicies: [forPrincipal({ AWS: A1 })],
      },
      ["RESOURCE resource[0]#0", "IDENTITY identity[0]#0"],
    ],
    ["root's own power", { caller: root() }, []],
    [
      "SPEC-24",
      { caller: root(), action: "s3:GetBucketPolicy", resource: "arn:aws:s3:::b", resourcePolicies: [DENY_ALL] },
      [],
    ],
    ["trust", { ...ASSUME, resourcePolicies: [forPrincipal({ AWS: USER_ARN })] }, ["TRUST resource[0]#0"]],
  ])("statements: %s", (_, setup, expected) => {
    expect(statements(setup)).toEqual(expected);
  });

  test.each<[Path, Setup]>([
    ["SAME_ACCOUNT", { identity: [ALLOW_ALL] }],
    ["CROSS_ACCOUNT", { owner: A2 }],
    ["SERVICE", { caller: service("x.amazonaws.com") }],
    ["SERVICE", { caller: { kind: "originAccessIdentity", arn: OAI_ARN } }],
    ["ANONYMOUS", { caller: anonymous }],
    ["FEDERATED", { ...ASSUME, caller: { kind: "saml", provider: "p" } }],
    ["BUILTIN", { action: "sts:GetCallerIdentity", resource: "*" }],
    ["SAME_ACCOUNT", { owner: null }],
  ])("path %s", (path, setup) => {
    const { decision } = ask(setup);
    expect("path" in decision && decision.path).toBe(path);
  });

  it("says where a statement stands", () => {
    const { decision } = ask({ identity: [[{ Action: "ec2:*" }, { Sid: "Read" }]] }) as {
      decision: Extract<Decision, { decision: "allowed" }>;
    };
    expect(decision.statements).toEqual([
      { layer: "IDENTITY", policy: "identity[0]", index: 1, sid: "Read", file: "identity[0].json", line: 9, column: 3 },
    ]);
  });
});

describe("traces", () => {
  const layers = (setup: Setup) =>
    ask(setup).layers.map(({ layer, label, allow, deny }) => `${layer} ${label} ${allow}${deny}`);

  it("shows the layers that apply, in the order of EVAL-6", () => {
    const setup: Setup = {
      identity: [ALLOW_ALL],
      scps: [[ALLOW_ALL], [ALLOW_OTHER]],
      rcps: [[[{ Effect: "Deny" }]]],
      endpoint: "interface",
      vpce: [ALLOW_ALL],
      boundary: [ALLOW_ALL],
      resourcePolicies: [DENY_ALL],
      behind: { resource: OBJECT, policies: [ALLOW_ALL] },
    };
    expect(layers(setup)).toEqual([
      "SCP scps[0] TF",
      "SCP scps[1] FF",
      "RCP rcps[0] TT",
      "VPCE vpce TF",
      "BOUNDARY boundary TF",
      "RESOURCE resource FT",
      "RESOURCE behind TF",
      "IDENTITY identity TF",
    ]);
  });

  it("leaves out what does not apply", () => {
    const around: Setup = {
      scps: [[ALLOW_ALL]],
      boundary: [ALLOW_ALL],
      identity: [ALLOW_ALL],
      vpce: [ALLOW_ALL],
      sessionPolicies: [ALLOW_ALL],
    };
    expect(layers({ ...around, caller: anonymous, resourcePolicies: [ALLOW_ALL] })).toEqual(["RESOURCE resource TF"]);
    expect(layers({ ...around, caller: root() })).toEqual(["SCP scps[0] TF"]);
    expect(layers({ ...around, caller: session({ serviceLinked: true }) })).toEqual([
      "SESSION session TF",
      "IDENTITY identity TF",
    ]);
    expect(layers({ ...around, action: "sts:GetCallerIdentity", resource: "*" })).toEqual([]);
  });

  it("shows what is not held", () => {
    const { layers: traced } = ask({ owner: A2, resourcePolicies: ["resource policy of arn:aws:s3:::b"] });
    expect(traced[0]).toEqual({
      layer: "RESOURCE",
      label: "resource",
      allow: "U",
      deny: "U",
      missingPolicies: ["resource policy of arn:aws:s3:::b"],
      statements: [],
    });
  });
});
