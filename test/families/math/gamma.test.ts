import { expect, it } from 'vitest';
import { beta, gamma, kl, klBatch } from '../../../src/families/index.js';
import { createRng, seedOr } from '../../support/rng.js';

const seed = seedOr(20261128);

it(`gamma and beta pairs by blocks: 1e-13, however far apart or close the two are (seed ${seed})`, () => {
  const rng = createRng(seed);
  const size = 3000;
  const draw = () => 10 ** (8 * rng.uniform() - 4);
  for (const family of ['gamma', 'beta'] as const) {
    const [first, second] = family === 'gamma' ? ['shape', 'rate'] : ['alpha', 'beta'];
    const [a, b, c, d] = [0, 0, 0, 0].map(() => Float64Array.from({ length: size }, draw)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    // Of ever closer pairs: what the blocks answer and what they leave both come up.
    for (let i = 0; i < size; i += 2) {
      const share = 10 ** (-4 * rng.uniform());
      c[i] = (a[i] as number) * (1 + share * rng.normal() ** 2);
      d[i] = (b[i] as number) * (1 + share * rng.normal() ** 2);
    }
    const values = klBatch({ family, [first]: a, [second]: b }, { family, [first]: c, [second]: d });
    const one = (x: Float64Array, y: Float64Array, i: number) => {
      const [p, q] = [x[i] as number, y[i] as number];
      return family === 'gamma' ? gamma({ shape: p, rate: q }) : beta({ alpha: p, beta: q });
    };
    let worst = 0;
    let isSame = 0;
    for (const [i, value] of values.entries()) {
      const alone = kl(one(a, b, i), one(c, d, i)).value;
      worst = Math.max(worst, Math.abs(value - alone) / alone);
      if (value === alone) isSame++;
    }
    expect(worst, family).toBeLessThan(1e-13);
    // Otherwise the blocks answered nothing, or left nothing.
    expect(worst, family).toBeGreaterThan(0);
    expect(isSame, family).toBeGreaterThan(size / 100);
    expect(isSame, family).toBeLessThan(0.8 * size);
  }
});
