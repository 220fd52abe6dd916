/** Seeded random choices: the same seed makes the same worlds and requests on every machine. */

/** xoshiro128**, seeded through splitmix32 so that neighbouring seeds have nothing in common. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** Each number of `path` opens a stream of its own: a world of a run, a request of a world. */
  constructor(seed: number, ...path: readonly number[]) {
    let state = seed >>> 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    for (const step of path) state = (next() ^ Math.imul(step + 1, 0x85ebca6b)) >>> 0;
    this.a = next();
    this.b = next();
    this.c = next();
    this.d = next() | 1; // never all zero
  }

  /** An integer of 32 bits. */
  bits(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.b, 5), 7), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotateLeft(this.d, 11);
    return result;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor((this.bits() / 0x1_0000_0000) * limit);
  }

  /** An integer in [least, most]. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.bits() / 0x1_0000_0000 < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("nothing to pick from");
    return items[this.below(items.length)]!;
  }

  /** One of the rows, as often as its weight says. */
  weighted<T>(rows: readonly (readonly [weight: number, item: T])[]): T {
    let rest = this.below(rows.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, item] of rows) {
      if (rest < weight) return item;
      rest -= weight;
    }
    throw new RangeError("nothing to pick from");
  }

  /** `least` to `most` items, each made anew. */
  list<T>(least: number, most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.between(least, most) }, (_, index) => make(index));
  }

  shuffle<T>(items: readonly T[]): T[] {
    const rest = [...items];
    for (let at = rest.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      [rest[at], rest[other]] = [rest[other]!, rest[at]!];
    }
    return rest;
  }
}

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
