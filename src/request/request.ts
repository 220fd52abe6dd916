/** A request as a caller gives it. `resolve.ts` checks it and turns it into a `Question`. */

/** The flags that belong to whoever builds requests (semantics.md, appendix C). */
export interface RequestOptions {
  /** Fill the global keys from principal, resource, session and clock (REQ-43, REQ-44). */
  readonly deriveContext: boolean;
  /** Given values of derived keys win instead of being refused (REQ-43). */
  readonly trustContext: boolean;
  /** What several values (or none) for a single-valued key mean (REQ-3). */
  readonly extraValues: "error" | "multi";
  /** Let malformed values of global keys through to the operators (REQ-9). */
  readonly allowMalformedContext: boolean;
}

export const DEFAULT_REQUEST_OPTIONS: RequestOptions = {
  deriveContext: true,
  trustContext: false,
  extraValues: "error",
  allowMalformedContext: false,
};

export type Scalar = string | number | boolean;

/** A value, a list of values, or a list with an explicit cardinality for a key of no table (REQ-3). */
export type ContextInput =
  | Scalar
  | readonly Scalar[]
  | { readonly card: "single" | "multi"; readonly values: readonly Scalar[] };

/** An instant: ISO 8601 text, or milliseconds since 1970. */
export type Instant = string | number;

/**
 * The principal as an object, for what an ARN cannot say. `arn` takes every form of the string: a user, role, session,
 * federated-user or root ARN, an account id, a service name, an identity provider, `*`.
 */
export interface PrincipalInput {
  readonly arn: string;
  /** `AIDA…` of a user, `AROA…` of a role (of the parent user, for a federated user). */
  readonly uniqueId?: string;
  /** Tags of the user or role. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly sessionTags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  /** ARN of the session's role with its path, where the session ARN cannot say it (REQ-11). */
  readonly roleArn?: string;
  readonly serviceLinked?: boolean;
  /** What the caller signed with. Default: long-term keys for users and root. */
  readonly credentials?: "longTerm" | "sessionToken" | "console" | "assumeRoot";
  /** How a role session was issued. Default: AssumeRole. */
  readonly issuedBy?: "AssumeRole" | "SAML" | "WebIdentity" | "Service";
  readonly federatedProvider?: string;
  readonly sourceIdentity?: string;
  /** `aws:TokenIssueTime`; unknown where a session leaves it out (REQ-44). */
  readonly issueTime?: Instant;
  /** MFA used to get the session token or to sign in; `authenticatedAt` gives `aws:MultiFactorAuthAge` (MFA-3). */
  readonly mfa?: boolean | { readonly authenticatedAt: Instant };
  /** Task policy of an AssumeRoot session (SPEC-35). */
  readonly taskPolicy?: string;
  /** ARN of the user (or root) that called GetFederationToken (REQ-13). */
  readonly parent?: string;
  /** All names of a service principal (`aws:PrincipalServiceNamesList`). */
  readonly serviceNames?: readonly string[];
  /** For which resource a service principal acts (REQ-42). */
  readonly onBehalf?: {
    readonly sourceArn?: string;
    readonly sourceAccount?: string;
    readonly sourceOrgId?: string;
    readonly sourceOrgPaths?: readonly string[];
  };
  /** The provider's claims for AssumeRoleWithSAML and AssumeRoleWithWebIdentity, as context keys. */
  readonly claims?: Readonly<Record<string, ContextInput>>;
}

export interface ViaInput {
  /** The endpoint that the call came through. Named endpoints of the world fill in what is left out. */
  readonly vpcEndpoint?: {
    readonly id?: string;
    readonly vpc?: string;
    readonly vpcArn?: string;
    readonly privateIp?: string;
    readonly account?: string;
    readonly orgId?: string;
    readonly orgPaths?: readonly string[];
    /** Default `interface`, for S3 and DynamoDB without `id` in a world too. */
    readonly kind?: "interface" | "gateway";
  };
  /** A forward access session: a service calls with the principal's permissions (EVAL-37). */
  readonly fas?: { readonly calledVia: readonly string[] };
}

export interface Request {
  readonly principal: string | PrincipalInput;
  /** `service:Name`, no wildcards. */
  readonly action: string;
  /** An ARN, or `*` for actions without a resource type (REQ-30). */
  readonly resource: string;
  /** Owner of the resource where the ARN does not say it (REQ-31). */
  readonly resourceAccount?: string;
  /** Tags of the resource: of the existing one, or those a creating call asks for (REQ-33). */
  readonly resourceTags?: Readonly<Record<string, string>>;
  /** `trust`, `kms`, or another service; default: from the action and the resource. */
  readonly resourcePolicyType?: string;
  readonly context?: Readonly<Record<string, ContextInput>>;
  /** Keys, or prefixes ending in `*`, whose presence and value are not known (3V-2). */
  readonly unknown?: readonly string[];
  readonly via?: ViaInput;
  /** Default: the clock. */
  readonly now?: Instant;
}

/** Codes of request errors; part of the public interface. */
export type RequestErrorCode =
  | "invalid-principal"
  | "invalid-action"
  | "invalid-resource"
  | "invalid-account"
  | "account-contradiction"
  | "invalid-context"
  | "duplicate-context-key"
  | "derived-context-key"
  | "too-many-values"
  | "cardinality-contradiction"
  | "malformed-value"
  | "unknown-and-given"
  | "ill-formed-text"
  | "endpoint-contradiction"
  | "unsupported-session-policy"
  | "unsupported-policy-type"
  | "invalid-time"
  | "too-large";

/** A request that cannot be asked. Whoever enforces must deny. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** Which part of the request, as a path: `context.aws:SourceIp`, `principal.arn`. */
  readonly path: string;

  constructor(code: RequestErrorCode, path: string, message: string) {
    super(message);
    this.name = "RequestError";
    this.code = code;
    this.path = path;
  }
}
