/**
 * Builds what is not TypeScript run in place: the evaluator's WebAssembly, the catalogue of AWS's services, and `dist/`. Run by
 * `npm run build`.
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { buildCatalog } from "./catalog.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The file that each target makes, and the configuration it stands in. */
const TARGETS = {
  debug: { file: "iamb.debug.wasm", config: "asconfig.json" },
  baseline: { file: "iamb.wasm", config: "asconfig.json" },
  simd: { file: "iamb.simd.wasm", config: "asconfig.json" },
  threads: { file: "iamb.threads.wasm", config: "asconfig.json" },
  scanner: { file: "iamb.scanner.wasm", config: "asconfig.scanner.json" },
} as const;

type Target = keyof typeof TARGETS;

/** What the evaluator is compiled from. */
const SOURCES = [
  "assembly",
  "src/bytecode/batch-layout.ts",
  "src/bytecode/opcodes.ts",
  "src/bytecode/layout.ts",
  "asconfig.json",
  "asconfig.scanner.json",
];

/** Compiles the targets that are missing or older than their sources; throws with the compiler's words if one fails. */
export async function buildWasm(): Promise<void> {
  const newest = Math.max(...(await Promise.all(SOURCES.map((source) => newestIn(join(ROOT, source))))));
  const stale = await Promise.all(
    (Object.keys(TARGETS) as Target[]).map(async (target) => ({ target, isStale: (await ageOf(target)) <= newest })),
  );
  await makeBuildFolder();
  await Promise.all(stale.flatMap(({ target, isStale }) => (isStale ? [compileTarget(target)] : [])));
}

/** Packs the catalogue of AWS's services, if it is missing or older than its source. */
export async function buildData(): Promise<void> {
  await makeBuildFolder();
  await buildCatalog();
}

async function makeBuildFolder(): Promise<void> {
  await mkdir(join(ROOT, "build"), { recursive: true });
}

/** Translates `src/` into `dist/`, which is made anew. */
export async function buildDist(): Promise<void> {
  await rm(join(ROOT, "dist"), { recursive: true, force: true });
  await run("node_modules/typescript/bin/tsc", ["-p", "tsconfig.build.json"]);
}

/** A finished file takes the place of the old one at once: whoever loads it meanwhile gets one or the other. */
async function compileTarget(target: Target): Promise<void> {
  const { file, config } = TARGETS[target];
  const unfinished = join("build", `${process.pid}.${file}`);
  try {
    await run("node_modules/assemblyscript/bin/asc.js", [
      "--config",
      config,
      "--target",
      target,
      "--outFile",
      unfinished,
    ]);
    await rename(join(ROOT, unfinished), join(ROOT, "build", file));
  } finally {
    await rm(join(ROOT, unfinished), { force: true });
  }
}

async function run(script: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [script, ...args], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${script} ${args.join(" ")} failed\n${stdout}${stderr}`, { cause: error });
  }
}

async function newestIn(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(path);
  return Math.max(found.mtimeMs, ...(await Promise.all(names.map((name) => newestIn(join(path, name))))));
}

/** When a target was built; never, if it was not. */
async function ageOf(target: Target): Promise<number> {
  try {
    return (await stat(join(ROOT, "build", TARGETS[target].file))).mtimeMs;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await Promise.all([buildWasm(), buildData(), buildDist()]);
}
