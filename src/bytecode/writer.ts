/** Puts sections together into a bundle: header, alignment, checksum. */
import { Format, Header, Section } from "./layout.js";

/** A growing row of u32 words. */
export class Words {
  private words = new Uint32Array(256);
  private used = 0;

  get count(): number {
    return this.used;
  }

  push(...values: number[]): void {
    this.reserve(values.length);
    for (const value of values) this.words[this.used++] = value;
  }

  /** Appends all of `values` and returns the place of the first. */
  append(values: ArrayLike<number>): number {
    const start = this.used;
    this.reserve(values.length);
    this.words.set(values, this.used);
    this.used += values.length;
    return start;
  }

  at(index: number): number {
    return this.words[index]!;
  }

  set(index: number, value: number): void {
    this.words[index] = value;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.words.buffer, 0, this.used * 4);
  }

  private reserve(count: number): void {
    if (this.used + count <= this.words.length) return;
    let capacity = this.words.length * 2;
    while (capacity < this.used + count) capacity *= 2;
    const grown = new Uint32Array(capacity);
    grown.set(this.words.subarray(0, this.used));
    this.words = grown;
  }
}

/** A growing row of bytes. */
export class Bytes {
  private data = new Uint8Array(1024);
  private used = 0;

  get size(): number {
    return this.used;
  }

  /** Appends and returns the offset of the first byte. */
  append(values: Uint8Array): number {
    const start = this.used;
    this.reserve(values.length);
    this.data.set(values, start);
    this.used += values.length;
    return start;
  }

  /** Appends text as UTF-8 and returns how many bytes it took. */
  appendText(text: string): number {
    this.reserve(text.length * 3);
    if (text.length < 32) {
      // Most texts are short ASCII: a loop wins over the encoder's call for them.
      let at = this.used;
      let index = 0;
      for (; index < text.length; index++) {
        const unit = text.charCodeAt(index);
        if (unit > 0x7f) break;
        this.data[at++] = unit;
      }
      if (index === text.length) {
        this.used = at;
        return index;
      }
    }
    const { written } = encoder.encodeInto(text, this.data.subarray(this.used));
    this.used += written;
    return written;
  }

  byte(value: number): void {
    this.reserve(1);
    this.data[this.used++] = value;
  }

  bytes(): Uint8Array {
    return this.data.subarray(0, this.used);
  }

  private reserve(count: number): void {
    if (this.used + count <= this.data.length) return;
    let capacity = this.data.length * 2;
    while (capacity < this.used + count) capacity *= 2;
    const grown = new Uint8Array(capacity);
    grown.set(this.data.subarray(0, this.used));
    this.data = grown;
  }
}

const encoder = new TextEncoder();

export interface HeaderFields {
  readonly options: number;
  readonly slotCount: number;
  readonly patternBytesMax: number;
  readonly statementsMax: number;
}

/** A bundle would be larger than its offsets can say. */
export class BundleTooLarge extends Error {
  readonly code = "bundle-too-large";
}

/** Where sections of these sizes begin, and how large the bundle is. Throws `BundleTooLarge` where offsets cannot say it. */
export function placesOf(sizes: readonly number[]): { offsets: readonly number[]; size: number } {
  const offsets: number[] = [];
  let size = align(Header.Sections + Section.Count * 8);
  for (const section of sizes) {
    offsets.push(size);
    size = align(size + section);
  }
  if (size > 0xffff_ffff) throw new BundleTooLarge(`the bundle would take ${size} bytes; 4294967295 is the limit`);
  return { offsets, size };
}

/** The bundle's bytes: the same sections give the same bytes, always. */
export function writeBundle(fields: HeaderFields, sections: readonly Uint8Array[]): Uint8Array {
  if (sections.length !== Section.Count)
    throw new Error(`a bundle has ${Section.Count} sections, not ${sections.length}`);
  if (fields.statementsMax > 0xffff_ffff)
    throw new BundleTooLarge(`one decision would look at ${fields.statementsMax} statements; 4294967295 is the limit`);
  const { offsets, size } = placesOf(sections.map((section) => section.length));
  const bundle = new Uint8Array(size);
  const view = new DataView(bundle.buffer);
  const put = (offset: number, value: number) => view.setUint32(offset, value, true);
  put(Header.Magic, Format.Magic);
  put(Header.Version, Format.Version);
  put(Header.Size, size);
  put(Header.Options, fields.options);
  put(Header.SlotCount, fields.slotCount);
  put(Header.PatternBytesMax, fields.patternBytesMax);
  put(Header.StatementsMax, fields.statementsMax);
  sections.forEach((section, index) => {
    put(Header.Sections + index * 8, offsets[index]!);
    put(Header.Sections + index * 8 + 4, section.length);
    bundle.set(section, offsets[index]!);
  });
  put(Header.Checksum, checksumOf(bundle));
  return bundle;
}

/**
 * Checksum over everything behind the first 16 bytes; sizes are multiples of 64. It finds damage, not forgery. Four lanes
 * of multiply-and-rotate over words.
 */
export function checksumOf(bundle: Uint8Array): number {
  const words = wordsOf(bundle);
  const lanes = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];
  let [a, b, c, d] = lanes as [number, number, number, number];
  for (let at = 4; at + 3 < words.length; at += 4) {
    a = Math.imul(rotate(a ^ words[at]!), 0x85ebca6b);
    b = Math.imul(rotate(b ^ words[at + 1]!), 0xc2b2ae35);
    c = Math.imul(rotate(c ^ words[at + 2]!), 0x27d4eb2d);
    d = Math.imul(rotate(d ^ words[at + 3]!), 0x165667b1);
  }
  let hash = rotate(a) ^ Math.imul(b, 3) ^ Math.imul(rotate(c), 5) ^ Math.imul(d, 7) ^ words.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotate(value: number): number {
  return (value << 13) | (value >>> 19);
}

/** The bundle as words, copied only where its bytes are not aligned. */
export function wordsOf(bundle: Uint8Array): Uint32Array {
  if (bundle.byteOffset % 4 === 0) return new Uint32Array(bundle.buffer, bundle.byteOffset, bundle.length >>> 2);
  return new Uint32Array(bundle.slice(0, bundle.length & ~3).buffer);
}

function align(size: number): number {
  return Math.ceil(size / Format.SectionAlignment) * Format.SectionAlignment;
}
