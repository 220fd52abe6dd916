/** The evaluator's memory (decision 9): laid out once, no larger than its areas, and nothing written beside them. */
import { describe, expect, it } from "vitest";
import { Header, QuickFrame, QuickValue, Section, SetRecord, SlotRecord } from "../../src/bytecode/layout.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { REQUEST_BYTES_MAX } from "../../src/engine/encode.js";
import { Engine } from "../../src/engine/engine.js";
import { type Machine, makeMachine, moduleOf } from "../../src/engine/wasm.js";
import { layerTrials } from "./layers.js";
import { MAP_LAYOUT, memoryMap, type Prepared, prepared } from "./trial.js";

const LINE = 64;

/** Worlds of different numbers of keys, sets and patterns. */
const worlds: readonly Prepared[] = [...layerTrials()].filter(({ isMapped }) => isMapped).map(prepared);

function lined(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE;
}

function machineOf({ bundle }: Prepared, more: Partial<typeof MAP_LAYOUT> = {}): Machine {
  return makeMachine(moduleOf("baseline"), { bundle, overlay: null, ...MAP_LAYOUT, ...more });
}

describe("the evaluator's memory", () => {
  it("begins every area on a line of its own, in one order", () => {
    for (const world of worlds) {
      const { areas, size } = memoryMap(world, "baseline");
      const places = Object.values(areas);
      expect(places.filter((place) => place % LINE !== 0)).toEqual([]);
      expect(places).toEqual([...places].sort((one, other) => one - other));
      expect(size % LINE).toBe(0);
    }
  });

  it("has a slot for every key, of the world and of an overlay", () => {
    for (const world of worlds) {
      const slots = verifyBundle(world.bundle).header(Header.SlotCount);
      const { areas } = memoryMap(world, "baseline");
      expect(areas.slotsOfOverlay - areas.slotsOfBundle).toBe(lined(slots * SlotRecord.Size));
    }
  });

  it("grows by what is asked for, line by line", () => {
    for (const world of worlds.slice(0, 2)) {
      const sizeWith = (candidateWords: number, textBytes: number) => {
        const { exports } = machineOf(world);
        exports.configure(lined(exports.heapBase()), 0, 0, candidateWords, textBytes, 1, 0);
        return exports.end.value >>> 0;
      };
      const size = sizeWith(4096, 65536);
      expect(sizeWith(4097, 65536) - size).toBe(LINE);
      expect(sizeWith(4096 + 16, 65536) - size).toBe(LINE);
      expect(sizeWith(4096 + 17, 65536) - size).toBe(2 * LINE);
      expect(sizeWith(4096, 65537) - size).toBe(LINE);
      expect(sizeWith(4096, 65536 + 1024) - size).toBe(1024);
    }
  });

  it("has room for an overlay's keys, sets, statements and patterns", () => {
    for (const world of worlds) {
      const reader = verifyBundle(world.bundle);
      const { size, sizeWithOverlay } = memoryMap(world, "baseline");
      const slots = lined(reader.header(Header.SlotCount) * SlotRecord.Size);
      const statements = reader.header(Header.StatementsMax);
      const lists = [8, 8, 12, 8].map((bytes) => lined(2 * statements * bytes) - lined(statements * bytes));
      const bits = (count: number) => lined(2 * ((count + 7) >> 3)) - lined((count + 7) >> 3);
      const sets = reader.count(Section.Sets, SetRecord.Size);
      const causes = bits(reader.header(Header.SlotCount)) + bits(sets);
      expect(sizeWithOverlay - size).toBe(slots + lists.reduce((sum, list) => sum + list) + causes);
    }
  });

  it("has room for the values of a quick request, between the parties and what is behind", () => {
    const { areas, size } = memoryMap(worlds[0]!, "baseline");
    expect(areas.frame + size - areas.quickFrame).toBeGreaterThanOrEqual(
      QuickFrame.Values + QuickFrame.ValuesMax * QuickValue.Size + LINE,
    );
  });

  it("is not written to where images stand, nor behind its end", () => {
    for (const world of worlds) {
      const engine = Engine.loadSync(world.bundle, { batchBytes: BATCH_BYTES });
      const machine = engine["machine"];
      const image = lined(machine.exports.heapBase());
      const { exports } = machineOf(world);
      exports.configure(image, 0, 0, CANDIDATE_WORDS, REQUEST_BYTES_MAX, 1, 0);
      const size = exports.end.value >>> 0;
      const end = machine.frame + size;
      expect(machine.batchArea).toBe(Math.ceil(end / PAGE) * PAGE);
      expect(machine.bytes.length).toBe(machine.batchArea + BATCH_BYTES);
      machine.bytes.fill(GUARD, end);
      for (const { request, options } of world.asks) engine.decide(request, options ?? undefined);
      expect(machine.bytes.subarray(end).every((byte) => byte === GUARD)).toBe(true);
      expect(Buffer.from(machine.bytes.subarray(image, image + world.bundle.length)).equals(world.bundle)).toBe(true);
    }
  });
});

const GUARD = 0xa5;
const PAGE = 65536;
const BATCH_BYTES = PAGE;
/** What an engine asks for. */
const CANDIDATE_WORDS = 1 << 19;
