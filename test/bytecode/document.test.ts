/** docs/bytecode.md says of every record, section and instruction what the enums say. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as layout from "../../src/bytecode/layout.js";
import * as opcodes from "../../src/bytecode/opcodes.js";

const page = readFileSync(new URL("../../docs/bytecode.md", import.meta.url), "utf8");

/** The rows of each table of the page: value and name, by the enum's name. */
const tables = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const rows = [...part.matchAll(/^\| (-?\d+) \| `(\w+)` \|/gm)].map(([, value, name]) => `${name} = ${value}`);
      return [part.slice(0, part.indexOf("\n")), rows] as const;
    }),
);

const enums = new Map<string, Record<string, string | number>>([
  ...Object.entries(layout as unknown as Record<string, Record<string, string | number>>),
  ...Object.entries(opcodes as unknown as Record<string, Record<string, string | number>>),
]);

it.each([...tables.keys()])("%s is as it is declared", (name) => {
  const declared = Object.entries(enums.get(name)!).filter(([key]) => Number.isNaN(Number(key)));
  expect(tables.get(name)).toEqual(declared.map(([key, value]) => `${key} = ${value}`));
});

it("leaves no record, section or instruction out", () => {
  const wanted = [...enums.keys()].filter((name) =>
    /Record$|^(Header|Section|OptionBits|Op|Mark|PatternKind)$/.test(name),
  );
  const inMemory = new Set(["SlotRecord", "TraceRecord"]);
  expect(wanted.filter((name) => !tables.has(name) && !inMemory.has(name))).toEqual([]);
});
