/** Counts of everything that was handed out, made from that alone, so that they agree with it at any time. */
import type { Batch } from "./batch.js";
import { FILE_KINDS, type FileKind, type Reason, type TrailTotals } from "./item.js";

export class Tally {
  readonly #files = new Map<FileKind, number>();
  readonly #unreadable = new Map<Reason, number>();
  #events = 0;
  #stored = 0;
  #text = 0;
  #eventBytes = 0;
  #unreadableBytes = 0;
  #underway = 0;

  add({ items, ends, underway }: Batch): void {
    for (const item of items) {
      if (item.kind === "event") {
        this.#events++;
        this.#eventBytes += item.place.size;
      } else {
        increment(this.#unreadable, item.reason);
        this.#unreadableBytes += item.place.size;
      }
    }
    for (const end of ends) {
      increment(this.#files, end.kind);
      this.#stored += end.stored;
      this.#text += end.text;
    }
    this.#underway = underway;
  }

  get storedRead(): number {
    return this.#stored + this.#underway;
  }

  totals(): TrailTotals {
    const files = Object.fromEntries(FILE_KINDS.map((kind) => [kind, this.#files.get(kind) ?? 0])) as Record<
      FileKind,
      number
    >;
    const between = this.#text - this.#eventBytes - this.#unreadableBytes;
    return {
      files: { ...files, found: Object.values(files).reduce((sum, count) => sum + count, 0) },
      bytes: {
        stored: this.#stored,
        text: this.#text,
        events: this.#eventBytes,
        unreadable: this.#unreadableBytes,
        between,
      },
      events: this.#events,
      unreadable: new Map(this.#unreadable),
    };
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
