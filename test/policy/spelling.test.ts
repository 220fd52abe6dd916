/** "Did you mean": the nearest word, within a third of the length. */
import { expect, test } from "vitest";
import { didYouMean, nearest } from "../../src/policy/spelling.js";

test.each<[string, string[], string | null]>([
  // One letter changed, left out, too many; two neighbours swapped, at the beginning, inside and at the end.
  ["Allov", ["Allow"], "Allow"],
  ["Allw", ["Allow"], "Allow"],
  ["Alllow", ["Allow"], "Allow"],
  ["lAlow", ["Allow"], "Allow"],
  ["Alolw", ["Allow"], "Allow"],
  ["Allwo", ["Allow"], "Allow"],
  ["aLLOW", ["Allow"], "Allow"],
  // Two changes are too many for five letters, not for six.
  ["Allvv", ["Allow"], null],
  ["wollA", ["Allow"], null],
  ["Effvvt", ["Effect"], "Effect"],
  ["xy", ["ab"], null],
  ["a", ["b"], "b"],
  // The nearest, and of equally near ones the first.
  ["Efect", ["Affect", "Effect"], "Effect"],
  ["cat", ["bat", "hat"], "bat"],
  ["", ["Allow"], null],
  ["Allow", [], null],
  // Longer words are not compared.
  ["x".repeat(64), ["x".repeat(63)], "x".repeat(63)],
  ["x".repeat(65), ["x".repeat(64)], null],
])("%s among %j: %s", (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
  expect(didYouMean(word, candidates)).toBe(expected === null ? null : `did you mean \`${expected}\`?`);
});
