/** `--assume`: what may be taken for granted where no record tells. */
import type { Option } from "commander";
import type { Assumptions } from "../trail/caller.js";
import { repeatable, UsageError } from "./usage.js";

const ASSUMPTIONS = new Map<string, keyof Assumptions>([
  ["untagged-sessions", "untaggedSessions"],
  ["assumed-sessions", "assumedSessions"],
]);

export function assumeOption(): Option {
  return repeatable(
    "--assume <what>",
    "take for granted: `untagged-sessions` (no session tags), `assumed-sessions` (not from a SAML provider)",
  );
}

/** Throws UsageError for what cannot be assumed. */
export function assumptionsOf(names: readonly string[]): Assumptions {
  const unknown = names.find((name) => !ASSUMPTIONS.has(name));
  if (unknown !== undefined) {
    throw new UsageError(`--assume knows ${[...ASSUMPTIONS.keys()].join(" and ")}, not \`${unknown}\``);
  }
  const given = new Set(names.map((name) => ASSUMPTIONS.get(name)));
  return {
    untaggedSessions: given.has("untaggedSessions"),
    assumedSessions: given.has("assumedSessions"),
  };
}
