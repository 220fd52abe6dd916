/** TRAIL-1: reading logs over plain gunzip and JSON.parse of the same files. TRAIL-2: two reading threads over one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { makeTrail } from "../scripts/make-trail.js";
import { type ReadOptions, readTrail } from "../src/trail/read.js";
import { type Result, resultOf } from "./goals.js";
import { asyncContest } from "./measure.js";
import type { Scale } from "./scale.js";

/** Records of one file: what a busy account has in five minutes. */
const FILE_RECORDS = 1_200;
const FILES = 25;
/** How often the files are read in one round with threads, so that they run for a second or so. */
const TURNS = 8;

export async function measureTrail(scale: Scale): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), "iamb-bench-trail-"));
  try {
    const files = writeFiles(folder);
    return [await measureOneThread(files, scale), await measureTwoThreads(files, scale)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureOneThread(files: readonly string[], scale: Scale): Promise<Result> {
  const result = await asyncContest(
    { ours: () => read(files, { threads: 0 }), theirs: () => readPlainly(files) },
    scale.readings,
    2,
  );
  return resultOf("TRAIL-1", result.theirsOverOurs, {
    events: FILES * FILE_RECORDS,
    ms: Math.round(result.ours / 1e6),
    plainMs: Math.round(result.theirs / 1e6),
  });
}

/** As a replay reads: the threads make something small of each event. */
async function measureTwoThreads(files: readonly string[], scale: Scale): Promise<Result> {
  const many = Array.from({ length: TURNS }, () => files).flat();
  const projection = { module: new URL("./trail-projection.mjs", import.meta.url).href, name: "eventNames" };
  const result = await asyncContest(
    { ours: () => read(many, { threads: 2, projection }), theirs: () => read(many, { threads: 1, projection }) },
    Math.ceil(scale.readings / 3),
    1,
  );
  return resultOf("TRAIL-2", result.theirsOverOurs, {
    events: TURNS * FILES * FILE_RECORDS,
    ms: Math.round(result.ours / 1e6),
    oneThreadMs: Math.round(result.theirs / 1e6),
  });
}

/** The example trail's records over and over, in files as they are delivered. */
function writeFiles(folder: string): readonly string[] {
  const logs = makeTrail().filter(({ path }) => path.includes("/CloudTrail/") && path.endsWith(".gz"));
  const records = logs.flatMap(({ text }) => recordsOf(text));
  return Array.from({ length: FILES }, (_, file) => {
    const path = join(folder, `${file}.json.gz`);
    const start = file * FILE_RECORDS;
    const ofFile = Array.from({ length: FILE_RECORDS }, (_, at) => records[(start + at) % records.length]);
    writeFileSync(path, gzipSync(JSON.stringify({ Records: ofFile })));
    return path;
  });
}

function recordsOf(text: string): unknown[] {
  return (JSON.parse(text) as { Records: unknown[] }).Records;
}

/** Nanoseconds from the first batch on: threads take their time to start, under tsx more than as they are installed. */
async function read(paths: readonly string[], options: ReadOptions): Promise<number> {
  let count = 0;
  let start = process.hrtime.bigint();
  for await (const items of readTrail(paths, options).batches()) {
    if (count === 0 && options.threads !== 0) start = process.hrtime.bigint();
    count += items.length;
  }
  const time = Number(process.hrtime.bigint() - start);
  expectCount(count, paths.length);
  return time;
}

async function readPlainly(paths: readonly string[]): Promise<number> {
  const start = process.hrtime.bigint();
  let count = 0;
  for (const path of paths) count += recordsOf(gunzipSync(readFileSync(path)).toString("utf8")).length;
  expectCount(count, paths.length);
  return Number(process.hrtime.bigint() - start);
}

function expectCount(count: number, files: number): void {
  if (count !== files * FILE_RECORDS) throw new Error(`read ${count} records of ${files * FILE_RECORDS}`);
}
