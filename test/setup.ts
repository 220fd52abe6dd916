/**
 * In every test process: properties run under one seed, so that a run says the same twice. `IAMB_SEED` chooses another, and
 * `IAMB_RUNS` how many cases a property that does not say so itself tries.
 */
import fc from "fast-check";

fc.configureGlobal({
  seed: Number(process.env.IAMB_SEED ?? 1),
  numRuns: Number(process.env.IAMB_RUNS ?? 1000),
});
