/** `iamb whatif`: a log through two worlds, and what would flip. */
import { Command, Option } from "commander";
import { InvalidInput } from "../../text/diagnostic.js";
import { changeWorld } from "../../whatif/changes.js";
import type { Report } from "../../whatif/report.js";
import { loadWorld } from "../../world/load.js";
import { addChangeFlags, type ChangeFlags, changesOf, changeTexts } from "../changes.js";
import { printDiagnostics } from "../diagnostics.js";
import { EXIT_HELP, Exit } from "../exit.js";
import { addReplayFlags, isBundle, type ReplayFlags, replay, type Side, sideAt, sideOf } from "../replaying.js";
import type { Terminal } from "../terminal.js";
import { examples, UsageError } from "../usage.js";
import { addWorldFlags, type WorldFlags, worldOptionsOf } from "../world-options.js";

interface Flags extends ReplayFlags, WorldFlags, ChangeFlags {
  readonly before?: string;
  readonly after?: string;
  readonly world?: string;
  readonly failOn?: FailOn;
}

const FAIL_ON = ["newly-denied", "newly-allowed", "any"] as const;
type FailOn = (typeof FAIL_ON)[number];

export function whatifCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  const command = new Command("whatif")
    .description("decide every request of a CloudTrail log under two versions of the policies, and say what would flip")
    .option("--before <world>", "the world as it is: a directory, an account export, or a bundle")
    .option("--after <world>", "the world as it would be")
    .option("--world <path>", "one world, in place of the two, with changes:");
  return addWorldFlags(addReplayFlags(addChangeFlags(command)))
    .addOption(new Option("--fail-on <what>", "exit with 1 if there is such a flip").choices(FAIL_ON))
    .addHelpText("after", EXAMPLES + EXIT_HELP)
    .action(async (flags: Flags) => done(await whatif(flags, terminal)));
}

const EXAMPLES = examples([
  [
    "a policy is edited: who would be denied what they did last month?",
    "iamb whatif --world examples/world --trail examples/trail/AWSLogs \\\n      --replace arn:aws:iam::111111111111:policy/OperateInstances=new.json",
  ],
  [
    "an SCP for an organizational unit; fail if anybody loses anything",
    "iamb whatif --world examples/world --trail AWSLogs --scp ou-book-workload1=deny.json --fail-on newly-denied",
  ],
  [
    "two directories, as one HTML page",
    "iamb whatif --before world --after proposed --trail AWSLogs --format html -o whatif.html",
  ],
]);

async function whatif(flags: Flags, terminal: Terminal): Promise<Exit> {
  const { report, exit } = await replay(flags, await sidesOf(flags, terminal), terminal);
  return exit === Exit.Ok ? exitFor(report, flags.failOn ?? null) : exit;
}

interface Sides {
  readonly before: Side;
  readonly after: Side;
  readonly changes: readonly string[];
}

async function sidesOf(flags: Flags, terminal: Terminal): Promise<Sides> {
  const changes = changeTexts(flags);
  if (flags.world === undefined) {
    if (flags.before === undefined || flags.after === undefined) {
      throw new UsageError("say what to compare: --before and --after, or --world with changes");
    }
    if (changes.length > 0) throw new UsageError("changes are made to one --world, not to --before and --after");
    const options = worldOptionsOf(flags);
    const before = await sideAt(flags.before, options, terminal);
    return { before, after: await sideAt(flags.after, options, terminal), changes };
  }
  if (flags.before !== undefined || flags.after !== undefined) {
    throw new UsageError("--world with changes stands in the place of --before and --after");
  }
  if (changes.length === 0) throw new UsageError("a --world needs changes: --replace, --attach, --detach, --scp, …");
  return changedSides(flags.world, flags, changes, terminal);
}

async function changedSides(
  path: string,
  flags: Flags,
  changes: readonly string[],
  terminal: Terminal,
): Promise<Sides> {
  if (await isBundle(path)) throw new UsageError("changes are made to a world directory or an export, not to a bundle");
  const { world, attachments, diagnostics } = await loadWorld(path, worldOptionsOf(flags));
  if (world === null) throw new InvalidInput(diagnostics);
  await printDiagnostics(diagnostics, terminal.err);
  const changed = changeWorld({ world, attachments }, await changesOf(flags, terminal));
  await printDiagnostics(changed.warnings, terminal.err);
  return { before: sideOf(path, world), after: sideOf(path, changed.world), changes };
}

/**
 * A flip that was asked for is a `No`. Where none was found, but something became uncertain, or cannot be asked any more,
 * nobody can say that there is none.
 */
function exitFor({ marks, requests }: Report, failOn: FailOn | null): Exit {
  if (failOn === null) return Exit.Ok;
  const lost = requests.refused.some(({ where }) => where === "after");
  const { newlyDenied, newlyAllowed, newlyUncertain } = marks;
  const found = {
    "newly-denied": newlyDenied > 0,
    "newly-allowed": newlyAllowed > 0,
    any: newlyDenied + newlyAllowed + newlyUncertain > 0 || lost,
  };
  if (found[failOn]) return Exit.No;
  return newlyUncertain > 0 || lost ? Exit.Indeterminate : Exit.Ok;
}
