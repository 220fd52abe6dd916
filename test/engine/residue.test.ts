/**
 * Nothing of a request is seen by the next (threats G48): whatever stands where the evaluator works, and what a request brings
 * along, is overwritten between requests, and every answer and its steps stay the same.
 */
import { describe, expect, it } from "vitest";
import { ElementRecord, QuickFrame, QuickValue, Section, SetRecord } from "../../src/bytecode/layout.js";
import type { BundleReader } from "../../src/bytecode/reader.js";
import { compile, compileOverlay } from "../../src/compiler/compile.js";
import { REQUEST_BYTES_MAX } from "../../src/engine/encode.js";
import { Engine, EngineError, type EngineOptions, type Overlay } from "../../src/engine/engine.js";
import type { Machine } from "../../src/engine/wasm.js";
import { RequestError } from "../../src/request/request.js";
import type { World } from "../../src/world/model.js";
import { everythingWorld } from "../bytecode/everything.js";
import { trials } from "../evaluator/trials.js";
import { Random } from "../generators/random.js";
import { type Ask, askOf } from "../generators/requests.js";
import { worldOf } from "../generators/roads.js";
import { ENGINES } from "../generators/specimens.js";
import { townOf } from "../generators/towns.js";
import { CASES } from "../laws/law.js";

const POISON = 0xaa;
const LINE = 64;
const lined = (bytes: number) => Math.ceil(bytes / LINE) * LINE;

/** Begin and end of what holds only until an answer is given (assembly/memory.ts, in its order). */
function scratchOf({ exports, ...machine }: Machine, readers: readonly BundleReader[]): [number, number][] {
  const most = (section: Section, size: number) => Math.max(...readers.map((reader) => reader.count(section, size)));
  const sets = readers.reduce((sum, reader) => sum + Math.ceil(reader.count(Section.Sets, SetRecord.Size) / 8), 0);
  const stamps = lined(most(Section.ActionPatterns, 8) * 4) + lined(most(Section.Elements, ElementRecord.Size) * 4);
  const selection = machine.textArea - stamps - SELECTION_BYTES;
  return [
    // Frame, result, slots, rows and lists, and at last the causes.
    [machine.frame, exports.causeSets.value + sets],
    [selection, selection + SELECTION_BYTES],
    [machine.textArea, machine.textArea + TEXT_BYTES],
    [machine.textArea + REQUEST_BYTES_MAX - TEXT_BYTES, machine.textArea + REQUEST_BYTES_MAX],
    [machine.quickFrame, machine.quickFrame + QuickFrame.Values + QuickFrame.ValuesMax * QuickValue.Size],
  ];
}

const SELECTION_BYTES = 4096;
/** At either end of the texts: no request of these tests is longer. */
const TEXT_BYTES = 65536;

function poison(engine: Engine, overlay: Overlay | undefined): void {
  const attached = overlay === undefined ? undefined : engine["overlays"].get(overlay);
  const machine = attached?.machine ?? engine["machine"];
  const readers = attached === undefined ? [engine.reader] : [engine.reader, attached.references.reader];
  for (const [from, to] of scratchOf(machine, readers)) machine.bytes.fill(POISON, from, to);
}

/** The answer with its steps. */
function answerOf(engine: Engine, { request, options }: Ask, traced: boolean, overlay: Overlay | undefined): string {
  const ask = [request, options ?? undefined, overlay] as const;
  try {
    const given = traced ? engine.explain(...ask) : engine.decide(...ask);
    return `${JSON.stringify(given)} after ${engine.steps} steps`;
  } catch (error) {
    if (error instanceof RequestError || error instanceof EngineError) return error.code;
    throw error;
  }
}

interface Asked extends Ask {
  readonly explained?: boolean;
  readonly overlay?: number;
}

/** How many answers were compared. */
function compare(
  bundle: Uint8Array,
  overlays: readonly Uint8Array[],
  options: EngineOptions,
  asks: readonly Asked[],
  name: string,
): number {
  const engines = [true, false].map((isPoisoned) => {
    const engine = Engine.loadSync(bundle, { seed: 1, ...options });
    return { engine, isPoisoned, handles: overlays.map((bytes) => engine.overlay(bytes)) };
  });
  for (const { overlay, explained = false, ...ask } of asks) {
    const [given, expected] = engines.map(({ engine, isPoisoned, handles }) => {
      const handle = overlay === undefined ? undefined : handles[overlay];
      if (isPoisoned) poison(engine, handle);
      return answerOf(engine, ask, explained, handle);
    });
    expect(given, `${name}: ${JSON.stringify(ask)}`).toBe(expected);
  }
  return asks.length;
}

describe("what stands in the evaluator's memory from the requests before", () => {
  it("changes no answer about generated worlds, on any way to run the engine", () => {
    let count = 0;
    for (let number = 0; count < CASES * 2; number++) {
      const random = new Random(1, 45, number);
      const town = townOf(random);
      let world: World;
      try {
        world = worldOf(town);
      } catch {
        continue; // Strict grammar refuses some of the worlds.
      }
      const asks = Array.from({ length: 20 }, (): Asked => {
        const { request, options } = askOf(random, town);
        return { request: { now: 1_700_000_000_000, ...request }, options, explained: random.chance(0.2) };
      });
      // Without a time of their own they may take the quick road; its clock is no part of any answer of these worlds.
      const plain = asks.map(({ request: { now: _, ...request }, ...ask }) => ({ ...ask, request }));
      const clockless = [...asks, ...(readsClock(world) ? [] : [...plain, ...plain])];
      count += compare(compile(world), [], ENGINES[number % ENGINES.length]!, clockless, `world ${number}`);
    }
  });

  it("changes no answer of the trials of the evaluator", () => {
    let count = 0;
    for (const { name, world, engine, overlays, asks, about } of trials()) {
      if (about !== undefined) continue;
      const images = overlays.map((policies) => compileOverlay(policies, world.options));
      count += compare(compile(world), images, engine, asks.slice(0, 300), name);
    }
    expect(count).toBeGreaterThan(2_000);
  });

  it("is overwritten where the evaluator works: nothing else changes", () => {
    const engine = Engine.loadSync(compile(everythingWorld()));
    const { bytes } = engine["machine"];
    const before = bytes.slice();
    poison(engine, undefined);
    const scratch = scratchOf(engine["machine"], [engine.reader]);
    for (const [from, to] of scratch) {
      expect(to).toBeGreaterThan(from);
      expect(bytes.subarray(from, to).every((byte) => byte === POISON)).toBe(true);
    }
    expect(scratch.map(([from]) => from)).toEqual([...scratch.map(([from]) => from)].sort((one, two) => one - two));
    for (const [from, to] of scratch) before.fill(POISON, from, to);
    expect(Buffer.compare(bytes, before)).toBe(0);
  });
});

function readsClock(world: World): boolean {
  const { requiredKeys } = Engine.loadSync(compile(world));
  return requiredKeys.some((key) => key === "aws:currenttime" || key === "aws:epochtime");
}
