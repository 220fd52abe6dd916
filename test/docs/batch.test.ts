/** docs/batch.md says of every layout what the enums say, and leaves out none that a host has to write or read. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as batch from "../../src/bytecode/batch-layout.js";
import * as layout from "../../src/bytecode/layout.js";
import * as frames from "../../src/bytecode/request-frame.js";
import type { FrameErrorCode } from "../../src/engine/frame.js";
import { moduleOf } from "../../src/engine/wasm.js";

const page = readFileSync(new URL("../../docs/batch.md", import.meta.url), "utf8");

type Enum = Readonly<Record<string, string | number>>;
const enumsOf = (module: object) => Object.entries(module as Readonly<Record<string, Enum>>);
const enums = new Map<string, Enum>([...enumsOf(layout), ...enumsOf(batch), ...enumsOf(frames)]);

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

it.each([...tables.keys()])("%s is as it is declared", (name) => {
  const declared = Object.entries(enums.get(name)!).filter(([key]) => Number.isNaN(Number(key)));
  expect(tables.get(name)).toEqual(declared.map(([key, value]) => `${key} = ${value}`));
});

it("leaves out no layout of batches and frames, nor of what they defer to the host", () => {
  const wanted = [...enumsOf(batch), ...enumsOf(frames)].map(([name]) => name);
  const deferred = ["CallerEntry", "EntrySlot", "ResourceEntry", "ResourceReach", "Frame", "SlotRecord", "Result"];
  expect([...wanted, ...deferred].filter((name) => !tables.has(name))).toEqual([]);
});

it("names every code of a frame's errors", () => {
  const codes: Readonly<Record<FrameErrorCode, true>> = {
    "bad-magic": true,
    "unsupported-version": true,
    truncated: true,
    "trailing-bytes": true,
    "too-large": true,
    "unknown-flag": true,
    "unknown-kind": true,
    "not-zero": true,
    "wrong-lengths": true,
    "not-utf8": true,
    "duplicate-name": true,
  };
  expect(Object.keys(codes).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

it("names no export and no global that the module does not have", () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const exports = new Set(Object.keys(new WebAssembly.Instance(moduleOf("baseline"), { env: { memory } }).exports));
  const below = page.slice(page.indexOf("## The module"));
  const called = [...below.matchAll(/`([a-z]\w+)\(/g)].map(([, name]) => name!);
  const list = /The globals then say where:(.*?)the first byte behind/s.exec(below)![1]!;
  const globals = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  expect(called.length).toBeGreaterThan(10);
  expect(globals.length).toBeGreaterThan(10);
  expect([...called, ...globals].filter((name) => !exports.has(name))).toEqual([]);
});
