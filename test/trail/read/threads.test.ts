/** Threads: the same items in the same order, whatever happens to a thread; and nothing is left when the reading ends. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { type Projection, readTrail, type TrailItem } from "../../../src/trail/read.js";
import { events, expectToAddUp, folderOf, lines, readAll, recordsText } from "./reading.js";

const MODULE = pathToFileURL(new URL("./projections.mjs", import.meta.url).pathname).href;

function projection(name: string, options?: unknown): Projection {
  return { module: MODULE, name, options };
}

/** Files of a thousand events, small and large, in an order of names that is not that of sizes. */
function manyFiles(): string {
  const files: Record<string, string | Uint8Array> = {};
  let count = 0;
  for (let index = 0; index < 40; index++) {
    const size = [1, 30, 400, 3][index % 4]!;
    const list = events(size, count);
    count += size;
    const name = `f${String(index).padStart(2, "0")}.json`;
    if (index % 3 === 0) files[name] = recordsText(list);
    else if (index % 3 === 1) files[`${name}.gz`] = gzipSync(lines(list));
    else files[name] = `${lines(list)}{"eventName":\n7\n`;
  }
  return folderOf(files);
}

describe("order", () => {
  test("is the same with 0, 1, 2 and 5 threads", async () => {
    const folder = manyFiles();
    const alone = await readAll([folder]);
    expect(alone.events.length).toBeGreaterThan(4000);
    for (const threads of [1, 2, 5]) {
      const had = await readAll([folder], { threads });
      expect(had.items).toEqual(alone.items);
      expect(had.totals).toEqual(alone.totals);
    }
  });

  test("does not matter if the caller says so, and nothing is lost", async () => {
    const folder = manyFiles();
    const alone = await readAll([folder]);
    const had = await readAll([folder], { threads: 2, ordered: false });
    const sorted = (items: readonly TrailItem[]): string[] => items.map((item) => JSON.stringify(item)).sort();
    expect(sorted(had.items)).toEqual(sorted(alone.items));
    expect(had.totals).toEqual(alone.totals);
  });

  test("holds for a slow reader, and no thread runs far ahead of it", async () => {
    const folder = manyFiles();
    const counts = new Int32Array(new SharedArrayBuffer(4));
    const options = { threads: 2, projection: projection("withOptions", { prefix: "", counts }) };
    let had = 0;
    for await (const items of readTrail(
      ["x"].map(() => folder),
      options,
    ).batches()) {
      had += items.length;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(had).toBe((await readAll([folder])).items.length);
  });
});

describe("projections", () => {
  test("make on any thread what comes in place of events", async () => {
    const folder = folderOf({ "a.json": recordsText(events(3)) });
    for (const threads of [0, 2]) {
      const options = { threads, projection: projection("withOptions", { prefix: "#" }) };
      expect((await readAll([folder], options)).events).toEqual(["#e0@0", "#e1@1", "#e2@2"]);
    }
  });

  test("that fail at an event fail at that event", async () => {
    const folder = folderOf({ "a.json": recordsText(events(6)) });
    for (const threads of [0, 1]) {
      const had = await readAll<unknown>([folder], { threads, projection: projection("picky") });
      const big = threads === 0 ? [] : ["projection-failed@2"];
      expect(had.reasons).toEqual(["projection-failed@1", ...big, "projection-failed@4"]);
      expect(had.events).toEqual(threads === 0 ? ["e0", 1n, undefined, "e5"] : ["e0", null, "e5"]);
      expect(had.items[1]).toMatchObject({ message: "the projection failed: not this one" });
      expect(had.totals.files.log).toBe(1);
    }
  });

  test("run on the threads, and on none of them twice", async () => {
    const had = await readAll<number>([manyFiles()], { threads: 2, projection: projection("threads") });
    const ids = new Set(had.events);
    expect(ids.size).toBeLessThanOrEqual(2);
    expect(ids.has(0)).toBe(false);
  });

  test("that cannot be used are refused before anything is read", async () => {
    const folder = folderOf({ "a.json": recordsText(events(1)) });
    const table: [Projection, RegExp][] = [
      [projection("missing"), /no function `missing`/],
      [projection("number"), /no function `number`/],
      [projection("makesNothing"), /makes no function/],
      [projection("failing"), /no such database/],
      [{ module: `${MODULE}.missing`, name: "x" }, /cannot use the projection/],
    ];
    for (const [wrong, message] of table) {
      for (const threads of [0, 2]) {
        await expect(readAll([folder], { threads, projection: wrong })).rejects.toMatchObject({
          name: "TrailError",
          code: "projection-invalid",
          message: expect.stringMatching(message),
        });
      }
    }
  });
});

describe("a thread that breaks down", () => {
  const files = {
    "a.json": recordsText(events(10)),
    "b.json": recordsText(events(10, 10)),
    "c.json": recordsText(events(10, 20)),
    "d.json": recordsText(events(10, 30)),
  };

  for (const threads of [1, 2]) {
    test(`costs the file that it was at, of ${threads}`, async () => {
      const options = { threads, projection: projection("deadly", { at: ["e13"] }) };
      const had = await readAll<string>([folderOf(files)], options);
      expect(had.reasons).toEqual(["worker-failed"]);
      expect(had.totals.files).toMatchObject({ found: 4, log: 3, unreadable: 1 });
      const others = had.events.filter((id) => Number(id.slice(1)) < 10 || Number(id.slice(1)) >= 20);
      expect(others).toEqual([...events(10), ...events(20, 20)].map(({ eventID }) => eventID));
    });

    test(`twice, and at the last file, of ${threads}`, async () => {
      const options = { threads, projection: projection("deadly", { at: ["e0", "e25", "e39"] }) };
      const had = await readAll<string>([folderOf(files)], options);
      expect(had.reasons).toEqual(["worker-failed", "worker-failed", "worker-failed"]);
      expect(had.events.filter((id) => Number(id.slice(1)) >= 10 && Number(id.slice(1)) < 20)).toHaveLength(10);
    });

    test(`for a reason of its own, of ${threads}`, async () => {
      const options = { threads, projection: projection("laterDeadly", { at: "e13" }) };
      const folder = folderOf({ "a.json": lines(events(50_000)), "b.json": lines(events(2, 50_000)) });
      const had = await readAll<string>([folder], options);
      expect(had.reasons).toEqual(["worker-failed"]);
      expect(had.events.slice(-2)).toEqual(["e50000", "e50001"]);
    });
  }

  test("in a large file: what came before stays, and the bytes add up", async () => {
    const folder = folderOf({ "a.json": lines(events(20_000)), "b.json": lines(events(5, 20_000)) });
    for (const threads of [1, 2]) {
      const options = { threads, projection: projection("deadly", { at: ["e15000"] }) };
      const had = await readAll<string>([folder], options);
      expect(had.reasons).toEqual(["worker-failed"]);
      expect(had.events.slice(-5)).toEqual(["e20000", "e20001", "e20002", "e20003", "e20004"]);
      const before = had.events.slice(0, -5);
      expect(before.length).toBeGreaterThan(1000);
      expect(before).toEqual(events(before.length).map(({ eventID }) => eventID));
    }
  });
});

describe("an end before the end", () => {
  /** Afterwards: no thread that was spoken to is there any more, and no file is open. */
  function watchThreads(): () => void {
    const post = vi.spyOn(Worker.prototype, "postMessage");
    return () => {
      const workers = new Set(post.mock.contexts as Worker[]);
      post.mockRestore();
      expect(workers.size).toBeGreaterThan(0);
      // What Node gives as the ID of a thread that has ended.
      expect([...workers].map(({ threadId }) => threadId)).toEqual([...workers].map(() => -1));
      expect(openFilesIn("iamb-trail-")).toEqual([]);
    };
  }

  for (const threads of [0, 1, 2]) {
    test(`break, with ${threads} threads`, async () => {
      const folder = manyFiles();
      const expectEnd = threads > 0 ? watchThreads() : () => {};
      const reader = readTrail([folder], { threads });
      const had: TrailItem[] = [];
      for await (const item of reader) {
        had.push(item);
        if (had.length === 500) break;
      }
      expectEnd();
      expect(had).toEqual((await readAll([folder])).items.slice(0, 500));
      // Totals are of batches that were handed out.
      expect(reader.totals.events).toBeGreaterThanOrEqual(499);
    });

    test(`abort, with ${threads} threads`, async () => {
      const folder = manyFiles();
      const expectEnd = threads > 0 ? watchThreads() : () => {};
      const controller = new AbortController();
      const reader = readTrail([folder], { threads, signal: controller.signal });
      const reason = new Error("enough");
      const reading = (async () => {
        for await (const _ of reader.batches()) controller.abort(reason);
      })();
      await expect(reading).rejects.toBe(reason);
      expectEnd();
    });

    test(`abort while a stream has nothing, with ${threads} threads`, async () => {
      const controller = new AbortController();
      const destroyed = vi.fn();
      const silent = {
        destroy: destroyed,
        [Symbol.asyncIterator]: () => ({
          next: () => {
            setTimeout(() => controller.abort(new Error("enough")), 5);
            return new Promise<never>(() => {});
          },
        }),
      };
      const reading = readAll([{ name: "s", chunks: silent }], { threads, signal: controller.signal });
      await expect(reading).rejects.toThrow("enough");
      expect(destroyed).toHaveBeenCalled();
    });

    test(`break closes a stream, with ${threads} threads`, async () => {
      const closed = vi.fn();
      async function* chunks(): AsyncGenerator<Uint8Array> {
        try {
          for (let from = 0; ; from += 100) yield Buffer.from(lines(events(100, from)));
        } finally {
          closed();
        }
      }
      for await (const _ of readTrail([{ name: "s", chunks: chunks() }], { threads })) break;
      await vi.waitFor(() => expect(closed).toHaveBeenCalled());
    });

    test(`aborted before it began, with ${threads} threads`, async () => {
      const signal = AbortSignal.abort(new Error("never"));
      await expect(readAll([manyFiles()], { threads, signal })).rejects.toThrow("never");
    });

    test(`break closes large files, packed or not, with ${threads} threads`, async () => {
      const noise = randomBytes(5 << 20).toString("hex");
      const text = lines([...events(3000), { eventName: "X", noise }]);
      for (const content of [text, gzipSync(text)]) {
        const path = `${folderOf({ "a.json": content })}/a.json`;
        for await (const _ of readTrail([path], { threads })) break;
        // A stream of Node's is closed by a thread of libuv's.
        await vi.waitFor(() => expect(openFilesIn("iamb-trail-")).toEqual([]));
      }
    });

    test(`an error of the caller's, with ${threads} threads`, async () => {
      const folder = manyFiles();
      const reading = (async () => {
        for await (const _ of readTrail([folder], { threads })) throw new Error("mine");
      })();
      await expect(reading).rejects.toThrow("mine");
      expect(openFilesIn("iamb-trail-")).toEqual([]);
    });
  }
});

/** Open files of this process with such a name. */
function openFilesIn(name: string): string[] {
  if (!existsSync("/proc/self/fd")) return [];
  return readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.includes(name) ? [path] : [];
    } catch {
      return [];
    }
  });
}

test("stored bytes grow while a large file is read", async () => {
  const folder = folderOf({ "a.json": lines(events(60_000)) });
  for (const threads of [0, 1]) {
    const reader = readTrail([folder], { threads });
    const seen: number[] = [];
    for await (const _ of reader.batches()) seen.push(reader.storedRead);
    expect(new Set(seen).size).toBeGreaterThan(3);
    expect(seen).toEqual([...seen].sort((left, right) => left - right));
    expect(reader.storedRead).toBe(reader.totals.bytes.stored);
    expectToAddUp([], { ...reader.totals, events: 0, unreadable: new Map() });
  }
});

test("no more threads are started than there is work for", async () => {
  const post = vi.spyOn(Worker.prototype, "postMessage");
  const had = await readAll([folderOf({ "a.json": recordsText(events(1)) })], { threads: 4 });
  expect(had.events).toHaveLength(1);
  expect(new Set(post.mock.contexts).size).toBe(1);
  post.mockRestore();
});
