/**
 * A batch answers as one request after the other: whatever form its columns have, in whatever pieces and order its rows go
 * through, whatever was asked before.
 */
import { describe, expect, it, vi } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { answerOf, columnsOf, EVERYTHING, type Row, requestOf, rowOf, textOf, textsOf } from "../generators/batches.js";
import { Random } from "../generators/random.js";
import { askOf } from "../generators/requests.js";
import { worldOf } from "../generators/roads.js";
import { townOf } from "../generators/towns.js";
import { CASES } from "./law.js";

const ROWS = 60;

describe("a batch", () => {
  it("answers as one request after the other", async () => {
    const seen = new Map<string, number>();
    let singly = 0;
    let rowCount = 0;
    for (let number = 0, held = 0; held < CASES * 4; number++) {
      const random = new Random(1, 31, number);
      const town = townOf(random);
      let bytes: Uint8Array;
      try {
        bytes = compile(worldOf(town));
      } catch {
        continue;
      }
      const engine = await Engine.load(bytes, { build: random.pick(["baseline", "simd", "threads"] as const) });
      const single = vi.spyOn(engine, "decide");
      const general = await Engine.load(bytes, { quick: false });
      const keys = new Set(engine.requiredKeys);
      const plain = random.chance(0.8);
      const drawn = Array.from({ length: ROWS }, () => rowOf(askOf(random, town).request, keys, plain)).filter(
        (row): row is Row => row !== null,
      );
      for (const hasTags of [false, true]) {
        const kind = drawn.filter(({ tags }) => (tags !== null) === hasTags);
        if (kind.length === 0) continue;
        // The same parties again with other contexts, so that residuals and their cells come into play.
        const rows = Array.from({ length: ROWS * 2 }, (): Row => {
          const { principal, action, resource, resourceAccount } = random.pick(kind.slice(0, 5));
          const { tags, context, unknown } = random.pick(kind);
          return { principal, action, resource, resourceAccount, tags, context, unknown };
        });
        const all = [...kind, ...rows];
        const expected = all.map((row) => textOf(answerOf(general, requestOf(row)), engine.requiredKeys));
        for (const chunkRows of [random.pick([1, 7, 64]), 65536]) {
          const given = textsOf(engine, engine.decideBatch(columnsOf(random, all), { ...EVERYTHING, chunkRows }));
          given.forEach((text, row) => {
            if (text === expected[row]) return;
            const where = JSON.stringify({ number, row, request: requestOf(all[row]!), town: town.scenarios });
            throw new Error(`${expected[row]}, but the batch: ${text}: ${where}`);
          });
          held += given.length;
        }
        rowCount += all.length * 2;
        singly += single.mock.calls.length;
        single.mockClear();
        for (const text of expected) seen.set(text.split(" ")[0]!, (seen.get(text.split(" ")[0]!) ?? 0) + 1);
      }
    }
    // A batch that decides row by row would hold the law, too.
    expect(singly / rowCount).toBeLessThan(0.75);
    for (const word of ["allowed", "explicitDeny", "implicitDeny", "indeterminate", "refused"]) {
      expect(seen.get(word) ?? 0, word).toBeGreaterThan(CASES / 50);
    }
  });
});
