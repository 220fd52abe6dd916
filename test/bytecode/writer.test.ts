/** What the writer puts where, and that the reader finds it there. */
import { describe, expect, it } from "vitest";
import { Format, Header, PatternRecord, Section, StringRecord } from "../../src/bytecode/layout.js";
import { BundleReader, NONE } from "../../src/bytecode/reader.js";
import {
  BundleTooLarge,
  Bytes,
  checksumOf,
  type HeaderFields,
  placesOf,
  Words,
  wordsOf,
  writeBundle,
} from "../../src/bytecode/writer.js";
import { SECTIONS } from "./records.js";

const FIELDS: HeaderFields = { options: 3, slotCount: 5, patternBytesMax: 7, statementsMax: 9 };

function sectionsWith(contents: Partial<Record<Section, Uint8Array>>): Uint8Array[] {
  return SECTIONS.map((section) => contents[section] ?? new Uint8Array(0));
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const words = (...values: number[]): Uint8Array => new Uint8Array(new Uint32Array(values).buffer);

describe("words", () => {
  it("grow, and keep what they hold", () => {
    const row = new Words();
    for (let value = 0; value < 1000; value++) row.push(value, -value);
    expect(row.count).toBe(2000);
    expect(row.at(1998)).toBe(999);
    expect(row.at(1999)).toBe(2 ** 32 - 999);
    row.set(0, 77);
    const bytes = row.bytes();
    expect(bytes.length).toBe(8000);
    expect([...bytes.subarray(0, 16)]).toEqual([77, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255]);
  });

  it("say where a run that is appended begins, a long one too", () => {
    const row = new Words();
    expect(row.append([1, 2, 3])).toBe(0);
    expect(row.append(new Uint32Array(5000).fill(7))).toBe(3);
    expect(row.append([])).toBe(5003);
    expect(row.at(5002)).toBe(7);
  });

  it("are u32, little-endian: None and Never are their two's complements", () => {
    const row = new Words();
    row.push(Format.None, Format.Never, 0x0102_0304);
    expect([...row.bytes()]).toEqual([255, 255, 255, 255, 254, 255, 255, 255, 4, 3, 2, 1]);
  });
});

describe("bytes", () => {
  it.each([
    "",
    "a",
    "a".repeat(31),
    "a".repeat(32),
    "a".repeat(5000),
    "é",
    "aé€😀",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé",
    `${"x".repeat(3000)}😀`,
    "\0\u007f\u0080\u07ff\u0800\uffff",
  ])("hold texts as UTF-8, and say how long they are: %j", (content) => {
    const row = new Bytes();
    row.byte(0xff);
    expect(row.appendText(content)).toBe(Buffer.byteLength(content));
    row.byte(0xfe);
    expect([...row.bytes()]).toEqual([0xff, ...text(content), 0xfe]);
    expect(row.size).toBe(row.bytes().length);
  });

  it("say where what is appended begins", () => {
    const row = new Bytes();
    expect(row.append(text("abc"))).toBe(0);
    expect(row.append(new Uint8Array(4000))).toBe(3);
    expect(row.append(text("z"))).toBe(4003);
  });
});

describe("a bundle", () => {
  const bundle = writeBundle(
    FIELDS,
    sectionsWith({ [Section.Code]: words(1, 2), [Section.ProvenanceBytes]: text("x") }),
  );
  const reader = new BundleReader(bundle);

  it("says what it is in its header", () => {
    expect(new TextDecoder().decode(bundle.subarray(0, 4))).toBe("IAMB");
    expect(reader.header(Header.Version)).toBe(Format.Version);
    expect(reader.header(Header.Size)).toBe(bundle.length);
    expect(reader.header(Header.Checksum)).toBe(checksumOf(bundle));
    expect(reader.header(Header.Options)).toBe(3);
    expect(reader.header(Header.SlotCount)).toBe(5);
    expect(reader.header(Header.PatternBytesMax)).toBe(7);
    expect(reader.header(Header.StatementsMax)).toBe(9);
  });

  it("has its sections one behind the other, aligned, with zeros between", () => {
    let expected = 256;
    for (const section of SECTIONS) {
      expect(reader.offset(section)).toBe(expected);
      expected += Math.ceil(reader.size(section) / 64) * 64;
    }
    expect(bundle.length).toBe(expected);
    expect(reader.size(Section.Code)).toBe(8);
    expect(reader.code(4)).toBe(2);
    const end = reader.offset(Section.ProvenanceBytes);
    expect([...bundle.subarray(end)]).toEqual([...text("x"), ...new Uint8Array(63)]);
  });

  it("has as many sections as there are", () => {
    expect(() => writeBundle(FIELDS, sectionsWith({}).slice(1))).toThrow("28 sections, not 27");
  });

  it("is the same for the same sections, and another for any other byte", () => {
    const contents = { [Section.StringBytes]: text("abcdefgh") };
    expect(writeBundle(FIELDS, sectionsWith(contents))).toEqual(writeBundle(FIELDS, sectionsWith(contents)));
    const sums = new Set([checksumOf(writeBundle(FIELDS, sectionsWith(contents)))]);
    for (let at = 0; at < 8; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const other = text("abcdefgh");
        other[at]! ^= 1 << bit;
        sums.add(checksumOf(writeBundle(FIELDS, sectionsWith({ [Section.StringBytes]: other }))));
      }
    }
    expect(sums.size).toBe(65);
  });

  it("knows two words that change places", () => {
    const sums = [words(1, 2), words(2, 1), words(1, 0, 0, 0, 2), words(2, 0, 0, 0, 1)].map((pool) =>
      checksumOf(writeBundle(FIELDS, sectionsWith({ [Section.Pool]: pool }))),
    );
    expect(new Set(sums).size).toBe(4);
  });
});

describe("sizes", () => {
  const sizes = (last: number) => [...Array.from({ length: Section.Count - 1 }, () => 0), last];

  it("count in whole alignments", () => {
    expect(placesOf(sizes(0))).toEqual({ offsets: Array.from({ length: 28 }, () => 256), size: 256 });
    expect(placesOf(sizes(1)).size).toBe(320);
    expect(placesOf(sizes(64)).size).toBe(320);
    expect(placesOf(sizes(65)).size).toBe(384);
    expect(placesOf([1, 65, ...sizes(0).slice(2)]).offsets.slice(0, 4)).toEqual([256, 320, 448, 448]);
  });

  it("end where 32 bits do", () => {
    const most = 2 ** 32 - 64 - 256;
    expect(placesOf(sizes(most)).size).toBe(2 ** 32 - 64);
    expect(() => placesOf(sizes(most + 1))).toThrow(BundleTooLarge);
    expect(() => placesOf(sizes(2 ** 40))).toThrow(
      "the bundle would take 1099511628032 bytes; 4294967295 is the limit",
    );
    expect(() => placesOf([2 ** 31, 2 ** 31, ...sizes(0).slice(2)])).toThrow(BundleTooLarge);
  });

  it("are checked before anything is allocated", () => {
    const huge = Object.defineProperty(new Uint8Array(0), "length", { value: 2 ** 32 });
    expect(() => writeBundle(FIELDS, sectionsWith({ [Section.Pool]: huge }))).toThrow(BundleTooLarge);
    expect(() => writeBundle({ ...FIELDS, statementsMax: 2 ** 32 }, sectionsWith({}))).toThrow(
      "one decision would look at 4294967296 statements; 4294967295 is the limit",
    );
  });
});

describe("the reader", () => {
  const strings = words(0, 3, 3, 0, 3, 5);
  const bundle = writeBundle(
    FIELDS,
    sectionsWith({
      [Section.Strings]: strings,
      [Section.StringBytes]: text("abcé€pad"),
      [Section.Patterns]: words(1, 2, 0, 0, 2),
      [Section.PatternBytes]: text("xyz"),
      [Section.Pool]: words(10, 11, 12),
      [Section.ProvenanceBytes]: text("somewhere.json"),
    }),
  );

  it.each([
    ["as it came", bundle],
    ["at an odd place in a buffer", oddly(bundle)],
  ])("finds texts, patterns and words: %s", (_, bytes) => {
    const reader = new BundleReader(bytes);
    expect(reader.count(Section.Strings, StringRecord.Size)).toBe(3);
    expect([0, 1, 2].map((id) => reader.string(id))).toEqual(["abc", "", "é€"]);
    expect(reader.string(0)).toBe("abc");
    expect(reader.stringOrNull(NONE)).toBeNull();
    expect(reader.stringOrNull(2)).toBe("é€");
    expect([...reader.stringBytes(0)]).toEqual([...text("abc")]);
    expect([...reader.patternBytes(0)]).toEqual([...text("yz")]);
    expect(reader.field(Section.Patterns, PatternRecord.Size, 0, PatternRecord.Literal)).toBe(2);
    expect(reader.pool(2)).toBe(12);
    expect(reader.provenanceText(4, 5)).toBe("where");
  });

  it("reads words where they are, and copies them only if it must", () => {
    expect(wordsOf(bundle).buffer).toBe(bundle.buffer);
    expect(wordsOf(oddly(bundle))).toEqual(wordsOf(bundle));
  });
});

function oddly(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(bytes.length + 8).fill(0xaa);
  const odd = room.subarray(3, 3 + bytes.length);
  odd.set(bytes);
  return odd;
}
