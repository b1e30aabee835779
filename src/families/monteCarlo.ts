/** The last resort: a mean over draws, with its standard error. */
import { Random } from '../applications/statistics/random.js';
import type { Law } from './law.js';
import { expExcess } from './math/excess.js';

export interface Sampled {
  readonly value: number;
  readonly standardError: number;
  /** Whether it is the mean of e⁻ᵗ − 1 + t. */
  readonly isClose: boolean;
}

/** Of the mean of e⁻ᵗ: a standard error above this may come from a few draws, and then tells nothing. */
const MOST_UNSEEN = 0.01;

/**
 * Mean of t over draws from p; with `close`, of e⁻ᵗ − 1 + t where that has the smaller standard error (its mean is the same where the supports are) and the draws
 * have seen all of it: the mean of e⁻ᵗ is 1, and where q lies beyond the draws theirs is not, with a standard error of next to nothing.
 *
 * Source  the estimators are known as k1 and k3 (J. Schulman, 2020)
 */
export function meanOverDraws(p: Law, t: (x: number, logP: number) => number, draws: number, seed: number, close: boolean): Sampled {
  const random = new Random(seed);
  const plain = new Moments();
  const excess = new Moments();
  const ratios = new Moments();
  for (let i = 0; i < draws; i++) {
    const x = p.draw(random);
    const ratio = t(x, p.logDensity(x));
    // The draw or a density is beyond the range of doubles, and tells nothing.
    if (ratio === Infinity) return { value: NaN, standardError: NaN, isClose: false };
    plain.add(ratio);
    if (!close) continue;
    excess.add(expExcess(-ratio));
    ratios.add(Math.expm1(-ratio));
  }
  return close && excess.error < plain.error && Math.abs(ratios.mean) <= 4 * ratios.error && ratios.error < MOST_UNSEEN
    ? { value: excess.mean, standardError: excess.error, isClose: true }
    : { value: plain.mean, standardError: plain.error, isClose: false };
}

/** Mean and variance in one pass (B. P. Welford, 1962). */
class Moments {
  #count = 0;
  #squares = 0;
  mean = 0;
  add(x: number): void {
    this.#count++;
    const gap = x - this.mean;
    this.mean += gap / this.#count;
    this.#squares += gap * (x - this.mean);
  }
  get error(): number {
    return Math.sqrt(this.#squares / (this.#count - 1) / this.#count);
  }
}
