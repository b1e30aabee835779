import { expect, it } from 'vitest';
import * as families from '../../src/families/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';
import { CIRCLE, DENSITIES, MASSES, PAIRS } from './pairs.js';

const seed = seedOr(6);
const MAKERS = { ...DENSITIES, ...MASSES, ...CIRCLE };

/** Weights of central differences of order 12, at 1 … 6 steps. */
const STENCIL = [6 / 7, -15 / 56, 5 / 63, -1 / 56, 1 / 385, -1 / 5544];

type Parameters = Readonly<Record<string, number>>;
interface Pair {
  readonly p: families.AnyDistribution;
  readonly q: families.AnyDistribution;
}

/** ∂KL by one parameter of one side, and how far rounding of the divergences may put it off. */
function difference(pair: Pair, side: 'p' | 'q', name: string, share: number): [slope: number, off: number] {
  const at = (pair[side] as unknown as Parameters)[name] as number;
  const isShare = name === 'p';
  const isPlace = name === 'location' || name === 'mean' || name === 'logMean';
  const step = share * (isShare ? Math.min(at, 1 - at) : isPlace ? Math.max(1, Math.abs(at)) : at);
  let [slope, off] = [0, 0];
  for (const [i, weight] of STENCIL.entries()) {
    for (const sign of [1, -1]) {
      const moved = Object.freeze({ ...pair[side], [name]: at + sign * (i + 1) * step });
      const { p, q } = { ...pair, [side]: moved } as Pair;
      const { value, errorBound } = families.kl(p, q);
      slope += (sign * weight * value) / step;
      off += (Math.abs(weight) * errorBound) / step;
    }
  }
  return [slope, off];
}

/** Near a pole a long step is too long, and a short one loses digits of the divergence: one of these has to agree. */
const STEPS = [1e-2, 2e-3, 4e-4];

it(`gradients agree with differences of order 12, within one family and of two (seed ${seed})`, () => {
  const rng = createRng(seed);
  const make = (name: string) => (MAKERS[name] as (typeof MAKERS)[string])(rng);
  const wrong: string[] = [];
  const without = new Set<string>();
  let checked = 0;
  for (const [first, second] of PAIRS) {
    for (let run = 0; run < 3; run++) {
      const pair: Pair = { p: make(first), q: make(second) };
      const { value, method } = families.kl(pair.p, pair.q);
      if (method !== 'closed-form' || value === Infinity || first === 'categorical') continue;
      let gradient: ReturnType<typeof families.klWithGradient>['gradient'];
      try {
        ({ gradient } = families.klWithGradient(pair.p, pair.q));
      } catch {
        without.add(`${first} ‖ ${second}`);
        continue;
      }
      for (const side of ['p', 'q'] as const) {
        for (const [name, slope] of Object.entries(gradient[side]) as [string, number][]) {
          const found = STEPS.map((share) => difference(pair, side, name, share));
          checked++;
          const isRight = ([expected, off]: readonly [number, number]) =>
            Math.abs(slope - expected) <= 1e-12 * (1 + value + Math.abs(expected)) + off;
          if (!found.some(isRight)) wrong.push(`${first} ‖ ${second}, ${side}.${name}: ${slope}, differences ${found.join(' · ')}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(checked).toBeGreaterThan(1200);
  expect([...without].sort()).toEqual([]);
});

it('what has no gradient in closed form says so, and an infinite divergence has NaN', () => {
  expect(errorOf(() => families.klWithGradient(families.normal(), families.studentT({ degreesOfFreedom: 3 })))).toMatchObject({
    code: 'ERR_KIND',
    argument: 'q',
  });
  expect(families.klWithGradient(families.normal(), families.exponential({ rate: 1 })).gradient).toEqual({
    p: { mean: NaN, std: NaN },
    q: { rate: NaN },
  });
});
