/** `iamb trail`: what a CloudTrail log says about requests. */
import { gunzipSync } from "node:zlib";
import { Command, Option } from "commander";
import { InvalidInput } from "../../text/diagnostic.js";
import { escapeText } from "../../text/excerpt.js";
import { parseJson, toPlain } from "../../text/json.js";
import type { Source } from "../../text/span.js";
import type { DeriveOptions } from "../../trail/derive.js";
import { type ExplainedEvent, explainEvent, explainedParts, explainedToJson, gapText } from "../../trail/explain.js";
import { REASONS } from "../../trail/reasons.js";
import { directoryOf } from "../../world/directory.js";
import { assumeOption, assumptionsOf } from "../assumptions.js";
import { EXIT_HELP, Exit } from "../exit.js";
import { InputError, nameOf, readBytes, TEXT_BYTES_MAX } from "../files.js";
import type { Terminal } from "../terminal.js";
import { examples, formatOption, UsageError } from "../usage.js";
import { readWorld } from "../worlds.js";

interface ExplainFlags {
  readonly format: "text" | "json";
  readonly world?: string;
  readonly assume: readonly string[];
  readonly record?: string;
}

export function trailCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return new Command("trail")
    .description("CloudTrail records as requests")
    .addCommand(explainCommand(terminal, done))
    .addHelpText("after", EXAMPLES + EXIT_HELP);
}

const EXAMPLES = examples([
  ["which requests is this event, and what says so?", "iamb trail explain event.json"],
  ["the third record of a log file, for programs", "iamb trail explain --record 3 --format json log.json.gz"],
]);

function explainCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return new Command("explain")
    .description("the requests of an event, and where in the record every part of them comes from")
    .argument("<event>", "a file with a record, a list of records or a log file; `-`: standard input")
    .addOption(new Option("--record <number>", "only this record of a log file, counted from 1"))
    .option("--world <path>", "a world directory or an account export, for the paths of roles")
    .addOption(assumeOption())
    .addOption(formatOption("text", "json"))
    .addHelpText("after", EXAMPLES + EXIT_HELP)
    .action(async (path: string, flags: ExplainFlags) => done(await explain(path, flags, terminal)));
}

async function explain(path: string, flags: ExplainFlags, terminal: Terminal): Promise<Exit> {
  const options = await optionsOf(flags);
  const events = chosen(recordsOf(await readText(path, terminal)), flags.record).map((event) =>
    explainEvent(event, options),
  );
  if (flags.format === "json") {
    await terminal.out.write(`${JSON.stringify(events.map(explainedToJson), null, 2)}\n`);
  } else {
    for (const [index, event] of events.entries()) {
      await terminal.out.write((index === 0 ? "" : "\n") + textOf(event));
      if (terminal.out.closed) break;
    }
  }
  return Exit.Ok;
}

async function optionsOf({ world, assume }: ExplainFlags): Promise<DeriveOptions> {
  const directory = world === undefined ? null : directoryOf((await readWorld(world, {})).world);
  return { directory, assumptions: assumptionsOf(assume) };
}

/** A text, unpacked if it is compressed. */
async function readText(path: string, terminal: Terminal): Promise<Source> {
  const name = nameOf(path);
  const bytes = await readBytes(path, terminal, TEXT_BYTES_MAX);
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    const plain = isCompressed ? gunzipSync(bytes, { maxOutputLength: TEXT_BYTES_MAX }) : bytes;
    return { name, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain) };
  } catch {
    throw new InputError("not-text", `\`${name}\` is not a text in UTF-8${isCompressed ? " after decompression" : ""}`);
  }
}

/** `{"Records": […]}`, a list, or one record. */
function recordsOf(source: Source): readonly unknown[] {
  const { value, diagnostics } = parseJson(source);
  if (value === null) throw new InvalidInput(diagnostics);
  const plain = toPlain(value);
  if (Array.isArray(plain)) return plain;
  const records = (plain as { readonly Records?: unknown } | null)?.Records;
  return Array.isArray(records) ? records : [plain];
}

function chosen(records: readonly unknown[], number: string | undefined): readonly unknown[] {
  if (number === undefined) return records;
  const index = Number(number) - 1;
  if (Number.isInteger(index) && index >= 0 && index < records.length) return [records[index]];
  throw new UsageError(`--record takes a number from 1 to ${records.length}, not \`${number}\``);
}

function textOf(event: ExplainedEvent): string {
  const { derived } = event;
  const title = [event.eventTime, event.eventSource, event.eventName, event.eventId].filter((part) => part !== null);
  const lines = [`event ${title.join("  ")}`];
  if (derived.kind === "none") {
    const types = derived.missing.length === 0 ? "" : ` (${derived.missing.join(", ")})`;
    lines.push(`  no request: ${derived.reason}: ${REASONS[derived.reason]}${types}`);
    if (derived.action !== null) lines.push(`  action: ${derived.action}`);
  } else {
    for (const [index, { request, assumptions }] of derived.requests.entries()) {
      lines.push(`  request ${index + 1}: ${request.action} on ${request.resource}`);
      for (const { part, value, from, rule } of explainedParts(event, index)) {
        const says = value === null ? "" : ` = ${typeof value === "object" ? JSON.stringify(value) : value}`;
        lines.push(`    ${part}${says}  <- ${[from, rule].filter((text) => text !== "").join("; ")}`);
      }
      if ((request.unknown ?? []).length > 0) lines.push(`    unknown: ${request.unknown!.join(" ")}`);
      for (const assumption of assumptions) lines.push(`    assumed: ${assumption}`);
    }
    for (const gap of derived.gaps) lines.push(`  also needed: ${gapText(gap)}`);
  }
  return `${lines.map(escapeText).join("\n")}\n`;
}
