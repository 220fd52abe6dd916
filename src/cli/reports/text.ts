/** A report for terminals. Nothing of what a log or a policy holds reaches the terminal raw. */
import { escapeText } from "../../text/excerpt.js";
import type { CauseGroup, Disagreement, Groups, NamedGroup, Report, Sample } from "../../whatif/report.js";
import { CLASSES } from "../../whatif/verdict.js";
import { columns, counted, grouped } from "../columns.js";
import {
  causeLines,
  countRows,
  headline,
  MARK_WORDS,
  marksOf,
  percentOf,
  sideLines,
  spanInWords,
  statementsOf,
  verdictsOf,
} from "./words.js";

/** Lines, each with its end; `top` groups of each kind. The last line says that the report is whole. */
export function textReport(report: Report, top: number): string {
  const blocks = [
    aboutLines(report),
    countLines(report),
    markLines(report),
    matrixLines(report),
    ...marksOf(report).map((mark) => causeBlock(report, top, mark)),
    report.kind === "replay" ? [] : namedBlock("by statement", statementsOf(report), report, top),
    namedBlock("by principal", report.principals, report, top),
    namedBlock("by action", report.actions, report, top),
    namedBlock("by resource", report.resources, report, top),
    hangingBlock(report, top),
    agreementLines(report, top),
    ["all sums agree"],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${escapeText(line)}\n`).join(""))
    .join("\n");
}

function aboutLines(report: Report): readonly string[] {
  const { before, after, changes, trail, assumptions, filters } = report.about;
  return [
    headline(report),
    ...(after === null ? [`  world   ${before}`] : [`  before  ${before}`, `  after   ${after}`]),
    ...changes.map((change) => `          ${change}`),
    `  trail   ${trail.join(" ")}`,
    ...assumptions.map((name) => `  assumed ${name}`),
    ...filters.map((filter) => `  only    ${filter}`),
  ];
}

function countLines(report: Report): readonly string[] {
  const rows = countRows(report).filter(([, count, remark]) => count > 0 || remark !== "");
  return linesOf(
    rows.map(([what, count, remark]) => [what, grouped(count), escapeText(remark)]),
    [1],
  );
}

function markLines(report: Report): readonly string[] {
  const { judged } = report.requests;
  return linesOf(
    marksOf(report).map((mark) => {
      const count = report.marks[mark];
      return [MARK_WORDS[mark], grouped(count), `requests, ${percentOf(count, judged)}`];
    }),
    [1],
  );
}

function matrixLines(report: Report): readonly string[] {
  const verdicts = verdictsOf(report);
  const { kind, matrix } = report;
  if (kind === "replay") {
    const rows = verdicts.map((verdict) => [verdict, grouped(matrix[verdict][verdict])]);
    return ["requests by verdict", ...linesOf(rows, [1])];
  }
  const rows = verdicts.map((before) => [before, ...verdicts.map((after) => grouped(matrix[before][after]))]);
  return linesOf([["before \\ after", ...verdicts], ...rows], [1, 2, 3, 4, 5]);
}

function causeBlock(report: Report, top: number, mark: CauseGroup["mark"]): readonly string[] {
  const groups = report.causes.groups.filter((group) => group.mark === mark);
  if (groups.length === 0) return [];
  return [
    `${MARK_WORDS[mark]}: ${counted(report.marks[mark], "request")}`,
    ...groups.slice(0, top).flatMap((group) => ["", ...causeGroupLines(group)]),
    ...(groups.length > top ? ["", `  and ${counted(groups.length - top, "cause")} more (--top)`] : []),
  ];
}

function causeGroupLines(group: CauseGroup): readonly string[] {
  const { before, after, count, distinct } = group;
  const words = after === null ? before.verdict : `${before.verdict} → ${after.verdict}`;
  const named = (name: string, list: CauseGroup["principals"]) =>
    list.length === 0 ? [] : [`    ${name} ${list.map((one) => `${one.name} (${grouped(one.count)})`).join(", ")}`];
  return [
    `  ${grouped(count)} × ${words}, ${grouped(distinct)} distinct, ${spanInWords(group.first, group.last)}`,
    ...sideLines(before.verdict, before.cause).map((line) => `    ${after === null ? "by    " : "before"}    ${line}`),
    ...(after === null ? [] : sideLines(after.verdict, after.cause).map((line) => `    after     ${line}`)),
    ...named("principal", group.principals),
    ...named("action   ", group.actions),
    ...named("resource ", group.resources),
    ...group.samples.slice(0, 1).map((sample) => `    e.g.      ${sampleInWords(sample)}`),
  ];
}

function sampleInWords({ principal, action, resource, time, eventId, errorCode, file, record }: Sample): string {
  const where = `${file}${record === null ? "" : `#${record + 1}`}`;
  const parts = [principal, action, resource, time, errorCode, eventId, where];
  return parts.filter((part) => part !== null).join("  ");
}

function namedBlock(
  title: string,
  { groups, others }: Groups<NamedGroup>,
  report: Report,
  top: number,
): readonly string[] {
  if (groups.length === 0) return [];
  const marks = marksOf(report);
  const head = [title, ...marks.map((mark) => MARK_WORDS[mark]), "first", "last"];
  const rows = groups
    .slice(0, top)
    .map(({ name, marks: counts, first, last }) => [
      cut(escapeText(name)),
      ...marks.map((mark) => grouped(counts[mark] ?? 0)),
      first ?? "",
      last ?? "",
    ]);
  const rest = groups.slice(top).reduce((sum, { count }) => sum + count, others);
  return [...linesOf([head, ...rows], [1, 2, 3]), ...moreLine(groups.length - top, rest)];
}

function moreLine(count: number, requests: number): readonly string[] {
  return requests === 0 ? [] : [`and ${grouped(Math.max(count, 1))} more, with ${counted(requests, "request")}`];
}

function hangingBlock(report: Report, top: number): readonly string[] {
  const { before, after } = report.uncertain;
  return [
    ...hangingLines(after === null ? "uncertain" : "uncertain before", before, top),
    ...(after === null ? [] : hangingLines("uncertain after", after, top)),
  ];
}

function hangingLines(
  title: string,
  { groups, others }: Report["uncertain"]["before"],
  top: number,
): readonly string[] {
  if (groups.length === 0) return [];
  const rows = groups.slice(0, top).map(({ name, count }) => [`  ${cut(escapeText(name))}`, grouped(count)]);
  const rest = groups.slice(top).reduce((sum, { count }) => sum + count, others);
  return [`${title}: requests that hang on`, ...linesOf(rows, [1]), ...moreLine(groups.length - top, rest)];
}

function agreementLines({ agreement, kind }: Report, top: number): readonly string[] {
  const { compared, agreed, uncertain, table, disagreements } = agreement;
  const verdicts = kind === "whatif" ? "the verdicts before" : "the verdicts";
  const disagreed = compared - agreed - uncertain;
  const head = ["verdict \\ log", "succeeded", "denied", "failed otherwise"];
  const rows = CLASSES.map((name) => {
    const { succeeded, denied, failed } = table[name];
    return [name, ...[succeeded, denied, failed].map(grouped)];
  });
  return [
    `the log and ${verdicts}: ${counted(compared, "call")} compared, ${grouped(agreed)} agree (${percentOf(agreed, compared)}), ${grouped(uncertain)} uncertain, ${grouped(disagreed)} disagree`,
    ...linesOf([head, ...rows], [1, 2, 3]),
    ...disagreements.groups.slice(0, top).flatMap(disagreementLines),
  ];
}

function disagreementLines({ verdict, outcome, action, cause, count, samples }: Disagreement): readonly string[] {
  return [
    `  ${grouped(count)} × ${verdict}, and the log says ${outcome}: ${action}`,
    ...causeLines(cause).map((line) => `    ${line}`),
    ...samples.slice(0, 1).map((sample) => `    e.g. ${sampleInWords(sample)}`),
  ];
}

/** Cells are escaped before they are measured. */
function linesOf(rows: readonly (readonly string[])[], right: readonly number[]): readonly string[] {
  return columns(rows, new Set(right)).split("\n").slice(0, -1);
}

/** One long name must not make every line of its table as long; whole ones are in the other formats. */
function cut(text: string): string {
  return text.length <= NAME_WIDTH ? text : `${text.slice(0, NAME_WIDTH - 1)}…`;
}

const NAME_WIDTH = 120;
