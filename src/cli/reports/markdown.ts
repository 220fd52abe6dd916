/** A report for pull requests and wikis: GitHub's Markdown, in which nothing of a log or a policy is markup. */
import { escapeText } from "../../text/excerpt.js";
import type { CauseGroup, Groups, NamedGroup, Report, Sample } from "../../whatif/report.js";
import { CLASSES } from "../../whatif/verdict.js";
import { counted, grouped } from "../columns.js";
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

/** `top` groups of each kind. The last line says that the report is whole. */
export function markdownReport(report: Report, top: number): string {
  const { before, after, changes, trail, assumptions, filters } = report.about;
  const about = [
    ...(after === null ? [`- world ${code(before)}`] : [`- before ${code(before)}`, `- after ${code(after)}`]),
    ...changes.map((change) => `- change ${code(change)}`),
    `- trail ${trail.map(code).join(" ")}`,
    ...assumptions.map((name) => `- assumed ${code(name)}`),
    ...filters.map((filter) => `- only ${code(filter)}`),
  ];
  const sections = [
    [`# ${headline(report)}`, "", ...about],
    table(
      ["", "requests", "share"],
      marksOf(report).map((mark) => [
        `**${MARK_WORDS[mark]}**`,
        grouped(report.marks[mark]),
        percentOf(report.marks[mark], report.requests.judged),
      ]),
    ),
    [
      "## What was read",
      "",
      ...table(
        ["", "count", ""],
        countRows(report).map(([what, count, remark]) => [what, grouped(count), plain(remark)]),
      ),
    ],
    matrixSection(report),
    ...marksOf(report).map((mark) => causeSection(report, mark, top)),
    report.kind === "replay" ? [] : namedSection("By statement", statementsOf(report), report, top),
    namedSection("By principal", report.principals, report, top),
    namedSection("By action", report.actions, report, top),
    namedSection("By resource", report.resources, report, top),
    hangingSection(report, top),
    agreementSection(report, top),
    ["_All sums agree._"],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(""))
    .join("\n");
}

function matrixSection(report: Report): readonly string[] {
  const verdicts = verdictsOf(report);
  const { kind, matrix } = report;
  if (kind === "replay") {
    return [
      "## Verdicts",
      "",
      ...table(
        ["verdict", "requests"],
        verdicts.map((verdict) => [verdict, grouped(matrix[verdict][verdict])]),
      ),
    ];
  }
  const rows = verdicts.map((before) => [
    before,
    ...verdicts.map((after) => {
      const count = grouped(matrix[before][after]);
      return before === after || count === "0" ? count : `**${count}**`;
    }),
  ]);
  return ["## Transitions", "", ...table(["before \\ after", ...verdicts], rows)];
}

function causeSection(report: Report, mark: CauseGroup["mark"], top: number): readonly string[] {
  const groups = report.causes.groups.filter((group) => group.mark === mark);
  if (groups.length === 0) return [];
  const isPair = report.kind === "whatif";
  const rows = groups
    .slice(0, top)
    .map(({ count, before, after, first, last, principals, actions, resources, samples }) => [
      grouped(count),
      after === null ? before.verdict : `${before.verdict} → ${after.verdict}`,
      sideLines(before.verdict, before.cause).map(code).join("<br>"),
      ...(after === null ? [] : [sideLines(after.verdict, after.cause).map(code).join("<br>")]),
      [...principals, ...actions, ...resources]
        .map(({ name, count: of }) => `${code(name)} ${grouped(of)}`)
        .join("<br>"),
      spanInWords(first, last),
      samples.map(sampleInMarkdown).join("<br>"),
    ]);
  const heads = isPair ? ["because before", "because after"] : ["because"];
  const more = groups.length > top ? ["", `and ${counted(groups.length - top, "cause")} more`] : [];
  return [
    `## ${MARK_WORDS[mark][0]!.toUpperCase()}${MARK_WORDS[mark].slice(1)}`,
    "",
    ...table(["requests", "", ...heads, "who, what, on what", "first … last", "events"], rows),
    ...more,
  ];
}

function sampleInMarkdown({ eventId, time, errorCode, file, record }: Sample): string {
  const place = record === null ? file : `${file}#${record + 1}`;
  return [time, errorCode, eventId, place]
    .filter((part) => part !== null)
    .map(code)
    .join(" ");
}

function namedSection(
  title: string,
  { groups, others }: Groups<NamedGroup>,
  report: Report,
  top: number,
): readonly string[] {
  if (groups.length === 0) return [];
  const marks = marksOf(report);
  const rows = groups
    .slice(0, top)
    .map(({ name, marks: counts, first, last }) => [
      code(name),
      ...marks.map((mark) => grouped(counts[mark] ?? 0)),
      spanInWords(first, last),
    ]);
  const rest = groups.slice(top).reduce((sum, { count }) => sum + count, others);
  return [
    `## ${title}`,
    "",
    ...table(["", ...marks.map((mark) => MARK_WORDS[mark]), "first … last"], rows),
    ...moreLines(groups.length - top, rest),
  ];
}

function moreLines(count: number, requests: number): readonly string[] {
  return requests === 0 ? [] : ["", `and ${grouped(Math.max(count, 1))} more, with ${counted(requests, "request")}`];
}

function hangingSection(report: Report, top: number): readonly string[] {
  const { before, after } = report.uncertain;
  const parts =
    after === null
      ? ([["", before]] as const)
      : ([
          [" before", before],
          [" after", after],
        ] as const);
  return parts.flatMap(([when, { groups, others }]) => {
    if (groups.length === 0) return [];
    const rows = groups.slice(0, top).map(({ name, count }) => [code(name), grouped(count)]);
    const rest = groups.slice(top).reduce((sum, { count }) => sum + count, others);
    return [
      `## What is uncertain${when}`,
      "",
      ...table(["hangs on", "requests"], rows),
      ...moreLines(groups.length - top, rest),
      "",
    ];
  });
}

function agreementSection({ agreement, kind }: Report, top: number): readonly string[] {
  const { compared, agreed, uncertain, table: counts, disagreements } = agreement;
  const rows = CLASSES.map((name) => [
    name,
    ...[counts[name].succeeded, counts[name].denied, counts[name].failed].map(grouped),
  ]);
  const listed = disagreements.groups
    .slice(0, top)
    .map(({ verdict, outcome, action, cause, count, samples }) => [
      grouped(count),
      verdict,
      outcome,
      code(action),
      causeLines(cause).map(code).join("<br>"),
      samples.slice(0, 1).map(sampleInMarkdown).join("<br>"),
    ]);
  return [
    "## Agreement with the log",
    "",
    `Of ${counted(compared, "call")} that succeeded or were denied, the verdict${kind === "whatif" ? " before" : ""} agrees with ${grouped(agreed)} (${percentOf(agreed, compared)}), is uncertain about ${grouped(uncertain)}, and disagrees with ${grouped(compared - agreed - uncertain)}.`,
    "",
    ...table(["verdict \\ log", "succeeded", "denied", "failed otherwise"], rows),
    ...(listed.length === 0 ? [] : ["", ...table(["calls", "verdict", "log", "action", "because", "event"], listed)]),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head.map((cell) => cell.replaceAll("\\", "\\\\"))), line(head.map(() => "---")), ...rows.map(line)];
}

/** A foreign text as code. What could end a span of code, or a cell, is written as character references in an element. */
export function code(text: string): string {
  const shown = escapeText(text);
  if (shown === "") return "";
  const isPlain = !/[`|\\]/.test(shown) && shown.trim() === shown;
  return isPlain ? `\`${shown}\`` : `<code>${plain(text)}</code>`;
}

/** A foreign text in which every sign that could be markup, a link or a mention is a character reference. */
export function plain(text: string): string {
  return escapeText(text).replace(/[^-0-9A-Za-z ,()]/gu, (sign) => `&#${sign.codePointAt(0)};`);
}
