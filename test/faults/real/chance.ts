/** Choices that the same seed makes again; what timing does with them is real. */

export interface Chance {
  /** A whole number from 0 up to, but not, `below`. */
  below(below: number): number;
  /** true in so many of 100. */
  percent(percent: number): boolean;
  one<T>(of: readonly T[]): T;
}

export function createChance(seed: string): Chance {
  const next = mulberry32(hash(seed));
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    percent: (percent) => below(100) < percent,
    one: (of) => {
      const found = of[below(of.length)];
      if (found === undefined) throw new Error("nothing to choose from");
      return found;
    },
  };
}

/** 32 bits of state; good enough to spread kills. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(text)) {
    sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  }
  return sum;
}
