/** A byte frame is decided as the request that it says; whatever else bytes are, they are an error of their own. */
import { describe, expect, it, vi } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { encodeFrame, FrameError, FrameView, requestOf } from "../../src/engine/frame.js";
import { type Request, RequestError } from "../../src/request/request.js";
import { Random } from "../generators/random.js";
import { askOf } from "../generators/requests.js";
import { worldOf } from "../generators/roads.js";
import { type Town, townOf } from "../generators/towns.js";
import { CASES } from "./law.js";

const ASKS = 30;

/** Engines with requests that frames can say, and the frames. */
function* towns(stream: number): Generator<{
  readonly town: Town;
  readonly engine: Engine;
  readonly general: Engine;
  readonly random: Random;
  readonly asked: readonly { readonly request: Request; readonly frame: Uint8Array }[];
}> {
  for (let number = 0, count = 0; count < CASES; number++) {
    const random = new Random(1, stream, number);
    const town = townOf(random);
    let bytes: Uint8Array;
    try {
      bytes = compile(worldOf(town));
    } catch {
      continue;
    }
    const drawn = Array.from({ length: ASKS }, () => askOf(random, town).request);
    // The same parties with what others give, so that what is remembered of them comes into play.
    const mixed = Array.from({ length: ASKS }, (): Request => {
      const { context = {}, resourceTags, unknown } = random.pick(drawn);
      const { principal, action, resource } = random.pick(drawn.slice(0, 5));
      return {
        principal: typeof principal === "string" ? principal : principal.arn,
        action,
        resource,
        ...(resourceTags === undefined ? {} : { resourceTags }),
        ...(unknown === undefined || random.chance(0.5) ? {} : { unknown }),
        context,
      };
    });
    const asked = [...drawn, ...mixed, ...mixed].flatMap((request) => {
      const frame = encodeFrame(request);
      return frame === null ? [] : [{ request, frame }];
    });
    count += asked.length;
    const engine = Engine.loadSync(bytes, { build: random.pick(["baseline", "simd"] as const) });
    yield { town, engine, general: Engine.loadSync(bytes, { quick: false }), random, asked };
  }
}

/** All of an answer, or what is wrong with the request. Errors of the engine are none of both. */
function answerOf(ask: () => unknown): string {
  try {
    return JSON.stringify(ask());
  } catch (error) {
    if (error instanceof RequestError) return `${error.code} ${error.path}`;
    if (error instanceof FrameError) return `${error.code} at ${error.position}`;
    throw error;
  }
}

describe("a frame", () => {
  it("is decided as the request that it says", () => {
    const seen = new Map<string, number>();
    let generally = 0;
    let frames = 0;
    for (const { town, engine, general, asked } of towns(41)) {
      const answer = vi.spyOn(engine, "answer");
      for (const { request, frame } of asked) {
        const expected = answerOf(() => general.decide(request));
        const given = answerOf(() => engine.decideFrame(frame));
        if (given !== expected) {
          throw new Error(`${expected}, the frame: ${given}: ${JSON.stringify({ request, town: town.scenarios })}`);
        }
        const word = /"decision":"(\w+)"/.exec(expected)?.[1] ?? "refused";
        seen.set(word, (seen.get(word) ?? 0) + 1);
      }
      generally += answer.mock.calls.length;
      frames += asked.length;
    }
    // Decoding each frame would hold the law, too.
    expect(generally / frames).toBeLessThan(0.75);
    for (const word of ["allowed", "explicitDeny", "implicitDeny", "indeterminate", "refused"]) {
      expect(seen.get(word) ?? 0, word).toBeGreaterThan(CASES / 50);
    }
  });

  it("says what it was made of, wherever it begins in memory", () => {
    for (const { asked, engine, random } of towns(42)) {
      for (const { frame } of asked.slice(0, 10)) {
        const said = requestOf(new FrameView(frame));
        expect(encodeFrame(said)).toEqual(frame);
        const at = random.below(8);
        const memory = new Uint8Array(frame.length + 8).fill(0xff);
        memory.set(frame, at);
        const moved = memory.subarray(at, at + frame.length);
        expect(answerOf(() => engine.decideFrame(moved))).toBe(answerOf(() => engine.decideFrame(frame)));
      }
    }
  });

  it("that was changed, cut or grown is an error, or decided as what it then says", () => {
    let said = 0;
    let refused = 0;
    for (const { town, engine, general, random, asked } of towns(43)) {
      for (const { frame } of asked) {
        const bytes = mutantOf(random, frame);
        // Errors of the engine are thrown from here.
        const given = answerOf(() => engine.decideFrame(bytes));
        const expected = answerOf(() => general.decide(requestOf(new FrameView(bytes))));
        if (given !== expected) {
          throw new Error(`${expected}, the frame: ${given}: ${JSON.stringify({ bytes: [...bytes], town })}`);
        }
        if (/ at \d+$/.test(given)) refused++;
        else said++;
      }
    }
    expect(said).toBeGreaterThan(CASES / 10);
    expect(refused).toBeGreaterThan(CASES / 10);
  });
});

function mutantOf(random: Random, frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  const view = new DataView(bytes.buffer);
  const word = random.below(frame.length >>> 2) * 4;
  switch (random.below(7)) {
    case 0:
      return bytes.subarray(0, random.below(frame.length));
    case 1: {
      const grown = new Uint8Array(frame.length + 1 + random.below(20));
      grown.set(frame);
      // A size that is right leaves the lengths wrong.
      if (random.chance(0.5)) new DataView(grown.buffer).setUint32(8, grown.length, true);
      return grown;
    }
    case 2:
      view.setUint32(word, random.pick([0, 1, 3, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]), true);
      return bytes;
    case 3: {
      // One text longer, another one shorter.
      const other = random.below(frame.length >>> 2) * 4;
      view.setUint32(word, view.getUint32(word, true) + 1, true);
      view.setUint32(other, view.getUint32(other, true) - 1, true);
      return bytes;
    }
    default:
      for (let count = 1 + random.below(3); count > 0; count--) {
        const at = random.chance(0.3)
          ? random.below(frame.length)
          : frame.length - 1 - random.below(frame.length >>> 1);
        bytes[at] = random.chance(0.5) ? bytes[at]! ^ (1 << random.below(8)) : random.below(256);
      }
      return bytes;
  }
}
