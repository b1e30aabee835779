/** Seeded random numbers (sfc32), so that every random test can be repeated from the seed that it prints. */

/** A source of random numbers; every method advances the one state. */
export interface Rng {
  /** 32 random bits, unsigned. */
  bits(): number;
  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number;
  /** Uniform in [0, 1), 53 bits of it. */
  fine(): number;
  /** Uniform integer in [0, n). */
  below(n: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
}

/** The generator for one seed: equal seeds give equal sequences on every machine. */
export function createRng(seed: number): Rng {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = seed | 0;
  let d = 1;
  const bits = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 16; i++) bits();
  const uniform = (): number => bits() * 2 ** -32;
  const below = (n: number): number => Math.floor(uniform() * n);
  return {
    bits,
    uniform,
    below,
    fine: () => (bits() * 2 ** 21 + (bits() >>> 11)) * 2 ** -53,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    pick: (items) => items[below(items.length)] as (typeof items)[number],
  };
}

/** The seed of this run: the environment's `SEED`, or the given one. */
export function seedOr(fallback: number): number {
  const text = process.env['SEED'];
  return text === undefined ? fallback : Number.parseInt(text, 10) | 0;
}
