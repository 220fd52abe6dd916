/** What all prints of a report say in the same words. */
import type { Cause } from "../../whatif/cause.js";
import { type Counts, type Groups, type NamedGroup, type Report, shownStatement, sumOf } from "../../whatif/report.js";
import { FLIPS, MARKS, type Mark, VERDICTS, type Verdict } from "../../whatif/verdict.js";
import { counted, grouped } from "../columns.js";

export const MARK_WORDS: Readonly<Record<Mark, string>> = {
  newlyDenied: "newly denied",
  newlyAllowed: "newly allowed",
  newlyUncertain: "newly uncertain",
  allowed: "allowed",
  denied: "denied",
  uncertain: "uncertain",
};

/** The marks that a report of its kind can have. */
export function marksOf({ kind }: Report): readonly Mark[] {
  return kind === "whatif" ? FLIPS : MARKS.filter((mark) => !FLIPS.some((flip) => flip === mark));
}

/** The verdicts that occur, and the four that every reader looks for. */
export function verdictsOf({ matrix, callMatrix }: Report): readonly Verdict[] {
  const occurs = (verdict: Verdict) =>
    [matrix, callMatrix].some(
      (one) => sumOf(one[verdict]) + VERDICTS.reduce((sum, row) => sum + one[row][verdict], 0) > 0,
    );
  return VERDICTS.filter((verdict) => verdict !== "denied" || occurs(verdict));
}

/** One cause as lines: statements by place, a layer, or what is not known. */
export function causeLines(cause: Cause): readonly string[] {
  switch (cause.kind) {
    case "statements":
      return cause.statements.map((statement) => `${cause.near ? "nearest: " : ""}${shownStatement(statement)}`);
    case "layer":
      return [layerInWords(cause.layer, cause.target)];
    case "unknown":
      return [`depends on ${cause.dependsOn.join(", ")}`];
  }
}

function layerInWords(layer: string, target: string | null): string {
  if (layer === "SERVICE") return target === null ? "built-in rule" : `built-in rule ${target}`;
  return target === null ? layer : `${layer} ${target}`;
}

/** `no IDENTITY allow`, where a layer stands for what it did not do. */
export function sideLines(verdict: Verdict, cause: Cause): readonly string[] {
  const lines = causeLines(cause);
  return cause.kind === "layer" && verdict === "implicitDeny" ? lines.map((line) => `no allow by ${line}`) : lines;
}

/** What made the difference, under a name: `after: deny.json:4:5 (NoInstances)`. */
export function statementsOf({ statements: { groups, others } }: Report): Groups<NamedGroup> {
  return {
    groups: groups.map(({ side, cause, ...group }) => ({ name: `${side}: ${causeLines(cause).join("; ")}`, ...group })),
    others,
  };
}

/** `sign-in 40, service-event 5`. */
export function countsInWords(counts: Counts): string {
  return Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} ${grouped(count)}`)
    .join(", ");
}

export function percentOf(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)}%`;
}

/** `2026-01-01 … 2026-01-31`, to the second; null: no time is known. */
export function spanInWords(first: string | null, last: string | null): string {
  if (first === null || last === null) return "time not known";
  return first === last ? first : `${first} … ${last}`;
}

/** What was read and what became of it, each with the sum that it is part of. */
export function countRows(report: Report): readonly (readonly [what: string, count: number, remark: string])[] {
  const { read, calls, requests } = report;
  const unreadable = sumOf(read.unreadable);
  const notDerivable = sumOf(read.notDerivable);
  const refused = requests.refused.reduce((sum, { count }) => sum + count, 0);
  return [
    ["records read", read.events, `in ${counted(read.files, "file")}`],
    ["not readable", unreadable, countsInWords(read.unreadable)],
    ["left out by filters", read.leftOut, ""],
    ["no request derivable", notDerivable, countsInWords(read.notDerivable)],
    ["calls", read.calls, `${grouped(calls.judged)} judged, ${grouped(calls.refused)} refused`],
    ["with gaps", calls.withGaps, countsInWords(calls.gaps)],
    [
      "requests",
      requests.total,
      `${requests.distinctIsExact ? "" : "at most "}${grouped(requests.distinct)} distinct${
        requests.assumed === 0 ? "" : `, ${grouped(requests.assumed)} on an assumed path`
      }`,
    ],
    [
      "not askable",
      refused,
      requests.refused.map(({ code, where, count }) => `${code} (${where}) ${grouped(count)}`).join(", "),
    ],
    ["judged", requests.judged, ""],
  ];
}

export function headline(report: Report): string {
  const { kind, read, from, to } = report;
  const name = kind === "whatif" ? "What-if" : "Replay";
  const when = from === null || to === null ? "" : `, ${spanInWords(from, to)}`;
  return `${name}: ${counted(read.calls, "call")}${when}`;
}
