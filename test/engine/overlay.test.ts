/** Session policies that arrive at run time decide, explain and name what they would as a part of the world (EVAL-18). */
import { describe, expect, it } from "vitest";
import { BundleError } from "../../src/bytecode/verify.js";
import { compile, compileOverlay } from "../../src/compiler/compile.js";
import { Engine, EngineError, type EngineOptions, type Overlay } from "../../src/engine/engine.js";
import type { Policy } from "../../src/policy/model.js";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";
import { answer } from "../../src/reference/authorize.js";
import type { Explanation } from "../../src/request/decision.js";
import { type Request, RequestError, type RequestOptions } from "../../src/request/request.js";
import { resolve } from "../../src/request/resolve.js";
import { directoryOf } from "../../src/world/directory.js";
import type { SessionRecord, World } from "../../src/world/model.js";
import { everythingWorld } from "../bytecode/everything.js";
import { setOf, user, worldWith } from "../compiler/build.js";
import { Random } from "../generators/random.js";
import { askOf } from "../generators/requests.js";
import { worldOf } from "../generators/roads.js";
import { ENGINES } from "../generators/specimens.js";
import { townOf } from "../generators/towns.js";
import { CASES } from "../laws/law.js";
import { A1, policyOf, type StatementJson } from "../reference/build.js";

const SESSION = `arn:aws:sts::${A1}:assumed-role/app/s1`;
const FEDERATED = `arn:aws:sts::${A1}:federated-user/fay`;
const ROLE = `arn:aws:iam::${A1}:role/app`;

const SESSION_RECORD: SessionRecord = {
  arn: SESSION,
  tags: new Map(),
  issueTime: null,
  issuedBy: null,
  federatedProvider: null,
  sourceIdentity: null,
  parentArn: null,
  policies: null,
};

/** The overlay's set has a name of its own; otherwise nothing may differ. */
function nameless<T>(answerOfARoad: T): T {
  return JSON.parse(
    JSON.stringify(answerOfARoad).replaceAll(/"session policies(?: of [^"]*)?"/g, '"session policies"'),
  );
}

/** The world without the session's policies: its tags and times stay. */
function without(world: World, session: SessionRecord): World {
  return { ...world, sessions: new Map([...world.sessions, [session.arn, { ...session, policies: null }]]) };
}

function asked(ask: () => Explanation | Explanation["decision"]): unknown {
  try {
    return nameless(ask());
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
}

describe("an overlay", () => {
  it("answers and explains as the same policies in the world do: the reference, and every way to run the engine", () => {
    let applied = 0;
    const words = new Map<string, number>();
    for (let number = 0; applied < CASES / 8; number++) {
      const random = new Random(1, 42, number);
      const town = townOf(random);
      let world: World;
      try {
        world = worldOf(town);
      } catch {
        continue; // Strict grammar refuses some of the worlds.
      }
      const session = [...world.sessions.values()].find(({ policies }) => policies?.missing.length === 0);
      if (session === undefined) continue;
      const options: EngineOptions = ENGINES[number % ENGINES.length]!;
      const whole = Engine.loadSync(compile(world), options);
      const bare = Engine.loadSync(compile(without(world, session)), options);
      const policies = session.policies!.documents.map(({ policy }) => policy);
      const overlay = bare.overlay(compileOverlay(policies, world.options));
      for (let at = 0; at < 30; at++) {
        const { request: drawn, options: flags } = askOf(random, town);
        const arn = typeof drawn.principal === "string" ? drawn.principal : drawn.principal.arn;
        if (arn !== session.arn) continue;
        const request = { now: 1_700_000_000_000, ...drawn };
        const expected = asked(() => answer(world, resolve(request, directoryOf(world), flags ?? {})));
        const what = `world ${number}: ${JSON.stringify(request)}`;
        expect(
          asked(() => bare.explain(request, flags ?? undefined, overlay)),
          what,
        ).toEqual(expected);
        expect(
          asked(() => whole.explain(request, flags ?? undefined)),
          what,
        ).toEqual(expected);
        const decision = typeof expected === "string" ? expected : (expected as Explanation).decision;
        expect(
          asked(() => bare.decide(request, flags ?? undefined, overlay)),
          what,
        ).toEqual(decision);
        if (typeof decision !== "string") words.set(decision.decision, (words.get(decision.decision) ?? 0) + 1);
        applied++;
      }
    }
    for (const word of ["allowed", "explicitDeny", "implicitDeny", "indeterminate"]) {
      expect(words.get(word) ?? 0, word).toBeGreaterThan(applied / 50);
    }
  });
});

/** A role that may do anything to S3, its session, and a federated user of alice, who may as well. */
function world(): World {
  const everything = policyOf("identity", [{ Action: "s3:*" }], "everything");
  const alice = user("alice", [everything]);
  const role = { ...user("app", [everything]), kind: "role" as const, arn: ROLE };
  return worldWith({ users: [alice, role] });
}

const policy = (...statements: StatementJson[]): Policy => policyOf("session", statements, "passed");
const overlayOf = (engine: Engine, ...policies: Policy[]): Overlay =>
  engine.overlay(compileOverlay(policies, DEFAULT_WORLD_OPTIONS));

const request = (action: string, more: Partial<Request> = {}): Request => ({
  principal: SESSION,
  action,
  resource: "arn:aws:s3:::b/k",
  resourceAccount: A1,
  now: 0,
  ...more,
});

describe("session policies that are passed", () => {
  const engine = Engine.loadSync(compile(world()));
  const reading = overlayOf(engine, policy({ Sid: "Read", Action: "s3:Get*" }));

  it("narrow what a session may do", () => {
    expect(engine.decide(request("s3:GetObject"), undefined, reading).decision).toBe("allowed");
    expect(engine.decide(request("s3:PutObject"), undefined, reading)).toMatchObject({
      decision: "implicitDeny",
      decidedBy: "SESSION",
      missing: [{ layer: "SESSION", target: "session policies" }],
    });
    expect(engine.decide(request("s3:PutObject")).decision).toBe("allowed");
  });

  it("deny, with their own statements and places", () => {
    const denying = overlayOf(
      engine,
      policy({ Action: "s3:*" }, { Sid: "No", Effect: "Deny", Action: "s3:PutObject" }),
    );
    expect(engine.decide(request("s3:PutObject"), undefined, denying)).toMatchObject({
      decision: "explicitDeny",
      decidedBy: "SESSION",
      statements: [{ layer: "SESSION", policy: "passed", index: 1, sid: "No", file: "passed.json" }],
    });
  });

  it("are explained, statement by statement, with the reason why each did not apply", () => {
    const mixed = overlayOf(
      engine,
      policy(
        { Action: "s3:Put*" },
        { Action: "s3:Get*", Resource: "arn:aws:s3:::other/*" },
        { Action: "s3:Get*", Condition: { StringEquals: { "s3:prefix": "x" } } },
        { Action: "s3:Get*" },
      ),
    );
    const { layers } = engine.explain(request("s3:GetObject", { unknown: ["s3:prefix"] }), undefined, mixed);
    const session = layers.find(({ layer }) => layer === "SESSION");
    expect(session).toMatchObject({ label: "session policies", allow: "T", deny: "F", missingPolicies: [] });
    expect(session?.statements.map(({ hit, reason }) => [hit, reason])).toEqual([
      ["F", { part: "action" }],
      ["F", { part: "resource" }],
      ["U", { part: "condition", entry: 0 }],
      ["T", null],
    ]);
  });

  it("hang on keys that the world's policies do not read", () => {
    const asking = overlayOf(engine, policy({ Action: "s3:*", Condition: { StringEquals: { "s3:prefix": "x" } } }));
    expect(engine.requiredKeys).not.toContain("s3:prefix");
    expect(engine.decide(request("s3:GetObject", { unknown: ["s3:prefix"] }), undefined, asking)).toEqual({
      decision: "indeterminate",
      between: ["allowed", "implicitDeny"],
      dependsOn: ["s3:prefix"],
    });
    const given = request("s3:GetObject", { context: { "s3:prefix": "x" } });
    expect(engine.decide(given, undefined, asking).decision).toBe("allowed");
  });

  it("read variables, computed texts and literals of their own", () => {
    const own = overlayOf(
      engine,
      policy({
        Action: "s3:*",
        Resource: "arn:aws:s3:::b/${s3:prefix}",
        Condition: {
          StringEqualsIgnoreCase: { "s3:delimiter": "${s3:prefix}!" },
          NumericLessThan: { "s3:max-keys": "10" },
          IpAddress: { "aws:SourceIp": "10.0.0.0/8" },
        },
      }),
    );
    const context = { "s3:prefix": "K", "s3:delimiter": "k!", "s3:max-keys": 9, "aws:SourceIp": "10.1.1.1" };
    const ask = (resource: string, more: object = {}) =>
      engine.decide(request("s3:GetObject", { resource, context: { ...context, ...more } }), undefined, own).decision;
    expect(ask("arn:aws:s3:::b/K")).toBe("allowed");
    expect(ask("arn:aws:s3:::b/k")).toBe("implicitDeny");
    expect(ask("arn:aws:s3:::b/K", { "s3:delimiter": "l!" })).toBe("implicitDeny");
    expect(ask("arn:aws:s3:::b/K", { "s3:max-keys": 10 })).toBe("implicitDeny");
    expect(ask("arn:aws:s3:::b/K", { "aws:SourceIp": "11.1.1.1" })).toBe("implicitDeny");
  });

  it("of which there are none limit nobody but federated users, as if none had been passed (EVAL-18, EVAL-19)", () => {
    const none = overlayOf(engine);
    const get = request("s3:GetObject");
    expect(engine.decide(get, undefined, none)).toEqual(engine.decide(get));
    expect(engine.explain(get, undefined, none)).toEqual(engine.explain(get));
    const federated = { principal: { arn: FEDERATED, parent: `arn:aws:iam::${A1}:user/alice` } };
    expect(engine.decide(request("s3:GetObject", federated), undefined, none)).toMatchObject({
      decision: "implicitDeny",
      decidedBy: "SESSION",
    });
    // Nothing was passed that a user could not have.
    const alice = request("s3:GetObject", { principal: `arn:aws:iam::${A1}:user/alice` });
    expect(engine.decide(alice, undefined, none).decision).toBe("allowed");
  });

  it("of which there are none take the place of the world's", () => {
    const passed = { ...SESSION_RECORD, arn: SESSION, policies: setOf("passed", [policy({ Action: "ec2:*" })]) };
    const limited = Engine.loadSync(compile({ ...world(), sessions: new Map([[SESSION, passed]]) }));
    expect(limited.decide(request("s3:GetObject")).decision).toBe("implicitDeny");
    expect(limited.decide(request("s3:GetObject"), undefined, overlayOf(limited)).decision).toBe("allowed");
  });

  it("of which there are none leave an AssumeRoot session its task policy (SPEC-35)", () => {
    const open = Engine.loadSync(compile({ ...world(), closed: false }));
    const principal = { arn: `arn:aws:iam::${A1}:root`, credentials: "assumeRoot" as const };
    const ask = request("s3:GetObject", { principal });
    const decision = open.decide(ask, undefined, overlayOf(open));
    expect(decision).toMatchObject({ decision: "indeterminate" });
    expect(decision).toEqual(open.decide(ask));
    expect("dependsOn" in decision && decision.dependsOn).toContain(`task policy of arn:aws:iam::${A1}:root`);
  });

  it("are found behind the references of their decisions, though a policy of the world has their name", () => {
    const named = policyOf(
      "session",
      [
        { Sid: "Passed", Action: "s3:Get*" },
        { Effect: "Deny", Action: "s3:Put*" },
      ],
      "everything",
    );
    const overlay = overlayOf(engine, named);
    const denied = engine.decide(request("s3:PutObject"), undefined, overlay);
    const reference = "statements" in denied ? denied.statements[0]! : null;
    expect(reference).toMatchObject({ layer: "SESSION", policy: "everything", index: 1 });
    expect(engine.statement(reference!)).toMatchObject({ effect: "Deny", index: 1 });
    const { layers } = engine.explain(request("s3:GetObject"), undefined, overlay);
    const statementsOf = (name: string) =>
      layers.find(({ layer }) => layer === name)!.statements.map(({ statement }) => engine.statement(statement));
    expect(statementsOf("SESSION")).toMatchObject([
      { sid: "Passed", effect: "Allow" },
      { sid: null, effect: "Deny" },
    ]);
    expect(statementsOf("IDENTITY")).toMatchObject([{ sid: null, effect: "Allow" }]);
  });

  it("apply to federated users, whose policies are their parent's", () => {
    const principal = { arn: FEDERATED, parent: `arn:aws:iam::${A1}:user/alice` };
    const ask = (action: string, overlay?: Overlay) =>
      engine.decide(request(action, { principal }), undefined, overlay).decision;
    expect(ask("s3:GetObject", reading)).toBe("allowed");
    expect(ask("s3:PutObject", reading)).toBe("implicitDeny");
    expect(ask("s3:GetObject")).toBe("implicitDeny"); // EVAL-19: none were passed
  });

  it("apply to AssumeRoot sessions as a ceiling that only denies (SPEC-35)", () => {
    const principal = { arn: `arn:aws:iam::${A1}:root`, credentials: "assumeRoot" as const };
    const denying = overlayOf(engine, policy({ Effect: "Deny", Action: "s3:PutObject" }));
    const ask = (action: string) => engine.decide(request(action, { principal }), undefined, denying);
    expect(ask("s3:PutObject")).toMatchObject({ decision: "explicitDeny", decidedBy: "SESSION" });
    expect(ask("s3:GetObject").decision).toBe("allowed");
  });

  it.each([
    ["users", `arn:aws:iam::${A1}:user/alice`],
    ["root users", `arn:aws:iam::${A1}:root`],
    ["services", "sns.amazonaws.com"],
    ["anonymous callers", "*"],
  ])("do not apply to %s: such a request cannot be asked", (_, principal) => {
    for (const ask of ["decide", "explain"] as const) {
      expect(() => engine[ask](request("s3:GetObject", { principal }), undefined, reading)).toThrow(
        expect.objectContaining({ name: "RequestError", code: "unsupported-session-policy" }),
      );
    }
  });

  it("take turns, with each other and with none, and remember nothing", () => {
    const writing = overlayOf(engine, policy({ Action: "s3:Put*" }));
    const random = new Random(3, 1);
    const ways = [
      [reading, "allowed", "implicitDeny"],
      [writing, "implicitDeny", "allowed"],
      [undefined, "allowed", "allowed"],
    ] as const;
    for (let turn = 0; turn < 300; turn++) {
      const [overlay, get, put] = random.pick(ways);
      const [action, expected] = random.chance(0.5) ? ["s3:GetObject", get] : ["s3:PutObject", put];
      expect(engine.decide(request(action!), undefined, overlay).decision).toBe(expected);
    }
  });

  it("are one handle for two engines, and for a world that is not closed", () => {
    const other = Engine.loadSync(compile(world()), { build: "simd" });
    expect(other.decide(request("s3:PutObject"), undefined, reading)).toMatchObject({ decidedBy: "SESSION" });
    const open = Engine.loadSync(compile({ ...world(), closed: false }));
    expect(open.decide(request("s3:GetObject"), undefined, reading).decision).toBe("indeterminate");
    expect(engine.decide(request("s3:GetObject"), undefined, reading).decision).toBe("allowed");
  });

  it("count their steps, and run out of them", () => {
    // What an engine remembers saves steps, and what it remembers hangs on its seed.
    const fresh = (stepsMax?: number) => Engine.loadSync(compile(world()), { seed: 1, ...(stepsMax && { stepsMax }) });
    const long = request("s3:GetObject", { resource: `arn:aws:s3:::b/${"a".repeat(200)}` });
    const stepsOf = (passed: Policy) => {
      const engine = fresh();
      engine.decide(long, undefined, overlayOf(engine, passed));
      return engine.steps;
    };
    const reading = policy({ Action: "s3:Get*" });
    const few = stepsOf(reading);
    // Each looks for a `z` at every place.
    const searching = policy(
      ...Array.from({ length: 10 }, () => ({ Action: "s3:Get*", Resource: "arn:aws:s3:::*z*" })),
    );
    expect(stepsOf(searching)).toBeGreaterThan(few + 10 * 200);
    const strict = fresh(few);
    expect(strict.decide(long, undefined, overlayOf(strict, reading)).decision).toBe("allowed");
    for (const ask of ["decide", "explain"] as const) {
      expect(() => strict[ask](long, undefined, overlayOf(strict, searching))).toThrow(
        expect.objectContaining({ name: "EngineError", code: "out-of-steps" }),
      );
    }
    expect(strict.decide(long, undefined, overlayOf(strict, reading)).decision).toBe("allowed");
  });

  it("may have other request options", () => {
    const tagged = overlayOf(
      engine,
      policy({ Action: "s3:*", Condition: { "ForAllValues:StringEquals": { "s3:prefix": ["a", "b"] } } }),
    );
    const options: Partial<RequestOptions> = { extraValues: "multi" };
    const several = request("s3:GetObject", { context: { "s3:prefix": ["a", "b"] } });
    expect(engine.decide(several, options, tagged).decision).toBe("allowed");
    expect(() => engine.decide(several, undefined, tagged)).toThrow(RequestError);
  });
});

describe("bytes that are no session policies", () => {
  const engine = Engine.loadSync(compile(world()));
  const codeOf = (bytes: Uint8Array): string => {
    try {
      engine.overlay(bytes);
      return "none";
    } catch (error) {
      if (error instanceof BundleError) return error.code;
      throw error;
    }
  };

  it("are refused by name", () => {
    const good = compileOverlay([], DEFAULT_WORLD_OPTIONS);
    expect(codeOf(good)).toBe("none");
    const damaged = good.slice();
    damaged[damaged.length - 1]! ^= 1;
    expect(codeOf(damaged)).toBe("wrong-checksum");
    expect(codeOf(new Uint8Array(7))).toBe("not-a-bundle");
    expect(codeOf(compileOverlay([], { ...DEFAULT_WORLD_OPTIONS, denyKind: "merge" }))).toBe("other-options");
    expect(codeOf(compile(world()))).toBe("invalid-bundle");
  });

  it("are two sessions, or none", () => {
    const sessions = (...names: string[]) =>
      compile(worldWith({ sessions: new Map(names.map((name) => [name, { ...SESSION_RECORD, arn: name }])) }));
    expect(codeOf(sessions("a"))).toBe("none");
    expect(codeOf(sessions("a", "b"))).toBe("invalid-bundle");
    expect(codeOf(sessions())).toBe("invalid-bundle");
  });

  it("leave the engine as it was", () => {
    expect(() => engine.overlay(new Uint8Array(3))).toThrow(BundleError);
    expect(engine.decide(request("s3:GetObject")).decision).toBe("allowed");
  });
});

it("an engine error is not a request error", () => {
  expect(new EngineError("trap", "x")).not.toBeInstanceOf(RequestError);
});

it("policies of a world may say anything beside an overlay", () => {
  const engine = Engine.loadSync(compile(everythingWorld()));
  const overlay = overlayOf(engine, policy({ Action: "kms:Decrypt" }));
  const decrypt: Request = {
    principal: { arn: `arn:aws:sts::${A1}:assumed-role/Deploy/ci`, roleArn: `arn:aws:iam::${A1}:role/teams/Deploy` },
    action: "kms:Decrypt",
    resource: "arn:aws:kms:eu-west-1:222222222222:key/k1",
    now: 0,
  };
  const expected = answer(everythingWorld(), resolve(decrypt, directoryOf(everythingWorld())));
  expect(nameless(engine.decide(decrypt, undefined, overlay))).toEqual(nameless(expected.decision));
});
