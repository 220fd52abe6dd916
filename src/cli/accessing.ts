/** What `who-can` and `what-can` share: a world or a bundle, what is known of the requests, and how an answer is printed. */
import { type Command, Option } from "commander";
import { type Judge, judgeOf, type Outcome } from "../access/judge.js";
import type { Access } from "../access/who-can.js";
import { compile } from "../compiler/compile.js";
import { Engine } from "../engine/engine.js";
import type { Decision, StatementRef } from "../request/decision.js";
import type { World } from "../world/model.js";
import { contextOf } from "./asking.js";
import { authorityOf, authorityOfBundle, type EngineName } from "./engines.js";
import { Exit } from "./exit.js";
import type { Terminal } from "./terminal.js";
import { engineOption, formatOption, repeatable, UsageError } from "./usage.js";
import { addWorldFlags, type WorldFlags, worldOptionsOf } from "./world-options.js";
import { readEngine, readWorld } from "./worlds.js";

export interface AccessFlags extends WorldFlags {
  readonly bundle?: string;
  readonly world?: string;
  readonly engine: EngineName;
  readonly context: readonly string[];
  readonly unknown: readonly string[];
  readonly resourceAccount?: string;
  readonly now?: string;
  readonly region?: string;
  readonly onlyGiven?: boolean;
  readonly all?: boolean;
  readonly format: "text" | "json" | "csv";
}

export function addAccessFlags(command: Command): Command {
  command
    .option("--bundle <file>", "a compiled world (`iamb compile`)")
    .option("--world <path>", "a world directory or an account export, compiled on the way")
    .addOption(engineOption("wasm"))
    .addOption(repeatable("--context <key=value>", "a context key that is known; given again: one more value"))
    .addOption(repeatable("--unknown <key>", "a key that is not to be taken as it follows from the rest"))
    .option("--resource-account <id>", "owner of the resource where its ARN does not say it")
    .option("--region <region>", "where calls go whose resource does not say it")
    .option("--now <time>", "the time of the requests in ISO 8601; default: the clock")
    .option("--only-given", "context keys that are not given are absent, and not unknown")
    .option("--all", "list who may not as well")
    .addOption(formatOption("text", "json", "csv"));
  return addWorldFlags(command);
}

/** A world, and who answers about it. */
export interface AccessSide {
  readonly world: World;
  readonly judge: Judge;
}

/** Reads what the flags name. Throws UsageError, InputError, InvalidInput or BundleError. */
export async function accessSideOf(flags: AccessFlags, terminal: Terminal): Promise<AccessSide> {
  if ((flags.bundle === undefined) === (flags.world === undefined)) {
    throw new UsageError("say whom to ask: either --bundle or --world");
  }
  const options = worldOptionsOf(flags);
  if (flags.bundle !== undefined) {
    if (Object.keys(options).length > 0) throw new UsageError("a bundle has its option flags compiled in");
    const engine = await readEngine(flags.bundle, terminal);
    return { world: engine.world, judge: judgeFor(engine, authorityOfBundle(flags.engine, engine)) };
  }
  const { world } = await readWorld(flags.world!, options);
  const engine = Engine.loadSync(compile(world));
  return { world, judge: judgeFor(engine, flags.engine === "wasm" ? engine : authorityOf(flags.engine, world)) };
}

function judgeFor(engine: Engine, authority: Engine | ReturnType<typeof authorityOf>): Judge {
  if (authority instanceof Engine) return judgeOf(authority);
  return {
    keys: engine.requiredKeys,
    *decideAll(requests) {
      for (const request of requests) yield authority.decide(request, {});
    },
  };
}

/** What is known of every request. */
export function knownOf(flags: AccessFlags): Omit<Access, "action" | "resource"> {
  return {
    context: contextOf(flags.context),
    unknown: flags.unknown,
    ...(flags.resourceAccount === undefined ? {} : { resourceAccount: flags.resourceAccount }),
    ...(flags.now === undefined ? {} : { now: flags.now }),
    ...(flags.region === undefined ? {} : { region: flags.region }),
  };
}

export type Counts = Readonly<Record<Outcome, number>>;

export function countsOf(list: Iterable<{ readonly outcome: Outcome }>): Counts {
  const counts = { allowed: 0, indeterminate: 0, denied: 0 };
  for (const { outcome } of list) counts[outcome] += 1;
  return counts;
}

/** Decision 12: something is allowed, nothing is, or it depends whether anything is. */
export function exitForCounts({ allowed, indeterminate }: Counts): Exit {
  if (allowed > 0) return Exit.Ok;
  return indeterminate > 0 ? Exit.Indeterminate : Exit.No;
}

/** The same for people: `2 allowed, 1 indeterminate, 7 denied`. */
export function countsText({ allowed, indeterminate, denied }: Counts): string {
  return `${allowed} allowed, ${indeterminate} indeterminate, ${denied} denied`;
}

/** On what an answer rests, in a few words. */
export function groundsOf(decision: Decision): string {
  switch (decision.decision) {
    case "allowed":
    case "explicitDeny":
      return [decision.decidedBy, ...decision.statements.map(placeOf)].join("  ");
    case "implicitDeny":
      return decision.missing.map(({ layer, target }) => `no allow in ${layer} (${target})`).join(", ");
    case "indeterminate":
    case "denied":
      return `depends on ${decision.dependsOn.join(", ")}`;
  }
}

export function placeOf({ policy, index, sid, file, line, column }: StatementRef): string {
  const name = sid ?? `statement ${index + 1}`;
  return file === "" ? `${policy} (${name})` : `${file}:${line}:${column} (${name})`;
}

export function statementsOf(decision: Decision): readonly StatementRef[] {
  return "statements" in decision ? decision.statements : [];
}

export function kindOption(kinds: readonly string[]): Option {
  return new Option("--kind <kinds...>", "which principals").choices(kinds).default(["user", "role"]);
}
