/** What is the same is stored once, in the order of its first use; what is not the same is never taken for each other. */
import { describe, expect, it } from "vitest";
import {
  BinaryRecord,
  DateRecord,
  ElementRecord,
  KeyKind,
  KeyRecord,
  LevelsRecord,
  NumberRecord,
  PatternRecord,
  PolicyRecord,
  Section,
  SetRecord,
  StatementRecord,
  VariableRecord,
} from "../../src/bytecode/layout.js";
import { Op } from "../../src/bytecode/opcodes.js";
import type { BundleReader } from "../../src/bytecode/reader.js";
import { everythingWorld } from "../bytecode/everything.js";
import { Random } from "../generators/random.js";
import { worldOf } from "../generators/roads.js";
import { townOf } from "../generators/towns.js";
import { policyOf } from "../reference/build.js";
import { bundleOf, bundleOfPolicies, count, records, setOf, texts, user, worldWith } from "./build.js";

const LENIENT = { mode: "lenient" } as const;

function conditional(
  operator: string,
  key: string,
  operands: readonly string[],
  name = `${operator} ${key} ${operands}`,
) {
  return policyOf("identity", [{ Action: "s3:*", Condition: { [operator]: { [key]: operands } } }], name, LENIENT);
}

/** What the records of each section are, so that two that say the same are equal. */
function contents(reader: BundleReader): Readonly<Record<string, readonly string[]>> {
  const row = (start: number, length: number) =>
    Array.from({ length }, (_, index) => reader.pool(start + index)).join();
  const all = (section: Parameters<typeof records>[1], size: number) =>
    records(reader, section).map((field) => Array.from({ length: size / 4 }, (_, word) => field(word * 4)).join());
  return {
    strings: texts(reader),
    patterns: records(reader, Section.Patterns).map((field, id) => {
      return `${Buffer.from(reader.patternBytes(id)).toString("hex")} ${field(PatternRecord.Arn)}`;
    }),
    variables: all(Section.Variables, VariableRecord.Size),
    keys: all(Section.Keys, KeyRecord.Size),
    numbers: all(Section.Numbers, NumberRecord.Size),
    dates: all(Section.Dates, DateRecord.Size),
    ranges: all(Section.Ranges, 24),
    binaries: records(reader, Section.Binaries).map((field) =>
      Buffer.from(reader.slice(Section.StringBytes, field(BinaryRecord.Offset), field(BinaryRecord.Length))).toString(
        "hex",
      ),
    ),
    actions: records(reader, Section.ActionPatterns).map((field) =>
      Buffer.from(reader.slice(Section.PatternBytes, field(0), field(4))).toString("hex"),
    ),
    blocks: blocksOf(reader),
    sets: records(reader, Section.Sets).map((field) =>
      [
        field(SetRecord.Label),
        row(field(SetRecord.Start), field(SetRecord.Count) * 2),
        row(field(SetRecord.MissingStart), field(SetRecord.MissingCount)),
      ].join(";"),
    ),
    levels: records(reader, Section.Levels).map((field) => row(field(LevelsRecord.Start), field(LevelsRecord.Count))),
  };
}

function blocksOf(reader: BundleReader): string[] {
  const blocks: string[] = [];
  for (let at = 0, block = ""; at < reader.size(Section.Code); ) {
    const isEnd = reader.code(at) === Op.End;
    const length = isEnd ? 1 : 3 + reader.code(at + 8);
    for (let word = 0; word < length; word++) block += `${reader.code(at + word * 4)},`;
    at += length * 4;
    if (!isEnd) continue;
    blocks.push(block);
    block = "";
  }
  return blocks;
}

describe("every record of a generated world", () => {
  it("says something that no other says", () => {
    let worlds = 0;
    const seen = new Map<string, number>();
    for (let number = 0; worlds < 60; number++) {
      const town = townOf(new Random(1, 31, number));
      let reader: BundleReader;
      try {
        reader = bundleOf(worldOf(town));
      } catch {
        continue; // Strict grammar refuses some of the worlds.
      }
      worlds++;
      for (const [name, rows] of Object.entries(contents(reader))) {
        expect(new Set(rows).size, `${name} of world ${number}`).toBe(rows.length);
        seen.set(name, (seen.get(name) ?? 0) + rows.length);
      }
    }
    // Otherwise there would have been nothing to tell apart.
    for (const [name, rows] of seen) expect(rows, name).toBeGreaterThan(20);
  });
});

describe("texts", () => {
  it("are stored once, in the order of their first use", () => {
    const reader = bundleOf(everythingWorld());
    const all = texts(reader);
    expect(new Set(all).size).toBe(all.length);
    const offsets = records(reader, Section.Strings).map((field) => field(0));
    expect(offsets).toEqual([...offsets].sort((one, other) => one - other));
  });

  it("differ by bytes: composed and decomposed, cases, NUL", () => {
    const names = ["é", "e\u0301", "E\u0301", "a", "a\0", "a\0b", "a ", "😀", "__proto__", "constructor", ""];
    const users = names.map((name) => ({ ...user("x", [], `${names.indexOf(name)}/`), uniqueId: name }));
    const all = texts(bundleOf(worldWith({ users })));
    for (const name of names)
      expect(
        all.filter((text) => text === name),
        JSON.stringify(name),
      ).toHaveLength(1);
  });
});

describe("patterns", () => {
  const bytesOf = (reader: BundleReader) =>
    records(reader, Section.Patterns).map((_, id) => Buffer.from(reader.patternBytes(id)).toString("latin1"));

  it("that are spelled alike and read differently are not one", () => {
    // Live under StringLike, text under StringEquals; as text of a resource and of an ARN operand.
    const reader = bundleOfPolicies([
      conditional("StringLike", "a:k", ["x*?"]),
      conditional("StringEquals", "a:k", ["x*?"]),
      conditional("StringLike", "a:k", ["x${*}${?}"]),
    ]);
    const patterns = bytesOf(reader);
    expect(patterns.filter((bytes) => bytes === "x\xff\xfe")).toHaveLength(1);
    expect(patterns.filter((bytes) => bytes === "x*?")).toHaveLength(1);
  });

  it("of an ARN operand know their shape, those of other places do not", () => {
    const arn = "arn:aws:sns:*:*:*";
    const reader = bundleOfPolicies([conditional("ArnLike", "a:k", [arn]), conditional("StringLike", "a:k", [arn])]);
    const shapes = records(reader, Section.Patterns)
      .filter((_, id) => Buffer.from(reader.patternBytes(id)).toString("latin1").startsWith("arn:aws:sns"))
      .map((field) => field(PatternRecord.Arn));
    expect(shapes.sort()).toEqual([0, 2]);
  });

  it("collapse runs of stars", () => {
    const reader = bundleOfPolicies([
      conditional("StringLike", "a:k", [`a${"*".repeat(1000)}b`]),
      conditional("StringLike", "a:k", ["a*b"]),
    ]);
    expect(bytesOf(reader).filter((bytes) => bytes === "a\xffb")).toHaveLength(1);
  });
});

describe("variables", () => {
  it.each([
    ["with and without a default", ["${a:k}", "${a:k, 'd'}", "${a:k, ''}"], 3],
    ["in two spellings", ["${a:k}", "${A:K}"], 1],
    ["whose key holds what a default could", ["${a:k\0d}", "${a:k, 'd'}"], 2],
    ["whose key looks like a length and a default", ["${3:a:kd}", "${a:k, 'd'}"], 2],
  ])("%s", (_, operands, wanted) => {
    const reader = bundleOfPolicies([conditional("StringEquals", "b:k", operands)]);
    expect(count(reader, Section.Variables)).toBe(wanted);
  });
});

describe("literals", () => {
  it.each([
    ["NumericEquals", Section.Numbers, ["1", "1.0", "+1", "10e-1", "0.1e1", "01"], 1],
    ["NumericEquals", Section.Numbers, ["1", "10", "-1", "0.1", "0", "-0"], 5],
    ["DateEquals", Section.Dates, ["2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", "1767323045"], 1],
    ["DateEquals", Section.Dates, ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.001Z"], 2],
    ["IpAddress", Section.Ranges, ["10.0.0.0/8", "10.9.9.9/8"], 1],
    ["IpAddress", Section.Ranges, ["10.0.0.0/8", "10.0.0.0/9", "::a00:0/104"], 3],
    ["BinaryEquals", Section.Binaries, ["aGk=", "aGk="], 1],
    ["BinaryEquals", Section.Binaries, ["aGk=", "aGkA", ""], 3],
  ] as const)("%s: section %d of %j", (operator, section, operands, wanted) => {
    expect(count(bundleOfPolicies([conditional(operator, "a:k", operands)]), section)).toBe(wanted);
  });
});

describe("keys", () => {
  it("have a slot for their value, and one for it in lower case, where somebody asks for that", () => {
    const reader = bundleOfPolicies([
      conditional("StringEquals", "a:K", ["x"]),
      conditional("StringLike", "A:k", ["x"]),
      conditional("StringEqualsIgnoreCase", "a:k", ["x", "${b:k}"]),
    ]);
    const kinds = records(reader, Section.Keys).map((field) => field(KeyRecord.Kind));
    expect(kinds.sort()).toEqual([KeyKind.Plain, KeyKind.Plain, KeyKind.Lowered, KeyKind.Computed]);
  });
});

describe("conditions, elements and policies", () => {
  it("of two policies that say the same are one; the policies are two", () => {
    const twin = (name: string) => conditional("StringEquals", "a:k", ["x", "y"], name);
    const reader = bundleOfPolicies([twin("one"), twin("other")]);
    expect(count(reader, Section.Policies)).toBe(2);
    const [one, other] = records(reader, Section.Statements);
    for (const field of [StatementRecord.Action, StatementRecord.Resource, StatementRecord.Condition]) {
      expect(one!(field)).toBe(other!(field));
    }
  });

  it("are ordered as they were written: entries that change places are another block", () => {
    const entries = (...keys: string[]) =>
      policyOf(
        "identity",
        [{ Action: "s3:*", Condition: { StringEquals: Object.fromEntries(keys.map((key) => [key, "x"])) } }],
        keys.join(),
      );
    const reader = bundleOfPolicies([entries("aws:username", "aws:userid"), entries("aws:userid", "aws:username")]);
    expect(blocksOf(reader)).toHaveLength(2);
  });

  it("a policy that many have is stored once, and each that has it names it", () => {
    const policy = conditional("StringEquals", "a:k", ["x"]);
    const users = ["a", "b", "c"].map((name) => user(name, [policy]));
    const reader = bundleOf(worldWith({ users }));
    expect(count(reader, Section.Policies)).toBe(1);
    expect(count(reader, Section.Statements)).toBe(1);
    // The same documents are the same row of the pool, whatever the set is called.
    const starts = records(reader, Section.Sets).map((field) => field(SetRecord.Start));
    expect(starts).toHaveLength(3);
    expect(new Set(starts).size).toBe(1);
  });

  it("statements stand in their policy's order, policies in that of their first use", () => {
    const three = policyOf("identity", [{ Action: "s3:a" }, { Action: "s3:b" }, { Action: "s3:c" }], "three");
    const one = policyOf("identity", [{ Action: "s3:b" }], "one");
    const reader = bundleOf(worldWith({ users: [user("b", [one]), user("a", [three, one])] }));
    const policies = records(reader, Section.Policies).map((field) => [
      reader.string(field(PolicyRecord.Name)),
      field(PolicyRecord.FirstStatement),
      field(PolicyRecord.StatementCount),
    ]);
    expect(policies).toEqual([
      ["three", 0, 3],
      ["one", 3, 1],
    ]);
    expect(records(reader, Section.Statements).map((field) => field(StatementRecord.Index))).toEqual([0, 1, 2, 0]);
  });
});

describe("sets", () => {
  it("are one if label, documents, uses and what is missing are the same", () => {
    const [one, other] = [conditional("StringEquals", "a:k", ["x"]), conditional("StringEquals", "a:k", ["y"])];
    const sets = [
      setOf("s", [one, other]),
      setOf("s", [one, other]),
      setOf("s", [other, one]),
      setOf("t", [one, other]),
      setOf("s", [one, other], ["m"]),
      setOf("s", [one, other], ["m", "n"]),
      { ...setOf("s", [one, other]), documents: [{ policy: one, use: "policy" as const }] },
    ];
    const users = sets.map((identity, index) => ({ ...user("u", [], `${index}/`), identity }));
    const reader = bundleOf(worldWith({ users }));
    expect(count(reader, Section.Sets)).toBe(6);
    const counts = records(reader, Section.Sets).map((field) => field(SetRecord.StatementCount));
    expect(counts).toEqual([2, 2, 2, 2, 2, 1]);
  });

  it("without anything point nowhere", () => {
    const reader = bundleOf(worldWith({ users: [user("u", [])] }));
    const [field] = records(reader, Section.Sets);
    for (const name of [SetRecord.Start, SetRecord.Count, SetRecord.MissingStart, SetRecord.MissingCount]) {
      expect(field!(name)).toBe(0);
    }
  });
});

it("an Action element that is written in two orders is one", () => {
  const actions = (...Action: string[]) => policyOf("identity", [{ Action }], Action.join());
  const reader = bundleOfPolicies([actions("s3:b", "s3:a"), actions("s3:a", "s3:b")]);
  expect(records(reader, Section.Elements).filter((field) => field(ElementRecord.Count) === 2)).toHaveLength(1);
});
