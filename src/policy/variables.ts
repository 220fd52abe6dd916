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

/** Reports the first fault of each kind; says whether one of them is malformed in every mode (VAR-11). */
export function reportTemplateFaults(
  inspection: Inspection,
  entry: JsonString,
  faults: readonly TemplateFault[],
): boolean {
  for (const kind of ["noPrefix", "spacing", "refused"] as const) {
    const fault = faults.find((candidate) => candidate.kind === kind);
    if (fault === undefined) continue;
    const { tier, code, help } = FAULTS[kind];
    inspection.report(tier, code, inspection.within(entry, fault.start, fault.end), fault.message, help);
  }
  return faults.some(({ kind }) => kind === "refused");
}
