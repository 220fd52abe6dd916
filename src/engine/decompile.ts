/**
 * Bundle → policies: the statements of a bundle as the policy model, for explanations and for the proof that a bundle means
 * what the reference understands (docs/bytecode.md). Texts are those of the bundle: lower-cased keys, completed ARNs.
 */
import { INSTRUCTIONS } from "../bytecode/instructions.js";
import {
  ActionPatternRecord,
  BinaryRecord,
  DateRecord,
  ElementBits,
  ElementRecord,
  KeyRecord,
  NumberRecord,
  PolicyRecord,
  PolicyTypeCode,
  PrincipalEntryKind,
  PrincipalEntryRecord,
  ProvenanceRecord,
  RangeRecord,
  Section,
  StatementBits,
  StatementRecord,
} from "../bytecode/layout.js";
import { Modifier, Op, Qualifier } from "../bytecode/opcodes.js";
import { type BundleReader, INVALID, NEVER, NONE, TAGGED } from "../bytecode/reader.js";
import type {
  ActionElement,
  ActionPattern,
  ConditionEntry,
  Operand,
  Policy,
  PolicyType,
  PrincipalElement,
  PrincipalEntry,
  Qualifier as QualifierName,
  ResourceElement,
  ResourcePattern,
  Statement,
  Template,
} from "../policy/model.js";
import type { OperatorBase } from "../policy/operators.js";
import type { Source, Span } from "../text/span.js";
import { templateOf, textOfTemplate } from "./templates.js";

const NOWHERE: Span = { start: 0, end: 0 };

/** A policy of the bundle. Principals that were bound to unique IDs are noted in `bindings` (MATCH-42). */
export function decompilePolicy(reader: BundleReader, id: number, bindings?: Map<string, string>): Policy {
  const field = (offset: PolicyRecord) => reader.field(Section.Policies, PolicyRecord.Size, id, offset);
  const first = field(PolicyRecord.FirstStatement);
  const name = reader.string(field(PolicyRecord.Name));
  const type = PolicyTypeCode[field(PolicyRecord.Type)] as PolicyType;
  const source: Source = { name, text: "" };
  const statements = Array.from({ length: field(PolicyRecord.StatementCount) }, (_, index) =>
    decompileStatement(reader, first + index, type, bindings),
  );
  return { name, type, version: "2012-10-17", id: null, statements, source, span: NOWHERE };
}

/** A statement of the bundle. What matches nothing or everything whatever the request comes back as lenient mode writes it. */
export function decompileStatement(
  reader: BundleReader,
  id: number,
  type: PolicyType,
  bindings: Map<string, string> = new Map(),
): Statement {
  const field = (offset: StatementRecord) => reader.field(Section.Statements, StatementRecord.Size, id, offset);
  const denies = field(StatementRecord.Bits) === StatementBits.Deny;
  return {
    index: field(StatementRecord.Index),
    sid: sidOf(reader, id),
    effect: denies ? "Deny" : "Allow",
    principal: principalElement(reader, field(StatementRecord.Principal), bindings),
    action: actionElement(reader, field(StatementRecord.Action), denies),
    resource: resourceElement(reader, field(StatementRecord.Resource), denies, type),
    conditions: conditionEntries(reader, field(StatementRecord.Condition)),
    span: NOWHERE,
  };
}

/** Sid of a statement; null: none. */
export function sidOf(reader: BundleReader, id: number): string | null {
  const field = (offset: ProvenanceRecord) => reader.field(Section.Provenance, ProvenanceRecord.Size, id, offset);
  const length = field(ProvenanceRecord.SidLength);
  return length === 0 ? null : reader.provenanceText(field(ProvenanceRecord.SidOffset), length);
}

function elementWords(reader: BundleReader, id: number): { negated: boolean; start: number; count: number } {
  const field = (offset: ElementRecord) => reader.field(Section.Elements, ElementRecord.Size, id, offset);
  return {
    negated: (field(ElementRecord.Bits) & ElementBits.Negated) !== 0,
    start: field(ElementRecord.Start),
    count: field(ElementRecord.Count),
  };
}

function actionElement(reader: BundleReader, id: number, denies: boolean): ActionElement {
  // GRAM-8: an empty Action never hits, an empty NotAction of a Deny always.
  if (id === NEVER) return { negated: false, patterns: [], span: NOWHERE };
  if (id === NONE) return denies ? { negated: true, patterns: [], span: NOWHERE } : anyAction;
  const { negated, start, count } = elementWords(reader, id);
  const patterns = Array.from({ length: count }, (_, index): ActionPattern => {
    const pattern = reader.pool(start + index);
    const offset = reader.field(Section.ActionPatterns, ActionPatternRecord.Size, pattern, ActionPatternRecord.Offset);
    const length = reader.field(Section.ActionPatterns, ActionPatternRecord.Size, pattern, ActionPatternRecord.Length);
    const text = textOfTemplate(templateOf(reader, reader.slice(Section.PatternBytes, offset, length)));
    return { kind: "pattern", pattern: text, text, span: NOWHERE };
  });
  return { negated, patterns, span: NOWHERE };
}

const anyAction: ActionElement = {
  negated: false,
  patterns: [{ kind: "pattern", pattern: "*", text: "*", span: NOWHERE }],
  span: NOWHERE,
};

function resourceElement(reader: BundleReader, id: number, denies: boolean, type: PolicyType): ResourceElement | null {
  if (id === NEVER) return { negated: false, patterns: [], span: NOWHERE };
  if (id === NONE) {
    if (type === "trust") return null;
    return denies ? { negated: true, patterns: [], span: NOWHERE } : anyResource;
  }
  const { negated, start, count } = elementWords(reader, id);
  const patterns = Array.from({ length: count }, (_, index): ResourcePattern => {
    const template = templateOf(reader, reader.patternBytes(reader.pool(start + index)));
    return { kind: "pattern", template, text: textOfTemplate(template), span: NOWHERE };
  });
  return { negated, patterns, span: NOWHERE };
}

const anyResource: ResourceElement = {
  negated: false,
  patterns: [{ kind: "pattern", template: [{ kind: "star" }], text: "*", span: NOWHERE }],
  span: NOWHERE,
};

function principalElement(reader: BundleReader, id: number, bindings: Map<string, string>): PrincipalElement | null {
  if (id === NONE) return null;
  if (id === NEVER) return { negated: false, entries: [], span: NOWHERE };
  const { negated, start, count } = elementWords(reader, id);
  const entries = Array.from({ length: count }, (_, index) => principalEntry(reader, start + index * 3, bindings));
  return { negated, entries, span: NOWHERE };
}

function principalEntry(reader: BundleReader, at: number, bindings: Map<string, string>): PrincipalEntry {
  const kind: PrincipalEntryKind = reader.pool(at);
  const textId = reader.pool(at + PrincipalEntryRecord.Text / 4);
  const bound = reader.stringOrNull(reader.pool(at + PrincipalEntryRecord.Bound / 4));
  const text = textId === NONE ? "*" : reader.string(textId);
  if (bound !== null) bindings.set(text, bound);
  const common = { text, span: NOWHERE };
  switch (kind) {
    case PrincipalEntryKind.Anyone:
      return { kind: "anyone", aws: false, ...common };
    case PrincipalEntryKind.AwsAnyone:
      return { kind: "anyone", aws: true, ...common };
    case PrincipalEntryKind.Account:
      return { kind: "account", account: text, ...common };
    case PrincipalEntryKind.User:
      return { kind: "user", arn: text, ...common };
    case PrincipalEntryKind.Role:
      return { kind: "role", arn: text, ...common };
    case PrincipalEntryKind.RoleSession:
      return { kind: "roleSession", arn: text, ...common };
    case PrincipalEntryKind.FederatedUser:
      return { kind: "federatedUser", arn: text, ...common };
    case PrincipalEntryKind.UniqueId:
      return { kind: "uniqueId", id: text, ...common };
    case PrincipalEntryKind.OriginAccessIdentity:
      return { kind: "originAccessIdentity", arn: text, ...common };
    case PrincipalEntryKind.Service:
      return { kind: "service", name: text, ...common };
    case PrincipalEntryKind.Federated:
      return { kind: "federated", provider: text, ...common };
    case PrincipalEntryKind.CanonicalUser:
      return { kind: "canonicalUser", id: text, ...common };
    case PrincipalEntryKind.Everyone:
      return { kind: "granted", to: "everyone", ...common };
    case PrincipalEntryKind.Authenticated:
      return { kind: "granted", to: "authenticated", ...common };
  }
}

function conditionEntries(reader: BundleReader, offset: number): readonly ConditionEntry[] {
  const entries: ConditionEntry[] = [];
  for (let at = offset; at !== NONE && reader.code(at) !== Op.End; at += 12 + reader.code(at + 8) * 4) {
    entries.push(conditionEntry(reader, at));
  }
  return entries;
}

function conditionEntry(reader: BundleReader, at: number): ConditionEntry {
  const word = reader.code(at);
  const op: Op = word & 0xff;
  const modifiers = (word >>> 16) & 0xff;
  const base = baseOf(op, modifiers);
  const qualifier = QUALIFIERS[((word >>> 8) & 0xff) as Qualifier];
  const ifExists = (modifiers & Modifier.IfExists) !== 0;
  const key = reader.string(reader.field(Section.Keys, KeyRecord.Size, reader.code(at + 4), KeyRecord.Name));
  const operands = Array.from({ length: reader.code(at + 8) }, (_, index) =>
    operand(reader, op, reader.code(at + 12 + index * 4)),
  );
  return {
    operator: { base, qualifier, ifExists },
    operatorText: `${PREFIXES[qualifier]}${base}${ifExists ? "IfExists" : ""}`,
    key,
    keyText: key,
    operands,
    span: NOWHERE,
  };
}

const QUALIFIERS: Record<Qualifier, QualifierName> = {
  [Qualifier.None]: "none",
  [Qualifier.ForAllValues]: "all",
  [Qualifier.ForAnyValue]: "any",
};

const PREFIXES: Record<QualifierName, string> = { none: "", all: "ForAllValues:", any: "ForAnyValue:" };

/** AWS's name of an instruction's operator. */
export function baseOf(op: Op, modifiers: number): OperatorBase {
  const { name, negatedName } = INSTRUCTIONS[op];
  const written = modifiers & Modifier.Negated && negatedName !== null ? negatedName : name;
  const spelled = modifiers & Modifier.EqualsSpelling ? written.replace("Like", "Equals") : written;
  return spelled as OperatorBase;
}

function operand(reader: BundleReader, op: Op, word: number): Operand {
  switch (INSTRUCTIONS[op].operand) {
    case "pattern":
      return fromTemplate(templateOf(reader, reader.patternBytes(word)));
    case "loweredPattern": {
      const pattern = word & TAGGED ? reader.field(Section.Keys, KeyRecord.Size, word & ~TAGGED, KeyRecord.Of) : word;
      return fromTemplate(templateOf(reader, reader.patternBytes(pattern)));
    }
    case "boolean":
      return word & TAGGED
        ? fromTemplate(templateOf(reader, reader.patternBytes(word & ~TAGGED)))
        : literal(word === 1 ? "true" : "false");
    case "presence":
      return literal(word === 1 ? "true" : "false");
    case "number":
      return word === INVALID ? invalid : literal(numberText(reader, word));
    case "date":
      return word === INVALID ? invalid : literal(dateText(reader, word));
    case "range":
      return word === INVALID ? invalid : literal(rangeText(reader, word));
    case "binary":
      return word === INVALID ? invalid : literal(binaryText(reader, word));
    case null:
      throw new Error("`End` has no operands");
  }
}

function fromTemplate(template: Template): Operand {
  return { text: textOfTemplate(template), template, variableInLiteral: false, span: NOWHERE };
}

function literal(text: string): Operand {
  return fromTemplate(text === "" ? [] : [{ kind: "text", text }]);
}

/** Cannot be converted under any of the operators that have invalid operands. */
const invalid: Operand = literal("!");

function numberText(reader: BundleReader, id: number): string {
  const field = (offset: NumberRecord) => reader.field(Section.Numbers, NumberRecord.Size, id, offset);
  const digits = reader.string(field(NumberRecord.Digits));
  if (digits === "") return "0";
  const exponent = (field(NumberRecord.Exponent) | 0) - digits.length;
  const sign = field(NumberRecord.Negative) === 1 ? "-" : "";
  if (Math.abs(exponent) <= 9999) return `${sign}${digits}e${exponent}`;
  return exponent > 0
    ? `${sign}${digits}${"0".repeat(exponent - 9999)}e9999`
    : `${sign}0.${"0".repeat(-exponent - digits.length)}${digits}`;
}

function dateText(reader: BundleReader, id: number): string {
  const low = reader.field(Section.Dates, DateRecord.Size, id, DateRecord.Low);
  const high = reader.field(Section.Dates, DateRecord.Size, id, DateRecord.High) | 0;
  const milliseconds = high * 2 ** 32 + low;
  const magnitude = Math.abs(milliseconds);
  // Four bare digits would be a year (COND-40); the sign makes it seconds.
  const fraction = String(magnitude % 1000).padStart(3, "0");
  return `${milliseconds < 0 ? "-" : "+"}${Math.floor(magnitude / 1000)}.${fraction}`;
}

function rangeText(reader: BundleReader, id: number): string {
  const family = reader.field(Section.Ranges, RangeRecord.Size, id, RangeRecord.Family);
  const bits = reader.field(Section.Ranges, RangeRecord.Size, id, RangeRecord.PrefixBits);
  const bytes = reader.slice(Section.Ranges, id * RangeRecord.Size + RangeRecord.Address, 16);
  if (family === 4) return `${bytes.subarray(12).join(".")}/${bits - 96}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[index * 2]! << 8) | bytes[index * 2 + 1]!).toString(16),
  );
  return `${groups.join(":")}/${bits}`;
}

function binaryText(reader: BundleReader, id: number): string {
  const offset = reader.field(Section.Binaries, BinaryRecord.Size, id, BinaryRecord.Offset);
  const length = reader.field(Section.Binaries, BinaryRecord.Size, id, BinaryRecord.Length);
  return Buffer.from(reader.slice(Section.StringBytes, offset, length)).toString("base64");
}
