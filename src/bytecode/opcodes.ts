/**
 * The instruction set of condition blocks. Read by tsc and by asc; imports nothing; the order is the wire format: append.
 *
 * A block is a sequence of instructions, each a row of u32 words, closed by `End`; the statement's condition holds if every
 * instruction does (COND-1):
 *
 *     word 0   op (bits 0-7) | qualifier (8-15) | modifiers (16-23)
 *     word 1   key: which slot is read
 *     word 2   n: how many operands follow
 *     word 3…  the operands, of the kind that `instructions.ts` names for the op
 *
 * `V` is the request's value, `P` an operand. Every op is written in its positive sense; the modifier `Negated` turns it.
 */
export enum Op {
  /** The block is over; every entry held. Stands alone: no key, no operands. */
  End = 0,
  /** V = P, by bytes. Operand: pattern. */
  StringEquals = 1,
  /** lower(V) = P, where the key's slot and the operand hold lower-cased text (COND-21). Operand: pattern, or computed slot. */
  StringEqualsIgnoreCase = 2,
  /** V matches the glob P (COND-22). Operand: pattern. */
  StringLike = 3,
  /** V = P as exact decimals (COND-30). Operand of these five: number, or `Invalid`. */
  NumericEquals = 4,
  NumericLessThan = 5,
  NumericLessThanEquals = 6,
  NumericGreaterThan = 7,
  NumericGreaterThanEquals = 8,
  /** V = P as instants in milliseconds (COND-40). Operand of these five: date, or `Invalid`. */
  DateEquals = 9,
  DateLessThan = 10,
  DateLessThanEquals = 11,
  DateGreaterThan = 12,
  DateGreaterThanEquals = 13,
  /** true(V) = P (COND-50). Operand: 0, 1, or a pattern with variables (bit 31 set). */
  Bool = 14,
  /** base64(V) = P as bytes (COND-55). Operand: binary, or `Invalid`. */
  BinaryEquals = 15,
  /** V lies in the range P (COND-61). Operand: range, or `Invalid`. */
  IpAddress = 16,
  /** V matches P component by component (COND-63). Operand: pattern. */
  ArnLike = 17,
  /** Operand: 1 requires that the key is absent, 0 that it is present (COND-70). */
  Null = 18,
}

/** Set operator of an instruction. */
export enum Qualifier {
  None = 0,
  ForAllValues = 1,
  ForAnyValue = 2,
}

/** Bits of an instruction's third byte. */
export enum Modifier {
  IfExists = 1,
  Negated = 2,
  /** Written ArnEquals or ArnNotEquals: means the same (COND-6), kept for listings. */
  EqualsSpelling = 4,
}

/** Values of operand words. */
export enum OperandWord {
  /** An operand that cannot be converted (COND-31, COND-41, COND-61). As a signed number: -1. */
  Invalid = -1,
  /** Set on pattern operands of Bool and on computed slots of StringEqualsIgnoreCase. */
  Tagged = -2147483648,
}

/** Bytes of an encoded pattern that are no text; well-formed UTF-8 never holds them. */
export enum Mark {
  /** Any run of text. */
  Star = 0xff,
  /** Exactly one UTF-16 unit. */
  One = 0xfe,
  /** Any run without a colon: a star inside one of the first five ARN components (MATCH-22). */
  SegmentStar = 0xfd,
  /** One unit that is no colon. */
  SegmentOne = 0xfc,
  /** The value of a variable; its id follows in four bytes, little-endian. */
  Variable = 0xfb,
}

/** How a pattern is matched; the cheapest that is right. The verifier recomputes it. */
export enum PatternKind {
  /** No marks. */
  Exact = 0,
  /** A single star. */
  Any = 1,
  /** Text and one star at the end. */
  Prefix = 2,
  /** Stars that may all run anywhere: greedy, one star at a time. */
  Greedy = 3,
  /** Holds a segment star: rows of reachable places. */
  Segments = 4,
  /** Holds variables: expanded first, then one of the above. */
  Variables = 5,
}
