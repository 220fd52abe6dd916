/** `iamb disassemble`: a bundle as a listing. */
import { Command } from "commander";
import { listing, policyNames } from "../../bytecode/disassemble.js";
import { verifyBundle } from "../../bytecode/verify.js";
import { didYouMean } from "../../policy/spelling.js";
import { EXIT_HELP, Exit } from "../exit.js";
import type { Terminal } from "../terminal.js";
import { examples, UsageError } from "../usage.js";
import { readBundle } from "../worlds.js";

interface DisassembleFlags {
  readonly policy?: string;
}

export function disassembleCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return new Command("disassemble")
    .description("print a bundle's policies with their code, and what refers to them")
    .argument("<bundle>", "a bundle; `-`: standard input")
    .option("--policy <name>", "one policy alone")
    .addHelpText("after", EXAMPLES + EXIT_HELP)
    .action(async (bundle: string, flags: DisassembleFlags) => done(await disassemble(bundle, flags, terminal)));
}

const EXAMPLES = examples([
  ["everything", "iamb disassemble world.iamb | less"],
  ["one policy", "iamb disassemble world.iamb --policy scp/deny-regions"],
]);

async function disassemble(path: string, { policy }: DisassembleFlags, terminal: Terminal): Promise<Exit> {
  const reader = verifyBundle(await readBundle(path, terminal));
  if (policy !== undefined) checkName(policy, policyNames(reader));
  let page = "";
  for (const line of listing(reader, policy === undefined ? {} : { policy })) {
    page += line;
    if (page.length < PAGE_LENGTH) continue;
    await terminal.out.write(page);
    if (terminal.out.closed) return Exit.OutputClosed;
    page = "";
  }
  await terminal.out.write(page);
  return Exit.Ok;
}

/** Text that is written at once. */
const PAGE_LENGTH = 64 * 1024;

function checkName(policy: string, names: readonly string[]): void {
  if (names.includes(policy)) return;
  const help = didYouMean(policy, names);
  throw new UsageError(`the bundle has no policy \`${policy}\`${help === null ? "" : `; ${help}`}`);
}
