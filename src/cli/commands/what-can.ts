/** `iamb what-can`: all actions of the catalogue for one principal. */
import { Command } from "commander";
import { OUTCOMES } from "../../access/judge.js";
import { type ActionAccess, whatCan } from "../../access/what-can.js";
import { escapeText } from "../../text/excerpt.js";
import {
  type AccessFlags,
  accessSideOf,
  addAccessFlags,
  countsOf,
  countsText,
  exitForCounts,
  knownOf,
  statementsOf,
} from "../accessing.js";
import { csvLine } from "../csv.js";
import { EXIT_HELP, type Exit } from "../exit.js";
import type { Terminal } from "../terminal.js";
import { examples, repeatable } from "../usage.js";

interface WhatCanFlags extends AccessFlags {
  readonly resource?: string;
  readonly action: readonly string[];
}

export function whatCanCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return addAccessFlags(new Command("what-can"))
    .description("what a principal may do: every action that AWS has, and on what the answers depend")
    .argument("<principal>", "ARN of a user, a role, a session of one, or a root user of the world")
    .option("--resource <arn>", "only on this resource; `*`: only actions without one")
    .addOption(repeatable("--action <pattern>", "only these actions, as policies write them: `s3:*`"))
    .addHelpText("after", EXAMPLES + ABOUT + EXIT_HELP)
    .action(async (principal: string, flags: WhatCanFlags) => done(await show(principal, flags, terminal)));
}

const EXAMPLES = examples([
  [
    "what may Omar do, and on what?",
    "iamb what-can arn:aws:iam::111111111111:user/omar --world examples/world --region eu-west-1",
  ],
  [
    "what may the pipeline do to this bucket?",
    "iamb what-can arn:aws:iam::111111111111:role/pipelines/Deploy --world examples/world \\\n      --resource arn:aws:s3:::bookshop-site",
  ],
  [
    "all of S3 and KMS as a table, what is denied included",
    "iamb what-can arn:aws:iam::111111111111:user/maya --bundle world.iamb --action 's3:*' --action 'kms:*' --all --format csv",
  ],
]);

const ABOUT = `

Asked is every action on every pattern of resources for which a policy of the principal or of a resource allows it: an answer
for a pattern is that for a resource of it which no policy names otherwise. What is not listed, no policy allows. As in who-can,
what a request would say beside action and resource is unknown. 0 is something, 1 nothing, 4 perhaps something.
`;

async function show(principal: string, flags: WhatCanFlags, terminal: Terminal): Promise<Exit> {
  const { world, judge } = await accessSideOf(flags, terminal);
  const answers = [
    ...whatCan(judge, world, principal, {
      ...(flags.resource === undefined ? {} : { resource: flags.resource }),
      ...(flags.action.length === 0 ? {} : { actions: flags.action }),
      known: knownOf(flags),
      closed: flags.onlyGiven === true,
    }),
  ];
  const counts = countsOf(answers);
  const listed = flags.all ? answers : answers.filter(({ outcome }) => outcome !== "denied");
  switch (flags.format) {
    case "json":
      await terminal.out.write(`${JSON.stringify({ principal, counts, actions: listed }, null, 2)}\n`);
      break;
    case "csv":
      await terminal.out.write([HEAD, ...listed.map(cellsOf)].map(csvLine).join(""));
      break;
    case "text":
      await terminal.out.write(`${escapeText(`${principal}: ${countsText(counts)}`)}\n${textOf(listed)}`);
  }
  return exitForCounts(counts);
}

const HEAD = ["action", "on", "resource", "outcome", "decision", "decidedBy", "statements", "dependsOn"] as const;

function cellsOf({ action, on, resource, outcome, decision }: ActionAccess): readonly string[] {
  const statements = statementsOf(decision).map(({ policy, index }) => `${policy}#${index + 1}`);
  const dependsOn = "dependsOn" in decision ? decision.dependsOn : [];
  const decidedBy = "decidedBy" in decision ? decision.decidedBy : "";
  return [action, on, resource, outcome, decision.decision, decidedBy, statements.join(" "), dependsOn.join(" ")];
}

function textOf(answers: readonly ActionAccess[]): string {
  return OUTCOMES.map((outcome) => {
    const lines = linesOf(answers.filter((answer) => answer.outcome === outcome));
    return lines.length === 0 ? "" : `${outcome}\n${lines.map((line) => `  ${escapeText(line)}\n`).join("")}`;
  }).join("");
}

/** One line for what is alike: a service's actions on one pattern that depend on the same. */
function linesOf(answers: readonly ActionAccess[]): readonly string[] {
  const groups = new Map<string, { readonly head: string; readonly tail: string; readonly names: string[] }>();
  for (const { action, on, outcome, decision } of answers) {
    const [service = "", name = ""] = action.split(":");
    const depends = outcome === "indeterminate" && "dependsOn" in decision ? decision.dependsOn.join(", ") : "";
    const tail = depends === "" ? "" : `  depends on ${depends}`;
    const head = `${service} on ${on}`;
    const key = `${head}\n${tail}`;
    const group = groups.get(key) ?? { head, tail, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ head, tail, names }) => `${head}: ${namesOf(names)}${tail}`);
}

const NAMES_MAX = 12;

function namesOf(names: readonly string[]): string {
  if (names.length <= NAMES_MAX) return names.join(", ");
  return `${names.slice(0, NAMES_MAX).join(", ")} and ${names.length - NAMES_MAX} more`;
}
