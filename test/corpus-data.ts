/** Where the real policies and logs are that some tests read: not part of the package, so those tests may have to skip. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/**
 * The folder with the corpora: `IAMB_CORPUS`, or `../shared/data` beside the checkout; null where neither is there. In
 * continuous integration (`CI`) its absence is a failure: a test that never runs is worse than none.
 */
export function corpusPath(): string | null {
  const candidates = [process.env["IAMB_CORPUS"], join(import.meta.dirname, "../../shared/data")];
  const found = candidates.find((path) => path !== undefined && path !== "" && existsSync(path)) ?? null;
  if (found !== null) return found;
  if (process.env["CI"]) throw new Error("the corpora are missing: set IAMB_CORPUS");
  console.warn("the corpora are missing (IAMB_CORPUS is not set): their tests are skipped");
  return null;
}

/** The text of a file, unpacked where its name ends in `.gz`. */
export function readCorpusText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** The lines of a JSON Lines file. */
export function readCorpusLines(path: string): string[] {
  return readCorpusText(path)
    .split("\n")
    .filter((line) => line !== "");
}
