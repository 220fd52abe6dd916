/** Principals whose names differ by a letter, at every length: texts are compared eight bytes at a time (assembly/glob.ts). */
import type { PrincipalInput } from "../../src/request/request.js";
import type { JsonObject } from "../generators/scenario-json.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, A2, allow, cross, named, USER, world } from "./worlds.js";

export function* principalTrials(): Generator<Trial> {
  yield grants("granted principals", "Principal");
  yield grants("excluded principals", "NotPrincipal");
  yield bound();
  for (const options of FLAGS) yield trusted(options);
}

const FLAGS: readonly JsonObject[] = [
  {},
  { federatedInResourcePolicies: true, awsStarMatchesService: false },
  { notPrincipalMode: "roleCoversSession", federatedDefaultSession: "allow" },
];

const TEXT = "abcdefghijklmnopqrs";
const NAMES = [...TEXT].flatMap((_, at) => [
  TEXT.slice(0, at + 1),
  `${TEXT.slice(0, at)}X`,
  `X${TEXT.slice(1, at + 1)}`,
]);

const ENTRIES: readonly JsonObject[] = [
  ...[...TEXT].map((_, at) => ({ AWS: `arn:aws:iam::${A1}:user/${TEXT.slice(0, at + 1)}` })),
  ...[...TEXT].slice(0, 9).map((_, at) => ({ AWS: `arn:aws:iam::${A1}:role/${TEXT.slice(0, at + 1)}` })),
  ...[...TEXT].slice(0, 9).map((_, at) => ({ AWS: `arn:aws:sts::${A1}:assumed-role/r/${TEXT.slice(0, at + 1)}` })),
  ...[...TEXT].slice(0, 4).map((_, at) => ({ AWS: `arn:aws:sts::${A1}:federated-user/${TEXT.slice(0, at + 1)}` })),
  { AWS: A1 },
  { AWS: `arn:aws:iam::${A2}:root` },
  { AWS: "*" },
  { Service: "s3.amazonaws.com" },
  { Service: ["sns.amazonaws.com", "ec2.amazonaws.com"] },
  { AWS: [A2, `arn:aws:iam::${A1}:user/abc`, `arn:aws:iam::${A1}:role/abcdefgh`] },
];

const CALLERS: readonly PrincipalInput[] = [
  ...NAMES.map((name) => ({ arn: `arn:aws:iam::${A1}:user/${name}` })),
  ...NAMES.slice(0, 30).map((name) => ({
    arn: `arn:aws:sts::${A1}:assumed-role/${name}/s`,
    roleArn: `arn:aws:iam::${A1}:role/${name}`,
  })),
  ...NAMES.slice(0, 30).map((name) => ({
    arn: `arn:aws:sts::${A1}:assumed-role/r/${name}`,
    roleArn: `arn:aws:iam::${A1}:role/r`,
  })),
  ...NAMES.slice(0, 14).map((name) => ({
    arn: `arn:aws:sts::${A1}:federated-user/${name}`,
    parent: `arn:aws:iam::${A1}:user/abc`,
  })),
  ...[A1, A2].map((account) => ({ arn: `arn:aws:iam::${account}:root` })),
  ...["s3", "s4", "sns", "ec2", "ec"].map((service) => ({ arn: `${service}.amazonaws.com` })),
  // A session whose name is not known, and a federated user whose parent is not.
  ...NAMES.slice(0, 30).map((name) => ({ arn: `arn:aws:iam::${A1}:role/${name}` })),
  { arn: `arn:aws:iam::${A1}:role/r` },
  { arn: `arn:aws:sts::${A1}:federated-user/abc` },
  { arn: `arn:aws:iam::${A2}:user/abc` },
  { arn: "*" },
];

function grants(name: string, member: "Principal" | "NotPrincipal"): Trial {
  const statements = ENTRIES.map((entry, at) => ({
    Effect: member === "NotPrincipal" || at % 7 === 6 ? "Deny" : "Allow",
    [member]: entry,
    Action: `s3:Do${at}`,
    Resource: "*",
  }));
  const request = {
    principal: `arn:aws:iam::${A1}:user/a`,
    action: "s3:Do0",
    resource: "arn:aws:s3:::b/k",
    resourceAccount: A1,
  };
  const asks = cross(CALLERS, [...ENTRIES.keys()]).map(
    ([principal, at], number): TrialAsk => ({
      request: { ...request, principal, action: `s3:Do${at}` },
      options: {},
      explained: number % 61 === 0,
    }),
  );
  const part = { request, policies: { resource: [named(name, statements)] } };
  return { name, world: world([part]), engine: {}, overlays: [], asks, every: 31 };
}

/** Principals that AWS keeps by their unique ids: callers with that id, with one that nearly is it, with none. */
function bound(): Trial {
  const users = [...TEXT].map((_, at) => `arn:aws:iam::${A1}:user/${TEXT.slice(0, at + 1)}`);
  const idOf = (at: number) => `AIDA${TEXT.slice(0, at + 1).toUpperCase()}`;
  const statements = users.map((user, at) => ({
    Effect: at % 5 === 4 ? "Deny" : "Allow",
    [at % 5 === 4 ? "NotPrincipal" : "Principal"]: { AWS: at % 4 === 3 ? [user, users[0]!] : user },
    Action: `s3:Do${at}`,
    Resource: "*",
  }));
  const bindings = Object.fromEntries(users.map((user, at) => [user, idOf(at)]));
  const request = { principal: users[0]!, action: "s3:Do0", resource: "arn:aws:s3:::b/k", resourceAccount: A1 };
  const callers = users.flatMap((arn, at): PrincipalInput[] => [
    { arn, uniqueId: idOf(at) },
    { arn, uniqueId: `${idOf(at).slice(0, -1)}Z` },
    { arn, uniqueId: `AIDZ${idOf(at).slice(4)}` },
    { arn, uniqueId: `${idOf(at)}Z` },
    { arn },
  ]);
  const asks = cross(callers, [...users.keys()]).map(
    ([principal, at], number): TrialAsk => ({
      request: { ...request, principal, action: `s3:Do${at}` },
      options: {},
      explained: number % 23 === 0,
    }),
  );
  const part = { request, policies: { resource: [named("bound", statements)] }, bindings };
  return { name: "bound principals", world: world([part]), engine: {}, overlays: [], asks, every: 11 };
}

const SAML = `arn:aws:iam::${A1}:saml-provider/idp`;
const OIDC = `arn:aws:iam::${A1}:oidc-provider/token.example.com`;
const IDENTITY = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1";
const CANONICAL = { [A1]: "a".repeat(64) };

const NAMED: readonly JsonObject[] = [
  ...[SAML, OIDC, "accounts.google.com", "accounts.google.con"].map((Federated) => ({ Federated })),
  ...[IDENTITY, `${IDENTITY.slice(0, -1)}2`].map((AWS) => ({ AWS })),
  ...["a".repeat(64), `${"a".repeat(63)}b`].map((CanonicalUser) => ({ CanonicalUser })),
  ...["s3.amazonaws.com", ["sns.amazonaws.com", "s3.amazonaws.com"]].map((Service) => ({ Service })),
  { AWS: [A1, `arn:aws:iam::${A1}:role/R`] },
  { AWS: [A1, `arn:aws:iam::${A1}:role/R`, `arn:aws:sts::${A1}:assumed-role/R/session`] },
  { AWS: `arn:aws:sts::${A1}:assumed-role/R/session` },
  { AWS: [A1, `arn:aws:iam::${A1}:user/u`] },
  { AWS: [A1, `arn:aws:sts::${A1}:federated-user/f`] },
  { AWS: `arn:aws:iam::${A1}:root` },
  { AWS: "AIDAABCDEFGH" },
  { AWS: "AROAABCDEFGH" },
  { AWS: "*" },
];

const ASSUMERS: readonly PrincipalInput[] = [
  ...[SAML, `${SAML}x`, OIDC, "accounts.google.com", IDENTITY, "s3.amazonaws.com", "sns.amazonaws.com", "*"].map(
    (arn) => ({ arn }),
  ),
  ...[`arn:aws:iam::${A1}:root`, `arn:aws:iam::${A1}:role/R`, `arn:aws:iam::${A1}:user/v`].map((arn) => ({ arn })),
  ...["AIDAABCDEFGH", "AIDAABCDEFGX"].map((uniqueId) => ({ arn: `arn:aws:iam::${A1}:user/u`, uniqueId })),
  ...[SAML, OIDC, "accounts.google.com"].map((federatedProvider) => ({
    arn: `arn:aws:sts::${A1}:assumed-role/R/session`,
    roleArn: `arn:aws:iam::${A1}:role/R`,
    uniqueId: "AROAABCDEFGH",
    federatedProvider,
  })),
  { arn: `arn:aws:sts::${A1}:assumed-role/R/other`, roleArn: `arn:aws:iam::${A1}:role/R` },
  { arn: `arn:aws:sts::${A1}:federated-user/f`, parent: `arn:aws:iam::${A1}:user/u` },
  { arn: `arn:aws:sts::${A1}:federated-user/f`, parent: `arn:aws:iam::${A1}:root` },
  { arn: `arn:aws:sts::${A1}:federated-user/f` },
];

/** The same entries in a trust policy and in a bucket's, granted and excluded. */
function trusted(options: JsonObject): Trial {
  const role = `arn:aws:iam::${A1}:role/app`;
  const bucket = "arn:aws:s3:::b/k";
  const statements = (service: string, resource: JsonObject) =>
    NAMED.flatMap((entry, at) => [
      { Effect: "Allow", Principal: entry, Action: `${service}:Do${at}`, ...resource },
      { Effect: "Deny", NotPrincipal: entry, Action: `${service}:Not${at}`, ...resource },
      { Effect: "Allow", NotPrincipal: entry, Action: `${service}:But${at}`, ...resource },
      { Effect: "Allow", Principal: { AWS: "*" }, Action: `${service}:Not${at}`, ...resource },
    ]);
  const part = (resource: string, service: string, more: JsonObject) => ({
    options,
    request: { principal: USER, action: `${service}:Do0`, resource, resourceAccount: A1 },
    policies: {
      identity: [named("identity", [allow("sts:*", "*")])],
      resource: [named(service, statements(service, more))],
    },
    canonicalUserIds: CANONICAL,
  });
  const actions = ["Do", "Not", "But"].flatMap((kind) => NAMED.map((_, at) => `${kind}${at}`));
  const asks = cross(cross(ASSUMERS, ["sts", "s3"]), actions).map(
    ([[principal, service], action], number): TrialAsk => ({
      request: {
        principal,
        action: `${service}:${action}`,
        resource: service === "sts" ? role : bucket,
        ...(service === "s3" ? { resourceAccount: A1 } : {}),
      },
      options: {},
      explained: number % 41 === 0,
    }),
  );
  return {
    name: `trusted principals under ${JSON.stringify(options)}`,
    world: world([
      { ...part(role, "sts", {}), resourcePolicyType: "trust" },
      part(bucket, "s3", { Resource: "*" }),
    ] as never),
    engine: {},
    overlays: [],
    asks,
    every: 17,
  };
}
