import { expect, it } from 'vitest';
import { crossEntropy, kl, normal, samples, vonMises } from '../../src/families/index.js';
import { errorOf } from '../support/errors.js';

it('cross-entropy of samples is the mean of −log q, on the circle too, where any number is an angle', () => {
  const q = vonMises({ mean: 0.5, concentration: 3 });
  const exact = 2.000705042885653; // log 2π + log I₀(3) − 3·(cos 0.5 + cos 1.5)/2, by mpmath
  for (const by of [0, 2 * Math.PI, -6 * Math.PI]) {
    const { value, method, errorBound } = crossEntropy(samples([0 + by, 2 + by]), q);
    expect(method).toBe('sum');
    expect(Math.abs(value - exact)).toBeLessThanOrEqual(1e-14 + errorBound);
  }
  expect(errorOf(() => crossEntropy(normal(), q)).code).toBe('ERR_KIND');
  expect(errorOf(() => kl(samples([0, 2]), q)).code).toBe('ERR_KIND');
});
