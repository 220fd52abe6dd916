/**
 * The law of three-valued evaluation (3V-3): a definite answer is the answer of every completion. Small universes: at most
 * three unknown keys, completed with every state that their cardinality allows, over the values that the policies name, one
 * other value, the empty string and malformed text; an unknown owner by both accounts.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  A1,
  A2,
  anonymous,
  asker,
  root,
  type Setup,
  type StatementJson,
  session,
  UNKNOWN,
  USER_ARN,
  type Value,
} from "./build.js";

const KEYS = ["aws:PrincipalTag/t", "aws:TagKeys", "my:key"] as const;
const ARN = "arn:aws:iam::111111111111:user/a";
const VALUES = ["a", "b*", "5", "", ARN, "192.0.2.1", "2026-01-01", "true", "no such thing"] as const;

/** Operators with operands that some of the values meet and others do not. */
const OPERANDS: Record<string, readonly string[]> = {
  StringEquals: ["a", "", "${aws:PrincipalTag/t}", "${my:key, 'a'}", "${aws:gone}", "x${aws:TagKeys}"],
  StringNotEquals: ["a", "${my:key}", "${aws:gone}"],
  StringEqualsIgnoreCase: ["A", "${my:key}"],
  StringLike: ["*", "a*", "b${*}", "?", "*${aws:PrincipalTag/t}"],
  StringNotLike: ["*", "a*", "${aws:gone}*"],
  NumericEquals: ["5", "x"],
  NumericNotEquals: ["5"],
  NumericLessThan: ["6"],
  DateGreaterThan: ["2025"],
  Bool: ["true", "false"],
  IpAddress: ["192.0.2.0/24", "x"],
  NotIpAddress: ["192.0.2.0/24"],
  ArnLike: ["*", "arn:aws:iam::*:user/*", "not-an-arn", "${my:key}"],
  ArnNotLike: ["arn:aws:iam::*:user/*", "not-an-arn"],
  Null: ["true", "false"],
};

const entry = fc
  .constantFrom(...Object.keys(OPERANDS))
  .chain((base) =>
    fc.record({
      base: fc.constant(base),
      qualifier: fc.constantFrom("", "", "ForAllValues:", "ForAnyValue:"),
      ifExists: fc.boolean(),
      key: fc.constantFrom(...KEYS),
      operands: fc.subarray([...OPERANDS[base]!], { maxLength: Math.min(2, OPERANDS[base]!.length) }),
    }),
  )
  .map(({ base, qualifier, ifExists, key, operands }) => ({
    [`${qualifier}${base}${ifExists && base !== "Null" ? "IfExists" : ""}`]: { [key]: operands },
  }));

const statement: fc.Arbitrary<StatementJson> = fc
  .record({
    Effect: fc.constantFrom("Allow", "Allow", "Deny"),
    Resource: fc.constantFrom(
      "*",
      "arn:aws:s3:::b/*",
      "arn:aws:s3:::b/${aws:PrincipalTag/t}",
      "arn:aws:s3:::${my:key, 'b'}/a",
    ),
    conditions: fc.array(entry, { maxLength: 2 }),
  })
  .map(({ Effect, Resource, conditions }) => ({ Effect, Resource, Condition: Object.assign({}, ...conditions) }));

const policies = (lengthMax: number) =>
  fc.array(fc.array(statement, { minLength: 1, maxLength: 2 }), { maxLength: lengthMax });

const principal = fc.constantFrom<unknown>("*", { AWS: A1 }, { AWS: USER_ARN }, { AWS: A2 });

const setup: fc.Arbitrary<Setup> = fc.record({
  caller: fc.constantFrom(undefined!, undefined!, session(), root(), anonymous),
  resource: fc.constantFrom("arn:aws:s3:::b/a", "arn:aws:s3:::b/5"),
  owner: fc.constantFrom<string | null>(A1, A1, A2, null),
  kind: fc.constantFrom("other" as const, "kms" as const),
  identity: policies(2),
  boundary: fc.option(policies(1), { nil: undefined! }),
  scps: fc.array(policies(1), { maxLength: 2 }),
  resourcePolicies: fc
    .tuple(policies(1), principal)
    .map(([all, Principal]) => all.map((one) => one.map((each) => ({ ...each, Principal })))),
  options: fc.record({
    forAnyValueIfExists: fc.boolean(),
    unresolvedVariable: fc.constantFrom("operand" as const, "statement" as const),
  }),
  mode: fc.constant("lenient" as const),
});

/** What an unknown key can turn out to be (3V-1). */
function completionsOf(key: string): readonly (Value | undefined)[] {
  const single = VALUES;
  const multi: Value[] = [[], ["a"], ["a", "b*"], ["no such thing"], [""]];
  if (key === "aws:TagKeys") return [undefined, ...multi];
  return key.startsWith("my:") ? [undefined, ...single, ...multi] : [undefined, ...single];
}

function completedContexts(unknown: readonly string[]): Record<string, Value>[] {
  let contexts: Record<string, Value>[] = [{}];
  for (const key of unknown) {
    contexts = contexts.flatMap((context): Record<string, Value>[] =>
      completionsOf(key).map((value) => (value === undefined ? context : { ...context, [key]: value })),
    );
  }
  return contexts;
}

const isDefinite = (word: string) => word !== "indeterminate" && word !== "denied";

test("a definite answer is the answer of every completion, and an indeterminate one names what it can turn out to be", () => {
  let definite = 0;
  let indeterminate = 0;
  fc.assert(
    fc.property(setup, fc.subarray([...KEYS], { minLength: 1 }), (given, unknown) => {
      const asked = asker(given);
      const { decision } = asked({
        context: Object.fromEntries(unknown.map((key): [string, Value] => [key, UNKNOWN])),
        owner: given.owner ?? null,
      });
      const owners = given.owner === null ? [A1, A2] : [given.owner!];
      const possible = "between" in decision ? decision.between : [decision.decision];
      isDefinite(decision.decision) ? definite++ : indeterminate++;
      for (const owner of owners) {
        for (const completed of completedContexts(unknown)) {
          const answer = asked({ owner, context: completed }).decision;
          if (!(possible as readonly string[]).includes(answer.decision)) {
            const shown = JSON.stringify({ given, unknown, owner, completed }, null, 1);
            throw new Error(`${possible.join(" or ")} turned out ${answer.decision} on ${shown}`);
          }
        }
      }
    }),
    { numRuns: 4000 },
  );
  // Neither kind may be rare, or the law says little.
  expect(definite).toBeGreaterThan(60);
  expect(indeterminate).toBeGreaterThan(60);
});
