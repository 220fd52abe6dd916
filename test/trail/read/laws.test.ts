/** What holds for every input, damaged or not: totals add up, nothing is read twice, and neither pieces nor threads matter. */
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CsvReader, type RowSink } from "../../../src/trail/read/csv.js";
import type { TrailItem } from "../../../src/trail/read.js";
import { events, folderOf, type Had, lines, lookupText, readAll, recordsText, streamOf } from "./reading.js";

const CSV = `eventname,eventsource,eventid\n${Array.from({ length: 6 }, (_, at) => `"Get,\n""X""${at}",s3,i${at}\n`).join("")}`;
const WHOLE = [
  recordsText(events(6)),
  JSON.stringify({ Records: events(3) }, null, 2),
  lines(events(6)),
  lines([...events(2), { Records: events(2) }, 7, { x: 1 }]),
  lookupText(events(3)),
  CSV,
];

/** What happens to bytes on their way. */
type Damage =
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "cut"; readonly at: number; readonly size: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "end"; readonly at: number };

const AT = fc.nat({ max: 0xffff });
const DAMAGE: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), at: AT, byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant("cut" as const), at: AT, size: fc.integer({ min: 1, max: 400 }) }),
  fc.record({
    kind: fc.constant("insert" as const),
    at: AT,
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 5 }),
      fc
        .constantFrom("{", "}", "[", "]", '"', ",", "\n", "\\", '{"Records":[', "]}", "\r\n{")
        .map((text) => Buffer.from(text)),
    ),
  }),
  fc.record({ kind: fc.constant("end" as const), at: AT }),
);

function damaged(bytes: Buffer, damages: readonly Damage[]): Buffer {
  return damages.reduce((whole, damage) => {
    const at = whole.length === 0 ? 0 : damage.at % whole.length;
    switch (damage.kind) {
      case "set": {
        const copy = Buffer.from(whole);
        if (copy.length > 0) copy[at] = damage.byte;
        return copy;
      }
      case "cut":
        return Buffer.concat([whole.subarray(0, at), whole.subarray(at + damage.size)]);
      case "insert":
        return Buffer.concat([whole.subarray(0, at), damage.bytes, whole.subarray(at)]);
      case "end":
        return whole.subarray(0, at);
    }
  }, bytes);
}

const TEXT = fc
  .tuple(fc.constantFrom(...WHOLE), fc.array(DAMAGE, { maxLength: 4 }))
  .map(([text, damages]) => damaged(Buffer.from(text), damages));
const PACKED = fc
  .tuple(TEXT, fc.array(DAMAGE, { maxLength: 2 }))
  .map(([text, damages]) => damaged(gzipSync(text), damages));

function withoutFile(items: readonly TrailItem[]): object[] {
  return items.map((item) => ({ ...item, place: { ...item.place, file: "" } }));
}

/** Records lie in the text one after another, and are numbered so. */
function expectOrder({ items, totals }: Had<unknown>): void {
  let end = 0;
  let count = 0;
  for (const { place } of items) {
    if (place.record !== null) expect(place.record).toBe(count++);
    if (place.offset === null) continue;
    // Records of a list in one line all stand at the line.
    if (place.size > 0) expect(place.offset).toBeGreaterThanOrEqual(end);
    end = Math.max(end, place.offset + place.size);
    expect(end).toBeLessThanOrEqual(totals.bytes.text);
  }
}

describe("one input", () => {
  test("text: however it arrives", async () => {
    await fc.assert(
      fc.asyncProperty(TEXT, fc.integer({ min: 1, max: 200 }), async (bytes, size) => {
        const whole = await readAll([streamOf("s", bytes, bytes.length + 1)]);
        expectOrder(whole);
        expect(whole.totals.files.found).toBe(1);
        expect(whole.totals.bytes.stored).toBe(bytes.length);
        const pieces = await readAll([streamOf("s", bytes, size)]);
        expect(withoutFile(pieces.items)).toEqual(withoutFile(whole.items));
        expect(pieces.totals).toEqual(whole.totals);
      }),
    );
  });

  test("packed: it adds up, and what came whole is what the text gives", async () => {
    await fc.assert(
      fc.asyncProperty(PACKED, fc.integer({ min: 1, max: 200 }), async (bytes, size) => {
        const had = await readAll([streamOf("s", bytes, size)]);
        expectOrder(had);
        expect(had.totals.bytes.stored).toBeGreaterThanOrEqual(0);
        const text = unpackedOrNull(bytes);
        if (text === null) return;
        const plain = await readAll([streamOf("s", text)]);
        expect(withoutFile(had.items)).toEqual(withoutFile(plain.items));
      }),
      { numRuns: 400 },
    );
  });
});

/** Everything that a CSV reader says, with rows of at most 60 bytes. */
function csvCalls(bytes: Buffer, base: number, size: number): unknown[] {
  const calls: unknown[] = [];
  const sink: RowSink = { row: (...call) => calls.push(call), broken: (...call) => calls.push(call) };
  const reader = new CsvReader(sink, 60, 64);
  for (let at = 0; at < bytes.length; at += size) {
    for (const _ of reader.read(bytes.subarray(at, at + size), base + at));
  }
  reader.finish(null);
  return calls;
}

test("CSV: its rows lie where they are, however they arrive", () => {
  const text = fc.array(DAMAGE, { maxLength: 4 }).map((damages) => damaged(Buffer.from(CSV), damages));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 80 }), (bytes, size) => {
      const whole = csvCalls(bytes, 3, bytes.length + 1);
      expect(csvCalls(bytes, 3, size)).toEqual(whole);
      for (const call of whole) {
        const { offset } = (call as unknown[]).at(-2) as { readonly offset: number };
        expect(offset).toBeGreaterThanOrEqual(3);
        expect(offset - 3 + ((call as unknown[]).at(-1) as number)).toBeLessThanOrEqual(bytes.length);
      }
    }),
  );
});

/** Null where it is not gzip, or something is wrong with it. */
function unpackedOrNull(bytes: Buffer): Buffer | null {
  try {
    const text = gunzipSync(bytes);
    // What zlib ignores behind the data, we say.
    return bytes[0] === 0x1f && !isGzip(text) && endsWithData(bytes) ? text : null;
  } catch {
    return null;
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Whether zlib took every byte. */
function endsWithData(bytes: Buffer): boolean {
  const { engine } = gunzipSync(bytes, { info: true }) as unknown as { engine: { bytesWritten: number } };
  return engine.bytesWritten === bytes.length;
}

test("files damaged at random: the same with 0, 1 and 2 threads", async () => {
  const files: Record<string, Uint8Array> = {};
  for (const [index, bytes] of fc.sample(fc.oneof(TEXT, PACKED), { numRuns: 600, seed: 7 }).entries()) {
    files[`f${String(index).padStart(4, "0")}`] = bytes;
  }
  const folder = folderOf(files);
  const alone = await readAll([folder]);
  expect(alone.totals.files.found).toBe(600);
  expect(alone.totals.bytes.stored).toBe(Object.values(files).reduce((sum, { length }) => sum + length, 0));
  expect(alone.events.length).toBeGreaterThan(700);
  expect(alone.reasons.length).toBeGreaterThan(300);
  for (const threads of [1, 2]) {
    const had = await readAll([folder], { threads });
    expect(had.items).toEqual(alone.items);
    expect(had.totals).toEqual(alone.totals);
  }
});

/** A reading that anybody can check: one line, one value. */
function readSimply(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const { eventName, eventSource, eventType, eventVersion } = value as Record<string, unknown>;
    return [eventName, eventSource, eventType, eventVersion].some((field) => typeof field === "string") ? value : null;
  } catch {
    return null;
  }
}

const LINE = fc.oneof(
  fc.constantFrom(...events(20).map((event) => JSON.stringify(event))),
  fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
  fc.record({ eventName: fc.string(), x: fc.jsonValue({ maxDepth: 3 }) }).map((value) => JSON.stringify(value)),
  fc
    .tuple(
      fc.constantFrom(...events(5).map((event) => JSON.stringify(event))),
      fc.nat(),
      fc.constantFrom("", '"', "}", "{", ",", "]", "\\"),
    )
    .map(([line, at, put]) => line.slice(0, at % line.length) + put + line.slice((at % line.length) + 1)),
);

test("lines: each is what JSON.parse alone makes of it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(LINE, { maxLength: 30 }), async (given) => {
      // A first line that is whole says that every line is a value.
      const all = [
        JSON.stringify(events(1)[0]),
        ...given.filter((line) => /^[^\n]+$/.test(line) && line.trim() !== ""),
      ];
      const { events: found, items } = await readAll([streamOf("s", Buffer.from(`${all.join("\n")}\n`), 777)]);
      expect(items).toHaveLength(all.length);
      const expected = all.map(readSimply);
      expect(found).toEqual(expected.filter((value) => value !== null));
      expect(items.map(({ kind }) => kind === "event")).toEqual(expected.map((value) => value !== null));
    }),
  );
});

test("lists: each element is what JSON.parse alone makes of it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 4 })),
      fc.boolean(),
      fc.nat({ max: 3 }),
      async (list, isBare, indent) => {
        const text = JSON.stringify(isBare ? list : { Records: list }, null, indent);
        const { events: found, items } = await readAll([streamOf("s", Buffer.from(text), 100)]);
        expect(items).toHaveLength(list.length);
        expect(found).toEqual(list.map((value) => readSimply(JSON.stringify(value))).filter((value) => value !== null));
      },
    ),
  );
});
