/** Outlines of a trail in, a report out: each distinct request is decided once, and everything is counted. */
import type { Engine } from "../engine/engine.js";
import type { Directory } from "../request/directory.js";
import { resolvePrincipal } from "../request/principal.js";
import { callerName } from "../request/question.js";
import type { Request } from "../request/request.js";
import { RequestError } from "../request/request.js";
import type { Place, TrailItem, TrailTotals } from "../trail/read.js";
import { directoryOf } from "../world/directory.js";
import { exactOf } from "./canonical.js";
import { type Cause, decisiveSide } from "./cause.js";
import { GroupMap, isoOf, type Span, widen } from "./groups.js";
import { Judge, type Judgement } from "./judge.js";
import { OUTCOMES, type Outcome, outcomeOf } from "./outcome.js";
import type { Outline } from "./outline.js";
import {
  type About,
  type Agreement,
  type CauseGroup,
  type Disagreement,
  type Hanging,
  type NamedGroup,
  type Refusal,
  type Report,
  reconcile,
  type Sample,
} from "./report.js";
import { cut, principalOf, shapeOf } from "./shape.js";
import { CLASSES, classOf, MARKS, type Mark, VERDICTS, type Verdict, verdictOfCall } from "./verdict.js";

export interface TallyLimits {
  /** Distinct requests, or parts of them, that are remembered at a time. */
  readonly distinctMax: number;
  /** Units of text that they may have together. */
  readonly distinctTextMax: number;
  /** Groups of each kind. */
  readonly groupsMax: number;
}

export const DEFAULT_TALLY_LIMITS: TallyLimits = {
  distinctMax: 100_000,
  distinctTextMax: 64 * 1024 * 1024,
  groupsMax: 2000,
};

/** Samples of a group. */
const SAMPLES_MAX = 3;
/** Longest text of a sample: no ARN of AWS is as long. */
const SAMPLE_LENGTH_MAX = 2048;
/** Names of one kind that a cause remembers, and that it shows. */
const NAMES_MAX = 200;
const NAMES_SHOWN = 5;
const DAYS_MAX = 20_000;

/** One distinct request. */
interface Remembered extends Span {
  readonly kind: "request";
  readonly judgement: Judgement;
  count: number;
  /** The first few, if it is marked. */
  samples: Seen[];
  /** Calls whose outcome in the log is another, and that this request decided. */
  disagreed: { count: number; outcome: "succeeded" | "denied"; samples: Seen[] } | null;
}

/** Between the two parts of a request's text; JSON has none. */
const BETWEEN = "\n";

/** The settled part of requests whose decision hangs on the volatile one. */
const OPEN = { kind: "open" } as const;

/** Where a request was seen. */
interface Seen {
  readonly time: number | null;
  readonly eventId: string | null;
  readonly errorCode: string | null;
  readonly place: Place;
}

interface MutableCause extends Span {
  count: number;
  distinct: number;
  readonly mark: Mark;
  readonly before: { readonly verdict: Verdict; readonly cause: Cause };
  readonly after: { readonly verdict: Verdict; readonly cause: Cause } | null;
  readonly samples: Sample[];
  readonly principals: GroupMap<{ count: number }>;
  readonly actions: GroupMap<{ count: number }>;
  readonly resources: GroupMap<{ count: number }>;
}

interface MutableNamed extends Span {
  count: number;
  readonly marks: Partial<Record<Mark, number>>;
}

interface MutableDisagreement extends Omit<Disagreement, "count" | "samples"> {
  count: number;
  readonly samples: Sample[];
}

export class Tally {
  private readonly judge: Judge;
  private readonly directory: Directory;
  private readonly kind: Report["kind"];
  /** By the canonical texts of a request; only the settled one where the decision does not hang on the other. */
  private readonly memo = new Map<string, Remembered | typeof OPEN>();
  private memoText = 0;
  private distinct = 0;
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
  private readonly marks = Object.fromEntries(MARKS.map((mark) => [mark, 0])) as Record<Mark, number>;
  private readonly causes: GroupMap<MutableCause>;
  private readonly statements: GroupMap<MutableNamed & { readonly side: "before" | "after"; readonly cause: Cause }>;
  private readonly principals: GroupMap<MutableNamed>;
  private readonly actions: GroupMap<MutableNamed>;
  private readonly resources: GroupMap<MutableNamed>;
  private readonly hangsBefore: GroupMap<{ count: number }>;
  private readonly hangsAfter: GroupMap<{ count: number }>;
  private readonly outcomes = Object.fromEntries(
    CLASSES.map((name) => [name, Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]))]),
  ) as Record<(typeof CLASSES)[number], Record<Outcome, number>>;
  private readonly disagreements: GroupMap<MutableDisagreement>;
  private readonly days = new Map<number | null, Partial<Record<Mark, number>>>();

  constructor(
    before: Engine,
    after: Engine | null,
    private readonly limits: TallyLimits = DEFAULT_TALLY_LIMITS,
  ) {
    this.judge = new Judge(before, after);
    this.directory = directoryOf(before.world);
    this.kind = after === null ? "replay" : "whatif";
    const { groupsMax } = limits;
    this.causes = new GroupMap(groupsMax);
    this.statements = new GroupMap(groupsMax);
    this.principals = new GroupMap(groupsMax);
    this.actions = new GroupMap(groupsMax);
    this.resources = new GroupMap(groupsMax);
    this.hangsBefore = new GroupMap(groupsMax);
    this.hangsAfter = new GroupMap(groupsMax);
    this.disagreements = new GroupMap(groupsMax);
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
        distinct: this.distinct,
        distinctIsExact: this.distinctIsExact,
      },
      from: isoOf(this.span.first),
      to: isoOf(this.span.last),
      matrix: this.matrix,
      callMatrix: this.callMatrix,
      marks: this.marks,
      causes: this.causes.sorted(causeGroupOf),
      statements: this.statements.sorted(({ side, cause, ...group }) => {
        const { name: _, ...counted } = namedGroupOf(group, "");
        return { side, cause, ...counted };
      }),
      principals: this.principals.sorted(namedGroupOf),
      actions: this.actions.sorted(namedGroupOf),
      resources: this.resources.sorted(namedGroupOf),
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
    this.makeRoom(count);
    const remembered: Remembered[] = [];
    for (let at = 0; at < requests.length; at += 2) remembered.push(this.remembered(requests[at]!, requests[at + 1]!));
    for (const one of remembered) this.count(one, seen);
    this.countCall(remembered, gaps.length === 0, seen);
  }

  /** Asks without the volatile part first: what is definite then is the answer, whatever that part says. */
  private remembered(settled: string, volatile: string): Remembered {
    const known = this.memo.get(settled);
    if (known?.kind === "request") return known;
    if (known === undefined) {
      const judgement = this.judge.judge(exactOf(settled, ""));
      if (volatile === "" || isDefinite(judgement)) return this.remember(settled, judgement);
      this.memo.set(settled, OPEN);
      this.memoText += settled.length;
    }
    const key = `${settled}${BETWEEN}${volatile}`;
    const exact = this.memo.get(key);
    if (exact?.kind === "request") return exact;
    return this.remember(key, this.judge.judge(exactOf(settled, volatile)));
  }

  private remember(key: string, judgement: Judgement): Remembered {
    const made: Remembered = {
      kind: "request",
      judgement,
      count: 0,
      first: null,
      last: null,
      samples: [],
      disagreed: null,
    };
    this.memo.set(key, made);
    this.memoText += key.length;
    this.distinct += 1;
    return made;
  }

  private makeRoom(count: number): void {
    const { distinctMax, distinctTextMax } = this.limits;
    if (this.memo.size + 2 * count <= distinctMax && this.memoText <= distinctTextMax) return;
    if (this.memo.size === 0) return;
    this.fold();
    this.distinctIsExact = false;
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
    for (const [key, known] of this.memo) if (known.kind === "request") this.foldOne(key, known);
    this.memo.clear();
    this.memoText = 0;
  }

  private foldOne(key: string, known: Remembered): void {
    const { judgement, count, disagreed } = known;
    if (judgement.kind === "refused") {
      this.foldRefusal(judgement, count);
      return;
    }
    const { before, after, mark, hangsBefore, hangsAfter } = judgement;
    this.matrix[before][after ?? before] += count;
    for (const name of hangsBefore) this.hangsBefore.add(name, count, zero);
    for (const name of hangsAfter) this.hangsAfter.add(name, count, zero);
    if (mark === null && disagreed === null) return;
    const [settled, volatile] = key.split(BETWEEN);
    const request = exactOf(settled!, volatile ?? "");
    if (mark !== null) this.foldMarked(mark, judgement, known, request);
    if (disagreed !== null) this.foldDisagreement(judgement, disagreed, request);
  }

  private foldRefusal({ code, message, where }: Omit<Refusal, "count">, count: number): void {
    const key = `${code} ${where}`;
    const known = this.refusals.get(key) ?? { refusal: { code, message, where }, count: 0 };
    known.count += count;
    this.refusals.set(key, known);
  }

  private foldMarked(mark: Mark, judgement: Judgement & { kind: "judged" }, known: Remembered, request: Request): void {
    const { count } = known;
    const { before, after, causes } = judgement;
    const principal = principalOf(request, this.directory);
    const resource = shapeOf(request.resource);
    this.marks[mark] += count;
    const addTo = <T extends MutableNamed>(groups: GroupMap<T>, name: string, make: () => T): void => {
      const group = groups.add(name, count, make);
      if (group === null) return;
      group.marks[mark] = (group.marks[mark] ?? 0) + count;
      widen(group, known);
    };
    addTo(this.principals, principal, newNamed);
    addTo(this.actions, request.action, newNamed);
    addTo(this.resources, resource, newNamed);
    const side = after === null ? "before" : decisiveSide(before, after);
    const decisive = { side, cause: causes![side]! } as const;
    addTo(this.statements, JSON.stringify(decisive), () => ({ ...newNamed(), ...decisive }));
    const sides = {
      mark,
      before: { verdict: before, cause: causes!.before },
      after: after === null ? null : { verdict: after, cause: causes!.after! },
    };
    const cause = this.causes.add(JSON.stringify(sides), count, () => ({
      ...sides,
      count: 0,
      distinct: 0,
      first: null,
      last: null,
      samples: [],
      principals: new GroupMap(NAMES_MAX),
      actions: new GroupMap(NAMES_MAX),
      resources: new GroupMap(NAMES_MAX),
    }));
    if (cause === null) return;
    cause.distinct += 1;
    widen(cause, known);
    cause.principals.add(principal, count, zero);
    cause.actions.add(request.action, count, zero);
    cause.resources.add(resource, count, zero);
    this.addSamples(cause.samples, known.samples, request);
  }

  /** The cause is that of the first of those that rest on the same. */
  private foldDisagreement(
    { before: verdict, ground }: Judgement & { kind: "judged" },
    { outcome, count, samples }: NonNullable<Remembered["disagreed"]>,
    request: Request,
  ): void {
    const { action } = request;
    const group = this.disagreements.add(JSON.stringify([verdict, outcome, action, ground]), count, () => {
      return { verdict, outcome, action, cause: this.judge.causeBefore(request), count: 0, samples: [] };
    });
    if (group !== null) this.addSamples(group.samples, samples, request);
  }

  private addSamples(samples: Sample[], seen: readonly Seen[], request: Request): void {
    for (const { time, eventId, errorCode, place } of seen) {
      if (samples.length >= SAMPLES_MAX) return;
      const { action, resource } = request;
      const principal = cut(this.callerOf(request), SAMPLE_LENGTH_MAX);
      const { file, record } = place;
      samples.push({
        principal,
        action,
        resource: cut(resource, SAMPLE_LENGTH_MAX),
        eventId,
        time: isoOf(time),
        errorCode,
        file,
        record,
      });
    }
  }

  private callerOf({ principal, action }: Request): string {
    try {
      return callerName(resolvePrincipal(principal, action, this.directory));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return typeof principal === "string" ? principal : principal.arn;
    }
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
      disagreements: this.disagreements.sorted(({ samples, ...rest }) => ({ ...rest, samples })),
    };
  }
}

/** Of a merged denial the words could still turn out to be either of two. */
function isDefinite(judgement: Judgement): boolean {
  if (judgement.kind === "refused") return true;
  return [judgement.before, judgement.after].every((word) => word !== "indeterminate" && word !== "denied");
}

const DAY = 24 * 60 * 60 * 1000;

function newNamed(): MutableNamed {
  return { count: 0, marks: {}, first: null, last: null };
}

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

function namesOf(groups: GroupMap<{ count: number }>): CauseGroup["principals"] {
  return groups.sorted(({ count }, name) => ({ name, count }), NAMES_SHOWN).groups;
}

function causeGroupOf(group: MutableCause): CauseGroup {
  const { count, distinct, mark, before, after, samples } = group;
  return {
    mark,
    count,
    distinct,
    first: isoOf(group.first),
    last: isoOf(group.last),
    before,
    after,
    principals: namesOf(group.principals),
    actions: namesOf(group.actions),
    resources: namesOf(group.resources),
    samples,
  };
}

function namedGroupOf({ count, marks, first, last }: MutableNamed, name: string): NamedGroup {
  return { name, count, marks, first: isoOf(first), last: isoOf(last) };
}

function hangingOf({ count }: { readonly count: number }, name: string): Hanging {
  return { name, count };
}
