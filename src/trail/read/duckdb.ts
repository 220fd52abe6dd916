/**
 * Parquet files, and whatever else DuckDB reads, by way of `@duckdb/node-api`: an optional package, loaded only when it is
 * needed. Every row comes out as one JSON text, so structures, maps and times need no code of ours.
 */
import { type ParsedRow, readHeader, recordOfRow } from "./columns.js";
import type { Reason } from "./item.js";
import { isObject, parseJsonText } from "./record.js";
import type { Field } from "./struct.js";

export interface QueryProblem {
  readonly reason: Reason;
  readonly message: string;
}

export type RowBlocks = AsyncGenerator<readonly ParsedRow[], QueryProblem | null>;

export function queryOfParquet(path: string): string {
  return `FROM read_parquet('${path.replaceAll("'", "''")}')`;
}

/**
 * The rows of a query, block by block; returns why there are no more, if not because there are none. Ends early, and without a
 * word, when the signal says so.
 */
export async function* readQuery(query: string, depthMax: number, signal: AbortSignal): RowBlocks {
  let instance: Instance | null = null;
  let interrupt = (): void => {};
  try {
    const duckdb = await load();
    if (duckdb === null) return { reason: "duckdb-missing", message: DUCKDB_MISSING };
    instance = await duckdb.DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    interrupt = () => connection.interrupt();
    signal.addEventListener("abort", interrupt);
    const rows = await connection.stream(`SELECT to_json(t)::VARCHAR FROM (${bare(query)}\n) AS t`);
    let columns: readonly Field[] | string | null = null;
    for (;;) {
      const chunk = await rows.fetchChunk();
      if (chunk === null || chunk.rowCount === 0 || signal.aborted) return null;
      const block: ParsedRow[] = [];
      for (const text of chunk.getColumnValues(0)) {
        const parsed = parseJsonText(String(text), depthMax);
        const row = parsed.ok && isObject(parsed.value) ? parsed.value : null;
        columns ??= row === null ? null : readHeader(Object.keys(row));
        if (typeof columns === "string") return { reason: "unknown-format", message: columns };
        if (!parsed.ok) block.push(parsed);
        else block.push(recordOfRow(columns!, Object.values(row!), depthMax));
      }
      yield block;
    }
  } catch (error) {
    if (signal.aborted) return null;
    return { reason: "duckdb-failed", message: `DuckDB: ${(error as Error).message.split("\n")[0]}` };
  } finally {
    signal.removeEventListener("abort", interrupt);
    instance?.closeSync();
  }
}

/** Without the semicolon that people end queries with; the newline behind it ends a comment. */
function bare(query: string): string {
  const trimmed = query.trimEnd();
  return trimmed.endsWith(";") ? trimmed.slice(0, -1) : trimmed;
}

export const DUCKDB_MISSING =
  "Parquet files and queries are read by DuckDB, which is not installed: `npm install @duckdb/node-api@1.5.6-r.1`";

type DuckDB = typeof import("@duckdb/node-api");
type Instance = Awaited<ReturnType<DuckDB["DuckDBInstance"]["create"]>>;

async function load(): Promise<DuckDB | null> {
  try {
    return await import("@duckdb/node-api");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
}
