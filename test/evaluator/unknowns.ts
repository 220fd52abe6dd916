/**
 * What is not known, wherever it stands: keys under every operator and qualifier (3V-4), variables in patterns (3V-5), names
 * and unique ids of callers (3V-6, MATCH-42); and documents so long that they are traced in pieces.
 */
import type { PrincipalInput, Request } from "../../src/request/request.js";
import type { JsonObject, ScenarioJson } from "../generators/scenario-json.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, A2, allow, cross, deny, named, type Statement, sessionPolicy, USER, world } from "./worlds.js";

export function* unknownTrials(): Generator<Trial> {
  for (const options of FLAGS) {
    yield keys(options);
    yield variables(options);
  }
  for (const notPrincipalMode of ["allLevels", "roleCoversSession"]) yield parties({ notPrincipalMode });
  yield longDocuments();
  yield openWorld();
  yield rootOfUnownedBucket();
}

const FLAGS: readonly JsonObject[] = [
  {},
  { unresolvedVariable: "statement", forAnyValueIfExists: true },
  { resourceGlob: "plain", denyKind: "merge" },
];

const OBJECT = "arn:aws:s3:::b/k";

const OPERANDS: readonly (readonly [operators: readonly string[], operands: readonly string[][]])[] = [
  [
    ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
    [["a"], ["a", "b"], ["${x:w}"], ["${x:w}", "a"], ["a", "${x:w}"], ["b", "${x:u}", "${x:w}"], ["${x:w, 'a'}"], []],
  ],
  [
    ["StringLike", "StringNotLike"],
    [["a*"], ["*"], ["**"], ["a", "*"], ["${x:w}"], ["${x:w}*", "b"], ["*${x:w, 'a'}"], []],
  ],
  [
    ["ArnLike", "ArnNotLike"],
    [["arn:aws:s3:::*"], ["arn:aws:${x:w}:::b"], ["nothing"], ["arn:aws:s3:::b", "x"], []],
  ],
  [
    ["NumericLessThan", "NumericNotEquals"],
    [["1"], ["1", "2"], []],
  ],
  [
    ["DateGreaterThan", "DateNotEquals"],
    [["2024"], []],
  ],
  [
    ["IpAddress", "NotIpAddress"],
    [["10.0.0.0/8"], ["::/0", "0.0.0.0/0"], []],
  ],
  [
    ["Bool", "BinaryEquals"],
    [["true"], []],
  ],
  [["Null"], [["true"], ["false"], ["true", "false"], []]],
];

/** Single-valued, multi-valued, and in no table. */
const KEYS = ["aws:UserAgent", "aws:TagKeys", "x:v"];

/** A statement for each operator, qualifier and list of operands, with the key unknown, given in every way, or absent. */
function keys(options: JsonObject): Trial {
  const conditions = OPERANDS.flatMap(([operators, lists]) =>
    cross(operators, lists).flatMap(([operator, operands]) => {
      const qualified =
        operator === "Null"
          ? [operator]
          : ["", "ForAllValues:", "ForAnyValue:"].flatMap((qualifier) => [
              `${qualifier}${operator}`,
              `${qualifier}${operator}IfExists`,
            ]);
      return cross(qualified, KEYS).map(([spelling, key]): JsonObject => ({ [spelling]: { [key]: operands } }));
    }),
  );
  const statements = conditions.map((Condition, at) =>
    at % 3 === 2 ? deny("s3:*", "*", { Condition }) : allow("s3:*", "*", { Condition }),
  );
  const values = ["a", "b", "arn:aws:s3:::b", "1", "2025", "10.1.1.1", "true"];
  const settings: Partial<Request>[] = [
    ...KEYS.map((key) => ({ unknown: [key] })),
    { unknown: [...KEYS, "x:w"] },
    { unknown: KEYS, context: { "x:w": "a" } },
    { unknown: ["x:w"], context: { "aws:UserAgent": "a", "aws:TagKeys": ["a", "b"], "x:v": "a" } },
    { unknown: ["x:w"] },
    { unknown: ["x:u"], context: { "aws:UserAgent": "a", "aws:TagKeys": ["a", "b"], "x:v": "z", "x:w": "y" } },
    { unknown: ["x:w"], context: { "aws:UserAgent": "z", "aws:TagKeys": ["z"], "x:v": "z", "x:u": "y" } },
    ...values.map((value) => ({ context: { "aws:UserAgent": value, "aws:TagKeys": [value], "x:v": value } })),
    { context: { "aws:TagKeys": [] } },
    {},
  ];
  const asks = cross(settings, [undefined, "multi" as const]).map(
    ([setting, extraValues]): TrialAsk => ({
      request: { principal: USER, action: "s3:GetObject", resource: OBJECT, resourceAccount: A1, ...setting },
      options: extraValues === undefined ? {} : { extraValues },
      explained: true,
    }),
  );
  const part: Partial<ScenarioJson> = { options, policies: { identity: [named("list", statements)] } };
  const name = `keys that are not known under ${JSON.stringify(options)}`;
  return { name, world: world([part]), engine: {}, overlays: [], asks };
}

/** Texts whose variables are given, absent, or not known: in resources and conditions, with what a value may hold. */
function variables(options: JsonObject): Trial {
  const texts = [
    "${x:w}",
    "a${x:w}",
    "${x:w}b",
    "${x:w}${x:u}",
    "${x:w}*",
    "*${x:w}?",
    "${x:w, 'd'}",
    "?${x:w}:${x:u}",
  ];
  const statements = texts.flatMap((text, at): Statement[] => [
    allow(`s3:Do${at}`, `arn:aws:s3:::${text}`),
    deny(`s3:No${at}`, [`arn:aws:s3:::${text}`, "arn:aws:s3:::never"]),
    { Effect: "Allow", Action: `s3:Not${at}`, NotResource: `arn:aws:s3:::${text}` },
    allow(`s3:Arn${at}`, `arn:aws:*:${text.replaceAll("*", "")}:*:b`),
    allow(`s3:If${at}`, "*", { Condition: { StringLike: { "x:v": text } } }),
    deny(`s3:If${at}`, "*", { Condition: { StringNotEquals: { "x:v": text } } }),
    allow(`s3:Case${at}`, "*", { Condition: { StringEqualsIgnoreCase: { "x:v": text.replaceAll(/[*?]/g, "") } } }),
    allow(`s3:If${at}`, `arn:aws:s3:::${text}`, { Condition: { Bool: { "x:v": text } } }),
    // One of them matches for certain, and what the others hold still counts where every variable has to have a value.
    allow(`s3:Row${at}`, ["arn:aws:s3:::*", "arn:aws:s3:::${x:u}", `arn:aws:s3:::${text}`, "arn:aws:s3:::${x:v}"]),
  ]);
  const values = ["", "a", "b", "ab", "*", "?", "${x:w}", "a:b", "\u0800", "x".repeat(70), "d", "true"];
  const settings: Partial<Request>[] = [
    {},
    { unknown: ["x:w"] },
    { unknown: ["x:u"], context: { "x:w": "a" } },
    { unknown: ["x:w", "x:u", "x:v"] },
    ...values.map((value, at) => ({
      context: { "x:w": value, "x:u": values[(at * 5 + 1) % values.length]!, "x:v": value },
    })),
    ...values.map((value) => ({ unknown: ["x:w"], context: { "x:u": value, "x:v": `a${value}` } })),
  ];
  const resources = ["", "a", "ab", "aab", "*", "a:b", "d", "xa:b", "\u0800", `a${"x".repeat(70)}`, "b"].map(
    (name) => `arn:aws:s3:::${name}`,
  );
  const actions = texts.flatMap((_, at) => ["Do", "No", "Not", "If", "Case", "Row"].map((word) => `s3:${word}${at}`));
  const plain = cross(cross(actions, settings), [resources[0]!, resources[1]!]).map(
    ([[action, setting], resource], at): TrialAsk => ({
      request: {
        principal: USER,
        action,
        resource: at % 3 === 0 ? resource : resources[at % resources.length]!,
        resourceAccount: A1,
        ...setting,
      },
      options: at % 2 === 0 && setting.unknown === undefined ? null : {},
      explained: at % 23 === 0,
    }),
  );
  const regions = ["", "a", "ab", "a:b", "us"].map((region) => `arn:aws:s3:${region}:${A1}:b`);
  const arns = cross(
    cross(
      texts.map((_, at) => `s3:Arn${at}`),
      settings,
    ),
    regions,
  ).map(
    ([[action, setting], resource]): TrialAsk => ({
      request: { principal: USER, action, resource, ...setting },
      options: {},
    }),
  );
  const part: Partial<ScenarioJson> = {
    options,
    policies: { identity: [named("list", [...statements, allow("s3:No*", "*")])] },
  };
  const name = `variables under ${JSON.stringify(options)}`;
  return { name, world: world([part]), engine: {}, overlays: [], asks: [...plain, ...arns], every: 13 };
}

const ROLE = `arn:aws:iam::${A1}:role/R`;
const FEDERATED = `arn:aws:sts::${A1}:federated-user/f`;

const ENTRIES: readonly JsonObject[] = [
  ...[`arn:aws:sts::${A1}:assumed-role/R/s`, `arn:aws:sts::${A1}:assumed-role/RR/s`, ROLE].map((AWS) => ({ AWS })),
  ...["AIDAUSER", "AROAROLE", USER, FEDERATED, A1].map((AWS) => ({ AWS })),
  { CanonicalUser: "a".repeat(64) },
  { AWS: [A1, ROLE, `arn:aws:sts::${A1}:assumed-role/R/s`] },
  { AWS: [A1, "AROAROLE", `arn:aws:sts::${A1}:assumed-role/R/t`] },
  { AWS: [A1, "AIDAUSER"] },
  { AWS: [A1, FEDERATED] },
  { AWS: [A1, USER] },
];

const CALLERS: readonly PrincipalInput[] = [
  { arn: ROLE },
  { arn: ROLE, uniqueId: "AROAROLE" },
  { arn: `arn:aws:sts::${A1}:assumed-role/R/s`, roleArn: ROLE },
  { arn: `arn:aws:sts::${A1}:assumed-role/R/s`, roleArn: ROLE, uniqueId: "AROAROLE" },
  { arn: USER },
  { arn: USER, uniqueId: "AIDAUSER" },
  { arn: FEDERATED },
  { arn: FEDERATED, parent: USER },
  { arn: FEDERATED, parent: `arn:aws:iam::${A1}:root` },
  { arn: `arn:aws:iam::${A2}:user/v` },
];

/** Callers of whom a name or an id is not known, before entries that may mean them; some of them have boundaries. */
function parties(options: JsonObject): Trial {
  const when = { Condition: { StringEquals: { "x:a": "yes" } } };
  const statements = ENTRIES.flatMap((entry, at): Statement[] => [
    { ...allow(`s3:Do${at}`, "*"), Principal: entry },
    { ...allow(`s3:If${at}`, "*", when), Principal: entry },
    { ...deny(`s3:Do${at}`, "*", when), Principal: entry },
    { ...allow(`s3:But${at}`, "*"), NotPrincipal: entry },
    { ...allow(`s3:Out${at}`, "*"), Principal: "*" },
    { ...deny(`s3:Out${at}`, "*"), NotPrincipal: entry },
    { ...deny(`s3:If${at}`, "*", when), NotPrincipal: entry },
    { ...allow(`s3:May${at}`, "*"), Principal: entry },
  ]);
  const bucket = [named("bucket", statements)];
  const request: Request = { principal: USER, action: "s3:Do0", resource: OBJECT, resourceAccount: A1 };
  const part = (principal: string, at: number): Partial<ScenarioJson> => ({
    options,
    request: { ...request, principal },
    policies: {
      identity: [named("identity", [allow("s3:If*", "*", when), allow("s3:May*", "*")])],
      resource: bucket,
      ...(at % 2 === 0
        ? { boundary: at % 4 === 0 ? ("unknown" as const) : [named("boundary", [allow("*", "*")])] }
        : {}),
    },
  });
  const principals = [USER, `arn:aws:sts::${A1}:assumed-role/R/s`, `arn:aws:iam::${A2}:user/v`];
  const actions = ENTRIES.flatMap((_, at) => ["Do", "If", "But", "Out", "May"].map((word) => `s3:${word}${at}`));
  const settings: Partial<Request>[] = [{}, { unknown: ["x:a"] }, { context: { "x:a": "yes" } }];
  const owners = [{ resourceAccount: A1 }, { resourceAccount: A2 }, {}];
  const { resourceAccount: _, ...unowned } = request;
  const asks = cross(cross(CALLERS, actions), cross(settings, owners)).map(
    ([[principal, action], [setting, owner]], at): TrialAsk => ({
      request: { ...unowned, ...owner, ...setting, principal, action },
      options: {},
      explained: at % 37 === 0,
    }),
  );
  const name = `callers that are not known under ${JSON.stringify(options)}`;
  return { name, world: world(principals.map(part)), engine: {}, overlays: [], asks, every: 7 };
}

/** A trace is written a thousand statements at a time. */
function longDocuments(): Trial {
  const list = (count: number, more: JsonObject = {}) =>
    Array.from({ length: count }, (_, at) => ({
      ...(at % 5 === 4 ? deny(`s3:No${at}`, "*") : allow("s3:*", `arn:aws:s3:::b/${at % 3 === 0 ? "k" : at}`)),
      ...more,
    }));
  const principal = `arn:aws:sts::${A1}:assumed-role/R/s`;
  const request: Request = { principal, action: "s3:GetObject", resource: OBJECT, resourceAccount: A1 };
  const part: Partial<ScenarioJson> = {
    request,
    policies: {
      identity: [named("one", list(1023)), named("two", list(1025)), named("three", list(3))],
      boundary: [named("boundary", list(1024))],
      resource: [named("bucket", list(1030, { Principal: "*" }))],
    },
  };
  const overlays = [[sessionPolicy("passed", list(1025), "lenient"), sessionPolicy("too", list(2))]];
  const asks = cross(["s3:GetObject", "s3:No4", "s3:No1024"], [undefined, 0]).map(
    ([action, overlay]): TrialAsk => ({
      request: { ...request, action },
      options: {},
      explained: true,
      ...(overlay === undefined ? {} : { overlay }),
    }),
  );
  return { name: "long documents", world: world([part]), engine: {}, overlays, asks, every: 2 };
}

/** A world that does not say that it is all there is: of some callers and accounts nothing is held. */
function openWorld(): Trial {
  const when = (key: string) => ({ Condition: { StringEquals: { [key]: "yes" } } });
  const identity = [
    allow("s3:Get*", "*"),
    allow("s3:Put*", "*", when("x:a")),
    deny("s3:No*", "*", when("x:a")),
    allow("s3:Org", "*", { Condition: { StringLikeIfExists: { "aws:PrincipalOrgID": "*" } } }),
    allow("s3:Org2", "*", { Condition: { StringNotLike: { "aws:PrincipalOrgID": "${x:none}" } } }),
    allow("s3:Org3", "*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a" } } }),
  ];
  const bucket: Statement[] = [
    { ...allow("s3:Get*", "*"), Principal: { AWS: [A1, A2] } },
    { ...allow("s3:Put*", "*", when("x:b")), Principal: "*" },
    { ...deny("s3:No*", "*", when("x:b")), NotPrincipal: { AWS: [A2, `arn:aws:iam::${A2}:user/v`] } },
  ];
  const request: Request = { principal: USER, action: "s3:GetObject", resource: OBJECT, resourceAccount: A1 };
  const part = { request, policies: { identity: [named("identity", identity)], resource: [named("bucket", bucket)] } };
  const callers: readonly PrincipalInput[] = [
    ...[USER, `arn:aws:iam::${A1}:user/w`, `arn:aws:iam::${A2}:user/v`, `arn:aws:iam::${A1}:root`],
    ...[`arn:aws:iam::${A2}:root`, `arn:aws:sts::${A2}:assumed-role/Q/s`, "s3.amazonaws.com", "*"],
  ].map((arn) => ({ arn }));
  const more: readonly PrincipalInput[] = [
    { arn: `arn:aws:sts::${A1}:federated-user/f`, parent: `arn:aws:iam::${A1}:user/w` },
    { arn: `arn:aws:sts::${A2}:federated-user/f`, parent: `arn:aws:iam::${A2}:root` },
    { arn: `arn:aws:iam::${A2}:root`, credentials: "assumeRoot" },
  ];
  const resources = [
    OBJECT,
    "arn:aws:s3:::other/k",
    `arn:aws:sqs:us-east-1:${A2}:q`,
    `arn:aws:ec2:us-east-1:${A1}:vpc/v`,
    "*",
  ];
  const actions = ["s3:GetObject", "s3:PutObject", "s3:NoObject", "s3:Org", "s3:Org2", "s3:Org3"];
  const settings: Partial<Request>[] = [
    {},
    { context: { "x:a": "yes" } },
    { context: { "x:b": "yes" } },
    { unknown: ["x:a", "x:b"] },
    { via: { vpcEndpoint: { id: "vpce-9" } } },
  ];
  const owners = [{}, { resourceAccount: A1 }, { resourceAccount: A2 }];
  const all = cross(cross([...callers, ...more], resources), cross(cross(actions, settings), owners)).filter(
    // Only of buckets somebody has to say whose they are.
    ([[, resource], [, owner]]) => owner === owners[0] || resource.startsWith("arn:aws:s3"),
  );
  const asks = all.map(([[principal, resource], [[action, setting], owner]], at): TrialAsk => {
    const isPlain = Object.keys(principal).length === 1 && setting.unknown === undefined && setting.via === undefined;
    const caller = isPlain && typeof principal === "object" ? principal.arn : principal;
    return {
      request: { principal: caller, action, resource, ...owner, ...setting },
      options: isPlain && at % 2 === 0 ? null : {},
      explained: at % 29 === 0,
    };
  });
  const edit = { closed: false, accounts: { [A1]: { held: false, organization: "unknown" } } } as const;
  return { name: "an open world", world: world([part], edit), engine: {}, overlays: [], asks, every: 11 };
}

/** SPEC-24 beside 3V-12: in the one reading the owner's root user gets at the policy, in the other it is denied. */
function rootOfUnownedBucket(): Trial {
  const when = (key: string) => ({ Condition: { StringEquals: { [key]: "yes" } } });
  const organization = { id: "o-a", accounts: [A1, A2], managementAccount: "333333333333" };
  const bucket: Statement[] = [
    { ...deny("s3:*BucketPolicy", "*"), Principal: "*" },
    { ...deny("s3:Get*", "*", when("x:d")), Principal: "*" },
    { ...allow("*", "*", when("x:g")), Principal: { AWS: A1 } },
  ];
  const root = `arn:aws:iam::${A1}:root`;
  const request: Request = { principal: root, action: "s3:GetBucketPolicy", resource: "arn:aws:s3:::b" };
  const scps = [[named("scp", [allow("*", "*", when("x:s"))])]];
  const asks = cross(
    cross(
      ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:GetObject"],
      [{}, { resourceAccount: A1 }, { resourceAccount: A2 }],
    ),
    [
      {},
      { unknown: ["x:s"] },
      { unknown: ["x:g"], context: { "x:s": "yes" } },
      { unknown: ["x:d", "x:s"] },
      { unknown: ["x:d", "x:g"], context: { "x:s": "yes" } },
      { context: { "x:s": "yes", "x:g": "yes" } },
    ] as readonly Partial<Request>[],
  ).map(
    ([[action, owner], setting]): TrialAsk => ({
      request: { ...request, action, ...owner, ...setting },
      options: {},
      explained: true,
    }),
  );
  const part: Partial<ScenarioJson> = {
    organization,
    request,
    policies: { scps, resource: [named("bucket", bucket)] },
  };
  return { name: "root of a bucket that nobody owns", world: world([part]), engine: {}, overlays: [], asks };
}
