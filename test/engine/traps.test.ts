/**
 * A trap anywhere in the evaluator (threats T19): a typed error, never an answer, and the next request is right, by an
 * instance that was not in it.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MutableModule } from "../../scripts/mutable-module.js";
import { compile, compileOverlay } from "../../src/compiler/compile.js";
import { type BatchColumns, dictionaryColumn, utf8Column } from "../../src/engine/columns.js";
import { Engine, EngineError, type Overlay } from "../../src/engine/engine.js";
import { encodeFrame } from "../../src/engine/frame.js";
import type { Machine } from "../../src/engine/wasm.js";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";
import { type Request, RequestError } from "../../src/request/request.js";
import { user, worldWith } from "../compiler/build.js";
import { Random } from "../generators/random.js";
import { type Ask, askOf } from "../generators/requests.js";
import { worldOf } from "../generators/roads.js";
import { townOf } from "../generators/towns.js";
import { A1, policyOf, type StatementJson } from "../reference/build.js";

/** Rounds of loops: more than the questions of these tests take together. */
const PLENTY = 2_000_000_000;

/** The evaluator, but that its loops trap when the global `fuel` is used up. */
const build = new WebAssembly.Module(
  new MutableModule(readFileSync(new URL("../../build/iamb.wasm", import.meta.url)), PLENTY).bytes(),
);

function fuelOf(machine: Machine): { value: number } {
  return (machine.exports as unknown as { fuel: { value: number } }).fuel;
}

function machineOf(engine: Engine, overlay: Overlay | undefined): Machine {
  return overlay === undefined ? engine["machine"] : engine["overlays"].get(overlay)!.machine;
}

function answerOf(ask: () => unknown): string {
  try {
    return JSON.stringify(ask());
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
}

/** Asks with the fuel of 0, `step`, … rounds until that is enough; after each trap again with plenty. How many rounds that were. */
function trapped(engine: Engine, ask: () => unknown, overlay?: Overlay, step = 1): number {
  const expected = answerOf(ask);
  // Once more, so that everything that can be remembered is.
  answerOf(ask);
  for (let rounds = 0; ; rounds += step) {
    const before = machineOf(engine, overlay);
    fuelOf(before).value = rounds;
    try {
      expect(answerOf(ask)).toBe(expected);
      fuelOf(machineOf(engine, overlay)).value = PLENTY;
      return rounds;
    } catch (error) {
      expect(error).toBeInstanceOf(EngineError);
      expect((error as EngineError).code).toBe("trap");
    }
    expect(answerOf(ask)).toBe(expected);
    // Not by the matcher, which would print a memory.
    expect(machineOf(engine, overlay) !== before).toBe(true);
  }
}

const SESSION = `arn:aws:sts::${A1}:assumed-role/app/s`;
const statements: readonly StatementJson[] = [
  { Action: ["s3:Get*", "s3:*"], Resource: ["arn:aws:s3:::a*", "arn:aws:s3:::*b*/*"] },
  { Effect: "Deny", Action: "s3:*", Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } },
  { Action: "s3:*", Condition: { StringLike: { "s3:prefix": "*x*y*" } } },
];
const world = worldWith({
  users: [
    user("alice", [policyOf("identity", statements, "own")]),
    {
      ...user("app", [policyOf("identity", [{ Action: "s3:*" }], "everything")]),
      kind: "role",
      arn: `arn:aws:iam::${A1}:role/app`,
    },
  ],
});
const request: Request = {
  principal: user("alice", []).arn,
  action: "s3:GetObject",
  resource: "arn:aws:s3:::bbb/k",
  context: { "aws:SourceIp": "192.0.2.1", "s3:prefix": "xay" },
};

describe("a trap in any round of any loop", () => {
  it.each([
    ["of a decision, by the quick road", { quick: true }, "decide"],
    ["of a decision, by the general one", { quick: false }, "decide"],
    ["of an explanation", { quick: true }, "explain"],
  ] as const)("%s", (_, options, way) => {
    const engine = Engine.loadSync(compile(world), { ...options, build });
    expect(trapped(engine, () => engine[way](request))).toBeGreaterThan(10);
  });

  it.each([true, false])("of a frame, whether it takes the quick road (%s) or the general one", (quick) => {
    const engine = Engine.loadSync(compile(world), { build, quick });
    const frame = encodeFrame(request)!;
    expect(trapped(engine, () => engine.decideFrame(frame))).toBeGreaterThan(10);
    expect(answerOf(() => engine.decideFrame(frame))).toBe(answerOf(() => engine.decide(request)));
  });

  it.each(["decide", "explain"] as const)("beside session policies that arrived at run time: %s", (way) => {
    const engine = Engine.loadSync(compile(world), { build });
    const passed = [policyOf("session", statements, "passed")];
    const overlay = engine.overlay(compileOverlay(passed, DEFAULT_WORLD_OPTIONS));
    const ask = { ...request, principal: SESSION };
    expect(trapped(engine, () => engine[way](ask, undefined, overlay), overlay)).toBeGreaterThan(10);
  });

  it("of an explanation takes more rounds than the decision does: both are looked at", () => {
    const engine = Engine.loadSync(compile(world), { build, quick: false });
    const decided = trapped(engine, () => engine.decide(request));
    expect(trapped(engine, () => engine.explain(request))).toBeGreaterThan(decided);
  });
});

describe("a trap in a batch", () => {
  const rows = Array.from({ length: 12 }, (_, at) => ({
    principal: request.principal as string,
    action: ["s3:GetObject", "s3:PutObject", "ec2:Run"][at % 3]!,
    resource: ["arn:aws:s3:::bbb/k", "arn:aws:s3:::abc"][at % 2]!,
    prefix: ["xay", "none", null][at % 3]!,
    address: ["192.0.2.1", "10.1.1.1"][at % 2]!,
  }));
  const columns: BatchColumns = {
    rows: rows.length,
    principal: utf8Column(rows.map(({ principal }) => principal)),
    action: dictionaryColumn(rows.map(({ action }) => action)),
    resource: utf8Column(rows.map(({ resource }) => resource)),
    context: {
      "s3:prefix": utf8Column(rows.map(({ prefix }) => prefix)),
      "aws:SourceIp": dictionaryColumn(rows.map(({ address }) => address)),
    },
  };
  /** Every trap is followed by fresh memory: as little of it as does. */
  const BATCH_BYTES = 1 << 20;
  const decide = (engine: Engine) => [...engine.decideBatch(columns).decisions];

  it("in one round in seven of any loop is an error, and the batch is right the next time", () => {
    const engine = Engine.loadSync(compile(world), { build, batchBytes: BATCH_BYTES });
    expect(new Set(decide(engine)).size).toBeGreaterThan(2);
    expect(trapped(engine, () => decide(engine), undefined, 7)).toBeGreaterThan(10);
  });

  it("while it learns what it did not know is one, too", () => {
    const expected = decide(Engine.loadSync(compile(world), { build }));
    let traps = 0;
    for (let rounds = 0; ; rounds += 23) {
      const engine = Engine.loadSync(compile(world), { build, batchBytes: BATCH_BYTES });
      const before = machineOf(engine, undefined);
      fuelOf(before).value = rounds;
      try {
        expect(decide(engine)).toEqual(expected);
        break;
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
        expect((error as EngineError).code).toBe("trap");
      }
      traps++;
      expect(machineOf(engine, undefined) !== before).toBe(true);
      expect(decide(engine)).toEqual(expected);
    }
    expect(traps).toBeGreaterThan(10);
  });
});

describe("a trap now and then", () => {
  it("leaves every other answer as it was, whoever asks what by whichever road", () => {
    const counts = { traps: 0, answers: 0 };
    for (let number = 0; counts.answers < 3_000; number++) {
      const random = new Random(1, 43, number);
      const town = townOf(random);
      let bytes: Uint8Array;
      try {
        bytes = compile(worldOf(town));
      } catch {
        continue; // Strict grammar refuses some of the worlds.
      }
      const [sound, shaken] = [Engine.loadSync(bytes), Engine.loadSync(bytes, { build })];
      const asks = Array.from({ length: 30 }, () => askOf(random, town));
      for (const ask of [...asks, ...asks]) {
        const isTraced = random.chance(0.3);
        const [expected, given] = [sound, shaken].map((engine) => () => askedOf(engine, ask, isTraced));
        const fuel = fuelOf(machineOf(shaken, undefined));
        if (random.chance(0.05)) fuel.value = random.below(60);
        try {
          expect(given!()).toBe(expected!());
          counts.answers++;
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          expect(error.code).toBe("trap");
          counts.traps++;
        }
        fuelOf(machineOf(shaken, undefined)).value = PLENTY;
      }
    }
    expect(counts.traps).toBeGreaterThan(50);
  });
});

const NOW = 1_700_000_000_000;

function askedOf(engine: Engine, { request, options }: Ask, isTraced: boolean): string {
  const fixed = { now: NOW, ...request };
  return answerOf(() =>
    isTraced ? engine.explain(fixed, options ?? undefined) : engine.decide(fixed, options ?? undefined),
  );
}
