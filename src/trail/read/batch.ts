/** Items on their way from the thread that reads to the one that asked: gathered in batches, which cross as few values. */
import type { FileKind, Place, Reason, TrailEvent, TrailItem } from "./item.js";

/** What is made of each event on the thread that read it. */
export type EventMapper = (event: TrailEvent, place: Place) => unknown;

/** Gives the JSON text that an event came from, as long as its bytes are there. */
export type TextOf = () => string;

/** A source that was read to its end. */
export interface FileEnd {
  /** How many items of the batch came before it: each source has one end, behind its items. */
  readonly after: number;
  readonly kind: FileKind;
  readonly stored: number;
  readonly text: number;
}

export interface Batch {
  readonly items: readonly TrailItem<unknown>[];
  readonly ends: readonly FileEnd[];
  /** Stored bytes read of a file that has not ended. */
  readonly underway: number;
}

/** Enough that handing it over costs little; with 1 MiB so many events outlived V8's young generation that reading took half as long again. */
const ITEMS_MAX = 1024;
const WEIGHT_MAX = 256 * 1024;
/** What an item weighs beyond its text. */
const ITEM_WEIGHT = 256;

/** Takes what a reader finds, in order. */
export class Output {
  #items: TrailItem<unknown>[] = [];
  /** Per item the JSON text of its event, where there is one already and one will be needed. */
  #texts: (string | null)[] = [];
  #ends: FileEnd[] = [];
  #weight = 0;
  /** Items that somebody has had already. */
  #skip: number;
  underway = 0;

  constructor(
    readonly map: EventMapper | null,
    /** Whether batches are taken packed. */
    readonly isPacked: boolean,
    skip = 0,
  ) {
    this.#skip = skip;
  }

  event(event: TrailEvent, text: TextOf | null, place: Place): void {
    if (this.map === null) this.#add({ kind: "event", event, place }, this.isPacked ? (text?.() ?? null) : null);
    else this.#addMapped(this.map, event, place);
  }

  #addMapped(map: EventMapper, event: TrailEvent, place: Place): void {
    let mapped: unknown;
    let text: string | null;
    try {
      mapped = map(event, place);
      // Here and not when the batch is packed, so that what JSON cannot hold costs this event only.
      text = this.isPacked ? textOf(mapped) : null;
    } catch (error) {
      this.unreadable("projection-failed", `the projection failed: ${(error as Error)?.message ?? error}`, place);
      return;
    }
    this.#add({ kind: "event", event: mapped, place }, text);
  }

  unreadable(reason: Reason, message: string, place: Place): void {
    this.#add({ kind: "unreadable", reason, message, place }, null);
  }

  endFile(end: Omit<FileEnd, "after">): void {
    this.underway = 0;
    this.#ends.push({ ...end, after: this.#items.length });
  }

  isFull(): boolean {
    return this.#items.length >= ITEMS_MAX || this.#weight >= WEIGHT_MAX;
  }

  isEmpty(): boolean {
    return this.#items.length === 0 && this.#ends.length === 0;
  }

  /** What was gathered, and begins anew. */
  take(): Batch {
    const batch = { items: this.#items, ends: this.#ends, underway: this.underway };
    this.#clear();
    return batch;
  }

  /** The same for another thread. */
  takePacked(): PackedBatch {
    const packed = pack(this.#items, this.#texts, this.#ends, this.underway);
    this.#clear();
    return packed;
  }

  #add(item: TrailItem<unknown>, text: string | null): void {
    if (this.#skip > 0) {
      this.#skip--;
      return;
    }
    // Where there is the text, the event need not outlive this call.
    this.#items.push(text === null ? item : { kind: "event", event: null, place: item.place });
    this.#texts.push(text);
    this.#weight += (text?.length ?? item.place.size) + ITEM_WEIGHT;
  }

  #clear(): void {
    this.#items = [];
    this.#texts = [];
    this.#ends = [];
    this.#weight = 0;
  }
}

/** A batch as one JSON text and one array of numbers: cheaper than a structured clone of all its objects. */
export interface PackedBatch {
  /** A JSON array: of an event its value, of what is unreadable `[reason, message]`. */
  readonly values: string;
  readonly files: readonly string[];
  /** `PLACE_NUMBERS` for each item; -1 is null. */
  readonly places: Float64Array<ArrayBuffer>;
  readonly ends: readonly FileEnd[];
  readonly underway: number;
}

/** Kind (1: unreadable), index of the file, record, line, offset, size. */
const PLACE_NUMBERS = 6;
const PLACE_SIZE = 5;

function pack(
  items: readonly TrailItem<unknown>[],
  texts: readonly (string | null)[],
  ends: readonly FileEnd[],
  underway: number,
): PackedBatch {
  const files: string[] = [];
  const places = new Float64Array(items.length * PLACE_NUMBERS);
  const values = items.map((item, index) => {
    const { file, record, line, offset, size } = item.place;
    if (files.at(-1) !== file) files.push(file);
    places.set(
      [item.kind === "event" ? 0 : 1, files.length - 1, record ?? -1, line ?? -1, offset ?? -1, size],
      index * PLACE_NUMBERS,
    );
    return texts[index] ?? textOf(item.kind === "event" ? item.event : [item.reason, item.message]);
  });
  return { values: `[${values.join(",")}]`, files, places, ends, underway };
}

/** What JSON does not know crosses as null. */
function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/** Items from one on, and the bytes that they take in their texts. */
export function countsOf({ places }: PackedBatch, from: number): { readonly items: number; readonly text: number } {
  let text = 0;
  for (let at = from * PLACE_NUMBERS; at < places.length; at += PLACE_NUMBERS) text += places[at + PLACE_SIZE]!;
  return { items: places.length / PLACE_NUMBERS - from, text };
}

export function unpack({ values, files, places, ends, underway }: PackedBatch): Batch {
  const items = (JSON.parse(values) as unknown[]).map((value, index): TrailItem<unknown> => {
    const at = index * PLACE_NUMBERS;
    const place: Place = {
      file: files[places[at + 1]!]!,
      record: numberOrNull(places[at + 2]!),
      line: numberOrNull(places[at + 3]!),
      offset: numberOrNull(places[at + 4]!),
      size: places[at + PLACE_SIZE]!,
    };
    if (places[at] === 0) return { kind: "event", event: value, place };
    const [reason, message] = value as [Reason, string];
    return { kind: "unreadable", reason, message, place };
  });
  return { items, ends, underway };
}

function numberOrNull(number: number): number | null {
  return number === -1 ? null : number;
}
