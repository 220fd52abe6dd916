/** Which actions of the catalogue a statement speaks of. */
import { allActions, type CatalogAction, serviceOf, servicePrefixes } from "../catalog/catalog.js";
import type { ActionElement } from "../policy/model.js";
import { globMatches, wildcards } from "../reference/match.js";

/** Patterns as policies write them (`s3:Get*`, `*`) → the actions that they match (MATCH-2, MATCH-4), in the catalogue's order. */
export function actionsLike(patterns: readonly string[]): ReadonlySet<CatalogAction> {
  const found = new Set<CatalogAction>();
  for (const pattern of patterns) for (const action of matching(pattern.toLowerCase())) found.add(action);
  return found;
}

/** The actions of a statement's `Action` or `NotAction`. */
export function actionsOf({ negated, patterns }: ActionElement): ReadonlySet<CatalogAction> {
  const named = actionsLike(patterns.flatMap((each) => (each.kind === "pattern" ? [each.pattern] : [])));
  if (!negated) return named;
  return new Set([...allActions()].filter((action) => !named.has(action)));
}

/** `pattern` in lower case. */
function* matching(pattern: string): Generator<CatalogAction> {
  if (pattern === "*" || pattern === "*:*") {
    yield* allActions();
    return;
  }
  const colon = pattern.indexOf(":");
  const prefix = colon === -1 ? pattern : pattern.slice(0, colon);
  const isNamed = colon !== -1 && !prefix.includes("*") && !prefix.includes("?");
  for (const service of isNamed ? [prefix] : servicePrefixes()) yield* matchingIn(service, pattern);
}

function* matchingIn(service: string, pattern: string): Generator<CatalogAction> {
  const star = pattern.indexOf("*");
  const isPrefix = star === pattern.length - 1 && !pattern.includes("?");
  const start = isPrefix ? pattern.slice(0, -1) : "";
  const tokens = isPrefix ? [] : wildcards(pattern);
  for (const action of serviceOf(service)?.actions ?? []) {
    const name = `${action.service}:${action.name}`.toLowerCase();
    if (
      isPrefix
        ? name.startsWith(start)
        : name === pattern || ((star + 1 > 0 || pattern.includes("?")) && globMatches(tokens, name))
    ) {
      yield action;
    }
  }
}
