import { describe, expect, it } from 'vitest';
import { beta, chiSquare, gamma, kl, laplace } from '../../src/families/index.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261130);

describe(`E |x − c| of gamma and beta beside a Laplace distribution, seed ${seed}`, () => {
  it('by mpmath', () => {
    const found = kl(
      beta({ alpha: 2864669602.660268, beta: 2343466382.1321206 }),
      laplace({ location: 0.5500382189151262, scale: 7.255441802414858e-6 }),
    );
    expect(Math.abs(found.value - 0.0887372792900835)).toBeLessThanOrEqual(found.errorBound);
    expect(found.errorBound).toBeLessThan(1e-11);
  });

  it('the closed form and quadrature agree within what both say, shapes from 1 to 1e12', () => {
    const rng = createRng(seed);
    const shape = () => 10 ** (12 * rng.uniform());
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const [a, b, away] = [shape(), shape() * 10 ** (rng.uniform() - 0.5), 3 * (2 * rng.uniform() - 1)];
      const n = a + b;
      const [p, mean, spread] =
        i % 3 === 0
          ? [beta({ alpha: a, beta: b }), a / n, Math.sqrt(((a / n) * (b / n)) / (n + 1))]
          : i % 3 === 1
            ? [gamma({ shape: a, rate: 2 }), a / 2, Math.sqrt(a) / 2]
            : [chiSquare({ degreesOfFreedom: a }), a, Math.sqrt(2 * a)];
      const q = laplace({ location: mean + away * spread, scale: spread * (0.5 + rng.uniform()) });
      const [found, other] = [kl(p, q), kl(p, q, { method: 'quadrature' })];
      seen.add(`${p.family} ${found.method}`);
      const name = `${JSON.stringify(p)} ‖ ${JSON.stringify(q)}: ${found.value}, ${other.value}`;
      expect(Math.abs(found.value - other.value), name).toBeLessThanOrEqual(found.errorBound + other.errorBound);
    }
    expect([...seen].sort()).toEqual(['beta', 'chiSquare', 'gamma'].flatMap((family) => [`${family} closed-form`, `${family} quadrature`]));
  });
});
