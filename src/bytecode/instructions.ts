/** The instruction set's operands and names, for whoever writes, checks or prints code. */
import { Op } from "./opcodes.js";

/** What an operand word refers to. */
export type OperandKind =
  | "pattern"
  /** A pattern, or with bit 31 a computed key. */
  | "loweredPattern"
  | "number"
  | "date"
  /** 0, 1, or with bit 31 a pattern. */
  | "boolean"
  | "binary"
  | "range"
  /** 0 or 1. */
  | "presence";

export interface Instruction {
  /** Kind of every operand. */
  readonly operand: OperandKind | null;
  /** AWS's name of the operator, and of its negation where it has one. */
  readonly name: string;
  readonly negatedName: string | null;
}

export const INSTRUCTIONS = {
  [Op.End]: { operand: null, name: "end", negatedName: null },
  [Op.StringEquals]: { operand: "pattern", name: "StringEquals", negatedName: "StringNotEquals" },
  [Op.StringEqualsIgnoreCase]: {
    operand: "loweredPattern",
    name: "StringEqualsIgnoreCase",
    negatedName: "StringNotEqualsIgnoreCase",
  },
  [Op.StringLike]: { operand: "pattern", name: "StringLike", negatedName: "StringNotLike" },
  [Op.NumericEquals]: { operand: "number", name: "NumericEquals", negatedName: "NumericNotEquals" },
  [Op.NumericLessThan]: { operand: "number", name: "NumericLessThan", negatedName: null },
  [Op.NumericLessThanEquals]: { operand: "number", name: "NumericLessThanEquals", negatedName: null },
  [Op.NumericGreaterThan]: { operand: "number", name: "NumericGreaterThan", negatedName: null },
  [Op.NumericGreaterThanEquals]: { operand: "number", name: "NumericGreaterThanEquals", negatedName: null },
  [Op.DateEquals]: { operand: "date", name: "DateEquals", negatedName: "DateNotEquals" },
  [Op.DateLessThan]: { operand: "date", name: "DateLessThan", negatedName: null },
  [Op.DateLessThanEquals]: { operand: "date", name: "DateLessThanEquals", negatedName: null },
  [Op.DateGreaterThan]: { operand: "date", name: "DateGreaterThan", negatedName: null },
  [Op.DateGreaterThanEquals]: { operand: "date", name: "DateGreaterThanEquals", negatedName: null },
  [Op.Bool]: { operand: "boolean", name: "Bool", negatedName: null },
  [Op.BinaryEquals]: { operand: "binary", name: "BinaryEquals", negatedName: null },
  [Op.IpAddress]: { operand: "range", name: "IpAddress", negatedName: "NotIpAddress" },
  [Op.ArnLike]: { operand: "pattern", name: "ArnLike", negatedName: "ArnNotLike" },
  [Op.Null]: { operand: "presence", name: "Null", negatedName: null },
} as const satisfies Record<Op, Instruction>;
