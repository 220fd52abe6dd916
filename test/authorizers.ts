/** Every implementation behind one interface: what a scenario must give, it must give on each of them. */
import { readdirSync, readFileSync } from "node:fs";
import { compile } from "../src/compiler/compile.js";
import { Engine } from "../src/engine/engine.js";
import { decide } from "../src/reference/authorize.js";
import type { Decision } from "../src/request/decision.js";
import { DEFAULT_REQUEST_OPTIONS, RequestError, type RequestOptions } from "../src/request/request.js";
import { renderDiagnostic } from "../src/text/excerpt.js";
import { type Outcome, unmet } from "../src/world/expectation.js";
import type { World } from "../src/world/model.js";
import { readScenarios, type Scenario } from "../src/world/scenario.js";

export interface Authorizer {
  readonly name: string;
  /** Throws RequestError for a request that cannot be asked, as the implementation does. */
  decide(scenario: Scenario): Decision;
}

export const AUTHORIZERS: readonly Authorizer[] = [
  {
    name: "reference",
    decide: ({ world, request, requestOptions }) => decide(world, request, requestOptions),
  },
  {
    name: "engine",
    decide: ({ world, request, requestOptions }) => engineOf(world).decide(request, flagsOf(requestOptions)),
  },
  {
    name: "engine, general road",
    decide: ({ world, request, requestOptions }) => engineOf(world).decide(request, requestOptions),
  },
];

let loaded: { readonly world: World; readonly engine: Engine } | null = null;

/** Only the last one is kept: each has megabytes of its own. */
function engineOf(world: World): Engine {
  if (loaded?.world !== world) loaded = { world, engine: Engine.loadSync(compile(world)) };
  return loaded.engine;
}

/** Left out where they are the defaults: only then the engine takes its quick road. */
function flagsOf(options: RequestOptions): RequestOptions | undefined {
  const flags = Object.keys(DEFAULT_REQUEST_OPTIONS) as (keyof RequestOptions)[];
  return flags.every((flag) => options[flag] === DEFAULT_REQUEST_OPTIONS[flag]) ? undefined : options;
}

/** What comes of a scenario; one whose policies or request were refused while reading is decided by nobody. */
export function outcomeOf(authorizer: Authorizer, scenario: Scenario): Outcome {
  if (scenario.refused.length > 0) return { kind: "refused", codes: scenario.refused.map(({ code }) => code) };
  try {
    return { kind: "decision", decision: authorizer.decide(scenario) };
  } catch (error) {
    if (error instanceof RequestError) return { kind: "refused", codes: [error.code] };
    throw error;
  }
}

/** Where a scenario does not give what it must, by implementation; empty: nowhere. */
export function complaints(scenario: Scenario): readonly string[] {
  return AUTHORIZERS.flatMap((authorizer) =>
    unmet(scenario.expect, outcomeOf(authorizer, scenario)).map((difference) => `${authorizer.name}: ${difference}`),
  );
}

export interface ScenarioFile {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  /** Scenarios that cannot be read, for people. */
  readonly errors: readonly string[];
}

/** The scenario files of a folder, sorted by name. */
export function scenarioFiles(folder: string): readonly ScenarioFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return names.sort().map((name) => {
    const { scenarios, diagnostics } = readScenarios({ name, text: readFileSync(`${folder}/${name}`, "utf8") });
    const errors = diagnostics.filter(({ severity, code }) => severity === "error" || code === "repeated-id");
    return { name, scenarios, errors: errors.map((diagnostic) => renderDiagnostic(diagnostic)) };
  });
}
