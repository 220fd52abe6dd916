/**
 * Rows of a CSV text (RFC 4180) that arrives in slices. Where a row ends is found here, so that a row that is damaged, or too
 * long to be kept, costs as little as possible; its fields are csv-parse's business.
 */
import { isUtf8 } from "node:buffer";
import { parse } from "csv-parse/sync";
import { type ParsedRow, readHeader, readNextHeader, recordOfRow } from "./columns.js";
import type { Reason } from "./item.js";
import type { Cut, TextPlace } from "./json.js";
import type { Field } from "./struct.js";

export interface RowSink {
  row(value: unknown, at: TextPlace, size: number): void;
  broken(reason: Reason, message: string, at: TextPlace, size: number): void;
}

/** The columns in the first line of a text; a text that says why they are not those of a trail. */
export function readCsvHeader(line: Buffer): readonly Field[] | string {
  const values = isUtf8(line) ? fieldsOf(line) : null;
  return values === null ? "the first line is no header" : readHeader(values);
}

export class CsvReader {
  readonly #sink: RowSink;
  readonly #recordBytesMax: number;
  readonly #depthMax: number;
  #columns: readonly Field[] | null = null;
  /** Bytes of the row that has not ended yet. */
  #kept: Buffer[] = [];
  #keptSize = 0;
  #inQuotes = false;
  /** The row is beyond the limit, and goes on to the end of its line. */
  #isTooLarge = false;
  /** Where the row begins that has not ended yet. */
  #offset = 0;
  #line = 1;

  constructor(sink: RowSink, recordBytesMax: number, depthMax: number) {
    this.#sink = sink;
    this.#recordBytesMax = recordBytesMax;
    this.#depthMax = depthMax;
  }

  /**
   * `base`: the slice's offset in the text. Its memory may be used again afterwards. Gives way after some thousand rows at the
   * most.
   */
  *read(slice: Buffer, base: number): Generator<void> {
    if (this.#keptSize === 0) this.#offset = base;
    let start = 0;
    let rows = 0;
    for (let at = 0; at < slice.length; at++) {
      const byte = slice[at]!;
      if (byte === QUOTE) this.#inQuotes = !this.#inQuotes;
      else if (byte === NEWLINE && (!this.#inQuotes || this.#isTooLarge)) {
        this.#endRow(slice.subarray(start, at + 1));
        start = at + 1;
        rows++;
        if (rows % ROWS_AT_A_TIME === 0) yield;
      } else if (this.#keptSize + at - start >= this.#recordBytesMax && !this.#isTooLarge) {
        this.#overflow(slice.subarray(start, at + 1));
        start = at + 1;
      }
    }
    this.#add(slice.subarray(start));
  }

  finish(cut: Cut | null): void {
    if (this.#keptSize > 0) {
      if (cut !== null) this.#sink.broken(cut.reason, cut.message, this.#place(), this.#keptSize);
      else this.#endRow(Buffer.alloc(0));
    } else if (cut !== null) this.#sink.broken(cut.reason, cut.message, { offset: this.#offset, line: null }, 0);
  }

  #add(part: Buffer): void {
    if (part.length === 0) return;
    this.#keptSize += part.length;
    if (!this.#isTooLarge) this.#kept.push(Buffer.from(part));
  }

  #endRow(rest: Buffer): void {
    const size = this.#keptSize + rest.length;
    if (this.#isTooLarge) {
      const message = `the row has ${size} bytes; ${this.#recordBytesMax} is the limit`;
      this.#sink.broken("record-too-large", message, this.#place(), size);
      this.#go(size, 1);
    } else this.#takeText(Buffer.concat([...this.#kept, rest]));
  }

  /** More than a row may have: if it has lines, a quote is to blame, and the lines are looked at one by one. */
  #overflow(rest: Buffer): void {
    const text = Buffer.concat([...this.#kept, rest]);
    const end = text.lastIndexOf(NEWLINE) + 1;
    if (end > 0) this.#takeLines(text.subarray(0, end));
    this.#kept = [];
    this.#keptSize = 0;
    this.#inQuotes = false;
    this.#isTooLarge = end === 0;
    this.#add(text.subarray(end));
    if (end > 0) this.#inQuotes = countOf(QUOTE, text, end) % 2 === 1;
  }

  /** A row as its quotes make it; if that is none but has several lines, then the lines. */
  #takeText(text: Buffer): void {
    if (isBlank(text)) this.#go(text.length, 1);
    else if (this.#columns === null) {
      const columns = readCsvHeader(text);
      if (typeof columns === "string") this.#refuse("invalid-row", columns, text.length);
      else this.#columns = columns;
      this.#go(text.length, countOf(NEWLINE, text, 0));
    } else {
      const values = this.#valuesOf(text);
      if (typeof values !== "string") this.#takeValues(text, values);
      else if (text.indexOf(NEWLINE) < text.length - 1 && text.includes(NEWLINE)) this.#takeLines(text);
      else {
        this.#refuse("invalid-row", values, text.length);
        this.#go(text.length, 1);
      }
    }
  }

  #takeLines(text: Buffer): void {
    for (let start = 0; start < text.length; ) {
      const next = text.indexOf(NEWLINE, start);
      const end = next === -1 ? text.length : next + 1;
      const line = text.subarray(start, end);
      const values = isBlank(line) ? null : this.#valuesOf(line);
      if (typeof values === "string") {
        this.#refuse("invalid-row", values, line.length);
        this.#go(line.length, 1);
      } else if (values === null) this.#go(line.length, 1);
      else this.#takeValues(line, values);
      start = end;
    }
  }

  /** A record, or the header of another file that was put behind this one. */
  #takeValues(text: Buffer, values: readonly string[]): void {
    const columns = readNextHeader(this.#columns!, values);
    if (columns === null) this.#takeRow(text, values);
    else {
      this.#columns = columns;
      this.#go(text.length, countOf(NEWLINE, text, 0));
    }
  }

  #takeRow(text: Buffer, values: readonly string[]): void {
    const row: ParsedRow = recordOfRow(this.#columns!, values, this.#depthMax);
    if (row.ok) this.#sink.row(row.value, this.#place(), text.length);
    else this.#refuse(row.reason, row.message, text.length);
    this.#go(text.length, countOf(NEWLINE, text, 0));
  }

  /** The fields of a row; what is wrong with it. */
  #valuesOf(text: Buffer): readonly string[] | string {
    if (!isUtf8(text)) return "the row is not UTF-8";
    const values = fieldsOf(text);
    if (values === null) return "the row's quotes do not match";
    const count = this.#columns!.length;
    if (values.length === count || readNextHeader(this.#columns!, values) !== null) return values;
    return `the row has ${values.length} fields, its header ${count}`;
  }

  #refuse(reason: Reason, message: string, size: number): void {
    this.#sink.broken(reason, message, this.#place(), size);
  }

  /** Past a row, to where the next one begins. */
  #go(size: number, lines: number): void {
    this.#offset += size;
    this.#line += lines;
    this.#kept = [];
    this.#keptSize = 0;
    this.#inQuotes = false;
    this.#isTooLarge = false;
  }

  #place(): TextPlace {
    return { offset: this.#offset, line: this.#line };
  }
}

const ROWS_AT_A_TIME = 4096;
const QUOTE = 0x22;
const NEWLINE = 0x0a;

/** The fields of exactly one row; null if there is not exactly one. */
function fieldsOf(row: Buffer): readonly string[] | null {
  try {
    const rows = parse(row, { relax_column_count: true }) as string[][];
    return rows.length === 1 ? rows[0]! : null;
  } catch {
    return null;
  }
}

function isBlank(text: Buffer): boolean {
  return text.every((byte) => byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09);
}

function countOf(byte: number, text: Buffer, from: number): number {
  let count = 0;
  for (let at = text.indexOf(byte, from); at !== -1; at = text.indexOf(byte, at + 1)) count++;
  return count;
}
