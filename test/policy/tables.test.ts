/** The small tables that other rooms hold too: they must agree. */
import { expect, test } from "vitest";
import { conditionKeyFacts } from "../../src/catalog/condition-keys.js";
import { resourceNameOf, resourceTypeOf, splitArn, splitComponents } from "../../src/policy/arn.js";
import { lowerAscii } from "../../src/policy/ascii.js";
import { isMultiValuedKey, MULTI_VALUED_KEYS } from "../../src/policy/keys.js";
import { rcpServices } from "../../src/policy/rcp-services.js";
import { nearest } from "../../src/policy/spelling.js";

test("services that RCPs reach (EVAL-15)", () => {
  expect([...new Set(rcpServices)].sort()).toEqual(rcpServices);
  expect(rcpServices).toHaveLength(62);
});

test("multi-valued keys are so in the catalogue too (REQ-3)", () => {
  const single = [...MULTI_VALUED_KEYS].filter((key) => conditionKeyFacts(key)?.multi !== true);
  expect(single).toEqual([]);
  expect(isMultiValuedKey("accounts.google.com:amr")).toBe(true);
  expect(isMultiValuedKey("aws:requesttag/amr")).toBe(false);
});

test("ARNs", () => {
  expect(splitArn("arn:aws:s3:::b/k:v")).toEqual({
    partition: "aws",
    service: "s3",
    region: "",
    account: "",
    resource: "b/k:v",
  });
  expect(["arn:aws:s3", "aws:arn:s3:::b", "ARN:aws:s3:::b", "", "*"].map(splitArn)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(splitComponents("a:b")).toEqual(["a", "b"]);
  const typeAndName = (text: string) => [resourceTypeOf(splitArn(text)!), resourceNameOf(splitArn(text)!)];
  expect(typeAndName("arn:aws:iam::111111111111:user/p/n")).toEqual(["user", "p/n"]);
  expect(typeAndName("arn:aws:lambda:r:a:function:f/g")).toEqual(["function", "f/g"]);
  expect(typeAndName("arn:aws:sqs:r:a:q")).toEqual([null, "q"]);
});

test("case folding is ASCII only (threats D27)", () => {
  expect(lowerAscii("AWS:TagKeys")).toBe("aws:tagkeys");
  expect(lowerAscii("\u212aİſßΣA")).toBe("\u212aİſßΣa");
});

test("suggestions", () => {
  const words = ["StringLike", "StringEquals", "NumericLessThan"];
  expect(nearest("StringLik", words)).toBe("StringLike");
  expect(nearest("stringequal", words)).toBe("StringEquals");
  expect(nearest("NumericLseThan", words)).toBe("NumericLessThan");
  expect(nearest("Banana", words)).toBeNull();
  expect(nearest("S".repeat(100_000), words)).toBeNull();
});
