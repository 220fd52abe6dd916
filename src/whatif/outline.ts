/** What is counted of an event: made on the threads that read, so that whole records need not cross. */
import { verifyBundle } from "../bytecode/verify.js";
import { BundleWorld } from "../engine/world.js";
import type { Assumptions } from "../trail/caller.js";
import { derive } from "../trail/derive.js";
import type { Gap } from "../trail/derived.js";
import { isFields, textAt } from "../trail/event.js";
import { instantOf } from "../trail/instant.js";
import type { Mapper, Projection } from "../trail/read.js";
import type { Reason } from "../trail/reasons.js";
import { directoryOf } from "../world/directory.js";
import { Canonical } from "./canonical.js";
import { type Filter, isAskedFor, isInTime } from "./filter.js";

/** Plain JSON. `time` is in milliseconds since 1970; null: the record has none that can be read. */
export type Outline =
  /** Not asked for. */
  | { readonly kind: "leftOut" }
  | { readonly kind: "none"; readonly time: number | null; readonly reason: Reason }
  | {
      readonly kind: "call";
      readonly time: number | null;
      readonly errorCode: string | null;
      readonly eventId: string | null;
      /** Why requests are missing beside those that are here. */
      readonly gaps: readonly Gap["reason"][];
      /** Requests of the call that rest on an assumption beside the record. */
      readonly assumed: number;
      /** Canonical texts of at least one request, of each the settled part and the volatile one. */
      readonly requests: readonly string[];
    };

export interface OutlineOptions {
  /** The bundle of the world whose directory tells who callers are. */
  readonly bundle: Uint8Array;
  /** Context keys that the engines read. */
  readonly requiredKeys: readonly string[];
  readonly assumptions: Assumptions;
  readonly filter: Filter;
}

/** What makes outlines of events, for `readTrail`. */
export function outlineProjection(options: OutlineOptions): Projection {
  return { module: import.meta.url, name: "outliner", options };
}

/** A `ProjectionFactory`. */
export function outliner(options: unknown): Mapper<Outline> {
  const { bundle, requiredKeys, assumptions, filter } = options as OutlineOptions;
  const directory = directoryOf(new BundleWorld(verifyBundle(bundle)));
  const canonical = new Canonical(requiredKeys);
  return (event) => {
    const time = isFields(event) ? instantOf(event["eventTime"]) : null;
    if (!isInTime(filter, time)) return LEFT_OUT;
    const derived = derive(event, { directory, assumptions });
    if (derived.kind === "none") {
      // Of whom and what is not known, so that it is not known whether it was asked for either.
      return { kind: "none", time, reason: derived.reason };
    }
    const requests = derived.requests.map(({ request }) => request);
    if (!isAskedFor(filter, requests)) return LEFT_OUT;
    return {
      kind: "call",
      time,
      errorCode: errorCodeOf(event),
      eventId: textAt(event, "eventID")?.slice(0, EVENT_ID_LENGTH_MAX) ?? null,
      gaps: derived.gaps.map(({ reason }) => reason),
      assumed: derived.requests.reduce((sum, { assumptions: on }) => sum + (on.length > 0 ? 1 : 0), 0),
      requests: requests.flatMap((request) => {
        const { settled, volatile } = canonical.textsOf(request);
        return [settled, volatile];
      }),
    };
  };
}

const LEFT_OUT: Outline = { kind: "leftOut" };

/** Any text counts: a call with one did not succeed. */
function errorCodeOf(event: { readonly [name: string]: unknown }): string | null {
  const code = event["errorCode"];
  if (code === undefined || code === null || code === "") return null;
  return typeof code === "string" ? code.slice(0, ERROR_CODE_LENGTH_MAX) : "?";
}

const ERROR_CODE_LENGTH_MAX = 128;
/** AWS's are UUIDs. */
const EVENT_ID_LENGTH_MAX = 128;
