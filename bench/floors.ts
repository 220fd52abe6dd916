/** The floors as a WebAssembly instance with memory of its own. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Floors {
  readIds(pointers: number, columns: number, rows: number): number;
  hashTexts(pointers: number, columns: number, rows: number): number;
  readonly memory: WebAssembly.Memory;
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FILE = `${ROOT}build/bench.floors.wasm`;

/** Compiles the floors as the evaluator's wide build is compiled. */
export function makeFloors(bytes: number): Floors {
  execFileSync(
    process.execPath,
    [
      "node_modules/assemblyscript/bin/asc.js",
      "assembly/floors.ts",
      ...["-O3", "--enable", "simd", "--runtime", "stub", "--importMemory", "--noExportMemory", "--initialMemory", "1"],
      ...["--outFile", FILE],
    ],
    { cwd: ROOT, stdio: "inherit" },
  );
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) + 2 });
  const abort = () => {
    throw new Error("the floors trapped");
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(FILE)), { env: { memory, abort } });
  return { ...(exports as unknown as Omit<Floors, "memory">), memory };
}
