/** Principals whose names differ by a letter, at every length: texts are compared eight bytes at a time (assembly/glob.ts). */
import type { PrincipalInput } from "../../src/request/request.js";
import type { JsonObject } from "../generators/scenario-json.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, A2, cross, named, world } from "./worlds.js";

export function* principalTrials(): Generator<Trial> {
  yield grants("granted principals", "Principal");
  yield grants("excluded principals", "NotPrincipal");
  yield bound();
}

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
