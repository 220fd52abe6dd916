/** A very short agreement of the roads, in portions, so that a mutant that breaks the compiler is found by the first. */
import { describe, expect, it } from "vitest";
import { agree, CASES_PER_WORLD } from "../generators/agreement.js";

const WORLDS = 12;

describe("the two roads", () => {
  it.each(Array.from({ length: WORLDS }, (_, world) => world * CASES_PER_WORLD))(
    "agree from case %i on",
    async (from) => {
      const { differences } = await agree(7, from, from + CASES_PER_WORLD);
      expect(differences).toEqual([]);
    },
  );
});
