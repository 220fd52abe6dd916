import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type JsonLimits,
  type JsonString,
  type JsonValue,
  member,
  parseJson,
  spanWithin,
  toPlain,
} from "../../src/text/json.js";

function parse(text: string, limits: Partial<JsonLimits> = {}) {
  return parseJson({ name: "t.json", text }, limits);
}

/** Codes with the text that each underlines. */
function faults(text: string, limits: Partial<JsonLimits> = {}): string[][] {
  const { value, diagnostics } = parse(text, limits);
  expect(value === null).toBe(diagnostics.length > 0);
  return diagnostics.map(({ code, span }) => [code, text.slice(span.start, span.end)]);
}

describe("what parses", () => {
  test("any JSON text means what JSON.parse says, with keys in order", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, "\t", "\r\n "), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(JSON.stringify(toPlain(parse(text).value!))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test("every node's place is its text", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value, null, 1);
        const waiting: JsonValue[] = [parse(text).value!];
        for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
          expect(JSON.parse(text.slice(node.span.start, node.span.end))).toEqual(
            JSON.parse(JSON.stringify(toPlain(node))),
          );
          if (node.kind === "array") waiting.push(...node.items);
          if (node.kind !== "object") continue;
          for (const { key, keySpan, value: inner } of node.members) {
            expect(JSON.parse(text.slice(keySpan.start, keySpan.end))).toBe(key);
            waiting.push(inner);
          }
        }
      }),
    );
  });

  test("any text at all ends with a value or with an error inside the text", () => {
    const units = fc.constantFrom(..."{}[]\",:\\/ue019.-+ntrfals \n\u0000\ud800😀*#'");
    fc.assert(
      fc.property(fc.array(units, { maxLength: 30 }), (parts) => {
        const text = parts.join("");
        const { value, diagnostics } = parse(text);
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expected = undefined;
        }
        if (expected === undefined) expect(value).toBeNull();
        for (const { span } of diagnostics) {
          expect(0 <= span.start && span.start <= span.end && span.end <= text.length).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("numbers keep their text", () => {
    for (const text of ["0", "-0", "1.50", "1E+400", "123456789012345678901234567890"]) {
      expect(parse(text).value).toEqual({ kind: "number", text, span: { start: 0, end: text.length } });
    }
  });

  test("names of Object.prototype are ordinary keys", () => {
    const { value } = parse('{"__proto__": 1, "constructor": 2, "toString": 3}');
    expect(value?.kind === "object" && member(value, "__proto__")).toMatchObject({ text: "1" });
    const plain = toPlain(value!) as Record<string, unknown>;
    expect(Object.getPrototypeOf(plain)).toBeNull();
    expect(Object.keys(plain)).toEqual(["__proto__", "constructor", "toString"]);
    expect(value?.kind === "object" && member(value, "hasOwnProperty")).toBeNull();
  });

  test("a NUL in a string stays", () => {
    expect(toPlain(parse('"k\\u0000"').value!)).toBe("k\0");
  });

  test("a short text behind a long one sees nothing of it", () => {
    expect(parse(`"${"x".repeat(1000)}"`).value).not.toBeNull();
    expect(faults('"a')).toEqual([["unterminated-string", '"a']]);
    expect(faults("[1")).toEqual([["unexpected-end", "["]]);
  });
});

describe("what does not parse, and where", () => {
  const table: readonly (readonly [text: string, code: string, underlined: string])[] = [
    ['{"a": 1, "a": 2}', "duplicate-key", '"a"'],
    ['{"a": 1, "\\u0061": 2}', "duplicate-key", '"\\u0061"'],
    ["[1, 2,]", "trailing-comma", ","],
    ['{"a": 1, }', "trailing-comma", ","],
    ['{"a": 1 "b": 2}', "missing-comma", " "],
    ["[1, ...]", "ellipsis", "..."],
    ["[1, …]", "ellipsis", "…"],
    ["[1 // one\n]", "comment", "//"],
    ["/* a */ 1", "comment", "/*"],
    ["# a\n1", "comment", "# "],
    ["{'a': 1}", "single-quote", "'"],
    ["{“a”: 1}", "typographic-quote", "“"],
    ["{a: 1}", "unquoted-key", "a"],
    ['{"a" 1}', "missing-colon", "1"],
    ['{"a":}', "missing-value", "}"],
    ["[,1]", "missing-value", ","],
    ["NaN", "invalid-literal", "NaN"],
    ["Infinity", "invalid-literal", "Infinity"],
    ["-Infinity", "invalid-number", "-Infinity"],
    ["True", "invalid-literal", "True"],
    ["nullx", "invalid-literal", "nullx"],
    ["01", "invalid-number", "01"],
    ["1.", "invalid-number", "1."],
    ["+1", "invalid-literal", "+1"],
    ["0x10", "invalid-number", "0x10"],
    ["1_0", "invalid-number", "1_0"],
    ["1e", "invalid-number", "1e"],
    ['"a\nb"', "unterminated-string", '"a'],
    ['"a\tb"', "control-character", "\t"],
    ['"a\u0000b"', "control-character", "\u0000"],
    ['"\\x41"', "invalid-escape", "\\x"],
    ['"\\u12G4"', "invalid-escape", "\\u12"],
    ['"\\ud800"', "lone-surrogate", "\\ud800"],
    ['"\\udc00\\ud800"', "lone-surrogate", "\\udc00"],
    ['"a\ud800"', "lone-surrogate", "\ud800"],
    ["\ufeff{}", "byte-order-mark", "\ufeff"],
    ["{} {}", "trailing-text", "{"],
    ["{}]", "trailing-text", "]"],
    ['{"a": [1, 2', "unexpected-end", "["],
    ["", "empty-document", ""],
    [" \n", "empty-document", " \n"],
    ["\u00a01", "unexpected-character", "\u00a0"],
    ["[1}", "unexpected-character", "}"],
  ];

  test.each(table)("%j: %s", (text, code, underlined) => {
    expect(faults(text)).toEqual([[code, underlined]]);
  });

  test("every duplicate is reported, in small objects and in large ones", () => {
    const many = Array.from({ length: 20 }, (_, index) => `"k${index}": 0`).join(", ");
    expect(faults('{"a": 1, "a": 2, "a": {"b": 1, "b": 2}}').map(([, text]) => text)).toEqual(['"a"', '"a"', '"b"']);
    expect(faults(`{${many}, "k3": 1, "k19": 1}`).map(([, text]) => text)).toEqual(['"k3"', '"k19"']);
  });

  test("duplicates without end are not", () => {
    expect(faults(`{${'"a": 1, '.repeat(500)}"b": 1}`)).toHaveLength(100);
  });
});

describe("limits", () => {
  test("depth: 32 is read, 33 is not, a million neither overflows the stack", () => {
    expect(parse(`${"[".repeat(32)}${"]".repeat(32)}`).value).not.toBeNull();
    expect(faults(`${"[".repeat(33)}${"]".repeat(33)}`)).toEqual([["too-deep", "["]]);
    expect(faults("[".repeat(1_000_000))).toEqual([["too-deep", "["]]);
    expect(faults('{"a":'.repeat(1_000_000))).toEqual([["too-deep", "{"]]);
    expect(parse("[".repeat(40) + "]".repeat(40), { depthMax: 40 }).value).not.toBeNull();
  });

  test("length and values", () => {
    expect(faults("[1, 2]", { lengthMax: 5 })).toEqual([["too-large", ""]]);
    expect(faults("[1, 2]", { valuesMax: 3 })).toEqual([]);
    expect(faults("[1, 2]", { valuesMax: 2 })).toEqual([["too-many-values", ""]]);
  });
});

test("a place inside a string follows its escapes", () => {
  const text = '["ab\\u0063d\\ne"]';
  const { value } = parse(text);
  const string = (value?.kind === "array" && value.items[0]) as JsonString;
  const within = (start: number, end: number) => {
    const span = spanWithin({ name: "t", text }, string, start, end);
    return text.slice(span.start, span.end);
  };
  expect([within(0, 2), within(2, 3), within(3, 5), within(5, 6)]).toEqual(["ab", "\\u0063", "d\\n", "e"]);
});
