/** Condition entries → instructions. One entry is one instruction; a condition is a block of them (COND-1). */
import { Format } from "../bytecode/layout.js";
import { Modifier, Op, OperandWord, Qualifier } from "../bytecode/opcodes.js";
import { asBool, decodeBase64, parseDate, parseDecimal, parseIpRange } from "../policy/literals.js";
import type { ConditionEntry, Operand, Template } from "../policy/model.js";
import { OPERATORS, type OperatorBase } from "../policy/operators.js";
import type { Interner } from "./intern.js";

/** Offset of the block in Code, or None where there is nothing to check. */
export function compileConditions(conditions: readonly ConditionEntry[], interner: Interner): number {
  if (conditions.length === 0) return Format.None;
  const words: number[] = [];
  for (const entry of conditions) {
    const row = OPERATORS[entry.operator.base];
    const op = OP_BY_BASE[entry.operator.base];
    const modifiers =
      (entry.operator.ifExists ? Modifier.IfExists : 0) |
      (row.negated ? Modifier.Negated : 0) |
      (entry.operator.base === "ArnEquals" || entry.operator.base === "ArnNotEquals" ? Modifier.EqualsSpelling : 0);
    const key = op === Op.StringEqualsIgnoreCase ? interner.loweredKey(entry.key) : interner.key(entry.key);
    words.push(op | (QUALIFIER[entry.operator.qualifier] << 8) | (modifiers << 16), key, entry.operands.length);
    for (const operand of entry.operands) words.push(operandWord(op, operand, interner));
  }
  words.push(Op.End);
  return interner.block(words);
}

const QUALIFIER = { none: Qualifier.None, all: Qualifier.ForAllValues, any: Qualifier.ForAnyValue } as const;

const OP_BY_BASE: Record<OperatorBase, Op> = {
  StringEquals: Op.StringEquals,
  StringNotEquals: Op.StringEquals,
  StringEqualsIgnoreCase: Op.StringEqualsIgnoreCase,
  StringNotEqualsIgnoreCase: Op.StringEqualsIgnoreCase,
  StringLike: Op.StringLike,
  StringNotLike: Op.StringLike,
  NumericEquals: Op.NumericEquals,
  NumericNotEquals: Op.NumericEquals,
  NumericLessThan: Op.NumericLessThan,
  NumericLessThanEquals: Op.NumericLessThanEquals,
  NumericGreaterThan: Op.NumericGreaterThan,
  NumericGreaterThanEquals: Op.NumericGreaterThanEquals,
  DateEquals: Op.DateEquals,
  DateNotEquals: Op.DateEquals,
  DateLessThan: Op.DateLessThan,
  DateLessThanEquals: Op.DateLessThanEquals,
  DateGreaterThan: Op.DateGreaterThan,
  DateGreaterThanEquals: Op.DateGreaterThanEquals,
  Bool: Op.Bool,
  BinaryEquals: Op.BinaryEquals,
  IpAddress: Op.IpAddress,
  NotIpAddress: Op.IpAddress,
  ArnEquals: Op.ArnLike,
  ArnLike: Op.ArnLike,
  ArnNotEquals: Op.ArnLike,
  ArnNotLike: Op.ArnLike,
  Null: Op.Null,
};

function operandWord(op: Op, operand: Operand, interner: Interner): number {
  switch (op) {
    case Op.StringEquals:
    case Op.StringLike:
      return interner.pattern(operand.template, "text");
    case Op.StringEqualsIgnoreCase:
      return loweredWord(operand.template, interner);
    case Op.ArnLike:
      return interner.pattern(operand.template, "arn");
    case Op.Bool:
      return hasVariable(operand.template)
        ? interner.pattern(operand.template, "text") | OperandWord.Tagged
        : Number(asBool(textOf(operand.template)));
    case Op.Null:
      return operand.text.toLowerCase() === "true" ? 1 : 0;
    case Op.BinaryEquals: {
      const bytes = operand.variableInLiteral ? null : decodeBase64(operand.text);
      return bytes === null ? OperandWord.Invalid : interner.binary(bytes);
    }
    case Op.IpAddress: {
      const range = operand.variableInLiteral ? null : parseIpRange(operand.text);
      if (range === null) return OperandWord.Invalid;
      const address = new Uint8Array(16);
      address.set(range.bytes, 16 - range.bytes.length);
      return interner.range(range.family, range.prefix + 128 - range.bytes.length * 8, address);
    }
    case Op.NumericEquals:
    case Op.NumericLessThan:
    case Op.NumericLessThanEquals:
    case Op.NumericGreaterThan:
    case Op.NumericGreaterThanEquals:
      return numberWord(operand, interner);
    case Op.DateEquals:
    case Op.DateLessThan:
    case Op.DateLessThanEquals:
    case Op.DateGreaterThan:
    case Op.DateGreaterThanEquals:
      return dateWord(operand, interner);
    case Op.End:
      throw new Error("`End` takes no operand");
  }
}

/** COND-21: lower-cased as a whole, since a final sigma depends on what stands before it. */
function loweredWord(template: Template, interner: Interner): number {
  if (hasVariable(template)) return interner.computedKey(template) | OperandWord.Tagged;
  return interner.pattern([{ kind: "text", text: textOf(template).toLowerCase() }], "text");
}

function numberWord(operand: Operand, interner: Interner): number {
  const decimal = operand.variableInLiteral ? null : parseDecimal(operand.text);
  if (decimal === null) return OperandWord.Invalid;
  return interner.literal("numbers", [
    decimal.negative ? 1 : 0,
    decimal.exponent >>> 0,
    interner.string(decimal.digits),
  ]);
}

function dateWord(operand: Operand, interner: Interner): number {
  const milliseconds = operand.variableInLiteral ? null : parseDate(operand.text);
  if (milliseconds === null) return OperandWord.Invalid;
  const bits = BigInt.asUintN(64, BigInt(milliseconds));
  return interner.literal("dates", [Number(bits & 0xffff_ffffn), Number(bits >> 32n)]);
}

function hasVariable(template: Template): boolean {
  return template.some((part) => part.kind === "variable");
}

/** The text of a template that holds text only. */
function textOf(template: Template): string {
  return template.map((part) => (part.kind === "text" ? part.text : "")).join("");
}
