/** Context keys that the parties, the network and the clock of a request determine (semantics.md §1.3–§1.5, §10). */
import { isAccountId, splitArn } from "../policy/arn.js";
import { lowerAscii } from "../policy/ascii.js";
import { CONTEXT_KEYS_MAX, checkShape, UNKNOWN, VALUES_PER_KEY_MAX } from "./context.js";
import type { Directory, OrganizationFacts, ResourceFacts } from "./directory.js";
import type { Endpoint } from "./endpoint.js";
import type { Caller } from "./principal.js";
import { accountOf, type Credentials, type Owner, type Slot } from "./question.js";
import { type Request, RequestError } from "./request.js";
import { checkAccountId, checkText, quote } from "./text.js";
import { isoText, millisecondsOf } from "./time.js";

/** What keys are derived from. */
export interface Sources {
  readonly request: Request;
  readonly directory: Directory;
  readonly caller: Caller;
  readonly owner: Owner;
  /** The record of the resource or of what holds it. */
  readonly resource: ResourceFacts | null;
  readonly endpoint: Endpoint | null;
  readonly now: number;
  readonly allowMalformed: boolean;
}

/** Derived slots by lower-cased key, and prefixes whose keys are unknown unless given. */
export interface Derived {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly unknownPrefixes: readonly string[];
}

/** Everything that REQ-43 and REQ-44 fill in. A key that is not among the slots is certainly absent (REQ-6). */
export function derivedContext(sources: Sources): Derived {
  const keys = new Keys(sources.allowMalformed);
  addClock(keys, sources);
  addIdentity(keys, sources);
  addPrincipalTags(keys, sources);
  addSession(keys, sources);
  addOrganization(keys, sources);
  addResource(keys, sources);
  addNetwork(keys, sources);
  addCalledVia(keys, sources);
  addSource(keys, sources);
  // REQ-44: in every request, and nothing here tells their values.
  keys.unknown("aws:securetransport", "aws:requestedregion", "aws:useragent");
  return keys;
}

/** REQ-43: whether a caller may give this lower-cased key only with `trustContext`. */
export function isDerivedKey(key: string): boolean {
  return DERIVED_KEYS.has(key) || DERIVED_PREFIXES.some((prefix) => key.startsWith(prefix));
}

/** The keys of §1.3 with one name each. */
const IDENTITY_KEYS = [
  "aws:principalarn",
  "aws:principalaccount",
  "aws:principaltype",
  "aws:userid",
  "aws:username",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:principalorgmasteraccountid",
  "aws:principalisawsservice",
  "aws:principalservicename",
  "aws:principalservicenameslist",
  "aws:tokenissuetime",
  "aws:multifactorauthpresent",
  "aws:multifactorauthage",
  "aws:sourceidentity",
  "aws:federatedprovider",
  "aws:assumedroot",
] as const;

const PRINCIPAL_TAG = "aws:principaltag/";
const RESOURCE_TAG = "aws:resourcetag/";

const DERIVED_KEYS: ReadonlySet<string> = new Set([
  ...IDENTITY_KEYS,
  "aws:resourceaccount",
  "aws:resourceorgid",
  "aws:resourceorgpaths",
  "aws:vpcsourceip",
  "aws:calledvia",
  "aws:calledviafirst",
  "aws:calledvialast",
  "aws:viaawsservice",
  "aws:sourcearn",
  "aws:sourceaccount",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:currenttime",
  "aws:epochtime",
]);

const DERIVED_PREFIXES = [PRINCIPAL_TAG, RESOURCE_TAG, "aws:multifactorauth", "aws:sourcevpc", "aws:vpce"] as const;

/** Keys as they are found. */
class Keys implements Derived {
  readonly slots = new Map<string, Slot>();
  readonly unknownPrefixes: string[] = [];

  constructor(private readonly allowMalformed: boolean) {}

  single(key: string, value: string): void {
    this.slots.set(key, { state: "single", value });
  }

  multi(key: string, values: readonly string[]): void {
    this.slots.set(key, { state: "multi", values });
  }

  /** A value that is known or not; one that is not is unknown, not absent (REQ-44). */
  singleOrUnknown(key: string, value: string | null): void {
    if (value === null) this.unknown(key);
    else this.single(key, value);
  }

  unknown(...keys: readonly string[]): void {
    for (const key of keys) this.slots.set(key, UNKNOWN);
  }

  /** A text from the request at `path`, which must look like a value of the key (REQ-9); null: unknown. */
  givenOrUnknown(key: string, value: string | null | undefined, path: string): void {
    if (value === null || value === undefined) {
      this.unknown(key);
      return;
    }
    checkText(value, path);
    this.single(key, value);
    if (!this.allowMalformed) checkShape(key, this.slots.get(key)!, path);
  }
}

function addClock(keys: Keys, { now }: Sources): void {
  keys.single("aws:currenttime", isoText(now));
  keys.single("aws:epochtime", String(Math.floor(now / 1000)));
}

/** The upper rows of §1.3: who calls. */
function addIdentity(keys: Keys, { caller: { principal } }: Sources): void {
  switch (principal.kind) {
    case "root":
      keys.single("aws:principalarn", principal.arn);
      keys.single("aws:principaltype", "Account");
      keys.single("aws:userid", principal.account);
      break;
    case "user":
      keys.single("aws:principalarn", principal.arn);
      keys.single("aws:principaltype", "User");
      keys.single("aws:username", principal.name);
      keys.singleOrUnknown("aws:userid", principal.uniqueId);
      break;
    case "roleSession":
      // REQ-20: the role's ARN, not the session's.
      keys.single("aws:principalarn", principal.roleArn);
      keys.single("aws:principaltype", "AssumedRole");
      keys.singleOrUnknown("aws:userid", sessionUserId(principal.roleId, principal.sessionName));
      break;
    case "federatedUser":
      keys.single("aws:principalarn", principal.arn);
      keys.single("aws:principaltype", "FederatedUser");
      keys.single("aws:userid", `${principal.account}:${nameBehind(principal.arn, "federated-user/")}`);
      break;
    case "service":
      keys.single("aws:principalservicename", principal.names[0]!);
      keys.multi("aws:principalservicenameslist", principal.names);
      keys.single("aws:principalisawsservice", "true");
      return;
    case "anonymous":
      keys.single("aws:principalaccount", "anonymous");
      keys.single("aws:principaltype", "Anonymous");
      keys.single("aws:userid", "anonymous");
      return;
    case "webIdentity":
      keys.single("aws:federatedprovider", principal.provider);
      keys.unknown("aws:principalaccount", "aws:principaltype", "aws:userid");
      return;
    case "saml":
      // AWS supplies these in every request, and does not say which values unsigned calls of STS have.
      keys.unknown("aws:principalaccount", "aws:principaltype", "aws:userid");
      return;
    case "originAccessIdentity":
      // MATCH-51: AWS does not publish them.
      keys.unknown(...IDENTITY_KEYS);
      keys.unknownPrefixes.push(PRINCIPAL_TAG);
      return;
  }
  keys.single("aws:principalaccount", principal.account);
  keys.single("aws:principalisawsservice", "false");
}

function sessionUserId(roleId: string | null, sessionName: string | null): string | null {
  return roleId === null || sessionName === null ? null : `${roleId}:${sessionName}`;
}

function nameBehind(arn: string, start: string): string {
  return splitArn(arn)!.resource.slice(start.length);
}

/** REQ-21, REQ-22: session tags over the tags of the role or user. */
function addPrincipalTags(keys: Keys, { caller, directory }: Sources): void {
  const { principal, input, facts, session } = caller;
  if (principal.kind !== "user" && principal.kind !== "roleSession" && principal.kind !== "federatedUser") return;
  const parentHasTags = principal.kind !== "federatedUser" || !principal.parentArn?.endsWith(":root");
  const given = input.tags === undefined ? null : tagsOf(input.tags, "principal.tags");
  const own = given ?? facts?.tags ?? (directory.closed || !parentHasTags ? NO_TAGS : null);
  if (own === null) keys.unknownPrefixes.push(PRINCIPAL_TAG);
  addTags(keys, PRINCIPAL_TAG, own ?? NO_TAGS);
  const ofSession = input.sessionTags === undefined ? null : tagsOf(input.sessionTags, "principal.sessionTags");
  addTags(keys, PRINCIPAL_TAG, ofSession ?? session?.tags ?? NO_TAGS);
}

const NO_TAGS: ReadonlyMap<string, string> = new Map();

/** Tags as a caller gives them, checked. */
function tagsOf(tags: Readonly<Record<string, string>>, path: string): ReadonlyMap<string, string> {
  if (typeof tags !== "object" || tags === null) {
    throw new RequestError("invalid-context", path, `${path} is not an object of tags`);
  }
  const entries = Object.entries(tags);
  if (entries.length > CONTEXT_KEYS_MAX) {
    throw new RequestError("too-large", path, `${path} has more than ${CONTEXT_KEYS_MAX} tags`);
  }
  for (const [key, value] of entries) {
    checkText(key, path);
    checkText(value, `${path}.${key}`);
  }
  return new Map(entries);
}

/** REQ-5: of keys that differ by case, the value of the last in lexical order is seen. */
function addTags(keys: Keys, prefix: string, tags: ReadonlyMap<string, string>): void {
  for (const key of [...tags.keys()].sort()) keys.single(prefix + lowerAscii(key), tags.get(key)!);
}

/** The lower rows of §1.3: what the caller signed with, and how the session came about. */
function addSession(keys: Keys, sources: Sources): void {
  const { input, session, principal } = sources.caller;
  switch (principal.kind) {
    case "root":
    case "user":
      addCredentials(keys, sources, principal.credentials);
      return;
    case "roleSession":
      addIssueTime(keys, sources);
      addRoleSession(keys, sources, principal.federatedProvider);
      if (input.sourceIdentity !== undefined) keys.single("aws:sourceidentity", input.sourceIdentity);
      else if (session !== null && session.sourceIdentity !== null) {
        keys.single("aws:sourceidentity", session.sourceIdentity);
      }
      return;
    case "federatedUser":
      // MFA-5: no MFA keys.
      addIssueTime(keys, sources);
      return;
    case "webIdentity":
    case "saml":
    case "service":
    case "originAccessIdentity":
    case "anonymous":
      return;
  }
}

function addIssueTime(keys: Keys, { caller: { input, session } }: Sources): void {
  const given = input.issueTime === undefined ? null : millisecondsOf(input.issueTime, "principal.issueTime");
  const issued = given ?? session?.issueTime ?? null;
  keys.singleOrUnknown("aws:tokenissuetime", issued === null ? null : isoText(issued));
}

/** The rows of §10 for users and root users. */
function addCredentials(keys: Keys, sources: Sources, credentials: Credentials): void {
  switch (credentials.kind) {
    case "longTerm":
      addLongTermKeys(keys, sources);
      return;
    case "sessionToken":
    case "console":
      addIssueTime(keys, sources);
      addMfa(keys, sources);
      return;
    case "assumeRoot":
      addIssueTime(keys, sources);
      keys.single("aws:assumedroot", "true");
      // The table of §10 has no row for these sessions.
      keys.unknown("aws:multifactorauthpresent");
      return;
  }
}

/** Long-term keys carry no MFA information, except in the call of AssumeRole that presents a code with them. */
function addLongTermKeys(keys: Keys, sources: Sources): void {
  const { caller, request } = sources;
  if (usedMfa(sources)) {
    if (lowerAscii(request.action) !== "sts:assumerole" || request.via?.fas !== undefined) {
      const message = "long-term keys carry no MFA information: the credentials must be `sessionToken` or `console`";
      throw new RequestError("invalid-principal", "principal.mfa", message);
    }
    addMfa(keys, sources);
  } else if (request.via?.fas !== undefined && caller.principal.kind === "user") {
    // MFA-8: the service calls with temporary credentials that AWS made of the user's.
    keys.single("aws:multifactorauthpresent", "false");
    keys.unknown("aws:tokenissuetime");
  }
}

function usedMfa({ caller: { input } }: Sources): boolean {
  return input.mfa !== undefined && input.mfa !== false;
}

/** MFA-3: the age counts from the authentication, which may be older than the token. */
function addMfa(keys: Keys, { caller: { input }, now }: Sources): void {
  const { mfa = false } = input;
  keys.single("aws:multifactorauthpresent", String(mfa !== false));
  if (mfa === false) return;
  if (mfa === true) {
    keys.unknown("aws:multifactorauthage");
    return;
  }
  const path = "principal.mfa.authenticatedAt";
  const age = now - millisecondsOf(mfa.authenticatedAt, path);
  if (age < 0)
    throw new RequestError("invalid-time", path, "the MFA authentication lies behind the time of the request");
  keys.single("aws:multifactorauthage", String(Math.floor(age / 1000)));
}

/** MFA-4, MFA-5, and `aws:FederatedProvider` of OIDC sessions. */
function addRoleSession(keys: Keys, { caller: { input, session }, directory }: Sources, provider: string | null): void {
  const issuedBy = input.issuedBy ?? session?.issuedBy ?? issuerOf(provider);
  switch (issuedBy) {
    case "WebIdentity":
      keys.singleOrUnknown("aws:federatedprovider", provider);
      return;
    case "SAML":
      return;
    case "AssumeRole":
    case "Service":
      if (directory.options.roleMfaKey === "false") keys.single("aws:multifactorauthpresent", "false");
      return;
    default:
      throw new RequestError(
        "invalid-principal",
        "principal.issuedBy",
        `\`${quote(String(issuedBy))}\` does not issue sessions`,
      );
  }
}

function issuerOf(provider: string | null): "AssumeRole" | "SAML" | "WebIdentity" {
  if (provider === null) return "AssumeRole";
  return splitArn(provider)?.resource.startsWith("saml-provider/") ? "SAML" : "WebIdentity";
}

/** REQ-23, REQ-24; of callers without an account there is nothing to say. */
function addOrganization(keys: Keys, { caller, directory }: Sources): void {
  const account = accountOf(caller.principal);
  if (account === null) return;
  const organization = organizationOf(directory, account);
  addOrganizationKeys(keys, "aws:principalorg", organization);
  if (organization !== null) {
    keys.singleOrUnknown("aws:principalorgmasteraccountid", organization.managementAccount);
  }
}

const UNKNOWN_ORGANIZATION: OrganizationFacts = { id: null, path: null, managementAccount: null };

/** Null: certainly in none. */
function organizationOf(directory: Directory, account: string): OrganizationFacts | null {
  const facts = directory.account(account);
  return facts === null ? UNKNOWN_ORGANIZATION : facts.organization;
}

/** `…id` and `…paths` (REQ-23) of a party's organization. */
function addOrganizationKeys(keys: Keys, prefix: string, organization: OrganizationFacts | null): void {
  if (organization === null) return;
  keys.singleOrUnknown(`${prefix}id`, organization.id);
  if (organization.path === null) keys.unknown(`${prefix}paths`);
  else keys.multi(`${prefix}paths`, [organization.path]);
}

/** REQ-32, REQ-33. */
function addResource(keys: Keys, { request, directory, owner, resource }: Sources): void {
  switch (owner.kind) {
    case "account":
      keys.single("aws:resourceaccount", owner.account);
      addOrganizationKeys(keys, "aws:resourceorg", organizationOf(directory, owner.account));
      break;
    case "assumed":
      // REQ-31: an assumption proves nothing to a condition.
      break;
    case "unknown":
      keys.unknown("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths");
      break;
  }
  const given = request.resourceTags === undefined ? null : tagsOf(request.resourceTags, "resourceTags");
  const known = resource === null ? tagsOfNoRecord(request, directory) : resource.tags;
  const tags = given ?? known;
  if (tags === null) keys.unknownPrefixes.push(RESOURCE_TAG);
  addTags(keys, RESOURCE_TAG, tags ?? NO_TAGS);
}

function tagsOfNoRecord(request: Request, directory: Directory): ReadonlyMap<string, string> | null {
  return directory.closed || request.resource === "*" ? NO_TAGS : null;
}

/** REQ-41, REQ-44: the public address or the endpoint, never both. */
function addNetwork(keys: Keys, { endpoint, caller, request, directory }: Sources): void {
  if (endpoint === null) {
    if (caller.principal.kind !== "service") keys.unknown("aws:sourceip");
    return;
  }
  const given = request.via?.vpcEndpoint;
  keys.givenOrUnknown("aws:sourcevpce", endpoint.id, "via.vpcEndpoint.id");
  keys.givenOrUnknown("aws:sourcevpc", endpoint.vpc, "via.vpcEndpoint.vpc");
  keys.givenOrUnknown("aws:sourcevpcarn", given?.vpcArn, "via.vpcEndpoint.vpcArn");
  keys.givenOrUnknown("aws:vpcsourceip", given?.privateIp, "via.vpcEndpoint.privateIp");
  keys.singleOrUnknown("aws:vpceaccount", endpoint.account);
  const organization = endpoint.account === null ? UNKNOWN_ORGANIZATION : organizationOf(directory, endpoint.account);
  addOrganizationKeys(keys, "aws:vpceorg", organization);
  addGivenOrganization(keys, "aws:vpceorg", given?.orgId, given?.orgPaths, "via.vpcEndpoint.org");
}

/** What the request says of an organization wins over what the directory knows. */
function addGivenOrganization(
  keys: Keys,
  prefix: string,
  id: string | undefined,
  paths: readonly string[] | undefined,
  path: string,
): void {
  if (id !== undefined) keys.givenOrUnknown(`${prefix}id`, id, `${path}Id`);
  if (paths !== undefined) keys.multi(`${prefix}paths`, textsOf(paths, `${path}Paths`));
}

/** A list of texts that a caller gives, checked. */
function textsOf(texts: readonly string[], path: string): readonly string[] {
  if (!Array.isArray(texts)) throw new RequestError("invalid-context", path, `${path} is not a list`);
  if (texts.length > VALUES_PER_KEY_MAX) {
    throw new RequestError("too-large", path, `${path} has more than ${VALUES_PER_KEY_MAX} values`);
  }
  for (const text of texts) checkText(text, path);
  return texts;
}

/** EVAL-37: only a forward access session has services on its way. */
function addCalledVia(keys: Keys, { request }: Sources): void {
  const fas = request.via?.fas;
  keys.single("aws:viaawsservice", String(fas !== undefined));
  if (fas === undefined) return;
  const services = textsOf(fas.calledVia, "via.fas.calledVia");
  if (services.length === 0) return;
  keys.multi("aws:calledvia", services);
  keys.single("aws:calledviafirst", services[0]!);
  keys.single("aws:calledvialast", services.at(-1)!);
}

/** REQ-42: for which resource a service calls; the parts follow from each other where they can. */
function addSource(keys: Keys, { caller, directory }: Sources): void {
  const onBehalf = caller.principal.kind === "service" ? caller.input.onBehalf : undefined;
  if (onBehalf === undefined) return;
  const { sourceArn, sourceAccount } = onBehalf;
  if (sourceArn !== undefined) keys.givenOrUnknown("aws:sourcearn", sourceArn, "principal.onBehalf.sourceArn");
  if (sourceAccount !== undefined) checkAccountId(sourceAccount, "principal.onBehalf.sourceAccount");
  const account = sourceAccount ?? (sourceArn === undefined ? null : ownerOfSource(sourceArn, directory));
  keys.singleOrUnknown("aws:sourceaccount", account);
  const organization = account === null ? UNKNOWN_ORGANIZATION : organizationOf(directory, account);
  addOrganizationKeys(keys, "aws:sourceorg", organization);
  addGivenOrganization(
    keys,
    "aws:sourceorg",
    onBehalf.sourceOrgId,
    onBehalf.sourceOrgPaths,
    "principal.onBehalf.sourceOrg",
  );
}

function ownerOfSource(arn: string, directory: Directory): string | null {
  const account = splitArn(arn)?.account ?? "";
  return isAccountId(account) ? account : (directory.resource(arn)?.owner ?? null);
}
