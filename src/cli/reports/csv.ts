/** A report as one table for spreadsheets: every row says of which section it is. RFC 4180, with all groups. */
import { escapeText } from "../../text/excerpt.js";
import type { CauseGroup, Hanging, NamedGroup, Report, Sample } from "../../whatif/report.js";
import { CLASSES, MARKS, VERDICTS } from "../../whatif/verdict.js";
import { causeLines, countRows, sideLines, statementsOf } from "./words.js";

const COLUMNS = [
  "section",
  "name",
  "mark",
  "before",
  "after",
  "count",
  "distinct",
  "first",
  "last",
  "cause_before",
  "cause_after",
  "sample_principal",
  "sample_action",
  "sample_resource",
  "sample_time",
  "sample_error_code",
  "sample_event_id",
  "sample_place",
] as const;

type Row = Partial<Readonly<Record<(typeof COLUMNS)[number], string | number | null>>>;

/** The last row is `end`: a file without it is not whole. */
export function csvReport(report: Report): string {
  const rows = [...rowsOf(report)].map((row) => COLUMNS.map((column) => cell(row[column] ?? "")).join(","));
  return [COLUMNS.join(","), ...rows].map((line) => `${line}\r\n`).join("");
}

function* rowsOf(report: Report): Generator<Row> {
  const { matrix, callMatrix, marks, causes, agreement, uncertain } = report;
  for (const [name, count] of countRows(report)) yield { section: "count", name, count };
  for (const [reason, count] of Object.entries(report.read.unreadable))
    yield { section: "unreadable", name: reason, count };
  for (const [reason, count] of Object.entries(report.read.notDerivable)) {
    yield { section: "not derivable", name: reason, count };
  }
  for (const [reason, count] of Object.entries(report.calls.gaps)) yield { section: "gap", name: reason, count };
  for (const { code, where, count } of report.requests.refused)
    yield { section: "refused", name: `${code} (${where})`, count };
  for (const mark of MARKS) if (marks[mark] > 0) yield { section: "mark", mark, count: marks[mark] };
  for (const [section, one] of [
    ["requests", matrix],
    ["calls", callMatrix],
  ] as const) {
    for (const before of VERDICTS) {
      for (const after of VERDICTS) {
        if (one[before][after] > 0) yield { section, before, after, count: one[before][after] };
      }
    }
  }
  for (const group of causes.groups) yield causeRow(group);
  if (causes.others > 0) yield { section: "cause", name: "others", count: causes.others };
  yield* namedRows("statement", statementsOf(report));
  yield* namedRows("principal", report.principals);
  yield* namedRows("action", report.actions);
  yield* namedRows("resource", report.resources);
  yield* hangingRows(uncertain.after === null ? "uncertain" : "uncertain before", uncertain.before);
  if (uncertain.after !== null) yield* hangingRows("uncertain after", uncertain.after);
  for (const verdict of CLASSES) {
    for (const [outcome, count] of Object.entries(agreement.table[verdict])) {
      yield { section: "agreement", before: verdict, name: outcome, count };
    }
  }
  for (const { verdict, outcome, action, cause, count, samples } of agreement.disagreements.groups) {
    const cause_before = causeLines(cause).join("; ");
    yield {
      section: "disagreement",
      before: verdict,
      name: `${outcome}: ${action}`,
      count,
      cause_before,
      ...sampleCells(samples),
    };
  }
  if (agreement.disagreements.others > 0) {
    yield { section: "disagreement", name: "others", count: agreement.disagreements.others };
  }
  for (const { day, marks: counts } of report.days) {
    for (const mark of MARKS)
      if (counts[mark] !== undefined) yield { section: "day", name: day, mark, count: counts[mark] };
  }
  yield { section: "end", name: "all sums agree" };
}

function causeRow({ mark, before, after, count, distinct, first, last, samples }: CauseGroup): Row {
  return {
    section: "cause",
    mark,
    before: before.verdict,
    after: after?.verdict ?? null,
    count,
    distinct,
    first,
    last,
    cause_before: sideLines(before.verdict, before.cause).join("; "),
    cause_after: after === null ? null : sideLines(after.verdict, after.cause).join("; "),
    ...sampleCells(samples),
  };
}

function sampleCells(samples: readonly Sample[]): Row {
  const [sample] = samples;
  if (sample === undefined) return {};
  const { principal, action, resource, time, errorCode, eventId, file, record } = sample;
  return {
    sample_principal: principal,
    sample_action: action,
    sample_resource: resource,
    sample_time: time,
    sample_error_code: errorCode,
    sample_event_id: eventId,
    sample_place: record === null ? file : `${file}#${record + 1}`,
  };
}

/** One row for each mark, so that sums over `count` are sums of requests. */
function* namedRows(section: string, { groups, others }: Report["principals"]): Generator<Row> {
  for (const { name, marks, first, last } of groups as readonly NamedGroup[]) {
    for (const mark of MARKS) {
      if (marks[mark] !== undefined) yield { section, name, mark, count: marks[mark], first, last };
    }
  }
  if (others > 0) yield { section, name: "others", count: others };
}

function* hangingRows(section: string, { groups, others }: Report["uncertain"]["before"]): Generator<Row> {
  for (const { name, count } of groups as readonly Hanging[]) yield { section, name, count };
  if (others > 0) yield { section, name: "others", count: others };
}

/** Numbers are ours; texts are quoted, without control characters, and never a formula to a spreadsheet. */
function cell(value: string | number): string {
  if (typeof value === "number") return String(value);
  if (value === "") return "";
  const text = escapeText(value);
  const harmless = FORMULA_STARTS.has(text.trimStart()[0] ?? "") ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** https://owasp.org/www-community/attacks/CSV_Injection; the last four are what spreadsheets of East Asia take for the first. */
const FORMULA_STARTS: ReadonlySet<string> = new Set(["=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠"]);
