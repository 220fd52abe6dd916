/** Files and standard input as bytes, texts and lines; what cannot be read is an `InputError` with a code. */
import { type FileHandle, open } from "node:fs/promises";
import type { Diagnostic } from "../text/diagnostic.js";
import type { Source } from "../text/span.js";
import type { Terminal } from "./terminal.js";

export type InputErrorCode =
  | "file-not-found"
  | "is-a-directory"
  | "not-readable"
  | "not-writable"
  | "not-text"
  | "too-large"
  | "empty-input";

/** An input that cannot be used as a whole. */
export class InputError extends Error {
  constructor(
    readonly code: InputErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "InputError";
  }
}

/** As a file name: standard input. */
export const STDIN = "-";

/** How people know a file; standard input has no name of its own. */
export function nameOf(path: string): string {
  return path === STDIN ? "<stdin>" : path;
}

/** The largest text that is read. */
export const TEXT_BYTES_MAX = 192 * 1024 * 1024;
/** The largest bundle that is read; a bundle's own limit is 4 GiB. */
export const BUNDLE_BYTES_MAX = 2 ** 31 - 1;

export async function readBytes(path: string, terminal: Terminal, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(path, terminal)) {
    size += chunk.length;
    if (size > bytesMax) throw new InputError("too-large", `\`${nameOf(path)}\` has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A whole text. It must be UTF-8; a byte-order mark stays, for the parsers to refuse. */
export async function readSource(path: string, terminal: Terminal): Promise<Source> {
  const text = decode(await readBytes(path, terminal, TEXT_BYTES_MAX));
  if (text === null) throw new InputError("not-text", `\`${nameOf(path)}\` is not a text in UTF-8`);
  return { name: nameOf(path), text };
}

/** One line, as a text of its own named `file:3`. With a problem it has no text. */
export interface Line {
  readonly source: Source;
  readonly problem: Diagnostic | null;
}

/** The lines that are not blank, one at a time, so that a stream may go on for ever. */
export async function* readLines(path: string, terminal: Terminal): AsyncGenerator<Line> {
  let pending: Uint8Array[] = [];
  let pendingSize = 0;
  let number = 0;
  const take = (last: Uint8Array): Line | null => {
    const bytes = Buffer.concat([...pending, last]);
    pending = [];
    pendingSize = 0;
    number += 1;
    return lineOf(`${nameOf(path)}:${number}`, bytes);
  };
  for await (const chunk of chunksOf(path, terminal)) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const line = take(chunk.subarray(start, end));
      if (line !== null) yield line;
      start = end + 1;
    }
    // What makes a line too long need not be kept.
    if (pendingSize <= TEXT_BYTES_MAX) pending.push(chunk.subarray(start));
    pendingSize += chunk.length - start;
  }
  const last = take(new Uint8Array());
  if (last !== null) yield last;
}

const LINE_FEED = 0x0a;

function lineOf(name: string, bytes: Uint8Array): Line | null {
  if (bytes.length > TEXT_BYTES_MAX) return brokenLine(name, "too-large", `more than ${TEXT_BYTES_MAX} bytes`);
  const text = decode(bytes);
  if (text === null) return brokenLine(name, "not-text", "not a text in UTF-8");
  return text.trim() === "" ? null : { source: { name, text }, problem: null };
}

function brokenLine(name: string, code: string, message: string): Line {
  const source: Source = { name, text: "" };
  return { source, problem: { code, severity: "error", message, help: null, source, span: { start: 0, end: 0 } } };
}

/** Null: not UTF-8, or binary (no text holds a NUL). */
function decode(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function chunksOf(path: string, terminal: Terminal): AsyncIterable<Uint8Array> {
  return path === STDIN ? terminal.stdin : chunksOfFile(path);
}

const CHUNK_SIZE = 256 * 1024;

async function* chunksOfFile(path: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  try {
    for (;;) {
      const chunk = new Uint8Array(CHUNK_SIZE);
      const { bytesRead } = await file.read(chunk);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } catch (error) {
    throw inputErrorOf(error, path);
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    throw inputErrorOf(error, path);
  }
}

/** The system's error in our words; other errors stay what they are. */
export function inputErrorOf(error: unknown, path: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : null;
  const known = code === null ? undefined : SYSTEM_ERRORS.get(code);
  if (known !== undefined) return new InputError(known[0], `${known[1]} \`${path}\``);
  const isSystemError = code !== null && error instanceof Error && "syscall" in error;
  return isSystemError ? new InputError("not-readable", `cannot use \`${path}\`: ${code}`) : error;
}

const SYSTEM_ERRORS: ReadonlyMap<string, readonly [InputErrorCode, string]> = new Map([
  ["ENOENT", ["file-not-found", "there is no file"]],
  ["ENOTDIR", ["file-not-found", "there is no file"]],
  ["EISDIR", ["is-a-directory", "this is a directory, not a file:"]],
  ["EACCES", ["not-readable", "no permission for"]],
  ["EPERM", ["not-readable", "no permission for"]],
]);
