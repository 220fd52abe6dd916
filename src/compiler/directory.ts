/** Accounts, principals, sessions, resources and endpoints → sorted tables, with document sets and levels stored once. */

import {
  AccountBits,
  DocumentUse,
  Format,
  LevelsRecord,
  PrincipalBits,
  ResourceBits,
  SetRecord,
} from "../bytecode/layout.js";
import { Words } from "../bytecode/writer.js";
import { scpExemptActions } from "../catalog/scp-exempt.js";
import { rcpServices } from "../policy/rcp-services.js";
import type {
  Account,
  DocumentSet,
  EndpointRecord,
  PrincipalRecord,
  ResourceRecord,
  SessionRecord,
  World,
} from "../world/model.js";
import type { Interner } from "./intern.js";
import type { Statements } from "./statements.js";

export interface DirectorySections {
  readonly sets: Uint8Array;
  readonly levels: Uint8Array;
  readonly accounts: Uint8Array;
  readonly principals: Uint8Array;
  readonly roles: Uint8Array;
  readonly sessions: Uint8Array;
  readonly resources: Uint8Array;
  readonly endpoints: Uint8Array;
  readonly rcpServices: Uint8Array;
  readonly scpExempt: Uint8Array;
  readonly statementsMax: number;
}

export function compileDirectory(world: World, interner: Interner, statements: Statements): DirectorySections {
  const sets = new Sets(interner, statements);
  const accounts = sortedByText([...world.accounts.values()], (account) => account.id);
  const principals = sortedByText([...world.principals.values()], (principal) => principal.arn);
  const sessions = sortedByText([...world.sessions.values()], (session) => session.arn);
  const resources = sortedByText([...world.resources.values()], (resource) => resource.arn);
  const endpoints = sortedByText([...world.endpoints.values()], (endpoint) => endpoint.id);
  const rows = {
    accounts: accounts.map((account) => accountRow(account, interner, sets)),
    principals: principals.map((principal) => principalRow(principal, interner, sets)),
    roles: roleRows(principals, interner),
    sessions: sessions.map((session) => sessionRow(session, interner, sets)),
    resources: resources.map((resource) => resourceRow(resource, interner, sets)),
    endpoints: endpoints.map((endpoint) => endpointRow(endpoint, interner, sets)),
    rcpServices: sortedByText([...rcpServices], (service) => service).map((service) => [interner.string(service)]),
    scpExempt: scpExemptActions.map(({ action, rootOnly }) => [
      interner.pattern(globTemplate(action.toLowerCase()), "text"),
      rootOnly ? 1 : 0,
    ]),
  };
  return {
    sets: sets.words.bytes(),
    levels: sets.levelWords.bytes(),
    accounts: bytesOf(rows.accounts),
    principals: bytesOf(rows.principals),
    roles: bytesOf(rows.roles),
    sessions: bytesOf(rows.sessions),
    resources: bytesOf(rows.resources),
    endpoints: bytesOf(rows.endpoints),
    rcpServices: bytesOf(rows.rcpServices),
    scpExempt: bytesOf(rows.scpExempt),
    statementsMax: sets.statementsMax(),
  };
}

/** Document sets and rows of them; equal ones are one. */
class Sets {
  readonly words = new Words();
  readonly levelWords = new Words();
  private readonly ids = new Map<string, number>();
  private readonly levelIds = new Map<string, number>();
  private largest = 0;
  private largestLevels = 0;

  constructor(
    private readonly interner: Interner,
    private readonly statements: Statements,
  ) {}

  set(set: DocumentSet): number {
    const documents: number[] = [];
    let statementCount = 0;
    for (const { policy, use } of set.documents) {
      documents.push(this.statements.policy(policy), USE[use]);
      statementCount += policy.statements.length;
    }
    const missing = set.missing.map((name) => this.interner.string(name));
    const label = this.interner.string(set.label);
    const name = `${label}:${documents.join(",")}:${missing.join(",")}`;
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.words.count / (SetRecord.Size / 4);
      this.ids.set(name, id);
      this.words.push(
        label,
        this.interner.row(documents),
        set.documents.length,
        this.interner.row(missing),
        missing.length,
        statementCount,
      );
      this.largest = Math.max(this.largest, statementCount);
    }
    return id;
  }

  levels(levels: readonly DocumentSet[]): number {
    const ids = levels.map((level) => this.set(level));
    const name = ids.join(",");
    let id = this.levelIds.get(name);
    if (id === undefined) {
      id = this.levelWords.count / (LevelsRecord.Size / 4);
      this.levelIds.set(name, id);
      this.levelWords.push(this.interner.row(ids), ids.length);
      const statementCount = ids.reduce((sum, set) => sum + this.words.at(set * 6 + SetRecord.StatementCount / 4), 0);
      this.largestLevels = Math.max(this.largestLevels, statementCount);
    }
    return id;
  }

  /** Both hierarchies, and one set for each of the six other layers that a decision can look at. */
  statementsMax(): number {
    return 2 * this.largestLevels + 6 * this.largest;
  }
}

const USE = {
  policy: DocumentUse.Policy,
  denyOnly: DocumentUse.DenyOnly,
  acl: DocumentUse.Acl,
  kmsGrant: DocumentUse.KmsGrant,
  serviceGrant: DocumentUse.ServiceGrant,
} as const;

function accountRow(account: Account, interner: Interner, sets: Sets): number[] {
  const organization = account.organization;
  const known = organization !== null && organization !== "unknown";
  const types = account.completeResourceTypes.map((type) => interner.string(type));
  return [
    interner.string(account.id),
    (account.held ? AccountBits.Held : 0) |
      (known ? AccountBits.InOrganization : 0) |
      (organization === "unknown" ? AccountBits.OrganizationUnknown : 0) |
      (account.mayAssumeRoot ? AccountBits.MayAssumeRoot : 0),
    known ? interner.stringOrNone(organization.id) : Format.None,
    known ? interner.stringOrNone(organization.path) : Format.None,
    known ? interner.stringOrNone(organization.managementAccount) : Format.None,
    interner.stringOrNone(account.canonicalUserId),
    sets.levels(account.scps),
    sets.levels(account.rcps),
    interner.row(types),
    types.length,
  ];
}

function principalRow(principal: PrincipalRecord, interner: Interner, sets: Sets): number[] {
  return [
    interner.string(principal.arn),
    (principal.kind === "role" ? PrincipalBits.Role : 0) | (principal.serviceLinked ? PrincipalBits.ServiceLinked : 0),
    interner.string(principal.account),
    interner.string(principal.name),
    interner.stringOrNone(principal.uniqueId),
    sets.set(principal.identity),
    principal.boundary === null ? Format.None : sets.set(principal.boundary),
    ...tagWords(principal.tags, interner),
  ];
}

/** Roles by account and name, since session ARNs drop the path (REQ-11). */
function roleRows(principals: readonly PrincipalRecord[], interner: Interner): number[][] {
  const roles = principals.flatMap((principal, id) =>
    principal.kind === "role" ? [{ key: `${principal.account}/${principal.name}`, id }] : [],
  );
  return sortedByText(roles, (role) => role.key).map((role) => [interner.string(role.key), role.id]);
}

function sessionRow(session: SessionRecord, interner: Interner, sets: Sets): number[] {
  const issued = session.issueTime === null ? null : BigInt.asUintN(64, BigInt(session.issueTime));
  return [
    interner.string(session.arn),
    session.policies === null ? Format.None : sets.set(session.policies),
    ...tagWords(session.tags, interner),
    issued === null ? Format.Timeless : Number(issued & 0xffff_ffffn),
    issued === null ? Format.Timeless : Number(issued >> 32n),
    session.issuedBy === null ? 0 : ISSUED_BY[session.issuedBy],
    interner.stringOrNone(session.federatedProvider),
    interner.stringOrNone(session.sourceIdentity),
    interner.stringOrNone(session.parentArn),
  ];
}

const ISSUED_BY = { AssumeRole: 1, SAML: 2, WebIdentity: 3, Service: 4 } as const;

function resourceRow(resource: ResourceRecord, interner: Interner, sets: Sets): number[] {
  return [
    interner.string(resource.arn),
    (resource.policyKind === "trust" ? ResourceBits.Trust : 0) |
      (resource.policyKind === "kms" ? ResourceBits.Kms : 0) |
      (resource.tags === null ? ResourceBits.TagsUnknown : 0) |
      (resource.publicAccessRestricted ? ResourceBits.PublicAccessRestricted : 0) |
      (resource.awsManaged ? ResourceBits.AwsManaged : 0),
    interner.stringOrNone(resource.owner),
    ...tagWords(resource.tags ?? new Map(), interner),
    sets.set(resource.policies),
    resource.rcps === null ? Format.None : sets.levels(resource.rcps),
    interner.stringOrNone(resource.behind),
  ];
}

function endpointRow(endpoint: EndpointRecord, interner: Interner, sets: Sets): number[] {
  return [
    interner.string(endpoint.id),
    interner.stringOrNone(endpoint.vpc),
    interner.stringOrNone(endpoint.account),
    endpoint.kind === "gateway" ? 1 : 0,
    endpoint.policies === null ? Format.None : sets.set(endpoint.policies),
  ];
}

function tagWords(tags: ReadonlyMap<string, string>, interner: Interner): [start: number, count: number] {
  const words: number[] = [];
  for (const [key, value] of [...tags].sort(([left], [right]) => (left < right ? -1 : 1))) {
    words.push(interner.string(key), interner.string(value));
  }
  return [interner.row(words), tags.size];
}

function globTemplate(glob: string) {
  const parts: ({ kind: "text"; text: string } | { kind: "star" })[] = [];
  glob.split("*").forEach((text, index) => {
    if (index > 0) parts.push({ kind: "star" });
    if (text !== "") parts.push({ kind: "text", text });
  });
  return parts;
}

/** By UTF-8 bytes, which is how the evaluator searches. */
function sortedByText<T>(records: readonly T[], textOf: (record: T) => string): readonly T[] {
  return records
    .map((record) => ({ record, bytes: Buffer.from(textOf(record), "utf8") }))
    .sort((left, right) => Buffer.compare(left.bytes, right.bytes))
    .map(({ record }) => record);
}

function bytesOf(rows: readonly (readonly number[])[]): Uint8Array {
  const words = new Words();
  for (const row of rows) words.append(row);
  return words.bytes();
}
