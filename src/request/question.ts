/** A request that has been checked and filled in: what both roads answer. */

/** Long-term keys, or how the temporary ones of a user or root were made (STS-30, STS-31, SPEC-35). */
export type Credentials =
  | { readonly kind: "longTerm" }
  | { readonly kind: "sessionToken"; readonly mfa: boolean }
  | { readonly kind: "console" }
  | { readonly kind: "assumeRoot"; readonly taskPolicy: string | null };

/** Who calls (semantics.md §1.2). `null` stands for what was not given and is therefore not known. */
export type Principal =
  | {
      readonly kind: "root";
      readonly account: string;
      readonly partition: string;
      readonly arn: string;
      readonly credentials: Credentials;
    }
  | {
      readonly kind: "user";
      readonly account: string;
      readonly partition: string;
      readonly arn: string;
      readonly name: string;
      readonly uniqueId: string | null;
      readonly credentials: Credentials;
    }
  | {
      readonly kind: "roleSession";
      readonly account: string;
      readonly partition: string;
      /** With its path (REQ-11). */
      readonly roleArn: string;
      readonly roleName: string;
      readonly roleId: string | null;
      readonly sessionName: string | null;
      /** `arn:P:sts::A:assumed-role/Role/Session`; null without a session name. */
      readonly sessionArn: string | null;
      readonly serviceLinked: boolean;
      /** Of SAML and OIDC sessions (MATCH-47). */
      readonly federatedProvider: string | null;
    }
  | {
      readonly kind: "federatedUser";
      readonly account: string;
      readonly partition: string;
      readonly arn: string;
      /** ARN of the user or root whose policies count (REQ-13). */
      readonly parentArn: string | null;
      readonly parentId: string | null;
      readonly console: boolean;
    }
  /** Caller of sts:AssumeRoleWithWebIdentity or …WithSAML; `provider` is an ARN or a built-in host. */
  | { readonly kind: "webIdentity"; readonly provider: string }
  | { readonly kind: "saml"; readonly provider: string }
  | { readonly kind: "service"; readonly names: readonly string[] }
  /** Decided like a service (MATCH-51). */
  | { readonly kind: "originAccessIdentity"; readonly arn: string }
  | { readonly kind: "anonymous" };

export type PrincipalKind = Principal["kind"];

/** A context key's state (3V-1). `multi` without values is present-empty (REQ-8). */
export type Slot =
  | { readonly state: "absent" }
  | { readonly state: "single"; readonly value: string }
  | { readonly state: "multi"; readonly values: readonly string[] }
  | { readonly state: "unknown" };

/** `unlisted`: a key of no table, or any key under `extraValues=multi` (3V-1). */
export type Cardinality = "single" | "multi" | "unlisted";

/** All context keys of one request; keys are lower-cased. */
export interface Context {
  get(key: string): Slot;
  cardinality(key: string): Cardinality;
  /** The keys that are present or unknown by name, sorted; without those that a prefix makes unknown. */
  keys(): readonly string[];
  /** Lower-cased prefixes whose keys are unknown unless given (3V-2). */
  readonly unknownPrefixes: readonly string[];
}

/** `assumed`: unknown, and taken for the caller's account (REQ-31). `none`: the caller has no account either. */
export type Owner =
  | { readonly kind: "account"; readonly account: string }
  | { readonly kind: "assumed"; readonly account: string }
  | { readonly kind: "unknown" };

/** `trust` and `kms` require a resource policy's consent (SPEC-1, SPEC-10). */
export type ResourcePolicyKind = "trust" | "kms" | "other";

export interface Question {
  readonly principal: Principal;
  /** S3 canonical user id of the caller's account; null: not known. */
  readonly canonicalUserId: string | null;
  /** Lower-cased (MATCH-1). */
  readonly action: string;
  /** As given. */
  readonly actionText: string;
  readonly resource: string;
  readonly owner: Owner;
  readonly resourcePolicyKind: ResourcePolicyKind;
  readonly context: Context;
  /** Null: the call came through no endpoint. */
  readonly endpoint: { readonly id: string | null; readonly kind: "interface" | "gateway" } | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The account of a caller that has one. */
export function accountOf(principal: Principal): string | null {
  switch (principal.kind) {
    case "root":
    case "user":
    case "roleSession":
    case "federatedUser":
      return principal.account;
    case "webIdentity":
    case "saml":
    case "service":
    case "originAccessIdentity":
    case "anonymous":
      return null;
  }
}

/** The name of a caller in decisions and messages: its ARN where it has one. A session without a name: its role's. */
export function callerName(principal: Principal): string {
  switch (principal.kind) {
    case "root":
    case "user":
    case "federatedUser":
    case "originAccessIdentity":
      return principal.arn;
    case "roleSession":
      return principal.sessionArn ?? principal.roleArn;
    case "webIdentity":
    case "saml":
      return principal.provider;
    case "service":
      return principal.names[0] ?? "";
    case "anonymous":
      return "*";
  }
}
