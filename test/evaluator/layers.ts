/**
 * Every layer around a question, each with statements that allow, deny and hang on what is not known; calls that only a deny
 * can stop (STS-2); session policies that arrive at run time, beside worlds of any number of keys; and limits of steps.
 */
import type { Request } from "../../src/request/request.js";
import type { JsonObject, PoliciesJson, ScenarioJson } from "../generators/scenario-json.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, A2, allow, cross, deny, named, type Statement, sessionPolicy, USER, world } from "./worlds.js";

export function* layerTrials(): Generator<Trial> {
  for (const options of BLOCKING) yield sessionTokens(options);
  for (const caller of [SESSION, USER, `arn:aws:iam::${A1}:root`]) {
    for (const owner of [A1, A2]) yield everyLayer(caller, owner);
    yield everyLayer(caller, A1, { autoRcpFullAccess: false, denyKind: "merge" });
  }
  for (const keys of [0, 1, 6, 7, 8, 9, 16, 17]) yield overlays(keys);
  for (const stepsMax of [0, 1, 40, 80, 120, 160]) yield limited(stepsMax);
}

/** Flags under which a deny stops sts:GetSessionToken. */
const BLOCKING: readonly JsonObject[] = [
  { explicitDenyBlocksGetSessionToken: true },
  { scpBlocksGetSessionToken: true },
  { explicitDenyBlocksGetSessionToken: true, scpBlocksGetSessionToken: true },
];

const ROLE = `arn:aws:iam::${A1}:role/R`;
const SESSION = `arn:aws:sts::${A1}:assumed-role/R/s`;
const ORGANIZATION = { id: "o-a", accounts: [A1, A2], managementAccount: "333333333333" };

function when(key: string, value: string): { Condition: JsonObject } {
  return { Condition: { StringEquals: { [key]: value } } };
}

/** Statements of a layer that the keys `x:<layer>` and `y:<layer>` open and shut. */
function gate(layer: string, more: JsonObject = {}, principal: JsonObject = {}): Statement[] {
  return [
    { ...allow("*", "*", { ...when(`x:${layer}`, "yes"), ...more }), ...principal },
    { ...deny("*", "*", { ...when(`y:${layer}`, "yes"), ...more }), ...principal },
  ];
}

const LAYERS = ["identity", "boundary", "session", "scp", "rcp", "resource", "vpce"] as const;

function policies(isSession: boolean, principal: string, isRcpManual = false): PoliciesJson {
  const anyone = { Principal: "*" };
  const one = { Principal: { AWS: principal } };
  return {
    identity: [named("identity", gate("identity"))],
    boundary: [named("boundary", gate("boundary"))],
    ...(isSession ? { session: [named("session", gate("session"))] } : {}),
    scps: [[named("scp", gate("scp"))], [named("scp too", [allow("*", "*")])]],
    rcps: [[named("rcp", gate("rcp", {}, anyone).slice(isRcpManual ? 0 : 1))]],
    resource: [named("resource", gate("resource", {}, one)), named("resource too", gate("other", {}, anyone))],
    vpcEndpoint: [named("vpce", gate("vpce", {}, anyone))],
  };
}

/** Each key open, shut or not known while the others are all open; then two of them at a time. */
function settings(): Partial<Request>[] {
  const open = Object.fromEntries(LAYERS.map((layer) => [`x:${layer}`, "yes"]));
  const names = [...LAYERS, "other"].flatMap((layer) => [`x:${layer}`, `y:${layer}`]);
  const single = names.flatMap((name): Partial<Request>[] => [
    { context: { ...open, [name]: "yes" } },
    { context: { ...open, [name]: "no" } },
    { context: without(open, name), unknown: [name] },
    { context: {}, unknown: [name] },
  ]);
  const pairs = cross(names, names).flatMap(([one, other]): Partial<Request>[] => [
    { context: without(without(open, one), other), unknown: [one, other] },
    {
      context: { ...without(open, other), [one]: one.startsWith("x") ? "no" : "yes" },
      unknown: [other].filter((name) => name !== one),
    },
  ]);
  return [
    { context: open },
    { context: {} },
    { unknown: ["*"] },
    { unknown: ["y:*"], context: open },
    ...single,
    ...pairs,
  ];
}

function without(context: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(context).filter(([key]) => key !== name));
}

function everyLayer(principal: string, owner: string, options: JsonObject = {}): Trial {
  const endpoint = { vpcEndpoint: { id: "vpce-1" } };
  const request = {
    principal,
    action: "s3:GetObject",
    resource: "arn:aws:s3:::b/k",
    resourceAccount: owner,
    via: endpoint,
  };
  const given = policies(principal === SESSION, principal, options["autoRcpFullAccess"] === false);
  const part: Partial<ScenarioJson> = { organization: ORGANIZATION, request, policies: given, options };
  const asks = settings().map(
    (setting, at): TrialAsk => ({
      request: { ...request, ...setting } as Request,
      options: {},
      explained: at % 5 === 0,
    }),
  );
  // Nobody says whose the bucket is: both readings count.
  const { resourceAccount: _, ...unowned } = request;
  const open = settings().map((setting): TrialAsk => ({ request: { ...unowned, ...setting } as Request, options: {} }));
  const name = `every layer around ${principal}, owner ${owner}${"denyKind" in options ? ", denies merged" : ""}`;
  return { name, world: world([part]), engine: {}, overlays: [], asks: [...asks, ...open], every: 6 };
}

function sessionTokens(options: JsonObject): Trial {
  const endpoint = { vpcEndpoint: { id: "vpce-1" } };
  const request = { principal: USER, action: "sts:GetSessionToken", resource: "*", via: endpoint };
  const part = { organization: ORGANIZATION, request, policies: policies(false, USER), options };
  const asks = settings().map((setting): TrialAsk => ({ request: { ...request, ...setting } as Request, options: {} }));
  const name = `session tokens under ${Object.keys(options).join(" and ")}`;
  return { name, world: world([part as never]), engine: {}, overlays: [], asks, every: 6 };
}

/** A world that reads as many keys as it is told, and overlays with keys of their own. */
function overlays(keys: number): Trial {
  const numbers = Array.from({ length: keys }, (_, at) => at);
  const identity = [allow("*", "*"), ...numbers.map((at) => deny("*", "*", when(`x:k${at}`, "yes")))];
  const part = {
    request: { principal: SESSION, action: "s3:GetObject", resource: "*" },
    policies: { identity: [named("identity", identity)] },
  };
  const sessions = [
    [sessionPolicy("open", [allow("*", "*")])],
    [
      sessionPolicy(
        "keys",
        [0, 1, 2, 3, 4, 5, 6, 7, 8].map((at) => allow("s3:*", "*", when(`y:k${at}`, "yes"))),
      ),
    ],
    [sessionPolicy("both", [allow("s3:*", "*", when("x:k0", "no")), deny("s3:Get*", "*", when("y:k1", "yes"))])],
    [sessionPolicy("one", [allow("s3:*", "*")]), sessionPolicy("two", [deny("*", "arn:aws:s3:::${aws:username}*")])],
  ];
  const settings: Partial<Request>[] = [
    { context: {} },
    { unknown: ["*"] },
    { unknown: ["x:*"] },
    { unknown: ["y:*"] },
    ...numbers.map((at) => ({ unknown: [`x:k${at}`] })),
    ...[0, 1, 7, 8].map((at) => ({ unknown: [`y:k${at}`] })),
    { context: { "x:k0": "no", "y:k0": "yes", "y:k1": "no" } },
    { context: { "x:k0": "yes", "y:k1": "yes" } },
  ];
  const asks = cross(cross(sessions, settings), ["s3:GetObject", "sqs:Send"]).map(
    ([[session, setting], action], at): TrialAsk => ({
      request: {
        principal: SESSION,
        action,
        resource: at % 3 === 0 ? "*" : `arn:aws:sqs:us-east-1:${A1}:q`,
        ...setting,
      },
      options: {},
      overlay: sessions.indexOf(session),
      explained: at % 4 === 0,
    }),
  );
  const bare = settings.map(
    (setting): TrialAsk => ({
      request: { principal: SESSION, action: "s3:GetObject", resource: "*", ...setting },
      options: {},
    }),
  );
  return {
    name: `overlays beside ${keys} keys`,
    world: world([part], { principals: { [ROLE]: { uniqueId: "AROAR" } } }),
    engine: {},
    overlays: sessions,
    asks: [...bare, ...asks],
    isMapped: true,
  };
}

/** Some questions take fewer steps than this, some take more. */
function limited(stepsMax: number): Trial {
  const statements = Array.from({ length: 40 }, (_, at) =>
    allow(`s3:${"*".repeat(at % 3)}Get${at}*`, `arn:aws:s3:::b${at}*x*y`),
  );
  const asks = Array.from(
    { length: 60 },
    (_, at): TrialAsk => ({
      request: {
        principal: USER,
        action: `s3:Get${at}`,
        resource: `arn:aws:s3:::b${at}${"x".repeat(at)}y`,
        resourceAccount: A1,
      },
      options: at % 2 === 0 ? null : {},
    }),
  );
  return {
    name: `at most ${stepsMax} steps`,
    world: world([{ policies: { identity: [named("list", statements)] } }]),
    engine: { stepsMax },
    overlays: [],
    asks: [...asks, ...asks],
    every: 0,
  };
}
