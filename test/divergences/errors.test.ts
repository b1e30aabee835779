import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  entropy,
  gaussian,
  handleZeros,
  jeffreysDivergence,
  jensenShannonDistance,
  jensenShannonDivergence,
  klDivergence,
  logits,
  matrix,
  pairwise,
  SurprisalError,
  surprisal,
} from '../../src/index.js';
import * as everything from '../../src/index.js';
import type { Matrix, Vector } from '../../src/types.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';

const P = matrix(Float64Array.of(0.5, 0.5, 0.25, 0.75), 2, 2);
const any = (value: unknown) => value as Vector;
const anyMatrix = (value: unknown) => value as Matrix;

/** 40 rows of 40: wasm where that is the choice, and NaN in one place. */
function large(dtype: 'f64' | 'f32', row: number, column: number, value: number): Matrix {
  const data = dtype === 'f64' ? new Float64Array(1600).fill(0.5) : new Float32Array(1600).fill(0.5);
  data[40 * row + column] = value;
  return matrix(data, 40, 40);
}

describe('base', () => {
  const ALPHA = { alpha: 0.75 };
  const unitless = [
    'totalVariation',
    'squaredHellinger',
    'hellingerDistance',
    'pearsonChiSquare',
    'neymanChiSquare',
    'triangularDiscrimination',
    'tsallisDivergence',
  ] as const;
  const inUnits = [
    'jeffreysDivergence',
    'jensenShannonDivergence',
    'renyiDivergence',
    'bhattacharyyaDistance',
    'populationStabilityIndex',
  ] as const;

  it.each([everything, logits])('divergences without a unit have none: total variation in "bits" would go beyond 1', (space) => {
    const of = (name: (typeof unitless | typeof inUnits)[number], options: object) =>
      (space[name] as (p: number[], q: number[], options: object) => number)([1, 2], [3, 1], {
        ...(/renyi|tsallis/.test(name) ? ALPHA : {}),
        ...options,
      });
    for (const name of unitless) {
      expect(of(name, {}), name).toBeGreaterThan(0);
      expect(
        errorOf(() => of(name, { base: 2 })),
        name,
      ).toMatchObject({ code: 'ERR_OPTION', argument: 'base' });
    }
    for (const name of inUnits) expect(of(name, { base: 2 }), name).toBeCloseTo(of(name, {}) / Math.LN2, 14);
  });
});

describe('kinds', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 1],
    ['a string', '0.5,0.5'],
    ['an object', {}],
    ['an ArrayBuffer', new ArrayBuffer(16)],
    ['a DataView', new DataView(new ArrayBuffer(16))],
    ['BigInt64Array', BigInt64Array.of(1n, 2n)],
    ['BigUint64Array', BigUint64Array.of(1n, 2n)],
    ['an unwrapped tensor', { data: Float64Array.of(1, 2), shape: [1, 2] }],
    ['a matrix of a plain array', { data: [1, 2], rows: 1, cols: 2 }],
  ])('%s is no distribution', (_, value) => {
    expect(errorOf(() => klDivergence(any(value), [1, 2]))).toMatchObject({ code: 'ERR_KIND', argument: expect.stringMatching(/^p/) });
    expect(errorOf(() => klDivergence([1, 2], any(value)))).toMatchObject({ code: 'ERR_KIND', argument: expect.stringMatching(/^q/) });
    expect(errorOf(() => entropy(any(value)))).toMatchObject({ code: 'ERR_KIND', argument: expect.stringMatching(/^p/) });
    expect(errorOf(() => logits.softmax(any(value)))).toMatchObject({ code: 'ERR_KIND', argument: expect.stringMatching(/^z/) });
  });

  it('an array of arrays is sent to matrix(), and an array of strings is refused with its place', () => {
    const nested = errorOf(() => klDivergence(any([[0.5, 0.5]]), [1]));
    expect(nested).toMatchObject({ code: 'ERR_KIND', argument: 'p', column: 0 });
    expect(nested.message).toContain('matrix(');
    expect(errorOf(() => klDivergence(any([0.5, '0.5']), [1, 1]))).toMatchObject({
      code: 'ERR_KIND',
      argument: 'p',
      column: 1,
      value: '0.5',
    });
    expect(errorOf(() => entropy(any([0.5, undefined, 1])))).toMatchObject({ code: 'ERR_KIND', argument: 'p', column: 1 });
  });
});

describe('shapes', () => {
  it.each([
    ['vectors of two lengths', () => klDivergence([0.5, 0.5], [1, 1, 1]), 'ERR_SHAPE', 'q'],
    ['matrices of two row counts', () => klDivergence(P, matrix(Float64Array.of(1, 1), 1, 2)), 'ERR_SHAPE', 'q'],
    ['matrices of two column counts', () => klDivergence(P, matrix(new Float64Array(6).fill(1), 2, 3)), 'ERR_SHAPE', 'q'],
    ['a reference of another length', () => klDivergence(P, [1, 1, 1]), 'ERR_SHAPE', 'q'],
    ['no entries', () => klDivergence([], []), 'ERR_EMPTY', 'p'],
    ['no entries in q', () => klDivergence([1], []), 'ERR_EMPTY', 'q'],
    ['no rows', () => klDivergence(matrix(new Float64Array(0), 0, 3), [1, 1, 1]), 'ERR_EMPTY', 'p'],
    ['no columns', () => entropy(matrix(new Float64Array(0), 3, 0)), 'ERR_EMPTY', 'p'],
    ['no logits', () => logits.softmax([]), 'ERR_EMPTY', 'z'],
    ['a matrix made by hand that does not fit', () => entropy({ data: new Float64Array(5), rows: 2, cols: 3 }), 'ERR_SHAPE', 'p'],
    ['a matrix with half a row', () => entropy({ data: new Float64Array(3), rows: 1.5, cols: 2 }), 'ERR_SHAPE', 'p.rows'],
    [
      'a mean and a variance of two lengths',
      () => gaussian.klDivergence({ mean: [0], variance: [1, 1] }, gaussian.standard),
      'ERR_SHAPE',
      'p.variance',
    ],
  ] as const)('%s', (_, call, code, argument) => {
    expect(errorOf(call)).toMatchObject({ code, argument });
  });

  it('says the arithmetic', () => {
    expect(errorOf(() => entropy({ data: new Float64Array(5), rows: 2, cols: 3 })).message).toBe(
      '"p" expected length 6 (2 rows × 3 cols), got 5',
    );
  });

  it('sees a matrix whose buffer was transferred away', () => {
    const gone = matrix(Float64Array.of(0.5, 0.5), 1, 2);
    structuredClone(gone.data, { transfer: [gone.data.buffer as ArrayBuffer] });
    expect(errorOf(() => entropy(gone))).toMatchObject({ code: 'ERR_SHAPE', argument: 'p' });
  });
});

describe.each(CORES)('law 4: entries, on %s', (_, core) => {
  const options = { core };
  const gauss = (variance: number) => gaussian.klDivergence({ mean: [0, 0], variance: [1, variance] }, gaussian.standard, options);

  it.each([-0.5, Number.NaN, Infinity, -Infinity])('a mass of %s', (value) => {
    const place = { code: 'ERR_DOMAIN', value, expected: 'a finite number ≥ 0' };
    for (const divergence of [klDivergence, jeffreysDivergence, jensenShannonDivergence, jensenShannonDistance, crossEntropy]) {
      expect(errorOf(() => divergence([0.5, value], [1, 1], options))).toMatchObject({ ...place, argument: 'p', column: 1 });
      expect(errorOf(() => divergence([1, 1], [value, 0.5], options))).toMatchObject({ ...place, argument: 'q', column: 0 });
      for (const dtype of ['f64', 'f32'] as const) {
        const good = large(dtype, 0, 0, 0.5);
        const bad = large(dtype, 17, 23, value);
        for (const normalize of [true, false]) {
          expect(errorOf(() => divergence(bad, good, { core, normalize }))).toMatchObject({ ...place, argument: 'p', row: 17, column: 23 });
          expect(errorOf(() => divergence(good, bad, { core, normalize }))).toMatchObject({ ...place, argument: 'q', row: 17, column: 23 });
        }
      }
    }
    expect(errorOf(() => entropy(large('f32', 3, 39, value), options))).toMatchObject({ ...place, argument: 'p', row: 3, column: 39 });
  });

  it('a vector has no row: neither alone nor as the reference of a batch', () => {
    expect(errorOf(() => klDivergence([Number.NaN], [1], options)).row).toBeUndefined();
    const error = errorOf(() => klDivergence(large('f64', 0, 0, 0.5), new Float64Array(40).fill(-1), options));
    expect(error).toMatchObject({ argument: 'q', column: 0 });
    expect(error.row).toBeUndefined();
  });

  it('integers and mixed kinds, widened in blocks, are found in their own place', () => {
    const data = new Int16Array(30_000).fill(2);
    data[10 * 2345 + 6] = -3;
    const place = { code: 'ERR_DOMAIN', argument: 'p', row: 2345, column: 6, value: -3 };
    expect(errorOf(() => entropy(matrix(data, 3000, 10), options))).toMatchObject(place);
  });

  it('rows without mass', () => {
    const zero = { code: 'ERR_ZERO_ROW' };
    expect(errorOf(() => klDivergence([0, 0], [1, 1], options))).toMatchObject({ ...zero, argument: 'p' });
    expect(errorOf(() => klDivergence([1, 1], [0, 0], options))).toMatchObject({ ...zero, argument: 'q' });
    const data = new Float32Array(1600).fill(1).fill(0, 280, 320);
    expect(errorOf(() => entropy(matrix(data, 40, 40), options))).toMatchObject({ ...zero, argument: 'p', row: 7 });
    expect(klDivergence([0, 0], [1, 1], { core, normalize: false })).toBe(0);
  });

  it('logits', () => {
    for (const value of [Number.NaN, Infinity]) {
      const place = { code: 'ERR_DOMAIN', column: 1, value };
      expect(errorOf(() => logits.klDivergence([0, value], [0, 0], options))).toMatchObject({ ...place, argument: 'a' });
      expect(errorOf(() => logits.jensenShannonDivergence([0, 0], [0, value], options))).toMatchObject({ ...place, argument: 'b' });
      for (const one of [logits.entropy, logits.klToUniform, logits.logSumExp, logits.softmax, logits.logSoftmax]) {
        expect(errorOf(() => one([0, value], options))).toMatchObject({ ...place, argument: 'z' });
        expect(errorOf(() => one(large('f32', 31, 39, value), options))).toMatchObject({ code: 'ERR_DOMAIN', row: 31, column: 39, value });
      }
    }
    expect(errorOf(() => logits.softmax([-Infinity, -Infinity], options))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'z' });
    expect(errorOf(() => logits.klDivergence([-Infinity], [0], options))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'a' });
  });

  it.each([0, -1, Number.NaN, Infinity])('a variance of %s', (variance) => {
    expect(errorOf(() => gauss(variance))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p.variance', column: 1, value: variance });
  });

  it('a mean and a log-variance', () => {
    const prior = (mean: number, logVariance: number) =>
      gaussian.klDivergence({ mean: [mean], logVariance: [logVariance] }, gaussian.standard, options);
    expect(errorOf(() => prior(Number.NaN, 0))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p.mean', column: 0 });
    expect(errorOf(() => prior(0, -Infinity))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p.logVariance', value: -Infinity });
  });

  it('the first bad row is named, and in it the first argument', () => {
    const p = new Float64Array(1600).fill(1);
    p[41] = Number.NaN;
    p[5 * 40] = -1;
    const q = p.slice();
    q[40] = -2;
    expect(errorOf(() => klDivergence(matrix(p, 40, 40), matrix(q, 40, 40), options))).toMatchObject({ argument: 'p', row: 1, column: 1 });
  });

  it('out is untouched after an error, and complete without one', () => {
    const out = new Float64Array(40).fill(-7);
    expect(errorOf(() => klDivergence(large('f64', 39, 0, Number.NaN), large('f64', 0, 0, 0.5), { core, out })).row).toBe(39);
    expect(out).toEqual(new Float64Array(40).fill(-7));
    expect(klDivergence(large('f64', 0, 0, 0.5), large('f64', 0, 0, 0.5), { core, out })).toBe(out);
    expect(out).toEqual(new Float64Array(40));

    const soft = new Float32Array(1600).fill(-7);
    expect(errorOf(() => logits.softmax(large('f32', 39, 39, Number.NaN), { core, out: soft })).row).toBe(39);
    expect(soft).toEqual(new Float32Array(1600).fill(-7));
    expect(logits.softmax(large('f32', 0, 0, 0.5), { core, out: soft }).data).toBe(soft);
    expect(soft.every((x) => Math.abs(x - 1 / 40) < 1e-6)).toBe(true);
  });

  it("normalize: 'require' refuses rows off 1 by more than 1e-3, and names the row with its sum", () => {
    const data = Float64Array.of(0.5, 0.5, 0.5, 0.4, 1, 0);
    const place = { code: 'ERR_DOMAIN', argument: 'p', row: 1, value: 0.9 };
    const required = { core, normalize: 'require' } as const;
    expect(errorOf(() => klDivergence(matrix(data, 3, 2), [0.5, 0.5], required))).toMatchObject(place);
    expect(errorOf(() => klDivergence([0.5, 0.5], [1, 1], required))).toMatchObject({ argument: 'q', value: 2 });
    expect(klDivergence([0.5, 0.5], [0.25, 0.75], required)).toBe(klDivergence([0.5, 0.5], [0.25, 0.75], { core }));
    // Printed with three digits, rows of probabilities pass, and are normalised: the same value as without the option.
    const printed = [0.333, 0.333, 0.333];
    expect(klDivergence(printed, [0.25, 0.25, 0.5], required)).toBe(klDivergence(printed, [0.25, 0.25, 0.5], { core }));
    for (const off of [1 - 0.00101, 1 + 0.00101]) {
      for (const row of [Float64Array.of(off / 2, off / 2), Float32Array.of(off / 2, off / 2)]) {
        expect(errorOf(() => entropy(row, required)).message).toMatch(/sums to 1 \(within 0\.001\), got a sum of/);
      }
    }
  });
});

describe('misuse: the error says which function is wanted', () => {
  const messageOf = (call: () => unknown) => errorOf(call).message;
  const z = [2.5, -1, 0.25];
  const logP = [Math.log(0.5), Math.log(0.3), Math.log(0.2)];
  const p = [0.5, 0.3, 0.2];

  it('logits in the place of probabilities', () => {
    expect(messageOf(() => klDivergence(z, p))).toMatch(/if these are logits, they go to logits\.klDivergence$/);
    expect(messageOf(() => klDivergence(p, z))).toMatch(/^"q" column 1 expected .* logits\.klDivergence$/);
    const namesake =
      /if these are logits, they go to the function of this name in "logits" \(where there is none, to logits\.softmax first\)$/;
    expect(messageOf(() => jensenShannonDistance(p, z))).toMatch(namesake);
    expect(messageOf(() => entropy(z))).toMatch(namesake);
    expect(messageOf(() => jeffreysDivergence(z, p))).toMatch(namesake);
    expect(messageOf(() => surprisal(z, 0))).toMatch(namesake);
    expect(messageOf(() => handleZeros(z))).toMatch(namesake);
    expect(messageOf(() => pairwise.klDivergence(matrix(z, 1, 3)))).toMatch(namesake);
    expect(messageOf(() => entropy(matrix([...p, ...z], 2, 3)))).toMatch(/^"p" row 1, column 1 /);
    expect(messageOf(() => klDivergence(z, p, { normalize: false }))).toMatch(/logits\.klDivergence$/);
  });

  it('log-probabilities: all ≤ 0, and their exponentials sum to 1; what they are sent to gives the answer', () => {
    expect(messageOf(() => klDivergence(logP, p))).toMatch(/log-probabilities, which go as they are to logits\.klDivergence$/);
    expect(messageOf(() => klDivergence(p, [-Infinity, ...logP.slice(0, 2).map(() => Math.log(0.5))]))).toMatch(/log-probabilities/);
    expect(logits.klDivergence(logP, [0, 0, 0])).toBeCloseTo(klDivergence(p, [1, 1, 1]), 14);
  });

  it('every divergence of rows has its namesake over logits, but those of masses that need not be distributions', () => {
    const ofMasses = Object.keys(everything).filter((name) =>
      /Divergence$|Distance$|Index$|Hellinger$|Square$|Variation$|Discrimination$/.test(name),
    );
    expect(ofMasses.length).toBeGreaterThan(18);
    expect(ofMasses.filter((name) => !(name in logits)).sort()).toEqual([
      'generalizedKlDivergence',
      'itakuraSaitoDivergence',
      'multiwayJensenShannonDivergence',
    ]);
  });

  it('an entry a rounding below 0 is told without a guess', () => {
    expect(messageOf(() => klDivergence([0.5, 0.5 + 1e-17, -1e-17], p))).toMatch(/got -1e-17$/);
    expect(messageOf(() => klDivergence([Number.NaN, 1, 1], p))).toMatch(/got NaN$/);
  });

  it("positive logits, and counts, under normalize: 'require'", () => {
    const required = { normalize: 'require' } as const;
    expect(messageOf(() => klDivergence([2.5, 1.5, 0.25], p, required))).toMatch(
      /got a sum of 4\.25: .*logits go to logits\.klDivergence$/,
    );
    expect(messageOf(() => klDivergence(Uint8Array.of(3, 1, 0), p, required))).toMatch(/for counts, leave "normalize" out/);
  });
});

describe('out', () => {
  const shared = new Float64Array(8).fill(0.5);
  const inside = matrix(shared.subarray(0, 4), 2, 2);

  it.each([
    ['too short', P, new Float64Array(1)],
    ['another kind', P, new Float32Array(2)],
    ['a plain array', P, [0, 0]],
    ['null', P, null],
    ['an input', P, P.data],
    ['part of an input', inside, shared.subarray(3, 5)],
    ['beside vectors', [0.5, 0.5], new Float64Array(1)],
  ])('%s is refused', (_, p, out) => {
    expect(errorOf(() => klDivergence(anyMatrix(p), [0.5, 0.5], { out: out as Float64Array }))).toMatchObject({
      code: 'ERR_OUT',
      argument: 'out',
    });
  });

  it('another part of the buffer of an input is fine, and so is one that is longer', () => {
    const out = shared.subarray(4, 8);
    expect(klDivergence(inside, [0.5, 0.5], { out })).toBe(out);
    expect([...shared]).toEqual([0.5, 0.5, 0.5, 0.5, 0, 0, 0.5, 0.5]);
  });

  it('softmax wants the kind of its result', () => {
    const z = matrix(new Float32Array(4), 2, 2);
    expect(errorOf(() => logits.softmax(z, { out: new Float64Array(4) }))).toMatchObject({ code: 'ERR_OUT' });
    expect(errorOf(() => logits.softmax(z, { out: z.data as Float32Array }))).toMatchObject({ code: 'ERR_OUT' });
    expect(errorOf(() => logits.softmax(z, { out: new Float32Array(3) }))).toMatchObject({ code: 'ERR_OUT' });
  });
});

describe('options', () => {
  const kl = (options: unknown) => () => klDivergence([0.5, 0.5], [0.5, 0.5], options as { base: number });
  const soft = (options: unknown) => () => logits.softmax([0, 1], options as { temperature: number });

  it.each([
    ['a misspelt name', kl({ Base: 2 }), 'Base'],
    ['an option of another function', kl({ temperature: 2 }), 'temperature'],
    ['an option of another function', soft({ base: 2 }), 'base'],
    ['base 1', kl({ base: 1 }), 'base'],
    ['a base below 1: a divergence would turn negative', kl({ base: 0.5 }), 'base'],
    ['base 0', kl({ base: 0 }), 'base'],
    ['base NaN', kl({ base: Number.NaN }), 'base'],
    ['base Infinity', kl({ base: Infinity }), 'base'],
    ['base as a string', kl({ base: '2' }), 'base'],
    ['normalize of another kind', kl({ normalize: 1 }), 'normalize'],
    ['temperature 0', soft({ temperature: 0 }), 'temperature'],
    ['a negative temperature', soft({ temperature: -1 }), 'temperature'],
    ['temperature NaN', soft({ temperature: Number.NaN }), 'temperature'],
    ['temperature null', soft({ temperature: null }), 'temperature'],
    ['core of another kind', kl({ core: 'wasm' }), 'core'],
    ['two kinds of scale', () => gaussian.klDivergence({ mean: [0], variance: [1], std: [1] }, gaussian.standard), 'p'],
    ['no scale', () => gaussian.klDivergence({ mean: [0] } as never, gaussian.standard), 'p'],
    ['no mean', () => gaussian.klDivergence({ std: [1] } as never, gaussian.standard), 'p'],
    ['an unknown parameter', () => gaussian.klDivergence({ mean: [0], sigma: [1] } as never, gaussian.standard), 'p'],
    ['a scale unlike the other side', () => gaussian.klDivergence({ mean: [0], std: [1] }, { mean: [0], variance: [1] }), 'q'],
  ])('%s is refused by name', (_, call, argument) => {
    expect(errorOf(call)).toMatchObject({ code: 'ERR_OPTION', argument });
  });

  it('undefined is the same as left out', () => {
    expect(kl({ base: undefined, normalize: undefined, out: undefined, core: undefined })()).toBe(0);
  });

  it.each([[2], [null], [new Float64Array(2)], ['base']])('%j in the place of options is refused', (value) => {
    expect(errorOf(kl(value))).toMatchObject({ code: 'ERR_KIND', argument: 'options' });
  });

  it.each([[null], [1], [[0, 1]], ['standard']])('%j is no Gaussian', (value) => {
    expect(errorOf(() => gaussian.klDivergence(value as never, gaussian.standard))).toMatchObject({ code: 'ERR_KIND', argument: 'p' });
    expect(errorOf(() => gaussian.klDivergence({ mean: [0], std: [1] }, value as never))).toMatchObject({
      code: 'ERR_KIND',
      argument: 'q',
    });
  });
});

describe('SurprisalError', () => {
  it('is an Error with a name, a code, a message that says it all, and no empty fields', () => {
    const error = errorOf(() => klDivergence(matrix(Float64Array.of(1, 1, 1, -2), 2, 2), [1, 1]));
    expect(error).toBeInstanceOf(SurprisalError);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('SurprisalError');
    expect(error.message).toBe(
      '"p" row 1, column 1 expected a finite number ≥ 0, got -2: if these are logits, they go to logits.klDivergence',
    );
    expect(Object.keys(errorOf(() => klDivergence([], [])))).not.toContain('row');
  });
});

describe('what a call is handed and does not need is checked all the same', () => {
  it.each([{}, 5, null])('a core that is none: %s', (core) => {
    const options = { core } as never;
    for (const call of [
      () => surprisal([1, 1], 0, options),
      () => everything.perplexity([1, 1], 0, options),
      () =>
        everything.multiwayJensenShannonDivergence(
          [
            [1, 1],
            [1, 2],
          ],
          options,
        ),
    ]) {
      expect(errorOf(call)).toMatchObject({ code: 'ERR_OPTION', argument: 'core' });
    }
  });

  it('a core that was disposed of', () => {
    const core = everything.createCore({ backend: 'js' });
    core.dispose();
    for (const call of [
      () => surprisal([1, 1], 0, { core }),
      () => everything.perplexity([1, 1], 0, { core }),
      () =>
        everything.multiwayJensenShannonDivergence(
          [
            [1, 1],
            [1, 2],
          ],
          { core },
        ),
    ]) {
      expect(errorOf(call)).toMatchObject({ code: 'ERR_BACKEND', argument: 'core' });
    }
  });

  it('null is no option left out', () => {
    expect(errorOf(() => everything.excessCodeLength([1, 2], [2, 1], { base: null } as never))).toMatchObject({ argument: 'base' });
    expect(errorOf(() => everything.klDivergenceWithGradient([1, 2], [2, 1], { atZero: null } as never))).toMatchObject({
      argument: 'atZero',
    });
    for (const name of [null, Object.create(null)]) {
      expect(errorOf(() => handleZeros([1, 0], { method: name }))).toMatchObject({ code: 'ERR_OPTION', argument: 'method' });
      const options = { code: 'ERR_OPTION', argument: 'measure' };
      expect(errorOf(() => [...pairwise.blocks(P, P, { measure: name })])).toMatchObject(options);
    }
  });
});

describe("normalize: 'require' of labels", () => {
  it.each([
    [[1n, 0n], 'ERR_KIND'],
    [['a', 1], 'ERR_KIND'],
    [[Number.NaN, 1], 'ERR_DOMAIN'],
    [[-3, 1], 'ERR_DOMAIN'],
  ])('an entry that is no mass is named before sums are: %s', (p, code) => {
    const options = { normalize: 'require' } as const;
    expect(errorOf(() => surprisal(any(p), 0, options))).toMatchObject({ code, argument: 'p', column: 0 });
    expect(errorOf(() => everything.perplexity(any(p), 0, options))).toMatchObject({ code, argument: 'p', column: 0 });
  });

  it('a sum that is not 1 is refused, and out stays', () => {
    const out = Float64Array.of(7, 7);
    expect(errorOf(() => surprisal(matrix([0.5, 0.5, 0.5, 0.2], 2, 2), [0, 0], { normalize: 'require', out }))).toMatchObject({ row: 1 });
    expect(Array.from(out)).toEqual([7, 7]);
  });
});

describe('results that do not fit', () => {
  it('are ERR_MEMORY', () => {
    const many = matrix(new Float32Array(2e5).fill(1), 1e5, 2);
    expect(errorOf(() => pairwise.klDivergence(many))).toMatchObject({ code: 'ERR_MEMORY', value: 1e10 });
    expect(
      errorOf(() => everything.dense(everything.csr({ data: [1], indices: [0], indptr: new Int32Array(1e5 + 1).fill(1, 1), cols: 1e5 }))),
    ).toMatchObject({ code: 'ERR_MEMORY' });
  });
});

it('a weight of a subnormal number is refused: products of it lose their digits, each backend other ones', () => {
  for (const of of [everything, logits])
    for (const call of [of.generalizedJensenShannonDivergence, of.skewKlDivergence] as readonly (typeof everything.skewKlDivergence)[]) {
      expect(errorOf(() => call([0, 1, 1], [1, 1, 0.5], { weight: 1e-310 }))).toMatchObject({ code: 'ERR_OPTION', argument: 'weight' });
      for (const weight of [0, 2 ** -1022, 1]) expect(call([1, 1, 1], [1, 1, 1], { weight })).toBe(0);
    }
});
