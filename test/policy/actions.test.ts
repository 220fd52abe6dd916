/** The lints' matcher of actions says what the reference's says (MATCH-2), on every short pattern and action. */
import { expect, test } from "vitest";
import { actionMatches } from "../../src/policy/action-element.js";
import { globMatches, wildcards } from "../../src/reference/match.js";

/** Every text of up to `length` of these units. */
function textsOf(units: string, length: number): string[] {
  if (length === 0) return [""];
  const shorter = textsOf(units, length - 1);
  const longest = shorter.filter((text) => text.length === length - 1);
  return [...shorter, ...longest.flatMap((text) => [...units].map((unit) => text + unit))];
}

test("actionMatches", () => {
  const actions = textsOf("ab", 4);
  for (const pattern of textsOf("ab*?", 4)) {
    const tokens = wildcards(pattern);
    const differing = actions.filter((action) => actionMatches(pattern, action) !== globMatches(tokens, action));
    expect([pattern, differing]).toEqual([pattern, []]);
  }
});
