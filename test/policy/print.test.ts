import fc from "fast-check";
import { expect, test } from "vitest";
import type { PolicyType } from "../../src/policy/model.js";
import { OPERATORS } from "../../src/policy/operators.js";
import { parsePolicy } from "../../src/policy/parse.js";
import { printPolicy } from "../../src/policy/print.js";
import { meaningOf } from "./meaning.js";

const someOf = (...entries: string[]) => fc.oneof(fc.constantFrom(...entries), fc.subarray(entries));

const actions = someOf("*", "*:*", "s3:Get*", "S3:?utObject", "s3.*", "s3:a b", "iam:PassRole");
const resources = someOf(
  "*",
  "arn:aws:s3:::b/*",
  "arn:aws:sqs",
  "arn:aws:sns:*",
  "${aws:x}",
  "b",
  "arn:aws:s3:::${aws:x, 'a}b'}${*}",
);
const principals = fc.oneof(
  fc.constant("*"),
  fc.constant("arn:aws:iam::111111111111:root"),
  fc.record(
    {
      Service: someOf("s3.amazonaws.com", "*", "LOGS.amazonaws.com"),
      AWS: someOf("*", "111111111111", "arn:aws:iam::111111111111:role/p/R", "AROAX", "nobody"),
      Federated: someOf("accounts.google.com", "*"),
      CanonicalUser: someOf("a".repeat(64), "b"),
      Host: someOf("x"),
    },
    { requiredKeys: [] },
  ),
);
const keys = fc.dictionary(
  fc.constantFrom("aws:TagKeys", "aws:x", "s3:prefix", "__proto__", "constructor", "aws:RequestTag/a b"),
  fc.oneof(
    fc.constantFrom<(string | number | boolean)[]>("a", "a*", "${aws:x}", "", 5, 1.5, true, false),
    fc.array(fc.constantFrom<(string | number | boolean)[]>("a", "${*}", "arn:aws:s3:::b", 7, true)),
  ),
  { noNullPrototype: false },
);
const operators = fc
  .record({
    base: fc.constantFrom(...Object.keys(OPERATORS).filter((name) => name !== "Null")),
    prefix: fc.constantFrom("", "ForAllValues:", "ForAnyValue:", "foranyvalue:"),
    suffix: fc.constantFrom("", "IfExists"),
  })
  .map(({ base, prefix, suffix }) => `${prefix}${base}${suffix}`);

function statements(type: PolicyType): fc.Arbitrary<object> {
  const named = type === "resource" || type === "trust";
  return fc
    .record({
      Sid: fc.constantFrom(undefined, "", "a", "b", "__proto__"),
      Effect: fc.constantFrom("Allow", "Deny"),
      principal: fc.tuple(fc.constantFrom("Principal", "NotPrincipal"), principals),
      action: fc.tuple(fc.constantFrom("Action", "NotAction"), actions),
      resource: fc.tuple(fc.constantFrom("Resource", "NotResource"), resources),
      Condition: fc.option(fc.dictionary(operators, keys, { maxKeys: 3, noNullPrototype: false }), { nil: undefined }),
    })
    .map(({ Sid, Effect, principal, action, resource, Condition }) => ({
      Sid,
      Effect,
      ...(named ? { [principal[0]]: principal[1] } : {}),
      [action[0]]: action[1],
      ...(type === "trust" ? {} : { [resource[0]]: resource[1] }),
      Condition,
    }));
}

test.each<PolicyType>(["identity", "resource", "trust"])(
  "printing and parsing again gives an equal policy: %s",
  (type) => {
    let parsed = 0;
    const documents = fc.record({
      Version: fc.constantFrom(undefined, "2008-10-17", "2012-10-17"),
      Id: fc.constantFrom(undefined, "id"),
      Statement: fc.array(statements(type), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(documents, (document) => {
        const options = { type, mode: "lenient" } as const;
        const { policy } = parsePolicy({ name: "p", text: JSON.stringify(document) }, options);
        if (policy === null) return;
        parsed += 1;
        const again = parsePolicy({ name: "p", text: JSON.stringify(printPolicy(policy)) }, options);
        expect(again.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
        expect(meaningOf(again.policy!)).toEqual(meaningOf(policy));
      }),
      { numRuns: 500 },
    );
    // A generator of refused documents would prove nothing.
    expect(parsed).toBeGreaterThan(100);
  },
);

test("names of Object.prototype survive, and nothing is polluted (threats C18)", () => {
  const text = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"StringEquals":{"__proto__":["x"],"constructor":["y"]}}}]}`;
  const { policy } = parsePolicy({ name: "p", text }, { type: "identity", mode: "lenient" });
  expect(JSON.stringify(printPolicy(policy!))).toBe(text);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test.each(['"*"', '{"AWS":"*"}'])(
  "the principal of a resource control policy comes back: %s (GRAM-31)",
  (principal) => {
    const options = { type: "rcp", mode: "strict" } as const;
    const text = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":${principal},"Action":["s3:*"],"Resource":["*"]}]}`;
    const { policy } = parsePolicy({ name: "p", text }, options);
    const printed = JSON.stringify(printPolicy(policy!));
    expect(printed).toBe(text);
    expect(parsePolicy({ name: "p", text: printed }, options).diagnostics).toEqual([]);
  },
);
