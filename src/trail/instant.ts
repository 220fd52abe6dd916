/** Times as records write them. */
import { parseDate } from "../policy/literals.js";

/** Milliseconds since 1970 of `2023-07-10T11:42:44Z` or another ISO 8601 text; null: it is none. */
export function instantOf(value: unknown): number | null {
  if (typeof value !== "string" || value.length > LENGTH_MAX) return null;
  if (value.length === USUAL.length && value.endsWith("Z")) {
    const usual = usualInstant(value);
    if (usual !== null) return usual;
  }
  return value.charAt(4) === "-" ? parseDate(value) : basicInstant(value);
}

const USUAL = "2023-07-10T11:42:44Z";
const LENGTH_MAX = 64;

/** The usual form, without the cost of the general one. */
function usualInstant(text: string): number | null {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hours = digits(text, 11, 2);
  const minutes = digits(text, 14, 2);
  const seconds = digits(text, 17, 2);
  if (text.charAt(4) !== "-" || text.charAt(7) !== "-" || text.charAt(10) !== "T") return null;
  if (text.charAt(13) !== ":" || text.charAt(16) !== ":") return null;
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 28) return null;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return null;
  return Date.UTC(year, month - 1, day, hours, minutes, seconds);
}

/** `20131102T010628Z`, which the first versions of the log wrote. */
function basicInstant(text: string): number | null {
  if (text.length !== 16 || text.charAt(8) !== "T" || text.charAt(15) !== "Z") return null;
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
  return parseDate(`${date}T${text.slice(9, 11)}:${text.slice(11, 13)}:${text.slice(13, 15)}Z`);
}

/** −1: not all of them are digits. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
