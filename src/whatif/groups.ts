/** Counting under names that a log may invent: exact sums in bounded memory. */
import type { Groups } from "./report.js";

/** Groups by name, of which only so many are kept; the rest is added up in one. */
export class GroupMap<T extends { count: number }> {
  private readonly groups = new Map<string, T>();
  private others = 0;

  constructor(private readonly groupsMax: number) {}

  /** Adds to a group; null: there is no room for another. */
  add(name: string, count: number, make: () => T): T | null {
    let group = this.groups.get(name);
    if (group === undefined) {
      if (this.groups.size >= this.groupsMax) {
        this.others += count;
        return null;
      }
      group = make();
      this.groups.set(name, group);
    }
    group.count += count;
    return group;
  }

  /** The largest first; among equals, by name. */
  sorted<R>(read: (group: T, name: string) => R, most = Number.POSITIVE_INFINITY): Groups<R> {
    const entries = [...this.groups].sort(
      ([name, one], [otherName, other]) => other.count - one.count || (name < otherName ? -1 : 1),
    );
    const rest = entries.slice(most).reduce((sum, [, { count }]) => sum + count, 0);
    return { groups: entries.slice(0, most).map(([name, group]) => read(group, name)), others: this.others + rest };
  }
}

/** First and last of times in milliseconds; null where none is known. */
export interface Span {
  first: number | null;
  last: number | null;
}

export function widen(span: Span, { first, last }: Readonly<Span>): void {
  if (first !== null && (span.first === null || first < span.first)) span.first = first;
  if (last !== null && (span.last === null || last > span.last)) span.last = last;
}

/** ISO 8601; null: not known, or not a time that can be written. */
export function isoOf(time: number | null): string | null {
  if (time === null || !(Math.abs(time) <= TIME_MAX)) return null;
  return new Date(time).toISOString().replace(".000Z", "Z");
}

/** ECMAScript's. */
const TIME_MAX = 8.64e15;
