import { describe, expect, it } from 'vitest';
import { exp as exactExp, LN2, twoParts } from '../../assembly/math/derive/polynomials.mjs';
import { em1mx, em1mxNormal32, wholes32 } from '../../src/backend/js/math/exp.js';
import { TABLE } from '../../src/backend/js/math/expTable.js';
import { em1mxOracle } from '../oracle/doubleDouble.js';
import { bothMaps } from '../support/maps.js';
import type { Floats } from '../../src/types.js';
import { createRng, seedOr } from '../support/rng.js';
import { type Claim, DOUBLES, FLOATS, takeDoubles, takeFloats, type Worst } from '../support/sweep.js';

const SEED = seedOr(20261122);

const both = <A extends Floats>(x: A): A => bothMaps('exp', x);

function points({ point }: Claim, count: number): Float64Array {
  const rng = createRng(SEED);
  return Float64Array.from({ length: count }, () => point(rng));
}

describe(`exp on both backends, seed ${SEED}`, () => {
  it('f64: special values', () => {
    const cases = [
      [0, 1],
      [-0, 1],
      [Number.NaN, Number.NaN],
      [Infinity, Infinity],
      [-Infinity, 0],
      [709.782712893384, 1.7976931348622732e308],
      [709.7827128933841, Infinity],
      [1e300, Infinity],
      [-745.1332191019411, 5e-324],
      [-745.1332191019412, 0],
      [-1e300, 0],
      [5e-324, 1],
      [1, Math.E],
    ] as const;
    expect(both(Float64Array.from(cases, ([x]) => x))).toEqual(Float64Array.from(cases, ([, y]) => y));
  });

  it('f32: special values', () => {
    const cases = [
      [0, 1],
      [-0, 1],
      [Number.NaN, Number.NaN],
      [Infinity, Infinity],
      [-Infinity, 0],
      [88.72283, 3.4027985e38],
      [88.72284, Infinity],
      [-103.97207, 1.4e-45],
      [-103.97209, 0],
      [-3e38, 0],
    ] as const;
    expect(both(Float32Array.from(cases, ([x]) => x))).toEqual(Float32Array.from(cases, ([, y]) => y));
  });

  it.each(['exp', 'subnormalExp'] as const)('f64: 120,000 points of %s within the stated bound', (name) => {
    const claim = DOUBLES[name];
    const x = points(claim, 120_000);
    const worst: Worst = { ulp: 0, at: 0 };
    takeDoubles(x, both(x), claim.oracle, worst);
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(claim.bound);
    expect(worst.ulp).toBeGreaterThan(0.4); // an oracle that agreed better would be the function itself
  });

  it('f32: every 4096th bit pattern within the stated bound', () => {
    const x = new Float32Array(2 ** 20);
    const rng = createRng(SEED);
    new Uint32Array(x.buffer).forEach((_, i, patterns) => {
      patterns[i] = 4096 * i + rng.below(4096);
    });
    const worst: Worst = { ulp: 0, at: 0 };
    takeFloats(x, both(x), FLOATS.exp.exact, worst);
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(FLOATS.exp.bound);
  });

  it('every length and place gives the same bits', () => {
    const x = points(DOUBLES.exp, 67);
    const whole = both(x);
    for (let n = 1; n < 67; n++) expect(both(x.slice(67 - n))).toEqual(whole.slice(67 - n));
  });
});

describe(`em1mx, seed ${SEED}`, () => {
  const worstOf = (f: (x: number) => number, round: (x: number) => number, digits: number, limit: number): Worst => {
    const rng = createRng(SEED);
    const worst: Worst = { ulp: 0, at: 0 };
    for (let i = 0; i < 120_000; i++) {
      const x = round(Math.max(-limit, Math.min(limit, DOUBLES.em1mx.point(rng))));
      const { value, k } = em1mxOracle(x);
      const unit = 2 ** (Math.floor(Math.log2(value.hi)) + 1 - digits);
      const scale = 2 ** -k;
      const error = Math.abs(f(x) * scale - value.hi - value.lo) / unit;
      if (!(error <= worst.ulp)) Object.assign(worst, { ulp: error, at: x });
    }
    return worst;
  };

  it('f64: 120,000 points within the stated bound', () => {
    const { ulp, at } = worstOf(em1mx, (x) => x, 53, 709);
    expect(ulp, `at ${at}`).toBeLessThanOrEqual(DOUBLES.em1mx.bound);
  });

  it('f32: 120,000 points within the stated bound', () => {
    const { ulp, at } = worstOf((x) => em1mxNormal32(x, wholes32(x), x), Math.fround, 24, 87);
    expect(ulp, `at ${at}`).toBeLessThanOrEqual(4);
  });

  it('special values', () => {
    expect([0, -0, Infinity, -Infinity, Number.NaN].map(em1mx)).toEqual([0, 0, Infinity, Infinity, Number.NaN]);
    expect(em1mx(-1e5)).toBe(99999);
    expect(em1mx(1e4)).toBe(Infinity);
    expect(em1mx(1e-200)).toBe(0);
    expect(em1mx(709.7)).toBe(1.6549840276802644e308);
  });
});

describe('the table of 2^(j/128)', () => {
  it('is the nearest double and, to f32, what that misses', () => {
    const exact = Array.from({ length: 128 }, (_, j) => twoParts(exactExp((LN2 * BigInt(j)) / 128n)));
    expect(Array.from(TABLE)).toEqual(exact.flatMap(([hi, lo]) => [hi, Math.fround(lo as number)]));
  });
});
