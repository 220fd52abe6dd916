/** Request values as numbers, instants, booleans, bytes and addresses (COND-30…61). Nothing here reads the clock or a locale. */
import { DateRecord, NumberRecord, RangeRecord, Truth } from "../src/bytecode/layout";
import { binaryAt, binaryLength, dates, numbers, ranges, stringAt, stringLength } from "./bundle";
import { sameBytes } from "./glob";
import { addressBytes, literalBytes } from "./memory";
import { addSteps } from "./steps";

/** Exponents beyond this are not converted (COND-32). */
const EXPONENT_MAX: i32 = 9999;

let numberNegative: bool = false;
let numberExponent: i32 = 0;
let numberDigits: u32 = 0;

/** Reads a decimal into 0.d1d2… × 10^exponent, its digits without zeros at either end. False: not a number (COND-30). */
export function parseNumber(text: u32, length: u32): bool {
  addSteps(length + 1);
  let at: u32 = 0;
  numberNegative = false;
  numberDigits = 0;
  if (at < length && (load<u8>(text) == 0x2b || load<u8>(text) == 0x2d)) {
    numberNegative = load<u8>(text) == 0x2d;
    at++;
  }
  let any = false;
  let seenPoint = false;
  /** Digits before the point, from the first that is not zero; negative: zeros right behind the point. */
  let places: i32 = 0;
  while (at < length) {
    const byte = load<u8>(text + at);
    if (byte == 0x2e) {
      if (seenPoint) return false;
      seenPoint = true;
      // A point needs a digit on one side.
      if (!any && (at + 1 == length || !isDigit(load<u8>(text + at + 1)))) return false;
    } else if (isDigit(byte)) {
      any = true;
      if (numberDigits > 0 || byte != 0x30) {
        store<u8>(literalBytes + numberDigits++, byte);
        if (!seenPoint) places++;
      } else if (seenPoint) {
        places--;
      }
    } else {
      break;
    }
    at++;
  }
  if (!any) return false;
  let exponent: i32 = 0;
  if (at < length) {
    if ((load<u8>(text + at) | 0x20) != 0x65) return false;
    at++;
    let negative = false;
    if (at < length && (load<u8>(text + at) == 0x2b || load<u8>(text + at) == 0x2d)) {
      negative = load<u8>(text + at) == 0x2d;
      at++;
    }
    if (at == length) return false;
    while (at < length) {
      const byte = load<u8>(text + at++);
      if (!isDigit(byte)) return false;
      exponent = exponent * 10 + (byte - 0x30);
      if (exponent > EXPONENT_MAX) exponent = EXPONENT_MAX + 1;
    }
    if (exponent > EXPONENT_MAX) return false;
    if (negative) exponent = -exponent;
  }
  while (numberDigits > 0 && load<u8>(literalBytes + numberDigits - 1) == 0x30) numberDigits--;
  if (numberDigits == 0) {
    numberNegative = false;
    numberExponent = 0;
  } else {
    numberExponent = places + exponent;
  }
  return true;
}

/** Sign of (request value − operand), after `parseNumber`. */
export function compareNumber(id: u32): i32 {
  const record = numbers + id * NumberRecord.Size;
  const negative = load<u32>(record, NumberRecord.Negative) != 0;
  const digits = load<u32>(record, NumberRecord.Digits);
  const count = stringLength(digits);
  if (numberDigits == 0 || count == 0) {
    const left: i32 = numberDigits == 0 ? 0 : numberNegative ? -1 : 1;
    const right: i32 = count == 0 ? 0 : negative ? -1 : 1;
    return left - right;
  }
  if (numberNegative != negative) return numberNegative ? -1 : 1;
  const magnitude = compareMagnitude(load<i32>(record, NumberRecord.Exponent), stringAt(digits), count);
  return negative ? -magnitude : magnitude;
}

function compareMagnitude(exponent: i32, digits: u32, count: u32): i32 {
  if (numberExponent != exponent) return numberExponent < exponent ? -1 : 1;
  const common = min(count, numberDigits);
  addSteps(common);
  for (let at: u32 = 0; at < common; at++) {
    const left = load<u8>(literalBytes + at);
    const right = load<u8>(digits + at);
    if (left != right) return left < right ? -1 : 1;
  }
  return numberDigits == count ? 0 : numberDigits < count ? -1 : 1;
}

function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

/** Milliseconds since 1970 of the last date read. */
let instant: i64 = 0;

/** Reads an instant: W3C ISO 8601 or epoch seconds; four bare digits are a year (COND-40). False: not a date. */
export function parseInstant(text: u32, length: u32): bool {
  addSteps(length + 1);
  if (length == 0) return false;
  if (length == 4 && digitsAt(text, 4)) {
    instant = daysFromCivil(number(text, 4), 1, 1) * 86400000;
    return true;
  }
  if (length >= 5 && digitsAt(text, 4) && load<u8>(text + 4) == 0x2d) return parseIso(text, length);
  return parseEpoch(text, length);
}

/** Sign of (request value − operand), after `parseInstant`. */
export function compareInstant(id: u32): i32 {
  const other = load<i64>(dates + id * DateRecord.Size);
  return instant == other ? 0 : instant < other ? -1 : 1;
}

function digitsAt(text: u32, count: u32): bool {
  for (let at: u32 = 0; at < count; at++) if (!isDigit(load<u8>(text + at))) return false;
  return true;
}

function number(text: u32, count: u32): i64 {
  let value: i64 = 0;
  for (let at: u32 = 0; at < count; at++) value = value * 10 + (load<u8>(text + at) - 0x30);
  return value;
}

function parseEpoch(text: u32, length: u32): bool {
  let at: u32 = 0;
  let negative = false;
  if (load<u8>(text) == 0x2b || load<u8>(text) == 0x2d) {
    negative = load<u8>(text) == 0x2d;
    at = 1;
  }
  let whole: i64 = 0;
  let digits: u32 = 0;
  while (at < length && isDigit(load<u8>(text + at))) {
    if (digits == 12) return false;
    whole = whole * 10 + (load<u8>(text + at) - 0x30);
    digits++;
    at++;
  }
  if (digits == 0) return false;
  let fraction: i64 = 0;
  if (at < length) {
    if (load<u8>(text + at) != 0x2e) return false;
    at++;
    let scale: i64 = 100;
    while (at < length) {
      const byte = load<u8>(text + at++);
      if (!isDigit(byte)) return false;
      fraction += (byte - 0x30) * scale;
      scale /= 10;
    }
  }
  instant = whole * 1000 + fraction;
  if (negative) instant = -instant;
  return true;
}

function parseIso(text: u32, length: u32): bool {
  const year = number(text, 4);
  let month: i64 = 1;
  let day: i64 = 1;
  let milliseconds: i64 = 0;
  if (length < 7 || !digitsAt(text + 5, 2)) return false;
  month = number(text + 5, 2);
  if (month < 1 || month > 12) return false;
  let at: u32 = 7;
  if (at < length) {
    if (load<u8>(text + at) != 0x2d || length < 10 || !digitsAt(text + 8, 2)) return false;
    day = number(text + 8, 2);
    if (day < 1 || day > daysInMonth(year, month)) return false;
    at = 10;
    if (at < length) {
      milliseconds = parseTime(text + at, length - at);
      if (milliseconds == i64.MIN_VALUE) return false;
    }
  }
  instant = daysFromCivil(year, month, day) * 86400000 + milliseconds;
  return true;
}

/** `Thh:mm[:ss[.fraction]][zone]` as milliseconds of the day in UTC; i64.MIN_VALUE: not a time. */
function parseTime(text: u32, length: u32): i64 {
  const no = i64.MIN_VALUE;
  if (length < 6 || (load<u8>(text) | 0x20) != 0x74) return no;
  if (!digitsAt(text + 1, 2) || load<u8>(text + 3) != 0x3a || !digitsAt(text + 4, 2)) return no;
  const hour = number(text + 1, 2);
  const minute = number(text + 4, 2);
  if (hour > 23 || minute > 59) return no;
  let value = (hour * 60 + minute) * 60000;
  let at: u32 = 6;
  if (at < length && load<u8>(text + at) == 0x3a) {
    if (length < at + 3 || !digitsAt(text + at + 1, 2)) return no;
    const second = number(text + at + 1, 2);
    if (second > 59) return no;
    value += second * 1000;
    at += 3;
    if (at < length && load<u8>(text + at) == 0x2e) {
      at++;
      if (at == length || !isDigit(load<u8>(text + at))) return no;
      let scale: i64 = 100;
      while (at < length && isDigit(load<u8>(text + at))) {
        value += (load<u8>(text + at) - 0x30) * scale;
        scale /= 10;
        at++;
      }
    }
  }
  if (at == length) return value;
  const zone = load<u8>(text + at);
  if ((zone | 0x20) == 0x7a) return at + 1 == length ? value : no;
  if (zone != 0x2b && zone != 0x2d) return no;
  if (length != at + 6 || !digitsAt(text + at + 1, 2) || load<u8>(text + at + 3) != 0x3a || !digitsAt(text + at + 4, 2)) {
    return no;
  }
  const zoneHour = number(text + at + 1, 2);
  const zoneMinute = number(text + at + 4, 2);
  if (zoneHour > 23 || zoneMinute > 59) return no;
  const offset = (zoneHour * 60 + zoneMinute) * 60000;
  return zone == 0x2b ? value - offset : value + offset;
}

function daysInMonth(year: i64, month: i64): i64 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar, by eras of 400 years that begin in March. */
function daysFromCivil(year: i64, month: i64, day: i64): i64 {
  const y = month <= 2 ? year - 1 : year;
  const era = (y >= 0 ? y : y - 399) / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

/** COND-50: `true` in any case is true, all else false. */
export function isTrue(text: u32, length: u32): bool {
  return length == 4 && (load<u32>(text) | 0x20202020) == 0x65757274;
}

/** Bytes of the last base64 text read. */
let decodedLength: u32 = 0;

/** Reads strict base64 with padding (COND-55). False: not base64. */
export function parseBase64(text: u32, length: u32): bool {
  addSteps(length + 1);
  decodedLength = 0;
  if (length % 4 != 0) return false;
  for (let at: u32 = 0; at < length; at += 4) {
    let group: u32 = 0;
    let padding: u32 = 0;
    for (let place: u32 = 0; place < 4; place++) {
      const byte = load<u8>(text + at + place);
      if (byte == 0x3d) {
        if (at + 4 != length || place < 2) return false;
        padding++;
        group <<= 6;
        continue;
      }
      const value = base64Value(byte);
      if (value < 0 || padding > 0) return false;
      group = (group << 6) | value;
    }
    store<u8>(literalBytes + decodedLength++, <u8>(group >> 16));
    if (padding < 2) store<u8>(literalBytes + decodedLength++, <u8>(group >> 8));
    if (padding < 1) store<u8>(literalBytes + decodedLength++, <u8>group);
  }
  return true;
}

/** Whether the last base64 text equals an operand. */
export function sameBinary(id: u32): bool {
  return decodedLength == binaryLength(id) && sameBytes(literalBytes, binaryAt(id), decodedLength);
}

function base64Value(byte: u32): i32 {
  if (byte - 0x41 < 26) return byte - 0x41;
  if (byte - 0x61 < 26) return byte - 0x61 + 26;
  if (byte - 0x30 < 10) return byte - 0x30 + 52;
  if (byte == 0x2b) return 62;
  if (byte == 0x2f) return 63;
  return -1;
}

/** Whether the last address read lies in an operand's range (COND-61). */
export function inRange(id: u32): bool {
  const record = ranges + id * RangeRecord.Size;
  if (load<u32>(record, RangeRecord.Family) != addressFamily) return false;
  const bits = load<u32>(record, RangeRecord.PrefixBits);
  const high = load<u64>(record, RangeRecord.Address) ^ load<u64>(addressBytes);
  const low = load<u64>(record, RangeRecord.Address + 8) ^ load<u64>(addressBytes, 8);
  if (bits < 64) return bits == 0 || bswap<u64>(high) >> (64 - bits) == 0;
  return high == 0 && (bits == 64 || bswap<u64>(low) >> (128 - bits) == 0);
}

/** 4 or 6, of the last address read; its sixteen bytes stand in `addressBytes`, IPv4 in the last four. */
let addressFamily: u32 = 0;
/** Where the last address was read, and whether it is one: a request's text is read once, however many ask. */
let addressText: u32 = 0;
let addressLength: u32 = 0;
let addressSound: bool = false;

/** Texts are about to change. */
export function forgetAddress(): void {
  addressText = 0;
}

/** Reads a bare address. False: not one. IPv4-mapped IPv6 is IPv4 (COND-61). */
export function parseAddress(text: u32, length: u32): bool {
  addSteps(1);
  if (text == addressText && length == addressLength) return addressSound;
  addressText = text;
  addressLength = length;
  addressSound = readAddress(text, length);
  return addressSound;
}

function readAddress(text: u32, length: u32): bool {
  addSteps(length);
  store<u64>(addressBytes, 0);
  store<u64>(addressBytes, 0, 8);
  addressFamily = 4;
  if (parseIpv4(text, length, addressBytes + 12)) return true;
  store<u64>(addressBytes, 0, 8);
  addressFamily = 6;
  if (!parseIpv6(text, length)) return false;
  if (isMapped()) {
    addressFamily = 4;
    store<u32>(addressBytes, 0, 8);
  }
  return true;
}

function isMapped(): bool {
  return load<u64>(addressBytes) == 0 && load<u32>(addressBytes, 8) == 0xffff0000;
}

/** Four decimal octets; leading zeros are decimal too (COND-61). */
function parseIpv4(text: u32, length: u32, into: u32): bool {
  let at: u32 = 0;
  for (let octet: u32 = 0; octet < 4; octet++) {
    if (octet > 0) {
      if (at >= length || load<u8>(text + at) != 0x2e) return false;
      at++;
    }
    let value: u32 = 0;
    let digits: u32 = 0;
    while (at < length && isDigit(load<u8>(text + at))) {
      value = value * 10 + (load<u8>(text + at) - 0x30);
      if (value > 255) return false;
      digits++;
      at++;
    }
    if (digits == 0) return false;
    store<u8>(into + octet, <u8>value);
  }
  return at == length;
}

/**
 * Eight groups of hexadecimal digits with at most one compressed run, the last two perhaps as dotted quad; and the odd
 * spellings that AWS tolerates (COND-61): a trailing single colon is ignored, a leading empty group reads as 0, the
 * compressed run may touch one more empty group.
 */
function parseIpv6(text: u32, length: u32): bool {
  if (length >= 2 && load<u8>(text + length - 1) == 0x3a && load<u8>(text + length - 2) != 0x3a) length--;
  let at: u32 = 0;
  let groups: u32 = 0;
  let run: i32 = -1;
  if (length > 1 && load<u8>(text) == 0x3a && load<u8>(text + 1) != 0x3a) {
    groups = 1;
    at = 1;
  }
  while (at < length) {
    if (load<u8>(text + at) == 0x3a) {
      // Only a compressed run may stand here: single colons are passed behind their group.
      if (run >= 0 || at + 1 >= length || load<u8>(text + at + 1) != 0x3a) return false;
      run = groups;
      at += 2;
      if (at < length && load<u8>(text + at) == 0x3a) at++;
      if (at < length && load<u8>(text + at) == 0x3a) return false;
      continue;
    }
    let value: u32 = 0;
    let digits: u32 = 0;
    const start = at;
    while (at < length && digits < 5 && hexValue(load<u8>(text + at)) >= 0) {
      value = (value << 4) | hexValue(load<u8>(text + at));
      digits++;
      at++;
    }
    if (at < length && load<u8>(text + at) == 0x2e) {
      if (groups > 6 || !parseIpv4(text + start, length - start, addressBytes + groups * 2)) return false;
      groups += 2;
      at = length;
      break;
    }
    if (digits == 0 || digits > 4 || groups == 8) return false;
    store<u8>(addressBytes + groups * 2, <u8>(value >> 8));
    store<u8>(addressBytes + groups * 2 + 1, <u8>value);
    groups++;
    if (at == length) break;
    if (load<u8>(text + at) != 0x3a) return false;
    if (at + 1 < length && load<u8>(text + at + 1) == 0x3a) continue;
    at++;
    if (at == length) return false;
  }
  if (run < 0) return groups == 8;
  if (groups > 7) return false;
  // Groups behind the run move to the end.
  const moved = groups - <u32>run;
  for (let place: u32 = 0; place < moved; place++) {
    store<u16>(addressBytes + (7 - place) * 2, load<u16>(addressBytes + (groups - 1 - place) * 2));
  }
  for (let place = <u32>run; place < 8 - moved; place++) store<u16>(addressBytes + place * 2, 0);
  return true;
}

function hexValue(byte: u32): i32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const lower = byte | 0x20;
  return lower - 0x61 < 6 ? lower - 0x61 + 10 : -1;
}

/** Sign to truth: whether a comparison's outcome satisfies an order. */
export function holds(truth: bool): u32 {
  return truth ? Truth.True : Truth.False;
}
