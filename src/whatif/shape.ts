/** The names under which requests are added up: whole enough to say what it is about, general enough to be few. */
import { splitArn } from "../policy/arn.js";
import type { Directory } from "../request/directory.js";
import { resolvePrincipal } from "../request/principal.js";
import { callerName } from "../request/question.js";
import { type Request, RequestError } from "../request/request.js";

/** Longer names, which nobody reads to their end, are cut: a log may invent any number of them. */
const NAME_LENGTH_MAX = 512;

/** A text that is kept for every group or sample. */
export function cut(text: string, lengthMax = NAME_LENGTH_MAX): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}

/**
 * A resource with its last variable parts starred: what stands behind the first `/` or `:` of an ARN's resource part becomes
 * `*` (`table/*`, `instance/*`, `bucket/*`); a resource part with neither (a bucket, a queue, a topic) is kept.
 */
export function shapeOf(resource: string): string {
  const arn = splitArn(resource);
  const end = arn === null ? -1 : separatorOf(arn.resource);
  if (arn === null || end === -1) return cut(resource);
  return cut(`${resource.slice(0, resource.length - arn.resource.length)}${arn.resource.slice(0, end + 1)}*`);
}

/** A leading separator (`/restapis/…`) is part of the type. */
function separatorOf(resource: string): number {
  for (let at = 1; at < resource.length; at++) if (resource[at] === "/" || resource[at] === ":") return at;
  return -1;
}

/** The caller; of a session, its role, since sessions have a new name every day. */
export function principalOf({ principal, action }: Request, directory: Directory): string {
  try {
    const caller = resolvePrincipal(principal, action, directory);
    return cut(caller.kind === "roleSession" ? caller.roleArn : callerName(caller));
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return cut(typeof principal === "string" ? principal : principal.arn);
  }
}

/** What an answer hangs on, with the resource or principal that a name ends in shaped: `resource policy of arn:…:table/*`. */
export function shapeOfCause(cause: string): string {
  const at = cause.indexOf("arn:");
  return at === -1 ? cut(cause) : cause.slice(0, at) + shapeOf(cause.slice(at));
}
