import { describe, expect, it } from 'vitest';
import { log1p } from '../../src/backend/js/math/log.js';
import { bothMaps } from '../support/maps.js';
import type { Floats } from '../../src/types.js';
import { createRng, seedOr } from '../support/rng.js';
import { DOUBLES, FLOATS, takeDoubles, takeFloats, type Worst } from '../support/sweep.js';

const SEED = seedOr(20261122);

const both = <A extends Floats>(x: A): A => bothMaps('log', x);

describe(`log on both backends, seed ${SEED}`, () => {
  it('f64: special values', () => {
    const cases = [
      [0, -Infinity],
      [-0, -Infinity],
      [-1, Number.NaN],
      [-5e-324, Number.NaN],
      [-Infinity, Number.NaN],
      [Number.NaN, Number.NaN],
      [Infinity, Infinity],
      [1, 0],
      [1 + 2 ** -52, 2 ** -52 - 2 ** -105],
      [1 - 2 ** -53, -(2 ** -53)],
      [2, Math.LN2],
      [5e-324, -744.4400719213812],
      [2 ** -1022, -708.3964185322641],
      [Number.MAX_VALUE, 709.782712893384],
    ] as const;
    expect(both(Float64Array.from(cases, ([x]) => x))).toEqual(Float64Array.from(cases, ([, y]) => y));
  });

  it('f32: special values', () => {
    const cases = [
      [0, -Infinity],
      [-1, Number.NaN],
      [-Infinity, Number.NaN],
      [Number.NaN, Number.NaN],
      [Infinity, Infinity],
      [1, 0],
      [2 ** -149, -103.27893],
      [2 ** -126, -87.33655],
      [3.4028235e38, 88.72284],
    ] as const;
    expect(both(Float32Array.from(cases, ([x]) => x))).toEqual(Float32Array.from(cases, ([, y]) => y));
  });

  it('f64: 120,000 points within the stated bound', () => {
    const rng = createRng(SEED);
    const x = Float64Array.from({ length: 120_000 }, () => DOUBLES.log.point(rng));
    const worst: Worst = { ulp: 0, at: 0 };
    takeDoubles(x, both(x), DOUBLES.log.oracle, worst);
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(DOUBLES.log.bound);
    expect(worst.ulp).toBeGreaterThan(0.4); // an oracle that agreed better would be the function itself
  });

  it('f64: subnormal numbers are their lifted selves less 54·ln2', () => {
    const rng = createRng(SEED);
    const x = Float64Array.from({ length: 10_000 }, () => rng.fine() * 2 ** -1022);
    const y = both(x);
    for (let i = 0; i < x.length; i++) {
      const exact = DOUBLES.log.oracle((x[i] as number) * 2 ** 600).value;
      expect(Math.abs(exact.hi - 600 * Math.LN2 - (y[i] as number))).toBeLessThan(1.2e-13 + 600 * 2.4e-17);
    }
  });

  it('f32: every 4096th bit pattern within the stated bound', () => {
    const x = new Float32Array(2 ** 20);
    const rng = createRng(SEED);
    new Uint32Array(x.buffer).forEach((_, i, patterns) => {
      patterns[i] = 4096 * i + rng.below(4096);
    });
    const worst: Worst = { ulp: 0, at: 0 };
    takeFloats(x, both(x), FLOATS.log.exact, worst);
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(FLOATS.log.bound);
  });
});

describe(`log1p, seed ${SEED}`, () => {
  it('120,000 points within the stated bound', () => {
    const rng = createRng(SEED);
    const x = Float64Array.from({ length: 120_000 }, () => DOUBLES.log1p.point(rng));
    const worst: Worst = { ulp: 0, at: 0 };
    takeDoubles(x, x.map(log1p), DOUBLES.log1p.oracle, worst);
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(DOUBLES.log1p.bound);
  });

  it('special values', () => {
    expect([0, -1, -2, Infinity, Number.NaN, 1e-300, -1e-300].map(log1p)).toEqual([
      0,
      -Infinity,
      Number.NaN,
      Infinity,
      Number.NaN,
      1e-300,
      -1e-300,
    ]);
  });
});
