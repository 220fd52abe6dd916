/** How a module of ours becomes a thread, as it is installed and as it stands in the source. */
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/**
 * Starts the module that stands beside `from` (an `import.meta.url`) as a thread, with data of its own. `name`: without its
 * ending. As source it is TypeScript, and a thread needs the loader that this one has: tsx, in development only.
 */
export function startThread(from: string, name: string, workerData: unknown): Worker {
  if (!from.endsWith(".ts")) return new Worker(new URL(`${name}.js`, from), { workerData });
  const module = new URL(`${name}.ts`, from);
  // Required, it resolves to its CommonJS twin, which cannot register from here.
  const twin = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm/api"));
  const loader = new URL("./index.mjs", twin).href;
  const start = `import(${JSON.stringify(loader)}).then(({ register }) => {
    register();
    return import(${JSON.stringify(module.href)});
  });`;
  return new Worker(start, { eval: true, execArgv: [], workerData, name: fileURLToPath(module) });
}
