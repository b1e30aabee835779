import { expect, it } from 'vitest';
import { type Basis, gumbel, kl, klWithGradient, logistic, type Pair, pairs } from '../../src/families/index.js';
import { closedForm } from '../../src/families/closed.js';
import { FAMILIES } from '../../src/families/law.js';
import registered from '../fixtures/registeredPairs.json' with { type: 'json' };
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';
import { CIRCLE, DENSITIES, MASSES } from './pairs.js';
import { membersOf, sign } from './table.js';

const seed = seedOr(20261128);
const SIGNS: Readonly<Record<Basis, string>> = { family: '=', 'larger family': '=', means: 'E', sum: 'Σ', quadrature: '∫', support: '–' };
const find = (p: string, q: string) => pairs.find((pair) => pair.p === p && pair.q === q);

it('says of every two families of one space what kl() does', () => {
  for (const group of [DENSITIES, MASSES, CIRCLE]) {
    for (const p of Object.keys(group)) {
      for (const q of Object.keys(group)) {
        const pair = find(p, q);
        const found = sign(p, q);
        const told = SIGNS[(pair as Pair).by];
        // Infinity is found by means or by quadrature; twelve trials are not one, though one would be.
        if (found === '∞') expect(['E', '∫'], `${p} ‖ ${q}`).toContain(told);
        else if (found !== '–' || closedForm(p, q) === undefined) expect(told, `${p} ‖ ${q}`).toBe(found);
        expect(pair?.by === 'family', `${p} ‖ ${q}`).toBe(p === q && pair?.method === 'closed-form');
      }
    }
  }
});

it(`says where klWithGradient() has slopes (seed ${seed})`, () => {
  const rng = createRng(seed);
  for (const { p, q, method, hasGradient } of pairs) {
    const members = membersOf(p, q, rng);
    if (members === undefined) continue;
    const found = kl(...members);
    if (found.value === Infinity || found.method !== method) continue; // the means beside a Laplace distribution go by its place
    if (hasGradient) expect(() => klWithGradient(...members), `${p} ‖ ${q}`).not.toThrow();
    else expect(errorOf(() => klWithGradient(...members)).code, `${p} ‖ ${q}`).toBe('ERR_KIND');
  }
});

it('has each pair once, with its formula and frozen; every family, and every pair that is registered elsewhere', () => {
  expect(new Set(pairs.map(({ p, q }) => `${p} ${q}`)).size).toBe(pairs.length);
  for (const pair of [pairs, ...pairs]) expect(Object.isFrozen(pair)).toBe(true);
  for (const { p, q, formula } of pairs) expect(formula, `${p} ‖ ${q}`).not.toMatch(/undefined|^$/);
  for (const name of FAMILIES.keys()) expect(find(name, name)?.p).toBe(name);
  for (const list of [registered.torch.finite, registered.torch.todo, registered.tfp.finite] as Record<string, string[]>[]) {
    for (const [p, others] of Object.entries(list)) for (const q of others) expect(find(p, q), `${p} ‖ ${q}`).toBeDefined();
  }
  for (const [p, others] of Object.entries(registered.torch.infinite))
    for (const q of others) expect(find(p, q), `${p} ‖ ${q}`).toMatchObject({ by: 'support', method: 'closed-form', hasGradient: false });
});

it('marks a pair as infinite where it is so whatever the parameters', () => {
  const found = kl(logistic({ location: 1.233, scale: 0.214 }), gumbel({ location: 1.03, scale: 1.77 }));
  expect(found).toMatchObject({ method: 'closed-form', value: expect.closeTo(1.1408975, 7) as number });
  expect(['logistic', 'studentT', 'laplace'].map((p) => sign(p, 'gumbel'))).toEqual(['E', '∞', 'E']);
});
