/** Scenario files as items in order: each a scenario, or the reasons why it is none. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Diagnostic, hasErrors } from "../../text/diagnostic.js";
import { type JsonValue, parseJson } from "../../text/json.js";
import type { Source } from "../../text/span.js";
import { parseYaml } from "../../text/yaml.js";
import { readScenario, type Scenario } from "../../world/scenario.js";
import { InputError, inputErrorOf, nameOf, readLines, readSource, STDIN } from "../files.js";
import { plainJson } from "../plain-json.js";
import type { Terminal } from "../terminal.js";

export interface Item {
  /** The file that it is from. */
  readonly file: string;
  /** Null: it cannot be read; the diagnostics say why. */
  readonly scenario: Scenario | null;
  readonly diagnostics: readonly Diagnostic[];
  /** As far as they can be told of a scenario that cannot be read. */
  readonly id: string | null;
  readonly expected: string | null;
  /**
   * JSON that our parser refuses for what it says, not for its syntax: a key twice, half a surrogate pair, lists too deep.
   * Whoever expects an error gets one.
   */
  readonly refused: boolean;
}

/** The scenario files under paths, directories searched in the order of their names. Throws InputError. */
export async function scenarioFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) files.push(...(path === STDIN ? [path] : await filesUnder(path)));
  return files;
}

async function filesUnder(path: string): Promise<readonly string[]> {
  const files: string[] = [];
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const names = await namesIn(next);
    if (names === null) {
      if (next === path || isScenarioFile(next)) files.push(next);
      continue;
    }
    for (const name of names.reverse()) waiting.push(join(next, name));
  }
  if (files.length === 0) throw new InputError("file-not-found", `there is no scenario file in \`${path}\``);
  return files;
}

/** Null: no directory. */
async function namesIn(path: string): Promise<string[] | null> {
  try {
    return (await stat(path)).isDirectory() ? (await readdir(path)).sort() : null;
  } catch (error) {
    throw inputErrorOf(error, path);
  }
}

const LINES = [".jsonl", ".ndjson"];
const YAML = [".yaml", ".yml"];
const JSON_FILE = ".json";

function isScenarioFile(path: string): boolean {
  return hasEnding(path, [...LINES, ...YAML, JSON_FILE]);
}

function hasEnding(path: string, endings: readonly string[]): boolean {
  return endings.some((ending) => path.toLowerCase().endsWith(ending));
}

/**
 * The items of a file by its name: JSON Lines (also standard input), YAML, else JSON: one scenario or a list. A file that
 * cannot be read is an item that cannot be read.
 */
export async function* itemsOf(path: string, terminal: Terminal): AsyncGenerator<Item> {
  try {
    yield* itemsOfFile(path, terminal);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    yield unreadable(nameOf(path), [diagnosticOf(path, error)], undefined);
  }
}

function diagnosticOf(path: string, { code, message }: InputError): Diagnostic {
  const source: Source = { name: nameOf(path), text: "" };
  return { code, severity: "error", message, help: null, source, span: { start: 0, end: 0 } };
}

async function* itemsOfFile(path: string, terminal: Terminal): AsyncGenerator<Item> {
  if (path === STDIN || hasEnding(path, LINES)) {
    yield* itemsOfLines(path, terminal);
    return;
  }
  const source = await readSource(path, terminal);
  if (hasEnding(path, YAML)) yield* itemsOfYaml(source);
  else yield* itemsOfJson(source, source.name);
}

async function* itemsOfLines(path: string, terminal: Terminal): AsyncGenerator<Item> {
  const file = nameOf(path);
  for await (const { source, problem } of readLines(path, terminal)) {
    if (problem === null) yield* itemsOfJson(source, file);
    else yield unreadable(file, [problem], undefined);
  }
}

function* itemsOfJson(source: Source, file: string): Generator<Item> {
  const { value, diagnostics } = parseJson(source);
  if (value === null) yield unreadable(file, diagnostics, plainJson(source.text));
  else yield* itemsOfValue(source, file, value);
}

function* itemsOfYaml(source: Source): Generator<Item> {
  const { values, diagnostics } = parseYaml(source);
  if (hasErrors(diagnostics)) yield unreadable(source.name, diagnostics, undefined);
  for (const value of values) yield* itemsOfValue(source, source.name, value);
}

function* itemsOfValue(source: Source, file: string, value: JsonValue): Generator<Item> {
  for (const item of value.kind === "array" ? value.items : [value]) {
    const { scenario, diagnostics } = readScenario(source, item);
    const { id, expected } = headOf(item);
    yield { file, scenario, diagnostics, id, expected, refused: false };
  }
}

function headOf(value: JsonValue): { id: string | null; expected: string | null } {
  const textOf = (from: JsonValue | undefined, name: string): JsonValue | undefined =>
    from?.kind === "object" ? from.members.find(({ key }) => key === name)?.value : undefined;
  const stringOf = (from: JsonValue | undefined) => (from?.kind === "string" ? from.value : null);
  const expect = textOf(value, "expect");
  return { id: stringOf(textOf(value, "id")), expected: stringOf(textOf(expect, "decision") ?? expect) };
}

/** `plain`: what the text is to a parser that accepts more, if anything. */
function unreadable(file: string, diagnostics: readonly Diagnostic[], plain: unknown): Item {
  const { id, expect } = isRecord(plain) ? plain : {};
  const expected = isRecord(expect) ? expect["decision"] : expect;
  return {
    file,
    scenario: null,
    diagnostics,
    id: typeof id === "string" ? id : null,
    expected: typeof expected === "string" ? expected : null,
    refused: plain !== undefined,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
