import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Part, Template } from "../../src/policy/model.js";
import { completed, componentsOf, parseTemplate } from "../../src/policy/template.js";

const LIVE = { variables: true, wildcards: true };

/** A template on one line: text in brackets, `*`, `?`, `<key>` or `<key|fallback>`. */
function show(template: Template): string {
  return template.map(showPart).join("");
}

function showPart(part: Part): string {
  switch (part.kind) {
    case "text":
      return `[${part.text}]`;
    case "star":
      return "*";
    case "one":
      return "?";
    case "variable":
      return part.fallback === null ? `<${part.key}>` : `<${part.key}|${part.fallback}>`;
  }
}

function split(text: string, rules = LIVE): string {
  return show(parseTemplate(text, rules).template);
}

describe("splitting", () => {
  test.each([
    ["", ""],
    ["abc", "[abc]"],
    ["a*b?c", "[a]*[b]?[c]"],
    ["a***b", "[a]*[b]"],
    ["*?*", "*?*"],
    ["user/${aws:username}", "[user/]<aws:username>"],
    ["${AWS:UserName}", "<aws:username>"],
    ["${aws:PrincipalTag/team, 'none'}!", "<aws:principaltag/team|none>[!]"],
    ["${k:x, ''}", "<k:x|>"],
    ["${k:x, 'a}b, c ${d}'}", "<k:x|a}b, c ${d}>"],
    ["a${*}b${?}c${$}d", "[a*b?c$d]"],
    ["${$}{aws:username}", "[${aws:username}]"],
    ["$${k:x}$", "[$]<k:x>[$]"],
    ["$a {b} }", "[$a {b} }]"],
    ["${k:x}${k:y}", "<k:x><k:y>"],
    ["a\n*\u2028", "[a\n]*[\u2028]"],
  ])("%j", (text, expected) => {
    expect(split(text)).toBe(expected);
    expect(parseTemplate(text, LIVE).faults).toEqual([]);
  });

  test("Version 2008-10-17: variables are text, wildcards are not (VAR-1)", () => {
    const rules = { variables: false, wildcards: true };
    expect(split("user/${aws:username}/*", rules)).toBe("[user/${aws:username}/]*");
    expect(split("${*}", rules)).toBe("[${]*[}]");
    expect(parseTemplate("${", rules).faults).toEqual([]);
  });

  test("where wildcards are not live they are text (COND-5)", () => {
    expect(split("a*${*}?${k:x}", { variables: true, wildcards: false })).toBe("[a**?]<k:x>");
  });

  test("ten thousand stars are one (threats A7)", () => {
    expect(split("*".repeat(10_000))).toBe("*");
  });

  test("a million openings end at the first", () => {
    expect(parseTemplate("${".repeat(1_000_000), LIVE).faults).toHaveLength(1);
  });
});

describe("faults (VAR-5, VAR-11)", () => {
  test.each([
    ["${", "refused"],
    ["${aws:username", "refused"],
    ["a${}", "refused"],
    ["${ aws:username}", "refused"],
    ["${aws:username }", "refused"],
    ["${aws:user name}", "refused"],
    ["${a:${b:c}}", "refused"],
    ["${k:x, }", "refused"],
    ["${k:x, none}", "refused"],
    ["${k:x, 'none}", "refused"],
    ["${k:x, 'none'", "refused"],
    ["${k:x, 'a'b'}", "refused"],
    ["${, 'x'}", "refused"],
    ["${k:x*}", "refused"],
    ["${**}", "refused"],
    ["${k:x,'none'}", "spacing"],
    ["${k:x,  'none'}", "spacing"],
    ["${k:x , 'none'}", "spacing"],
    ["${k:x, 'none' }", "spacing"],
    ["${username}", "noPrefix"],
  ])("%j: %s", (text, kind) => {
    expect(parseTemplate(text, LIVE).faults.map((fault) => fault.kind)).toEqual([kind]);
  });

  test("spacing that AWS's checks refuse is still understood", () => {
    expect(split("${k:x,'none' }")).toBe("<k:x|none>");
    expect(split("${k:x ,  'none'}")).toBe("<k:x|none>");
  });
});

describe("ARN components (MATCH-24, MATCH-25)", () => {
  function components(text: string): string[] {
    return componentsOf(parseTemplate(text, LIVE).template).map(show);
  }

  test.each([
    ["arn:aws:s3:::b/k:v", ["[arn]", "[aws]", "[s3]", "", "", "[b/k:v]"]],
    ["arn:aws:sqs", ["[arn]", "[aws]", "[sqs]"]],
    ["arn:*:s?s:*", ["[arn]", "*", "[s]?[s]", "*"]],
    ["arn:${a:b, 'c:d'}:x", ["[arn]", "<a:b|c:d>", "[x]"]],
  ])("%s", (text, expected) => {
    expect(components(text)).toEqual(expected);
  });

  test("completion appends `:*`", () => {
    const { template } = parseTemplate("arn:aws:sqs", LIVE);
    expect(show(completed(template, 3))).toBe("[arn:aws:sqs:]*[:]*[:]*");
  });
});

test("the promises of a template hold for every text", () => {
  const units = fc.constantFrom("*", "?", "$", "{", "}", "a", ":", ",", " ", "'", "${*}", "${k:x}", "${k:x, 'd'}");
  fc.assert(
    fc.property(fc.array(units, { maxLength: 20 }), fc.boolean(), fc.boolean(), (parts, variables, wildcards) => {
      const { template } = parseTemplate(parts.join(""), { variables, wildcards });
      template.forEach((part, index) => {
        const next = template[index + 1];
        if (part.kind === "text") {
          expect(part.text).not.toBe("");
          expect(next?.kind).not.toBe("text");
        }
        if (part.kind === "star") expect(next?.kind).not.toBe("star");
        if (part.kind === "variable") expect(variables).toBe(true);
        if (part.kind === "star" || part.kind === "one") expect(wildcards).toBe(true);
      });
    }),
  );
});
