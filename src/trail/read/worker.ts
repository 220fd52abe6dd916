/** A thread that reads: takes groups of sources, gives batches, and never has more than a few of them under way. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Output } from "./batch.js";
import { type ReadTools, readSource } from "./file.js";
import { TrailError } from "./item.js";
import { type FromWorker, type Group, Progress, type SentSource, type ToWorker, type WorkerSetup } from "./messages.js";
import { loadProjection } from "./projection.js";
import { makeScanner } from "./scanner.js";
import type { Source } from "./sources.js";

class ReadingThread {
  readonly #groups: Group[] = [];
  #underWay = 0;
  #chunk: { readonly chunk: Uint8Array | null; readonly error: string | null } | null = null;
  #wake: () => void = () => {};
  readonly #stopping = new AbortController();

  constructor(
    readonly port: MessagePort,
    readonly setup: WorkerSetup,
  ) {
    port.on("message", (message: ToWorker) => {
      if (message.kind === "group") this.#groups.push(message.group);
      else if (message.kind === "used") this.#underWay--;
      else if (message.kind === "stop") this.#stopping.abort();
      else this.#chunk = message;
      this.#wake();
    });
  }

  /** Until it is stopped. */
  async run(): Promise<void> {
    const { projection, limits, progress } = this.setup;
    const map = await loadProjection(projection);
    const { signal } = this.#stopping;
    const enterNative = (): void => void Atomics.store(progress, Progress.Native, 1);
    const tools: ReadTools = { limits, scanner: makeScanner(), signal, enterNative };
    this.#post({ kind: "ready" });
    for (;;) {
      await this.#until(() => this.#groups.length > 0);
      if (signal.aborted) return;
      const group = this.#groups.shift()!;
      await this.#read(group, tools, new Output(map, true, group.skip));
    }
  }

  async #read(group: Group, tools: ReadTools, output: Output): Promise<void> {
    const { progress } = this.setup;
    Atomics.store(progress, Progress.Group, group.number);
    for (const [index, source] of group.sources.entries()) {
      Atomics.store(progress, Progress.Source, index);
      if (group.broken.has(index)) {
        giveUp(source.name, index === 0 ? group.text : 0, output);
        continue;
      }
      for await (const _ of readSource(this.#local(source), tools, output)) {
        if (output.isFull()) await this.#send(group, output, false);
        if (this.#stopping.signal.aborted) return;
      }
    }
    await this.#send(group, output, true);
  }

  async #send(group: Group, output: Output, isLast: boolean): Promise<void> {
    await this.#until(() => this.#underWay < this.setup.batchesMax);
    this.#underWay++;
    const batch = output.takePacked();
    this.#post({ kind: "batch", group: group.number, batch, isLast }, [batch.places.buffer]);
  }

  #local(source: SentSource): Source {
    return source.kind === "port" ? { kind: "stream", name: source.name, chunks: this.#chunks() } : source;
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      this.#post({ kind: "next-chunk" });
      await this.#until(() => this.#chunk !== null);
      if (this.#chunk === null) return;
      const { chunk, error } = this.#chunk;
      this.#chunk = null;
      if (error !== null) throw new Error(error);
      if (chunk === null) return;
      yield chunk;
    }
  }

  /** Or until the thread is stopped. */
  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#stopping.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #post(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.port.postMessage(message, transfer);
  }
}

/** What stands for the rest of a source whose reading brought a thread down, behind items of so many bytes of text. */
function giveUp(file: string, text: number, output: Output): void {
  const place = { file, record: null, line: null, offset: null, size: 0 };
  output.unreadable("worker-failed", "the thread that read the file broke down; the rest of it was not read", place);
  output.endFile({ kind: "unreadable", stored: 0, text });
}

const port = parentPort!;
try {
  await new ReadingThread(port, workerData as WorkerSetup).run();
} catch (error) {
  // What was no defect ends the whole reading; anything else ends this thread.
  if (!(error instanceof TrailError)) throw error;
  port.postMessage({ kind: "failed", code: error.code, message: error.message } satisfies FromWorker);
}
// Without it there is nothing left to wait for.
port.close();
