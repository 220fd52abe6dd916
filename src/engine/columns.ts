/** Many requests at once as columns, laid out as Apache Arrow lays out utf8, dictionaries and lists of them (docs/batch.md). */
import { RequestError } from "../request/request.js";

/** Texts one behind the other: text `i` is the bytes of `data` from `offsets[i]` to `offsets[i + 1]`, UTF-8. */
export interface Texts {
  /** One more than there are texts, not falling. */
  readonly offsets: Int32Array | Uint32Array;
  readonly data: Uint8Array;
}

interface Nullable {
  /** Arrow's bitmap, least significant bit first: 0 is null: the request does not give the key. Left out: no row is null. */
  readonly validity?: Uint8Array;
  /** 1: the key has a value, or none, and nobody knows (3V-1). Left out: no row is unknown. Not for what names the request. */
  readonly unknown?: Uint8Array;
}

export interface Utf8Column extends Nullable, Texts {
  readonly kind: "utf8";
}

export interface DictionaryColumn extends Nullable {
  readonly kind: "dictionary";
  /** Which text of the dictionary a row has. */
  readonly indices: Int32Array | Uint32Array;
  readonly dictionary: Texts;
}

/** For keys with several values: row `i` has the items from `offsets[i]` to `offsets[i + 1]`. */
export interface ListColumn extends Nullable {
  readonly kind: "list";
  readonly offsets: Int32Array | Uint32Array;
  readonly items: Texts | { readonly indices: Int32Array | Uint32Array; readonly dictionary: Texts };
}

export type TextColumn = Utf8Column | DictionaryColumn;

/** One request a row. Rows that are null where a request must have a text are refused. */
export interface BatchColumns {
  readonly rows: number;
  readonly principal: TextColumn;
  readonly action: TextColumn;
  readonly resource: TextColumn;
  /** REQ-31; null: the request does not say. */
  readonly resourceAccount?: TextColumn;
  /** REQ-33, by tag name. Given, if only as an object without columns, they are all the tags that resources have. */
  readonly resourceTags?: Readonly<Record<string, TextColumn>>;
  /** By context key. Those that `engine.requiredKeys` does not name are not looked at. */
  readonly context?: Readonly<Record<string, TextColumn | ListColumn>>;
}

/** Columns that are not what they say; nothing was decided. */
export class ColumnError extends Error {
  readonly code = "invalid-column";

  constructor(
    /** `context.aws:SourceIp` */
    readonly path: string,
    message: string,
  ) {
    super(`${path}: ${message}`);
    this.name = "ColumnError";
  }
}

const encoder = new TextEncoder();

/** Texts as a column; null: not given. Throws `ColumnError` for half of a surrogate pair. */
export function utf8Column(values: readonly (string | null)[]): Utf8Column {
  const data = new Uint8Array(values.reduce((sum, value) => sum + (value?.length ?? 0) * 3, 0));
  const offsets = new Int32Array(values.length + 1);
  let end = 0;
  values.forEach((value, row) => {
    if (value !== null) end += write(value, data, end, row);
    offsets[row + 1] = end;
  });
  return { kind: "utf8", offsets, data: data.subarray(0, end), ...validityOf(values) };
}

/** The same, each distinct text once. */
export function dictionaryColumn(values: readonly (string | null)[]): DictionaryColumn {
  const places = new Map<string, number>();
  const indices = new Uint32Array(values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    let place = places.get(value);
    if (place === undefined) {
      place = places.size;
      places.set(value, place);
    }
    indices[row] = place;
  });
  const { offsets, data } = utf8Column([...places.keys()]);
  return { kind: "dictionary", indices, dictionary: { offsets, data }, ...validityOf(values) };
}

/** Lists of texts as a column; null: not given. */
export function listColumn(values: readonly (readonly string[] | null)[]): ListColumn {
  const offsets = new Int32Array(values.length + 1);
  values.forEach((items, row) => {
    offsets[row + 1] = offsets[row]! + (items?.length ?? 0);
  });
  const { offsets: places, data } = utf8Column(values.flatMap((items) => items ?? []));
  return { kind: "list", offsets, items: { offsets: places, data }, ...validityOf(values) };
}

/** A bitmap of `rows` bits. */
export function bitmapOf(rows: number, isSet: (row: number) => boolean): Uint8Array {
  const bitmap = new Uint8Array((rows + 7) >> 3);
  for (let row = 0; row < rows; row++) if (isSet(row)) bitmap[row >> 3]! |= 1 << (row & 7);
  return bitmap;
}

function write(value: string, data: Uint8Array, at: number, row: number): number {
  if (!(value as string & { isWellFormed(): boolean }).isWellFormed()) {
    throw new ColumnError(`row ${row}`, "the text contains half of a surrogate pair");
  }
  return encoder.encodeInto(value, data.subarray(at)).written;
}

function validityOf(values: readonly unknown[]): { validity?: Uint8Array } {
  if (!values.includes(null)) return {};
  return { validity: bitmapOf(values.length, (row) => values[row] !== null) };
}

export function isSetAt(bitmap: Uint8Array | undefined, row: number): boolean {
  return bitmap !== undefined && (bitmap[row >> 3]! & (1 << (row & 7))) !== 0;
}

export type Cell =
  | { readonly state: "absent" }
  | { readonly state: "unknown" }
  | { readonly state: "given"; readonly value: string | readonly string[] };

const ABSENT: Cell = { state: "absent" };
const UNKNOWN: Cell = { state: "unknown" };

/** What a row of a column says. Throws `RequestError` for bytes that are not UTF-8, and offsets that make no sense. */
export function cellAt(column: TextColumn | ListColumn, row: number, path: string): Cell {
  if (isSetAt(column.unknown, row)) return UNKNOWN;
  if (column.validity !== undefined && !isSetAt(column.validity, row)) return ABSENT;
  switch (column.kind) {
    case "utf8":
      return { state: "given", value: textAt(column, row, path) };
    case "dictionary":
      return { state: "given", value: textAt(column.dictionary, column.indices[row]!, path) };
    case "list": {
      const value: string[] = [];
      const { items } = column;
      for (let item = column.offsets[row]!; item < column.offsets[row + 1]!; item++) {
        value.push(
          "indices" in items ? textAt(items.dictionary, items.indices[item] ?? -1, path) : textAt(items, item, path),
        );
      }
      return { state: "given", value };
    }
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textAt({ offsets, data }: Texts, index: number, path: string): string {
  const start = offsets[index];
  const end = offsets[index + 1];
  if (start === undefined || end === undefined || start < 0 || start > end || end > data.length) {
    throw new RequestError("invalid-context", path, `${path}: the column has no text ${index}`);
  }
  try {
    return decoder.decode(data.subarray(start, end));
  } catch {
    throw new RequestError("ill-formed-text", path, `${path} is not UTF-8`);
  }
}

/** Throws `ColumnError` unless every array of a column has what its rows need. */
export function checkColumn(column: TextColumn | ListColumn, rows: number, path: string, nullable: boolean): void {
  const { validity, unknown } = column;
  const bitmapBytes = (rows + 7) >> 3;
  if (validity !== undefined && validity.length < bitmapBytes) throw tooShort(path, "validity", bitmapBytes);
  if (unknown !== undefined && unknown.length < bitmapBytes) throw tooShort(path, "unknown", bitmapBytes);
  if (!nullable && unknown !== undefined) throw new ColumnError(path, "what names the request cannot be unknown");
  switch (column.kind) {
    case "utf8":
      checkTexts(column, rows, path);
      return;
    case "dictionary":
      if (column.indices.length < rows) throw tooShort(path, "indices", rows);
      checkTexts(column.dictionary, 0, path);
      return;
    case "list":
      if (column.offsets.length < rows + 1) throw tooShort(path, "offsets", rows + 1);
      checkTexts("indices" in column.items ? column.items.dictionary : column.items, 0, path);
      return;
  }
}

function checkTexts({ offsets }: Texts, count: number, path: string): void {
  if (offsets.length < count + 1) throw tooShort(path, "offsets", count + 1);
}

function tooShort(path: string, array: string, least: number): ColumnError {
  return new ColumnError(path, `\`${array}\` has fewer than the ${least} entries that the rows need`);
}
