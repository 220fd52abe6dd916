/** A bundle taken apart, to be changed somewhere and put together again with size and checksum made right. */
import { Header, Section } from "../../src/bytecode/layout.js";
import { BundleReader } from "../../src/bytecode/reader.js";
import { writeBundle } from "../../src/bytecode/writer.js";
import { recordSize, SECTIONS, type SectionId } from "./records.js";

export class BundleEditor {
  readonly sections: Uint8Array[];
  readonly header: { options: number; slotCount: number; patternBytesMax: number; statementsMax: number };
  private readonly reader: BundleReader;

  constructor(bundle: Uint8Array) {
    this.reader = new BundleReader(bundle);
    this.sections = SECTIONS.map((section) => this.reader.slice(section, 0, this.reader.size(section)).slice());
    this.header = {
      options: this.reader.header(Header.Options),
      slotCount: this.reader.header(Header.SlotCount),
      patternBytesMax: this.reader.header(Header.PatternBytesMax),
      statementsMax: this.reader.header(Header.StatementsMax),
    };
  }

  /** How many records a section holds now. */
  count(section: SectionId): number {
    return this.sections[section]!.length / recordSize(section);
  }

  /** The `field`th byte of record `id`, as a word. */
  field(section: SectionId, id: number, field: number): number {
    return this.view(section).getUint32(id * recordSize(section) + field, true);
  }

  set(section: SectionId, id: number, field: number, value: number): void {
    this.view(section).setUint32(id * recordSize(section) + field, value, true);
  }

  /** A word of Code or Pool by its index. */
  word(section: SectionId, index: number): number {
    return this.view(section).getUint32(index * 4, true);
  }

  setWord(section: SectionId, index: number, value: number): void {
    this.view(section).setUint32(index * 4, value, true);
  }

  /** Puts words behind the last of a section; the index of the first, in records. */
  append(section: SectionId, words: readonly number[]): number {
    const before = this.sections[section]!;
    const after = new Uint8Array(before.length + words.length * 4);
    after.set(before);
    this.sections[section] = after;
    words.forEach((word, index) => {
      this.setWord(section, before.length / 4 + index, word);
    });
    return before.length / recordSize(section);
  }

  /** A new text; its string id. */
  string(text: string): number {
    return this.append(Section.Strings, this.bytes(Section.StringBytes, new TextEncoder().encode(text)));
  }

  /** Puts bytes before the padding of a section of text; offset and length. */
  bytes(section: Section.StringBytes | Section.PatternBytes, bytes: Uint8Array): readonly [number, number] {
    const before = this.sections[section]!;
    const offset = before.length - PADDING;
    const after = new Uint8Array(before.length + bytes.length);
    after.set(before.subarray(0, offset));
    after.set(bytes, offset);
    this.sections[section] = after;
    return [offset, bytes.length];
  }

  /** The text of a string id of the bundle as it was. */
  text(id: number): string {
    return this.reader.string(id);
  }

  /** The only record of a section that `wanted` says yes to. */
  find(section: SectionId, wanted: (field: (offset: number) => number, id: number) => boolean): number {
    const ids = Array.from({ length: this.count(section) }, (_, id) => id);
    const found = ids.filter((id) => wanted((offset) => this.field(section, id, offset), id));
    if (found.length !== 1) throw new Error(`${found.length} records of ${Section[section]} are wanted`);
    return found[0]!;
  }

  write(): Uint8Array {
    return writeBundle(this.header, this.sections);
  }

  private view(section: SectionId): DataView {
    const bytes = this.sections[section]!;
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

const PADDING = 16;
