/** Columns cut into ranges of rows, and carried to threads without being copied more than once. */
import type { BatchColumns, ListColumn, TextColumn } from "./columns.js";

type Bytes = Uint8Array | Int32Array | Uint32Array;

/** Columns as they are posted. */
export interface Columns {
  readonly columns: BatchColumns;
  /** Arrays of the columns that stand in the image's memory, which a message would make another one. */
  readonly inImage: readonly Bytes[];
}

/** Rows of one range begin where a byte of a bitmap does. */
export const RANGE_STEP = 64;

/** Columns whose arrays are all in shared memory: those that are not yet are copied into it. */
export function shareColumns(columns: BatchColumns, memory: ArrayBufferLike): Columns {
  const copies = new Map<Bytes, Bytes>();
  const inImage = new Set<Bytes>();
  const shared = mapArrays(columns, (array) => {
    if (array.buffer === memory) inImage.add(array);
    if (array.buffer instanceof SharedArrayBuffer) return array;
    let copy = copies.get(array) as typeof array | undefined;
    if (copy === undefined) {
      copy = viewOf(array, new SharedArrayBuffer(array.byteLength), 0);
      copy.set(array);
      copies.set(array, copy);
    }
    return copy;
  });
  return { columns: shared, inImage: [...inImage] };
}

/** Rows from `first` on, a multiple of `RANGE_STEP`: views of the same columns. */
export function sliceColumns({ columns, inImage }: Columns, first: number, count: number): Columns {
  const ours = new Set(inImage);
  const parts: Bytes[] = [];
  const part = <T extends Bytes>(array: T, from: number, to: number): T => {
    const view = array.subarray(from, to) as T;
    if (ours.has(array)) parts.push(view);
    return view;
  };
  const bits = (bitmap: Uint8Array | undefined): Uint8Array | undefined =>
    bitmap && part(bitmap, first >> 3, (first + count + 7) >> 3);
  const slice = <T extends TextColumn | ListColumn>(column: T): T => {
    const rows =
      column.kind === "dictionary"
        ? { indices: part(column.indices, first, first + count) }
        : { offsets: part(column.offsets, first, first + count + 1) };
    return { ...column, ...rows, validity: bits(column.validity), unknown: bits(column.unknown) };
  };
  return { columns: { ...mapColumns(columns, slice), rows: count }, inImage: [...inImage, ...parts] };
}

/** Columns as they were posted, those in the image's memory at their places in it. */
export function receiveColumns({ columns, inImage }: Columns, memory: ArrayBufferLike): BatchColumns {
  const ours = new Set(inImage);
  return mapArrays(columns, (array) => (ours.has(array) ? viewOf(array, memory, array.byteOffset) : array));
}

function mapArrays(columns: BatchColumns, map: <T extends Bytes>(array: T) => T): BatchColumns {
  const texts = <T extends { readonly offsets: Int32Array | Uint32Array; readonly data: Uint8Array }>(of: T): T => ({
    ...of,
    offsets: map(of.offsets),
    data: map(of.data),
  });
  return mapColumns(columns, <T extends TextColumn | ListColumn>(column: T): T => {
    const bitmaps = {
      validity: column.validity && map(column.validity),
      unknown: column.unknown && map(column.unknown),
    };
    switch (column.kind) {
      case "utf8":
        return { ...column, offsets: map(column.offsets), data: map(column.data), ...bitmaps };
      case "dictionary":
        return { ...column, indices: map(column.indices), dictionary: texts(column.dictionary), ...bitmaps };
      case "list": {
        const { items } = column;
        const mapped =
          "indices" in items ? { indices: map(items.indices), dictionary: texts(items.dictionary) } : texts(items);
        return { ...column, offsets: map(column.offsets), items: mapped, ...bitmaps };
      }
    }
  });
}

function mapColumns(columns: BatchColumns, map: <T extends TextColumn | ListColumn>(column: T) => T): BatchColumns {
  const each = <T extends TextColumn | ListColumn>(of: Readonly<Record<string, T>> | undefined) =>
    of && Object.fromEntries(Object.entries(of).map(([name, column]) => [name, map(column)]));
  return {
    rows: columns.rows,
    principal: map(columns.principal),
    action: map(columns.action),
    resource: map(columns.resource),
    resourceAccount: columns.resourceAccount && map(columns.resourceAccount),
    resourceTags: each(columns.resourceTags),
    context: each(columns.context),
  };
}

/** A view of the type of `array`. */
function viewOf<T extends Bytes>(array: T, buffer: ArrayBufferLike, at: number): T {
  const type = array.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => T;
  return new type(buffer, at, array.length);
}
