/** Wildcards: small alphabets exhaustively, the segment rule of MATCH-22, and patterns that are meant to hurt. */
import { describe, expect, it, test } from "vitest";
import { arnMatches, globMatches, isArn, isArnPattern, resourceMatches, wildcards } from "../../src/reference/match.js";

/** All texts over an alphabet, the empty one first, up to a length. */
function textsOver(alphabet: string, lengthMax: number): string[] {
  const texts = [""];
  for (let from = 0, length = 0; length < lengthMax; length++) {
    const end = texts.length;
    for (; from < end; from++) for (const letter of alphabet) texts.push(texts[from]! + letter);
  }
  return texts;
}

/** What a pattern means, written as its definition: one token off the front at a time. */
function fits(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const rest = pattern.slice(1);
  switch (pattern[0]) {
    case "*":
      return fits(rest, text) || (text !== "" && fits(pattern, text.slice(1)));
    case "?":
      return text !== "" && fits(rest, text.slice(1));
    default:
      return text !== "" && text[0] === pattern[0] && fits(rest, text.slice(1));
  }
}

describe("globs (MATCH-2, COND-22)", () => {
  it("agrees with the definition on every pattern and every text of up to six units", () => {
    const texts = textsOver("ab", 6);
    const differences: string[] = [];
    for (const pattern of textsOver("ab*?", 6)) {
      const tokens = wildcards(pattern);
      for (const text of texts) {
        if (globMatches(tokens, text) !== fits(pattern, text)) differences.push(`${pattern} on ${text}`);
      }
    }
    expect(texts).toHaveLength(127);
    expect(differences).toEqual([]);
  });

  test.each([
    ["a?b", "a\nb", true],
    ["a*b", "a\r\u0000\u2028\nb", true],
    ["x?", "x\u{10400}", false], // MATCH-29
    ["x??", "x\u{10400}", true],
    ["a?b", "a\u{1f600}b", false],
    ["a??b", "a\u{1f600}b", true],
    ["a.b", "axb", false],
    ["a+(b)", "a+(b)", true],
    ["a+(b)", "aab", false],
    ["[x]", "x", false],
    ["^$&", "^$&", true],
    ["a", "a\n", false],
    ["a", "a\u0000", false],
    ["a***b", "ab", true],
    ["é", "e\u0301", false],
    ["", "", true],
    ["*", "", true],
  ])("%j on %j: %s", (pattern, text, expected) => {
    expect(globMatches(wildcards(pattern), text)).toBe(expected);
  });

  it("takes no more than |pattern| × |text| steps", () => {
    expect(globMatches(wildcards(`${"*a".repeat(10)}*b`), "a".repeat(2000))).toBe(false);
    expect(globMatches(wildcards(`*${"a".repeat(500)}b`), "a".repeat(4000))).toBe(false);
    expect(globMatches(wildcards(`a${"*".repeat(2000)}b`), `a${"x".repeat(100)}b`)).toBe(true);
  });
});

describe("resources (MATCH-22)", () => {
  const topic = "arn:aws:sns:us-east-1:111111111111:x";
  test.each([
    // [pattern, resource, segment-aware, plain]
    ["arn:aws:s3*", "arn:aws:s3:::b/k", true, true],
    ["arn:aws:s3*", "arn:aws:s3express:us-east-1:111111111111:bucket/b", true, true],
    ["arn:*:sns:us-east-1:111111111111:x", topic, true, true],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", true, true],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b/\n", true, true],
    ["arn:aws:s3:::b/?", "arn:aws:s3:::b/:", true, true],
    ["arn:aws:sns:?us-east-1:111111111111:x", topic, false, false],
    ["arn:aws:sns?us-east-1:111111111111:x", topic, false, true],
    ["arn:aws:sns:us-*-1:111111111111:x", topic, true, true],
    // A star in the middle of a component stays in it.
    ["arn:aws:s*x", topic, false, true],
    ["arn:aws:s*s:us-east-1:111111111111:x", topic, true, true],
    // One that ends a component may cross.
    ["arn:aws:sns:us*:x", topic, true, true],
    ["arn:aws:sns:*", topic, true, true],
    ["arn:aws:sns:*:x", topic, true, true],
    ["arn:aws:sns:eu-*", topic, false, false],
    ["arn:*", "*", false, false],
    ["*", "*", true, true],
    ["*", topic, true, true],
    ["arn:aws:s3:::Bucket", "arn:aws:s3:::bucket", false, false], // MATCH-20
    ["arn:aws:s3:*:*:b", "arn:aws:s3:::b", true, true],
    ["arn:aws:s3:::b*c", "arn:aws:s3:::b:x:c", true, true],
  ])("%s on %s: segment-aware %s, plain %s", (pattern, resource, segmentAware, plain) => {
    expect(resourceMatches(wildcards(pattern), resource, "segment-aware")).toBe(segmentAware);
    expect(resourceMatches(wildcards(pattern), resource, "plain")).toBe(plain);
  });

  it("agrees with the pseudo-code of MATCH-22 on every small pattern", () => {
    const differences: string[] = [];
    for (const pattern of [...textsOver(":a*?", 5), ...textsOver(":a*?", 4).map((tail) => `:a:*:${tail}`)]) {
      for (const text of [...textsOver(":a", 6), ...textsOver(":a", 4).map((tail) => `:a::a:${tail}`)]) {
        const expected = segmentFits(pattern, text, 0);
        if (resourceMatches(wildcards(pattern), text, "segment-aware") !== expected) {
          differences.push(`${pattern} on ${text}: ${expected}`);
        }
      }
    }
    expect(differences).toEqual([]);
  });
});

/** The pseudo-code of MATCH-22, token by token. */
function segmentFits(pattern: string, text: string, colons: number): boolean {
  if (pattern === "") return text === "";
  const rest = pattern.slice(1);
  const isFree = (unit: string) => colons >= 5 || unit !== ":";
  switch (pattern[0]) {
    case "*": {
      const mayCross = colons >= 5 || rest === "" || rest.startsWith(":");
      if (segmentFits(rest, text, colons)) return true;
      return text !== "" && (mayCross || text[0] !== ":") && segmentFits(pattern, text.slice(1), colons);
    }
    case "?":
      return text !== "" && isFree(text[0]!) && segmentFits(rest, text.slice(1), colons);
    default:
      return (
        text !== "" && text[0] === pattern[0] && segmentFits(rest, text.slice(1), colons + (text[0] === ":" ? 1 : 0))
      );
  }
}

describe("ARN operators (COND-63)", () => {
  test.each([
    ["arn:aws:s3:::*", "arn:aws:s3:::b", true],
    ["arn:aws:s3:::b*", "arn:aws:s3:::bc", true],
    ["arn:aws:*:role/x::", "arn:aws:iam::111111111111:role/x", false],
    ["arn:aws:iam::*:role/*", "arn:aws:iam::111111111111:role/a:b", true],
    ["arn:aws:s3:*:*:b", "arn:aws:s3:::b", true],
    ["arn:aws:s3:*:b", "arn:aws:s3:::b", false],
    ["arn:aws:iam::?:x", "arn:aws:iam:::x", false],
    ["arn:aws:iam:::x:*", "arn:aws:iam:::x:", true],
    ["arn:aws:iam:::x", "arn:aws:iam:::X", false],
  ])("%s on %s: %s", (pattern, text, expected) => {
    const tokens = wildcards(pattern);
    expect(isArnPattern(tokens) && arnMatches(tokens, text)).toBe(expected);
  });

  test.each([
    ["arn:a:b:c:d:e", true],
    ["arn:::::", true],
    ["arn:a:b:c:d", false],
    ["ARN:a:b:c:d:e", false],
    ["arn", false],
    ["", false],
  ])("%j is an ARN: %s", (text, expected) => {
    expect(isArn(text)).toBe(expected);
    expect(isArnPattern(wildcards(text))).toBe(expected);
  });

  it("wants `arn` written out", () => {
    expect(isArnPattern(wildcards("a?n:aws:s3:::b"))).toBe(false);
    expect(isArnPattern(wildcards("*"))).toBe(false);
  });
});
