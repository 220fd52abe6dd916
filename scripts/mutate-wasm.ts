/**
 * Mutation testing of the evaluator: `npm run mutate:wasm -- --count 500 --seed 1`. Each mutant is the optimized WebAssembly
 * with one comparison, operation, constant or branch changed; it is asked the conformance scenarios and generated cases,
 * and must give an answer that the reference does not give, trap, or run out of fuel. What survives is printed with its
 * place, for somebody to judge. Figures: docs/mutation.md.
 */
import { execFile, fork } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { verifyBundle } from "../src/bytecode/verify.js";
import { compile } from "../src/compiler/compile.js";
import { type DecodeContext, decodeResult, decodeSettled, References } from "../src/engine/decode.js";
import { encodeQuestion, type KeyPlan, keyPlansOf } from "../src/engine/encode.js";
import { explainDecision } from "../src/engine/explain.js";
import { QuickRoad } from "../src/engine/quick.js";
import type { Exports, Machine } from "../src/engine/wasm.js";
import { BundleWorld } from "../src/engine/world.js";
import { authorize } from "../src/reference/authorize.js";
import type { Explanation } from "../src/request/decision.js";
import type { Question } from "../src/request/question.js";
import { DEFAULT_REQUEST_OPTIONS, type Request, RequestError, type RequestOptions } from "../src/request/request.js";
import { resolve } from "../src/request/resolve.js";
import { directoryOf } from "../src/world/directory.js";
import { type Layers, layersOf } from "../src/world/layers.js";
import type { World } from "../src/world/model.js";
import { scenarioFiles } from "../test/authorizers.js";
import { CASES_PER_WORLD, specimenAt } from "../test/generators/agreement.js";
import { Random } from "../test/generators/random.js";
import { worldOf } from "../test/generators/roads.js";
import { MutableModule, type Mutant } from "./mutable-module.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Steps of one decision; no case needs a tenth of it. */
const STEPS_MAX = 5_000_000;
/** Rounds of all loops together, of one world; a mutant that needs more is not coming back. */
const FUEL = 20_000_000;
/** How long a mutant may say nothing at all before its process is ended. */
const SILENCE_MS = 60_000;
/** Every case is decided; one in so many is explained, too. */
const EXPLAINED = 4;
/** One world in so many is decided without the index of statements. */
const WITHOUT_INDEX = 4;

interface Options {
  readonly wasm: string;
  readonly count: number;
  readonly seed: number;
  readonly cases: number;
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
      cases: { type: "string", default: "2000" },
      minutes: { type: "string", default: "60" },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "iamb-mutate-"));
  try {
    const options: Options = {
      wasm: await withNames(folder),
      count: Number(values.count),
      seed: Number(values.seed),
      cases: Number(values.cases),
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
  const module = new MutableModule(await readFile(options.wasm), FUEL);
  const drawn = new Random(options.seed, 5).shuffle([...module.mutants()]).slice(0, options.count);
  const places = [...scenarioPlaces(), ...generatedPlaces(options.seed, options.cases)];
  const whole = killerOf(new WebAssembly.Module(module.bytes()), places);
  if (whole !== null) throw new Error(`the evaluator itself differs from the reference: ${whole}`);
  process.send!("ready");
  let isEnough = false;
  process.on("message", () => {
    isEnough = true;
  });
  for (let number = from; number < drawn.length && !isEnough; number++) {
    process.send!(tried(module, drawn[number]!, number, places));
    await new Promise((resume) => setImmediate(resume));
  }
  process.exit(0);
}

function tried(module: MutableModule, mutant: Mutant, number: number, places: Place[]): Report {
  const bytes = module.mutated(mutant);
  const killer = killerOf(new WebAssembly.Module(bytes), places);
  return { number, killer, place: `${mutant.place}: ${mutant.change}` };
}

/** A world in its bundle, with its questions and what the reference says to them. */
interface Place {
  readonly name: string;
  /** Whether the evaluator may use its index of statements; one in `WITHOUT_INDEX` must do without. */
  readonly isIndexed: boolean;
  readonly bundle: Uint8Array;
  readonly world: BundleWorld;
  readonly plans: readonly KeyPlan[];
  readonly references: References;
  readonly asks: readonly Asked[];
}

interface Asked {
  readonly request: Request;
  readonly options: Partial<RequestOptions> | null;
  readonly question: Question;
  readonly layers: Layers;
  readonly decision: string;
  /** Null: not compared. */
  readonly explanation: string | null;
}

function* scenarioPlaces(): Generator<Place> {
  let number = 0;
  for (const { scenarios } of scenarioFiles(join(ROOT, "test/conformance"))) {
    for (const { id, world, request, requestOptions, refused } of scenarios) {
      if (refused.length === 0) yield placeOf(number++, id, world, [{ request, options: requestOptions }]);
    }
  }
}

function* generatedPlaces(seed: number, cases: number): Generator<Place> {
  for (let first = 0; first < cases; first += CASES_PER_WORLD) {
    const specimens = Array.from({ length: CASES_PER_WORLD }, (_, at) => specimenAt(seed, first + at));
    yield placeOf(
      first / CASES_PER_WORLD,
      `case ${first}`,
      worldOf(specimens[0]!),
      specimens.map(({ ask }) => ask),
    );
  }
}

interface Ask {
  readonly request: Request;
  readonly options: Partial<RequestOptions> | null;
}

function placeOf(number: number, name: string, world: World, asks: readonly Ask[]): Place {
  const bundle = compile(world);
  const reader = verifyBundle(bundle);
  const bundled = new BundleWorld(reader);
  const asked = asks.flatMap((ask, at) => askedOf(bundled, world, ask, at));
  return {
    name,
    isIndexed: number % WITHOUT_INDEX !== 0,
    bundle,
    world: bundled,
    plans: keyPlansOf(reader),
    references: new References(reader),
    asks: asked,
  };
}

/** Nothing for a request that is refused before anybody decides. */
function askedOf(bundled: BundleWorld, world: World, { request, options }: Ask, at: number): Asked[] {
  try {
    const question = resolve(request, directoryOf(bundled), options ?? {});
    const expected = referenceOn(world, request, options);
    const explanation = at % EXPLAINED === 0 ? JSON.stringify(expected.layers) : null;
    const layers = layersOf(bundled, question);
    return [{ request, options, question, layers, decision: textOf(expected.decision), explanation }];
  } catch (error) {
    if (error instanceof RequestError) return [];
    throw error;
  }
}

function referenceOn(world: World, request: Request, options: Partial<RequestOptions> | null): Explanation {
  const question = resolve(request, directoryOf(world), options ?? {});
  return authorize(world, question, layersOf(world, question));
}

/** The case on which a mutant is found out; null: none. That one is asked first from now on. */
function killerOf(module: WebAssembly.Module, places: Place[]): string | null {
  const memory = new WebAssembly.Memory({ initial: 512 });
  for (const [at, place] of places.entries()) {
    let found: string | null;
    try {
      found = differenceIn(place, module, memory);
    } catch (error) {
      found = String(error);
    }
    if (found !== null) {
      places.unshift(...places.splice(at, 1));
      return `${place.name}: ${found}`;
    }
  }
  return null;
}

/** Each question by the general road, and by the quick road where that takes it. */
function differenceIn(place: Place, module: WebAssembly.Module, memory: WebAssembly.Memory): string | null {
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const machine = machineFor(place, exports, memory);
  const context: DecodeContext = { machine, references: place.references, overlay: null };
  const { plans, world, references } = place;
  for (const { question, layers, decision, explanation, options } of place.asks) {
    encodeQuestion(machine, plans, question, layers, null);
    exports.decide(options?.extraValues === "multi" ? 1 : 0, place.isIndexed ? 1 : 0, STEPS_MAX);
    const found = decodeResult(context, question, layers);
    if (textOf(found) !== decision) return `${textOf(found)} instead of ${decision}`;
    if (explanation === null) continue;
    const traced = explainDecision({ decision: found, machine, references, overlay: null, question, layers });
    if (JSON.stringify(traced.layers) !== explanation) return "another explanation";
  }
  if (!QuickRoad.serves(plans, world)) return null;
  const quick = new QuickRoad(machine, plans, world, directoryOf(world), {
    index: place.isIndexed,
    stepsMax: STEPS_MAX,
  });
  // Twice: the second time, its parties are known.
  for (const { request, options, question, layers, decision } of [...place.asks, ...place.asks]) {
    if (options !== null && !isDefault(options)) continue;
    if (quick.decide(request) === null) continue;
    const names = { resource: question.resource, caller: quick.callerName, session: layers.session?.label ?? null };
    const found = decodeSettled(context, names);
    // What is not settled goes the general way again.
    if (found === null && decision.includes(INDETERMINATE)) continue;
    if (textOf(found) !== decision) return `by the quick road ${textOf(found)} instead of ${decision}`;
  }
  return null;
}

const INDETERMINATE = '"decision":"indeterminate"';

function isDefault(options: Partial<RequestOptions>): boolean {
  const flags = Object.keys(DEFAULT_REQUEST_OPTIONS) as (keyof RequestOptions)[];
  return flags.every((flag) => options[flag] === undefined || options[flag] === DEFAULT_REQUEST_OPTIONS[flag]);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, sortedMembers);
}

/** The roads name the members of a decision in orders of their own. */
function sortedMembers(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** All worlds of a mutant share one memory, wiped in between: a fresh one for each would take most of the time. */
function machineFor({ bundle, world }: Place, exports: Exports, memory: WebAssembly.Memory): Machine {
  const bundleAt = align(exports.heapBase());
  const tablesAt = align(bundleAt + bundle.length);
  const statements = Math.max(1024, ...world.sets.map((set) => set.documents.length * 64));
  const lay = (commit: boolean) =>
    exports.configure(bundleAt, 0, tablesAt, statements, TEXT_BYTES, 1, commit ? 1 : 0) >>> 0;
  const end = lay(false);
  if (end > memory.buffer.byteLength) throw new Error(`${end} bytes of memory are too few`);
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(0, bundleAt, end);
  bytes.set(bundle, bundleAt);
  lay(true);
  return {
    exports,
    bytes,
    words: new Uint32Array(memory.buffer),
    frame: exports.frame.value,
    result: exports.result.value,
    slotsOfBundle: exports.slotsOfBundle.value,
    slotsOfOverlay: exports.slotsOfOverlay.value,
    textArea: exports.textArea.value,
    partyArea: exports.partyArea.value,
    quickFrame: exports.quickFrame.value,
    fixedKeys: exports.fixedKeys.value,
  };
}

/** Room for the texts of one request of the cases. */
const TEXT_BYTES = 1 << 20;

function align(offset: number): number {
  return Math.ceil(offset / 64) * 64;
}
