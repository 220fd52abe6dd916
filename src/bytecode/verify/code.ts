/** Code: whole instructions, whose keys and operands are there and of the kinds that they must be. */
import { INSTRUCTIONS } from "../instructions.js";
import { KeyKind, KeyRecord, PatternRecord, Section } from "../layout.js";
import { Modifier, Op, PatternKind, Qualifier } from "../opcodes.js";
import { type BundleReader, INVALID, TAGGED } from "../reader.js";
import { fail } from "../refusal.js";
import type { Bounds } from "./bounds.js";
import type { PatternCheck } from "./patterns.js";
import { isLowered } from "./texts.js";

export class CodeCheck {
  /** Where blocks begin, as offsets into Code. */
  readonly blocks = new Set<number>();
  private readonly reader: BundleReader;

  constructor(
    private readonly bundle: Bounds,
    private readonly patterns: PatternCheck,
  ) {
    this.reader = bundle.reader;
  }

  run(): void {
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
    this.bundle.id(key, "keys", `the instruction at ${at}`);
    const wanted = op === Op.StringEqualsIgnoreCase ? KeyKind.Lowered : KeyKind.Plain;
    if (this.bundle.key(key, KeyRecord.Kind) !== wanted) fail(`the instruction at ${at} reads a key of another kind`);
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
          this.bundle.id(key, "keys", what);
          if (this.bundle.key(key, KeyRecord.Kind) !== KeyKind.Computed)
            fail(`${what} names a key that is not computed`);
          return;
        }
        this.bundle.id(word, "patterns", what);
        if (this.patterns.facts[word]!.kind !== PatternKind.Exact) fail(`${what} compares with more than text`);
        if (!isLowered(this.reader.patternBytes(word))) fail(`${what} compares with text that is not lower-cased`);
        return;
      case "boolean":
        if (word <= 1) return;
        if (!(word & TAGGED)) fail(`${what} has no boolean`);
        this.bundle.id((word & ~TAGGED) >>> 0, "patterns", what);
        if (this.patterns.facts[word & ~TAGGED]!.kind !== PatternKind.Variables) fail(`${what} has no variable`);
        if (this.patterns.facts[word & ~TAGGED]!.wild) fail(`${what} has a wildcard in a boolean`);
        return;
      case "presence":
        if (word > 1) fail(`${what} has no presence`);
        return;
      case "number":
        if (word !== INVALID) this.bundle.id(word, "numbers", what);
        return;
      case "date":
        if (word !== INVALID) this.bundle.id(word, "dates", what);
        return;
      case "range":
        if (word !== INVALID) this.bundle.id(word, "ranges", what);
        return;
      case "binary":
        if (word !== INVALID) this.bundle.id(word, "binaries", what);
        return;
      case null:
        fail(`${what} takes no operand`);
    }
  }

  private patternOperand(op: Op, word: number, what: string): void {
    this.bundle.id(word, "patterns", what);
    const facts = this.patterns.facts[word]!;
    if (facts.segmentMarks) fail(`${what} has a mark of resources`);
    if (op === Op.StringEquals && facts.wild) fail(`${what} has a wildcard where none is live`);
    if (op === Op.ArnLike && this.bundle.pattern(word, PatternRecord.Arn) !== facts.shape)
      fail(`${what} hides an ARN's shape`);
  }
}

const MODIFIERS = Modifier.IfExists | Modifier.Negated | Modifier.EqualsSpelling;
