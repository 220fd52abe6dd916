/** `iamb`: the command line. Commands read their arguments, call the library once, print, and return an exit code. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { UnknownPrincipal } from "../access/what-can.js";
import { BundleError } from "../bytecode/verify.js";
import { BundleTooLarge } from "../bytecode/writer.js";
import { EngineError } from "../engine/engine.js";
import { MemoryTooLarge } from "../engine/wasm.js";
import { RequestError } from "../request/request.js";
import { InvalidInput } from "../text/diagnostic.js";
import { escapeText } from "../text/excerpt.js";
import { TrailError } from "../trail/read.js";
import { ChangeError } from "../whatif/changes.js";
import { Unreconciled } from "../whatif/report.js";
import { checkCommand } from "./commands/check.js";
import { compileCommand } from "./commands/compile.js";
import { decideCommand } from "./commands/decide.js";
import { disassembleCommand } from "./commands/disassemble.js";
import { explainCommand } from "./commands/explain.js";
import { inspectCommand } from "./commands/inspect.js";
import { replayCommand } from "./commands/replay.js";
import { testCommand } from "./commands/test.js";
import { trailCommand } from "./commands/trail.js";
import { whatCanCommand } from "./commands/what-can.js";
import { whatifCommand } from "./commands/whatif.js";
import { whoCanCommand } from "./commands/who-can.js";
import { printDiagnostics } from "./diagnostics.js";
import { Disagreement } from "./engines.js";
import { EXIT_HELP, Exit } from "./exit.js";
import { InputError } from "./files.js";
import { processTerminal, type Terminal } from "./terminal.js";
import { examples, UsageError } from "./usage.js";

/** A subcommand: adds itself to the program; what it answers is the exit code. */
export type AddCommand = (terminal: Terminal, done: (exit: Exit) => void) => Command;

const COMMANDS: readonly AddCommand[] = [
  compileCommand,
  inspectCommand,
  disassembleCommand,
  decideCommand,
  explainCommand,
  testCommand,
  checkCommand,
  trailCommand,
  replayCommand,
  whatifCommand,
  whoCanCommand,
  whatCanCommand,
];

/** Runs one command line (without `node` and the script). Writes to the terminal only, and never throws. */
export async function main(args: readonly string[], terminal: Terminal): Promise<Exit> {
  let exit: Exit = Exit.Ok;
  let help = "";
  const program = programOf(
    terminal,
    (code) => {
      exit = code;
    },
    (text) => {
      help += text;
    },
  );
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    exit = await report(error, help, terminal);
  }
  const { failure } = terminal.out;
  if (failure === null) return exit;
  // Whoever relies on what was written must not take the exit code for it.
  await terminal.err.write(`iamb: error[not-writable]: the output cannot be written: ${failure}\n`);
  return Exit.Invalid;
}

/** Runs the process's own command line and ends the process. */
export async function runProcess(): Promise<never> {
  process.exit(await main(process.argv.slice(2), processTerminal()));
}

function programOf(terminal: Terminal, done: (exit: Exit) => void, print: (text: string) => void): Command {
  const program = new Command("iamb")
    .description("a compiled AWS IAM policy decision engine: policies in, decisions out")
    .version(packageVersion(), "--version", "print the version")
    .addHelpText("after", EXAMPLES + EXIT_HELP);
  for (const add of COMMANDS) program.addCommand(add(terminal, done));
  setUp(program, "iamb", print);
  return program;
}

/** A command and its subcommands. */
function setUp(command: Command, name: string, print: (text: string) => void): void {
  command
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print })
    .configureHelp({ helpWidth: 100 })
    .showHelpAfterError(`(\`${name} --help\` shows how)`);
  for (const inner of command.commands) setUp(inner, `${name} ${inner.name()}`, print);
}

const EXAMPLES = examples([
  ["compile an organization, ask it, and ask why", "iamb compile examples/world -o world.iamb"],
  [
    "one decision",
    "iamb decide --bundle world.iamb --principal arn:aws:iam::111111111111:user/ana --action s3:GetObject --resource arn:aws:s3:::reports/a.csv",
  ],
  ["run policy tests", "iamb test examples/tests"],
]);

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Says what went wrong, and which code that is. */
async function report(error: unknown, help: string, terminal: Terminal): Promise<Exit> {
  const say = (text: string) => terminal.err.write(`iamb: ${escapeText(text)}\n`);
  if (error instanceof CommanderError) {
    const isAnswer = error.exitCode === 0;
    await (isAnswer ? terminal.out : terminal.err).write(help);
    return isAnswer ? Exit.Ok : Exit.Invalid;
  }
  if (error instanceof InvalidInput) {
    await printDiagnostics(error.diagnostics, terminal.err);
    return Exit.Invalid;
  }
  if (error instanceof UsageError) {
    await say(`error[usage]: ${error.message}`);
    return Exit.Invalid;
  }
  if (error instanceof RequestError) {
    await say(`error[${error.code}]: the request cannot be asked: ${error.path}: ${error.message}`);
    return Exit.Invalid;
  }
  if (isUnusable(error)) {
    await say(`error[${error.code}]: ${error.message}`);
    return Exit.Invalid;
  }
  if (error instanceof Disagreement || error instanceof EngineError || error instanceof Unreconciled) {
    await say(`internal error; please report this: ${error.message}`);
    return Exit.Internal;
  }
  await terminal.err.write(`iamb: internal error; please report this\n${traceOf(error)}\n`);
  return Exit.Internal;
}

/** What the surroundings did. */
function isUnusable(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof InputError ||
    error instanceof BundleError ||
    error instanceof BundleTooLarge ||
    error instanceof MemoryTooLarge ||
    error instanceof ChangeError ||
    error instanceof TrailError ||
    error instanceof UnknownPrincipal
  );
}

function traceOf(error: unknown): string {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return trace.split("\n").map(escapeText).join("\n");
}
