/** What the thread that asked and the threads that read tell each other. */
import type { PackedBatch } from "./batch.js";
import type { ReadLimits } from "./file.js";
import type { TrailError } from "./item.js";
import type { Projection } from "./projection.js";
import type { Source } from "./sources.js";

/** A source as it crosses to a thread: a stream is read where it is, and its chunks are asked for. */
export type SentSource = Exclude<Source, { kind: "stream" }> | { readonly kind: "port"; readonly name: string };

export interface WorkerSetup {
  readonly limits: ReadLimits;
  readonly projection: Projection | null;
  /** Batches that may be under way at a time. */
  readonly batchesMax: number;
  /** What the thread is at, for the case that it breaks down: `Progress`. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

/** Words of `WorkerSetup.progress`. */
export const Progress = {
  /** Number of the group; 0: none yet. */
  Group: 0,
  /** Index of the source within it. */
  Source: 1,
  /** 1 as soon as native code may be at work, in the midst of which no thread can be ended without ending the process. */
  Native: 2,
  Count: 3,
} as const;

/** Sources to read. */
export interface Group {
  /** From 1. */
  readonly number: number;
  readonly sources: readonly SentSource[];
  /** How many items of the first source were had already, from a thread that broke down. */
  readonly skip: number;
  /** Bytes of text that they took. */
  readonly text: number;
  /** Indices of sources at which a thread broke down: not to be tried again. */
  readonly broken: ReadonlySet<number>;
}

export type ToWorker =
  | { readonly kind: "group"; readonly group: Group }
  /** A batch was used. */
  | { readonly kind: "used" }
  /** Nobody wants more: the thread lets go of everything and ends. */
  | { readonly kind: "stop" }
  /** The next chunk of the stream; null at its end. */
  | { readonly kind: "chunk"; readonly chunk: Uint8Array | null; readonly error: string | null };

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "batch"; readonly group: number; readonly batch: PackedBatch; readonly isLast: boolean }
  | { readonly kind: "next-chunk" }
  | { readonly kind: "failed"; readonly code: TrailError["code"]; readonly message: string };
