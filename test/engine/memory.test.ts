/** What no memory can hold is refused with its size, whatever the bundle says of itself. */
import { describe, expect, it } from "vitest";
import { DocumentUse, Header, Section, SetRecord } from "../../src/bytecode/layout.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { type MachineLayout, MemoryTooLarge, makeMachine, moduleOf } from "../../src/engine/wasm.js";
import { BundleEditor } from "../bytecode/editor.js";
import { everythingWorld } from "../bytecode/everything.js";

const BUNDLE = compile(everythingWorld());

function machineOf(layout: Partial<MachineLayout>) {
  return makeMachine(moduleOf("baseline"), {
    bundle: BUNDLE,
    overlay: null,
    candidateWords: 1024,
    textBytes: 65536,
    batchBytes: 0,
    seed: 1,
    ...layout,
  });
}

function withHeader(field: Header, value: number): Uint8Array {
  const bytes = BUNDLE.slice();
  new DataView(bytes.buffer).setUint32(field, value, true);
  return bytes;
}

describe("a machine", () => {
  it("has the memory that its bundle calls for, and never more", () => {
    const small = machineOf({}).bytes.length;
    expect(small).toBeLessThan(128 * 2 ** 20);
    expect(machineOf({ candidateWords: 1024 + 2 ** 20 }).bytes.length - small).toBeGreaterThanOrEqual(
      4 * 2 ** 20 - 65536,
    );
  });

  it.each([
    // 12 bytes a statement: 2^32 and 8 would look like 8.
    ["statements whose lists would wrap around", { bundle: withHeader(Header.StatementsMax, 0x1555_5556) }],
    ["statements whose lists would end at 0", { bundle: withHeader(Header.StatementsMax, 0x2000_0000) }],
    ["more statements than there are bytes", { bundle: withHeader(Header.StatementsMax, 0xffff_ffff) }],
    [
      "two bounds that wrap when they are added",
      {
        bundle: withHeader(Header.StatementsMax, 0xffff_ffff),
        overlay: withHeader(Header.StatementsMax, 1),
      },
    ],
    ["slots that would wrap around", { bundle: withHeader(Header.SlotCount, 0x1555_5556) }],
    ["a pattern of 4 GiB", { bundle: withHeader(Header.PatternBytesMax, 0xffff_ffff) }],
    ["candidates that would wrap around", { candidateWords: 2 ** 30 }],
    ["candidates that are no 32-bit number", { candidateWords: 2 ** 32 }],
  ] as const)("is refused for %s", (_, layout) => {
    expect(() => machineOf(layout)).toThrow(MemoryTooLarge);
  });

  it("is refused for images of 4 GiB", () => {
    // Only its length and its header are looked at.
    const bundle = Object.create(BUNDLE, { length: { value: 2 ** 32 - 64 }, subarray: { value: () => BUNDLE } });
    expect(() => machineOf({ bundle })).toThrow(MemoryTooLarge);
  });
});

describe("a bundle", () => {
  it("whose sets repeat a policy until their statements fill a memory is refused before anything of it is active", () => {
    const editor = new BundleEditor(BUNDLE);
    const set = editor.find(Section.Sets, (field) => editor.text(field(SetRecord.Label)) === "scps[0]");
    const policy = editor.word(Section.Pool, editor.field(Section.Sets, set, SetRecord.Start));
    const count = 2 ** 21;
    const start = editor.append(
      Section.Pool,
      Array.from({ length: count * 2 }, (_, index) => (index % 2 === 0 ? policy : DocumentUse.Policy)),
    );
    editor.set(Section.Sets, set, SetRecord.Start, start);
    editor.set(Section.Sets, set, SetRecord.Count, count);
    editor.set(Section.Sets, set, SetRecord.StatementCount, count);
    // Each of these levels names the set again, and so each level adds two million statements.
    const levels = editor.append(
      Section.Pool,
      Array.from({ length: 64 }, () => set),
    );
    editor.set(Section.Levels, 0, 0, levels);
    editor.set(Section.Levels, 0, 4, 64);
    editor.header.statementsMax = 2 * 64 * count + 6 * count;
    const bytes = editor.write();
    expect(() => verifyBundle(bytes)).not.toThrow();
    expect(() => Engine.loadSync(bytes)).toThrow(MemoryTooLarge);
  });
});
