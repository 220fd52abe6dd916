/** Where records, texts and rows of the pool end: what every part of the verifier asks. */
import {
  AccountRecord,
  ActionPatternRecord,
  BinaryRecord,
  DateRecord,
  ElementRecord,
  EndpointRecord,
  Header,
  KeyRecord,
  LevelsRecord,
  NumberRecord,
  PatternRecord,
  PolicyRecord,
  PrincipalRecord,
  ProvenanceRecord,
  RangeRecord,
  ResourceRecord,
  RoleRecord,
  ScpExemptRecord,
  Section,
  SessionRecord,
  SetRecord,
  StatementRecord,
  StringRecord,
  VariableRecord,
} from "../layout.js";
import { type BundleReader, NONE } from "../reader.js";
import { fail } from "../refusal.js";
import { compareBytes } from "./texts.js";

export const RECORD_SIZES: Record<Exclude<Section, Section.Count>, number> = {
  [Section.Strings]: StringRecord.Size,
  [Section.StringBytes]: 1,
  [Section.Patterns]: PatternRecord.Size,
  [Section.PatternBytes]: 1,
  [Section.Variables]: VariableRecord.Size,
  [Section.Keys]: KeyRecord.Size,
  [Section.Numbers]: NumberRecord.Size,
  [Section.Dates]: DateRecord.Size,
  [Section.Ranges]: RangeRecord.Size,
  [Section.Binaries]: BinaryRecord.Size,
  [Section.Code]: 4,
  [Section.Pool]: 4,
  [Section.ActionPatterns]: ActionPatternRecord.Size,
  [Section.Elements]: ElementRecord.Size,
  [Section.Statements]: StatementRecord.Size,
  [Section.Policies]: PolicyRecord.Size,
  [Section.Sets]: SetRecord.Size,
  [Section.Levels]: LevelsRecord.Size,
  [Section.Accounts]: AccountRecord.Size,
  [Section.Principals]: PrincipalRecord.Size,
  [Section.Roles]: RoleRecord.Size,
  [Section.Sessions]: SessionRecord.Size,
  [Section.Resources]: ResourceRecord.Size,
  [Section.Endpoints]: EndpointRecord.Size,
  [Section.RcpServices]: 4,
  [Section.ScpExempt]: ScpExemptRecord.Size,
  [Section.Provenance]: ProvenanceRecord.Size,
  [Section.ProvenanceBytes]: 1,
};

/** How many records there are, by what they are called in refusals. */
export type Counts = Readonly<Record<keyof typeof COUNTED, number>>;

const COUNTED = {
  strings: Section.Strings,
  patterns: Section.Patterns,
  variables: Section.Variables,
  keys: Section.Keys,
  numbers: Section.Numbers,
  dates: Section.Dates,
  ranges: Section.Ranges,
  binaries: Section.Binaries,
  pool: Section.Pool,
  actionPatterns: Section.ActionPatterns,
  elements: Section.Elements,
  statements: Section.Statements,
  policies: Section.Policies,
  sets: Section.Sets,
  levels: Section.Levels,
  principals: Section.Principals,
} as const;

/** A bundle whose sections stand in their places, and the checks that its records are made of. */
export class Bounds {
  readonly counts: Counts;
  /** `OptionBits`. */
  readonly options: number;

  constructor(readonly reader: BundleReader) {
    const counted = Object.entries(COUNTED).map(
      ([name, section]) => [name, reader.count(section, RECORD_SIZES[section])] as const,
    );
    this.counts = Object.fromEntries(counted) as Counts;
    this.options = reader.header(Header.Options);
  }

  id(value: number, table: keyof Counts, what: string): void {
    if (value >= this.counts[table]) fail(`${what} points behind the last of ${table}`);
  }

  idOrNone(value: number, table: keyof Counts, what: string): void {
    if (value !== NONE) this.id(value, table, what);
  }

  /** `count` entries of `perEntry` words from `start` on, which is 0 where there are none. */
  poolRun(start: number, count: number, perEntry: number, what: string): void {
    const words = count * perEntry;
    const pool = this.counts.pool;
    if (words > pool || start > pool - words) fail(`${what} reaches beyond the pool`);
    if (count === 0 && start !== 0) fail(`${what} is empty but points somewhere`);
  }

  /** Words of the pool that name strings. */
  poolStrings(start: number, count: number, what: string): void {
    for (let index = 0; index < count; index++) this.id(this.reader.pool(start + index), "strings", what);
  }

  /** The first two words of each record are offset and length of a text. */
  texts(section: Section, bytesSection: Section, size: number, padding: number, what: string): void {
    const limit = this.reader.size(bytesSection) - padding;
    const count = this.reader.count(section, size);
    for (let id = 0; id < count; id++) {
      const offset = this.reader.field(section, size, id, 0);
      const length = this.reader.field(section, size, id, 4);
      if (limit < 0 || length > limit || offset > limit - length) fail(`${what} ${id} reaches beyond its bytes`);
    }
  }

  each(
    section: Exclude<Section, Section.Count>,
    size: number,
    check: (field: (offset: number) => number, what: string) => void,
  ): void {
    const count = this.reader.count(section, size);
    for (let id = 0; id < count; id++) {
      check((offset) => this.reader.field(section, size, id, offset), `${Section[section]} ${id}`);
    }
  }

  /** The first word of each record names a string; the records are in the order of its bytes, each once. */
  sorted(section: Section, size: number): void {
    const count = this.reader.count(section, size);
    let previous: Uint8Array | null = null;
    for (let id = 0; id < count; id++) {
      const name = this.reader.field(section, size, id, 0);
      this.id(name, "strings", `${Section[section]} ${id}`);
      const bytes = this.reader.stringBytes(name);
      if (previous !== null && compareBytes(previous, bytes) >= 0) fail(`${Section[section]} ${id} is out of order`);
      previous = bytes;
    }
  }

  key(id: number, field: KeyRecord): number {
    return this.reader.field(Section.Keys, KeyRecord.Size, id, field);
  }

  pattern(id: number, field: PatternRecord): number {
    return this.reader.field(Section.Patterns, PatternRecord.Size, id, field);
  }

  element(id: number, field: ElementRecord): number {
    return this.reader.field(Section.Elements, ElementRecord.Size, id, field);
  }

  statement(id: number, field: StatementRecord): number {
    return this.reader.field(Section.Statements, StatementRecord.Size, id, field);
  }

  set(id: number, field: SetRecord): number {
    return this.reader.field(Section.Sets, SetRecord.Size, id, field);
  }
}

/** Milliseconds: twelve digits of seconds. */
export const DATE_MAX = 1e15;
