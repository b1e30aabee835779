/** Monte Carlo says how far off it may be where what matters is rarer than one in so many draws. */
import { expect, it } from 'vitest';
import {
  type AnyDistribution,
  bernoulli,
  beta,
  binomial,
  categorical,
  gamma,
  gumbel,
  inverseGamma,
  kl,
  logistic,
  logNormal,
  negativeBinomial,
  normal,
  pareto,
  poisson,
  studentT,
  uniform,
  weibull,
} from '../../src/families/index.js';
import { errorOf } from '../support/errors.js';

/** Of 60 seeds and 20,000 draws from 7 to 60 were outside of four standard errors alone, which were 0 where only one outcome had been drawn. */
const RARE: readonly (readonly [AnyDistribution, AnyDistribution])[] = [
  [bernoulli({ p: 5e-5 }), bernoulli({ p: 0.5 })],
  [bernoulli({ p: 1e-6 }), bernoulli({ p: 0.5 })],
  [negativeBinomial({ r: 1e-6, p: 1e-6 }), poisson({ rate: 4 })],
  [negativeBinomial({ r: 1e-5, p: 1e-4 }), poisson({ rate: 4 })],
  [poisson({ rate: 1e-4 }), poisson({ rate: 3 })],
  [binomial({ n: 10, p: 1e-5 }), binomial({ n: 10, p: 0.3 })],
  [categorical({ probabilities: [1, 1e-5, 1e-5, 1] }), categorical({ probabilities: [1, 1e-9, 1, 1] })],
  [pareto({ minimum: 1, shape: 2.2 }), normal({ mean: 1 })],
  [studentT({ degreesOfFreedom: 2.5 }), normal()],
  [logNormal({ logMean: 0, logStd: 2 }), normal()],
  [normal(), gumbel({ scale: 0.2 })],
  [beta({ alpha: 0.01, beta: 0.01 }), beta({ alpha: 1, beta: 3 })],
  [gamma({ shape: 0.2, rate: 1 }), gamma({ shape: 3, rate: 1 })],
  // Nearly all of the mean is where no draw comes: 0.5 % and 24 % of it were missed by nodes too far apart.
  [weibull({ shape: 0.055, scale: 0.7 }), logistic({ location: 1.8, scale: 224 })],
  [gumbel({ scale: 4 }), gumbel({ location: 1.1, scale: 0.23 })],
  // And nearer to 1 than doubles tell apart, where x^349480 hides how slowly 1 − x falls: 1.0e8 ± 22 for 1.43e8.
  [beta({ alpha: 349481, beta: 1e-8 }), beta({ alpha: 0.26, beta: 1.43 })],
  // log² x goes on as a square of the e-folds that are missed: 3.7e5 ± 7e7 for 1e10.
  [beta({ alpha: 1e-5, beta: 1 }), logNormal({ logMean: 0, logStd: 1 })],
  [beta({ alpha: 1e-4, beta: 1e-4 }), logNormal({ logMean: 3, logStd: 0.1 })],
];

it.each(RARE)('%o ‖ %o', (p, q) => {
  const exact = kl(p, q);
  expect(exact.method).not.toBe('monte-carlo');
  for (let seed = 1; seed <= 20; seed++) {
    const { value, errorBound, standardError } = kl(p, q, { method: 'monte-carlo', draws: 5000, seed });
    expect(Math.abs(value - exact.value), `${value}, seed ${seed}`).toBeLessThanOrEqual(errorBound + exact.errorBound);
    expect(errorBound).toBeGreaterThan(4 * (standardError as number));
  }
});

it('a method that is asked for and comes to no number is refused, not replaced by draws', () => {
  // The mean of 1/x is infinite, which no node tells.
  const [p, q] = [uniform({ low: 0, high: 0.2 }), inverseGamma({ shape: 1.4, scale: 0.25 })];
  expect(errorOf(() => kl(p, q, { method: 'quadrature' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'method', value: 'quadrature' });
});

it('is not much wider where nothing is rare', () => {
  const { errorBound, standardError } = kl(normal(), studentT({ degreesOfFreedom: 3 }), { method: 'monte-carlo' });
  expect(errorBound).toBeLessThan(5 * (standardError as number));
});
