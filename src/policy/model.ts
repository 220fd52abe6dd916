/**
 * A parsed policy: plain data, a span for every node, nothing dropped. Both roads start from here.
 *
 * What the parser has already decided, so that nobody decides it again: the policy's type and version, the spelling of
 * operators, which entries cannot match anything (GRAM-52), the completion of short ARNs (MATCH-24), and the split of
 * every pattern and operand into literal text, wildcards and variables (VAR-1…5, VAR-8, VAR-11).
 */
import type { Source, Span } from "../text/span.js";
import type { OperatorBase } from "./operators.js";

/** What kind of document it is; decides which grammar applies (semantics.md §2.3). */
export type PolicyType =
  | "identity"
  | "managed"
  | "boundary"
  | "session"
  | "scp"
  | "rcp"
  | "vpce"
  | "resource"
  | "trust";

/** How strictly literals and entries are checked (GRAM-18). `session` is the column of STS. */
export type Mode = "strict" | "session" | "lenient";

export type Effect = "Allow" | "Deny";
export type Version = "2012-10-17" | "2008-10-17";

export interface Policy {
  /** The name under which decisions and reports show it: a file, an ARN, `identity[0]`. Unique within a world. */
  readonly name: string;
  readonly type: PolicyType;
  readonly version: Version;
  readonly id: string | null;
  /** Empty only in lenient mode (GRAM-4). */
  readonly statements: readonly Statement[];
  readonly source: Source;
  readonly span: Span;
}

export interface Statement {
  /** Place in its policy, from 0. */
  readonly index: number;
  /** Null where there is none or it is empty (GRAM-9). */
  readonly sid: string | null;
  readonly effect: Effect;
  /** Null in the policy types that have no Principal (§2.3). */
  readonly principal: PrincipalElement | null;
  readonly action: ActionElement;
  /** Null only in role trust policies (MATCH-28). */
  readonly resource: ResourceElement | null;
  /** In the order written; every entry must hold (COND-1). */
  readonly conditions: readonly ConditionEntry[];
  readonly span: Span;
}

/** `Action` or `NotAction` (`negated`). An empty list occurs in lenient mode only (GRAM-8). */
export interface ActionElement {
  readonly negated: boolean;
  readonly patterns: readonly ActionPattern[];
  readonly span: Span;
}

/**
 * `pattern` is the lower-cased text to glob against `service:name` (MATCH-4); `*:*` is written `*` (MATCH-3). An `invalid`
 * entry is one of GRAM-52 (lenient mode only).
 */
export type ActionPattern =
  | { readonly kind: "pattern"; readonly pattern: string; readonly text: string; readonly span: Span }
  | { readonly kind: "invalid"; readonly text: string; readonly span: Span };

/** `Resource` or `NotResource` (`negated`). */
export interface ResourceElement {
  readonly negated: boolean;
  readonly patterns: readonly ResourcePattern[];
  readonly span: Span;
}

/**
 * A resource pattern after completion (MATCH-24.2); `text` is what the user wrote. An `invalid` entry is one of GRAM-52
 * (lenient mode only).
 */
export type ResourcePattern =
  | { readonly kind: "pattern"; readonly template: Template; readonly text: string; readonly span: Span }
  | { readonly kind: "invalid"; readonly text: string; readonly span: Span };

/**
 * Text with holes. Adjacent `text` parts are joined and adjacent `star` parts collapse, so a template without wildcards
 * and variables has at most one part, and an empty text has none.
 */
export type Template = readonly Part[];

export type Part =
  | { readonly kind: "text"; readonly text: string }
  /** `*`: any run, the empty one included. */
  | { readonly kind: "star" }
  /** `?`: exactly one UTF-16 unit (MATCH-29). */
  | { readonly kind: "one" }
  /** `${key}` or `${key, 'fallback'}`; `key` is lower-cased (VAR-4, VAR-5). */
  | { readonly kind: "variable"; readonly key: string; readonly fallback: string | null };

/** `Principal` or `NotPrincipal` (`negated`). `{}` has no entries and matches nobody (GRAM-20). */
export interface PrincipalElement {
  readonly negated: boolean;
  readonly entries: readonly PrincipalEntry[];
  readonly span: Span;
}

export type PrincipalEntry =
  /** `"*"`, or `{"AWS": "*"}` with `aws` set: services are reached by the latter only under `awsStarMatchesService`. */
  | { readonly kind: "anyone"; readonly aws: boolean; readonly text: string; readonly span: Span }
  /** A 12-digit account or its `:root` ARN (MATCH-40). */
  | { readonly kind: "account"; readonly account: string; readonly text: string; readonly span: Span }
  | { readonly kind: "user"; readonly arn: string; readonly text: string; readonly span: Span }
  | { readonly kind: "role"; readonly arn: string; readonly text: string; readonly span: Span }
  | { readonly kind: "roleSession"; readonly arn: string; readonly text: string; readonly span: Span }
  | { readonly kind: "federatedUser"; readonly arn: string; readonly text: string; readonly span: Span }
  /** `AIDA…` or `AROA…` (MATCH-42). */
  | { readonly kind: "uniqueId"; readonly id: string; readonly text: string; readonly span: Span }
  /** `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity …` (MATCH-51). */
  | { readonly kind: "originAccessIdentity"; readonly arn: string; readonly text: string; readonly span: Span }
  | { readonly kind: "service"; readonly name: string; readonly text: string; readonly span: Span }
  | { readonly kind: "federated"; readonly provider: string; readonly text: string; readonly span: Span }
  | { readonly kind: "canonicalUser"; readonly id: string; readonly text: string; readonly span: Span }
  /** Every caller of these kinds; written by us, never by a user: ACLs and service grants (SPEC-20, EVAL-47). */
  | { readonly kind: "granted"; readonly to: "everyone" | "authenticated"; readonly text: string; readonly span: Span }
  /** An entry of GRAM-52 (lenient mode only). */
  | { readonly kind: "invalid"; readonly text: string; readonly span: Span };

/** One (operator, key) pair of a Condition with its operands. */
export interface ConditionEntry {
  readonly operator: Operator;
  /** As written. */
  readonly operatorText: string;
  /** Lower-cased (REQ-4). */
  readonly key: string;
  /** As written. */
  readonly keyText: string;
  /** May be empty (§4.3, "Operand list empty"). */
  readonly operands: readonly Operand[];
  readonly span: Span;
}

/** `ForAllValues:` is `all`, `ForAnyValue:` is `any`. */
export type Qualifier = "none" | "all" | "any";

export interface Operator {
  readonly base: OperatorBase;
  readonly qualifier: Qualifier;
  readonly ifExists: boolean;
}

/**
 * `text` is the value as JSON text says it (numbers as written, booleans as `true`/`false`: GRAM-12). `template` is its
 * split; wildcards are live only under the Like and Arn operators, variables only under Version 2012-10-17 and the String,
 * ARN and (lenient) Bool operators. Elsewhere the template is the text itself. `variableInLiteral` marks an operand that
 * contains `${` where no variable may stand: under Numeric, Date, IP and Binary it is an invalid operand (VAR-3).
 */
export interface Operand {
  readonly text: string;
  readonly template: Template;
  readonly variableInLiteral: boolean;
  readonly span: Span;
}
