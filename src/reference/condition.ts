/** Conditions (§4): whether an entry of a Condition element holds (COND-1, tables of §4.3; unknown keys: 3V-4, 3V-5). */
import {
  asBool,
  compareDecimals,
  decodeBase64,
  isInRange,
  parseDate,
  parseDecimal,
  parseIpAddress,
  parseIpRange,
} from "../policy/literals.js";
import type { ConditionEntry, Effect, Operand } from "../policy/model.js";
import { OPERATORS, type OperatorRow, type Relation } from "../policy/operators.js";
import type { WorldOptions } from "../policy/options.js";
import type { Truth } from "../request/decision.js";
import type { Cardinality, Context } from "../request/question.js";
import { certainly, conjunction, disjunction, hangsOnKeys, known, type Logic, negation } from "./kleene.js";
import { arnMatches, globMatches, isArn, isArnPattern, STAR } from "./match.js";
import { type Filled, fill, textOf, unknownKeysOf } from "./variables.js";

/** Whether the entry holds. An unknown one hangs on every unknown key that it reads, whichever mattered (3V-11). */
export function entryHolds(entry: ConditionEntry, effect: Effect, context: Context, options: WorldOptions): Logic {
  const truth = entryTruth(entry, effect, context, options);
  if (truth !== "U") return known(truth === "T");
  const own = context.get(entry.key).state === "unknown" ? [entry.key] : [];
  const templates = entry.operands.map((operand) => operand.template);
  return hangsOnKeys([...own, ...unknownKeysOf(templates, context)]);
}

function entryTruth(entry: ConditionEntry, effect: Effect, context: Context, options: WorldOptions): Truth {
  const slot = context.get(entry.key);
  switch (slot.state) {
    case "absent":
      return certainly(holdsForMissing(entry, options));
    case "single":
      return holdsForSingle(entry, slot.value, effect, context);
    case "multi":
      return holdsForMulti(entry, slot.values, effect, context);
    case "unknown":
      return holdsForUnknown(entry, context, options);
  }
}

/** §4.3, "Key missing" (COND-10, COND-14, COND-15). */
function holdsForMissing(entry: ConditionEntry, options: WorldOptions): boolean {
  const { base, qualifier, ifExists } = entry.operator;
  if (base === "Null") return nullHolds(entry, false);
  if (qualifier === "any") return ifExists && options.forAnyValueIfExists;
  if (qualifier === "all" || ifExists) return true;
  return OPERATORS[base].negated;
}

/** §4.3, "Single key present": a set operator sees a set of one. */
function holdsForSingle(entry: ConditionEntry, value: string, effect: Effect, context: Context): Truth {
  if (entry.operator.base === "Null") return certainly(nullHolds(entry, true));
  return one(entry, value, effect, context);
}

/** §4.3, "Multi key present" and "Present-empty" (COND-11: without a set operator never). */
function holdsForMulti(entry: ConditionEntry, values: readonly string[], effect: Effect, context: Context): Truth {
  if (entry.operator.base === "Null") return certainly(nullHolds(entry, true));
  const each = () => values.map((value) => one(entry, value, effect, context));
  switch (entry.operator.qualifier) {
    case "none":
      return "F";
    case "all":
      return conjunction(each());
    case "any":
      return disjunction(each());
  }
}

/** COND-70: `true` requires that the key is absent, any other text that it is present; a qualifier says nothing. */
function nullHolds(entry: ConditionEntry, isPresent: boolean): boolean {
  return entry.operands.some((operand) => requiresAbsence(operand) !== isPresent);
}

function requiresAbsence(operand: Operand): boolean {
  return operand.text.toLowerCase() === "true";
}

// --- unknown keys ---------------------------------------------------------------------------------------------------------

/** 3V-4, second table: certain only where every state and value that the key can turn out to have gives the same. */
function holdsForUnknown(entry: ConditionEntry, context: Context, options: WorldOptions): Truth {
  const { base, qualifier, ifExists } = entry.operator;
  if (base === "Null") return nullOfUnknown(entry);
  const outcome = outcomeOnAnyValue(entry, context);
  const cardinality = context.cardinality(entry.key);
  if (qualifier === "all") return outcome === "T" ? "T" : "U";
  if (qualifier === "any") {
    // COND-15's option: a missing key would satisfy it.
    return outcome === "F" && !(ifExists && options.forAnyValueIfExists) ? "F" : "U";
  }
  if (ifExists) return cardinality === "single" && outcome === "T" ? "T" : "U";
  return plainOnUnknown(OPERATORS[base].negated, cardinality, outcome);
}

/** The rows "plain, positive / relational" and "plain, negated" of 3V-4. */
function plainOnUnknown(negated: boolean, cardinality: Cardinality, outcome: Outcome): Truth {
  if (negated) return cardinality === "single" && outcome === "T" ? "T" : "U";
  if (cardinality === "multi") return "F";
  return outcome === "F" ? "F" : "U";
}

function nullOfUnknown(entry: ConditionEntry): Truth {
  if (entry.operands.length === 0) return "F";
  const wishes = new Set(entry.operands.map(requiresAbsence));
  return wishes.size === 2 ? "T" : "U";
}

type Outcome = "T" | "F" | "varies";

/** 3V-4, first table: what `one` says of whatever value is present. The first row that fits counts. */
function outcomeOnAnyValue(entry: ConditionEntry, context: Context): Outcome {
  const row: OperatorRow = OPERATORS[entry.operator.base];
  if (entry.operands.length === 0) return "F";
  // Of the string operators only StringLike has live wildcards (COND-20).
  if (row.family === "string" && entry.operands.some(isAnything)) return row.negated ? "F" : "T";
  const isUnresolved = (operand: Operand) => fill(operand.template, context).kind === "unresolved";
  if (row.family === "string" && entry.operands.every(isUnresolved)) return row.negated ? "T" : "F";
  return "varies";
}

function isAnything(operand: Operand): boolean {
  return operand.template.length > 0 && operand.template.every((part) => part.kind === "star");
}

// --- one value -------------------------------------------------------------------------------------------------------------

/** `one` of §4.12: one request value against the operands, negation included. */
function one(entry: ConditionEntry, value: string, effect: Effect, context: Context): Truth {
  if (entry.operands.length === 0) return "F";
  const row: OperatorRow = OPERATORS[entry.operator.base];
  switch (row.family) {
    case "string":
      return turned(
        row,
        anyOf(entry, (operand) => stringMatches(row.relation, value, fill(operand.template, context))),
      );
    case "numeric":
      return numeric(row, value, entry);
    case "date":
      return date(row, value, entry);
    case "bool":
      return anyOf(entry, (operand) => boolMatches(value, fill(operand.template, context)));
    case "binary":
      return binary(value, entry);
    case "ip":
      return ip(row, value, entry);
    case "arn":
      return arn(row, value, entry, effect, context);
    case "null":
      throw new Error("`Null` reads no value");
  }
}

/** COND-1: the operands of a positive operator OR, those of a negated one NOR. */
function anyOf(entry: ConditionEntry, matches: (operand: Operand) => Truth): Truth {
  return disjunction(entry.operands.map(matches));
}

function turned(row: OperatorRow, truth: Truth): Truth {
  return row.negated ? negation(truth) : truth;
}

/** §4.4; an unknown variable: 3V-5, which knows more about the operators that compare case. */
function stringMatches(relation: Relation, value: string, operand: Filled): Truth {
  if (operand.kind === "unresolved") return "F";
  if (relation === "equalsIgnoreCase") {
    const text = textOf(operand);
    return text === null ? "U" : certainly(value.toLowerCase() === text.toLowerCase());
  }
  // COND-20, COND-22: only StringLike has live wildcards, and the parser has left none in other operands.
  if (!globMatches(operand.pattern, value)) return "F";
  return operand.kind === "known" ? "T" : "U";
}

/** COND-30, COND-31. */
function numeric(row: OperatorRow, value: string, entry: ConditionEntry): Truth {
  const given = parseDecimal(value);
  if (given === null) return certainly(row.negated);
  const matches = (operand: Operand) => {
    const wanted = literalOf(operand, parseDecimal);
    return certainly(wanted !== null && holdsInOrder(row.relation, compareDecimals(given, wanted)));
  };
  return turned(row, anyOf(entry, matches));
}

/** COND-40, COND-41. */
function date(row: OperatorRow, value: string, entry: ConditionEntry): Truth {
  const given = parseDate(value);
  if (given === null) return certainly(row.negated);
  const matches = (operand: Operand) => {
    const wanted = literalOf(operand, parseDate);
    return certainly(wanted !== null && holdsInOrder(row.relation, given - wanted));
  };
  return turned(row, anyOf(entry, matches));
}

/** VAR-3: where no variable may stand, an operand that holds one is invalid. */
function literalOf<T>(operand: Operand, parse: (text: string) => T | null): T | null {
  return operand.variableInLiteral ? null : parse(operand.text);
}

/** `order` is below, at or above zero as the request's value is less than, equal to or greater than the operand. */
function holdsInOrder(relation: Relation, order: number): boolean {
  switch (relation) {
    case "equals":
      return order === 0;
    case "less":
      return order < 0;
    case "lessOrEqual":
      return order <= 0;
    case "greater":
      return order > 0;
    case "greaterOrEqual":
      return order >= 0;
    case "equalsIgnoreCase":
    case "like":
    case "within":
    case "absent":
      throw new Error(`\`${relation}\` is no order`);
  }
}

/** COND-50; variables in lenient mode only (VAR-3). */
function boolMatches(value: string, operand: Filled): Truth {
  if (operand.kind === "unresolved") return "F";
  const text = textOf(operand);
  return text === null ? "U" : certainly(asBool(value) === asBool(text));
}

/** COND-55: by decoded bytes. */
function binary(value: string, entry: ConditionEntry): Truth {
  const given = decodeBase64(value);
  if (given === null) return "F";
  return anyOf(entry, (operand) => {
    const wanted = literalOf(operand, decodeBase64);
    return certainly(
      wanted !== null && given.length === wanted.length && given.every((byte, at) => byte === wanted[at]),
    );
  });
}

/** COND-60, COND-61: of a malformed value even NotIpAddress is false. */
function ip(row: OperatorRow, value: string, entry: ConditionEntry): Truth {
  const given = parseIpAddress(value);
  if (given === null) return "F";
  const matches = (operand: Operand) => {
    const range = literalOf(operand, parseIpRange);
    return certainly(range !== null && isInRange(given, range));
  };
  return turned(row, anyOf(entry, matches));
}

/**
 * `arnOp` of COND-63. The operands are read in their order: one that matches ends the search, and so does a malformed one,
 * which fails closed: no Allow, but a Deny. An unknown one leaves all that follows unknown (3V-5).
 */
function arn(row: OperatorRow, value: string, entry: ConditionEntry, effect: Effect, context: Context): Truth {
  if (!isArn(value)) return "F";
  for (const operand of entry.operands) {
    const filled = fill(operand.template, context);
    if (filled.kind === "unknown") return "U";
    if (filled.kind === "unresolved") continue;
    const isAny = filled.pattern.length === 1 && filled.pattern[0] === STAR;
    if (!isAny && !isArnPattern(filled.pattern)) return certainly(effect === "Deny");
    if (isAny || arnMatches(filled.pattern, value)) return certainly(!row.negated);
  }
  return certainly(row.negated);
}
