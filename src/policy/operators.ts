/** The 27 condition operators as rows (semantics.md §4.2). */

export type OperatorFamily = "string" | "numeric" | "date" | "bool" | "binary" | "ip" | "arn" | "null";

/** How one request value is compared with one operand. */
export type Relation =
  | "equals"
  | "equalsIgnoreCase"
  | "like"
  | "less"
  | "lessOrEqual"
  | "greater"
  | "greaterOrEqual"
  | "within"
  | "absent";

export interface OperatorRow {
  readonly family: OperatorFamily;
  readonly relation: Relation;
  readonly negated: boolean;
}

export const OPERATORS = {
  StringEquals: { family: "string", relation: "equals", negated: false },
  StringNotEquals: { family: "string", relation: "equals", negated: true },
  StringEqualsIgnoreCase: { family: "string", relation: "equalsIgnoreCase", negated: false },
  StringNotEqualsIgnoreCase: { family: "string", relation: "equalsIgnoreCase", negated: true },
  StringLike: { family: "string", relation: "like", negated: false },
  StringNotLike: { family: "string", relation: "like", negated: true },
  NumericEquals: { family: "numeric", relation: "equals", negated: false },
  NumericNotEquals: { family: "numeric", relation: "equals", negated: true },
  NumericLessThan: { family: "numeric", relation: "less", negated: false },
  NumericLessThanEquals: { family: "numeric", relation: "lessOrEqual", negated: false },
  NumericGreaterThan: { family: "numeric", relation: "greater", negated: false },
  NumericGreaterThanEquals: { family: "numeric", relation: "greaterOrEqual", negated: false },
  DateEquals: { family: "date", relation: "equals", negated: false },
  DateNotEquals: { family: "date", relation: "equals", negated: true },
  DateLessThan: { family: "date", relation: "less", negated: false },
  DateLessThanEquals: { family: "date", relation: "lessOrEqual", negated: false },
  DateGreaterThan: { family: "date", relation: "greater", negated: false },
  DateGreaterThanEquals: { family: "date", relation: "greaterOrEqual", negated: false },
  Bool: { family: "bool", relation: "equals", negated: false },
  BinaryEquals: { family: "binary", relation: "equals", negated: false },
  IpAddress: { family: "ip", relation: "within", negated: false },
  NotIpAddress: { family: "ip", relation: "within", negated: true },
  // COND-6: the Equals forms match exactly as the Like forms do.
  ArnEquals: { family: "arn", relation: "like", negated: false },
  ArnLike: { family: "arn", relation: "like", negated: false },
  ArnNotEquals: { family: "arn", relation: "like", negated: true },
  ArnNotLike: { family: "arn", relation: "like", negated: true },
  Null: { family: "null", relation: "absent", negated: false },
} as const satisfies Record<string, OperatorRow>;

export type OperatorBase = keyof typeof OPERATORS;

/** The documented spelling of an operator, by its lower-cased name (GRAM-13). */
export const OPERATOR_BY_LOWER_NAME: ReadonlyMap<string, OperatorBase> = new Map(
  (Object.keys(OPERATORS) as OperatorBase[]).map((name) => [name.toLowerCase(), name]),
);
