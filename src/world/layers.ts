/** World × Question → the documents attached on each side. Which of them apply to the call is the evaluators' business. */
import { mayCarryResourcePolicy } from "../catalog/resource-policy-services.js";
import { splitArn } from "../policy/arn.js";
import { accountOf, callerName, type Principal, type Question } from "../request/question.js";
import { RequestError } from "../request/request.js";
import { resourceRecordOf } from "./directory.js";
import type { DocumentSet, ResourceRecord, World } from "./model.js";
import { policyHolderOf, policyTypeOf } from "./resource-type.js";

/** What is attached to the parties of one question. */
export interface Layers {
  /** Levels of the caller's account, root first (EVAL-4). */
  readonly scp: readonly DocumentSet[];
  /** Levels of the owner's account, root first. */
  readonly rcp: readonly DocumentSet[];
  /** Null: no endpoint, or one without a policy (EVAL-20). */
  readonly vpce: DocumentSet | null;
  /** Null: none attached. `isUnheld`: not even the attachment is known. */
  readonly boundary: DocumentSet | null;
  readonly session: DocumentSet | null;
  readonly identity: DocumentSet;
  readonly resource: DocumentSet;
  /** The bucket behind an access point: its documents and the ARN they are evaluated against (EVAL-48). */
  readonly behind: { readonly resource: string; readonly documents: DocumentSet } | null;
  readonly publicAccessRestricted: boolean;
  readonly awsManaged: boolean;
  readonly mayAssumeRoot: boolean;
}

/**
 * Gathers the documents of a question. A closed world (a scenario) is complete: what it does not hold does not exist; of an
 * open one, layers that should be there and are not come back as names in `missing` (3V-8).
 *
 * Throws RequestError where the question cannot be asked of this world: `invalid-principal` for a user or role that a held
 * account does not list, `unsupported-session-policy` for session policies of a caller that cannot have any (EVAL-18).
 */
export function layersOf(world: World, question: Question): Layers {
  const { principal } = question;
  const account = accountOf(principal);
  const attached = attachedTo(world, principal);
  const record = resourceRecordOf(world, question.resource);
  const behind = behindOf(world, question, record);
  return {
    scp: account === null ? [] : accountLevels(world, account, "scps"),
    rcp: record?.rcps ?? ownerLevels(world, question),
    vpce: endpointPolicies(world, question),
    boundary: attached.boundary,
    session: sessionPolicies(world, principal),
    identity: attached.identity,
    resource: resourceDocuments(world, question, record),
    behind: behind === null ? null : { resource: behind.resource, documents: behind.documents },
    publicAccessRestricted: record?.publicAccessRestricted === true || behind?.publicAccessRestricted === true,
    awsManaged: record?.awsManaged ?? false,
    mayAssumeRoot: account !== null && mayAssumeRoot(world, account),
  };
}

/** How people and `dependsOn` call the documents of a layer. */
export const LABELS = {
  scps: (account: string) => `SCPs of account ${account}`,
  rcps: (account: string) => `RCPs of account ${account}`,
  ownerRcps: (resource: string) => `RCPs of the owner of ${resource}`,
  identity: (arn: string) => `identity policies of ${arn}`,
  boundary: (arn: string) => `permissions boundary of ${arn}`,
  session: (arn: string) => `session policies of ${arn}`,
  resource: (arn: string) => `resource policy of ${arn}`,
  endpoint: (id: string) => (id === UNNAMED_ENDPOINT ? "endpoint policy" : `endpoint policy of ${id}`),
} as const;

/** Under this id stands the endpoint of a request that does not say through which one it came (a scenario). */
export const UNNAMED_ENDPOINT = "";

/** A set of nothing: nothing is attached. */
export function emptySet(label: string): DocumentSet {
  return { label, documents: [], missing: [] };
}

/** A set that should be there and is not held (3V-8); it is missing under its own label. */
export function missingSet(label: string): DocumentSet {
  return { label, documents: [], missing: [label] };
}

/** Whether a set is what `missingSet` made: of its layer nothing is known, not even whether anything is attached (3V-8). */
export function isUnheld(set: DocumentSet): boolean {
  return set.documents.length === 0 && set.missing.length === 1 && set.missing[0] === set.label;
}

function accountLevels(world: World, id: string, type: "scps" | "rcps"): readonly DocumentSet[] {
  const account = world.accounts.get(id);
  const levels = account?.[type] ?? [];
  if (levels.length > 0 || world.closed) return levels;
  const known = account !== undefined && account.organization !== "unknown";
  return known ? [] : [missingSet(LABELS[type](id))];
}

/** RCPs follow the resource's owner (EVAL-12). They do not depend on how an unknown owner is read (3V-12). */
function ownerLevels(world: World, { owner, resource }: Question): readonly DocumentSet[] {
  switch (owner.kind) {
    case "account":
    case "assumed":
      return accountLevels(world, owner.account, "rcps");
    case "unknown":
      return world.closed ? [] : [missingSet(LABELS.ownerRcps(resource))];
  }
}

function endpointPolicies(world: World, { endpoint }: Question): DocumentSet | null {
  if (endpoint === null) return null;
  const id = endpoint.id ?? UNNAMED_ENDPOINT;
  const record = world.endpoints.get(id);
  if (record !== undefined) return record.policies;
  return world.closed ? null : missingSet(LABELS.endpoint(id));
}

/** What is attached to the user or role behind a caller. */
interface Attached {
  readonly identity: DocumentSet;
  readonly boundary: DocumentSet | null;
}

function attachedTo(world: World, principal: Principal): Attached {
  switch (principal.kind) {
    case "user":
      return attachedToEntity(world, principal.account, principal.arn);
    case "roleSession":
      return attachedToEntity(world, principal.account, principal.roleArn);
    case "federatedUser":
      return attachedToParent(world, principal);
    case "root":
      return nothingAttached(principal.arn);
    case "webIdentity":
    case "saml":
      return nothingAttached(principal.provider);
    case "service":
      return nothingAttached(principal.names[0] ?? "");
    case "originAccessIdentity":
      return nothingAttached(principal.arn);
    case "anonymous":
      return nothingAttached("*");
  }
}

function nothingAttached(name: string): Attached {
  return { identity: emptySet(LABELS.identity(name)), boundary: null };
}

function attachedToEntity(world: World, account: string, arn: string): Attached {
  const record = world.principals.get(arn);
  if (record !== undefined) return record;
  if (world.closed) return nothingAttached(arn);
  if (world.accounts.get(account)?.held === true) {
    throw new RequestError("invalid-principal", "principal", `account \`${account}\` has no \`${arn}\``);
  }
  return notHeld(arn);
}

function notHeld(arn: string): Attached {
  return { identity: missingSet(LABELS.identity(arn)), boundary: missingSet(LABELS.boundary(arn)) };
}

/**
 * A federated user has the policies and the boundary of its parent (REQ-13, EVAL-17). Where nobody says who that is, a
 * scenario's documents stand under the federated user's own ARN.
 */
function attachedToParent(world: World, principal: Principal & { kind: "federatedUser" }): Attached {
  const { parentArn } = principal;
  if (parentArn === null) {
    const record = world.principals.get(principal.arn);
    if (record !== undefined) return record;
    return world.closed ? nothingAttached(principal.arn) : notHeld(principal.arn);
  }
  return parentArn.endsWith(":root")
    ? nothingAttached(parentArn)
    : attachedToEntity(world, principal.account, parentArn);
}

function sessionPolicies(world: World, principal: Principal): DocumentSet | null {
  const policies = world.sessions.get(sessionKeyOf(principal))?.policies ?? null;
  if (policies === null) return nonePassed(world, principal);
  if (principal.kind === "root" && principal.credentials.kind === "assumeRoot") return policies;
  if (principal.kind !== "roleSession" && principal.kind !== "federatedUser") {
    throw new RequestError(
      "unsupported-session-policy",
      "principal",
      `session policies apply to role sessions and federated users only, not to \`${sessionKeyOf(principal)}\``,
    );
  }
  return policies;
}

/** What limits the session of a caller who was passed no session policies (EVAL-18): AssumeRoot sessions have a task policy. */
export function nonePassed(world: World, principal: Principal): DocumentSet | null {
  if (principal.kind !== "root" || principal.credentials.kind !== "assumeRoot") return null;
  return taskPolicy(world, principal.arn, principal.credentials.taskPolicy);
}

/** The ceiling of an AssumeRoot session (SPEC-35). Its five documents are AWS's own and in no export. */
function taskPolicy(world: World, arn: string, name: string | null): DocumentSet | null {
  if (world.closed) return null;
  return { label: LABELS.session(arn), documents: [], missing: [name ?? `task policy of ${arn}`] };
}

/** Under which name a caller's session stands in a world. A role session without a session name: its role's. */
export function sessionKeyOf(principal: Principal): string {
  return callerName(principal);
}

function resourceDocuments(world: World, question: Question, record: ResourceRecord | null): DocumentSet {
  const { resource, action, owner } = question;
  if (record !== null) return counts(record, action) ? record.policies : emptySet(record.policies.label);
  const name = policyHolderOf(resource);
  const label = LABELS.resource(name);
  const ownerId = owner.kind === "unknown" ? null : owner.account;
  return mayHavePolicy(world, action, name, ownerId) ? missingSet(label) : emptySet(label);
}

/** A role's trust policy speaks about sts actions only; for others a role has no resource policy (SPEC-1, SPEC-34). */
function counts(record: ResourceRecord, action: string): boolean {
  return record.policyKind !== "trust" || action.startsWith("sts:");
}

/** Whether a resource without a record can have a policy that this world does not hold (3V-8). */
function mayHavePolicy(world: World, action: string, arn: string, owner: string | null): boolean {
  if (world.closed || arn === "*") return false;
  const parts = splitArn(arn);
  if (parts === null || !mayCarryResourcePolicy(parts.service, parts.resource)) return false;
  const account = owner === null ? undefined : world.accounts.get(owner);
  // An export of an account lists all its roles with their trust policies.
  if (parts.service === "iam") return action.startsWith("sts:") && account?.held !== true;
  return account?.completeResourceTypes.includes(policyTypeOf(arn)) !== true;
}

interface Behind {
  readonly resource: string;
  readonly documents: DocumentSet;
  readonly publicAccessRestricted: boolean;
}

/** The bucket behind an access point, asked for the same object (EVAL-48, SPEC-25). */
function behindOf(world: World, question: Question, record: ResourceRecord | null): Behind | null {
  if (record === null || record.behind === null) return null;
  const resource = resourceBehind(record.behind, question.resource);
  const bucket = resourceRecordOf(world, resource);
  return {
    resource,
    // The bucket may be another account's than the access point.
    documents: resourceDocuments(world, { ...question, resource, owner: { kind: "unknown" } }, bucket),
    publicAccessRestricted: bucket?.publicAccessRestricted ?? false,
  };
}

/** `bucket/key` for `accesspoint/name/object/key`; a `behind` that names an object already stays as it is. */
function resourceBehind(behind: string, resource: string): string {
  const object = resource.indexOf(OBJECT_OF_ACCESS_POINT);
  if (object === -1 || behind.includes("/")) return behind;
  return `${behind}/${resource.slice(object + OBJECT_OF_ACCESS_POINT.length)}`;
}

const OBJECT_OF_ACCESS_POINT = "/object/";

/** Of an account of which nothing is known it is not known either; its identity policies are then not held. */
function mayAssumeRoot(world: World, id: string): boolean {
  const account = world.accounts.get(id);
  if (account === undefined || account.organization === "unknown") return !world.closed;
  return account.mayAssumeRoot;
}
