/**
 * The values that condition operators compare, read from text: numbers, dates, Booleans, binary data. Pure and total:
 * text that AWS cannot convert gives null. Addresses are in `ip.ts`.
 */
export { type IpAddress, type IpRange, isInRange, parseIpAddress, parseIpRange } from "./ip.js";

/**
 * An exact decimal number: ±0.`digits` × 10^`exponent`. `digits` neither begins nor ends with a zero; zero itself has no
 * digits, exponent 0 and no sign, so equal numbers are equal field by field.
 */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** COND-32: an exponent beyond this magnitude is not converted. */
const EXPONENT_MAX = 9999;

/** COND-30, COND-32: `sign? ( digits ( '.' digits? )? | '.' digits ) ( ('e'|'E') sign? digits )?`, or null. */
export function parseDecimal(text: string): Decimal | null {
  const signed = isSign(text.charCodeAt(0));
  const wholeStart = signed ? 1 : 0;
  const wholeEnd = skipDigits(text, wholeStart);
  let end = wholeEnd;
  let fraction = "";
  if (text.charAt(wholeEnd) === ".") {
    end = skipDigits(text, wholeEnd + 1);
    fraction = text.slice(wholeEnd + 1, end);
  }
  if (wholeEnd === wholeStart && fraction === "") return null;
  const power = end === text.length ? 0 : parseExponent(text, end);
  if (power === null) return null;
  return normalised(text.charAt(0) === "-", text.slice(wholeStart, wholeEnd), fraction, power);
}

/** Negative, zero or positive, as `left` is below, equal to or above `right`. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const leftSign = signOf(left);
  const rightSign = signOf(right);
  if (leftSign !== rightSign || leftSign === 0) return leftSign - rightSign;
  return left.negative ? compareMagnitudes(right, left) : compareMagnitudes(left, right);
}

function compareMagnitudes(left: Decimal, right: Decimal): number {
  if (left.exponent !== right.exponent) return left.exponent - right.exponent;
  if (left.digits === right.digits) return 0;
  // 0.digits: a string that is another's beginning is the smaller number, as in the order of strings.
  return left.digits < right.digits ? -1 : 1;
}

function signOf(decimal: Decimal): number {
  if (decimal.digits === "") return 0;
  return decimal.negative ? -1 : 1;
}

function parseExponent(text: string, at: number): number | null {
  if (text.charAt(at) !== "e" && text.charAt(at) !== "E") return null;
  const signed = isSign(text.charCodeAt(at + 1));
  const start = signed ? at + 2 : at + 1;
  const end = skipDigits(text, start);
  if (end === start || end !== text.length) return null;
  const digits = withoutLeadingZeros(text.slice(start, end));
  if (digits.length > 4) return null;
  const magnitude = Number(digits);
  if (magnitude > EXPONENT_MAX) return null;
  return text.charAt(at + 1) === "-" ? -magnitude : magnitude;
}

function normalised(negative: boolean, whole: string, fraction: string, power: number): Decimal {
  const all = whole + fraction;
  const significant = withoutLeadingZeros(all);
  const digits = withoutTrailingZeros(significant);
  if (digits === "") return { negative: false, digits: "", exponent: 0 };
  return { negative, digits, exponent: whole.length - (all.length - significant.length) + power };
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (digits.charAt(start) === "0") start += 1;
  return digits.slice(start);
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charAt(end - 1) === "0") end -= 1;
  return digits.slice(0, end);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * COND-40, COND-43: milliseconds since 1970, or null. ISO 8601 dates in UTC unless they carry a zone; four bare digits are
 * a year; any other number is epoch seconds. What is finer than a millisecond is cut.
 */
export function parseDate(text: string): number | null {
  const digits = skipDigits(text, 0);
  if (digits === 4 && (text.length === 4 || text.charAt(4) === "-")) return parseIsoDate(text);
  return parseEpochSeconds(text);
}

function parseIsoDate(text: string): number | null {
  const year = fixedNumber(text, 0, 4);
  if (text.length === 4) return instant(year, 1, 1);
  const month = fixedNumber(text, 5, 2);
  if (text.length === 7) return instant(year, month, 1);
  if (text.charAt(7) !== "-") return null;
  const midnight = instant(year, month, fixedNumber(text, 8, 2));
  if (midnight === null || text.length === 10) return midnight;
  if (text.charAt(10) !== "T" && text.charAt(10) !== "t") return null;
  const time = parseTime(text, 11);
  return time === null ? null : midnight + time;
}

/** `hh:mm[:ss[.fraction]]` and the zone up to the end of the text, as milliseconds after midnight UTC. */
function parseTime(text: string, at: number): number | null {
  const clock = hoursAndMinutes(text, at);
  if (clock === null) return null;
  let end = at + 5;
  let rest = 0;
  if (text.charAt(end) === ":") {
    const seconds = fixedNumber(text, end + 1, 2);
    if (seconds === null || seconds > 59) return null;
    rest = seconds * SECOND;
    end += 3;
    if (text.charAt(end) === ".") {
      const fractionEnd = skipDigits(text, end + 1);
      if (fractionEnd === end + 1) return null;
      rest += milliseconds(text.slice(end + 1, fractionEnd));
      end = fractionEnd;
    }
  }
  const offset = parseZone(text, end);
  return offset === null ? null : clock + rest - offset;
}

/** `Z`, `±hh:mm` or nothing. */
function parseZone(text: string, at: number): number | null {
  const zone = text.slice(at);
  if (zone === "" || zone === "Z" || zone === "z") return 0;
  if (zone.length !== 6 || !isSign(zone.charCodeAt(0))) return null;
  const offset = hoursAndMinutes(zone, 1);
  if (offset === null) return null;
  return zone.charAt(0) === "-" ? -offset : offset;
}

function hoursAndMinutes(text: string, at: number): number | null {
  const hours = fixedNumber(text, at, 2);
  const minutes = fixedNumber(text, at + 3, 2);
  if (hours === null || minutes === null || text.charAt(at + 2) !== ":") return null;
  return hours > 23 || minutes > 59 ? null : hours * HOUR + minutes * MINUTE;
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Midnight UTC of a day that exists. */
function instant(year: number | null, month: number | null, day: number | null): number | null {
  if (year === null || month === null || day === null) return null;
  if (month < 1 || month > 12) return null;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day < 1 || day > MONTH_LENGTHS[month - 1]! + (leap ? 1 : 0)) return null;
  return daysSinceEpoch(year, month, day) * DAY;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar; years run from March, so that the leap day ends them. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

const EPOCH_DIGITS_MAX = 12;

/** Seconds with an optional sign and fraction; at most 12 digits before the point, so that milliseconds stay exact. */
function parseEpochSeconds(text: string): number | null {
  const start = isSign(text.charCodeAt(0)) ? 1 : 0;
  const wholeEnd = skipDigits(text, start);
  if (wholeEnd === start || wholeEnd - start > EPOCH_DIGITS_MAX) return null;
  let rest = 0;
  if (wholeEnd !== text.length) {
    if (text.charAt(wholeEnd) !== "." || skipDigits(text, wholeEnd + 1) !== text.length) return null;
    rest = milliseconds(text.slice(wholeEnd + 1));
  }
  const magnitude = Number(text.slice(start, wholeEnd)) * SECOND + rest;
  return text.charAt(0) === "-" ? 0 - magnitude : magnitude;
}

/** The first three digits of a fraction of a second. */
function milliseconds(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, "0"));
}

/** COND-50: whether a text counts as true. Anything but `true`, in whatever case, is false. */
export function asBool(text: string): boolean {
  return text.length === 4 && text.toLowerCase() === "true";
}

/**
 * COND-55: the bytes of padded base64 in the standard alphabet, or null. Bits behind the last byte may be set: values are
 * compared as bytes.
 */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let count = 0;
  for (let index = 0; index < text.length - padding; index += 1) {
    const value = base64Value(text.charCodeAt(index));
    if (value === -1) return null;
    bits = ((bits << 6) | value) & 0xffffff;
    // Every four characters are three bytes; the bytes are complete behind the 2nd, 3rd and 4th of them.
    if (index % 4 !== 0) {
      bytes[count] = (bits >> (6 - 2 * (index % 4))) & 0xff;
      count += 1;
    }
  }
  return bytes;
}

function base64Value(unit: number): number {
  if (unit >= 0x41 && unit <= 0x5a) return unit - 0x41;
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x61 + 26;
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30 + 52;
  if (unit === 0x2b) return 62;
  return unit === 0x2f ? 63 : -1;
}

/** The number that `length` ASCII digits spell, or null. */
function fixedNumber(text: string, at: number, length: number): number | null {
  return skipDigits(text, at) >= at + length ? Number(text.slice(at, at + length)) : null;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (!(unit >= 0x30 && unit <= 0x39)) return at;
    at += 1;
  }
}

function isSign(unit: number): boolean {
  return unit === 0x2b || unit === 0x2d;
}
