/** Worlds for tests of access reports: the example organization, and worlds that the generators make. */
import { join } from "node:path";
import { type Judge, judgeOf } from "../../src/access/judge.js";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { decide } from "../../src/reference/authorize.js";
import { InvalidInput } from "../../src/text/diagnostic.js";
import { loadWorld } from "../../src/world/load.js";
import type { World } from "../../src/world/model.js";
import { Random } from "../generators/random.js";
import { worldOf } from "../generators/roads.js";
import { type Town, townOf } from "../generators/towns.js";

export async function exampleWorld(): Promise<World> {
  const { world } = await loadWorld(join(import.meta.dirname, "../../examples/world"), {});
  return world!;
}

export function judgeOfWorld(world: World): Judge {
  return judgeOf(Engine.loadSync(compile(world)));
}

/** The reference in the place of the engine. */
export function referenceJudge(world: World, keys: readonly string[]): Judge {
  return {
    keys,
    *decideAll(requests) {
      for (const request of requests) yield decide(world, request);
    },
  };
}

export function* generatedWorlds(
  stream: number,
  count: number,
): Generator<{ town: Town; world: World; random: Random }> {
  for (let number = 0, made = 0; made < count; number++) {
    const random = new Random(1, stream, number);
    const town = townOf(random);
    try {
      const world = worldOf(town);
      if (world.principals.size === 0) continue;
      made++;
      yield { town, world, random };
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
    }
  }
}
