/** Verdicts in print: for people, one JSON line each, or JUnit XML. */
import colors from "picocolors";
import { renderExplanation } from "../../request/explanation.js";
import { escapeText } from "../../text/excerpt.js";
import type { Output } from "../terminal.js";
import { statementLookup } from "../world-policies.js";
import type { CoverageReport, Uncovered } from "./coverage.js";
import type { Verdict } from "./verdict.js";

export type TestFormat = "text" | "jsonl" | "junit";

/** Prints verdicts as they come, and what is left to say at the end. */
export interface Reporter {
  verdict(verdict: Verdict): Promise<void>;
  end(coverage: CoverageReport | null): Promise<void>;
}

export function reporterOf(format: TestFormat, out: Output): Reporter {
  switch (format) {
    case "text":
      return new TextReporter(out);
    case "jsonl":
      return new LinesReporter(out);
    case "junit":
      return new JunitReporter(out);
  }
}

/** Failures in full, a line for each file, and the counts. */
class TextReporter implements Reporter {
  private readonly counts = new Map<string, { passed: number; failed: number }>();

  constructor(private readonly out: Output) {}

  async verdict(verdict: Verdict): Promise<void> {
    const counts = this.counts.get(verdict.file) ?? { passed: 0, failed: 0 };
    this.counts.set(verdict.file, counts);
    if (verdict.pass) counts.passed += 1;
    else counts.failed += 1;
    if (!verdict.pass) await this.out.write(this.failure(verdict));
  }

  private failure({ file, id, error, decided }: Verdict): string {
    const { red } = colors.createColors(this.out.color);
    const title = `${red("FAIL")} ${escapeText(file)}: ${escapeText(id ?? "a scenario that cannot be read")}\n`;
    const reason = `  ${escapeText(error ?? "")}\n`;
    return title + reason + (decided === null ? "" : answerOf(decided));
  }

  async end(coverage: CoverageReport | null): Promise<void> {
    const { green, red } = colors.createColors(this.out.color);
    let [passed, failed] = [0, 0];
    for (const [file, counts] of this.counts) {
      passed += counts.passed;
      failed += counts.failed;
      await this.out.write(`${escapeText(file)}: ${counts.passed} passed, ${counts.failed} failed\n`);
    }
    if (coverage !== null) await this.out.write(coverageText(coverage));
    const paint = failed > 0 ? red : green;
    await this.out.write(`${paint(`${passed} passed, ${failed} failed`)}\n`);
  }
}

function answerOf({ scenario, decision }: NonNullable<Verdict["decided"]>): string {
  const { principal, action, resource } = scenario.request;
  const asked = { principal: typeof principal === "string" ? principal : principal.arn, action, resource };
  const text = renderExplanation(
    { decision, layers: [] },
    { ...asked, context: NO_CONTEXT },
    statementLookup(scenario.world),
  );
  return text.replace(/^(?=.)/gm, "    ");
}

/** A decision without its statements' conditions asks for no key. */
const NO_CONTEXT = {
  get: () => ({ state: "absent" }) as const,
  cardinality: () => "unlisted" as const,
  keys: () => [],
  unknownPrefixes: [],
};

function coverageText({ statements, decisive, notDecisive }: CoverageReport): string {
  const head = `${decisive} of ${statements} statements were decisive${notDecisive.length > 0 ? "; never decisive:" : ""}\n`;
  return head + notDecisive.map((statement) => `  ${escapeText(uncoveredText(statement))}\n`).join("");
}

function uncoveredText({ file, line, column, policy, index, sid, effect }: Uncovered): string {
  return `${file}:${line}:${column}: ${effect} ${sid ?? `${policy}#${index}`}`;
}

class LinesReporter implements Reporter {
  constructor(private readonly out: Output) {}

  async verdict({ id, decision, decidedBy, expected, pass, error }: Verdict): Promise<void> {
    const line = { id, decision, decidedBy, expected, pass, ...(error === null ? {} : { error }) };
    await this.out.write(`${JSON.stringify(line)}\n`);
  }

  async end(coverage: CoverageReport | null): Promise<void> {
    if (coverage !== null) await this.out.write(`${JSON.stringify({ coverage })}\n`);
  }
}

/** The counts stand before the cases, so that all of it is printed at the end. */
class JunitReporter implements Reporter {
  private readonly suites = new Map<string, Verdict[]>();

  constructor(private readonly out: Output) {}

  async verdict(verdict: Verdict): Promise<void> {
    const suite = this.suites.get(verdict.file) ?? [];
    this.suites.set(verdict.file, suite);
    suite.push({ ...verdict, decided: null });
  }

  async end(coverage: CoverageReport | null): Promise<void> {
    const all = [...this.suites.values()].flat();
    const suites = [...this.suites].map(([file, verdicts]) => suiteXml(file, verdicts));
    const output = coverage === null ? "" : `<system-out>${xml(coverageText(coverage))}</system-out>`;
    const extra = output === "" ? [] : [`  <testsuite name="coverage" tests="0" failures="0">${output}</testsuite>`];
    const lines = [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="iamb test" ${countsXml(all)}>`,
      ...suites,
      ...extra,
      "</testsuites>",
    ];
    await this.out.write(`${lines.join("\n")}\n`);
  }
}

function suiteXml(file: string, verdicts: readonly Verdict[]): string {
  const cases = verdicts.map((verdict) => caseXml(file, verdict));
  return [`  <testsuite name="${xml(file)}" ${countsXml(verdicts)}>`, ...cases, "  </testsuite>"].join("\n");
}

function countsXml(verdicts: readonly Verdict[]): string {
  return `tests="${verdicts.length}" failures="${verdicts.filter(({ pass }) => !pass).length}"`;
}

function caseXml(file: string, { id, pass, error }: Verdict): string {
  const head = `    <testcase name="${xml(id ?? "a scenario that cannot be read")}" classname="${xml(file)}"`;
  return pass ? `${head}/>` : `${head}><failure message="${xml(error ?? "")}"/></testcase>`;
}

/** XML can hold no control characters at all, so they are spelled out first; line ends stay. */
function xml(text: string): string {
  const safe = text.split("\n").map(escapeText).join("\n");
  return safe.replace(/[&<>"]/g, (character) => XML_NAMES.get(character) ?? character);
}

const XML_NAMES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);
