/**
 * Where two things meet that are rarely asked together: merged denies and unknown owners beside session policies that arrive at
 * run time, gateway endpoints and the principals of their policies, RCPs and the resource `*`, many sets that miss something,
 * and characters at the borders of UTF-8's lengths.
 */
import type { PrincipalInput, Request } from "../../src/request/request.js";
import type { JsonObject, PoliciesJson, PolicyJson, ScenarioJson } from "../generators/scenario-json.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, A2, allow, cross, deny, named, type Statement, sessionPolicy, USER, world } from "./worlds.js";

export function* seamTrials(): Generator<Trial> {
  for (const denyKind of ["merge", "separate"]) yield unownedBesideOverlay(denyKind);
  for (const kind of ["gateway", "interface"] as const) yield endpoint(kind);
  for (const options of RCP_FLAGS) yield resourceless(options);
  for (const count of [1, 7, 8, 9, 17]) yield manyMissing(count);
  yield characters();
}

const ROLE = `arn:aws:iam::${A1}:role/R`;
const SESSION = `arn:aws:sts::${A1}:assumed-role/R/s`;
const FEDERATED = { arn: `arn:aws:sts::${A1}:federated-user/f`, parent: USER };
const ORGANIZATION = { id: "o-a", accounts: [A1, A2], managementAccount: "333333333333" };
const OBJECT = "arn:aws:s3:::b/k";

function when(key: string): { Condition: JsonObject } {
  return { Condition: { StringEquals: { [key]: "yes" } } };
}

/** Nobody says whose the bucket is, so that both readings count (3V-12); the overlay reads keys of its own. */
function unownedBesideOverlay(denyKind: string): Trial {
  const identity = [allow("*", "*", when("x:i")), deny("*", "*", when("x:n"))];
  const bucket: Statement[] = [
    { ...allow("*", "*", when("x:g")), Principal: { AWS: [ROLE, SESSION] } },
    { ...deny("*", "*", when("x:n")), Principal: "*" },
  ];
  const policies: PoliciesJson = {
    identity: [named("identity", identity)],
    boundary: [named("boundary", [allow("*", "*"), deny("s3:Put*", "*", when("y:b"))])],
    scps: [[named("scp", [allow("*", "*"), deny("*", "*", when("x:s"))])]],
    resource: [named("bucket", bucket)],
  };
  const request: Request = { principal: SESSION, action: "s3:GetObject", resource: OBJECT, resourceAccount: A1 };
  const overlays = [
    [sessionPolicy("open", [allow("*", "*")])],
    [sessionPolicy("key", [allow("*", "*", when("z:a")), deny("*", "*", when("z:d"))])],
    [sessionPolicy("one", [allow("s3:Get*", "*", when("x:i"))]), sessionPolicy("two", [deny("s3:Put*", "*")])],
    [sessionPolicy("shut", [allow("sqs:*", "*"), deny("*", "*", when("x:n"))])],
  ];
  const keys = ["x:i", "x:n", "x:g", "x:s", "y:b", "z:a", "z:d"];
  const settings: Partial<Request>[] = [
    { context: {} },
    { unknown: ["*"] },
    ...keys.map((key) => ({ unknown: [key], ...(key === "x:i" ? {} : { context: { "x:i": "yes" } }) })),
    ...keys.map((key) => ({ context: { "x:i": "yes", "z:a": "yes", [key]: "yes" } })),
    ...cross(keys, keys).flatMap(([one, other]): Partial<Request>[] =>
      one === other ? [] : [{ unknown: [one], context: { "z:a": "yes", [other]: "yes" } }, { unknown: [one, other] }],
    ),
  ];
  const owners = [{}, { resourceAccount: A1 }, { resourceAccount: A2 }];
  const { resourceAccount: _, ...unowned } = request;
  const asks = cross(cross(owners, [undefined, ...overlays.keys()]), settings).map(
    ([[owner, overlay], setting], at): TrialAsk => ({
      request: { ...unowned, ...owner, action: at % 3 === 0 ? "s3:PutObject" : "s3:GetObject", ...setting },
      options: {},
      explained: at % 11 === 0,
      ...(overlay === undefined ? {} : { overlay }),
    }),
  );
  const part = { organization: ORGANIZATION, request, policies, options: { denyKind } };
  return {
    name: `unknown owners beside overlays, denies ${denyKind}`,
    world: world([part as Partial<ScenarioJson>], { principals: { [ROLE]: { uniqueId: "AROAR" } } }),
    engine: {},
    overlays,
    asks,
    every: 7,
  };
}

const ENTRIES: readonly JsonObject[] = [
  ...[A1, `arn:aws:iam::${A1}:root`, A2, "*", USER, ROLE, SESSION, FEDERATED.arn].map((AWS) => ({ AWS })),
  { AWS: [A1, USER] },
  { AWS: [A1, ROLE, SESSION] },
  { AWS: [A1, FEDERATED.arn] },
  { Service: "s3.amazonaws.com" },
];

const CALLERS: readonly PrincipalInput[] = [
  { arn: USER },
  { arn: `arn:aws:iam::${A1}:root` },
  { arn: SESSION, roleArn: ROLE },
  FEDERATED,
  { arn: `arn:aws:iam::${A2}:user/v` },
  { arn: `arn:aws:iam::${A2}:root` },
  { arn: "s3.amazonaws.com" },
  { arn: "*" },
];

/** EVAL-20: behind a gateway an account means its root user alone. */
function endpoint(kind: "gateway" | "interface"): Trial {
  const statements = ENTRIES.flatMap((entry, at): Statement[] => [
    { ...allow(`s3:Do${at}`, "*"), Principal: entry },
    { ...allow(`s3:Maybe${at}`, "*", when("x:v")), Principal: entry },
    { ...allow(`s3:No${at}`, "*"), Principal: "*" },
    { ...deny(`s3:No${at}`, "*"), Principal: entry },
    { ...allow(`s3:But${at}`, "*"), Principal: "*" },
    { ...deny(`s3:But${at}`, "*"), NotPrincipal: entry },
    { ...allow(`s3:All${at}`, "*"), NotPrincipal: entry },
  ]);
  const via = { vpcEndpoint: { id: "vpce-1", kind } };
  const request: Request = { principal: USER, action: "s3:Do0", resource: OBJECT, resourceAccount: A1, via };
  const policies: PoliciesJson = {
    identity: [named("identity", [allow("*", "*")])],
    resource: [named("bucket", [{ ...allow("*", "*"), Principal: "*" }])],
    vpcEndpoint: [named("endpoint", statements)],
  };
  const parts = CALLERS.slice(0, 5).map(({ arn }) => ({
    request: { ...request, principal: arn },
    policies: arn === USER ? policies : { identity: policies.identity! },
  }));
  const actions = ENTRIES.flatMap((_, at) => ["Do", "Maybe", "No", "But", "All"].map((word) => `s3:${word}${at}`));
  const asks = cross(cross(CALLERS, actions), [{ unknown: ["x:v"] }, { context: { "x:v": "yes" } }]).map(
    ([[principal, action], setting], at): TrialAsk => ({
      request: { ...request, principal, action, ...setting },
      options: {},
      explained: at % 13 === 0,
    }),
  );
  return { name: `${kind} endpoint`, world: world(parts), engine: {}, overlays: [], asks, every: 5 };
}

const RCP_FLAGS: readonly JsonObject[] = [
  {},
  { rcpOnResourceless: true },
  { autoRcpFullAccess: false },
  { rcpOnResourceless: true, autoRcpFullAccess: false },
];

/** Calls that name no resource, and whether RCPs reach them (EVAL-12 to EVAL-16). */
function resourceless(options: JsonObject): Trial {
  const anyone = { Principal: "*" };
  const rcps: readonly (readonly PolicyJson[])[] = [
    [
      named("rcp", [
        { ...deny(["s3:No*", "sts:No*"], "*"), ...anyone },
        { ...allow("s3:*", "*"), ...anyone },
      ]),
    ],
    [
      named("rcp too", [
        { ...deny("*", "*", when("x:d")), ...anyone },
        { ...allow(["s3:*", "sts:Get*"], "*", when("x:a")), ...anyone },
        { ...allow("kms:*", "arn:aws:kms:*:*:key/*"), ...anyone },
        { ...deny("kms:Shut", "arn:aws:kms:*:*:key/*"), ...anyone },
      ]),
    ],
  ];
  const request: Request = { principal: USER, action: "s3:Do", resource: "*" };
  const identity = [named("identity", [allow("*", "*")])];
  const given = [
    "*",
    OBJECT,
    `arn:aws:kms:us-east-1:${A1}:key/k`,
    `arn:aws:kms:us-east-1:${A2}:key/k`,
    `arn:aws:ec2:us-east-1:${A1}:instance/i`,
  ];
  const parts: Partial<ScenarioJson>[] = [USER, `arn:aws:iam::${A1}:root`, SESSION].flatMap((principal) =>
    given.map((resource) => ({
      organization: ORGANIZATION,
      request: { ...request, principal, resource, ...(resource === OBJECT ? { resourceAccount: A1 } : {}) },
      policies: { identity, rcps },
      options,
    })),
  );
  const actions = ["s3:Do", "s3:NoDo", "sts:GetIt", "sts:NoDo", "kms:Do", "kms:Shut", "ec2:Do", "iam:Do"];
  const settings: Partial<Request>[] = [
    {},
    { context: { "x:a": "yes" } },
    { context: { "x:a": "yes", "x:d": "yes" } },
    { unknown: ["x:a"] },
    { unknown: ["x:d"], context: { "x:a": "yes" } },
  ];
  const callers = [USER, `arn:aws:iam::${A1}:root`, SESSION, `arn:aws:iam::${A2}:user/v`, "s3.amazonaws.com"];
  const asks = cross(cross(callers, given), cross(actions, settings)).map(
    ([[principal, resource], [action, setting]], at): TrialAsk => ({
      request: { principal, action, resource, ...(resource === OBJECT ? { resourceAccount: A1 } : {}), ...setting },
      options: at % 2 === 0 && setting.unknown === undefined ? null : {},
      explained: at % 17 === 0,
    }),
  );
  const name = `no resource under ${JSON.stringify(options)}`;
  return { name, world: world(parts), engine: {}, overlays: [], asks, every: 5 };
}

/** Levels that each miss a document: what the answer hangs on are sets, a bit for each. */
function manyMissing(count: number): Trial {
  const level = (kind: string, at: number): readonly PolicyJson[] => [
    named(`${kind} ${at}`, [
      { ...allow("*", "*", at % 3 === 0 ? when(`x:${at}`) : {}), ...(kind === "rcp" ? { Principal: "*" } : {}) },
      { ...deny("s3:No*", "*", when(`y:${at}`)), ...(kind === "rcp" ? { Principal: "*" } : {}) },
    ]),
    ...(at % 2 === 0 ? (["unknown"] as const) : []),
  ];
  const levels = (kind: string) => Array.from({ length: count }, (_, at) => level(kind, at));
  const request: Request = { principal: USER, action: "s3:Do", resource: OBJECT, resourceAccount: A1 };
  const principals = [USER, ...Array.from({ length: count }, (_, at) => `arn:aws:iam::${A1}:user/u${at}`)];
  const parts = principals.map((principal, at): Partial<ScenarioJson> => {
    const own = named(`identity ${at}`, [allow("*", "*", when(`x:${at}`)), deny("s3:No*", "*", when(`y:${at}`))]);
    return {
      organization: ORGANIZATION,
      request: { ...request, principal },
      policies: {
        identity: at % 2 === 0 ? [own, "unknown"] : [own],
        ...(at % 3 === 1 ? { boundary: [named(`boundary ${at}`, [allow("s3:Do", "*")]), "unknown" as const] } : {}),
        scps: levels("scp"),
        rcps: levels("rcp"),
      },
    };
  });
  const keys = Array.from({ length: count }, (_, at) => `x:${at}`);
  const all = Object.fromEntries(keys.map((key) => [key, "yes"]));
  const settings: Partial<Request>[] = [
    {},
    { context: all },
    { unknown: ["x:*"] },
    { unknown: ["y:*"], context: all },
    ...keys.map((key) => ({ unknown: [key, key.replace("x", "y")] })),
  ];
  const asks = cross(cross(principals, ["s3:Do", "s3:NoDo"]), settings).map(
    ([[principal, action], setting], at): TrialAsk => ({
      request: { ...request, principal, action, ...setting },
      options: {},
      explained: at % 19 === 0,
    }),
  );
  return { name: `${count} levels that miss`, world: world(parts), engine: {}, overlays: [], asks, every: 5 };
}

/** The first and the last character of each length, and some with the bytes of others in them. */
const CHARACTERS = [
  ...["\u0001", "\u007f", "\u0080", "\u00bf", "\u00c0", "\u07ff", "\u0800", "\u0fff", "\u1000", "\ud7ff", "\ue000"],
  ...["\uffff", "\u{10000}", "\u{3ffff}", "\u{40000}", "\u{fffff}", "\u{100000}", "\u{10ffff}", "a", ":"],
];

/** `?` and `*` count UTF-16 units (MATCH-29): patterns of each kind against each character, alone and among others. */
function characters(): Trial {
  const shapes = [
    "?",
    "??",
    "???",
    "?*",
    "*?",
    "a?b",
    "a??b",
    "a*b",
    "*?b",
    "?b*",
    "*b",
    "*a?",
    "?*?b",
    "a*?*b",
    "*b?a*",
  ];
  const own = CHARACTERS.slice(4, 16).flatMap((character) => [`${character}?`, `*${character}`, `?${character}*b`]);
  const patterns = [...shapes, ...own].filter((pattern) => !pattern.includes(":"));
  const statements = patterns.flatMap((pattern, at): Statement[] => [
    allow("*", "*", { Condition: { StringLike: { "x:v": pattern } } }),
    allow(`s3:Do${at}`, `arn:aws:s3:::${pattern}`),
    allow(`s3:Do${at}`, `arn:aws:s3:*:*${pattern}:b`),
    deny(`s3:Do${at}`, `arn:aws:sqs:${pattern.replaceAll("*", "?*")}:*:q*`),
  ]);
  const pairs = cross(CHARACTERS, [CHARACTERS[5]!, CHARACTERS[6]!, CHARACTERS[12]!, "b"]);
  const texts = [
    ...CHARACTERS.flatMap((one) => [one, `a${one}b`, `${one}b`, `a${one}${one}b`, `${one}b${one}a`]),
    ...pairs.flatMap(([one, other]) => [`${one}${other}`, `a${one}${other}b`, `${other}${one}${other}b`]),
  ];
  const asks = texts.flatMap((text, at): TrialAsk[] => {
    const resources = [
      `arn:aws:s3:::${text}`,
      `arn:aws:s3:r:${text}:b`,
      `arn:aws:sqs:${text.replaceAll(":", "")}:${A1}:q`,
    ];
    return resources.map((resource, number) => ({
      request: {
        principal: USER,
        action: `s3:Do${(at + number) % patterns.length}`,
        resource,
        ...(number === 0 ? { context: { "x:v": text } } : {}),
      },
      options: {},
      explained: number === 0,
    }));
  });
  const policies = { identity: [named("list", statements)] };
  return { name: "characters", world: world([{ policies }]), engine: {}, overlays: [], asks, every: 3 };
}
