/** A pool answers as one engine: however many threads there are, whatever form and place the columns have. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import type { BatchColumns, TextColumn } from "../../src/engine/columns.js";
import { Engine } from "../../src/engine/engine.js";
import { EnginePool } from "../../src/engine/pool.js";
import { columnsOf, EVERYTHING, type Row, rowOf, textsOf } from "../generators/batches.js";
import { Random } from "../generators/random.js";
import { askOf } from "../generators/requests.js";
import { worldOf } from "../generators/roads.js";
import { townOf } from "../generators/towns.js";

/** Pools take their time to start. */
const TOWNS = 6;
/** More than two ranges of the least size. */
const ROWS = 200;

describe("a pool", () => {
  it("answers as one engine, for any number of threads", async () => {
    const words = new Set<string>();
    for (let number = 0, held = 0; held < TOWNS; number++) {
      const random = new Random(1, 47, number);
      const town = townOf(random);
      let bytes: Uint8Array;
      try {
        bytes = compile(worldOf(town));
      } catch {
        continue;
      }
      const engine = await Engine.load(bytes);
      const keys = new Set(engine.requiredKeys);
      const drawn = Array.from({ length: 60 }, () => rowOf(askOf(random, town).request, keys, true)).filter(
        (row): row is Row => row !== null,
      );
      const pool = await EnginePool.load(bytes, { threads: 1 + (held % 3), batchBytes: 1 << 20 });
      for (const hasTags of [false, true]) {
        const kind = drawn.filter(({ tags }) => (tags !== null) === hasTags);
        if (kind.length === 0) continue;
        const rows = Array.from({ length: ROWS }, () => random.pick(kind));
        const columns = columnsOf(random, rows);
        const expected = textsOf(engine, engine.decideBatch(columns, EVERYTHING));
        const options = { ...EVERYTHING, chunkRows: random.pick([7, 65536]) };
        // Not waited for one by one: batches take their turns.
        const results = await Promise.all([
          pool.decideBatch(columns, options),
          pool.decideBatch({ ...columns, principal: inPool(pool, columns.principal) }, EVERYTHING),
          pool.decideBatch(sharedDictionaries(columns), EVERYTHING),
        ]);
        for (const result of results) {
          expect(textsOf(pool.engine, result), JSON.stringify({ number })).toEqual(expected);
          expect(result.errors.map(({ row }) => row)).toEqual([...result.errors].map(({ row }) => row).sort(rising));
        }
        for (const text of expected) words.add(text.split(" ")[0]!);
      }
      pool.release();
      await pool.close();
      held++;
    }
    expect([...words].sort()).toEqual(expect.arrayContaining(["allowed", "explicitDeny", "implicitDeny", "refused"]));
  });
});

function rising(one: number, other: number): number {
  return one - other;
}

/** The same column in the memory that the threads share. */
function inPool(pool: EnginePool, column: TextColumn): TextColumn {
  const move = <T extends Uint8Array | Int32Array | Uint32Array>(array: T): T => {
    const bytes = pool.reserve(array.byteLength);
    const type = array.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => T;
    const moved = new type(bytes.buffer, bytes.byteOffset, array.length);
    moved.set(array);
    return moved;
  };
  const validity = column.validity && move(column.validity);
  if (column.kind === "utf8") {
    return { kind: "utf8", offsets: move(column.offsets), data: move(column.data), validity };
  }
  const { offsets, data } = column.dictionary;
  const dictionary = { offsets: move(offsets), data: move(data) };
  return { kind: "dictionary", indices: move(column.indices), dictionary, validity };
}

/** The texts of dictionaries in a SharedArrayBuffer of the caller's. */
function sharedDictionaries(columns: BatchColumns): BatchColumns {
  const share = (column: TextColumn): TextColumn => {
    if (column.kind === "utf8") return column;
    const data = new Uint8Array(new SharedArrayBuffer(column.dictionary.data.length));
    data.set(column.dictionary.data);
    return { ...column, dictionary: { ...column.dictionary, data } };
  };
  return { ...columns, action: share(columns.action), resource: share(columns.resource) };
}
