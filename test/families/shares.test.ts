import { expect, it } from 'vitest';
import { categorical, kl, multinomial } from '../../src/families/index.js';

const MANY = Array.from({ length: 300 }, (_, i) => 1 + ((7 * i) % 11) / 8);

type Row = readonly [string, p: readonly number[], q: readonly number[], truth: number];

/** By mpmath with 60 digits, of the doubles as they are. */
const TRUTHS: readonly Row[] = [
  ['one share a fifth off, the others next to equal', [2.419436358469806e-11, 6.4299125210126265e-9, 103892538.78760678, 1.8039549990700702e-9], [2.419436358473003e-11, 6.4299125210026184e-9, 103895684.30345105, 1.471734654975237e-9], 3.365615906691704e-19],
  ['counts beside shares', [2.9208783183016914e-7, 0.020248448155229005, 516.0162835420906, 0.000420684523734798], [2.920917761361081e-7, 0.016280207227277386, 516.0195725639701, 0.00042068204121340706], 8.691702356585154e-7],
  ['many roundings in the sums', MANY, MANY.map((x, i) => 1e5 * x * (1 + (0.01 * ((5 * i) % 7)) / 8) * (i === 17 ? 0.8 : 1)), 0.00010593595486262492],
  ['equal but for roundings', [1.2731097781822169e-5, 3.840500578225572e-8], [1.2731097781822292e-5, 3.840500578225609e-8], 6.251977555965315e-36],
]; // biome-ignore format: a table

it.each(TRUTHS)('the error bound of shares that nearly agree holds, %s', (_, p, q, truth) => {
  const one = kl(categorical({ probabilities: p }), categorical({ probabilities: q }));
  expect(Math.abs(one.value - truth)).toBeLessThanOrEqual(one.errorBound);
  expect(one.errorBound).toBeLessThanOrEqual(1e-14 * truth + 1e-47);
  const counts = kl(multinomial({ n: 1000, probabilities: p }), multinomial({ n: 1000, probabilities: q }));
  expect(Math.abs(counts.value - 1000 * truth)).toBeLessThanOrEqual(counts.errorBound);
});
