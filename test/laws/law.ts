/** What the laws share: worlds before and after a change, both roads, and answers as what they leave possible. */
import { expect } from "vitest";
import type { Decision } from "../../src/request/decision.js";
import { InvalidInput } from "../../src/text/diagnostic.js";
import type { World } from "../../src/world/model.js";
import { Random } from "../generators/random.js";
import { type Ask, askOf } from "../generators/requests.js";
import { type Answer, compiledRoad, type Road, referenceRoad, worldOf } from "../generators/roads.js";
import type { Json, JsonObject, PoliciesJson, PolicyJson, ScenarioJson } from "../generators/scenario-json.js";
import type { Plan, Town } from "../generators/towns.js";
import { townOf } from "../generators/towns.js";

/** Cases for each law; nightly runs ask more. */
export const CASES = Number(process.env["IAMB_LAW_CASES"] ?? 2_000);
const SEED = Number(process.env["IAMB_LAW_SEED"] ?? 1);
const CASES_PER_WORLD = 20;

export type Answered = Extract<Answer, { kind: "answer" }>;

/** One question before and after a change. */
export interface Pair {
  readonly before: Answered;
  readonly after: Answered;
  readonly road: string;
}

export interface Law {
  /** The plan after the change; null: the law says nothing about this one. */
  readonly change?: (random: Random, town: Town) => Plan | null;
  /** The question after the change. Default: the same; null: the law says nothing about this one. */
  readonly ask?: (random: Random, ask: Ask, town: Town) => Ask | null;
  /** What is wrong; null: nothing. */
  readonly holds: (pair: Pair) => string | null;
}

/**
 * Draws towns and questions until the law was held against `cases` of them. A law that applies to less than the share
 * `appliedMin` of what is drawn is as good as not tested.
 */
export async function check(law: Law, { cases = CASES, appliedMin = 0.2 } = {}): Promise<void> {
  let applied = 0;
  let tried = 0;
  for (let number = 0; applied < cases; number++) {
    const random = new Random(SEED, 77, number);
    const worlds = worldsOf(random, law);
    if (worlds === null) {
      tried += CASES_PER_WORLD;
      continue;
    }
    const { town, before, after, changed } = worlds;
    const roads: [Road, Road][] = [
      [referenceRoad(before), referenceRoad(after)],
      [await compiledRoad(before), await compiledRoad(after)],
    ];
    for (let at = 0; at < CASES_PER_WORLD; at++) {
      const ask = askOf(random, town);
      const then = law.ask === undefined ? ask : law.ask(random, ask, town);
      tried++;
      if (then === null) continue;
      for (const [one, other] of roads) {
        const pair = { before: one.answer(ask, true), after: other.answer(then, true), road: one.name };
        if (pair.before.kind === "refused" || pair.after.kind === "refused") continue;
        applied++;
        const wrong = law.holds(pair as Pair);
        if (wrong !== null) fail(wrong, pair as Pair, { number, at }, town, changed, ask, then);
      }
    }
    if (tried > 2 * cases) expect(applied / tried).toBeGreaterThan(appliedMin);
  }
}

interface Worlds {
  readonly town: Town;
  readonly changed: Plan;
  readonly before: World;
  readonly after: World;
}

function worldsOf(random: Random, law: Law): Worlds | null {
  const town = townOf(random);
  try {
    const before = worldOf(town);
    const changed = law.change === undefined ? town : law.change(random, town);
    return changed === null ? null : { town, changed, before, after: worldOf(changed) };
  } catch (error) {
    if (error instanceof InvalidInput) return null;
    throw error;
  }
}

function fail(
  wrong: string,
  { before, after, road }: Pair,
  place: { number: number; at: number },
  town: Plan,
  changed: Plan,
  ask: Ask,
  then: Ask,
): never {
  const shown = (value: unknown) => JSON.stringify(value, null, 1);
  throw new Error(
    [
      `${wrong} (${road} road, seed ${SEED}, world ${place.number}, question ${place.at})`,
      `before: ${shown(before.decision)}`,
      `after: ${shown(after.decision)}`,
      `asked: ${shown(ask)}`,
      ...(then === ask ? [] : [`then: ${shown(then)}`]),
      `in: ${shown({ scenarios: town.scenarios, edit: town.edit })}`,
      ...(changed === town ? [] : [`changed: ${shown({ scenarios: changed.scenarios, edit: changed.edit })}`]),
    ].join("\n"),
  );
}

type Word = "allowed" | "explicitDeny" | "implicitDeny";

/** What a decision leaves possible (3V-9). */
export function possible(decision: Decision): ReadonlySet<Word> {
  switch (decision.decision) {
    case "allowed":
    case "explicitDeny":
    case "implicitDeny":
      return new Set([decision.decision]);
    case "indeterminate":
    case "denied":
      return new Set(decision.between);
  }
}

/** What an answer says without the places where statements stand. */
export function meaning({ decision }: Answered): Json {
  const { statements, ...rest } = { statements: [], ...decision };
  const names = statements.map(({ layer, policy, index }) => `${layer} ${policy}#${index}`);
  return JSON.parse(JSON.stringify({ ...rest, statements: names }));
}

/** The same without the statements. */
export function verdict({ decision }: Answered): string {
  const { statements: _, ...rest } = { statements: [], ...decision };
  return JSON.stringify(rest);
}

/** A law of equality under `view`. */
export function same(view: (answer: Answered) => unknown): (pair: Pair) => string | null {
  return ({ before, after }) => {
    const [one, other] = [JSON.stringify(view(before)), JSON.stringify(view(after))];
    return one === other ? null : `${one} became ${other}`;
  };
}

/** A law about one word: it is not possible after unless it was before. */
export function neverGains(word: Word): (pair: Pair) => string | null {
  return ({ before, after }) =>
    possible(after.decision).has(word) && !possible(before.decision).has(word) ? `it has become ${word}` : null;
}

/** Where documents stand in a scenario. */
export type Place = "identity" | "boundary" | "session" | "scps" | "rcps" | "resource" | "behind" | "vpcEndpoint";

/** A plan with every list of documents changed; what is `unknown` as a whole stays. */
export function withDocuments(
  plan: Plan,
  change: (documents: readonly PolicyJson[], place: Place, scenario: ScenarioJson) => readonly PolicyJson[],
): Plan {
  const scenarios = plan.scenarios.map((scenario): ScenarioJson => {
    const list = (place: Place) => (documents: readonly PolicyJson[] | "unknown") =>
      documents === "unknown" ? documents : change(documents, place, scenario);
    const { policies } = scenario;
    const levels = (place: "scps" | "rcps") =>
      policies[place] === undefined ? {} : { [place]: policies[place].map((level) => change(level, place, scenario)) };
    const lists = (["identity", "boundary", "session", "resource", "vpcEndpoint"] as const).map((place) =>
      policies[place] === undefined ? {} : { [place]: list(place)(policies[place]) },
    );
    const changed: PoliciesJson = Object.assign(
      {},
      policies,
      ...lists,
      levels("scps"),
      levels("rcps"),
      policies.behind === undefined
        ? {}
        : { behind: { ...policies.behind, policies: change(policies.behind.policies, "behind", scenario) } },
    );
    return { ...scenario, policies: changed };
  });
  return { scenarios, edit: plan.edit };
}

/** A plan with the statements of every document changed. */
export function withStatements(
  plan: Plan,
  change: (statements: readonly JsonObject[], place: Place, scenario: ScenarioJson) => readonly JsonObject[],
): Plan {
  return withDocuments(plan, (documents, place, scenario) =>
    documents.map((document) => {
      if (document === "unknown") return document;
      const statements = change(statementsOf(document.policy), place, scenario);
      return { ...document, policy: { ...document.policy, Statement: statements } };
    }),
  );
}

export function statementsOf(policy: JsonObject): readonly JsonObject[] {
  const given = policy["Statement"];
  return (Array.isArray(given) ? given : [given]) as readonly JsonObject[];
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [value!];
}
