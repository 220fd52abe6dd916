/**
 * A report as one page for somebody who was not there: no script, nothing to load (a policy in the page forbids both), and
 * every text of a log or a policy escaped by the templates that it passes through.
 */

import type { Cause } from "../../whatif/cause.js";
import type { CauseGroup, Groups, NamedGroup, Report, Sample } from "../../whatif/report.js";
import { CLASSES, classOf, type Verdict } from "../../whatif/verdict.js";
import { counted, grouped } from "../columns.js";
import { bar, legend, plainBar, shares, timeline } from "./charts.js";
import { html, type Markup, type Part } from "./markup.js";
import { STYLE } from "./style.js";
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

/** `top` groups of each kind. */
export function htmlReport(report: Report, top: number): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${headline(report)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${report.kind === "whatif" ? "What-if" : "Replay"}: ${counted(report.read.calls, "call")}</h1>
${lead(report)}
${about(report)}
${cards(report)}
</header>
<main>
${transitions(report)}
${overTime(report)}
${causesSection(report, top)}
${report.kind === "replay" ? null : named("By statement", "What made the difference, and in which of the two worlds it stands.", statementsOf(report), report, top)}
${named("By principal", "Sessions count for their role.", report.principals, report, top)}
${named("By action", null, report.actions, report, top)}
${named("By resource", "Behind the type or the bucket, names are starred.", report.resources, report, top)}
${uncertain(report, top)}
${agreement(report, top)}
${reading(report)}
</main>
<footer>All sums in this report were checked: what was read equals what was judged, refused, left out and not derivable, and every grouping adds up to its total.</footer>
</body>
</html>
`;
  return page.text;
}

function lead({ kind }: Report): Markup {
  return kind === "whatif"
    ? html`<p class="soft">Every request of an access log, decided under two versions of the policies. What differs would change for somebody: a request is <b>newly denied</b> if it would be denied and was not, <b>newly allowed</b> if it would be allowed and was not, <b>newly uncertain</b> if the new policies ask for something that no log records.</p>`
    : html`<p class="soft">Every request of an access log, decided under one set of policies, and compared with what AWS did. <b>Uncertain</b> are requests whose decision hangs on something that no log records, or on a policy that is not at hand.</p>`;
}

function about(report: Report): Markup {
  const { about: of } = report;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    of.after === null ? ["World", [of.before]] : ["Before", [of.before]],
    ["After", of.after === null ? [] : [of.after]],
    ["Changes", of.changes],
    ["Trail", of.trail],
    ["Time", report.from === null ? [] : [spanInWords(report.from, report.to)]],
    ["Assumed", of.assumptions],
    ["Only", of.filters],
  ];
  return html`<dl class="about">${rows.map(([name, values]) =>
    values.length === 0
      ? null
      : html`<dt>${name}</dt><dd>${values.map((value) => html`<div><code>${value}</code></div>`)}</dd>`,
  )}</dl>`;
}

function cards(report: Report): Markup {
  const { marks, requests, agreement: of } = report;
  return html`<div class="cards">
${marksOf(report).map((mark) => html`<div class="card ${mark}"><b>${grouped(marks[mark])}</b><span>requests ${MARK_WORDS[mark]}, ${percentOf(marks[mark], requests.judged)} of ${grouped(requests.judged)}</span></div>`)}
<div class="card good"><b>${percentOf(of.agreed, of.compared)}</b><span>of ${counted(of.compared, "call")}: the log agrees with the verdict${report.kind === "whatif" ? " before" : ""}</span></div>
</div>`;
}

// --- causes ----------------------------------------------------------------------------------------------------------------

function causesSection(report: Report, top: number): Markup {
  const { causes, kind } = report;
  if (causes.groups.length === 0) {
    return kind === "whatif"
      ? html`<h2>What flips</h2><p>Nothing: every request that could be judged has the same verdict before and after.</p>`
      : html``;
  }
  const shown = marksOf(report).flatMap((mark) => {
    const groups = causes.groups.filter((group) => group.mark === mark);
    if (groups.length === 0) return [];
    const rest = groups.slice(top);
    return [
      html`<h3>${capital(MARK_WORDS[mark])}: ${counted(report.marks[mark], "request")}</h3>
${groups.slice(0, top).map(causeArticle)}
${rest.length === 0 ? null : html`<p class="soft">And ${counted(rest.length, "cause")} more, with ${grouped(rest.reduce((sum, { count }) => sum + count, 0))} requests.</p>`}`,
    ];
  });
  return html`<h2>${kind === "whatif" ? "What flips, and why" : "Verdicts, and why"}</h2>
<p class="soft">Grouped by the statements that are responsible, on both sides where there are two. “Nearest” is an Allow that almost applied.</p>
${shown}`;
}

function causeArticle(group: CauseGroup): Markup {
  const { mark, count, distinct, before, after, first, last } = group;
  const words = after === null ? before.verdict : `${before.verdict} → ${after.verdict}`;
  return html`<article class="${mark}">
<h3>${grouped(count)} × ${words} <small>${grouped(distinct)} distinct, ${spanInWords(first, last)}</small></h3>
<div class="sides">${side(after === null ? "Because of" : "Before", before)}${after === null ? null : side("After", after)}</div>
<ul class="facts">${facts("principal", group.principals)}${facts("action", group.actions)}${facts("resource", group.resources)}</ul>
${samplesTable(group.samples)}
</article>`;
}

function side(title: string, { verdict, cause }: { readonly verdict: Verdict; readonly cause: Cause }): Markup {
  return html`<div><h4>${title}: ${verdict}</h4>${sideLines(verdict, cause).map((line) => html`<p><code>${line}</code></p>`)}</div>`;
}

function facts(name: string, list: CauseGroup["principals"]): Part {
  if (list.length === 0) return null;
  return html`<li>${name}: ${list.map((one, index) => html`${index === 0 ? "" : ", "}<code>${one.name}</code> (${grouped(one.count)})`)}</li>`;
}

function samplesTable(samples: readonly Sample[]): Part {
  if (samples.length === 0) return null;
  return html`<details><summary>${samples.length} sample events</summary><div class="scroll"><table>
<thead><tr><th>time</th><th>who, what, on what</th><th>event</th></tr></thead>
<tbody>${samples.map(
    ({ time, principal, action, resource, errorCode, eventId, file, record }) =>
      html`<tr><td class="when">${time ?? "not known"}</td><td><code>${principal}</code><br><code>${action}</code><br><code>${resource}</code></td><td>${errorCode === null ? null : html`<code>${errorCode}</code><br>`}<code>${eventId ?? ""}</code><br><code>${record === null ? file : `${file}#${record + 1}`}</code></td></tr>`,
  )}</tbody></table></div></details>`;
}

// --- transitions -------------------------------------------------------------------------------------------------------------

function transitions(report: Report): Markup {
  const { kind, matrix, callMatrix } = report;
  if (kind === "replay") {
    const verdicts = verdictsOf(report);
    const most = Math.max(...verdicts.map((verdict) => matrix[verdict][verdict]));
    return html`<h2>Requests by verdict</h2><div class="scroll"><table><tbody>${verdicts.map(
      (verdict) =>
        html`<tr><th scope="row">${verdict}</th><td class="pic">${plainBar(matrix[verdict][verdict], most)}</td><td class="n">${grouped(matrix[verdict][verdict])}</td></tr>`,
    )}</tbody></table></div>`;
  }
  return html`<h2>Transitions</h2>
<p class="soft">Rows: before. Columns: after. Off the diagonal the verdict changes; coloured where it changes its class.</p>
<h3>Requests</h3>${matrixTable(report, matrix)}
<details><summary>Calls</summary><p class="soft">A call is allowed only if all its requests are.</p>${matrixTable(report, callMatrix)}</details>`;
}

function matrixTable(report: Report, matrix: Report["matrix"]): Markup {
  const verdicts = verdictsOf(report);
  const most = Math.max(1, ...verdicts.flatMap((before) => verdicts.map((after) => matrix[before][after])));
  const cellOf = (before: Verdict, after: Verdict) => {
    const count = matrix[before][after];
    const style = count === 0 ? "none" : classOf(before) === classOf(after) ? "same" : "flip";
    // Few flips among many requests must be seen all the same.
    const share = count === 0 ? 0 : 0.12 + (0.5 * Math.log1p(count)) / Math.log1p(most);
    return html`<td class="n ${style}" style="--share: ${share.toFixed(2)}">${grouped(count)}</td>`;
  };
  return html`<div class="scroll"><table class="matrix"><thead><tr><th></th>${verdicts.map((after) => html`<th class="n" scope="col">${after}</th>`)}</tr></thead>
<tbody>${verdicts.map((before) => html`<tr><th scope="row">${before}</th>${verdicts.map((after) => cellOf(before, after))}</tr>`)}</tbody></table></div>`;
}

function overTime(report: Report): Markup {
  const marks = marksOf(report);
  const picture = timeline(report.days, marks);
  if (picture === null) return html``;
  return html`<h2>Over time</h2>${legend(marks)}${picture}`;
}

// --- groups ------------------------------------------------------------------------------------------------------------------

function named(
  title: string,
  remark: string | null,
  { groups, others }: Groups<NamedGroup>,
  report: Report,
  top: number,
): Markup {
  if (groups.length === 0) return html``;
  const marks = marksOf(report);
  const most = groups[0]!.count;
  const rest = groups.slice(top).reduce((sum, { count }) => sum + count, others);
  return html`<h2>${title}</h2>${remark === null ? null : html`<p class="soft">${remark}</p>`}${legend(marks)}
<div class="scroll"><table><thead><tr><th></th><th></th>${marks.map((mark) => html`<th class="n">${MARK_WORDS[mark]}</th>`)}<th>first, last</th></tr></thead>
<tbody>${groups
    .slice(0, top)
    .map(
      ({ name, marks: counts, first, last }) =>
        html`<tr><td class="name"><code>${name}</code></td><td class="pic">${bar(counts, marks, most)}</td>${marks.map((mark) => html`<td class="n">${grouped(counts[mark] ?? 0)}</td>`)}<td class="when">${first ?? "not known"}<br>${last ?? ""}</td></tr>`,
    )}</tbody></table></div>${more(groups.length - top, rest)}`;
}

function more(count: number, requests: number): Part {
  return requests === 0
    ? null
    : html`<p class="soft">And ${grouped(Math.max(count, 1))} more, with ${counted(requests, "request")}.</p>`;
}

function uncertain(report: Report, top: number): Markup {
  const { before, after } = report.uncertain;
  if (before.groups.length === 0 && (after === null || after.groups.length === 0)) return html``;
  return html`<h2>What could not be judged for certain</h2>
<p class="soft">Requests whose verdict hangs on these context keys, which no log records, or on these policies, which the world does not hold. A request that hangs on two of them counts for both.</p>
${hangingTable(after === null ? null : "Before", before, top)}
${after === null ? null : hangingTable("After", after, top)}`;
}

function hangingTable(title: string | null, { groups, others }: Report["uncertain"]["before"], top: number): Part {
  if (groups.length === 0) return null;
  const most = groups[0]!.count;
  const rest = groups.slice(top).reduce((sum, { count }) => sum + count, others);
  return html`${title === null ? null : html`<h3>${title}</h3>`}<div class="scroll"><table><tbody>${groups
    .slice(0, top)
    .map(
      ({ name, count }) =>
        html`<tr><td class="name"><code>${name}</code></td><td class="pic">${plainBar(count, most)}</td><td class="n">${grouped(count)}</td></tr>`,
    )}</tbody></table></div>${more(groups.length - top, rest)}`;
}

// --- trust -------------------------------------------------------------------------------------------------------------------

function agreement({ agreement: of, kind }: Report, top: number): Markup {
  const { compared, agreed, table, disagreements } = of;
  const disagreed = compared - agreed - of.uncertain;
  const listed = disagreements.groups.slice(0, top);
  return html`<h2>How far to trust this</h2>
<p class="soft">The log says how each call ended. Where the verdict${kind === "whatif" ? " before" : ""} agrees with it, the policies at hand explain what AWS did. Calls that failed for other reasons than missing permissions cannot be compared.</p>
${shares([
  { name: "agree", count: agreed, style: "good" },
  { name: "uncertain", count: of.uncertain, style: "uncertain" },
  { name: "disagree", count: disagreed, style: "denied" },
])}
<div class="scroll"><table class="matrix"><thead><tr><th>verdict \\ log</th><th class="n">succeeded</th><th class="n">denied</th><th class="n">failed otherwise</th></tr></thead>
<tbody>${CLASSES.map((name) => html`<tr><th scope="row">${name}</th>${(["succeeded", "denied", "failed"] as const).map((outcome) => html`<td class="n">${grouped(table[name][outcome])}</td>`)}</tr>`)}</tbody></table></div>
${
  listed.length === 0
    ? null
    : html`<h3>The commonest disagreements</h3>${listed.map(
        ({ verdict, outcome, action, cause, count, samples }) =>
          html`<article><h3>${grouped(count)} × ${verdict}, and the log says ${outcome} <small><code>${action}</code></small></h3>
${causeLines(cause).map((line) => html`<p><code>${line}</code></p>`)}${samplesTable(samples)}</article>`,
      )}`
}`;
}

function reading(report: Report): Markup {
  const { read, calls, requests } = report;
  const notDerivable = Object.values(read.notDerivable).reduce((sum, count) => sum + count, 0);
  const unreadable = Object.values(read.unreadable).reduce((sum, count) => sum + count, 0);
  return html`<h2>What was read</h2>
${shares([
  { name: "calls judged", count: calls.judged, style: "good" },
  { name: "calls refused", count: calls.refused, style: "denied" },
  { name: "no request derivable", count: notDerivable, style: "plain" },
  { name: "left out", count: read.leftOut, style: "faintly" },
  { name: "not readable", count: unreadable, style: "uncertain" },
])}
<div class="scroll"><table><tbody>${countRows(report).map(
    ([what, count, remark]) =>
      html`<tr><th scope="row">${what}</th><td class="n">${grouped(count)}</td><td>${remark}</td></tr>`,
  )}</tbody></table></div>
${requests.refused.length === 0 ? null : html`<p class="soft">Requests that a world cannot be asked are not judged, for example: ${requests.refused.slice(0, 3).map(({ message }) => html`<code>${message}</code> `)}</p>`}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
