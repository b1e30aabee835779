import { expect, it } from 'vitest';
import * as families from '../../src/families/index.js';
import registered from '../fixtures/registeredPairs.json' with { type: 'json' };
import { createRng, seedOr } from '../support/rng.js';
import { CIRCLE, DENSITIES, MASSES } from './pairs.js';

const seed = seedOr(6);
const rng = createRng(seed);

const VECTORS: Readonly<Record<string, () => families.AnyDistribution>> = {
  dirichlet: () => families.dirichlet({ concentration: [1 + rng.fine(), 2, 0.5] }),
  multivariateNormal: () => families.multivariateNormal({ mean: [rng.normal(), 0], covariance: [2, 0.5, 0.5, 1 + rng.fine()] }),
  wishart: () => families.wishart({ degreesOfFreedom: 3 + rng.fine(), scale: [2, 0.3, 0.3, 1] }),
};
/** Members as wide as what they stand beside, so that it is the pair that decides. */
const WIDE: Readonly<Record<string, () => families.AnyDistribution>> = {
  uniform: () => families.uniform({ low: 0, high: 1 + rng.fine() }),
  pareto: () => families.pareto({ minimum: 0.2, shape: 3 }),
};
/** p lies where the other family has mass: within (0, 1), or above what q's Pareto begins at. */
const INSIDE: Readonly<Record<string, () => families.AnyDistribution>> = {
  uniform: () => families.uniform({ low: 0.3, high: 0.9 }),
};
const make = (name: string, first: Readonly<Record<string, () => families.AnyDistribution>>) => {
  const any = { ...DENSITIES, ...MASSES, ...CIRCLE }[name];
  return first[name]?.() ?? VECTORS[name]?.() ?? (any as NonNullable<typeof any>)(rng);
};
const pairs = (list: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(list).flatMap(([p, others]) => others.map((q) => [p, q] as const));

const { torch, tfp } = registered;
const finite = [...pairs(torch.finite), ...pairs(torch.todo), ...pairs(tfp.finite)];

it.each(finite)('registered elsewhere, here without quadrature: %s ‖ %s', (p, q) => {
  const [left, right] = [make(p, p === q ? {} : INSIDE), make(q, WIDE)];
  const found = families.kl(left, p === 'pareto' && q === 'pareto' ? families.pareto({ minimum: 0.2, shape: 3 }) : right);
  expect(found.value).toBeGreaterThanOrEqual(0);
  expect(found.value).toBeLessThan(Infinity);
  // Bernoulli ‖ Poisson is a sum of two terms.
  expect(found.method).toBe(p === 'bernoulli' && q === 'poisson' ? 'sum' : 'closed-form');
  expect(found.errorBound).toBeLessThanOrEqual(1e-11 * (1 + found.value));
});

it.each(pairs(torch.infinite))('registered as infinite, here with the place: %s ‖ %s', (p, q) => {
  const { value, supportViolation, why } = families.kl(make(p, {}), make(q, {}));
  expect(value).toBe(Infinity);
  expect(supportViolation).toBeDefined();
  expect(why).toMatch(/p has mass/);
});
