/** `iamb who-can`: all principals of a world for one action and resource. */
import { Command } from "commander";
import { OUTCOMES } from "../../access/judge.js";
import { SUBJECT_KINDS, type SubjectKind } from "../../access/subjects.js";
import { type SubjectAccess, whoCan } from "../../access/who-can.js";
import { escapeText } from "../../text/excerpt.js";
import {
  type AccessFlags,
  accessSideOf,
  addAccessFlags,
  countsOf,
  countsText,
  exitForCounts,
  groundsOf,
  kindOption,
  knownOf,
  statementsOf,
} from "../accessing.js";
import { csvLine } from "../csv.js";
import { EXIT_HELP, type Exit } from "../exit.js";
import type { Terminal } from "../terminal.js";
import { examples } from "../usage.js";

interface WhoCanFlags extends AccessFlags {
  readonly kind: readonly SubjectKind[];
}

export function whoCanCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return addAccessFlags(new Command("who-can"))
    .description("who may do something: every user and role of a world, and on what their answers depend")
    .argument("<action>", "`service:Name`")
    .argument("<resource>", "an ARN, or `*` for actions without a resource")
    .addOption(kindOption(SUBJECT_KINDS))
    .addHelpText("after", EXAMPLES + ABOUT + EXIT_HELP)
    .action(async (action: string, resource: string, flags: WhoCanFlags) =>
      done(await show(action, resource, flags, terminal)),
    );
}

const EXAMPLES = examples([
  [
    "who may terminate this instance?",
    "iamb who-can ec2:TerminateInstances arn:aws:ec2:eu-west-1:111111111111:instance/i-1 --world examples/world",
  ],
  [
    "from this address, with MFA, as a table",
    "iamb who-can s3:GetObject arn:aws:s3:::bookshop-orders/1 --bundle world.iamb --format csv \\\n      --context aws:SourceIp=203.0.113.7 --context aws:RequestedRegion=eu-west-1",
  ],
  [
    "roles and root users only, those who may not included",
    "iamb who-can iam:CreateUser arn:aws:iam::111111111111:user/new --world examples/world --kind role root --all",
  ],
]);

const ABOUT = `

Nobody has made these requests yet: what they would say beside action and resource is unknown, so that \`allowed\` and \`denied\`
hold whatever it is, and \`indeterminate\` names the keys that decide. Taken for granted: a direct call over TLS, in the Region of
the resource's ARN; a role is a session of it without tags and session policies. 0 is somebody, 1 nobody, 4 perhaps somebody.
`;

async function show(action: string, resource: string, flags: WhoCanFlags, terminal: Terminal): Promise<Exit> {
  const { world, judge } = await accessSideOf(flags, terminal);
  const access = { ...knownOf(flags), action, resource };
  const answers = [...whoCan(judge, world, access, { kinds: new Set(flags.kind), closed: flags.onlyGiven === true })];
  const counts = countsOf(answers);
  const listed = flags.all ? answers : answers.filter(({ outcome }) => outcome !== "denied");
  switch (flags.format) {
    case "json":
      await terminal.out.write(`${JSON.stringify({ action, resource, counts, principals: listed }, null, 2)}\n`);
      break;
    case "csv":
      await terminal.out.write([HEAD, ...listed.map(cellsOf)].map(csvLine).join(""));
      break;
    case "text":
      await terminal.out.write(`${escapeText(`${action} on ${resource}: ${countsText(counts)}`)}\n${textOf(listed)}`);
  }
  return exitForCounts(counts);
}

const HEAD = ["principal", "kind", "outcome", "decision", "decidedBy", "statements", "dependsOn"] as const;

function cellsOf({ arn, kind, outcome, decision }: SubjectAccess): readonly string[] {
  const statements = statementsOf(decision).map(({ policy, index }) => `${policy}#${index + 1}`);
  const dependsOn = "dependsOn" in decision ? decision.dependsOn : [];
  const decidedBy = "decidedBy" in decision ? decision.decidedBy : "";
  return [arn, kind, outcome, decision.decision, decidedBy, statements.join(" "), dependsOn.join(" ")];
}

function textOf(answers: readonly SubjectAccess[]): string {
  return OUTCOMES.map((outcome) => {
    const own = answers.filter((answer) => answer.outcome === outcome);
    const lines = own.map(({ arn, decision }) => `  ${escapeText(`${arn}  ${groundsOf(decision)}`)}\n`);
    return own.length === 0 ? "" : `${outcome}\n${lines.join("")}`;
  }).join("");
}
