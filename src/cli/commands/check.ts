/** `iamb check`: what is wrong with policies of a given type. */
import { Command, Option } from "commander";
import type { Mode, PolicyType } from "../../policy/model.js";
import { type ParsedPolicy, type ParseOptions, parsePolicy, parsePolicyValue } from "../../policy/parse.js";
import { didYouMean } from "../../policy/spelling.js";
import { type Diagnostic, type DiagnosticJson, diagnosticToJson, hasErrors } from "../../text/diagnostic.js";
import { type JsonObject, type JsonValue, member, parseJson, quoted, scalarText, toPlain } from "../../text/json.js";
import type { Source, Span } from "../../text/span.js";
import { printDiagnostics } from "../diagnostics.js";
import { EXIT_HELP, Exit } from "../exit.js";
import { type Line, readLines, readSource } from "../files.js";
import { plainJson } from "../plain-json.js";
import { Progress } from "../progress.js";
import type { Terminal } from "../terminal.js";
import { examples, formatOption, UsageError } from "../usage.js";
import { isYaml, readJsonOrYaml } from "../values.js";

interface CheckFlags {
  readonly policyType?: PolicyType;
  readonly mode: Mode;
  readonly format: "text" | "json" | "jsonl";
}

const TYPES: readonly PolicyType[] = [
  "identity",
  "managed",
  "resource",
  "trust",
  "scp",
  "rcp",
  "boundary",
  "session",
  "vpce",
];

export function checkCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return new Command("check")
    .description("say what is wrong with policies; exits with 1 if AWS would refuse one of them")
    .argument("<file...>", "policies in JSON (or YAML, by the name); `-`: standard input")
    .addOption(new Option("--policy-type <type>", "what the policies are for").choices(TYPES))
    .addOption(
      new Option("--mode <mode>", "how strictly they are checked")
        .choices(["strict", "session", "lenient"])
        .default("strict"),
    )
    .addOption(formatOption("text", "json", "jsonl"))
    .addHelpText("after", LINES_HELP + EXAMPLES + EXIT_HELP)
    .action(async (files: readonly string[], flags: CheckFlags) => done(await check(files, flags, terminal)));
}

const LINES_HELP = `
With --format jsonl the input is JSON Lines: {"id", "policyType", "document"}. The document is an object, or the text itself
as a string; the type may be left out if --policy-type gives it. Each line is answered by {"id", "valid", "diagnostics"}.
`;

const EXAMPLES = examples([
  ["one policy", "iamb check --policy-type identity policy.json"],
  ["service control policies, for programs", "iamb check --policy-type scp --format json policies/scp/*.json"],
  ["many policies in a stream", "iamb check --format jsonl - < policies.jsonl"],
]);

/** What is said about one policy. */
interface Finding {
  readonly id: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** False: nothing was there to check. */
  readonly readable: boolean;
}

async function check(files: readonly string[], flags: CheckFlags, terminal: Terminal): Promise<Exit> {
  if (flags.format === "jsonl") return checkLines(files, flags, terminal);
  const { policyType: type } = flags;
  if (type === undefined) throw new UsageError(`--policy-type is needed: ${TYPES.join(", ")}`);
  const findings: Finding[] = [];
  for (const file of files) {
    const source = await readSource(file, terminal);
    findings.push(checkSource(source, { type, mode: flags.mode }));
  }
  if (flags.format === "json") await terminal.out.write(`${JSON.stringify(findings.map(findingToJson), null, 2)}\n`);
  else await printFindings(findings, terminal);
  return findings.some(({ diagnostics }) => hasErrors(diagnostics)) ? Exit.No : Exit.Ok;
}

function checkSource(source: Source, options: ParseOptions): Finding {
  const id = source.name;
  if (!isYaml(source)) return { id, diagnostics: parsePolicy(source, options).diagnostics, readable: true };
  const diagnostics: Diagnostic[] = [];
  for (const value of readJsonOrYaml(source, diagnostics)) {
    diagnostics.push(...parsePolicyValue(source, value, options).diagnostics);
  }
  return { id, diagnostics, readable: true };
}

async function printFindings(findings: readonly Finding[], { out }: Terminal): Promise<void> {
  const diagnostics = findings.flatMap((finding) => finding.diagnostics);
  await printDiagnostics(diagnostics, out);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  const counts = [
    counted(findings.length, "policy", "policies"),
    counted(errors, "error"),
    counted(warnings, "warning"),
  ];
  await out.write(`${counts.join(", ")}\n`);
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

interface FindingJson {
  readonly id: unknown;
  readonly valid: boolean;
  readonly diagnostics: readonly DiagnosticJson[];
}

function findingToJson({ id, diagnostics }: Finding): FindingJson {
  return { id, valid: !hasErrors(diagnostics), diagnostics: diagnostics.map(diagnosticToJson) };
}

// --- JSON Lines ----------------------------------------------------------------------------------------------------------

/** A line that says nothing to check outweighs a policy that is refused. */
async function checkLines(files: readonly string[], flags: CheckFlags, terminal: Terminal): Promise<Exit> {
  const progress = new Progress(terminal.err);
  let exit: Exit = Exit.Ok;
  let count = 0;
  for (const file of files) {
    for await (const line of readLines(file, terminal)) {
      const finding = checkLine(line, flags);
      if (!finding.readable) exit = Exit.Invalid;
      else if (exit === Exit.Ok && hasErrors(finding.diagnostics)) exit = Exit.No;
      await terminal.out.write(`${JSON.stringify(findingToJson(finding))}\n`);
      if (terminal.out.closed) return Exit.OutputClosed;
      count += 1;
      await progress.show(`${count} policies`);
    }
  }
  await progress.clear();
  return exit;
}

function checkLine({ source, problem }: Line, flags: CheckFlags): Finding {
  if (problem !== null) return { id: null, diagnostics: [problem], readable: false };
  const { value, diagnostics } = parseJson(source);
  // What our parser refuses may still be JSON, such as a document with a key twice: an answer that can be told apart.
  if (value === null) {
    const plain = plainJson(source.text);
    return { id: idOf(plain), diagnostics, readable: plain !== undefined };
  }
  if (value.kind !== "object") return unreadable(source, null, value.span, "a line is an object with a `document`");
  return checkEnvelope(source, value, flags);
}

/** Members beside the three are the caller's own. */
function checkEnvelope(source: Source, line: JsonObject, flags: CheckFlags): Finding {
  const id = idOf(toPlain(line));
  const document = member(line, "document");
  if (document === null) return unreadable(source, id, line.span, "`document` is missing");
  const type = typeOf(line, flags);
  if (type === null) {
    const given = member(line, "policyType");
    if (given === null) return unreadable(source, id, line.span, "`policyType` is missing");
    const text = scalarText(given) ?? "";
    const help = didYouMean(text, TYPES) ?? `one of ${TYPES.join(", ")}`;
    return unreadable(source, id, given.span, `unknown policy type ${quoted(text)}`, help);
  }
  const name = typeof id === "string" ? id : source.name;
  return {
    id,
    readable: true,
    diagnostics: parseDocument(source, document, { type, name, mode: flags.mode }).diagnostics,
  };
}

function typeOf(line: JsonObject, { policyType }: CheckFlags): PolicyType | null {
  const given = member(line, "policyType");
  if (given === null) return policyType ?? null;
  return TYPES.find((type) => given.kind === "string" && type === given.value) ?? null;
}

/** A text has places of its own. */
function parseDocument(source: Source, document: JsonValue, options: ParseOptions & { name: string }): ParsedPolicy {
  if (document.kind !== "string") return parsePolicyValue(source, document, options);
  return parsePolicy({ name: options.name, text: document.value }, options);
}

/** The line's id as it came: a text or a number; null otherwise. */
function idOf(line: unknown): string | number | null {
  if (typeof line !== "object" || line === null || !("id" in line)) return null;
  return typeof line.id === "string" || typeof line.id === "number" ? line.id : null;
}

function unreadable(source: Source, id: unknown, span: Span, message: string, help: string | null = null): Finding {
  const diagnostic: Diagnostic = { code: "invalid-line", severity: "error", message, help, source, span };
  return { id, diagnostics: [diagnostic], readable: false };
}
