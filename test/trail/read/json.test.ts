/** JSON that is not as CloudTrail writes it: what cannot be read has its reason and place, and costs no more than itself. */
import { describe, expect, test } from "vitest";
import { readTrail } from "../../../src/trail/read.js";
import { event, events, folderOf, lookupText, readAll, recordsText, streamOf } from "./reading.js";

const A = event({ eventID: "a" });
const B = event({ eventID: "b" });
const [a, b] = [JSON.stringify(A), JSON.stringify(B)];

/** An event nested so deep: `eventName` is at depth 1. */
function nested(depth: number): string {
  return `{"eventName":"N","requestParameters":${'{"x":'.repeat(depth - 1)}1${"}".repeat(depth - 1)}}`;
}

interface Case {
  readonly text: string | Uint8Array;
  /** `eventID`s of what is read. */
  readonly ids: readonly unknown[];
  readonly reasons: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  "half a record in a line": {
    text: `${a}\n${b.slice(0, 30)}\n${b}\n`,
    ids: ["a", "b"],
    reasons: ["invalid-json@1"],
  },
  "half a record as the first line": {
    text: `${a.slice(20)}\n${a}\n${b}\n`,
    ids: ["a", "b"],
    reasons: ["invalid-json@0"],
  },
  "half a record as the first of many lines that are not cut between braces": {
    text: `${a.slice(0, 40)}\n${a}\n${b}\n`,
    ids: ["a", "b"],
    reasons: ["invalid-json@0"],
  },
  "half a record at the end of a list": {
    text: `{"Records":[${a},${b.slice(0, 30)}`,
    ids: ["a"],
    reasons: ["truncated@1"],
  },
  "a list that ends behind a record": { text: `{"Records":[${a},${b}`, ids: ["a", "b"], reasons: ["truncated"] },
  "a list that ends behind a comma": { text: `{"Records":[${a},`, ids: ["a"], reasons: ["truncated"] },
  "a list that never begins": { text: `{"Records":[`, ids: [], reasons: ["truncated"] },
  "a list whose object does not end": { text: `{"Records":[${a}]`, ids: ["a"], reasons: ["truncated"] },
  "a list of records whose object has other members": {
    text: `{"x":[1,{"y":[]}],"Records" : [${a}] , "Records":[${b}],"z":"]}"}`,
    ids: ["a", "b"],
    reasons: [],
  },
  "something behind a list that is not JSON": {
    text: `{"Records":[${a}],nonsense}`,
    ids: ["a"],
    reasons: ["invalid-json@1"],
  },
  "a comma too many": { text: `{"Records":[${a},,${b},]}`, ids: ["a", "b"], reasons: ["invalid-json", "invalid-json"] },
  "a missing comma": { text: `{"Records":[${a}${b}]}`, ids: [], reasons: ["invalid-json@0"] },
  "records that are no objects": {
    text: `{"Records":[1,"x",null,[${a}],${a}]}`,
    ids: ["a"],
    reasons: ["not-an-object@0", "not-an-object@1", "not-an-object@2", "not-an-object@3"],
  },
  "an object without the fields of an event": {
    text: `[{},{"eventName":7},${a}]`,
    ids: ["a"],
    reasons: ["not-an-event@0", "not-an-event@1"],
  },
  "invented fields": {
    text: `[{"eventName":"X","eventID":"i","__proto__":{"x":1},"constructor":2,"":3}]`,
    ids: ["i"],
    reasons: [],
  },
  "a key twice": {
    text: `[{"eventID":"1","eventName":"A","eventName":"B"},${a}]`,
    ids: ["a"],
    reasons: ["duplicate-key@0"],
  },
  "a key twice, once with escapes": {
    text: `[{"eventName":"A","event\\u004eame":"B"},${a}]`,
    ids: ["a"],
    reasons: ["duplicate-key@0"],
  },
  "a key twice, deep inside": {
    text: `[{"eventName":"A","x":[{"y":1,"y":1}]},${a}]`,
    ids: ["a"],
    reasons: ["duplicate-key@0"],
  },
  "half a surrogate pair": { text: `[{"eventName":"\\ud83d"},${a}]`, ids: ["a"], reasons: ["ill-formed-text@0"] },
  "half a surrogate pair in a key": {
    text: `[{"eventName":"A","\\uDE00":1},${a}]`,
    ids: ["a"],
    reasons: ["ill-formed-text@0"],
  },
  "a whole surrogate pair": { text: `[{"eventName":"\\ud83d\\ude00","eventID":"p"}]`, ids: ["p"], reasons: [] },
  "bytes that are not UTF-8": {
    text: Buffer.concat([Buffer.from('[{"eventName":"'), Buffer.from([0xc3, 0x28]), Buffer.from(`"},${a}]`)]),
    ids: ["a"],
    reasons: ["invalid-utf8@0"],
  },
  "surrogates in UTF-8": {
    text: Buffer.concat([Buffer.from('[{"eventName":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(`"},${a}]`)]),
    ids: ["a"],
    reasons: ["invalid-utf8@0"],
  },
  "the deepest nesting there may be": { text: nested(64), ids: [undefined], reasons: [] },
  "one level too many": { text: `${nested(65)}\n${a}`, ids: ["a"], reasons: ["too-deep@0"] },
  "very many levels": { text: `${nested(300_000)}\n${a}`, ids: ["a"], reasons: ["too-deep@0"] },
  "a million brackets that never close": {
    text: `${a}\n${"[".repeat(1_000_000)}\n${b}\n`,
    ids: ["a", "b"],
    reasons: ["too-deep@1"],
  },
  "a raw newline inside a string": {
    text: `[{"eventName":"A\nB"},${a}]`,
    ids: [],
    reasons: ["truncated@0"],
  },
  "a line that spills into the next": {
    text: `${b}\n${a},{"c\nd" : 1, "x::y" : 2 }\n${b}\n`,
    ids: ["b", "b"],
    reasons: ["invalid-json@1", "invalid-json@2"],
  },
  "a line with two values": { text: `${a}\n${a},${b}\n${b}\n`, ids: ["a", "b"], reasons: ["invalid-json@1"] },
  "an event in lookup-events without its text": {
    text: `{"Events":[{"EventId":"x"},{"CloudTrailEvent":7},{"CloudTrailEvent":${JSON.stringify(a)}}]}`,
    ids: ["a"],
    reasons: ["not-an-event@0", "not-an-event@1"],
  },
  "an event in lookup-events whose text is damaged": {
    text: `{"Events":[{"CloudTrailEvent":"{"},{"CloudTrailEvent":"{\\"eventName\\":\\"A\\",\\"eventName\\":\\"B\\"}"}]}`,
    ids: [],
    reasons: ["invalid-json@0", "duplicate-key@1"],
  },
  "mixed schemas, line by line": {
    text: `${a}\n${recordsText([B])}\n${JSON.stringify(JSON.parse(lookupText([A])))}\n{"message":"no event"}\n`,
    ids: ["a", "b", "a"],
    reasons: ["not-an-event@3"],
  },
  "blank lines": { text: `\n\n${a}\n \r\n\t\n${b}\n\n`, ids: ["a", "b"], reasons: [] },
};

describe("damage", () => {
  for (const [name, { text, ids, reasons }] of Object.entries(CASES)) {
    test(name, async () => {
      const bytes = Buffer.from(text);
      const had = await readAll([`${folderOf({ "t.json": bytes })}/t.json`]);
      expect(had.reasons).toEqual(reasons);
      expect(had.events.map((found) => found["eventID"])).toEqual(ids);
      // However the bytes arrive.
      for (const size of [1, 3, 64]) {
        if (bytes.length > 100_000 && size < 64) continue;
        const streamed = await readAll([streamOf("t.json", bytes, size)]);
        expect(streamed.items.map(withoutFile)).toEqual(had.items.map(withoutFile));
        expect(streamed.totals.bytes).toEqual({ ...had.totals.bytes });
      }
    });
  }
});

function withoutFile<T extends { readonly place: object }>(item: T): object {
  return { ...item, place: { ...item.place, file: "" } };
}

test("invented fields reach no prototype", async () => {
  const { events: found } = await readAll([streamOf("s", Buffer.from('{"eventName":"X","__proto__":{"polluted":1}}'))]);
  expect(Object.getPrototypeOf(found[0])).toBe(Object.prototype);
  expect(Object.hasOwn(found[0]!, "__proto__")).toBe(true);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

describe("places", () => {
  test("of lines: record, line, offset and size", async () => {
    const text = `\ufeff${a}\n\n  {"x":1}\n${b}\n`;
    const { items } = await readAll([streamOf("s", Buffer.from(text))]);
    const places = items.map(({ place }) => place);
    expect(places.map(({ record, line }) => [record, line])).toEqual([
      [0, 1],
      [1, 3],
      [2, 4],
    ]);
    for (const { offset, size } of places) {
      const part = Buffer.from(text)
        .subarray(offset!, offset! + size)
        .toString("utf8");
      expect([a, b, '{"x":1}']).toContain(part);
    }
  });

  test("of lists: no lines", async () => {
    const text = JSON.stringify({ Records: [A, 7, B] }, null, 2);
    const { items } = await readAll([streamOf("s", Buffer.from(text))]);
    expect(items.map(({ place }) => place.line)).toEqual([null, null, null]);
    for (const { place } of items)
      JSON.parse(
        Buffer.from(text)
          .subarray(place.offset!, place.offset! + place.size)
          .toString(),
      );
    expect(items[1]).toMatchObject({ reason: "not-an-object", place: { file: "s", record: 1, size: 1 } });
  });
});

describe("limits", () => {
  const long = JSON.stringify(event({ requestParameters: { text: "x".repeat(5000) } }));

  test("a record beyond the limit is counted, not kept", async () => {
    for (const text of [`${a}\n${long}\n${b}\n`, `{"Records":[${a},${long},${b}]}`, `${a}${long}${b}`]) {
      const had = await readAll([streamOf("s", Buffer.from(text), 100)], { recordBytesMax: 1000 });
      expect(had.events).toEqual([A, B]);
      expect(had.reasons).toEqual(["record-too-large@1"]);
      expect(had.totals.bytes.unreadable).toBe(long.length);
    }
  });

  test("exactly the limit is not beyond it", async () => {
    const had = await readAll([streamOf("s", Buffer.from(`[${long}]`), 100)], { recordBytesMax: long.length });
    expect(had.reasons).toEqual([]);
    const beyond = await readAll([streamOf("s", Buffer.from(`[${long}]`), 100)], { recordBytesMax: long.length - 1 });
    expect(beyond.reasons).toEqual(["record-too-large@0"]);
  });

  test("a depth that recursion could not follow is not the caller's to choose", async () => {
    const had = await readAll([streamOf("s", Buffer.from(`${nested(100_000)}\n${nested(1001)}\n${nested(1000)}\n`))], {
      depthMax: 1e6,
    });
    expect(had.reasons).toEqual(["too-deep@0", "too-deep@1"]);
  });

  test("the depth is the caller's to choose", async () => {
    const had = await readAll([streamOf("s", Buffer.from(`${nested(4)}\n${nested(3)}\n`))], { depthMax: 3 });
    expect(had.reasons).toEqual(["too-deep@0"]);
    expect(had.events).toHaveLength(1);
  });
});

test("batches hold the same items", async () => {
  const folder = folderOf({ "a.json": recordsText(events(5000)), "b.json": recordsText(events(7, 5000)) });
  const reader = readTrail([folder], { threads: 0 });
  const sizes: number[] = [];
  for await (const batch of reader.batches()) sizes.push(batch.length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5007);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(reader.totals.events).toBe(5007);
});
