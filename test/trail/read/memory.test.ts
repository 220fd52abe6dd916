/** Memory does not grow with the log: lines of a gigabyte, bombs, streams without end. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type NamedStream, readTrail } from "../../../src/trail/read.js";
import { event, events, folderOf, lines, readAll } from "./reading.js";

const MEGABYTE = 1 << 20;
const GIGABYTE = 1 << 30;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Memory in use after garbage is collected: of the heap and of buffers. */
function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The most that is in use while a stream is read, beyond what was before; looked at every so many chunks. */
function watched(
  chunks: () => Generator<Uint8Array>,
  every = 64,
): { readonly stream: NamedStream; readonly peak: () => number } {
  const before = memoryInUse();
  let most = 0;
  async function* watchedChunks(): AsyncGenerator<Uint8Array> {
    let count = 0;
    for (const chunk of chunks()) {
      if (count++ % every === 0) most = Math.max(most, memoryInUse() - before);
      yield chunk;
    }
  }
  return { stream: { name: "s", chunks: watchedChunks() }, peak: () => most };
}

const FILLER = Buffer.alloc(4 * MEGABYTE, "x");

function* lineOf(size: number, start: string, end: string): Generator<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(event({ eventID: "before" }))}\n${start}`);
  for (let left = size; left > 0; left -= FILLER.length) yield FILLER;
  yield Buffer.from(`${end}\n${JSON.stringify(event({ eventID: "after" }))}\n`);
}

describe("a line of a gigabyte", () => {
  const shapes = [
    { name: "one string", start: '{"eventName":"', end: '"}' },
    { name: "no JSON at all", start: "", end: "" },
  ];
  for (const { name, start, end } of shapes) {
    for (const threads of [0, 1]) {
      test(`${name}, with ${threads} threads`, async () => {
        const { stream, peak } = watched(() => lineOf(GIGABYTE, start, end));
        const had = await readAll([stream], { threads });
        expect(had.events.map(({ eventID }) => eventID)).toEqual(["before", "after"]);
        expect(had.reasons).toEqual(["record-too-large@1"]);
        expect(had.totals.bytes.unreadable).toBe(GIGABYTE + start.length + end.length);
        expect(peak()).toBeLessThan(64 * MEGABYTE);
      });
    }
  }

  test("as an element of a list, as a row of CSV", async () => {
    const list = watched(function* () {
      yield Buffer.from('{"Records":[{"eventName":"A"},{"eventName":"');
      for (let left = GIGABYTE; left > 0; left -= FILLER.length) yield FILLER;
      yield Buffer.from('"},{"eventName":"B"}]}');
    });
    const had = await readAll([list.stream]);
    expect(had.events).toEqual([{ eventName: "A" }, { eventName: "B" }]);
    expect(had.reasons).toEqual(["record-too-large@1"]);
    expect(list.peak()).toBeLessThan(64 * MEGABYTE);

    const rows = watched(function* () {
      yield Buffer.from('eventname,eventid\nA,1\nX,"');
      for (let left = GIGABYTE / 8; left > 0; left -= FILLER.length) yield FILLER;
      yield Buffer.from('"\nB,2\n');
    });
    const csv = await readAll([rows.stream]);
    expect(csv.events).toEqual([
      { eventName: "A", eventID: "1" },
      { eventName: "B", eventID: "2" },
    ]);
    expect(csv.reasons).toEqual(["record-too-large@1"]);
    expect(rows.peak()).toBeLessThan(64 * MEGABYTE);
  });
});

test("a bomb: a megabyte that unpacks to a gigabyte", async () => {
  const member = gzipSync(Buffer.alloc(16 * MEGABYTE, "x"), { level: 9 });
  const start = gzipSync('{"Records":[{"eventName":"A"},{"eventName":"');
  const end = gzipSync('"},{"eventName":"B"}]}');
  const bomb = Buffer.concat([start, ...Array.from({ length: 64 }, () => member), end]);
  expect(bomb.length).toBeLessThan(2 * MEGABYTE);
  const before = memoryInUse();
  let most = 0;
  const reader = readTrail([`${folderOf({ "a.json.gz": bomb })}/a.json.gz`], { threads: 0 });
  const watching = setInterval(() => {
    most = Math.max(most, memoryInUse() - before);
  }, 200);
  const names: unknown[] = [];
  for await (const item of reader) names.push(item.kind === "event" ? item.event["eventName"] : item.reason);
  clearInterval(watching);
  expect(names).toEqual(["A", "record-too-large", "B"]);
  expect(reader.totals.bytes.text).toBeGreaterThan(GIGABYTE);
  // Sixty-four of it are the text that is tried in one go, before it turns out to be large.
  expect(most).toBeLessThan(160 * MEGABYTE);
});

test("twenty thousand chunks leave nothing behind", async () => {
  const text = lines(events(4));
  for (const threads of [0, 1]) {
    const { stream, peak } = watched(function* () {
      for (let count = 0; count < 20_000; count++) yield Buffer.from(text);
    }, 1000);
    const reader = readTrail([stream], { threads, signal: new AbortController().signal });
    let count = 0;
    for await (const items of reader.batches()) count += items.length;
    expect(count).toBe(80_000);
    // Every chunk kept would be 20 MB.
    expect(peak()).toBeLessThan(14 * MEGABYTE);
  }
});
