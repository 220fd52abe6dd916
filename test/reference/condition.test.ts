/** Conditions: the tables of §4.3 and 3V-4 whole, and the vectors of the ledger (COND, and GRAM where it is about meaning). */
import { describe, expect, it, test } from "vitest";
import type { Effect, Mode, Version } from "../../src/policy/model.js";
import { OPERATORS, type OperatorBase } from "../../src/policy/operators.js";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../../src/policy/options.js";
import { entryHolds } from "../../src/reference/condition.js";
import { and } from "../../src/reference/kleene.js";
import { contextOf, policyOf, UNKNOWN, type Value } from "./build.js";

interface Around {
  readonly effect?: Effect;
  readonly mode?: Mode;
  readonly version?: Version;
  readonly options?: Partial<WorldOptions>;
}

/** Truth of a Condition element, followed by what it hangs on if it is unknown: `U aws:sourceip`. */
function holds(condition: unknown, values: Readonly<Record<string, Value>>, around: Around = {}): string {
  const effect = around.effect ?? "Allow";
  const Statement = [{ Effect: effect, Action: "*", Resource: "*", Condition: condition }];
  const document = { Version: around.version ?? "2012-10-17", Statement };
  const policy = policyOf("identity", document, "policy", { mode: around.mode ?? "lenient" });
  const options = { ...DEFAULT_WORLD_OPTIONS, ...around.options };
  const context = contextOf(values);
  const entries = policy.statements[0]!.conditions;
  const truth = and(...entries.map((entry) => entryHolds(entry, effect, context, options)));
  return [truth.truth, ...[...truth.keys].sort()].join(" ");
}

/** An operand of every operator, a value that satisfies it, and one that does not. */
const SAMPLES: Record<Exclude<OperatorBase, "Null">, readonly [operand: string, hit: string, miss: string]> = {
  StringEquals: ["a", "a", "b"],
  StringNotEquals: ["a", "b", "a"],
  StringEqualsIgnoreCase: ["a", "A", "b"],
  StringNotEqualsIgnoreCase: ["a", "b", "A"],
  StringLike: ["a*", "ab", "b"],
  StringNotLike: ["a*", "b", "ab"],
  NumericEquals: ["5", "5.0", "6"],
  NumericNotEquals: ["5", "6", "5.0"],
  NumericLessThan: ["5", "4", "5"],
  NumericLessThanEquals: ["5", "5", "6"],
  NumericGreaterThan: ["5", "6", "5"],
  NumericGreaterThanEquals: ["5", "5", "4"],
  DateEquals: ["2026-01-01", "2026-01-01T00:00:00Z", "2027"],
  DateNotEquals: ["2026-01-01", "2027", "2026"],
  DateLessThan: ["2026", "2025", "2026"],
  DateLessThanEquals: ["2026", "2026", "2027"],
  DateGreaterThan: ["2026", "2027", "2026"],
  DateGreaterThanEquals: ["2026", "2026", "2025"],
  Bool: ["true", "TRUE", "false"],
  BinaryEquals: ["YQ==", "YQ==", "Yg=="],
  IpAddress: ["192.0.2.0/24", "192.0.2.7", "198.51.100.1"],
  NotIpAddress: ["192.0.2.0/24", "198.51.100.1", "192.0.2.7"],
  ArnEquals: ["arn:aws:s3:::a*", "arn:aws:s3:::ab", "arn:aws:s3:::b"],
  ArnLike: ["arn:aws:s3:::a*", "arn:aws:s3:::ab", "arn:aws:s3:::b"],
  ArnNotEquals: ["arn:aws:s3:::a*", "arn:aws:s3:::b", "arn:aws:s3:::ab"],
  ArnNotLike: ["arn:aws:s3:::a*", "arn:aws:s3:::b", "arn:aws:s3:::ab"],
};

const BASES = Object.keys(SAMPLES) as (keyof typeof SAMPLES)[];

/** `P`, `N`: what the table says of positive (relational) and of negated operators. */
interface Row {
  readonly form: string;
  readonly P: string;
  readonly N: string;
}

/** A form of the tables around an operator's name: `ForAllValues:X…IfExists` with `X` the name. */
function operatorOf(form: string, base: string): string {
  return form.replace("X", base);
}

const FORMS = [
  "X",
  "XIfExists",
  "ForAllValues:X",
  "ForAllValues:XIfExists",
  "ForAnyValue:X",
  "ForAnyValue:XIfExists",
] as const;

describe("§4.3 over every operator and form", () => {
  const missing: readonly Row[] = [
    { form: "X", P: "F", N: "T" },
    { form: "XIfExists", P: "T", N: "T" },
    { form: "ForAllValues:X", P: "T", N: "T" },
    { form: "ForAllValues:XIfExists", P: "T", N: "T" },
    { form: "ForAnyValue:X", P: "F", N: "F" },
    { form: "ForAnyValue:XIfExists", P: "F", N: "F" },
  ];
  test.each(missing)("key missing, $form: positive $P, negated $N", ({ form, P, N }) => {
    for (const base of BASES) {
      const truth = holds({ [operatorOf(form, base)]: { "aws:k": SAMPLES[base][0] } }, {});
      expect(`${base} ${truth}`).toBe(`${base} ${OPERATORS[base].negated ? N : P}`);
    }
  });

  test.each(FORMS)("single key present, %s: as the value says", (form) => {
    for (const base of BASES) {
      const [operand, hit, miss] = SAMPLES[base];
      const condition = { [operatorOf(form, base)]: { "aws:k": operand } };
      expect([base, holds(condition, { "aws:k": hit }), holds(condition, { "aws:k": miss })]).toEqual([base, "T", "F"]);
    }
  });

  test.each(FORMS)("multi key present, %s", (form) => {
    for (const base of BASES) {
      const [operand, hit, miss] = SAMPLES[base];
      const truths = [[hit], [hit, hit], [hit, miss], [miss]].map((values) =>
        holds({ [operatorOf(form, base)]: { "aws:TagKeys": operand } }, { "aws:TagKeys": values }),
      );
      const expected = form.startsWith("ForAll")
        ? ["T", "T", "F", "F"]
        : form.startsWith("ForAny")
          ? ["T", "T", "T", "F"]
          : ["F", "F", "F", "F"]; // COND-11
      expect([base, ...truths]).toEqual([base, ...expected]);
    }
  });

  test.each(FORMS)("present-empty, %s", (form) => {
    for (const base of BASES) {
      const truth = holds({ [operatorOf(form, base)]: { "aws:TagKeys": SAMPLES[base][0] } }, { "aws:TagKeys": [] });
      expect([base, truth]).toEqual([base, form.startsWith("ForAll") ? "T" : "F"]);
    }
  });

  test.each(FORMS)("operand list empty, %s", (form) => {
    for (const base of BASES) {
      const condition = { [operatorOf(form, base)]: { "aws:k": [] } };
      const [, hit, miss] = SAMPLES[base];
      const row = missing.find((one) => one.form === form)!;
      expect([base, holds(condition, {})]).toEqual([base, OPERATORS[base].negated ? row.N : row.P]);
      expect([base, holds(condition, { "aws:k": hit }), holds(condition, { "aws:k": miss })]).toEqual([base, "F", "F"]);
    }
  });

  test.each([
    // [operands, absent, single, multi, present-empty, unknown]
    ["true", "T", "F", "F", "F", "U aws:tagkeys"],
    ["TRUE", "T", "F", "F", "F", "U aws:tagkeys"],
    ["false", "F", "T", "T", "T", "U aws:tagkeys"],
    ["yes", "F", "T", "T", "T", "U aws:tagkeys"],
    [["true", "false"], "T", "T", "T", "T", "T"],
    [["true", "true"], "T", "F", "F", "F", "U aws:tagkeys"],
    [[], "F", "F", "F", "F", "F"],
  ])("Null %j (COND-70)", (operands, absent, single, multi, empty, unknown) => {
    for (const operator of ["Null", "ForAllValues:Null", "ForAnyValue:Null"]) {
      const condition = { [operator]: { "aws:TagKeys": operands } };
      expect(holds(condition, {})).toBe(absent);
      expect(holds(condition, { "aws:TagKeys": "" })).toBe(single);
      expect(holds(condition, { "aws:TagKeys": ["a", "b"] })).toBe(multi);
      expect(holds(condition, { "aws:TagKeys": [] })).toBe(empty);
      expect(holds(condition, { "aws:TagKeys": UNKNOWN })).toBe(unknown);
    }
  });
});

describe("3V-4 over every form and cardinality", () => {
  const KEYS = { single: "aws:PrincipalTag/t", multi: "aws:TagKeys", unlisted: "my:key" } as const;
  /** [form, c, single, multi, no table] with `c` the outcome on whatever value is present. */
  const POSITIVE = [
    ["X", "F", "F", "F", "F"],
    ["X", "T", "U", "F", "U"],
    ["X", "varies", "U", "F", "U"],
    ["XIfExists", "F", "U", "U", "U"],
    ["XIfExists", "T", "T", "U", "U"],
    ["XIfExists", "varies", "U", "U", "U"],
  ] as const;
  const NEGATED = [
    ["X", "F", "U", "U", "U"],
    ["X", "T", "T", "U", "U"],
    ["X", "varies", "U", "U", "U"],
    ["XIfExists", "F", "U", "U", "U"],
    ["XIfExists", "T", "T", "U", "U"],
    ["XIfExists", "varies", "U", "U", "U"],
  ] as const;
  const BOTH = [
    ["ForAllValues:X", "F", "U", "U", "U"],
    ["ForAllValues:X", "T", "T", "T", "T"],
    ["ForAllValues:X", "varies", "U", "U", "U"],
    ["ForAllValues:XIfExists", "F", "U", "U", "U"],
    ["ForAllValues:XIfExists", "T", "T", "T", "T"],
    ["ForAnyValue:X", "F", "F", "F", "F"],
    ["ForAnyValue:X", "T", "U", "U", "U"],
    ["ForAnyValue:X", "varies", "U", "U", "U"],
    ["ForAnyValue:XIfExists", "F", "F", "F", "F"],
    ["ForAnyValue:XIfExists", "T", "U", "U", "U"],
  ] as const;
  /** Operators and operands that give each outcome. */
  const POSITIVE_OUTCOMES = {
    F: [
      ["StringEquals", []],
      ["StringEquals", "${aws:gone}"],
      ["StringEqualsIgnoreCase", ["${aws:gone}"]],
      ["Bool", []],
    ],
    T: [
      ["StringLike", "*"],
      ["StringLike", ["a", "***"]],
    ],
    varies: [
      ["StringEquals", "*"],
      ["StringLike", "a*"],
      ["NumericEquals", "x"],
      ["ArnLike", "*"],
      ["StringEquals", ["${aws:gone}", "x"]],
      ["StringLike", ""],
      ["ArnLike", "${aws:gone}"],
    ],
  } as const;
  const NEGATED_OUTCOMES = {
    F: [
      ["StringNotEquals", []],
      ["StringNotLike", "*"],
      ["StringNotLike", ["${aws:gone}", "*"]],
    ],
    T: [
      ["StringNotEquals", "${aws:gone}"],
      ["StringNotLike", ["a${aws:gone}"]],
    ],
    varies: [
      ["StringNotEquals", "*"],
      ["NotIpAddress", "x"],
      ["NumericNotEquals", "NaN"],
      ["ArnNotLike", "*"],
      ["StringNotLike", ""],
      ["ArnNotLike", "${aws:gone}"],
    ],
  } as const;

  const check = (
    rows: readonly (readonly [string, "F" | "T" | "varies", string, string, string])[],
    outcomes: typeof POSITIVE_OUTCOMES | typeof NEGATED_OUTCOMES,
  ) => {
    for (const [form, outcome, single, multi, unlisted] of rows) {
      for (const [base, operands] of outcomes[outcome]) {
        const truth = (key: string) => holds({ [operatorOf(form, base)]: { [key]: operands } }, { [key]: UNKNOWN })[0];
        const truths = [truth(KEYS.single), truth(KEYS.multi), truth(KEYS.unlisted)];
        expect([form, base, operands, ...truths]).toEqual([form, base, operands, single, multi, unlisted]);
      }
    }
  };

  it("holds for positive and relational operators", () => check([...POSITIVE, ...BOTH], POSITIVE_OUTCOMES));
  it("holds for negated operators", () => check([...NEGATED, ...BOTH], NEGATED_OUTCOMES));

  it("gives up the certain F of `ForAnyValue:…IfExists` under COND-15's option", () => {
    const around = { options: { forAnyValueIfExists: true } };
    expect(holds({ "ForAnyValue:StringEqualsIfExists": { "aws:k": [] } }, { "aws:k": UNKNOWN }, around)).toBe(
      "U aws:k",
    );
    expect(holds({ "ForAnyValue:StringEquals": { "aws:k": [] } }, { "aws:k": UNKNOWN }, around)).toBe("F");
  });

  it("hangs on every unknown key that the entry reads, over all operands (3V-11)", () => {
    const operands = ["x", "${aws:PrincipalTag/b}", "${aws:PrincipalTag/a, 'd'}", "${aws:known}"];
    const values: Record<string, Value> = {
      "aws:k": UNKNOWN,
      "aws:PrincipalTag/a": UNKNOWN,
      "aws:PrincipalTag/b": UNKNOWN,
      "aws:known": "v",
    };
    expect(holds({ StringEquals: { "aws:k": operands } }, values)).toBe(
      "U aws:k aws:principaltag/a aws:principaltag/b",
    );
    expect(holds({ StringEquals: { "aws:k": operands } }, { ...values, "aws:k": "y" })).toBe(
      "U aws:principaltag/a aws:principaltag/b",
    );
    expect(holds({ StringEquals: { "aws:k": operands } }, { ...values, "aws:k": "x" })).toBe("T");
  });
});

describe("the ledger", () => {
  const rows: readonly [
    id: string,
    condition: unknown,
    values: Record<string, Value>,
    expected: string,
    around?: Around,
  ][] = [
    ["REQ-2", { NumericEquals: { "aws:k": 5 } }, { "aws:k": "5" }, "T"],
    ["REQ-4", { StringEquals: { "AWS:K": "x" } }, { "aws:k": "x" }, "T"],
    ["REQ-7", { Null: { "aws:RequestTag/x": "true" } }, { "aws:RequestTag/x": "" }, "F"],
    ["REQ-8", { "ForAllValues:StringEquals": { "aws:TagKeys": "x" } }, { "aws:TagKeys": [] }, "T"],
    ["REQ-8", { "ForAnyValue:StringEquals": { "aws:TagKeys": "x" } }, { "aws:TagKeys": [] }, "F"],
    [
      "REQ-20",
      { ArnEquals: { "aws:PrincipalArn": "arn:aws:sts::111111111111:assumed-role/R/s" } },
      { "aws:PrincipalArn": "arn:aws:iam::111111111111:role/R" },
      "F",
    ],
    [
      "REQ-23",
      { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-abc/r-ab12/ou-ab12-1111/*" } },
      { "aws:PrincipalOrgPaths": ["o-abc/r-ab12/ou-ab12-1111/"] },
      "T",
    ],
    ["GRAM-12", { Bool: { "aws:SecureTransport": false } }, { "aws:SecureTransport": "false" }, "T"],
    ["GRAM-16", {}, {}, "T"],
    ["GRAM-16", { StringEquals: {} }, {}, "T"],
    ["GRAM-17", { Bool: { "aws:k": ["true", "false"] } }, { "aws:k": "true" }, "T"],
    ["COND-1", { StringNotEquals: { "aws:k": ["a", "b"] } }, { "aws:k": "a" }, "F"],
    ["COND-1", { StringNotEquals: { "aws:k": ["a", "b"] } }, { "aws:k": "c" }, "T"],
    ["COND-2", { StringLike: { "aws:k": "a*" }, StringNotLike: { "aws:k": "ab*" } }, { "aws:k": "ac" }, "T"],
    ["COND-2", { StringLike: { "aws:k": "a*" }, StringNotLike: { "aws:k": "ab*" } }, { "aws:k": "abc" }, "F"],
    ["COND-4", { StringEquals: { "aws:k": ["a"] } }, { "aws:k": "a" }, "T"],
    ["COND-5", { StringEquals: { "aws:k": "a*" } }, { "aws:k": "ab" }, "F"],
    ["COND-5", { StringEquals: { "aws:k": "a*" } }, { "aws:k": "a*" }, "T"],
    ["COND-6", { ArnEquals: { "aws:k": "arn:aws:s3:::b*" } }, { "aws:k": "arn:aws:s3:::bc" }, "T"],
    ["COND-10", { StringNotEqualsIfExists: { "aws:RequestTag/t": "x" } }, {}, "T"],
    ["COND-11", { StringEquals: { "aws:TagKeys": "secret" } }, { "aws:TagKeys": ["secret"] }, "F", { effect: "Deny" }],
    ["COND-12", { "ForAllValues:StringNotLike": { "aws:k": "x" } }, {}, "T"],
    ["COND-13", { "ForAllValues:StringEquals": { "aws:TagKeys": ["a"] } }, {}, "T"],
    ["COND-14", { "ForAnyValue:NumericNotEquals": { "aws:k": "1" } }, {}, "F"],
    ["COND-15", { "ForAnyValue:StringEqualsIfExists": { "aws:TagKeys": "x" } }, {}, "F"],
    [
      "COND-15",
      { "ForAnyValue:StringEqualsIfExists": { "aws:TagKeys": "x" } },
      {},
      "T",
      { options: { forAnyValueIfExists: true } },
    ],
    ["COND-16", { StringEqualsIfExists: { "aws:k": "x" } }, { "aws:k": "" }, "F"],
    ["§4.3", { StringEquals: { "aws:k": "" } }, { "aws:k": "" }, "T"],
    ["§4.3", { "ForAllValues:StringEquals": { "aws:k": "capture" } }, { "aws:k": "" }, "F"],
    ["COND-20", { StringEquals: { "aws:k": "A" } }, { "aws:k": "a" }, "F"],
    ["COND-20", { StringEquals: { "aws:k": "\u00e9" } }, { "aws:k": "e\u0301" }, "F"],
    ["COND-21", { StringEqualsIgnoreCase: { "aws:k": "STRASSE" } }, { "aws:k": "stra\u00dfe" }, "F"],
    ["COND-21", { StringEqualsIgnoreCase: { "aws:k": "\u017f" } }, { "aws:k": "S" }, "F"],
    ["COND-21", { StringEqualsIgnoreCase: { "aws:k": "\u03a3" } }, { "aws:k": "\u03c2" }, "F"],
    ["COND-21", { StringEqualsIgnoreCase: { "aws:k": "\u039f\u03a3" } }, { "aws:k": "\u03bf\u03c2" }, "T"],
    ["COND-21", { StringEqualsIgnoreCase: { "aws:k": "\u0130" } }, { "aws:k": "i\u0307" }, "T"],
    ["COND-22", { StringLike: { "aws:k": "a.b" } }, { "aws:k": "axb" }, "F"],
    ["COND-22", { StringLike: { "aws:k": "a*b" } }, { "aws:k": "a\n/:b" }, "T"],
    ["COND-23", { StringLike: { "aws:k": "*" } }, { "aws:k": "" }, "T"],
    ["COND-23", { StringLike: { "aws:k": "" } }, { "aws:k": "a" }, "F"],
    ["COND-30", { NumericEquals: { "aws:k": "9007199254740993" } }, { "aws:k": "9007199254740992" }, "F"],
    ["COND-30", { NumericEquals: { "aws:k": "+01.0e0" } }, { "aws:k": "1." }, "T"],
    ["COND-31", { NumericNotEquals: { "aws:k": "1" } }, { "aws:k": "abc" }, "T"],
    ["COND-31", { NumericLessThan: { "aws:k": "1" } }, { "aws:k": "abc" }, "F"],
    ["COND-31b", { NumericNotEquals: { "aws:k": "NaN" } }, { "aws:k": "1" }, "T"],
    ["COND-32", { NumericEquals: { "aws:k": ".5" } }, { "aws:k": "0.50" }, "T"],
    ["COND-40", { DateGreaterThan: { "aws:k": "2026-11-23T00:00:00Z" } }, { "aws:k": "1795392001" }, "T"],
    ["COND-41", { DateNotEquals: { "aws:k": "2030-01-01T00:00:00Z" } }, { "aws:k": "x" }, "T"],
    ["COND-42", { NumericLessThan: { "aws:EpochTime": "1900000000" } }, { "aws:EpochTime": "1795392000" }, "T"],
    [
      "COND-42",
      { DateLessThan: { "aws:CurrentTime": "1900000000" } },
      { "aws:CurrentTime": "2026-11-23T00:00:00Z" },
      "T",
    ],
    ["COND-43", { DateEquals: { "aws:k": "2026-13-01" } }, { "aws:k": "2026-13-01" }, "F"],
    ["COND-50", { Bool: { "aws:k": "false" } }, { "aws:k": "banana" }, "T"],
    ["COND-50", { Bool: { "aws:k": "true" } }, { "aws:k": " true " }, "F"],
    ["3V-5", { Bool: { "aws:k": "${aws:u}" } }, { "aws:k": "true", "aws:u": UNKNOWN }, "U aws:u"],
    ["3V-5", { Bool: { "aws:k": "${aws:u}" } }, { "aws:k": "false", "aws:u": UNKNOWN }, "U aws:u"],
    ["COND-51", { "ForAllValues:Bool": { "aws:k": "true" } }, {}, "T"],
    ["COND-51", { "ForAnyValue:Bool": { "aws:k": "true" } }, {}, "F"],
    ["COND-52", { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } }, {}, "T"],
    ["COND-52", { Bool: { "aws:MultiFactorAuthPresent": "false" } }, {}, "F"],
    ["COND-55", { BinaryEquals: { "aws:k": "YQ==" } }, { "aws:k": "YQ==" }, "T"],
    ["COND-55", { BinaryEquals: { "aws:k": "YQ==" } }, { "aws:k": "no-binary" }, "F"],
    ["COND-55", { BinaryEquals: { "aws:k": "YWI=" } }, { "aws:k": "YQ==" }, "F"],
    ["COND-55", { BinaryEquals: { "aws:k": "YWI=" } }, { "aws:k": "YWM=" }, "F"],
    ["COND-60", { IpAddress: { "aws:k": "203.0.113.5" } }, { "aws:k": "203.0.113.5" }, "T"],
    ["COND-61", { IpAddress: { "aws:k": "192.0.2.77/24" } }, { "aws:k": "192.0.2.1" }, "T"],
    ["COND-61", { IpAddress: { "aws:k": "2001:db8::1/32" } }, { "aws:k": "2001:db8::5" }, "F"],
    ["COND-61", { NotIpAddress: { "aws:k": "192.0.2.0/24" } }, { "aws:k": "192.0.2.1/32" }, "F"],
    ["COND-61", { NotIpAddress: { "aws:k": "0.0.0.0/0" } }, { "aws:k": "2001:db8::5" }, "T"],
    ["COND-61b", { NotIpAddress: { "aws:k": "not-an-ip" } }, { "aws:k": "192.0.2.1" }, "T"],
    ["COND-61b", { NotIpAddress: { "aws:k": "not-an-ip" } }, { "aws:k": "junk" }, "F"],
    ["COND-63e", { ArnNotLike: { "aws:k": "arn:aws:iam::*:user/*" } }, { "aws:k": "not-an-arn" }, "F"],
    [
      "COND-63e",
      { ArnNotLike: { "aws:k": "arn:aws:iam::*:user/*" } },
      { "aws:k": "not-an-arn" },
      "F",
      { effect: "Deny" },
    ],
    ["COND-64", { ArnLike: { "aws:k": "arn:aws:sqs:*" } }, { "aws:k": "arn:aws:sqs:eu-west-1:111111111111:q" }, "F"],
    ["COND-65", { StringLike: { "aws:k": "arn:aws:*:role/x" } }, { "aws:k": "arn:aws:iam::111111111111:role/x" }, "T"],
    [
      "MATCH-48",
      {
        ArnLike: {
          "aws:PrincipalArn": "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*",
        },
      },
      {
        "aws:PrincipalArn":
          "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
      },
      "T",
    ],
    ["MFA-2", { NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } }, {}, "F"],
    ["MFA-2", { NumericGreaterThanIfExists: { "aws:MultiFactorAuthAge": "3600" } }, {}, "T"],
    ["3V-4", { Null: { "aws:PrincipalTag/t": "true" } }, { "aws:PrincipalTag/t": UNKNOWN }, "U aws:principaltag/t"],
    [
      "3V-4",
      { "ForAllValues:StringEquals": { "aws:PrincipalTag/t": "x" } },
      { "aws:PrincipalTag/t": UNKNOWN },
      "U aws:principaltag/t",
    ],
    [
      "3V-4",
      { StringNotLike: { "aws:PrincipalTag/t": "*" } },
      { "aws:PrincipalTag/t": UNKNOWN },
      "U aws:principaltag/t",
    ],
    ["3V-4", { "ForAnyValue:StringNotLike": { "aws:PrincipalTag/t": "*" } }, { "aws:PrincipalTag/t": UNKNOWN }, "F"],
    [
      "3V-4",
      { "ForAnyValue:StringLikeIfExists": { "aws:PrincipalTag/t": "*" } },
      { "aws:PrincipalTag/t": UNKNOWN },
      "U aws:principaltag/t",
    ],
    ["3V-4", { StringNotEquals: { "aws:TagKeys": "x" } }, { "aws:TagKeys": UNKNOWN }, "U aws:tagkeys"],
    ["3V-4", { StringEqualsIfExists: { "aws:TagKeys": "x" } }, { "aws:TagKeys": UNKNOWN }, "U aws:tagkeys"],
    ["3V-4", { "ForAllValues:StringLike": { "aws:TagKeys": "*" } }, { "aws:TagKeys": UNKNOWN }, "T"],
    ["3V-4", { "ForAnyValue:StringLikeIfExists": { "aws:TagKeys": "*" } }, { "aws:TagKeys": UNKNOWN }, "U aws:tagkeys"],
    ["3V-4", { StringEquals: { "aws:PrincipalTag/t": "${aws:username}" } }, { "aws:PrincipalTag/t": UNKNOWN }, "F"],
    ["3V-4", { StringNotEquals: { "aws:PrincipalTag/t": "${aws:username}" } }, { "aws:PrincipalTag/t": UNKNOWN }, "T"],
  ];
  test.each(rows)("%s: %j over %j is %s", (_, condition, values, expected, around) => {
    expect(holds(condition, values, around)).toBe(expected);
  });

  const ARN = "arn:aws:iam::111111111111:user/alice";
  test.each([
    // [id, operator, operands, Allow, Deny]
    ["COND-63a", "ArnLike", ["not-an-arn", "arn:aws:iam::*:user/*"], "F", "T"],
    ["COND-63b", "ArnLike", ["arn:aws:iam::*:user/*", "not-an-arn"], "T", "T"],
    ["COND-63c", "ArnNotLike", ["arn:aws:iam::*:user/*", "not-an-arn"], "F", "F"],
    ["COND-63d", "ArnNotLike", ["arn:aws:iam::*:role/*", "not-an-arn"], "F", "T"],
    ["COND-63", "ArnLike", "*:aws:s3:::b", "F", "T"],
    ["COND-63", "ArnEquals", "*", "T", "T"],
    ["COND-63", "ArnNotEquals", "*", "F", "F"],
  ])("%s: %s %j: Allow %s, Deny %s", (_, operator, operands, allow, deny) => {
    const condition = { [operator]: { "aws:PrincipalArn": operands } };
    expect(holds(condition, { "aws:PrincipalArn": ARN }, { effect: "Allow" })).toBe(allow);
    expect(holds(condition, { "aws:PrincipalArn": ARN }, { effect: "Deny" })).toBe(deny);
  });
});

describe("attack items 30 to 35: numbers, dates, addresses, binary", () => {
  test.each([
    ["9007199254740993", "9007199254740993.0", "T"],
    ["1234567890123456789012345678901234567890", "1234567890123456789012345678901234567891", "F"],
    ["1e400", "10e399", "T"],
    ["-0", "0", "T"],
    ["+5", "5.", "T"],
    ["0x10", "16", "F"],
    ["1_0", "10", "F"],
    ["", "0", "F"],
    [" 16 ", "16", "F"],
    ["\uff11", "1", "F"],
    ["1e10000", "1e10000", "F"],
    ["Infinity", "Infinity", "F"],
    ["10abc", "10", "F"],
  ])("NumericEquals %j on %j: %s", (operand, value, expected) => {
    expect(holds({ NumericEquals: { "aws:k": operand } }, { "aws:k": value })).toBe(expected);
    expect(holds({ NumericNotEquals: { "aws:k": operand } }, { "aws:k": value })).toBe(expected === "T" ? "F" : "T");
  });

  test.each([
    ["2020-02-30", "2020-03-01", "F"],
    ["2020-01-01T24:00:00Z", "2020-01-02T00:00:00Z", "F"],
    ["2020-01-01T00:00:60Z", "2020-01-01T00:01:00Z", "F"],
    ["2020-01-01T00:00:00.0009Z", "2020-01-01T00:00:00Z", "T"],
    ["2020-01-01T02:00:00+02:00", "2020-01-01", "T"],
    ["2020-01-01t00:00:00z", "2020", "T"],
    ["1577836800", "2020-01-01T00:00:00Z", "T"],
    ["1577836800000", "2020-01-01T00:00:00Z", "F"],
    ["Jan 1 2020", "2020-01-01", "F"],
    ["2020", "1577836800", "T"],
  ])("DateEquals %j on %j: %s", (operand, value, expected) => {
    expect(holds({ DateEquals: { "aws:k": operand } }, { "aws:k": value })).toBe(expected);
    expect(holds({ DateNotEquals: { "aws:k": operand } }, { "aws:k": value })).toBe(expected === "T" ? "F" : "T");
  });

  test.each([
    // [operand, value, IpAddress, NotIpAddress]
    ["10.1.2.3", "::ffff:10.1.2.3", "T", "F"],
    ["::ffff:10.1.2.3", "10.1.2.3", "F", "T"],
    ["10.1.2.3/8", "10.200.0.1", "T", "F"],
    ["010.1.2.3", "10.1.2.3", "T", "F"],
    ["10.0.0.0/08", "10.1.2.3", "T", "F"],
    ["10.0.0.0/33", "10.0.0.0", "F", "T"],
    ["10.0.0.0/-1", "10.0.0.0", "F", "T"],
    ["10.0.0.0/", "10.0.0.0", "F", "T"],
    ["0xa.1.2.3", "10.1.2.3", "F", "T"],
    ["0.0.0.0/0", "255.255.255.255", "T", "F"],
    ["::/0", "2001:db8::1", "T", "F"],
    ["::/0", "10.0.0.1", "F", "T"],
    ["fe80::1", "fe80::1%eth0", "F", "F"],
    ["10.0.0.0/8", "10.1", "F", "F"],
    ["10.0.0.0/8", "", "F", "F"],
  ])("IpAddress %j on %j: %s, NotIpAddress: %s", (operand, value, positive, negated) => {
    expect(holds({ IpAddress: { "aws:k": operand } }, { "aws:k": value })).toBe(positive);
    expect(holds({ NotIpAddress: { "aws:k": operand } }, { "aws:k": value })).toBe(negated);
  });

  test.each([
    ["YQ==", "YR==", "T"], // other padding bits, same byte
    ["YQ==", "YQ", "F"],
    ["-_8=", "+/8=", "F"],
    ["YWI=", "YWI=", "T"],
    ["YWI=", "YWJj", "F"],
  ])("BinaryEquals %j on %j: %s", (operand, value, expected) => {
    expect(holds({ BinaryEquals: { "aws:k": operand } }, { "aws:k": value })).toBe(expected);
  });

  it("knows names that JavaScript knows too (item 18)", () => {
    for (const key of ["my:__proto__", "my:constructor", "my:toString"]) {
      expect(holds({ StringEquals: { [key]: "x" } }, {})).toBe("F");
      expect(holds({ Null: { [key]: "true" } }, {})).toBe("T");
    }
  });
});
