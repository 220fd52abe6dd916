/** Which calls a report is about. */
import type { Request } from "../request/request.js";

export interface Filter {
  /** Patterns with `*` and `?`, of which one must fit the caller: an ARN, or that of a session's role. Empty: everybody. */
  readonly principals: readonly string[];
  /** Patterns, compared without case; one must fit an action of the call. Empty: all. */
  readonly actions: readonly string[];
  /** Milliseconds since 1970, from here on. Null: no bound. A record without a usable time is in no bounds. */
  readonly from: number | null;
  /** Up to here, not included. */
  readonly to: number | null;
}

export const NO_FILTER: Filter = { principals: [], actions: [], from: null, to: null };

export function isFiltered({ principals, actions, from, to }: Filter): boolean {
  return principals.length > 0 || actions.length > 0 || from !== null || to !== null;
}

export function isInTime({ from, to }: Filter, time: number | null): boolean {
  if (from === null && to === null) return true;
  return time !== null && (from === null || time >= from) && (to === null || time < to);
}

/** Whether one of a call's requests is asked for; all are by the same caller. */
export function isAskedFor({ principals, actions }: Filter, requests: readonly Request[]): boolean {
  const names = namesOf(requests[0]!.principal);
  const isCaller = principals.length === 0 || principals.some((pattern) => names.some((name) => fits(pattern, name)));
  if (!isCaller || actions.length === 0) return isCaller;
  return requests.some(({ action }) => actions.some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase())));
}

function namesOf(principal: Request["principal"]): readonly string[] {
  if (typeof principal === "string") return [principal];
  return principal.roleArn === undefined ? [principal.arn] : [principal.arn, principal.roleArn];
}

/** `*` stands for any text, `?` for one unit. In time linear in both for each star. */
export function fits(pattern: string, text: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let retry = 0;
  while (place < text.length) {
    if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[place]) && pattern[at] !== "*") {
      at += 1;
      place += 1;
    } else if (pattern[at] === "*") {
      star = at;
      at += 1;
      retry = place;
    } else if (star === -1) return false;
    else {
      at = star + 1;
      retry += 1;
      place = retry;
    }
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
