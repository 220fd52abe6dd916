/** The policies of a world by name, which is how decisions refer to them. */
import type { Policy } from "../policy/model.js";
import type { StatementLookup } from "../request/explanation.js";
import type { Document, DocumentSet, World } from "../world/model.js";

/** Every document that somebody wrote, once. What we wrote ourselves from ACLs and grants is left out. */
export function writtenPolicies(world: World): readonly Policy[] {
  const policies = new Set<Policy>();
  for (const { policy, use } of documentsOf(world)) if (use === "policy" || use === "denyOnly") policies.add(policy);
  return [...policies];
}

/** Finds the statement of a reference. */
export function statementLookup(world: World): StatementLookup {
  let byName: Map<string, Policy> | null = null;
  return ({ policy, index }) => {
    byName ??= new Map([...documentsOf(world)].map((document) => [document.policy.name, document.policy]));
    return byName.get(policy)?.statements[index] ?? null;
  };
}

function* documentsOf(world: World): Generator<Document> {
  for (const set of setsOf(world)) yield* set.documents;
}

function* setsOf(world: World): Generator<DocumentSet> {
  for (const { scps, rcps } of world.accounts.values()) yield* [...scps, ...rcps];
  for (const { identity, boundary } of world.principals.values()) yield* present([identity, boundary]);
  for (const { policies } of world.sessions.values()) yield* present([policies]);
  for (const { policies, rcps } of world.resources.values()) yield* [policies, ...(rcps ?? [])];
  for (const { policies } of world.endpoints.values()) yield* present([policies]);
}

function present(sets: readonly (DocumentSet | null)[]): readonly DocumentSet[] {
  return sets.filter((set) => set !== null);
}
