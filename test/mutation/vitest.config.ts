/** What mutants are run against: the rooms' own tests, the conformance scenarios and a short agreement of the roads. */
import { defineConfig } from "vitest/config";

/** Tests of a room, the quickest first; those that read whole corpora or draw thousands of cases are left to `npm test`. */
const TESTS = {
  policy: ["test/policy/!(corpus).test.ts", "test/mutation/{policy*,conformance}.test.ts"],
  reference: ["test/reference/!(completions).test.ts", "test/mutation/{reference*,conformance}.test.ts"],
  compiler: ["test/bytecode/*.test.ts", "test/mutation/{compiler*,agreement}.test.ts"],
} as const;

const room = process.env["IAMB_ROOM"] as keyof typeof TESTS | undefined;

export default defineConfig({
  test: {
    include: room === undefined ? Object.values(TESTS).flat() : [...TESTS[room]],
    testTimeout: 120_000,
  },
});
