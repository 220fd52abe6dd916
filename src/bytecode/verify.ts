/**
 * Whether bytes are a bundle: everything that the evaluator relies on is proved here, once, before a bundle becomes active
 * (decision 5). Lengths are compared by subtraction, ids against counts, and whatever could be stored in two ways must be
 * stored in the one that the compiler writes, so that an accepted bundle means what it says.
 */
import { INSTRUCTIONS } from "./instructions.js";
import {
  AccountRecord,
  ActionPatternRecord,
  ArnShape,
  BinaryRecord,
  CardinalityCode,
  DateRecord,
  DocumentUse,
  ElementBits,
  ElementRecord,
  EndpointRecord,
  Format,
  Header,
  KeyKind,
  KeyRecord,
  LevelsRecord,
  NumberRecord,
  OptionBits,
  PatternRecord,
  PolicyRecord,
  PolicyTypeCode,
  PrincipalBits,
  PrincipalEntryKind,
  PrincipalEntryRecord,
  PrincipalRecord,
  ProvenanceRecord,
  RangeRecord,
  ResourceBits,
  ResourceRecord,
  RoleRecord,
  ScpExemptRecord,
  Section,
  SessionRecord,
  SetRecord,
  StatementBits,
  StatementRecord,
  StringRecord,
  VariableRecord,
} from "./layout.js";
import { Mark, Modifier, Op, PatternKind, Qualifier } from "./opcodes.js";
import { BundleReader, INVALID, NEVER, NONE, TAGGED } from "./reader.js";
import { checksumOf } from "./writer.js";

/** Why bytes are not a bundle; part of the public interface. */
export type BundleErrorCode =
  | "not-a-bundle"
  | "other-version"
  | "wrong-size"
  | "wrong-checksum"
  | "invalid-bundle"
  | "other-data"
  | "other-options";

/** Bytes that are no usable bundle. Nothing of them was used. */
export class BundleError extends Error {
  constructor(
    readonly code: BundleErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "BundleError";
  }
}

/** Throws `BundleError` unless `bytes` are a bundle of this version; returns a reader of them. */
export function verifyBundle(bytes: Uint8Array): BundleReader {
  checkHeader(bytes);
  const reader = new BundleReader(bytes);
  checkSections(reader);
  new Verifier(reader).run();
  return reader;
}

function checkHeader(bytes: Uint8Array): void {
  if (bytes.length < FIRST_SECTION) throw new BundleError("not-a-bundle", `${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(Header.Magic, true) !== Format.Magic)
    throw new BundleError("not-a-bundle", "the magic is missing");
  const version = view.getUint32(Header.Version, true);
  if (version !== Format.Version) {
    throw new BundleError("other-version", `the bundle has format ${version}, this engine reads ${Format.Version}`);
  }
  const size = view.getUint32(Header.Size, true);
  if (size !== bytes.length || size % Format.SectionAlignment !== 0) {
    throw new BundleError("wrong-size", `the bundle says that it has ${size} bytes, there are ${bytes.length}`);
  }
  if (view.getUint32(Header.Checksum, true) !== checksumOf(bytes)) {
    throw new BundleError("wrong-checksum", "the checksum does not fit: the bundle is damaged");
  }
}

const FIRST_SECTION = align(Header.Sections + Section.Count * 8);

function align(size: number): number {
  return Math.ceil(size / Format.SectionAlignment) * Format.SectionAlignment;
}

const RECORD_SIZES: Record<Exclude<Section, Section.Count>, number> = {
  [Section.Strings]: StringRecord.Size,
  [Section.StringBytes]: 1,
  [Section.Patterns]: PatternRecord.Size,
  [Section.PatternBytes]: 1,
  [Section.Variables]: VariableRecord.Size,
  [Section.Keys]: KeyRecord.Size,
  [Section.Numbers]: NumberRecord.Size,
  [Section.Dates]: DateRecord.Size,
  [Section.Ranges]: RangeRecord.Size,
  [Section.Binaries]: BinaryRecord.Size,
  [Section.Code]: 4,
  [Section.Pool]: 4,
  [Section.ActionPatterns]: ActionPatternRecord.Size,
  [Section.Elements]: ElementRecord.Size,
  [Section.Statements]: StatementRecord.Size,
  [Section.Policies]: PolicyRecord.Size,
  [Section.Sets]: SetRecord.Size,
  [Section.Levels]: LevelsRecord.Size,
  [Section.Accounts]: AccountRecord.Size,
  [Section.Principals]: PrincipalRecord.Size,
  [Section.Roles]: RoleRecord.Size,
  [Section.Sessions]: SessionRecord.Size,
  [Section.Resources]: ResourceRecord.Size,
  [Section.Endpoints]: EndpointRecord.Size,
  [Section.RcpServices]: 4,
  [Section.ScpExempt]: ScpExemptRecord.Size,
  [Section.Provenance]: ProvenanceRecord.Size,
  [Section.ProvenanceBytes]: 1,
};

/** Sections stand where the writer puts them, one behind the other, with zeros between; all sizes are whole alignments. */
function checkSections(reader: BundleReader): void {
  let expected = FIRST_SECTION;
  checkZero(reader, Header.Sections + Section.Count * 8, expected);
  for (let section = 0; section < Section.Count; section++) {
    const offset = reader.offset(section);
    const size = reader.size(section);
    if (offset !== expected || size > reader.bytes.length - offset) fail(`section ${Section[section]} is out of place`);
    if (size % RECORD_SIZES[section as Exclude<Section, Section.Count>] !== 0) {
      fail(`section ${Section[section]} does not hold whole records`);
    }
    expected = align(offset + size);
    checkZero(reader, offset + size, expected);
  }
  if (expected !== reader.bytes.length) fail("there is something behind the last section");
}

function checkZero(reader: BundleReader, from: number, to: number): void {
  for (let at = from; at < to; at++) if (reader.bytes[at] !== 0) fail("a gap between sections is not empty");
}

function fail(message: string): never {
  throw new BundleError("invalid-bundle", message);
}

/** What is known of a pattern after it was read. */
interface PatternFacts {
  readonly kind: PatternKind;
  /** Star or One. */
  readonly wild: boolean;
  readonly segmentMarks: boolean;
  readonly shape: ArnShape;
}

/** What a document can be attached to. */
enum Place {
  /** As identity policy, boundary or session policy: none of them names principals. */
  Caller = 1,
  Scp = 2,
  Rcp = 4,
  Endpoint = 8,
  Resource = 16,
  Trust = 32,
}

function placeOf(type: PolicyTypeCode): Place {
  switch (type) {
    case PolicyTypeCode.identity:
    case PolicyTypeCode.managed:
    case PolicyTypeCode.boundary:
    case PolicyTypeCode.session:
      return Place.Caller;
    case PolicyTypeCode.scp:
      return Place.Scp;
    case PolicyTypeCode.rcp:
      return Place.Rcp;
    case PolicyTypeCode.vpce:
      return Place.Endpoint;
    case PolicyTypeCode.resource:
      return Place.Resource;
    case PolicyTypeCode.trust:
      return Place.Trust;
  }
}

class Verifier {
  private readonly patternFacts: PatternFacts[] = [];
  private readonly blocks = new Set<number>();
  /** By ARN of a principal entry: the text of the unique ID that it is bound to, or null. */
  private readonly bindings = new Map<string, string | null>();
  /** Bits of `Place` by set: where it may stand. */
  private readonly places: number[] = [];
  private patternBytesMax = 0;
  private readonly counts: Record<string, number>;
  private readonly options: number;

  constructor(private readonly reader: BundleReader) {
    const count = (section: Exclude<Section, Section.Count>) => reader.count(section, RECORD_SIZES[section]);
    this.counts = {
      strings: count(Section.Strings),
      patterns: count(Section.Patterns),
      variables: count(Section.Variables),
      keys: count(Section.Keys),
      numbers: count(Section.Numbers),
      dates: count(Section.Dates),
      ranges: count(Section.Ranges),
      binaries: count(Section.Binaries),
      pool: count(Section.Pool),
      actionPatterns: count(Section.ActionPatterns),
      elements: count(Section.Elements),
      statements: count(Section.Statements),
      policies: count(Section.Policies),
      sets: count(Section.Sets),
      levels: count(Section.Levels),
      principals: count(Section.Principals),
    };
    this.options = reader.header(Header.Options);
  }

  run(): void {
    if (this.options >= OptionBits.Closed * 2) fail("an option flag is not known");
    this.strings();
    this.keys();
    this.variables();
    this.patterns();
    this.keyPatterns();
    this.literals();
    this.code();
    this.actionPatterns();
    this.elements();
    this.policies();
    this.statements();
    this.sets();
    this.levels();
    this.directory();
    this.data();
    this.provenance();
    if (this.reader.header(Header.SlotCount) !== this.counts["keys"]) fail("the slot count is wrong");
    if (this.reader.header(Header.PatternBytesMax) !== this.patternBytesMax) fail("the longest pattern is wrong");
    if (this.reader.header(Header.StatementsMax) !== this.statementsMax()) fail("the statement bound is wrong");
  }

  private id(value: number, table: string, what: string): void {
    if (value >= this.counts[table]!) fail(`${what} points behind the last of ${table}`);
  }

  private idOrNone(value: number, table: string, what: string): void {
    if (value !== NONE) this.id(value, table, what);
  }

  private poolRun(start: number, count: number, perEntry: number, what: string): void {
    const words = count * perEntry;
    const pool = this.counts["pool"]!;
    if (words > pool || start > pool - words) fail(`${what} reaches beyond the pool`);
    if (count === 0 && start !== 0) fail(`${what} is empty but points somewhere`);
  }

  private texts(section: Section, bytesSection: Section, size: number, padding: number, what: string): void {
    const limit = this.reader.size(bytesSection) - padding;
    const count = this.reader.count(section, size);
    for (let id = 0; id < count; id++) {
      const offset = this.reader.field(section, size, id, 0);
      const length = this.reader.field(section, size, id, 4);
      if (limit < 0 || length > limit || offset > limit - length) fail(`${what} ${id} reaches beyond its bytes`);
    }
  }

  private strings(): void {
    for (const section of [Section.StringBytes, Section.PatternBytes]) {
      const size = this.reader.size(section);
      if (size < Format.TextPadding) fail(`section ${Section[section]} lacks its padding`);
      const end = this.reader.offset(section) + size;
      checkZero(this.reader, end - Format.TextPadding, end);
    }
    this.texts(Section.Strings, Section.StringBytes, StringRecord.Size, Format.TextPadding, "string");
    for (let id = 0; id < this.counts["strings"]!; id++) {
      if (!isWellFormed(this.reader.stringBytes(id))) fail(`string ${id} is not well-formed`);
    }
  }

  private keys(): void {
    const names = new Set<string>();
    for (let id = 0; id < this.counts["keys"]!; id++) {
      const name = this.key(id, KeyRecord.Name);
      const kind = this.key(id, KeyRecord.Kind);
      const of = this.key(id, KeyRecord.Of);
      if (this.key(id, KeyRecord.Cardinality) > CardinalityCode.Unlisted) fail(`key ${id} has no cardinality`);
      if (kind === KeyKind.Computed) {
        if (name !== NONE) fail(`computed key ${id} has a name`);
        this.id(of, "patterns", `computed key ${id}`);
        if (names.has(`computed ${of}`)) fail(`computed key ${id} stands twice`);
        names.add(`computed ${of}`);
        continue;
      }
      if (kind > KeyKind.Computed) fail(`key ${id} is of no kind`);
      this.id(name, "strings", `key ${id}`);
      const text = this.reader.string(name);
      if (text !== asciiLower(text)) fail(`key ${id} is not lower-cased`);
      if (names.has(`${kind} ${text}`)) fail(`key ${id} stands twice`);
      names.add(`${kind} ${text}`);
      if (kind === KeyKind.Plain ? of !== NONE : !this.isPlainKeyNamed(of, text)) fail(`key ${id} belongs to another`);
    }
  }

  private key(id: number, field: KeyRecord): number {
    return this.reader.field(Section.Keys, KeyRecord.Size, id, field);
  }

  private isPlainKeyNamed(id: number, name: string): boolean {
    this.id(id, "keys", "a lowered key");
    if (this.key(id, KeyRecord.Kind) !== KeyKind.Plain) return false;
    const other = this.key(id, KeyRecord.Name);
    return other < this.counts["strings"]! && this.reader.string(other) === name;
  }

  private variables(): void {
    for (let id = 0; id < this.counts["variables"]!; id++) {
      const key = this.reader.field(Section.Variables, VariableRecord.Size, id, VariableRecord.Key);
      this.id(key, "keys", `variable ${id}`);
      if (this.key(key, KeyRecord.Kind) !== KeyKind.Plain) fail(`variable ${id} reads no plain key`);
      const fallback = this.reader.field(Section.Variables, VariableRecord.Size, id, VariableRecord.Fallback);
      this.idOrNone(fallback, "strings", `variable ${id}`);
    }
  }

  private patterns(): void {
    this.texts(Section.Patterns, Section.PatternBytes, PatternRecord.Size, Format.TextPadding, "pattern");
    for (let id = 0; id < this.counts["patterns"]!; id++) {
      const bytes = this.reader.patternBytes(id);
      this.patternBytesMax = Math.max(this.patternBytesMax, bytes.length);
      const facts = this.factsOf(bytes, id);
      if (this.pattern(id, PatternRecord.Kind) !== facts.kind) fail(`pattern ${id} is of another kind`);
      const mark = bytes.findIndex((byte) => byte >= Mark.Variable);
      if (this.pattern(id, PatternRecord.Literal) !== (mark === -1 ? bytes.length : mark)) {
        fail(`pattern ${id} has its first mark elsewhere`);
      }
      const shape = this.pattern(id, PatternRecord.Arn);
      if (shape !== ArnShape.Malformed && shape !== facts.shape) fail(`pattern ${id} has another ARN shape`);
      this.patternFacts.push(facts);
    }
  }

  private pattern(id: number, field: PatternRecord): number {
    return this.reader.field(Section.Patterns, PatternRecord.Size, id, field);
  }

  private factsOf(bytes: Uint8Array, id: number): PatternFacts {
    let textStart = 0;
    let marks = 0;
    let wild = false;
    let segmentMarks = false;
    let segmentStars = false;
    let variables = false;
    let colons = 0;
    let at = 0;
    const closeText = () => {
      if (!isWellFormed(bytes.subarray(textStart, at))) fail(`pattern ${id} is not well-formed`);
    };
    while (at < bytes.length) {
      const byte = bytes[at]!;
      if (byte < Mark.Variable) {
        if (byte === COLON) colons++;
        at++;
        continue;
      }
      closeText();
      marks++;
      if (byte === Mark.Variable) {
        variables = true;
        if (bytes.length - at < 5) fail(`pattern ${id} ends inside a variable`);
        this.id(wordAt(bytes, at + 1), "variables", `pattern ${id}`);
        at += 5;
      } else {
        if (byte === Mark.SegmentStar) segmentStars = true;
        if (byte === Mark.SegmentStar || byte === Mark.SegmentOne) segmentMarks = true;
        wild = true;
        at++;
      }
      textStart = at;
    }
    closeText();
    const onlyStarLast = marks === 1 && bytes[bytes.length - 1] === Mark.Star;
    const kind = variables
      ? PatternKind.Variables
      : segmentStars
        ? PatternKind.Segments
        : marks === 0
          ? PatternKind.Exact
          : onlyStarLast
            ? bytes.length === 1
              ? PatternKind.Any
              : PatternKind.Prefix
            : PatternKind.Greedy;
    return { kind, wild, segmentMarks, shape: arnShape(bytes, kind, colons) };
  }

  /** Computed keys are texts with variables and no wildcards. */
  private keyPatterns(): void {
    for (let id = 0; id < this.counts["keys"]!; id++) {
      if (this.key(id, KeyRecord.Kind) !== KeyKind.Computed) continue;
      const facts = this.patternFacts[this.key(id, KeyRecord.Of)]!;
      if (facts.kind !== PatternKind.Variables || facts.wild) fail(`computed key ${id} is no text with variables`);
    }
  }

  private literals(): void {
    for (let id = 0; id < this.counts["numbers"]!; id++) this.number(id);
    for (let id = 0; id < this.counts["dates"]!; id++) {
      const low = this.reader.field(Section.Dates, DateRecord.Size, id, DateRecord.Low);
      const high = this.reader.field(Section.Dates, DateRecord.Size, id, DateRecord.High) | 0;
      if (Math.abs(high * 2 ** 32 + low) > DATE_MAX) fail(`date ${id} is out of range`);
    }
    for (let id = 0; id < this.counts["ranges"]!; id++) this.range(id);
    this.texts(Section.Binaries, Section.StringBytes, BinaryRecord.Size, Format.TextPadding, "binary");
  }

  private number(id: number): void {
    const field = (offset: NumberRecord) => this.reader.field(Section.Numbers, NumberRecord.Size, id, offset);
    const digits = field(NumberRecord.Digits);
    this.id(digits, "strings", `number ${id}`);
    const text = this.reader.stringBytes(digits);
    const exponent = field(NumberRecord.Exponent) | 0;
    if (field(NumberRecord.Negative) > 1) fail(`number ${id} has no sign`);
    if (text.length === 0) {
      if (field(NumberRecord.Negative) !== 0 || exponent !== 0) fail(`number ${id} is an odd zero`);
      return;
    }
    if (!text.every((byte) => byte >= ZERO && byte <= ZERO + 9)) fail(`number ${id} is not made of digits`);
    if (text[0] === ZERO || text[text.length - 1] === ZERO) fail(`number ${id} has zeros at its ends`);
    if (Math.abs(exponent) > EXPONENT_MAX) fail(`number ${id} is out of range`);
  }

  private range(id: number): void {
    const family = this.reader.field(Section.Ranges, RangeRecord.Size, id, RangeRecord.Family);
    const bits = this.reader.field(Section.Ranges, RangeRecord.Size, id, RangeRecord.PrefixBits);
    const address = this.reader.slice(Section.Ranges, id * RangeRecord.Size + RangeRecord.Address, 16);
    if (family !== 4 && family !== 6) fail(`range ${id} is of no family`);
    if (bits > 128 || (family === 4 && bits < 96)) fail(`range ${id} has a prefix out of range`);
    if (family === 4 && address.subarray(0, 12).some((byte) => byte !== 0)) fail(`range ${id} is no IPv4 address`);
    for (let bit = bits; bit < 128; bit++) {
      if (address[bit >> 3]! & (0x80 >> (bit & 7))) fail(`range ${id} has bits behind its prefix`);
    }
  }

  private code(): void {
    const end = this.reader.size(Section.Code);
    let at = 0;
    while (at < end) {
      this.blocks.add(at);
      while (this.reader.code(at) !== Op.End) {
        at = this.instruction(at, end);
        if (at >= end) fail("the code ends inside a block");
      }
      if (this.blocks.has(at)) fail(`the block at ${at} is empty`);
      at += 4;
    }
  }

  /** Checks the instruction at `at` and returns the place behind it. */
  private instruction(at: number, end: number): number {
    if (end - at < 12) fail(`the instruction at ${at} is cut off`);
    const word = this.reader.code(at);
    const op = word & 0xff;
    const qualifier = (word >>> 8) & 0xff;
    const modifiers = (word >>> 16) & 0xff;
    if (op === Op.End || !(op in INSTRUCTIONS) || word >>> 24 !== 0) fail(`the opcode at ${at} is not known`);
    if (qualifier > Qualifier.ForAnyValue) fail(`the qualifier at ${at} is not known`);
    if (modifiers & ~MODIFIERS) fail(`the modifiers at ${at} are not known`);
    const { operand, negatedName } = INSTRUCTIONS[op as Op];
    if (modifiers & Modifier.Negated && negatedName === null) fail(`the operator at ${at} has no negation`);
    if (modifiers & Modifier.IfExists && op === Op.Null) fail(`the operator at ${at} cannot carry IfExists`);
    if (modifiers & Modifier.EqualsSpelling && op !== Op.ArnLike) fail(`the spelling at ${at} is not of its operator`);
    const key = this.reader.code(at + 4);
    this.id(key, "keys", `the instruction at ${at}`);
    const wanted = op === Op.StringEqualsIgnoreCase ? KeyKind.Lowered : KeyKind.Plain;
    if (this.key(key, KeyRecord.Kind) !== wanted) fail(`the instruction at ${at} reads a key of another kind`);
    const count = this.reader.code(at + 8);
    if (count > (end - at - 12) / 4) fail(`the instruction at ${at} has more operands than there is code`);
    for (let index = 0; index < count; index++) this.operand(op, operand, this.reader.code(at + 12 + index * 4), at);
    return at + 12 + count * 4;
  }

  private operand(op: Op, kind: (typeof INSTRUCTIONS)[Op]["operand"], word: number, at: number): void {
    const what = `the instruction at ${at}`;
    switch (kind) {
      case "pattern":
        this.patternOperand(op, word, what);
        return;
      case "loweredPattern":
        if (word & TAGGED) {
          const key = word & ~TAGGED;
          this.id(key, "keys", what);
          if (this.key(key, KeyRecord.Kind) !== KeyKind.Computed) fail(`${what} names a key that is not computed`);
          return;
        }
        this.id(word, "patterns", what);
        if (this.patternFacts[word]!.kind !== PatternKind.Exact) fail(`${what} compares with more than text`);
        if (!isLowered(this.reader.patternBytes(word))) fail(`${what} compares with text that is not lower-cased`);
        return;
      case "boolean":
        if (word <= 1) return;
        if (!(word & TAGGED)) fail(`${what} has no boolean`);
        this.id((word & ~TAGGED) >>> 0, "patterns", what);
        if (this.patternFacts[word & ~TAGGED]!.kind !== PatternKind.Variables) fail(`${what} has no variable`);
        if (this.patternFacts[word & ~TAGGED]!.wild) fail(`${what} has a wildcard in a boolean`);
        return;
      case "presence":
        if (word > 1) fail(`${what} has no presence`);
        return;
      case "number":
        if (word !== INVALID) this.id(word, "numbers", what);
        return;
      case "date":
        if (word !== INVALID) this.id(word, "dates", what);
        return;
      case "range":
        if (word !== INVALID) this.id(word, "ranges", what);
        return;
      case "binary":
        if (word !== INVALID) this.id(word, "binaries", what);
        return;
      case null:
        fail(`${what} takes no operand`);
    }
  }

  private patternOperand(op: Op, word: number, what: string): void {
    this.id(word, "patterns", what);
    const facts = this.patternFacts[word]!;
    if (facts.segmentMarks) fail(`${what} has a mark of resources`);
    if (op === Op.StringEquals && facts.wild) fail(`${what} has a wildcard where none is live`);
    if (op === Op.ArnLike && this.pattern(word, PatternRecord.Arn) !== facts.shape)
      fail(`${what} hides an ARN's shape`);
  }

  private actionPatterns(): void {
    this.texts(Section.ActionPatterns, Section.PatternBytes, ActionPatternRecord.Size, Format.TextPadding, "action");
    let previous: Uint8Array | null = null;
    for (let id = 0; id < this.counts["actionPatterns"]!; id++) {
      const field = (offset: number) => this.reader.field(Section.ActionPatterns, ActionPatternRecord.Size, id, offset);
      const bytes = this.reader.slice(Section.PatternBytes, field(0), field(4));
      this.patternBytesMax = Math.max(this.patternBytesMax, bytes.length);
      const { kind, segmentMarks } = this.factsOf(bytes, id);
      if (kind === PatternKind.Variables || segmentMarks) fail(`action pattern ${id} has a mark that it cannot have`);
      if (bytes.some((byte) => byte >= 0x41 && byte <= 0x5a)) fail(`action pattern ${id} is not lower-cased`);
      if (bytes.some((byte) => byte === ASTERISK || byte === QUESTION_MARK)) {
        fail(`action pattern ${id} has a wildcard that is no mark`);
      }
      if (previous !== null && compareBytes(previous, bytes) >= 0) fail(`action pattern ${id} is out of order`);
      previous = bytes;
    }
  }

  private elements(): void {
    for (let id = 0; id < this.counts["elements"]!; id++) {
      const bits = this.element(id, ElementRecord.Bits);
      const start = this.element(id, ElementRecord.Start);
      const count = this.element(id, ElementRecord.Count);
      const kind = bits & ~ElementBits.Negated;
      const perEntry = kind === ElementBits.Principal ? 3 : 1;
      if (kind !== ElementBits.Action && kind !== ElementBits.Resource && kind !== ElementBits.Principal) {
        fail(`element ${id} is of no kind`);
      }
      this.poolRun(start, count, perEntry, `element ${id}`);
      const emptyNotPrincipal = kind === ElementBits.Principal && bits & ElementBits.Negated;
      if (count === 0 && !emptyNotPrincipal) fail(`element ${id} is empty`);
      for (let index = 0; index < count; index++) {
        const word = this.reader.pool(start + index * perEntry);
        if (kind === ElementBits.Action) this.id(word, "actionPatterns", `element ${id}`);
        else if (kind === ElementBits.Resource) this.resourcePattern(word, id);
        else this.principalEntry(start + index * 3, id);
      }
    }
  }

  private element(id: number, field: ElementRecord): number {
    return this.reader.field(Section.Elements, ElementRecord.Size, id, field);
  }

  /** The marks of a resource pattern are those that its text calls for (MATCH-22). */
  private resourcePattern(id: number, element: number): void {
    this.id(id, "patterns", `element ${element}`);
    const facts = this.patternFacts[id]!;
    const plain = facts.kind === PatternKind.Variables || (this.options & OptionBits.PlainResourceGlob) !== 0;
    const bytes = this.reader.patternBytes(id);
    let colons = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === Mark.Variable) at += 4;
      else if (byte === COLON) colons++;
      else if (byte >= Mark.SegmentOne) {
        const confined = !plain && colons < 5;
        const star = byte === Mark.Star || byte === Mark.SegmentStar;
        const crosses = star && (at + 1 === bytes.length || bytes[at + 1] === COLON);
        const wanted = star
          ? confined && !crosses
            ? Mark.SegmentStar
            : Mark.Star
          : confined
            ? Mark.SegmentOne
            : Mark.One;
        if (byte !== wanted) fail(`element ${element} has a wildcard of another reach`);
      }
    }
  }

  private principalEntry(at: number, element: number): void {
    const kind = this.reader.pool(at);
    const text = this.reader.pool(at + PrincipalEntryRecord.Text / 4);
    const bound = this.reader.pool(at + PrincipalEntryRecord.Bound / 4);
    if (kind > PrincipalEntryKind.Authenticated) fail(`element ${element} names nobody that is known`);
    const textless =
      kind === PrincipalEntryKind.Anyone ||
      kind === PrincipalEntryKind.AwsAnyone ||
      kind === PrincipalEntryKind.Everyone ||
      kind === PrincipalEntryKind.Authenticated;
    if (textless ? text !== NONE : text >= this.counts["strings"]!) fail(`element ${element} has an odd principal`);
    const bindable = kind === PrincipalEntryKind.User || kind === PrincipalEntryKind.Role;
    if (bindable) this.binding(text, bound, element);
    else if (bound !== NONE) fail(`element ${element} binds what cannot be bound`);
  }

  /** An ARN that AWS bound to a unique ID is bound to that one wherever it stands (MATCH-42). */
  private binding(text: number, bound: number, element: number): void {
    this.idOrNone(bound, "strings", `element ${element}`);
    const arn = this.reader.string(text);
    const uniqueId = this.reader.stringOrNull(bound);
    const before = this.bindings.get(arn);
    if (before === undefined) this.bindings.set(arn, uniqueId);
    else if (before !== uniqueId) fail(`element ${element} binds a principal to another unique id`);
  }

  private policies(): void {
    let next = 0;
    for (let id = 0; id < this.counts["policies"]!; id++) {
      const field = (offset: PolicyRecord) => this.reader.field(Section.Policies, PolicyRecord.Size, id, offset);
      this.id(field(PolicyRecord.Name), "strings", `policy ${id}`);
      if (field(PolicyRecord.Type) > PolicyTypeCode.trust) fail(`policy ${id} is of no type`);
      if (field(PolicyRecord.FirstStatement) !== next) fail(`policy ${id} begins at another statement`);
      const count = field(PolicyRecord.StatementCount);
      if (count > this.counts["statements"]! - next) fail(`policy ${id} has more statements than there are`);
      for (let index = 0; index < count; index++) {
        if (this.statement(next + index, StatementRecord.Policy) !== id) fail(`policy ${id} holds another's statement`);
        if (this.statement(next + index, StatementRecord.Index) !== index)
          fail(`policy ${id} counts its statements oddly`);
      }
      next += count;
    }
    if (next !== this.counts["statements"]) fail("a statement belongs to no policy");
    if (next > STATEMENTS_MAX) fail("there are more statements than can be listed");
  }

  private statement(id: number, field: StatementRecord): number {
    return this.reader.field(Section.Statements, StatementRecord.Size, id, field);
  }

  private statements(): void {
    for (let id = 0; id < this.counts["statements"]!; id++) {
      if (this.statement(id, StatementRecord.Bits) > StatementBits.Deny)
        fail(`statement ${id} has bits that are not known`);
      this.elementOf(this.statement(id, StatementRecord.Action), ElementBits.Action, id);
      this.elementOf(this.statement(id, StatementRecord.Resource), ElementBits.Resource, id);
      this.elementOf(this.statement(id, StatementRecord.Principal), ElementBits.Principal, id);
      this.statementShape(id);
      const condition = this.statement(id, StatementRecord.Condition);
      if (condition !== NONE && !this.blocks.has(condition)) fail(`statement ${id} enters its condition in the middle`);
      this.statementVariables(id);
    }
  }

  /**
   * Callers' policies and SCPs name no principals; the others do, trust policies alone name no resource. Whatever is left
   * out otherwise is that of a Deny which hits always (GRAM-8, GRAM-52).
   */
  private statementShape(id: number): void {
    const type: PolicyTypeCode = this.reader.field(
      Section.Policies,
      PolicyRecord.Size,
      this.statement(id, StatementRecord.Policy),
      PolicyRecord.Type,
    );
    const denies = this.statement(id, StatementRecord.Bits) === StatementBits.Deny;
    const principal = this.statement(id, StatementRecord.Principal);
    const nameless = placeOf(type) === Place.Caller || placeOf(type) === Place.Scp;
    if (nameless ? principal !== NONE : principal === NONE && !denies) fail(`statement ${id} names nobody or somebody`);
    const resource = this.statement(id, StatementRecord.Resource);
    if (resource === NONE && !denies && type !== PolicyTypeCode.trust) fail(`statement ${id} names no resource`);
  }

  private elementOf(element: number, kind: ElementBits, statement: number): void {
    if (element === NONE || element === NEVER) return;
    this.id(element, "elements", `statement ${statement}`);
    if (!(this.element(element, ElementRecord.Bits) & kind))
      fail(`statement ${statement} has an element of another kind`);
  }

  /** Under `UnresolvedStatement` the list of an Allow's variables is the list of its variables. */
  private statementVariables(id: number): void {
    const row = this.statement(id, StatementRecord.Variables);
    const matters = (this.options & OptionBits.UnresolvedStatement) !== 0;
    const denies = this.statement(id, StatementRecord.Bits) === StatementBits.Deny;
    const found = matters && !denies ? this.variablesOf(id) : new Set<number>();
    if (row === NONE) {
      if (found.size !== 0) fail(`statement ${id} hides its variables`);
      return;
    }
    this.poolRun(row, 1, 1, `statement ${id}`);
    const count = this.reader.pool(row);
    this.poolRun(row, count + 1, 1, `statement ${id}`);
    if (count !== found.size) fail(`statement ${id} lists other variables`);
    for (let index = 1; index <= count; index++) {
      if (!found.delete(this.reader.pool(row + index))) fail(`statement ${id} lists other variables`);
    }
  }

  private variablesOf(id: number): Set<number> {
    const found = new Set<number>();
    const collect = (pattern: number) => {
      const bytes = this.reader.patternBytes(pattern);
      for (let at = 0; at < bytes.length; at++) {
        if (bytes[at] !== Mark.Variable) continue;
        found.add(wordAt(bytes, at + 1));
        at += 4;
      }
    };
    const resource = this.statement(id, StatementRecord.Resource);
    if (resource !== NONE && resource !== NEVER) {
      const start = this.element(resource, ElementRecord.Start);
      const count = this.element(resource, ElementRecord.Count);
      for (let index = 0; index < count; index++) collect(this.reader.pool(start + index));
    }
    let at = this.statement(id, StatementRecord.Condition);
    while (at !== NONE && this.reader.code(at) !== Op.End) {
      const { operand } = INSTRUCTIONS[(this.reader.code(at) & 0xff) as Op];
      const count = this.reader.code(at + 8);
      for (let index = 0; index < count; index++) {
        const word = this.reader.code(at + 12 + index * 4);
        if (operand === "pattern") collect(word);
        else if (operand === "boolean" && word & TAGGED) collect(word & ~TAGGED);
        else if (operand === "loweredPattern" && word & TAGGED) collect(this.key(word & ~TAGGED, KeyRecord.Of));
      }
      at += 12 + count * 4;
    }
    return found;
  }

  private sets(): void {
    for (let id = 0; id < this.counts["sets"]!; id++) {
      const field = (offset: SetRecord) => this.set(id, offset);
      this.id(field(SetRecord.Label), "strings", `set ${id}`);
      this.poolRun(field(SetRecord.Start), field(SetRecord.Count), 2, `set ${id}`);
      this.poolRun(field(SetRecord.MissingStart), field(SetRecord.MissingCount), 1, `set ${id}`);
      let statements = 0;
      let places = ~0;
      for (let index = 0; index < field(SetRecord.Count); index++) {
        const policy = this.reader.pool(field(SetRecord.Start) + index * 2);
        const use: DocumentUse = this.reader.pool(field(SetRecord.Start) + index * 2 + 1);
        this.id(policy, "policies", `set ${id}`);
        if (use > DocumentUse.ServiceGrant) fail(`set ${id} uses a document oddly`);
        const place = placeOf(this.reader.field(Section.Policies, PolicyRecord.Size, policy, PolicyRecord.Type));
        places &= use === DocumentUse.Policy ? place : place & Place.Resource;
        statements += this.reader.field(Section.Policies, PolicyRecord.Size, policy, PolicyRecord.StatementCount);
      }
      if (statements !== field(SetRecord.StatementCount)) fail(`set ${id} counts its statements oddly`);
      this.poolStrings(field(SetRecord.MissingStart), field(SetRecord.MissingCount), `set ${id}`);
      this.places.push(places);
    }
  }

  /** A set whose documents are of the kinds that this place has. */
  private setAt(id: number, place: Place, what: string): void {
    this.id(id, "sets", what);
    if (!(this.places[id]! & place)) fail(`${what} has documents of another place`);
  }

  private setAtOrNone(id: number, place: Place, what: string): void {
    if (id !== NONE) this.setAt(id, place, what);
  }

  private levelsAt(id: number, place: Place, what: string): void {
    this.id(id, "levels", what);
    const start = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Start);
    const count = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Count);
    for (let index = 0; index < count; index++) this.setAt(this.reader.pool(start + index), place, what);
  }

  private set(id: number, field: SetRecord): number {
    return this.reader.field(Section.Sets, SetRecord.Size, id, field);
  }

  private poolStrings(start: number, count: number, what: string): void {
    for (let index = 0; index < count; index++) this.id(this.reader.pool(start + index), "strings", what);
  }

  private levels(): void {
    for (let id = 0; id < this.counts["levels"]!; id++) {
      const start = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Start);
      const count = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Count);
      this.poolRun(start, count, 1, `levels ${id}`);
      for (let index = 0; index < count; index++) this.id(this.reader.pool(start + index), "sets", `levels ${id}`);
    }
  }

  private statementsMax(): number {
    let largest = 0;
    let largestLevels = 0;
    for (let id = 0; id < this.counts["sets"]!; id++)
      largest = Math.max(largest, this.set(id, SetRecord.StatementCount));
    for (let id = 0; id < this.counts["levels"]!; id++) {
      const start = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Start);
      const count = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Count);
      let sum = 0;
      for (let index = 0; index < count; index++) {
        sum += this.set(this.reader.pool(start + index), SetRecord.StatementCount);
      }
      largestLevels = Math.max(largestLevels, sum);
    }
    return 2 * largestLevels + 6 * largest;
  }

  // ---- The directory -------------------------------------------------------------------------------------------------

  private directory(): void {
    this.sorted(Section.Accounts, AccountRecord.Size);
    this.sorted(Section.Principals, PrincipalRecord.Size);
    this.sorted(Section.Roles, RoleRecord.Size);
    this.sorted(Section.Sessions, SessionRecord.Size);
    this.sorted(Section.Resources, ResourceRecord.Size);
    this.sorted(Section.Endpoints, EndpointRecord.Size);
    this.each(Section.Accounts, AccountRecord.Size, (field, what) => this.account(field, what));
    this.each(Section.Principals, PrincipalRecord.Size, (field, what) => this.principal(field, what));
    this.roles();
    this.each(Section.Sessions, SessionRecord.Size, (field, what) => this.session(field, what));
    this.each(Section.Resources, ResourceRecord.Size, (field, what) => this.resource(field, what));
    this.each(Section.Endpoints, EndpointRecord.Size, (field, what) => this.endpoint(field, what));
  }

  private each(
    section: Exclude<Section, Section.Count>,
    size: number,
    check: (field: (offset: number) => number, what: string) => void,
  ): void {
    const count = this.reader.count(section, size);
    for (let id = 0; id < count; id++) {
      check((offset) => this.reader.field(section, size, id, offset), `${Section[section]} ${id}`);
    }
  }

  /** The first word of each record names a string; the records are in the order of its bytes, each once. */
  private sorted(section: Section, size: number): void {
    const count = this.reader.count(section, size);
    let previous: Uint8Array | null = null;
    for (let id = 0; id < count; id++) {
      const name = this.reader.field(section, size, id, 0);
      this.id(name, "strings", `${Section[section]} ${id}`);
      const bytes = this.reader.stringBytes(name);
      if (previous !== null && compareBytes(previous, bytes) >= 0) fail(`${Section[section]} ${id} is out of order`);
      previous = bytes;
    }
  }

  private account(field: (offset: number) => number, what: string): void {
    if (field(AccountRecord.Bits) > 15) fail(`${what} has bits that are not known`);
    for (const offset of [
      AccountRecord.OrganizationId,
      AccountRecord.OrganizationPath,
      AccountRecord.ManagementAccount,
      AccountRecord.CanonicalUserId,
    ]) {
      this.idOrNone(field(offset), "strings", what);
    }
    this.levelsAt(field(AccountRecord.Scps), Place.Scp, what);
    this.levelsAt(field(AccountRecord.Rcps), Place.Rcp, what);
    this.poolRun(field(AccountRecord.CompleteStart), field(AccountRecord.CompleteCount), 1, what);
    this.poolStrings(field(AccountRecord.CompleteStart), field(AccountRecord.CompleteCount), what);
  }

  private principal(field: (offset: number) => number, what: string): void {
    if (field(PrincipalRecord.Bits) > 3) fail(`${what} has bits that are not known`);
    this.id(field(PrincipalRecord.Account), "strings", what);
    this.id(field(PrincipalRecord.Name), "strings", what);
    this.principalArn(field, what);
    this.idOrNone(field(PrincipalRecord.UniqueId), "strings", what);
    this.setAt(field(PrincipalRecord.Identity), Place.Caller, what);
    this.setAtOrNone(field(PrincipalRecord.Boundary), Place.Caller, what);
    this.tags(field(PrincipalRecord.TagStart), field(PrincipalRecord.TagCount), what);
  }

  /** Of a user or role: `arn:P:iam::A:user/…` with the record's account; a federated user is known under its session's ARN. */
  private principalArn(field: (offset: number) => number, what: string): void {
    const parts = this.reader.string(field(PrincipalRecord.Arn)).split(":");
    const kind = field(PrincipalRecord.Bits) & PrincipalBits.Role ? "role" : "user";
    const account = this.reader.string(field(PrincipalRecord.Account));
    const isItsOwn = parts[0] === "arn" && parts[4] === account;
    const isNamed = parts[2] === "iam" && parts[5]?.startsWith(`${kind}/`);
    const isFederated = parts[2] === "sts" && kind === "user" && parts[5]?.startsWith("federated-user/");
    if (!isItsOwn || !(isNamed || isFederated)) fail(`${what} has another ARN than its own`);
  }

  private tags(start: number, count: number, what: string): void {
    this.poolRun(start, count, 2, what);
    this.poolStrings(start, count * 2, what);
  }

  /** Exactly the principals that are roles, by account and name. */
  private roles(): void {
    const count = this.reader.count(Section.Roles, RoleRecord.Size);
    const found = new Set<number>();
    for (let id = 0; id < count; id++) {
      const principal = this.reader.field(Section.Roles, RoleRecord.Size, id, RoleRecord.Principal);
      this.id(principal, "principals", `role ${id}`);
      const field = (offset: PrincipalRecord) =>
        this.reader.field(Section.Principals, PrincipalRecord.Size, principal, offset);
      const key = `${this.reader.string(field(PrincipalRecord.Account))}/${this.reader.string(field(PrincipalRecord.Name))}`;
      const name = this.reader.string(this.reader.field(Section.Roles, RoleRecord.Size, id, RoleRecord.Key));
      if (!(field(PrincipalRecord.Bits) & PrincipalBits.Role) || key !== name) fail(`role ${id} is another principal`);
      found.add(principal);
    }
    for (let id = 0; id < this.counts["principals"]!; id++) {
      const bits = this.reader.field(Section.Principals, PrincipalRecord.Size, id, PrincipalRecord.Bits);
      if (bits & PrincipalBits.Role && !found.has(id)) fail(`principal ${id} is a role that cannot be found`);
    }
  }

  private session(field: (offset: number) => number, what: string): void {
    this.setAtOrNone(field(SessionRecord.Policies), Place.Caller, what);
    this.tags(field(SessionRecord.TagStart), field(SessionRecord.TagCount), what);
    if (field(SessionRecord.IssuedBy) > 4) fail(`${what} was issued by nothing that is known`);
    const low = field(SessionRecord.IssueTimeLow);
    const high = field(SessionRecord.IssueTimeHigh);
    if (!(low === NONE && high === NONE) && Math.abs((high | 0) * 2 ** 32 + low) > DATE_MAX) {
      fail(`${what} was issued out of range`);
    }
    this.idOrNone(field(SessionRecord.FederatedProvider), "strings", what);
    this.idOrNone(field(SessionRecord.SourceIdentity), "strings", what);
    this.idOrNone(field(SessionRecord.Parent), "strings", what);
  }

  private resource(field: (offset: number) => number, what: string): void {
    const bits = field(ResourceRecord.Bits);
    if (bits > 31 || (bits & 3) === 3) fail(`${what} has bits that are not known`);
    this.idOrNone(field(ResourceRecord.Owner), "strings", what);
    this.tags(field(ResourceRecord.TagStart), field(ResourceRecord.TagCount), what);
    this.setAt(field(ResourceRecord.Policies), bits & ResourceBits.Trust ? Place.Trust : Place.Resource, what);
    if (field(ResourceRecord.Rcps) !== NONE) this.levelsAt(field(ResourceRecord.Rcps), Place.Rcp, what);
    this.idOrNone(field(ResourceRecord.Behind), "strings", what);
  }

  private endpoint(field: (offset: number) => number, what: string): void {
    this.idOrNone(field(EndpointRecord.Vpc), "strings", what);
    this.idOrNone(field(EndpointRecord.Account), "strings", what);
    if (field(EndpointRecord.Gateway) > 1) fail(`${what} is of no kind`);
    this.setAtOrNone(field(EndpointRecord.Policies), Place.Endpoint, what);
  }

  private data(): void {
    this.sorted(Section.RcpServices, 4);
    this.each(Section.ScpExempt, ScpExemptRecord.Size, (field, what) => {
      const pattern = field(ScpExemptRecord.Pattern);
      this.id(pattern, "patterns", what);
      const facts = this.patternFacts[pattern]!;
      if (facts.kind === PatternKind.Variables || facts.segmentMarks) fail(`${what} is no action`);
      if (field(ScpExemptRecord.RootOnly) > 1) fail(`${what} is for nobody that is known`);
    });
  }

  private provenance(): void {
    if (this.reader.count(Section.Provenance, ProvenanceRecord.Size) !== this.counts["statements"]) {
      fail("not every statement has a place");
    }
    const limit = this.reader.size(Section.ProvenanceBytes);
    const checked = new Set<string>();
    this.each(Section.Provenance, ProvenanceRecord.Size, (field, what) => {
      for (const offset of [ProvenanceRecord.SidOffset, ProvenanceRecord.FileOffset]) {
        const start = field(offset);
        const length = field(offset + 4);
        if (length > limit || start > limit - length) fail(`${what} reaches beyond its bytes`);
        const place = `${start},${length}`;
        if (checked.has(place)) continue;
        checked.add(place);
        if (!isWellFormed(this.reader.slice(Section.ProvenanceBytes, start, length)))
          fail(`${what} is not well-formed`);
      }
    });
  }
}

const COLON = 0x3a;
const ASTERISK = 0x2a;
const QUESTION_MARK = 0x3f;
const ZERO = 0x30;
const MODIFIERS = Modifier.IfExists | Modifier.Negated | Modifier.EqualsSpelling;
/** Milliseconds: twelve digits of seconds. */
const DATE_MAX = 1e15;
/** The largest exponent written, and the longest text around it. */
const EXPONENT_MAX = 9999 + 1_048_576;
/** Candidate words keep three bits for the document's use. */
const STATEMENTS_MAX = 0x1fff_ffff;

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function arnShape(bytes: Uint8Array, kind: PatternKind, colons: number): ArnShape {
  if (kind === PatternKind.Variables) return ArnShape.Malformed;
  if (kind === PatternKind.Any) return ArnShape.Any;
  const arn = bytes.length >= 4 && bytes[0] === 0x61 && bytes[1] === 0x72 && bytes[2] === 0x6e && bytes[3] === COLON;
  return arn && colons >= 5 ? ArnShape.Components : ArnShape.Malformed;
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) if (left[at] !== right[at]) return left[at]! - right[at]!;
  return left.length - right.length;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isWellFormed(bytes: Uint8Array): boolean {
  let ascii = true;
  for (let at = 0; at < bytes.length && ascii; at++) ascii = bytes[at]! < 0x80;
  if (ascii) return true;
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function isLowered(bytes: Uint8Array): boolean {
  const text = utf8.decode(bytes);
  return text === text.toLowerCase();
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
