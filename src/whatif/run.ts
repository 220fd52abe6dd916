/** A trail through one world or two: reads, derives, decides and counts. */
import type { Engine } from "../engine/engine.js";
import type { Assumptions } from "../trail/caller.js";
import { type Streams, sourcesOf } from "../trail/read/sources.js";
import { readTrail, type TrailReader } from "../trail/read.js";
import type { Filter } from "./filter.js";
import { type Outline, outlineProjection } from "./outline.js";
import type { About, Report } from "./report.js";
import { DEFAULT_TALLY_LIMITS, Tally, type TallyLimits } from "./tally.js";

/** An engine and the bundle that it was loaded from. */
export interface Loaded {
  readonly engine: Engine;
  readonly bundle: Uint8Array;
}

export interface RunOptions {
  readonly before: Loaded;
  /** Null: one world. */
  readonly after: Loaded | null;
  /** Files, folders, `-`, `duckdb:QUERY`. */
  readonly paths: readonly string[];
  readonly assumptions: Assumptions;
  readonly filter: Filter;
  /** For the report's head. */
  readonly about: About;
  /** Threads that read; by default as many as there are cores. */
  readonly threads?: number;
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  readonly limits?: TallyLimits;
  /** Called every now and then. */
  readonly onProgress?: (progress: RunProgress) => Promise<void>;
}

export interface RunProgress {
  readonly events: number;
  readonly requests: number;
  /** Times that a world was asked. */
  readonly decisions: number;
  readonly storedRead: number;
  /** Null: not known before the end. */
  readonly storedTotal: number | null;
}

/** Throws `TrailError` for a trail that cannot be read as a whole, `EngineError` and `Unreconciled` for failures of our own. */
export async function replayTrail(options: RunOptions): Promise<{ report: Report; decisions: number }> {
  const { before, after, paths, assumptions, filter, about, threads, stdin, signal, onProgress } = options;
  const requiredKeys = [
    ...new Set([before, ...(after === null ? [] : [after])].flatMap(({ engine }) => engine.requiredKeys)),
  ];
  const reader = readTrail<Outline>(paths, {
    projection: outlineProjection({ bundle: before.bundle, requiredKeys, assumptions, filter }),
    ...(threads === undefined ? {} : { threads }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(signal === undefined ? {} : { signal }),
  });
  const tally = new Tally(before.engine, after?.engine ?? null, options.limits ?? DEFAULT_TALLY_LIMITS);
  const storedTotal = onProgress === undefined ? null : storedSizeOf(paths);
  for await (const items of reader.batches()) {
    for (const item of items) tally.add(item);
    await onProgress?.(progressOf(reader, tally, storedTotal));
  }
  return { report: tally.report(about, reader.totals), decisions: tally.decisions };
}

function progressOf(reader: TrailReader<Outline>, tally: Tally, storedTotal: number | null): RunProgress {
  return {
    events: reader.totals.events,
    requests: tally.requestsCounted,
    decisions: tally.decisions,
    storedRead: reader.storedRead,
    storedTotal,
  };
}

/** What will be read in stored bytes; null where that is not known: streams, queries. */
function storedSizeOf(paths: readonly string[]): number | null {
  let size = 0;
  for (const source of sourcesOf(paths, NO_STREAMS)) {
    if (source.kind !== "file" && source.kind !== "elsewhere") return null;
    if (source.kind === "file") size += source.size;
  }
  return Number.isFinite(size) ? size : null;
}

/** Streams that nobody reads: only the sizes of files are asked for. */
const NO_STREAMS: Streams = { stdin: () => noChunks(), guard: (chunks) => chunks };

async function* noChunks(): AsyncGenerator<Uint8Array> {}
