/** Bundles that somebody changed: bits, fields, records and sections, with size and checksum made right again. */
import { Format, Header, Section } from "../../src/bytecode/layout.js";
import { Mark } from "../../src/bytecode/opcodes.js";
import { BundleReader } from "../../src/bytecode/reader.js";
import { checksumOf, writeBundle } from "../../src/bytecode/writer.js";
import type { Random } from "../generators/random.js";
import { recordSize, SECTIONS, type SectionId } from "./records.js";

export interface Mutant {
  readonly bytes: Uint8Array;
  /** What was changed, for people. */
  readonly what: string;
}

/** Makes size and checksum those of the bytes, so that everything behind the checksum is looked at. */
export function sealed(bytes: Uint8Array): Uint8Array {
  if (bytes.length < Header.Options) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint32(Header.Size, bytes.length, true);
  view.setUint32(Header.Checksum, checksumOf(bytes), true);
  return bytes;
}

/** A word as somebody who looks for mistakes would change it. */
const ODD_WORDS: readonly ((word: number) => number)[] = [
  () => 0,
  () => 0xffff_ffff,
  () => 0x8000_0000,
  (word) => word + 1,
  (word) => word - 1,
];

/** Every word behind the checksum, except text, in each of the odd ways. */
export function* fieldMutants(bundle: Uint8Array): Generator<Mutant> {
  const reader = new BundleReader(bundle);
  for (let at: number = Header.Options; at < Header.Sections + Section.Count * 8; at += 4)
    yield* oddWords(bundle, at, "header");
  for (const section of SECTIONS) {
    if (recordSize(section) === 1) continue;
    for (let at = 0; at < reader.size(section); at += 4) {
      yield* oddWords(bundle, reader.offset(section) + at, Section[section]);
    }
  }
}

/** Every byte of text, in three ways. */
export function* textMutants(bundle: Uint8Array): Generator<Mutant> {
  const reader = new BundleReader(bundle);
  for (const section of SECTIONS) {
    if (recordSize(section) !== 1) continue;
    for (let at = reader.offset(section); at < reader.offset(section) + reader.size(section); at++) {
      for (const byte of [Mark.Star, 0x2a, bundle[at]! ^ 0x20]) {
        const bytes = bundle.slice();
        bytes[at] = byte;
        yield { bytes: sealed(bytes), what: `${Section[section]}: byte ${at - reader.offset(section)} = ${byte}` };
      }
    }
  }
}

/** Cut off after every byte, as it stands and with its size and checksum made right. */
export function* truncations(bundle: Uint8Array): Generator<Mutant> {
  for (let length = 0; length < bundle.length; length++) {
    yield { bytes: bundle.slice(0, length), what: `cut off after ${length} bytes` };
    yield { bytes: sealed(bundle.slice(0, length)), what: `cut off after ${length} bytes and sealed` };
  }
}

function* oddWords(bundle: Uint8Array, at: number, where: string): Generator<Mutant> {
  const word = wordAt(bundle, at);
  for (const change of ODD_WORDS) {
    const odd = change(word) >>> 0;
    if (odd !== word) yield withWord(bundle, at, odd, where);
  }
}

function withWord(bundle: Uint8Array, at: number, word: number, where: string): Mutant {
  const bytes = bundle.slice();
  put(bytes, at, word);
  return { bytes: sealed(bytes), what: `${where}: word at ${at}: ${wordAt(bundle, at)} became ${word >>> 0}` };
}

function wordAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

function put(bytes: Uint8Array, at: number, word: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, word, true);
}

/** One change or a few, drawn at random. */
export function randomMutant(random: Random, bundle: Uint8Array): Mutant {
  const texts: string[] = [];
  let bytes = bundle;
  for (
    let left = random.weighted([
      [4, 1],
      [2, 2],
      [1, 4],
    ]);
    left > 0;
    left--
  ) {
    // What was cut or shifted has no sections any more that could be found.
    const whole = isWhole(bytes);
    const change = whole ? random.weighted(CHANGES) : flippedBit;
    const mutant = change(random, bytes);
    bytes = mutant.bytes;
    texts.push(mutant.what);
  }
  return { bytes: sealed(bytes), what: texts.join("; ") };
}

function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length < FIRST_SECTION) return false;
  const reader = new BundleReader(bytes);
  return SECTIONS.every(
    (section) =>
      reader.offset(section) % 4 === 0 &&
      reader.size(section) <= bytes.length &&
      reader.offset(section) <= bytes.length - reader.size(section),
  );
}

const FIRST_SECTION = Header.Sections + Section.Count * 8;

type Change = (random: Random, bytes: Uint8Array) => Mutant;

function flippedBit(random: Random, given: Uint8Array): Mutant {
  const bytes = given.slice();
  if (bytes.length === 0) return { bytes, what: "nothing" };
  const at = random.below(bytes.length);
  bytes[at]! ^= 1 << random.below(8);
  return { bytes, what: `a bit of byte ${at}` };
}

/** A word of a record becomes odd, another word of its section, or a small number. */
function oddField(random: Random, given: Uint8Array): Mutant {
  const reader = new BundleReader(given);
  const section = sectionOf(random, reader, (id) => recordSize(id) !== 1);
  if (section === null) return flippedBit(random, given);
  const words = reader.size(section) >>> 2;
  const at = reader.offset(section) + random.below(words) * 4;
  const word = wordAt(given, at);
  const odd = random.weighted<() => number>([
    [4, () => random.pick(ODD_WORDS)(word)],
    [4, () => wordAt(given, reader.offset(section) + random.below(words) * 4)],
    [3, () => random.below(16)],
    [2, () => word ^ (1 << random.below(32))],
    [1, () => 0xffff_fffe],
  ])();
  return withWord(given, at, odd >>> 0, Section[section]);
}

function oddText(random: Random, given: Uint8Array): Mutant {
  const reader = new BundleReader(given);
  const section = sectionOf(random, reader, (id) => recordSize(id) === 1);
  if (section === null) return flippedBit(random, given);
  const bytes = given.slice();
  const at = reader.offset(section) + random.below(reader.size(section));
  const byte = random.pick([
    0,
    0x2a,
    0x3a,
    0x3f,
    0x41,
    0x80,
    0xc3,
    0xfa,
    0xfb,
    0xfc,
    0xfd,
    0xfe,
    0xff,
    random.below(256),
  ]);
  bytes[at] = byte;
  return { bytes, what: `${Section[section]}: byte at ${at} became ${byte}` };
}

function oddHeader(random: Random, given: Uint8Array): Mutant {
  const at = random.below(FIRST_SECTION / 4) * 4;
  const word = wordAt(given, at);
  return withWord(
    given,
    at,
    random.pick([...ODD_WORDS, (old: number) => old ^ (1 << random.below(16))])(word) >>> 0,
    "header",
  );
}

/** A run of bytes is written over another. */
function copiedRun(random: Random, given: Uint8Array): Mutant {
  const bytes = given.slice();
  const length = 1 + random.below(32);
  const from = random.below(bytes.length - length);
  const to = random.below(bytes.length - length);
  bytes.copyWithin(to, from, from + length);
  return { bytes, what: `${length} bytes from ${from} to ${to}` };
}

/** A run of bytes goes, or comes in: everything behind it is shifted. */
function shifted(random: Random, given: Uint8Array): Mutant {
  const at = random.below(given.length);
  const length = random.pick([1, 4, 8, 64, 128]);
  const cut = random.chance(0.5);
  const tail = given.subarray(cut ? Math.min(given.length, at + length) : at);
  const bytes = new Uint8Array(at + (cut ? 0 : length) + tail.length);
  bytes.set(given.subarray(0, at));
  bytes.set(tail, bytes.length - tail.length);
  return { bytes, what: `${length} bytes ${cut ? "cut out" : "put in"} at ${at}` };
}

/** Two records change places. */
function swapped(random: Random, given: Uint8Array): Mutant {
  const reader = new BundleReader(given);
  const section = sectionOf(random, reader, (id) => reader.size(id) >= 2 * recordSize(id));
  if (section === null) return flippedBit(random, given);
  const size = recordSize(section);
  const count = Math.floor(reader.size(section) / size);
  const [one, other] = [random.below(count), random.below(count)].map((id) => reader.offset(section) + id * size) as [
    number,
    number,
  ];
  const bytes = given.slice();
  bytes.set(given.subarray(one, one + size), other);
  bytes.set(given.subarray(other, other + size), one);
  return { bytes, what: `${Section[section]}: records at ${one} and ${other} changed places` };
}

/** A record goes or stands twice, and all sections stand where they must. */
function resized(random: Random, given: Uint8Array): Mutant {
  const reader = new BundleReader(given);
  const section = sectionOf(random, reader, () => true);
  if (section === null) return flippedBit(random, given);
  const size = recordSize(section);
  const content = reader.slice(section, 0, reader.size(section));
  const at = random.below(Math.floor(content.length / size)) * size;
  const doubled = random.chance(0.5);
  const sections = SECTIONS.map((id) => {
    const bytes = reader.slice(id, 0, reader.size(id));
    if (id !== section) return bytes;
    const row = bytes.subarray(at, at + size);
    const parts = doubled
      ? [bytes.subarray(0, at), row, bytes.subarray(at)]
      : [bytes.subarray(0, at), bytes.subarray(at + size)];
    return Buffer.concat(parts);
  });
  const header = (field: Header) => reader.header(field);
  const bytes = writeBundle(
    {
      options: header(Header.Options),
      slotCount: header(Header.SlotCount),
      patternBytesMax: header(Header.PatternBytesMax),
      statementsMax: header(Header.StatementsMax),
    },
    sections,
  );
  return { bytes, what: `${Section[section]}: record at ${at} ${doubled ? "twice" : "gone"}` };
}

function extended(random: Random, given: Uint8Array): Mutant {
  const length = random.pick([1, 4, Format.SectionAlignment, 2 * Format.SectionAlignment]);
  const bytes = new Uint8Array(given.length + length);
  bytes.set(given);
  if (random.chance(0.3)) bytes.fill(random.below(256), given.length);
  return { bytes, what: `${length} bytes more` };
}

const CHANGES: readonly (readonly [number, Change])[] = [
  [12, oddField],
  [4, oddText],
  [2, flippedBit],
  [2, oddHeader],
  [3, copiedRun],
  [1, shifted],
  [4, swapped],
  [4, resized],
  [1, extended],
];

function sectionOf(random: Random, reader: BundleReader, wanted: (section: SectionId) => boolean): SectionId | null {
  const found = SECTIONS.filter((section) => reader.size(section) >= recordSize(section) && wanted(section));
  return found.length === 0 ? null : random.pick(found);
}
