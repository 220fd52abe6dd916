/** Every way to run the compiled road gives the same answers: builds, index, quick road, traces, overlays, batches of worlds. */
import { describe, expect, it } from "vitest";
import { compile, compileOverlay } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import type { World } from "../../src/world/model.js";
import { Random } from "../generators/random.js";
import { type Ask, askOf } from "../generators/requests.js";
import { type Answer, differenceOf, engineRoad, worldOf } from "../generators/roads.js";
import { ENGINES } from "../generators/specimens.js";
import { type Town, townOf } from "../generators/towns.js";
import { CASES } from "./law.js";

const ASKS = 20;

/** Worlds with their questions; those that are refused are left out. */
function* towns(
  stream: number,
  count = CASES / ASKS,
): Generator<{ town: Town; world: World; asks: Ask[]; random: Random }> {
  for (let number = 0; count > 0; number++) {
    const random = new Random(1, stream, number);
    const town = townOf(random);
    const world = worldOrNull(town);
    if (world === null) continue;
    count--;
    yield { town, world, asks: Array.from({ length: ASKS }, () => askOf(random, town)), random };
  }
}

function worldOrNull(town: Town): World | null {
  try {
    return worldOf(town);
  } catch {
    return null;
  }
}

function alike(one: Answer, other: Answer, what: unknown): void {
  const difference = differenceOf(one, other);
  if (difference !== null) throw new Error(`${difference}: ${JSON.stringify(what)}`);
}

describe("the compiled road", () => {
  it("answers the same on every build, with and without index and quick road", async () => {
    for (const { town, world, asks } of towns(1)) {
      const bytes = compile(world);
      const [first, ...others] = await Promise.all(
        ENGINES.map(async (options) => engineRoad(await Engine.load(bytes, options), JSON.stringify(options))),
      );
      for (const ask of asks) {
        const expected = first!.answer(ask, true);
        for (const road of others)
          alike(expected, road.answer(ask, true), { road: road.name, ask, town: town.scenarios });
      }
    }
  });

  it("decides what it explains", async () => {
    for (const { town, world, asks } of towns(2)) {
      const road = engineRoad(await Engine.load(compile(world)), "compiled");
      for (const ask of asks) alike(road.answer(ask, false), road.answer(ask, true), { ask, town: town.scenarios });
    }
  });

  it("remembers nothing of a request: in any order, again, and by an engine that was asked nothing before", async () => {
    for (const { town, world, asks, random } of towns(3, CASES / ASKS / 4)) {
      const bytes = compile(world);
      const road = engineRoad(await Engine.load(bytes), "compiled");
      const answers = new Map(asks.map((ask) => [ask, road.answer(ask, false)]));
      for (const ask of random.shuffle([...asks, ...asks])) {
        alike(answers.get(ask)!, road.answer(ask, false), { ask, town: town.scenarios });
      }
      for (const ask of asks.slice(0, 4)) {
        const fresh = engineRoad(await Engine.load(bytes), "fresh");
        alike(answers.get(ask)!, fresh.answer(ask, false), { ask, town: town.scenarios });
      }
    }
  });

  it("takes what it remembers of caller, action and resource for whatever else a request gives", async () => {
    let plain = 0;
    for (const { town, world, asks, random } of towns(7, CASES / ASKS)) {
      const bytes = compile(world);
      const remembering = await Engine.load(bytes);
      const general = await Engine.load(bytes, { quick: false });
      const requests = asks.map(({ request }) => request).filter(({ principal }) => typeof principal === "string");
      if (requests.length === 0) continue;
      const mixed = requests.slice(0, 6).flatMap((request) =>
        Array.from({ length: 6 }, () => {
          const other = random.pick(requests);
          return {
            principal: request.principal,
            action: request.action,
            resource: request.resource,
            ...(request.resourceAccount === undefined ? {} : { resourceAccount: request.resourceAccount }),
            ...(random.chance(0.5) ? {} : { resourceTags: random.pick(requests).resourceTags ?? {} }),
            ...(other.context === undefined ? {} : { context: other.context }),
          };
        }),
      );
      for (const request of [...mixed, ...random.shuffle([...mixed])]) {
        const expected = decisionOf(() => general.decide(request));
        const given = decisionOf(() => remembering.decide(request));
        if (expected !== given) {
          throw new Error(`${expected} or ${given}: ${JSON.stringify({ request, town: town.scenarios })}`);
        }
        plain++;
      }
    }
    expect(plain).toBeGreaterThan(CASES);
  });

  it("takes session policies from an overlay as from the world (EVAL-18)", async () => {
    let applied = 0;
    for (const { town, world, asks } of towns(4, CASES / ASKS)) {
      const session = [...world.sessions.values()].find(({ policies }) => policies?.missing.length === 0);
      if (session === undefined || world.closed === false) continue;
      const policies = session.policies!.documents.map(({ policy }) => policy);
      const whole = await Engine.load(compile(world));
      const bare = await Engine.load(compile({ ...world, sessions: new Map() }));
      const overlay = bare.overlay(compileOverlay(policies, world.options));
      for (const { request, options } of asks) {
        const arn = typeof request.principal === "string" ? request.principal : request.principal.arn;
        if (arn !== session.arn) continue;
        const expected = answerOf(() => whole.decide(request, options ?? undefined));
        const given = answerOf(() => bare.decide(request, options ?? undefined, overlay));
        if (expected !== given)
          throw new Error(`${expected} or ${given}: ${JSON.stringify({ request, options, town: town.scenarios })}`);
        applied++;
      }
    }
    expect(applied).toBeGreaterThan(CASES / 50);
  });
});

/** All of an answer. */
function decisionOf(ask: () => unknown): string {
  try {
    return JSON.stringify(ask());
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
}

/** Word and layer: the labels of an overlay are its own. */
function answerOf(ask: () => { decision: string; decidedBy?: string }): string {
  try {
    const { decision, decidedBy } = ask();
    return `${decision} ${decidedBy}`;
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
}

describe("the compiler", () => {
  it("makes the same bytes of the same world", () => {
    for (const { town, world } of towns(5)) expect(compile(worldOf(town))).toEqual(compile(world));
  });

  it("makes the same bytes in whatever order a world's records were read", () => {
    for (const { world, random } of towns(6)) {
      const shuffled = <T>(map: ReadonlyMap<string, T>) => new Map(random.shuffle([...map]));
      const other: World = {
        ...world,
        accounts: shuffled(world.accounts),
        principals: shuffled(world.principals),
        sessions: shuffled(world.sessions),
        resources: shuffled(world.resources),
        endpoints: shuffled(world.endpoints),
        bindings: shuffled(world.bindings),
      };
      expect(compile(other)).toEqual(compile(world));
    }
  });
});
