/** Cases by number, each asked on both roads. A case can be asked again from the seed and its number alone. */
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import type { Explanation } from "../../src/request/decision.js";
import { InvalidInput } from "../../src/text/diagnostic.js";
import type { World } from "../../src/world/model.js";
import { Coverage, policiesOf } from "./coverage.js";
import { Random } from "./random.js";
import { type Ask, askOf } from "./requests.js";
import { differenceOf, engineRoad, type Road, referenceRoad, worldOf } from "./roads.js";
import { disagreement, ENGINES, type Specimen } from "./specimens.js";
import { type Town, townOf } from "./towns.js";

/** Requests asked of one world. */
export const CASES_PER_WORLD = 50;

/** One in this many is compared with all its traces. */
const TRACED = 50;

export interface Tally {
  readonly cases: number;
  /** Worlds that were refused and made again. */
  readonly refused: number;
  /** By decision word, and requests that cannot be asked under `refused`. */
  readonly words: Readonly<Record<string, number>>;
  readonly coverage: Uint32Array;
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly number: number;
  readonly text: string;
}

/** Asks the cases `from` to `to` (not included); `from` is the first of a world. */
export async function agree(seed: number, from: number, to: number): Promise<Tally> {
  const coverage = new Coverage();
  const words: Record<string, number> = {};
  const differences: Difference[] = [];
  let refused = 0;
  for (let first = from; first < to; first += CASES_PER_WORLD) {
    const place = placeOf(seed, first);
    refused += place.refused;
    const engine = await loaded(place);
    if (typeof engine === "string") {
      differences.push({ number: first, text: engine });
      continue;
    }
    const reference = referenceRoad(place.world);
    const policies = policiesOf(place.world);
    for (let number = first; number < Math.min(to, first + CASES_PER_WORLD); number++) {
      const ask = askAt(seed, number, place.town);
      const expected = reference.answer(ask, true);
      const word = expected.kind === "refused" ? "refused" : expected.decision.decision;
      words[word] = (words[word] ?? 0) + 1;
      if (expected.kind === "answer") coverage.add(policies, expected as Explanation, expected.question!.context);
      // Every world has some, and not the same one each.
      const traced = (number * 7 + first) % TRACED === 0;
      const text = compared(expected, engine, ask, traced);
      if (text !== null) differences.push({ number, text });
    }
  }
  return { cases: to - from, refused, words, coverage: coverage.counts, differences };
}

type Answer = ReturnType<Road["answer"]>;

/** A decision is always compared; under `traced` the explanation of the same question is too. */
function compared(expected: Answer, engine: Road, ask: Ask, traced: boolean): string | null {
  try {
    const decided = differenceOf(expected, engine.answer(ask, false));
    return decided === null && traced ? differenceOf(expected, engine.answer(ask, true)) : decided;
  } catch (error) {
    return `engine: ${error}`;
  }
}

/** The case itself, for shrinking and for looking at. */
export function specimenAt(seed: number, number: number): Specimen {
  const { town } = placeOf(seed, number - (number % CASES_PER_WORLD));
  return { scenarios: town.scenarios, edit: town.edit, ask: askAt(seed, number, town) };
}

/** The world of the cases from `first` on, and its questions. `first` is the first of a world. */
export function casesFrom(seed: number, first: number): { world: World; asks: Ask[] } {
  const { town, world } = placeOf(seed, first);
  return { world, asks: Array.from({ length: CASES_PER_WORLD }, (_, at) => askAt(seed, first + at, town)) };
}

/**
 * What the roads say to one case alone. An answer that depends on what was asked before shows in a whole world only, which
 * `agree` asks from its first case on.
 */
export function replay(seed: number, number: number): Promise<string | null> {
  return disagreement(specimenAt(seed, number));
}

interface Place {
  readonly number: number;
  readonly town: Town;
  readonly world: World;
  readonly refused: number;
}

/** The world of the cases from this one on. Strict grammar refuses few of the worlds; the next try is another. */
function placeOf(seed: number, first: number): Place {
  const number = first / CASES_PER_WORLD;
  for (let refused = 0; ; refused++) {
    const town = townOf(new Random(seed, number, refused));
    try {
      return { number, town, world: worldOf(town), refused };
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
    }
  }
}

function askAt(seed: number, number: number, town: Town): Ask {
  return askOf(new Random(seed, Math.floor(number / CASES_PER_WORLD), number % CASES_PER_WORLD, 1), town);
}

/** The ways to run the engine take turns. */
async function loaded({ number, world }: Place): Promise<Road | string> {
  try {
    return engineRoad(await Engine.load(compile(world), ENGINES[number % ENGINES.length]!), "compiled");
  } catch (error) {
    return `load: ${error}`;
  }
}
