/**
 * Who called: `userIdentity` → a principal, with what the record says about its session.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import { isAccountId, PARTITIONS } from "../policy/arn.js";
import type { Directory } from "../request/directory.js";
import type { ContextInput, PrincipalInput, ViaInput } from "../request/request.js";
import { cutArn } from "./arn-format.js";
import { type Fields, fieldsAt, isUsable, own, textAt } from "./event.js";
import { instantOf } from "./instant.js";
import type { Reason } from "./reasons.js";
import type { Trace } from "./trace.js";
import { Flag } from "./unknown-keys.js";

export interface Caller {
  readonly principal: string | PrincipalInput;
  /** Null: the caller has none (a service, an anonymous caller, a web identity). */
  readonly account: string | null;
  readonly partition: string | null;
  /** ARN of the user itself; null for others. */
  readonly userArn: string | null;
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

export function callerOf(
  event: Fields,
  directory: Directory | null,
  assumptions: Assumptions,
  trace: Trace | null,
): Caller | Reason {
  const identity = fieldsAt(event, "userIdentity");
  if (identity === null) return "principal-missing";
  const type = own(identity, "type");
  const find = typeof type === "string" ? KINDS.get(type) : undefined;
  if (find !== undefined) return find({ event, identity, directory, assumptions, trace });
  if (type === undefined || type === null || type === "")
    return untyped({ event, identity, directory, assumptions, trace });
  return "principal-unknown";
}

interface Source {
  readonly event: Fields;
  readonly identity: Fields;
  readonly directory: Directory | null;
  readonly assumptions: Assumptions;
  readonly trace: Trace | null;
}

/** By `userIdentity.type`. */
const KINDS: ReadonlyMap<string, (source: Source) => Caller | Reason> = new Map<
  string,
  (source: Source) => Caller | Reason
>([
  ["Root", rootCaller],
  ["IAMUser", userCaller],
  ["AssumedRole", roleCaller],
  ["Role", roleCaller],
  ["FederatedUser", federatedCaller],
  ["WebIdentityUser", webIdentityCaller],
  ["SAMLUser", samlCaller],
  ["AWSAccount", accountCaller],
  ["AWSService", serviceCaller],
  ["Directory", () => "principal-outside-iam"],
  ["IdentityCenterUser", () => "principal-outside-iam"],
  ["Unknown", () => "principal-unknown"],
]);

/** Records of services are old enough to have no type. */
function untyped(source: Source): Caller | Reason {
  return textAt(source.identity, "invokedBy") === null ? "principal-missing" : serviceCaller(source);
}

/** What stands in an ARN of `userIdentity`. */
interface PrincipalArn {
  readonly arn: string;
  readonly partition: string;
  readonly account: string;
  /** Behind `user/`, `assumed-role/`. */
  readonly rest: string;
}

/** An ARN of this service whose resource part begins so; null: it is none. */
function principalArn(text: string | null, service: "iam" | "sts", start: string): PrincipalArn | null {
  const cut = text === null ? null : cutArn(text);
  if (cut === null || !cut.text.startsWith(`${service}::`, cut.service)) return null;
  const partition = cut.text.slice(cut.partition, cut.service - 1);
  const account = cut.text.slice(cut.account, cut.resource - 1);
  if (!PARTITIONS.has(partition) || !isAccountId(account) || !cut.text.startsWith(start, cut.resource)) return null;
  const rest = cut.text.slice(cut.resource + start.length);
  return (rest === "") === (start === "root") ? { arn: cut.text, partition, account, rest } : null;
}

function userCaller(source: Source): Caller | Reason {
  const { identity, trace } = source;
  const arn = principalArn(textAt(identity, "arn"), "iam", "user/");
  if (arn === null || arn.rest.endsWith("/")) return "principal-malformed";
  const session = credentialsOf(source);
  const uniqueId = uniqueIdOf(identity, "AIDA");
  trace?.note("principal", "arn", "userIdentity.arn", "");
  if (uniqueId !== null) trace?.note("principal", "uniqueId", "userIdentity.principalId", "");
  const principal: PrincipalInput =
    uniqueId === null ? { arn: arn.arn, ...session.fields } : { arn: arn.arn, uniqueId, ...session.fields };
  return caller(source, arn, principal, { flags: session.flags, userArn: arn.arn });
}

function rootCaller(source: Source): Caller | Reason {
  const { identity, trace } = source;
  const arn = principalArn(textAt(identity, "arn"), "iam", "root");
  if (arn === null) return "principal-malformed";
  trace?.note("principal", "arn", "userIdentity.arn", "");
  const context = fieldsAt(identity, "sessionContext");
  if (context !== null && isTrue(own(context, "assumedRoot"))) {
    trace?.note("principal", "credentials", "userIdentity.sessionContext.assumedRoot", "");
    return caller(source, arn, { arn: arn.arn, credentials: "assumeRoot", ...issueTimeOf(source) }, NO_SESSION);
  }
  const session = credentialsOf(source);
  return caller(source, arn, { arn: arn.arn, ...session.fields }, session);
}

interface Session {
  readonly fields: Pick<PrincipalInput, "credentials" | "issueTime" | "mfa">;
  readonly flags: number;
}

const NO_SESSION: Session = { fields: {}, flags: 0 };
const LONG_TERM: Session = { fields: { credentials: "longTerm" }, flags: 0 };

/**
 * What a user or root user signed with. The record has the attributes of a session for temporary credentials only; without
 * them, and with a key that is not temporary, the credentials are long-term (§10).
 */
function credentialsOf(source: Source): Session {
  const { identity, event, trace } = source;
  const attributes = attributesOf(identity);
  const isForwarded = isForwardedFor(source);
  if (attributes === null) {
    const key = own(identity, "accessKeyId");
    const isLongTerm = typeof key === "string" && key !== "" && !key.startsWith(TEMPORARY_KEY);
    trace?.note("principal", "credentials", "userIdentity.accessKeyId", "no sessionContext");
    return isLongTerm ? LONG_TERM : { fields: { credentials: "console" }, flags: Flag.Mfa };
  }
  const mfa = flagOf(own(attributes, "mfaAuthenticated"));
  trace?.note("principal", "mfa", "userIdentity.sessionContext.attributes.mfaAuthenticated", "");
  // MFA-8: temporary credentials that AWS made of the user's own; when, the record says, and of whose not.
  if (isForwarded && mfa === false && own(identity, "type") === "IAMUser") return LONG_TERM;
  if (isByService(identity) || mfa === null) return console(mfa);
  const issued = issueTimeOf(source);
  // `sessionCredentialFromConsole` is not shown unless it is true, nor for calls through a proxy, which have no TLS details.
  const isConsole = isTrue(own(event, "sessionCredentialFromConsole")) || own(event, "tlsDetails") === undefined;
  if (isConsole) return { fields: { credentials: "console", mfa, ...issued }, flags: 0 };
  const time = issued.issueTime;
  const knownMfa = mfa && time !== undefined ? { authenticatedAt: time } : mfa;
  return { fields: { credentials: "sessionToken", mfa: knownMfa, ...issued }, flags: 0 };
}

const TEMPORARY_KEY = "ASIA";

/** Temporary credentials of unknown origin and age. */
function console(mfa: boolean | null): Session {
  if (mfa === null) return { fields: { credentials: "console" }, flags: Flag.Mfa };
  return { fields: { credentials: "console", mfa }, flags: 0 };
}

function attributesOf(identity: Fields): Fields | null {
  const context = fieldsAt(identity, "sessionContext");
  return context === null ? null : fieldsAt(context, "attributes");
}

function issueTimeOf({ identity, event, trace }: Source): { readonly issueTime?: number } {
  const attributes = attributesOf(identity);
  const created = attributes === null ? null : instantOf(own(attributes, "creationDate"));
  const now = instantOf(own(event, "eventTime"));
  // A session is not younger than its calls.
  if (created === null || now === null || created > now) return {};
  trace?.note("principal", "issueTime", "userIdentity.sessionContext.attributes.creationDate", "");
  return { issueTime: created };
}

function roleCaller(source: Source): Caller | Reason {
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
    known: known?.arn ?? roleArn ?? "",
  });
}

function nameBehindPath(rest: string): string {
  return rest.slice(rest.lastIndexOf("/") + 1);
}

/** `RoleName/SessionName`; null: it is not. */
function sessionRoleName(rest: string): string | null {
  const slash = rest.indexOf("/");
  return slash > 0 && slash === rest.lastIndexOf("/") && slash < rest.length - 1 ? rest.slice(0, slash) : null;
}

interface RoleSession {
  readonly arn: PrincipalArn;
  readonly isSession: boolean;
  readonly roleArn: string | null;
  readonly context: Fields | null;
  /** ARN of the role with its path, as far as it is known. */
  readonly known: string;
}

const SERVICE_LINKED = ":role/aws-service-role/";
/** Roles of IAM Identity Center, whose sessions are issued for SAML assertions. */
const IDENTITY_CENTER = ":role/aws-reserved/sso.amazonaws.com/";

function sessionCaller(source: Source, { arn, isSession, roleArn, context, known }: RoleSession): Caller {
  const { identity, assumptions, directory, trace } = source;
  const uniqueId = uniqueIdOf(identity, "AROA");
  const sourceIdentity = context === null ? null : textAt(context, "sourceIdentity");
  const delivery = context === null ? undefined : own(context, "ec2RoleDelivery");
  const isServiceLinked = known.includes(SERVICE_LINKED);
  const provider = context === null ? null : webIdentityOf(context);
  const byService = delivery !== undefined || isServiceLinked;
  const isSaml = known.includes(IDENTITY_CENTER);
  if (roleArn !== null) trace?.note("principal", "roleArn", "userIdentity.sessionContext.sessionIssuer.arn", "");
  if (uniqueId !== null) trace?.note("principal", "uniqueId", "userIdentity.principalId", "");
  if (sourceIdentity !== null)
    trace?.note("principal", "sourceIdentity", "userIdentity.sessionContext.sourceIdentity", "");
  const principal: Writable<PrincipalInput> = { arn: arn.arn };
  if (uniqueId !== null) principal.uniqueId = uniqueId;
  if (roleArn !== null && isSession) principal.roleArn = roleArn;
  if (sourceIdentity !== null) principal.sourceIdentity = sourceIdentity;
  const issued = isByService(identity) ? {} : issueTimeOf(source);
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
  if (delivery !== undefined) flags |= Flag.Ec2Session;
  const keys = sessionContext(provider, delivery, trace);
  return caller(source, arn, principal, { flags, context: keys, unknown: provider?.unknown ?? NONE });
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
function hostOf(provider: string): string {
  const start = provider.indexOf(OIDC);
  return start === -1 ? provider : provider.slice(start + OIDC.length);
}

const OIDC = ":oidc-provider/";

/** More attributes than providers have. */
const ATTRIBUTES_MAX = 16;

function sessionContext(
  provider: WebIdentity | null,
  delivery: unknown,
  trace: Trace | null,
): Readonly<Record<string, ContextInput>> | null {
  let keys: Record<string, ContextInput> | null = null;
  if (delivery === "1.0" || delivery === "2.0") {
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

function federatedCaller(source: Source): Caller | Reason {
  const { identity, event, assumptions, trace } = source;
  const arn = principalArn(textAt(identity, "arn"), "sts", "federated-user/");
  if (arn === null) return "principal-malformed";
  trace?.note("principal", "arn", "userIdentity.arn", "");
  const context = fieldsAt(identity, "sessionContext");
  const issuer = context === null ? null : fieldsAt(context, "sessionIssuer");
  const issuerArn = issuer === null ? null : textAt(issuer, "arn");
  const parent = principalArn(issuerArn, "iam", "user/") ?? principalArn(issuerArn, "iam", "root");
  const principal: Writable<PrincipalInput> = { arn: arn.arn };
  if (parent !== null && parent.account === arn.account && !parent.arn.endsWith("/")) {
    principal.parent = parent.arn;
    trace?.note("principal", "parent", "userIdentity.sessionContext.sessionIssuer.arn", "");
  }
  if (isTrue(own(event, "sessionCredentialFromConsole"))) principal.credentials = "console";
  const issued = isByService(identity) ? {} : issueTimeOf(source);
  if (issued.issueTime !== undefined) principal.issueTime = issued.issueTime;
  if (assumptions.untaggedSessions) return caller(source, arn, principal, NO_SESSION);
  principal.tags = NO_TAGS;
  return caller(source, arn, principal, { flags: Flag.PrincipalTags });
}

/** The caller of AssumeRoleWithWebIdentity: `issuer:application:user`. */
function webIdentityCaller(source: Source): Caller | Reason {
  const { identity, event, trace } = source;
  const issuer = textAt(identity, "identityProvider");
  if (issuer === null) return "principal-malformed";
  const isArn = principalArn(issuer, "iam", "oidc-provider/") !== null;
  if (!isArn && (own(event, "eventName") !== "AssumeRoleWithWebIdentity" || !isHost(issuer)))
    return "principal-malformed";
  trace?.note("principal", "arn", "userIdentity.identityProvider", "");
  const host = hostOf(issuer);
  const keys = claimsOf(identity, issuer, host, trace);
  const principal: PrincipalInput = keys === null ? { arn: issuer } : { arn: issuer, claims: keys };
  return {
    principal,
    account: null,
    partition: null,
    userArn: null,
    fas: null,
    byService: false,
    flags: Flag.WebIdentity,
    context: null,
    unknown: [`${host}:*`],
  };
}

/** `issuer:audience:subject`, if it can be told where the audience ends. */
function claimsOf(
  identity: Fields,
  issuer: string,
  host: string,
  trace: Trace | null,
): Record<string, ContextInput> | null {
  const id = textAt(identity, "principalId");
  const subject = textAt(identity, "userName");
  if (id === null || subject === null || !id.startsWith(`${issuer}:`) || !id.endsWith(`:${subject}`)) return null;
  const audience = id.slice(issuer.length + 1, id.length - subject.length - 1);
  if (audience === "") return null;
  trace?.note("principal", "claims", "userIdentity.principalId", "");
  return { [`${host}:aud`]: audience, [`${host}:sub`]: subject };
}

function isHost(text: string): boolean {
  if (!text.includes(".") || text.endsWith(".amazonaws.com") || text.endsWith(".amazonaws.com.cn")) {
    return text === "cognito-identity.amazonaws.com";
  }
  for (let at = 0; at < text.length; at++) if (!HOST_CHARACTERS.includes(text.charAt(at))) return false;
  return true;
}

const HOST_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/:";

/** The caller of AssumeRoleWithSAML: the provider is a parameter of the call. */
function samlCaller({ event, trace }: Source): Caller | Reason {
  const parameters = fieldsAt(event, "requestParameters");
  const provider = parameters === null ? null : textAt(parameters, "principalArn");
  if (principalArn(provider, "iam", "saml-provider/") === null) return "principal-malformed";
  trace?.note("principal", "arn", "requestParameters.principalArn", "");
  return {
    principal: { arn: provider! },
    account: null,
    partition: null,
    userArn: null,
    fas: null,
    byService: false,
    flags: Flag.Saml,
    context: null,
    unknown: NONE,
  };
}

/** Of principals of other accounts, records have the account and a unique ID; anonymous callers have neither. */
function accountCaller(source: Source): Caller | Reason {
  const { identity, trace } = source;
  if (own(identity, "accountId") !== "ANONYMOUS_PRINCIPAL") return "principal-hidden";
  trace?.note("principal", "arn", "userIdentity.accountId", "anonymous");
  return {
    principal: "*",
    account: null,
    partition: null,
    userArn: null,
    fas: null,
    byService: false,
    flags: 0,
    context: null,
    unknown: NONE,
  };
}

function serviceCaller({ identity, trace }: Source): Caller | Reason {
  const name = textAt(identity, "invokedBy");
  if (name === null || !isServiceName(name)) return "service-unnamed";
  trace?.note("principal", "arn", "userIdentity.invokedBy", "");
  return {
    principal: name,
    account: null,
    partition: null,
    userArn: null,
    fas: null,
    byService: true,
    flags: Flag.ServiceCaller,
    context: null,
    unknown: NONE,
  };
}

const SERVICE_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

function isServiceName(name: string): boolean {
  const domain = SERVICE_DOMAINS.find((end) => name.endsWith(end));
  if (domain === undefined || name.length === domain.length) return false;
  for (let at = 0; at < name.length; at++) if (!SERVICE_CHARACTERS.includes(name.charAt(at))) return false;
  return true;
}

const SERVICE_DOMAINS = [".amazonaws.com", ".amazonaws.com.cn"] as const;

/** Names in `invokedBy` that are no service of its own: the console signs with the session of whoever sits there. */
const NO_SERVICES: ReadonlySet<string> = new Set(["signin.amazonaws.com", "internal.amazonaws.com"]);

/** Whether a service certainly called with the caller's own permissions (EVAL-37): users and root users have no roles. */
function isForwardedFor({ identity }: Source): boolean {
  const name = textAt(identity, "invokedBy");
  return name !== null && isServiceName(name) && !NO_SERVICES.has(name);
}

function isByService(identity: Fields): boolean {
  return textAt(identity, "invokedBy") !== null;
}

/** The parts that all callers with an account share. */
function caller(
  source: Source,
  { account, partition, arn }: PrincipalArn,
  principal: PrincipalInput,
  rest: Partial<Caller> & { readonly flags: number },
): Caller {
  const { identity, trace } = source;
  const invokedBy = textAt(identity, "invokedBy");
  const isRole = arn.includes(":assumed-role/") || arn.includes(":role/");
  const isLinked = isRole && (principal.roleArn ?? arn).includes(SERVICE_LINKED);
  let { flags } = rest;
  let fas: Caller["fas"] = null;
  if (invokedBy !== null) {
    // A service that uses a role of its own is no forward access session; of other roles the record does not tell.
    if (isLinked) trace?.note("via", "fas", "userIdentity.sessionContext.sessionIssuer.arn", "a service-linked role");
    else if (isRole || !isForwardedFor(source)) flags |= Flag.Via;
    else {
      fas = { calledVia: CALLED_VIA.has(invokedBy) ? [invokedBy] : NONE };
      flags |= CALLED_VIA.has(invokedBy) ? Flag.CalledViaEarlier : Flag.CalledVia;
      trace?.note("via", "fas", "userIdentity.invokedBy", "");
    }
  }
  return {
    principal,
    account,
    partition,
    userArn: rest.userArn ?? null,
    fas,
    byService: invokedBy !== null,
    flags,
    context: rest.context ?? null,
    unknown: rest.unknown ?? NONE,
  };
}

/** "AWS supports using the following services with aws:CalledVia": IAM User Guide, global condition context keys. */
const CALLED_VIA: ReadonlySet<string> = new Set([
  "athena.amazonaws.com",
  "cloudformation.amazonaws.com",
  "dynamodb.amazonaws.com",
  "kms.amazonaws.com",
]);

/** `AIDA…` of a user; of a role session what stands before its name. */
function uniqueIdOf(identity: Fields, start: string): string | null {
  const id = textAt(identity, "principalId");
  if (id === null || !id.startsWith(start)) return null;
  const colon = id.indexOf(":");
  return colon === -1 ? id : id.slice(0, colon);
}

function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

/** CloudTrail writes booleans as texts here. */
function flagOf(value: unknown): boolean | null {
  if (isTrue(value)) return true;
  return value === false || value === "false" ? false : null;
}
