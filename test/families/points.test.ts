import { describe, expect, it } from 'vitest';
import {
  type AnyDistribution,
  chi,
  chiSquare,
  crossEntropy,
  gamma,
  inverseGamma,
  kl,
  pareto,
  samples,
  weibull,
} from '../../src/families/index.js';

/** Truths by mpmath, 60 digits. */
describe('log densities at a point', () => {
  it.each<[number, AnyDistribution, number]>([
    [1e-165, chi({ degreesOfFreedom: 20 }), 7237.644418441454],
    [1e-161, chi({ degreesOfFreedom: 20 }), 7062.647951573907],
    [1e300, pareto({ minimum: 1e-20, shape: 2 }), 2163.736840233843],
    [1e300, pareto({ minimum: 1e-200, shape: 2 }), 2992.6674737],
    [1e-300, weibull({ shape: 2, scale: 1e23 }), 796.00129499538],
    [1e-300, weibull({ shape: 2, scale: 1e30 }), 828.2374863],
    [1e-300, gamma({ shape: 20, rate: 1e-30 }), 14545.62597],
    [1e300, inverseGamma({ shape: 20, scale: 1e-30 }), 15927.177026],
  ])('at %s, where a square or a ratio leaves the range: %o', (x, q, truth) => {
    expect(Math.abs(crossEntropy(samples([x]), q).value / truth - 1)).toBeLessThanOrEqual(1e-10);
  });

  it.each<[number, AnyDistribution]>([
    [1.5e297, chi({ degreesOfFreedom: 204 })],
    [1e300, gamma({ shape: 204, rate: 1e20 })],
    [1e-300, inverseGamma({ shape: 204, scale: 1e20 })],
  ])('at %s, where it is beyond the range itself: %o', (x, q) => {
    expect(crossEntropy(samples([x]), q)).toMatchObject({ value: Number.POSITIVE_INFINITY });
  });

  it.each<[number, AnyDistribution, number]>([
    [1.0137438910922876, weibull({ shape: 1438.5895795871638, scale: 1.011904240990495 }), 3.769052620364541],
    [2.5, weibull({ shape: 2, scale: 3 }), 1.282231109346563],
  ])('at %s: the bound holds what rounding the argument does (%o)', (x, q, truth) => {
    const { value, errorBound } = crossEntropy(samples([x]), q);
    expect(Math.abs(value - truth)).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeLessThan(1e-10);
  });

  it('draws near 0 beside χ have finite log densities', () => {
    const [p, q] = [chiSquare({ degreesOfFreedom: 0.05 }), chi({ degreesOfFreedom: 20 })];
    const { value, errorBound } = kl(p, q, { method: 'monte-carlo', draws: 3000 });
    expect(Math.abs(value - kl(p, q).value)).toBeLessThanOrEqual(errorBound);
  });
});
