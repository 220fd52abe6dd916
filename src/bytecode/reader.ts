/** Typed access to a bundle's bytes. Checks nothing: `verify.ts` does, once, before anything is read. */
import { Header, PatternRecord, Section, StringRecord } from "./layout.js";
import { wordsOf } from "./writer.js";

export class BundleReader {
  readonly words: Uint32Array;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  private readonly texts = new Map<number, string>();

  constructor(readonly bytes: Uint8Array) {
    this.words = wordsOf(bytes);
  }

  header(field: Header): number {
    return this.words[field >>> 2]!;
  }

  /** First byte of a section. */
  offset(section: Section): number {
    return this.words[(Header.Sections >>> 2) + section * 2]!;
  }

  /** Bytes of a section. */
  size(section: Section): number {
    return this.words[(Header.Sections >>> 2) + section * 2 + 1]!;
  }

  /** How many records a section holds. */
  count(section: Section, recordSize: number): number {
    return this.size(section) / recordSize;
  }

  /** A field of a record. */
  field(section: Section, recordSize: number, id: number, field: number): number {
    return this.words[(this.offset(section) + id * recordSize + field) >>> 2]!;
  }

  pool(index: number): number {
    return this.words[(this.offset(Section.Pool) >>> 2) + index]!;
  }

  code(byteOffset: number): number {
    return this.words[(this.offset(Section.Code) + byteOffset) >>> 2]!;
  }

  /** A text by its id. */
  string(id: number): string {
    let text = this.texts.get(id);
    if (text === undefined) {
      text = this.decoder.decode(this.stringBytes(id));
      this.texts.set(id, text);
    }
    return text;
  }

  /** A text by its id, or null for None. */
  stringOrNull(id: number): string | null {
    return id === NONE ? null : this.string(id);
  }

  stringBytes(id: number): Uint8Array {
    const at = (this.offset(Section.Strings) + id * StringRecord.Size) >>> 2;
    return this.slice(Section.StringBytes, this.words[at]!, this.words[at + 1]!);
  }

  patternBytes(id: number): Uint8Array {
    const at = (this.offset(Section.Patterns) + id * PatternRecord.Size) >>> 2;
    return this.slice(Section.PatternBytes, this.words[at]!, this.words[at + 1]!);
  }

  slice(section: Section, offset: number, length: number): Uint8Array {
    const start = this.offset(section) + offset;
    return this.bytes.subarray(start, start + length);
  }

  /** A text of the provenance section. */
  provenanceText(offset: number, length: number): string {
    return this.decoder.decode(this.slice(Section.ProvenanceBytes, offset, length));
  }
}

/** `Format.None` as it is read back. */
export const NONE = 0xffff_ffff;
/** `Format.Never` as it is read back. */
export const NEVER = 0xffff_fffe;
/** `Format.Timeless` as it is read back. */
export const TIMELESS = 0x8000_0000;
/** `OperandWord.Invalid` as it is read back. */
export const INVALID = 0xffff_ffff;
/** `OperandWord.Tagged` as it is read back. */
export const TAGGED = 0x8000_0000;
