/** One answer for a call that needs several permissions (REQ-1). */
import type { Decision } from "./decision.js";

/**
 * What several decisions say together (3V-13): the first certain denial, else the first that is not certain, else that
 * everything is allowed (the first decision stands for it). Refuses an empty list: nothing was asked.
 */
export function combineAll(decisions: readonly Decision[]): Decision {
  const first = decisions[0];
  if (first === undefined) throw new RangeError("there are no decisions to combine");
  return decisions.find(isCertainDenial) ?? decisions.find(isUncertain) ?? first;
}

/** `denied` is certain too: only which of the two denials it is, is not (3V-9). */
function isCertainDenial({ decision }: Decision): boolean {
  return decision === "explicitDeny" || decision === "implicitDeny" || decision === "denied";
}

function isUncertain({ decision }: Decision): boolean {
  return decision === "indeterminate";
}
