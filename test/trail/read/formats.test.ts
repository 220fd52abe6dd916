/** Trails in each format, read on this thread and on others, give what was written. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { event, events, folderOf, lines, lookupText, readAll, recordsText, streamOf } from "./reading.js";

const THREADS = [0, 1, 2];

describe("formats", () => {
  const list = events(3);
  const texts: Readonly<Record<string, string>> = {
    "as delivered to S3": recordsText(list),
    "as delivered, indented": JSON.stringify({ Records: list }, null, 2),
    "JSON Lines": lines(list),
    "JSON Lines without the last newline": lines(list).trimEnd(),
    "JSON Lines as Windows ends them": lines(list).replaceAll("\n", "\r\n"),
    "values with nothing between them": list.map((value) => JSON.stringify(value)).join(""),
    "a list": JSON.stringify(list),
    "the output of lookup-events": lookupText(list),
    "several delivered files in one": recordsText(list.slice(0, 1)) + recordsText(list.slice(1)),
    "a delivered file on each line": `${recordsText(list.slice(0, 1))}\n${recordsText(list.slice(1))}\n`,
    "a byte-order mark in front": `\ufeff${recordsText(list)}`,
  };
  for (const [name, text] of Object.entries(texts)) {
    for (const [packing, bytes] of [
      ["plain", Buffer.from(text)],
      ["gzip", gzipSync(text)],
      ["gzip twice", gzipSync(gzipSync(text))],
    ] as const) {
      test(`${name}, ${packing}`, async () => {
        const path = `${folderOf({ trail: bytes })}/trail`;
        for (const threads of THREADS) {
          const had = await readAll([path], { threads });
          expect(had.events).toEqual(list);
          expect(had.reasons).toEqual([]);
          expect(had.totals.files).toMatchObject({ found: 1, log: 1 });
          expect(had.totals.bytes).toMatchObject({ stored: bytes.length, text: Buffer.byteLength(text) });
        }
        expect((await readAll([streamOf("s", bytes, 7)])).events).toEqual(list);
      });
    }
  }
});

test("what is wrong with one record costs that record", async () => {
  const text = `${lines([event()])}{"eventName":"Cut"\n${lines([event({ eventID: "b" })])}7\n{"a":1}\n`;
  const had = await readAll([`${folderOf({ "a.json": text })}/a.json`]);
  expect(had.events).toEqual([event(), event({ eventID: "b" })]);
  expect(had.reasons).toEqual(["invalid-json@1", "not-an-object@3", "not-an-event@4"]);
});
