/** Step 4 of §6.4: who must have allowed a call so that it is granted (EVAL-30 to EVAL-42). */
import type { GrantKind } from "../request/decision.js";
import { accountOf, type Principal } from "../request/question.js";
import { and, FALSE, type Logic, or, TRUE } from "./kleene.js";
import type { Case, Evaluation } from "./layers.js";
import { type Kinds, kindOf } from "./principal.js";

/** The two ways to a grant; one is enough. */
export interface Grant {
  /** The resource's policies suffice by themselves. */
  readonly byResource: Logic;
  /** The caller's own policies allow, and the resource's too where they must. */
  readonly byIdentity: Logic;
}

/** `granted` of §6.4. `limits`: what the caller's boundary and session policies allow. */
export function grantOf(the: Case, evaluation: Evaluation, limits = limitsOf(evaluation)): Grant {
  const { kinds, allow: consent } = evaluation.resource;
  const direct = anyOfKinds(kinds, directKinds(the.question.principal));
  if (accountOf(the.question.principal) === null) return { byResource: direct, byIdentity: FALSE };
  const byIdentity = and(evaluation.identity.allow, limits, needsConsent(the) ? consent : TRUE);
  if (!the.sameAccount) return { byResource: FALSE, byIdentity };
  const limited = and(anyOfKinds(kinds, LIMITED_KINDS), limits);
  return { byResource: or(direct, limited), byIdentity };
}

export function granted(grant: Grant): Logic {
  return or(grant.byResource, grant.byIdentity);
}

export function limitsOf(evaluation: Evaluation): Logic {
  return and(evaluation.boundary.allow, evaluation.session.allow);
}

/** EVAL-32: across accounts; EVAL-41, SPEC-1, SPEC-10: within one for roles and KMS keys. SPEC-35 asks no resource. */
export function needsConsent(the: Case): boolean {
  if (the.question.action === "sts:assumeroot") return false;
  return !the.sameAccount || the.question.resourcePolicyKind !== "other";
}

/** Kinds that grant whatever boundary and session policies leave out (EVAL-31); an account alone is delegation (TRAP 16). */
export function directKinds(principal: Principal): readonly GrantKind[] {
  switch (principal.kind) {
    case "root":
      return ["SESSION", "ANY", "USER", "ACCOUNT"];
    case "user":
    case "roleSession":
    case "federatedUser":
      return ["SESSION", "ANY", "USER"];
    case "service":
    case "originAccessIdentity":
      return ["SERVICE", "ANY"]; // EVAL-37, MATCH-51
    case "webIdentity":
    case "saml":
      return ["FEDERATED"]; // MATCH-50
    case "anonymous":
      return ["ANY"]; // EVAL-39
  }
}

/** Kinds that grant within what boundary and session policies allow (EVAL-31). */
export const LIMITED_KINDS: readonly GrantKind[] = ["ROLE", "USER_VIA_FED"];

function anyOfKinds(kinds: Kinds, wanted: readonly GrantKind[]): Logic {
  return or(...wanted.map((kind) => kindOf(kinds, kind)));
}
