import { describe, expect, it } from 'vitest';
import { gaussian, matrix } from '../../src/index.js';
import { exp, type Fixed, fixed, multiply, toNumber } from '../oracle/fixed.js';
import { fullDivergence, squared, squareOf, term } from '../oracle/gaussian.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';
import type { Floats } from '../../src/types.js';
import { createRng, type Rng, seedOr } from '../support/rng.js';

const SEED = seedOr(20261129);
const EPSILON = 2 ** -53;

/** A step of differences in fixed point: its square is far below a rounding. */
const STEP: Fixed = 1n << 200n;

/** The slope of f at x, to 2⁻¹⁰⁰ or so. */
const slope = (f: (x: Fixed) => Fixed, x: Fixed) => toNumber(((f(x + STEP) - f(x - STEP)) << 320n) / (2n * STEP));

const normals = (rng: Rng, n: number) => Array.from({ length: n }, () => rng.normal());

function factor(rng: Rng, d: number): number[] {
  return Array.from({ length: d * d }, (_, n) => {
    const [i, j] = [Math.floor(n / d), n % d];
    return j > i ? 0 : j === i ? Math.exp(0.4 * rng.normal()) : 0.4 * rng.normal();
  });
}

function product(l: readonly number[]): number[] {
  const d = Math.sqrt(l.length);
  return Array.from({ length: d * d }, (_, n) => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += (l[Math.floor(n / d) * d + k] as number) * (l[(n % d) * d + k] as number);
    return sum;
  });
}

describe.each(CORES)(`gradients of Gaussians on %s, seed ${SEED}`, (_, core) => {
  const options = { core };

  it.each([
    ['variance', (v: Fixed) => v],
    ['std', (s: Fixed) => multiply(s, s)],
    ['logVariance', (l: Fixed) => exp(l)],
  ] as const)('diagonal, by %s: the slopes of the exact divergence, near and far', (kind, varianceOf) => {
    const rng = createRng(SEED);
    for (let n = 0; n < 25; n++) {
      const apart = rng.pick([1e-9, 1e-4, 0.1, 1]);
      const cols = 20;
      const y = normals(rng, cols).map((t) => (kind === 'logVariance' ? t : Math.exp(t)));
      const x = y.map((v) => v * (1 + apart * rng.uniform()));
      const m1 = normals(rng, cols);
      const m0 = m1.map((m) => m + apart * rng.normal());
      const side = (mean: number[], scale: number[]) => ({ mean, [kind]: scale }) as { mean: number[]; std: number[] };
      const { value, gradient } = gaussian.klDivergenceWithGradient(side(m0, x), side(m1, y), options);
      expect(value).toBe(gaussian.klDivergence(side(m0, x), side(m1, y), options));
      const all = gradient as unknown as Readonly<Record<string, Float64Array>>;
      for (let i = 0; i < cols; i++) {
        const [a, b, c, d] = [m0, x, m1, y].map((v) => fixed(v[i] as number)) as [Fixed, Fixed, Fixed, Fixed];
        const kl = (m: Fixed, v: Fixed, w: Fixed, u: Fixed) => term(varianceOf(v), varianceOf(u), m - w);
        const exact = {
          'p.mean': slope((t) => kl(t, b, c, d), a),
          [`p.${kind}`]: slope((t) => kl(a, t, c, d), b),
          'q.mean': slope((t) => kl(a, b, t, d), c),
          [`q.${kind}`]: slope((t) => kl(a, b, c, t), d),
        };
        // By the scale of q the two summands of the derivative may cancel: each is at most this large.
        const parts = Math.abs(slope((t) => kl(a, b, a, t), d)) + Math.abs(slope((t) => kl(a, d, c, t), d));
        for (const [name, answer] of Object.entries(exact)) {
          const size = name === `q.${kind}` ? parts : Math.abs(answer);
          expect(Math.abs((all[name]?.[i] as number) - answer), `${name}, ${apart} apart`).toBeLessThanOrEqual(24 * EPSILON * size);
        }
      }
    }
  });

  it.each(['variance', 'std', 'logVariance'] as const)(
    'diagonal f32, by %s: those of the same numbers in f64, 12 roundings apart',
    (kind) => {
      const rng = createRng(SEED);
      const cols = 37; // no multiple of four
      for (let n = 0; n < 60; n++) {
        // Far from 1 too, but for the prior of log-variances: what is small in f32 must not vanish on the way.
        const unit = kind === 'logVariance' ? 1 : rng.pick([1, 1e-9, 1e6, 1e-18]);
        const near = rng.pick([1, 1e-3, 1e-12]);
        const row = (make: (i: number) => number) => Float32Array.from({ length: cols }, (_, i) => make(i));
        const y = row(() => unit * (0.5 + rng.uniform()));
        const x = row((i) =>
          kind === 'logVariance' ? rng.normal() : (rng.uniform() < 0.1 ? 1 : 20 * rng.uniform() + 0.01) * (y[i] as number),
        );
        const size = kind === 'std' ? unit : Math.sqrt(unit);
        const m1 = row(() => size * rng.normal());
        const m0 = row((i) => (m1[i] as number) + near * size * rng.normal());
        type Side = { mean: Float32Array; std: Float32Array };
        const side = (mean: ArrayLike<number>, scale: ArrayLike<number>, wide = false) =>
          (wide ? { mean: Float64Array.from(mean), [kind]: Float64Array.from(scale) } : { mean, [kind]: scale }) as unknown as Side;
        const q = kind === 'logVariance' ? gaussian.standard : side(m1, y);
        const wideQ = kind === 'logVariance' ? gaussian.standard : side(m1, y, true);
        type Slopes = Readonly<Record<string, Floats>>;
        const slopes = (p: Side, of: typeof q) => gaussian.klDivergenceWithGradient(p, of as Side, options).gradient as unknown as Slopes;
        const actual = slopes(side(m0, x), q);
        const exact = slopes(side(m0, x, true), wideQ);
        const [byMeans, byScales] = [slopes(side(m0, y, true), wideQ), slopes(side(m1, x, true), wideQ)];
        for (const [name, answers] of Object.entries(exact)) {
          for (let i = 0; i < cols; i++) {
            const parts = Math.abs(byMeans[name]?.[i] as number) + Math.abs(byScales[name]?.[i] as number);
            const allowed = 12 * 2 ** -24 * (name === `q.${kind}` ? parts : Math.abs(answers[i] as number)) + 2 ** -149;
            expect(Math.abs((actual[name]?.[i] as number) - (answers[i] as number)), `${name} ${i}`).toBeLessThanOrEqual(allowed);
          }
        }
      }
    },
  );

  it('full: the slopes of the exact divergence along every entry, near and far', () => {
    const rng = createRng(SEED);
    for (let n = 0; n < 8; n++) {
      const d = rng.pick([1, 2, 3]);
      const apart = rng.pick([1e-7, 1e-3, 0.5]);
      const l1 = factor(rng, d);
      const l0 = apart === 0.5 ? factor(rng, d) : l1.map((v) => v * (1 + apart * rng.uniform()));
      const [s0, s1] = [product(l0), product(l1)];
      const m1 = normals(rng, d);
      const m0 = m1.map((m) => m + apart * rng.normal());
      const gap = m0.map((m, i) => fixed(m) - fixed(m1[i] as number));
      const moved = (square: number[], k: number, by: Fixed) => {
        const result = squareOf(square, d);
        const row = result[Math.floor(k / d)] as Fixed[];
        row[k % d] = (row[k % d] as Fixed) + by;
        return result;
      };
      const compare = (actual: ArrayLike<number>, along: (k: number, by: Fixed) => Fixed, what: string) => {
        const exact = Array.from(actual, (_, k) => slope((t) => along(k, t), 0n));
        const most = Math.max(...exact.map(Math.abs));
        // The condition of these matrices is below 200.
        for (const [k, answer] of exact.entries()) {
          expect(Math.abs((actual[k] as number) - answer), `${what}[${k}], d = ${d}, ${apart} apart`).toBeLessThanOrEqual(
            200 * 32 * EPSILON * most,
          );
        }
      };
      const full = gaussian.klDivergenceWithGradient({ mean: m0, covariance: s0 }, { mean: m1, covariance: s1 }, options);
      expect(full.value).toBe(gaussian.klDivergence({ mean: m0, covariance: s0 }, { mean: m1, covariance: s1 }, options));
      const [f0, f1] = [squareOf(s0, d), squareOf(s1, d)];
      const shifted = (k: number, by: Fixed) => gap.map((g, i) => (i === k ? g + by : g));
      compare(full.gradient['p.mean'], (k, by) => fullDivergence(shifted(k, by), f0, f1), 'p.mean');
      compare(full.gradient['q.mean'], (k, by) => fullDivergence(shifted(k, -by), f0, f1), 'q.mean');
      compare(full.gradient['p.covariance'], (k, by) => fullDivergence(gap, moved(s0, k, by), f1), 'p.covariance');
      compare(full.gradient['q.covariance'], (k, by) => fullDivergence(gap, f0, moved(s1, k, by)), 'q.covariance');
      const { gradient } = gaussian.klDivergenceWithGradient({ mean: m0, cholesky: l0 }, { mean: m1, cholesky: l1 }, options);
      const lower = (k: number) => k % d <= Math.floor(k / d);
      const [q0, q1] = [squared(squareOf(l0, d)), squared(squareOf(l1, d))];
      compare(gradient['p.cholesky'], (k, by) => fullDivergence(gap, lower(k) ? squared(moved(l0, k, by)) : q0, q1), 'p.cholesky');
      compare(gradient['q.cholesky'], (k, by) => fullDivergence(gap, q0, lower(k) ? squared(moved(l1, k, by)) : q1), 'q.cholesky');
    }
  });

  it('are exactly 0 for equal parameters, symmetric by covariances, and 0 above the diagonal of factors', () => {
    const rng = createRng(SEED);
    const l = factor(rng, 3);
    const mean = normals(rng, 3);
    const zeros = (values: Readonly<Record<string, ArrayLike<number>>>) => Object.values(values).flatMap((v) => Array.from(v));
    for (const p of [
      { mean, covariance: product(l) },
      { mean, cholesky: l },
      { mean, variance: [1, 2, 3] },
      { mean, std: [1, 2, 3] },
      { mean, logVariance: [1, 2, 3] },
    ]) {
      const { gradient } = gaussian.klDivergenceWithGradient(p as never, p as never, options);
      expect(zeros(gradient as never).every((v) => v === 0)).toBe(true);
    }
    const far = gaussian.klDivergenceWithGradient(
      { mean, covariance: product(l) },
      { mean: [0, 0, 0], covariance: product(factor(rng, 3)) },
      options,
    );
    for (const name of ['p.covariance', 'q.covariance'] as const) {
      const g = far.gradient[name];
      for (const [a, b] of [
        [1, 3],
        [2, 6],
        [5, 7],
      ] as const)
        expect(g[a]).toBe(g[b]);
    }
    const { gradient } = gaussian.klDivergenceWithGradient({ mean, cholesky: l }, gaussian.standard, options);
    for (const k of [1, 2, 5]) expect(gradient['p.cholesky'][k]).toBe(0);
    expect(Object.keys(gradient)).toEqual(['p.mean', 'p.cholesky']);
  });

  it('by the least variances: where both parts of a slope overflow with unlike signs, the larger one decides', () => {
    const least = 2 ** -1074;
    const byVariance = (m: number, x: number, y: number) =>
      gaussian.klDivergenceWithGradient({ mean: [m], variance: [x] }, { mean: [0], variance: [y] }, options)
        .gradient as unknown as Readonly<Record<string, Float64Array>>;
    // −½(x − y + m²)/y²
    expect(byVariance(1e-16, least, 2 * least)['q.variance']).toEqual(Float64Array.of(-Infinity));
    expect(byVariance(1e-161, least, 2 * least)['q.variance']).toEqual(Float64Array.of(-Infinity));
    expect(byVariance(1e-162, least, 2 * least)['q.variance']).toEqual(Float64Array.of(Infinity));
    const byStd = (m: number, x: number, y: number) =>
      gaussian.klDivergenceWithGradient({ mean: [m], std: [x] }, { mean: [0], std: [y] }, options).gradient as unknown as Readonly<
        Record<string, Float64Array>
      >;
    // −(x² − y² + m²)/y³
    expect(byStd(1e-100, least, 2 * least)['q.std']).toEqual(Float64Array.of(-Infinity));
    expect(byStd(0, least, 2 * least)['q.std']).toEqual(Float64Array.of(Infinity));
  });

  it('come in the shape and dtype of the inputs, in the unit of base, only those that were asked for, and into out', () => {
    const mean = matrix(Float32Array.of(1, 0, 0, 2), 2, 2);
    const logVariance = matrix(new Float32Array(4), 2, 2);
    const { value, gradient } = gaussian.klDivergenceWithGradient({ mean, logVariance }, gaussian.standard, options);
    expect([...value]).toEqual([0.5, 2]);
    expect(gradient['p.mean']).toMatchObject({ data: mean.data, rows: 2, cols: 2 });
    expect(gradient['p.mean'].data).toBeInstanceOf(Float32Array);
    const bits = gaussian.klDivergenceWithGradient({ mean, logVariance }, gaussian.standard, { core, base: 2, withRespectTo: ['p.mean'] });
    expect(Object.keys(bits.gradient)).toEqual(['p.mean']);
    expect(bits.gradient['p.mean'].data[0]).toBe(Math.fround(1 / Math.LN2));
    const covariance = matrix(Float64Array.of(1, 0.5, 0.5, 1, 2, 0, 0, 2), 2, 4);
    const means = matrix(new Float64Array(4), 2, 2);
    const into = new Float64Array(8);
    const q = { mean: [0, 0], covariance: [1, 0, 0, 1] };
    const full = gaussian.klDivergenceWithGradient({ mean: means, covariance }, q, { core, out: { gradient: { 'p.covariance': into } } });
    expect(full.gradient['p.covariance']).toEqual({ data: into, rows: 2, cols: 4 });
    expect([...into.subarray(4)]).toEqual([0.25, 0, 0, 0.25]);
    expect(full.gradient['q.covariance'].rows).toBe(2);
    expect(
      errorOf(() => gaussian.klDivergenceWithGradient({ mean: means, covariance }, q, { core, withRespectTo: ['p.std'] as never })),
    ).toMatchObject({
      code: 'ERR_OPTION',
    });
    const bad = matrix(Float64Array.of(1, 2, 2, 1, 2, 0, 0, 2), 2, 4);
    const kept = new Float64Array(8).fill(7);
    expect(
      errorOf(() =>
        gaussian.klDivergenceWithGradient({ mean: means, covariance: bad }, q, { core, out: { gradient: { 'p.covariance': kept } } }),
      ),
    ).toMatchObject({ code: 'ERR_COVARIANCE', row: 0, column: 1 });
    expect([...kept]).toEqual(new Array(8).fill(7));
  });

  it('univariate, element by element: those of rows of one column, by numbers that serve all too', () => {
    const [mean, std] = [Float64Array.of(1, -2, 3), Float64Array.of(0.5, 1, 2)];
    const column = (data: Float64Array) => matrix(data, 3, 1);
    const elements = gaussian.univariateKlDivergenceWithGradient({ mean, std }, { mean: 0.25, std: 2 }, options);
    const rows = gaussian.klDivergenceWithGradient({ mean: column(mean), std: column(std) }, { mean: [0.25], std: [2] }, options);
    expect(elements.value).toEqual(gaussian.univariateKlDivergence({ mean, std }, { mean: 0.25, std: 2 }, options));
    for (const name of ['p.mean', 'p.std', 'q.mean', 'q.std'] as const) expect(elements.gradient[name]).toEqual(rows.gradient[name].data);
    const one = gaussian.univariateKlDivergenceWithGradient({ mean: 1, std: 1 }, gaussian.standard, options);
    expect(one).toEqual({ value: 0.5, gradient: { 'p.mean': 1, 'p.std': 0 } });
    const out = { value: new Float64Array(3), gradient: { 'p.mean': new Float64Array(3) } };
    const wanted = gaussian.univariateKlDivergenceWithGradient({ mean, std }, gaussian.standard, {
      core,
      base: 2,
      withRespectTo: ['p.mean'],
      out,
    });
    expect(wanted.gradient['p.mean']).toBe(out.gradient['p.mean']);
    expect([...out.gradient['p.mean']]).toEqual([...mean].map((m) => m / Math.LN2));
    expect(
      errorOf(() => gaussian.univariateKlDivergenceWithGradient({ mean, variance: [1, 0, 1] }, gaussian.standard, options)),
    ).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p.variance', row: 1 });
  });
});
