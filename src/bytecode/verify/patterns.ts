/** Texts, keys, variables, patterns and literals: what code and elements point to. */
import {
  ActionPatternRecord,
  ArnShape,
  BinaryRecord,
  CardinalityCode,
  DateRecord,
  Format,
  KeyKind,
  KeyRecord,
  NumberRecord,
  PatternRecord,
  RangeRecord,
  Section,
  StringRecord,
  VariableRecord,
} from "../layout.js";
import { Mark, PatternKind } from "../opcodes.js";
import { type BundleReader, NONE } from "../reader.js";
import { fail } from "../refusal.js";
import { type Bounds, DATE_MAX } from "./bounds.js";
import { asciiLower, checkZero, compareBytes, isWellFormed, wordAt } from "./texts.js";

/** What is known of a pattern after it was read. */
export interface PatternFacts {
  readonly kind: PatternKind;
  /** Star or One. */
  readonly wild: boolean;
  readonly segmentMarks: boolean;
  readonly shape: ArnShape;
}

/** Checks a bundle's texts; afterwards everything is known of its patterns. */
export class PatternCheck {
  readonly facts: PatternFacts[] = [];
  /** Bytes of the longest pattern. */
  bytesMax = 0;
  private readonly reader: BundleReader;

  constructor(private readonly bundle: Bounds) {
    this.reader = bundle.reader;
  }

  run(): void {
    this.strings();
    this.keys();
    this.variables();
    this.patterns();
    this.keyPatterns();
    this.literals();
    this.actionPatterns();
  }

  private strings(): void {
    for (const section of [Section.StringBytes, Section.PatternBytes]) {
      const size = this.reader.size(section);
      if (size < Format.TextPadding) fail(`section ${Section[section]} lacks its padding`);
      const end = this.reader.offset(section) + size;
      checkZero(this.reader, end - Format.TextPadding, end);
    }
    this.bundle.texts(Section.Strings, Section.StringBytes, StringRecord.Size, Format.TextPadding, "string");
    for (let id = 0; id < this.bundle.counts.strings; id++) {
      if (!isWellFormed(this.reader.stringBytes(id))) fail(`string ${id} is not well-formed`);
    }
  }

  private keys(): void {
    const names = new Set<string>();
    for (let id = 0; id < this.bundle.counts.keys; id++) {
      const name = this.bundle.key(id, KeyRecord.Name);
      const kind = this.bundle.key(id, KeyRecord.Kind);
      const of = this.bundle.key(id, KeyRecord.Of);
      if (this.bundle.key(id, KeyRecord.Cardinality) > CardinalityCode.Unlisted) fail(`key ${id} has no cardinality`);
      if (kind === KeyKind.Computed) {
        if (name !== NONE) fail(`computed key ${id} has a name`);
        this.bundle.id(of, "patterns", `computed key ${id}`);
        if (names.has(`computed ${of}`)) fail(`computed key ${id} stands twice`);
        names.add(`computed ${of}`);
        continue;
      }
      if (kind > KeyKind.Computed) fail(`key ${id} is of no kind`);
      this.bundle.id(name, "strings", `key ${id}`);
      const text = this.reader.string(name);
      if (text !== asciiLower(text)) fail(`key ${id} is not lower-cased`);
      if (names.has(`${kind} ${text}`)) fail(`key ${id} stands twice`);
      names.add(`${kind} ${text}`);
      if (kind === KeyKind.Plain ? of !== NONE : !this.isPlainKeyNamed(of, text)) fail(`key ${id} belongs to another`);
    }
  }

  private isPlainKeyNamed(id: number, name: string): boolean {
    this.bundle.id(id, "keys", "a lowered key");
    if (this.bundle.key(id, KeyRecord.Kind) !== KeyKind.Plain) return false;
    const other = this.bundle.key(id, KeyRecord.Name);
    return other < this.bundle.counts.strings && this.reader.string(other) === name;
  }

  private variables(): void {
    for (let id = 0; id < this.bundle.counts.variables; id++) {
      const key = this.reader.field(Section.Variables, VariableRecord.Size, id, VariableRecord.Key);
      this.bundle.id(key, "keys", `variable ${id}`);
      if (this.bundle.key(key, KeyRecord.Kind) !== KeyKind.Plain) fail(`variable ${id} reads no plain key`);
      const fallback = this.reader.field(Section.Variables, VariableRecord.Size, id, VariableRecord.Fallback);
      this.bundle.idOrNone(fallback, "strings", `variable ${id}`);
    }
  }

  private patterns(): void {
    this.bundle.texts(Section.Patterns, Section.PatternBytes, PatternRecord.Size, Format.TextPadding, "pattern");
    for (let id = 0; id < this.bundle.counts.patterns; id++) {
      const bytes = this.reader.patternBytes(id);
      this.bytesMax = Math.max(this.bytesMax, bytes.length);
      const facts = this.factsOf(bytes, id);
      if (this.bundle.pattern(id, PatternRecord.Kind) !== facts.kind) fail(`pattern ${id} is of another kind`);
      const mark = bytes.findIndex((byte) => byte >= Mark.Variable);
      if (this.bundle.pattern(id, PatternRecord.Literal) !== (mark === -1 ? bytes.length : mark)) {
        fail(`pattern ${id} has its first mark elsewhere`);
      }
      const shape = this.bundle.pattern(id, PatternRecord.Arn);
      if (shape !== ArnShape.Malformed && shape !== facts.shape) fail(`pattern ${id} has another ARN shape`);
      this.facts.push(facts);
    }
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
        this.bundle.id(wordAt(bytes, at + 1), "variables", `pattern ${id}`);
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
    for (let id = 0; id < this.bundle.counts.keys; id++) {
      if (this.bundle.key(id, KeyRecord.Kind) !== KeyKind.Computed) continue;
      const facts = this.facts[this.bundle.key(id, KeyRecord.Of)]!;
      if (facts.kind !== PatternKind.Variables || facts.wild) fail(`computed key ${id} is no text with variables`);
    }
  }

  private literals(): void {
    for (let id = 0; id < this.bundle.counts.numbers; id++) this.number(id);
    for (let id = 0; id < this.bundle.counts.dates; id++) {
      const low = this.reader.field(Section.Dates, DateRecord.Size, id, DateRecord.Low);
      const high = this.reader.field(Section.Dates, DateRecord.Size, id, DateRecord.High) | 0;
      if (Math.abs(high * 2 ** 32 + low) > DATE_MAX) fail(`date ${id} is out of range`);
    }
    for (let id = 0; id < this.bundle.counts.ranges; id++) this.range(id);
    this.bundle.texts(Section.Binaries, Section.StringBytes, BinaryRecord.Size, Format.TextPadding, "binary");
  }

  private number(id: number): void {
    const field = (offset: NumberRecord) => this.reader.field(Section.Numbers, NumberRecord.Size, id, offset);
    const digits = field(NumberRecord.Digits);
    this.bundle.id(digits, "strings", `number ${id}`);
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

  private actionPatterns(): void {
    this.bundle.texts(
      Section.ActionPatterns,
      Section.PatternBytes,
      ActionPatternRecord.Size,
      Format.TextPadding,
      "action",
    );
    let previous: Uint8Array | null = null;
    for (let id = 0; id < this.bundle.counts.actionPatterns; id++) {
      const field = (offset: number) => this.reader.field(Section.ActionPatterns, ActionPatternRecord.Size, id, offset);
      const bytes = this.reader.slice(Section.PatternBytes, field(0), field(4));
      this.bytesMax = Math.max(this.bytesMax, bytes.length);
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
}

const COLON = 0x3a;
const ASTERISK = 0x2a;
const QUESTION_MARK = 0x3f;
const ZERO = 0x30;
/** The largest exponent written, and the longest text around it. */
const EXPONENT_MAX = 9999 + 1_048_576;

function arnShape(bytes: Uint8Array, kind: PatternKind, colons: number): ArnShape {
  if (kind === PatternKind.Variables) return ArnShape.Malformed;
  if (kind === PatternKind.Any) return ArnShape.Any;
  const arn = bytes.length >= 4 && bytes[0] === 0x61 && bytes[1] === 0x72 && bytes[2] === 0x6e && bytes[3] === COLON;
  return arn && colons >= 5 ? ArnShape.Components : ArnShape.Malformed;
}
