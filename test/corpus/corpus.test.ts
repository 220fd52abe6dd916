/** Cases on which the roads once differed, shrunk and kept for ever (`npm run agree -- --keep`): they must agree now. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { disagreement, specimenFromYaml } from "../generators/specimens.js";

const FILES = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".yaml"));

describe("the corpus", () => {
  it.each(FILES)("%s", async (name) => {
    const specimen = specimenFromYaml(readFileSync(`${import.meta.dirname}/${name}`, "utf8"));
    expect(await disagreement(specimen)).toBeNull();
  });

  it("is there", () => {
    expect(FILES.length).toBeGreaterThan(0);
  });
});
