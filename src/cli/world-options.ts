/** The option flags of a world on the command line (semantics.md, appendix C). */
import { type Command, Option } from "commander";
import type { WorldOptions } from "../policy/options.js";
import { InvalidInput } from "../text/diagnostic.js";
import type { JsonMember, JsonValue } from "../text/json.js";
import type { Source } from "../text/span.js";
import { Findings } from "../world/fields.js";
import { readWorldOptions } from "../world/options.js";
import { repeatable, UsageError } from "./usage.js";

export interface WorldFlags {
  readonly mode?: string;
  readonly option: readonly string[];
}

/** Adds `--mode` and `--option`. */
export function addWorldFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--mode <mode>", "how strictly policies are checked").choices(["strict", "session", "lenient"]),
    )
    .addOption(repeatable("-O, --option <name=value>", "an option flag of the world, e.g. `denyKind=merge`"));
}

/** Reads the flags; throws InvalidInput for names and values that do not exist. */
export function worldOptionsOf({ mode, option }: WorldFlags): Partial<WorldOptions> {
  const given = mode === undefined ? option : [...option, `mode=${mode}`];
  const source: Source = { name: "command line", text: given.join(" ") };
  const findings = new Findings(source);
  const members: JsonMember[] = [];
  let start = 0;
  for (const text of given) {
    members.push(memberOf(text, start));
    start += text.length + 1;
  }
  const span = { start: 0, end: source.text.length };
  const options = readWorldOptions(findings, { kind: "object", members, span }, "--option");
  if (findings.diagnostics.length > 0) throw new InvalidInput(findings.diagnostics);
  return options;
}

function memberOf(text: string, start: number): JsonMember {
  const equals = text.indexOf("=");
  if (equals === -1) throw new UsageError(`--option takes \`name=value\`, not \`${text}\``);
  const written = text.slice(equals + 1);
  const span = { start: start + equals + 1, end: start + text.length };
  const value: JsonValue =
    written === "true" || written === "false"
      ? { kind: "boolean", value: written === "true", span }
      : { kind: "string", value: written, span };
  return { key: text.slice(0, equals), keySpan: { start, end: start + equals }, value };
}
