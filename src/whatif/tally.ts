/** Outlines of a trail in, a report out: each distinct request is decided once, and everything is counted. */
import type { Engine } from "../engine/engine.js";
import type { Place, TrailItem, TrailTotals } from "../trail/read.js";
import { directoryOf } from "../world/directory.js";
import { GroupMap, isoOf, type Span, widen } from "./groups.js";
import { Judge, type Judgement } from "./judge.js";
import { MarkedGroups } from "./marked.js";
import { Memo, type MemoLimits, type Remembered, SAMPLES_MAX, type Seen } from "./memo.js";
import { OUTCOMES, type Outcome, outcomeOf } from "./outcome.js";
import type { Outline } from "./outline.js";
import { type About, type Agreement, type Hanging, type Refusal, type Report, reconcile } from "./report.js";
import { CLASSES, classOf, type Mark, VERDICTS, type Verdict, verdictOfCall } from "./verdict.js";

export interface TallyLimits extends MemoLimits {
  /** Groups of each kind. */
  readonly groupsMax: number;
}

export const DEFAULT_TALLY_LIMITS: TallyLimits = {
  distinctMax: 100_000,
  distinctTextMax: 64 * 1024 * 1024,
  groupsMax: 2000,
};

const DAYS_MAX = 20_000;

export class Tally {
  private readonly judge: Judge;
  private readonly kind: Report["kind"];
  private readonly memo: Memo;
  private distinctIsExact = true;

  private readonly notDerivable = new Map<string, number>();
  private leftOut = 0;
  private calls = 0;
  private refusedCalls = 0;
  private readonly gaps = new Map<string, number>();
  private callsWithGaps = 0;
  private requests = 0;
  private assumed = 0;
  private readonly refusals = new Map<string, { refusal: Omit<Refusal, "count">; count: number }>();
  private readonly span: Span = { first: null, last: null };
  private readonly matrix = emptyMatrix();
  private readonly callMatrix = emptyMatrix();
  private readonly marked: MarkedGroups;
  private readonly hangsBefore: GroupMap<{ count: number }>;
  private readonly hangsAfter: GroupMap<{ count: number }>;
  private readonly outcomes = Object.fromEntries(
    CLASSES.map((name) => [name, Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]))]),
  ) as Record<(typeof CLASSES)[number], Record<Outcome, number>>;
  private readonly days = new Map<number | null, Partial<Record<Mark, number>>>();

  constructor(before: Engine, after: Engine | null, limits: TallyLimits = DEFAULT_TALLY_LIMITS) {
    this.judge = new Judge(before, after);
    this.kind = after === null ? "replay" : "whatif";
    this.memo = new Memo(this.judge, limits);
    const { groupsMax } = limits;
    this.marked = new MarkedGroups(this.judge, directoryOf(before.world), groupsMax);
    this.hangsBefore = new GroupMap(groupsMax);
    this.hangsAfter = new GroupMap(groupsMax);
  }

  /** Times that a world was asked: every request that is not remembered, of each world. */
  get decisions(): number {
    return this.judge.decisions;
  }

  /** Requests that were counted so far. */
  get requestsCounted(): number {
    return this.requests;
  }

  /** Counts one item. Throws `EngineError` for a failure of our own. */
  add(item: TrailItem<Outline>): void {
    // What cannot be read is in the reader's totals.
    if (item.kind === "unreadable") return;
    const outline = item.event;
    switch (outline.kind) {
      case "leftOut":
        this.leftOut += 1;
        break;
      case "none":
        increment(this.notDerivable, outline.reason);
        break;
      case "call":
        this.addCall(outline, item.place);
        break;
    }
  }

  /** What was counted. The sums are checked: throws `Unreconciled`. */
  report(about: About, totals: TrailTotals): Report {
    this.fold();
    const { judged, refused } = this.sums();
    const report: Report = {
      version: 1,
      kind: this.kind,
      about,
      read: {
        files: totals.files.found,
        storedBytes: totals.bytes.stored,
        textBytes: totals.bytes.text,
        items: totals.events + [...totals.unreadable.values()].reduce((sum, count) => sum + count, 0),
        events: totals.events,
        unreadable: Object.fromEntries(totals.unreadable),
        leftOut: this.leftOut,
        notDerivable: byCount(this.notDerivable),
        calls: this.calls,
      },
      calls: {
        judged: this.calls - this.refusedCalls,
        refused: this.refusedCalls,
        gaps: byCount(this.gaps),
        withGaps: this.callsWithGaps,
      },
      requests: {
        total: this.requests,
        judged,
        refused,
        assumed: this.assumed,
        distinct: this.memo.distinct,
        distinctIsExact: this.distinctIsExact,
      },
      from: isoOf(this.span.first),
      to: isoOf(this.span.last),
      matrix: this.matrix,
      callMatrix: this.callMatrix,
      marks: this.marked.marks,
      ...this.marked.groups,
      uncertain: {
        before: this.hangsBefore.sorted(hangingOf),
        after: this.kind === "replay" ? null : this.hangsAfter.sorted(hangingOf),
      },
      agreement: this.agreement(),
      days: [...this.days]
        .sort(([one], [other]) => (one ?? Number.POSITIVE_INFINITY) - (other ?? Number.POSITIVE_INFINITY))
        .map(([day, marks]) => ({ day: day === null ? null : isoOf(day * DAY)!.slice(0, "2026-01-31".length), marks })),
    };
    reconcile(report);
    return report;
  }

  private addCall(outline: Outline & { kind: "call" }, place: Place): void {
    const { time, errorCode, eventId, gaps, assumed, requests } = outline;
    const seen: Seen = { time, errorCode, eventId, place };
    const count = requests.length / 2;
    this.calls += 1;
    this.requests += count;
    this.assumed += assumed;
    for (const reason of new Set(gaps)) increment(this.gaps, reason);
    if (gaps.length > 0) this.callsWithGaps += 1;
    widen(this.span, { first: time, last: time });
    // All are looked up before any is counted: making room must not come between the requests of one call.
    if (!this.memo.hasRoom(count)) {
      this.fold();
      this.distinctIsExact = false;
    }
    const remembered: Remembered[] = [];
    for (let at = 0; at < requests.length; at += 2) remembered.push(this.memo.of(requests[at]!, requests[at + 1]!));
    for (const one of remembered) this.count(one, seen);
    this.countCall(remembered, gaps.length === 0, seen);
  }

  private count(known: Remembered, seen: Seen): void {
    const { judgement } = known;
    known.count += 1;
    widen(known, { first: seen.time, last: seen.time });
    if (judgement.kind === "refused" || judgement.mark === null) return;
    if (known.samples.length < SAMPLES_MAX) known.samples.push(seen);
    this.countDay(judgement.mark, seen.time);
  }

  private countDay(mark: Mark, time: number | null): void {
    let day = time === null ? null : Math.floor(time / DAY);
    if (!this.days.has(day) && this.days.size >= DAYS_MAX) day = null;
    const marks = this.days.get(day) ?? {};
    marks[mark] = (marks[mark] ?? 0) + 1;
    this.days.set(day, marks);
  }

  private countCall(requests: readonly Remembered[], isComplete: boolean, seen: Seen): void {
    const judgements: (Judgement & { kind: "judged" })[] = [];
    for (const { judgement } of requests) if (judgement.kind === "judged") judgements.push(judgement);
    if (judgements.length < requests.length) {
      this.refusedCalls += 1;
      return;
    }
    const verdicts = judgements.map(({ before }) => before);
    const before = verdictOfCall(verdicts, isComplete);
    const after =
      this.kind === "replay"
        ? before
        : verdictOfCall(
            judgements.map((judgement) => judgement.after!),
            isComplete,
          );
    this.callMatrix[before][after] += 1;
    const outcome = outcomeOf(seen.errorCode);
    const verdictClass = classOf(before);
    this.outcomes[verdictClass][outcome] += 1;
    const disagrees =
      (verdictClass === "allowed" && outcome === "denied") || (verdictClass === "denied" && outcome === "succeeded");
    if (!disagrees) return;
    const decisive = requests[verdicts.indexOf(before)]!;
    decisive.disagreed ??= { count: 0, outcome, samples: [] };
    decisive.disagreed.count += 1;
    if (decisive.disagreed.samples.length < SAMPLES_MAX) decisive.disagreed.samples.push(seen);
  }

  /** Adds up what is remembered, and forgets it. */
  private fold(): void {
    for (const { known, request } of this.memo.take()) {
      const { judgement, count, disagreed } = known;
      if (judgement.kind === "refused") {
        this.foldRefusal(judgement, count);
        continue;
      }
      const { before, after, mark, hangsBefore, hangsAfter } = judgement;
      this.matrix[before][after ?? before] += count;
      for (const name of hangsBefore) this.hangsBefore.add(name, count, zero);
      for (const name of hangsAfter) this.hangsAfter.add(name, count, zero);
      if (mark !== null) this.marked.addMarked(mark, judgement, known, request());
      if (disagreed !== null) this.marked.addDisagreement(judgement, disagreed, request());
    }
  }

  private foldRefusal({ code, message, where }: Omit<Refusal, "count">, count: number): void {
    const key = `${code} ${where}`;
    const known = this.refusals.get(key) ?? { refusal: { code, message, where }, count: 0 };
    known.count += count;
    this.refusals.set(key, known);
  }

  private sums(): { judged: number; refused: readonly Refusal[] } {
    const refused = [...this.refusals.values()]
      .map(({ refusal, count }) => ({ ...refusal, count }))
      .sort((one, other) => other.count - one.count);
    return { judged: this.requests - refused.reduce((sum, { count }) => sum + count, 0), refused };
  }

  private agreement(): Agreement {
    const table = this.outcomes;
    const { allowed, denied, uncertain } = table;
    return {
      table,
      compared: CLASSES.reduce((sum, name) => sum + table[name].succeeded + table[name].denied, 0),
      agreed: allowed.succeeded + denied.denied,
      uncertain: uncertain.succeeded + uncertain.denied,
      disagreements: this.marked.disagreementGroups,
    };
  }
}

const DAY = 24 * 60 * 60 * 1000;

function zero(): { count: number } {
  return { count: 0 };
}

function emptyMatrix(): Record<Verdict, Record<Verdict, number>> {
  const row = () => Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, row()])) as Record<Verdict, Record<Verdict, number>>;
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function byCount(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
}

function hangingOf({ count }: { readonly count: number }, name: string): Hanging {
  return { name, count };
}
