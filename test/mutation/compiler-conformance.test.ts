/** The conformance scenarios on the engine alone: what is compiled means what the specification says. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { unmet } from "../../src/world/expectation.js";
import { readScenarios } from "../../src/world/scenario.js";
import { AUTHORIZERS, outcomeOf } from "../authorizers.js";

const FOLDER = `${import.meta.dirname}/../conformance`;
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
const ENGINE = AUTHORIZERS.find(({ name }) => name === "engine")!;

describe("the engine", () => {
  it.each(FILES)("meets %s", (name) => {
    const { scenarios } = readScenarios({ name, text: readFileSync(`${FOLDER}/${name}`, "utf8") });
    expect(scenarios.length).toBeGreaterThan(0);
    for (const scenario of scenarios) {
      const differences = unmet(scenario.expect, outcomeOf(ENGINE, scenario));
      if (differences.length > 0) expect.fail(`${scenario.id}: ${differences.join("; ")}`);
    }
  });
});
