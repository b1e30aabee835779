import { describe, expect, it } from 'vitest';
import type { Backend, KernelName } from '../../src/backend/contract.js';
import type { Dtype, Floats } from '../../src/types.js';
import { logitsGradientTolerance } from '../conformance/tolerance.js';
import * as exact from '../oracle/logits.js';
import { allocate, createBackends, DTYPES } from '../support/backends.js';
import { createRng, type Rng, seedOr } from '../support/rng.js';

const SEED = seedOr(20261122);
const { wasm, js } = createBackends();
const RUNS: readonly (readonly [name: string, backend: Backend, dtype: Dtype])[] = [wasm, js].flatMap((backend) =>
  DTYPES.map((dtype) => [`${backend.name} ${dtype}`, backend, dtype] as const),
);

const ROWS = ['logitsEntropyRows', 'logSumExpRows'] as const;
const ELEMENTS = ['softmaxRows', 'logSoftmaxRows'] as const;
const PAIRS = ['logitsKlRows', 'logitsJensenShannonRows'] as const;

function asDtype(values: ArrayLike<number>, dtype: Dtype): Floats {
  const row = allocate(dtype, values.length);
  row.set(values);
  return row;
}

describe.each(RUNS)(`logits on %s, seed ${SEED}`, (_, backend, dtype) => {
  /** One row through a kernel. */
  const run = (name: KernelName, inputs: readonly ArrayLike<number>[], temperature = 1): Floats => {
    const rows = inputs.map((input) => asDtype(input, dtype));
    const cols = rows[0]?.length ?? 0;
    const elements = name === 'softmaxRows' || name === 'logSoftmaxRows';
    const out = elements ? allocate(dtype, cols) : new Float64Array(1);
    const steps = rows.map(() => cols);
    backend.kernel(name, dtype)(rows, steps, 1, cols, [temperature], out);
    return out;
  };
  const one = (name: KernelName, inputs: readonly ArrayLike<number>[], temperature = 1): number =>
    run(name, inputs, temperature)[0] as number;
  const kl = (a: ArrayLike<number>, b: ArrayLike<number>, temperature = 1): number => one('logitsKlRows', [a, b], temperature);
  const js = (a: ArrayLike<number>, b: ArrayLike<number>, temperature = 1): number => one('logitsJensenShannonRows', [a, b], temperature);
  const uniform = (a: ArrayLike<number>): number => kl(a, new Float64Array(a.length));
  const relative = dtype === 'f64' ? 32 * 2 ** -53 : 2 ** -24;
  /** What eᵈ − 1 − d of f32 rows adds: weights.ts. */
  const ofExcess = dtype === 'f64' ? 0 : 2 ** -22;
  /** What terms in f32 add: logitTerms.ts. */
  const ofTerms = dtype === 'f64' ? 0 : 2 ** -20;

  const row = (rng: Rng, cols: number, size: number): Floats =>
    asDtype(
      Array.from({ length: cols }, () => size * rng.normal()),
      dtype,
    );

  const close = (actual: number, expected: number, allowed: number, what: string): void => {
    const message = `${what}: ${actual}, exactly ${expected}`;
    expect(Math.abs(actual - expected), message).toBeLessThanOrEqual(Math.abs(expected) * allowed);
  };

  it('law 1: random rows, near and far, against 320-bit arithmetic', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 120; n++) {
      const cols = 1 + rng.below(24);
      const size = rng.pick([0.1, 1, 4]);
      const a = row(rng, cols, size);
      const delta = rng.pick([10 ** (-12 * rng.uniform()), 1, 8]);
      const b = a.map((x) => x + delta * rng.normal()) as Floats;
      // One rounding of a logit in f64, absolute, for what the exponentials see of it.
      const steps = relative + 2 ** -50 * size * 8;
      close(kl(a, b), exact.kl(a, b), steps + ofExcess, 'KL');
      close(js(a, b), exact.jensenShannon(a, b), steps + ofTerms, 'Jensen–Shannon');
      close(one('logitsEntropyRows', [a]), exact.entropy(a), steps, 'entropy');
      close(uniform(a), exact.klToUniform(a), steps + ofExcess, 'KL to uniform');
      const logSum = one('logSumExpRows', [a]);
      expect(Math.abs(logSum - exact.logSumExp(a))).toBeLessThanOrEqual(steps * Math.max(1, Math.abs(logSum)));
      const half = dtype === 'f64' ? 2 ** -51 : 2 ** -24;
      const soft = run('softmaxRows', [a]);
      for (const [i, p] of exact.softmax(a).entries()) close(soft[i] as number, p, steps + half, 'softmax');
    }
  });

  /** Gradients of one row. */
  const gradients = (name: KernelName, inputs: readonly ArrayLike<number>[], temperature = 1): Floats[] => {
    const rows = inputs.map((input) => asDtype(input, dtype));
    const cols = rows[0]?.length ?? 0;
    const into = rows.map(() => allocate(dtype, cols));
    const steps = rows.map(() => cols);
    backend.kernel(name, dtype)(rows, steps, 1, cols, [temperature, 1 / temperature], new Float64Array(1), into);
    return into;
  };

  it('gradients of random rows, near and far, against 320-bit arithmetic', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 200; n++) {
      const cols = 1 + rng.below(24);
      const size = rng.pick([0.1, 1, 4]);
      const a = row(rng, cols, size);
      const delta = rng.pick([10 ** (-12 * rng.uniform()), 1, 8]);
      const b = a.map((x) => x + delta * rng.normal()) as Floats;
      const u = 2 ** -52 * Math.max(...a.map(Math.abs), ...b.map(Math.abs));
      const inspect = (actual: Floats, expected: readonly number[], second: Floats, what: string) => {
        const question = { dtype, a: Array.from(a), b: Array.from(second), temperature: 1, u, times: 1 };
        const allowed = logitsGradientTolerance(question);
        for (const [j, exactly] of expected.entries()) {
          const message = `${what}, entry ${j}: ${actual[j]}, exactly ${exactly}`;
          expect(Math.abs((actual[j] as number) - exactly), message).toBeLessThanOrEqual(allowed(exactly, j));
        }
      };
      const [ofA, ofB] = gradients('logitsKlRows', [a, b]) as [Floats, Floats];
      const truth = exact.klGradient(a, b);
      inspect(ofA, truth.a, b, '∂a');
      inspect(ofB, truth.b, b, '∂b');
      const [jsOfA, jsOfB] = gradients('logitsJensenShannonRows', [a, b]) as [Floats, Floats];
      const jsTruth = exact.jensenShannonGradient(a, b);
      inspect(jsOfA, jsTruth.a, b, '∂a of Jensen–Shannon');
      inspect(jsOfB, jsTruth.b, b, '∂b of Jensen–Shannon');
      const zeros = new Float64Array(cols);
      const ofZ = exact.klGradient(a, zeros).a;
      inspect(gradients('logitsKlRows', [a, zeros])[0] as Floats, ofZ, zeros, '∂z');
      const ofEntropy = ofZ.map((slope) => -slope);
      inspect(gradients('logitsEntropyRows', [a])[0] as Floats, ofEntropy, zeros, '∂z of the entropy');
    }
  });

  it('gradients are exactly 0 for equal rows, and sum to nothing for others', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 100; n++) {
      const cols = 1 + rng.below(70);
      const a = row(rng, cols, rng.pick([1, 100, 1000]));
      const b = row(rng, cols, rng.pick([1, 100]));
      const temperature = rng.pick([0.5, 1, 3]);
      for (const gradient of PAIRS.flatMap((name) => gradients(name, [a, a], temperature)))
        expect(gradient.every((x) => x === 0)).toBe(true);
      for (const gradient of PAIRS.flatMap((name) => gradients(name, [a, b]))) {
        const entries = Array.from(gradient);
        const sum = entries.reduce((x, y) => x + y, 0);
        const sizes = entries.reduce((x, y) => x + Math.abs(y), 0);
        // Logarithms as large as the logits are rounded in what a nearly certain class adds up.
        const spread = Math.max(...a.map(Math.abs), ...b.map(Math.abs));
        expect(Math.abs(sum)).toBeLessThanOrEqual((dtype === 'f64' ? 1e-12 : 1e-6) * sizes + 2 ** -48 * spread);
      }
    }
  });

  it('gradients at masks are finite', () => {
    const [oneB] = [[0, 1, 2]];
    const [ofA, ofB] = gradients('logitsKlRows', [[1, -Infinity, 3], oneB], 2) as [Floats, Floats];
    const v = run('softmaxRows', [oneB], 2);
    expect(ofA[1]).toBe(0);
    expect(Math.abs((ofB[1] as number) - (v[1] as number) / 2)).toBeLessThanOrEqual(4 * relative);
    // Masked in both: as if it were not there.
    for (const name of PAIRS) {
      const [a, b] = [
        [1, -Infinity, 3],
        [0, -Infinity, 2.5],
      ];
      const less = gradients(name, [
        [1, 3],
        [0, 2.5],
      ]);
      for (const [k, gradient] of gradients(name, [a, b]).entries()) {
        expect(Math.abs(gradient[1] as number)).toBe(0);
        close(gradient[0] as number, less[k]?.[0] as number, 4 * relative, 'first');
        close(gradient[2] as number, less[k]?.[1] as number, 4 * relative, 'last');
      }
    }
    // A class that is masked in one alone takes part as a logit far below the others does.
    for (const [a, b] of [
      [
        [1, -Infinity, 3, 0],
        [0, 1, 2, 0],
      ],
      [
        [1, 0.5, 3, 0],
        [0, 1, -Infinity, 0],
      ],
    ] as const) {
      const far = [a, b].map((z) => z.map((x) => Math.max(x, -200)));
      const near = gradients('logitsJensenShannonRows', far);
      for (const [k, gradient] of gradients('logitsJensenShannonRows', [a, b]).entries()) {
        for (const [j, x] of gradient.entries()) {
          expect(Math.abs(x - (near[k]?.[j] as number)), `gradient ${k}, entry ${j}`).toBeLessThanOrEqual(16 * relative);
        }
      }
    }
    // The value is Infinity: nothing for a, v − w for b.
    const [noneA, towardsA] = gradients('logitsKlRows', [
      [0, 0],
      [0, -Infinity],
    ]) as [Floats, Floats];
    expect([...noneA, ...towardsA]).toEqual([0, 0, 0.5, -0.5]);
    expect(
      gradients('logitsKlRows', [
        [0, -Infinity],
        [0, 0],
      ])[0]?.[1],
    ).toBe(0);
  });

  it('law 1: exactly 0 for equal rows and for rows a constant apart, at every temperature', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 200; n++) {
      const a = row(rng, 1 + rng.below(70), rng.pick([1, 100, 1e5])).map(Math.round) as Floats;
      const b = a.map((x) => x + 1024) as Floats;
      for (const temperature of [0.5, 1, 3]) {
        for (const divergence of [kl, js]) {
          expect(divergence(a, a, temperature)).toBe(0);
          expect(divergence(a, b, temperature)).toBe(0);
        }
      }
    }
    for (const cols of [1, 2, 17, 64, 130]) expect(uniform(new Float64Array(cols).fill(7))).toBe(0);
  });

  it('a constant on one row changes no bit where all differences stay exact', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 100; n++) {
      const cols = 1 + rng.below(40);
      const [a, b] = [0, 1].map(() => row(rng, cols, 3).map((x) => Math.round(x * 64) / 64)) as [Floats, Floats];
      const shifted = b.map((x) => x + 512) as Floats;
      expect(kl(a, shifted)).toBe(kl(a, b));
      expect(js(shifted, a)).toBe(js(b, a));
      expect(run('softmaxRows', [shifted])).toEqual(run('softmaxRows', [b]));
    }
  });

  it('logits and temperature times a power of two change no bit', () => {
    const rng = createRng(SEED);
    for (const size of [1, 40, 2000]) {
      const [a, b] = [row(rng, 37, size), row(rng, 37, size)];
      const [a4, b4] = [a, b].map((z) => z.map((x) => 4 * x)) as [Floats, Floats];
      expect(kl(a4, b4, 4)).toBe(kl(a, b));
      expect(js(a4, b4, 4)).toBe(js(a, b));
      for (const name of ROWS) expect(one(name, [a4], 4)).toBe(one(name, [a]));
      for (const name of ELEMENTS) expect(run(name, [a4], 4)).toEqual(run(name, [a]));
    }
  });

  it('masked classes', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 100; n++) {
      const cols = 2 + rng.below(60);
      const size = rng.pick([1, 400]); // ordinary and guarded rows
      const [a, b] = [row(rng, cols, size), row(rng, cols, size)];
      const kept = rng.below(cols);
      const masked = a.map((_, i) => (i !== kept && rng.uniform() < 0.4 ? 1 : 0));
      const mask = (z: Floats): Floats => z.map((x, i) => (masked[i] ? -Infinity : x)) as Floats;
      const drop = (z: Floats): Floats => z.filter((_, i) => !masked[i]) as Floats;
      // The same mask in both: as if the classes were not there.
      close(kl(mask(a), mask(b)), kl(drop(a), drop(b)), 1e-12, 'KL');
      close(js(mask(a), mask(b)), js(drop(a), drop(b)), 1e-12 + ofTerms, 'Jensen–Shannon');
      close(one('logitsEntropyRows', [mask(a)]), one('logitsEntropyRows', [drop(a)]), 1e-12, 'entropy');
      if (masked.every((m) => m === 0)) continue;
      // Mass where b has none, and the reverse.
      expect(kl(a, mask(b))).toBe(Infinity);
      expect(kl(mask(a), b)).toBeGreaterThan(0);
      expect(kl(mask(a), b)).toBeLessThan(Infinity);
      expect(js(mask(a), b)).toBeLessThanOrEqual(Math.LN2);
      expect(js(a, mask(b))).toBeLessThanOrEqual(Math.LN2);
      expect(Array.from(run('softmaxRows', [mask(a)])).filter((p, i) => masked[i] === 1 && p !== 0)).toEqual([]);
    }
    expect(js([0, -Infinity], [-Infinity, 0])).toBe(Math.LN2);
    close(js([3, 1, -Infinity, -Infinity], [-Infinity, -Infinity, 1, 2]), Math.LN2, 4 * 2 ** -53, 'Jensen–Shannon');
    close(kl([0, -Infinity], [0, 0]), Math.LN2, 4 * 2 ** -53, 'KL');
    close(uniform([5, -Infinity, -Infinity]), 1.0986122886681098, 4 * 2 ** -53, 'KL to uniform');
    expect(run('logSoftmaxRows', [[5, -Infinity]])).toEqual(asDtype([0, -Infinity], dtype));
  });

  it('saturated rows', () => {
    const far = [1e5, 0];
    expect(kl(far, [0, 1e5], 0.5)).toBe(2e5);
    expect(kl(far, far, 0.5)).toBe(0);
    expect(js(far, [0, 1e5], 0.5)).toBe(Math.LN2);
    expect(one('logitsEntropyRows', [far])).toBe(0);
    expect(uniform(far)).toBe(Math.LN2);
    expect(one('logSumExpRows', [far], 0.5)).toBe(2e5);
    // e^(−40)·41 + …, far below one rounding step of a probability.
    close(one('logitsEntropyRows', [[0, -40]]), 1.7418252446695514e-16, 2 * relative, 'entropy');
    if (dtype === 'f64') {
      expect(kl([1.7e308, -1.7e308], [-1.7e308, 1.7e308], 1e-300)).toBe(Infinity);
      expect(kl([1.7e308, -1.7e308], [1.7e308, -1.7e308], 1e-300)).toBe(0);
      expect(run('softmaxRows', [[1.7e308, -1.7e308]])).toEqual(Float64Array.of(1, 0));
    }
  });

  it('rows that are no logits give NaN, whole', () => {
    const bad = [[Number.NaN, 0, 1], [0, Number.NaN, 1], [0, 1, Infinity], [-Infinity, -Infinity], []];
    for (const z of bad) {
      const fine = z.map((_, i) => i);
      for (const name of PAIRS) {
        expect(one(name, [z, fine])).toBeNaN();
        expect(one(name, [fine, z])).toBeNaN();
      }
      for (const name of ROWS) expect(one(name, [z])).toBeNaN();
      for (const name of ELEMENTS)
        expect(run(name, [z])).toEqual(
          asDtype(
            z.map(() => Number.NaN),
            dtype,
          ),
        );
    }
  });
});
