/** Worlds that need everything a bundle can hold. */
import type { WorldOptions } from "../../src/policy/options.js";
import type { World } from "../../src/world/model.js";
import { readScenarios } from "../../src/world/scenario.js";
import { joined } from "../generators/roads.js";

/** Every kind of element, principal, operand and modifier once. */
export const EVERYTHING = {
  id: "everything",
  request: {
    principal: "arn:aws:iam::111111111111:user/ana",
    action: "s3:GetObject",
    resource: "arn:aws:s3:::reports/a.csv",
    resourceAccount: "222222222222",
    via: { vpcEndpoint: { id: "vpce-1" } },
  },
  organization: { id: "o-1", managementAccount: "999999999999" },
  policies: {
    scps: [
      [{ name: "everything", policy: statement({ Effect: "Allow", Action: "*", Resource: "*" }) }],
      [
        {
          name: "our regions",
          policy: statement({
            Sid: "OurRegions",
            Effect: "Deny",
            NotAction: ["iam:*", "sts:Assume?ole"],
            Resource: "*",
            Condition: { StringNotEqualsIfExists: { "aws:RequestedRegion": ["eu-west-1", "eu-central-1"] } },
          }),
        },
        "unknown",
      ],
    ],
    identity: [
      statement({
        Sid: "Own",
        Effect: "Allow",
        Action: ["s3:Get*", "s3:List*"],
        Resource: [
          "arn:aws:s3:::home/${aws:username}/*",
          "arn:aws:s3:*:11*1:a*b/c?d",
          "arn:aws:s3:::odd/${*}${?}${$}{x}\\",
        ],
        Condition: {
          StringLike: { "s3:prefix": ["a*", "${aws:PrincipalTag/team, 'none'}/?"] },
          StringEqualsIgnoreCase: { "aws:PrincipalTag/Team": ["RED", "${aws:username}"] },
          "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] },
          "ForAnyValue:StringNotLikeIfExists": { "aws:TagKeys": "x*" },
          NumericLessThan: { "s3:max-keys": ["10", "-0.05", "1e30", "120.50"] },
          DateGreaterThan: { "aws:CurrentTime": "2026-01-02T03:04:05Z" },
          Bool: { "aws:SecureTransport": "true" },
          BinaryEquals: { "kms:key": "aGVsbG8=" },
          NotIpAddress: { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"] },
          ArnNotEquals: { "aws:SourceArn": "arn:aws:sns:*:111111111111:topic-*" },
          Null: { "aws:TokenIssueTime": "false" },
        },
      }),
    ],
    resource: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            AWS: ["111111111111", "arn:aws:iam::111111111111:user/ana", "arn:aws:iam::111111111111:role/r"],
            Service: "sns.amazonaws.com",
            CanonicalUser: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
          },
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:::reports/*",
        },
        {
          Effect: "Deny",
          NotPrincipal: { AWS: "111111111111" },
          Action: "s3:*",
          NotResource: "arn:aws:s3:::reports/*",
        },
        { Effect: "Deny", Principal: "*", Action: "s3:PutObjectAcl", Resource: "arn:aws:s3:::reports/*" },
      ],
    },
    vpcEndpoint: [statement({ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" })],
  },
  expect: "indeterminate",
};

export function statement(content: object): object {
  return { Version: "2012-10-17", Statement: [content] };
}

/** A session of a role with a boundary, whose session policies and key policy name principals with unique IDs. */
const SESSION = {
  id: "session",
  request: {
    principal: {
      arn: "arn:aws:sts::111111111111:assumed-role/Deploy/ci",
      roleArn: "arn:aws:iam::111111111111:role/teams/Deploy",
      uniqueId: "AROAEXAMPLE",
      tags: { team: "red" },
      sessionTags: { branch: "main" },
      issueTime: "2026-01-02T03:04:05Z",
      issuedBy: "AssumeRole",
      sourceIdentity: "ana",
    },
    action: "kms:Decrypt",
    resource: "arn:aws:kms:eu-west-1:222222222222:key/k1",
    resourceTags: { team: "red" },
  },
  bindings: { "arn:aws:iam::111111111111:user/ana": "AIDAANA", "arn:aws:iam::111111111111:role/r": "AROAR" },
  policies: {
    identity: [named("deploy", { Effect: "Allow", Action: "kms:*", Resource: "*" })],
    boundary: [named("limit", { Effect: "Allow", Action: ["kms:*", "s3:*"], Resource: "*" })],
    session: [named("session", { Effect: "Allow", Action: "kms:Decrypt", Resource: "*" })],
    rcps: [[named("keep keys", { Effect: "Deny", Principal: "*", Action: "kms:ScheduleKeyDeletion", Resource: "*" })]],
    resource: named(
      "key",

      { Effect: "Allow", Principal: { AWS: "arn:aws:iam::111111111111:role/r" }, Action: "kms:*", Resource: "*" },
      {
        Effect: "Allow",
        Principal: { AWS: ["arn:aws:iam::111111111111:role/r", "arn:aws:iam::111111111111:user/ana"] },
        Action: "kms:Decrypt",
        Resource: "*",
      },
      {
        Effect: "Deny",
        NotPrincipal: { AWS: "arn:aws:iam::111111111111:user/ana" },
        Action: "kms:PutKeyPolicy",
        Resource: "*",
      },
    ),
  },
  expect: "indeterminate",
};

/** A role that is assumed, with its trust policy. */
const TRUST = {
  id: "trust",
  request: {
    principal: "arn:aws:iam::111111111111:user/ana",
    action: "sts:AssumeRole",
    resource: "arn:aws:iam::222222222222:role/reader",
  },
  policies: {
    resource: named("trust", { Effect: "Allow", Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole" }),
  },
  expect: "indeterminate",
};

/** A world in which every section of a bundle has records. */
export function everythingWorld(options: Partial<WorldOptions> = {}): World {
  const worlds = [EVERYTHING, SESSION, TRUST].map((scenario) => {
    const text = JSON.stringify({ ...scenario, options });
    const { scenarios, diagnostics } = readScenarios({ name: `${scenario.id}.json`, text });
    if (scenarios.length === 0) throw new Error(diagnostics.map(({ message }) => message).join("; "));
    return scenarios[0]!.world;
  });
  const bindings = new Map(worlds.flatMap((world) => [...world.bindings]));
  return { ...worlds.reduce(joined), bindings };
}

function named(name: string, ...statements: readonly object[]): object {
  return { name, policy: { Version: "2012-10-17", Statement: statements } };
}
