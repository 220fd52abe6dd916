/** Parquet and queries by way of DuckDB, and what is said where it is not installed. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { readTrail } from "../../../src/trail/read.js";
import { event, events, folderOf, lines, readAll, recordsText, streamOf } from "./reading.js";

/** Runs a statement in a database of its own. */
async function run(statement: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

/** A folder with a Parquet file that DuckDB made of JSON Lines. */
async function parquetOf(list: readonly object[], columns = "*"): Promise<string> {
  const folder = folderOf({ "a.jsonl": lines(list) });
  mkdirSync(join(folder, "p"));
  await run(
    `COPY (SELECT ${columns} FROM read_json('${folder}/a.jsonl')) TO '${folder}/p/it''s a.parquet' (FORMAT parquet)`,
  );
  return join(folder, "p");
}

const LIST = events(5000).map(
  (value, index): Readonly<Record<string, unknown>> => ({
    ...value,
    eventTime: `2026-11-24T08:${String(index % 60).padStart(2, "0")}:00Z`,
    requestParameters: { bucketName: "b", n: index },
  }),
);

describe("Parquet", () => {
  for (const threads of [0, 1]) {
    test(`gives the records that went in, with ${threads} threads`, async () => {
      const folder = await parquetOf(LIST);
      const { events: found, reasons, totals, items } = await readAll([folder], { threads });
      expect(reasons).toEqual([]);
      expect(found).toEqual(LIST);
      expect(totals.files).toMatchObject({ found: 1, log: 1 });
      expect(items[7]!.place).toEqual({
        file: join(folder, "it's a.parquet"),
        record: 7,
        line: null,
        offset: null,
        size: 0,
      });
    });
  }

  test("with columns that Hive has lowered, structures among them", async () => {
    const columns = "eventName AS eventname, eventSource AS eventsource, userIdentity AS useridentity";
    const { events: found } = await readAll([await parquetOf(LIST.slice(0, 2), columns)]);
    const { eventName, eventSource, userIdentity } = LIST[0]!;
    expect(found[0]).toEqual({ eventName, eventSource, userIdentity });
  });

  test("that holds no trail, that is damaged, that comes as a stream", async () => {
    const other = await readAll([await parquetOf([{ name: "x", age: 3 }])]);
    expect(other.reasons).toEqual(["unknown-format"]);
    expect(other.totals.files.unreadable).toBe(1);
    const damaged = await readAll([folderOf({ "x.parquet": "PAR1 and nothing behind it" })]);
    expect(damaged.reasons).toEqual(["duckdb-failed"]);
    expect(damaged.items).toMatchObject([{ message: expect.stringMatching(/^DuckDB: /) }]);
    const stream = await readAll([streamOf("s", Buffer.from("PAR1...."))]);
    expect(stream.items).toMatchObject([
      { reason: "unknown-format", message: "a Parquet file cannot be read from a stream" },
    ]);
  });
});

describe("a query", () => {
  test("whose rows are events", async () => {
    const query =
      "duckdb:SELECT 'GetObject' AS eventName, {'type': 'Root', 'arn': NULL} AS userIdentity, i AS n FROM range(3) r(i); -- all";
    const withoutComment = query.replace(" -- all", "");
    const { events: found } = await readAll([withoutComment]);
    expect(found).toEqual([0, 1, 2].map((n) => ({ eventName: "GetObject", userIdentity: { type: "Root" }, n })));
    expect((await readAll([withoutComment.replace(";", " -- all")])).events).toHaveLength(3);
  });

  test("over JSON files, with what its types make of them", async () => {
    const folder = folderOf({ "a.json": recordsText(events(3)) });
    const query = `duckdb:SELECT unnest(Records, max_depth := 2) FROM read_json('${folder}/*.json')`;
    expect((await readAll([query])).events).toEqual(events(3));
  });

  test("of which some rows are no events", async () => {
    const query = "duckdb:SELECT CASE WHEN i % 2 = 0 THEN 'X' END AS eventName FROM range(4) r(i)";
    const { events: found, reasons } = await readAll([query]);
    expect(found).toEqual([{ eventName: "X" }, { eventName: "X" }]);
    expect(reasons).toEqual(["not-an-event@1", "not-an-event@3"]);
  });

  test("that is wrong, or gives nothing", async () => {
    const wrong = await readAll(["duckdb:SELECT FROM nowhere"]);
    expect(wrong.reasons).toEqual(["duckdb-failed"]);
    expect(wrong.items).toMatchObject([{ message: expect.stringMatching(/^DuckDB: .*$/) }]);
    const none = await readAll(["duckdb:SELECT 'X' AS eventName WHERE false"]);
    expect(none.totals.files.empty).toBe(1);
  });

  test("that would never end is left", async () => {
    for (const threads of [0, 1]) {
      let count = 0;
      for await (const items of readTrail(["duckdb:SELECT 'X' AS eventName FROM range(1000000000)"], {
        threads,
      }).batches()) {
        count += items.length;
        if (count > 5000) break;
      }
      expect(count).toBeGreaterThan(5000);
    }
  });
});

describe("where DuckDB is not installed", () => {
  const SCRIPT = fileURLToPath(new URL("without-duckdb.mjs", import.meta.url));
  const WAY_OUT =
    "Parquet files and queries are read by DuckDB, which is not installed: `npm install @duckdb/node-api@1.5.6-r.1`";

  function readWithout(path: string): string {
    return execFileSync(process.execPath, ["--import", "tsx", SCRIPT, path], { encoding: "utf8" }).trimEnd();
  }

  test("what the caller named is refused, with the way out", async () => {
    const folder = await parquetOf([event()]);
    for (const path of [join(folder, "it's a.parquet"), "duckdb:SELECT 1"]) {
      expect(readWithout(path)).toBe(`TrailError duckdb-missing: ${WAY_OUT}`);
    }
  });

  test("what a folder has is counted, and the rest is read", async () => {
    const folder = await parquetOf([event()]);
    writeFileSync(join(folder, "later.json"), recordsText(events(1)));
    expect(readWithout(folder)).toBe(`duckdb-missing: ${WAY_OUT}\nevent`);
  });
});
