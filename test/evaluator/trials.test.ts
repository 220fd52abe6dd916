/** The trials of the evaluator: every engine says what the reference says, on every build, in the same steps. */
import { describe, expect, it } from "vitest";
import { disagreementsIn, observations, prepared, STEPS } from "./trial.js";
import { trials } from "./trials.js";

describe("the evaluator", () => {
  it.each([...trials()].map((trial) => [trial.name, trial] as const))("%s", (_, trial) => {
    const whole = prepared(trial);
    expect(disagreementsIn(whole, [{}, { index: false }, { quick: false }])).toEqual([]);
    const seen = [...observations(whole)];
    const wide = [...observations(whole, { build: "simd" })];
    const counted = (texts: string[]) => (trial.isCrowded ? texts.map((text) => text.replace(STEPS, "")) : texts);
    expect(counted(wide)).toEqual(counted(seen));
    // The debug build has texts of its own before its memory.
    expect([...observations({ ...whole, isMapped: false }, { build: "debug" })]).toEqual(
      trial.isMapped ? seen.slice(1) : seen,
    );
  });
});
