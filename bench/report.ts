/** Results for people: a table, and what the machine was. */
import { cpus } from "node:os";
import Table from "cli-table3";
import type { Result } from "./goals.js";

export function renderTable(results: readonly Result[]): string {
  const table = new Table({ head: ["", "what", "ratio", "reached", "aim", ""], style: { head: [], border: [] } });
  for (const { id, title, unit, ratio, reached, aim, verdict, details } of results) {
    const parts = Object.entries(details).map(([name, value]) => `${name} ${value.toLocaleString("en")}`);
    table.push([id, `${title}\n  ${parts.join(", ")}`, `${ratio} ${unit}`, reached ?? "", aim ?? "", verdict]);
  }
  return table.toString();
}

/** Enough to tell two machines apart. */
export function machine(): Record<string, string | number> {
  return {
    node: process.version,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    platform: process.platform,
  };
}
