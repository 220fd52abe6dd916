/** Statements (§3.4): whether one hits, for which grant kinds, and if not, why. */
import type { ActionElement, Effect, Policy, ResourceElement, Statement, Template } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import type { Layer, Reason, StatementRef, Truth } from "../request/decision.js";
import type { Context } from "../request/question.js";
import { positionAt } from "../text/span.js";
import { entryHolds } from "./condition.js";
import { and, certainly, disjunction, FALSE, hangsOnKeys, known, type Logic, TRUE } from "./kleene.js";
import { globMatches, resourceMatches, wildcards } from "./match.js";
import { anyKind, type Caller, type Kinds, kindsOfElement, NO_KINDS } from "./principal.js";
import { fill, unknownKeysOf } from "./variables.js";

/** What a statement is held against. */
export interface Facts {
  readonly layer: Layer;
  readonly caller: Caller;
  /** Lower-cased (MATCH-1). */
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  readonly options: WorldOptions;
  readonly weight: Weight;
}

/** What of a document counts here: everything, its Denies (SPEC-21, SPEC-22), or nothing (SPEC-14). */
export type Weight = "full" | "denyOnly" | "none";

export interface Outcome {
  readonly statement: StatementRef;
  readonly effect: Effect;
  readonly hit: Logic;
  /** How the statement names the caller, where it hits; empty for policies without Principal. */
  readonly kinds: Kinds;
  /** Null when it hits for certain. */
  readonly reason: Reason | null;
}

/** 3V-6: the AND of its parts. Every part is looked at, so that what is unknown is known completely (3V-11). */
export function evaluateStatement(policy: Policy, statement: Statement, facts: Facts): Outcome {
  const told = { statement: refTo(policy, statement, facts.layer), effect: statement.effect };
  if (facts.weight === "none" || (facts.weight === "denyOnly" && statement.effect === "Allow")) {
    return { ...told, hit: FALSE, kinds: NO_KINDS, reason: { part: "document" } };
  }
  const named =
    statement.principal === null ? null : kindsOfElement(statement.principal, statement.effect, facts.caller);
  const parts = partsOf(statement, named, facts);
  const hit = and(...parts.map((part) => part.holds));
  const others = parts.filter((part) => part.reason.part !== "principal").map((part) => part.holds);
  return { ...told, hit, kinds: withParts(named ?? NO_KINDS, others), reason: reasonOf(parts, hit) };
}

interface Part {
  readonly reason: Reason;
  readonly holds: Logic;
}

/** In the order in which a reason is looked for. */
function partsOf(statement: Statement, named: Kinds | null, facts: Facts): readonly Part[] {
  const { effect } = statement;
  return [
    { reason: { part: "action" }, holds: actionHits(statement.action, effect, facts) },
    { reason: { part: "resource" }, holds: resourceHits(statement.resource, effect, facts) },
    { reason: { part: "principal" }, holds: named === null ? TRUE : anyKind(named) },
    ...statement.conditions.map(
      (entry, at): Part => ({
        reason: { part: "condition", entry: at },
        holds: entryHolds(entry, effect, facts.context, facts.options),
      }),
    ),
    { reason: { part: "variable" }, holds: variablesHold(statement, facts) },
  ];
}

/** The first part that is F if the statement is F, else the first that is U. */
function reasonOf(parts: readonly Part[], hit: Logic): Reason | null {
  if (hit.truth === "T") return null;
  return parts.find((part) => part.holds.truth === hit.truth)!.reason;
}

/** 3V-7: one truth per grant kind. */
function withParts(named: Kinds, others: readonly Logic[]): Kinds {
  return new Map([...named].map(([kind, logic]) => [kind, and(logic, ...others)]));
}

/** MATCH-1 to MATCH-8. */
function actionHits(element: ActionElement, effect: Effect, facts: Facts): Logic {
  const decided = decidedBeforehand(element, effect, facts.options);
  if (decided !== null) return known(decided);
  // No request's action reads like an entry that AWS cannot hold, so such an entry as it stands matches nothing (GRAM-52).
  const isMatch = element.patterns.some(
    (entry) => entry.kind === "pattern" && globMatches(wildcards(entry.pattern), facts.action),
  );
  return known(isMatch !== element.negated);
}

/** MATCH-20 to MATCH-29; an unknown variable makes its pattern unknown, unless no value of it could match (3V-5). */
function resourceHits(element: ResourceElement | null, effect: Effect, facts: Facts): Logic {
  if (element === null) return TRUE; // MATCH-28
  const decided = decidedBeforehand(element, effect, facts.options);
  if (decided !== null) return known(decided);
  const matched = disjunction(element.patterns.map((entry) => patternMatches(entry, facts)));
  if (matched === "U") return hangsOnKeys(unknownKeysOf(templatesOf(element), facts.context));
  return known((matched === "T") !== element.negated);
}

function patternMatches(entry: ResourceElement["patterns"][number], facts: Facts): Truth {
  if (entry.kind === "invalid") {
    return certainly(facts.options.invalidEntry === "literal" && entry.text === facts.resource);
  }
  const filled = fill(entry.template, facts.context);
  switch (filled.kind) {
    case "known":
      return certainly(resourceMatches(filled.pattern, facts.resource, facts.options.resourceGlob));
    case "unresolved":
      return "F"; // MATCH-27
    case "unknown":
      return globMatches(filled.pattern, facts.resource) ? "U" : "F";
  }
}

function templatesOf(element: ResourceElement): readonly Template[] {
  return element.patterns.flatMap((entry) => (entry.kind === "pattern" ? [entry.template] : []));
}

/**
 * GRAM-8 and GRAM-52 (lenient mode): what an empty element, or one with an entry that AWS cannot hold, says whatever the
 * request. Null: its entries decide.
 */
function decidedBeforehand(
  element: ActionElement | ResourceElement,
  effect: Effect,
  options: WorldOptions,
): boolean | null {
  if (element.patterns.length === 0) return effect === "Deny" && element.negated;
  const isInvalid = element.patterns.some((entry) => entry.kind === "invalid");
  if (!isInvalid || options.invalidEntry === "literal") return null;
  if (effect === "Deny") return true;
  return element.negated ? false : null;
}

/** VAR-10 under `unresolvedVariable=statement`: the variables of an Allow are one more part of it. */
function variablesHold(statement: Statement, facts: Facts): Logic {
  if (facts.options.unresolvedVariable === "operand" || statement.effect === "Deny") return TRUE;
  const templates = [
    ...(statement.resource === null ? [] : templatesOf(statement.resource)),
    ...statement.conditions.flatMap((entry) => entry.operands.map((operand) => operand.template)),
  ];
  if (templates.some((template) => fill(template, facts.context).kind === "unresolved")) return FALSE;
  const unknown = unknownKeysOf(templates, facts.context);
  return unknown.length > 0 ? hangsOnKeys(unknown) : TRUE;
}

function refTo(policy: Policy, statement: Statement, layer: Layer): StatementRef {
  const { line, column } = positionAt(policy.source, statement.span.start);
  const { index, sid } = statement;
  return { layer, policy: policy.name, index, sid, file: policy.source.name, line, column };
}
