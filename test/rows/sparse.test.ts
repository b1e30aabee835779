import { describe, expect, it } from 'vitest';
import {
  bhattacharyyaDistance,
  type Core,
  chernoffDivergence,
  crossEntropy,
  csr,
  dense,
  entropy,
  gaussian,
  generalizedJensenShannonDivergence,
  generalizedKlDivergence,
  handleZeros,
  hellingerDistance,
  jeffreysDivergence,
  jensenShannonDistance,
  jensenShannonDivergence,
  klDivergence,
  type LazyRows,
  logits,
  type Matrix,
  maskClasses,
  matrix,
  neymanChiSquare,
  pearsonChiSquare,
  populationStabilityIndex,
  ragged,
  renyiDivergence,
  skewKlDivergence,
  squaredHellinger,
  totalVariation,
  vector,
  triangularDiscrimination,
  tsallisDivergence,
} from '../../src/index.js';
import type { Dtype, Floats } from '../../src/types.js';
import { allocate } from '../support/backends.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';
import { createRng } from '../support/rng.js';

type Pair = typeof klDivergence;

/** With its own parameter set. */
const withOptions = <More extends object>(divergence: (p: never, q: never, options: More & { core: Core }) => unknown, more: More) =>
  ((p: never, q: never, options: { core: Core }) => divergence(p, q, { ...options, ...more })) as unknown as Pair;

/** Every function of two rows of masses. A class with no mass in either adds nothing to any of them. */
const PAIRS: Readonly<Record<string, Pair>> = {
  klDivergence,
  generalizedKlDivergence,
  jeffreysDivergence,
  jensenShannonDivergence,
  jensenShannonDistance,
  crossEntropy,
  totalVariation,
  squaredHellinger,
  hellingerDistance,
  pearsonChiSquare,
  neymanChiSquare,
  triangularDiscrimination,
  populationStabilityIndex,
  bhattacharyyaDistance,
  ...Object.fromEntries([0, 0.5, 2, 3.5, Infinity].map((alpha) => [`renyiDivergence ${alpha}`, withOptions(renyiDivergence, { alpha })])),
  tsallisDivergence: withOptions(tsallisDivergence, { alpha: 0.3 }),
  chernoffDivergence: withOptions(chernoffDivergence, { alpha: 0.7 }),
  skewKlDivergence: withOptions(skewKlDivergence, { weight: 0.25 }),
  generalizedJensenShannonDivergence: withOptions(generalizedJensenShannonDivergence, { weight: 0.9 }),
};

interface Table {
  readonly rows: number;
  readonly cols: number;
  readonly data: Floats;
}

/** Counts and fractions with a share of zeros; q covers p but for `hole`, the share of rows where it does not. */
function tables(seed: number, dtype: Dtype, rows: number, cols: number, share: number, hole = 0): { p: Table; q: Table } {
  const rng = createRng(seed);
  const p = allocate(dtype, rows * cols);
  const q = allocate(dtype, rows * cols);
  for (let i = 0; i < p.length; i++) {
    if (i % cols !== 0 && rng.uniform() < share) continue;
    if (rng.uniform() < 0.7) p[i] = rng.uniform() < 0.5 ? 1 + rng.below(50) : rng.uniform();
    q[i] = 0.01 + rng.uniform();
  }
  for (let r = 0; r < rows; r++) {
    if (p.subarray(r * cols, (r + 1) * cols).every((x) => x === 0)) p[r * cols] = 1;
    const ofQ = q.subarray(r * cols, (r + 1) * cols);
    if (rng.uniform() < hole && ofQ.filter((x) => x > 0).length > 1) ofQ[ofQ.findIndex((x) => x > 0)] = 0;
  }
  return { p: { data: p, rows, cols }, q: { data: q, rows, cols } };
}

function toCsr({ data, rows, cols }: Table) {
  const values: number[] = [];
  const indices: number[] = [];
  const indptr = [0];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      if (data[r * cols + c] === 0) continue;
      values.push(data[r * cols + c] as number);
      indices.push(c);
    }
    indptr.push(values.length);
  }
  const stored = data instanceof Float32Array ? Float32Array.from(values) : Float64Array.from(values);
  return csr({ data: stored, indices: Int32Array.from(indices), indptr: Uint32Array.from(indptr), cols });
}

const asMatrix = ({ data, rows, cols }: Table): Matrix => matrix(data, rows, cols);

/** Row r of both tables without the columns that neither has. */
function union(p: Table, q: Table, r: number): [Floats, Floats] {
  const from = (table: Table) => table.data.subarray(r * table.cols, (r + 1) * table.cols);
  const kept = [...from(p).keys()].filter((c) => from(p)[c] !== 0 || from(q)[c] !== 0);
  const has = new Set(kept);
  const pick = (row: Floats) => row.filter((_, c) => has.has(c));
  return [pick(from(p)), pick(from(q))];
}

/** Σ|p·log(p/q)|: what the bound of KL as given is relative to. */
function absoluteTerms(p: Floats, q: Floats): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i] !== 0) sum += Math.abs((p[i] as number) * Math.log((p[i] as number) / (q[i] as number)));
  return sum;
}

const SEED = 20_261_128;
const SHAPES = [
  [1, 1, 0.5],
  [50, 7, 0.6],
  [80, 64, 0.9],
  [15, 65, 0.3],
  [10, 1000, 0.9],
  [2, 20_000, 0.99],
] as const;

describe.each(CORES)('sparse rows on %s', (_, core) => {
  const options = { core };

  it.each(SHAPES)(
    'bits: those of dense rows of the columns that either stores; values: those of the full rows (%d × %d)',
    (rows, cols, share) => {
      for (const dtype of ['f64', 'f32'] as const) {
        const { p, q } = tables(SEED + cols, dtype, rows, cols, share, 0.1);
        const [P, Q] = [toCsr(p), toCsr(q)];
        expect(P.dtype).toBe(dtype);
        for (const [name, divergence] of Object.entries(PAIRS)) {
          for (const normalize of [true, false]) {
            const actual = divergence(P, Q, { core, normalize });
            const compact = Float64Array.from({ length: rows }, (_row, r) => divergence(...union(p, q, r), { core, normalize }));
            expect(actual, `${name} ${dtype} seed ${SEED + cols}`).toEqual(compact);
            const full = divergence(asMatrix(p), asMatrix(q), { core, normalize });
            // Two results, each within the bound of the function, off-scale rows times 1 + 1/√D; as given, KL may cancel, and its bound is relative to what it sums.
            const bound = 2 * (dtype === 'f64' ? 2 ** -48 : 2 ** -20);
            for (let r = 0; r < rows; r++) {
              const [expected, value] = [full[r] as number, actual[r] as number];
              const scale =
                name === 'klDivergence' && !normalize
                  ? absoluteTerms(...union(p, q, r))
                  : Math.abs(expected) + Math.sqrt(Math.abs(expected));
              if (expected !== value) expect(Math.abs(value - expected), `${name} ${dtype} row ${r}`).toBeLessThanOrEqual(bound * scale);
            }
          }
        }
        expect(entropy(P, options)).toEqual(Float64Array.from({ length: rows }, (_row, r) => entropy(union(p, p, r)[0], options)));
      }
    },
  );

  it('beside a matrix or a vector: the bits of full rows; with f32 beside f64 they widen', () => {
    for (const dtype of ['f64', 'f32'] as const) {
      const { p, q } = tables(SEED, dtype, 6, 700, 0.9);
      const reference = q.data.slice(0, 700);
      for (const divergence of Object.values(PAIRS)) {
        const full = divergence(asMatrix(p), asMatrix(q), options);
        expect(divergence(toCsr(p), asMatrix(q), options)).toEqual(full);
        expect(divergence(asMatrix(p), toCsr(q), options)).toEqual(full);
        expect(divergence(toCsr(p), reference, options)).toEqual(divergence(asMatrix(p), reference, options));
        expect(divergence(reference, toCsr(p), options)).toEqual(divergence(reference, asMatrix(p), options));
        const wide = { ...q, data: Float64Array.from(q.data) };
        expect(divergence(toCsr(p), asMatrix(wide), options)).toEqual(divergence(asMatrix(p), asMatrix(wide), options));
        expect(divergence(toCsr(p), Array.from(reference), options)).toEqual(divergence(asMatrix(p), Array.from(reference), options));
      }
    }
  });

  it('counts of any integer kind, plain arrays, stored zeros and rows far out of the lanes’ range', () => {
    const parts = { indices: [0, 4, 1, 2], indptr: [0, 2, 4], cols: 5 };
    const counts = csr({ data: Uint16Array.of(3, 1, 0, 2), ...parts });
    expect(entropy(counts, options)).toEqual(Float64Array.of(entropy([3, 1], options), 0));
    const many = csr({ data: Int32Array.of(3, 1, 0, 2), ...parts });
    expect(entropy(many, options)).toEqual(Float64Array.of(entropy([3, 1], options), 0));
    const half = matrix(Uint16Array.of(0x3c00, 0, 0, 0, 0x3c00, 0, 0x3c00, 0x4000, 0, 0), 2, 5, { dtype: 'float16' });
    const full = matrix(Float32Array.of(1, 0, 0, 0, 1, 0, 1, 2, 0, 0), 2, 5);
    expect(klDivergence(half, counts, options)).toEqual(klDivergence(full, dense(counts), options));
    expect(dense(counts).data).toEqual(Float64Array.of(3, 0, 0, 0, 1, 0, 0, 2, 0, 0));
    const tiny = csr({ data: [1e-305, 3e-305, 1e300], indices: [1, 8, 0], indptr: [0, 2, 3], cols: 9 });
    const other = csr({ data: [1e-300, 1e-300, 5], indices: [1, 8, 0], indptr: [0, 2, 3], cols: 9 });
    expect(klDivergence(tiny, other, options)).toEqual(Float64Array.of(klDivergence([1e-305, 3e-305], [1, 1], options), 0));
  });

  it('law 1: equal rows give exactly 0, mass where q has none gives Infinity', () => {
    const { p } = tables(SEED, 'f64', 200, 90, 0.8);
    expect(klDivergence(toCsr(p), toCsr(p), options)).toEqual(new Float64Array(200));
    const apart = (column: number) => csr({ data: [1], indices: [column], indptr: [0, 1], cols: 3 });
    expect(klDivergence(apart(0), apart(2), options)).toEqual(Float64Array.of(Infinity));
    expect(jensenShannonDivergence(apart(0), apart(2), { core, base: 2 })).toEqual(Float64Array.of(1));
  });

  it('a bad entry is found in its own place, a row without mass by its number; out is untouched', () => {
    const { p, q } = tables(SEED, 'f64', 120, 500, 0.9);
    const P = csr({ data: [1, 2, -3, 4], indices: [7, 400, 3, 499], indptr: [0, 1, 2, 4], cols: 500 });
    const some = { ...q, rows: 3, data: q.data.slice(0, 1500) };
    const out = new Float64Array(3).fill(-7);
    for (const Q of [toCsr(some), asMatrix(some)]) {
      const place = { code: 'ERR_DOMAIN', argument: 'p', row: 2, column: 3, value: -3 };
      expect(errorOf(() => generalizedKlDivergence(P, Q, { core, out }))).toMatchObject(place);
      expect(out).toEqual(new Float64Array(3).fill(-7));
    }
    const empty = csr({ data: [1], indices: [0], indptr: [0, 1, 1], cols: 500 });
    expect(errorOf(() => entropy(empty, options))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'p', row: 1 });
    expect(errorOf(() => entropy(toCsr(p), { core, normalize: 'require' }))).toMatchObject({ code: 'ERR_DOMAIN', argument: 'p', row: 0 });
    expect(errorOf(() => klDivergence(toCsr(p), toCsr(some), options))).toMatchObject({ code: 'ERR_SHAPE', argument: 'q' });
  });

  it('rows of unequal length have the bits they have alone', () => {
    const rng = createRng(SEED);
    const lengths = Array.from({ length: 100 }, (_row, r) => (r % 50 === 0 ? 1000 + rng.below(2000) : 1 + rng.below(40)));
    const offsets = [0];
    for (const length of lengths) offsets.push((offsets.at(-1) as number) + length);
    const draw = () => Float64Array.from({ length: offsets.at(-1) as number }, () => rng.uniform());
    const [p, q] = [draw(), draw()];
    const [P, Q] = [ragged({ data: p, offsets }), ragged({ data: q, offsets })];
    const alone = (f: (a: Float64Array, b: Float64Array) => number) =>
      Float64Array.from(lengths, (_length, r) => f(p.subarray(offsets[r], offsets[r + 1]), q.subarray(offsets[r], offsets[r + 1])));
    for (const divergence of Object.values(PAIRS)) expect(divergence(P, Q, options)).toEqual(alone((a, b) => divergence(a, b, options)));
    expect(entropy(P, options)).toEqual(alone((a) => entropy(a, options)));
    const Bad = ragged({ data: [1, 1, 1, Number.NaN], offsets: [0, 1, 4] });
    expect(errorOf(() => entropy(Bad, options))).toMatchObject({ code: 'ERR_DOMAIN', row: 1, column: 2 });
  });
});

describe('what csr and ragged take', () => {
  const parts = { data: [1, 2, 3], indices: [0, 2, 1], indptr: [0, 2, 3], cols: 3 };

  it.each([
    ['a column beyond the last', { indices: [0, 3, 1] }, /"indices" row 0, at 1 expected a column from 0 to 2, got 3/],
    ['a negative column', { indices: Int32Array.of(0, 2, -1) }, /row 1, at 2 expected a column from 0 to 2, got -1/],
    ['columns out of order', { indices: [2, 0, 1] }, /row 0, at 1 expected columns that ascend: above 2, each once, got 0/],
    ['a column twice', { indices: [2, 2, 1] }, /row 0, at 1 expected columns that ascend/],
    ['half a column', { indices: [0, 1.5, 1] }, /"indices\[1\]" expected a whole number/],
    ['offsets that go down', { indptr: [0, 3, 2] }, /"indptr" row 1 expected offsets that never go down: 3 or more after row 1, got 2/],
    ['offsets that begin late', { indptr: [1, 2, 3] }, /"indptr" row 0 expected a first offset of 0, got 1/],
    ['offsets that end early', { indptr: [0, 1, 2] }, /expected a last offset of 3, as many as there are values, got 2/],
    ['no offsets', { indptr: [] }, /one offset more than there are rows/],
    ['too few columns', { indices: [0, 2] }, /"indices" expected 3 columns, one for each entry of data, got 2/],
    ['half a count', { cols: 2.5 }, /"cols" expected a whole number ≥ 0/],
    ['too many columns', { cols: 2 ** 31 }, /"cols" expected at most 2147483647/],
  ])('%s is refused with its place', (_, change, message) => {
    const error = errorOf(() => csr({ ...parts, ...change }));
    expect(error).toMatchObject({ code: 'ERR_SHAPE' });
    expect(error.message).toMatch(message);
  });

  it.each([
    ['BigInt columns', () => csr({ ...parts, indices: BigInt64Array.of(0n, 2n, 1n) as never }), 'indices'],
    ['data of another kind', () => csr({ ...parts, data: '123' as never }), 'data'],
    ['nothing', () => csr(undefined as never), 'csr'],
    ['no offsets', () => ragged({ data: [1] } as never), 'offsets'],
  ])('%s is refused', (_, call, argument) => {
    expect(errorOf(call)).toMatchObject({ code: 'ERR_KIND', argument });
  });

  it('16-bit floats by name, as matrix and vector take them', () => {
    const bits = Uint16Array.of(0x3f00, 0x3e80, 0x3e80);
    const expected = entropy(matrix(bits, 1, 3, { dtype: 'bfloat16' }));
    const places = { indices: [0, 1, 2], indptr: [0, 3], cols: 3 };
    expect(entropy(csr({ data: bits, dtype: 'bfloat16', ...places }))).toEqual(expected);
    expect(entropy(csr({ data: vector(bits, { dtype: 'bfloat16' }), ...places }))).toEqual(expected);
    expect(entropy(ragged({ data: bits, dtype: 'bfloat16', offsets: [0, 3] }))).toEqual(expected);
    expect(entropy(ragged({ data: bits, offsets: [0, 3] }))).not.toEqual(expected);
    expect(errorOf(() => csr({ data: bits, dtype: 'half' as never, ...places }))).toMatchObject({
      code: 'ERR_KIND',
      argument: 'data.dtype',
    });
  });

  it('typed arrays are used in place', () => {
    const data = Float64Array.of(1, 1, 2);
    const P = csr({ ...parts, data });
    const before = entropy(P)[0];
    data[1] = 3;
    expect(entropy(P)[0]).not.toBe(before);
    expect(dense(P)).toEqual({ data: Float64Array.of(1, 0, 3, 0, 2, 0), rows: 2, cols: 3 });
  });

  it('rows over an array that was transferred are refused by name, whichever it is, and whatever was made of them', () => {
    const gone = (array: Float64Array | Int32Array) => structuredClone(array, { transfer: [array.buffer as ArrayBuffer] });
    const parts = () => ({ data: Float64Array.of(1, 2, 3), indices: Int32Array.of(0, 2, 1), indptr: Int32Array.of(0, 2, 3) });
    const made: (() => [rows: Parameters<typeof entropy>[0], array: Float64Array | Int32Array])[] = [
      ...(['data', 'indices', 'indptr'] as const).map((name) => () => {
        const of = parts();
        return [csr({ ...of, cols: 3 }), of[name]] as [LazyRows, Float64Array | Int32Array];
      }),
      ...(['data', 'indptr'] as const).map((name) => () => {
        const of = parts();
        return [ragged({ data: of.data, offsets: of.indptr }), of[name]] as [LazyRows, Float64Array | Int32Array];
      }),
      () => {
        const of = parts();
        return [handleZeros(csr({ ...of, cols: 3 }), { method: 'pseudocount', alpha: 1 }).p, of.data];
      },
      () => {
        const data = Float64Array.of(1, 2, 3, 4, 5, 6);
        return [maskClasses(matrix(data, 2, 3), [0, 1, 0]), data];
      },
      () => {
        const data = Float64Array.of(1, 2, 3, 4, 5, 6);
        return [handleZeros(matrix(data, 2, 3), { method: 'pseudocount', alpha: 1 }).p, data];
      },
    ];
    for (const make of made) {
      const [rows, array] = make();
      expect(entropy(rows)).toHaveLength(2);
      gone(array);
      const out = new Float64Array(2).fill(7);
      expect(() => entropy(rows, { out })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE', argument: 'p' }));
      expect(() => klDivergence(rows, rows)).toThrow(expect.objectContaining({ code: 'ERR_SHAPE', argument: 'p' }));
      expect(out).toEqual(Float64Array.of(7, 7));
    }
  });

  it('no rows and no columns are refused when there is something to compute', () => {
    expect(errorOf(() => entropy(csr({ data: [], indices: [], indptr: [0], cols: 3 }))).code).toBe('ERR_EMPTY');
    expect(errorOf(() => entropy(csr({ data: [], indices: [], indptr: [0, 0], cols: 0 }))).code).toBe('ERR_EMPTY');
  });

  it('ragged rows meet rows of their own lengths alone', () => {
    const P = ragged({ data: [1, 1, 1], offsets: [0, 1, 3] });
    const wrong = { code: 'ERR_SHAPE', argument: 'q' };
    expect(errorOf(() => klDivergence(P, ragged({ data: [1, 1, 1], offsets: [0, 2, 3] })))).toMatchObject({ ...wrong, row: 0 });
    expect(errorOf(() => klDivergence(P, [1, 1]))).toMatchObject(wrong);
    expect(errorOf(() => klDivergence(P, matrix([1, 1, 1, 1], 2, 2)))).toMatchObject(wrong);
    const same = csr({ data: [1, 1, 1], indices: [0, 0, 1], indptr: [0, 1, 3], cols: 2 });
    expect(errorOf(() => klDivergence(P, same))).toMatchObject(wrong);
    expect(errorOf(() => klDivergence(same, P))).toMatchObject({ ...wrong, argument: 'p' });
  });

  it('they are masses: nothing else takes them', () => {
    const P = csr(parts) as never;
    expect(errorOf(() => logits.klDivergence(P, P))).toMatchObject({ code: 'ERR_KIND', argument: 'a' });
    expect(errorOf(() => logits.softmax(P))).toMatchObject({ code: 'ERR_KIND', argument: 'z' });
    expect(errorOf(() => gaussian.klDivergence({ mean: P, variance: P }, gaussian.standard))).toMatchObject({ code: 'ERR_KIND' });
  });
});

describe('rows of very many columns', () => {
  const cols = 2 ** 31 - 1;
  const of = (...data: number[]) => csr({ data, indices: [3, cols - 1].slice(0, data.length), indptr: [0, data.length], cols });

  it('are refused by what they store, with its column', () => {
    expect(errorOf(() => klDivergence(of(0.5, -0.5), of(1)))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'p',
      row: 0,
      column: cols - 1,
      value: -0.5,
    });
    expect(errorOf(() => klDivergence(of(1), of()))).toMatchObject({ code: 'ERR_ZERO_ROW', argument: 'q', row: 0 });
    expect(errorOf(() => entropy(of(0.5, 0.25), { normalize: 'require' }))).toMatchObject({ code: 'ERR_DOMAIN', row: 0, value: 0.75 });
  });

  it('are looked over by what they store', () => {
    expect(entropy(of(0.5, 0.5), { normalize: 'require', base: 2 })[0]).toBe(1);
  });
});

describe('out apart from what rows are read from', () => {
  const refused = { code: 'ERR_OUT', argument: 'out' };

  it.each([
    ['masked', (data: Float64Array) => maskClasses(matrix(data, 2, 3), [1, 0, 0])],
    ['masked row by row', (data: Float64Array) => maskClasses(matrix(data, 2, 3), matrix([1, 0, 0, 0, 0, 1], 2, 3))],
    ['with zeros handled', (data: Float64Array) => handleZeros(matrix(data, 2, 3), { method: 'clip' }).p],
    ['masked, then handled', (data: Float64Array) => handleZeros(maskClasses(matrix(data, 2, 3), [1, 0, 0]), { method: 'clip' }).p],
    ['sparse', (data: Float64Array) => csr({ data, indices: [0, 1, 2, 0, 1, 2], indptr: [0, 3, 6], cols: 3 })],
    [
      'by columns',
      ({ buffer }: Float64Array) => csr({ data: [1, 2], indices: new Int32Array(buffer, 0, 2).fill(0), indptr: [0, 1, 2], cols: 3 }),
    ],
  ])('%s', (_, make) => {
    const data = Float64Array.of(1, 2, 3, 4, 5, 6);
    const rows = make(data);
    const before = [...data];
    expect(errorOf(() => entropy(rows, { out: data }))).toMatchObject(refused);
    expect([...data]).toEqual(before);
    expect(entropy(rows, { out: new Float64Array(2) })).toEqual(entropy(rows));
  });
});

describe('rows that are told by more than their numbers', () => {
  it('sparse rows beside ragged ones of all columns are rows of all columns, whichever comes first', () => {
    const full = ragged({ data: [1, 1, 1, 1, 2, 3], offsets: [0, 3, 6] });
    const sparse = csr({ data: [1, 1, 4], indices: [0, 2, 1], indptr: [0, 2, 3], cols: 3 });
    const masked = maskClasses(csr({ data: [1, 9, 1, 4], indices: [0, 1, 3, 2], indptr: [0, 3, 4], cols: 4 }), [0, 1, 0, 0]);
    for (const few of [sparse, masked]) {
      for (const measure of [klDivergence, totalVariation, jensenShannonDivergence]) {
        expect(measure(full, few)).toEqual(measure(dense(full), dense(few)));
        expect(measure(few, full)).toEqual(measure(dense(few), dense(full)));
      }
    }
  });

  it("a mask leaves a Buffer's bytes as they are", () => {
    const data = Buffer.from([1, 2, 3, 4, 5, 6]);
    const rows = maskClasses(csr({ data, indices: [0, 1, 2, 0, 1, 2], indptr: [0, 3, 6], cols: 3 }), [1, 0, 0]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...dense(rows).data]).toEqual([2, 3, 5, 6]);
  });

  it('a dtype is that of bits alone', () => {
    const parts = { indices: [0], indptr: [0, 1], cols: 1, dtype: 'bfloat16' } as const;
    expect(dense(csr({ ...parts, data: Uint16Array.of(0x3f80) })).data[0]).toBe(1);
    for (const data of [Int16Array.of(0x3f80), [0x3f80]])
      expect(errorOf(() => csr({ ...parts, data }))).toMatchObject({ code: 'ERR_KIND', argument: 'data.data' });
  });
});
