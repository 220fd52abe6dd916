/** All principals of a world for one action and resource. */
import type { Decision } from "../request/decision.js";
import type { Request } from "../request/request.js";
import type { World } from "../world/model.js";
import { type Judge, type Outcome, outcomeOf } from "./judge.js";
import { type OpenContext, openContext, ordinaryContext } from "./open-context.js";
import { type Subject, type SubjectKind, subjectsOf } from "./subjects.js";

/** One action on one resource, and what is known of the request beside. */
export interface Access {
  /** `service:Name`, no wildcards. */
  readonly action: string;
  /** An ARN, or `*` for actions without a resource type (REQ-30). */
  readonly resource: string;
  readonly resourceAccount?: string;
  readonly resourceTags?: Request["resourceTags"];
  /** Keys that are known. */
  readonly context?: Request["context"];
  /** Keys that are not known although they follow from the rest, or are taken to have their ordinary values. */
  readonly unknown?: Request["unknown"];
  readonly via?: Request["via"];
  /** Where the call goes, if the resource's ARN does not say it. */
  readonly region?: string;
  /** Default: the clock, read once. */
  readonly now?: Request["now"];
}

export interface WhoCanOptions {
  /** Default: users and roles. */
  readonly kinds?: ReadonlySet<SubjectKind>;
  /** Context keys that are not given are absent, and not unknown. */
  readonly closed?: boolean;
}

export interface SubjectAccess extends Subject {
  readonly outcome: Outcome;
  readonly decision: Decision;
}

const USERS_AND_ROLES: ReadonlySet<SubjectKind> = new Set<SubjectKind>(["user", "role"]);

/**
 * Whether each principal of the world may do it, in the order of their ARNs. `judge` answers for this world. A definite answer
 * holds whatever else the request says (its address, MFA, tags, every key of a service) as long as it is a direct call over
 * TLS; `indeterminate` names the keys that it hangs on. Throws RequestError if it cannot be asked.
 */
export function* whoCan(
  judge: Judge,
  world: World,
  access: Access,
  { kinds = USERS_AND_ROLES, closed = false }: WhoCanOptions = {},
): Generator<SubjectAccess> {
  const subjects = subjectsOf(world, kinds);
  const asked = asking(judge.keys, access, closed);
  let at = 0;
  for (const decision of judge.decideAll(subjects.map(asked))) {
    yield { ...subjects[at++]!, outcome: outcomeOf(decision), decision };
  }
}

/** Makes the request of a principal. */
export function asking(keys: readonly string[], access: Access, closed: boolean): (subject: Subject) => Request {
  const { context: given = {}, unknown = [], now = Date.now(), region = null, ...asked } = access;
  const context = closed ? given : ordinaryContext({ ...asked, region, unknown }, given);
  const open: OpenContext = closed ? { ofUsers: [], ofOthers: [] } : openContext(keys, context);
  const unknownOf = (own: readonly string[]) => [...new Set([...own, ...unknown])];
  const ofUsers = unknownOf(open.ofUsers);
  const ofOthers = unknownOf(open.ofOthers);
  return ({ kind, arn }) => {
    const isUser = kind === "user" || kind === "root";
    return { ...asked, context, now, principal: arn, unknown: isUser ? ofUsers : ofOthers };
  };
}
