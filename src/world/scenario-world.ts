/** The closed world of a scenario: one caller, one resource, and the accounts around them. */
import { resourceNameOf, splitArn } from "../policy/arn.js";
import type { WorldOptions } from "../policy/options.js";
import type { OrganizationFacts } from "../request/directory.js";
import { resolvePrincipal } from "../request/principal.js";
import { accountOf, type Principal } from "../request/question.js";
import { type Request, RequestError } from "../request/request.js";
import type { Span } from "../text/span.js";
import { directoryOf } from "./directory.js";
import type { Findings } from "./fields.js";
import { emptySet, LABELS, missingSet, sessionKeyOf, UNNAMED_ENDPOINT } from "./layers.js";
import type {
  Account,
  Document,
  DocumentSet,
  EndpointRecord,
  PrincipalRecord,
  ResourceRecord,
  SessionRecord,
  World,
} from "./model.js";
import { underRestriction } from "./public-policy.js";
import { arnAccount, isRoleArn, policyHolderOf } from "./resource-type.js";
import type { GivenDocuments, GivenLevels } from "./scenario-policies.js";
import type { ResourceSettings } from "./settings.js";
import { settingsDocuments } from "./synthetic.js";

/** What a scenario gives, layer by layer; null: left out. */
export interface GivenPolicies {
  readonly identity: GivenDocuments | null;
  readonly boundary: GivenDocuments | null;
  readonly session: GivenDocuments | null;
  readonly scps: GivenLevels | null;
  readonly rcps: GivenLevels | null;
  readonly resource: GivenDocuments | null;
  readonly behind: { readonly resource: string; readonly documents: GivenDocuments | null; readonly span: Span } | null;
  readonly vpcEndpoint: GivenDocuments | null;
}

export interface GivenOrganization {
  readonly id: string | null;
  readonly managementAccount: string | null;
  /** Null: every account that the scenario names. */
  readonly accounts: readonly string[] | null;
  readonly paths: ReadonlyMap<string, string>;
  readonly delegatedAdministrators: readonly string[];
  readonly scpsEnabled: boolean;
  readonly rcpsEnabled: boolean;
}

export interface Given {
  readonly request: Request;
  readonly resourcePolicyType: string | null;
  readonly policies: GivenPolicies;
  readonly organization: GivenOrganization | null;
  readonly settings: ResourceSettings;
  readonly settingsSpan: Span;
  readonly canonicalUserIds: ReadonlyMap<string, string>;
  readonly bindings: ReadonlyMap<string, string>;
  readonly options: WorldOptions;
}

/** The world, and the request with what the rest of the scenario says about it. */
export function buildWorld(findings: Findings, given: Given): { world: World; request: Request } {
  const request = completeRequest(given);
  const parties = partiesOf({ ...given, request });
  const world: World = {
    options: given.options,
    accounts: accountsOf(given, request, parties),
    principals: principalsOf(given.policies, parties),
    sessions: sessionsOf(given.policies, parties),
    resources: resourcesOf(findings, given, request, parties),
    endpoints: endpointsOf(given.policies, request),
    bindings: given.bindings,
    closed: true,
  };
  return { world, request };
}

/** An endpoint policy needs an endpoint, and the owner of an S3 object is the owner of the resource (SPEC-21). */
function completeRequest({ request, policies, resourcePolicyType, settings }: Given): Request {
  const endpoint = policies.vpcEndpoint === null ? request.via?.vpcEndpoint : (request.via?.vpcEndpoint ?? {});
  return {
    ...request,
    ...(resourcePolicyType === null ? {} : { resourcePolicyType }),
    ...(settings.objectOwner === null ? {} : { resourceAccount: settings.objectOwner }),
    ...(endpoint === undefined ? {} : { via: { ...request.via, vpcEndpoint: endpoint } }),
  };
}

/** Who the request is about. */
interface Parties {
  /** Null: the principal cannot be read; the request is refused when it is asked. */
  readonly principal: Principal | null;
  readonly callerAccount: string | null;
  /** Null: not known (REQ-31). */
  readonly owner: string | null;
}

function partiesOf({ request, options }: Given): Parties {
  const principal = principalOf(request, options);
  const callerAccount = principal === null ? null : accountOf(principal);
  const owner = request.resource === "*" ? callerAccount : arnAccount(request.resource);
  return { principal, callerAccount, owner: request.resourceAccount ?? owner };
}

function principalOf(request: Request, options: WorldOptions): Principal | null {
  const nobody = new Map<string, never>();
  const empty = { accounts: nobody, principals: nobody, sessions: nobody, resources: nobody, endpoints: nobody };
  try {
    return resolvePrincipal(
      request.principal,
      request.action,
      directoryOf({ ...empty, bindings: nobody, options, closed: true }),
    );
  } catch (error) {
    if (error instanceof RequestError) return null;
    throw error;
  }
}

function accountsOf(given: Given, request: Request, parties: Parties): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account>();
  for (const id of namedAccounts(given, request, parties)) {
    accounts.set(id, {
      id,
      held: true,
      organization: organizationOf(given, parties, id),
      canonicalUserId: given.canonicalUserIds.get(id) ?? null,
      scps: id === parties.callerAccount ? scpsOf(given, id) : [],
      rcps: [],
      completeResourceTypes: [],
      mayAssumeRoot:
        given.organization !== null &&
        (given.organization.managementAccount === id || given.organization.delegatedAdministrators.includes(id)),
    });
  }
  return accounts;
}

/** Every account that the scenario names outside its policies. */
function namedAccounts(given: Given, request: Request, { principal, callerAccount, owner }: Parties): Set<string> {
  const { organization } = given;
  const parent =
    principal?.kind === "federatedUser" && principal.parentArn !== null ? arnAccount(principal.parentArn) : null;
  const names = [
    callerAccount,
    parent,
    owner,
    request.via?.vpcEndpoint?.account,
    ...given.canonicalUserIds.keys(),
    organization?.managementAccount,
    ...(organization?.accounts ?? []),
    ...(organization?.paths.keys() ?? []),
    ...(organization?.delegatedAdministrators ?? []),
  ];
  return new Set(names.filter((name) => name !== null && name !== undefined));
}

const UNNAMED_ORGANIZATION: OrganizationFacts = { id: null, path: null, managementAccount: null };

/** Levels that are given without an organization prove that there is one, and nothing more. */
function organizationOf({ organization, policies }: Given, parties: Parties, id: string): OrganizationFacts | null {
  if (organization !== null) {
    if (!isMember(organization, id)) return null;
    const path = organization.paths.get(id) ?? (organization.id === null ? null : `${organization.id}/r-0000/`);
    return { id: organization.id, path, managementAccount: organization.managementAccount };
  }
  const proven =
    (id === parties.callerAccount && hasLevels(policies.scps)) || (id === parties.owner && hasLevels(policies.rcps));
  return proven ? UNNAMED_ORGANIZATION : null;
}

function isMember(organization: GivenOrganization, id: string): boolean {
  return organization.accounts === null || organization.accounts.includes(id) || organization.managementAccount === id;
}

function hasLevels(given: GivenLevels | null): boolean {
  return given !== null && (given.kind === "unknown" || given.levels.length > 0);
}

/** SCPs reach member accounts, not the management account (EVAL-10), and none while the type is disabled (EVAL-44). */
function scpsOf({ organization, policies }: Given, id: string): readonly DocumentSet[] {
  const reach = organization === null || (organization.scpsEnabled && isGoverned(organization, id));
  return reach ? levelsOf(policies.scps, LABELS.scps(id)) : [];
}

/** EVAL-12, EVAL-44. RCPs that are given for a resource without a known owner hold whoever it is (3V-12). */
function rcpsOf({ organization, policies }: Given, owner: string | null, resource: string): readonly DocumentSet[] {
  const reach =
    organization === null || (organization.rcpsEnabled && (owner === null || isGoverned(organization, owner)));
  return reach ? levelsOf(policies.rcps, owner === null ? LABELS.ownerRcps(resource) : LABELS.rcps(owner)) : [];
}

function isGoverned(organization: GivenOrganization, id: string): boolean {
  return isMember(organization, id) && organization.managementAccount !== id;
}

function levelsOf(given: GivenLevels | null, label: string): readonly DocumentSet[] {
  if (given === null) return [];
  return given.kind === "unknown" ? [missingSet(label)] : given.levels;
}

/** The user or role whose policies count: the caller, or the parent of a federated user. */
function principalsOf(policies: GivenPolicies, { principal }: Parties): ReadonlyMap<string, PrincipalRecord> {
  const record = principal === null ? null : recordOf(policies, principal);
  return new Map(record === null ? [] : [[record.arn, record]]);
}

function recordOf(policies: GivenPolicies, principal: Principal): PrincipalRecord | null {
  switch (principal.kind) {
    case "user":
      return entity(policies, "user", principal.account, principal.arn, principal.name, false);
    case "roleSession":
      return entity(
        policies,
        "role",
        principal.account,
        principal.roleArn,
        principal.roleName,
        principal.serviceLinked,
      );
    case "federatedUser": {
      const arn = principal.parentArn ?? principal.arn;
      return arn.endsWith(":root") ? null : entity(policies, "user", principal.account, arn, lastName(arn), false);
    }
    case "root":
    case "webIdentity":
    case "saml":
    case "service":
    case "originAccessIdentity":
    case "anonymous":
      return null;
  }
}

function entity(
  policies: GivenPolicies,
  kind: PrincipalRecord["kind"],
  account: string,
  arn: string,
  name: string,
  serviceLinked: boolean,
): PrincipalRecord {
  return {
    kind,
    arn,
    account,
    name,
    uniqueId: null,
    tags: new Map(),
    serviceLinked,
    identity: setOf(policies.identity, LABELS.identity(arn)) ?? emptySet(LABELS.identity(arn)),
    boundary: setOf(policies.boundary, LABELS.boundary(arn)),
  };
}

function lastName(arn: string): string {
  const parts = splitArn(arn);
  return parts === null ? arn : resourceNameOf(parts).split("/").at(-1)!;
}

function setOf(given: GivenDocuments | null, label: string): DocumentSet | null {
  if (given === null) return null;
  switch (given.kind) {
    case "unknown":
      return missingSet(label);
    case "documents":
      return { label, documents: given.documents, missing: given.missing };
  }
}

function sessionsOf({ session }: GivenPolicies, { principal }: Parties): ReadonlyMap<string, SessionRecord> {
  if (session === null || principal === null) return new Map();
  const arn = sessionKeyOf(principal);
  const record: SessionRecord = {
    arn,
    tags: new Map(),
    issueTime: null,
    issuedBy: null,
    federatedProvider: null,
    sourceIdentity: null,
    parentArn: null,
    policies: setOf(session, LABELS.session(arn)),
  };
  return new Map([[arn, record]]);
}

function resourcesOf(
  findings: Findings,
  given: Given,
  request: Request,
  { owner }: Parties,
): ReadonlyMap<string, ResourceRecord> {
  const arn = policyHolderOf(request.resource);
  const { behind } = given.policies;
  const record: ResourceRecord = {
    ...plainRecord(arn, resourcePolicies(findings, given, request, arn)),
    owner,
    policyKind: policyKindOf(request),
    rcps: given.policies.rcps === null ? null : rcpsOf(given, owner, request.resource),
    behind: behind?.resource ?? null,
    publicAccessRestricted: isRestricted(given),
    awsManaged: given.settings.awsManaged,
  };
  const records = new Map([[arn, record]]);
  if (behind !== null) {
    const bucket = policyHolderOf(behind.resource);
    if (bucket === arn) {
      findings.error(behind.span, "invalid-value", `the resource behind cannot be that of the request, \`${bucket}\``);
    }
    const label = LABELS.resource(bucket);
    records.set(bucket, plainRecord(bucket, setOf(behind.documents, label) ?? emptySet(label)));
  }
  return records;
}

function plainRecord(arn: string, policies: DocumentSet): ResourceRecord {
  return {
    arn,
    owner: null,
    tags: new Map(),
    policyKind: "other",
    policies,
    rcps: null,
    behind: null,
    publicAccessRestricted: false,
    awsManaged: false,
  };
}

/** The given policies and what the settings add to them. */
function resourcePolicies(findings: Findings, given: Given, request: Request, arn: string): DocumentSet {
  const label = LABELS.resource(arn);
  const own = setOf(given.policies.resource, label) ?? emptySet(label);
  const set = given.settings.restrictPublicBuckets ? underRestriction(own).set : own;
  const added = settingsDocuments(findings.source, given.settingsSpan, request.resource, given.settings);
  return { ...set, documents: [...set.documents.map((document) => underOwner(given, document)), ...added] };
}

/** A bucket's policy cannot grant what the bucket's owner does not own (SPEC-21). */
function underOwner({ settings, request }: Given, document: Document): Document {
  const foreign = settings.objectOwner !== null && settings.objectOwner !== request.resourceAccount;
  return foreign ? { ...document, use: "denyOnly" } : document;
}

function policyKindOf({ resource, resourcePolicyType }: Request): ResourceRecord["policyKind"] {
  if (resourcePolicyType !== undefined) {
    return resourcePolicyType === "trust" || resourcePolicyType === "kms" ? resourcePolicyType : "other";
  }
  if (isRoleArn(resource)) return "trust";
  return splitArn(resource)?.service === "kms" ? "kms" : "other";
}

function isRestricted({ settings, policies }: Given): boolean {
  const set = setOf(policies.resource, "");
  return settings.restrictPublicBuckets && set !== null && underRestriction(set).isPublic;
}

function endpointsOf({ vpcEndpoint }: GivenPolicies, request: Request): ReadonlyMap<string, EndpointRecord> {
  if (vpcEndpoint === null) return new Map();
  const via = request.via?.vpcEndpoint;
  const id = via?.id ?? UNNAMED_ENDPOINT;
  const record: EndpointRecord = {
    id,
    vpc: via?.vpc ?? null,
    account: via?.account ?? null,
    kind: via?.kind ?? "interface",
    policies: setOf(vpcEndpoint, LABELS.endpoint(id)),
  };
  return new Map([[id, record]]);
}
