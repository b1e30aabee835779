import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  entropy,
  jeffreysDivergence,
  jensenShannonDistance,
  jensenShannonDivergence,
  klDivergence,
  matrix,
} from '../../src/index.js';
import { CORES } from '../support/cores.js';

const LN2 = Math.LN2;
const LN3 = 1.0986122886681098;
/** D(½,½ ‖ ¼,¾) = log 2 − ½·log 3, to the last bit. */
const KL = 0.14384103622589045;

/** Within 4 units in the last place. */
function close(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(4 * 2 ** -52 * Math.abs(expected));
}

describe.each(CORES)('discrete divergences on %s', (_, core) => {
  const options = { core };

  it('answers that can be derived by hand', () => {
    close(klDivergence([0.5, 0.5], [0.25, 0.75], options), KL);
    close(klDivergence([1, 0], [0.5, 0.5], options), LN2);
    close(jeffreysDivergence([0.5, 0.5], [0.25, 0.75], options), 0.25 * LN3);
    close(jensenShannonDivergence([1, 0], [0, 1], options), LN2);
    close(jensenShannonDistance([1, 0], [0, 1], options), Math.sqrt(LN2));
    close(entropy([1, 1, 1, 1], options), 2 * LN2);
    close(crossEntropy([0.5, 0.5], [0.25, 0.75], options), LN2 + KL);
  });

  it('law 1: exactly 0 for equal rows and for multiples by a power of two; Infinity where q has none of the mass; 0·log 0 is 0', () => {
    const p = [0.1, 0.2, 0.3, 0.4];
    for (const divergence of [klDivergence, jeffreysDivergence, jensenShannonDivergence, jensenShannonDistance]) {
      expect(divergence(p, p, options)).toBe(0);
      expect(
        divergence(
          p,
          p.map((x) => 4 * x),
          options,
        ),
      ).toBe(0);
    }
    expect(klDivergence([0.5, 0.5], [1, 0], options)).toBe(Infinity);
    expect(jeffreysDivergence([1, 0], [0.5, 0.5], options)).toBe(Infinity);
    expect(crossEntropy([0.5, 0.5], [1, 0], options)).toBe(Infinity);
    expect(klDivergence([0.5, 0.5, 0], [0.25, 0.75, 0], options)).toBe(klDivergence([0.5, 0.5], [0.25, 0.75], options));
    expect(entropy([0, 3, 0], options)).toBe(0);
  });

  it('law 1: close rows keep their digits: D ≈ ½Σδ²/p', () => {
    const delta = 2 ** -40;
    const value = klDivergence([0.5, 0.5], [0.5 + delta, 0.5 - delta], options);
    close(value, 2 * delta ** 2);
  });

  it('rows are normalised, unless they are to be taken as given', () => {
    close(klDivergence([2, 2], [10, 30], options), KL);
    close(klDivergence([2, 2], [1, 3], { core, normalize: false }), 4 * KL);
    close(klDivergence([1, 1], [2, 2], { core, normalize: false }), -2 * LN2);
    expect(klDivergence([1, 1], [2, 2], options)).toBe(0);
    close(entropy([0.5, 0.25], { core, normalize: false }), LN2);
  });

  it('as given, terms are as small as p is beside a q far above it', () => {
    const given = { core, normalize: false };
    // 2^-400·log(2^-400/2^700), and 2^-1074·log(2^-1074/2^1000) to the next of the smallest numbers
    close(klDivergence([2 ** -400, 0], [2 ** 700, 1], given), -1100 * LN2 * 2 ** -400);
    close(klDivergence([2 ** -500, 2 ** -490], [2 ** 400, 2 ** -600], given), LN2 * (110 * 2 ** -490 - 900 * 2 ** -500));
    expect(klDivergence([2 ** -1074], [2 ** 1000], given)).toBe(-1438 * 2 ** -1074);
  });

  it('base', () => {
    close(klDivergence([1, 0], [0.5, 0.5], { core, base: 2 }), 1);
    close(klDivergence([1, 0], [0.5, 0.5], { core, base: 10 }), Math.log10(2));
    close(entropy([1, 1, 1, 1], { core, base: 2 }), 2);
    close(jensenShannonDistance([1, 0], [0, 1], { core, base: 2 }), 1);
  });

  it('a matrix gives a number a row, a vector beside it serves them all, on either side', () => {
    const P = matrix(Float64Array.of(0.5, 0.5, 0.25, 0.75, 1, 0), 3, 2);
    const Q = matrix(Float64Array.of(0.25, 0.75, 0.25, 0.75, 0.5, 0.5), 3, 2);
    const reference = [0.25, 0.75];
    const each = (f: (i: number) => number) => Float64Array.from([0, 1, 2], f);
    const row = (m: { data: ArrayLike<number> }, i: number) => [m.data[2 * i] as number, m.data[2 * i + 1] as number];
    expect(klDivergence(P, Q, options)).toEqual(each((i) => klDivergence(row(P, i), row(Q, i), options)));
    expect(klDivergence(P, reference, options)).toEqual(each((i) => klDivergence(row(P, i), reference, options)));
    expect(klDivergence(reference, Q, options)).toEqual(each((i) => klDivergence(reference, row(Q, i), options)));
    expect(entropy(P, { core, base: 2 })).toEqual(each((i) => entropy(row(P, i), { core, base: 2 })));
    expect(klDivergence(matrix([0.5, 0.5], 1, 2), reference, options)).toBeInstanceOf(Float64Array);
  });

  it('every kind of array', () => {
    const kinds = [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
      Array,
    ];
    const doubles: unknown[] = [Int32Array, Uint32Array, Float64Array, Array];
    for (const Kind of kinds)
      expect(klDivergence(Kind.of(2, 2), Kind.of(10, 30), options)).toBeCloseTo(KL, doubles.includes(Kind) ? 15 : 8);
    close(klDivergence(Buffer.from([2, 2]), [10, 30], options), KL);
    const shared = new Float64Array(new SharedArrayBuffer(16));
    shared.set([2, 2]);
    close(klDivergence(shared, [10, 30], options), KL);
  });

  it('views at odd offsets', () => {
    const bytes = new ArrayBuffer(8 * 300 + 4);
    const single = new Float32Array(bytes, 4, 128).fill(1);
    const half = new Float64Array(8 * 100).subarray(3, 131).fill(1);
    single[5] = 3;
    half[5] = 3;
    expect(entropy(single, options)).toBeGreaterThan(4);
    expect(klDivergence(single, half, options)).toBe(0);
  });

  it('f32 beside f64 widens: the same bits as f64 for both', () => {
    const p = Float32Array.from({ length: 5000 }, (_, i) => ((i * 37) % 91) / 7 + 0.1);
    const q = Float64Array.from({ length: 5000 }, (_, i) => ((i * 53) % 89) / 3 + 0.1);
    const wide = klDivergence(matrix(Float64Array.from(p), 50, 100), matrix(q, 50, 100), options);
    expect(klDivergence(matrix(p, 50, 100), matrix(q, 50, 100), options)).toEqual(wide);
    expect(klDivergence(matrix(q, 50, 100), p.subarray(0, 100), options)).toEqual(
      klDivergence(matrix(q, 50, 100), Float64Array.from(p.subarray(0, 100)), options),
    );
  });

  it('plain arrays and narrow ones are widened a block at a time: the same bits as all at once', () => {
    const counts = Uint16Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 613);
    const wide = matrix(Float64Array.from(counts), 7000, 10);
    const plain = Array.from({ length: 10 }, (_, i) => i + 1);
    expect(klDivergence(matrix(counts, 7000, 10), plain, options)).toEqual(klDivergence(wide, Float64Array.from(plain), options));
    expect(klDivergence(wide, plain, options)).toEqual(klDivergence(wide, Float64Array.from(plain), options));
    const long = Array.from({ length: 20_000 }, (_, i) => i % 251);
    expect(entropy(long, options)).toBe(entropy(Float64Array.from(long), options));
    expect(klDivergence(long, Uint8Array.from(long), options)).toBe(0);
  });

  it('inputs are not modified, and results of one call survive the next', () => {
    const p = Float64Array.of(2, 6);
    const P = matrix(p, 1, 2);
    const first = klDivergence(P, [1, 1], options);
    const kept = Float64Array.from(first);
    klDivergence(P, [1, 9], options);
    expect(first).toEqual(kept);
    expect([...p]).toEqual([2, 6]);
  });
});
