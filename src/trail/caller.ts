/** Who called, as requests need it, and which service stands between them and the call (`invokedBy`). */

import type { Directory } from "../request/directory.js";
import type { ContextInput, PrincipalInput, ViaInput } from "../request/request.js";
import { type Fields, textAt } from "./event.js";
import type { PrincipalArn } from "./principal-arn.js";
import type { Trace } from "./trace.js";
import { Flag } from "./unknown-keys.js";

export interface Caller {
  readonly principal: string | PrincipalInput;
  /** Null: the caller has none (a service, an anonymous caller, a web identity). */
  readonly account: string | null;
  readonly partition: string | null;
  /** ARN of the user itself; null for others. */
  readonly userArn: string | null;
  /** Of the caller's session; null: it has none, or the record does not say. */
  readonly sourceIdentity: string | null;
  readonly fas: ViaInput["fas"] | null;
  /** Whether a service made the call, so that its address, agent and endpoint are not the caller's. */
  readonly byService: boolean;
  /** `Flag`s: what of the caller is not known. */
  readonly flags: number;
  /** Context keys that the caller's session determines. */
  readonly context: Readonly<Record<string, ContextInput>> | null;
  /** Prefixes of an identity provider's keys. */
  readonly unknown: readonly string[];
}

/** What is taken for granted beside the record. */
export interface Assumptions {
  /** Role sessions carry no session tags: the tags of a session's caller are those of its role. */
  readonly untaggedSessions: boolean;
  /** Role sessions of which nothing else is known come from AssumeRole, and not from a SAML provider (MFA-5). */
  readonly assumedSessions: boolean;
}

/** Where a caller is found: the record, and what is known beside it. */
export interface Source {
  readonly event: Fields;
  /** `userIdentity`. */
  readonly identity: Fields;
  readonly directory: Directory | null;
  readonly assumptions: Assumptions;
  readonly trace: Trace | null;
}

const NONE: readonly string[] = [];

/** A caller without an account of its own. */
export function outsider(principal: Caller["principal"], rest: Partial<Caller> = {}): Caller {
  return {
    principal,
    account: null,
    partition: null,
    userArn: null,
    sourceIdentity: null,
    fas: null,
    byService: false,
    flags: 0,
    context: null,
    unknown: NONE,
    ...rest,
  };
}

/** A caller of an account, and whether a service called on its behalf (EVAL-37). */
export function insider(
  source: Source,
  { account, partition, arn }: PrincipalArn,
  principal: PrincipalInput,
  rest: Partial<Caller> & { readonly flags: number },
): Caller {
  const { fas, flags } = forwarding(source, principal.roleArn ?? arn);
  // Written out: this is made for every call.
  return {
    principal,
    account,
    partition,
    userArn: rest.userArn ?? null,
    sourceIdentity: principal.sourceIdentity ?? null,
    fas,
    byService: isByService(source.identity),
    flags: rest.flags | flags,
    context: rest.context ?? null,
    unknown: rest.unknown ?? NONE,
  };
}

const SERVICE_LINKED = ":role/aws-service-role/";

/** Whether this is the ARN of a role that is linked to a service. */
export function isServiceLinked(roleArn: string): boolean {
  return roleArn.includes(SERVICE_LINKED);
}

const DIRECT: Pick<Caller, "fas" | "flags"> = { fas: null, flags: 0 };

/** `arn`: of the role itself, where it is known. */
function forwarding(source: Source, arn: string): Pick<Caller, "fas" | "flags"> {
  const { identity, trace } = source;
  const invokedBy = textAt(identity, "invokedBy");
  if (invokedBy === null) return DIRECT;
  const isRole = arn.includes(":assumed-role/") || arn.includes(":role/");
  // A service that uses a role of its own is no forward access session; of other roles the record does not tell.
  if (isRole && isServiceLinked(arn)) {
    trace?.note("via", "fas", "userIdentity.sessionContext.sessionIssuer.arn", "a service-linked role");
    return { fas: null, flags: 0 };
  }
  if (isRole || !isForwardedFor(source)) return { fas: null, flags: Flag.Via };
  trace?.note("via", "fas", "userIdentity.invokedBy", "");
  return CALLED_VIA.has(invokedBy)
    ? { fas: { calledVia: [invokedBy] }, flags: Flag.CalledViaEarlier }
    : { fas: { calledVia: NONE }, flags: Flag.CalledVia };
}

/** "AWS supports using the following services with aws:CalledVia": IAM User Guide, global condition context keys. */
const CALLED_VIA: ReadonlySet<string> = new Set([
  "athena.amazonaws.com",
  "cloudformation.amazonaws.com",
  "dynamodb.amazonaws.com",
  "kms.amazonaws.com",
]);

/** Whether a service certainly called with the caller's own permissions (EVAL-37): users and root users have no roles. */
export function isForwardedFor({ identity }: Source): boolean {
  const name = textAt(identity, "invokedBy");
  return name !== null && isServiceName(name) && !NO_SERVICES.has(name);
}

/** Names in `invokedBy` that are no service of its own: the console signs with the session of whoever sits there. */
const NO_SERVICES: ReadonlySet<string> = new Set(["signin.amazonaws.com", "internal.amazonaws.com"]);

export function isByService(identity: Fields): boolean {
  return textAt(identity, "invokedBy") !== null;
}

const SERVICE_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
const SERVICE_DOMAINS = [".amazonaws.com", ".amazonaws.com.cn"] as const;

export function isServiceName(name: string): boolean {
  const domain = SERVICE_DOMAINS.find((end) => name.endsWith(end));
  if (domain === undefined || name.length === domain.length) return false;
  for (let at = 0; at < name.length; at++) if (!SERVICE_CHARACTERS.includes(name.charAt(at))) return false;
  return true;
}
