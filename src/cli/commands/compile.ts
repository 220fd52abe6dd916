/** `iamb compile`: a world into a bundle. */
import { Command } from "commander";
import { Header, PolicyRecord, Section, StatementRecord } from "../../bytecode/layout.js";
import { BundleReader } from "../../bytecode/reader.js";
import { compile } from "../../compiler/compile.js";
import { escapeText } from "../../text/excerpt.js";
import { grouped } from "../columns.js";
import { printDiagnostics } from "../diagnostics.js";
import { EXIT_HELP, Exit } from "../exit.js";
import { STDIN } from "../files.js";
import { writeWhole } from "../output-file.js";
import type { Terminal } from "../terminal.js";
import { examples, UsageError } from "../usage.js";
import { addWorldFlags, type WorldFlags, worldOptionsOf } from "../world-options.js";
import { readWorld } from "../worlds.js";

interface CompileFlags extends WorldFlags {
  readonly output: string;
}

export function compileCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return addWorldFlags(new Command("compile"))
    .description("compile a world into a bundle")
    .argument("<world>", "a world directory, or the output of `aws iam get-account-authorization-details`")
    .requiredOption("-o, --output <file>", "the bundle to write; `-`: standard output")
    .addHelpText("after", EXAMPLES + EXIT_HELP)
    .action(async (world: string, flags: CompileFlags) => done(await compileWorld(world, flags, terminal)));
}

const EXAMPLES = examples([
  ["an organization", "iamb compile examples/world -o world.iamb"],
  ["one account, as AWS exports it", "iamb compile authorization-details.json -o account.iamb"],
  [
    "with option flags, which are compiled in",
    "iamb compile examples/world -o world.iamb --mode lenient -O denyKind=merge",
  ],
]);

async function compileWorld(path: string, flags: CompileFlags, terminal: Terminal): Promise<Exit> {
  const { world, warnings } = await readWorld(path, worldOptionsOf(flags));
  await printDiagnostics(warnings, terminal.err);
  const bundle = compile(world);
  if (flags.output === STDIN) {
    if (terminal.out.isTerminal) throw new UsageError("a bundle is not for terminals; name a file or redirect");
    await terminal.out.write(bundle);
  } else {
    await writeWhole(flags.output, bundle);
    await terminal.out.write(summaryOf(flags.output, bundle));
  }
  return Exit.Ok;
}

function summaryOf(path: string, bundle: Uint8Array): string {
  const reader = new BundleReader(bundle);
  const policies = reader.count(Section.Policies, PolicyRecord.Size);
  const statements = reader.count(Section.Statements, StatementRecord.Size);
  const size = reader.header(Header.Size);
  return `${escapeText(path)}: ${grouped(policies)} policies, ${grouped(statements)} statements, ${grouped(size)} bytes\n`;
}
