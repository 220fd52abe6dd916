/**
 * What the built-in rules make of an action's name (assembly/actions.ts): every name that a rule speaks of, with names that
 * nearly are one, by callers and on resources that the rules tell apart; and more actions than the table holds.
 */
import { rcpServices } from "../../src/policy/rcp-services.js";
import type { PrincipalInput, Request } from "../../src/request/request.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, A2, allow, cross, deny, document, named, USER, world } from "./worlds.js";

export function* actionTrials(): Generator<Trial> {
  yield ruled();
  yield services();
  yield manyActions("many actions", 8400, "");
  yield manyActions("long actions", 5000, "x".repeat(100));
}

const NAMES = [
  ...["sts:GetCallerIdentity", "sts:GetSessionToken", "sts:GetFederationToken", "sts:AssumeRole", "sts:TagSession"],
  ...["sts:SetSourceIdentity", "sts:SetContext", "sts:AssumeRoot", "kms:RetireGrant", "kms:CreateAlias"],
  ...["kms:UpdateAlias", "kms:DeleteAlias", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
  ...["s3express:GetBucketPolicy", "s3express:PutBucketPolicy", "s3express:DeleteBucketPolicy", "iam:PassRole"],
  ...["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"],
  ...["iam:TagPolicy", "iam:UntagPolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole"],
  ...["iam:UpdateRoleDescription", "iam:AttachRolePolicy", "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary"],
  ...["iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
  ...["iam:UpdateAssumeRolePolicy", "AlexaTopSites:Get", "awis:Get", "mechanicalturk:Get"],
];

/** Wrong by one letter, wherever it stands; too short and too long. */
function nearly(name: string): string[] {
  const changed = [...name].flatMap((letter, at) =>
    letter === ":" ? [] : [`${name.slice(0, at)}${letter === "x" ? "y" : "x"}${name.slice(at + 1)}`],
  );
  return [...changed, name.slice(0, -1), `${name}s`, `x${name}`];
}

const ROLE_SESSION = `arn:aws:sts::${A1}:assumed-role/R/s`;

const CALLERS: readonly PrincipalInput[] = [
  { arn: USER, credentials: "console" },
  { arn: USER, credentials: "sessionToken" },
  { arn: USER, credentials: "sessionToken", mfa: true },
  { arn: `arn:aws:iam::${A1}:root` },
  { arn: ROLE_SESSION, roleArn: `arn:aws:iam::${A1}:role/R` },
  { arn: `arn:aws:sts::${A1}:federated-user/f`, parent: USER },
  { arn: `arn:aws:sts::${A2}:assumed-role/Q/s`, roleArn: `arn:aws:iam::${A2}:role/Q` },
] as unknown as readonly PrincipalInput[];

/** Those who can be told by what a rule makes of a name: with a session token, and as the owner's root user. */
const TELLING = [CALLERS[0]!, CALLERS[1]!, CALLERS[3]!];

/** Callers without an account; what rules there are for them are about sts. */
const STRANGERS: readonly PrincipalInput[] = [
  ...["*", "s3.amazonaws.com", "accounts.google.com", `arn:aws:iam::${A1}:saml-provider/idp`],
  "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
].map((arn) => ({ arn }));

const KEY = `arn:aws:kms:us-east-1:${A1}:key/k`;

/** Resources that rules single out, and what nearly is one. */
const RESOURCES = [
  ...["*", `arn:aws:iam::${A1}:role/R`, `arn:aws:iam::${A2}:role/R`, `arn:aws:iam::${A2}:rolf/R`],
  ...[`arn:aws:iam::${A2}:user/R`, `arn:aws:iam::${A1}:role/aws-reserved/sso.amazonaws.com/R`],
  ...[`arn:aws:iam::${A1}:role/aws-reserved/sso.amazonaws.con/R`, `arn:aws:iam::${A1}:rolx/aws-service-role/R`],
  ...[`arn:aws:iam::${A1}:role/aws-service-role/s3.amazonaws.com/R`, `arn:aws:iam::${A1}:role/aws-service-rolex`],
  ...[
    "arn:aws:iam::aws:policy/P",
    "arn:aws:iam::aws:policx/P",
    "arn:aws:iax::aws:policy/P",
    "arn:aws:iam::aws:policy/",
  ],
  ...[
    `arn:aws:iam::${A1}:policy/P`,
    `arn:aws:kms:us-east-1:${A1}:alias/aws/s3`,
    `arn:aws:kms:us-east-1:${A1}:alias/aws-`,
  ],
  ...[`arn:aws:kms:us-east-1:${A1}:xlias/aws/s3`, `arn:aws:kms:us-east-1:${A1}:alias/aws/`],
  ...["arn:aws:s3:::b", "arn:aws-cn:s3:::b", "arn:awx:s3:::b", "arn:a:s3:::b", "arn::s3:::b", KEY],
];

/** Whose resources the actions of a service are about, where they are not its own. */
const SUBJECTS: Readonly<Record<string, string>> = { sts: "iam", iam: "iam", kms: "kms" };

/** Everything is allowed, so that what is refused is refused by a rule; the bucket's policy denies, and the key grants. */
function ruled(): Trial {
  const everything = named("everything", [allow("*", "*")]);
  const request = { principal: USER, action: "s3:GetObject", resource: "arn:aws:s3:::b", resourceAccount: A1 };
  const shut = document([{ Effect: "Deny", Principal: "*", Action: "*", Resource: "*" }]);
  const organization = { id: "o-a", accounts: [A1, A2], managementAccount: "333333333333" };
  const some = named("some", [deny(["awis:*", "alexatopsites:*", "s3:*", "x:*"], "*"), allow("*", "*")]);
  const parts = [
    {
      organization,
      request,
      policies: { identity: [everything], scps: [[some]], resource: [{ name: "shut", policy: shut }] },
    },
    { request: { ...request, principal: ROLE_SESSION }, policies: { identity: [everything] } },
    {
      request: { ...request, principal: `arn:aws:sts::${A2}:assumed-role/Q/s` },
      policies: { identity: [everything] },
    },
    {
      request: { ...request, resource: KEY },
      policies: { resource: [named("key", [{ ...allow("kms:*", "*"), Principal: { AWS: USER } }])] },
      resourceSettings: {
        kmsGrants: [{ grantee: USER, operations: ["Decrypt", "RetireGrant"], retiringPrincipal: USER }],
      },
    },
  ];
  const exact = cross(cross(CALLERS, RESOURCES), [...NAMES, "kms:Decrypt", "s3:GetObject", "x:y"]);
  const near = NAMES.flatMap((name) => {
    const resources = RESOURCES.filter(
      (arn) => arn === "*" || arn.split(":")[2] === (SUBJECTS[name.split(":")[0]!] ?? "s3"),
    );
    return cross(cross(TELLING, resources), nearly(name));
  });
  const strangers = cross(cross(STRANGERS, ["*", RESOURCES[1]!]), NAMES.slice(0, 8));
  const asks = [...exact, ...near, ...strangers].map(([[principal, resource], action]): TrialAsk => {
    const owner = resource.startsWith("arn:aws:s3") ? { resourceAccount: A1 } : {};
    return { request: { principal, action, resource, ...owner } as Request, options: {} };
  });
  return {
    name: "built-in rules",
    world: world(parts as never),
    engine: {},
    overlays: [],
    asks,
    every: 47,
    about: ["actions", "authorize"],
  };
}

/** The services that RCPs reach, and those whose names nearly are one. */
function services(): Trial {
  const names = [...rcpServices].flatMap((name) => [name, name.slice(0, -1), `${name}x`, `x${name.slice(1)}`]);
  const part = {
    organization: { id: "o-a", accounts: [A1], managementAccount: "333333333333" },
    request: { principal: USER, action: "s3:GetObject", resource: "arn:aws:s3:::b", resourceAccount: A1 },
    policies: {
      identity: [named("everything", [allow("*", "*")])],
      rcps: [[named("shut", [{ Effect: "Deny", Principal: "*", Action: "*", Resource: "*" }])]],
    },
  };
  const asks = names
    .filter((name) => /^[a-z][a-z0-9-]*$/.test(name))
    .map(
      (service): TrialAsk => ({
        request: { principal: USER, action: `${service}:Do`, resource: "arn:aws:s3:::b", resourceAccount: A1 },
        options: null,
      }),
    );
  return { name: "services of RCPs", world: world([part]), engine: {}, overlays: [], asks };
}

/** More actions than are remembered, each asked again while it is remembered and when it was forgotten. */
function manyActions(name: string, count: number, padding: string): Trial {
  const statements = [allow("sqs:*7", "*"), deny("sqs:*3", "*"), allow("sqs:Do1*", "*"), allow("sqs:*X", "*")];
  const part = { policies: { identity: [named("list", statements)] } };
  const ask = (at: number): TrialAsk => ({
    request: { principal: USER, action: `sqs:Do${padding}${at}${at % 11 === 0 ? "X" : ""}`, resource: "*" },
    options: at % 5 === 0 ? {} : null,
  });
  const numbers = Array.from({ length: count }, (_, at) => at);
  // The one asked last is asked again by the other road: when the table was just cleared, it must have been put back.
  const again = (at: number): TrialAsk => ({ ...ask(at), options: {} });
  const before = (at: number) => (at === 0 ? [] : [again(at - 1)]);
  const begun = numbers.flatMap((at) => [
    ...[ask(at), again(at), ...before(at)],
    ...(at % 4 === 0 ? [ask(Math.floor(at / 2))] : []),
  ]);
  const asks = [...begun, ...numbers.slice(0, 300).map(ask)];
  const about = ["actions", "candidates", "memory", "quick"];
  return { name, world: world([part]), engine: {}, overlays: [], asks, every: 29, about };
}
