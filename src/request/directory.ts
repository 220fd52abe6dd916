/**
 * What the surroundings know about the parties of a request. A world answers these questions from its records and a bundle
 * from its sections, so that a request is filled in the same way on both roads.
 */
import type { WorldOptions } from "../policy/options.js";

export interface Directory {
  /** The world's flags that reach into requests: `roleMfaKey`, `assumeSameAccount`. */
  readonly options: WorldOptions;
  /** Whether what is not known here does not exist (a scenario), or is merely not known (3V-8). */
  readonly closed: boolean;
  /** Null: nothing is known of this account, its organization included. */
  account(id: string): AccountFacts | null;
  user(arn: string): PrincipalFacts | null;
  /** By name, since session ARNs drop the path (REQ-11); names are unique in an account. */
  role(account: string, name: string): PrincipalFacts | null;
  /** By session ARN or federated-user ARN. */
  session(arn: string): SessionFacts | null;
  /** The record for this very ARN or for the resource that holds it (an object's bucket). */
  resource(arn: string): ResourceFacts | null;
  endpoint(id: string): EndpointFacts | null;
}

export interface AccountFacts {
  readonly id: string;
  /** Null: in no organization. */
  readonly organization: OrganizationFacts | null;
  readonly canonicalUserId: string | null;
}

/** Null parts are not known. */
export interface OrganizationFacts {
  readonly id: string | null;
  /** With trailing slash: `o-a/r-b/ou-c/` (REQ-23). */
  readonly path: string | null;
  readonly managementAccount: string | null;
}

export interface PrincipalFacts {
  /** With path. */
  readonly arn: string;
  readonly uniqueId: string | null;
  readonly tags: ReadonlyMap<string, string>;
  readonly serviceLinked: boolean;
}

/** What a world's `sessions/*.json` say; parts left out are null. */
export interface SessionFacts {
  readonly arn: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly issueTime: number | null;
  readonly issuedBy: "AssumeRole" | "SAML" | "WebIdentity" | "Service" | null;
  readonly federatedProvider: string | null;
  readonly sourceIdentity: string | null;
  readonly parentArn: string | null;
}

export interface ResourceFacts {
  readonly arn: string;
  readonly owner: string | null;
  /** Null: not known. */
  readonly tags: ReadonlyMap<string, string> | null;
}

export interface EndpointFacts {
  readonly id: string;
  readonly vpc: string | null;
  readonly account: string | null;
  readonly kind: "interface" | "gateway";
}
