/**
 * `npm run bench`: the ratios of docs/performance.md on this machine. `--quick` takes less than a minute, `--json` prints
 * JSON Lines instead of a table, `--only P9` measures one row (P6 stands for its three, TRAIL for its two). The table's figures are kept in
 * bench/results.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureBatches } from "./batch.js";
import { measureCompilation, measureSize } from "./compilation.js";
import { measureDecisions } from "./decisions.js";
import { measureEffort } from "./effort.js";
import type { Result } from "./goals.js";
import { machine, renderTable } from "./report.js";
import { FULL, QUICK, type Scale } from "./scale.js";
import { measureThreads } from "./threads.js";
import { measureTrail } from "./trail.js";

const MEASUREMENTS: Readonly<Record<string, (scale: Scale) => Promise<Result[]> | Result[]>> = {
  P: measureBatches,
  P6: measureDecisions,
  P8: measureThreads,
  P9: (scale) => [measureCompilation(scale)],
  P10: () => [measureSize()],
  P11: async () => [await measureEffort()],
  TRAIL: measureTrail,
};

const { values } = parseArgs({
  options: { quick: { type: "boolean" }, json: { type: "boolean" }, only: { type: "string", multiple: true } },
});
const scale = values.quick ? QUICK : FULL;
const wanted = values.only ?? Object.keys(MEASUREMENTS);
const results: Result[] = [];
for (const id of wanted) {
  const measure = MEASUREMENTS[id];
  if (measure === undefined) {
    process.stderr.write(`error: nothing is called \`${id}\`; there are ${Object.keys(MEASUREMENTS).join(", ")}\n`);
    process.exit(2);
  }
  for (const result of await measure(scale)) {
    results.push(result);
    if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}
if (!values.json) {
  process.stdout.write(`${renderTable(results)}\n`);
  const taken = new Date().toISOString();
  const file = fileURLToPath(new URL(`./results/${taken.replaceAll(":", "-")}.json`, import.meta.url));
  writeFileSync(file, `${JSON.stringify({ taken, machine: machine(), scale, results }, null, 2)}\n`);
  process.stderr.write(`kept in ${file}\n`);
}
