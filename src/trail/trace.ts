/** Where every part of a derived request comes from; kept only when somebody asks. */

export type PartKind = "action" | "context" | "principal" | "resource" | "time" | "via";

export interface Note {
  readonly kind: PartKind;
  /** The part of the request: `arn`, a context key. */
  readonly part: string;
  /** Path in the record: `userIdentity.arn`. Empty for what a rule says by itself. */
  readonly from: string;
  /** The rule, the row of a table or its source, where the path alone does not say it. */
  readonly rule: string;
}

export class Trace {
  /** Of every request of the call. */
  readonly shared: Note[] = [];
  /** Of each request, in their order. */
  readonly own: Note[][] = [];
  private notes = this.shared;

  note(kind: PartKind, part: string, from: string, rule: string): void {
    this.notes.push({ kind, part, from, rule });
  }

  /** From now on, notes are about the next request. */
  beginRequest(): void {
    this.notes = [];
    this.own.push(this.notes);
  }
}
