import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Backend, KernelName } from '../../src/backend/contract.js';
import type { Dtype, Floats } from '../../src/types.js';
import * as exact from '../oracle/gaussian.js';
import { allocate, createBackends, DTYPES } from '../support/backends.js';
import { createRng, type Rng, seedOr } from '../support/rng.js';

const SEED = seedOr(20261122);
const { wasm, js } = createBackends();
const RUNS: readonly (readonly [name: string, backend: Backend, dtype: Dtype])[] = [wasm, js].flatMap((backend) =>
  DTYPES.map((dtype) => [`${backend.name} ${dtype}`, backend, dtype] as const),
);

type Numbers = ArrayLike<number>;

interface Kind {
  readonly pair: KernelName;
  readonly prior: KernelName;
  /** The spread of a unit Gaussian, and of a factor e^t in the standard deviation. */
  readonly unit: number;
  readonly widened: (spread: number, t: number) => number;
  readonly deviation: (spread: number) => number;
  readonly exact: (m0: Numbers, x: Numbers, m1: Numbers, y: Numbers) => number;
}

const VARIANCE: Kind = {
  pair: 'gaussianVarianceKlRows',
  prior: 'priorVarianceKlRows',
  unit: 1,
  widened: (spread, t) => spread * Math.exp(2 * t),
  deviation: Math.sqrt,
  exact: exact.variances,
};
const STD: Kind = {
  pair: 'gaussianStdKlRows',
  prior: 'priorStdKlRows',
  unit: 1,
  widened: (spread, t) => spread * Math.exp(t),
  deviation: (spread) => spread,
  exact: exact.deviations,
};
const LOG_VARIANCE: Kind = {
  pair: 'gaussianLogVarianceKlRows',
  prior: 'priorLogVarianceKlRows',
  unit: 0,
  widened: (spread, t) => spread + 2 * t,
  deviation: (spread) => Math.exp(spread / 2),
  exact: exact.logVariances,
};
const KINDS = [VARIANCE, STD, LOG_VARIANCE];

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly dtype: Dtype;
  readonly kl: number | 'Infinity';
  readonly [parameter: string]: number | readonly number[] | string;
}

const CASES = (JSON.parse(readFileSync(new URL('../fixtures/gaussian.json', import.meta.url), 'utf8')) as { cases: Case[] }).cases;

/** Kernel and parameters of a reference case. */
const FORMS: Readonly<Record<string, readonly [kernel: KernelName, ...parameters: string[]]>> = {
  univariate: [STD.pair, 'mu1', 'sigma1', 'mu2', 'sigma2'],
  diagonal: [STD.pair, 'mu1', 'sigma1', 'mu2', 'sigma2'],
  'equal-variance': [STD.pair, 'mu1', 'sigma', 'mu2', 'sigma'],
  'univariate-logvar': [LOG_VARIANCE.pair, 'mu1', 'logvar1', 'mu2', 'logvar2'],
  'standard-normal-prior': [LOG_VARIANCE.prior, 'mu', 'logvar'],
};

describe.each(RUNS)(`gaussian on %s, seed ${SEED}`, (_, backend, dtype) => {
  const allowed = dtype === 'f64' ? 32 * 2 ** -53 : 2 ** -20;

  const asDtype = (values: Numbers): Floats => {
    const row = allocate(dtype, values.length);
    row.set(values);
    return row;
  };
  const run = (name: KernelName, inputs: readonly Floats[], steps: readonly number[], rows: number, cols: number): Float64Array => {
    const out = new Float64Array(rows);
    backend.kernel(name, dtype)(inputs, steps, rows, cols, [], out);
    return out;
  };
  /** One row. */
  const kl = (name: KernelName, ...parameters: Numbers[]): number => {
    const inputs = parameters.map(asDtype);
    const cols = inputs[0]?.length ?? 0;
    return run(
      name,
      inputs,
      inputs.map(() => cols),
      1,
      cols,
    )[0] as number;
  };
  const close = (actual: number, expected: number, what: string, tolerance = allowed): void => {
    expect(Math.abs(actual - expected), `${what}: ${actual}, exactly ${expected}`).toBeLessThanOrEqual(Math.abs(expected) * tolerance);
  };
  const fill = (cols: number, value: (i: number) => number): Floats => asDtype(Array.from({ length: cols }, (_, i) => value(i)));
  /** Two Gaussians: log standard deviations about `apart` from each other, means about `apart` standard deviations. */
  const near = (rng: Rng, kind: Kind, cols: number, apart: number, same = false): [Floats, Floats, Floats, Floats] => {
    const [spread, step, gap] = [rng.normal(), rng.normal(), rng.normal()];
    const y = fill(cols, () => kind.widened(kind.unit, same ? spread : rng.normal()));
    const m1 = fill(cols, () => rng.normal());
    const x = y.map((v) => kind.widened(v, apart * (same ? step : rng.normal())));
    const m0 = m1.map((m, i) => m + apart * kind.deviation(y[i] as number) * (same ? gap : rng.normal()));
    return [m0, x, m1, y];
  };

  it('law 1: the reference cases', () => {
    for (const c of CASES.filter((candidate) => candidate.dtype === dtype)) {
      const [name, ...parameters] = FORMS[c.kind] ?? [];
      if (name === undefined) continue;
      const actual = kl(name, ...parameters.map((key) => [c[key] as number | number[]].flat()));
      const expected = Number(c.kl);
      if (expected === 0 || expected === Infinity) expect(actual, c.id).toBe(expected);
      else close(actual, expected, c.id);
    }
  });

  it.each(KINDS)('law 1: $pair and $prior around the point where the quick way hands over', (kind) => {
    const rng = createRng(SEED);
    for (let n = 0; n < 150; n++) {
      const cols = rng.pick([1, 2, 7, 16, 17, 40, 64, 65, 130]);
      const [m0, x, m1, y] = near(rng, kind, cols, rng.pick([1e-7, 0.01, 0.2, 0.3, 0.4, 0.5, 0.6, 1]), rng.uniform() < 0.5);
      close(kl(kind.pair, m0, x, m1, y), kind.exact(m0, x, m1, y), `${cols} columns`);
      const [zero, unit] = [fill(cols, () => 0), fill(cols, () => kind.unit)];
      const [m, v] = near(rng, { ...kind, widened: (s, t) => kind.widened(s === kind.unit ? s : kind.unit, t / 3) }, cols, 0.7);
      close(kl(kind.prior, m, v), kind.exact(m, v, zero, unit), `prior, ${cols} columns`);
    }
  });

  it.each(KINDS)('$pair is exactly 0 for equal parameters, and never negative', (kind) => {
    const rng = createRng(SEED);
    for (let cols = 1; cols < 70; cols++) {
      const [m, v, m1, v1] = near(rng, kind, cols, 10 ** (-17 * rng.uniform()));
      expect(kl(kind.pair, m, v, m, v)).toBe(0);
      expect(kl(kind.pair, m, v, m1, v1)).toBeGreaterThanOrEqual(0);
      expect(kl(kind.prior, m.map(() => 0) as Floats, v.map(() => kind.unit) as Floats)).toBe(0);
    }
  });

  it('law 2: units do not matter: scaling by powers of two gives the same bits', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 60; n++) {
      const cols = 1 + rng.below(90);
      const factor = 2 ** (rng.below(61) - 30);
      const times = (row: Floats, by: number) => row.map((v) => v * by) as Floats;
      const [m0, s0, m1, s1] = near(rng, STD, cols, rng.uniform());
      const std = kl(STD.pair, times(m0, factor), times(s0, factor), times(m1, factor), times(s1, factor));
      expect(std).toBe(kl(STD.pair, m0, s0, m1, s1));
      const variance = kl(VARIANCE.pair, times(m0, factor), times(s0, factor * factor), times(m1, factor), times(s1, factor * factor));
      expect(variance).toBe(kl(VARIANCE.pair, m0, s0, m1, s1));
    }
  });

  it.each(KINDS)('law 2: $pair of a row is the same alone, in a batch, and against one row for all, bad neighbours or not', (kind) => {
    const rng = createRng(SEED);
    for (const cols of [1, 2, 5, 15, 16, 40]) {
      const rows = 600;
      const [m0, x, m1, y] = near(rng, kind, rows * cols, 0.5);
      for (const r of [3, 300, 301]) x[r * cols + rng.below(cols)] = Number.NaN;
      const all = run(kind.pair, [m0, x, m1, y], [cols, cols, cols, cols], rows, cols);
      const one = run(kind.pair, [m0, x, m1.slice(0, cols), y.slice(0, cols)], [cols, cols, 0, 0], rows, cols);
      for (const r of [0, 1, 3, 255, 256, 300, 302, 599]) {
        const [a, b, c, d] = [m0, x, m1, y].map((input) => input.slice(r * cols, (r + 1) * cols)) as [Floats, Floats, Floats, Floats];
        expect(kl(kind.pair, a, b, c, d)).toBe(all[r]);
        expect(kl(kind.pair, a, b, m1.slice(0, cols), y.slice(0, cols))).toBe(one[r]);
      }
      expect([...all].filter(Number.isNaN).length).toBe(3);
    }
  });

  it.each(KINDS)('$pair and $prior answer NaN for what is no Gaussian', (kind) => {
    const bad = kind === LOG_VARIANCE ? [Number.NaN, Infinity, -Infinity] : [0, -0, -1, Number.NaN, Infinity, -Infinity];
    for (const cols of [1, 2, 16, 70]) {
      for (const [k, value] of [0, 1, 2, 3].flatMap((k) =>
        (k % 2 === 0 ? [Number.NaN, Infinity, -Infinity] : bad).map((v) => [k, v] as const),
      )) {
        const inputs = [0, kind.unit, 0, kind.unit].map((v) => fill(cols, () => v));
        (inputs[k] as Floats)[cols - 1] = value;
        expect(kl(kind.pair, ...inputs)).toBeNaN();
        if (k < 2) expect(kl(kind.prior, ...inputs.slice(0, 2))).toBeNaN();
      }
    }
  });

  it('closed forms', () => {
    expect(kl(STD.pair, [1], [1], [0], [1])).toBe(0.5);
    expect(kl(VARIANCE.pair, [3, -1], [4, 4], [1, 1], [4, 4])).toBe(1);
    expect(kl(LOG_VARIANCE.pair, [2], [0], [0], [0])).toBe(2);
    expect(kl(STD.prior, [3], [1])).toBe(4.5);
    close(kl(VARIANCE.prior, [0], [4]), (3 - Math.log(4)) / 2, 'variance 4');
    close(
      kl(
        LOG_VARIANCE.prior,
        fill(64, () => 0),
        fill(64, () => -3),
      ),
      32 * (Math.exp(-3) + 2),
      'log-variance −3',
    );
    // KL(p ‖ q) + KL(q ‖ p) of N(0, s²) and N(0, 1) is ½·(s − 1/s)².
    close(kl(STD.pair, [0], [4], [0], [1]) + kl(STD.pair, [0], [1], [0], [4]), 0.5 * 3.75 ** 2, 'symmetric sum');
    expect(
      run(
        STD.pair,
        [0, 1, 0, 1].map((v) => fill(0, () => v)),
        [0, 0, 0, 0],
        3,
        0,
      ),
    ).toEqual(new Float64Array(3));
  });

  it('ends of the range', () => {
    const far = dtype === 'f64' ? 1e300 : 1e38;
    close(kl(STD.pair, [far], [far], [0], [far]), 0.5, 'one huge standard deviation apart');
    close(kl(VARIANCE.pair, [0], [1 / far], [0], [far]), (-1 + 2 * Math.log(far)) / 2, 'variances at both ends', allowed + 1e-7);
    close(kl(VARIANCE.pair, [1 / far], [1 / far], [0], [1 / far]), 0.5 / far, 'tiny variances', 1e-6);
    close(kl(LOG_VARIANCE.pair, [0.5], [0], [-0.25], [-700]), 7.923687927617223e303, 'e^700');
    expect(kl(LOG_VARIANCE.pair, [0], [1500], [0], [0])).toBe(Infinity);
    close(
      kl(LOG_VARIANCE.pair, [2 ** -130], [-800], [0], [-800]),
      0.5 * Math.exp(800 - 260 * Math.LN2),
      'a precision that overflows',
      1e-12,
    );
    close(kl(LOG_VARIANCE.prior, [0], [710]), 0.5 * Math.exp(700) * Math.exp(10), 'half of an overflow', 1e-12);
    expect(
      kl(
        STD.prior,
        fill(40, () => 0),
        fill(40, () => far),
      ),
    ).toBe(dtype === 'f64' ? Infinity : kl(STD.prior, [0], [far]) * 40);
    const smallest = dtype === 'f64' ? 2 ** -1074 : 2 ** -149;
    expect(kl(STD.pair, [0], [smallest], [0], [smallest])).toBe(0);
    expect(kl(STD.pair, [3 * smallest], [smallest], [0], [smallest])).toBe(4.5);
  });
});
