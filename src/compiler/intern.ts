/** Everything that is stored once: texts, patterns, keys, operands, elements, code. Ids are given in order of first use. */
import { ArnShape, CardinalityCode, ElementBits, Format, KeyKind } from "../bytecode/layout.js";
import { Mark, PatternKind } from "../bytecode/opcodes.js";
import { Bytes, Words } from "../bytecode/writer.js";
import type { Part, Template } from "../policy/model.js";
import { cardinalityOf } from "../request/context.js";

/** How a template's wildcards are read. */
export type Reading = "text" | "resource" | "arn";

/** Marks inside the keys of the pattern table: lone surrogates, which well-formed text never holds. */
const KEY_OF_MARK = {
  [Mark.Star]: "\uDC01",
  [Mark.One]: "\uDC02",
  [Mark.SegmentStar]: "\uDC03",
  [Mark.SegmentOne]: "\uDC04",
  [Mark.Variable]: "\uDC05",
} as const;

export class Interner {
  readonly strings = new Words();
  readonly stringBytes = new Bytes();
  readonly patterns = new Words();
  readonly patternBytes = new Bytes();
  readonly variables = new Words();
  readonly keys = new Words();
  readonly numbers = new Words();
  readonly dates = new Words();
  readonly ranges = new Words();
  readonly binaries = new Words();
  readonly code = new Words();
  readonly pool = new Words();
  patternBytesMax = 0;

  private readonly stringIds = new Map<string, number>();
  private readonly patternIds = new Map<string, number>();
  private readonly variableIds = new Map<string, number>();
  private readonly keyIds = new Map<string, number>();
  private readonly literalIds = new Map<string, number>();
  private readonly rowIds = new Map<string, number>();

  constructor(private readonly segmentAware: boolean) {}

  get keyCount(): number {
    return this.keys.count / 4;
  }

  string(text: string): number {
    let id = this.stringIds.get(text);
    if (id === undefined) {
      id = this.stringIds.size;
      this.stringIds.set(text, id);
      const offset = this.stringBytes.size;
      this.strings.push(offset, this.stringBytes.appendText(text));
    }
    return id;
  }

  stringOrNone(text: string | null): number {
    return text === null ? Format.None : this.string(text);
  }

  /** A slot for a key as it stands. */
  key(name: string): number {
    return this.keyOf(`p${name}`, () => [this.string(name), KeyKind.Plain, cardinalityCode(name), Format.None]);
  }

  /** A slot for a key's lower-cased value. */
  loweredKey(name: string): number {
    const plain = this.key(name);
    return this.keyOf(`l${name}`, () => [this.string(name), KeyKind.Lowered, cardinalityCode(name), plain]);
  }

  /** A slot for a text with variables, lower-cased after it was put together (COND-21). */
  computedKey(template: Template): number {
    const pattern = this.pattern(template, "text");
    return this.keyOf(`c${pattern}`, () => [Format.None, KeyKind.Computed, CardinalityCode.Single, pattern]);
  }

  private keyOf(name: string, record: () => number[]): number {
    let id = this.keyIds.get(name);
    if (id === undefined) {
      const fields = record();
      id = this.keyCount;
      this.keyIds.set(name, id);
      this.keys.push(...fields);
    }
    return id;
  }

  variable(key: string, fallback: string | null): number {
    // The length tells a key from a fallback behind it, whatever either holds.
    const name = fallback === null ? `p${key}` : `${key.length}:${key}${fallback}`;
    let id = this.variableIds.get(name);
    if (id === undefined) {
      const keyId = this.key(key);
      id = this.variableIds.size;
      this.variableIds.set(name, id);
      this.variables.push(keyId, this.stringOrNone(fallback));
    }
    return id;
  }

  /** A template in the reading of its place: a Resource pattern, an ARN operand, or any other text. */
  pattern(template: Template, reading: Reading): number {
    const parts = this.marked(template, reading);
    const shape = reading === "arn" ? arnShapeOf(parts) : ArnShape.Malformed;
    let name = String(shape);
    for (const part of parts) {
      if (typeof part === "string") name += part;
      else if (part.mark === Mark.Variable) name += `${KEY_OF_MARK[Mark.Variable]}${part.variable};`;
      else name += KEY_OF_MARK[part.mark];
    }
    let id = this.patternIds.get(name);
    if (id === undefined) {
      id = this.patternIds.size;
      this.patternIds.set(name, id);
      this.writePattern(parts, shape);
    }
    return id;
  }

  private marked(template: Template, reading: Reading): readonly MarkedPart[] {
    const hasVariables = template.some((part) => part.kind === "variable");
    // Colons of values count too, so patterns with variables are read only when their values are known.
    const segments = reading === "resource" && this.segmentAware && !hasVariables;
    let colons = 0;
    return template.map((part, index): MarkedPart => {
      switch (part.kind) {
        case "text":
          if (segments) colons += countColons(part.text);
          return part.text;
        case "star":
          return { mark: segments && colons < 5 && !mayCross(template[index + 1]) ? Mark.SegmentStar : Mark.Star };
        case "one":
          return { mark: segments && colons < 5 ? Mark.SegmentOne : Mark.One };
        case "variable":
          return { mark: Mark.Variable, variable: this.variable(part.key, part.fallback) };
      }
    });
  }

  private writePattern(parts: readonly MarkedPart[], shape: ArnShape): void {
    const offset = this.patternBytes.size;
    for (const part of parts) {
      if (typeof part === "string") {
        this.patternBytes.appendText(part);
      } else {
        this.patternBytes.byte(part.mark);
        if (part.mark === Mark.Variable) {
          for (let shift = 0; shift < 32; shift += 8) this.patternBytes.byte((part.variable >>> shift) & 0xff);
        }
      }
    }
    const length = this.patternBytes.size - offset;
    this.patternBytesMax = Math.max(this.patternBytesMax, length);
    const first = parts[0];
    const literal = typeof first === "string" ? Buffer.byteLength(first) : 0;
    this.patterns.push(offset, length, patternKindOf(parts), shape, literal);
  }

  /** A literal operand of three or fewer words, stored once in the section it belongs to. */
  literal(section: "numbers" | "dates", words: readonly number[]): number {
    const name = `${section}${words.join(",")}`;
    let id = this.literalIds.get(name);
    if (id === undefined) {
      id = this[section].count / words.length;
      this.literalIds.set(name, id);
      this[section].append(words);
    }
    return id;
  }

  range(family: number, prefixBits: number, address: Uint8Array): number {
    const name = `range${family},${prefixBits},${address.join(",")}`;
    let id = this.literalIds.get(name);
    if (id === undefined) {
      id = this.ranges.count / 6;
      this.literalIds.set(name, id);
      this.ranges.push(family, prefixBits, ...new Uint32Array(address.buffer));
    }
    return id;
  }

  binary(bytes: Uint8Array): number {
    const name = `binary${bytes.join(",")}`;
    let id = this.literalIds.get(name);
    if (id === undefined) {
      id = this.binaries.count / 2;
      this.literalIds.set(name, id);
      this.binaries.push(this.stringBytes.append(bytes), bytes.length);
    }
    return id;
  }

  /** Words of code as one block; equal blocks are one. The place is a byte offset into Code. */
  block(words: readonly number[]): number {
    const name = `code${words.join(",")}`;
    let offset = this.rowIds.get(name);
    if (offset === undefined) {
      offset = this.code.append(words) * 4;
      this.rowIds.set(name, offset);
    }
    return offset;
  }

  /** Words in Pool; equal rows are one. */
  row(words: readonly number[]): number {
    if (words.length === 0) return 0;
    const name = `pool${words.join(",")}`;
    let start = this.rowIds.get(name);
    if (start === undefined) {
      start = this.pool.append(words);
      this.rowIds.set(name, start);
    }
    return start;
  }
}

type MarkedPart =
  | string
  | { readonly mark: Mark.Star | Mark.One | Mark.SegmentStar | Mark.SegmentOne }
  | { readonly mark: Mark.Variable; readonly variable: number };

function countColons(text: string): number {
  let count = 0;
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) count++;
  return count;
}

/** Whether a star before `next` stands at the end of its component (MATCH-22). */
function mayCross(next: Part | undefined): boolean {
  return next === undefined || (next.kind === "text" && next.text.startsWith(":"));
}

function patternKindOf(parts: readonly MarkedPart[]): PatternKind {
  const marks = parts.filter((part) => typeof part !== "string");
  if (marks.length === 0) return PatternKind.Exact;
  if (marks.some((part) => part.mark === Mark.Variable)) return PatternKind.Variables;
  if (marks.some((part) => part.mark === Mark.SegmentStar)) return PatternKind.Segments;
  const last = parts[parts.length - 1]!;
  if (marks.length === 1 && typeof last !== "string" && last.mark === Mark.Star) {
    return parts.length === 1 ? PatternKind.Any : PatternKind.Prefix;
  }
  return PatternKind.Greedy;
}

function arnShapeOf(parts: readonly MarkedPart[]): ArnShape {
  const kind = patternKindOf(parts);
  if (kind === PatternKind.Variables) return ArnShape.Malformed;
  if (kind === PatternKind.Any) return ArnShape.Any;
  const first = parts[0];
  if (typeof first !== "string" || !first.startsWith("arn:")) return ArnShape.Malformed;
  let colons = 0;
  for (const part of parts) if (typeof part === "string") colons += countColons(part);
  return colons >= 5 ? ArnShape.Components : ArnShape.Malformed;
}

function cardinalityCode(key: string): CardinalityCode {
  switch (cardinalityOf(key)) {
    case "single":
      return CardinalityCode.Single;
    case "multi":
      return CardinalityCode.Multi;
    case "unlisted":
      return CardinalityCode.Unlisted;
  }
}

/** Elements: Action, Resource and Principal lists, each distinct one stored once. Action ids are final after `sorted`. */
export class Elements {
  private readonly ids = new Map<string, number>();
  private readonly records: { bits: number; words: readonly number[]; perEntry: number }[] = [];
  private readonly actionIds = new Map<string, number>();

  action(negated: boolean, patterns: readonly string[]): number {
    const words = patterns.map((written) => {
      const pattern = written.replace(/\*{2,}/g, "*");
      let id = this.actionIds.get(pattern);
      if (id === undefined) {
        id = this.actionIds.size;
        this.actionIds.set(pattern, id);
      }
      return id;
    });
    // In whatever order they were written: they are stored in that of their bytes.
    words.sort((one, other) => one - other);
    return this.element(ElementBits.Action, negated, words, 1);
  }

  resource(negated: boolean, patterns: readonly number[]): number {
    return this.element(ElementBits.Resource, negated, patterns, 1);
  }

  /** Words are triples of `PrincipalEntryRecord`. */
  principal(negated: boolean, words: readonly number[]): number {
    return this.element(ElementBits.Principal, negated, words, 3);
  }

  private element(bit: ElementBits, negated: boolean, words: readonly number[], perEntry: number): number {
    const bits = negated ? bit | ElementBits.Negated : bit;
    const name = `${bits}:${words.join(",")}`;
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.records.length;
      this.ids.set(name, id);
      this.records.push({ bits, words, perEntry });
    }
    return id;
  }

  /** Writes the Elements section, with action patterns in the order of their bytes, and those patterns themselves. */
  write(interner: Interner): { elements: Uint8Array; actionPatterns: Uint8Array } {
    const encoded = [...this.actionIds].map(([pattern, id]) => ({ id, bytes: encodeActionPattern(pattern) }));
    encoded.sort((left, right) => Buffer.compare(left.bytes, right.bytes));
    const finalIds = new Uint32Array(encoded.length);
    const actionPatterns = new Words();
    encoded.forEach(({ id, bytes }, place) => {
      finalIds[id] = place;
      actionPatterns.push(interner.patternBytes.append(bytes), bytes.length);
      interner.patternBytesMax = Math.max(interner.patternBytesMax, bytes.length);
    });
    const elements = new Words();
    for (const { bits, words, perEntry } of this.records) {
      const final = bits & ElementBits.Action ? words.map((word) => finalIds[word]!).sort((a, b) => a - b) : words;
      elements.push(bits, interner.row(final), final.length / perEntry);
    }
    return { elements: elements.bytes(), actionPatterns: actionPatterns.bytes() };
  }
}

/** Text of an action pattern with `*` and `?` as marks. */
function encodeActionPattern(pattern: string): Uint8Array {
  return Buffer.from(pattern, "utf8").map((byte) =>
    byte === ASTERISK ? Mark.Star : byte === QUESTION_MARK ? Mark.One : byte,
  );
}

const ASTERISK = 0x2a;
const QUESTION_MARK = 0x3f;
