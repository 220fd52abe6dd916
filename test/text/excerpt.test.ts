import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/text/diagnostic.js";
import { escapeText, renderDiagnostic } from "../../src/text/excerpt.js";

function finding(text: string, start: number, end: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: "some-code",
    severity: "error",
    message: "something is wrong",
    help: null,
    source: { name: "policy.json", text },
    span: { start, end },
    ...more,
  };
}

test("place, finding, line, underline and help", () => {
  const text = '{\n  "Effect": "allow"\n}';
  const start = text.indexOf('"allow"');
  expect(renderDiagnostic(finding(text, start, start + 7, { help: "write `Allow`" }))).toBe(
    [
      "policy.json:2:13: error[some-code]: something is wrong",
      '  2 |   "Effect": "allow"',
      "    |             ^^^^^^^",
      "  help: write `Allow`",
    ].join("\n"),
  );
});

test("a span over several lines is underlined to the end of its first", () => {
  expect(renderDiagnostic(finding("ab\r\ncd", 1, 6))).toBe(
    ["policy.json:1:2: error[some-code]: something is wrong", "  1 | ab", "    |  ^"].join("\n"),
  );
});

test("an empty span, also at the end of the text, is underlined once", () => {
  expect(
    renderDiagnostic(finding("ab\n", 3, 3))
      .split("\n")
      .slice(1),
  ).toEqual(["  2 | ", "    | ^"]);
});

test("long lines are cut around the place", () => {
  const text = `${"a".repeat(500)}BAD${"z".repeat(500)}`;
  const [, line, underline] = renderDiagnostic(finding(text, 500, 503)).split("\n");
  expect(line!.length).toBeLessThan(120);
  expect(line).toMatch(/\| …a+BADz+…$/);
  expect(line!.slice(underline!.indexOf("^"), underline!.lastIndexOf("^") + 1)).toBe("BAD");
});

test("a span longer than the excerpt is cut too", () => {
  const [, line, underline] = renderDiagnostic(finding("x".repeat(100_000), 10, 90_000)).split("\n");
  expect(line!.length + underline!.length).toBeLessThan(250);
});

test("what moves cursors or hides text is escaped, and the underline still fits", () => {
  const text = '"a\u202eb\u200bc\u001b[31m"';
  const rendered = renderDiagnostic(finding(text, 4, 5, { message: "a \u0007 bell", help: "not\nhere" }));
  expect(rendered).toContain('"a\\u{202e}b\\u{200b}c\\u{1b}[31m"');
  expect(rendered).toContain("a \\u{7} bell");
  expect(rendered).toContain("not\\u{a}here");
  const [, line, underline] = rendered.split("\n");
  expect(line!.slice(underline!.indexOf("^"), underline!.lastIndexOf("^") + 1)).toBe("\\u{200b}");
});

test("no output holds a raw control character unless colours are asked for", () => {
  const everything = Array.from({ length: 0x3000 }, (_, unit) => String.fromCharCode(unit)).join("");
  const escaped = escapeText(everything);
  expect([...escaped].filter((unit) => unit < " " || (unit >= "\u007f" && unit <= "\u009f"))).toEqual([]);
  expect(renderDiagnostic(finding("ab", 0, 1))).not.toContain("\u001b");
  expect(renderDiagnostic(finding("ab", 0, 1), { color: true })).toContain("\u001b[31merror[some-code]\u001b[39m");
});
