/** What a trail is read from: the files of paths and folders, standard input, streams, and queries for DuckDB. */
import { readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { TrailError } from "./item.js";

/** Bytes that somebody else reads, with the name that places shall have. */
export interface NamedStream {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export type Source =
  | {
      readonly kind: "file";
      readonly name: string;
      readonly size: number;
      /** Whether the caller named the file; else a folder had it. */
      readonly isNamed: boolean;
    }
  /** A file that is not opened: it belongs to another service. */
  | { readonly kind: "elsewhere"; readonly name: string; readonly size: number }
  /** A file that cannot be opened. */
  | { readonly kind: "closed"; readonly name: string; readonly message: string }
  | { readonly kind: "query"; readonly name: string; readonly query: string }
  | { readonly kind: "stream"; readonly name: string; readonly chunks: AsyncIterable<Uint8Array> };

/** As a path: standard input. */
const STDIN = "-";
/** As the beginning of a path: the rest is a query. */
const QUERY_PREFIX = "duckdb:";

export interface Streams {
  /** Opens standard input. */
  stdin(): AsyncIterable<Uint8Array>;
  /** The same chunks, for as long as somebody wants them. */
  guard(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/**
 * The sources of paths, in the order of the paths; the files of a folder and the folders below it in the order of their
 * names, which in AWS's layout is the order of days. Listing goes ahead of reading by no more than a folder's names. Throws a
 * `TrailError` for a path that does not exist, before the first source.
 */
export function* sourcesOf(paths: readonly (string | NamedStream)[], { stdin, guard }: Streams): Generator<Source> {
  for (const path of paths) if (typeof path === "string" && isPath(path)) statOfNamed(path);
  for (const path of paths) {
    if (typeof path !== "string") yield { kind: "stream", name: path.name, chunks: guard(path.chunks) };
    else if (isPath(path)) yield* sourcesOfPath(path);
    else if (path === STDIN) yield { kind: "stream", name: "<stdin>", chunks: guard(stdin()) };
    else yield { kind: "query", name: path, query: path.slice(QUERY_PREFIX.length) };
  }
}

function isPath(path: string): boolean {
  return path !== STDIN && !path.startsWith(QUERY_PREFIX);
}

function statOfNamed(path: string): Stats {
  const found = statOf(path);
  if (typeof found === "string") throw new TrailError("path-not-found", `cannot read \`${path}\`: ${found}`);
  return found;
}

function* sourcesOfPath(path: string): Generator<Source> {
  const found = statOfNamed(path);
  if (found.isDirectory()) yield* sourcesOfFolder(path, new Set());
  else yield { kind: "file", name: path, size: found.isFile() ? found.size : Number.POSITIVE_INFINITY, isNamed: true };
}

/** `above`: the folders that this one is in, so that links cannot lead in circles. */
function* sourcesOfFolder(folder: string, above: ReadonlySet<string>): Generator<Source> {
  let names: string[];
  const within = new Set(above);
  try {
    const real = realpathSync(folder);
    if (above.has(real)) return;
    within.add(real);
    names = readdirSync(folder);
  } catch (error) {
    yield { kind: "closed", name: folder, message: messageOf(error) };
    return;
  }
  for (const name of names.sort(byUnits)) {
    const path = join(folder, name);
    const found = statOf(path);
    if (typeof found === "string") yield { kind: "closed", name: path, message: found };
    else if (found.isDirectory()) yield* sourcesOfFolder(path, within);
    else if (!found.isFile()) yield { kind: "closed", name: path, message: "not a file" };
    else if (isOfAnotherService(path)) yield { kind: "elsewhere", name: path, size: found.size };
    else yield { kind: "file", name: path, size: found.size, isNamed: false };
  }
}

/**
 * Whether AWS's layout says so: `AWSLogs/<account>/<service>/…`, for an organization `AWSLogs/<o-id>/<account>/<service>/…`;
 * CloudTrail's own folders are `CloudTrail`, `CloudTrail-Digest`, `CloudTrail-Insight`…
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
 */
export function isOfAnotherService(path: string): boolean {
  const parts = path.split(/[\\/]/);
  const top = parts.lastIndexOf("AWSLogs");
  if (top === -1) return false;
  const account = parts[top + 1]?.startsWith("o-") ? top + 2 : top + 1;
  const service = parts[account + 1];
  if (!/^\d{12}$/.test(parts[account] ?? "") || service === undefined || account + 2 >= parts.length) return false;
  return !/^CloudTrail(-|$)/.test(service);
}

/** Synchronous, like all of the walk: of thousands of files, waiting for a thread of libuv's takes longer than the call. */
function statOf(path: string): Stats | string {
  try {
    return statSync(path);
  } catch (error) {
    return messageOf(error);
  }
}

/** Of a system error what people say: `ENOENT: no such file or directory`. */
export function messageOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : (message.split(",")[0] ?? code);
}

function byUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
