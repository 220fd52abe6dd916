/** What tests of the trail's readers share: folders that are gone afterwards, everything that a reading gives, and small trails. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished } from "vitest";
import {
  type NamedStream,
  type ReadOptions,
  readTrail,
  type TrailEvent,
  type TrailItem,
  type TrailTotals,
} from "../../../src/trail/read.js";

/** The path of a folder with these files, which is removed after the test. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "iamb-trail-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

/** A stream of bytes in pieces of a size. */
export function streamOf(name: string, bytes: Uint8Array, pieceSize = 1024): NamedStream {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
  }
  return { name, chunks: chunks() };
}

export interface Had<T> {
  readonly items: readonly TrailItem<T>[];
  readonly events: readonly T[];
  /** `reason@record` of what could not be read, `reason` of what has no record. */
  readonly reasons: readonly string[];
  readonly totals: TrailTotals;
}

/** Everything that a reading gives, on this thread unless told otherwise. Its totals add up. */
export async function readAll<T = TrailEvent>(
  paths: readonly (string | NamedStream)[],
  options: ReadOptions = {},
): Promise<Had<T>> {
  const reader = readTrail<T>(paths, { threads: 0, ...options });
  const items: TrailItem<T>[] = [];
  for await (const item of reader) items.push(item);
  const { totals } = reader;
  expectToAddUp(items, totals);
  const events = items.flatMap((item) => (item.kind === "event" ? [item.event] : []));
  const reasons = items.flatMap(({ place, ...item }) =>
    item.kind === "event" ? [] : [place.record === null ? item.reason : `${item.reason}@${place.record}`],
  );
  return { items, events, reasons, totals };
}

/** What docs/trail.md promises of totals. */
export function expectToAddUp(items: readonly TrailItem<unknown>[], totals: TrailTotals): void {
  const { found, ...kinds } = totals.files;
  expect(sum(Object.values(kinds))).toBe(found);
  expect(totals.events + sum([...totals.unreadable.values()])).toBe(items.length);
  expect(totals.events).toBe(items.filter(({ kind }) => kind === "event").length);
  const { text, events, unreadable, between } = totals.bytes;
  expect(events + unreadable + between).toBe(text);
  expect(between).toBeGreaterThanOrEqual(0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** An event that has what all have, and these fields. */
export function event(fields: Readonly<Record<string, unknown>> = {}): TrailEvent {
  return {
    eventVersion: "1.08",
    eventSource: "s3.amazonaws.com",
    eventName: "ListBuckets",
    userIdentity: { type: "IAMUser", arn: "arn:aws:iam::111111111111:user/a", accountId: "111111111111" },
    ...fields,
  };
}

/** Events that differ in their IDs. */
export function events(count: number, from = 0): TrailEvent[] {
  return Array.from({ length: count }, (_, index) => event({ eventID: `e${from + index}` }));
}

/** As CloudTrail delivers them to S3. */
export function recordsText(list: readonly unknown[]): string {
  return JSON.stringify({ Records: list });
}

export function lines(list: readonly unknown[]): string {
  return list.map((value) => `${JSON.stringify(value)}\n`).join("");
}

/** What `aws cloudtrail lookup-events` prints. */
export function lookupText(list: readonly TrailEvent[]): string {
  const elements = list.map((value) => ({
    EventId: value["eventID"],
    EventName: value["eventName"],
    Username: "a",
    Resources: [],
    CloudTrailEvent: JSON.stringify(value),
  }));
  return JSON.stringify({ Events: elements }, null, 4);
}
