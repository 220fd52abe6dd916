/**
 * Batches spread over threads. One memory holds the bundle once; each thread has an evaluator with tables of its own in its own
 * share of that memory, and decides a range of the rows (docs/decisions/0007-workers-share-an-image.md).
 */
import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { startThread } from "../threads/thread.js";
import type { BatchOptions, BatchResult } from "./batch.js";
import { type Columns, RANGE_STEP, shareColumns, sliceColumns } from "./column-slices.js";
import type { BatchColumns } from "./columns.js";
import { Engine, type EngineOptions } from "./engine.js";
import { type FromThread, type Task, type ThreadSetup, unpackError } from "./pool-messages.js";
import type { SharedImage } from "./wasm.js";

export interface PoolOptions extends Omit<EngineOptions, "build"> {
  /** Default: as many as the machine runs at once. */
  readonly threads?: number;
  /** Memory for `reserve`, in bytes. Default 64 MiB, taken when it is written to. */
  readonly columnBytes?: number;
  /** A mutant of the build `threads`, for tests. */
  readonly build?: WebAssembly.Module;
}

/** The pool cannot decide any more; nothing of the batch in hand was answered. */
export class PoolError extends Error {
  constructor(
    /** `thread-died`: a thread ended that nobody had ended, and the pool with it. */
    readonly code: "closed" | "thread-died",
    message: string,
  ) {
    super(message);
    this.name = "PoolError";
  }
}

export class EnginePool {
  /** Over the same image, in the thread that asks: for single requests, the keys that are read, and statements of batches. */
  readonly engine: Engine;
  readonly #image: SharedImage;
  private readonly workers: readonly Thread[];
  #reserved: number;
  #end: PoolError | null = null;

  private constructor(image: SharedImage, options: Omit<EngineOptions, "build">) {
    this.#image = image;
    this.#reserved = image.columnsAt;
    this.engine = Engine.inShare(image, 0, options);
    this.workers = image.shares.slice(1).map((_, index) => {
      const thread = new Thread({ image, share: index + 1, options });
      thread.onDeath = (error) => void this.#shut(error);
      return thread;
    });
  }

  /**
   * Verifies a bundle and starts the threads. Throws `BundleError` for a bundle that is none, RangeError for a number of
   * threads that is none, and `MemoryTooLarge` where bundle and threads do not fit into 4 GiB together.
   */
  static async load(bytes: Uint8Array, options: PoolOptions = {}): Promise<EnginePool> {
    const { threads = availableParallelism(), columnBytes = 1 << 26, build, ...others } = options;
    if (!Number.isInteger(threads) || threads < 1) throw new RangeError(`\`${threads}\` is not a number of threads`);
    const image = Engine.shareImage(bytes, threads + 1, columnBytes, build ? { ...others, build } : others);
    const pool = new EnginePool(image, others);
    try {
      await Promise.all(pool.workers.map((thread) => thread.ready));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  get threads(): number {
    return this.workers.length;
  }

  /**
   * Decides a batch as `Engine.decideBatch` does, with the answers in the order of the rows. Columns in memory that is shared
   * (of `reserve`, or a SharedArrayBuffer) are read where they are and must not change meanwhile; others are copied at once.
   * A thread takes its ranges one after the other, so that a batch asked for early finds it at work. Rejects with
   * `ColumnError` for columns that are not what they say, EngineError for a trap, after which the pool goes on, and
   * `PoolError` when it cannot; then there is no answer for any row.
   */
  async decideBatch(columns: BatchColumns, options: BatchOptions = {}): Promise<BatchResult> {
    if (this.#end !== null) throw this.#end;
    const prepared = this.engine.prepareBatch(columns, options);
    const shared = shareColumns(prepared.columns, this.#image.memory.buffer);
    const { layers, statements, dependsOn, chunkRows } = options;
    const wanted = { layers, statements, dependsOn, chunkRows, now: prepared.now };
    return this.#spread(shared, wanted, prepared.result);
  }

  async #spread(columns: Columns, options: BatchOptions, result: BatchResult): Promise<BatchResult> {
    const { rows } = columns.columns;
    const size = Math.max(1, Math.ceil(rows / this.threads / RANGE_STEP)) * RANGE_STEP;
    const parts = this.workers.slice(0, Math.ceil(rows / size)).map(async (thread, index) => {
      const first = index * size;
      return {
        first,
        part: await thread.decide({ columns: sliceColumns(columns, first, Math.min(size, rows - first)), options }),
      };
    });
    // Whatever fails, the batch is over when no thread has a range of it any more.
    await Promise.allSettled(parts);
    const errors: BatchResult["errors"][number][] = [];
    for (const { first, part } of await Promise.all(parts)) {
      result.decisions.set(part.decisions, first);
      if (part.layers !== null) result.layers?.set(part.layers, first);
      if (part.statements !== null) result.statements?.set(part.statements, first);
      if (part.dependsOn !== null) result.dependsOn?.set(part.dependsOn, first * result.dependsOnWords);
      for (const { row, error } of part.errors) errors.push({ row: first + row, error });
    }
    return { ...result, errors };
  }

  /**
   * Memory for columns that no thread then need copy: `bytes` bytes in which arrays can be made, until `release`. Throws
   * RangeError if there are not so many (`columnBytes`).
   */
  reserve(bytes: number): Uint8Array {
    const { memory, columnsEnd } = this.#image;
    const at = this.#reserved;
    if (!(bytes >= 0) || at + bytes + PADDING > columnsEnd) {
      throw new RangeError(`there are fewer than ${bytes} bytes left for columns`);
    }
    this.#reserved = (at + bytes + PADDING + 63) & ~63;
    return new Uint8Array(memory.buffer, at, bytes);
  }

  /** Gives all reserved memory back. */
  release(): void {
    this.#reserved = this.#image.columnsAt;
  }

  /** Ends the threads; batches that are not decided yet are rejected. */
  async close(): Promise<void> {
    await this.#shut(new PoolError("closed", "the pool is closed"));
  }

  async #shut(error: PoolError): Promise<void> {
    this.#end ??= error;
    const end = this.#end;
    await Promise.all(this.workers.map((thread) => thread.stop(end)));
  }
}

/** Bytes that stay readable behind each array: the evaluator reads ahead. */
const PADDING = 64;

/** A thread, seen from the one that asks. Its messages answer what it was sent, in that order. */
class Thread {
  readonly ready: Promise<unknown>;
  onDeath: (error: PoolError) => void = () => {};
  private readonly worker: Worker;
  #end: PoolError | null = null;
  readonly #waiting: { resolve(message: FromThread): void; reject(error: Error): void }[] = [];

  constructor(setup: ThreadSetup) {
    this.worker = startThread(import.meta.url, "pool-worker", setup);
    this.worker.on("message", (message: FromThread) => {
      this.#waiting.shift()?.resolve(message);
      if (this.#waiting.length === 0) this.worker.unref();
    });
    this.worker.on("error", (error) => this.#die(error.message));
    this.worker.on("exit", (code) => this.#die(`exit code ${code}`));
    this.ready = this.#answer();
  }

  async decide(task: Task): Promise<BatchResult> {
    if (this.#end !== null) throw this.#end;
    this.worker.postMessage(task);
    const message = await this.#answer();
    if (message.kind === "failed") throw unpackError(message.error);
    if (message.kind !== "decided") throw new Error("a thread that was asked said that it is ready");
    const errors = message.errors.map(({ row, error }) => ({ row, error: unpackError(error) }));
    return { ...message.result, errors };
  }

  /** Whoever waits gets `end`. */
  async stop(end: PoolError): Promise<void> {
    this.#end ??= end;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
    await this.worker.terminate();
  }

  /** Its answer to what it was sent last. Only a thread that somebody waits for keeps the process alive. */
  #answer(): Promise<FromThread> {
    this.worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  #die(reason: string): void {
    if (this.#end === null) this.onDeath(new PoolError("thread-died", `a thread of the pool died: ${reason}`));
  }
}
