/** Trials of what the other tests ask anyway: the conformance scenarios and generated worlds. */
import { fileURLToPath } from "node:url";
import type { EngineOptions } from "../../src/engine/engine.js";
import { DEFAULT_REQUEST_OPTIONS, type RequestOptions } from "../../src/request/request.js";
import { scenarioFiles } from "../authorizers.js";
import { CASES_PER_WORLD, casesFrom } from "../generators/agreement.js";
import type { Trial, TrialAsk } from "./trial.js";

const CONFORMANCE = fileURLToPath(new URL("../conformance", import.meta.url));

/**
 * One scenario in `every` of those that can be read: by the general road with its explanation and, where it may, twice by the
 * quick road. An engine for one question is dear; neighbours in a file are alike.
 */
export function* scenarioTrials(every: number): Generator<Trial> {
  let number = 0;
  for (const { scenarios } of scenarioFiles(CONFORMANCE)) {
    for (const { id, world, request, requestOptions, refused } of scenarios) {
      if (refused.length > 0 || number++ % every !== 0) continue;
      const quick: TrialAsk = { request, options: null };
      const general: TrialAsk = { request, options: requestOptions, explained: true };
      const asks = isDefault(requestOptions) ? [quick, quick, general] : [general];
      yield { name: id, world, engine: {}, overlays: [], asks };
    }
  }
}

/** How the engine runs takes turns; every sixth question is explained. */
const ENGINES: readonly EngineOptions[] = [{}, {}, { index: false }, { quick: false }];
const EXPLAINED = 6;

/** As many generated worlds; each question twice, so that its parties are known the second time. */
export function* generatedTrials(seed: number, worlds: number): Generator<Trial> {
  for (let number = 0; number < worlds; number++) {
    const { world, asks } = casesFrom(seed, number * CASES_PER_WORLD);
    const explained = asks.map((ask, at) => ({ ...ask, explained: at % EXPLAINED === 0 }));
    yield {
      name: `world ${number} of ${seed}`,
      world,
      engine: ENGINES[number % ENGINES.length]!,
      overlays: [],
      asks: [...explained, ...asks.filter(({ options }) => options === null)],
    };
  }
}

function isDefault(options: RequestOptions): boolean {
  const flags = Object.keys(DEFAULT_REQUEST_OPTIONS) as (keyof RequestOptions)[];
  return flags.every((flag) => options[flag] === DEFAULT_REQUEST_OPTIONS[flag]);
}
