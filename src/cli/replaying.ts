/** What `whatif` and `replay` share: worlds, the trail, filters, progress, and the report and where it goes. */
import { open } from "node:fs/promises";
import { type Command, Option } from "commander";
import { Format } from "../bytecode/layout.js";
import { compile } from "../compiler/compile.js";
import { Engine } from "../engine/engine.js";
import type { WorldOptions } from "../policy/options.js";
import { RequestError } from "../request/request.js";
import { millisecondsOf } from "../request/time.js";
import { type Filter, isFiltered } from "../whatif/filter.js";
import type { Report } from "../whatif/report.js";
import { type Loaded, type RunProgress, replayTrail } from "../whatif/run.js";
import type { World } from "../world/model.js";
import { assumeOption, assumptionsOf } from "./assumptions.js";
import { grouped } from "./columns.js";
import { printDiagnostics } from "./diagnostics.js";
import { Exit } from "./exit.js";
import { writeWhole } from "./output-file.js";
import { Progress } from "./progress.js";
import { printReport, REPORT_FORMATS, type ReportFormat } from "./reports/formats.js";
import type { Terminal } from "./terminal.js";
import { formatOption, repeatable, UsageError } from "./usage.js";
import { readBundle, readWorld } from "./worlds.js";

export interface ReplayFlags {
  readonly trail: readonly string[];
  readonly assume: readonly string[];
  readonly principal: readonly string[];
  readonly action: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly threads?: string;
  readonly progress: boolean;
  readonly format: ReportFormat;
  readonly top: string;
  readonly output?: string;
}

export function addReplayFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--trail <path...>",
        "CloudTrail logs: files, folders, `-` for standard input, `duckdb:QUERY`",
      ).makeOptionMandatory(),
    )
    .addOption(assumeOption())
    .addOption(
      repeatable(
        "--principal <pattern>",
        "only calls by this principal: an ARN (of a session: or its role's), `*`, `?`",
      ),
    )
    .addOption(repeatable("--action <pattern>", "only calls that need such an action: `s3:Put*`"))
    .option("--from <time>", "only records from this time on (ISO 8601)")
    .option("--to <time>", "only records before this time")
    .option("--threads <number>", "threads that read; default: as many as there are cores")
    .option("--no-progress", "no progress line, not even on a terminal")
    .addOption(formatOption(...REPORT_FORMATS))
    .option("--top <number>", "how many groups of each kind are shown; `json` and `csv` have all", "10")
    .option("-o, --output <file>", "write the report to a file, which is there as soon as it is whole");
}

/** A world that was asked for, ready to decide. */
export interface Side {
  /** As it was asked for. */
  readonly name: string;
  readonly loaded: Loaded;
}

/** A world directory, an account export, or a bundle. Warnings are printed. */
export async function sideAt(path: string, options: Partial<WorldOptions>, terminal: Terminal): Promise<Side> {
  if (await isBundle(path)) {
    if (Object.keys(options).length > 0) throw new UsageError("a bundle has its option flags compiled in");
    const bundle = await readBundle(path, terminal);
    return { name: path, loaded: { bundle, engine: await Engine.load(bundle) } };
  }
  const { world, warnings } = await readWorld(path, options);
  await printDiagnostics(warnings, terminal.err);
  return sideOf(path, world);
}

export function sideOf(name: string, world: World): Side {
  const bundle = compile(world);
  return { name, loaded: { bundle, engine: Engine.loadSync(bundle) } };
}

/** By its first bytes; false where there are none to be had, so that whoever reads it says why. */
export async function isBundle(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4);
    return bytesRead === 4 && buffer.readUInt32LE() === Format.Magic;
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

/** Runs the trail through the worlds, prints the report, and says whether there was anything to judge. */
export async function replay(
  flags: ReplayFlags,
  {
    before,
    after,
    changes,
  }: { readonly before: Side; readonly after: Side | null; readonly changes: readonly string[] },
  terminal: Terminal,
): Promise<{ report: Report; exit: Exit }> {
  const filter = filterOf(flags);
  const top = numberOf("top", flags.top, Number.MAX_SAFE_INTEGER);
  const threads = flags.threads === undefined ? undefined : numberOf("threads", flags.threads, THREADS_MAX);
  const progress = flags.progress && terminal.err.isTerminal ? new TrailProgress(terminal) : null;
  const { report } = await replayTrail({
    before: before.loaded,
    after: after?.loaded ?? null,
    paths: flags.trail,
    assumptions: assumptionsOf(flags.assume),
    filter,
    about: {
      before: before.name,
      after: after?.name ?? null,
      changes,
      trail: flags.trail,
      assumptions: flags.assume,
      filters: filterTexts(flags),
    },
    stdin: terminal.stdin,
    ...(threads === undefined ? {} : { threads }),
    ...(progress === null ? {} : { onProgress: (now) => progress.show(now) }),
  }).finally(() => progress?.clear());
  const text = printReport(report, flags.format, top);
  if (flags.output === undefined) await terminal.out.write(text);
  else await writeWhole(flags.output, text);
  return { report, exit: await exitOfReading(report, isFiltered(filter), terminal) };
}

/** Nothing that could be judged is no good news, and must not look like it. */
async function exitOfReading({ read, requests }: Report, isFilteredOut: boolean, terminal: Terminal): Promise<Exit> {
  if (requests.judged > 0) return Exit.Ok;
  const what =
    read.events === 0 ? "the trail holds no record that can be read" : "no request of the trail could be judged";
  await terminal.err.write(`iamb: error[nothing-judged]: ${what}${isFilteredOut ? " (there are filters)" : ""}\n`);
  return Exit.Invalid;
}

function filterOf({ principal, action, from, to }: ReplayFlags): Filter {
  return {
    principals: principal,
    actions: action,
    from: from === undefined ? null : timeOf("from", from),
    to: to === undefined ? null : timeOf("to", to),
  };
}

function filterTexts({ principal, action, from, to }: ReplayFlags): readonly string[] {
  return [
    ...principal.map((pattern) => `principal ${pattern}`),
    ...action.map((pattern) => `action ${pattern}`),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(to === undefined ? [] : [`to ${to}`]),
  ];
}

function timeOf(option: string, text: string): number {
  try {
    return millisecondsOf(text, option);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw new UsageError(`--${option} takes a time in ISO 8601, not \`${text}\``);
  }
}

const THREADS_MAX = 64;

function numberOf(option: string, text: string, most: number): number {
  const number = Number(text);
  if (text !== "" && Number.isSafeInteger(number) && number >= 0 && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? "a number" : `a number up to ${most}`;
  throw new UsageError(`--${option} takes ${range}, not \`${text}\``);
}

/** `12,345 records, 9,876 requests, 5,432 records/s, 45%, 1:05 left`. */
class TrailProgress {
  private readonly line: Progress;
  private readonly start = Date.now();

  constructor(terminal: Terminal) {
    this.line = new Progress(terminal.err);
  }

  async show({ events, requests, storedRead, storedTotal }: RunProgress): Promise<void> {
    const seconds = (Date.now() - this.start) / 1000;
    const rate = seconds === 0 ? 0 : Math.round(events / seconds);
    const parts = [`${grouped(events)} records`, `${grouped(requests)} requests`, `${grouped(rate)} records/s`];
    if (storedTotal !== null && storedTotal > 0 && storedRead > 0) {
      const share = Math.min(1, storedRead / storedTotal);
      parts.push(`${Math.floor(share * 100)}%`, `${clock((seconds * (1 - share)) / share)} left`);
    }
    await this.line.show(parts.join(", "));
  }

  clear(): Promise<void> {
    return this.line.clear();
  }
}

/** `1:05`, `2:03:04`. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}
