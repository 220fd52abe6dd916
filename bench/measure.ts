/** Clocks and medians: how every ratio here is taken. */

/** Nanoseconds that the work takes. */
export function time(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Contest {
  /** Untimed preparation of a round, for what must be fresh. */
  readonly prepare: (round: number) => void;
  readonly ours: (round: number) => void;
  readonly theirs: (round: number) => void;
}

export interface ContestResult {
  /** Medians over the rounds. `theirsOverOurs` is the median of the rounds' ratios, not the ratio of the medians. */
  readonly ours: number;
  readonly theirs: number;
  readonly theirsOverOurs: number;
}

/** Both sides in every round, taking turns in going first, so that a slow moment of the machine hits both. */
export function contest(sides: Contest, rounds: number, warmUps: number): ContestResult {
  const ours: number[] = [];
  const theirs: number[] = [];
  const ratios: number[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const at = round + warmUps;
    sides.prepare(at);
    const order = at % 2 === 0;
    const first = time(() => (order ? sides.ours(at) : sides.theirs(at)));
    const second = time(() => (order ? sides.theirs(at) : sides.ours(at)));
    if (round < 0) continue;
    ours.push(order ? first : second);
    theirs.push(order ? second : first);
    ratios.push(order ? second / first : first / second);
  }
  return { ours: median(ours), theirs: median(theirs), theirsOverOurs: median(ratios) };
}

/** Sides that take their time themselves, in nanoseconds. */
export interface AsyncContest {
  readonly ours: () => Promise<number>;
  readonly theirs: () => Promise<number>;
}

/** The same for work that is waited for. */
export async function asyncContest(sides: AsyncContest, rounds: number, warmUps: number): Promise<ContestResult> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const order = round % 2 === 0;
    const first = await (order ? sides.ours() : sides.theirs());
    const second = await (order ? sides.theirs() : sides.ours());
    if (round < 0) continue;
    ours.push(order ? first : second);
    theirs.push(order ? second : first);
  }
  const ratios = theirs.map((time, round) => time / ours[round]!);
  return { ours: median(ours), theirs: median(theirs), theirsOverOurs: median(ratios) };
}

/** Slope of the least-squares line through (log x, log y): 1 is linear growth, 2 quadratic. */
export function logSlope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const meanX = mean(logs.map(({ x }) => x));
  const meanY = mean(logs.map(({ y }) => y));
  const covariance = mean(logs.map(({ x, y }) => (x - meanX) * (y - meanY)));
  const variance = mean(logs.map(({ x }) => (x - meanX) ** 2));
  return covariance / variance;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
