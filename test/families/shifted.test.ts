/** Where a pair lies makes no difference: quadrature goes by distances from p's place, which doubles tell apart far from 0 too. */
import { expect, it } from 'vitest';
import { cauchy, crossEntropy, gumbel, kl, laplace, logistic, normal, studentT, uniform } from '../../src/families/index.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(31);
const P = {
  normal: (location: number, scale: number) => normal({ mean: location, std: scale }),
  laplace: (location: number, scale: number) => laplace({ location, scale }),
  gumbel: (location: number, scale: number) => gumbel({ location, scale }),
  logistic: (location: number, scale: number) => logistic({ location, scale }),
  studentT: (location: number, scale: number) => studentT({ degreesOfFreedom: 4.2, location, scale }),
  uniform: (location: number, scale: number) => uniform({ low: location, high: location + scale }),
};
const Q = {
  cauchy: (location: number, scale: number) => cauchy({ location, scale }),
  studentT: (location: number, scale: number) => studentT({ degreesOfFreedom: 3, location, scale }),
  logistic: P.logistic,
};

it(`moved pairs have the same divergence and cross-entropy (seed ${seed})`, () => {
  const rng = createRng(seed);
  for (const [name, p] of Object.entries(P)) {
    for (const [other, q] of Object.entries(Q)) {
      const by = 2 ** (20 + Math.floor(20 * rng.fine()));
      // Sums with `by` are exact.
      const some = () => Math.round(20 * rng.fine() * 2 ** 10) * 2 ** -10 + 2 ** -10;
      const [x, y, scale, width] = [some(), some(), some(), some()];
      for (const of of [kl, crossEntropy]) {
        const [near, far] = [of(p(x, scale), q(y, width)), of(p(x + by, scale), q(y + by, width))];
        expect(Math.abs(near.value - far.value), `${name} ‖ ${other}, ${[x, y, scale, width, by]}`).toBeLessThanOrEqual(
          near.errorBound + far.errorBound,
        );
        expect(far.errorBound).toBeLessThanOrEqual(2 * near.errorBound + 1e-13);
      }
    }
  }
});

it('a narrow p far out has an answer', () => {
  // −h(p) − log q(1e16) but for the width of p.
  const { value, errorBound } = kl(normal({ mean: 1e16, std: 1e-8 }), cauchy());
  const exact = 2 * Math.log(1e16) + Math.log(Math.PI) - 0.5 - Math.log(2 * Math.PI) / 2 - Math.log(1e-8);
  expect(Math.abs(value - exact)).toBeLessThanOrEqual(errorBound);
  expect(errorBound).toBeLessThan(1e-5 * value);
});
