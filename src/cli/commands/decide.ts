/** `iamb decide`: one decision. */
import { Command } from "commander";
import { messageFor } from "../../request/message.js";
import { askedBy, exitFor, printExplanation } from "../answers.js";
import { type AskingFlags, addAskingFlags, askingOf } from "../asking.js";
import { EXIT_HELP, type Exit } from "../exit.js";
import type { Terminal } from "../terminal.js";
import { examples, formatOption } from "../usage.js";
import { statementLookup } from "../world-policies.js";

type DecideFlags = AskingFlags & { readonly format: "text" | "json" };

export function decideCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return addAskingFlags(new Command("decide"))
    .description("decide one request")
    .addOption(formatOption("text", "json"))
    .addHelpText("after", EXAMPLES + EXIT_HELP)
    .action(async (flags: DecideFlags) => done(await decide(flags, terminal)));
}

const EXAMPLES = examples([
  [
    "from a bundle, with two context keys",
    "iamb decide --bundle world.iamb --principal arn:aws:iam::111111111111:user/ana --action s3:GetObject \\\n      --resource arn:aws:s3:::reports/a.csv --context aws:SourceIp=203.0.113.7 --context aws:SecureTransport=true",
  ],
  [
    "from a world directory, a request in a file, as JSON",
    "iamb decide --world examples/world --request request.json --format json",
  ],
  [
    "what is not known makes the answer `indeterminate` only if it matters",
    "iamb decide --bundle world.iamb --principal 123456789012 --action ec2:StopInstances --resource '*' --unknown 'aws:RequestTag/*'",
  ],
]);

async function decide(flags: DecideFlags, terminal: Terminal): Promise<Exit> {
  const asking = await askingOf(flags, terminal);
  const decision = asking.authority.decide(asking.request, asking.options);
  const asked = askedBy(asking);
  if (flags.format === "json") {
    const message = messageFor(decision, asked);
    await terminal.out.write(`${JSON.stringify({ ...decision, message }, null, 2)}\n`);
  } else {
    await printExplanation(terminal.out, { decision, layers: [] }, asked, statementLookup(asking.world));
  }
  return exitFor(decision);
}
