/** The least number of draws by exact tails of their sum. */
import type { ErrorLevels } from './draws.js';
import type { DensitySums, LatticeSums } from './sums.js';

/** Beyond this variance of the sum tails take long, and the normal approximation is off by 1e-3 at most (levels of 0.1 % and more). */
const MOST = 1e7;

/** Tails are right to so much of themselves: what has a level but for this has it. */
const ROUNDING = 1e-12;

/**
 * The least n at which some threshold of the sum has both levels.
 *
 * @param near what the normal approximation says; the answer where the sums are large
 */
export function exactDraws(sums: LatticeSums | DensitySums, { alpha, beta }: ErrorLevels, near: number): number {
  if (alpha + beta >= 1 || !(near * sums.weight <= MOST)) return near;
  const [low, high] = (sums.higher === 'p' ? [alpha, beta] : [beta, alpha]).map((level) => level * (1 + ROUNDING)) as [number, number];
  if ('missed' in sums) return leastAbove(0, (n) => sums.missed(n, low) <= high);
  // On a lattice errors rise and fall with n, but not those of a test that tosses a coin at the threshold, which needs no more draws.
  let n = leastAbove(0, (n) => missedByToss(sums, n, low) <= high);
  // The threshold that the lower one needs grows with n, and so does the n that the higher one needs with the threshold: no n is skipped that has both.
  for (let c = 1; ; n = leastAbove(n, (n) => sums.below(c, n) <= high)) {
    c = threshold(sums, n, low, c);
    if (sums.below(c, n) <= high) return n;
  }
}

/** The least c ≥ `from` with P(the lower sum ≥ c) ≤ level. */
function threshold({ above }: LatticeSums, n: number, level: number, from = 1): number {
  return leastAbove(from - 1, (c) => above(c, n) <= level);
}

/** What the higher sum misses where the lower one's level is met by deciding at c − 1 by a toss. */
function missedByToss(sums: LatticeSums, n: number, level: number): number {
  const c = threshold(sums, n, level);
  const [above, missed] = [sums.above(c, n), sums.below(c, n)];
  const [aboveNext, missedNext] = c === 1 ? [1, 0] : [sums.above(c - 1, n), sums.below(c - 1, n)];
  // Beyond 2⁵³ the next threshold is the same double.
  return aboveNext > above ? missed - ((level - above) / (aboveNext - above)) * (missed - missedNext) : missed;
}

/** The least whole number above `low` that does, where all beyond one that does do. */
function leastAbove(low: number, does: (x: number) => boolean): number {
  let [from, to] = [low, low + 1];
  for (let step = 1; !does(to); step *= 2) [from, to] = [to, to + step];
  for (;;) {
    const middle = Math.floor(from + (to - from) / 2);
    if (middle === from || middle === to) return to;
    if (does(middle)) to = middle;
    else from = middle;
  }
}
