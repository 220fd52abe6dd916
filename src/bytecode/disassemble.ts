/**
 * A bundle as a listing for people: its policies with their statements, the condition code one instruction a line, the
 * document sets, the levels, and how much the directory holds.
 */
import { INSTRUCTIONS, type OperandKind } from "./instructions.js";
import {
  AccountRecord,
  ActionPatternRecord,
  BinaryRecord,
  DateRecord,
  DocumentUse,
  ElementBits,
  ElementRecord,
  EndpointRecord,
  Header,
  KeyKind,
  KeyRecord,
  LevelsRecord,
  NumberRecord,
  PolicyRecord,
  PolicyTypeCode,
  PrincipalEntryKind,
  PrincipalEntryRecord,
  PrincipalRecord,
  ProvenanceRecord,
  RangeRecord,
  ResourceRecord,
  RoleRecord,
  Section,
  SessionRecord,
  SetRecord,
  StatementBits,
  StatementRecord,
  VariableRecord,
} from "./layout.js";
import { Mark, Modifier, Op, Qualifier } from "./opcodes.js";
import { type BundleReader, INVALID, NEVER, NONE, TAGGED } from "./reader.js";

export interface DisassembleOptions {
  /** Only the policies of this name, and nothing around them. */
  readonly policy?: string;
}

/** The whole listing. The bundle must have been verified. Text of users is escaped, so that it cannot move a cursor. */
export function disassemble(reader: BundleReader, options: DisassembleOptions = {}): string {
  return [...listing(reader, options)].join("");
}

/** The listing line by line, each with its line end: bundles may be large. */
export function* listing(reader: BundleReader, options: DisassembleOptions = {}): Generator<string> {
  for (const line of linesOf(new Lister(reader), options)) yield `${line}\n`;
}

/** The names of a bundle's policies. */
export function policyNames(reader: BundleReader): readonly string[] {
  const lister = new Lister(reader);
  return Array.from({ length: lister.policyCount }, (_, id) => lister.policyName(id));
}

function* linesOf(lister: Lister, { policy }: DisassembleOptions): Generator<string> {
  yield* LEGEND;
  if (policy === undefined) yield* lister.head();
  for (let id = 0; id < lister.policyCount; id++) {
    if (policy === undefined || lister.policyName(id) === policy) yield* lister.policy(id);
  }
  if (policy !== undefined) return;
  yield* lister.sets();
  yield* lister.levels();
  yield* lister.directory();
}

const LEGEND = [
  "; in patterns: * any run, ? one character, {*} and {?} the same without a colon, ${key} a variable;",
  ";              \\* \\? \\{ and \\\\ stand for the characters themselves",
];

const TYPES: Record<PolicyTypeCode, string> = {
  [PolicyTypeCode.identity]: "identity",
  [PolicyTypeCode.managed]: "managed",
  [PolicyTypeCode.boundary]: "boundary",
  [PolicyTypeCode.session]: "session",
  [PolicyTypeCode.scp]: "scp",
  [PolicyTypeCode.rcp]: "rcp",
  [PolicyTypeCode.vpce]: "vpce",
  [PolicyTypeCode.resource]: "resource",
  [PolicyTypeCode.trust]: "trust",
};

const USES: Record<DocumentUse, string> = {
  [DocumentUse.Policy]: "",
  [DocumentUse.DenyOnly]: " (denies only)",
  [DocumentUse.Acl]: " (from an ACL)",
  [DocumentUse.KmsGrant]: " (from KMS grants)",
  [DocumentUse.ServiceGrant]: " (from service grants)",
};

const ENTRIES: Record<PrincipalEntryKind, string> = {
  [PrincipalEntryKind.Anyone]: "anyone",
  [PrincipalEntryKind.AwsAnyone]: "anyone (AWS)",
  [PrincipalEntryKind.Account]: "account",
  [PrincipalEntryKind.User]: "user",
  [PrincipalEntryKind.Role]: "role",
  [PrincipalEntryKind.RoleSession]: "role session",
  [PrincipalEntryKind.FederatedUser]: "federated user",
  [PrincipalEntryKind.UniqueId]: "unique id",
  [PrincipalEntryKind.OriginAccessIdentity]: "origin access identity",
  [PrincipalEntryKind.Service]: "service",
  [PrincipalEntryKind.Federated]: "federated",
  [PrincipalEntryKind.CanonicalUser]: "canonical user",
  [PrincipalEntryKind.Everyone]: "everyone",
  [PrincipalEntryKind.Authenticated]: "everyone with an account",
};

const QUALIFIERS: Record<Qualifier, string> = {
  [Qualifier.None]: "",
  [Qualifier.ForAllValues]: "ForAllValues:",
  [Qualifier.ForAnyValue]: "ForAnyValue:",
};

const DIRECTORY = [
  [Section.Accounts, AccountRecord.Size, "accounts"],
  [Section.Principals, PrincipalRecord.Size, "principals"],
  [Section.Roles, RoleRecord.Size, "of them roles"],
  [Section.Sessions, SessionRecord.Size, "sessions"],
  [Section.Resources, ResourceRecord.Size, "resources"],
  [Section.Endpoints, EndpointRecord.Size, "VPC endpoints"],
] as const;

class Lister {
  readonly policyCount: number;

  constructor(private readonly reader: BundleReader) {
    this.policyCount = reader.count(Section.Policies, PolicyRecord.Size);
  }

  policyName(id: number): string {
    return this.reader.string(this.reader.field(Section.Policies, PolicyRecord.Size, id, PolicyRecord.Name));
  }

  *head(): Generator<string> {
    const { reader } = this;
    const statements = reader.count(Section.Statements, StatementRecord.Size);
    yield `; format ${reader.header(Header.Version)}, ${this.policyCount} policies, ${statements} statements`;
  }

  *policy(id: number): Generator<string> {
    const field = (offset: PolicyRecord) => this.reader.field(Section.Policies, PolicyRecord.Size, id, offset);
    const first = field(PolicyRecord.FirstStatement);
    const count = field(PolicyRecord.StatementCount);
    const type: PolicyTypeCode = field(PolicyRecord.Type);
    yield "";
    yield `policy ${id} ${TYPES[type]} ${quoted(this.policyName(id))}`;
    for (let statement = first; statement < first + count; statement++) yield* this.statement(statement);
  }

  private *statement(id: number): Generator<string> {
    const field = (offset: StatementRecord) => this.reader.field(Section.Statements, StatementRecord.Size, id, offset);
    const effect = field(StatementRecord.Bits) & StatementBits.Deny ? "Deny" : "Allow";
    yield `  ${this.placeOf(id)}: statement ${field(StatementRecord.Index)} ${effect}${this.sidOf(id)}`;
    yield* this.element("Principal", field(StatementRecord.Principal));
    yield* this.element("Action", field(StatementRecord.Action));
    yield* this.element("Resource", field(StatementRecord.Resource));
    yield* this.block(field(StatementRecord.Condition));
    const variables = field(StatementRecord.Variables);
    if (variables !== NONE) yield `    must resolve: ${this.variableList(variables)}`;
  }

  private placeOf(statement: number): string {
    const field = (offset: ProvenanceRecord) => this.provenance(statement, offset);
    const file = this.reader.provenanceText(field(ProvenanceRecord.FileOffset), field(ProvenanceRecord.FileLength));
    return `${escaped(file)}:${field(ProvenanceRecord.Line)}:${field(ProvenanceRecord.Column)}`;
  }

  private sidOf(statement: number): string {
    const length = this.provenance(statement, ProvenanceRecord.SidLength);
    if (length === 0) return "";
    return ` ${quoted(this.reader.provenanceText(this.provenance(statement, ProvenanceRecord.SidOffset), length))}`;
  }

  private provenance(statement: number, offset: ProvenanceRecord): number {
    return this.reader.field(Section.Provenance, ProvenanceRecord.Size, statement, offset);
  }

  /** One entry a line, the element's name before the first. */
  private *element(name: "Action" | "Resource" | "Principal", id: number): Generator<string> {
    if (id === NONE) return;
    if (id === NEVER) {
      yield `    ${name.padEnd(NAME_WIDTH)} matches nothing`;
      return;
    }
    const field = (offset: ElementRecord) => this.reader.field(Section.Elements, ElementRecord.Size, id, offset);
    const negated = (field(ElementRecord.Bits) & ElementBits.Negated) !== 0;
    let label = negated ? `Not${name}` : name;
    if (field(ElementRecord.Count) === 0) yield `    ${label.padEnd(NAME_WIDTH)} nobody`;
    for (let index = 0; index < field(ElementRecord.Count); index++) {
      yield `    ${label.padEnd(NAME_WIDTH)} ${this.entry(name, field(ElementRecord.Start), index)}`;
      label = "";
    }
  }

  private entry(name: "Action" | "Resource" | "Principal", start: number, index: number): string {
    switch (name) {
      case "Action":
        return this.actionPattern(this.reader.pool(start + index));
      case "Resource":
        return this.pattern(this.reader.pool(start + index));
      case "Principal":
        return this.principalEntry(start + (index * PrincipalEntryRecord.Size) / 4);
    }
  }

  private actionPattern(id: number): string {
    const field = (offset: ActionPatternRecord) =>
      this.reader.field(Section.ActionPatterns, ActionPatternRecord.Size, id, offset);
    const [offset, length] = [field(ActionPatternRecord.Offset), field(ActionPatternRecord.Length)];
    return this.patternText(this.reader.slice(Section.PatternBytes, offset, length));
  }

  private principalEntry(at: number): string {
    const kind: PrincipalEntryKind = this.reader.pool(at + PrincipalEntryRecord.Kind / 4);
    const text = this.reader.pool(at + PrincipalEntryRecord.Text / 4);
    const bound = this.reader.pool(at + PrincipalEntryRecord.Bound / 4);
    const who = text === NONE ? "" : ` ${escaped(this.reader.string(text))}`;
    return `${ENTRIES[kind]}${who}${bound === NONE ? "" : ` bound to ${escaped(this.reader.string(bound))}`}`;
  }

  private *block(start: number): Generator<string> {
    if (start === NONE) return;
    yield `    Condition at ${hex(start)}`;
    let at = start;
    for (let op = this.opAt(at); op !== Op.End; op = this.opAt(at)) {
      yield `      ${hex(at)}  ${this.instruction(at, op)}`;
      at += INSTRUCTION_HEAD + this.reader.code(at + OPERAND_COUNT) * 4;
    }
    yield `      ${hex(at)}  End`;
  }

  private opAt(at: number): Op {
    return this.reader.code(at) & 0xff;
  }

  /** `StringLike negated IfExists  aws:username  "a*", "b"`; qualifier and modifiers stand before and behind the opcode. */
  private instruction(at: number, op: Op): string {
    const word = this.reader.code(at);
    const qualifier: Qualifier = (word >>> 8) & 0xff;
    const modifiers = (word >>> 16) & 0xff;
    const names = MODIFIERS.flatMap(([bit, name]) => (modifiers & bit ? [name] : []));
    const opcode = [`${QUALIFIERS[qualifier]}${Op[op]}`, ...names].join(" ");
    const key = this.key(this.reader.code(at + KEY));
    const kind = INSTRUCTIONS[op].operand;
    const count = this.reader.code(at + OPERAND_COUNT);
    const operands = Array.from({ length: count }, (_, index) =>
      this.operand(kind, this.reader.code(at + INSTRUCTION_HEAD + index * 4)),
    );
    return `${opcode}  ${key}  ${operands.length === 0 ? "nothing" : operands.join(", ")}`;
  }

  private key(id: number): string {
    const field = (offset: KeyRecord) => this.reader.field(Section.Keys, KeyRecord.Size, id, offset);
    const kind: KeyKind = field(KeyRecord.Kind);
    switch (kind) {
      case KeyKind.Plain:
        return escaped(this.reader.string(field(KeyRecord.Name)));
      case KeyKind.Lowered:
        return `lower(${escaped(this.reader.string(field(KeyRecord.Name)))})`;
      case KeyKind.Computed:
        return `lower("${this.pattern(field(KeyRecord.Of))}")`;
    }
  }

  private operand(kind: OperandKind | null, word: number): string {
    switch (kind) {
      case "pattern":
        return `"${this.pattern(word)}"`;
      case "loweredPattern":
        return word & TAGGED ? this.key((word & ~TAGGED) >>> 0) : `"${this.pattern(word)}"`;
      case "boolean":
        return word & TAGGED ? `"${this.pattern((word & ~TAGGED) >>> 0)}"` : String(word === 1);
      case "presence":
        return word === 1 ? "absent" : "present";
      case "number":
        return word === INVALID ? INVALID_TEXT : this.number(word);
      case "date":
        return word === INVALID ? INVALID_TEXT : this.date(word);
      case "range":
        return word === INVALID ? INVALID_TEXT : this.range(word);
      case "binary":
        return word === INVALID ? INVALID_TEXT : this.binary(word);
      case null:
        return hex(word);
    }
  }

  /** `0.d1d2d3… × 10^exponent`, as a decimal with an exponent where it would be long. */
  private number(id: number): string {
    const field = (offset: NumberRecord) => this.reader.field(Section.Numbers, NumberRecord.Size, id, offset);
    const digits = this.reader.string(field(NumberRecord.Digits));
    if (digits === "") return "0";
    const sign = field(NumberRecord.Negative) === 1 ? "-" : "";
    const point = field(NumberRecord.Exponent) | 0;
    if (point < -PLAIN_ZEROS_MAX || point > digits.length + PLAIN_ZEROS_MAX) return `${sign}0.${digits}e${point}`;
    if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
    const whole = digits.slice(0, point).padEnd(point, "0");
    return point < digits.length ? `${sign}${whole}.${digits.slice(point)}` : `${sign}${whole}`;
  }

  private date(id: number): string {
    const field = (offset: DateRecord) => this.reader.field(Section.Dates, DateRecord.Size, id, offset);
    return new Date((field(DateRecord.High) | 0) * 2 ** 32 + field(DateRecord.Low)).toISOString();
  }

  private range(id: number): string {
    const family = this.reader.field(Section.Ranges, RangeRecord.Size, id, RangeRecord.Family);
    const bits = this.reader.field(Section.Ranges, RangeRecord.Size, id, RangeRecord.PrefixBits);
    const address = this.reader.slice(Section.Ranges, id * RangeRecord.Size + RangeRecord.Address, 16);
    if (family === 4) return `${address.subarray(12).join(".")}/${bits - 96}`;
    const groups = Array.from({ length: 8 }, (_, index) =>
      (((address[index * 2] ?? 0) << 8) | (address[index * 2 + 1] ?? 0)).toString(16),
    );
    return `${groups.join(":")}/${bits}`;
  }

  private binary(id: number): string {
    const field = (offset: BinaryRecord) => this.reader.field(Section.Binaries, BinaryRecord.Size, id, offset);
    const bytes = this.reader.slice(Section.StringBytes, field(BinaryRecord.Offset), field(BinaryRecord.Length));
    return `base64:${Buffer.from(bytes).toString("base64")}`;
  }

  private pattern(id: number): string {
    return this.patternText(this.reader.patternBytes(id));
  }

  private patternText(bytes: Uint8Array): string {
    let text = "";
    let start = 0;
    const closeText = (end: number) => {
      if (end > start) text += escapedPattern(UTF8.decode(bytes.subarray(start, end)));
    };
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte < Mark.Variable) continue;
      closeText(at);
      if (byte === Mark.Variable) {
        text += this.variable(new DataView(bytes.buffer, bytes.byteOffset + at + 1, 4).getUint32(0, true));
        at += 4;
      } else {
        text += MARKS[byte as keyof typeof MARKS];
      }
      start = at + 1;
    }
    closeText(bytes.length);
    return text;
  }

  private variable(id: number): string {
    const field = (offset: VariableRecord) => this.reader.field(Section.Variables, VariableRecord.Size, id, offset);
    const fallback = field(VariableRecord.Fallback);
    const text = fallback === NONE ? "" : `, '${escapedPattern(this.reader.string(fallback))}'`;
    return `\${${this.key(field(VariableRecord.Key))}${text}}`;
  }

  private variableList(row: number): string {
    const count = this.reader.pool(row);
    return Array.from({ length: count }, (_, index) => this.variable(this.reader.pool(row + 1 + index))).join(", ");
  }

  *sets(): Generator<string> {
    const count = this.reader.count(Section.Sets, SetRecord.Size);
    if (count > 0) yield "";
    for (let id = 0; id < count; id++) yield* this.set(id);
  }

  private *set(id: number): Generator<string> {
    const field = (offset: SetRecord) => this.reader.field(Section.Sets, SetRecord.Size, id, offset);
    yield `set ${id} ${quoted(this.reader.string(field(SetRecord.Label)))}`;
    for (let index = 0; index < field(SetRecord.Count); index++) {
      const policy = this.reader.pool(field(SetRecord.Start) + index * 2);
      const use: DocumentUse = this.reader.pool(field(SetRecord.Start) + index * 2 + 1);
      yield `  policy ${policy} ${quoted(this.policyName(policy))}${USES[use]}`;
    }
    for (let index = 0; index < field(SetRecord.MissingCount); index++) {
      yield `  not held: ${escaped(this.reader.string(this.reader.pool(field(SetRecord.MissingStart) + index)))}`;
    }
  }

  *levels(): Generator<string> {
    const count = this.reader.count(Section.Levels, LevelsRecord.Size);
    if (count > 0) yield "";
    for (let id = 0; id < count; id++) {
      const field = (offset: LevelsRecord) => this.reader.field(Section.Levels, LevelsRecord.Size, id, offset);
      const sets = Array.from({ length: field(LevelsRecord.Count) }, (_, index) =>
        this.reader.pool(field(LevelsRecord.Start) + index),
      );
      yield `levels ${id}: ${sets.length === 0 ? "none" : sets.map((set) => `set ${set}`).join(", ")}`;
    }
  }

  *directory(): Generator<string> {
    yield "";
    const counts = DIRECTORY.map(([section, size, name]) => `${this.reader.count(section, size)} ${name}`);
    yield `directory: ${counts.join(", ")}`;
  }
}

/** Byte offsets inside an instruction. */
const KEY = 4;
const OPERAND_COUNT = 8;
const INSTRUCTION_HEAD = 12;

const NAME_WIDTH = "NotPrincipal".length;
const PLAIN_ZEROS_MAX = 6;
/** An operand that cannot be converted and matches nothing (COND-31, COND-41, COND-61). */
const INVALID_TEXT = "<invalid>";

const MODIFIERS = [
  [Modifier.Negated, "negated"],
  [Modifier.IfExists, "IfExists"],
  [Modifier.EqualsSpelling, "(spelled Equals)"],
] as const;

const MARKS = {
  [Mark.Star]: "*",
  [Mark.One]: "?",
  [Mark.SegmentStar]: "{*}",
  [Mark.SegmentOne]: "{?}",
} as const;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function hex(offset: number): string {
  return offset.toString(16).padStart(4, "0");
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\"')}"`;
}

/** Literal text of a pattern: what would read as a mark or a variable gets a backslash. */
function escapedPattern(text: string): string {
  return escaped(text.replace(/[\\*?{]/g, (character) => `\\${character}`));
}

/** What could break a line, move a cursor or turn its direction is spelled out. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
