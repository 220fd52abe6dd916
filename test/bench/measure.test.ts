import { describe, expect, test } from "vitest";
import { GOALS, type GoalId, resultOf } from "../../bench/goals.js";
import { asyncContest, contest, logSlope, median } from "../../bench/measure.js";

test("median", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test("the slope of a power is its exponent", () => {
  const points = (power: number) => [1, 2, 4, 8].map((x) => ({ x, y: 5 * x ** power }));
  expect(logSlope(points(1))).toBeCloseTo(1);
  expect(logSlope(points(2))).toBeCloseTo(2);
});

test("both sides of a contest take part in every round, and take turns in going first", () => {
  const calls: string[] = [];
  const log = (name: string) => (round: number) => {
    calls.push(`${name}${round}`);
  };
  contest({ prepare: log("p"), ours: log("o"), theirs: log("t") }, 2, 1);
  expect(calls).toEqual(["p0", "o0", "t0", "p1", "t1", "o1", "p2", "o2", "t2"]);
});

test("so they do in one that is waited for", async () => {
  const calls: string[] = [];
  const log = (name: string, time: number) => async () => {
    calls.push(name);
    return time;
  };
  const { theirsOverOurs } = await asyncContest({ ours: log("o", 2), theirs: log("t", 3) }, 2, 1);
  expect(calls).toEqual(["t", "o", "o", "t", "t", "o"]);
  expect(theirsOverOurs).toBe(1.5);
});

describe("verdicts", () => {
  test.each<[GoalId, number, string]>([
    ["P6-W2", 4, "aim"],
    ["P6-W2", 3.9, "reached"],
    ["P6-W2", 1.9, "missed"],
    ["P9", 6, "aim"],
    ["P9", 12, "reached"],
    ["P9", 12.1, "missed"],
  ])("%s at %d is %s", (id, ratio, verdict) => {
    expect(resultOf(id, ratio, {})).toMatchObject({ ratio, verdict, reached: GOALS[id].reached });
  });
});
