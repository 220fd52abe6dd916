/** One source from its first byte to its last: what format it has, its records, and what it turned out to be. */
import { createReadStream, readFileSync } from "node:fs";
import type { Output, TextOf } from "./batch.js";
import { CsvReader, type RowSink } from "./csv.js";
import { type QueryProblem, queryOfParquet, type RowBlocks, readQuery } from "./duckdb.js";
import { formatOf } from "./format.js";
import { GZIP_TRUNCATED, gunzip, gunzipWhole, isGzip } from "./gzip.js";
import { Input } from "./input.js";
import { type FileKind, type Place, type Reason, TrailError, type TrailEvent } from "./item.js";
import { type Cut, JsonReader, type JsonSink, type RecordSpan, type TextPlace, type Wrapping } from "./json.js";
import { isObject, type Parsed, parseJson, parseJsonText, parseRun, problemOf } from "./record.js";
import { type Scanner, SLICE_SIZE } from "./scanner.js";
import { messageOf, type Source } from "./sources.js";

export interface ReadLimits {
  /** Of one record's text; a record with more is unreadable. */
  readonly recordBytesMax: number;
  /** Objects and arrays inside one another; more than 1,000 are never read. */
  readonly depthMax: number;
}

/** The largest event that AWS documents has 1 MB; whatever is far beyond is no event. */
export const DEFAULT_LIMITS: ReadLimits = { recordBytesMax: 4 * 1024 * 1024, depthMax: 64 };

/** What one thread reads with, one source after another. */
export interface ReadTools {
  readonly limits: ReadLimits;
  readonly scanner: Scanner;
  /** Says that nobody waits for more: what DuckDB is at is interrupted. */
  readonly signal: AbortSignal;
  /** Called before DuckDB is loaded. */
  readonly enterNative: () => void;
}

/**
 * Reads a source. It gives way after every slice, so that whoever drives it can hand the output on, or stop. Throws a
 * `TrailError` if the caller asked for what needs DuckDB, and it is not there.
 */
export async function* readSource(source: Source, tools: ReadTools, output: Output): AsyncGenerator<void> {
  const reading = new Reading(source, tools, output);
  switch (source.kind) {
    case "elsewhere":
      reading.end("elsewhere");
      return;
    case "closed":
      reading.refuse("io-error", source.message);
      reading.end("unreadable");
      return;
    case "query":
      yield* reading.rows(source.query);
      return;
    case "stream":
      yield* reading.bytes(buffersOf(source.chunks), null);
      return;
    case "file":
      yield* reading.file(source.name, source.size);
      return;
  }
}

/** Files up to this size are read, and usually decompressed, in one go. */
const SMALL_FILE_SIZE = 4 * 1024 * 1024;
const SMALL_TEXT_SIZE = 64 * 1024 * 1024;

class Reading implements JsonSink, RowSink {
  /** What was found, readable or not, and what of it was an event. */
  #records = 0;
  #events = 0;
  /** Whether something could not be read. */
  #hasFailed = false;
  #stored = 0;
  #text = 0;
  #kind: FileKind | null = null;
  /** Why the bytes ended early, if they did. */
  #cut: Cut | null = null;

  constructor(
    readonly source: Source,
    readonly tools: ReadTools,
    readonly output: Output,
  ) {}

  async *file(path: string, size: number): AsyncGenerator<void> {
    if (size > SMALL_FILE_SIZE) {
      yield* this.bytes(createReadStream(path, { highWaterMark: SLICE_SIZE }), path);
      return;
    }
    let stored: Buffer;
    try {
      // Synchronous: going to a thread of libuv's and back takes as long as reading a small file.
      stored = readFileSync(path);
    } catch (error) {
      this.refuse("io-error", messageOf(error));
      this.end("unreadable");
      return;
    }
    const text = isGzip(stored) ? gunzipWhole(stored, SMALL_TEXT_SIZE) : stored;
    if (text === "damaged") yield* this.bytes(inPieces(stored), path);
    else if (text === "large" || text.length === 0 || isGzip(text)) yield* this.bytes(only(stored), path);
    else {
      this.#stored = stored.length;
      yield* this.#read(new Input(only(text)), path);
    }
  }

  /** `path`: where the bytes come from, if they are a file's. */
  async *bytes(stored: AsyncIterable<Buffer>, path: string | null): AsyncGenerator<void> {
    yield* this.#read(new Input(this.#unpack(new Input(this.#count(stored)), GZIP_LAYERS_MAX)), path);
  }

  async *rows(query: string): AsyncGenerator<void> {
    const { limits, signal, enterNative } = this.tools;
    enterNative();
    const problem = yield* this.#takeRows(readQuery(query, limits.depthMax, signal));
    if (problem?.reason === "duckdb-missing" && isNamed(this.source))
      throw new TrailError(problem.reason, problem.message);
    if (problem !== null) this.refuse(problem.reason, problem.message);
    this.end("empty");
  }

  async *#takeRows(blocks: RowBlocks): AsyncGenerator<void, QueryProblem | null> {
    try {
      for (;;) {
        const { done, value } = await blocks.next();
        if (done) return value;
        for (const row of value) {
          if (row.ok) this.#take(row.value, null, NOWHERE, 0);
          else this.#refuseRecord(row.reason, row.message, NOWHERE, 0);
        }
        yield;
      }
    } finally {
      // Whoever stops here lets go of the database, too.
      await blocks.return(null);
    }
  }

  async *#read(input: Input, path: string | null): AsyncGenerator<void> {
    const isParquet = yield* this.#readFormat(input, path);
    if (isParquet) yield* this.rows(queryOfParquet(path!));
    else this.end("empty");
  }

  /** Whether it is a Parquet file, which DuckDB opens for itself. Whoever stops here lets go of the input, too. */
  async *#readFormat(input: Input, path: string | null): AsyncGenerator<void, boolean> {
    const { recordBytesMax, depthMax } = this.tools.limits;
    try {
      const format = await formatOf(input);
      switch (format.kind) {
        case "json":
          yield* this.#readText(input, new JsonReader(this, this.tools.scanner, recordBytesMax, format.mode));
          break;
        case "csv":
          yield* this.#readText(input, new CsvReader(this, recordBytesMax, depthMax));
          break;
        case "parquet":
          if (path !== null) return true;
          this.#refuseText("unknown-format", "a Parquet file cannot be read from a stream", format.size);
          break;
        case "unknown":
          this.#refuseText("unknown-format", format.message, format.size);
          break;
        case "empty":
          this.#text = format.size;
          if (this.#cut === null && isNamedGzip(this.source.name) && this.#stored === 0) this.#cut = GZIP_TRUNCATED;
          if (this.#cut !== null) this.refuse(this.#cut.reason, this.#cut.message);
          break;
      }
      return false;
    } finally {
      await input.close();
    }
  }

  async *#readText(input: Input, reader: JsonReader | CsvReader): AsyncGenerator<void> {
    this.#text = input.offset;
    for await (const chunk of input.rest()) {
      for (let at = 0; at < chunk.length; at += SLICE_SIZE) {
        const slice = chunk.subarray(at, at + SLICE_SIZE);
        yield* reader.read(slice, this.#text);
        this.#text += slice.length;
        this.output.underway = this.#stored;
        yield;
      }
    }
    reader.finish(this.#cut);
  }

  /** Some tools pack what was packed already. */
  async *#unpack(input: Input, layersMax: number): AsyncGenerator<Buffer> {
    try {
      if (layersMax === 0 || !isGzip(await input.look(3))) yield* input.rest();
      else yield* this.#unpack(new Input(this.#gunzip(input)), layersMax - 1);
    } finally {
      await input.close();
    }
  }

  async *#gunzip(input: Input): AsyncGenerator<Buffer> {
    const cut = yield* gunzip(input);
    this.#cut ??= cut;
  }

  async *#count(stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of stored) {
        this.#stored += chunk.length;
        if (chunk.length > 0) yield chunk;
      }
    } catch (error) {
      this.#cut = { reason: "io-error", message: messageOf(error) };
    }
  }

  records(wrapping: Wrapping, bytes: Buffer, spans: readonly [RecordSpan, ...RecordSpan[]]): void {
    const { depthMax } = this.tools.limits;
    const values = spans.length === 1 ? null : parseRun(bytes, spans, depthMax);
    for (const [index, { start, end, shape, place }] of spans.entries()) {
      const parsed: Parsed =
        values === null ? parseJson(bytes, start, end, shape, depthMax) : { ok: true, value: values[index] };
      const text = (): string => bytes.toString("utf8", start, end);
      if (!parsed.ok) this.#refuseRecord(parsed.reason, parsed.message, place, end - start);
      else if (wrapping === "lookup") this.#takeLookup(parsed.value, place, end - start);
      else if (wrapping === "records") this.#take(parsed.value, text, place, end - start);
      else this.#takeValue(parsed.value, text, place, end - start);
    }
  }

  row(value: unknown, at: TextPlace, size: number): void {
    this.#take(value, null, at, size);
  }

  broken(reason: Reason, message: string, at: TextPlace, size: number): void {
    // What takes no room is no record, but the place where one is missing.
    if (size > 0) this.#refuseRecord(reason, message, at, size);
    else this.#refuseAt(reason, message, at, 0);
  }

  /** The whole file, for a reason that has no place in it. */
  refuse(reason: Reason, message: string): void {
    this.#refuseAt(reason, message, NOWHERE, 0);
  }

  /** `otherwise`: what the file is if there was nothing in it. */
  end(otherwise: FileKind): void {
    const kind = this.#kind ?? (this.#events > 0 ? "log" : this.#hasFailed ? "unreadable" : otherwise);
    const stored = "size" in this.source && Number.isFinite(this.source.size) ? this.source.size : this.#stored;
    this.output.endFile({ kind, stored, text: this.#text });
  }

  #refuseText(reason: Reason, message: string, size: number): void {
    this.#text = size;
    this.#refuseAt(reason, message, { offset: 0, line: null }, size);
  }

  /** A value of the text itself: a record, a digest, or, where each line is a file of its own, a list of records. */
  #takeValue(value: unknown, text: TextOf, at: TextPlace, size: number): void {
    const records = isObject(value) ? value["Records"] : undefined;
    const elements = isObject(value) ? value["Events"] : undefined;
    if (isDigest(value)) this.#kind ??= "digest";
    // The line's bytes count as what stands between records.
    else if (Array.isArray(records)) for (const record of records) this.#take(record, null, at, 0);
    else if (Array.isArray(elements)) for (const element of elements) this.#takeLookup(element, at, 0);
    else this.#take(value, text, at, size);
  }

  /** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Event.html */
  #takeLookup(element: unknown, at: TextPlace, size: number): void {
    const text = isObject(element) ? element["CloudTrailEvent"] : undefined;
    if (typeof text !== "string") {
      this.#refuseRecord("not-an-event", "the element has no text `CloudTrailEvent`", at, size);
      return;
    }
    const parsed = parseJsonText(text, this.tools.limits.depthMax);
    if (parsed.ok) this.#take(parsed.value, () => text, at, size);
    else this.#refuseRecord(parsed.reason, parsed.message, at, size);
  }

  #take(value: unknown, text: TextOf | null, at: TextPlace, size: number): void {
    const problem = problemOf(value);
    if (problem !== null) {
      this.#refuseRecord(problem.reason, problem.message, at, size);
      return;
    }
    const event = value as TrailEvent;
    if (this.#records === 0 && isInsight(event)) this.#kind ??= "insight";
    this.#events++;
    this.output.event(event, text, this.#placeOf(at, size, this.#records++));
  }

  /** What has a place, but is no record. */
  #refuseAt(reason: Reason, message: string, at: TextPlace, size: number): void {
    this.#hasFailed = true;
    this.output.unreadable(reason, message, this.#placeOf(at, size, null));
  }

  #refuseRecord(reason: Reason, message: string, at: TextPlace, size: number): void {
    this.#hasFailed = true;
    this.output.unreadable(reason, message, this.#placeOf(at, size, this.#records++));
  }

  #placeOf({ offset, line }: TextPlace, size: number, record: number | null): Place {
    return { file: this.source.name, record, line, offset, size };
  }
}

/** Where there is no text. */
const NOWHERE: TextPlace = { offset: null, line: null };

const GZIP_LAYERS_MAX = 2;

function isNamed(source: Source): boolean {
  return source.kind === "query" || (source.kind === "file" && source.isNamed);
}

function isNamedGzip(name: string): boolean {
  return name.toLowerCase().endsWith(".gz");
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html */
function isDigest(value: unknown): boolean {
  return isObject(value) && typeof value["digestS3Object"] === "string" && Array.isArray(value["logFiles"]);
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html */
function isInsight(event: TrailEvent): boolean {
  return event["eventType"] === "AwsCloudTrailInsight" || event["eventCategory"] === "Insight";
}

/** So small that what is lost to damage is, too: the decompressor gives nothing of the piece that it fails on. */
const PIECE_SIZE = 64;

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_SIZE) yield bytes.subarray(at, at + PIECE_SIZE);
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function* buffersOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
