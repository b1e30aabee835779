import { describe, expect, it } from 'vitest';
import { type Backend, GRADIENTS } from '../../src/backend/contract.js';
import type { Dtype, Floats } from '../../src/types.js';
import { massGradientTolerance, tolerance } from '../conformance/tolerance.js';
import * as exact from '../oracle/discrete.js';
import { divide, fixed, logRatio, toNumber } from '../oracle/fixed.js';
import { allocate, createBackends, DTYPES } from '../support/backends.js';
import { createRng, seedOr } from '../support/rng.js';

const SEED = seedOr(20261128);
const { wasm, js } = createBackends();
const RUNS: readonly (readonly [name: string, backend: Backend, dtype: Dtype])[] = [wasm, js].flatMap((backend) =>
  DTYPES.map((dtype) => [`${backend.name} ${dtype}`, backend, dtype] as const),
);

describe.each(RUNS)(`gradients of masses on %s, seed ${SEED}`, (_, backend, dtype) => {
  const run = (
    p: ArrayLike<number>,
    q: ArrayLike<number>,
    divergence: boolean | number,
    normalize = true,
    atZero: 'zero' | 'infinite' = 'zero',
  ) => {
    const inputs = [p, q].map((row) => {
      const input = allocate(dtype, row.length);
      input.set(row);
      return input;
    }) as [Floats, Floats];
    const cols = p.length;
    const value = new Float64Array(1);
    const gradient = [allocate(dtype, cols), allocate(dtype, cols)] as const;
    const params = [normalize ? 1 : 0, Number(divergence), atZero === 'zero' ? 0 : 1, 1];
    backend.kernel('divergenceGradientRows', dtype)(inputs, [cols, cols], 1, cols, params, value, gradient);
    return { p: gradient[0], q: gradient[1], value: value[0] as number, inputs };
  };

  it('against 320-bit arithmetic, near and far, on one scale and on two', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 200; n++) {
      const cols = 2 + rng.below(20);
      const first = Float64Array.from({ length: cols }, () => rng.uniform() ** 3 + 1e-4);
      const delta = rng.pick([10 ** (-14 * rng.uniform()), 1]);
      // In the guarded range of f64 too: the gradients scale, exactly, by powers of two.
      const scale = rng.pick([1, 1, 2, 4, 2 ** 20, 1 / 3]);
      const second = first.map((x) => x * scale * (delta === 1 ? 0.1 + 2 * rng.uniform() : 1 + delta * (2 * rng.uniform() - 1)));
      for (const jensenShannon of [false, true]) {
        const { inputs, ...actual } = run(first, second, jensenShannon);
        const [p, q] = inputs;
        const kl = toNumber(exact.kl(p, q));
        const truth = exact.gradient(jensenShannon, p, q);
        const allowed = massGradientTolerance({ dtype, p, q, normalize: true, kl });
        for (const side of ['p', 'q'] as const) {
          for (const [j, exactly] of truth[side].entries()) {
            const message = `${jensenShannon ? 'JS' : 'KL'} by ${side}, entry ${j}: ${actual[side][j]}, exactly ${exactly}`;
            expect(Math.abs((actual[side][j] as number) - exactly), message).toBeLessThanOrEqual(allowed[side](exactly, j));
          }
        }
        const value = jensenShannon ? toNumber(exact.jensenShannon(p, q)) : kl;
        const condition = 1 + 1 / Math.sqrt(value);
        if (delta === 1) expect(Math.abs(actual.value - value)).toBeLessThanOrEqual(tolerance({ dtype, expected: value, condition }));
      }
    }
  });

  it('generalised KL against 320-bit arithmetic, in the lanes and guarded', () => {
    const rng = createRng(SEED);
    const unit = dtype === 'f64' ? 32 * 2 ** -53 : 2 ** -20;
    for (let n = 0; n < 100; n++) {
      const cols = 1 + rng.below(20);
      const apart = rng.pick([1e-9, 1e-3, 1]);
      const scale = dtype === 'f64' ? rng.pick([1, 2 ** -190]) : rng.pick([1, 2 ** -90]);
      const first = Float64Array.from({ length: cols }, () => scale * (0.1 + rng.uniform()));
      const second = first.map((x) => x * (1 + apart * (rng.uniform() - 0.5)));
      const { inputs, value, ...actual } = run(first, second, GRADIENTS.generalizedKl, false);
      const [p, q] = inputs;
      for (const [j, x] of p.entries()) {
        const log = toNumber(logRatio(x, q[j] as number));
        expect(Math.abs((actual.p[j] as number) - log)).toBeLessThanOrEqual(unit * Math.abs(log));
        const slope = toNumber(divide(fixed(q[j] as number) - fixed(x), fixed(q[j] as number)));
        expect(Math.abs((actual.q[j] as number) - slope)).toBeLessThanOrEqual(unit * Math.abs(slope));
      }
      const sum = toNumber(exact.generalizedKl(p, q));
      expect(Math.abs(value - sum)).toBeLessThanOrEqual(unit * sum);
    }
  });

  it('law 1: equal rows have the value 0 and the gradient 0, exactly', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 100; n++) {
      const p = Array.from({ length: 1 + rng.below(70) }, () => (rng.uniform() < 0.2 ? 0 : rng.uniform()));
      p[0] = 0.5;
      for (const jensenShannon of [false, true]) {
        const { value, ...gradient } = run(p, p, jensenShannon);
        expect(value).toBe(0);
        for (const [j, x] of p.entries())
          if (x > 0) expect([gradient.p[j], gradient.q[j]].map((v) => Math.abs(v as number))).toEqual([0, 0]);
      }
    }
  });

  it('the guarded way gives what the lanes give', () => {
    const rng = createRng(SEED);
    const far = dtype === 'f64' ? 2 ** -900 : 2 ** -100;
    const twice = 2 * (dtype === 'f64' ? 32 * 2 ** -53 : 2 ** -20);
    for (let n = 0; n < 50; n++) {
      const [p, q] = [0, 1].map(() => Float64Array.from({ length: 9 }, () => 2 ** Math.floor(-8 * rng.uniform()))) as [
        Float64Array,
        Float64Array,
      ];
      for (const jensenShannon of [false, true]) {
        const near = run(p, q, jensenShannon);
        const scaled = run(
          p.map((x) => x * far),
          q,
          jensenShannon,
        );
        expect(Math.abs(scaled.value - near.value)).toBeLessThanOrEqual(twice * near.value);
        for (const [j, x] of near.q.entries()) {
          expect(Math.abs((scaled.q[j] as number) - x)).toBeLessThanOrEqual(twice * (1 + Math.abs(x)));
        }
        for (const [j, x] of near.p.entries()) {
          const back = (scaled.p[j] as number) * far;
          expect(Math.abs(back - x)).toBeLessThanOrEqual(twice * (1 + Math.abs(x)));
        }
      }
    }
  });

  it('zeros: infinite slopes are 0, or infinite when that is asked for', () => {
    const entries = (x: Floats) => Array.from(x, (v) => v + 0);
    const [p, q] = [
      [0.5, 0.5, 0, 0],
      [0.25, 0.25, 0.5, 0],
    ] as const;
    expect(entries(run(p, q, false).p)).toEqual([0, 0, 0, 0]);
    expect(entries(run(p, q, false).q)).toEqual([-1, -1, 1, 1]);
    expect(entries(run(p, q, false, true, 'infinite').p)).toEqual([0, 0, -Infinity, Infinity]);
    expect(entries(run(p, q, false, true, 'infinite').q)).toEqual([-1, -1, 1, 1]);
    expect(entries(run(p, q, false, false).q)).toEqual([-2, -2, 0, 0]);
    const general = run(p, q, GRADIENTS.generalizedKl, false);
    expect(Math.abs(general.value - Math.LN2)).toBeLessThanOrEqual(tolerance({ dtype, expected: Math.LN2 }));
    expect([...entries(general.p).slice(2), ...entries(general.q)]).toEqual([0, 0, -1, -1, 1, 1]);
    expect(entries(run(p, q, GRADIENTS.generalizedKl, false, 'infinite').p).slice(2)).toEqual([-Infinity, Infinity]);
    expect(entries(run([0, 0], [2, 0], GRADIENTS.generalizedKl, false).q)).toEqual([1, 1]);
    // A hole: the value is Infinity.
    const hole = run([0.5, 0.5], [1, 0], false);
    expect([hole.value, ...entries(hole.p), ...entries(hole.q)]).toEqual([Infinity, 0, 0, 0.5, 0]);
    const shown = run([0.5, 0.5], [1, 0], false, true, 'infinite');
    expect([...entries(shown.p), ...entries(shown.q)]).toEqual([-Infinity, Infinity, 0.5, -Infinity]);
    const apart = run([1, 0], [0, 1], true);
    expect(apart.value).toBe(Math.LN2);
    expect([...entries(apart.p), ...entries(apart.q)]).toEqual([0, 0, 0, 0]);
    expect(entries(run([1, 0], [0, 1], true, true, 'infinite').p)).toEqual([0, -Infinity]);
  });
});
