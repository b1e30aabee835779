import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  type BitsDtype,
  crossEntropy,
  entropy,
  gaussian,
  jensenShannonDivergence,
  klDivergence,
  logits,
  matrix,
  type NumericArray,
  unfold,
  vector,
} from '../../src/index.js';
import { bfloat16, float16 } from '../../src/rows/narrow.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';
import { createRng } from '../support/rng.js';

const [ROWS, COLS] = [60, 33];
const rng = createRng(5);
/** Bits of numbers between 2⁻¹⁴ and 2; in bfloat16 between 2⁻⁶³ and 2. */
const bits = (dtype: BitsDtype) =>
  Uint16Array.from({ length: ROWS * COLS }, () => (dtype === 'float16' ? 0x0400 + rng.below(0x3c00) : 0x2000 + rng.below(0x2000)));
/** The numbers of an array, entry by entry. */
function singles(data: NumericArray, dtype: BitsDtype | undefined): Float32Array {
  if (Object.prototype.toString.call(data).includes('Float16')) {
    return singles(new Uint16Array(data.buffer, data.byteOffset, data.length), 'float16');
  }
  return Float32Array.from(data, dtype === undefined ? (x) => x : dtype === 'float16' ? float16 : bfloat16);
}

/** What the library sees of a Float16Array: its name and its bytes. */
class StandIn extends Uint16Array {
  override get [Symbol.toStringTag](): never {
    return 'Float16Array' as never;
  }
}

/** Float16Array where the engine has it. */
const { Float16Array: Half = StandIn } = globalThis as unknown as { Float16Array?: typeof StandIn };
const halves = (data: Uint16Array) => new Half(data.buffer as ArrayBuffer) as unknown as NumericArray;

const NARROW: readonly (readonly [name: string, data: NumericArray, dtype: BitsDtype | undefined])[] = [
  ['bits of float16', bits('float16'), 'float16'],
  ['bits of bfloat16', bits('bfloat16'), 'bfloat16'],
  ['Float16Array', halves(bits('float16')), undefined],
];
const WIDE: readonly (readonly [name: string, data: NumericArray])[] = [
  ['Uint8Array', Uint8Array.from({ length: ROWS * COLS }, () => rng.below(256))],
  ['Uint8ClampedArray', Uint8ClampedArray.from({ length: ROWS * COLS }, () => rng.below(256))],
  ['Int8Array', Int8Array.from({ length: ROWS * COLS }, () => rng.below(128))],
  ['Uint16Array', Uint16Array.from({ length: ROWS * COLS }, () => rng.below(65536))],
  ['Int16Array', Int16Array.from({ length: ROWS * COLS }, () => rng.below(32768))],
  ['Int32Array', Int32Array.from({ length: ROWS * COLS }, () => rng.bits() >>> 1)],
  ['Uint32Array', Uint32Array.from({ length: ROWS * COLS }, () => rng.bits())],
  ['Float64Array', Float64Array.from({ length: ROWS * COLS }, () => rng.uniform())],
];

describe.each(CORES)('narrow inputs on %s', (_, core) => {
  const options = { core };
  const q32 = Float32Array.from({ length: ROWS * COLS }, () => 0.01 + rng.uniform());
  const Q32 = matrix(q32, ROWS, COLS);

  it.each(NARROW)('%s: the bits of a Float32Array of the same numbers', (_name, data, dtype) => {
    const wide = singles(data, dtype);
    const P = matrix(data, ROWS, COLS, { dtype });
    const P32 = matrix(wide, ROWS, COLS);
    const first = dtype === undefined ? data.subarray(0, COLS) : vector(data.subarray(0, COLS) as Uint16Array, { dtype });
    const first32 = wide.subarray(0, COLS);
    for (const divergence of [klDivergence, jensenShannonDivergence, crossEntropy]) {
      expect(divergence(P, P, options)).toEqual(divergence(P32, P32, options));
      expect(divergence(P, Q32, options)).toEqual(divergence(P32, Q32, options));
      expect(divergence(Q32, first, options)).toEqual(divergence(Q32, first32, options));
      expect(divergence(first, first32, options)).toBe(divergence(first32, first32, options));
    }
    expect(klDivergence(P, first32, options)).toEqual(klDivergence(P32, first, options));
    expect(logits.klDivergence(P, Q32, options)).toEqual(logits.klDivergence(P32, Q32, options));
    expect(logits.softmax(P, options).data).toEqual(logits.softmax(P32, options).data);
    expect(logits.softmax(first, options)).toEqual(logits.softmax(first32, options));
    const scores = gaussian.klDivergence({ mean: P, logVariance: Q32 }, gaussian.standard, options);
    expect(scores).toEqual(gaussian.klDivergence({ mean: P32, logVariance: Q32 }, gaussian.standard, options));
    const elements = gaussian.univariateKlDivergence({ mean: P, std: Q32 }, gaussian.standard, options);
    expect(elements).toEqual(gaussian.univariateKlDivergence({ mean: P32, std: Q32 }, gaussian.standard, options));
  });

  it.each(NARROW)('%s beside doubles, integers or a plain array: the bits of doubles', (_name, data, dtype) => {
    const single = singles(data, dtype);
    const P = matrix(data, ROWS, COLS, { dtype });
    const P64 = matrix(Float64Array.from(single), ROWS, COLS);
    for (const [, wide] of WIDE) {
      const [Q, Q64] = [matrix(wide, ROWS, COLS), matrix(Float64Array.from(wide), ROWS, COLS)];
      expect(klDivergence(P, Q, options)).toEqual(klDivergence(P64, Q64, options));
      expect(klDivergence(Q, P, options)).toEqual(klDivergence(Q64, P64, options));
    }
    const plain = Array.from(q32.subarray(0, COLS));
    expect(klDivergence(P, plain, options)).toEqual(klDivergence(P64, Float64Array.from(plain), options));
    expect(gaussian.univariateKlDivergence({ mean: P, std: 2 }, gaussian.standard, options)).toEqual(
      gaussian.univariateKlDivergence({ mean: P64, std: 2 }, gaussian.standard, options),
    );
  });

  it.each(WIDE)('%s: the bits of doubles', (_name, data) => {
    const [Q, Q64] = [matrix(data, ROWS, COLS), matrix(Float64Array.from(data), ROWS, COLS)];
    expect(entropy(Q, options)).toEqual(entropy(Q64, options));
    expect(klDivergence(Q, Q32, options)).toEqual(klDivergence(Q64, matrix(Float64Array.from(q32), ROWS, COLS), options));
    expect(logits.softmax(data.subarray(0, COLS), options)).toBeInstanceOf(Float64Array);
  });

  it('arrays of another realm count by their kind', () => {
    const foreign = runInNewContext('[Float32Array.of(1, 2), Float64Array.of(1, 2), Uint8Array.of(1, 2)]');
    expect(logits.softmax(foreign[0], options)).toEqual(logits.softmax(Float32Array.of(1, 2), options));
    expect(logits.softmax(foreign[1], options)).toEqual(logits.softmax(Float64Array.of(1, 2), options));
    expect(logits.softmax(foreign[2], options)).toEqual(logits.softmax(Float64Array.of(1, 2), options));
    expect(klDivergence(foreign[1], foreign[0], options)).toBe(0);
  });

  it('law 4: an error names the place and the number, not its bits', () => {
    const [minusOne, nan, half] = [0xbc00, 0x7e01, 0x3800];
    const P = (bad: number) => matrix(new Uint16Array(1600).fill(half).fill(bad, 703, 704), 40, 40, { dtype: 'float16' });
    const place = { code: 'ERR_DOMAIN', argument: 'p', row: 17, column: 23 };
    expect(errorOf(() => entropy(P(minusOne), options))).toMatchObject({ ...place, value: -1 });
    expect(errorOf(() => entropy(P(nan), options))).toMatchObject({ ...place, value: Number.NaN });
    expect(errorOf(() => klDivergence([0.5, 0.5], vector(Uint16Array.of(0xbf80, 0), { dtype: 'bfloat16' }), options))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'q',
      column: 0,
      value: -1,
    });
    for (const Kind of [Int8Array, Int16Array, Int32Array]) {
      const counts = new Kind(1600).fill(3).fill(-1, 703, 704);
      expect(errorOf(() => entropy(matrix(counts, 40, 40), options))).toMatchObject({ ...place, value: -1 });
    }
    expect(errorOf(() => entropy(matrix(new Uint8Array(6), 2, 3), options))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'p', row: 0 });
  });

  it('results may not overwrite the bits, and out is untouched where a row is refused', () => {
    const buffer = new ArrayBuffer(64);
    const P = matrix(new Uint16Array(buffer, 0, 8).fill(0x3c00), 2, 4, { dtype: 'float16' });
    expect(errorOf(() => entropy(P, { core, out: new Float64Array(buffer, 8, 2) }))).toMatchObject({ code: 'ERR_OUT' });
    const out = new Float64Array(2).fill(-7);
    const Z = matrix(Uint16Array.of(0x3c00, 0x3c00, 0x7e00, 0x3c00), 2, 2, { dtype: 'float16' });
    expect(errorOf(() => entropy(Z, { core, out })).row).toBe(1);
    expect([...out]).toEqual([-7, -7]);
  });

  it("'require' allows what rounding to the dtype may leave", () => {
    const third = matrix(new Uint16Array(3).fill(0x3eab), 1, 3, { dtype: 'bfloat16' });
    expect(3 * bfloat16(0x3eab) - 1).toBeGreaterThan(1e-3);
    expect(entropy(third, { core, normalize: 'require', base: 3 })[0]).toBeCloseTo(1, 7);
    const off = vector(Uint16Array.of(0x3f02, 0x3f00), { dtype: 'bfloat16' }); // 1 + 2⁻⁷
    expect(errorOf(() => entropy(off, { core, normalize: 'require' }))).toMatchObject({ code: 'ERR_DOMAIN', value: 1 + 2 ** -7 });
  });
});

describe('bits by name', () => {
  const data = Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400);

  it('stay in place, in a matrix and in a vector', () => {
    expect(matrix(data, 2, 2, { dtype: 'float16' })).toEqual({ data, rows: 2, cols: 2, dtype: 'float16' });
    expect(matrix(data, 2, 2, { dtype: 'float16' }).data).toBe(data);
    expect(vector(data, { dtype: 'bfloat16' })).toEqual({ data, dtype: 'bfloat16' });
    expect(matrix(data, 2, 2)).not.toHaveProperty('dtype');
  });

  it('tensors say dtype or type; numbers in other arrays are what they are', () => {
    const float16 = matrix(data, 2, 2, { dtype: 'float16' });
    expect(matrix({ data, shape: [2, 2], dtype: 'float16' })).toEqual(float16);
    expect(matrix({ data, dims: [2, 2], type: 'float16' })).toEqual(float16);
    expect(matrix({ data, dims: [2, 2], type: 'uint16' })).toEqual(matrix(data, 2, 2));
    expect(matrix({ data: Float32Array.of(1, 2), shape: [1, 2], dtype: 'bfloat16' })).toEqual(matrix(Float32Array.of(1, 2), 1, 2));
    const folded = matrix({ data, shape: [2, 1, 2], dtype: 'bfloat16' });
    expect(folded).toMatchObject({ dtype: 'bfloat16', rows: 2, lead: [2, 1] });
    expect(unfold(entropy(folded), folded).shape).toEqual([2, 1]);
  });

  it.each([
    ['an unknown dtype', () => matrix(data, 2, 2, { dtype: 'half' as never }), 'ERR_KIND', 'matrix.dtype'],
    ['bits in a Float32Array', () => matrix(Float32Array.of(1), 1, 1, { dtype: 'float16' }), 'ERR_KIND', 'matrix.data'],
    ['bits in an Int16Array', () => vector(Int16Array.of(1) as never, { dtype: 'float16' }), 'ERR_KIND', 'vector.data'],
    ['a vector without dtype', () => vector(data, undefined as never), 'ERR_KIND', 'vector.dtype'],
    ['an unknown option', () => vector(data, { type: 'float16' } as never), 'ERR_OPTION', 'type'],
    ['a tensor of words that it calls floats', () => matrix({ data, shape: [2, 2], dtype: 'float32' }), 'ERR_KIND', 'data.dtype'],
    ['a vector made by hand', () => entropy({ data: Float32Array.of(1) as never, dtype: 'float16' }), 'ERR_KIND', 'p.data'],
    ['a matrix made by hand', () => entropy({ data, rows: 2, cols: 2, dtype: 'half' as never }), 'ERR_KIND', 'p.dtype'],
    ['a tensor that is not wrapped', () => entropy({ data, dims: [2, 2], dtype: 'float16' } as never), 'ERR_KIND', 'p'],
    ['no bits', () => entropy(vector(new Uint16Array(0), { dtype: 'float16' })), 'ERR_EMPTY', 'p'],
    ['lengths that differ', () => klDivergence([1, 2], vector(data, { dtype: 'float16' })), 'ERR_SHAPE', 'q'],
  ] as const)('%s is refused', (_, call, code, argument) => {
    expect(errorOf(call)).toMatchObject({ code, argument });
  });
});
