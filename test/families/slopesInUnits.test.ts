import { expect, it } from 'vitest';
import * as families from '../../src/families/index.js';

const { beta, chi, gamma, halfNormal, inverseGamma, logNormal, normal, pareto, uniform, weibull } = families;
type Row = readonly [p: families.AnyDistribution, q: families.AnyDistribution, slopes: readonly number[]];

/** Where xᵏ, or a square, is beyond the range of doubles and that of x over q's scale is not: slopes by p's parameters, then by q's, by mpmath with 80 digits. */
const TRUTHS: readonly Row[] = [
  [gamma({ shape: 1e6, rate: 100 }), weibull({ shape: 100, scale: 1e4 }), [9.91186584991767e-7, -0.004962106508142967, -0.009899511244635326, -4.9621065081429664e-5]],
  [logNormal({ logMean: Math.log(1000), logStd: 0.01 }), weibull({ shape: 120, scale: 1000 }), [126.53198527725952, 195.83838233271143, 0.01631986519439237, -0.12653198527725953]],
  [pareto({ minimum: 1000, shape: 200 }), weibull({ shape: 120, scale: 1000 }), [0.18, -0.01075, 0.017916666666666668, -0.18]],
  [uniform({ low: 900, high: 1100 }), weibull({ shape: 120, scale: 1000 }), [21.013548045496595, 442.4123969637075, 366.80821869510515, -505.5658299010252]],
  [gamma({ shape: 100, rate: 1e5 }), weibull({ shape: 120, scale: 1e-3 }), [8.800851220577675e22, -1.3348253708586638e20, 8.745140801512506e22, -1.3348253708586638e28]],
  [inverseGamma({ shape: 300, scale: 3e5 }), weibull({ shape: 120, scale: 1000 }), [-1006434203137.6707, 786371360.7476274, 1009712570776.5664, -235911408224.2882]],
  [halfNormal({ scale: 1e200 }), weibull({ shape: 2.5, scale: 1e200 }), [5.831710949842196e-201, 0.8151996761812867, -5.831710949842196e-201]],
  [halfNormal({ scale: 1e-3 }), weibull({ shape: 120, scale: 1e-2 }), [-120000, 2.9294331823914512, 12000]],
  [chi({ degreesOfFreedom: 1e4 }), weibull({ shape: 200, scale: 100 }), [0.01652567486234193, 0.021392979221997732, -3.3475833609908237]],
  [beta({ alpha: 2, beta: 3e6 }), weibull({ shape: 60, scale: 1e-6 }), [4.42299464112514e55, -2.3932123381926955e50, 3.614285653004738e55, -7.179712400527487e62]],
  [gamma({ shape: 2.5, rate: 1e-200 }), normal({ mean: 1e200, std: 1e200 }), [1.7355366341503526, -5.25e200, -1.5e-200, -3.75e-200]],
  [gamma({ shape: 2.5, rate: 1e-200 }), halfNormal({ scale: 1e200 }), [2.7355366341503524, -7.75e200, -7.75e-200]],
  [pareto({ minimum: 1e200, shape: 5 }), halfNormal({ scale: 1e200 }), [6.666666666666667e-201, 0.1288888888888889, -6.666666666666667e-201]],
]; // biome-ignore format: a table

it.each(TRUTHS)('slopes are of powers in units of q, %o ‖ %o', (p, q, slopes) => {
  const { gradient } = families.klWithGradient(p, q);
  const found = [...Object.values(gradient.p), ...Object.values(gradient.q)] as number[];
  for (const [i, slope] of slopes.entries())
    expect(Math.abs((found[i] as number) / slope - 1), `${i}: ${found[i]}`).toBeLessThanOrEqual(1e-12);
});
