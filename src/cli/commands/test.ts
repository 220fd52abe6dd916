/** `iamb test`: policy tests, written as scenarios. */
import { Command } from "commander";
import type { EngineName } from "../engines.js";
import { EXIT_HELP, Exit } from "../exit.js";
import { InputError } from "../files.js";
import { Progress } from "../progress.js";
import type { Terminal } from "../terminal.js";
import { Coverage } from "../testing/coverage.js";
import { itemsOf, scenarioFiles } from "../testing/items.js";
import { reporterOf, type TestFormat } from "../testing/reporters.js";
import { explanationOf, verdictOf } from "../testing/verdict.js";
import { engineOption, examples, formatOption } from "../usage.js";

interface TestFlags {
  readonly engine: EngineName;
  readonly format: TestFormat;
  readonly coverage?: boolean;
}

export function testCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return new Command("test")
    .description("decide scenarios and compare with what they expect")
    .argument(
      "<file...>",
      "scenarios in JSON, JSON Lines or YAML, or directories of them; `-`: JSON Lines on standard input",
    )
    .addOption(engineOption("both"))
    .addOption(formatOption("text", "jsonl", "junit"))
    .option("--coverage", "say which statements of the policies no scenario made decisive")
    .addHelpText("after", LINES_HELP + EXAMPLES + EXIT_HELP)
    .action(async (files: readonly string[], flags: TestFlags) => done(await runTests(files, flags, terminal)));
}

const LINES_HELP = `
With --format jsonl each scenario is answered by one line, in order:
  {"id", "decision", "decidedBy", "expected", "pass", "error"?}
`;

const EXAMPLES = examples([
  ["all tests of a directory", "iamb test examples/tests"],
  ["which statements does no test reach?", "iamb test --coverage examples/tests"],
  ["scenarios from a program", "iamb test --format jsonl - < scenarios.jsonl"],
]);

async function runTests(paths: readonly string[], flags: TestFlags, terminal: Terminal): Promise<Exit> {
  const files = await scenarioFiles(paths);
  const reporter = reporterOf(flags.format, terminal.out);
  const progress = new Progress(terminal.err);
  const coverage = flags.coverage === true ? new Coverage() : null;
  const counts = { read: 0, failed: 0, all: 0 };
  for (const file of files) {
    for await (const item of itemsOf(file, terminal)) {
      const verdict = verdictOf(item, flags.engine);
      if (item.scenario !== null) coverage?.add(item.scenario.world, explanationOf(item, flags.engine));
      if (item.scenario !== null || verdict.pass) counts.read += 1;
      if (!verdict.pass) counts.failed += 1;
      counts.all += 1;
      await reporter.verdict(verdict);
      if (terminal.out.closed) return Exit.OutputClosed;
      await progress.show(`${counts.all} scenarios, ${counts.failed} failed`);
    }
  }
  await progress.clear();
  if (counts.all === 0) throw new InputError("empty-input", "there are no scenarios");
  await reporter.end(coverage?.report() ?? null);
  if (counts.read === 0) return Exit.Invalid;
  return counts.failed > 0 ? Exit.TestFailed : Exit.Ok;
}
