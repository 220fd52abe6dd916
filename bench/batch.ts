/**
 * P1 to P5: batches over the floors of reading and of hashing the same columns. Columns lie in the evaluator's memory, as a
 * host that holds bytes has them; every figure is over the same rows in the same run.
 */
import { compile } from "../src/compiler/compile.js";
import {
  type BatchColumns,
  type DictionaryColumn,
  dictionaryColumn,
  type TextColumn,
  type Utf8Column,
  utf8Column,
} from "../src/engine/columns.js";
import { Engine } from "../src/engine/engine.js";
import { type Floors, makeFloors } from "./floors.js";
import { type GoalId, type Result, resultOf } from "./goals.js";
import { contest } from "./measure.js";
import type { Scale } from "./scale.js";
import { type Scaled, scaled } from "./workloads/scaled.js";
import type { WorkloadRequest } from "./workloads/workload.js";

const KEYS = [
  "aws:SourceIp",
  "aws:SecureTransport",
  "aws:RequestedRegion",
  "aws:UserAgent",
  "aws:RequestTag/team",
] as const;
/** Bytes that stay readable behind an array. */
const PADDING = 64;
const BATCH_BYTES = 1 << 28;

export async function measureBatches(scale: Scale): Promise<Result[]> {
  const floors = makeFloors(BATCH_BYTES);
  const small = scaled(1_000, 100, scale.rows);
  const engine = await load(small);
  const texts = small.requests.slice(0, scale.textRows);
  const results = [
    measureIds("P1", small, engine, floors, scale),
    measureTexts("P2", texts, engine, floors, scale),
    measureTexts("P3", uniqueResources(texts), engine, floors, scale, renameResources),
  ];
  engine.release();
  results.push(await measureGrowth("P4", small, engine, scaled(30_000, 10_000, scale.rows), scale));
  if (scale.large) {
    results.push(await measureGrowth("P5", small, engine, scaled(1_000_000, 100_000, scale.rows), scale));
  }
  return results;
}

function load({ world }: Scaled): Promise<Engine> {
  return Engine.load(compile(world), { build: "simd", batchBytes: BATCH_BYTES });
}

/** From dictionaries, whose indices are all that is read of most rows. */
function measureIds(id: GoalId, { requests }: Scaled, engine: Engine, floors: Floors, scale: Scale): Result {
  const columns = columnsOf(requests, dictionaryColumn, engine);
  const arrays = textColumns(columns).map((column) => (column as DictionaryColumn).indices);
  const pointers = place(
    floors,
    arrays.map((array) => [array as Uint32Array]),
  );
  const rows = requests.length;
  const result = contest(
    {
      prepare: () => {},
      ours: () => void engine.decideBatch(columns),
      theirs: () => void floors.readIds(pointers, arrays.length, rows),
    },
    scale.rounds,
    4,
  );
  engine.release();
  return resultOf(id, result.ours / result.theirs, detailsOf(result, rows));
}

function measureTexts(
  id: GoalId,
  requests: readonly WorkloadRequest[],
  engine: Engine,
  floors: Floors,
  scale: Scale,
  prepare: (columns: BatchColumns, round: number) => void = () => {},
): Result {
  const columns = columnsOf(requests, utf8Column, engine);
  const arrays = textColumns(columns).map((column) => {
    const { offsets, data } = column as { readonly offsets: Int32Array; readonly data: Uint8Array };
    return [offsets, data] as const;
  });
  const pointers = place(floors, arrays);
  const rows = requests.length;
  const result = contest(
    {
      prepare: (round) => prepare(columns, round),
      ours: () => void engine.decideBatch(columns),
      theirs: () => void floors.hashTexts(pointers, arrays.length, rows),
    },
    scale.rounds,
    4,
  );
  engine.release();
  return resultOf(id, result.ours / result.theirs, detailsOf(result, rows));
}

/** The same number of rows from a large world and from a small one. */
async function measureGrowth(id: GoalId, small: Scaled, engine: Engine, large: Scaled, scale: Scale): Promise<Result> {
  const other = await load(large);
  const smallColumns = columnsOf(small.requests, dictionaryColumn, engine);
  const largeColumns = columnsOf(large.requests, dictionaryColumn, other);
  const result = contest(
    {
      prepare: () => {},
      ours: () => void other.decideBatch(largeColumns),
      theirs: () => void engine.decideBatch(smallColumns),
    },
    scale.rounds,
    4,
  );
  engine.release();
  return resultOf(id, result.ours / result.theirs, {
    nsPerRow: perRow(result.ours, large.requests.length),
    smallNsPerRow: perRow(result.theirs, small.requests.length),
  });
}

function detailsOf({ ours, theirs }: { ours: number; theirs: number }, rows: number): Result["details"] {
  return { nsPerRow: perRow(ours, rows), floorNsPerRow: perRow(theirs, rows), rows };
}

export function perRow(nanoseconds: number, rows: number): number {
  return Number((nanoseconds / rows).toPrecision(3));
}

/** Digits behind a name for its row, and for its round. */
const ROW_DIGITS = 4;
const ROUND_DIGITS = 3;

/** Names that do not come twice: a row's behind each, and room for a round's. */
function uniqueResources(requests: readonly WorkloadRequest[]): WorkloadRequest[] {
  return requests.map((request, row) => ({
    ...request,
    resource: `${request.resource}${row.toString(36).padStart(ROW_DIGITS, "0")}${"0".repeat(ROUND_DIGITS)}`,
  }));
}

/** Makes all resources others than they were. */
function renameResources({ resource }: BatchColumns, round: number): void {
  const { offsets, data } = resource as Utf8Column;
  const digits = Buffer.from(round.toString(36).padStart(ROUND_DIGITS, "0"));
  for (let row = 1; row < offsets.length; row++) data.set(digits, offsets[row]! - ROUND_DIGITS);
}

/** Eight columns in the memory that an engine, or a pool, reserves. */
export function columnsOf(
  requests: readonly WorkloadRequest[],
  form: (values: readonly (string | null)[]) => TextColumn,
  engine: Pick<Engine, "reserve">,
): BatchColumns {
  const column = (value: (request: WorkloadRequest) => string | undefined) =>
    inside(form(requests.map((request) => value(request) ?? null)), engine);
  return {
    rows: requests.length,
    principal: column(({ principal }) => principal),
    action: column(({ action }) => action),
    resource: column(({ resource }) => resource),
    context: Object.fromEntries(KEYS.map((key) => [key, column(({ context }) => context[key])])),
  };
}

function textColumns({ principal, action, resource, context }: BatchColumns): TextColumn[] {
  return [principal, action, resource, ...Object.values(context ?? {})] as TextColumn[];
}

function inside(column: TextColumn, engine: Pick<Engine, "reserve">): TextColumn {
  const copy = <T extends Uint8Array | Uint32Array | Int32Array>(array: T): T => {
    const bytes = engine.reserve(array.byteLength + PADDING);
    const type = array.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => T;
    const moved = new type(bytes.buffer, bytes.byteOffset, array.length);
    moved.set(array);
    return moved;
  };
  const validity = column.validity === undefined ? {} : { validity: copy(column.validity) };
  if (column.kind === "utf8") return { ...column, offsets: copy(column.offsets), data: copy(column.data), ...validity };
  const { offsets, data } = column.dictionary;
  return {
    ...column,
    indices: copy(column.indices),
    dictionary: { offsets: copy(offsets), data: copy(data) },
    ...validity,
  };
}

/** Copies arrays into the floors' memory and their places behind the first page; returns where the places stand. */
function place(floors: Floors, groups: readonly (readonly (Uint8Array | Int32Array | Uint32Array)[])[]): number {
  const bytes = new Uint8Array(floors.memory.buffer);
  const words = new Uint32Array(floors.memory.buffer);
  const pointers = 65536;
  let at = pointers + 4096;
  groups.flat().forEach((array, index) => {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    words[pointers / 4 + index] = at;
    at = (at + array.byteLength + PADDING + 63) & ~63;
  });
  return pointers;
}
