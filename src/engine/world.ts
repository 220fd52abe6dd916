/**
 * A bundle's directory as a `World`: what `resolve` and `layersOf` ask, answered from the bundle's records. Documents are
 * read from the bundle only when somebody looks at them; deciding does not.
 */
import {
  AccountBits,
  AccountRecord as AccountLayout,
  DocumentUse,
  EndpointRecord as EndpointLayout,
  Header,
  LevelsRecord,
  OptionBits,
  PrincipalBits,
  PrincipalRecord as PrincipalLayout,
  ResourceBits,
  ResourceRecord as ResourceLayout,
  Section,
  SessionRecord as SessionLayout,
  SetRecord,
} from "../bytecode/layout.js";
import { type BundleReader, NONE, TIMELESS } from "../bytecode/reader.js";
import type { Policy } from "../policy/model.js";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../policy/options.js";
import type { OrganizationFacts } from "../request/directory.js";
import type {
  Account,
  Document,
  DocumentSet,
  EndpointRecord,
  PrincipalRecord,
  ResourceRecord,
  SessionRecord,
  World,
} from "../world/model.js";
import { decompilePolicy } from "./decompile.js";

/** A document set of a bundle; `id` is how the evaluator knows it. */
export class BundleSet implements DocumentSet {
  private read: readonly Document[] | null = null;

  constructor(
    private readonly owner: BundleWorld,
    readonly id: number,
    readonly label: string,
    readonly missing: readonly string[],
  ) {}

  get documents(): readonly Document[] {
    this.read ??= this.owner.documentsOf(this.id);
    return this.read;
  }
}

/** Levels of a hierarchy with the id by which the evaluator knows them. */
export interface BundleLevels extends ReadonlyArray<BundleSet> {
  readonly levelsId: number;
}

const USES: Record<DocumentUse, Document["use"]> = {
  [DocumentUse.Policy]: "policy",
  [DocumentUse.DenyOnly]: "denyOnly",
  [DocumentUse.Acl]: "acl",
  [DocumentUse.KmsGrant]: "kmsGrant",
  [DocumentUse.ServiceGrant]: "serviceGrant",
};

export class BundleWorld implements World {
  readonly options: WorldOptions;
  readonly closed: boolean;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly principals: ReadonlyMap<string, PrincipalRecord>;
  readonly sessions: ReadonlyMap<string, SessionRecord>;
  readonly resources: ReadonlyMap<string, ResourceRecord>;
  readonly endpoints: ReadonlyMap<string, EndpointRecord>;
  readonly bindings = new Map<string, string>();
  readonly sets: readonly BundleSet[];
  private readonly levels: readonly BundleLevels[];
  private readonly policies = new Map<number, Policy>();

  constructor(readonly reader: BundleReader) {
    const bits = reader.header(Header.Options);
    this.options = optionsOf(bits);
    this.closed = (bits & OptionBits.Closed) !== 0;
    this.sets = this.rows(Section.Sets, SetRecord.Size, (field, id) => this.set(field, id));
    this.levels = this.rows(Section.Levels, LevelsRecord.Size, (field, id) => this.levelsOf(field, id));
    this.accounts = byName(
      this.rows(Section.Accounts, AccountLayout.Size, (field) => this.account(field)),
      (account) => account.id,
    );
    this.principals = byName(
      this.rows(Section.Principals, PrincipalLayout.Size, (field) => this.principal(field)),
      (principal) => principal.arn,
    );
    this.sessions = byName(
      this.rows(Section.Sessions, SessionLayout.Size, (field) => this.session(field)),
      (session) => session.arn,
    );
    this.resources = byName(
      this.rows(Section.Resources, ResourceLayout.Size, (field) => this.resource(field)),
      (resource) => resource.arn,
    );
    this.endpoints = byName(
      this.rows(Section.Endpoints, EndpointLayout.Size, (field) => this.endpoint(field)),
      (endpoint) => endpoint.id,
    );
  }

  documentsOf(set: number): readonly Document[] {
    const start = this.reader.field(Section.Sets, SetRecord.Size, set, SetRecord.Start);
    const count = this.reader.field(Section.Sets, SetRecord.Size, set, SetRecord.Count);
    return Array.from({ length: count }, (_, index) => ({
      policy: this.policy(this.reader.pool(start + index * 2)),
      use: USES[this.reader.pool(start + index * 2 + 1) as DocumentUse],
    }));
  }

  policy(id: number): Policy {
    let policy = this.policies.get(id);
    if (policy === undefined) {
      policy = decompilePolicy(this.reader, id, this.bindings);
      this.policies.set(id, policy);
    }
    return policy;
  }

  private rows<T>(section: Section, size: number, read: (field: (offset: number) => number, id: number) => T): T[] {
    return Array.from({ length: this.reader.count(section, size) }, (_, id) =>
      read((offset) => this.reader.field(section, size, id, offset), id),
    );
  }

  private set(field: (offset: number) => number, id: number): BundleSet {
    const missing = this.strings(field(SetRecord.MissingStart), field(SetRecord.MissingCount));
    return new BundleSet(this, id, this.reader.string(field(SetRecord.Label)), missing);
  }

  private strings(start: number, count: number): readonly string[] {
    return Array.from({ length: count }, (_, index) => this.reader.string(this.reader.pool(start + index)));
  }

  private levelsOf(field: (offset: number) => number, id: number): BundleLevels {
    const start = field(LevelsRecord.Start);
    const sets = Array.from(
      { length: field(LevelsRecord.Count) },
      (_, index) => this.sets[this.reader.pool(start + index)]!,
    );
    return Object.assign(sets, { levelsId: id });
  }

  private account(field: (offset: number) => number): Account {
    const bits = field(AccountLayout.Bits);
    return {
      id: this.reader.string(field(AccountLayout.Id)),
      held: (bits & AccountBits.Held) !== 0,
      organization: this.organization(field, bits),
      canonicalUserId: this.reader.stringOrNull(field(AccountLayout.CanonicalUserId)),
      scps: this.levels[field(AccountLayout.Scps)]!,
      rcps: this.levels[field(AccountLayout.Rcps)]!,
      completeResourceTypes: this.strings(field(AccountLayout.CompleteStart), field(AccountLayout.CompleteCount)),
      mayAssumeRoot: (bits & AccountBits.MayAssumeRoot) !== 0,
    };
  }

  private organization(field: (offset: number) => number, bits: number): OrganizationFacts | null | "unknown" {
    if (bits & AccountBits.OrganizationUnknown) return "unknown";
    if (!(bits & AccountBits.InOrganization)) return null;
    return {
      id: this.reader.stringOrNull(field(AccountLayout.OrganizationId)),
      path: this.reader.stringOrNull(field(AccountLayout.OrganizationPath)),
      managementAccount: this.reader.stringOrNull(field(AccountLayout.ManagementAccount)),
    };
  }

  private principal(field: (offset: number) => number): PrincipalRecord {
    const bits = field(PrincipalLayout.Bits);
    const boundary = field(PrincipalLayout.Boundary);
    return {
      kind: bits & PrincipalBits.Role ? "role" : "user",
      arn: this.reader.string(field(PrincipalLayout.Arn)),
      account: this.reader.string(field(PrincipalLayout.Account)),
      name: this.reader.string(field(PrincipalLayout.Name)),
      uniqueId: this.reader.stringOrNull(field(PrincipalLayout.UniqueId)),
      tags: this.tags(field(PrincipalLayout.TagStart), field(PrincipalLayout.TagCount)),
      serviceLinked: (bits & PrincipalBits.ServiceLinked) !== 0,
      identity: this.sets[field(PrincipalLayout.Identity)]!,
      boundary: boundary === NONE ? null : this.sets[boundary]!,
    };
  }

  private tags(start: number, count: number): ReadonlyMap<string, string> {
    const tags = new Map<string, string>();
    for (let index = 0; index < count; index++) {
      const [key, value] = this.strings(start + index * 2, 2);
      tags.set(key!, value!);
    }
    return tags;
  }

  private session(field: (offset: number) => number): SessionRecord {
    const low = field(SessionLayout.IssueTimeLow);
    const high = field(SessionLayout.IssueTimeHigh);
    const policies = field(SessionLayout.Policies);
    return {
      arn: this.reader.string(field(SessionLayout.Arn)),
      tags: this.tags(field(SessionLayout.TagStart), field(SessionLayout.TagCount)),
      issueTime: low === TIMELESS && high === TIMELESS ? null : (high | 0) * 2 ** 32 + low,
      issuedBy: ISSUERS[field(SessionLayout.IssuedBy)]!,
      federatedProvider: this.reader.stringOrNull(field(SessionLayout.FederatedProvider)),
      sourceIdentity: this.reader.stringOrNull(field(SessionLayout.SourceIdentity)),
      parentArn: this.reader.stringOrNull(field(SessionLayout.Parent)),
      policies: policies === NONE ? null : this.sets[policies]!,
    };
  }

  private resource(field: (offset: number) => number): ResourceRecord {
    const bits = field(ResourceLayout.Bits);
    const rcps = field(ResourceLayout.Rcps);
    return {
      arn: this.reader.string(field(ResourceLayout.Arn)),
      owner: this.reader.stringOrNull(field(ResourceLayout.Owner)),
      tags:
        bits & ResourceBits.TagsUnknown
          ? null
          : this.tags(field(ResourceLayout.TagStart), field(ResourceLayout.TagCount)),
      policyKind: bits & ResourceBits.Trust ? "trust" : bits & ResourceBits.Kms ? "kms" : "other",
      policies: this.sets[field(ResourceLayout.Policies)]!,
      rcps: rcps === NONE ? null : this.levels[rcps]!,
      behind: this.reader.stringOrNull(field(ResourceLayout.Behind)),
      publicAccessRestricted: (bits & ResourceBits.PublicAccessRestricted) !== 0,
      awsManaged: (bits & ResourceBits.AwsManaged) !== 0,
    };
  }

  private endpoint(field: (offset: number) => number): EndpointRecord {
    const policies = field(EndpointLayout.Policies);
    return {
      id: this.reader.string(field(EndpointLayout.Id)),
      vpc: this.reader.stringOrNull(field(EndpointLayout.Vpc)),
      account: this.reader.stringOrNull(field(EndpointLayout.Account)),
      kind: field(EndpointLayout.Gateway) === 1 ? "gateway" : "interface",
      policies: policies === NONE ? null : this.sets[policies]!,
    };
  }
}

const ISSUERS = [null, "AssumeRole", "SAML", "WebIdentity", "Service"] as const;

function byName<T>(records: readonly T[], nameOf: (record: T) => string): ReadonlyMap<string, T> {
  return new Map(records.map((record) => [nameOf(record), record]));
}

/** The flags that a bundle carries. Those that only reach the parser are spent, and read as the defaults. */
export function optionsOf(bits: number): WorldOptions {
  const on = (bit: OptionBits) => (bits & bit) !== 0;
  return {
    ...DEFAULT_WORLD_OPTIONS,
    mode: "lenient",
    unresolvedVariable: on(OptionBits.UnresolvedStatement) ? "statement" : "operand",
    denyKind: on(OptionBits.DenyMerge) ? "merge" : "separate",
    forAnyValueIfExists: on(OptionBits.ForAnyValueIfExists),
    autoRcpFullAccess: !on(OptionBits.ManualRcpFullAccess),
    rcpOnResourceless: on(OptionBits.RcpOnResourceless),
    federatedDefaultSession: on(OptionBits.FederatedSessionAllow) ? "allow" : "deny",
    federatedInResourcePolicies: on(OptionBits.FederatedInResourcePolicies),
    scpBlocksGetSessionToken: on(OptionBits.ScpBlocksGetSessionToken),
    explicitDenyBlocksGetSessionToken: on(OptionBits.DenyBlocksGetSessionToken),
    roleMfaKey: on(OptionBits.RoleMfaAbsent) ? "absent" : "false",
    resourceGlob: on(OptionBits.PlainResourceGlob) ? "plain" : "segment-aware",
    notPrincipalMode: on(OptionBits.RoleCoversSession) ? "roleCoversSession" : "allLevels",
    awsStarMatchesService: !on(OptionBits.AwsStarWithoutServices),
    assumeSameAccount: on(OptionBits.AssumeSameAccount),
  };
}
