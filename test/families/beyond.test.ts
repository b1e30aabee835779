/** A divergence beyond the largest number is Infinity, and says that it is no more than large; in a batch it is one value. */
import { expect, it } from 'vitest';
import {
  type AnyDistribution,
  bernoulli,
  crossEntropy,
  gamma,
  gumbel,
  halfNormal,
  inverseGamma,
  kl,
  klBatch,
  laplace,
  logNormal,
  negativeBinomial,
  normal,
  studentT,
  uniform,
  weibull,
} from '../../src/families/index.js';
import { errorOf } from '../support/errors.js';

const WHY = 'the divergence is beyond the range of doubles';

const BEYOND: readonly (readonly [AnyDistribution, AnyDistribution])[] = [
  [normal(), gumbel({ location: 720, scale: 1 })],
  [normal({ std: 1000 }), gumbel()],
  [logNormal({ logMean: 0, logStd: 1 }), gumbel({ location: 720, scale: 1 })],
  [halfNormal({ scale: 1e20 }), halfNormal({ scale: 1e-300 })],
  [normal({ std: 1e20 }), normal({ std: 1e-300 })],
  [logNormal({ logMean: 0, logStd: 1e20 }), logNormal({ logMean: 0, logStd: 1e-300 })],
  [gumbel({ scale: 1e20 }), gumbel({ location: 1e300, scale: 1e-300 })],
  [gumbel({ location: 1e300 }), gumbel({ scale: 1e-300 })],
  // By means, ratios of scales that nearly agree are rounded, and their powers as much: 88 and 0, with nothing to say that they were off.
  [weibull({ shape: 6.2e27, scale: 1.4954774062640818e-11 }), weibull({ shape: 6.2e27, scale: 1.4954774062640808e-11 })],
  [weibull({ shape: 5e129, scale: 2.209770627491019e294 }), weibull({ shape: 5e129, scale: 2.2097706274909997e294 })],
  [weibull({ shape: 1e-200, scale: 1 }), weibull({ shape: 1e200, scale: 1 })],
  [studentT({ degreesOfFreedom: 5, scale: 1e200 }), normal({ std: 1e-200 })],
  [laplace({ scale: 1e200 }), normal({ std: 1e-200 })],
  [bernoulli({ p: 0.5 }), negativeBinomial({ r: 1e306, p: 1e-300 })],
];

it.each(BEYOND)('%o ‖ %o', (p, q) => {
  expect(kl(p, q)).toMatchObject({ value: Infinity, errorBound: 0, why: WHY });
  expect(kl(p, q).supportViolation).toBeUndefined();
  expect(crossEntropy(p, q).value).toBe(Infinity);
});

it('is a number up to the largest', () => {
  const { value, errorBound, method } = kl(normal(), gumbel({ location: 709, scale: 1 }));
  expect(method).toBe('closed-form');
  expect(Math.abs(value - 1.3549863193146328e308)).toBeLessThanOrEqual(errorBound); // e^709.5 and 708
  expect(errorBound).toBeLessThan(4e-12 * value);
});

it('is told from a mean that is infinite', () => {
  // However far out the mean of log x is: that was refused.
  expect(kl(gamma({ shape: 1e-289, rate: 1 }), inverseGamma({ shape: 1e36, scale: 1 })).why).toMatch(/too heavy/);
  for (const p of [laplace({ scale: 2 }), studentT({ degreesOfFreedom: 3 })]) expect(kl(p, gumbel()).why).toMatch(/too heavy/);
});

it('does not end a batch', () => {
  const batch = klBatch({ family: 'halfNormal', scale: [1, 1e20] }, { family: 'halfNormal', scale: [2, 1e-300] });
  expect(batch[0]).toBe(kl(halfNormal({ scale: 1 }), halfNormal({ scale: 2 })).value);
  expect(batch[1]).toBe(Infinity);
});

it('a width beyond the range is named as such', () => {
  expect(errorOf(() => uniform({ low: -1e308, high: 1e308 })).message).toMatch(/high − low within the range of doubles/);
  expect(errorOf(() => uniform({ low: 1, high: 1 })).message).toMatch(/low below high/);
});
