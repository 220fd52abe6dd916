/** What `decide` and `explain` share: a world or a bundle, a request from a file or from arguments, and who answers. */
import { type Command, Option } from "commander";
import { readRequest } from "../request/json.js";
import type { ContextInput, Request, RequestOptions } from "../request/request.js";
import { type Diagnostic, InvalidInput } from "../text/diagnostic.js";
import type { World } from "../world/model.js";
import { type Authority, atOneTime, authorityOf, authorityOfBundle, type EngineName } from "./engines.js";
import { readSource } from "./files.js";
import type { Terminal } from "./terminal.js";
import { engineOption, repeatable, UsageError } from "./usage.js";
import { readJsonOrYaml } from "./values.js";
import { addWorldFlags, type WorldFlags, worldOptionsOf } from "./world-options.js";
import { readEngine, readWorld } from "./worlds.js";

export interface AskingFlags extends WorldFlags {
  readonly bundle?: string;
  readonly world?: string;
  readonly engine: EngineName;
  readonly request?: string;
  readonly principal?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly context: readonly string[];
  readonly unknown: readonly string[];
  readonly resourceAccount?: string;
  readonly now?: string;
  readonly deriveContext: boolean;
  readonly trustContext?: boolean;
  readonly extraValues?: RequestOptions["extraValues"];
  readonly allowMalformedContext?: boolean;
}

export function addAskingFlags(command: Command): Command {
  command
    .option("--bundle <file>", "a compiled world (`iamb compile`)")
    .option("--world <path>", "a world directory or an account export, compiled on the way")
    .addOption(engineOption("wasm"))
    .option("--request <file>", "a request in JSON or YAML; `-`: JSON on standard input")
    .option("--principal <who>", "an ARN, an account id, a service, an identity provider, or `*`")
    .option("--action <action>", "`service:Name`")
    .option("--resource <arn>", "an ARN, or `*` for actions without a resource")
    .addOption(repeatable("--context <key=value>", "a context key; given again: one more value"))
    .addOption(repeatable("--unknown <key>", "a context key that is not known; `aws:PrincipalTag/*`: all of them"))
    .option("--resource-account <id>", "owner of the resource where its ARN does not say it")
    .option("--now <time>", "the time of the request in ISO 8601; default: the clock")
    .option("--no-derive-context", "only the context keys that are given exist")
    .option("--trust-context", "given context keys win over those that follow from the request")
    .addOption(
      new Option("--extra-values <how>", "several values for a single-valued key are").choices(["error", "multi"]),
    )
    .option("--allow-malformed-context", "let malformed values of global keys through");
  return addWorldFlags(command);
}

/** Everything that is needed to ask. */
export interface Asking {
  readonly world: World;
  readonly authority: Authority;
  readonly request: Request;
  readonly options: Partial<RequestOptions>;
}

/** Reads what the flags name. Throws UsageError, InputError, InvalidInput or BundleError. */
export async function askingOf(flags: AskingFlags, terminal: Terminal): Promise<Asking> {
  if ((flags.bundle === undefined) === (flags.world === undefined)) {
    throw new UsageError("say whom to ask: either --bundle or --world");
  }
  const request = atOneTime(await requestOf(flags, terminal));
  return { ...(await sideOf(flags, terminal)), request, options: requestOptionsOf(flags) };
}

async function sideOf(flags: AskingFlags, terminal: Terminal): Promise<{ world: World; authority: Authority }> {
  const options = worldOptionsOf(flags);
  if (flags.world !== undefined) {
    const { world } = await readWorld(flags.world, options);
    return { world, authority: authorityOf(flags.engine, world) };
  }
  if (Object.keys(options).length > 0) throw new UsageError("a bundle has its option flags compiled in");
  const engine = await readEngine(flags.bundle!, terminal);
  return { world: engine.world, authority: authorityOfBundle(flags.engine, engine) };
}

async function requestOf(flags: AskingFlags, terminal: Terminal): Promise<Request> {
  if (flags.request === undefined) return requestOfArguments(flags);
  const given = REQUEST_ARGUMENTS.find((name) => flags[name] !== undefined && flags[name].length > 0);
  if (given !== undefined) throw new UsageError(`the request is in a file; --${kebab(given)} cannot be given too`);
  return requestOfFile(flags.request, terminal);
}

const REQUEST_ARGUMENTS = ["principal", "action", "resource", "context", "unknown", "resourceAccount", "now"] as const;

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

async function requestOfFile(path: string, terminal: Terminal): Promise<Request> {
  const source = await readSource(path, terminal);
  const diagnostics: Diagnostic[] = [];
  const [value, ...more] = readJsonOrYaml(source, diagnostics);
  if (value === undefined) throw new InvalidInput(diagnostics);
  if (more.length > 0) throw new UsageError(`\`${source.name}\` holds ${more.length + 1} requests; one can be asked`);
  const read = readRequest(source, value);
  if (read.request === null) throw new InvalidInput(read.diagnostics);
  return read.request;
}

function requestOfArguments({ principal, action, resource, resourceAccount, now, ...flags }: AskingFlags): Request {
  if (principal === undefined || action === undefined || resource === undefined) {
    throw new UsageError("a request needs --principal, --action and --resource, or a file: --request");
  }
  return {
    principal,
    action,
    resource,
    context: contextOf(flags.context),
    unknown: flags.unknown,
    ...(resourceAccount === undefined ? {} : { resourceAccount }),
    ...(now === undefined ? {} : { now }),
  };
}

/** Pairs as a context: an object without a prototype, so that `__proto__` is a key like others. Throws UsageError. */
export function contextOf(pairs: readonly string[]): Record<string, ContextInput> {
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals === -1) throw new UsageError(`--context takes \`key=value\`, not \`${pair}\``);
    const key = pair.slice(0, equals);
    values.set(key, [...(values.get(key) ?? []), pair.slice(equals + 1)]);
  }
  const context: Record<string, ContextInput> = Object.create(null);
  for (const [key, given] of values) context[key] = given.length === 1 ? given[0]! : given;
  return context;
}

function requestOptionsOf(flags: AskingFlags): Partial<RequestOptions> {
  return {
    deriveContext: flags.deriveContext,
    trustContext: flags.trustContext ?? false,
    extraValues: flags.extraValues ?? "error",
    allowMalformedContext: flags.allowMalformedContext ?? false,
  };
}
