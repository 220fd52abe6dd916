/** The pictures of a report as inline SVG: nothing to load, nothing to run, readable without colours. */
import type { Day } from "../../whatif/report.js";
import type { Mark } from "../../whatif/verdict.js";
import { grouped } from "../columns.js";
import { html, type Markup } from "./markup.js";
import { MARK_WORDS } from "./words.js";

/** A row of a table as a bar: the counts of the marks side by side, as long as their share of `most`. */
export function bar(counts: Readonly<Partial<Record<Mark, number>>>, marks: readonly Mark[], most: number): Markup {
  let at = 0;
  const parts = marks.flatMap((mark) => {
    const count = counts[mark] ?? 0;
    if (count === 0) return [];
    const width = Math.max(0.5, (100 * count) / Math.max(most, 1));
    const part = html`<rect class="${mark}" x="${round(at)}" width="${round(width)}" height="10"><title>${MARK_WORDS[mark]}: ${grouped(count)}</title></rect>`;
    at += width;
    return [part];
  });
  const label = marks.map((mark) => `${MARK_WORDS[mark]} ${grouped(counts[mark] ?? 0)}`).join(", ");
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${label}">${parts}</svg>`;
}

/** One bar of one kind. */
export function plainBar(count: number, most: number): Markup {
  const width = count === 0 ? 0 : Math.max(0.5, (100 * count) / Math.max(most, 1));
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${grouped(count)}"><rect class="plain" width="${round(width)}" height="10"></rect></svg>`;
}

/** A share as a bar that is always as wide as the page, in named parts. */
export function shares(
  parts: readonly { readonly name: string; readonly count: number; readonly style: string }[],
): Markup {
  const total = Math.max(
    1,
    parts.reduce((sum, { count }) => sum + count, 0),
  );
  let at = 0;
  const rects = parts.flatMap(({ name, count, style }) => {
    if (count === 0) return [];
    const width = (100 * count) / total;
    const rect = html`<rect class="${style}" x="${round(at)}" width="${round(Math.max(width, 0.3))}" height="10"><title>${name}: ${grouped(count)}</title></rect>`;
    at += width;
    return [rect];
  });
  const label = parts.map(({ name, count }) => `${name} ${grouped(count)}`).join(", ");
  return html`<svg class="shares" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${label}">${rects}</svg>
<ul class="legend">${parts.map(({ name, count, style }) => html`<li><i class="${style}"></i>${name} <b>${grouped(count)}</b></li>`)}</ul>`;
}

export function legend(marks: readonly Mark[]): Markup {
  return html`<ul class="legend">${marks.map((mark) => html`<li><i class="${mark}"></i>${MARK_WORDS[mark]}</li>`)}</ul>`;
}

interface Bucket {
  readonly name: string;
  readonly marks: Partial<Record<Mark, number>>;
}

const BUCKETS_MAX = 120;
const WIDTH = 720;
const HEIGHT = 180;
const BOTTOM = 24;
const LEFT = 48;

/** Marked requests over time, by day, month or year; null: they are all of one day, or of none that is known. */
export function timeline(days: readonly Day[], marks: readonly Mark[]): Markup | null {
  const buckets = bucketsOf(days);
  if (buckets.length < 2) return null;
  const totalOf = (bucket: Bucket) => marks.reduce((sum, mark) => sum + (bucket.marks[mark] ?? 0), 0);
  const most = Math.max(...buckets.map(totalOf));
  const step = (WIDTH - LEFT) / buckets.length;
  const scale = (HEIGHT - BOTTOM - 12) / Math.max(most, 1);
  const columns = buckets.map((bucket, index) => {
    let top = HEIGHT - BOTTOM;
    const rects = marks.flatMap((mark) => {
      const count = bucket.marks[mark] ?? 0;
      if (count === 0) return [];
      const height = Math.max(1, count * scale);
      top -= height;
      const width = Math.min(64, Math.max(1, step * 0.8));
      const x = LEFT + step * index + (step - width) / 2;
      return [
        html`<rect class="${mark}" x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${round(height)}"><title>${bucket.name}, ${MARK_WORDS[mark]}: ${grouped(count)}</title></rect>`,
      ];
    });
    return html`<g>${rects}</g>`;
  });
  const every = Math.ceil(buckets.length / 8);
  const names = buckets.flatMap(({ name }, index) =>
    index % every === 0
      ? [html`<text x="${round(LEFT + step * (index + 0.5))}" y="${HEIGHT - 6}" text-anchor="middle">${name}</text>`]
      : [],
  );
  const base = HEIGHT - BOTTOM;
  return html`<figure><svg class="timeline" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="requests over time, at most ${grouped(most)} in one column">
<line x1="${LEFT}" x2="${WIDTH}" y1="${base}" y2="${base}"></line><line class="faint" x1="${LEFT}" x2="${WIDTH}" y1="12" y2="12"></line>
<text x="${LEFT - 6}" y="16" text-anchor="end">${grouped(most)}</text><text x="${LEFT - 6}" y="${base}" text-anchor="end">0</text>
${columns}${names}</svg></figure>`;
}

/** The finest of day, month and year of which there are not too many, without gaps where that is possible. */
function bucketsOf(days: readonly Day[]): readonly Bucket[] {
  const known = days.filter((day): day is Day & { day: string } => day.day !== null && /^\d{4}-/.test(day.day));
  for (const length of UNITS) {
    const buckets = new Map<string, Bucket>();
    for (const { day, marks } of known) {
      const name = day.slice(0, length);
      const bucket = buckets.get(name) ?? { name, marks: {} };
      for (const [mark, count] of Object.entries(marks) as [Mark, number][]) {
        bucket.marks[mark] = (bucket.marks[mark] ?? 0) + count;
      }
      buckets.set(name, bucket);
    }
    const names = withoutGaps([...buckets.keys()].sort(), length);
    if (names !== null) return names.map((name) => buckets.get(name) ?? { name, marks: {} });
    // Records of thousands of years are somebody's invention: the last years of them.
    if (length === UNITS.at(-1)) return [...buckets.values()].slice(-BUCKETS_MAX);
  }
  return [];
}

/** Lengths of `2026-01-31`, `2026-01`, `2026`. */
const UNITS = [10, 7, 4];

/** Null: there would be too many. */
function withoutGaps(names: readonly string[], length: number): readonly string[] | null {
  const last = names.at(-1);
  const all: string[] = [];
  for (let name = names[0]; name !== undefined && last !== undefined; name = following(name, length)) {
    all.push(name);
    if (all.length > BUCKETS_MAX) return null;
    if (name >= last) break;
  }
  return all;
}

function following(name: string, length: number): string {
  const date = new Date(`${name}${"2000-01-01".slice(length)}T00:00:00Z`);
  if (length === 10) date.setUTCDate(date.getUTCDate() + 1);
  else if (length === 7) date.setUTCMonth(date.getUTCMonth() + 1);
  else date.setUTCFullYear(date.getUTCFullYear() + 1);
  return date.toISOString().slice(0, length);
}

/** Two decimals are a hundredth of a pixel. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
