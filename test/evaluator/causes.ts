/**
 * What an indeterminate answer hangs on (assembly/causes.ts): public buckets that are closed to strangers (SPEC-22), layers and
 * documents that nobody holds, access points, and principals that hang on a boundary.
 */
import type { PrincipalInput, Request } from "../../src/request/request.js";
import type { JsonObject, PoliciesJson, PolicyJson, ScenarioJson } from "../generators/scenario-json.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, A2, allow, cross, deny, named, type Statement, USER, world } from "./worlds.js";

export function* causeTrials(): Generator<Trial> {
  for (const owner of [A1, A2]) {
    for (const settings of SETTINGS) yield publicBucket(owner, settings);
    yield publicBucket(owner, SETTINGS[0]!, ["unknown"]);
  }
  for (const unheld of UNHELD) yield unheldLayer(unheld);
  yield accessPoint();
}

const BUCKET = "arn:aws:s3:::b";
const OBJECT = `${BUCKET}/k`;
const SETTINGS: readonly JsonObject[] = [
  { blockPublicAccess: { restrictPublicBuckets: true } },
  { objectOwnership: "ObjectWriter", acl: [{ grantee: "AllUsers", permission: "READ" }] },
  {
    blockPublicAccess: { restrictPublicBuckets: true, ignorePublicAcls: false },
    objectOwnership: "ObjectWriter",
    acl: [{ grantee: "AuthenticatedUsers", permission: "READ" }],
  },
];

const CALLERS: readonly PrincipalInput[] = [
  { arn: USER },
  { arn: `arn:aws:iam::${A1}:root` },
  { arn: `arn:aws:sts::${A1}:assumed-role/R/s`, roleArn: `arn:aws:iam::${A1}:role/R` },
  { arn: `arn:aws:sts::${A1}:federated-user/f`, parent: USER },
  { arn: "s3.amazonaws.com" },
  { arn: "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1" },
  { arn: `arn:aws:iam::${A2}:user/v` },
  { arn: "*" },
];

const KEYS = ["x:a", "x:b", "x:c", "x:d", "x:e"];

/** Every key given as yes, given as no, absent, or not known. */
const OPEN: readonly Partial<Request>[] = [
  {},
  { unknown: ["*"] },
  { unknown: ["x:*"] },
  ...KEYS.flatMap((key): Partial<Request>[] => [
    { unknown: [key] },
    { context: { [key]: "yes" } },
    { context: { [key]: "yes" }, unknown: KEYS.filter((other) => other !== key) },
    {
      context: Object.fromEntries(KEYS.filter((other) => other !== key).map((other) => [other, "yes"])),
      unknown: [key],
    },
  ]),
];

function when(key: string): { Condition: JsonObject } {
  return { Condition: { StringEquals: { [key]: "yes" } } };
}

/** Grants of every kind, each behind a key of its own. */
const GRANTS: readonly Statement[] = [
  { ...allow("s3:*", "*", when("x:a")), Principal: "*" },
  { ...allow("s3:*", "*", when("x:b")), Principal: { AWS: [A1, `arn:aws:iam::${A2}:root`] } },
  { ...allow("s3:*", `${BUCKET}/\${aws:username}k`, when("x:c")), Principal: { AWS: USER } },
  { ...allow("s3:*", "*", when("x:c")), Principal: { Service: "s3.amazonaws.com" } },
  { ...allow("s3:*", "*", when("x:d")), Principal: { AWS: [`arn:aws:iam::${A1}:role/R`, USER] } },
  {
    ...deny("s3:*", "*", when("x:e")),
    NotPrincipal: { AWS: [`arn:aws:iam::${A1}:root`, `arn:aws:iam::${A1}:role/R`, A1] },
  },
  { ...deny("s3:*", "*", when("x:e")), Principal: { AWS: `arn:aws:iam::${A2}:user/v` } },
];

function asks(given: Request, callers: readonly PrincipalInput[]): TrialAsk[] {
  return cross(cross(callers, OPEN), [OBJECT, BUCKET]).map(([[principal, open], resource], at) => ({
    request: { ...given, ...open, principal, resource, action: resource === BUCKET ? "s3:ListBucket" : "s3:GetObject" },
    options: {},
    explained: at % 7 === 0,
  }));
}

/** `more`: documents of the bucket beside its own. */
function publicBucket(owner: string, resourceSettings: JsonObject, more: readonly PolicyJson[] = []): Trial {
  const request = { principal: USER, action: "s3:GetObject", resource: OBJECT, resourceAccount: owner };
  const identity = [named("identity", [allow("s3:Get*", "*", when("x:a")), allow("s3:*", "*", when("x:b"))])];
  const part = { request, policies: { identity, resource: [named("bucket", GRANTS), ...more] }, resourceSettings };
  const { resourceAccount: _, ...unowned } = request;
  return {
    name: `bucket of ${owner}: ${[...Object.keys(resourceSettings), ...more].join(", ")}`,
    world: world([
      part,
      { ...part, request: { ...request, resource: BUCKET }, policies: { resource: [named("bucket", GRANTS)] } },
    ]),
    engine: {},
    overlays: [],
    asks: [...asks(request, CALLERS), ...asks(unowned, CALLERS)],
    every: 7,
  };
}

const OPEN_TO_ALL: PolicyJson = named("everything", [allow("*", "*")]);
const SCP_OPEN: PolicyJson = named("scp", [allow("*", "*")]);
const UNHELD: readonly (readonly [string, PoliciesJson])[] = [
  ["identity", { identity: ["unknown"] }],
  ["identity too", { identity: [OPEN_TO_ALL, "unknown"] }],
  ["boundary", { identity: [OPEN_TO_ALL], boundary: "unknown" }],
  ["boundary document", { identity: [OPEN_TO_ALL], boundary: ["unknown"] }],
  ["resource", { identity: [OPEN_TO_ALL], resource: "unknown" }],
  ["resource document", { identity: [OPEN_TO_ALL], resource: [named("bucket", GRANTS), "unknown"] }],
  ["SCPs", { identity: [OPEN_TO_ALL], scps: [[SCP_OPEN], ["unknown"], [SCP_OPEN, "unknown"]] }],
  ["RCPs", { identity: [OPEN_TO_ALL], rcps: [["unknown"]], resource: [named("bucket", GRANTS)] }],
  ["endpoint", { identity: [OPEN_TO_ALL], vpcEndpoint: ["unknown"], resource: [named("bucket", GRANTS)] }],
  ["boundary and grants", { identity: [OPEN_TO_ALL], boundary: ["unknown"], resource: [named("bucket", GRANTS)] }],
  ["boundary layer and grants", { identity: ["unknown"], boundary: "unknown", resource: [named("bucket", GRANTS)] }],
];

function unheldLayer([name, policies]: readonly [string, PoliciesJson]): Trial {
  const organization = { id: "o-a", accounts: [A1, A2], managementAccount: "333333333333" };
  const via = policies.vpcEndpoint === undefined ? {} : { via: { vpcEndpoint: { id: "vpce-1" } } };
  const request: Request = { principal: USER, action: "s3:GetObject", resource: OBJECT, resourceAccount: A1, ...via };
  const callers = CALLERS.filter((_, at) => at < 3 || at === 6);
  const { resourceAccount: _, ...unowned } = request;
  const part: Partial<ScenarioJson> = { organization, request, policies };
  return {
    name: `nobody holds: ${name}`,
    world: world([part]),
    engine: {},
    overlays: [],
    asks: [...asks(request, callers), ...asks(unowned, callers.slice(0, 2))],
    every: 5,
  };
}

/** What the bucket behind an access point says counts, too (EVAL-48). */
function accessPoint(): Trial {
  const resource = `arn:aws:s3:us-east-1:${A1}:accesspoint/p`;
  const request = { principal: USER, action: "s3:GetObject", resource: `${resource}/object/k` };
  const behind = { resource: OBJECT, policies: [named("behind", GRANTS), named("behind too", GRANTS.slice(0, 2))] };
  const identity = [named("identity", [allow("s3:*", "*", when("x:b")), deny("s3:*", "*", when("x:e"))])];
  const part = { request, policies: { identity, resource: [named("front", GRANTS)], behind } };
  const all = cross(CALLERS, OPEN).map(
    ([principal, open], at): TrialAsk => ({
      request: { ...request, ...open, principal },
      options: {},
      explained: at % 5 === 0,
    }),
  );
  return { name: "access point", world: world([part]), engine: {}, overlays: [], asks: all, every: 3 };
}
