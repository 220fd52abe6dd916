/** Instants as requests give them, and as context keys hold them. */
import { parseDate } from "../policy/literals.js";
import { type Instant, RequestError } from "./request.js";
import { quote } from "./text.js";

/** Milliseconds since 1970 of an ISO 8601 text or a number of milliseconds. Refuses what has no four-digit year. */
export function millisecondsOf(instant: Instant, path: string): number {
  const milliseconds = typeof instant === "number" ? Math.floor(instant) : parseIso(instant);
  if (milliseconds === null || !(milliseconds >= YEAR_0000 && milliseconds < YEAR_10000)) {
    const message = `\`${quote(String(instant))}\` is neither an ISO 8601 date nor a number of milliseconds since 1970`;
    throw new RequestError("invalid-time", path, message);
  }
  return milliseconds;
}

/** `2026-11-24T09:51:40Z`, as AWS writes dates; with milliseconds where there are any. */
export function isoText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}

const YEAR_0000 = -62_167_219_200_000;
const YEAR_10000 = 253_402_300_800_000;

/** A bare number in a text would be seconds to policies and milliseconds to programs, so it is refused. */
function parseIso(text: string): number | null {
  return typeof text === "string" && text.length <= ISO_LENGTH_MAX && text.charAt(4) === "-" ? parseDate(text) : null;
}

const ISO_LENGTH_MAX = 64;
