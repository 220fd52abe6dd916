/** What a trail is read from: folders in AWS's layout, several paths, streams, standard input. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { isOfAnotherService } from "../../../src/trail/read/sources.js";
import { readTrail } from "../../../src/trail/read.js";
import { events, folderOf, lines, readAll, recordsText, streamOf } from "./reading.js";

const DIGEST = JSON.stringify({
  awsAccountId: "111111111111",
  digestS3Object: "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/11/24/d.json.gz",
  logFiles: [{ s3Object: "x", hashValue: "y" }],
});
const INSIGHT = recordsText([{ eventVersion: "1.09", eventType: "AwsCloudTrailInsight", eventCategory: "Insight" }]);

test("AWS's layout: logs in the order of their days, digests, insights, other services", async () => {
  const account = "AWSLogs/111111111111";
  const folder = folderOf({
    [`${account}/CloudTrail/eu-west-1/2026/11/24/b.json.gz`]: gzipSync(recordsText(events(2, 2))),
    [`${account}/CloudTrail/eu-west-1/2026/11/23/a.json.gz`]: gzipSync(recordsText(events(2))),
    [`${account}/CloudTrail/us-east-1/2026/11/23/c.json`]: recordsText(events(1, 4)),
    [`${account}/CloudTrail/us-east-1/2026/11/25/quiet.json`]: recordsText([]),
    [`${account}/CloudTrail-Digest/eu-west-1/2026/11/24/d.json.gz`]: gzipSync(DIGEST),
    [`${account}/CloudTrail-Insight/eu-west-1/2026/11/24/i.json.gz`]: gzipSync(INSIGHT),
    [`${account}/elasticloadbalancing/eu-west-1/2026/11/24/l.log.gz`]: gzipSync("http 2026-11-24"),
    [`${account}/Config/eu-west-1/2026/11/24/c.json.gz`]: gzipSync("{}"),
    "notes.txt": "not a log",
  });
  for (const threads of [0, 2]) {
    const { events: found, items, totals, reasons } = await readAll([folder], { threads });
    const ids = found.flatMap((event) => (event["eventID"] === undefined ? [] : [event["eventID"]]));
    expect(ids).toEqual(["e0", "e1", "e2", "e3", "e4"]);
    expect(totals.files).toEqual({ found: 9, log: 3, insight: 1, digest: 1, empty: 1, elsewhere: 2, unreadable: 1 });
    expect(reasons).toEqual(["unknown-format"]);
    expect(items.at(-1)!.place.file).toBe(join(folder, "notes.txt"));
  }
});

test("which folders are other services'", () => {
  const table: [string, boolean][] = [
    ["b/AWSLogs/111111111111/CloudTrail/eu-west-1/x", false],
    ["b/AWSLogs/o-abc/111111111111/CloudTrail/eu-west-1/x", false],
    ["b/AWSLogs/o-abc/111111111111/CloudTrail-Digest/x", false],
    ["b/AWSLogs/111111111111/vpcflowlogs/eu-west-1/x", true],
    ["b/AWSLogs/o-abc/111111111111/Config/x", true],
    ["b/AWSLogs/111111111111/CloudTrailish/x", true],
    ["b/AWSLogs/111111111111/x.json", false],
    ["b/AWSLogs/mine/vpcflowlogs/x", false],
    ["b/logs/111111111111/vpcflowlogs/x", false],
    ["b\\AWSLogs\\111111111111\\vpcflowlogs\\x", true],
  ];
  for (const [path, expected] of table) expect(isOfAnotherService(path), path).toBe(expected);
});

test("a file of another service that the caller names is read", async () => {
  const path = `${folderOf({ "AWSLogs/111111111111/copies/x.json": recordsText(events(1)) })}/AWSLogs/111111111111/copies/x.json`;
  expect((await readAll([path])).events).toHaveLength(1);
});

describe("several paths", () => {
  test("come in their order, the same twice if it is named twice", async () => {
    const folder = folderOf({ "b.json": recordsText(events(1)), "a.json": recordsText(events(1, 1)) });
    const { events: found } = await readAll([
      `${folder}/b.json`,
      folder,
      streamOf("s", Buffer.from(lines(events(1, 2)))),
    ]);
    expect(found.map((event) => event["eventID"])).toEqual(["e0", "e1", "e0", "e2"]);
  });

  test("of which one does not exist: nothing is read", async () => {
    const folder = folderOf({ "a.json": recordsText(events(1)) });
    for (const threads of [0, 1]) {
      const reader = readTrail([folder, `${folder}/missing`], { threads });
      const had: unknown[] = [];
      const reading = (async () => {
        for await (const item of reader) had.push(item);
      })();
      await expect(reading).rejects.toMatchObject({ name: "TrailError", code: "path-not-found" });
      expect(had).toEqual([]);
    }
  });

  test("none: nothing, and totals of nothing", async () => {
    expect((await readAll([])).totals.files.found).toBe(0);
  });
});

describe("what cannot be opened", () => {
  test("a link to nowhere and a link in circles", async () => {
    const folder = folderOf({ "a.json": recordsText(events(1)) });
    symlinkSync(join(folder, "nowhere"), join(folder, "b.json"));
    mkdirSync(join(folder, "sub"));
    symlinkSync(folder, join(folder, "sub", "around"));
    const { events: found, items, reasons, totals } = await readAll([folder]);
    expect(found).toHaveLength(1);
    expect(reasons).toEqual(["io-error"]);
    expect(items.find(({ kind }) => kind === "unreadable")).toMatchObject({
      message: "ENOENT: no such file or directory",
      place: { file: join(folder, "b.json"), record: null, line: null, offset: null, size: 0 },
    });
    expect(totals.files).toMatchObject({ found: 2, log: 1, unreadable: 1 });
  });

  test("what is neither a file nor a folder: nobody waits for it", async () => {
    const folder = folderOf({ "b.json": recordsText(events(1)) });
    execFileSync("mkfifo", [join(folder, "a.json")]);
    const { events: found, items } = await readAll([folder]);
    expect(found).toHaveLength(1);
    expect(items[0]).toMatchObject({ reason: "io-error", message: "not a file" });
  });

  test("a file that is gone when its turn comes, and one that is a folder then", async () => {
    const folder = folderOf({ "a.json": lines(events(3000)), "b.json": lines(events(1)), "c.json": lines(events(1)) });
    const reasons: string[] = [];
    let isFirst = true;
    for await (const items of readTrail([folder], { threads: 0 }).batches()) {
      if (isFirst) {
        rmSync(join(folder, "b.json"));
        mkdirSync(join(folder, "b.json"));
        rmSync(join(folder, "c.json"));
      }
      isFirst = false;
      for (const item of items) if (item.kind === "unreadable") reasons.push(item.reason);
    }
    // The folder's names were listed, but each is looked at when its turn comes.
    expect(reasons).toEqual(["io-error"]);
  });

  test("a stream that breaks off", async () => {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(lines(events(2)));
      yield Buffer.from('{"eventName":');
      throw new Error("the line is dead");
    }
    for (const threads of [0, 1]) {
      const { events: found, items } = await readAll([{ name: "s", chunks: chunks() }], { threads });
      expect(found).toEqual(events(2));
      expect(items.at(-1)).toMatchObject({
        reason: "io-error",
        message: "the line is dead",
        place: { record: 2, size: 13 },
      });
    }
  });
});

test("`-` is standard input, of bytes or of texts", async () => {
  const text = lines(events(3));
  for (const threads of [0, 1]) {
    const stdins = [Readable.from([Buffer.from(text)]), Readable.from([text]), Readable.from([gzipSync(text)])];
    for (const stdin of stdins) {
      const { events: found, items } = await readAll(["-"], { threads, stdin });
      expect(found).toEqual(events(3));
      expect(items[0]!.place.file).toBe("<stdin>");
    }
  }
});

test("what is no log says what it is instead", async () => {
  const table: [string | Uint8Array, RegExp][] = [
    [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), /Zstandard/],
    [Buffer.from("BZh91AY"), /bzip2/],
    [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), /xz/],
    [Buffer.from("PK\u0003\u0004..."), /ZIP/],
    [Buffer.from("\ufeff[]", "utf16le"), /UTF-16/],
    ["name,age\n1,2\n", /neither JSON nor CSV with a trail's columns: no column is called/],
    ["version account-id interface-id\n", /neither/],
    ["\u0000\u0001\u0002", /neither/],
  ];
  for (const [content, expected] of table) {
    const { items, totals } = await readAll([`${folderOf({ x: content })}/x`]);
    expect(items).toMatchObject([{ reason: "unknown-format", message: expect.stringMatching(expected) }]);
    expect(totals.files.unreadable).toBe(1);
  }
});
