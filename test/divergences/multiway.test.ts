import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createCore,
  csr,
  generalizedJensenShannonDivergence,
  jensenShannonDivergence,
  logits,
  matrix,
  multiwayJensenShannonDivergence,
} from '../../src/index.js';
import { logOf } from '../oracle/discrete.js';
import { divide, type Fixed, fixed, multiply, ONE, relativeError, toNumber } from '../oracle/fixed.js';
import { createRng, seedOr } from '../support/rng.js';

const settings = { seed: seedOr(20261128), numRuns: 150 };
const positive = fc.tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -20, max: 20 })).map(([m, k]) => m * 2 ** k);
const mass = fc.oneof({ weight: 4, arbitrary: positive }, { weight: 1, arbitrary: fc.constant(0) });
const several = (count: number, entry = mass) =>
  fc
    .integer({ min: 1, max: 30 })
    .chain((n) => fc.array(fc.array(entry, { minLength: n, maxLength: n }), { minLength: count, maxLength: count }))
    .filter((rows) => rows.every((row) => row.some((x) => x > 0)));
const near = fc
  .tuple(several(1, positive), fc.integer({ min: 1, max: 13 }), fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })))
  .map(([[p], digits, noise]) => {
    const source = noise[Symbol.iterator]();
    const moved = () => (p as number[]).map((x) => x * (1 + 10 ** -digits * (source.next().value as number)));
    return [p as number[], moved(), moved()];
  });
const check = <T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void): void =>
  fc.assert(
    fc.property(arbitrary, (value) => {
      predicate(value);
    }),
    settings,
  );

/** Σⱼ πⱼ·Σ p̂ⱼ·log(p̂ⱼ/m). */
function exactly(rows: readonly (readonly number[])[], weights: readonly number[]): Fixed {
  const all = weights.reduce((sum, w) => sum + fixed(w), 0n);
  const shares = weights.map((w) => divide(fixed(w), all));
  const hats = rows.map((row) => {
    const total = row.reduce((sum, x) => sum + fixed(x), 0n);
    return row.map((x) => divide(fixed(x), total));
  });
  let sum = 0n;
  for (let i = 0; i < (rows[0] as readonly number[]).length; i++) {
    const m = hats.reduce((mean, hat, j) => mean + multiply(shares[j] as Fixed, hat[i] as Fixed), 0n);
    for (const [j, hat] of hats.entries()) {
      const x = hat[i] as Fixed;
      if (x !== 0n) sum += multiply(multiply(shares[j] as Fixed, x), logOf(divide(x, m)));
    }
  }
  return sum;
}

/** Groups of members end to end, of logits `spread` apart; every fourth group has members of other masses. */
function tensor(groups: number, members: number, cols: number, spread: number): Float64Array {
  const rng = createRng(settings.seed);
  const data = new Float64Array(groups * members * cols);
  for (let at = 0; at < data.length; at += members * cols) {
    const common = Float64Array.from({ length: cols }, () => 2 * rng.normal());
    for (let m = 0; m < members; m++) {
      const row = logits.softmax(common.map((x) => x + spread * rng.normal())) as Float64Array;
      const mass = (at / (members * cols)) % 4 === 3 ? 1 + m : 1;
      data.set(row.map((x) => x * mass), at + m * cols); // biome-ignore format: one step
    }
  }
  return data;
}

describe(`Jensen–Shannon among the members of groups in one tensor (seed ${settings.seed})`, () => {
  it('is that of the members one by one: far apart, near, equal, of other masses, weighted, as given', () => {
    for (const [members, cols] of [
      [2, 1],
      [3, 2],
      [5, 10],
      [20, 3],
      [40, 67],
      [1, 4],
    ] as const) {
      // biome-ignore format: a line a shape
      for (const spread of [1, 1e-3, 1e-6, 1e-9, 0]) {
        const wide = tensor(9, members, cols, spread);
        for (const [data, bound] of [[wide, 2 ** -47], [Float32Array.from(wide), 2 ** -20]] as const) { // biome-ignore format: a line a dtype
          const P = matrix({ data, shape: [9, members, cols] });
          const rowsOf = (group: number) => Array.from({ length: members }, (_, m) => data.slice((group * members + m) * cols, (group * members + m + 1) * cols));
          for (const options of [{}, { base: 2 }, { weights: Array.from({ length: members }, (_, m) => 1 + m) }, { normalize: false }]) {
            const all = multiwayJensenShannonDivergence(P, options);
            expect(all).toHaveLength(9);
            for (const [group, actual] of all.entries()) {
              const exact = members === 1 ? 0 : multiwayJensenShannonDivergence(rowsOf(group), options);
              if (exact === 0) expect(actual).toBe(0);
              // One by one, members of sums apart are off by ε of an entry, of what is of the size of √D; in f32 that is far below the bound.
              else expect(Math.abs(actual / exact - 1), `${members}×${cols}, ${spread}, group ${group}`).toBeLessThanOrEqual(bound * (data === wide ? 1 + 1 / Math.sqrt(exact) : 1));
            }
          }
        }
      }
    }
  });

  it('stays finite where the mean vanishes, and has the same bits on either backend', () => {
    for (const tiny of [2 ** -149, 2 ** -140]) {
      const data = Float32Array.of(1, tiny, 1, 0, 1, 0, 1, 0, 0.5, 0.5, 0.25, 0.75, 0, 1, 1, 0);
      const P = matrix({ data, shape: [2, 4, 2] });
      const [js, wasm] = (['js', 'wasm'] as const).map((backend) => multiwayJensenShannonDivergence(P, { core: createCore({ backend }) }));
      expect(js).toEqual(wasm);
      expect(js?.[0]).toBeLessThan(2 ** -130);
    }
  });

  it('names the row of all members, its column and value, and a matrix that is no tensor', () => {
    const data = tensor(3, 4, 5, 1);
    data[(2 * 4 + 1) * 5 + 3] = -1;
    const refused = (run: () => unknown, expected: object) => expect(run).toThrow(expect.objectContaining(expected));
    refused(() => multiwayJensenShannonDivergence(matrix({ data, shape: [3, 4, 5] })), {
      code: 'ERR_DOMAIN',
      row: 9,
      column: 3,
      value: -1,
    });
    data.fill(0, (2 * 4 + 1) * 5, (2 * 4 + 2) * 5);
    refused(() => multiwayJensenShannonDivergence(matrix({ data, shape: [3, 4, 5] })), { code: 'ERR_ZERO_ROW', row: 9 });
    refused(() => multiwayJensenShannonDivergence(matrix(data, 12, 5)), { code: 'ERR_KIND', argument: 'distributions' });
    refused(() => multiwayJensenShannonDivergence(matrix({ data, shape: [3, 4, 5] }), { weights: [1, 2] }), { code: 'ERR_OPTION' });
  });
});

describe('Jensen–Shannon among several', () => {
  it('agrees with 320 bits, close together or not', () => {
    check(fc.oneof(several(3), near), (rows) => {
      const weights = [1, 2, 5];
      const exact = exactly(rows, weights);
      const actual = multiwayJensenShannonDivergence(rows, { weights });
      // Rows of different sums: ε of an entry, of what is of the size of √D.
      const allowed = 32 * 2 ** -53 * (1 + 1 / Math.sqrt(toNumber(exact)));
      if (exact > ONE >> 150n) expect(relativeError(actual, exact)).toBeLessThanOrEqual(allowed);
    });
  });

  it('keeps the digits of rows that nearly agree where their sums lie on either side of a power of two', () => {
    const rows = [
      [0.22979627018461773, 0.0163437788733557, 0.7538598250641853],
      [0.2297962681176364, 0.016343778289655952, 0.7538599849670653],
      [0.2297962737619526, 0.016343777816301298, 0.7538600360812718],
    ];
    const exact = exactly(rows, [1, 1, 1]);
    expect(toNumber(exact)).toBeLessThan(1e-14);
    expect(relativeError(multiwayJensenShannonDivergence(rows), exact)).toBeLessThanOrEqual(32 * 2 ** -53);
  });

  it('is the two-way divergence of two, does not depend on the order, and is 0 for equal rows', () => {
    check(several(3), ([p, q, r]) => {
      const [x, y, z] = [p, q, r] as [number[], number[], number[]];
      const two = generalizedJensenShannonDivergence(x, y, { weight: 0.25 });
      const same = multiwayJensenShannonDivergence([x, y], { weights: [1, 3] });
      expect(Math.abs(same - two)).toBeLessThanOrEqual(2 ** -47 * (two + Math.sqrt(two)));
      const [one, other] = [multiwayJensenShannonDivergence([x, y, z]), multiwayJensenShannonDivergence([z, x, y])];
      expect(Math.abs(one - other)).toBeLessThanOrEqual(2 ** -46 * (one + Math.sqrt(one)));
      expect(multiwayJensenShannonDivergence([x, x, x])).toBe(0);
      expect(multiwayJensenShannonDivergence([x, y, z], { weights: [0, 1, 0] })).toBe(0);
    });
  });

  it('takes weights of any numbers', () => {
    const rows = [
      [0.5, 0.5],
      [0.1, 0.9],
    ];
    expect(multiwayJensenShannonDivergence(rows, { weights: Uint8Array.of(1, 3) })).toBe(
      multiwayJensenShannonDivergence(rows, { weights: [1, 3] }),
    );
  });

  it('leaves out what has no weight, whatever it holds and wherever it stands', () => {
    const near = [
      [0.3, 0.3, 0.4],
      [0.3 + 1e-9, 0.3 - 1e-9, 0.4],
    ];
    const two = multiwayJensenShannonDivergence(near);
    const far = [0.9, 0.05, 0.05];
    expect(multiwayJensenShannonDivergence([far, ...near], { weights: [0, 1, 1] })).toBe(two);
    expect(multiwayJensenShannonDivergence([...near, far], { weights: [1, 1, 0] })).toBe(two);
    const equal = [far, [0.2, 0.5, 0.3], [0.2, 0.5, 0.3]];
    expect(multiwayJensenShannonDivergence(equal, { weights: [0, 1, 2] })).toBe(0);
    const masses = { weights: [0, 1, 1], normalize: false } as const;
    expect(multiwayJensenShannonDivergence([[1e20], [1], [2]], masses)).toBeCloseTo(0.0849495183976987, 15);
    expect(() => multiwayJensenShannonDivergence([[NaN, 1, 1], ...near], { weights: [0, 1, 1] })).toThrow(/distributions\[0\]/);
  });

  it('keeps its digits where one has nearly all the weight: 60 digits of mpmath', () => {
    const weights = [7.987574633849955e-13, 3.1967745621999736e-20];
    for (const [p, q, w] of [
      [[0, 1000], [1, 0], weights],
      [[1, 0], [0, 1000], [...weights].reverse()],
    ] as const) {
      const value = multiwayJensenShannonDivergence([p, q], { weights: w });
      expect(Math.abs(value / 7.217474996850749e-7 - 1)).toBeLessThanOrEqual(32 * 2 ** -53);
    }
  });

  it('reaches the entropy of the weights where nothing is shared, and takes subnormal and huge rows', () => {
    const apart = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(multiwayJensenShannonDivergence(apart, { base: 3 })).toBe(1);
    const rows = [
      [3, 5, 8],
      [4, 4, 8],
      [1, 1, 2],
    ];
    const d = multiwayJensenShannonDivergence(rows);
    const scaled = rows.map((row, j) => row.map((x) => x * ([2 ** -1070, 2 ** 1018, 1][j] as number)));
    expect(Math.abs(multiwayJensenShannonDivergence(scaled) - d)).toBeLessThanOrEqual(2 ** -46 * d);
  });

  it('takes matrices, vectors beside them, sparse rows, and `out`', () => {
    const P = matrix(Float64Array.of(1, 2, 3, 4, 5, 6), 2, 3);
    const sparse = csr({ data: Float64Array.of(1, 2), indices: Int32Array.of(0, 2), indptr: Int32Array.of(0, 1, 2), cols: 3 });
    const out = new Float64Array(2);
    const result = multiwayJensenShannonDivergence([P, sparse, [1, 1, 1]], { out });
    expect(result).toBe(out);
    expect(out[0]).toBe(multiwayJensenShannonDivergence([[1, 2, 3], [1, 0, 0], [1, 1, 1]])); // biome-ignore format: one row each
    expect(multiwayJensenShannonDivergence([[0.5, 0.4], [0.2, 0.7]], { normalize: false })).toBeCloseTo(jensenShannonDivergence([0.5, 0.4], [0.2, 0.7], { normalize: false }), 15); // biome-ignore format: one row each
  });

  it('names what it refuses', () => {
    const refused = (run: () => unknown, expected: object) => expect(run).toThrow(expect.objectContaining(expected));
    for (const few of [[], [[1]], [1] as never, matrix([1], 1, 1) as never])
      refused(() => multiwayJensenShannonDivergence(few), { argument: expect.stringMatching(/^distributions/), code: 'ERR_KIND' });
    for (const weights of [[1], [1, -1], [0, 0], Float64Array.of(1, Number.NaN)])
      refused(() => multiwayJensenShannonDivergence([[1], [1]], { weights }), { code: 'ERR_OPTION' });
    refused(() => multiwayJensenShannonDivergence([[1, 1], [1, -1]]), { argument: 'distributions[1]', column: 1 }); // biome-ignore format: one row each
    refused(() => multiwayJensenShannonDivergence([[1, 1], [0, 0]]), { code: 'ERR_ZERO_ROW' }); // biome-ignore format: one row each
    const [weights, P] = [Float64Array.of(1, 2), matrix([1, 2, 3, 4], 2, 2)];
    refused(() => multiwayJensenShannonDivergence([P, P], { weights, out: weights }), { code: 'ERR_OUT', argument: 'out' });
    expect([...weights]).toEqual([1, 2]);
  });
});
