/** Whatever the evaluator relies on and a bundle says otherwise is refused, and the reason is named: sections, code, policies. */
import { describe, expect, it } from "vitest";
import {
  ActionPatternRecord,
  ArnShape,
  BinaryRecord,
  CardinalityCode,
  DateRecord,
  DocumentUse,
  ElementBits,
  ElementRecord,
  Header,
  KeyKind,
  KeyRecord,
  LevelsRecord,
  NumberRecord,
  OptionBits,
  PatternRecord,
  PolicyRecord,
  PolicyTypeCode,
  PrincipalEntryKind,
  RangeRecord,
  Section,
  SetRecord,
  StatementBits,
  StatementRecord,
  StringRecord,
  VariableRecord,
} from "../../src/bytecode/layout.js";
import { Mark, Modifier, Op, PatternKind } from "../../src/bytecode/opcodes.js";
import { NEVER, NONE, TAGGED } from "../../src/bytecode/reader.js";
import { BundleEditor } from "./editor.js";
import {
  actionText,
  BUNDLE,
  cut,
  document,
  elementAt,
  elementOfKind,
  emptied,
  entry,
  keyOf,
  type Lie,
  type LieTable,
  last,
  numberOf,
  PLAIN_GLOB,
  patternOf,
  policyOf,
  pool,
  refusal,
  refusalOf,
  STATEMENT_MODE,
  setAt,
  setField,
  setInstruction,
  setStatement,
  setText,
  shiftIntoPadding,
  statementOf,
  swap,
} from "./lies.js";
import { sealed } from "./mutants.js";

const TABLE: LieTable = {
  sections: [
    ["half a record", "section Keys does not hold whole records", (bundle) => cut(bundle, Section.Keys, 1)],
    ["text without padding", "lacks its padding", (bundle) => cut(bundle, Section.StringBytes, "all")],
    ["padding with text in it", "a gap between sections is not empty", (bundle) => last(bundle, Section.PatternBytes)],
  ],
  header: [
    ["another flag", "an option flag is not known", ({ header }) => (header.options |= OptionBits.Closed * 2)],
    ["another count of slots", "the slot count is wrong", ({ header }) => header.slotCount++],
    ["a longer longest pattern", "the longest pattern is wrong", ({ header }) => header.patternBytesMax++],
    ["a shorter longest pattern", "the longest pattern is wrong", ({ header }) => header.patternBytesMax--],
    ["another bound of statements", "the statement bound is wrong", ({ header }) => header.statementsMax--],
  ],
  strings: [
    [
      "text behind the end",
      "string 0 reaches beyond its bytes",
      setField(Section.Strings, StringRecord.Offset, 1 << 20),
    ],
    ["text that is too long", "string 0 reaches beyond", setField(Section.Strings, StringRecord.Length, 0xffff_fff0)],
    [
      "offset and length that wrap",
      "string 0 reaches beyond",
      (bundle) => {
        bundle.set(Section.Strings, 0, StringRecord.Offset, 0xffff_fff0);
        bundle.set(Section.Strings, 0, StringRecord.Length, 0x20);
      },
    ],
    ["text into the padding", "reaches beyond its bytes", (bundle) => shiftIntoPadding(bundle, Section.Strings)],
    ["ill-formed text", "string 0 is not well-formed", setText(Section.StringBytes, () => 0, 0xc0)],
  ],
  keys: [
    ["no such cardinality", "has no cardinality", setField(Section.Keys, KeyRecord.Cardinality, 3)],
    ["no such kind", "is of no kind", setField(Section.Keys, KeyRecord.Kind, 3)],
    ["no such name", "points behind the last of strings", setField(Section.Keys, KeyRecord.Name, 1 << 20)],
    [
      "a computed key with a name",
      "has a name",
      (bundle) => bundle.set(Section.Keys, keyOf(bundle, null, KeyKind.Computed), KeyRecord.Name, 0),
    ],
    [
      "a computed key of no pattern",
      "points behind the last of patterns",
      (bundle) => bundle.set(Section.Keys, keyOf(bundle, null, KeyKind.Computed), KeyRecord.Of, 1 << 20),
    ],
    [
      "a computed key twice",
      "stands twice",
      (bundle) => {
        const of = bundle.field(Section.Keys, keyOf(bundle, null, KeyKind.Computed), KeyRecord.Of);
        bundle.append(Section.Keys, [NONE, KeyKind.Computed, CardinalityCode.Single, of]);
      },
    ],
    [
      "a computed key with a wildcard",
      "is no text with variables",
      (bundle) => {
        const pattern = patternOf(bundle, PatternKind.Variables, (bytes) => bytes.includes(Mark.One));
        bundle.set(Section.Keys, keyOf(bundle, null, KeyKind.Computed), KeyRecord.Of, pattern);
      },
    ],
    [
      "a name with capitals",
      "is not lower-cased",
      (bundle) => bundle.set(Section.Keys, keyOf(bundle, "s3:prefix"), KeyRecord.Name, bundle.string("s3:Prefix")),
    ],
    [
      "a plain key twice",
      "stands twice",
      (bundle) =>
        bundle.set(Section.Keys, keyOf(bundle, "s3:prefix"), KeyRecord.Name, bundle.string("aws:requestedregion")),
    ],
    ["a plain key of another", "belongs to another", setField(Section.Keys, KeyRecord.Of, 0)],
    [
      "a lowered key of another name",
      "belongs to another",
      (bundle) =>
        bundle.set(
          Section.Keys,
          keyOf(bundle, "aws:principaltag/team", KeyKind.Lowered),
          KeyRecord.Of,
          keyOf(bundle, "s3:prefix"),
        ),
    ],
    [
      "a lowered key of itself",
      "belongs to another",
      (bundle) => {
        const key = keyOf(bundle, "aws:principaltag/team", KeyKind.Lowered);
        bundle.set(Section.Keys, key, KeyRecord.Of, key);
      },
    ],
    [
      "a lowered key of none",
      "points behind the last of keys",
      (bundle) =>
        bundle.set(Section.Keys, keyOf(bundle, "aws:principaltag/team", KeyKind.Lowered), KeyRecord.Of, 1 << 20),
    ],
  ],
  variables: [
    ["a key that is not there", "points behind the last of keys", setField(Section.Variables, VariableRecord.Key, 99)],
    [
      "a key that is no plain one",
      "reads no plain key",
      (bundle) =>
        bundle.set(Section.Variables, 0, VariableRecord.Key, keyOf(bundle, "aws:principaltag/team", KeyKind.Lowered)),
    ],
    [
      "a fallback that is not there",
      "points behind the last of strings",
      setField(Section.Variables, VariableRecord.Fallback, 1 << 20),
    ],
  ],
  patterns: [
    ["another kind", "is of another kind", setField(Section.Patterns, PatternRecord.Kind, PatternKind.Greedy)],
    ["another first mark", "has its first mark elsewhere", setField(Section.Patterns, PatternRecord.Literal, 3)],
    ["another ARN shape", "has another ARN shape", setField(Section.Patterns, PatternRecord.Arn, ArnShape.Components)],
    ["bytes behind the end", "reaches beyond its bytes", setField(Section.Patterns, PatternRecord.Length, 1 << 20)],
    [
      "ill-formed text",
      "is not well-formed",
      setText(
        Section.PatternBytes,
        (bundle) => bundle.field(Section.Patterns, patternOf(bundle, PatternKind.Segments), PatternRecord.Offset),
        0xc0,
      ),
    ],
    [
      "a variable that is not there",
      "points behind the last of variables",
      (bundle) => {
        const pattern = patternOf(bundle, PatternKind.Variables, (bytes) => bytes.includes(Mark.One));
        const offset = bundle.field(Section.Patterns, pattern, PatternRecord.Offset);
        const literal = bundle.field(Section.Patterns, pattern, PatternRecord.Literal);
        bundle.sections[Section.PatternBytes]![offset + literal + 4] = 1;
      },
    ],
    [
      "half a variable",
      "ends inside a variable",
      (bundle) => {
        const bytes = new Uint8Array([0x61, Mark.Variable, 0, 0, 0]);
        const [offset, length] = bundle.bytes(Section.PatternBytes, bytes);
        bundle.append(Section.Patterns, [offset, length, PatternKind.Variables, ArnShape.Malformed, 1]);
      },
    ],
  ],
  literals: [
    ["a number without a sign", "has no sign", setField(Section.Numbers, NumberRecord.Negative, 2)],
    ["a number of no digits", "is an odd zero", numberOf("", 1)],
    ["a negative zero", "is an odd zero", numberOf("", 0, 1)],
    ["a number of letters", "is not made of digits", numberOf("1e5", 3)],
    ["zeros in front", "has zeros at its ends", numberOf("01", 2)],
    ["zeros at the end", "has zeros at its ends", numberOf("10", 2)],
    ["a number beyond all texts", "is out of range", numberOf("1", 2_000_000)],
    ["a number below all texts", "is out of range", numberOf("1", -2_000_000)],
    ["digits that are not there", "last of strings", setField(Section.Numbers, NumberRecord.Digits, 1 << 20)],
    ["a date beyond all texts", "is out of range", setField(Section.Dates, DateRecord.High, 0x7fff_ffff)],
    ["a date before all texts", "is out of range", setField(Section.Dates, DateRecord.High, 0x8000_0000)],
    ["a range of no family", "is of no family", setField(Section.Ranges, RangeRecord.Family, 5)],
    ["a prefix of 129 bits", "has a prefix out of range", setField(Section.Ranges, RangeRecord.PrefixBits, 129)],
    ["an IPv4 prefix of -1", "has a prefix out of range", setField(Section.Ranges, RangeRecord.PrefixBits, 95)],
    ["an IPv4 address of 16 bytes", "is no IPv4 address", setField(Section.Ranges, RangeRecord.Address, 1)],
    ["bits behind the prefix", "has bits behind its prefix", setField(Section.Ranges, RangeRecord.PrefixBits, 100)],
    ["bytes behind the end", "binary 0 reaches beyond", setField(Section.Binaries, BinaryRecord.Length, 1 << 20)],
  ],
  code: [
    ["no such operator", "is not known", setInstruction(Op.Null, 0, (word) => word + 1)],
    ["bits behind the modifiers", "opcode at", setInstruction(Op.Bool, 0, (word) => word | (1 << 24))],
    ["no such qualifier", "the qualifier at", setInstruction(Op.Bool, 0, (word) => word | (3 << 8))],
    ["no such modifier", "the modifiers at", setInstruction(Op.Bool, 0, (word) => word | (8 << 16))],
    [
      "a negation that AWS does not have",
      "has no negation",
      setInstruction(Op.Bool, 0, (word) => word | (Modifier.Negated << 16)),
    ],
    [
      "Null with IfExists",
      "cannot carry IfExists",
      setInstruction(Op.Null, 0, (word) => word | (Modifier.IfExists << 16)),
    ],
    [
      "a spelling of another operator",
      "is not of its operator",
      setInstruction(Op.Bool, 0, (word) => word | (Modifier.EqualsSpelling << 16)),
    ],
    ["no such key", "last of keys", setInstruction(Op.Bool, 1, () => 99)],
    [
      "a key's lower-cased value for its own",
      "reads a key of another kind",
      setInstruction(Op.Bool, 1, (_, bundle) => keyOf(bundle, "aws:principaltag/team", KeyKind.Lowered)),
    ],
    [
      "a key's own value for the lower-cased",
      "reads a key of another kind",
      setInstruction(Op.StringEqualsIgnoreCase, 1, (_, bundle) => keyOf(bundle, "aws:principaltag/team")),
    ],
    ["operands behind the end", "more operands than there is code", setInstruction(Op.Null, 2, () => 3)],
    ["operands that wrap", "more operands than there is code", setInstruction(Op.Null, 2, () => 0x4000_0001)],
    ["a block without an end", "the code ends inside a block", setInstruction(Op.Null, 2, () => 2)],
    ["half an instruction", "is cut off", (bundle) => cut(bundle, Section.Code, 16)],
    ["an empty block", "is empty", (bundle) => bundle.append(Section.Code, [Op.End])],
    ["a presence of 2", "has no presence", setInstruction(Op.Null, 3, () => 2)],
    ["a boolean of 2", "has no boolean", setInstruction(Op.Bool, 3, () => 2)],
    ["a boolean pattern without variables", "has no variable", setInstruction(Op.Bool, 3, () => TAGGED)],
    [
      "a boolean pattern with a wildcard",
      "has a wildcard in a boolean",
      setInstruction(
        Op.Bool,
        3,
        (_, bundle) => TAGGED | patternOf(bundle, PatternKind.Variables, (bytes) => bytes.includes(Mark.One)),
      ),
    ],
    ["a boolean pattern that is not there", "last of patterns", setInstruction(Op.Bool, 3, () => TAGGED | 99)],
    ["no such number", "last of numbers", setInstruction(Op.NumericLessThan, 3, () => 4)],
    ["no such date", "last of dates", setInstruction(Op.DateGreaterThan, 3, () => 1)],
    ["no such range", "last of ranges", setInstruction(Op.IpAddress, 3, () => 2, Modifier.Negated)],
    ["no such binary", "last of binaries", setInstruction(Op.BinaryEquals, 3, () => 1)],
    ["no such pattern", "last of patterns", setInstruction(Op.StringEqualsIgnoreCase, 3, () => 99)],
    ["no such computed key", "last of keys", setInstruction(Op.StringEqualsIgnoreCase, 4, () => TAGGED | 99)],
    [
      "a computed key that is none",
      "names a key that is not computed",
      setInstruction(Op.StringEqualsIgnoreCase, 4, () => TAGGED),
    ],
    [
      "lower-cased text with a wildcard",
      "compares with more than text",
      setInstruction(Op.StringEqualsIgnoreCase, 3, (_, bundle) => patternOf(bundle, PatternKind.Any)),
    ],
    [
      "lower-cased text with capitals",
      "is not lower-cased",
      (bundle) => {
        const [offset, length] = bundle.bytes(Section.PatternBytes, new TextEncoder().encode("RED"));
        const pattern = bundle.append(Section.Patterns, [offset, length, PatternKind.Exact, ArnShape.Malformed, 3]);
        setInstruction(Op.StringEqualsIgnoreCase, 3, () => pattern)(bundle);
      },
    ],
    [
      "a mark of resources in a condition",
      "has a mark of resources",
      setInstruction(Op.StringLike, 3, (_, bundle) => patternOf(bundle, PatternKind.Segments)),
    ],
    [
      "a wildcard in StringEquals",
      "has a wildcard where none is live",
      setInstruction(
        Op.StringEquals,
        3,
        (_, bundle) => patternOf(bundle, PatternKind.Any),
        Modifier.Negated | Modifier.IfExists,
      ),
    ],
    [
      "an ARN operand that does not know its shape",
      "hides an ARN's shape",
      setInstruction(
        Op.ArnLike,
        3,
        (word, bundle) => {
          bundle.set(Section.Patterns, word, PatternRecord.Arn, ArnShape.Malformed);
          return word;
        },
        Modifier.Negated | Modifier.EqualsSpelling,
      ),
    ],
  ],
  actions: [
    ["out of order", "is out of order", (bundle) => swap(bundle, Section.ActionPatterns, 0, 1)],
    [
      "one twice",
      "is out of order",
      (bundle) => {
        for (const field of [ActionPatternRecord.Offset, ActionPatternRecord.Length]) {
          bundle.set(Section.ActionPatterns, 1, field, bundle.field(Section.ActionPatterns, 0, field));
        }
      },
    ],
    ["a capital", "is not lower-cased", actionText(0x41)],
    ["an asterisk", "has a wildcard that is no mark", actionText(0x2a)],
    ["a question mark", "has a wildcard that is no mark", actionText(0x3f)],
    ["a mark of resources", "has a mark that it cannot have", actionText(Mark.SegmentOne)],
    [
      "bytes behind the end",
      "action 0 reaches beyond",
      setField(Section.ActionPatterns, ActionPatternRecord.Length, 999),
    ],
  ],
  elements: [
    ["no kind", "is of no kind", setField(Section.Elements, ElementRecord.Bits, 0)],
    ["two kinds", "is of no kind", setField(Section.Elements, ElementRecord.Bits, 6)],
    ["no entries", "is empty", emptied(ElementBits.Action)],
    ["no entries, somewhere", "is empty but points somewhere", setField(Section.Elements, ElementRecord.Count, 0, 2)],
    [
      "entries behind the pool",
      "reaches beyond the pool",
      setField(Section.Elements, ElementRecord.Start, 0xffff_ffff),
    ],
    ["entries that wrap", "reaches beyond the pool", setField(Section.Elements, ElementRecord.Count, 0x4000_0000)],
    [
      "no such action",
      "last of actionPatterns",
      pool(
        (bundle) => elementAt(bundle, "deploy", 0, StatementRecord.Action),
        () => 99,
      ),
    ],
    [
      "no such pattern",
      "last of patterns",
      pool(
        (bundle) => elementAt(bundle, "deploy", 0, StatementRecord.Resource),
        () => 99,
      ),
    ],
    [
      "a wildcard that goes further than its place",
      "has a wildcard of another reach",
      (bundle) => {
        const offset = bundle.field(Section.Patterns, patternOf(bundle, PatternKind.Segments), PatternRecord.Offset);
        const bytes = bundle.sections[Section.PatternBytes]!;
        // `{*}` of `11{*}1` is the second star: the first may cross, for it stands before a colon.
        bytes[bytes.indexOf(Mark.Star, offset)] = Mark.SegmentStar;
      },
    ],
    [
      "a wildcard that stops at colons behind the fifth",
      "has a wildcard of another reach",
      (bundle) => {
        const offset = bundle.field(Section.Patterns, patternOf(bundle, PatternKind.Segments), PatternRecord.Offset);
        const bytes = bundle.sections[Section.PatternBytes]!;
        bytes[bytes.indexOf(Mark.One, offset)] = Mark.SegmentOne;
      },
    ],
  ],
  principals: [
    ["nobody that is known", "names nobody that is known", entry("trust", 0, 0, PrincipalEntryKind.Authenticated + 1)],
    ["anyone with a text", "has an odd principal", entry("keep keys", 0, 1, 0)],
    ["an account without one", "has an odd principal", entry("trust", 0, 1, NONE)],
    ["an account with a unique id", "binds what cannot be bound", entry("trust", 0, 2, 0)],
    ["a role with an id that is not there", "last of strings", entry("key", 0, 2, 1 << 20)],
    [
      "a role with another id than elsewhere (MATCH-42)",
      "binds a principal to another unique id",
      (bundle) => entry("key", 0, 2, bundle.string("AROAOTHER"))(bundle),
    ],
    ["a role with no id, and one elsewhere (MATCH-42)", "to another unique id", entry("key", 0, 2, NONE)],
    ["a user with no id, and one elsewhere (MATCH-42)", "to another unique id", entry("key", 2, 2, NONE)],
    [
      "a role with another id, called by another string of the same text (MATCH-42)",
      "to another unique id",
      (bundle) => {
        entry("key", 0, 1, bundle.string("arn:aws:iam::111111111111:role/r"))(bundle);
        entry("key", 0, 2, bundle.string("AROAOTHER"))(bundle);
      },
    ],
  ],
  policies: [
    ["no such name", "last of strings", setField(Section.Policies, PolicyRecord.Name, 1 << 20)],
    ["no such type", "is of no type", setField(Section.Policies, PolicyRecord.Type, 9)],
    ["another's beginning", "begins at another statement", setField(Section.Policies, PolicyRecord.FirstStatement, 1)],
    [
      "too many statements",
      "more statements than there are",
      setField(Section.Policies, PolicyRecord.StatementCount, 99),
    ],
    ["another's statement", "holds another's statement", setField(Section.Statements, StatementRecord.Policy, 1)],
    ["another place", "counts its statements oddly", setField(Section.Statements, StatementRecord.Index, 1)],
    [
      "a statement of nobody",
      "a statement belongs to no policy",
      (bundle) => bundle.append(Section.Statements, [0, NONE, NONE, NONE, NONE, 0, 0, NONE]),
    ],
  ],
  statements: [
    ["bits that are not known", "has bits that are not known", setField(Section.Statements, StatementRecord.Bits, 2)],
    ["no such element", "last of elements", setField(Section.Statements, StatementRecord.Action, 99)],
    [
      "a resource for an action",
      "has an element of another kind",
      (bundle) =>
        setStatement(
          "deploy",
          0,
          StatementRecord.Action,
          bundle.field(Section.Statements, statementOf(bundle, "deploy"), StatementRecord.Resource),
        )(bundle),
    ],
    [
      "an identity policy that names principals",
      "names nobody or somebody",
      (bundle) =>
        setStatement("deploy", 0, StatementRecord.Principal, elementOfKind(bundle, ElementBits.Principal))(bundle),
    ],
    [
      "an SCP that matches nobody",
      "names nobody or somebody",
      setStatement("everything", 0, StatementRecord.Principal, NEVER),
    ],
    [
      "a bucket policy that allows whomever",
      "names nobody or somebody",
      setStatement("resource", 0, StatementRecord.Principal, NONE),
    ],
    ["an Allow of whatever", "names no resource", setStatement("deploy", 0, StatementRecord.Resource, NONE)],
    [
      "a condition entered in its middle",
      "enters its condition in the middle",
      setStatement("identity[0]", 0, StatementRecord.Condition, 0x2c),
    ],
    [
      "a condition behind the end",
      "enters its condition in the middle",
      setStatement("deploy", 0, StatementRecord.Condition, 0x1000),
    ],
    [
      "variables under a flag that knows none",
      "lists other variables",
      (bundle) =>
        setStatement("identity[0]", 0, StatementRecord.Variables, bundle.append(Section.Pool, [1, 0]))(bundle),
    ],
    [
      "variables behind the pool",
      "reaches beyond the pool",
      setStatement("identity[0]", 0, StatementRecord.Variables, 1 << 20),
    ],
    [
      "too many variables",
      "reaches beyond the pool",
      (bundle) =>
        setStatement("identity[0]", 0, StatementRecord.Variables, bundle.append(Section.Pool, [99, 0]))(bundle),
    ],
  ],
  sets: [
    ["no such label", "last of strings", setField(Section.Sets, SetRecord.Label, 1 << 20)],
    ["documents behind the pool", "beyond the pool", setField(Section.Sets, SetRecord.Count, 1 << 20)],
    ["missing ones behind the pool", "beyond the pool", setField(Section.Sets, SetRecord.MissingCount, 1 << 20)],
    ["another count of statements", "counts its statements oddly", setField(Section.Sets, SetRecord.StatementCount, 2)],
    ["no such policy", "last of policies", (bundle) => document(bundle, "scps[0]", 0, 99)],
    ["no such use", "uses a document oddly", (bundle) => document(bundle, "scps[0]", 1, DocumentUse.ServiceGrant + 1)],
    [
      "a name of what is missing that is not there",
      "last of strings",
      (bundle) =>
        bundle.set(Section.Sets, setAt(bundle, "scps[1]"), SetRecord.MissingStart, bundle.append(Section.Pool, [9999])),
    ],
  ],
  "what sets miss": [
    [
      "the label by another string (MATCH-46)",
      "hides its label",
      (bundle) => {
        const set = setAt(bundle, "permissions boundary");
        const label = bundle.text(bundle.field(Section.Sets, set, SetRecord.Label));
        bundle.set(Section.Sets, set, SetRecord.MissingStart, bundle.append(Section.Pool, [bundle.string(label)]));
        bundle.set(Section.Sets, set, SetRecord.MissingCount, 1);
      },
    ],
  ],
  levels: [
    ["sets behind the pool", "beyond the pool", setField(Section.Levels, LevelsRecord.Start, 1 << 20)],
    [
      "no such set",
      "last of sets",
      (bundle) => bundle.setWord(Section.Pool, bundle.field(Section.Levels, 0, LevelsRecord.Start), 99),
    ],
    [
      "an identity policy among SCPs",
      "has documents of another place",
      (bundle) =>
        bundle.setWord(
          Section.Pool,
          bundle.field(Section.Levels, 0, LevelsRecord.Start) + 1,
          setAt(bundle, "identity policies of arn:aws:iam::111111111111:user"),
        ),
    ],
  ],
};

describe("a bundle as the compiler writes it", () => {
  it.each([
    ["by default", BUNDLE],
    ["under `unresolvedVariable=statement`", STATEMENT_MODE],
    ["under `resourceGlob=plain`", PLAIN_GLOB],
  ])("is one, also when it was taken apart and put together: %s", (_, bundle) => {
    expect(refusalOf(bundle)).toBeNull();
    expect(new BundleEditor(bundle).write()).toEqual(bundle);
  });
});

describe.each(Object.entries(TABLE))("%s", (_, rows) => {
  it.each(rows)("%s", (_what, message, lie) => {
    expect(refusal(lie)).toContain(message);
  });
});

describe("sections", () => {
  const moved = (section: Section, change: number): string | null => {
    const bytes = BUNDLE.slice();
    const at = Header.Sections + section * 8;
    const view = new DataView(bytes.buffer);
    view.setUint32(at, view.getUint32(at, true) + change, true);
    return refusalOf(sealed(bytes));
  };

  it("stand one behind the other", () => {
    expect(moved(Section.Keys, 64)).toBe("section Keys is out of place");
    expect(moved(Section.Keys, -64)).toBe("section Keys is out of place");
    expect(moved(Section.Keys, 4)).toBe("section Keys is out of place");
    expect(moved(Section.ProvenanceBytes, 0xffff_ff00)).toBe("section ProvenanceBytes is out of place");
  });

  it("end where the bundle does", () => {
    const longer = new Uint8Array(BUNDLE.length + 64);
    longer.set(BUNDLE);
    expect(refusalOf(sealed(longer))).toBe("there is something behind the last section");
    const reaching = BUNDLE.slice();
    new DataView(reaching.buffer).setUint32(Header.Sections + Section.ProvenanceBytes * 8 + 4, 0xffff_ff00, true);
    expect(refusalOf(sealed(reaching))).toBe("section ProvenanceBytes is out of place");
  });

  it("have zeros between them", () => {
    const bytes = BUNDLE.slice();
    bytes[bytes.length - 1] = 1;
    expect(refusalOf(sealed(bytes))).toBe("a gap between sections is not empty");
  });
});

describe("under `unresolvedVariable=statement` (VAR-10)", () => {
  it("an Allow lists each of its variables", () => {
    const hidden: Lie = setStatement("identity[0]", 0, StatementRecord.Variables, NONE);
    expect(refusal(hidden, STATEMENT_MODE)).toContain("hides its variables");
    const row = (bundle: BundleEditor) =>
      bundle.field(Section.Statements, statementOf(bundle, "identity[0]"), StatementRecord.Variables);
    const fewer: Lie = (bundle) => bundle.setWord(Section.Pool, row(bundle), 1);
    expect(refusal(fewer, STATEMENT_MODE)).toContain("lists other variables");
    const repeated: Lie = (bundle) =>
      bundle.setWord(Section.Pool, row(bundle) + 1, bundle.word(Section.Pool, row(bundle) + 2));
    expect(refusal(repeated, STATEMENT_MODE)).toContain("lists other variables");
  });

  it("a Deny lists none", () => {
    const denies: Lie = setStatement("identity[0]", 0, StatementRecord.Bits, StatementBits.Deny);
    expect(refusal(denies, STATEMENT_MODE)).toContain("lists other variables");
  });
});

describe("under `resourceGlob=plain` (MATCH-22)", () => {
  it("wildcards of resources go anywhere", () => {
    const star: Lie = (bundle) => {
      const id = patternOf(bundle, PatternKind.Greedy, (bytes) => bytes.includes(Mark.One));
      const bytes = bundle.sections[Section.PatternBytes]!;
      bytes[bytes.indexOf(Mark.Star, bundle.field(Section.Patterns, id, PatternRecord.Offset))] = Mark.SegmentStar;
      bundle.set(Section.Patterns, id, PatternRecord.Kind, PatternKind.Segments);
    };
    expect(refusal(star, PLAIN_GLOB)).toContain("has a wildcard of another reach");
  });
});

it("types of documents are told apart: a deny-only bucket policy may stand at a bucket, a deny-only SCP nowhere", () => {
  expect(refusal((bundle) => document(bundle, "resource policy of arn:aws:s3", 1, DocumentUse.DenyOnly))).toBeNull();
  expect(refusal((bundle) => document(bundle, "scps[0]", 1, DocumentUse.DenyOnly))).toContain("of another place");
  const typed: Lie = (bundle) =>
    bundle.set(Section.Policies, policyOf(bundle, "everything"), PolicyRecord.Type, PolicyTypeCode.identity);
  expect(refusal(typed)).toContain("of another place");
});
