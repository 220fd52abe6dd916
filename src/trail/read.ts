/**
 * Reads CloudTrail logs, whatever they were packed in: files as delivered to S3 and folders of them, JSON Lines, the output of
 * `aws cloudtrail lookup-events`, CSV of Athena and CloudTrail Lake, and what DuckDB reads. Formats are told by content.
 * Memory does not grow with the log. docs/trail.md describes what is read, and what happens to what cannot be.
 */
import { availableParallelism } from "node:os";
import { type Batch, Output } from "./read/batch.js";
import { DEFAULT_LIMITS, type ReadLimits, type ReadTools, readSource } from "./read/file.js";
import type { TrailEvent, TrailItem, TrailTotals } from "./read/item.js";
import { Pool } from "./read/pool.js";
import { loadProjection, type Projection } from "./read/projection.js";
import { makeScanner } from "./read/scanner.js";
import { type NamedStream, type Source, sourcesOf } from "./read/sources.js";
import { Tally } from "./read/totals.js";

export type { Place, Reason, TrailEvent, TrailItem, TrailTotals } from "./read/item.js";
export { TrailError } from "./read/item.js";
export type { Mapper, Projection, ProjectionFactory } from "./read/projection.js";
export type { NamedStream } from "./read/sources.js";

export interface ReadOptions extends Partial<ReadLimits> {
  /** Threads beside this one that decompress, parse and project; 0: this one does. By default as many as there are cores. */
  readonly threads?: number;
  /** What comes in place of whole events. Without one, every event is parsed a second time on this thread. */
  readonly projection?: Projection;
  /** Whether items come in the order of paths, names and records (the default), or as they are ready. */
  readonly ordered?: boolean;
  /** Ends the reading: it throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** What `-` means; by default standard input. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/** Can be gone through once. Whoever stops before the end closes all files and ends all threads. */
export interface TrailReader<T> extends AsyncIterable<TrailItem<T>> {
  /** The same items, many at a time: what is quick should not wait for each. */
  batches(): AsyncGenerator<readonly TrailItem<T>[]>;
  /** Counts of what was handed out so far. */
  readonly totals: TrailTotals;
  /** Stored bytes that were read so far, with those of files that have not ended. */
  readonly storedRead: number;
}

const THREADS_MAX = 8;
const DEPTH_MAX = 1000;

/**
 * Reads files, folders, `-` (standard input), `duckdb:QUERY`, and streams, one after another. A path that does not exist, a
 * projection that cannot be used, and a missing DuckDB where one was asked for are thrown as `TrailError`; everything else
 * that goes wrong is an item.
 */
export function readTrail<T = TrailEvent>(
  paths: readonly (string | NamedStream)[],
  options: ReadOptions = {},
): TrailReader<T> {
  const tally = new Tally();
  async function* batches(): AsyncGenerator<readonly TrailItem<T>[]> {
    for await (const batch of read(paths, options)) {
      tally.add(batch);
      // What a projection makes is the caller's to know.
      if (batch.items.length > 0) yield batch.items as readonly TrailItem<T>[];
    }
  }
  return {
    batches,
    async *[Symbol.asyncIterator]() {
      for await (const items of batches()) yield* items;
    },
    get totals() {
      return tally.totals();
    },
    get storedRead() {
      return tally.storedRead;
    },
  };
}

async function* read(paths: readonly (string | NamedStream)[], options: ReadOptions): AsyncGenerator<Batch> {
  const { recordBytesMax = DEFAULT_LIMITS.recordBytesMax, depthMax = DEFAULT_LIMITS.depthMax } = options;
  // Values are walked by recursion.
  const limits = { recordBytesMax, depthMax: Math.min(depthMax, DEPTH_MAX) };
  const projection = options.projection ?? null;
  const threads = options.threads ?? Math.min(availableParallelism(), THREADS_MAX);
  // Ends with the caller's signal, or when nobody wants more.
  const closing = new AbortController();
  const signal = options.signal === undefined ? closing.signal : AbortSignal.any([options.signal, closing.signal]);
  const sources = sourcesOf(paths, {
    stdin: () => options.stdin ?? process.stdin,
    guard: (chunks) => untilAborted(chunks, signal),
  });
  try {
    if (threads > 0) {
      const pool = new Pool(sources, { threads, isOrdered: options.ordered ?? true, limits, projection });
      yield* pool.batches(signal);
    } else yield* readHere(sources, limits, projection, signal);
  } finally {
    closing.abort();
  }
}

/** On this thread. */
async function* readHere(
  sources: Iterable<Source>,
  limits: ReadLimits,
  projection: Projection | null,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  signal.throwIfAborted();
  const output = new Output(await loadProjection(projection), false);
  const tools: ReadTools = { limits, scanner: makeScanner(), signal, enterNative: () => {} };
  for (const source of sources) {
    for await (const _ of readSource(source, tools, output)) {
      signal.throwIfAborted();
      if (output.isFull()) yield output.take();
    }
    signal.throwIfAborted();
  }
  if (!output.isEmpty()) yield output.take();
}

/** A stream that is waited for only as long as somebody wants it. */
async function* untilAborted(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  let hasEnded = false;
  try {
    for (;;) {
      const { done, value } = await unlessAborted(iterator.next(), signal);
      hasEnded = done === true;
      if (done) return;
      yield value;
    }
  } finally {
    // A generator that is waiting cannot be told to return; a stream of Node's can be destroyed.
    if (!hasEnded && "destroy" in chunks && typeof chunks.destroy === "function") chunks.destroy();
    else if (!hasEnded) void iterator.return?.();
  }
}

/** Not `Promise.race` with a promise of the signal's, which would keep every chunk for as long as the signal lives. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) abort();
  });
}
