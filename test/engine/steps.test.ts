/** The bound on work (threats T11, performance P11): steps count in every part of a decision, and a decision out of them is none. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine, EngineError, type EngineOptions } from "../../src/engine/engine.js";
import { A1, A2, allow, deny, named, type Statement, world } from "../evaluator/worlds.js";
import type { PoliciesJson } from "../generators/scenario-json.js";

const ROLE = `arn:aws:iam::${A1}:role/R`;
const SESSION = `arn:aws:sts::${A1}:assumed-role/R/s`;
const LENGTH = 500;
const LONG = "a".repeat(LENGTH);

const REQUEST = {
  principal: SESSION,
  action: "s3:GetObject",
  resource: `arn:aws:s3:::b/${LONG}`,
  resourceAccount: A2,
  via: { vpcEndpoint: { id: "vpce-1" } },
  now: 0,
};
const ANYONE = { Principal: "*" };
const open = [allow("*", "*")];
const openTo = [{ ...open[0]!, ...ANYONE }];

/** Every layer allows everything; one of them has these statements too. */
function policiesWith(layer: keyof PoliciesJson | null, more: readonly Statement[]): PoliciesJson {
  const own = (name: keyof PoliciesJson, plain: readonly Statement[]) => {
    const isNamed = name === "rcps" || name === "resource" || name === "vpcEndpoint";
    const added = name !== layer ? [] : isNamed ? more.map((one) => ({ ...one, ...ANYONE })) : more;
    return [named(name, [...plain, ...added])];
  };
  return {
    identity: own("identity", open),
    boundary: own("boundary", open),
    session: own("session", open),
    scps: [own("scps", open)],
    rcps: [own("rcps", [deny("sqs:*", "*", ANYONE)])],
    resource: own("resource", openTo),
    vpcEndpoint: own("vpcEndpoint", openTo),
  };
}

function bundleWith(layer: keyof PoliciesJson | null, more: readonly Statement[]): Uint8Array {
  const organization = { id: "o-a", accounts: [A1, A2], managementAccount: "333333333333" };
  const part = { organization, request: REQUEST, policies: policiesWith(layer, more) };
  return compile(world([part], { principals: { [ROLE]: { uniqueId: "AROAR" } } }));
}

/** Work of more than LENGTH steps each, and none of it hits. */
const WORK: readonly (readonly [what: string, statement: Statement])[] = [
  ["a resource", deny("s3:*", "arn:aws:s3:::*z*")],
  ["a condition", deny("s3:*", "*", { Condition: { StringLike: { "x:text": "*z*" } } })],
  ["an unknown key beside one", deny("s3:*", "*", { Condition: { StringLike: { "x:u": "1", "x:text": "*z*" } } })],
  ["a number", deny("s3:*", "*", { Condition: { NumericEquals: { "x:digits": "1" } } })],
];
const LAYERS = ["identity", "boundary", "session", "scps", "rcps", "resource", "vpcEndpoint"] as const;
const context = { "x:text": LONG, "x:digits": `2${"0".repeat(LENGTH)}` };
const request = { ...REQUEST, context, unknown: ["x:u"] };

function stepsOf(bundle: Uint8Array): number {
  const engine = Engine.loadSync(bundle, { seed: 1 });
  expect(engine.decide(request).decision).toBe("allowed");
  return engine.steps;
}

function codeOf(ask: () => unknown): string {
  try {
    ask();
    return "answered";
  } catch (error) {
    return error instanceof EngineError ? error.code : String(error);
  }
}

describe("work is counted and bounded", () => {
  const plain = stepsOf(bundleWith(null, []));

  it.each(LAYERS.flatMap((layer) => WORK.map(([what, statement]) => [layer, what, statement] as const)))(
    "in %s: %s",
    (layer, _, statement) => {
      const bundle = bundleWith(layer, [statement]);
      const needed = stepsOf(bundle);
      expect(needed).toBeGreaterThan(plain + LENGTH);
      expect(needed).toBeLessThan(plain + 8 * LENGTH);
      const withMax = (stepsMax: number, options: EngineOptions = {}) =>
        Engine.loadSync(bundle, { seed: 1, stepsMax, ...options });
      expect(codeOf(() => withMax(needed).decide(request))).toBe("answered");
      for (const stepsMax of [0, 1, plain, needed - 1]) {
        // What an engine has learnt saves steps: each is asked once.
        expect(codeOf(() => withMax(stepsMax).explain(request))).toBe("out-of-steps");
        const engine = withMax(stepsMax);
        expect(codeOf(() => engine.decide(request))).toBe("out-of-steps");
        // The instance is as good as before.
        const short = { ...request, context: { "x:text": "a", "x:digits": "2" }, resource: "arn:aws:s3:::b/a" };
        const light = codeOf(() => engine.decide(short));
        expect(light).toBe(stepsMax < plain ? "out-of-steps" : "answered");
      }
    },
  );

  it("by the quick road as well", () => {
    const bundle = bundleWith("identity", [WORK[0]![1], WORK[1]![1]]);
    const { via: _, now: __, unknown: ___, ...quick } = request;
    const free = Engine.loadSync(bundle, { seed: 1 });
    const taken = [0, 1, 2, 3].map(() => {
      expect(codeOf(() => free.decide(quick))).toBe("answered");
      return free.steps;
    });
    expect(Math.min(...taken)).toBeGreaterThan(0);
    const strict = Engine.loadSync(bundle, { seed: 1, stepsMax: Math.min(...taken) - 1 });
    for (const _ of taken) expect(codeOf(() => strict.decide(quick))).toBe("out-of-steps");
  });

  it("as the same number each time, by an engine that has everything to learn", () => {
    const bundle = bundleWith("scps", [WORK[0]![1]]);
    expect([1, 2, 3].map(() => stepsOf(bundle))).toEqual([1, 2, 3].map(() => stepsOf(bundle)));
  });
});
