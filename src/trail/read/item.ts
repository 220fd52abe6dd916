/** What reading a trail gives: events, and what could not be read, each with its place; and the totals, which add up. */

/** A CloudTrail record as plain JSON; nothing about its fields is certain but that some of those that name an event exist. */
export type TrailEvent = { readonly [name: string]: unknown };

/** Where something stands. */
export interface Place {
  /** As the caller or the folder names it; `<stdin>` for standard input. */
  readonly file: string;
  /** Index among what was found in the file, readable or not; null for what concerns the file. */
  readonly record: number | null;
  /** From 1, where records are lines: JSON Lines and CSV. */
  readonly line: number | null;
  /** In bytes from the beginning of the text, after decompression; null where there is no text (DuckDB). */
  readonly offset: number | null;
  /** How many bytes of the text it takes; 0 where there is none. */
  readonly size: number;
}

/** Why something could not be read. The codes are stable. */
export const REASONS = [
  /** Not JSON, or not one value. */
  "invalid-json",
  /** JSON with a key that an object has twice, so that two readers may see two records. */
  "duplicate-key",
  /** Half a surrogate pair in a string: such strings all become the same bytes. */
  "ill-formed-text",
  /** Not UTF-8. */
  "invalid-utf8",
  /** More objects and arrays inside one another than the limit. */
  "too-deep",
  /** More bytes than the limit; they were not kept. */
  "record-too-large",
  /** A record that is a number, a list… */
  "not-an-object",
  /** An object with none of the fields that name an event. */
  "not-an-event",
  /** The text ends inside the record, or before its list does. */
  "truncated",
  /** A row that does not fit its header, or whose quotes do not. */
  "invalid-row",
  /** A field of a row that cannot be understood as its column's type. */
  "invalid-field",
  /** The compressed file ends early. */
  "gzip-truncated",
  /** The compressed file is damaged: what follows the place is lost, and up to some kilobytes of text before it. */
  "gzip-corrupt",
  /** Bytes behind the compressed data that belong to nothing. */
  "gzip-trailing-bytes",
  /** The file is none of the formats that are read. */
  "unknown-format",
  /** Needs `@duckdb/node-api`, which is not installed. */
  "duckdb-missing",
  /** DuckDB refused the file or the query. */
  "duckdb-failed",
  /** The file could not be opened or read to its end. */
  "io-error",
  /** What was to be made of the event failed: a defect of the projection. */
  "projection-failed",
  /** The thread that was reading the file broke down; the rest of the file was not read. */
  "worker-failed",
] as const;
export type Reason = (typeof REASONS)[number];

/** `T` is what the projection makes of an event, by default the event. */
export type TrailItem<T = TrailEvent> =
  | { readonly kind: "event"; readonly event: T; readonly place: Place }
  | { readonly kind: "unreadable"; readonly reason: Reason; readonly message: string; readonly place: Place };

/** What a file turned out to be. */
export const FILE_KINDS = [
  /** Records, or rows. */
  "log",
  /** Records of CloudTrail Insights: unusual rates of calls, not calls. They are items like others. */
  "insight",
  /** A digest: hashes of log files, no records. */
  "digest",
  /** Nothing but white space, or lists without records. */
  "empty",
  /** Another service's folder in AWS's layout (`AWSLogs/<account>/<service>`): not opened. */
  "elsewhere",
  /** Not one record in it could be read: unreadable items say why. */
  "unreadable",
] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/**
 * Counts of what was handed out so far. At the end: `files.found` is the sum of the kinds; items handed out are `events` and
 * all of `unreadable`; `bytes.text` is `bytes.events`, `bytes.unreadable` and `bytes.between`.
 */
export interface TrailTotals {
  readonly files: Readonly<Record<FileKind, number>> & { readonly found: number };
  readonly bytes: {
    /** Of files as they are stored. */
    readonly stored: number;
    /** After decompression. */
    readonly text: number;
    readonly events: number;
    readonly unreadable: number;
    /** Commas, white space, headers, digests: text that is no record. */
    readonly between: number;
  };
  readonly events: number;
  /** Reasons that occurred. */
  readonly unreadable: ReadonlyMap<Reason, number>;
}

/** A trail that cannot be read as a whole: nothing was skipped silently, but nothing more will come. */
export class TrailError extends Error {
  constructor(
    readonly code: "path-not-found" | "duckdb-missing" | "projection-invalid",
    message: string,
  ) {
    super(message);
    this.name = "TrailError";
  }
}
