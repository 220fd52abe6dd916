/**
 * What will be thrown at the engine, item by item: patterns, variables, names, text, values, bundles, run time. The YAML
 * files hold what a scenario can say; here stands the rest. Nothing may end in an allow, in a trap, or late.
 */
import { describe, expect, it } from "vitest";
import { Header, Section } from "../../../src/bytecode/layout.js";
import { BundleError } from "../../../src/bytecode/verify.js";
import { checksumOf } from "../../../src/bytecode/writer.js";
import { compile } from "../../../src/compiler/compile.js";
import { Engine, EngineError } from "../../../src/engine/engine.js";
import { RequestError } from "../../../src/request/request.js";
import { parseJson } from "../../../src/text/json.js";
import { readScenario, readScenarios, type Scenario } from "../../../src/world/scenario.js";
import { AUTHORIZERS, complaints, outcomeOf, scenarioFiles } from "../../authorizers.js";

type Json = Readonly<Record<string, unknown>>;

const ALICE = "arn:aws:iam::111111111111:user/alice";
const REQUEST = {
  principal: ALICE,
  action: "s3:GetObject",
  resource: "arn:aws:s3:::b/k",
  resourceAccount: "111111111111",
};
const ALLOW = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
const DENY = { ...ALLOW, Effect: "Deny" };

describe.each(scenarioFiles(import.meta.dirname))("$name", ({ scenarios, errors }) => {
  it("can be read", () => {
    expect(errors).toEqual([]);
    expect(scenarios.length).toBeGreaterThan(0);
  });

  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))("%s", (_, scenario) => {
    expect(complaints(scenario)).toEqual([]);
  });
});

describe("A. patterns", () => {
  const places = {
    "a resource": (pattern: string, text: string) =>
      scenario({ Resource: `arn:aws:s3:::b/${pattern}` }, { resource: `arn:aws:s3:::b/${text}` }),
    StringLike: (pattern: string, text: string) =>
      scenario({ Condition: { StringLike: { "s3:prefix": pattern } } }, { context: { "s3:prefix": text } }),
    ArnLike: (pattern: string, text: string) =>
      scenario(
        { Condition: { ArnLike: { "s3:DataAccessPointArn": `arn:aws:s3:::${pattern}` } } },
        { context: { "s3:DataAccessPointArn": `arn:aws:s3:::${text}` } },
      ),
  };
  const shapes = {
    "A1: stars that all fit": { pattern: `${"*a".repeat(10)}*b`, text: (size: number) => "a".repeat(size) },
    "A2: a long literal behind a star": { pattern: `*${"a".repeat(100)}b`, text: (size: number) => "a".repeat(size) },
    "A2: a literal that almost fits everywhere": {
      pattern: `*${"ab".repeat(50)}c`,
      text: (size: number) => "ab".repeat(size / 2),
    },
    "A7: ten thousand stars, less what no entry may hold": {
      pattern: `a${"*".repeat(8000)}b`,
      text: (size: number) => "a".repeat(size),
    },
  };

  for (const [place, build] of Object.entries(places)) {
    it.each(Object.entries(shapes))(`%s, in ${place}`, (_, { pattern, text }) => {
      const [small, large] = [1024, 8000].map((size) => stepsOf(build(pattern, text(size))));
      const exponent = Math.log(large! / small!) / Math.log(8000 / 1024);
      expect(exponent).toBeLessThanOrEqual(1.15);
    });
  }

  it("A1: the reference ends soon as well", () => {
    const hard = places.StringLike(`${"*a".repeat(60)}*b`, "a".repeat(2000));
    const started = performance.now();
    expect(complaints(expecting(hard, "implicitDeny"))).toEqual([]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("A7: stars collapse", () => {
    expect(stepsOf(places.StringLike("a**********b", "ab"))).toBe(stepsOf(places.StringLike("a*b", "ab")));
  });

  it.each(Object.entries(places))("A7: a pattern beyond the limit is refused, in %s", (_, build) => {
    expect(build(`a${"*".repeat(9000)}b`, "ab").refused.length).toBeGreaterThan(0);
  });
});

describe("B. variables", () => {
  it("B14: a million variables are refused", () => {
    const many = scenario({ Resource: `arn:aws:s3:::${"${aws:username}".repeat(1_000_000)}` });
    expect(many.refused.length).toBeGreaterThan(0);
  });

  const blown = (length: number) => {
    const value = "a".repeat(length);
    return scenario(
      { Resource: `arn:aws:s3:::b/${"*${aws:PrincipalTag/d}".repeat(300)}` },
      { principal: { arn: ALICE, tags: { d: value } }, resource: `arn:aws:s3:::b/${value}` },
    );
  };

  it("B14: a pattern of many long values matches nothing shorter", () => {
    expect(complaints(expecting(blown(500), "implicitDeny"))).toEqual([]);
  });

  it("B14: variables cannot blow the work up: steps are at most as many as units of pattern and text", () => {
    expect(stepsOf(blown(8000))).toBeLessThan(2 * 301 * 8000);
  });
});

describe("C. JSON and names", () => {
  it.each([
    ["a byte-order mark", `\ufeff${JSON.stringify(policy(ALLOW))}`],
    ["trailing garbage", `${JSON.stringify(policy(ALLOW))} x`],
    ["a second document", JSON.stringify(policy(ALLOW)).repeat(2)],
    ["NaN", '{"Version":"2012-10-17","Statement":NaN}'],
    ["Infinity", '{"Version":"2012-10-17","Statement":Infinity}'],
    ["a comment", `{/* */${JSON.stringify(policy(ALLOW)).slice(1)}`],
    ["a line comment", `{// x\n${JSON.stringify(policy(ALLOW)).slice(1)}`],
    ["single quotes", JSON.stringify(policy(ALLOW)).replaceAll('"', "'")],
    ["a trailing comma", `${JSON.stringify(policy(ALLOW)).slice(0, -1)},}`],
    ["a raw line end in a text", JSON.stringify(policy(ALLOW)).replace("GetObject", "Get\nObject")],
    ["a text without end", '{"Version":"2012-10-17'],
    ["nothing", "{"],
    ["an unknown escape", JSON.stringify(policy(ALLOW)).replace("GetObject", "Get\\xObject")],
    ["a leading zero", JSON.stringify(policy(ALLOW)).replace('"*"', "01")],
  ])("C23: %s is refused", (_, text) => {
    const read = scenarioOf({ id: "C23", request: REQUEST, policies: { identity: [text] }, expect: "error" });
    expect(complaints(read)).toEqual([]);
  });

  it.each([1_000, 100_000])("C21: a policy %i deep is refused", (depth) => {
    const deep = `{"Version":"2012-10-17","Statement":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const read = scenarioOf({ id: "C21", request: REQUEST, policies: { identity: [deep] }, expect: "error" });
    expect(complaints(read)).toEqual([]);
  });

  it.each(["[", '{"a":'])("C21: a million `%s` are no JSON, in no time and on no stack", (open) => {
    const { value, diagnostics } = parseJson({ name: "deep.json", text: open.repeat(1_000_000) });
    expect(value).toBeNull();
    expect(diagnostics.length).toBeGreaterThan(0);
  });

  it("C21: a YAML scenario as deep is refused", () => {
    const { scenarios, diagnostics } = readScenarios({ name: "deep.yaml", text: `a: ${"[".repeat(10_000)}` });
    expect(scenarios).toEqual([]);
    expect(diagnostics.length).toBeGreaterThan(0);
  });

  const value8k = "x".repeat(8 * 1024);
  it.each<[string, Json]>([
    ["too many context keys", { context: numbered("acme:k", 257) }],
    ["a million context keys", { context: numbered("acme:k", 1_000_000) }],
    ["too many values of one key", { context: { "aws:TagKeys": Array.from({ length: 257 }, (_, at) => `t${at}`) } }],
    ["too long a value", { context: { "s3:prefix": `${value8k}x` } }],
    ["a value of a megabyte", { context: { "s3:prefix": "x".repeat(1 << 20) } }],
    ["too long a resource", { resource: `arn:aws:s3:::b/${value8k}` }],
    ["too long a tag", { principal: { arn: ALICE, tags: { t: `${value8k}x` } } }],
    ["too many tags", { principal: { arn: ALICE, tags: numbered("k", 257) } }],
    ["too many tags of the resource", { resourceTags: numbered("k", 257) }],
    ["too many unknown keys", { unknown: Object.keys(numbered("acme:k", 257)) }],
  ])("C22: %s", (_, request) => {
    expectRefused({ ...REQUEST, ...request });
  });

  it("C22: a policy beyond a mebibyte is refused before anything is made of it", () => {
    const list = Array.from({ length: 200_000 }, (_, at) => `s3:Get${at}`);
    const text = JSON.stringify(policy({ ...ALLOW, Action: list }));
    const read = scenarioOf({ id: "C22", request: REQUEST, policies: { identity: [text] }, expect: "error" });
    expect(complaints(read)).toEqual([]);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "C18: `%s` as a key of the request's objects",
    (name) => {
      const own = (value: unknown) => JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`) as Json;
      for (const request of [
        { ...REQUEST, context: own("x") },
        { ...REQUEST, context: own({ card: "multi", values: ["x"] }) },
        { ...REQUEST, resourceTags: own("x") },
        { ...REQUEST, principal: { arn: ALICE, tags: own("x") } },
        { ...REQUEST, unknown: [name, `${name}*`] },
      ]) {
        const read = scenarioOf({
          id: name,
          request,
          policies: { identity: [policy(ALLOW, DENY)] },
          expect: "explicitDeny",
        });
        for (const authorizer of AUTHORIZERS) {
          const outcome = outcomeOf(authorizer, read);
          if (outcome.kind === "decision") expect(outcome.decision.decision).toBe("explicitDeny");
        }
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as Json)["card"]).toBeUndefined();
    },
  );
});

describe("D. text", () => {
  const lone = ["\ud800", "\udfff", "a\ud800b", "\udc00\ud800"];
  it.each(lone.map((text) => [JSON.stringify(text), text]))(
    "D24: half of a surrogate pair is refused, %s",
    (_, text) => {
      expectRefused({ ...REQUEST, resource: `arn:aws:s3:::b/${text}` });
      expectRefused({ ...REQUEST, context: { "s3:prefix": text } });
      expectRefused({ ...REQUEST, context: { [`aws:RequestTag/${text}`]: "x" } });
      expectRefused({ ...REQUEST, principal: { arn: ALICE, tags: { t: text } } });
      expectRefused({ ...REQUEST, principal: `arn:aws:iam::111111111111:user/${text}` });
      expectRefused({ ...REQUEST, unknown: [text] });
      expect(scenario({ Resource: `arn:aws:s3:::b/${text}` }).refused.length).toBeGreaterThan(0);
      expect(scenario({ Condition: { StringEquals: { "s3:prefix": text } } }).refused.length).toBeGreaterThan(0);
    },
  );

  it("D24: half of a surrogate pair is refused by the engine, not only by the reader", () => {
    const engine = Engine.loadSync(compile(scenario({}).world));
    expect(() => engine.decide({ ...REQUEST, context: { "s3:prefix": "\ud800" } })).toThrow(RequestError);
    expect(() => engine.decide({ ...REQUEST, resource: "arn:aws:s3:::b/\ud800" })).toThrow(RequestError);
  });
});

describe("F. bundles", () => {
  const denied = scenarioOf({
    id: "F",
    request: { ...REQUEST, context: { "s3:prefix": "home/x", "aws:SourceIp": "192.0.2.1" } },
    policies: {
      identity: [
        policy(ALLOW, {
          ...DENY,
          Resource: ["arn:aws:s3:::b/*", "arn:aws:s3:::c/${aws:username}/*"],
          Condition: {
            StringLike: { "s3:prefix": ["home/*", "a?b"] },
            IpAddress: { "aws:SourceIp": "192.0.2.0/24" },
            NumericLessThanIfExists: { "s3:max-keys": "10" },
          },
        }),
      ],
      resource: policy({ ...ALLOW, Principal: { AWS: ALICE }, Resource: "arn:aws:s3:::b/*" }),
    },
    expect: "explicitDeny",
  });
  const bundle = compile(denied.world);

  it("is one that decides", () => {
    expect(complaints(denied)).toEqual([]);
  });

  it("F36: any flipped bit is refused", () => {
    for (let bit = 0; bit < bundle.length * 8; bit++) {
      const damaged = bundle.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => Engine.loadSync(damaged), `bit ${bit}`).toThrow(BundleError);
    }
  });

  it("F36: any truncation is refused", () => {
    for (let length = 0; length < bundle.length; length++) {
      expect(() => Engine.loadSync(bundle.slice(0, length)), `${length} bytes`).toThrow(BundleError);
    }
  });

  it.each([1, 4, 64, 4096])("F36: an extension by %i bytes is refused", (more) => {
    const extended = new Uint8Array(bundle.length + more);
    extended.set(bundle);
    expect(() => Engine.loadSync(extended)).toThrow(BundleError);
    expect(() => Engine.loadSync(sealed(extended))).toThrow(BundleError);
  });

  it.each([0, 1, 15, 16, 32, 1024, 65_536])("F36: %i random bytes are refused", (length) => {
    const random = randomOf(length + 1);
    expect(() => Engine.loadSync(Uint8Array.from({ length }, () => random(256)))).toThrow(BundleError);
  });

  const hostile = [0xffff_ffff, 0xffff_fff0, 0x8000_0000, 0x7fff_ffff, 0x4000_0000, 0xffff_fffe, 1, 3];
  it("F37, F38, F40: hostile sizes, offsets and counts in the header, under a right checksum, are refused", () => {
    const lastField = Header.Sections + Object.keys(Section).length * 4;
    for (let field = Header.Version as number; field < lastField; field += 4) {
      if (field === Header.Checksum || field === Header.Options) continue;
      for (const value of hostile) {
        const mutant = withWord(bundle, field, value);
        if (equal(mutant, bundle)) continue;
        expectHarmless(mutant);
      }
    }
  });

  it("F37, F38, F39: a hostile word anywhere, under a right checksum, is refused or harmless", () => {
    for (let at = Header.Sections as number; at < bundle.length; at += 4) {
      expectHarmless(withWord(bundle, at, hostile[(at >> 2) % hostile.length]!));
    }
  });

  it("F42: another version of the format is refused by name", () => {
    const version = new DataView(bundle.buffer).getUint32(Header.Version, true);
    for (const other of [version + 1, version - 1, 0]) {
      expect(codeOf(() => Engine.loadSync(withWord(bundle, Header.Version, other >>> 0)))).toBe("other-version");
    }
  });

  it("F43: twenty thousand operands do not make a decision slow", () => {
    const operands = Array.from({ length: 20_000 }, (_, at) => `v${at}`);
    const many = scenario(
      { Condition: { StringEquals: { "s3:prefix": operands } } },
      { context: { "s3:prefix": "v19999" } },
    );
    const started = performance.now();
    expect(complaints(expecting(many, "allowed"))).toEqual([]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  /** A mutant is refused, or answers without a trap: never a failure of another kind, never without end. */
  function expectHarmless(mutant: Uint8Array): void {
    try {
      Engine.loadSync(mutant, { stepsMax: 1_000_000 }).decide(denied.request);
    } catch (error) {
      if (error instanceof BundleError || error instanceof RequestError) return;
      throw error;
    }
  }
});

describe("G. run time", () => {
  it("G46: a decision that takes too long is an error, and the engine goes on", () => {
    const world = scenario({ Condition: { StringLike: { "s3:prefix": `${"*a".repeat(20)}*b` } } }).world;
    const cheap = { ...REQUEST, context: { "s3:prefix": "b" } };
    const dear = { ...REQUEST, context: { "s3:prefix": "a".repeat(4000) } };
    const free = Engine.loadSync(compile(world));
    free.decide(cheap);
    const engine = Engine.loadSync(compile(world), { stepsMax: free.steps + 10 });
    for (let round = 0; round < 3; round++) {
      expect(engine.decide(cheap).decision).toBe("implicitDeny");
      expect(codeOf(() => engine.decide(dear))).toBe("out-of-steps");
    }
  });

  it("G48: nothing of one request is left in the next", () => {
    const world = scenario({ Condition: { StringEquals: { "s3:prefix": "secret", "aws:RequestTag/t": "x" } } }).world;
    const engine = Engine.loadSync(compile(world));
    const full = { ...REQUEST, context: { "s3:prefix": "secret", "aws:RequestTag/t": "x" } };
    const half = { ...REQUEST, context: { "s3:prefix": "secret" } };
    for (let round = 0; round < 3; round++) {
      expect(engine.decide(full).decision).toBe("allowed");
      expect(engine.decide(half).decision).toBe("implicitDeny");
      expect(engine.decide(REQUEST).decision).toBe("implicitDeny");
      expect(() => engine.decide({ ...full, action: "s3:*" })).toThrow(RequestError);
      expect(engine.decide({ ...half, context: { "aws:RequestTag/t": "x" } }).decision).toBe("implicitDeny");
    }
  });

  it("G50: values that look alike are kept apart", () => {
    const world = scenario({ Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["a", "b"] } } }).world;
    const engine = Engine.loadSync(compile(world));
    const answers = [["a", "b"], ["a,b"], ["b", "a"], ["ab"], ["a", "b", ""]].map(
      (tags) => engine.decide({ ...REQUEST, context: { "aws:TagKeys": tags } }).decision,
    );
    expect(answers).toEqual(["allowed", "implicitDeny", "allowed", "implicitDeny", "implicitDeny"]);
  });
});

/** One Allow with the elements given, and a request. */
function scenario(statement: Json, request: Json = {}): Scenario {
  return scenarioOf({
    id: "attack",
    request: { ...REQUEST, ...request },
    policies: { identity: [policy({ ...ALLOW, ...statement })] },
    expect: "error",
  });
}

function policy(...statements: readonly Json[]): Json {
  return { Version: "2012-10-17", Statement: statements };
}

function scenarioOf(json: Json): Scenario {
  const source = { name: String(json["id"]), text: JSON.stringify(json) };
  const { value, diagnostics } = parseJson(source);
  if (value === null) return scenarioFromBrokenText(json, diagnostics.length);
  const read = readScenario(source, value);
  expect(read.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return read.scenario!;
}

/** JSON that cannot even be read is refused as a whole; it stands as a scenario that was. */
function scenarioFromBrokenText(json: Json, count: number): Scenario {
  expect(count).toBeGreaterThan(0);
  const empty = scenarioOf({ id: json["id"], request: REQUEST, policies: { identity: ["{"] }, expect: "error" });
  return { ...empty, expect: { ...empty.expect, decision: "error" } };
}

function expecting(read: Scenario, decision: "allowed" | "implicitDeny"): Scenario {
  expect(read.refused).toEqual([]);
  return { ...read, expect: { ...read.expect, decision } };
}

/** Under policies that allow everything, a request that must not even be asked. */
function expectRefused(request: Json): void {
  const asked = scenarioOf({ id: "refused", request, policies: { identity: [policy(ALLOW)] }, expect: "error" });
  expect(complaints(asked)).toEqual([]);
}

function numbered(prefix: string, count: number): Json {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, "x"]));
}

function stepsOf({ world, request, refused }: Scenario): number {
  expect(refused).toEqual([]);
  const engine = Engine.loadSync(compile(world));
  engine.decide(request);
  return engine.steps;
}

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof BundleError || error instanceof EngineError) return error.code;
    throw error;
  }
  return "none";
}

function withWord(bundle: Uint8Array, at: number, value: number): Uint8Array {
  const mutant = bundle.slice();
  new DataView(mutant.buffer).setUint32(at, value, true);
  return sealed(mutant);
}

/** The same bytes under a checksum that fits them. */
function sealed(mutant: Uint8Array): Uint8Array {
  new DataView(mutant.buffer).setUint32(Header.Checksum, checksumOf(mutant), true);
  return mutant;
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Whole numbers below a bound, the same ones for the same seed. */
function randomOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
