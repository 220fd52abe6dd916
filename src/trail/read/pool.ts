/**
 * Threads that read, seen from the thread that asked: groups of sources go out, batches come back, in the order of the
 * sources unless that does not matter. However far apart the threads are, no more than a few batches of each are kept.
 */
import type { Worker } from "node:worker_threads";
import { startThread } from "../../threads/thread.js";
import { type Batch, countsOf, type PackedBatch, unpack } from "./batch.js";
import type { ReadLimits } from "./file.js";
import { TrailError } from "./item.js";
import { type FromWorker, type Group, Progress, type SentSource, type ToWorker, type WorkerSetup } from "./messages.js";
import type { Projection } from "./projection.js";
import type { Source } from "./sources.js";

export interface PoolOptions {
  readonly threads: number;
  readonly isOrdered: boolean;
  readonly limits: ReadLimits;
  readonly projection: Projection | null;
}

/** Small files go out together; a group ends with the source that fills it. */
const GROUP_SOURCES_MAX = 16;
const GROUP_BYTES_MAX = 256 * 1024;
/** Groups that a thread has at a time, so that it need not wait for the next. */
const GROUPS_PER_THREAD = 2;
/** More than a group of small files has, so that a thread need not wait while others' groups are handed out. */
const BATCHES_PER_THREAD = 24;

/** A group that is out, and what has come of it. */
interface Task {
  group: Group;
  /** Of its stream, if it is one. */
  readonly stream: AsyncIterator<Uint8Array> | null;
  readonly batches: { readonly batch: PackedBatch; readonly thread: Thread }[];
  /** Sources of the group that came whole from the thread that has it, and items of the next from any thread. */
  sourcesHad: number;
  itemsHad: number;
  /** Bytes of those items. */
  textHad: number;
  isRead: boolean;
}

interface Thread {
  readonly worker: Worker;
  readonly progress: Int32Array<SharedArrayBuffer>;
  readonly tasks: Task[];
  isReady: boolean;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #sources: Iterator<Source>;
  readonly #threads = new Set<Thread>();
  /** In the order of their numbers. */
  readonly #tasks: Task[] = [];
  #groups = 0;
  /** A source that was looked at, but did not fit into its group. */
  #nextSource: Source | null = null;
  #hasMoreSources = true;
  #failure: Error | null = null;
  #wake: () => void = () => {};

  constructor(sources: Iterator<Source>, options: PoolOptions) {
    this.#sources = sources;
    this.#options = options;
  }

  /** Ends when everything is read, throws when it cannot be, or when the signal says so. */
  async *batches(signal: AbortSignal): AsyncGenerator<Batch> {
    const onAbort = (): void => this.#wake();
    signal.addEventListener("abort", onAbort);
    try {
      for (;;) {
        signal.throwIfAborted();
        if (this.#failure !== null) throw this.#failure;
        this.#fillThreads();
        const next = this.#takeBatch();
        if (next !== null) {
          yield unpack(next.batch);
          send(next.thread, { kind: "used" });
        } else if (this.#tasks.length > 0) await this.#change(signal);
        else if (!this.#hasMoreSources) return;
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      await this.#close();
    }
  }

  async #close(): Promise<void> {
    const threads = [...this.#threads];
    this.#threads.clear();
    await Promise.all(threads.map(endThread));
    this.#sources.return?.();
    // Not waited for: it may be waiting for its next chunk, which the signal of the reading ends.
    for (const { stream } of this.#tasks) void stream?.return?.().catch(() => {});
  }

  /** Until a thread says something. */
  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (signal.aborted || this.#failure !== null || this.#mayGoOn()) resolve();
    });
  }

  #mayGoOn(): boolean {
    return this.#candidates().some((task) => task.batches.length > 0 || task.isRead);
  }

  /** Tasks whose batches may be handed out now. */
  #candidates(): readonly Task[] {
    return this.#options.isOrdered ? this.#tasks.slice(0, 1) : this.#tasks;
  }

  #takeBatch(): { readonly batch: PackedBatch; readonly thread: Thread } | null {
    for (;;) {
      const task = this.#candidates().find(({ batches, isRead }) => batches.length > 0 || isRead);
      if (task === undefined) return null;
      const next = task.batches.shift();
      if (next !== undefined) return next;
      this.#tasks.splice(this.#tasks.indexOf(task), 1);
    }
  }

  #fillThreads(): void {
    for (;;) {
      const idlest = [...this.#threads].reduce<Thread | null>(
        (least, thread) => (least === null || thread.tasks.length < least.tasks.length ? thread : least),
        null,
      );
      const mayStart = this.#threads.size < this.#options.threads && (idlest === null || idlest.tasks.length > 0);
      if (!mayStart && idlest!.tasks.length >= GROUPS_PER_THREAD) return;
      // A thread that waits for the others' batches to be used must not collect groups without end.
      if (this.#tasks.length >= this.#options.threads * GROUPS_PER_THREAD) return;
      const task = this.#nextTask();
      if (task === null) return;
      this.#tasks.push(task);
      this.#give(mayStart ? this.#start() : idlest!, task);
    }
  }

  #nextTask(): Task | null {
    const sources: SentSource[] = [];
    let stream: AsyncIterator<Uint8Array> | null = null;
    let size = 0;
    while (stream === null && sources.length < GROUP_SOURCES_MAX && size < GROUP_BYTES_MAX) {
      const source = this.#takeSource();
      if (source === null) break;
      if (source.kind !== "stream") {
        sources.push(source);
        size += source.kind === "file" ? source.size : 0;
      } else if (sources.length === 0) {
        sources.push({ kind: "port", name: source.name });
        stream = source.chunks[Symbol.asyncIterator]();
      } else {
        this.#nextSource = source;
        break;
      }
    }
    if (sources.length === 0) return null;
    const group = { number: ++this.#groups, sources, skip: 0, text: 0, broken: new Set<number>() };
    return { group, stream, batches: [], sourcesHad: 0, itemsHad: 0, textHad: 0, isRead: false };
  }

  #takeSource(): Source | null {
    const source = this.#nextSource;
    this.#nextSource = null;
    if (source !== null || !this.#hasMoreSources) return source;
    const { done, value } = this.#sources.next();
    if (!done) return value;
    this.#hasMoreSources = false;
    return null;
  }

  #give(thread: Thread, task: Task): void {
    thread.tasks.push(task);
    send(thread, { kind: "group", group: task.group });
  }

  #start(): Thread {
    const progress = new Int32Array(new SharedArrayBuffer(Progress.Count * Int32Array.BYTES_PER_ELEMENT));
    const { limits, projection } = this.#options;
    const setup: WorkerSetup = { limits, projection, batchesMax: BATCHES_PER_THREAD, progress };
    const worker = startThread(import.meta.url, "worker", setup);
    const thread: Thread = { worker, progress, tasks: [], isReady: false };
    this.#threads.add(thread);
    worker.on("message", (message: FromWorker) => this.#hear(thread, message));
    let reason: Error | null = null;
    worker.on("error", (error) => {
      reason = error instanceof Error ? error : new Error(String(error));
    });
    worker.on("exit", () => {
      if (this.#threads.delete(thread)) this.#mourn(thread, reason);
    });
    return thread;
  }

  #hear(thread: Thread, message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        thread.isReady = true;
        return;
      case "batch": {
        const task = thread.tasks.find(({ group }) => group.number === message.group);
        if (task === undefined) return;
        takeIn(task, message.batch, thread);
        task.isRead = message.isLast;
        if (message.isLast) thread.tasks.splice(thread.tasks.indexOf(task), 1);
        break;
      }
      case "next-chunk":
        void this.#sendChunk(thread);
        return;
      case "failed":
        this.#failure ??= new TrailError(message.code, message.message);
        break;
    }
    this.#wake();
  }

  async #sendChunk(thread: Thread): Promise<void> {
    const stream = thread.tasks[0]?.stream;
    if (stream === undefined || stream === null) return;
    try {
      const { done, value } = await stream.next();
      const chunk = done ? null : typeof value === "string" ? Buffer.from(value) : value;
      send(thread, { kind: "chunk", chunk, error: null });
    } catch (error) {
      send(thread, { kind: "chunk", chunk: null, error: (error as Error).message });
    }
  }

  /** A thread is gone: another takes its groups, but not the source at which it broke down. */
  #mourn(thread: Thread, reason: Error | null): void {
    if (!thread.isReady) this.#failure ??= reason ?? new Error("a reading thread did not start");
    else if (this.#failure === null) {
      const [first, ...others] = thread.tasks;
      if (first !== undefined) {
        first.group = groupAfter(first, thread.progress);
        first.sourcesHad = 0;
        const next = this.#start();
        for (const task of [first, ...others]) this.#give(next, task);
      }
    }
    this.#wake();
  }
}

/** How long a thread may take to come to the end of what it is at, a record or a file that has to be opened. */
const GRACE_MS = 1000;

/** Asked first: a thread that is ended while DuckDB works for it takes the process with it. */
async function endThread(thread: Thread): Promise<void> {
  const { worker, progress, isReady } = thread;
  if (!isReady) {
    await worker.terminate();
    return;
  }
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const grace = setTimeout(() => {
    if (Atomics.load(progress, Progress.Native) === 0) void worker.terminate();
  }, GRACE_MS);
  send(thread, { kind: "stop" });
  await ended;
  clearTimeout(grace);
}

function send({ worker }: Thread, message: ToWorker): void {
  worker.postMessage(message);
}

function takeIn(task: Task, batch: PackedBatch, thread: Thread): void {
  task.batches.push({ batch, thread });
  const last = batch.ends.at(-1);
  if (last !== undefined) {
    task.sourcesHad += batch.ends.length;
    task.itemsHad = 0;
    task.textHad = 0;
  }
  const { items, text } = countsOf(batch, last?.after ?? 0);
  task.itemsHad += items;
  task.textHad += text;
}

/** What is left of a group whose thread broke down, counted anew from the first source that did not come whole. */
function groupAfter({ group, sourcesHad, itemsHad, textHad }: Task, progress: Int32Array): Group {
  const broken = new Set([...group.broken].map((index) => index - sourcesHad).filter((index) => index >= 0));
  if (Atomics.load(progress, Progress.Group) === group.number) {
    broken.add(Atomics.load(progress, Progress.Source) - sourcesHad);
  }
  // Items of a source that is given up stay; what follows them is the reason.
  const skip = broken.has(0) ? 0 : itemsHad;
  return { number: group.number, sources: group.sources.slice(sourcesHad), skip, text: textHad, broken };
}
