/** Distributions are plain values: a copy that went through structuredClone or JSON is one too, checked as its constructor checks. */
import { expect, it } from 'vitest';
import {
  type AnyDistribution,
  categorical,
  crossEntropy,
  dirichlet,
  entropy,
  kl,
  klWithGradient,
  multinomial,
  multivariateNormal,
  normal,
  poissonBinomial,
  samples,
  wishart,
} from '../../src/families/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';
import { CIRCLE, DENSITIES, MASSES } from './pairs.js';

const rng = createRng(seedOr(5));
const ALL: readonly AnyDistribution[] = [
  ...Object.values({ ...DENSITIES, ...MASSES, ...CIRCLE }).map((make) => make(rng)),
  categorical({ probabilities: [1, 2] }),
  multinomial({ n: 3, probabilities: [1, 2] }),
  poissonBinomial({ probabilities: [0.1, 0.6] }),
  dirichlet({ concentration: [1, 2] }),
  multivariateNormal({ mean: [0, 1], std: [1, 2] }),
  multivariateNormal({ mean: [0, 1], covariance: [2, 0.5, 0.5, 1] }),
  multivariateNormal({ mean: [0, 1], factor: [1, 0.5], diagonal: [1, 0.75] }),
  wishart({ degreesOfFreedom: 3, scale: [2, 0.3, 0.3, 1] }),
  samples([1, 2, 2, 0.1, 0.1, 0.1, 7]),
];

/** As JSON, arrays of numbers as such. */
const throughJson = (value: AnyDistribution) =>
  JSON.parse(JSON.stringify(value, (_, x) => (x instanceof Float64Array ? [...x] : x))) as AnyDistribution;

it.each(ALL)('%o', (p) => {
  for (const copy of [structuredClone(p), throughJson(p)]) {
    expect(kl(copy, p)).toEqual(kl(p, p));
    expect(kl(p, copy)).toEqual(kl(p, p));
    expect(entropy(copy)).toEqual(entropy(p));
    expect(crossEntropy(p, copy)).toEqual(crossEntropy(p, p));
  }
});

it('has gradients', () => {
  const [p, q] = [categorical({ probabilities: [1, 2] }), categorical({ probabilities: [3, 2] })];
  expect(klWithGradient(throughJson(p), structuredClone(q))).toEqual(klWithGradient(p, q));
});

it('checks parameters, and arrays that JSON made objects of', () => {
  expect(errorOf(() => kl({ family: 'normal', mean: 0, std: -1 } as never, normal()))).toMatchObject({
    code: 'ERR_DOMAIN',
    argument: 'normal.std',
  });
  // Frozen, but by the caller: not known to be checked.
  for (const given of [
    { family: 'normal', mean: 0, std: -1 },
    { family: 'categorical', probabilities: [1, -1] },
  ])
    expect(errorOf(() => kl(Object.freeze(given) as never, normal())).code).toBe('ERR_DOMAIN');
  expect(kl(Object.freeze({ family: 'normal', std: 2 }) as never, normal({ std: 2 })).value).toBe(0);
  const lost = JSON.parse(JSON.stringify(categorical({ probabilities: [1, 2] })));
  expect(errorOf(() => entropy(lost))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'categorical.probabilities' });
  const copy = structuredClone(samples([1, 2, 2])) as unknown as Record<string, unknown>;
  expect(errorOf(() => entropy({ ...copy, size: 4 } as never))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'samples.shares' });
  expect(errorOf(() => entropy({ ...copy, values: [2, 1] } as never))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'samples.values' });
});
