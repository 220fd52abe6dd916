/** Document sets and levels of them: where they may stand, and how many statements one decision can look at. */
import { DocumentUse, LevelsRecord, PolicyRecord, Section, SetRecord } from "../layout.js";
import { type BundleReader, NONE } from "../reader.js";
import { fail } from "../refusal.js";
import type { Bounds } from "./bounds.js";
import { Place, placeOf } from "./places.js";

export class SetCheck {
  /** Bits of `Place` by set: where it may stand. */
  private readonly places: number[] = [];
  private readonly reader: BundleReader;

  constructor(private readonly bundle: Bounds) {
    this.reader = bundle.reader;
  }

  run(): void {
    this.sets();
    this.levels();
  }

  /** A set whose documents are of the kinds that this place has. */
  setAt(id: number, place: Place, what: string): void {
    this.bundle.id(id, "sets", what);
    if (!(this.places[id]! & place)) fail(`${what} has documents of another place`);
  }

  setAtOrNone(id: number, place: Place, what: string): void {
    if (id !== NONE) this.setAt(id, place, what);
  }

  levelsAt(id: number, place: Place, what: string): void {
    this.bundle.id(id, "levels", what);
    const start = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Start);
    const count = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Count);
    for (let index = 0; index < count; index++) this.setAt(this.reader.pool(start + index), place, what);
  }

  statementsMax(): number {
    let largest = 0;
    let largestLevels = 0;
    for (let id = 0; id < this.bundle.counts.sets; id++)
      largest = Math.max(largest, this.bundle.set(id, SetRecord.StatementCount));
    for (let id = 0; id < this.bundle.counts.levels; id++) {
      const start = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Start);
      const count = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Count);
      let sum = 0;
      for (let index = 0; index < count; index++) {
        sum += this.bundle.set(this.reader.pool(start + index), SetRecord.StatementCount);
      }
      largestLevels = Math.max(largestLevels, sum);
    }
    return 2 * largestLevels + 6 * largest;
  }

  private sets(): void {
    for (let id = 0; id < this.bundle.counts.sets; id++) {
      const field = (offset: SetRecord) => this.bundle.set(id, offset);
      this.bundle.id(field(SetRecord.Label), "strings", `set ${id}`);
      this.bundle.poolRun(field(SetRecord.Start), field(SetRecord.Count), 2, `set ${id}`);
      this.bundle.poolRun(field(SetRecord.MissingStart), field(SetRecord.MissingCount), 1, `set ${id}`);
      let statements = 0;
      let places = ~0;
      for (let index = 0; index < field(SetRecord.Count); index++) {
        const policy = this.reader.pool(field(SetRecord.Start) + index * 2);
        const use: DocumentUse = this.reader.pool(field(SetRecord.Start) + index * 2 + 1);
        this.bundle.id(policy, "policies", `set ${id}`);
        if (use > DocumentUse.ServiceGrant) fail(`set ${id} uses a document oddly`);
        const place = placeOf(this.reader.field(Section.Policies, PolicyRecord.Size, policy, PolicyRecord.Type));
        places &= use === DocumentUse.Policy ? place : place & Place.Resource;
        statements += this.reader.field(Section.Policies, PolicyRecord.Size, policy, PolicyRecord.StatementCount);
      }
      if (statements !== field(SetRecord.StatementCount)) fail(`set ${id} counts its statements oddly`);
      this.missing(field, id);
      this.places.push(places);
    }
  }

  /** A set that misses what it is called names it by the same string, so that whoever compares ids compares texts. */
  private missing(field: (offset: SetRecord) => number, id: number): void {
    const start = field(SetRecord.MissingStart);
    const count = field(SetRecord.MissingCount);
    this.bundle.poolStrings(start, count, `set ${id}`);
    const label = field(SetRecord.Label);
    for (let index = 0; index < count; index++) {
      const name = this.reader.pool(start + index);
      if (name !== label && this.reader.string(name) === this.reader.string(label)) fail(`set ${id} hides its label`);
    }
  }

  private levels(): void {
    for (let id = 0; id < this.bundle.counts.levels; id++) {
      const start = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Start);
      const count = this.reader.field(Section.Levels, LevelsRecord.Size, id, LevelsRecord.Count);
      this.bundle.poolRun(start, count, 1, `levels ${id}`);
      for (let index = 0; index < count; index++)
        this.bundle.id(this.reader.pool(start + index), "sets", `levels ${id}`);
    }
  }
}
