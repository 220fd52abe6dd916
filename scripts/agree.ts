/**
 * Asks both roads the same questions, many of them: `npm run agree -- --cases 1000000 --seed 1`. Differences are shrunk and
 * printed; `--keep` writes them to test/corpus. `--seed S --case K` looks at one case again.
 */
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { agree, CASES_PER_WORLD, replay, specimenAt, type Tally } from "../test/generators/agreement.js";
import { Coverage } from "../test/generators/coverage.js";
import { shrunk, specimenToYaml } from "../test/generators/specimens.js";

/** Each form must meet each state of its key this often in a million cases. */
const HITS_PER_MILLION = 1_000;
/** Of all cases; a run that is nearly all denials would say little. */
const SHARES = { allowed: 0.3, explicitDeny: 0.3 } as const;
/** Smaller runs say nothing about shares and hits. */
const CASES_FOR_GATES = 500_000;
/** Differences that are shrunk and printed. */
const SHOWN_MAX = 5;
/** Cases that a worker asks before it says what it found. */
const PORTION = 100 * CASES_PER_WORLD;

if (process.send === undefined) process.exitCode = await main();
else process.once("message", (portions: Portions) => work(portions));

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cases: { type: "string", default: "100000" },
      seed: { type: "string" },
      case: { type: "string" },
      keep: { type: "boolean", default: false },
      workers: { type: "string", default: String(Math.min(8, availableParallelism())) },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Date.now() / 1000) : Number(values.seed);
  if (values.case !== undefined) return showCase(seed, Number(values.case), values.keep);
  return run(seed, Number(values.cases), Number(values.workers), values.keep);
}

/** One case alone, however it comes out. */
async function showCase(seed: number, number: number, keep: boolean): Promise<number> {
  const difference = await replay(seed, number);
  if (difference === null) process.stdout.write(specimenToYaml(specimenAt(seed, number), "the roads agree"));
  else await show(seed, { number, text: difference }, keep);
  return close(1, difference === null ? 0 : 1, seed);
}

async function run(seed: number, cases: number, workers: number, keep: boolean): Promise<number> {
  process.stderr.write(`agree: ${cases} cases with seed ${seed} on ${workers} threads\n`);
  const started = performance.now();
  const tallies = await inWorkers(seed, cases, workers);
  const words = new Map<string, number>();
  const coverage = new Coverage();
  for (const tally of tallies) {
    for (const [word, count] of Object.entries(tally.words)) words.set(word, (words.get(word) ?? 0) + count);
    coverage.merge(tally.coverage);
  }
  const differences = tallies.flatMap((tally) => tally.differences).sort((one, other) => one.number - other.number);
  for (const difference of firstOfEach(differences)) await show(seed, difference, keep);
  const seconds = (performance.now() - started) / 1000;
  const lines = [...words]
    .sort((one, other) => other[1] - one[1])
    .map(([word, count]) => `${word} ${percent(count / cases)}`);
  process.stdout.write(`${coverage.table()}\n\n${lines.join(", ")}; ${seconds.toFixed(0)} s\n`);
  const failures = cases >= CASES_FOR_GATES ? gateFailures(coverage, words, cases) : [];
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  return close(cases, differences.length, seed) || (failures.length > 0 ? 1 : 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function gateFailures(coverage: Coverage, words: ReadonlyMap<string, number>, cases: number): string[] {
  const least = Math.floor((cases / 1_000_000) * HITS_PER_MILLION);
  const rare = coverage
    .below(least)
    .map(({ form, state, count }) => `too rare: ${form} on a key that is ${state}: ${count} of ${least}`);
  const poor = Object.entries(SHARES)
    .filter(([word, share]) => (words.get(word) ?? 0) < share * cases)
    .map(([word, share]) => `too rare: ${word} in less than ${percent(share)} of the cases`);
  return [...rare, ...poor];
}

/** One line that other programs read. */
function close(cases: number, differences: number, seed: number): number {
  process.stdout.write(`agree: ${cases} cases, ${differences} differences, seed ${seed}\n`);
  return differences === 0 ? 0 : 1;
}

type Found = Tally["differences"][number];

/** The first of each kind of difference. */
function firstOfEach(differences: readonly Found[]): Found[] {
  const kinds = new Map<string, Found>();
  for (const difference of differences) {
    const kind = difference.text.replaceAll(/\d+/g, "#");
    if (!kinds.has(kind)) kinds.set(kind, difference);
  }
  return [...kinds.values()].slice(0, SHOWN_MAX);
}

async function show(seed: number, { number, text }: Found, keep: boolean): Promise<void> {
  const note = `agree --seed ${seed} --case ${number}: ${text}`;
  const whole = specimenAt(seed, number);
  const alone = await replay(seed, number);
  process.stdout.write(`\n# ${note}\n`);
  if (alone === null) {
    process.stdout.write("# alone it does not differ: it hangs on what its world was asked before\n");
    return;
  }
  const yaml = specimenToYaml(await shrunk(whole), note);
  process.stdout.write(yaml);
  if (!keep) return;
  const name = createHash("sha256").update(yaml).digest("hex").slice(0, 12);
  await writeFile(new URL(`../test/corpus/${name}.yaml`, import.meta.url), yaml);
}

/** Which portions of the cases a worker asks: one of `workers` that take turns. */
interface Portions {
  readonly seed: number;
  readonly cases: number;
  readonly worker: number;
  readonly workers: number;
}

/** Processes, not threads: they take the TypeScript loader along. */
function inWorkers(seed: number, cases: number, workers: number): Promise<Tally[]> {
  const tallies: Tally[] = [];
  let done = 0;
  const one = (worker: number) =>
    new Promise<void>((resolve, reject) => {
      const child = fork(fileURLToPath(import.meta.url), { serialization: "advanced" });
      child.on("message", (tally: Tally) => {
        tallies.push(tally);
        done += tally.cases;
        if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${cases}`);
      });
      child.on("error", reject);
      child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`worker ${worker} ended with ${code}`))));
      child.send({ seed, cases, worker, workers } satisfies Portions);
    });
  return Promise.all(Array.from({ length: workers }, (_, worker) => one(worker))).then(() => tallies);
}

async function work({ seed, cases, worker, workers }: Portions): Promise<void> {
  for (let first = worker * PORTION; first < cases; first += workers * PORTION) {
    process.send!(await agree(seed, first, Math.min(cases, first + PORTION)));
  }
  process.disconnect();
}
