/** Tails of a mean: Bahadur and Rao's, and the binomial one beside its bounds. */
import { logRatio } from '../../families/math/excess.js';
import { klDivergence } from '../../index.js';
import { argumentError, checkNumber } from '../input/options.js';
import { binomialLogTail } from '../statistics/binomial.js';
import { normalLogTail } from '../statistics/normal.js';
import { type Cramer, cramerOf, type Family, meanOf } from './families.js';

/**
 * The tail P(mean of n draws ≥ x), for x above the mean, to a relative error of order 1/n: Bahadur and Rao's beyond it, and as sound beside it.
 *
 * It is P(Z ≥ r + log(u/r)/r) with r² = 2n·I(x) and u the denominator of Bahadur and Rao's e^(−n·I)/(u·√(2π)), to which it goes far out; beside the mean, where u
 * goes to 0, that formula is beyond 1.
 *
 * @param family as for {@link cramerRate}
 * @param x      above the mean; for lattice variables n·x should be a value that the sum takes
 * @param n      draws
 * @returns      {logTail, logBound}: of the tail, and Chernoff's bound −n·I(x) that it does not exceed
 *
 * Units       nats
 * Edge cases  at or below the mean: a tail of ½ and more, which is not of this kind: ERR_DOMAIN
 * Accuracy    relative error, for n = 10: Poisson of rate 2 1e-4; fair coins 1e-5 for 1,000 draws; exponential and geometric 0.3 % up to five times the mean (and where
 *             p is 0.9 within 15 standard deviations), far out what Stirling's formula leaves of n!, 1/(12·n) (0.8 %), of gamma sums 1/(12·n·shape), and of coins
 *             whose sum is one short of its largest up to 1/12 (2 to 9 %, however many they are)
 * Source      R. R. Bahadur, R. Ranga Rao, Ann. Math. Stat. 31 (1960); O. E. Barndorff-Nielsen, Biometrika 73 (1986); with a lattice: H. E. Daniels, Int. Stat. Rev.
 *             55 (1987)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_DOMAIN
 * @example
 * bahadurRao({ family: 'bernoulli', p: 0.5 }, 0.7, 100).logTail; // −10.1…, exactly −10.1…
 */
export function bahadurRao(family: Family, x: number, n: number): { logTail: number; logBound: number } {
  const { rate, variance } = cramerOf(family, x);
  checkNumber('n', n, 'a whole number ≥ 1', (value) => Number.isSafeInteger(value) && value >= 1);
  const mean = meanOf(family);
  if (!(x > mean)) throw argumentError('ERR_DOMAIN', 'x', `a number above the mean, ${mean}`, x);
  const logBound = -n * rate;
  if (rate === Infinity) return { logTail: -Infinity, logBound };
  if (variance === 0) return { logTail: logBound, logBound };
  // log(u/r)/r goes to a limit at the mean, beside which it would be rounding: it is that of a point a little apart.
  const apart = mean + 2 ** -20 * Math.sqrt(cramerOf(family, mean).variance / n);
  const shift = shiftAt(cramerOf(family, Math.max(x, apart)), n);
  return { logTail: Math.min(logBound, normalLogTail(Math.sqrt(2 * n * rate) + shift)), logBound };
}

/** log(u/r)/r, u the denominator of Bahadur and Rao. */
function shiftAt({ rate, tilt, variance, span }: Cramer, n: number): number {
  const r = Math.sqrt(2 * n * rate);
  const u = Math.sqrt(n * variance) * (span === 0 ? tilt : -Math.expm1(-tilt * span) / span);
  return logRatio(u, r) / r;
}

export interface BinomialTail {
  /** P(X ≥ k), and its logarithm, which goes on where it underflows. */
  readonly tail: number;
  readonly logTail: number;
  /** KL(k/n‖p): the tail falls at this rate. */
  readonly rate: number;
  /** Chernoff's bound above, e^(−n·rate), and its logarithm. */
  readonly chernoffBound: number;
  readonly logChernoffBound: number;
  /** A bound below: Chernoff's over √(8·n·x·(1 − x)), x = k/n; Chernoff's itself, which is the tail, for k = 0 and k = n. */
  readonly lowerBound: number;
  /** −logTail/n: what the rate is at this n. */
  readonly empiricalRate: number;
}

/**
 * The binomial tail P(X ≥ k) beside its bounds.
 *
 * @param k successes
 * @param n draws
 * @param p of a success
 *
 * Edge cases  k at or below n·p: the bounds are of the tail on the other side and do not apply (rate 0, bound 1)
 * Accuracy    logTail: 1e-12 of itself, however small p, as far as the variance n·p·(1 − p) is 10¹⁰ at most; beyond, beside the mean, 1.3e-17 times its root (6e-12
 *             for 10¹² draws of ½) — test/applications/statistics/statistics.test.ts against exact integers and 60 digits
 * Source      R. B. Ash, Information Theory, 4.7
 *
 * @throws {SurprisalError} ERR_DOMAIN
 * @example
 * binomialTail(8, 10, 0.5).tail; // 0.0546875
 */
export function binomialTail(k: number, n: number, p: number): BinomialTail {
  checkNumber('n', n, 'a whole number ≥ 1', (value) => Number.isSafeInteger(value) && value >= 1);
  checkNumber('k', k, `a whole number from 0 to ${n}`, (value) => Number.isSafeInteger(value) && value >= 0 && value <= n);
  checkNumber('p', p, 'a number above 0 and below 1', (value) => value > 0 && value < 1);
  const logTail = binomialLogTail(k, n, p);
  const x = k / n;
  const rate = x <= p ? 0 : klDivergence([x, (n - k) / n], [p, 1 - p]);
  const logChernoffBound = -n * rate;
  const chernoffBound = Math.exp(logChernoffBound);
  // At both ends, where x·(1 − x) is 0, the tail is Chernoff's bound: pⁿ, and 1.
  const lowerBound = k === 0 || k === n ? chernoffBound : Math.exp(logChernoffBound - 0.5 * Math.log(8 * n * x * (1 - x)));
  return { tail: Math.exp(logTail), logTail, rate, chernoffBound, logChernoffBound, lowerBound, empiricalRate: -logTail / n };
}
