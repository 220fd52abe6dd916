/** What comes back: AWS's words, the layer that decided, and the statements or unknowns that it hangs on. */

/** AWS's words, and ours for what is not known. `denied` occurs under `denyKind=merge` only (3V-9). */
export type DecisionWord = "allowed" | "explicitDeny" | "implicitDeny" | "indeterminate" | "denied";

/** A policy type as a decider (semantics.md §6.1). `SERVICE` is a built-in rule. */
export type Layer = "SCP" | "RCP" | "VPCE" | "BOUNDARY" | "SESSION" | "RESOURCE" | "TRUST" | "IDENTITY" | "SERVICE";

/** The order of attribution (EVAL-6). RESOURCE and TRUST share a place: a resource has one or the other. */
export const LAYER_ORDER: readonly Layer[] = [
  "SCP",
  "RCP",
  "VPCE",
  "BOUNDARY",
  "SESSION",
  "RESOURCE",
  "TRUST",
  "IDENTITY",
  "SERVICE",
];

/** How a resource policy names the caller (semantics.md §3.3). Bit `1 << place` in masks, in this order. */
export const GRANT_KINDS = [
  "SESSION",
  "USER",
  "USER_VIA_FED",
  "ROLE",
  "ACCOUNT",
  "SERVICE",
  "FEDERATED",
  "ANY",
  "CANONICAL",
] as const;
export type GrantKind = (typeof GRANT_KINDS)[number];

/** Kleene's truth values. */
export type Truth = "T" | "F" | "U";

export type Path = "SAME_ACCOUNT" | "CROSS_ACCOUNT" | "SERVICE" | "ANONYMOUS" | "FEDERATED" | "BUILTIN";

/** A statement, findable: policy, place in it, Sid, and where it stands in its file. */
export interface StatementRef {
  readonly layer: Layer;
  readonly policy: string;
  readonly index: number;
  readonly sid: string | null;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A layer that withheld a required Allow. `target`: which level, resource or built-in rule (a rule ID). */
export interface MissingAllow {
  readonly layer: Layer;
  readonly target: string;
}

export type Decision =
  | {
      readonly decision: "allowed";
      readonly decidedBy: Layer;
      /** The allows that were used; none where a built-in rule or the root user's own power decided. */
      readonly statements: readonly StatementRef[];
      readonly path: Path;
    }
  | {
      readonly decision: "explicitDeny";
      readonly decidedBy: Layer;
      /** Every certain explicit deny, in the order of EVAL-6. */
      readonly statements: readonly StatementRef[];
      readonly path: Path;
    }
  | {
      readonly decision: "implicitDeny";
      readonly decidedBy: Layer;
      /** At least one, in the order of EVAL-6. */
      readonly missing: readonly MissingAllow[];
      readonly path: Path;
    }
  | {
      readonly decision: "indeterminate" | "denied";
      /** What it can turn out to be, in the order allowed, explicitDeny, implicitDeny. */
      readonly between: readonly ("allowed" | "explicitDeny" | "implicitDeny")[];
      /** Keys, then policies, then `resource account` (3V-11). */
      readonly dependsOn: readonly string[];
    };

/** Why a statement did not certainly hit: the first part that failed, or the first that is unknown. */
export type Reason =
  | { readonly part: "action" }
  | { readonly part: "resource" }
  | { readonly part: "principal" }
  /** `entry`: index into the statement's conditions. */
  | { readonly part: "condition"; readonly entry: number }
  /** An unresolved variable under `unresolvedVariable=statement` (VAR-10). */
  | { readonly part: "variable" }
  /** An Allow of a document that can only deny here (SPEC-21). */
  | { readonly part: "document" };

export interface StatementTrace {
  readonly statement: StatementRef;
  readonly effect: "Allow" | "Deny";
  readonly hit: Truth;
  /** Null when `hit` is T. */
  readonly reason: Reason | null;
}

/** One layer or, for SCPs and RCPs, one level of it, with every statement that was looked at. */
export interface LayerTrace {
  readonly layer: Layer;
  readonly label: string;
  readonly allow: Truth;
  readonly deny: Truth;
  readonly missingPolicies: readonly string[];
  readonly statements: readonly StatementTrace[];
}

export interface Explanation {
  readonly decision: Decision;
  readonly layers: readonly LayerTrace[];
}
