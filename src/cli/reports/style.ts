/** The look of a report: readable in light and dark, on paper and on narrow screens. */
import { Markup } from "./markup.js";

/** Colours are those that people with any kind of colour vision tell apart (Okabe and Ito). */
export const STYLE = new Markup(`
:root { color-scheme: light dark; --ground: #fff; --panel: #f6f7f9; --ink: #1b1f24; --soft: #57606a; --line: #d5dae1;
  --denied: #c2410c; --allowed: #0369a1; --uncertain: #a16207; --plain: #64748b; --good: #15803d; --heat: 194, 65, 12; --calm: 100, 116, 139; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #12161c; --panel: #1b2129; --ink: #e6e9ee; --soft: #9aa4b2; --line: #323b47;
    --denied: #fb923c; --allowed: #56b4e9; --uncertain: #e3c04b; --plain: #94a3b8; --good: #4ade80; --heat: 251, 146, 60; --calm: 148, 163, 184; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 68rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { max-width: 46rem; } p.soft, .soft { color: var(--soft); }
code { font: .86em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
dl.about { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0; font-size: .92rem; }
dl.about dt { color: var(--soft); } dl.about dd { margin: 0; min-width: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
.card { background: var(--panel); border: 1px solid var(--line); border-left: .3rem solid var(--plain); border-radius: .4rem; padding: .7rem .9rem; }
.card b { display: block; font-size: 1.9rem; line-height: 1.15; font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: .88rem; }
.card.newlyDenied, .card.denied { border-left-color: var(--denied); } .card.newlyAllowed, .card.allowed { border-left-color: var(--allowed); }
.card.newlyUncertain, .card.uncertain { border-left-color: var(--uncertain); } .card.good { border-left-color: var(--good); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
table.matrix { width: auto; } table.matrix td { min-width: 5.5rem; } table.matrix th[scope=row] { white-space: nowrap; }
td.flip { background: rgba(var(--heat), var(--share)); font-weight: 600; } td.none { color: var(--soft); } td.when { white-space: nowrap; font-variant-numeric: tabular-nums; } td.same { background: rgba(var(--calm), var(--share)); }
td.name { min-width: 14rem; } td.pic { width: 32%; min-width: 7rem; }
svg.bar { display: block; width: 100%; height: .8rem; margin-top: .3rem; } svg.shares { display: block; width: 100%; height: 1.4rem; border-radius: .25rem; }
svg .newlyDenied, svg .denied { fill: var(--denied); } svg .newlyAllowed, svg .allowed { fill: var(--allowed); }
svg .newlyUncertain, svg .uncertain { fill: var(--uncertain); } svg .plain { fill: var(--plain); } svg .good { fill: var(--good); } svg .faintly { fill: var(--line); }
figure { margin: .5rem 0; overflow-x: auto; } svg.timeline { width: 100%; min-width: 34rem; height: auto; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
svg line { stroke: var(--soft); } svg line.faint { stroke: var(--line); }
ul.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; padding: 0; margin: .4rem 0; font-size: .88rem; color: var(--soft); }
ul.legend i { display: inline-block; width: .75rem; height: .75rem; border-radius: .15rem; margin-right: .35rem; background: var(--plain); }
ul.legend i.newlyDenied, ul.legend i.denied { background: var(--denied); } ul.legend i.newlyAllowed, ul.legend i.allowed { background: var(--allowed); }
ul.legend i.newlyUncertain, ul.legend i.uncertain { background: var(--uncertain); } ul.legend i.good { background: var(--good); } ul.legend i.faintly { background: var(--line); }
article { border: 1px solid var(--line); border-left: .3rem solid var(--plain); border-radius: .4rem; padding: .8rem 1rem; margin: .9rem 0; }
article.newlyDenied, article.denied { border-left-color: var(--denied); } article.newlyAllowed, article.allowed { border-left-color: var(--allowed); }
article.newlyUncertain, article.uncertain { border-left-color: var(--uncertain); }
article h3 { margin: 0 0 .4rem; } article h3 small { font-weight: 400; color: var(--soft); }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: .75rem; margin: .5rem 0; }
.sides > div { background: var(--panel); border-radius: .3rem; padding: .5rem .7rem; min-width: 0; }
.sides h4 { margin: 0 0 .2rem; font-size: .85rem; color: var(--soft); font-weight: 600; }
.sides p { margin: .15rem 0; } .facts { font-size: .92rem; margin: .4rem 0; padding-left: 1.1rem; }
details summary { cursor: pointer; color: var(--soft); font-size: .92rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
@media (max-width: 40rem) { body { padding: 1rem .8rem 3rem; } dl.about { grid-template-columns: 1fr; gap: 0; } dl.about dd { margin-bottom: .4rem; }
  th, td { padding: .3rem .35rem; } td.name { min-width: 11rem; } table.matrix { font-size: .8rem; } table.matrix td { min-width: 3rem; } }
@media print { body { max-width: none; } article, .card, tr { break-inside: avoid; } }
`);
