/** What must be reached, and what we aim for: the rows of docs/performance.md that this runner measures. */

export interface Goal {
  readonly id: string;
  readonly title: string;
  /** Whether a larger ratio is better (a rate over a rate) or a smaller one (a cost over a cost). */
  readonly better: "higher" | "lower";
  readonly reached: number;
  readonly aim: number;
  readonly unit: string;
}

export const GOALS = {
  P1: {
    title: "batch from ids, 1,000 statements, 100 principals, all layers",
    better: "lower",
    reached: 10,
    aim: 4,
    unit: "x the time of reading the ids",
  },
  P2: {
    title: "batch from UTF-8 columns, the same world",
    better: "lower",
    reached: 5,
    aim: 3,
    unit: "x the time of hashing the texts",
  },
  P3: {
    title: "batch from UTF-8 columns, every resource unique",
    better: "lower",
    reached: 9,
    aim: 5,
    unit: "x the time of hashing the texts",
  },
  P4: {
    title: "ids batch, 30,000 statements and 10,000 principals over 1,000 and 100",
    better: "lower",
    reached: 3,
    aim: 1.5,
    unit: "x the time",
  },
  P5: {
    title: "ids batch, 1,000,000 statements and 100,000 principals over 1,000 and 100",
    better: "lower",
    reached: 8,
    aim: 2,
    unit: "x the time",
  },
  "P6-W1": {
    title: "one decision from fresh strings, 1 principal, 10 statements",
    better: "higher",
    reached: 0.5,
    aim: 1,
    unit: "x the rate of indexed JavaScript",
  },
  "P6-W2": {
    title: "one decision from fresh strings, 100 principals, 10,000 statements, all layers",
    better: "higher",
    reached: 2,
    aim: 4,
    unit: "x the rate of indexed JavaScript",
  },
  "P6-W3": {
    title: "one decision from fresh strings, 1 principal, 10,000 statements",
    better: "higher",
    reached: 10,
    aim: 20,
    unit: "x the rate of indexed JavaScript",
  },
  P8: {
    title: "ids batch of P1, two threads over one image",
    better: "higher",
    reached: 1.7,
    aim: 1.95,
    unit: "x the rate of one thread",
  },
  P9: {
    title: "compile 10,000 statements from JSON text",
    better: "lower",
    reached: 12,
    aim: 6,
    unit: "x the time of JSON.parse",
  },
  P10: {
    title: "bundle size without provenance",
    better: "lower",
    reached: 300,
    aim: 150,
    unit: "bytes a statement",
  },
  P11: {
    title: "steps of the longest decision over the length of its input",
    better: "lower",
    reached: 1.1,
    aim: 1,
    unit: "slope, log over log",
  },
  "TRAIL-1": {
    title: "read CloudTrail files, in one thread",
    better: "higher",
    reached: 0.8,
    aim: 1,
    unit: "x the rate of gunzip and JSON.parse",
  },
  "TRAIL-2": {
    title: "read CloudTrail files, in two threads",
    better: "higher",
    reached: 1.6,
    aim: 1.95,
    unit: "x the rate of one",
  },
} as const satisfies Record<string, Omit<Goal, "id">>;

export type GoalId = keyof typeof GOALS;

/** One measured figure. Rows without a goal of their own (W3 at 10, 100 and 1,000 statements) show how it grows. */
export interface Result {
  readonly id: string;
  readonly ratio: number;
  readonly reached: number | null;
  readonly aim: number | null;
  readonly verdict: Verdict;
  readonly title: string;
  readonly unit: string;
  /** What the ratio was made of. */
  readonly details: Readonly<Record<string, number | string>>;
}

export type Verdict = "aim" | "reached" | "missed" | "shown";

export function resultOf(id: GoalId, ratio: number, details: Result["details"]): Result {
  const { title, better, reached, aim, unit } = GOALS[id];
  const meets = (limit: number): boolean => (better === "higher" ? ratio >= limit : ratio <= limit);
  const verdict = meets(aim) ? "aim" : meets(reached) ? "reached" : "missed";
  return { id, ratio: round(ratio), reached, aim, verdict, title, unit, details };
}

export function shown(id: string, title: string, unit: string, ratio: number, details: Result["details"]): Result {
  return { id, ratio: round(ratio), reached: null, aim: null, verdict: "shown", title, unit, details };
}

function round(ratio: number): number {
  return Number(ratio.toPrecision(4));
}
