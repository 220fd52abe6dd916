/** Callers and resources of the quick road: more of them than its tables hold (assembly/quick.ts), each with answers of its own. */
import type { Request } from "../../src/request/request.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, A2, allow, deny, named, world } from "./worlds.js";

export function* partyTrials(): Generator<Trial> {
  yield parties("many callers", 16_600, (at) => ({ session: session(at), bucket: at % 3 }));
  yield parties("many resources", 16_600, (at) => ({ session: session(at % 3), bucket: at }));
  yield settings();
}

const ROLE = `arn:aws:iam::${A1}:role/R`;

function session(at: number): string {
  return `arn:aws:sts::${A1}:assumed-role/R/session-${at.toString(36)}`;
}

function bucket(at: number): string {
  return `arn:aws:s3:::bucket-${at.toString(36)}/k`;
}

/** What a caller may do hangs on its name, and on the bucket's. */
function parties(name: string, count: number, pick: (at: number) => { session: string; bucket: number }): Trial {
  const statements = [
    allow("s3:*", "*", {
      Condition: { StringLike: { "aws:userid": ["*:session-*1", "*:session-*a", "*:session-*z"] } },
    }),
    allow("s3:PutObject", "arn:aws:s3:::bucket-*7/k"),
    deny("s3:*", "arn:aws:s3:::bucket-*5/*"),
  ];
  const scenario = {
    request: requestOf(session(0), "s3:GetObject", 0),
    policies: { identity: [named("list", statements)] },
  };
  const ask = (at: number): TrialAsk => {
    const { session, bucket: number } = pick(at);
    return { request: requestOf(session, at % 2 === 0 ? "s3:GetObject" : "s3:PutObject", number), options: null };
  };
  const numbers = Array.from({ length: count }, (_, at) => at);
  const again = numbers.filter((at) => at % 16 === 1).map((at) => ask(at));
  return {
    name,
    world: world([scenario], { principals: { [ROLE]: { uniqueId: "AROAR" } } }),
    engine: {},
    overlays: [],
    asks: [...numbers.map(ask), ...again],
    every: 97,
    about: ["actions", "memory", "quick", "parties", "dictionary", "residual"],
  };
}

function requestOf(principal: string, action: string, at: number): Request {
  return { principal, action, resource: bucket(at), resourceAccount: A1 };
}

const TAGS: readonly (Readonly<Record<string, string>> | undefined)[] = [
  undefined,
  {},
  { team: "a" },
  { team: "c" },
  { Team: "b", team: "b" },
];

/** Owners and tags that requests give; containers, whole ARNs and heads. */
function settings(): Trial {
  const user = `arn:aws:iam::${A1}:user/u`;
  const statements = [
    allow("s3:*", "*", { Condition: { StringEquals: { "aws:ResourceTag/team": ["a", "b"] } } }),
    allow("s3:*", "*", { Condition: { StringEquals: { "aws:ResourceAccount": A2 } } }),
    allow("sqs:*", "*", { Condition: { StringEqualsIgnoreCase: { "x:s": ["Ab", "zZ", "@[`{"] } } }),
    allow("sns:*", "*", { Condition: { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"] } } }),
    allow("sns:*", "*", { Condition: { Bool: { "x:b": "true" } } }),
    deny("sns:*", "*", { Condition: { Bool: { "aws:SecureTransport": "false" } } }),
    deny("s3:*", "arn:aws:s3:::closed*"),
    allow("s3:Tagged", "*", { Condition: { StringLikeIfExists: { "aws:ResourceTag/none": "*" } } }),
    allow("sqs:*", "*", { Condition: { StringEquals: { "x:text": ["true", "false"] } } }),
    allow("sns:*", "*", { Condition: { StringEqualsIgnoreCase: { "x:text": "FALSE" } } }),
    allow("ec2:*", "*", {
      Condition: { StringEqualsIgnoreCase: { "x:text": "TRUE", "x:s": "Left", "x:r": "Right!" } },
    }),
  ];
  const owned = (name: string, effect: string, resource: string) => ({
    request: { principal: user, action: "s3:GetObject", resource: `arn:aws:s3:::${name}`, resourceAccount: A1 },
    policies: {
      identity: [named("list", statements)],
      resource: [named(name, [{ Effect: effect, Principal: "*", Action: "s3:*", Resource: resource }])],
    },
  });
  const parts = [
    owned("b", "Allow", "arn:aws:s3:::b/open/*"),
    owned("c", "Deny", "arn:aws:s3:::c/shut/*"),
    owned("b/one", "Allow", "arn:aws:s3:::b/one"),
  ];
  const s3 = ["b", "b/", "b/open/k", "b/one", "b/on", "c", "c/k", "c/shut/k", "d/k", "closed/k", "closed"].map(
    (name) => `arn:aws:s3:::${name}`,
  );
  const others = [
    `arn:aws:sqs:us-east-1:${A1}:q`,
    `arn:aws:sqs:us-east-1:${A2}:q`,
    "arn:aws:sqs:us-east-1::",
    "arn:aws:s",
    "*",
  ];
  const asks: TrialAsk[] = [];
  for (const resource of [...s3, ...others]) {
    for (const owner of [undefined, A1, A2]) {
      for (const tags of TAGS) {
        const given = owner === undefined ? {} : { resourceAccount: owner };
        const tagged = tags === undefined ? {} : { resourceTags: tags };
        for (const action of ["s3:GetObject", "s3:Tagged"]) {
          asks.push({ request: { principal: user, action, resource, ...given, ...tagged }, options: null });
        }
      }
    }
  }
  const contexts = [
    ...["AB", "ab", "zz", "ZZ", "Zz", "@[`{", "`{`{", "@[@[", "aB ", "", "a"].map((value) => ({ "x:s": value })),
    ...["10.0.0.1", "11.0.0.1", "2001:db8::1", "2001:db9::1", "10.0.0", "10.0.0.256", ""].map((value) => ({
      "aws:SourceIp": value,
    })),
    ...[true, false, "true", "false", "True", "x"].flatMap((value) => [
      { "x:b": value },
      { "aws:SecureTransport": value, "x:b": "true" },
      { "aws:SourceIp": "10.1.1.1", "aws:SecureTransport": value },
    ]),
    { "x:s": "AB", "x:b": "true", "aws:SourceIp": "10.0.0.1", "aws:SecureTransport": true, "x:none": "y" },
    { "X:S": "ab", "x:s": "ab" },
    ...[true, false, "true", "false", "FALSE"].map((value) => ({ "x:text": value })),
    { "x:text": true, "x:s": "LEFT", "x:r": "RIGHT!" },
    { "x:text": true, "x:s": "LEFT", "x:r": "RIGHT" },
    { "x:r": "rIGHT!", "x:s": "lEFT", "x:text": "tRUE" },
  ];
  for (const context of [...contexts, ...contexts]) {
    for (const action of ["sqs:Send", "sns:Publish", "ec2:Run"]) {
      asks.push({ request: { principal: user, action, resource: "*", context } as never, options: null });
    }
  }
  return { name: "settings", world: world(parts), engine: {}, overlays: [], asks: [...asks, ...asks] };
}
