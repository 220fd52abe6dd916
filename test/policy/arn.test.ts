/** The parts of ARNs (COND-63), and of their resource parts. */
import { expect, test } from "vitest";
import { isAccountId, resourceNameOf, resourceTypeOf, splitArn } from "../../src/policy/arn.js";

test.each<[string, string | null, string]>([
  ["user/path/name", "user", "path/name"],
  ["function:f:1", "function", "f:1"],
  ["a/b:c", "a", "b:c"],
  ["a:b/c", "a", "b/c"],
  ["bucket", null, "bucket"],
  ["/k", "", "k"],
  ["", null, ""],
])("the resource part %s is a %s named %s", (resource, type, name) => {
  const arn = splitArn(`arn:aws:s:r:1:${resource}`)!;
  expect(arn).toEqual({ partition: "aws", service: "s", region: "r", account: "1", resource });
  expect([resourceTypeOf(arn), resourceNameOf(arn)]).toEqual([type, name]);
});

test.each(["", "arn", "arn:aws:s:r:1", "brn:aws:s:r:1:x", "ARN:aws:s:r:1:x"])("%j is no ARN", (text) => {
  expect(splitArn(text)).toBeNull();
});

test.each([
  ["012345678901", true],
  ["999999999999", true],
  ["12345678901", false],
  ["1234567890123", false],
  ["12345678901/", false],
  ["12345678901:", false],
  [":12345678901", false],
  ["", false],
] as const)("%s is an account id: %s", (text, expected) => {
  expect(isAccountId(text)).toBe(expected);
});
