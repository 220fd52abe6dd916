/**
 * Mutation testing of the rooms that carry the meaning: `npm run mutate`, or one room at a time with
 * `IAMB_ROOM=reference npm run mutate`, or one file with `-- --mutate src/policy/ip.ts`. Figures: docs/mutation.md.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A list of service names is data: without texts there is nothing in it to mutate. */
const ROOMS = {
  policy: ["src/policy/*.ts", "!src/policy/rcp-services.ts"],
  reference: ["src/reference/*.ts"],
  compiler: ["src/compiler/*.ts"],
};

const room = process.env.IAMB_ROOM;
if (room !== undefined && !(room in ROOMS)) {
  throw new Error(`IAMB_ROOM is one of ${Object.keys(ROOMS).join(", ")}, not \`${room}\``);
}

export default {
  mutate: room === undefined ? Object.values(ROOMS).flat() : ROOMS[room],
  testRunner: "in-process",
  plugins: [fileURLToPath(new URL("test/mutation/runner.mjs", import.meta.url))],
  coverageAnalysis: "perTest",
  // Texts of messages are for people; tests that quote them word for word would only say them twice.
  mutator: { excludedMutations: ["StringLiteral"] },
  concurrency: 1,
  timeoutMS: 30_000,
  // Outside of the tree, so that neither editors nor other tests meet a second copy of it.
  tempDirName: join(tmpdir(), `iamb-mutation-${process.pid}`),
  ignorePatterns: ["bench", "coverage", "dist", "examples", "reports"],
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: process.env.IAMB_MUTATION_REPORT ?? `reports/mutation/${room ?? "all"}.json` },
};
