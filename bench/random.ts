/** Seeded random choices: the same seed gives the same workload on every machine. */

export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, limit). */
  below(limit: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** `count` different items in random order; all of them if there are fewer. */
  sample<T>(items: readonly T[], count: number): T[];
}

/** Mulberry32 over a 32-bit seed: small, fast, and good enough to spread choices. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)]!,
    sample: (items, count) => {
      const rest = [...items];
      for (let at = 0; at < rest.length - 1; at++) {
        const other = at + below(rest.length - at);
        [rest[at], rest[other]] = [rest[other]!, rest[at]!];
      }
      return rest.slice(0, count);
    },
  };
}
