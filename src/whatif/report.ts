/** What a report says, as plain data: this is what `--format json` prints, described in docs/whatif.md. */
import type { StatementRef } from "../request/decision.js";
import type { Cause } from "./cause.js";
import { classOf, FLIPS, type Flip, type Mark, VERDICTS, type Verdict, type VerdictClass } from "./verdict.js";

export interface Report {
  readonly version: 1;
  readonly kind: "whatif" | "replay";
  readonly about: About;
  readonly read: ReadCounts;
  readonly calls: CallCounts;
  readonly requests: RequestCounts;
  /** Times of the records that were judged, in ISO 8601; null: none has a usable one. */
  readonly from: string | null;
  readonly to: string | null;
  /** Requests, verdict before → verdict after; of one world the diagonal holds its verdicts. */
  readonly matrix: Matrix;
  /** Calls in the same way. */
  readonly callMatrix: Matrix;
  readonly marks: Readonly<Record<Mark, number>>;
  readonly causes: Groups<CauseGroup>;
  /** By the one cause that made the difference, whatever stands on the other side. */
  readonly statements: Groups<DecisiveGroup>;
  readonly principals: Groups<NamedGroup>;
  readonly actions: Groups<NamedGroup>;
  readonly resources: Groups<NamedGroup>;
  /** What the uncertain requests hang on. A request that hangs on two things counts for both. */
  readonly uncertain: {
    readonly before: Groups<Hanging>;
    /** Null: one world. */
    readonly after: Groups<Hanging> | null;
  };
  readonly agreement: Agreement;
  /** Marked requests by day in UTC. */
  readonly days: readonly Day[];
}

export interface About {
  readonly before: string;
  /** Null: one world. */
  readonly after: string | null;
  /** As the command line gave them. */
  readonly changes: readonly string[];
  readonly trail: readonly string[];
  readonly assumptions: readonly string[];
  readonly filters: readonly string[];
}

/** events + unreadable = items; events = left out + not derivable + calls. */
export interface ReadCounts {
  readonly files: number;
  readonly storedBytes: number;
  readonly textBytes: number;
  readonly items: number;
  readonly events: number;
  readonly unreadable: Counts;
  /** By the filters. */
  readonly leftOut: number;
  readonly notDerivable: Counts;
  /** Records of calls of which at least one request was derived. */
  readonly calls: number;
}

/** calls = judged + refused. */
export interface CallCounts {
  readonly judged: number;
  /** With a request that one of the worlds cannot be asked. */
  readonly refused: number;
  /** Calls that needed a permission for which no request could be derived, by the reason. A call may have several. */
  readonly gaps: Counts;
  readonly withGaps: number;
}

/** requests = judged + refused. */
export interface RequestCounts {
  readonly total: number;
  readonly judged: number;
  readonly refused: readonly Refusal[];
  /** Requests that rest on an assumption of the derivation (a path that no record shows). */
  readonly assumed: number;
  readonly distinct: number;
  /** Whether `distinct` is exact; else it is an upper bound. */
  readonly distinctIsExact: boolean;
}

/** A request that cannot be asked of a world: a principal that it does not have. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly where: "before" | "after" | "both";
  readonly count: number;
}

export type Counts = Readonly<Record<string, number>>;
export type Matrix = Readonly<Record<Verdict, Readonly<Record<Verdict, number>>>>;

/** The largest first. */
export interface Groups<T> {
  readonly groups: readonly T[];
  /** Requests in groups that did not fit among these; 0: all groups are here. */
  readonly others: number;
}

export interface Group {
  readonly count: number;
  /** Distinct requests; an upper bound where `distinctIsExact` is false. */
  readonly distinct: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly samples: readonly Sample[];
}

export interface CauseGroup extends Group {
  readonly mark: Mark;
  readonly before: { readonly verdict: Verdict; readonly cause: Cause };
  /** Null: one world. */
  readonly after: { readonly verdict: Verdict; readonly cause: Cause } | null;
  /** The commonest, with their counts. */
  readonly principals: readonly Named[];
  readonly actions: readonly Named[];
  readonly resources: readonly Named[];
}

export interface Named {
  readonly name: string;
  readonly count: number;
}

export interface NamedGroup {
  readonly name: string;
  readonly count: number;
  readonly marks: Readonly<Partial<Record<Mark, number>>>;
  readonly first: string | null;
  readonly last: string | null;
}

/** What made the difference: a Deny that came or went, an Allow that came or went, what became unknown. */
export interface DecisiveGroup extends Omit<NamedGroup, "name"> {
  /** In which world it stands. */
  readonly side: "before" | "after";
  readonly cause: Cause;
}

export interface Sample {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly eventId: string | null;
  readonly time: string | null;
  readonly errorCode: string | null;
  readonly file: string;
  readonly record: number | null;
}

export interface Hanging {
  /** A context key, or the name of a policy that is not held; ARNs shaped. */
  readonly name: string;
  readonly count: number;
}

/** Calls. What failed otherwise than for missing permissions is not compared. */
export interface Agreement {
  readonly table: Readonly<Record<VerdictClass, Readonly<Record<"succeeded" | "denied" | "failed", number>>>>;
  readonly compared: number;
  readonly agreed: number;
  /** Compared, but the verdict is uncertain. */
  readonly uncertain: number;
  readonly disagreements: Groups<Disagreement>;
}

export interface Disagreement {
  readonly verdict: Verdict;
  readonly outcome: "succeeded" | "denied";
  readonly action: string;
  readonly cause: Cause;
  readonly count: number;
  readonly samples: readonly Sample[];
}

export interface Day {
  /** `2026-01-31`; null: the record's time cannot be read. */
  readonly day: string | null;
  readonly marks: Readonly<Partial<Record<Mark, number>>>;
}

/** Sums that do not agree: a defect of ours, and no report. */
export class Unreconciled extends Error {
  override readonly name = "Unreconciled";
}

/** Checks that every total of a report is the sum of its parts; throws `Unreconciled`. */
export function reconcile(report: Report): void {
  const { read, calls, requests, matrix, callMatrix, agreement } = report;
  equal("items", read.items, read.events + sumOf(read.unreadable));
  equal("events", read.events, read.leftOut + sumOf(read.notDerivable) + read.calls);
  equal("calls", read.calls, calls.judged + calls.refused);
  equal("requests", requests.total, requests.judged + sum(requests.refused.map(({ count }) => count)));
  equal("matrix", requests.judged, sumOfMatrix(matrix));
  equal("calls in the matrix", calls.judged, sumOfMatrix(callMatrix));
  for (const flip of FLIPS) equal(flip, report.marks[flip], report.kind === "whatif" ? flipsOf(matrix, flip) : 0);
  const marked = sumOf(report.marks);
  if (report.kind === "replay") equal("marks", marked, requests.judged);
  for (const name of ["causes", "statements", "principals", "actions", "resources"] as const) {
    const { groups, others } = report[name];
    equal(name, marked, sum(groups.map(({ count }) => count)) + others);
  }
  equal("days", marked, sum(report.days.map(({ marks }) => sumOf(marks))));
  const outcomes = sum(Object.values(agreement.table).map(sumOf));
  equal("outcomes", calls.judged, outcomes);
  const { allowed, denied, uncertain } = agreement.table;
  equal("compared", agreement.compared, sum([allowed, denied, uncertain].map((row) => row.succeeded + row.denied)));
  equal("agreed", agreement.agreed, allowed.succeeded + denied.denied);
  const disagreed = sum(agreement.disagreements.groups.map(({ count }) => count)) + agreement.disagreements.others;
  equal("disagreements", disagreed, allowed.denied + denied.succeeded);
}

function equal(what: string, total: number, parts: number): void {
  if (total !== parts) throw new Unreconciled(`${what}: ${total} in all, ${parts} as the sum of the parts`);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

export function sumOf(counts: Readonly<Partial<Record<string, number>>>): number {
  return sum(Object.values(counts).map((count) => count ?? 0));
}

export function sumOfMatrix(matrix: Matrix): number {
  return sum(VERDICTS.map((verdict) => sumOf(matrix[verdict])));
}

function flipsOf(matrix: Matrix, flip: Flip): number {
  const to = FLIP_CLASSES[flip];
  return sum(
    VERDICTS.flatMap((before) =>
      VERDICTS.filter((after) => classOf(after) === to && classOf(before) !== to).map((after) => matrix[before][after]),
    ),
  );
}

const FLIP_CLASSES = {
  newlyAllowed: "allowed",
  newlyDenied: "denied",
  newlyUncertain: "uncertain",
} as const satisfies Record<Flip, VerdictClass>;

/** `policies/scp/a.json:7:9 (OnlyOurRegions)`, the place first, so that terminals can jump to it. */
export function shownStatement({ file, line, column, policy, index, sid }: StatementRef): string {
  return `${file}:${line}:${column} (${sid ?? `${policy}#${index}`})`;
}
