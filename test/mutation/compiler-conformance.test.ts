/**
 * The conformance scenarios on the engine alone, those of them that have what generated worlds and the room's own tests seldom
 * have: flags, sessions, endpoints, bindings. All of them, for every mutant, would be most of the time that mutants take.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../../src/policy/options.js";
import { unmet } from "../../src/world/expectation.js";
import { readScenarios, type Scenario } from "../../src/world/scenario.js";
import { AUTHORIZERS, outcomeOf } from "../authorizers.js";

const FOLDER = `${import.meta.dirname}/../conformance`;
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
const ENGINE = AUTHORIZERS.find(({ name }) => name === "engine")!;

describe("the engine", () => {
  it.each(FILES)("meets %s", (name) => {
    const { scenarios } = readScenarios({ name, text: readFileSync(`${FOLDER}/${name}`, "utf8") });
    expect(scenarios.length).toBeGreaterThan(0);
    for (const scenario of scenarios.filter(isSpecial)) {
      const differences = unmet(scenario.expect, outcomeOf(ENGINE, scenario));
      if (differences.length > 0) expect.fail(`${scenario.id}: ${differences.join("; ")}`);
    }
  });
});

function isSpecial({ world }: Scenario): boolean {
  const flags = Object.keys(DEFAULT_WORLD_OPTIONS) as (keyof WorldOptions)[];
  return (
    world.sessions.size + world.endpoints.size + world.bindings.size > 0 ||
    flags.some((flag) => world.options[flag] !== DEFAULT_WORLD_OPTIONS[flag])
  );
}

it("has a share of them", () => {
  const all = FILES.flatMap(
    (name) => readScenarios({ name, text: readFileSync(`${FOLDER}/${name}`, "utf8") }).scenarios,
  );
  const special = all.filter(isSpecial);
  expect(special.length).toBeGreaterThan(100);
  expect(special.length).toBeLessThan(all.length / 2);
});
