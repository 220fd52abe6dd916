/** What commands share in reading their arguments. */
import { Option } from "commander";

/** The command line contradicts itself or lacks something. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** An option that may be given several times. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((value: string, previous: readonly string[]) => [...previous, value])
    .default([], "none");
}

/** `--format`, the first of the formats being the default. */
export function formatOption(...formats: readonly [string, ...string[]]): Option {
  return new Option("--format <format>", "how to print the result").choices(formats).default(formats[0]);
}

export function engineOption(standard: "wasm" | "both"): Option {
  return new Option("--engine <engine>", "who decides: the compiled engine, the reference, or both, which must agree")
    .choices(["wasm", "reference", "both"])
    .default(standard);
}

/** Examples at the end of a command's help: what it does, and the command. */
export function examples(rows: readonly (readonly [what: string, command: string])[]): string {
  const lines = rows.flatMap(([what, command]) => [`  # ${what}`, `  $ ${command}`]);
  return `\nExamples:\n${lines.join("\n")}`;
}
