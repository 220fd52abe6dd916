/** What the trials of the evaluator have in common: one account, a user who is asked for, and documents of many statements. */

import type { Mode, Policy } from "../../src/policy/model.js";
import { parsePolicy } from "../../src/policy/parse.js";
import type { World } from "../../src/world/model.js";
import { worldOf } from "../generators/roads.js";
import type { Json, JsonObject, PolicyJson, ScenarioJson } from "../generators/scenario-json.js";
import type { WorldEdit } from "../generators/towns.js";

export const A1 = "111111111111";
export const A2 = "222222222222";
export const USER = `arn:aws:iam::${A1}:user/u`;
export const NOON = "2026-11-24T12:00:00Z";

export type Statement = JsonObject;

export function document(statements: readonly Statement[]): JsonObject {
  return { Version: "2012-10-17", Statement: statements };
}

export function named(name: string, statements: readonly Statement[]): PolicyJson {
  return { name, policy: document(statements) };
}

export function allow(action: Json, resource: Json, more: JsonObject = {}): Statement {
  return { Effect: "Allow", Action: action, Resource: resource, ...more };
}

export function deny(action: Json, resource: Json, more: JsonObject = {}): Statement {
  return { ...allow(action, resource, more), Effect: "Deny" };
}

/** The world of one scenario, or of several that share accounts; what they ask is of no interest. */
export function world(scenarios: readonly Partial<ScenarioJson>[], edit: WorldEdit | null = null): World {
  const whole = scenarios.map((given, at) => ({
    id: `part ${at}`,
    request: { principal: USER, action: "s3:GetObject", resource: "arn:aws:s3:::b/k" },
    policies: {},
    ...given,
    // Wildcards may stand where strict grammar does not take them.
    options: { mode: "lenient" as const, ...given.options },
  }));
  return worldOf({ scenarios: whole, edit });
}

/** A session policy as it arrives at run time. Leniently it may be longer than AWS would take. */
export function sessionPolicy(name: string, statements: readonly Statement[], mode: Mode = "strict"): Policy {
  const { policy } = parsePolicy({ name, text: JSON.stringify(document(statements)) }, { type: "session", name, mode });
  if (policy === null) throw new Error(`${name} is no session policy`);
  return policy;
}

/** Every pair of two lists. */
export function cross<A, B>(one: readonly A[], other: readonly B[]): (readonly [A, B])[] {
  return one.flatMap((left) => other.map((right) => [left, right] as const));
}
