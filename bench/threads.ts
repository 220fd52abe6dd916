/**
 * P8: two threads over one, by pools of both on the rows of P1, with columns where threads read them in place; the texts of P2
 * beside it. Both cores must be free: a thread that another program keeps waiting makes its pool wait.
 */
import { compile } from "../src/compiler/compile.js";
import type { BatchColumns } from "../src/engine/columns.js";
import { dictionaryColumn, utf8Column } from "../src/engine/columns.js";
import { EnginePool } from "../src/engine/pool.js";
import { columnsOf, perRow } from "./batch.js";
import { type Result, resultOf, shown } from "./goals.js";
import { asyncContest } from "./measure.js";
import type { Scale } from "./scale.js";
import { scaled } from "./workloads/scaled.js";

const COLUMN_BYTES = 1 << 28;
/** How many batches a round asks for at once, so that what it takes to wake a thread counts little. */
const TURNS = 4;

export async function measureThreads(scale: Scale): Promise<Result[]> {
  const { world, requests } = scaled(1_000, 100, scale.rows);
  const bytes = compile(world);
  const [two, one] = await Promise.all(
    [2, 1].map((threads) => EnginePool.load(bytes, { threads, columnBytes: COLUMN_BYTES })),
  );
  const texts = requests.slice(0, scale.textRows);
  try {
    const ids = await measure(two!, one!, (pool) => columnsOf(requests, dictionaryColumn, pool), scale);
    const raw = await measure(two!, one!, (pool) => columnsOf(texts, utf8Column, pool), scale);
    return [
      resultOf("P8", ids.ratio, ids.details),
      shown("P8-texts", "the same from the UTF-8 columns of P2", "x the rate of one thread", raw.ratio, raw.details),
    ];
  } finally {
    await Promise.all([two!.close(), one!.close()]);
  }
}

async function measure(
  two: EnginePool,
  one: EnginePool,
  make: (pool: EnginePool) => BatchColumns,
  scale: Scale,
): Promise<{ readonly ratio: number; readonly details: Result["details"] }> {
  const [ofTwo, ofOne] = [make(two), make(one)];
  const work = { two: 0, one: 0 };
  const result = await asyncContest(
    {
      ours: () => decide(two, ofTwo, (spent) => (work.two += spent)),
      theirs: () => decide(one, ofOne, (spent) => (work.one += spent)),
    },
    Math.ceil(scale.rounds / 2),
    4,
  );
  two.release();
  one.release();
  const rows = ofTwo.rows * TURNS;
  return {
    ratio: result.theirsOverOurs,
    details: {
      nsPerRow: perRow(result.ours, rows),
      oneThreadNsPerRow: perRow(result.theirs, rows),
      // What two threads spend over what one spends: 2 over this is what free cores would give at most.
      workOverOne: Number((work.two / work.one).toPrecision(3)),
      rows: ofTwo.rows,
      needs: "two free cores",
    },
  };
}

/** How long it takes, in nanoseconds; `spend` gets the processor time of all threads, in microseconds. */
async function decide(pool: EnginePool, columns: BatchColumns, spend: (spent: number) => void): Promise<number> {
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: TURNS }, () => pool.decideBatch(columns)));
  const time = Number(process.hrtime.bigint() - start);
  const { user, system } = process.cpuUsage(before);
  spend(user + system);
  return time;
}
