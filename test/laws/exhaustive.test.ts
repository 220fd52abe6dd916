/** Small worlds, all of them: what wildcards, ranges, statements and layers mean is written down here once more, naively. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Decision } from "../../src/request/decision.js";
import type { Request, RequestOptions } from "../../src/request/request.js";
import type { World } from "../../src/world/model.js";
import { compiledRoad, type Road, referenceRoad, scenarioOf } from "../generators/roads.js";
import type { JsonObject, PoliciesJson } from "../generators/scenario-json.js";

const USER = "arn:aws:iam::111111111111:user/a";
const BARE: Partial<RequestOptions> = { deriveContext: false };

/** The texts over these letters with at most `most` of them, shortest first. */
function texts(letters: string, most: number): string[] {
  const all = [""];
  for (let at = 0; at < all.length; at++) {
    if (all[at]!.length < most) for (const letter of letters) all.push(all[at]! + letter);
  }
  return all;
}

function worldWith(policies: PoliciesJson, request: Partial<Request> = {}, organization = {}): World {
  return scenarioOf({
    id: "small",
    request: { principal: USER, action: "x:a", resource: "*", ...request },
    policies,
    ...organization,
    options: { mode: "lenient" },
  }).world;
}

/** One user with an Allow statement for each of the patterns; the statements that a decision names are those that hit. */
function allowsWorld(statements: readonly JsonObject[]): World {
  const policy = { Version: "2012-10-17", Statement: statements.map((one) => ({ Effect: "Allow", ...one })) };
  return worldWith({ identity: [{ name: "all", policy }] });
}

async function both(world: World): Promise<readonly Road[]> {
  return [referenceRoad(world), await compiledRoad(world), await compiledRoad(world, { index: false, build: "simd" })];
}

function decided(road: Road, request: Request, options = BARE): Decision {
  const answer = road.answer({ request, options }, false);
  if (answer.kind === "refused") throw new Error(`${answer.code} at ${answer.path}: ${JSON.stringify(request)}`);
  return answer.decision;
}

/** Places of the statements that allowed. */
function hits(decision: Decision): number[] {
  return decision.decision === "allowed" ? decision.statements.map(({ index }) => index) : [];
}

/** The first difference, since lists of thousands make no good messages. */
function expectHits(found: readonly number[], wanted: readonly number[], what: (index: number) => string): void {
  const [have, want] = [new Set(found), new Set(wanted)];
  const extra = found.find((index) => !want.has(index));
  const lost = wanted.find((index) => !have.has(index));
  if (extra !== undefined) expect.fail(`hits and should not: ${what(extra)}`);
  if (lost !== undefined) expect.fail(`should hit and does not: ${what(lost)}`);
}

/** COND-22, read off the rule: a star is nothing, or any unit and the star again. */
function like(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const rest = pattern.slice(1);
  if (pattern[0] === "*") return like(rest, text) || (text !== "" && like(pattern, text.slice(1)));
  return text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && like(rest, text.slice(1));
}

describe("wildcards: all patterns of up to six letters a, b, * and ? over all texts of up to six letters a and b", () => {
  const patterns = texts("ab*?", 6);
  const values = texts("ab", 6);
  const wanted = new Map<string, number[]>();

  beforeAll(() => {
    for (const text of values) wanted.set(text, []);
    patterns.forEach((pattern, index) => {
      for (const text of values) if (like(pattern, text)) wanted.get(text)!.push(index);
    });
  });

  const ways: Readonly<
    Record<string, { statement: (pattern: string) => JsonObject; request: (text: string) => Partial<Request> }>
  > = {
    "StringLike (COND-22, COND-23)": {
      statement: (pattern) => ({ Action: "*", Resource: "*", Condition: { StringLike: { "x:s": pattern } } }),
      request: (text) => ({ context: { "x:s": text } }),
    },
    "Action (MATCH-2)": {
      statement: (pattern) => ({ Action: `x:n${pattern}`, Resource: "*" }),
      request: (text) => ({ action: `x:n${text}` }),
    },
    "Resource (MATCH-22)": {
      statement: (pattern) => ({ Action: "*", Resource: `arn:aws:x:::n${pattern}` }),
      request: (text) => ({ resource: `arn:aws:x:::n${text}` }),
    },
  };

  it.each(Object.entries(ways))("%s", async (_name, { statement, request }) => {
    for (const road of await both(allowsWorld(patterns.map(statement)))) {
      for (const text of values) {
        const decision = decided(road, { principal: USER, action: "x:n", resource: "*", ...request(text) });
        expectHits(hits(decision), wanted.get(text)!, (index) => `${patterns[index]} on ${text}, ${road.name} road`);
      }
    }
  });
});

/** MATCH-22 as its pseudo-code stands, by recursion; `segment` counts the colons of the pattern so far. */
function resourceLike(pattern: string, arn: string, segment = 0): boolean {
  if (pattern === "") return arn === "";
  const [token, rest] = [pattern[0]!, pattern.slice(1)];
  if (token === "*") {
    const confined = segment < 5 && rest !== "" && rest[0] !== ":";
    if (resourceLike(rest, arn, segment)) return true;
    return arn !== "" && !(confined && arn[0] === ":") && resourceLike(pattern, arn.slice(1), segment);
  }
  if (arn === "") return false;
  if (token === "?") return (segment >= 5 || arn[0] !== ":") && resourceLike(rest, arn.slice(1), segment);
  return token === arn[0] && resourceLike(rest, arn.slice(1), segment + (token === ":" ? 1 : 0));
}

/** MATCH-24.2. */
function completed(pattern: string): string {
  if (pattern.endsWith("*")) return pattern;
  const missing = Math.max(0, 6 - pattern.split(":").length);
  return pattern + ":*".repeat(missing);
}

describe("components of ARNs: all patterns of up to six letters a, :, * and ? behind the service", () => {
  it("match as MATCH-22 and MATCH-24 say", async () => {
    const patterns = texts("a:*?", 6);
    const arns = texts("a:", 6).filter((text) => text.split(":").length >= 3 && !/^[^:]*:[^:]*:$/.test(text));
    const start = "arn:aws:x:";
    const world = allowsWorld(patterns.map((pattern) => ({ Action: "*", Resource: start + pattern })));
    const whole = patterns.map((pattern) => completed(start + pattern));
    for (const road of await both(world)) {
      for (const arn of arns) {
        const decision = decided(road, {
          principal: USER,
          action: "x:n",
          resource: start + arn,
          resourceAccount: "111111111111",
        });
        const wanted = whole.flatMap((pattern, index) => (resourceLike(pattern, start + arn) ? [index] : []));
        expectHits(
          hits(decision),
          wanted,
          (index) => `${start}${patterns[index]} on ${start}${arn}, ${road.name} road`,
        );
      }
    }
  });
});

describe("IPv4 ranges: every prefix length around the edges of its ranges", () => {
  it("match as COND-60 and COND-61 say", async () => {
    const bases = ["0.0.0.0", "10.0.0.1", "127.255.255.255", "128.0.0.0", "192.168.255.255", "255.255.255.255"];
    const ranges = bases.flatMap((base) => Array.from({ length: 33 }, (_, bits) => ({ base: numberOf(base), bits })));
    const edges = ranges.flatMap(({ base, bits }) => {
      const size = 2 ** (32 - bits);
      const start = base - (base % size);
      return [start, start + size - 1, start - 1, start + size];
    });
    const addresses = [...new Set(edges)].filter((address) => address >= 0 && address < 2 ** 32);
    const range = ({ base, bits }: (typeof ranges)[number]) => `${textOf(base)}/${bits}`;
    const world = allowsWorld(
      ["IpAddress", "NotIpAddress"].flatMap((operator) =>
        ranges.map((one) => ({ Action: "*", Resource: "*", Condition: { [operator]: { "x:ip": range(one) } } })),
      ),
    );
    for (const road of await both(world)) {
      for (const address of addresses) {
        const inside = ranges.map(
          ({ base, bits }) => Math.floor(address / 2 ** (32 - bits)) === Math.floor(base / 2 ** (32 - bits)),
        );
        const wanted = [...inside, ...inside.map((is) => !is)].flatMap((hit, index) => (hit ? [index] : []));
        const request = { principal: USER, action: "x:n", resource: "*", context: { "x:ip": textOf(address) } };
        const name = (index: number) =>
          `${index} (${range(ranges[index % ranges.length]!)}) on ${textOf(address)}, ${road.name} road`;
        expectHits(hits(decided(road, request)), wanted, name);
      }
    }
  });
});

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

describe("policies: all of three statements over two effects, two actions and three resources", () => {
  const actions = ["x:a", "x:b"];
  const resources = ["arn:aws:x:::a", "arn:aws:x:::b"];
  const universe = ["Allow", "Deny"].flatMap((Effect) =>
    actions.flatMap((Action) => [...resources, "*"].map((Resource) => ({ Effect, Action, Resource }))),
  );
  const policies = universe.flatMap((one) => universe.flatMap((two) => universe.map((three) => [one, two, three])));

  it("a Deny that hits denies, else an Allow that hits allows, else nothing does (EVAL-1, EVAL-3)", async () => {
    for (const road of await both(usersWorld(policies))) {
      policies.forEach((policy, user) => {
        for (const action of actions) {
          for (const resource of resources) {
            const hit = policy.filter(
              (one) => one.Action === action && (one.Resource === "*" || one.Resource === resource),
            );
            const wanted = hit.some(({ Effect }) => Effect === "Deny")
              ? "explicitDeny"
              : hit.length > 0
                ? "allowed"
                : "implicitDeny";
            const request = { principal: `${USER}${user}`, action, resource, resourceAccount: "111111111111" };
            const { decision } = decided(road, request);
            if (decision !== wanted)
              expect.fail(`${decision}, not ${wanted}: ${JSON.stringify({ policy, request, road: road.name })}`);
          }
        }
      });
    }
  });
});

/** A user for each policy. */
function usersWorld(policies: readonly (readonly JsonObject[])[]): World {
  const identity = policies.map((Statement, user) => ({
    name: `p${user}`,
    policy: { Version: "2012-10-17", Statement },
  }));
  const world = worldWith({ identity });
  const [record] = world.principals.values();
  const principals = record!.identity.documents.map((document, user) => {
    const arn = `${USER}${user}`;
    const own = { label: `identity policies of ${arn}`, documents: [document], missing: [] };
    return [arn, { ...record!, arn, name: `a${user}`, identity: own }] as const;
  });
  return { ...world, principals: new Map(principals) };
}

/** Each layer's state hangs on a key of its own: `allow`, `deny`, anything else for neither. */
const LAYERS = ["scp", "rcp", "boundary", "session", "resource", "identity"] as const;
type States = Readonly<Record<(typeof LAYERS)[number], string>>;

function layerPolicy(layer: (typeof LAYERS)[number], principal: JsonObject = {}) {
  const statement = (Effect: string, state: string) => ({
    Effect,
    ...principal,
    Action: "sqs:*",
    Resource: "*",
    Condition: { StringEquals: { [`x:${layer}`]: state } },
  });
  return [
    {
      name: layer,
      policy: { Version: "2012-10-17", Statement: [statement("Allow", "allow"), statement("Deny", "deny")] },
    },
  ];
}

const SESSION = "arn:aws:sts::111111111111:assumed-role/R/s";
const ROLE = "arn:aws:iam::111111111111:role/R";
const A1 = "111111111111";

/** How the resource names the caller, whose account owns it, and what then suffices (EVAL-31, EVAL-32). */
const GRANTS: readonly {
  readonly name: string;
  readonly principal: string;
  readonly owner: string;
  readonly granted: (allows: (layer: (typeof LAYERS)[number]) => boolean) => boolean;
}[] = [
  {
    name: "the session itself",
    principal: SESSION,
    owner: A1,
    granted: (allows) => allows("resource") || (allows("identity") && allows("boundary") && allows("session")),
  },
  {
    name: "its role",
    principal: ROLE,
    owner: A1,
    granted: (allows) => (allows("resource") || allows("identity")) && allows("boundary") && allows("session"),
  },
  {
    name: "its account",
    principal: A1,
    owner: A1,
    granted: (allows) => allows("identity") && allows("boundary") && allows("session"),
  },
  {
    name: "the session, from another account",
    principal: SESSION,
    owner: "222222222222",
    granted: (allows) => allows("resource") && allows("identity") && allows("boundary") && allows("session"),
  },
];

describe("layers: all combinations of six that allow, deny or say nothing", () => {
  it.each(GRANTS)("under a resource policy that names $name", async ({ principal, owner, granted }) => {
    const resource = `arn:aws:sqs:us-east-1:${owner}:q`;
    const world = scenarioOf({
      id: "layers",
      request: { principal: SESSION, action: "sqs:SendMessage", resource },
      policies: {
        scps: [layerPolicy("scp")],
        rcps: [layerPolicy("rcp", { Principal: "*" })],
        boundary: layerPolicy("boundary"),
        session: layerPolicy("session"),
        resource: layerPolicy("resource", { Principal: { AWS: principal } }),
        identity: layerPolicy("identity"),
      },
      options: { mode: "lenient", autoRcpFullAccess: false },
    }).world;
    const roads = await both(world);
    for (const states of combinations(["allow", "deny", "neither"])) {
      const allows = (layer: keyof States) => states[layer] === "allow";
      const pass = allows("scp") && allows("rcp") && granted(allows);
      const wanted = Object.values(states).includes("deny") ? "explicitDeny" : pass ? "allowed" : "implicitDeny";
      const context = Object.fromEntries(LAYERS.map((layer) => [`x:${layer}`, states[layer]]));
      for (const road of roads) {
        const { decision } = decided(road, { principal: SESSION, action: "sqs:SendMessage", resource, context });
        if (decision !== wanted)
          expect.fail(`${decision}, not ${wanted}: ${JSON.stringify({ states, road: road.name })}`);
      }
    }
  });
});

function combinations(values: readonly string[]): States[] {
  let rows: Record<string, string>[] = [{}];
  for (const layer of LAYERS) rows = rows.flatMap((row) => values.map((value) => ({ ...row, [layer]: value })));
  return rows as States[];
}
