/** Bytes: well-formed, lower-cased, in order, or all zero. */
import type { BundleReader } from "../reader.js";
import { fail } from "../refusal.js";

export function checkZero(reader: BundleReader, from: number, to: number): void {
  for (let at = from; at < to; at++) if (reader.bytes[at] !== 0) fail("a gap between sections is not empty");
}

export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) if (left[at] !== right[at]) return left[at]! - right[at]!;
  return left.length - right.length;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function isWellFormed(bytes: Uint8Array): boolean {
  let ascii = true;
  for (let at = 0; at < bytes.length && ascii; at++) ascii = bytes[at]! < 0x80;
  if (ascii) return true;
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export function isLowered(bytes: Uint8Array): boolean {
  const text = utf8.decode(bytes);
  return text === text.toLowerCase();
}

export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

export function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
