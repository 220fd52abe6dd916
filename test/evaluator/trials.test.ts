/** The trials of the evaluator: every engine says what the reference says, and takes the same steps on every build. */
import { describe, expect, it } from "vitest";
import { disagreementsIn, observations, prepared } from "./trial.js";
import { trials } from "./trials.js";

describe("the evaluator", () => {
  it.each([...trials()].map((trial) => [trial.name, trial] as const))("%s", (_, trial) => {
    const whole = prepared(trial);
    expect(disagreementsIn(whole, [{}, { index: false }, { quick: false }])).toEqual([]);
    const seen = [...observations(whole)];
    expect([...observations(whole, { build: "simd" })]).toEqual(seen);
    // The debug build has texts of its own before its memory.
    expect([...observations({ ...whole, isMapped: false }, { build: "debug" })]).toEqual(
      trial.isMapped ? seen.slice(1) : seen,
    );
  });
});
