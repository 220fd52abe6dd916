/** The option flags that belong to a world (semantics.md, appendix C); the defaults are what AWS does, or the safe side. */
import type { Mode } from "./model.js";

export interface WorldOptions {
  /** How policies are checked (GRAM-18). A session policy under `strict` is checked as `session`. */
  readonly mode: Mode;
  /** What an entry that AWS cannot store means in lenient mode (GRAM-52). */
  readonly invalidEntry: "failClosed" | "literal";
  /** How far an unresolved policy variable reaches (VAR-10, MATCH-27). */
  readonly unresolvedVariable: "operand" | "statement";
  /** Whether "certainly not allowed" is printed as `denied` (3V-9). */
  readonly denyKind: "separate" | "merge";
  /** Whether `ForAnyValue:…IfExists` is true for a missing key (COND-15). */
  readonly forAnyValueIfExists: boolean;
  /** Whether operator names compare without case (GRAM-13). */
  readonly looseOperators: boolean;
  /** Whether every RCP level carries RCPFullAWSAccess of itself (EVAL-16). */
  readonly autoRcpFullAccess: boolean;
  /** Whether RCPs apply to actions without a resource type (EVAL-14). */
  readonly rcpOnResourceless: boolean;
  /** What a federated user without a session policy may do (EVAL-19). */
  readonly federatedDefaultSession: "deny" | "allow";
  /** Whether `Federated` principals match sessions outside trust policies (MATCH-47). */
  readonly federatedInResourcePolicies: boolean;
  readonly scpBlocksGetSessionToken: boolean;
  readonly explicitDenyBlocksGetSessionToken: boolean;
  /** `aws:MultiFactorAuthPresent` on sessions of AssumeRole (MFA-4). */
  readonly roleMfaKey: "false" | "absent";
  /** `plain`: every `*` of a Resource may cross colons, `?` too (MATCH-22). */
  readonly resourceGlob: "segment-aware" | "plain";
  /** Where incomplete ARNs are completed (MATCH-24): in identity policies and boundaries, or in every policy type. */
  readonly incompleteArn: "identity" | "everywhere";
  readonly notPrincipalMode: "allLevels" | "roleCoversSession";
  /** Whether `{"AWS": "*"}` covers service principals (§3.3). */
  readonly awsStarMatchesService: boolean;
  /** Whether an unknown owner counts as the caller's account (REQ-31). */
  readonly assumeSameAccount: boolean;
}

export const DEFAULT_WORLD_OPTIONS: WorldOptions = {
  mode: "strict",
  invalidEntry: "failClosed",
  unresolvedVariable: "operand",
  denyKind: "separate",
  forAnyValueIfExists: false,
  looseOperators: true,
  autoRcpFullAccess: true,
  rcpOnResourceless: false,
  federatedDefaultSession: "deny",
  federatedInResourcePolicies: false,
  scpBlocksGetSessionToken: false,
  explicitDenyBlocksGetSessionToken: false,
  roleMfaKey: "false",
  resourceGlob: "segment-aware",
  incompleteArn: "identity",
  notPrincipalMode: "allLevels",
  awsStarMatchesService: true,
  assumeSameAccount: false,
};
