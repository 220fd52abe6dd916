/** What mutants of a room are run against. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Tests that read whole corpora, draw thousands of cases or measure time are left to `npm test`. */
const LEFT_OUT = new Set(["corpus.test.ts", "completions.test.ts", "hostile.test.ts"]);

/** Beside the tests of some folders, and those of this one that are named after the room. */
const SUITES = {
  policy: { folders: ["policy"], more: "conformance.test.ts" },
  reference: { folders: ["reference"], more: "conformance.test.ts" },
  compiler: { folders: ["bytecode", "compiler"], more: "agreement.test.ts" },
};

/** Paths of the test files of a room, or of all rooms, under a copy of the repository. */
export function suiteOf(room, root) {
  if (room === undefined) return [...new Set(Object.keys(SUITES).flatMap((each) => suiteOf(each, root)))];
  const { folders, more } = SUITES[room];
  const mutation = join(root, "test", "mutation");
  return [
    ...folders.flatMap((folder) => testsIn(join(root, "test", folder), (name) => !LEFT_OUT.has(name))),
    ...testsIn(mutation, (name) => name.startsWith(room)),
    join(mutation, more),
  ];
}

function testsIn(folder, isWanted) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".test.ts") && isWanted(name));
  return names.sort().map((name) => join(folder, name));
}
