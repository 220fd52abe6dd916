/** `iamb explain`: one decision with every layer and statement that was looked at. */
import { Command } from "commander";
import { explanationToJson } from "../../request/explanation.js";
import { askedBy, exitFor, printExplanation } from "../answers.js";
import { type AskingFlags, addAskingFlags, askingOf } from "../asking.js";
import { EXIT_HELP, type Exit } from "../exit.js";
import type { Terminal } from "../terminal.js";
import { examples, formatOption } from "../usage.js";
import { statementLookup } from "../world-policies.js";

type ExplainFlags = AskingFlags & { readonly format: "text" | "json" };

export function explainCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return addAskingFlags(new Command("explain"))
    .description("decide one request and say what every statement contributed, and why others did not")
    .addOption(formatOption("text", "json"))
    .addHelpText("after", EXAMPLES + EXIT_HELP)
    .action(async (flags: ExplainFlags) => done(await explain(flags, terminal)));
}

const EXAMPLES = examples([
  [
    "why was this denied?",
    "iamb explain --bundle world.iamb --principal arn:aws:iam::111111111111:user/ana --action s3:PutObject \\\n      --resource arn:aws:s3:::reports/a.csv",
  ],
  [
    "the same for programs, a request on standard input",
    "iamb explain --bundle world.iamb --request - --format json < request.json",
  ],
]);

async function explain(flags: ExplainFlags, terminal: Terminal): Promise<Exit> {
  const asking = await askingOf(flags, terminal);
  const explanation = asking.authority.explain(asking.request, asking.options);
  const asked = askedBy(asking);
  const lookup = statementLookup(asking.world);
  if (flags.format === "json") {
    await terminal.out.write(`${JSON.stringify(explanationToJson(explanation, asked, lookup), null, 2)}\n`);
  } else {
    await printExplanation(terminal.out, explanation, asked, lookup);
  }
  return exitFor(explanation.decision);
}
