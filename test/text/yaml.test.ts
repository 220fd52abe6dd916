import { describe, expect, test } from "vitest";
import { member, toPlain } from "../../src/text/json.js";
import { parseYaml } from "../../src/text/yaml.js";

function parse(text: string) {
  return parseYaml({ name: "t.yaml", text });
}

function faults(text: string): string[][] {
  const { values, diagnostics } = parse(text);
  expect(values).toEqual([]);
  return diagnostics.map(({ code, span }) => [code, text.slice(span.start, span.end)]);
}

describe("what parses", () => {
  test("documents of a stream", () => {
    expect(parse("a: 1\n---\n- b\n---\n'c'\n").values.map(toPlain)).toEqual([
      Object.assign(Object.create(null), { a: 1 }),
      ["b"],
      "c",
    ]);
  });

  test("account ids keep their zeros, dates and versions are text", () => {
    const text = "account: 012345678901\nVersion: 2012-10-17\nsince: 2026-11-24T09:00:00Z\n";
    const [value] = parse(text).values;
    const kinds = value?.kind === "object" ? value.members.map((found) => found.value) : [];
    expect(kinds).toMatchObject([
      { kind: "number", text: "012345678901" },
      { kind: "string", value: "2012-10-17" },
      { kind: "string", value: "2026-11-24T09:00:00Z" },
    ]);
  });

  test("account ids as keys keep their zeros", () => {
    const [value] = parse("012345678901: a\n").values;
    expect(value?.kind === "object" && member(value, "012345678901")).toMatchObject({ value: "a" });
  });

  test("words of YAML 1.1 are text, whatever the directive says", () => {
    expect(parse("%YAML 1.1\n---\n[yes, on, 010, 1:20, 2026-01-01, <<]\n").values.map(toPlain)).toEqual([
      ["yes", "on", 10, "1:20", "2026-01-01", "<<"],
    ]);
  });

  test("what is no number of JSON is text", () => {
    expect(parse("[.inf, -.INF, .nan]").values.map(toPlain)).toEqual([[".inf", "-.INF", ".nan"]]);
  });

  test("names of Object.prototype are ordinary keys", () => {
    expect(Object.keys(toPlain(parse("__proto__: 1\nconstructor: 2\n").values[0]!) as object)).toEqual([
      "__proto__",
      "constructor",
    ]);
  });

  test("places are those of the text", () => {
    const text = "a:\n  - 'b c'\n  - |\n    d\n    e\nf: {g: h}\n";
    const [value] = parse(text).values;
    const [list, map] = value?.kind === "object" ? value.members.map((found) => found.value) : [];
    const shown = (span: { start: number; end: number }) => text.slice(span.start, span.end);
    expect(list?.kind === "array" && list.items.map(({ span }) => shown(span))).toEqual(["'b c'", "|\n    d\n    e"]);
    expect(shown(map!.span)).toBe("{g: h}");
  });
});

describe("what does not parse, and where", () => {
  test.each([
    ["a: 1\na: 2\n", "duplicate-key", "a"],
    ["1: x\n'1': y\n", "duplicate-key", "'1'"],
    ["a: &x 1\nb: *x\n", "yaml-alias", "*x"],
    ["a: !foo 1\n", "invalid-yaml", "!foo"],
    ["a: !!binary YQ==\n", "invalid-yaml", "!!binary"],
    ["[a]: 1\n", "yaml-key", "[a]"],
    [": 1\n", "yaml-key", ""],
    ['a: "\\ud800"\n', "lone-surrogate", '"\\ud800"'],
    ["# nothing\n", "empty-document", ""],
    ["", "empty-document", ""],
  ])("%j: %s", (text, code, underlined) => {
    expect(faults(text)).toEqual([[code, underlined]]);
  });

  test("unbalanced quotes and wrong indents", () => {
    for (const text of ["a: 'x\n", "a:\n - b\n  c: d\n", "{a: 1\n", "a: b: c\n"]) {
      expect(faults(text)[0]![0]).toBe("invalid-yaml");
    }
  });

  test("depth, without recursion", () => {
    for (const text of ["[".repeat(50_000), "- ".repeat(20_000), "{a: ".repeat(20_000)]) {
      expect(faults(text).map(([code]) => code)).toEqual(["too-deep"]);
    }
    expect(parse(`${"[".repeat(32)}${"]".repeat(32)}`).values).toHaveLength(1);
  });

  test("one bad document refuses the stream", () => {
    expect(faults("a: 1\n---\nb: 1\nb: 2\n")).toEqual([["duplicate-key", "b"]]);
  });
});
