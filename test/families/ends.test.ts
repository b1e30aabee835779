import { expect, it } from 'vitest';
import {
  type AnyDistribution,
  bernoulli,
  binomial,
  geometric,
  klWithGradient,
  negativeBinomial,
  poisson,
} from '../../src/families/index.js';

type Row = readonly [p: AnyDistribution, q: AnyDistribution, byP: number, byQ: number];

/** Of numbers at an end of their domain: the limits from within. */
const SLOPES: readonly Row[] = [
  [poisson({ rate: 0 }), poisson({ rate: 0 }), Infinity, 1],
  [poisson({ rate: 0 }), poisson({ rate: 2 }), -Infinity, 1],
  [bernoulli({ p: 0 }), bernoulli({ p: 0 }), Infinity, 1],
  [bernoulli({ p: 0 }), bernoulli({ p: 0.75 }), -Infinity, 4],
  [bernoulli({ p: 1 }), bernoulli({ p: 1 }), -Infinity, -1],
  [bernoulli({ p: 1 }), bernoulli({ p: 0.25 }), Infinity, -4],
  [bernoulli({ p: 0 }), binomial({ n: 1, p: 0 }), Infinity, 1],
  [binomial({ n: 3, p: 0 }), binomial({ n: 3, p: 0 }), Infinity, 3],
  [binomial({ n: 3, p: 1 }), binomial({ n: 3, p: 1 }), -Infinity, -3],
  [binomial({ n: 0, p: 0 }), binomial({ n: 0, p: 0 }), 0, 0],
  [geometric({ p: 1 }), geometric({ p: 1 }), -Infinity, -1],
  [geometric({ p: 1 }), geometric({ p: 0.5 }), Infinity, -2],
  [negativeBinomial({ r: 2, p: 1 }), negativeBinomial({ r: 2, p: 1 }), -Infinity, -2],
  [geometric({ p: 1 }), negativeBinomial({ r: 1, p: 1 }), -Infinity, -1],
];

it.each(SLOPES)('slopes at the ends, %o ‖ %o', (p, q, byP, byQ) => {
  const { gradient } = klWithGradient(p, q);
  expect([Object.values(gradient.p), Object.values(gradient.q)]).toEqual([[byP], [byQ]]);
});
