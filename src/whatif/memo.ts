/** What is remembered of requests: each distinct one is decided once, for as long as there is room. */
import type { Request } from "../request/request.js";
import type { Place } from "../trail/read.js";
import { exactOf } from "./canonical.js";
import type { Span } from "./groups.js";
import type { Judge, Judgement } from "./judge.js";

/** Places that are kept of one request, and of one group. */
export const SAMPLES_MAX = 3;

/** One distinct request. */
export interface Remembered extends Span {
  readonly kind: "request";
  readonly judgement: Judgement;
  count: number;
  /** The first few, if it is marked. */
  samples: Seen[];
  /** Calls whose outcome in the log is another, and that this request decided. */
  disagreed: { count: number; outcome: "succeeded" | "denied"; samples: Seen[] } | null;
}

/** Between the two parts of a request's text; JSON has none. */
const BETWEEN = "\n";

/** The settled part of requests whose decision hangs on the volatile one. */
const OPEN = { kind: "open" } as const;

/** Where a request was seen. */
export interface Seen {
  readonly time: number | null;
  readonly eventId: string | null;
  readonly errorCode: string | null;
  readonly place: Place;
}

export interface MemoLimits {
  /** Distinct requests, or parts of them, that are remembered at a time. */
  readonly distinctMax: number;
  /** Units of text that they may have together. */
  readonly distinctTextMax: number;
}

export class Memo {
  /** How many requests were met for the first time, or for the first time since they were forgotten. */
  distinct = 0;
  /** By the canonical texts of a request; only the settled one where the decision does not hang on the other. */
  private readonly requests = new Map<string, Remembered | typeof OPEN>();
  private textLength = 0;

  constructor(
    private readonly judge: Judge,
    private readonly limits: MemoLimits,
  ) {}

  /**
   * Asks without the volatile part first: what is definite then is the answer, whatever that part says. Of another request
   * that part may not have been known at all: its answer is this one's only if it is definite.
   */
  of(settled: string, volatile: string): Remembered {
    const known = this.requests.get(settled);
    if (known?.kind === "request" && (volatile === "" || isDefinite(known.judgement))) return known;
    if (known === undefined) {
      const judgement = this.judge.judge(exactOf(settled, ""));
      if (volatile === "" || isDefinite(judgement)) return this.remember(settled, judgement);
      this.requests.set(settled, OPEN);
      this.textLength += settled.length;
    }
    const key = `${settled}${BETWEEN}${volatile}`;
    const exact = this.requests.get(key);
    if (exact?.kind === "request") return exact;
    return this.remember(key, this.judge.judge(exactOf(settled, volatile)));
  }

  private remember(key: string, judgement: Judgement): Remembered {
    const made: Remembered = {
      kind: "request",
      judgement,
      count: 0,
      first: null,
      last: null,
      samples: [],
      disagreed: null,
    };
    this.requests.set(key, made);
    this.textLength += key.length;
    this.distinct += 1;
    return made;
  }

  /** Whether so many requests more find room, or nothing can be gained by forgetting. */
  hasRoom(count: number): boolean {
    const { distinctMax, distinctTextMax } = this.limits;
    const fits = this.requests.size + 2 * count <= distinctMax && this.textLength <= distinctTextMax;
    return fits || this.requests.size === 0;
  }

  /** Gives everything that is remembered, and forgets it. */
  *take(): Generator<{ readonly known: Remembered; readonly request: () => Request }> {
    for (const [key, known] of this.requests) {
      if (known.kind === "request") yield { known, request: () => requestOf(key) };
    }
    this.requests.clear();
    this.textLength = 0;
  }
}

function requestOf(key: string): Request {
  const [settled, volatile] = key.split(BETWEEN);
  return exactOf(settled!, volatile ?? "");
}

/** A caller is or is not there, whenever and from wherever. Of a merged denial the word could still be either of two. */
function isDefinite(judgement: Judgement): boolean {
  if (judgement.kind === "refused") return judgement.code === "invalid-principal";
  return [judgement.before, judgement.after].every((word) => word !== "indeterminate" && word !== "denied");
}
