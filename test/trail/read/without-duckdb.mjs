/** Reads the paths that it is given, in a process that has no DuckDB, and prints what comes of it. */
import { register } from "node:module";

const hook = `export async function resolve(specifier, context, next) {
  if (specifier !== "@duckdb/node-api") return next(specifier, context);
  throw Object.assign(new Error("Cannot find package '@duckdb/node-api'"), { code: "ERR_MODULE_NOT_FOUND" });
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const { readTrail } = await import("../../../src/trail/read.ts");
try {
  for await (const item of readTrail(process.argv.slice(2), { threads: 0 })) {
    process.stdout.write(`${item.kind === "event" ? "event" : `${item.reason}: ${item.message}`}\n`);
  }
} catch (error) {
  process.stdout.write(`${error.name} ${error.code}: ${error.message}\n`);
}
