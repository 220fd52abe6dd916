/** What is asked of which resource: a few of each case that the decision procedure tells apart. */
import * as words from "./alphabet.js";
import type { CallerKind } from "./principals.js";
import type { Random } from "./random.js";
import type { JsonObject } from "./scenario-json.js";

export interface Scene {
  readonly name: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Patterns that reach some of the resources, beside `*` and the resources themselves. */
  readonly patterns: readonly string[];
  /** How a policy attached to the resource is read; null: none can be attached. */
  readonly policy: "resource" | "trust" | null;
  /** Callers that are more interesting here than others. */
  readonly callers: readonly CallerKind[];
  /** Other layers of the resource's side: ACLs, grants, what stands behind an access point. */
  readonly settings: (random: Random) => JsonObject | null;
  readonly behind: string | null;
}

const none = () => null;

function scene(name: string, given: Partial<Scene> & Pick<Scene, "actions" | "resources">): Scene {
  return { name, patterns: [], policy: null, callers: [], settings: none, behind: null, ...given };
}

const A1 = words.CALLER_ACCOUNT;
const A2 = words.OTHER_ACCOUNT;

export const SCENES: readonly (readonly [weight: number, scene: Scene])[] = [
  [
    22,
    scene("s3 object", {
      actions: ["s3:GetObject", "s3:PutObject", "s3:GetObjectAcl"],
      resources: ["arn:aws:s3:::b/k", "arn:aws:s3:::b/home/a/x", "arn:aws:s3:::b/a:b/c", "arn:aws:s3:::c/k"],
      patterns: [
        ...[
          "arn:aws:s3:::*",
          "arn:aws:s3:::b/*",
          "arn:*:s3:::b/*",
          "arn:aws:s3*",
          "arn:aws:s3:::?/k",
          "arn:aws:s3:::b*",
        ],
        ...["arn:aws:s3:*:*:b/*", "arn:aws:s3:::b/home/${aws:username}/*", "arn:aws:s3:::b/${x:s}", "arn:aws:s3:::*/k"],
        ...["arn:aws:s3:::${aws:PrincipalTag/team, 'b'}/k", "arn:aws:s3:::b/${*}"],
      ],
      policy: "resource",
      settings: bucketSettings,
    }),
  ],
  [
    9,
    scene("s3 bucket", {
      actions: ["s3:ListBucket", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
      resources: ["arn:aws:s3:::b", "arn:aws:s3:::c"],
      patterns: ["arn:aws:s3:::?", "arn:aws:s3:::b*", "arn:aws:s3:*:*:*", "arn:aws:s3:::${x:s}"],
      policy: "resource",
      callers: ["root", "user", "anonymous"],
      settings: bucketSettings,
    }),
  ],
  [
    6,
    scene("access point", {
      actions: ["s3:GetObject"],
      resources: [
        `arn:aws:s3:us-east-1:${A1}:accesspoint/p/object/k`,
        `arn:aws:s3:us-east-1:${A1}:accesspoint/p`,
        `arn:aws:s3:us-east-1:${A2}:accesspoint/p/object/k`,
      ],
      patterns: ["arn:aws:s3:us-*:*:accesspoint/p/*", "arn:aws:s3:*", `arn:aws:s3:*:${A1}:*`, "arn:aws:s3:::b/*"],
      policy: "resource",
      behind: "arn:aws:s3:::b",
    }),
  ],
  [
    12,
    scene("queue", {
      actions: ["sqs:SendMessage", "sqs:ReceiveMessage"],
      resources: [
        `arn:aws:sqs:us-east-1:${A1}:q`,
        `arn:aws:sqs:us-east-1:${A2}:q`,
        `arn:aws-cn:sqs:cn-north-1:${A1}:q`,
      ],
      patterns: [
        `arn:aws:sqs:*:${A1}:*`,
        "arn:aws:sqs:us-*-1:*:q",
        "arn:aws:sqs:*:*:?",
        "arn:*:sqs:*:*:q",
        "arn:aws:sqs",
      ],
      policy: "resource",
    }),
  ],
  [
    8,
    scene("topic", {
      actions: ["sns:Publish", "sns:Subscribe"],
      resources: [`arn:aws:sns:us-east-1:${A1}:t`, `arn:aws:sns:us-east-1:${A1}:t:u`, `arn:aws:sns:us-east-1:${A2}:t`],
      patterns: ["arn:aws:sns:*", "arn:aws:sns:us-*-1:1*1:t", "arn:aws:sns:*:t", `arn:aws:sns:?s-east-1:${A1}:t*`],
      policy: "resource",
      callers: ["service", "user", "roleSession"],
      settings: serviceGrants,
    }),
  ],
  [
    12,
    scene("key", {
      actions: ["kms:Decrypt", "kms:GenerateDataKey", "kms:RetireGrant", "kms:CreateGrant"],
      resources: [`arn:aws:kms:us-east-1:${A1}:key/k`, `arn:aws:kms:us-east-1:${A2}:key/k`],
      patterns: [`arn:aws:kms:*:${A1}:key/*`, "arn:aws:kms:us-east-1:*:key/?", "arn:aws:kms*"],
      policy: "resource",
      settings: keySettings,
    }),
  ],
  [
    1,
    scene("key alias", {
      actions: ["kms:CreateAlias", "kms:DeleteAlias"],
      resources: [`arn:aws:kms:us-east-1:${A1}:alias/aws/x`, `arn:aws:kms:us-east-1:${A1}:alias/x`],
      patterns: [`arn:aws:kms:*:${A1}:alias/*`],
    }),
  ],
  [
    9,
    scene("role", {
      actions: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
      resources: [
        ...[`arn:aws:iam::${A1}:role/R`, `arn:aws:iam::${A2}:role/R`, `arn:aws:iam::${A1}:role/p/Q`],
        `arn:aws:iam::${A1}:role/aws-service-role/s3.amazonaws.com/R`,
      ],
      patterns: ["arn:aws:iam::*:role/*", `arn:aws:iam::${A1}:role/?`, "arn:aws:iam::*:role/p/*"],
      policy: "trust",
      callers: ["user", "roleSession", "roleSession", "service", "root", "federatedUser"],
    }),
  ],
  [
    5,
    scene("role for a web identity", {
      actions: ["sts:AssumeRoleWithWebIdentity"],
      resources: [`arn:aws:iam::${A1}:role/R`],
      patterns: ["arn:aws:iam::*:role/*"],
      policy: "trust",
      callers: ["webIdentity"],
    }),
  ],
  [
    4,
    scene("role for SAML", {
      actions: ["sts:AssumeRoleWithSAML"],
      resources: [`arn:aws:iam::${A1}:role/R`],
      patterns: ["arn:aws:iam::*:role/*"],
      policy: "trust",
      callers: ["saml"],
    }),
  ],
  [
    2,
    scene("credentials", {
      actions: ["sts:GetCallerIdentity", "sts:GetSessionToken", "sts:GetFederationToken"],
      resources: ["*"],
    }),
  ],
  [
    1,
    scene("root of a member", {
      actions: ["sts:AssumeRoot"],
      resources: [`arn:aws:iam::${A2}:root`],
      patterns: ["arn:aws:iam::*:root"],
      callers: ["user", "roleSession"],
    }),
  ],
  [
    4,
    scene("iam", {
      actions: ["iam:PassRole", "iam:DeleteRole", "iam:GetRole"],
      resources: [
        ...[`arn:aws:iam::${A1}:role/R`, `arn:aws:iam::${A2}:role/R`],
        `arn:aws:iam::${A1}:role/aws-reserved/sso.amazonaws.com/R`,
        `arn:aws:iam::${A1}:role/aws-service-role/s3.amazonaws.com/R`,
      ],
      patterns: ["arn:aws:iam::*:role/*", `arn:aws:iam::${A1}:*`, "arn:aws:iam::*:role/${aws:PrincipalTag/team, 'R'}"],
      callers: ["user", "roleSession", "federatedUser", "root"],
    }),
  ],
  [
    1,
    scene("managed policies", {
      actions: ["iam:DeletePolicy", "iam:GetPolicy"],
      resources: ["arn:aws:iam::aws:policy/ReadOnlyAccess", `arn:aws:iam::${A1}:policy/p`],
      patterns: ["arn:aws:iam::*:policy/*"],
    }),
  ],
  [
    4,
    scene("instance", {
      actions: ["ec2:RunInstances", "ec2:StopInstances"],
      resources: [`arn:aws:ec2:us-east-1:${A1}:instance/i`, `arn:aws:ec2:us-east-1:${A2}:instance/i`],
      patterns: ["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:us-east-1:1?1111111111:instance/i"],
    }),
  ],
  [
    4,
    scene("listing", {
      actions: ["s3:ListAllMyBuckets", "sqs:ListQueues", "iam:ListUsers"],
      resources: ["*"],
      patterns: ["arn:aws:s3:::*"],
    }),
  ],
  [
    5,
    scene("secret", {
      actions: ["secretsmanager:GetSecretValue", "dynamodb:GetItem", "lambda:InvokeFunction"],
      resources: [
        `arn:aws:secretsmanager:us-east-1:${A1}:secret:s-1`,
        `arn:aws:dynamodb:us-east-1:${A1}:table/t/index/i`,
        `arn:aws:lambda:us-east-1:${A1}:function:f:1`,
      ],
      patterns: [
        "arn:aws:secretsmanager:*:*:secret:*",
        "arn:aws:dynamodb:*:*:table/t*",
        "arn:aws:lambda:*:*:function:f",
      ],
      policy: "resource",
    }),
  ],
  [
    2,
    scene("somebody's own service", {
      actions: ["acme-x:Do"],
      resources: ["arn:aws:acme-x:::t"],
      patterns: ["arn:aws:acme-x:::*"],
      policy: "resource",
    }),
  ],
  [
    2,
    scene("organization", {
      actions: ["organizations:DescribeAccount"],
      resources: [`arn:aws:organizations::${words.MANAGEMENT_ACCOUNT}:account/o-a/${A1}`],
      patterns: ["arn:aws:organizations::*:account/*"],
      policy: "resource",
      settings: serviceGrants,
    }),
  ],
];

function bucketSettings(random: Random): JsonObject | null {
  if (random.chance(0.65)) return null;
  const grantees = [...Object.values(words.CANONICAL_IDS), "AllUsers", "AuthenticatedUsers", "LogDelivery"];
  const permissions = ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"];
  const objectOwner: JsonObject = random.chance(0.25) ? { objectOwner: random.pick(words.ACCOUNTS) } : {};
  const ownerships = ["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"];
  return {
    ...(random.chance(0.7)
      ? { acl: random.list(1, 2, () => ({ grantee: random.pick(grantees), permission: random.pick(permissions) })) }
      : {}),
    ...objectOwner,
    objectOwnership: "objectOwner" in objectOwner ? "ObjectWriter" : random.pick(ownerships),
    ...(random.chance(0.5)
      ? { blockPublicAccess: { ignorePublicAcls: random.chance(0.5), restrictPublicBuckets: random.chance(0.5) } }
      : {}),
  };
}

function keySettings(random: Random): JsonObject | null {
  if (random.chance(0.6)) return null;
  const arns = [
    ...[`arn:aws:iam::${A1}:user/a`, `arn:aws:iam::${A1}:role/R`, `arn:aws:sts::${A1}:assumed-role/R/s`],
    ...[`arn:aws:iam::${A2}:user/a`, "s3.amazonaws.com", A1],
  ];
  const operations = ["Decrypt", "GenerateDataKey", "RetireGrant", "CreateGrant"];
  return {
    kmsGrants: random.list(1, 2, () => ({
      grantee: random.pick(arns),
      operations: [...new Set(random.list(1, 3, () => random.pick(operations)))],
      ...(random.chance(0.3) ? { retiringPrincipal: random.pick(arns) } : {}),
      ...(random.chance(0.2) ? { encryptionContextEquals: { app: "a" } } : {}),
      ...(random.chance(0.2) ? { encryptionContextSubset: { App: "b" } } : {}),
    })),
    ...(random.chance(0.1) ? { awsManaged: true } : {}),
  };
}

function serviceGrants(random: Random): JsonObject | null {
  return random.chance(0.7) ? null : { serviceGrants: [random.pick(["ACCOUNT", "ANY"])] };
}
