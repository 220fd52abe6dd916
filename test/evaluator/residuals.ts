/**
 * What is left of a question that is asked again (assembly/residual.ts): a first sight, one that is noted, and others that are
 * answered from what was noted, by conditions that hold, do not, or are not given; by callers and resources of every kind.
 */
import type { Request } from "../../src/request/request.js";
import type { JsonObject, PoliciesJson, ScenarioJson } from "../generators/scenario-json.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, A2, allow, cross, deny, named, type Statement, USER, world } from "./worlds.js";

export function* residualTrials(): Generator<Trial> {
  for (const options of FLAGS) yield noted(options);
  yield atoms();
  for (const count of [5431, 5432, 5433, 5434, 5461]) yield manyLeft(count);
  yield manyTriples("many triples", 34_000, 1);
  yield manyTriples("triples that fill their room", 120, 4800);
}

const FLAGS: readonly JsonObject[] = [
  {},
  { denyKind: "merge" },
  { unresolvedVariable: "statement" },
  { notPrincipalMode: "roleCoversSession", autoRcpFullAccess: false },
];

const ROLE = `arn:aws:iam::${A1}:role/R`;
const SESSION = `arn:aws:sts::${A1}:assumed-role/R/s`;
const CALLERS = [
  USER,
  `arn:aws:iam::${A1}:root`,
  SESSION,
  `arn:aws:sts::${A1}:assumed-role/Q/s`,
  `arn:aws:iam::${A2}:user/v`,
  `arn:aws:sts::${A1}:federated-user/f`,
];

function is(key: string, value = "yes"): JsonObject {
  return { StringEquals: { [key]: value } };
}

/** Each is asked for by an action of its own, `s3:DoN`, beside statements for all of them. */
const IDENTITY: readonly Statement[] = [
  allow("*", "arn:aws:s3:::b/*"),
  allow("*", "*", { Condition: is("x:a") }),
  allow("*", "*", { Condition: { ...is("x:a"), StringLike: { "x:b": "y*" } } }),
  allow("*", "*", { Condition: is("aws:PrincipalAccount", A1) }),
  allow("*", "*", { Condition: { StringEquals: { "aws:PrincipalAccount": A1, "x:a": "yes" } } }),
  deny("*", "*", { Condition: is("x:c") }),
  deny("*", "arn:aws:s3:::b/${x:a}"),
  allow("*", "arn:aws:s3:::*${aws:username}*"),
  allow("*", "arn:aws:s3:::b/${aws:PrincipalTag/t}", { Condition: is("x:b", "yes") }),
  allow("*", "*", { Condition: { StringEquals: { "x:a": "${x:b}" } } }),
  allow("*", "*", { Condition: { StringEquals: { "x:a": "${aws:username}" } } }),
  deny("*", "*", { Condition: { ArnLike: { "x:arn": "arn:aws:s3:::*" } } }),
  deny("*", "*", { Condition: { ArnNotLike: { "x:arn": "${x:a}" } } }),
  allow("*", "*", { Condition: { ArnLike: { "x:arn": "${aws:username}" } } }),
  deny("*", "*", { Condition: { ArnLike: { "x:arn": "${aws:username}" } } }),
  allow("*", "*", {
    Condition: { NumericLessThan: { "x:n": "10" }, Bool: { "x:t": "true" }, Null: { "x:a": "true" } },
  }),
  deny("*", "*", { Condition: { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
  { Effect: "Allow", Action: "*", NotResource: ["arn:aws:s3:::c*", "arn:aws:s3:::${x:a}"] },
];

/** Grants of every kind, certain and possible, and denies. */
const RESOURCE: readonly Statement[] = [
  { ...allow("*", "*", { Condition: is("x:d") }), Principal: "*" },
  { ...allow("*", "*"), Principal: { AWS: `arn:aws:iam::${A1}:role/R` } },
  { ...allow("*", "*", { Condition: is("x:a") }), Principal: { AWS: [USER, SESSION] } },
  { ...allow("*", "*"), Principal: { AWS: ["AROAR", "AIDAU"] } },
  { ...allow("*", "*", { Condition: is("x:b") }), Principal: { CanonicalUser: "a".repeat(64) } },
  { ...allow("*", "*"), Principal: { AWS: [A1, A2] } },
  { ...deny("*", "*", { Condition: is("x:c") }), NotPrincipal: { AWS: [A1, USER, "AROAR", ROLE, SESSION] } },
  { ...deny("*", "arn:aws:s3:::b/shut*"), Principal: "*" },
  { ...allow("*", "*", { Condition: { StringEquals: { "x:a": "${x:b}" } } }), Principal: { AWS: "*" } },
];

const NUMBERED = (statements: readonly Statement[]): Statement[] =>
  statements.map((statement, at) => ({ ...statement, Action: [`s3:Do${at}`, "s3:All", `s3:Half${at % 2}`] }));

const CONTEXTS: readonly NonNullable<Request["context"]>[] = [
  {},
  { "x:a": "yes" },
  { "x:a": "no", "x:b": "yes" },
  { "x:a": "yes", "x:b": "yes" },
  { "x:a": "u", "x:b": "u", "x:arn": "arn:aws:s3:::b" },
  { "x:c": "yes" },
  { "x:c": "no", "x:d": "yes", "aws:SourceIp": "10.1.1.1" },
  { "x:n": "9", "x:t": "true", "aws:SourceIp": "10.1.1.1" },
  { "x:n": "10", "x:t": "true", "x:arn": "arn:aws:sqs:::q", "x:a": "arn:aws:sqs:::*", "aws:SourceIp": "10.1.1.1" },
  { "x:a": "shut", "x:arn": "nothing", "aws:SourceIp": "11.0.0.1", "x:d": "yes" },
];

const RESOURCES = ["arn:aws:s3:::b/k", "arn:aws:s3:::b/shut/u", "arn:aws:s3:::b", "arn:aws:s3:::c/k", "*"];
const ACTIONS = [...Array.from({ length: 18 }, (_, at) => `s3:Do${at}`), "s3:All", "s3:Half0", "s3:Half1", "s3:None"];

/** Half of the callers have a boundary; SCPs and RCPs have levels; one caller has a policy that nobody holds. */
function partOf(principal: string, options: JsonObject, at: number): Partial<ScenarioJson> {
  const scps = [
    [named("scp", [allow("*", "*"), deny("s3:*", "*", { Condition: is("x:c", "scp") })])],
    [named("scp too", [allow("s3:Do*", "*", { Condition: is("x:a") }), allow("*", "*"), deny("s3:Do3", "*")])],
  ];
  const rcps = [
    [named("rcp", [{ ...deny("s3:Do4", "*", { Condition: is("x:b") }), Principal: "*" }])],
    [named("rcp too", [{ ...allow("*", "*"), Principal: "*" }])],
  ];
  const boundary = [named("boundary", [allow("*", "*", { Condition: is("x:a") }), allow("s3:Do1*", "*")])];
  const policies: PoliciesJson = {
    identity: [named("identity", NUMBERED(IDENTITY)), ...(at === 3 ? (["unknown"] as const) : [])],
    ...(at % 2 === 0 && !principal.endsWith("root") ? { boundary: at === 4 ? ["unknown"] : boundary } : {}),
    scps,
    rcps,
    resource: [named("bucket", NUMBERED(RESOURCE)), ...(at === 5 ? (["unknown"] as const) : [])],
  };
  return {
    organization: { id: "o-a", accounts: [A1, A2], managementAccount: "333333333333" },
    request: { principal, action: "s3:Do0", resource: "arn:aws:s3:::b", resourceAccount: at % 2 === 0 ? A1 : A2 },
    policies,
    options,
    canonicalUserIds: { [A2]: "a".repeat(64) },
  };
}

function asksOf(given: Partial<Request>, callers: readonly string[]): TrialAsk[] {
  return cross(cross(callers, ACTIONS), RESOURCES).flatMap(([[principal, action], resource]) =>
    CONTEXTS.map(
      (context): TrialAsk => ({
        request: { principal, action, resource, context, ...(resource === "*" ? {} : given) },
        options: null,
      }),
    ),
  );
}

function noted(options: JsonObject): Trial {
  const principals = { [ROLE]: { uniqueId: "AROAR" }, [USER]: { uniqueId: "AIDAU", tags: { t: "k" } } };
  const parts = CALLERS.map((principal, at) => partOf(principal, options, at));
  const callers = CALLERS.slice(0, 5);
  return {
    name: `asked again under ${JSON.stringify(options)}`,
    world: world(parts, { principals }),
    engine: {},
    overlays: [],
    asks: [
      ...asksOf({}, CALLERS),
      ...asksOf({ resourceAccount: A1 }, callers.slice(0, 3)),
      ...asksOf({ resourceAccount: A2, resourceTags: {} }, callers.slice(2)),
    ],
    every: 53,
  };
}

/** As many open conditions as have a table of outcomes, one less and more; some of them the same, some nearly. */
function atoms(): Trial {
  const entries: readonly JsonObject[] = [
    { StringEquals: { "x:k0": "yes" } },
    { StringEquals: { "x:k0": "no" } },
    { StringNotEquals: { "x:k1": "yes" } },
    { StringEqualsIfExists: { "x:k2": "yes" } },
    { StringEqualsIgnoreCase: { "x:k3": "YES" } },
    { StringLike: { "x:k4": ["y*", "n?"] } },
    { "ForAnyValue:StringEquals": { "x:k5": "yes" } },
    { ArnLike: { "x:k6": "arn:*:s3:::${aws:username}" } },
  ];
  const statements = entries.flatMap((_, at): Statement[] => {
    const own = entries.slice(0, at + 1);
    const split = own.map((Condition, number): Statement => {
      const one = { Action: `s3:Split${at}`, Resource: number % 2 === 0 ? "*" : "arn:aws:s3:::b*", Condition };
      return { Effect: number % 3 === 1 ? "Deny" : "Allow", ...one };
    });
    const joined = Object.assign({}, ...own) as JsonObject;
    return [
      ...split,
      // Once more, so that equal ones are told from others.
      ...split.map((one) => ({ ...one, Effect: "Allow" })),
      allow(`s3:Joined${at}`, "*", { Condition: joined }),
      allow(`s3:Joined${at}`, "*", { Condition: { StringEquals: { "x:k0": "no" } } }),
      deny(`s3:Joined${at}`, "*", { Condition: { ArnLike: { "x:k6": "arn:*:s3:::${aws:username}" } } }),
    ];
  });
  const keys = Array.from({ length: 7 }, (_, at) => `x:k${at}`);
  const contexts = [
    {},
    ...keys.map((key) => ({ [key]: "yes" })),
    ...keys.map((key) => ({ [key]: "no" })),
    Object.fromEntries(keys.map((key) => [key, "yes"])),
    Object.fromEntries(keys.map((key, at) => [key, at % 2 === 0 ? "yes" : "no"])),
    { "x:k6": "arn:aws:s3:::u", "x:k0": "yes" },
    { "x:k6": "arn:aws:s3:::v", "x:k1": "yes" },
    { "x:k6": "nothing" },
  ];
  const actions = entries.flatMap((_, at) => [`s3:Split${at}`, `s3:Joined${at}`]);
  const asks = cross(cross(actions, ["arn:aws:s3:::b", "arn:aws:s3:::c"]), [...contexts, ...contexts]).map(
    ([[action, resource], context]): TrialAsk => ({
      request: { principal: USER, action, resource, resourceAccount: A1, context },
      options: null,
    }),
  );
  const policies = { identity: [named("list", statements)] };
  return { name: "open conditions", world: world([{ policies }]), engine: {}, overlays: [], asks, every: 7 };
}

/** An entry holds some thousand statements that can still hit; what is larger is looked at each time. */
function manyLeft(count: number): Trial {
  const statements = Array.from({ length: count }, (_, at) =>
    at % 1000 === 999 ? deny("s3:*", "*", { Condition: is(`x:${at}`) }) : allow("s3:*", "*", { Condition: is("x:a") }),
  );
  const contexts: NonNullable<Request["context"]>[] = [
    {},
    { "x:a": "yes" },
    { "x:999": "yes" },
    { "x:a": "yes", "x:1999": "yes" },
    {},
    { "x:a": "yes" },
  ];
  const asks = cross(["arn:aws:s3:::b", "arn:aws:s3:::c"], contexts).map(
    ([resource, context]): TrialAsk => ({
      request: { principal: USER, action: "s3:GetObject", resource, resourceAccount: A1, context },
      options: null,
    }),
  );
  const policies = { identity: [named("list", statements)] };
  return {
    name: `${count} left`,
    world: world([{ policies }]),
    engine: {},
    overlays: [],
    asks: [...asks, ...asks],
    every: 0,
    about: ["residual", "layers", "quick", "memory", "dictionary"],
  };
}

/** More of what is noted than there is room for: it is begun anew, and the answers stay. */
function manyTriples(name: string, count: number, statements: number): Trial {
  const list = Array.from({ length: statements }, (_, at) =>
    allow("sqs:*", "*", { Condition: is("x:a", `yes${at % 7 === 0 ? "" : at % 7}`) }),
  );
  const policies = { identity: [named("list", [...list, deny("sqs:*", `arn:aws:sqs:us-east-1:${A1}:*7`)])] };
  const ask = (at: number, context: Request["context"]): TrialAsk => ({
    request: {
      principal: USER,
      action: at % 3 === 0 ? "sqs:SendMessage" : "sqs:Get",
      resource: `arn:aws:sqs:us-east-1:${A1}:${at.toString(36)}-${at % 10}`,
      context: context ?? {},
    },
    options: null,
  });
  const numbers = Array.from({ length: count }, (_, at) => at);
  const again = numbers.filter((at) => at % 5 === 0).map((at) => ask(at, { "x:a": "yes" }));
  return {
    name,
    world: world([{ policies }]),
    engine: {},
    overlays: [],
    asks: [...numbers.flatMap((at) => [ask(at, {}), ask(at, { "x:a": "yes" })]), ...again, ...again],
    every: 499,
    isCrowded: true,
    about: ["residual", "dictionary", "quick", "parties", "memory"],
  };
}
