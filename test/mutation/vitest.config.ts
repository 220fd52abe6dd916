/** What mutants are run against: the rooms' own tests, the conformance scenarios and a short agreement of the roads. */
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests of a room; those that read whole corpora, draw thousands of cases or measure time are left to `npm test`. */
const TESTS = {
  policy: ["test/policy/!(corpus|hostile).test.ts", "test/mutation/{policy*,conformance}.test.ts"],
  reference: ["test/reference/!(completions).test.ts", "test/mutation/{reference*,conformance}.test.ts"],
  compiler: ["test/bytecode/*.test.ts", "test/mutation/{compiler*,agreement}.test.ts"],
} as const;

const room = process.env["IAMB_ROOM"] as keyof typeof TESTS | undefined;

/** The quickest first: a mutant is done with at the first test that fails. Left to itself, Vitest begins with the longest. */
class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

const SLOW = ["agreement.test.ts", "conformance.test.ts"];

function placeOf(file: TestSpecification): number {
  return SLOW.findIndex((name) => file.moduleId.endsWith(`/${name}`));
}

export default defineConfig({
  test: {
    include: room === undefined ? Object.values(TESTS).flat() : [...TESTS[room]],
    sequence: { sequencer: QuickestFirst },
    testTimeout: 120_000,
  },
});
