/**
 * Mutation testing of the evaluator: `npm run mutate:wasm -- --count 1000 --seed 1`. Each mutant is the optimized WebAssembly
 * with one comparison, operation, constant or branch changed. It is asked the trials of test/evaluator, and must show something
 * that the evaluator does not: another answer or explanation, other steps, a trap, or no end. What survives is printed with
 * its place, for somebody to judge. Figures: docs/mutation.md.
 */
import { execFile, fork } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { EngineOptions } from "../src/engine/engine.js";
import { generatedTrials, scenarioTrials } from "../test/evaluator/standard.js";
import { observations, type Prepared, prepared, type Trial } from "../test/evaluator/trial.js";
import { trials } from "../test/evaluator/trials.js";
import { Random } from "../test/generators/random.js";
import { MutableModule, type Mutant } from "./mutable-module.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Rounds of all loops together, of one engine; the evaluator itself needs no third of it, and a mutant that does is lost. */
const FUEL = 100_000_000;
/** How long a mutant may say nothing at all before its process is ended. */
const SILENCE_MS = 90_000;
/** One conformance scenario in so many is asked. */
const SCENARIOS = 3;
/** Requests that do not say when they were made are made now. */
const NOW = Date.UTC(2026, 10, 24, 12);

interface Options {
  readonly wasm: string;
  readonly count: number;
  readonly seed: number;
  /** How many generated worlds. */
  readonly worlds: number;
  /** Mutants of functions whose name holds this text only. */
  readonly only: string;
  /** Of the mutants drawn, these; null: all. */
  readonly numbers: readonly number[] | null;
}

interface Report {
  /** Which of the mutants drawn. */
  readonly number: number;
  /** What gave it away; null: nothing did. */
  readonly killer: string | null;
  readonly place: string;
}

if (process.send === undefined) process.exitCode = await main();
else process.once("message", ({ options, from }: { options: Options; from: number }) => work(options, from));

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "500" },
      seed: { type: "string", default: "1" },
      worlds: { type: "string", default: "100" },
      only: { type: "string", default: "" },
      numbers: { type: "string", default: "" },
      minutes: { type: "string", default: "60" },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "iamb-mutate-"));
  try {
    const options: Options = {
      wasm: await withNames(folder),
      count: Number(values.count),
      seed: Number(values.seed),
      worlds: Number(values.worlds),
      only: values.only,
      numbers: values.numbers === "" ? null : values.numbers.split(",").map(Number),
    };
    return await run(options, performance.now() + Number(values.minutes) * 60_000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The evaluator as it is shipped, but for the names of its functions. */
async function withNames(folder: string): Promise<string> {
  const file = join(folder, "iamb.wasm");
  const asc = "node_modules/assemblyscript/bin/asc.js";
  const args = [asc, "--config", "asconfig.json", "--target", "baseline", "--debug", "--outFile", file];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  return file;
}

async function run(options: Options, deadline: number): Promise<number> {
  const reports: Report[] = [];
  while (reports.length < options.count && performance.now() < deadline) {
    const before = reports.length;
    const end = await inProcess(options, reports, deadline);
    if (end === "done") break;
    // Its process died or fell silent: as good as a wrong answer.
    if (end === "lost") reports.push({ number: reports.length, killer: "its process was lost", place: "" });
    else if (reports.length === before) throw new Error("the mutants' process cannot start");
  }
  const survivors = reports.filter(({ killer }) => killer === null);
  process.stdout.write(`${byFunction(reports)}\n\n`);
  for (const { number, place } of survivors) process.stdout.write(`survived: #${number} ${place}\n`);
  const killed = reports.length - survivors.length;
  const score = ((100 * killed) / reports.length).toFixed(1);
  process.stdout.write(
    `mutate-wasm: ${reports.length} mutants, ${killed} killed, ${survivors.length} survived, score ${score} %\n`,
  );
  return 0;
}

/** Runs the mutants that have no report yet, until the process ends or time is over. */
function inProcess(options: Options, reports: Report[], deadline: number): Promise<"done" | "lost" | "failed"> {
  return new Promise((finish) => {
    const child = fork(fileURLToPath(import.meta.url), { serialization: "advanced" });
    let isReady = false;
    let silence: NodeJS.Timeout | undefined;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => child.kill("SIGKILL"), SILENCE_MS);
    };
    child.on("message", (message: Report | "ready") => {
      listen();
      if (message === "ready") {
        isReady = true;
        process.stderr.write(`ready: mutants from #${reports.length} on\n`);
      } else {
        reports.push(message);
        if (reports.length % 25 === 0) process.stderr.write(`${reports.length} of ${options.count}\n`);
        if (performance.now() > deadline) child.send("enough");
      }
    });
    child.on("exit", (code) => {
      clearTimeout(silence);
      finish(code === 0 ? "done" : isReady ? "lost" : "failed");
    });
    child.send({ options, from: reports.length });
  });
}

function byFunction(reports: readonly Report[]): string {
  const rows = new Map<string, { mutants: number; killed: number }>();
  for (const { place, killer } of reports) {
    const file = place.split(" ", 1)[0]!.split("/").slice(0, 2).join("/");
    const row = rows.get(file) ?? { mutants: 0, killed: 0 };
    rows.set(file, { mutants: row.mutants + 1, killed: row.killed + (killer === null ? 0 : 1) });
  }
  const lines = [...rows].sort(([one], [other]) => (one < other ? -1 : 1));
  return lines.map(([file, { mutants, killed }]) => `${file.padEnd(24)} ${killed} of ${mutants}`).join("\n");
}

/** In the process of the mutants. */
async function work(options: Options, from: number): Promise<void> {
  Date.now = () => NOW;
  const module = new MutableModule(await readFile(options.wasm), FUEL);
  const mutants = [...module.mutants()].filter(({ place }) => place.includes(options.only));
  const drawn = new Random(options.seed, 5).shuffle(mutants).slice(0, options.count);
  const whole = new WebAssembly.Module(module.bytes());
  const given = [...scenarioTrials(SCENARIOS), ...generatedTrials(options.seed, options.worlds), ...trials()];
  const known = given.map((trial) => knownTrial(trial, whole));
  process.send!("ready");
  let isEnough = false;
  process.on("message", () => {
    isEnough = true;
  });
  const numbers = options.numbers ?? [...drawn.keys()];
  for (const number of numbers.slice(from)) {
    if (isEnough) break;
    process.send!(tried(module, drawn[number]!, number, known));
    await new Promise((resume) => setImmediate(resume));
  }
  process.exit(0);
}

/** A trial, and what the evaluator itself shows in it. */
interface Known {
  readonly trial: Prepared;
  readonly seen: readonly string[];
  readonly milliseconds: number;
  /** How many mutants it has found out, by file. */
  readonly kills: Map<string, number>;
}

/** That the evaluator itself says what the reference says is a matter of the ordinary tests. */
function knownTrial(given: Trial, whole: WebAssembly.Module): Known {
  const trial = prepared(given);
  lendMemoriesAnew();
  const start = performance.now();
  const seen = [...observations(trial, ofMutant(whole))];
  return { trial, seen, milliseconds: performance.now() - start, kills: new Map() };
}

function ofMutant(build: WebAssembly.Module): EngineOptions {
  return { build, seed: 1 };
}

function tried(module: MutableModule, mutant: Mutant, number: number, known: readonly Known[]): Report {
  const build = new WebAssembly.Module(module.mutated(mutant));
  const killer = killerOf(build, fileOf(mutant.place), known);
  const place = `${mutant.place}: ${mutant.change}`;
  return { number, killer, place: killer === null ? `${place} in ${mutant.surroundings()}` : place };
}

function fileOf(place: string): string {
  return place.split("/")[1] ?? place;
}

/** The trial in which a mutant is found out; null: none. Those that have found out most in their time come first. */
function killerOf(build: WebAssembly.Module, file: string, known: readonly Known[]): string | null {
  const worth = ({ kills, milliseconds }: Known) => ((kills.get(file) ?? 0) + 0.1) / milliseconds;
  const asked = known.filter(({ trial: { about } }) => about === undefined || about.includes(file));
  for (const { trial, seen, kills } of asked.sort((one, other) => worth(other) - worth(one))) {
    const difference = differenceIn(trial, seen, build);
    if (difference === null) continue;
    kills.set(file, (kills.get(file) ?? 0) + 1);
    return `${trial.name}: ${difference}`;
  }
  return null;
}

function differenceIn(trial: Prepared, seen: readonly string[], build: WebAssembly.Module): string | null {
  lendMemoriesAnew();
  try {
    let at = 0;
    for (const found of observations(trial, ofMutant(build))) {
      const wanted = seen[at++]!;
      if (found !== wanted) return `${found} instead of ${wanted}`;
    }
    return null;
  } catch (error) {
    return String(error);
  }
}

/**
 * Engines take the memories of those before them, wiped: a fresh one for each would take most of the time. Those without a
 * maximum are not of engines.
 */
const Memory = WebAssembly.Memory;
const memories = new Map<number, { all: WebAssembly.Memory[]; lent: number }>();
WebAssembly.Memory = function lend(descriptor: { initial: number; maximum?: number }): WebAssembly.Memory {
  if (descriptor.maximum === undefined) return new Memory(descriptor);
  const stock = memories.get(descriptor.initial) ?? { all: [], lent: 0 };
  memories.set(descriptor.initial, stock);
  const memory = stock.all[stock.lent++];
  if (memory === undefined) {
    const fresh = new Memory(descriptor);
    stock.all.push(fresh);
    return fresh;
  }
  new Uint8Array(memory.buffer).fill(0);
  return memory;
} as unknown as typeof WebAssembly.Memory;

function lendMemoriesAnew(): void {
  for (const stock of memories.values()) stock.lent = 0;
}
