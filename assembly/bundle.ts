/**
 * Where the sections of the image in use begin. Two images can be loaded: the world's bundle and, for session policies that
 * arrived at run time, an overlay; `use` switches between them and their slots. Everything here was checked by the verifier.
 */
import {
  ElementRecord,
  Header,
  KeyRecord,
  OptionBits,
  PatternRecord,
  Section,
  SetRecord,
  SlotRecord,
  StatementRecord,
  StringRecord,
  VariableRecord,
} from "../src/bytecode/layout";

export let image: u32 = 0;
export let slots: u32 = 0;
/** 0: the world's bundle; 1: the overlay. */
export let imageIndex: u32 = 0;

let strings: u32 = 0;
let stringBytes: u32 = 0;
let patterns: u32 = 0;
let patternBytes: u32 = 0;
let variables: u32 = 0;
let keys: u32 = 0;
export let numbers: u32 = 0;
export let dates: u32 = 0;
export let ranges: u32 = 0;
let binaries: u32 = 0;
let code: u32 = 0;
let pool: u32 = 0;
let actionPatterns: u32 = 0;
let elements: u32 = 0;
let statements: u32 = 0;
let policies: u32 = 0;
let sets: u32 = 0;
let levels: u32 = 0;
let options: u32 = 0;

/** Reads from the image at `base` with the slots at `slotBase` from now on. */
export function use(base: u32, slotBase: u32, index: u32): void {
  if (base == image && slotBase == slots) return;
  image = base;
  slots = slotBase;
  imageIndex = index;
  strings = section(Section.Strings);
  stringBytes = section(Section.StringBytes);
  patterns = section(Section.Patterns);
  patternBytes = section(Section.PatternBytes);
  variables = section(Section.Variables);
  keys = section(Section.Keys);
  numbers = section(Section.Numbers);
  dates = section(Section.Dates);
  ranges = section(Section.Ranges);
  binaries = section(Section.Binaries);
  code = section(Section.Code);
  pool = section(Section.Pool);
  actionPatterns = section(Section.ActionPatterns);
  elements = section(Section.Elements);
  statements = section(Section.Statements);
  policies = section(Section.Policies);
  sets = section(Section.Sets);
  levels = section(Section.Levels);
  options = load<u32>(base, Header.Options);
}

export function section(index: u32): u32 {
  return image + load<u32>(image + Header.Sections + index * 8);
}

export function sectionSize(index: u32): u32 {
  return load<u32>(image + Header.Sections + index * 8 + 4);
}

export function option(bit: u32): bool {
  return (options & bit) != 0;
}

export function slotCount(): u32 {
  return load<u32>(image, Header.SlotCount);
}

export function stringAt(id: u32): u32 {
  return stringBytes + load<u32>(strings + id * StringRecord.Size, StringRecord.Offset);
}

export function stringLength(id: u32): u32 {
  return load<u32>(strings + id * StringRecord.Size, StringRecord.Length);
}

export function patternAt(id: u32): u32 {
  return patternBytes + load<u32>(patterns + id * PatternRecord.Size, PatternRecord.Offset);
}

export function patternLength(id: u32): u32 {
  return load<u32>(patterns + id * PatternRecord.Size, PatternRecord.Length);
}

export function patternKind(id: u32): u32 {
  return load<u32>(patterns + id * PatternRecord.Size, PatternRecord.Kind);
}

export function patternLiteral(id: u32): u32 {
  return load<u32>(patterns + id * PatternRecord.Size, PatternRecord.Literal);
}

export function patternArnShape(id: u32): u32 {
  return load<u32>(patterns + id * PatternRecord.Size, PatternRecord.Arn);
}

export function variableKey(id: u32): u32 {
  return load<u32>(variables + id * VariableRecord.Size, VariableRecord.Key);
}

export function variableFallback(id: u32): u32 {
  return load<u32>(variables + id * VariableRecord.Size, VariableRecord.Fallback);
}

export function keyKind(id: u32): u32 {
  return load<u32>(keys + id * KeyRecord.Size, KeyRecord.Kind);
}

export function keyCardinality(id: u32): u32 {
  return load<u32>(keys + id * KeyRecord.Size, KeyRecord.Cardinality);
}

/** Lowered: the plain key. Computed: the pattern. */
export function keyOf(id: u32): u32 {
  return load<u32>(keys + id * KeyRecord.Size, KeyRecord.Of);
}

export function slotState(key: u32): u32 {
  return load<u32>(slots + key * SlotRecord.Size, SlotRecord.State);
}

export function slotPointer(key: u32): u32 {
  return load<u32>(slots + key * SlotRecord.Size, SlotRecord.Pointer);
}

export function slotLength(key: u32): u32 {
  return load<u32>(slots + key * SlotRecord.Size, SlotRecord.Length);
}

export function binaryAt(id: u32): u32 {
  return stringBytes + load<u32>(binaries + id * 8);
}

export function binaryLength(id: u32): u32 {
  return load<u32>(binaries + id * 8, 4);
}

export function codeAt(offset: u32): u32 {
  return code + offset;
}

export function poolAt(index: u32): u32 {
  return pool + index * 4;
}

export function actionPatternAt(id: u32): u32 {
  return patternBytes + load<u32>(actionPatterns + id * 8);
}

export function actionPatternLength(id: u32): u32 {
  return load<u32>(actionPatterns + id * 8, 4);
}

export function actionPatternCount(): u32 {
  return sectionSize(Section.ActionPatterns) / 8;
}

export function elementBits(id: u32): u32 {
  return load<u32>(elements + id * ElementRecord.Size, ElementRecord.Bits);
}

/** First word of an element's entries. */
export function elementAt(id: u32): u32 {
  return pool + load<u32>(elements + id * ElementRecord.Size, ElementRecord.Start) * 4;
}

export function elementCount(id: u32): u32 {
  return load<u32>(elements + id * ElementRecord.Size, ElementRecord.Count);
}

export function statementAt(id: u32): u32 {
  return statements + id * StatementRecord.Size;
}

export function policyFirstStatement(id: u32): u32 {
  return load<u32>(policies + id * 16, 8);
}

export function policyStatementCount(id: u32): u32 {
  return load<u32>(policies + id * 16, 12);
}

/** First pair of policy id and use. */
export function setDocuments(id: u32): u32 {
  return pool + load<u32>(sets + id * SetRecord.Size, SetRecord.Start) * 4;
}

export function setDocumentCount(id: u32): u32 {
  return load<u32>(sets + id * SetRecord.Size, SetRecord.Count);
}

export function setMissingCount(id: u32): u32 {
  return load<u32>(sets + id * SetRecord.Size, SetRecord.MissingCount);
}

/** Whether nothing is known of the set's layer, not even whether anything is attached: it misses just what it is called. */
export function setIsUnheld(id: u32): bool {
  if (setDocumentCount(id) != 0 || setMissingCount(id) != 1) return false;
  const record = sets + id * SetRecord.Size;
  return load<u32>(pool + load<u32>(record, SetRecord.MissingStart) * 4) == load<u32>(record, SetRecord.Label);
}

export function setStatementCount(id: u32): u32 {
  return load<u32>(sets + id * SetRecord.Size, SetRecord.StatementCount);
}

export function setCount(): u32 {
  return sectionSize(Section.Sets) / SetRecord.Size;
}

export function levelsCount(id: u32): u32 {
  return load<u32>(levels + id * 8, 4);
}

export function levelSet(id: u32, level: u32): u32 {
  return load<u32>(poolAt(load<u32>(levels + id * 8) + level));
}

/** Whether resources are matched without regard to segments. */
export function plainResources(): bool {
  return option(OptionBits.PlainResourceGlob);
}
