/** What a workload is: a small account with its policies as JSON text, and the requests made of it. */
import type { Request } from "../../src/request/request.js";

export interface Workload {
  readonly name: string;
  readonly account: string;
  readonly principals: readonly WorkloadPrincipal[];
  /** SCP texts by level, root first. Empty: the account is in no organization. */
  readonly scps: readonly (readonly string[])[];
  readonly requests: readonly WorkloadRequest[];
  /** Of the identity policies. */
  readonly statementCount: number;
}

export interface WorkloadPrincipal {
  readonly kind: "user" | "role";
  /** With path. */
  readonly arn: string;
  readonly name: string;
  /** The ARNs under which it calls: the user's own, or those of the role's sessions. */
  readonly callers: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly string[];
  readonly boundary: string | null;
}

/** The part of a Request that the workloads use; a rival has to know no more than this. */
export interface WorkloadRequest extends Request {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly resourceTags: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, string>>;
}

/** A statement as policy JSON, restricted to what the workloads write. */
export interface StatementJson {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: ConditionJson;
}

export type WorkloadOperator =
  | "StringEquals"
  | "StringNotEquals"
  | "StringLike"
  | "IpAddress"
  | "NotIpAddress"
  | "Bool"
  | "NumericLessThanEquals";

export type ConditionJson = { readonly [operator in WorkloadOperator]?: Readonly<Record<string, readonly string[]>> };

export function policyText(statements: readonly StatementJson[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
