/** `iamb replay`: a log through one world, and how far its verdicts agree with what AWS did. */
import { Command } from "commander";
import { EXIT_HELP, type Exit } from "../exit.js";
import { addReplayFlags, type ReplayFlags, replay, sideAt } from "../replaying.js";
import type { Terminal } from "../terminal.js";
import { examples } from "../usage.js";
import { addWorldFlags, type WorldFlags, worldOptionsOf } from "../world-options.js";

interface Flags extends ReplayFlags, WorldFlags {
  readonly world: string;
}

export function replayCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  const command = new Command("replay")
    .description("decide every request of a CloudTrail log, and compare with what AWS decided")
    .requiredOption("--world <path>", "a world directory, an account export, or a bundle");
  return addWorldFlags(addReplayFlags(command))
    .addHelpText("after", EXAMPLES + EXIT_HELP)
    .action(async (flags: Flags) => done(await replayWorld(flags, terminal)));
}

const EXAMPLES = examples([
  ["does the world explain what the log shows?", "iamb replay --world examples/world --trail examples/trail/AWSLogs"],
  [
    "what one role did in a month, for programs",
    "iamb replay --world world.iamb --trail AWSLogs --principal 'arn:aws:iam::111111111111:role/*Deploy' \\\n      --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --format json",
  ],
]);

async function replayWorld(flags: Flags, terminal: Terminal): Promise<Exit> {
  const before = await sideAt(flags.world, worldOptionsOf(flags), terminal);
  const { exit } = await replay(flags, { before, after: null, changes: [] }, terminal);
  return exit;
}
