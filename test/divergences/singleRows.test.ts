import { describe, expect, it } from 'vitest';
import type { PairFunction, RowOptions } from '../../src/call.js';
import { generalizedKlDivergence, itakuraSaitoDivergence, type Matrix } from '../../src/index.js';
import { phi } from '../oracle/discrete.js';
import { divide, fixed, logRatio, ONE, relativeError } from '../oracle/fixed.js';
import { createRng, seedOr } from '../support/rng.js';
import { CORES } from '../support/cores.js';

const seed = seedOr(20261128);
const column = (data: Float64Array | Float32Array): Matrix => ({ data, rows: data.length, cols: 1 });

describe.each(CORES)(`rows of one column on %s, seed ${seed}`, (_, core) => {
  /** Whole tiles and what is left of one; close, far and ordinary; and on every fifth place what the quick way has to leave. */
  const draw = (size: number, special: readonly number[]) => {
    const rng = createRng(seed);
    const p = Float64Array.from({ length: size }, () => 10 ** (20 * rng.uniform() - 10));
    const q = p.map((x) => (rng.uniform() < 0.5 ? x * (1 + 2 ** (-50 * rng.uniform())) : 10 ** (4 * rng.uniform() - 2)));
    for (let i = 0; i < size; i += 5) {
      p[i] = special[rng.bits() % special.length] as number;
      q[i] = special[rng.bits() % special.length] as number;
    }
    return { p, q };
  };

  it('are what the definitions say, to 32·2⁻⁵³', () => {
    for (const special of [[1], [2 ** -150, 3, 2 ** 150]]) {
      const { p, q } = draw(1023, special);
      const kl = generalizedKlDivergence(column(p), column(q), { core });
      const is = itakuraSaitoDivergence(column(p), column(q), { core });
      for (const [i, x] of p.entries()) {
        const y = q[i] as number;
        expect(relativeError(kl[i] as number, phi(x, y)), `${x} ${y}`).toBeLessThanOrEqual(32 * 2 ** -53);
        if (i % 5 === 0 && special.length > 1) continue; // ratios of 2³⁰⁰ are more than the oracle holds
        const exact = divide(fixed(x), fixed(y)) - ONE - logRatio(x, y);
        expect(relativeError(is[i] as number, exact), `${x} ${y}`).toBeLessThanOrEqual(32 * 2 ** -53);
      }
    }
  });

  it('at zeros, subnormal and huge entries: what a vector of one entry gives, and the laws say', () => {
    const special = [0, 2 ** -1074, 1e-310, 1e-200, 1e-140, 1, 1e80, 1e100, 1e300];
    const { p, q } = draw(777, special);
    const values = generalizedKlDivergence(column(p), column(q), { core });
    for (const [i, x] of p.entries()) {
      const y = q[i] as number;
      expect(values[i]).toBe(generalizedKlDivergence([x], [y], { core }));
      if (x === 0) expect(values[i]).toBe(y);
      else if (y === 0) expect(values[i]).toBe(Infinity);
      else if (x === y) expect(values[i]).toBe(0);
      else expect(values[i]).toBeGreaterThanOrEqual(0);
    }
    const positive = draw(777, special.slice(1));
    const ratios = itakuraSaitoDivergence(column(positive.p), column(positive.q), { core });
    for (const [i, x] of positive.p.entries()) {
      const y = positive.q[i] as number;
      expect(ratios[i]).toBe(itakuraSaitoDivergence([x], [y], { core }));
      if (x === y) expect(ratios[i]).toBe(0);
      else expect(ratios[i]).toBeGreaterThan(0);
    }
    expect(() => itakuraSaitoDivergence(column(p), column(p.slice().fill(1)), { core })).toThrow(/"p" row/);
  });

  it('beside one that serves all, on either side', () => {
    const { p } = draw(600, [1, 1e-200]);
    for (const of of [generalizedKlDivergence, itakuraSaitoDivergence] as PairFunction<RowOptions>[]) {
      for (const one of [0.75, 1e-150]) {
        const all = column(p.slice().fill(one));
        expect(of(column(p), [one], { core })).toEqual(of(column(p), all, { core }));
        expect(of([one], column(p), { core })).toEqual(of(all, column(p), { core }));
      }
    }
  });

  it('Itakura–Saito of entries that are scaled is that of the same entries times a power of two', () => {
    for (const [scale, Type] of [
      [2 ** -450, Float64Array],
      [2 ** -70, Float32Array],
    ] as const) {
      const [p, q] = [Type.of(2, 3, 1), Type.of(1, 4, 1)];
      const [small, least] = [p.map((x) => x * scale), q.map((x) => x * scale)];
      expect(itakuraSaitoDivergence(small, least, { core })).toBe(itakuraSaitoDivergence(p, q, { core }));
      expect(itakuraSaitoDivergence(column(small), column(least), { core })).toEqual(
        itakuraSaitoDivergence(column(p), column(q), { core }),
      );
    }
  });
});
