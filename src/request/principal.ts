/** Who calls: every way of naming a principal → one of the kinds of semantics.md §1.2, with what is known of it. */
import { isAccountId, PARTITIONS, splitArn } from "../policy/arn.js";
import { lowerAscii } from "../policy/ascii.js";
import type { Directory, PrincipalFacts, SessionFacts } from "./directory.js";
import type { Credentials, Principal } from "./question.js";
import { type PrincipalInput, RequestError } from "./request.js";
import { checkText, quote } from "./text.js";

/** A principal, and what its context keys are made of. Null facts: the directory does not know the party. */
export interface Caller {
  readonly principal: Principal;
  readonly input: PrincipalInput;
  /** Of the user or role; of a federated user's parent. */
  readonly facts: PrincipalFacts | null;
  readonly session: SessionFacts | null;
}

/**
 * The principal of a request. `action` decides between a service and a web identity where both bear the same name. Facts
 * come from the directory unless the input says otherwise. Throws `RequestError` for what is no principal (REQ-10).
 */
export function resolvePrincipal(input: string | PrincipalInput, action: string, directory: Directory): Principal {
  return callerOf(input, action, directory).principal;
}

/** As `resolvePrincipal`, with what else is known of the caller. */
export function callerOf(given: string | PrincipalInput, action: string, directory: Directory): Caller {
  const input = typeof given === "string" ? { arn: given } : given;
  if (typeof input !== "object" || input === null) throw refused("", "a principal is a text or an object");
  checkText(input.arn, "principal.arn");
  checkTexts(input);
  const named = nameOf(input.arn, lowerAscii(action));
  checkFields(input, named.kind);
  switch (named.kind) {
    case "root":
      return { principal: { ...named, credentials: credentialsOf(input) }, input, facts: null, session: null };
    case "user":
      return userCaller(named, input, directory);
    case "role":
      return roleCaller(named, input, directory);
    case "federatedUser":
      return federatedCaller(named, input, directory);
    case "service":
      return { principal: { kind: "service", names: serviceNames(input) }, input, facts: null, session: null };
    case "webIdentity":
    case "saml":
    case "originAccessIdentity":
    case "anonymous":
      return { principal: named, input, facts: null, session: null };
  }
}

/** What the text of a principal says by itself. */
type Named =
  | { readonly kind: "root"; readonly account: string; readonly partition: string; readonly arn: string }
  | UserName
  | RoleName
  | FederatedUserName
  | { readonly kind: "webIdentity"; readonly provider: string }
  | { readonly kind: "saml"; readonly provider: string }
  | { readonly kind: "service" }
  | { readonly kind: "originAccessIdentity"; readonly arn: string }
  | { readonly kind: "anonymous" };

interface UserName {
  readonly kind: "user";
  readonly account: string;
  readonly partition: string;
  readonly arn: string;
  readonly name: string;
}

/** Of a role session. `roleArn` is null where only the session was named, which has no path (REQ-11). */
interface RoleName {
  readonly kind: "role";
  readonly account: string;
  readonly partition: string;
  readonly roleName: string;
  readonly roleArn: string | null;
  readonly sessionName: string | null;
}

interface FederatedUserName {
  readonly kind: "federatedUser";
  readonly account: string;
  readonly partition: string;
  readonly arn: string;
}

/** `action` is lower-cased. */
function nameOf(text: string, action: string): Named {
  if (text === "*") return { kind: "anonymous" };
  if (isAccountId(text)) return { kind: "root", account: text, partition: "aws", arn: `arn:aws:iam::${text}:root` };
  if (text.startsWith("arn:")) return arnName(text);
  if (isWebIdentityHost(text, action)) return { kind: "webIdentity", provider: text };
  if (isServiceName(text)) return { kind: "service" };
  throw refused("arn", `\`${quote(text)}\` is not a principal: neither an ARN, an account id, a service nor \`*\``);
}

const WEB_IDENTITY_ACTION = "sts:assumerolewithwebidentity";

/** Identity providers that AWS knows by host name; Cognito's is a service's name as well. */
const BUILT_IN_HOSTS: ReadonlySet<string> = new Set(["accounts.google.com", "graph.facebook.com", "www.amazon.com"]);
const COGNITO = "cognito-identity.amazonaws.com";

function isWebIdentityHost(text: string, action: string): boolean {
  if (BUILT_IN_HOSTS.has(text)) return true;
  if (action !== WEB_IDENTITY_ACTION) return false;
  return text === COGNITO || (text.includes(".") && !isServiceName(text) && hasOnly(text, HOST_CHARACTERS));
}

const SERVICE_SUFFIXES = [".amazonaws.com", ".amazonaws.com.cn"] as const;

function isServiceName(text: string): boolean {
  const suffix = SERVICE_SUFFIXES.find((end) => text.endsWith(end));
  return suffix !== undefined && text.length > suffix.length && hasOnly(text, SERVICE_CHARACTERS);
}

const SERVICE_CHARACTERS = new Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
/** Issuers may have a path and a port. */
const HOST_CHARACTERS = new Set([...SERVICE_CHARACTERS, "/", ":"]);

function hasOnly(text: string, characters: ReadonlySet<string>): boolean {
  for (const character of text) if (!characters.has(character)) return false;
  return true;
}

/** How the sixth part of an ARN begins, by service, and what it then names. */
const ARN_FORMS: readonly (readonly [service: string, start: string, name: (arn: PrincipalArn) => Named])[] = [
  ["iam", "root", rootName],
  ["iam", "user/", userName],
  ["iam", "role/", roleName],
  ["iam", "group/", groupName],
  ["iam", "saml-provider/", (arn) => ({ kind: "saml", provider: arn.text })],
  ["iam", "oidc-provider/", (arn) => ({ kind: "webIdentity", provider: arn.text })],
  ["sts", "assumed-role/", sessionName],
  ["sts", "federated-user/", federatedUserName],
];

interface PrincipalArn {
  readonly text: string;
  readonly partition: string;
  readonly account: string;
  /** What stands behind the start of the form. */
  readonly rest: string;
}

const OAI_ACCOUNT = "cloudfront";
const OAI_START = "user/CloudFront Origin Access Identity ";

function arnName(text: string): Named {
  const arn = splitArn(text);
  // MATCH-51: it looks like a user's ARN and is none.
  if (arn?.service === "iam" && arn.account === OAI_ACCOUNT && arn.resource.startsWith(OAI_START)) {
    return { kind: "originAccessIdentity", arn: text };
  }
  const form = ARN_FORMS.find(([service, start]) => service === arn?.service && arn.resource.startsWith(start));
  if (arn === null || form === undefined || arn.region !== "" || !isAccountId(arn.account)) throw notAPrincipal(text);
  const [, start, name] = form;
  const rest = arn.resource.slice(start.length);
  if (!PARTITIONS.has(arn.partition) || (start === "root") !== (rest === "")) throw notAPrincipal(text);
  return name({ text, partition: arn.partition, account: arn.account, rest });
}

function notAPrincipal(text: string): RequestError {
  return refused("arn", `\`${quote(text)}\` is not the ARN of a principal`);
}

function rootName({ text, partition, account }: PrincipalArn): Named {
  return { kind: "root", account, partition, arn: text };
}

/** The name is what stands behind the path. */
function userName({ text, partition, account, rest }: PrincipalArn): Named {
  return { kind: "user", account, partition, arn: text, name: behindPath(rest, text) };
}

function roleName({ text, partition, account, rest }: PrincipalArn): Named {
  return { kind: "role", account, partition, roleName: behindPath(rest, text), roleArn: text, sessionName: null };
}

function behindPath(rest: string, text: string): string {
  const name = rest.slice(rest.lastIndexOf("/") + 1);
  if (name === "") throw refused("arn", `\`${quote(text)}\` ends in a path, the name is missing`);
  return name;
}

/** REQ-10: groups only contribute policies. */
function groupName({ text }: PrincipalArn): Named {
  throw refused("arn", `\`${quote(text)}\` is a group, and groups do not call`);
}

function sessionName({ text, partition, account, rest }: PrincipalArn): Named {
  const slash = rest.indexOf("/");
  const name = rest.slice(slash + 1);
  if (slash <= 0 || name === "" || name.includes("/")) {
    throw refused("arn", `\`${quote(text)}\` is not a session ARN: it ends in \`assumed-role/RoleName/SessionName\``);
  }
  return { kind: "role", account, partition, roleName: rest.slice(0, slash), roleArn: null, sessionName: name };
}

function federatedUserName({ text, partition, account }: PrincipalArn): Named {
  return { kind: "federatedUser", account, partition, arn: text };
}

/** The fields of the input beside `arn` that say something about each kind of principal. */
const FIELDS = {
  root: ["credentials", "issueTime", "mfa", "taskPolicy"],
  user: ["uniqueId", "tags", "credentials", "issueTime", "mfa"],
  // biome-ignore format: a list
  role: ["uniqueId", "tags", "sessionTags", "transitiveTagKeys", "roleArn", "serviceLinked", "issuedBy",
    "federatedProvider", "sourceIdentity", "issueTime", "mfa"],
  federatedUser: ["uniqueId", "tags", "sessionTags", "transitiveTagKeys", "credentials", "issueTime", "mfa", "parent"],
  webIdentity: ["claims"],
  saml: ["claims"],
  service: ["serviceNames", "onBehalf"],
  originAccessIdentity: [],
  anonymous: [],
} as const satisfies Record<Named["kind"], readonly (keyof PrincipalInput)[]>;

const NOUNS = {
  root: "a root user",
  user: "a user",
  role: "a role session",
  federatedUser: "a federated user",
  webIdentity: "a web identity",
  saml: "a SAML identity",
  service: "a service",
  originAccessIdentity: "an origin access identity",
  anonymous: "an anonymous caller",
} as const satisfies Record<Named["kind"], string>;

/** A fact that cannot hold of this kind of principal is a mistake about who calls, so it is never passed over. */
function checkFields(input: PrincipalInput, kind: Named["kind"]): void {
  const fields: readonly string[] = FIELDS[kind];
  for (const [field, value] of Object.entries(input)) {
    if (field === "arn" || value === undefined || fields.includes(field)) continue;
    throw refused(field, `\`${quote(field)}\` says nothing about ${NOUNS[kind]}`);
  }
}

const TEXT_FIELDS = [
  "uniqueId",
  "roleArn",
  "federatedProvider",
  "sourceIdentity",
  "taskPolicy",
  "parent",
] as const satisfies readonly (keyof PrincipalInput)[];

function checkTexts(input: PrincipalInput): void {
  for (const field of TEXT_FIELDS) {
    if (input[field] !== undefined) checkText(input[field], `principal.${field}`);
  }
}

function credentialsOf(input: PrincipalInput): Credentials {
  const mfa = input.mfa !== undefined && input.mfa !== false;
  const kind = input.credentials ?? "longTerm";
  if (kind !== "assumeRoot" && input.taskPolicy !== undefined) {
    throw refused("taskPolicy", "only sessions of AssumeRoot have a task policy");
  }
  switch (kind) {
    case "longTerm":
      if (input.issueTime !== undefined) throw refused("issueTime", "long-term keys have no issue time");
      return { kind };
    case "sessionToken":
      return { kind, mfa };
    case "console":
      return { kind };
    case "assumeRoot":
      if (mfa) throw refused("mfa", "sessions of AssumeRoot carry no MFA information");
      return { kind, taskPolicy: input.taskPolicy ?? null };
    default:
      throw refused("credentials", `unknown credentials \`${quote(String(kind))}\``);
  }
}

function userCaller(named: UserName, input: PrincipalInput, directory: Directory): Caller {
  if (input.credentials === "assumeRoot") throw refused("credentials", "sessions of AssumeRoot are of root users only");
  const facts = directory.user(named.arn);
  const uniqueId = input.uniqueId ?? facts?.uniqueId ?? null;
  return { principal: { ...named, uniqueId, credentials: credentialsOf(input) }, input, facts, session: null };
}

function roleCaller(named: RoleName, input: PrincipalInput, directory: Directory): Caller {
  const { account, partition, sessionName } = named;
  const facts = directory.role(account, named.roleName);
  const roleArn = roleArnOf(named, input, facts);
  const sessionArn =
    sessionName === null ? null : `arn:${partition}:sts::${account}:assumed-role/${named.roleName}/${sessionName}`;
  const session = sessionArn === null ? null : directory.session(sessionArn);
  const principal: Principal = {
    kind: "roleSession",
    account,
    partition,
    roleArn,
    roleName: named.roleName,
    roleId: input.uniqueId ?? facts?.uniqueId ?? null,
    sessionName,
    sessionArn,
    serviceLinked: input.serviceLinked ?? facts?.serviceLinked ?? isServiceLinkedRole(roleArn),
    federatedProvider: input.federatedProvider ?? session?.federatedProvider ?? null,
  };
  return { principal, input, facts, session };
}

/** REQ-11: the session's ARN has lost the path; all who know the role have to agree on it. */
function roleArnOf(named: RoleName, input: PrincipalInput, facts: PrincipalFacts | null): string {
  const given = named.roleArn ?? input.roleArn ?? null;
  if (input.roleArn !== undefined) checkRoleArn(named, input.roleArn);
  const known = facts?.arn ?? given ?? `arn:${named.partition}:iam::${named.account}:role/${named.roleName}`;
  for (const arn of [named.roleArn, input.roleArn]) {
    if (arn === undefined || arn === null || arn === known) continue;
    throw refused("roleArn", `\`${quote(arn)}\` is not the role of this name, which is \`${quote(known)}\``);
  }
  return known;
}

function checkRoleArn(named: RoleName, text: string): void {
  const role = text.startsWith("arn:") ? arnName(text) : null;
  const same =
    role?.kind === "role" &&
    role.roleArn !== null &&
    role.account === named.account &&
    role.partition === named.partition &&
    role.roleName === named.roleName;
  if (!same) throw refused("roleArn", `\`${quote(text)}\` is not the ARN of the role \`${quote(named.roleName)}\``);
}

function isServiceLinkedRole(roleArn: string): boolean {
  return splitArn(roleArn)?.resource.startsWith("role/aws-service-role/") === true;
}

/** REQ-13: the policies and tags of a federated user are its parent's. */
function federatedCaller(named: FederatedUserName, input: PrincipalInput, directory: Directory): Caller {
  if (input.credentials !== undefined && input.credentials !== "console") {
    throw refused("credentials", "a federated user has credentials of GetFederationToken or a console session of them");
  }
  const session = directory.session(named.arn);
  const parentArn = input.parent ?? session?.parentArn ?? null;
  const parent = parentArn === null ? null : parentName(named, parentArn);
  const facts = parent?.kind === "user" ? directory.user(parent.arn) : null;
  const principal: Principal = {
    ...named,
    parentArn: parent?.arn ?? null,
    parentId: input.uniqueId ?? facts?.uniqueId ?? null,
    console: input.credentials === "console",
  };
  return { principal, input, facts, session };
}

function parentName(named: FederatedUserName, text: string): { readonly kind: "user" | "root"; readonly arn: string } {
  const parent = text.startsWith("arn:") ? arnName(text) : null;
  if ((parent?.kind !== "user" && parent?.kind !== "root") || parent.account !== named.account) {
    throw refused("parent", `\`${quote(text)}\` is not a user or the root user of account \`${named.account}\``);
  }
  return parent;
}

/** All names of a service, the one given first (`aws:PrincipalServiceNamesList`). */
function serviceNames(input: PrincipalInput): readonly string[] {
  const others = input.serviceNames ?? [];
  for (const name of others) {
    checkText(name, "principal.serviceNames");
    if (!isServiceName(name)) throw refused("serviceNames", `\`${quote(name)}\` is not the name of a service`);
  }
  return [...new Set([input.arn, ...others])];
}

function refused(field: string, message: string): RequestError {
  return new RequestError("invalid-principal", field === "" ? "principal" : `principal.${field}`, message);
}
