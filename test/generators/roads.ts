/** The two roads behind one interface, worlds from plans, and what counts as agreement. */
import { compile } from "../../src/compiler/compile.js";
import { Engine, type EngineOptions } from "../../src/engine/engine.js";
import { answer } from "../../src/reference/authorize.js";
import type { Explanation } from "../../src/request/decision.js";
import type { Question } from "../../src/request/question.js";
import { RequestError } from "../../src/request/request.js";
import { resolve } from "../../src/request/resolve.js";
import { InvalidInput } from "../../src/text/diagnostic.js";
import { parseJson } from "../../src/text/json.js";
import { directoryOf } from "../../src/world/directory.js";
import type { Account, PrincipalRecord, World } from "../../src/world/model.js";
import { readScenario, type Scenario } from "../../src/world/scenario.js";
import type { Ask } from "./requests.js";
import type { ScenarioJson } from "./scenario-json.js";
import type { Plan, WorldEdit } from "./towns.js";

/** The world of a plan. Throws InvalidInput where a scenario is refused. */
export function worldOf(plan: Plan): World {
  const [first, ...others] = plan.scenarios.map((scenario) => scenarioOf(scenario).world);
  return edited(others.reduce(joined, first!), plan.edit);
}

/** Through the text, so that places and the JSON reader are in the loop. */
export function scenarioOf(json: ScenarioJson): Scenario {
  const source = { name: json.id, text: JSON.stringify({ expect: "allowed", ...json }) };
  const { value, diagnostics } = parseJson(source);
  if (value === null) throw new InvalidInput(diagnostics);
  const read = readScenario(source, value);
  if (read.scenario === null) throw new InvalidInput(read.diagnostics);
  return read.scenario;
}

/** What the first world knows goes before what the second one says of the same name. */
export function joined(one: World, other: World): World {
  const both = <T>(pick: (world: World) => ReadonlyMap<string, T>) => new Map([...pick(other), ...pick(one)]);
  return {
    ...one,
    accounts: both((world) => world.accounts),
    principals: both((world) => world.principals),
    sessions: both((world) => world.sessions),
    resources: both((world) => world.resources),
    endpoints: both((world) => world.endpoints),
    bindings: both((world) => world.bindings),
  };
}

function edited(world: World, edit: WorldEdit | null): World {
  if (edit === null) return world;
  const account = (record: Account): Account => ({ ...record, ...edit.accounts?.[record.id] });
  const principal = (record: PrincipalRecord): PrincipalRecord => {
    const { tags, ...facts } = edit.principals?.[record.arn] ?? {};
    return { ...record, ...facts, ...(tags === undefined ? {} : { tags: new Map(Object.entries(tags)) }) };
  };
  return {
    ...world,
    closed: edit.closed ?? world.closed,
    accounts: new Map([...world.accounts].map(([id, record]) => [id, account(record)])),
    principals: new Map([...world.principals].map(([arn, record]) => [arn, principal(record)])),
  };
}

/** An answer, or the code under which the question was refused. */
export type Answer =
  | {
      readonly kind: "answer";
      readonly decision: Explanation["decision"];
      readonly layers: Explanation["layers"] | null;
      /** What was asked; the compiled road keeps it to itself. */
      readonly question: Question | null;
    }
  | { readonly kind: "refused"; readonly code: string; readonly path: string };

export interface Road {
  readonly name: string;
  /** `traced`: with the layers; the reference always has them. */
  answer(ask: Ask, traced: boolean): Answer;
}

export function referenceRoad(world: World): Road {
  return {
    name: "reference",
    answer: ({ request, options }) =>
      refusable(() => {
        const question = resolve(request, directoryOf(world), options ?? {});
        return { ...answer(world, question), question };
      }),
  };
}

export async function compiledRoad(world: World, options: EngineOptions = {}): Promise<Road> {
  return engineRoad(await Engine.load(compile(world), options), options.index === false ? "without index" : "compiled");
}

export function engineRoad(engine: Engine, name: string): Road {
  return {
    name,
    answer: ({ request, options }, traced) =>
      refusable(() =>
        traced
          ? { ...engine.explain(request, options ?? undefined), question: null }
          : { decision: engine.decide(request, options ?? undefined), layers: null, question: null },
      ),
  };
}

function refusable(ask: () => Omit<Extract<Answer, { kind: "answer" }>, "kind">): Answer {
  try {
    return { kind: "answer", ...ask() };
  } catch (error) {
    if (error instanceof RequestError) return { kind: "refused", code: error.code, path: error.path };
    throw error;
  }
}

/** Where two answers differ first, as a path with both values; null: nowhere. Traces count where both have them. */
export function differenceOf(one: Answer, other: Answer): string | null {
  if (one.kind === "refused" || other.kind === "refused") return difference("", one, other);
  const decisions = difference("decision", one.decision, other.decision);
  if (decisions !== null || one.layers === null || other.layers === null) return decisions;
  return difference("layers", one.layers, other.layers);
}

function difference(path: string, one: unknown, other: unknown): string | null {
  if (Object.is(one, other)) return null;
  if (!isObject(one) || !isObject(other)) return `${path}: ${JSON.stringify(one)} or ${JSON.stringify(other)}`;
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const inner = difference(path === "" ? key : `${path}.${key}`, one[key], other[key]);
    if (inner !== null) return inner;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
