/** Single counts at random, whatever their size: the time grows with their standard deviation at most. */
import { stirlingRest } from './gamma.js';
import type { Random } from './random.js';

/** Means up to which the search for a value starts at 0. */
const NEAR = 30;
/** Of so many marked ones the mass at 0 is their product. */
const FEW = 64;

/** How many of n come up, each with probability p. */
export function binomial(random: Random, n: number, p: number): number {
  if (p > 0.5) return n - binomial(random, n, 1 - p);
  if (n === 0 || p <= 0) return 0;
  const odds = p / (1 - p);
  const ratio = (k: number) => ((n - k) / (k + 1)) * odds;
  if (n * p < NEAR) return outward(random, 0, Math.exp(n * Math.log1p(-p)), n, ratio);
  const mode = Math.floor((n + 1) * p);
  return outward(random, mode, Math.exp(logMass(mode, n, p)), n, ratio);
}

/** How many of `drawn` are marked, where `marked` of `all` are. */
export function hypergeometric(random: Random, marked: number, drawn: number, all: number): number {
  if (marked > drawn) return hypergeometric(random, drawn, marked, all);
  if (2 * drawn > all) return marked - hypergeometric(random, marked, all - drawn, all);
  const others = all - marked;
  const ratio = (k: number) => ((marked - k) * (drawn - k)) / ((k + 1) * (others - drawn + k + 1));
  if (marked <= FEW) {
    let none = 1;
    for (let i = 0; i < marked; i++) none *= (all - drawn - i) / (all - i);
    return outward(random, 0, none, marked, ratio);
  }
  const mode = Math.floor(((marked + 1) * (drawn + 1)) / (all + 2));
  // Given their total, binomial variables of one p are hypergeometric; p = drawn/all makes each mass a large one.
  const p = drawn / all;
  const log = logMass(mode, marked, p) + logMass(drawn - mode, others, p) - logMass(drawn, all, p);
  return outward(random, mode, Math.exp(log), marked, ratio);
}

/** By inversion: values in turn above and below `start`, whose mass is known; `ratio(k)` is the mass of k + 1 over that of k. */
function outward(random: Random, start: number, mass: number, most: number, ratio: (k: number) => number): number {
  let rest = random.uniform() - mass;
  let [low, high, below, above] = [start, start, mass, mass];
  while (rest > 0) {
    if (high < most) {
      above *= ratio(high++);
      rest -= above;
      if (rest <= 0) return high;
    } else above = 0;
    if (low > 0) {
      below /= ratio(--low);
      rest -= below;
      if (rest <= 0) return low;
    } else below = 0;
    // What rounding has left of 1.
    if (above + below < 1e-18) return start;
  }
  return start;
}

/** log P(k) of a binomial variable, for k within 1 or so of n·p: there rounding costs no more than 2⁻⁵² of it (C. Loader, 2000). */
function logMass(k: number, n: number, p: number): number {
  if (k === 0) return n * Math.log1p(-p);
  if (k === n) return n * Math.log(p);
  const rests = stirlingRest(n) - stirlingRest(k) - stirlingRest(n - k);
  return rests - excess(k, n * p) - excess(n - k, n * (1 - p)) - Math.log((2 * Math.PI * k * (n - k)) / n) / 2;
}

/** k·log(k/mean) − k + mean. */
function excess(k: number, mean: number): number {
  const u = (k - mean) / mean;
  return mean * ((1 + u) * Math.log1p(u) - u);
}
