/** Marked requests and disagreements by what they have in common: causes, statements, principals, actions, resources. */
import type { Directory } from "../request/directory.js";
import { resolvePrincipal } from "../request/principal.js";
import { callerName } from "../request/question.js";
import { type Request, RequestError } from "../request/request.js";
import { type Cause, decisiveSide } from "./cause.js";
import { GroupMap, isoOf, type Span, widen } from "./groups.js";
import type { Judge, Judgement } from "./judge.js";
import { type Remembered, SAMPLES_MAX, type Seen } from "./memo.js";
import type { CauseGroup, Disagreement, Groups, NamedGroup, Report, Sample } from "./report.js";
import { cut, principalOf, shapeOf } from "./shape.js";
import { MARKS, type Mark, type Verdict } from "./verdict.js";

/** Longest text of a sample: no ARN of AWS is as long. */
const SAMPLE_LENGTH_MAX = 2048;
/** Names of one kind that a cause remembers, and that it shows. */
const NAMES_MAX = 200;
const NAMES_SHOWN = 5;

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

type Judged = Judgement & { readonly kind: "judged" };

export class MarkedGroups {
  readonly marks = Object.fromEntries(MARKS.map((mark) => [mark, 0])) as Record<Mark, number>;
  private readonly causes: GroupMap<MutableCause>;
  private readonly statements: GroupMap<MutableNamed & { readonly side: "before" | "after"; readonly cause: Cause }>;
  private readonly principals: GroupMap<MutableNamed>;
  private readonly actions: GroupMap<MutableNamed>;
  private readonly resources: GroupMap<MutableNamed>;
  private readonly disagreements: GroupMap<MutableDisagreement>;

  constructor(
    private readonly judge: Judge,
    private readonly directory: Directory,
    groupsMax: number,
  ) {
    this.causes = new GroupMap(groupsMax);
    this.statements = new GroupMap(groupsMax);
    this.principals = new GroupMap(groupsMax);
    this.actions = new GroupMap(groupsMax);
    this.resources = new GroupMap(groupsMax);
    this.disagreements = new GroupMap(groupsMax);
  }

  get groups(): Pick<Report, "causes" | "statements" | "principals" | "actions" | "resources"> {
    return {
      causes: this.causes.sorted(causeGroupOf),
      statements: this.statements.sorted(({ side, cause, ...group }) => {
        const { name: _, ...counted } = namedGroupOf(group, "");
        return { side, cause, ...counted };
      }),
      principals: this.principals.sorted(namedGroupOf),
      actions: this.actions.sorted(namedGroupOf),
      resources: this.resources.sorted(namedGroupOf),
    };
  }

  get disagreementGroups(): Groups<Disagreement> {
    return this.disagreements.sorted(({ samples, ...rest }) => ({ ...rest, samples }));
  }

  addMarked(mark: Mark, judgement: Judged, known: Remembered, request: Request): void {
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
  addDisagreement(
    { before: verdict, ground }: Judged,
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
}

function newNamed(): MutableNamed {
  return { count: 0, marks: {}, first: null, last: null };
}

function zero(): { count: number } {
  return { count: 0 };
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
