/** docs/trail.md names every reason and every kind of file, and nothing else by these names. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../src/trail/read/file.js";
import { FILE_KINDS, REASONS } from "../../src/trail/read/item.js";

const TEXT = readFileSync(new URL("../../docs/trail.md", import.meta.url), "utf8");

/** The first column of the table with such a header. */
function namesIn(header: string): (string | undefined)[] {
  const rows = TEXT.slice(TEXT.indexOf(header)).split("\n\n")[0]!.split("\n").slice(2);
  return rows.map((row) => /^\| `([^`]+)` \|/.exec(row)?.[1]);
}

test("reasons and kinds", () => {
  expect(namesIn("| Reason |")).toEqual([...REASONS]);
  expect(namesIn("| Kind |")).toEqual([...FILE_KINDS]);
});

test("limits", () => {
  expect(TEXT).toContain(`more than ${DEFAULT_LIMITS.depthMax} objects`);
  expect(TEXT).toContain(`more than ${DEFAULT_LIMITS.recordBytesMax / 2 ** 20} MiB`);
});
