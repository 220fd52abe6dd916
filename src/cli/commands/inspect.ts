/** `iamb inspect`: what a bundle is made of. */
import { Command } from "commander";
import {
  AccountRecord,
  ActionPatternRecord,
  BinaryRecord,
  DateRecord,
  ElementRecord,
  EndpointRecord,
  Header,
  KeyRecord,
  LevelsRecord,
  NumberRecord,
  PatternRecord,
  PolicyRecord,
  PrincipalRecord,
  ProvenanceRecord,
  RangeRecord,
  ResourceRecord,
  RoleRecord,
  ScpExemptRecord,
  Section,
  SessionRecord,
  SetRecord,
  StatementBits,
  StatementRecord,
  StringRecord,
  VariableRecord,
} from "../../bytecode/layout.js";
import type { BundleReader } from "../../bytecode/reader.js";
import type { Engine } from "../../engine/engine.js";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../../policy/options.js";
import { escapeText } from "../../text/excerpt.js";
import { columns, grouped } from "../columns.js";
import { EXIT_HELP, Exit } from "../exit.js";
import { nameOf } from "../files.js";
import type { Terminal } from "../terminal.js";
import { examples, formatOption } from "../usage.js";
import { readEngine } from "../worlds.js";

interface InspectFlags {
  readonly format: "text" | "json";
}

export function inspectCommand(terminal: Terminal, done: (exit: Exit) => void): Command {
  return new Command("inspect")
    .description("print a bundle's header, option flags, sections and counts")
    .argument("<bundle>", "a bundle; `-`: standard input")
    .addOption(formatOption("text", "json"))
    .addHelpText("after", EXAMPLES + EXIT_HELP)
    .action(async (bundle: string, flags: InspectFlags) => done(await inspect(bundle, flags, terminal)));
}

const EXAMPLES = examples([
  ["for people", "iamb inspect world.iamb"],
  ["bytes a statement", "iamb inspect world.iamb --format json | jq .bytesPerStatement"],
]);

async function inspect(path: string, { format }: InspectFlags, terminal: Terminal): Promise<Exit> {
  const facts = factsOf(await readEngine(path, terminal));
  const text = format === "json" ? `${JSON.stringify(facts, null, 2)}\n` : rendered(nameOf(path), facts);
  await terminal.out.write(text);
  return Exit.Ok;
}

interface SectionFacts {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** Null: bytes without records. */
  readonly count: number | null;
}

interface Facts {
  readonly version: number;
  readonly size: number;
  readonly checksum: string;
  /** Whether what the bundle does not hold does not exist (a scenario). */
  readonly closed: boolean;
  readonly options: Omit<WorldOptions, ParserOption>;
  readonly counts: Readonly<Record<string, number>>;
  /** Without the provenance, which decisions do not read; null without statements. */
  readonly bytesPerStatement: number | null;
  readonly slots: number;
  readonly longestPattern: number;
  readonly statementsPerDecisionMax: number;
  /** Context keys that a policy reads. */
  readonly requiredKeys: readonly string[];
  readonly sections: readonly SectionFacts[];
}

/** Flags that were spent when the policies were parsed; a bundle does not keep them. */
type ParserOption = "mode" | "invalidEntry" | "looseOperators" | "incompleteArn";

function factsOf(engine: Engine): Facts {
  const { reader, world } = engine;
  const { mode, invalidEntry, looseOperators, incompleteArn, ...options } = world.options;
  const sections = SECTIONS.map(([section, name, recordSize]) => sectionFacts(reader, section, name, recordSize));
  const counts = countsOf(reader);
  const provenance = reader.size(Section.Provenance) + reader.size(Section.ProvenanceBytes);
  const size = reader.header(Header.Size);
  return {
    version: reader.header(Header.Version),
    size,
    checksum: reader.header(Header.Checksum).toString(16).padStart(8, "0"),
    closed: world.closed,
    options,
    counts,
    bytesPerStatement: counts.statements === 0 ? null : (size - provenance) / counts.statements,
    slots: reader.header(Header.SlotCount),
    longestPattern: reader.header(Header.PatternBytesMax),
    statementsPerDecisionMax: reader.header(Header.StatementsMax),
    requiredKeys: engine.requiredKeys,
    sections,
  };
}

/** Sections in their order, with the size of a record; null: bytes without records. */
const SECTIONS = [
  [Section.Strings, "strings", StringRecord.Size],
  [Section.StringBytes, "stringBytes", null],
  [Section.Patterns, "patterns", PatternRecord.Size],
  [Section.PatternBytes, "patternBytes", null],
  [Section.Variables, "variables", VariableRecord.Size],
  [Section.Keys, "keys", KeyRecord.Size],
  [Section.Numbers, "numbers", NumberRecord.Size],
  [Section.Dates, "dates", DateRecord.Size],
  [Section.Ranges, "ranges", RangeRecord.Size],
  [Section.Binaries, "binaries", BinaryRecord.Size],
  [Section.Code, "code", null],
  [Section.Pool, "pool", null],
  [Section.ActionPatterns, "actionPatterns", ActionPatternRecord.Size],
  [Section.Elements, "elements", ElementRecord.Size],
  [Section.Statements, "statements", StatementRecord.Size],
  [Section.Policies, "policies", PolicyRecord.Size],
  [Section.Sets, "sets", SetRecord.Size],
  [Section.Levels, "levels", LevelsRecord.Size],
  [Section.Accounts, "accounts", AccountRecord.Size],
  [Section.Principals, "principals", PrincipalRecord.Size],
  [Section.Roles, "roles", RoleRecord.Size],
  [Section.Sessions, "sessions", SessionRecord.Size],
  [Section.Resources, "resources", ResourceRecord.Size],
  [Section.Endpoints, "endpoints", EndpointRecord.Size],
  [Section.RcpServices, "rcpServices", 4],
  [Section.ScpExempt, "scpExempt", ScpExemptRecord.Size],
  [Section.Provenance, "provenance", ProvenanceRecord.Size],
  [Section.ProvenanceBytes, "provenanceBytes", null],
] as const satisfies readonly (readonly [Section, string, number | null])[];

function sectionFacts(reader: BundleReader, section: Section, name: string, recordSize: number | null): SectionFacts {
  const count = recordSize === null ? null : reader.count(section, recordSize);
  return { name, offset: reader.offset(section), size: reader.size(section), count };
}

function countsOf(reader: BundleReader) {
  const statements = reader.count(Section.Statements, StatementRecord.Size);
  let denies = 0;
  for (let id = 0; id < statements; id++) {
    const bits = reader.field(Section.Statements, StatementRecord.Size, id, StatementRecord.Bits);
    if (bits & StatementBits.Deny) denies++;
  }
  return {
    policies: reader.count(Section.Policies, PolicyRecord.Size),
    statements,
    allows: statements - denies,
    denies,
    accounts: reader.count(Section.Accounts, AccountRecord.Size),
    principals: reader.count(Section.Principals, PrincipalRecord.Size),
    roles: reader.count(Section.Roles, RoleRecord.Size),
    sessions: reader.count(Section.Sessions, SessionRecord.Size),
    resources: reader.count(Section.Resources, ResourceRecord.Size),
    endpoints: reader.count(Section.Endpoints, EndpointRecord.Size),
  } as const;
}

function rendered(name: string, facts: Facts): string {
  const counts = Object.entries(facts.counts).map(([what, count]) => [`  ${what}`, grouped(count)]);
  const sections = facts.sections.map(({ name: what, count, size }) => [
    `  ${what}`,
    count === null ? "" : grouped(count),
    grouped(size),
  ]);
  return [
    `${escapeText(name)}: format ${facts.version}, ${grouped(facts.size)} bytes, checksum ${facts.checksum}\n`,
    `${facts.closed ? "closed: what it does not hold does not exist" : "open: what it does not hold is not known"}\n`,
    `option flags: ${flagsInWords(facts.options)}\n`,
    `context keys read: ${facts.requiredKeys.length === 0 ? "none" : facts.requiredKeys.map(escapeText).join(", ")}\n`,
    facts.bytesPerStatement === null
      ? ""
      : `bytes a statement: ${facts.bytesPerStatement.toFixed(1)} (without the places in source files)\n`,
    `at most ${grouped(facts.statementsPerDecisionMax)} statements a decision; `,
    `${grouped(facts.slots)} context slots; longest pattern ${grouped(facts.longestPattern)} bytes\n`,
    "\ncounts\n",
    columns(counts, NUMBERS),
    "\n",
    columns([["sections", "records", "bytes"], ...sections], NUMBERS),
  ].join("");
}

const NUMBERS: ReadonlySet<number> = new Set([1, 2]);

function flagsInWords(options: Facts["options"]): string {
  const set = Object.entries(options).filter(
    ([name, value]) => DEFAULT_WORLD_OPTIONS[name as keyof WorldOptions] !== value,
  );
  return set.length === 0 ? "the defaults" : set.map(([name, value]) => `${name}=${value}`).join(", ");
}
