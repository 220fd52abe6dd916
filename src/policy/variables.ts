/** Reports what `template.ts` found wrong with policy variables. */
import type { JsonString } from "../text/json.js";
import type { Inspection, Tier } from "./inspection.js";
import type { TemplateFault } from "./template.js";

const FAULTS: Readonly<Record<TemplateFault["kind"], { tier: Tier; code: string; help: string }>> = {
  refused: {
    tier: "always",
    code: "malformed-variable",
    help: "write `${prefix:key}`, with a default `${prefix:key, 'text'}`; a dollar sign before a brace is `${$}`",
  },
  spacing: { tier: "checked", code: "variable-spacing", help: "write `${prefix:key, 'text'}`" },
  noPrefix: { tier: "advice", code: "variable-without-prefix", help: "such a variable never has a value" },
};

/** Whether one of the faults is malformed in every mode (VAR-11). */
export function reportTemplateFaults(
  inspection: Inspection,
  entry: JsonString,
  faults: readonly TemplateFault[],
): boolean {
  let refused = false;
  for (const { kind, message, start, end } of faults) {
    const { tier, code, help } = FAULTS[kind];
    inspection.report(tier, code, inspection.within(entry, start, end), message, help);
    refused ||= kind === "refused";
  }
  return refused;
}
