/** The real trail and the shapes of other tools, where they are at hand: what is read is what plain JSON.parse reads. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { corpusPath } from "../../corpus-data.js";
import { readAll } from "./reading.js";

const CORPUS = corpusPath();

describe.runIf(CORPUS !== null)("the corpora", () => {
  const trail = join(CORPUS ?? "", "cloudtrail/AWSLogs");

  test("the real trail: the same events in the same order, with 0 and 2 threads", async () => {
    const paths = readdirSync(trail, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    const packed = paths.map((path) => readFileSync(path));
    const texts = packed.map((bytes) => gunzipSync(bytes));
    const expected = texts.flatMap((text) => (JSON.parse(text.toString("utf8")) as { Records: unknown[] }).Records);
    expect(expected).toHaveLength(2900);
    for (const threads of [0, 2]) {
      const { events, reasons, totals, items } = await readAll([trail], { threads });
      expect(reasons).toEqual([]);
      expect(events).toEqual(expected);
      expect(totals.files).toMatchObject({ found: paths.length, log: paths.length });
      expect(totals.bytes).toMatchObject({
        stored: packed.reduce((sum, { length }) => sum + length, 0),
        text: texts.reduce((sum, { length }) => sum + length, 0),
        unreadable: 0,
      });
      for (const { place } of items.slice(0, 200)) {
        const text = texts[paths.indexOf(place.file)]!.subarray(place.offset!, place.offset! + place.size).toString(
          "utf8",
        );
        expect(JSON.parse(text)).toEqual(events[items.findIndex((item) => item.place === place)]);
      }
    }
  });
});
