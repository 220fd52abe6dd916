/**
 * Every instruction with every kind of operand: compiled from a policy, verified, listed, decided, read back and compiled
 * again. A row that is missing does not compile, and a table that does not name every instruction fails.
 */
import { describe, expect, it } from "vitest";
import { disassemble } from "../../src/bytecode/disassemble.js";
import { INSTRUCTIONS, type OperandKind } from "../../src/bytecode/instructions.js";
import { KeyKind, KeyRecord, PatternRecord, Section, StatementRecord } from "../../src/bytecode/layout.js";
import { Modifier, Op, PatternKind, Qualifier } from "../../src/bytecode/opcodes.js";
import { type BundleReader, INVALID, TAGGED } from "../../src/bytecode/reader.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { decompilePolicy } from "../../src/engine/decompile.js";
import { Engine } from "../../src/engine/engine.js";
import type { Policy } from "../../src/policy/model.js";
import { OPERATORS, type OperatorBase } from "../../src/policy/operators.js";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";
import { answer } from "../../src/reference/authorize.js";
import type { Request } from "../../src/request/request.js";
import { resolve } from "../../src/request/resolve.js";
import { directoryOf } from "../../src/world/directory.js";
import type { PrincipalRecord, World } from "../../src/world/model.js";
import { A1, policyOf } from "../reference/build.js";
import { user, worldWith } from "./build.js";

/** What an operand word of each kind can be. */
const FORMS = {
  pattern: ["text", "nothing", "star", "prefix", "wildcards", "variable"],
  loweredPattern: ["text", "nothing", "computed"],
  number: ["number", "zero", "invalid"],
  date: ["date", "invalid"],
  boolean: ["true", "false", "variable"],
  binary: ["bytes", "nothing", "invalid"],
  range: ["IPv4", "IPv6", "invalid"],
  presence: ["absent", "present"],
} as const satisfies Record<OperandKind, readonly string[]>;

type KindOf<O extends Op> = (typeof INSTRUCTIONS)[O]["operand"];
type FormsOf<K> = K extends OperandKind ? Record<(typeof FORMS)[K][number], Row> : null;

interface Row {
  /** As a policy writes it. */
  readonly operand: string;
  /** As the listing shows it. */
  readonly listed: string;
  /** A value that satisfies the operator; null: there is none. */
  readonly holds: string | null;
  /** A value that does not; null: there is none. */
  readonly fails: string | null;
  /** A value that satisfies the operator's negation: one that fails, but for what is no ARN (COND-63). */
  readonly otherwise: string | null;
}

function row(
  operand: string,
  listed: string,
  holds: string | null,
  fails: string | null,
  otherwise: string | null = fails,
): Row {
  return { operand, listed, holds, fails, otherwise };
}

/** The operator of numbers and dates whose rows these are: what is less, equal and greater. */
const numbers = (holds: readonly [string, string, string | null], zero: readonly [string | null, string | null]) => ({
  number: row("10.50", "10.5", holds[0], holds[1]),
  zero: row("-0", "0", ...zero),
  invalid: row("ten", "<invalid>", holds[2], "10.5"),
});

const dates = (holds: string, fails: string) => ({
  date: row("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z", holds, fails),
  invalid: row("yesterday", "<invalid>", null, "2026-01-02T03:04:05Z"),
});

const NOON = "2026-01-02T12:00:00Z";
const SAME = "1767323045";
const DAWN = "2026-01-02T01:00:00Z";
const TOPIC = "arn:aws:sns:eu-west-1:111111111111:orders";
const ALICE = "arn:aws:iam::111111111111:user/alice";

const TABLE: { readonly [O in Op]: FormsOf<KindOf<O>> } = {
  [Op.End]: null,
  [Op.StringEquals]: {
    text: row("red", '"red"', "red", "Red"),
    nothing: row("", '""', "", "red"),
    star: row("*", '"\\*"', "*", "red"),
    prefix: row("re*", '"re\\*"', "re*", "red"),
    wildcards: row("r?d*x", '"r\\?d\\*x"', "r?d*x", "redx"),
    variable: row("x${aws:username}", '"x${aws:username}"', "xalice", "xbob"),
  },
  [Op.StringEqualsIgnoreCase]: {
    text: row("Straße", '"straße"', "STRAßE", "strasse"),
    nothing: row("", '""', "", "red"),
    computed: row("X${aws:username}", 'lower("X${aws:username}")', "xALICE", "xbob"),
  },
  [Op.StringLike]: {
    text: row("red", '"red"', "red", "Red"),
    nothing: row("", '""', "", "red"),
    star: row("*", '"*"', "", null),
    prefix: row("re*", '"re*"', "red", "blue"),
    wildcards: row("r?d*x", '"r?d*x"', "rodéx", "rod"),
    variable: row("${aws:username}/*", '"${aws:username}/*"', "alice/x", "bob/x"),
  },
  [Op.NumericEquals]: numbers(["10.5", "10.51", null], ["0e5", "1"]),
  [Op.NumericLessThan]: numbers(["-11", "10.5", null], ["-1", "0"]),
  [Op.NumericLessThanEquals]: numbers(["1.05e1", "10.50001", null], ["0.0", "0.1"]),
  [Op.NumericGreaterThan]: numbers(["11", "10.5", null], ["1", "-0"]),
  [Op.NumericGreaterThanEquals]: numbers(["10.5", "9", null], ["-0", "-1"]),
  [Op.DateEquals]: dates(SAME, NOON),
  [Op.DateLessThan]: dates(DAWN, SAME),
  [Op.DateLessThanEquals]: dates(SAME, NOON),
  [Op.DateGreaterThan]: dates(NOON, SAME),
  [Op.DateGreaterThanEquals]: dates(SAME, DAWN),
  [Op.Bool]: {
    true: row("TRUE", "true", "True", "false"),
    false: row("no", "false", "false", "true"),
    variable: row("${aws:username}", '"${aws:username}"', "false", "true"),
  },
  [Op.BinaryEquals]: {
    bytes: row("aGVsbG8=", "base64:aGVsbG8=", "aGVsbG8=", "aGVsbG8h"),
    nothing: row("", "base64:", "", "aGVsbG8="),
    invalid: row("a", "<invalid>", null, "a"),
  },
  [Op.IpAddress]: {
    IPv4: row("10.1.2.3/8", "10.0.0.0/8", "::ffff:10.9.9.9", "11.0.0.0"),
    IPv6: row("2001:db8::/33", "2001:db8:0:0:0:0:0:0/33", "2001:db8:7fff::1", "2001:db8:8000::1"),
    invalid: row("10.1.2", "<invalid>", null, "10.1.2.0"),
  },
  [Op.ArnLike]: {
    text: row(TOPIC, `"${TOPIC}"`, TOPIC, `${TOPIC}s`),
    nothing: row("", '""', null, TOPIC, null),
    star: row("*", '"*"', TOPIC, null, null),
    prefix: row("arn:aws:sns:eu-west-1:111111111111:*", '"arn:aws:sns:eu-west-1:111111111111:*"', TOPIC, ALICE),
    wildcards: row("arn:*:sns:*:*:o?ders", '"arn:*:sns:*:*:o?ders"', TOPIC, `${TOPIC}s`),
    variable: row("arn:aws:iam::*:user/${aws:username}", '"arn:aws:iam::*:user/${aws:username}"', ALICE, TOPIC),
  },
  [Op.Null]: {
    // A value is what makes it fail or hold: the key is there.
    absent: row("True", "absent", null, "x"),
    present: row("x", "present", "x", null),
  },
};

interface Case extends Row {
  readonly op: Op;
  readonly form: string;
  readonly base: OperatorBase;
}

const OPS = Object.values(Op).filter((op) => typeof op === "number") as Op[];

const CASES: readonly Case[] = OPS.flatMap((op) =>
  Object.entries((TABLE[op] ?? {}) as Record<string, Row>).flatMap(([form, given]) =>
    basesOf(op).map((base) => ({ op, form, base, ...given })),
  ),
);

/** AWS's names for an instruction, its negation and other spelling among them. */
function basesOf(op: Op): readonly OperatorBase[] {
  const { name, negatedName } = INSTRUCTIONS[op];
  const spelt = op === Op.ArnLike ? ["ArnEquals", "ArnNotEquals"] : [];
  return [name, ...(negatedName === null ? [] : [negatedName]), ...spelt].filter(
    (base) => base !== "end",
  ) as OperatorBase[];
}

const KEY = "example:key";

const QUALIFIERS: Readonly<Record<string, Qualifier>> = {
  "": Qualifier.None,
  "ForAllValues:": Qualifier.ForAllValues,
  "ForAnyValue:": Qualifier.ForAnyValue,
};

/** An operator as a policy writes it, with its operands. */
interface Asked {
  readonly operator: string;
  readonly operands: readonly string[];
}

/** Each condition is that of an Allow of a user of its own; all of them are called alice. */
function worldOf(conditions: readonly Asked[]): World {
  const users = conditions.map(({ operator, operands }, index) => {
    const statement = { Action: "s3:GetObject", Condition: { [operator]: { [KEY]: operands } } };
    return userOf(index, policyOf("identity", [statement], `policy ${index}`, { mode: "lenient" }));
  });
  return worldWith({ users, options: { ...DEFAULT_WORLD_OPTIONS, mode: "lenient" } });
}

const pathOf = (index: number): string => `${String(index).padStart(4, "0")}/`;

function userOf(index: number, policy: Policy): PrincipalRecord {
  return user("alice", [policy], pathOf(index));
}

const arnOf = (index: number): string => `arn:aws:iam::${A1}:user/${pathOf(index)}alice`;

function requestOf(index: number, value: string | readonly string[] | null | "unknown"): Request {
  const request = {
    principal: arnOf(index),
    action: "s3:GetObject",
    resource: "arn:aws:s3:::b/k",
    resourceAccount: A1,
  };
  if (value === null) return request;
  return value === UNKNOWN ? { ...request, unknown: [KEY] } : { ...request, context: { [KEY]: value } };
}

const UNKNOWN = "unknown";

/** Decided by the engine on each of its roads, and the same by the reference. */
function decided(world: World, engine: Engine, request: Request): string {
  const expected = answer(world, resolve(request, directoryOf(world)));
  expect(engine.decide(request), JSON.stringify(request)).toEqual(expected.decision);
  expect(engine.explain(request), JSON.stringify(request)).toEqual(expected);
  return expected.decision.decision;
}

/** Words of the only block, without its End. */
function codeOf(reader: BundleReader): readonly number[] {
  const words = Array.from({ length: reader.size(Section.Code) / 4 }, (_, index) => reader.code(index * 4));
  expect(words.pop()).toBe(Op.End);
  return words;
}

describe("the table", () => {
  it("has every instruction, and every form of its operands", () => {
    expect(Object.keys(TABLE).map(Number)).toEqual(OPS);
    expect(Object.keys(INSTRUCTIONS).map(Number)).toEqual(OPS);
    for (const op of OPS) {
      const { operand } = INSTRUCTIONS[op];
      expect(Object.keys(TABLE[op] ?? {}), Op[op]).toEqual(operand === null ? [] : [...FORMS[operand]]);
    }
  });

  it("has every operator of AWS's", () => {
    expect(new Set(CASES.map(({ base }) => base))).toEqual(new Set(Object.keys(OPERATORS)));
  });
});

describe.each(CASES)("$base with $form", (given) => {
  const { op, form, base, operand } = given;
  const world = worldOf([{ operator: base, operands: [operand] }]);
  const bytes = compile(world);
  const reader = verifyBundle(bytes);
  const { negated } = OPERATORS[base];
  const spelt = base === "ArnEquals" || base === "ArnNotEquals";

  it("is one instruction with one operand of its kind", () => {
    const [word, key, count, operandWord, ...rest] = codeOf(reader);
    expect(rest).toEqual([]);
    expect(word).toBe(op | (((negated ? Modifier.Negated : 0) | (spelt ? Modifier.EqualsSpelling : 0)) << 16));
    expect(count).toBe(1);
    const kind = reader.field(Section.Keys, KeyRecord.Size, key!, KeyRecord.Kind);
    expect(kind).toBe(op === Op.StringEqualsIgnoreCase ? KeyKind.Lowered : KeyKind.Plain);
    expect(formOf(reader, op, operandWord!)).toBe(expectedForm(op, form));
  });

  it("is listed with its operand", () => {
    const opcode = `${Op[op]}${negated ? " negated" : ""}${spelt ? " (spelled Equals)" : ""}`;
    const key = op === Op.StringEqualsIgnoreCase ? `lower(${KEY})` : KEY;
    expect(disassemble(reader)).toContain(`  ${opcode}  ${key}  ${given.listed}\n`);
  });

  it("is read back, and compiled to the same code", () => {
    const policy = decompilePolicy(reader, 0);
    const [entry] = policy.statements[0]!.conditions;
    expect(entry).toMatchObject({ operator: { base, qualifier: "none", ifExists: false }, key: KEY });
    const again = compile({ ...world, principals: new Map([[arnOf(0), userOf(0, policy)]]) });
    expect(codeOf(verifyBundle(again))).toEqual(codeOf(reader));
  });
});

describe("decided", () => {
  const world = worldOf(CASES.map(({ base, operand }) => ({ operator: base, operands: [operand] })));
  const engine = Engine.loadSync(compile(world));

  it.each(CASES.map((given, index) => ({ ...given, index })))("$base with $form", ({ base, index, ...given }) => {
    const { negated } = OPERATORS[base];
    const [holds, fails] = negated ? [given.otherwise, given.holds] : [given.holds, given.fails];
    if (holds !== null) expect(decided(world, engine, requestOf(index, holds)), holds).toBe("allowed");
    if (fails !== null) expect(decided(world, engine, requestOf(index, fails)), fails).toBe("implicitDeny");
  });
});

describe("with every qualifier, `IfExists` and number of operands", () => {
  const asked = CASES.flatMap((given) =>
    Object.keys(QUALIFIERS).flatMap((prefix) =>
      (given.base === "Null" ? [""] : ["", "IfExists"]).flatMap((suffix) =>
        [[], [given.operand], [given.operand, "other"]].map((operands) => {
          return { given, operator: `${prefix}${given.base}${suffix}`, operands };
        }),
      ),
    ),
  );
  const world = worldOf(asked);
  const engine = Engine.loadSync(compile(world));
  const { reader } = engine;

  it("it is one instruction that says so, and nothing else of it", () => {
    asked.forEach(({ given, operator, operands }, index) => {
      const condition = reader.field(Section.Statements, StatementRecord.Size, index, StatementRecord.Condition);
      const word = reader.code(condition);
      const prefix = operator.slice(0, operator.indexOf(":") + 1);
      expect(word & 0xff, operator).toBe(given.op);
      expect((word >>> 8) & 0xff, operator).toBe(QUALIFIERS[prefix]);
      expect(((word >>> 16) & Modifier.IfExists) !== 0, operator).toBe(operator.endsWith("IfExists"));
      expect(reader.code(condition + 8), operator).toBe(operands.length);
      expect(reader.code(condition + 12 + operands.length * 4), operator).toBe(Op.End);
    });
  });

  it("it decides as the reference does: on one value, several, none, no key, and a key that is not known", () => {
    const words = new Set<string>();
    asked.forEach(({ given }, index) => {
      const values = [given.holds, given.fails, given.otherwise].filter((value) => value !== null);
      const lists = [values, [...values].reverse(), []];
      for (const value of [...values, ...lists, null, UNKNOWN] as const) {
        words.add(decided(world, engine, requestOf(index, value)));
      }
    });
    expect(words).toEqual(new Set(["allowed", "implicitDeny", "indeterminate"]));
  });
});

/** What an operand word of the bundle is, in the words of the table. */
function formOf(reader: BundleReader, op: Op, word: number): string {
  const kind: OperandKind = INSTRUCTIONS[op].operand!;
  switch (kind) {
    case "pattern":
      return patternForm(reader, word);
    case "loweredPattern":
      return word & TAGGED ? "computed" : patternForm(reader, word);
    case "boolean":
      return word & TAGGED ? "variable" : String(word === 1);
    case "presence":
      return word === 1 ? "absent" : "present";
    case "number":
    case "date":
    case "binary":
    case "range":
      return word === INVALID ? "invalid" : kind;
  }
}

function patternForm(reader: BundleReader, id: number): string {
  const field = (offset: PatternRecord) => reader.field(Section.Patterns, PatternRecord.Size, id, offset);
  return field(PatternRecord.Length) === 0 ? "nothing" : PatternKind[field(PatternRecord.Kind)]!;
}

/** Where wildcards are text, patterns are exact; numbers, dates, bytes and ranges have one form that is valid. */
function expectedForm(op: Op, form: string): string {
  const kind: OperandKind = INSTRUCTIONS[op].operand!;
  switch (kind) {
    case "pattern":
    case "loweredPattern":
      if (form === "nothing" || form === "computed") return form;
      return form === "variable" ? "Variables" : op === Op.StringEquals ? "Exact" : PATTERN_KINDS[form]!;
    case "boolean":
    case "presence":
      return form;
    case "number":
    case "date":
    case "binary":
    case "range":
      return form === "invalid" ? form : kind;
  }
}

const PATTERN_KINDS: Readonly<Record<string, string>> = {
  text: "Exact",
  star: "Any",
  prefix: "Prefix",
  wildcards: "Greedy",
};
