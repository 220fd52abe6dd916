/** Who answers the many questions of an access report. */
import type { Engine } from "../engine/engine.js";
import type { Decision, DecisionWord } from "../request/decision.js";
import type { Request } from "../request/request.js";

export interface Judge {
  /** The context keys that its policies read, lower-cased: no others can change an answer. */
  readonly keys: readonly string[];
  /** The answers, in the order of the requests. Throws RequestError for a request that cannot be asked. */
  decideAll(requests: Iterable<Request>): Iterable<Decision>;
}

/** The compiled engine, asked one request after another. */
export function judgeOf(engine: Engine): Judge {
  return {
    keys: engine.requiredKeys,
    *decideAll(requests) {
      for (const request of requests) yield engine.decide(request);
    },
  };
}

/** Whether somebody may do something: for certain, for certain not, or it depends. */
export type Outcome = "allowed" | "denied" | "indeterminate";

export const OUTCOMES: readonly Outcome[] = ["allowed", "indeterminate", "denied"];

/** An answer that hangs on something only in how it is denied is a denial. */
export function outcomeOf(decision: Decision): Outcome {
  if (decision.decision === "indeterminate" && !decision.between.includes("allowed")) return "denied";
  return OUTCOME_OF[decision.decision];
}

const OUTCOME_OF: Record<DecisionWord, Outcome> = {
  allowed: "allowed",
  explicitDeny: "denied",
  implicitDeny: "denied",
  denied: "denied",
  indeterminate: "indeterminate",
};
