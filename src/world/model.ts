/**
 * Who exists and what is attached to them. A world directory, an account export and a scenario all become this; the
 * reference reads it, the compiler translates it.
 */
import type { Policy } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import type { OrganizationFacts, SessionFacts } from "../request/directory.js";

export interface World {
  readonly options: WorldOptions;
  /** Every account of which anything is known, by id. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** Users and roles by ARN (with path). */
  readonly principals: ReadonlyMap<string, PrincipalRecord>;
  /** Named sessions and federated users by ARN. */
  readonly sessions: ReadonlyMap<string, SessionRecord>;
  /** By ARN; roles stand here too, with their trust policies. */
  readonly resources: ReadonlyMap<string, ResourceRecord>;
  /** By id. */
  readonly endpoints: ReadonlyMap<string, EndpointRecord>;
  /** Unique IDs that AWS put in the place of principal ARNs when it saved the policies (MATCH-42): ARN → id. */
  readonly bindings: ReadonlyMap<string, string>;
  /** Whether what is not here does not exist (a scenario), or is merely not known (a world directory; 3V-8). */
  readonly closed: boolean;
}

/**
 * What a document set is made of. `denyOnly`: its Allows do not count (SPEC-21). `acl`, `kmsGrant` and `serviceGrant` are
 * written by us from what AWS exports beside policies (SPEC-13, SPEC-20, EVAL-47).
 */
export interface Document {
  readonly policy: Policy;
  readonly use: "policy" | "denyOnly" | "acl" | "kmsGrant" | "serviceGrant";
}

/** The documents of one layer, or of one level of a hierarchical layer. */
export interface DocumentSet {
  /** For people: `ou-ab12-1111`, `permissions boundary of arn:…`, `resource policy of arn:…`. */
  readonly label: string;
  readonly documents: readonly Document[];
  /** Names of documents that belong here and are not held (3V-8): `resource policy of arn:aws:s3:::b`. */
  readonly missing: readonly string[];
}

export interface Account {
  readonly id: string;
  /** Whether the world holds its users, roles and policies. */
  readonly held: boolean;
  /** Null: in no organization. `"unknown"`: not known. */
  readonly organization: OrganizationFacts | null | "unknown";
  readonly canonicalUserId: string | null;
  /** Root first; empty for the management account, outside an organization, or where the type is disabled (EVAL-10, EVAL-44). */
  readonly scps: readonly DocumentSet[];
  /** Root first; RCPFullAWSAccess is not in here, `autoRcpFullAccess` stands for it. */
  readonly rcps: readonly DocumentSet[];
  /** Resource types that the world lists completely (`s3:bucket`): one that is not listed has no policy. */
  readonly completeResourceTypes: readonly string[];
  /** May call sts:AssumeRoot on members (SPEC-35): the management account or a delegated administrator. */
  readonly mayAssumeRoot: boolean;
}

export interface PrincipalRecord {
  readonly kind: "user" | "role";
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  readonly uniqueId: string | null;
  readonly tags: ReadonlyMap<string, string>;
  readonly serviceLinked: boolean;
  readonly identity: DocumentSet;
  /** Null: none attached. */
  readonly boundary: DocumentSet | null;
}

export interface SessionRecord extends SessionFacts {
  /** Session policies, or null: none passed. */
  readonly policies: DocumentSet | null;
}

export interface ResourceRecord {
  readonly arn: string;
  readonly owner: string | null;
  readonly tags: ReadonlyMap<string, string> | null;
  /** `trust` documents count for sts actions only (SPEC-1). */
  readonly policyKind: "trust" | "kms" | "other";
  readonly policies: DocumentSet;
  /** RCP levels given with the resource itself (a scenario); null: those of the owner's account. */
  readonly rcps: readonly DocumentSet[] | null;
  /** ARN of the bucket behind an access point: its policy must allow too (EVAL-48). */
  readonly behind: string | null;
  /** A public policy under RestrictPublicBuckets: it grants to the owner's account and services only (SPEC-22). */
  readonly publicAccessRestricted: boolean;
  /** An AWS managed KMS key: RCPs do not reach it (SPEC-15). */
  readonly awsManaged: boolean;
}

export interface EndpointRecord {
  readonly id: string;
  readonly vpc: string | null;
  readonly account: string | null;
  readonly kind: "interface" | "gateway";
  /** Null: full access (EVAL-20). */
  readonly policies: DocumentSet | null;
}
