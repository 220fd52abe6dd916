/** A short run of what `npm run agree` does at length, and that its cases can be asked again. */
import { describe, expect, it } from "vitest";
import { agree, specimenAt } from "./agreement.js";
import { Coverage } from "./coverage.js";
import { disagreement, shrunk, specimenFromYaml, specimenToYaml } from "./specimens.js";

const CASES = 3_000;

describe("the two roads", () => {
  it("agree, on a mix of decisions worth agreeing on", async () => {
    const { differences, words, coverage } = await agree(7, 0, CASES);
    expect(differences).toEqual([]);
    for (const word of ["allowed", "explicitDeny", "implicitDeny"]) expect(words[word]).toBeGreaterThan(CASES / 6);
    expect(words["indeterminate"]).toBeGreaterThan(CASES / 20);
    expect(words["refused"]).toBeLessThan(CASES / 12);
    expect(new Coverage(coverage).below(1).length).toBeLessThan(120);
  });

  it("are asked the same again from seed and number", () => {
    expect(specimenAt(3, 123)).toEqual(specimenAt(3, 123));
    expect(specimenAt(3, 123)).not.toEqual(specimenAt(4, 123));
  });
});

describe("specimens", () => {
  it("survive their file", async () => {
    for (let number = 0; number < 20; number++) {
      const specimen = specimenAt(11, number * 50);
      const read = specimenFromYaml(specimenToYaml(specimen, "kept"));
      expect(read).toEqual(JSON.parse(JSON.stringify(specimen)));
    }
  });

  it("that do not differ are left as they are", async () => {
    const specimen = specimenAt(11, 4);
    expect(await disagreement(specimen)).toBeNull();
    expect(await shrunk(specimen)).toBe(specimen);
  });
});
