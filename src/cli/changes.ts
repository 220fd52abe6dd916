/** Changes of a world on the command line: `--replace`, `--attach`, `--detach`, `--scp` and their like. */
import { basename } from "node:path";
import type { Command } from "commander";
import type { Change, PolicyChoice } from "../whatif/changes.js";
import { readSource, STDIN } from "./files.js";
import type { Terminal } from "./terminal.js";
import { repeatable, UsageError } from "./usage.js";

export interface ChangeFlags {
  readonly policy: readonly string[];
  readonly replace: readonly string[];
  readonly attach: readonly string[];
  readonly detach: readonly string[];
  readonly resourcePolicy: readonly string[];
  readonly boundary: readonly string[];
  readonly scp: readonly string[];
  readonly rcp: readonly string[];
}

export function addChangeFlags(command: Command): Command {
  return command
    .addOption(
      repeatable(
        "--replace <policy=file>",
        "another document for a policy wherever it is attached: its ARN, `scp/NAME`, `rcp/NAME`, or as decisions name it",
      ),
    )
    .addOption(
      repeatable("--attach <principal=policy>", "to a user, role or group (ARN): a managed policy's ARN, or a file"),
    )
    .addOption(
      repeatable(
        "--detach <from=policy>",
        "from a user, role or group: an ARN or an inline policy's name; from a root, unit or account: `scp/NAME`",
      ),
    )
    .addOption(
      repeatable(
        "--resource-policy <arn=file>",
        "the policy of a bucket, queue, key, …, or a role's trust policy; `none`",
      ),
    )
    .addOption(repeatable("--boundary <principal=policy>", "a permissions boundary: an ARN, a file, or `none`"))
    .addOption(repeatable("--scp <target=file>", "attach an SCP to a root, unit or account: a file, or `scp/NAME`"))
    .addOption(repeatable("--rcp <target=file>", "attach an RCP to a root, unit or account: a file, or `rcp/NAME`"))
    .addOption(repeatable("--policy <arn=file>", "a managed policy that the world does not have yet, to attach"));
}

const NAMES = ["policy", "replace", "detach", "attach", "resourcePolicy", "boundary", "scp", "rcp"] as const;

/** The changes as they were given, for the report. */
export function changeTexts(flags: ChangeFlags): readonly string[] {
  return NAMES.flatMap((name) =>
    flags[name].map((text) => `--${name === "resourcePolicy" ? "resource-policy" : name} ${text}`),
  );
}

/** Reads what the flags name. Throws UsageError and InputError; whether a change applies, `changeWorld` says. */
export async function changesOf(flags: ChangeFlags, terminal: Terminal): Promise<readonly Change[]> {
  if (changeTexts(flags).some((text) => text.endsWith(`=${STDIN}`))) {
    throw new UsageError("a change is read from a file; standard input is for the trail");
  }
  const changes: Change[] = [];
  for (const text of flags.policy) {
    const [policy, file] = sidesOf("policy", text);
    changes.push({ kind: "add", policy, source: await readSource(file, terminal) });
  }
  for (const text of flags.replace) {
    const [policy, file] = sidesOf("replace", text);
    changes.push({ kind: "replace", policy, source: await readSource(file, terminal) });
  }
  for (const text of flags.attach) {
    const [principal, policy] = sidesOf("attach", text);
    changes.push({ kind: "attach", principal, policy: await choiceOf(policy, "arn:", terminal) });
  }
  for (const text of flags.detach) {
    const [from, policy] = sidesOf("detach", text);
    changes.push({ kind: "detach", from, policy });
  }
  for (const text of flags.resourcePolicy) {
    const [resource, file] = sidesOf("resource-policy", text);
    const source = file === "none" ? null : await readSource(file, terminal);
    changes.push({ kind: "resourcePolicy", resource, source });
  }
  for (const text of flags.boundary) {
    const [principal, policy] = sidesOf("boundary", text);
    const choice = policy === "none" ? null : await choiceOf(policy, "arn:", terminal);
    changes.push({ kind: "boundary", principal, policy: choice });
  }
  for (const type of ["scp", "rcp"] as const) {
    for (const text of flags[type]) {
      const [target, policy] = sidesOf(type, text);
      changes.push({ kind: "guardrail", type, target, policy: await choiceOf(policy, `${type}/`, terminal) });
    }
  }
  return changes;
}

/** Names of IAM may hold `=`, and so may paths: before an ARN it is the sign for certain, else the first one is. */
function sidesOf(option: string, text: string): readonly [string, string] {
  const beforeArn = text.indexOf("=arn:");
  const equals = beforeArn === -1 ? text.indexOf("=") : beforeArn;
  if (equals <= 0 || equals === text.length - 1) {
    throw new UsageError(`--${option} takes two things with \`=\` between them, not \`${text}\``);
  }
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** What begins so is held by the world; everything else is a file. */
async function choiceOf(text: string, heldStart: string, terminal: Terminal): Promise<PolicyChoice> {
  if (text.startsWith(heldStart)) return { kind: "held", name: text };
  const name = basename(text).replace(/\.json$/, "");
  return { kind: "document", name, source: await readSource(text, terminal) };
}
