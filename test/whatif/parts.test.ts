/** The small parts of what-if: canonical texts, filters, outcomes, shapes, verdicts of calls, bounded groups. */
import { describe, expect, test } from "vitest";
import type { Request } from "../../src/request/request.js";
import { Canonical, exactOf } from "../../src/whatif/canonical.js";
import { fits, isAskedFor, isFiltered, isInTime, NO_FILTER } from "../../src/whatif/filter.js";
import { GroupMap, isoOf } from "../../src/whatif/groups.js";
import { outcomeOf } from "../../src/whatif/outcome.js";
import { shapeOf, shapeOfCause } from "../../src/whatif/shape.js";
import { markOf, verdictOfCall } from "../../src/whatif/verdict.js";

const REQUEST: Request = {
  principal: { arn: "arn:aws:sts::111111111111:assumed-role/R/s", issueTime: 5, mfa: { authenticatedAt: 4 } },
  action: "s3:GetObject",
  resource: "arn:aws:s3:::b/k",
  context: { "aws:UserAgent": "a", "aws:SourceIp": "192.0.2.1" },
  unknown: ["aws:PrincipalTag/*", "aws:Referer"],
  now: 7,
};

describe("canonical requests", () => {
  const read = (keys: readonly string[], request = REQUEST) => {
    const { settled, volatile } = new Canonical(keys).textsOf(request);
    return { settled: exactOf(settled, ""), exact: exactOf(settled, volatile), volatile };
  };

  test("hold no keys that nobody reads, nor the clock", () => {
    const { settled, volatile } = read([]);
    expect(volatile).toBe("");
    expect(settled).toEqual({
      principal: { arn: "arn:aws:sts::111111111111:assumed-role/R/s", mfa: true },
      action: "s3:GetObject",
      resource: "arn:aws:s3:::b/k",
      context: {},
      unknown: [],
      now: 0,
    });
  });

  test("hold what is read, whatever the case, and prefixes that cover it", () => {
    const { exact, settled } = read(["aws:useragent", "aws:requestedregion", "aws:principaltag/team"], {
      ...REQUEST,
      context: { ...REQUEST.context, "aws:RequestedRegion": "eu-west-1" },
    });
    expect(exact.context).toEqual({ "aws:RequestedRegion": "eu-west-1", "aws:UserAgent": "a" });
    expect(exact.unknown).toEqual(["aws:PrincipalTag/*"]);
    expect(exact.principal).toEqual(settled.principal);
    expect(settled.context).toEqual({ "aws:RequestedRegion": "eu-west-1" });
    expect(settled.unknown).toEqual(["aws:PrincipalTag/*", "aws:UserAgent"]);
  });

  test.each(["aws:currenttime", "aws:epochtime", "aws:tokenissuetime", "aws:multifactorauthage"])(
    "hold all times if %s is read, in the volatile part",
    (key) => {
      const { exact, settled } = read([key]);
      expect(exact).toMatchObject({ principal: REQUEST.principal, now: 7, unknown: [] });
      expect(settled).toMatchObject({ principal: { mfa: true }, now: 0, unknown: [key] });
    },
  );

  test("hold every key of the network if one is read, since each says something about the others", () => {
    const request = { ...REQUEST, context: { "aws:SourceVpce": "vpce-1" } };
    expect(read(["aws:sourceip"], request).exact.context).toEqual({ "aws:SourceVpce": "vpce-1" });
    expect(read(["aws:requestedregion"], request).exact.context).toEqual({});
  });

  test("are the same text whatever the order of keys", () => {
    const canonical = new Canonical(["aws:useragent", "aws:sourceip"]);
    const turned = { ...REQUEST, context: { "aws:SourceIp": "192.0.2.1", "aws:UserAgent": "a" } };
    expect(canonical.textsOf(turned)).toEqual(canonical.textsOf(REQUEST));
  });

  test("keep keys that are no names for objects", () => {
    const context = Object.fromEntries([["__proto__", "x"]]);
    const { exact } = read(["__proto__"], { ...REQUEST, context });
    expect(Object.entries(exact.context!)).toEqual([["__proto__", "x"]]);
  });
});

describe("filters", () => {
  test.each([
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["a*c", "abbc", true],
    ["a*c", "abb", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["**a**", "bab", true],
    ["*ab", "aab", true],
    ["a**b*?", "axxbx", true],
    ["?", "*", true],
  ] as const)("%s fits %s: %s", (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  test("patterns with many stars do not take for ever", () => {
    expect(fits(`${"*a".repeat(200)}b`, "a".repeat(20_000))).toBe(false);
  });

  test("times are half-open, and a record without one is in no bounds", () => {
    const filter = { ...NO_FILTER, from: 10, to: 20 };
    expect([9, 10, 19, 20, null].map((time) => isInTime(filter, time))).toEqual([false, true, true, false, false]);
    expect(isInTime(NO_FILTER, null)).toBe(true);
  });

  test("callers by session or role, actions without case", () => {
    const role = "arn:aws:iam::111111111111:role/p/R";
    const request: Request = {
      ...REQUEST,
      principal: { arn: "arn:aws:sts::111111111111:assumed-role/R/s", roleArn: role },
    };
    const asked = (principals: readonly string[], actions: readonly string[]) =>
      isAskedFor({ ...NO_FILTER, principals, actions }, [request]);
    expect(asked([role], [])).toBe(true);
    expect(asked(["*:assumed-role/R/*"], ["S3:get*"])).toBe(true);
    expect(asked(["*user*"], [])).toBe(false);
    expect(asked([], ["ec2:*", "s3:Put*"])).toBe(false);
    expect(isFiltered({ ...NO_FILTER, actions: ["*"] })).toBe(true);
    expect(isFiltered(NO_FILTER)).toBe(false);
  });
});

test("outcomes", () => {
  const codes = [
    null,
    "AccessDenied",
    "AccessDeniedException",
    "Client.UnauthorizedOperation",
    "UnauthorizedOperation",
  ];
  expect(codes.map(outcomeOf)).toEqual(["succeeded", "denied", "denied", "denied", "denied"]);
  expect(["AuthorizationError", "VpceAccessDenied"].map(outcomeOf)).toEqual(["denied", "denied"]);
  expect(["NoSuchKey", "ThrottlingException", "Client.DryRunOperation"].map(outcomeOf)).toEqual([
    "failed",
    "failed",
    "succeeded",
  ]);
});

test("shapes", () => {
  const SHAPES = {
    "*": "*",
    "arn:aws:s3:::bucket": "arn:aws:s3:::bucket",
    "arn:aws:s3:::bucket/a/b.csv": "arn:aws:s3:::bucket/*",
    "arn:aws:dynamodb:eu-west-1:111111111111:table/T/index/I": "arn:aws:dynamodb:eu-west-1:111111111111:table/*",
    "arn:aws:lambda:eu-west-1:111111111111:function:f:3": "arn:aws:lambda:eu-west-1:111111111111:function:*",
    "arn:aws:sqs:eu-west-1:111111111111:orders": "arn:aws:sqs:eu-west-1:111111111111:orders",
    "arn:aws:apigateway:eu-west-1::/restapis/a/b": "arn:aws:apigateway:eu-west-1::/restapis/*",
  };
  expect(Object.keys(SHAPES).map(shapeOf)).toEqual(Object.values(SHAPES));
  expect(shapeOfCause("resource policy of arn:aws:s3:::b/k")).toBe("resource policy of arn:aws:s3:::b/*");
  expect(shapeOfCause("aws:principaltag/team")).toBe("aws:principaltag/team");
});

test("names that somebody made endless are cut", () => {
  const long = "x".repeat(60_000);
  const names = [
    shapeOf(`arn:aws:s3:::${long}`),
    shapeOf(`arn:aws:s3:::${long}/k`),
    shapeOfCause(`x of arn:aws:s3:::${long}`),
  ];
  expect(names.map((name) => name.length)).toEqual([512, 512, 517]);
  expect(shapeOfCause(long)).toHaveLength(512);
});

test("verdicts of calls", () => {
  expect(verdictOfCall(["allowed", "allowed"], true)).toBe("allowed");
  expect(verdictOfCall(["allowed", "allowed"], false)).toBe("indeterminate");
  expect(verdictOfCall(["indeterminate", "implicitDeny"], false)).toBe("implicitDeny");
  expect(verdictOfCall(["implicitDeny", "explicitDeny"], true)).toBe("explicitDeny");
  expect(markOf("explicitDeny", "implicitDeny")).toBeNull();
  expect(markOf("indeterminate", "implicitDeny")).toBe("newlyDenied");
  expect(markOf("denied", null)).toBe("denied");
});

test("groups that do not fit are added up in one", () => {
  const groups = new GroupMap<{ count: number }>(2);
  for (const name of ["a", "b", "b", "c", "d"]) groups.add(name, 1, () => ({ count: 0 }));
  expect(groups.sorted(({ count }, name) => `${name} ${count}`)).toEqual({ groups: ["b 2", "a 1"], others: 2 });
  expect(groups.sorted((_, name) => name, 1)).toEqual({ groups: ["b"], others: 3 });
});

test("times that cannot be written are not", () => {
  expect([0, null, 9e15, Number.NaN].map(isoOf)).toEqual(["1970-01-01T00:00:00Z", null, null, null]);
});
