/** Sessions of roles: `AssumedRole`, with the role and the provider that issued them. */
import type { ContextInput, PrincipalInput } from "../request/request.js";
import { type Caller, insider, isByService, isServiceLinked, type Source } from "./caller.js";
import { type Fields, fieldsAt, isUsable, textAt } from "./event.js";
import { nameBehindPath, type PrincipalArn, principalArn, sessionRoleName, uniqueIdOf } from "./principal-arn.js";
import type { Reason } from "./reasons.js";
import { issueTimeOf } from "./session-credentials.js";
import type { Trace } from "./trace.js";
import { Flag } from "./unknown-keys.js";

export function roleCaller(source: Source): Caller | Reason {
  const { identity, directory, trace } = source;
  const context = fieldsAt(identity, "sessionContext");
  const issuer = context === null ? null : fieldsAt(context, "sessionIssuer");
  const role = issuer === null ? null : principalArn(textAt(issuer, "arn"), "iam", "role/");
  const session = principalArn(textAt(identity, "arn"), "sts", "assumed-role/");
  const bare = session === null ? principalArn(textAt(identity, "arn"), "iam", "role/") : null;
  const arn = session ?? bare;
  if (arn === null || arn.rest.endsWith("/")) return "principal-malformed";
  const roleName = session === null ? nameBehindPath(arn.rest) : sessionRoleName(arn.rest);
  if (roleName === null) return "principal-malformed";
  const isSame = role !== null && role.account === arn.account && role.partition === arn.partition;
  const roleArn = isSame && nameBehindPath(role.rest) === roleName ? role.arn : null;
  const known = directory?.role(arn.account, roleName) ?? null;
  if (known !== null && (roleArn ?? bare?.arn ?? known.arn) !== known.arn) return "principal-contradicts-world";
  trace?.note("principal", "arn", "userIdentity.arn", "");
  return sessionCaller(source, {
    arn,
    isSession: session !== null,
    roleArn,
    context,
    known: known?.arn ?? roleArn ?? bare?.arn ?? "",
  });
}

interface RoleSession {
  readonly arn: PrincipalArn;
  readonly isSession: boolean;
  readonly roleArn: string | null;
  readonly context: Fields | null;
  /** ARN of the role with its path, as far as it is known. */
  readonly known: string;
}

/** Roles of IAM Identity Center, whose sessions are issued for SAML assertions. */
const IDENTITY_CENTER = ":role/aws-reserved/sso.amazonaws.com/";

function sessionCaller(source: Source, { arn, isSession, roleArn, context, known }: RoleSession): Caller {
  const { identity, assumptions, directory, trace } = source;
  const uniqueId = uniqueIdOf(identity, "AROA");
  const sourceIdentity = context === null ? null : textAt(context, "sourceIdentity");
  const delivery = context === null ? null : deliveryOf(context);
  const provider = context === null ? null : webIdentityOf(context);
  const byService = delivery !== null || isServiceLinked(known);
  const isSaml = known.includes(IDENTITY_CENTER);
  if (roleArn !== null) trace?.note("principal", "roleArn", "userIdentity.sessionContext.sessionIssuer.arn", "");
  if (uniqueId !== null) trace?.note("principal", "uniqueId", "userIdentity.principalId", "");
  if (sourceIdentity !== null)
    trace?.note("principal", "sourceIdentity", "userIdentity.sessionContext.sourceIdentity", "");
  const principal: Writable<PrincipalInput> = { arn: arn.arn };
  if (uniqueId !== null) principal.uniqueId = uniqueId;
  if (roleArn !== null && isSession) principal.roleArn = roleArn;
  if (sourceIdentity !== null) principal.sourceIdentity = sourceIdentity;
  const issued = issueTimeOf(source);
  if (issued.issueTime !== undefined) principal.issueTime = issued.issueTime;
  let flags: number = byService ? 0 : Flag.SessionKeys;
  if (provider !== null) {
    principal.issuedBy = "WebIdentity";
    if (provider.name !== null) principal.federatedProvider = provider.name;
    trace?.note("principal", "federatedProvider", "userIdentity.sessionContext.webIdFederationData", "");
  } else if (byService) principal.issuedBy = "Service";
  else if (isSaml) principal.issuedBy = "SAML";
  else if (!assumptions.assumedSessions) flags |= Flag.Mfa;
  const sessionIsKnown = isSession && (directory?.session(arn.arn) ?? null) !== null;
  if (!byService && !sessionIsKnown && !assumptions.untaggedSessions) {
    // A session's own tags win over those of its role (REQ-21), so that none of them is certain.
    principal.tags = NO_TAGS;
    flags |= Flag.PrincipalTags;
  }
  if (delivery !== null) flags |= Flag.Ec2Session;
  // REQ-14; older records do not say how the session was delivered.
  else if (isSession && arn.rest.includes("/i-")) flags |= Flag.Ec2Session | Flag.Ec2Delivery;
  if (known === "") flags |= Flag.RolePath;
  // "The source identity information is not captured by CloudTrail when an AWS service or service-linked role carries out an
  // action on behalf of a federated or workforce identity."
  if (sourceIdentity === null && isByService(identity)) flags |= Flag.SourceIdentity;
  const keys = sessionContext(provider, delivery, trace);
  return insider(source, arn, principal, { flags, context: keys, unknown: provider?.unknown ?? NONE });
}

/** The version of the metadata service that gave the credentials to an instance. */
function deliveryOf(context: Fields): string | null {
  const delivery = textAt(context, "ec2RoleDelivery");
  return delivery === "1.0" || delivery === "2.0" ? delivery : null;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NO_TAGS: Readonly<Record<string, string>> = {};
const NONE: readonly string[] = [];

interface WebIdentity {
  readonly name: string | null;
  readonly attributes: Fields | null;
  readonly unknown: readonly string[];
}

/** OIDC sessions; the record leaves an empty object for all others. */
function webIdentityOf(context: Fields): WebIdentity | null {
  const data = fieldsAt(context, "webIdFederationData");
  if (data === null) return null;
  const name = textAt(data, "federatedProvider");
  const attributes = fieldsAt(data, "attributes");
  if (name === null && attributes === null) return null;
  const host = name === null ? null : hostOf(name);
  return { name, attributes, unknown: host === null ? NONE : [`${host}:*`] };
}

/** `arn:aws:iam::111111111111:oidc-provider/host/path` or the host itself: what the provider's keys begin with. */
export function hostOf(provider: string): string {
  const start = provider.indexOf(OIDC);
  return start === -1 ? provider : provider.slice(start + OIDC.length);
}

const OIDC = ":oidc-provider/";

/** More attributes than providers have. */
const ATTRIBUTES_MAX = 16;

function sessionContext(
  provider: WebIdentity | null,
  delivery: string | null,
  trace: Trace | null,
): Readonly<Record<string, ContextInput>> | null {
  let keys: Record<string, ContextInput> | null = null;
  if (delivery !== null) {
    keys = { "ec2:RoleDelivery": delivery };
    trace?.note("context", "ec2:RoleDelivery", "userIdentity.sessionContext.ec2RoleDelivery", "");
  }
  if (provider?.attributes == null || provider.name === null) return keys;
  const start = `${hostOf(provider.name)}:`;
  for (const name of Object.keys(provider.attributes).slice(0, ATTRIBUTES_MAX)) {
    const value = provider.attributes[name];
    // Only the provider's own keys: a record says nothing about `aws:` keys here.
    if (!name.startsWith(start) || !isUsable(name) || !isUsable(value) || hasTwin(keys, name)) continue;
    keys ??= {};
    keys[name] = value;
    trace?.note("context", name, "userIdentity.sessionContext.webIdFederationData.attributes", "");
  }
  return keys;
}

function hasTwin(keys: Readonly<Record<string, ContextInput>> | null, name: string): boolean {
  return keys !== null && Object.keys(keys).some((key) => key.toLowerCase() === name.toLowerCase());
}
