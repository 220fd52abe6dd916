/** Which layers, statements and unknowns an answer is put down to: EVAL-6, 3V-10, 3V-11. Only certain facts count. */
import type { GrantKind, Layer, MissingAllow, StatementRef } from "../request/decision.js";
import { accountOf, type Question } from "../request/question.js";
import { directKinds, type Grant, granted, grantOf, LIMITED_KINDS, limitsOf, needsConsent } from "./grant.js";
import { type Logic, TRUE } from "./kleene.js";
import type { Case, Evaluation, LayerResult } from "./layers.js";
import { kindOf } from "./principal.js";
import type { Outcome } from "./statement.js";

/** The first layer that denies for certain, and every certain explicit deny. `layers` are in the order of EVAL-6. */
export function denials(layers: readonly LayerResult[]): { decidedBy: Layer; statements: readonly StatementRef[] } {
  return {
    decidedBy: layers.find((layer) => layer.deny.truth === "T")!.layer,
    statements: layers.flatMap(certainDenies),
  };
}

function certainDenies(layer: LayerResult): readonly StatementRef[] {
  if (layer.deny.truth !== "T") return []; // SPEC-24 has taken them away
  return layer.levels
    .flatMap((level) => level.outcomes)
    .filter((outcome) => outcome.effect === "Deny" && outcome.hit.truth === "T")
    .map((outcome) => outcome.statement);
}

/** Who withheld an Allow for certain, in the order of EVAL-6. */
export function missingAllows(the: Case, evaluation: Evaluation, grant: Grant): readonly MissingAllow[] {
  const guardrails = [evaluation.scp, evaluation.rcp, evaluation.vpce].filter(isClosed).map(guardrailMissing);
  const missing = granted(grant).truth === "F" ? grantMissing(the, evaluation) : [];
  return [...guardrails, ...missing];
}

function isClosed(layer: LayerResult): boolean {
  return layer.allow.truth === "F";
}

/** The highest level that certainly does not allow. */
function guardrailMissing(layer: LayerResult): MissingAllow {
  const level = layer.levels.find((one) => one.allow.truth === "F")!;
  return { layer: layer.layer, target: level.label };
}

/**
 * Boundary and session are to blame if the call would be granted, or could be, without them; else the resource, if its
 * consent is needed, and the identity policies.
 */
function grantMissing(the: Case, evaluation: Evaluation): readonly MissingAllow[] {
  const { question } = the;
  const { boundary, session, resource, identity } = evaluation;
  const resourceMissing = { layer: resource.layer, target: question.resource };
  if (accountOf(question.principal) === null) return [resourceMissing];
  const unlimited = granted(grantOf(the, evaluation, TRUE));
  if (unlimited.truth !== "F")
    return [boundary, session].filter(isClosed).map((layer) => limitMissing(layer, question));
  return [
    ...(needsConsent(the) && isClosed(resource) ? [resourceMissing] : []),
    ...(isClosed(identity) ? [{ layer: identity.layer, target: callerArn(question) }] : []),
  ];
}

/** A federated user without session policies lacks just those (EVAL-19). */
function limitMissing(layer: LayerResult, question: Question): MissingAllow {
  const target = layer.levels[0]?.label ?? `session policies of ${callerArn(question)}`;
  return { layer: layer.layer, target };
}

/** ARN of a caller that has an account; of a session its own, or its role's where the session is not named. */
function callerArn({ principal }: Question): string {
  switch (principal.kind) {
    case "root":
    case "user":
    case "federatedUser":
      return principal.arn;
    case "roleSession":
      return principal.sessionArn ?? principal.roleArn;
    case "webIdentity":
    case "saml":
    case "service":
    case "originAccessIdentity":
    case "anonymous":
      throw new Error(`a caller of kind \`${principal.kind}\` has no ARN`);
  }
}

/** Who allowed, and by which statements. */
export function allowances(
  the: Case,
  evaluation: Evaluation,
  grant: Grant,
): { decidedBy: Layer; statements: readonly StatementRef[] } {
  const { resource, identity } = evaluation;
  if (evaluation.rootUnlock) return { decidedBy: "SERVICE", statements: [] };
  if (grant.byResource.truth === "T") {
    return { decidedBy: resource.layer, statements: resourceAllows(resource, sufficientKinds(the, evaluation)) };
  }
  const byIdentity = allowsOf(identity).filter((outcome) => outcome.hit.truth === "T");
  const byResource = needsConsent(the) ? resourceAllows(resource, null) : [];
  return { decidedBy: "IDENTITY", statements: [...byResource, ...byIdentity.map((outcome) => outcome.statement)] };
}

/** Kinds by which a resource's policy grants without the caller's own policies. */
function sufficientKinds(the: Case, evaluation: Evaluation): readonly GrantKind[] {
  const direct = directKinds(the.question.principal);
  return limitsOf(evaluation).truth === "T" ? [...direct, ...LIMITED_KINDS] : direct;
}

/** The Allows that certainly name the caller by one of these kinds; null: by any kind. */
function resourceAllows(resource: LayerResult, wanted: readonly GrantKind[] | null): readonly StatementRef[] {
  const grants = (outcome: Outcome) =>
    (wanted ?? [...outcome.kinds.keys()]).some((kind) => kindOf(outcome.kinds, kind).truth === "T");
  return allowsOf(resource)
    .filter(grants)
    .map((outcome) => outcome.statement);
}

function allowsOf(layer: LayerResult): readonly Outcome[] {
  return layer.levels.flatMap((level) => level.outcomes).filter((outcome) => outcome.effect === "Allow");
}

/** 3V-11: keys, then policies and what else was not given, each sorted by UTF-16 units; what is T or F has none. */
export function causesOf(logics: readonly Logic[]): readonly string[] {
  const sorted = (sets: readonly ReadonlySet<string>[]) => [...new Set(sets.flatMap((set) => [...set]))].sort();
  return [...sorted(logics.map((logic) => logic.keys)), ...sorted(logics.map((logic) => logic.names))];
}
