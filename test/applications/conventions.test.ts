import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONVENTIONS, READINGS } from '../../src/applications/audit.js';
import { RowMaker } from '../../src/applications/audit/rows.js';
import { root } from '../support/sources.js';
import { pairwiseSum } from '../../src/applications/audit/peers/sum.js';

const { log, log1p, sqrt, LN2 } = Math;
const exact = (x: number) => x;

/** What a convention answers for one pair of probabilities, in floats of its choice where it follows the data. */
function answer(name: string, p: readonly number[], q: readonly number[], dtype: 'f32' | 'f64' = 'f64'): number {
  const convention = CONVENTIONS.find((one) => one.name === name);
  if (convention === undefined) throw new Error(name);
  const own = convention.arithmetic === 'data' ? dtype : convention.arithmetic;
  return convention.answer(new RowMaker('probabilities', own, p.length, 1).set(Float64Array.from(p), 0, Float64Array.from(q), 0));
}

/** By hand: [½, ½] against [¼, ¾]; a 0 in p; a 0 in q; a class that neither has. */
const REGULAR = [
  [0.5, 0.5],
  [0.25, 0.75],
] as const;
const ZERO_P = [
  [0, 1],
  [0.5, 0.5],
] as const;
const ZERO_Q = [
  [0.5, 0.5],
  [0, 1],
] as const;
const BOTH = [
  [0.5, 0.5, 0],
  [0.25, 0.75, 0],
] as const;

const KL = 0.5 * log(4 / 3);
const JS = 0.25 * (log(4 / 3) + log(4 / 5)) + 0.125 * log(2 / 3) + 0.375 * log(6 / 5);
const C = 1e-7;
/** Three terms of log x around 1. */
const series = (x: number) => x - 1 - (x - 1) ** 2 / 2 + (x - 1) ** 3 / 3;

/** Answers to the four cases; of float32 tools to six digits, of the others to thirteen. */
const EXPECTED: Readonly<Record<string, readonly [regular: number, zeroP: number, zeroQ: number, both: number]>> = {
  'loop-f32': [KL, LN2, Infinity, KL],
  'loop-f64': [KL, LN2, Infinity, KL],
  'scipy-entropy': [KL, LN2, Infinity, KL],
  'scipy-rel-entr': [KL, LN2, Infinity, KL],
  'scipy-jensenshannon': [
    sqrt(JS),
    sqrt(0.5 * (log(4 / 3) + 0.5 * log(2 / 3) + 0.5 * log(2))),
    sqrt(0.5 * (0.5 * log(2) + 0.5 * log(2 / 3) + log(4 / 3))),
    sqrt(JS),
  ],
  'torch-kl-div': [KL, LN2, Infinity, Number.NaN],
  keras: [KL, LN2 + C * log(2 * C), 0.5 * log(0.5 / C) + 0.5 * log(0.5), KL],
  tfjs: [KL, LN2, 0.5 * log(0.5 / C) + 0.5 * log(0.5), KL],
  'ml-distance-kl': [KL, Number.NaN, Infinity, Number.NaN],
  'ml-distance-js': [JS, Number.NaN, Number.NaN, Number.NaN],
  mathjs: [KL, Number.NaN, Infinity, Number.NaN],
  'philentropy-kl': [KL / LN2, 1, (0.5 * log(0.5 / 1e-5) + 0.5 * log(0.5)) / LN2, KL / LN2],
  'philentropy-js': [
    JS / LN2,
    (0.5 * (log(4 / 3) + 0.5 * log(2 / 3) + 0.5 * log(2))) / LN2,
    (0.5 * (0.5 * log(2) + 0.5 * log(2 / 3) + log(4 / 3))) / LN2,
    JS / LN2,
  ],
  'numkong-kl': [KL, LN2, 0.5 * log(0.5 / 1e-15) + 0.5 * log(0.5), KL],
  'simsimd-kl': [
    0.5 * series(2) + 0.5 * series(2 / 3),
    series((1 + C) / (0.5 + C)),
    0.5 * series((0.5 + C) / C) + 0.5 * series((0.5 + C) / (1 + C)),
    0.5 * series(2) + 0.5 * series(2 / 3),
  ],
  'numkong-js': [
    sqrt(JS),
    sqrt(0.5 * (log(4 / 3) + 0.5 * log(2 / 3) + 0.5 * log(2))),
    sqrt(0.5 * (0.5 * log(2) + 0.5 * log(2 / 3) + log(4 / 3))),
    sqrt(JS),
  ],
  'evidently-psi': [
    0.25 * log(2) - 0.25 * log(2 / 3),
    (1e-4 - 0.5) * log(1e-4 / 0.5) + 0.5 * log(2),
    (0.5 - 1e-4) * log(0.5 / 1e-4) - 0.5 * log(0.5),
    0.25 * log(2) - 0.25 * log(2 / 3),
  ],
};

describe('each convention answers as worked out by hand', () => {
  it('the table has every convention, once', () => {
    expect(CONVENTIONS.map(({ name }) => name).sort()).toEqual(Object.keys(EXPECTED).sort());
    expect(new Set([...CONVENTIONS, ...READINGS].map(({ name }) => name)).size).toBe(CONVENTIONS.length + READINGS.length);
  });

  it.each(Object.entries(EXPECTED))('%s', (name, expected) => {
    const isF32 = name === 'simsimd-kl' || CONVENTIONS.find((one) => one.name === name)?.arithmetic === 'f32'; // its logarithm is float32
    for (const [i, [p, q]] of [REGULAR, ZERO_P, ZERO_Q, BOTH].entries()) {
      const [got, wanted] = [answer(name, p, q), expected[i] as number];
      if (!Number.isFinite(wanted)) expect(got).toBe(wanted);
      // NumKong's epsilon moves regular answers as well: by 1e-15 relative to entries of at least ¼, which 13 digits do not show.
      else expect(Math.abs(got / wanted - 1), `case ${i}: ${got} for ${wanted}`).toBeLessThan(isF32 ? 1e-6 : 1e-13);
    }
  });

  it('evidently fills by a millionth of the smallest share where that is at most 1e-4', () => {
    const p = [1e-4, 0, 1 - 1e-4];
    const q = [0.25, 0.25, 0.5];
    const terms = [1e-4, 1e-10, 1 - 1e-4].map((x, i) => (x - (q[i] as number)) * log(x / (q[i] as number)));
    expect(answer('evidently-psi', p, q)).toBeCloseTo((terms[0] as number) + (terms[1] as number) + (terms[2] as number), 13);
  });

  it('those that follow the data round every step to float32 on float32 rows', () => {
    const [p, q] = [[0.3, 0.7].map(Math.fround), [0.29999, 0.70001].map(Math.fround)];
    for (const { name, arithmetic } of CONVENTIONS.filter((one) => one.arithmetic === 'data')) {
      expect([name, arithmetic, answer(name, p, q, 'f32') === answer(name, p, q, 'f64')]).toEqual([name, 'data', false]);
    }
    expect(answer('scipy-rel-entr', p, q, 'f32')).toBe(
      Math.fround(
        Math.fround((p[0] as number) * log1p(((p[0] as number) - (q[0] as number)) / (q[0] as number))) +
          Math.fround((p[1] as number) * log1p(((p[1] as number) - (q[1] as number)) / (q[1] as number))),
      ),
    );
  });

  it('kl_div reads as its documentation says: order, default reduction, logarithms', () => {
    const row = new RowMaker('probabilities', 'f64', 2, 1).set(Float64Array.from(REGULAR[0]), 0, Float64Array.from(REGULAR[1]), 0);
    const part = Object.fromEntries(READINGS.map((reading) => [reading.name, reading.part(row)]));
    expect(part['torch-batchmean']).toBeCloseTo(KL, 15);
    expect(part['torch-mean']).toBeCloseTo(KL, 15);
    expect(READINGS.map(({ name, over }) => [name, over])).toContainEqual(['torch-mean', 'entries']);
    expect(part['torch-exchanged']).toBeCloseTo(0.25 * log(0.5) + 0.75 * log(1.5), 15);
    expect(part['torch-no-log']).toBeCloseTo(log(0.5) - 0.5 * 0.25 - 0.5 * 0.75, 15);
  });
});

it('docs/audit.md tells of each its call, its zeros and its source', () => {
  const page = readFileSync(join(root, 'docs/audit.md'), 'utf8');
  for (const { title, call, zeros, source } of CONVENTIONS) for (const text of [title, call, zeros, source]) expect(page).toContain(text);
  for (const { call, means, source } of READINGS) for (const text of [call, means, source]) expect(page).toContain(text);
});

describe('rows are handed over as a user would', () => {
  it('counts as shares, logits as softmax and log-softmax at the temperature', () => {
    const counts = new RowMaker('counts', 'f64', 2, 1).set(Float64Array.from([1, 3]), 0, Float64Array.from([0, 2, 2]), 1);
    expect([[...counts.p], [...counts.q], [...counts.logQ]]).toEqual([
      [0.25, 0.75],
      [0.5, 0.5],
      [-LN2, -LN2],
    ]);
    const logits = new RowMaker('logits', 'f64', 2, 2).set(Float64Array.from([0, 2 * log(3)]), 0, Float64Array.from([1000, 1000]), 0);
    expect(logits.p[0]).toBeCloseTo(0.25, 15);
    expect([[...logits.q], [...logits.logQ]]).toEqual([
      [0.5, 0.5],
      [-LN2, -LN2],
    ]);
    const masked = new RowMaker('logits', 'f32', 2, 1).set(Float64Array.from([0, -Infinity]), 0, Float64Array.from([0, -Infinity]), 0);
    expect([[...masked.p], [...masked.q], [...masked.logQ]]).toEqual([
      [1, 0],
      [1, 0],
      [0, -Infinity],
    ]);
  });

  it('sums go in NumPy’s order: exact ones are exact, and 129 entries are split after 64', () => {
    for (const n of [1, 7, 8, 9, 128, 129, 1000]) {
      expect(
        pairwiseSum(
          Float64Array.from({ length: n }, (_, i) => i),
          exact,
        ),
      ).toBe((n * (n - 1)) / 2);
    }
    // A large entry swallows what is added to it one by one, but not what has been added up beside it.
    const x = new Float64Array(129).fill(1);
    x[0] = 2 ** 53;
    x[8] = 0;
    expect(pairwiseSum(x, exact) - 2 ** 53).toBeGreaterThan(110);
  });
});
