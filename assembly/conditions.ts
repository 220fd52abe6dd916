/** Condition blocks: one instruction after the other, all of which must hold (§4.3, §4.12, §4a.1). */
import { ArnShape, CardinalityCode, KeyKind, OptionBits, SlotState, Truth } from "../src/bytecode/layout";
import { Mark, Modifier, Op, OperandWord, PatternKind, Qualifier } from "../src/bytecode/opcodes";
import {
  codeAt,
  keyCardinality,
  keyKind,
  keyOf,
  option,
  patternArnShape,
  patternAt,
  patternKind,
  patternLength,
  patternLiteral,
  slotLength,
  slotPointer,
  slotState,
  variableKey,
} from "./bundle";
import {
  compareInstant,
  compareNumber,
  holds,
  inRange,
  isTrue,
  parseAddress,
  parseBase64,
  parseInstant,
  parseNumber,
  sameBinary,
} from "./compare";
import { expand, expandedColons, expandedLength, expandedMatches, expandedTooLong, resolved } from "./expand";
import { globGreedy, matches, sameBytes } from "./glob";
import { expansion } from "./memory";
import { Atom, ATOMS_MAX, isFixed, isFixedByCaller, numberOf } from "./residual";
import { addSteps } from "./steps";

/** Whether a request gives several values to single-valued keys on purpose (`extraValues=multi`): every key is unlisted. */
let everyKeyUnlisted: bool = false;

export function setEveryKeyUnlisted(on: bool): void {
  everyKeyUnlisted = on;
}

/** Truth of a condition block. */
export function blockTruth(offset: u32, deny: bool): u32 {
  let truth: u32 = Truth.True;
  for (let pc = codeAt(offset); opAt(pc) != Op.End; pc = nextInstruction(pc)) {
    truth = min(truth, entryTruth(pc, deny));
    if (truth == Truth.False) return truth;
  }
  return truth;
}

/** Whether `fixedTruth` saw the whole block. */
export let allFixed: bool = false;

/** Truth of those entries of a block that caller and resource settle. */
export function fixedTruth(offset: u32, deny: bool): u32 {
  let truth: u32 = Truth.True;
  allFixed = true;
  for (let pc = codeAt(offset); opAt(pc) != Op.End; pc = nextInstruction(pc)) {
    if (entryFixed(pc)) truth = min(truth, entryTruth(pc, deny));
    else allFixed = false;
  }
  return truth;
}

/** Whether neither the key nor any variable of an entry can have a value that the request gives. */
function entryFixed(pc: u32): bool {
  if (!isFixed(keyAt(pc))) return false;
  const op = opAt(pc);
  const count = operandCount(pc);
  for (let index: u32 = 0; index < count; index++) {
    const pattern = variablePatternOf(op, operandAt(pc, index));
    if (pattern != <u32>-1 && !variablesFixed(pattern)) return false;
  }
  return true;
}

/**
 * Adds the open entries of a block to `count` atoms at `rows`, equal ones once. More than ATOMS_MAX in return: there are too
 * many, or one holds a variable that the request gives, so that its truth does not hang on its key alone.
 */
export function blockAtoms(offset: u32, deny: bool, rows: u32, count: u32, caller: u32): u32 {
  for (let pc = codeAt(offset); opAt(pc) != Op.End; pc = nextInstruction(pc)) {
    if (entryFixed(pc)) continue;
    const variables = variablesOf(pc);
    if (variables == Variables.Open) return ATOMS_MAX + 1;
    // What a malformed ARN means is the only thing that hangs on the effect (COND-63).
    const instruction = opAt(pc) == Op.ArnLike && deny ? pc | 1 : pc;
    let known: u32 = 0;
    while (known < count && !sameInstruction(load<u32>(rows + known * Atom.Size, Atom.Instruction), instruction)) known++;
    if (known < count) continue;
    if (count == ATOMS_MAX) return ATOMS_MAX + 1;
    const atom = rows + count++ * Atom.Size;
    store<u32>(atom, instruction, Atom.Instruction);
    store<u32>(atom, keyAt(pc), Atom.Key);
    store<u32>(atom, variables == Variables.None ? instruction : atom, Atom.Memory);
    let number: u32 = 0;
    if (variables == Variables.None) number = numberOf(instruction, 0);
    else if (variables == Variables.FixedByCaller) number = numberOf(instruction, caller);
    store<u32>(atom, number, Atom.Number);
    store<u32>(atom, 0, Atom.Absent);
  }
  return count;
}

const enum Variables {
  None = 0,
  /** The caller settles them all. */
  FixedByCaller = 1,
  /** Caller and resource do. */
  Fixed = 2,
  Open = 3,
}

function variablesOf(pc: u32): u32 {
  const op = opAt(pc);
  const count = operandCount(pc);
  let found: u32 = Variables.None;
  for (let index: u32 = 0; index < count; index++) {
    const pattern = variablePatternOf(op, operandAt(pc, index));
    if (pattern == <u32>-1) continue;
    found = max(found, ownersOf(pattern));
  }
  return found;
}

/** Who settles the variables of a pattern. */
function ownersOf(pattern: u32): u32 {
  const text = patternAt(pattern);
  const length = patternLength(pattern);
  let found: u32 = Variables.FixedByCaller;
  let at: u32 = 0;
  while (at < length) {
    if (load<u8>(text + at) != Mark.Variable) {
      at++;
      continue;
    }
    const key = variableKey(load<u32>(text + at + 1));
    if (!isFixed(key)) return Variables.Open;
    if (!isFixedByCaller(key)) found = Variables.Fixed;
    at += 5;
  }
  return found;
}

function sameInstruction(left: u32, right: u32): bool {
  if ((left ^ right) & 1) return false;
  const one = left & ~(<u32>1);
  const other = right & ~(<u32>1);
  const bytes = nextInstruction(one) - one;
  return bytes == nextInstruction(other) - other && sameBytes(one, other, bytes);
}

/** Whether caller and resource settle all variables of a pattern. */
export function variablesFixed(pattern: u32): bool {
  const text = patternAt(pattern);
  const length = patternLength(pattern);
  let at: u32 = 0;
  while (at < length) {
    if (load<u8>(text + at) != Mark.Variable) {
      at++;
      continue;
    }
    if (!isFixed(variableKey(load<u32>(text + at + 1)))) return false;
    at += 5;
  }
  return true;
}

/** Place of the first entry of a block whose truth is `truth`. */
export function firstEntryWith(offset: u32, deny: bool, truth: u32): u32 {
  let entry: u32 = 0;
  for (let pc = codeAt(offset); opAt(pc) != Op.End; pc = nextInstruction(pc)) {
    if (entryTruth(pc, deny) == truth) return entry;
    entry++;
  }
  return entry;
}

export function firstInstruction(offset: u32): u32 {
  return codeAt(offset);
}

export function opAt(pc: u32): u32 {
  return load<u8>(pc);
}

export function keyAt(pc: u32): u32 {
  return load<u32>(pc, 4);
}

export function operandCount(pc: u32): u32 {
  return load<u32>(pc, 8);
}

export function operandAt(pc: u32, index: u32): u32 {
  return load<u32>(pc + index * 4, 12);
}

export function nextInstruction(pc: u32): u32 {
  return pc + 12 + operandCount(pc) * 4;
}

function modified(pc: u32, modifier: u32): bool {
  return (load<u8>(pc, 2) & modifier) != 0;
}

/** Truth of one entry (§4.12, 3V-4). */
export function entryTruth(pc: u32, deny: bool): u32 {
  addSteps(1);
  const key = keyAt(pc);
  const state = slotState(key);
  if (opAt(pc) == Op.Null) return presenceTruth(pc, state);
  const qualifier = load<u8>(pc, 1);
  const negated = modified(pc, Modifier.Negated);
  if (state == SlotState.Unknown) return unknownTruth(pc, key, qualifier, negated);
  if (state == SlotState.Absent) {
    if (qualifier == Qualifier.ForAnyValue) {
      return holds(modified(pc, Modifier.IfExists) && option(OptionBits.ForAnyValueIfExists));
    }
    return holds(modified(pc, Modifier.IfExists) || qualifier == Qualifier.ForAllValues || negated);
  }
  if (state == SlotState.Single) return valueTruth(pc, slotPointer(key), slotLength(key), negated, deny);
  if (qualifier == Qualifier.None) return Truth.False;
  const pairs = slotPointer(key);
  const count = slotLength(key);
  if (qualifier == Qualifier.ForAllValues) {
    let truth: u32 = Truth.True;
    for (let index: u32 = 0; index < count && truth != Truth.False; index++) {
      truth = min(truth, valueTruth(pc, load<u32>(pairs + index * 8), load<u32>(pairs + index * 8, 4), negated, deny));
    }
    return truth;
  }
  let truth: u32 = Truth.False;
  for (let index: u32 = 0; index < count && truth != Truth.True; index++) {
    truth = max(truth, valueTruth(pc, load<u32>(pairs + index * 8), load<u32>(pairs + index * 8, 4), negated, deny));
  }
  return truth;
}

/** Null: COND-70. */
function presenceTruth(pc: u32, state: u32): u32 {
  let wantsAbsent = false;
  let wantsPresent = false;
  const count = operandCount(pc);
  for (let index: u32 = 0; index < count; index++) {
    if (operandAt(pc, index) == 1) wantsAbsent = true;
    else wantsPresent = true;
  }
  if (state == SlotState.Unknown) {
    if (wantsAbsent == wantsPresent) return holds(wantsAbsent);
    return Truth.Unknown;
  }
  return holds(state == SlotState.Absent ? wantsAbsent : wantsPresent);
}

/** An entry whose key is unknown: definite only where every completion agrees (3V-4). */
function unknownTruth(pc: u32, key: u32, qualifier: u32, negated: bool): u32 {
  // The outcome on whatever value is present: False, True, or Unknown where it varies.
  const outcome = outcomeOnAnyValue(pc, negated);
  if (qualifier == Qualifier.ForAllValues) return outcome == Truth.True ? Truth.True : Truth.Unknown;
  if (qualifier == Qualifier.ForAnyValue) {
    return outcome == Truth.False && !(modified(pc, Modifier.IfExists) && option(OptionBits.ForAnyValueIfExists))
      ? Truth.False
      : Truth.Unknown;
  }
  const cardinality = everyKeyUnlisted ? CardinalityCode.Unlisted : keyCardinality(key);
  if (modified(pc, Modifier.IfExists)) {
    return cardinality == CardinalityCode.Single && outcome == Truth.True ? Truth.True : Truth.Unknown;
  }
  if (negated) return cardinality == CardinalityCode.Single && outcome == Truth.True ? Truth.True : Truth.Unknown;
  if (cardinality == CardinalityCode.Multi) return Truth.False;
  return outcome == Truth.False ? Truth.False : Truth.Unknown;
}

/** First table of 3V-4. */
function outcomeOnAnyValue(pc: u32, negated: bool): u32 {
  const count = operandCount(pc);
  if (count == 0) return Truth.False;
  const op = opAt(pc);
  if (op == Op.StringLike) {
    for (let index: u32 = 0; index < count; index++) {
      if (patternKind(operandAt(pc, index)) == PatternKind.Any) return negated ? Truth.False : Truth.True;
    }
  }
  if (op == Op.StringLike || op == Op.StringEquals || op == Op.StringEqualsIgnoreCase) {
    for (let index: u32 = 0; index < count; index++) {
      if (operandResolved(op, operandAt(pc, index)) != Truth.False) return Truth.Unknown;
    }
    return negated ? Truth.True : Truth.False;
  }
  return Truth.Unknown;
}

/** Whether an operand's variables have values; a text without variables is resolved. */
function operandResolved(op: u32, operand: u32): u32 {
  if (op == Op.StringEqualsIgnoreCase && operand & <u32>OperandWord.Tagged) {
    const state = slotState(operand & ~(<u32>OperandWord.Tagged));
    return state == SlotState.Absent ? Truth.False : state == SlotState.Unknown ? Truth.Unknown : Truth.True;
  }
  if (patternKind(operand) != PatternKind.Variables) return Truth.True;
  return resolved(patternAt(operand), patternLength(operand));
}

/** One request value against all operands; the negation is that of the whole list (COND-1). */
function valueTruth(pc: u32, value: u32, length: u32, negated: bool, deny: bool): u32 {
  const count = operandCount(pc);
  if (count == 0) return Truth.False;
  switch (<i32>opAt(pc)) {
    case Op.StringEquals:
    case Op.StringEqualsIgnoreCase:
    case Op.StringLike:
      return turned(anyString(pc, count, value, length), negated);
    case Op.NumericEquals:
    case Op.NumericLessThan:
    case Op.NumericLessThanEquals:
    case Op.NumericGreaterThan:
    case Op.NumericGreaterThanEquals:
      if (!parseNumber(value, length)) return holds(negated);
      return turned(anyNumber(pc, count), negated);
    case Op.DateEquals:
    case Op.DateLessThan:
    case Op.DateLessThanEquals:
    case Op.DateGreaterThan:
    case Op.DateGreaterThanEquals:
      if (!parseInstant(value, length)) return holds(negated);
      return turned(anyDate(pc, count), negated);
    case Op.Bool:
      return anyBoolean(pc, count, isTrue(value, length));
    case Op.BinaryEquals:
      if (!parseBase64(value, length)) return Truth.False;
      return anyBinary(pc, count);
    case Op.IpAddress:
      if (!parseAddress(value, length)) return Truth.False;
      return turned(anyRange(pc, count), negated);
    case Op.ArnLike:
      return arnTruth(pc, count, value, length, negated, deny);
    default:
      return unreachable();
  }
}

function turned(truth: u32, negated: bool): u32 {
  return negated ? Truth.True - truth : truth;
}

function anyString(pc: u32, count: u32, value: u32, length: u32): u32 {
  const op = opAt(pc);
  let truth: u32 = Truth.False;
  for (let index: u32 = 0; index < count; index++) {
    truth = max(truth, stringTruth(op, operandAt(pc, index), value, length));
    if (truth == Truth.True) break;
  }
  return truth;
}

function stringTruth(op: u32, operand: u32, value: u32, length: u32): u32 {
  if (op == Op.StringEqualsIgnoreCase && operand & <u32>OperandWord.Tagged) {
    const key = operand & ~(<u32>OperandWord.Tagged);
    const state = slotState(key);
    if (state == SlotState.Unknown) return Truth.Unknown;
    if (state == SlotState.Absent) return Truth.False;
    return holds(slotLength(key) == length && sameBytes(slotPointer(key), value, length));
  }
  const kind = patternKind(operand);
  const pattern = patternAt(operand);
  if (kind != PatternKind.Variables) return holds(matches(kind, pattern, patternLength(operand), patternLiteral(operand), value, length));
  // An unknown variable stands as a free star: if not even that matches, no value of it does (3V-5).
  const known = expand(pattern, patternLength(operand), length);
  if (known == Truth.False || !expandedMatches(value, length)) return Truth.False;
  return known;
}

function anyNumber(pc: u32, count: u32): u32 {
  for (let index: u32 = 0; index < count; index++) {
    const operand = operandAt(pc, index);
    if (operand != <u32>OperandWord.Invalid && ordered(opAt(pc) - Op.NumericEquals, compareNumber(operand))) {
      return Truth.True;
    }
  }
  return Truth.False;
}

function anyDate(pc: u32, count: u32): u32 {
  for (let index: u32 = 0; index < count; index++) {
    const operand = operandAt(pc, index);
    if (operand != <u32>OperandWord.Invalid && ordered(opAt(pc) - Op.DateEquals, compareInstant(operand))) {
      return Truth.True;
    }
  }
  return Truth.False;
}

/** Whether a sign satisfies an order: 0 equals, 1 less, 2 less or equal, 3 greater, 4 greater or equal. */
function ordered(order: u32, sign: i32): bool {
  switch (<i32>order) {
    case 0:
      return sign == 0;
    case 1:
      return sign < 0;
    case 2:
      return sign <= 0;
    case 3:
      return sign > 0;
    case 4:
      return sign >= 0;
    default:
      return unreachable();
  }
}

function anyBoolean(pc: u32, count: u32, value: bool): u32 {
  let truth: u32 = Truth.False;
  for (let index: u32 = 0; index < count; index++) {
    const operand = operandAt(pc, index);
    let one: u32;
    if (operand & <u32>OperandWord.Tagged) {
      const pattern = operand & ~(<u32>OperandWord.Tagged);
      // `true` has four bytes: a longer text is false whatever it says.
      one = expand(patternAt(pattern), patternLength(pattern), 5);
      if (one == Truth.True) one = holds((!expandedTooLong && isTrue(expansion, expandedLength)) == value);
    } else {
      one = holds((operand != 0) == value);
    }
    truth = max(truth, one);
  }
  return truth;
}

function anyBinary(pc: u32, count: u32): u32 {
  for (let index: u32 = 0; index < count; index++) {
    const operand = operandAt(pc, index);
    if (operand != <u32>OperandWord.Invalid && sameBinary(operand)) return Truth.True;
  }
  return Truth.False;
}

function anyRange(pc: u32, count: u32): u32 {
  for (let index: u32 = 0; index < count; index++) {
    const operand = operandAt(pc, index);
    if (operand != <u32>OperandWord.Invalid && inRange(operand)) return Truth.True;
  }
  return Truth.False;
}

/** The ARN operators (COND-63): operands in order, a malformed one ends the scan on the safe side. */
function arnTruth(pc: u32, count: u32, value: u32, length: u32, negated: bool, deny: bool): u32 {
  if (!isArn(value, length)) return Truth.False;
  for (let index: u32 = 0; index < count; index++) {
    const operand = operandAt(pc, index);
    let pattern = patternAt(operand);
    let patternBytes = patternLength(operand);
    let shape = patternArnShape(operand);
    let tooLong = false;
    if (patternKind(operand) == PatternKind.Variables) {
      const known = expand(pattern, patternBytes, length);
      if (known == Truth.False) continue;
      if (known == Truth.Unknown) return Truth.Unknown;
      pattern = expansion;
      patternBytes = expandedLength;
      tooLong = expandedTooLong;
      shape =
        expandedColons >= 5 && patternBytes >= 4 && load<u32>(pattern) == ARN_PREFIX
          ? ArnShape.Components
          : ArnShape.Malformed;
    }
    if (shape == ArnShape.Malformed) return holds(deny);
    if (shape == ArnShape.Any || (!tooLong && componentsMatch(pattern, patternBytes, value, length))) {
      return holds(!negated);
    }
  }
  return holds(negated);
}

/** `arn:`, little-endian. */
const ARN_PREFIX: u32 = 0x3a6e7261;

/** Six components, the first of which is `arn`. */
function isArn(text: u32, length: u32): bool {
  addSteps(length + 1);
  if (length < 8 || load<u32>(text) != ARN_PREFIX) return false;
  let colons: u32 = 0;
  for (let at: u32 = 0; at < length && colons < 5; at++) if (load<u8>(text + at) == 0x3a) colons++;
  return colons == 5;
}

/** Pairwise, component by component; the sixth keeps its colons. Both sides have six. */
function componentsMatch(pattern: u32, patternLength: u32, text: u32, textLength: u32): bool {
  let p: u32 = 0;
  let t: u32 = 0;
  for (let component: u32 = 0; component < 5; component++) {
    const pEnd = nextColon(pattern, patternLength, p);
    const tEnd = nextColon(text, textLength, t);
    if (!globGreedy(pattern + p, pEnd - p, text + t, tEnd - t)) return false;
    p = pEnd + 1;
    t = tEnd + 1;
  }
  return globGreedy(pattern + p, patternLength - p, text + t, textLength - t);
}

function nextColon(text: u32, length: u32, from: u32): u32 {
  while (from < length && load<u8>(text + from) != 0x3a) from++;
  return from;
}

/** Whether an operand's word carries a pattern with variables, and which; None (-1) otherwise. For causes. */
export function variablePatternOf(op: u32, operand: u32): u32 {
  const none: u32 = <u32>-1;
  switch (<i32>op) {
    case Op.StringEquals:
    case Op.StringLike:
    case Op.ArnLike:
      return patternKind(operand) == PatternKind.Variables ? operand : none;
    case Op.StringEqualsIgnoreCase:
      if (!(operand & <u32>OperandWord.Tagged)) return none;
      return keyOf(operand & ~(<u32>OperandWord.Tagged));
    case Op.Bool:
      return operand & <u32>OperandWord.Tagged ? operand & ~(<u32>OperandWord.Tagged) : none;
    default:
      return none;
  }
}

/** The key whose being unknown is the cause: lowered keys stand for their plain ones. */
export function plainKey(key: u32): u32 {
  return keyKind(key) == KeyKind.Lowered ? keyOf(key) : key;
}
