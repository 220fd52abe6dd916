/**
 * Hashes of texts, under a secret of the process, so that nobody can choose texts that collide. Nothing is decided by a hash
 * alone: whoever finds a text by its hash compares the bytes.
 */
import { hashKeys } from "./memory";

/** Bytes of keys, gone through again and again. */
export const HASH_KEYS: u32 = 256;

let seed: u32 = 0x9e3779b1;

export function setHashSeed(value: u32): void {
  seed = value | 1;
  let state: u64 = value;
  for (let at: u32 = 0; at < HASH_KEYS; at += 8) {
    state += 0x9e3779b97f4a7c15;
    let mixed = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    store<u64>(hashKeys + at, mixed ^ (mixed >> 31));
  }
}

/** Sixteen bytes from the text on must be readable, however short it is. */
export function hashOf(text: u32, length: u32): u32 {
  return ASC_FEATURE_SIMD ? hashWide(text, length) : hashNarrow(text, length);
}

/** NH: sums of products of keyed 32-bit words, sixteen bytes a step; the last step overlaps the one before. */
function hashWide(text: u32, length: u32): u32 {
  let sum = i64x2.splat(0);
  if (length >= 16) {
    const last = length - 16;
    let at: u32 = 0;
    for (; at < last; at += 16) {
      const key = at & (HASH_KEYS - 1);
      // What the keys have been used for once is moved out of the way before they come again.
      if (key == 0 && at != 0) sum = i64x2.add(i64x2.shl(sum, 7), i64x2.shr_u(sum, 9));
      sum = i64x2.add(sum, products(v128.load(text + at), v128.load(hashKeys + key)));
    }
    sum = i64x2.add(sum, products(v128.load(text + last), v128.load(hashKeys + ((at + 64) & (HASH_KEYS - 1)))));
  } else {
    const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const inside = i8x16.lt_u(places, i8x16.splat(<i8>length));
    sum = products(v128.and(v128.load(text), inside), v128.load(hashKeys));
  }
  let hash = i64x2.extract_lane(sum, 0) ^ rotl(i64x2.extract_lane(sum, 1), 32);
  hash = (hash ^ length ^ seed ^ (hash >> 29)) * 0xd6e8feb86659fd93;
  return <u32>(hash >> 32);
}

function products(words: v128, keys: v128): v128 {
  const keyed = i32x4.add(words, keys);
  return i64x2.extmul_low_i32x4_u(keyed, v128.shuffle<i32>(keyed, keyed, 2, 3, 0, 1));
}

/** The same without wide words: eight bytes a step. */
function hashNarrow(text: u32, length: u32): u32 {
  let hash = (<u64>seed << 32) | (seed ^ length);
  let at: u32 = 0;
  for (; at + 8 <= length; at += 8) hash = rotl((hash ^ load<u64>(text + at)) * 0x9e3779b97f4a7c15, 29) + seed;
  if (at < length) {
    // The rest, with the bytes before it where there are any: reads stay inside the text.
    let rest: u64 = 0;
    if (length >= 8) rest = load<u64>(text + length - 8);
    else for (; at < length; at++) rest = (rest << 8) | load<u8>(text + at);
    hash = rotl((hash ^ rest) * 0xd6e8feb86659fd93, 31);
  }
  hash = (hash ^ (hash >> 32)) * 0xd6e8feb86659fd93;
  return <u32>(hash >> 32);
}
