/**
 * A Stryker test runner that keeps program and tests in one process: a mutant costs the time of its tests, and no start of
 * anything. Only mutants of what runs while modules load (tables) need a new process, which Stryker sees to.
 */
import { createHash } from "node:crypto";
import { register as registerHooks } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { register as registerTypeScript } from "tsx/esm/api";
import { suiteOf } from "./suites.mjs";

class InProcessRunner {
  constructor() {
    globalThis.__stryker__ ??= {};
    /** What the instrumented code reads and counts. */
    this.mutation = globalThis.__stryker__;
    this.tests = null;
  }

  capabilities() {
    return { reloadEnvironment: false };
  }

  async dryRun() {
    const tests = (await this.runAll()).map(({ id, timeSpentMs, failure }) => {
      const told = { id, name: id, timeSpentMs };
      return failure === null ? { ...told, status: SUCCESS } : { ...told, status: FAILED, failureMessage: failure };
    });
    return { status: "complete", tests, mutantCoverage: withoutHybrids(this.mutation.mutantCoverage) };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    if (!isDrawn(activeMutant)) return { status: "error", errorMessage: "not drawn" };
    if (mutantActivation === "static") this.mutation.activeMutant = activeMutant.id;
    else await this.warmUp();
    this.mutation.hitCount = 0;
    this.mutation.hitLimit = hitLimit;
    this.mutation.activeMutant = activeMutant.id;
    const result = await this.verdict(testFilter);
    this.mutation.activeMutant = undefined;
    if (hitLimit !== undefined && this.mutation.hitCount > hitLimit) {
      return { status: "timeout", reason: `hit limit reached (${this.mutation.hitCount}/${hitLimit})` };
    }
    return result;
  }

  async verdict(testFilter) {
    try {
      await this.load();
    } catch (error) {
      return { status: "killed", killedBy: ["loading"], failureMessage: String(error), nrOfTests: 0 };
    }
    const wanted = testFilter === undefined ? null : new Set(testFilter);
    let nrOfTests = 0;
    for (const test of this.tests) {
      if (wanted !== null && !wanted.has(test.id)) continue;
      nrOfTests++;
      const failure = await failureOf(test);
      if (failure !== null) return { status: "killed", killedBy: [test.id], failureMessage: failure, nrOfTests };
    }
    return { status: "survived", nrOfTests };
  }

  /** Whatever the program builds once, it builds unmutated. */
  async warmUp() {
    if (this.tests !== null) return;
    const failed = (await this.runAll()).find(({ failure }) => failure !== null);
    if (failed !== undefined) throw new Error(`${failed.id} fails without a mutant: ${failed.failure}`);
  }

  /** Runs everything, and puts the quickest first: a mutant is done with at the first test that fails. */
  async runAll() {
    await this.load();
    const results = [];
    for (const test of this.tests) {
      this.mutation.currentTestId = test.id;
      const start = performance.now();
      const failure = await failureOf(test);
      results.push({ test, id: test.id, failure, timeSpentMs: performance.now() - start });
      this.mutation.currentTestId = undefined;
    }
    results.sort((one, other) => one.timeSpentMs - other.timeSpentMs);
    this.tests = results.map(({ test }) => test);
    return results;
  }

  /** Reads the tests, and with them the program. */
  async load() {
    if (this.tests !== null) return;
    // Stryker starts the process in the copy of the repository that it has mutated.
    const copy = process.cwd();
    const shim = pathToFileURL(join(copy, "test", "mutation", "vitest-shim.mjs")).href;
    registerTypeScript();
    registerHooks(`data:text/javascript,${encodeURIComponent(aliasing("vitest", shim))}`);
    const { collecting, tests } = await import(shim);
    for (const path of suiteOf(process.env.IAMB_ROOM, copy)) {
      collecting.file = path;
      await import(pathToFileURL(path).href);
    }
    this.tests = tests;
  }
}

const SUCCESS = 0;
const FAILED = 1;

/** Code that runs both while modules load and in tests is mutated for the tests only: a score can lose by it, not win. */
function withoutHybrids({ static: loading, perTest }) {
  const inTests = new Set(Object.values(perTest).flatMap((counts) => Object.keys(counts)));
  return { static: Object.fromEntries(Object.entries(loading).filter(([id]) => !inTests.has(id))), perTest };
}

/** `IAMB_MUTATION_SAMPLE=4` draws one mutant in four, always the same ones; the others count as errors, in no score. */
function isDrawn({ fileName, location, replacement }) {
  const oneIn = Number(process.env.IAMB_MUTATION_SAMPLE ?? 1);
  const name = `${basename(fileName)} ${location.start.line}:${location.start.column} ${replacement}`;
  return createHash("sha256").update(name).digest().readUInt32LE(0) % oneIn === 0;
}

async function failureOf(test) {
  try {
    await test.run();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The source of a resolver that gives one module in the place of another. */
function aliasing(name, url) {
  return `export const resolve = (specifier, context, next) =>
    specifier === ${JSON.stringify(name)} ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(specifier, context);`;
}

export const strykerPlugins = [{ kind: "TestRunner", name: "in-process", injectableClass: InProcessRunner }];
