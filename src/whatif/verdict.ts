/** The words of a report about one request: what each world says, in which class that is, and what becomes of it. */
import type { Decision, DecisionWord } from "../request/decision.js";

/** `denied`: certainly one of the two denials, under `denyKind=merge` only. */
export const VERDICTS = [
  "allowed",
  "explicitDeny",
  "implicitDeny",
  "denied",
  "indeterminate",
] as const satisfies readonly DecisionWord[];
export type Verdict = (typeof VERDICTS)[number];

export function verdictOf(decision: Decision): Verdict {
  return decision.decision;
}

export const CLASSES = ["allowed", "denied", "uncertain"] as const;
export type VerdictClass = (typeof CLASSES)[number];

export function classOf(verdict: Verdict): VerdictClass {
  switch (verdict) {
    case "allowed":
      return "allowed";
    case "explicitDeny":
    case "implicitDeny":
    case "denied":
      return "denied";
    case "indeterminate":
      return "uncertain";
  }
}

/**
 * What a report groups requests by. Of two worlds: the class that a request has after and did not have before; requests that
 * keep theirs are not grouped. Of one world: its class.
 */
export const MARKS = ["newlyDenied", "newlyAllowed", "newlyUncertain", "allowed", "denied", "uncertain"] as const;
export type Mark = (typeof MARKS)[number];

export const FLIPS = ["newlyDenied", "newlyAllowed", "newlyUncertain"] as const satisfies readonly Mark[];
export type Flip = (typeof FLIPS)[number];

const FLIP_TO = {
  allowed: "newlyAllowed",
  denied: "newlyDenied",
  uncertain: "newlyUncertain",
} as const satisfies Record<VerdictClass, Flip>;

/** Null: nothing changes. `after` is null where there is one world. */
export function markOf(before: Verdict, after: Verdict | null): Mark | null {
  const first = classOf(before);
  if (after === null) return first;
  const then = classOf(after);
  return then === first ? null : FLIP_TO[then];
}

/**
 * The verdict on a call of which these are the requests: allowed only if all of them are (REQ-1) and nothing is missing
 * beside them; denied as soon as one is.
 */
export function verdictOfCall(verdicts: readonly Verdict[], isComplete: boolean): Verdict {
  for (const word of DENIALS) if (verdicts.includes(word)) return word;
  return verdicts.includes("indeterminate") || !isComplete ? "indeterminate" : "allowed";
}

const DENIALS = ["explicitDeny", "implicitDeny", "denied"] as const satisfies readonly Verdict[];
