/** Files and folders of a world directory, with a finding for everything that cannot be read. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Diagnostic, Severity } from "../text/diagnostic.js";
import { DEFAULT_JSON_LIMITS } from "../text/json.js";
import type { Source } from "../text/span.js";

const unzip = promisify(gunzip);

export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/** Reads files and collects what is wrong with them as a whole. */
export class Files {
  readonly diagnostics: Diagnostic[] = [];

  /** What a path is; null after a finding if there is nothing to read. */
  async kindOf(path: string): Promise<"file" | "folder" | null> {
    try {
      return (await stat(path)).isDirectory() ? "folder" : "file";
    } catch (error) {
      this.report("error", path, "unreadable-file", `cannot be read: ${reasonOf(error)}`);
      return null;
    }
  }

  /** The entries of a folder by name; none after a finding. */
  async entriesOf(folder: string): Promise<Entry[]> {
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries.map(({ name }) => name).sort();
      return await Promise.all(names.map((name) => entryAt(folder, name)));
    } catch (error) {
      this.report("error", folder, "unreadable-file", `cannot be read: ${reasonOf(error)}`);
      return [];
    }
  }

  /** A text in UTF-8, also gzipped (told by its first bytes); null after a finding. */
  async source(path: string): Promise<Source | null> {
    try {
      const bytes = await readFile(path);
      const plain = isGzip(bytes) ? await unzip(bytes, { maxOutputLength: BYTES_MAX }) : bytes;
      if (plain.length > BYTES_MAX) throw new Error(`larger than ${BYTES_MAX} bytes`);
      return { name: path, text: decoder.decode(plain) };
    } catch (error) {
      this.report("error", path, "unreadable-file", `cannot be read: ${reasonOf(error)}`);
      return null;
    }
  }

  report(severity: Severity, path: string, code: string, message: string, help: string | null = null): void {
    const source: Source = { name: path, text: "" };
    this.diagnostics.push({ code, severity, message, help, source, span: { start: 0, end: 0 } });
  }
}

/** Three bytes of UTF-8 are at most one unit of the text that the parser takes. */
const BYTES_MAX = DEFAULT_JSON_LIMITS.lengthMax * 3;

/** A byte-order mark stays, so that the parser refuses it. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

async function entryAt(folder: string, name: string): Promise<Entry> {
  const path = join(folder, name);
  return { name, path, isFolder: (await stat(path)).isDirectory() };
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
