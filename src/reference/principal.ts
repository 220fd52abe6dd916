/** Principals (§3.3): how an entry names the caller, and what Principal and NotPrincipal make of it. */
import type { Effect, PrincipalElement, PrincipalEntry } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import type { GrantKind } from "../request/decision.js";
import type { Principal } from "../request/question.js";
import { and, FALSE, hangsOnNames, known, type Logic, not, or, TRUE } from "./kleene.js";

/** What is known about the caller, and where the question is asked. */
export interface Caller {
  readonly principal: Principal;
  readonly canonicalUserId: string | null;
  /** Whether a permissions boundary is attached (MATCH-46). */
  readonly hasBoundary: Logic;
  /** Unique IDs that stand in the place of ARNs (MATCH-42). */
  readonly bindings: ReadonlyMap<string, string>;
  readonly options: WorldOptions;
  /** The policy is a role's trust policy (MATCH-47). */
  readonly isTrust: boolean;
  /** The policy is that of a gateway endpoint (EVAL-20). */
  readonly isGateway: boolean;
}

/** How a statement names the caller. A kind that is not here, or is F, is certainly not among them. */
export type Kinds = ReadonlyMap<GrantKind, Logic>;

export const NO_KINDS: Kinds = new Map();

export function kindOf(kinds: Kinds, kind: GrantKind): Logic {
  return kinds.get(kind) ?? FALSE;
}

/** `K ≠ ∅`. */
export function anyKind(kinds: Kinds): Logic {
  return or(...kinds.values());
}

/** Kind by kind, the OR of both. */
export function joinKinds(all: readonly Kinds[]): Kinds {
  const joined = new Map<GrantKind, Logic>();
  for (const kinds of all) {
    for (const [kind, logic] of kinds) joined.set(kind, or(joined.get(kind) ?? FALSE, logic));
  }
  return joined;
}

/** `principalMatch` of §3.3. Entries of GRAM-52 decide first; empty elements name nobody (GRAM-20). */
export function kindsOfElement(element: PrincipalElement, effect: Effect, caller: Caller): Kinds {
  const isInvalid = element.entries.some((entry) => entry.kind === "invalid");
  if (isInvalid && caller.options.invalidEntry === "failClosed") {
    if (effect === "Deny") return new Map([["ANY", TRUE]]);
    if (element.negated) return NO_KINDS;
  }
  const listed = joinKinds(element.entries.map((entry) => kindsOfEntry(entry, caller)));
  if (!element.negated) return listed;
  if (effect === "Deny") return new Map([["ANY", notPrincipalDenies(element.entries, caller)]]);
  // MATCH-46a, lenient mode only.
  return new Map([["ANY", not(anyKind(listed))]]);
}

/** The table of §3.3, row by row. */
export function kindsOfEntry(entry: PrincipalEntry, caller: Caller): Kinds {
  switch (entry.kind) {
    case "anyone":
      return only("ANY", known(coversEveryone(entry, caller)));
    case "account":
      return only("ACCOUNT", known(namesAccount(entry.account, caller)));
    case "user":
      return joinKinds([
        only("USER", namesUser(entry.arn, caller)),
        only("USER_VIA_FED", namesParent(entry.arn, caller)),
      ]);
    case "role":
      return only("ROLE", namesRole(entry.arn, caller));
    case "uniqueId":
      return kindsOfUniqueId(entry.id, caller.principal);
    case "roleSession":
      return only("SESSION", namesSession(entry.arn, caller.principal));
    case "federatedUser":
      return only("SESSION", known(isFederatedUser(entry.arn, caller.principal)));
    case "originAccessIdentity":
      return only("SERVICE", known(isOriginAccessIdentity(entry.arn, caller.principal)));
    case "service":
      return only("SERVICE", known(isService(entry.name, caller.principal)));
    case "federated":
      return kindsOfProvider(entry.provider, caller);
    case "canonicalUser":
      return only("CANONICAL", namesCanonicalUser(entry.id, caller));
    case "granted":
      return entry.to === "everyone" ? only("ANY", TRUE) : only("ACCOUNT", known(hasAccount(caller.principal)));
    case "invalid":
      return NO_KINDS;
  }
}

function only(kind: GrantKind, logic: Logic): Kinds {
  return new Map([[kind, logic]]);
}

/** `"*"` is everyone; `{"AWS": "*"}` covers services by `awsStarMatchesService` (§3.3). */
function coversEveryone(entry: { readonly aws: boolean }, caller: Caller): boolean {
  const isService = caller.principal.kind === "service" || caller.principal.kind === "originAccessIdentity";
  return !entry.aws || !isService || caller.options.awsStarMatchesService;
}

/** MATCH-40: an account is everyone in it; behind a gateway endpoint it is its root user only (EVAL-20). */
function namesAccount(account: string, caller: Caller): boolean {
  const { principal } = caller;
  return hasAccount(principal) && principal.account === account && (!caller.isGateway || principal.kind === "root");
}

type WithAccount = Extract<Principal, { readonly account: string }>;

function hasAccount(principal: Principal): principal is WithAccount {
  return "account" in principal;
}

/** MATCH-42, MATCH-43: by unique ID where AWS put one in the place of the ARN, else by ARN. */
function namesUser(arn: string, caller: Caller): Logic {
  const { principal } = caller;
  if (principal.kind !== "user") return FALSE;
  const id = caller.bindings.get(arn);
  return id === undefined ? known(principal.arn === arn) : hasUniqueId(principal.uniqueId, id, principal.arn);
}

/** A user ARN names the federated users of that user as well (EVAL-31). */
function namesParent(arn: string, caller: Caller): Logic {
  const { principal } = caller;
  if (principal.kind !== "federatedUser") return FALSE;
  const id = caller.bindings.get(arn);
  if (id !== undefined) return parentHasUniqueId(principal, id);
  return principal.parentArn === null
    ? hangsOnNames([`parent of ${principal.arn}`])
    : known(principal.parentArn === arn);
}

/** MATCH-41: the role's ARN with its path names every session of it. */
function namesRole(arn: string, caller: Caller): Logic {
  const { principal } = caller;
  if (principal.kind !== "roleSession") return FALSE;
  const id = caller.bindings.get(arn);
  return id === undefined ? known(principal.roleArn === arn) : hasUniqueId(principal.roleId, id, principal.roleArn);
}

/** MATCH-42: `AIDA…` is a user's, `AROA…` a role's. */
function kindsOfUniqueId(id: string, principal: Principal): Kinds {
  const isUserId = id.startsWith("AIDA");
  const isRoleId = id.startsWith("AROA");
  if (isUserId && principal.kind === "user") return only("USER", hasUniqueId(principal.uniqueId, id, principal.arn));
  if (isUserId && principal.kind === "federatedUser") return only("USER_VIA_FED", parentHasUniqueId(principal, id));
  if (isRoleId && principal.kind === "roleSession") {
    return only("ROLE", hasUniqueId(principal.roleId, id, principal.roleArn));
  }
  return NO_KINDS;
}

function hasUniqueId(given: string | null, wanted: string, arn: string): Logic {
  return given === null ? hangsOnNames([`unique id of ${arn}`]) : known(given === wanted);
}

/** The parent may be an account's root user, who has no unique ID. */
function parentHasUniqueId(principal: Extract<Principal, { kind: "federatedUser" }>, wanted: string): Logic {
  if (principal.parentId !== null) return known(principal.parentId === wanted);
  if (principal.parentArn === null) return hangsOnNames([`parent of ${principal.arn}`]);
  return principal.parentArn.endsWith(":root") ? FALSE : hangsOnNames([`unique id of ${principal.parentArn}`]);
}

/** MATCH-41: that session only. Without a session name it can be any session of the role. */
function namesSession(arn: string, principal: Principal): Logic {
  if (principal.kind !== "roleSession") return FALSE;
  if (principal.sessionArn !== null) return known(principal.sessionArn === arn);
  const sessions = `arn:${principal.partition}:sts::${principal.account}:assumed-role/${principal.roleName}/`;
  return arn.startsWith(sessions) ? hangsOnNames([`session name of ${principal.roleArn}`]) : FALSE;
}

function isFederatedUser(arn: string, principal: Principal): boolean {
  return principal.kind === "federatedUser" && principal.arn === arn;
}

/** MATCH-51. */
function isOriginAccessIdentity(arn: string, principal: Principal): boolean {
  return principal.kind === "originAccessIdentity" && principal.arn === arn;
}

/** MATCH-44. */
function isService(name: string, principal: Principal): boolean {
  return principal.kind === "service" && principal.names.includes(name);
}

/** MATCH-47: a provider names who comes with its assertion, and, by option, sessions that were made from one. */
function kindsOfProvider(provider: string, caller: Caller): Kinds {
  const { principal } = caller;
  switch (principal.kind) {
    case "webIdentity":
    case "saml":
      return only("FEDERATED", known(principal.provider === provider));
    case "roleSession": {
      const counts = caller.options.federatedInResourcePolicies && !caller.isTrust;
      return only("SESSION", known(counts && principal.federatedProvider === provider));
    }
    case "root":
    case "user":
    case "federatedUser":
    case "service":
    case "originAccessIdentity":
    case "anonymous":
      return NO_KINDS;
  }
}

function namesCanonicalUser(id: string, caller: Caller): Logic {
  if (!hasAccount(caller.principal)) return FALSE;
  if (caller.canonicalUserId !== null) return known(caller.canonicalUserId === id);
  return hangsOnNames([`canonical user id of account ${caller.principal.account}`]);
}

// --- NotPrincipal --------------------------------------------------------------------------------------------------------

/** MATCH-45, MATCH-46: whether a Deny with NotPrincipal hits the caller. */
function notPrincipalDenies(entries: readonly PrincipalEntry[], caller: Caller): Logic {
  const exempt = and(...levelsOf(caller).map((level) => or(...entries.map((entry) => lists(entry, level, caller)))));
  return or(not(exempt), caller.hasBoundary);
}

/** What must be listed, all of it, for the caller to be exempt. `everyone`: nothing less than `*` will do. */
type Level = "account" | "user" | "role" | "session" | "federatedUser" | "service" | "everyone";

function levelsOf(caller: Caller): readonly Level[] {
  switch (caller.principal.kind) {
    case "root":
      return ["account"];
    case "user":
      return ["account", "user"];
    case "roleSession":
      return caller.options.notPrincipalMode === "allLevels" ? ["account", "role", "session"] : ["account", "role"];
    case "federatedUser":
      return ["account", "federatedUser"];
    case "service":
    case "originAccessIdentity":
      return ["service"];
    case "webIdentity":
    case "saml":
    case "anonymous":
      return ["everyone"];
  }
}

function lists(entry: PrincipalEntry, level: Level, caller: Caller): Logic {
  if (entry.kind === "anyone") return known(coversEveryone(entry, caller));
  switch (level) {
    case "account":
      return known(entry.kind === "account" && namesAccount(entry.account, caller));
    case "user":
      return kindOf(kindsOfEntry(entry, caller), "USER");
    case "role":
      return kindOf(kindsOfEntry(entry, caller), "ROLE");
    case "session":
      return entry.kind === "roleSession" ? kindOf(kindsOfEntry(entry, caller), "SESSION") : FALSE;
    case "federatedUser":
      return kindOf(kindsOfEntry(entry, caller), "SESSION");
    case "service":
      return kindOf(kindsOfEntry(entry, caller), "SERVICE");
    case "everyone":
      return FALSE;
  }
}
