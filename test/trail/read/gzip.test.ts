/** Packed files that are damaged: everything before the damage is read, and the damage is said. */
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { events, folderOf, lines, readAll, recordsText, streamOf } from "./reading.js";

const LIST = events(400).map((value, index) => ({ ...value, requestID: `${index * 7919}` }));
const TEXT = lines(LIST);
const PACKED = gzipSync(TEXT);

/** As a file, and as a stream: these take different roads. */
async function readBoth(bytes: Uint8Array, name = "t.json.gz"): Promise<Awaited<ReturnType<typeof readAll>>> {
  const file = await readAll([`${folderOf({ [name]: bytes })}/${name}`]);
  const stream = await readAll([streamOf(name, bytes, 1000)]);
  expect(stream.reasons.map(reasonOf)).toEqual(file.reasons.map(reasonOf));
  return file;
}

function reasonOf(text: string): string {
  return text.split("@")[0]!;
}

describe("cut short", () => {
  for (const share of [0.999, 0.9, 0.5, 0.1]) {
    test(`to ${share} of its size`, async () => {
      const { events: found, reasons, totals } = await readBoth(PACKED.subarray(0, Math.floor(PACKED.length * share)));
      expect(found).toEqual(LIST.slice(0, found.length));
      expect(found.length).toBeGreaterThan(LIST.length * (share - 0.1));
      expect(reasons.map(reasonOf)).toEqual(["gzip-truncated"]);
      expect(totals.files.log).toBe(found.length > 0 ? 1 : 0);
    });
  }

  test("at every byte of its header and trailer", async () => {
    const packed = gzipSync("", { level: 0 });
    for (let size = 3; size < packed.length; size++) {
      const { reasons, totals } = await readAll([streamOf("t.gz", packed.subarray(0, size))]);
      expect(reasons, `${size} bytes`).toEqual(["gzip-truncated"]);
      expect(totals.files.unreadable).toBe(1);
    }
    expect((await readAll([streamOf("t.gz", packed)])).totals.files.empty).toBe(1);
  });

  test("to nothing", async () => {
    for (const name of ["t.json.gz", "T.GZ"])
      expect((await readBoth(Buffer.alloc(0), name)).reasons).toEqual(["gzip-truncated"]);
    expect((await readBoth(Buffer.alloc(0), "t.json")).totals.files.empty).toBe(1);
  });
});

describe("corrupt", () => {
  test("in the middle", async () => {
    const bytes = Buffer.from(PACKED);
    const half = bytes.length >> 1;
    bytes.fill(0xff, half, half + 20);
    const { events: found, reasons } = await readBoth(bytes);
    // A byte that still decodes may spoil a record before the decompressor notices.
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.some((reason) => reason.startsWith("gzip-corrupt"))).toBe(true);
    expect(found.length).toBeGreaterThan(LIST.length / 4);
    expect(found.slice(0, 90)).toEqual(LIST.slice(0, 90));
  });

  test("in its checksum or its size: all records are there, and the doubt is said", async () => {
    for (const at of [8, 4]) {
      const bytes = Buffer.from(PACKED);
      bytes[bytes.length - at] = bytes[bytes.length - at]! ^ 1;
      const { events: found, reasons } = await readBoth(bytes);
      expect(found).toEqual(LIST);
      expect(reasons).toEqual(["gzip-corrupt"]);
    }
  });

  test("in its header", async () => {
    const bytes = Buffer.from(PACKED);
    bytes[3] = 0xe0;
    expect((await readBoth(bytes)).reasons).toEqual(["gzip-corrupt"]);
  });

  test("names, comments and extra fields of a header are skipped", async () => {
    const extra = Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7, 0x6e, 0, 0x63, 0, 1, 2]);
    const { events: found, reasons } = await readAll([streamOf("t", Buffer.concat([extra, PACKED.subarray(10)]))]);
    expect(found).toEqual(LIST);
    expect(reasons).toEqual([]);
  });
});

describe("several members", () => {
  test("are one text", async () => {
    const at = TEXT.length >> 1;
    const { events: found, reasons } = await readBoth(
      Buffer.concat([gzipSync(TEXT.slice(0, at)), gzipSync(TEXT.slice(at))]),
    );
    expect(found).toEqual(LIST);
    expect(reasons).toEqual([]);
  });

  test("of delivered files", async () => {
    const parts = [gzipSync(recordsText(LIST.slice(0, 9))), gzipSync(recordsText(LIST.slice(9)))];
    expect((await readBoth(Buffer.concat(parts))).events).toEqual(LIST);
  });

  test("with zeros behind them, as padding", async () => {
    const { events: found, reasons } = await readBoth(Buffer.concat([PACKED, Buffer.alloc(10_000)]));
    expect(found).toEqual(LIST);
    expect(reasons).toEqual([]);
  });

  test("of which the second is cut short", async () => {
    const { events: found, reasons } = await readBoth(Buffer.concat([PACKED, PACKED.subarray(0, 40)]));
    expect(found.slice(0, LIST.length)).toEqual(LIST);
    expect(reasons.map(reasonOf)).toEqual(["gzip-truncated"]);
  });
});

test("bytes behind the packed data are counted", async () => {
  const { items, events: found, reasons } = await readBoth(Buffer.concat([PACKED, Buffer.from("what is this?")]));
  expect(found).toEqual(LIST);
  expect(reasons).toEqual(["gzip-trailing-bytes"]);
  expect(items.at(-1)).toMatchObject({ message: `13 bytes behind the compressed data, from byte ${PACKED.length}` });
});

test("what is packed three times is not unpacked without end", async () => {
  const { reasons, totals } = await readBoth(gzipSync(gzipSync(gzipSync(TEXT))));
  expect(reasons).toEqual(["unknown-format"]);
  expect(totals.files.unreadable).toBe(1);
});

test("a file of much text, and one of large files", async () => {
  const noise = randomBytes(1 << 20).toString("hex");
  const list = [0, 1, 2].map((turn) => ({ ...LIST[turn], requestParameters: { noise: noise + turn } }));
  // Beyond what is unpacked in one go, and beyond what is read in one go.
  const much = gzipSync(`${recordsText(LIST)}${" ".repeat(70 * 2 ** 20)}${recordsText(list)}`, { level: 1 });
  const large = gzipSync(lines([...list, ...list, ...list]), { level: 1 });
  expect(large.length).toBeGreaterThan(4 * 2 ** 20);
  const folder = folderOf({ "much.gz": much, "large.gz": large });
  const { events: found, reasons, totals } = await readAll([folder]);
  expect(found).toEqual([...list, ...list, ...list, ...LIST, ...list]);
  expect(reasons).toEqual([]);
  expect(totals.bytes.stored).toBe(much.length + large.length);
});
