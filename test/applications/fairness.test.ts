import { describe, expect, it } from 'vitest';
import { attributeFlip, type DisparityOptions, disparity, intersections } from '../../src/applications/fairness.js';
import { compareCounts } from '../../src/applications/composition.js';
import { holm } from '../../src/applications/statistics/multiplicity.js';
import { jensenShannonDivergence, klDivergence, logits, matrix, multiwayJensenShannonDivergence } from '../../src/index.js';
import { errorOf } from '../support/errors.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);

/** Predictions over three classes of so many inputs, and their groups. */
function draw(rows: number, names: readonly string[], shift = 0.6) {
  const rng = createRng(seed);
  const groups = Array.from({ length: rows }, (_, i) => names[i < names.length ? i : rng.below(names.length)] as string);
  const z = Float64Array.from(groups.flatMap((group) => [rng.normal(), rng.normal(), rng.normal() + shift * names.indexOf(group)]));
  return { groups, z: matrix(z, rows, 3), shares: matrix(Float64Array.from(logits.softmax(matrix(z, rows, 3)).data), rows, 3) };
}

const meanOf = (rows: readonly (readonly number[])[]) =>
  (rows[0] as number[]).map((_, c) => rows.reduce((sum, row) => sum + (row[c] as number), 0) / rows.length);
const few: DisparityOptions = { permutations: 99 };

describe(`groups of predictions (seed ${seed})`, () => {
  const { groups, z, shares } = draw(90, ['a', 'b', 'c']);
  const rowsOf = (name: string) => groups.flatMap((group, i) => (group === name ? [[...shares.data.subarray(3 * i, 3 * i + 3)]] : []));

  it('groups that agree are not told to be far apart', () => {
    const rows = [0.2, 0.6, 0.2, 0.6];
    const groups = ['a', 'a', 'b', 'b'];
    expect(disparity(rows, groups).sentence).toMatch(/^Mean predictions of all groups agree: KL 0 nats, 95 % interval 0 to /);
    const labels = [0, 1, 0, 1];
    expect(disparity([...rows, ...rows], [...groups, ...groups], { labels: [...labels, ...labels] }).sentence).toMatch(
      /agree among inputs of each label: KL 0/,
    );
  });

  it('are compared in all ordered pairs, by their means', () => {
    const { comparisons, overall, groups: summaries } = disparity(shares, groups, few);
    expect(comparisons.map(({ group, other }) => group + other).sort()).toEqual(['ab', 'ac', 'ba', 'bc', 'ca', 'cb']);
    for (const { group, other, kl, js, totalVariation, intervals } of comparisons) {
      const [p, q] = [meanOf(rowsOf(group)), meanOf(rowsOf(other))];
      expect(kl).toBeCloseTo(klDivergence(p, q), 13);
      expect(js).toBeCloseTo(jensenShannonDivergence(p, q), 13);
      expect(totalVariation).toBeCloseTo(
        p.reduce((sum, x, i) => sum + Math.abs(x - (q[i] as number)) / 2, 0),
        13,
      );
      expect(intervals.kl[0]).toBeLessThanOrEqual(kl);
      expect(intervals.kl[1]).toBeGreaterThan(kl);
    }
    const sizes = summaries.map(({ rows }) => rows);
    const means = summaries.map(({ group }) => meanOf(rowsOf(group)));
    expect(overall.js).toBeCloseTo(multiwayJensenShannonDivergence(means, { weights: sizes }), 13);
  });

  it('have one p-value a pair, and Holm’s over all pairs', () => {
    const { comparisons, overall } = disparity(shares, groups, few);
    const pairs = comparisons.filter(({ group, other }) => group < other);
    for (const { group, other, pValue, adjusted } of pairs)
      expect(comparisons.find((one) => one.group === other && one.other === group)).toMatchObject({ pValue, adjusted });
    expect(pairs.map(({ adjusted }) => adjusted)).toEqual([...holm(pairs.map(({ pValue }) => pValue))]);
    expect(overall.adjusted).toBe(Math.min(...pairs.map(({ adjusted }) => adjusted)));
  });

  it('whose p-value is the share of relabellings with as large a squared Welch t', () => {
    const p = [0.9, 0.7, 0.65, 0.4, 0.35, 0.5, 0.1];
    const welch = (own: readonly number[]) => {
      const [a, b] = [p.filter((_, i) => own.includes(i)), p.filter((_, i) => !own.includes(i))];
      const [m, n] = [a, b].map((x) => x.reduce((s, v) => s + v, 0) / x.length) as [number, number];
      const variance = (x: readonly number[], mean: number) => x.reduce((s, v) => s + (v - mean) ** 2, 0) / (x.length - 1) / x.length;
      return (m - n) ** 2 / (variance(a, m) + variance(b, n));
    };
    const subsets = Array.from({ length: 128 }, (_, bits) => [...p.keys()].filter((i) => (bits >> i) & 1)).filter(
      ({ length }) => length === 3,
    );
    const larger = subsets.filter((own) => welch(own) >= welch([0, 1, 2]) * (1 - 1e-12)).length;
    const found = disparity(p, ['a', 'a', 'a', 'b', 'b', 'b', 'b']).comparisons[0];
    expect(found?.pValue).toBe(larger / subsets.length);
  });

  it('of decisions and scores has the G-test of their counts: a small group that is often decided for what is rare in a large one is found', () => {
    // Fisher's exact p of the first two is 1e-4 and 4e-5; studentised relabelling gave 0.27 and 0.61, as the small group scatters more with every such decision.
    for (const [n, a, m, b] of [
      [300, 1, 60, 6],
      [1000, 5, 50, 5],
      [300, 90, 200, 20],
      [40, 10, 30, 0],
      [5, 5, 5, 0],
      [9, 0, 7, 0],
    ] as const) {
      const scores = [...new Array(n).keys()].map((i) => (i < a ? 0.95 : 0.05));
      const both = [...scores, ...[...new Array(m).keys()].map((i) => (i < b ? 0.95 : 0.05))];
      const names = both.map((_, i) => (i < n ? 'large' : 'small'));
      const { pValue } = compareCounts([n - a, a], [m - b, b], { replicates: 999 }).test;
      for (const options of [{ of: 'decisions', threshold: 0.5 }, { of: 'scores' }] as const)
        expect(disparity(both, names, { ...options, permutations: 999 }).comparisons[0]?.pValue).toBe(pValue);
      if (n >= 300) expect(pValue).toBeLessThanOrEqual(0.001);
    }
  });

  it('come as logits, as rows, or as a plain array of the second of two classes', () => {
    expect(disparity(z, groups, { ...few, as: 'logits' }).comparisons[0]?.kl).toBeCloseTo(
      disparity(shares, groups, few).comparisons[0]?.kl as number,
      13,
    );
    const p = groups.map((_, i) => shares.data[3 * i] as number);
    const pairs = matrix(Float64Array.from(p.flatMap((x) => [1 - x, x])), 90, 2);
    expect(disparity(p, groups, few)).toEqual(disparity(pairs, groups, few));
    for (const tensor of [
      { data: Float64Array.from(p), shape: [90] },
      { dataSync: () => Float64Array.from(p), shape: [90] },
      { length: 90, type: { typeId: 3, precision: 2 }, data: [{ length: 90, nullCount: 0, values: Float64Array.from(p) }] },
    ])
      expect(disparity(tensor, groups, few)).toEqual(disparity(p, groups, few));
    const halves = groups.map((_, i) => [0.25, 0.5, 0.75][(i * i) % 3] as number);
    const bits = Uint16Array.from(halves, (x) => ({ 0.25: 0x3400, 0.5: 0x3800 })[x] ?? 0x3a00);
    expect(disparity({ data: bits, dtype: 'float16' }, groups, few).comparisons[0]?.kl).toBeCloseTo(
      disparity(halves, groups, few).comparisons[0]?.kl as number,
      5,
    );
    const odds = p.map((x) => Math.log(x / (1 - x)));
    expect(disparity(odds, groups, { ...few, as: 'logits' }).comparisons[0]?.kl).toBeCloseTo(
      disparity(p, groups, few).comparisons[0]?.kl as number,
      13,
    );
  });

  it('are compared among inputs of each true label, with Holm over labels too', () => {
    // Groups come in one order in both parts, so that they are relabelled by the same draws.
    const mixed = groups.map((group, i) => (i < 6 ? (['a', 'b', 'c'][i % 3] as string) : group));
    const y = groups.map((_, i) => ((i < 6 ? i < 3 : i % 2 === 0) ? 'yes' : 'no'));
    const { comparisons, overall } = disparity(shares, mixed, { ...few, labels: y });
    expect(comparisons).toHaveLength(12);
    let between = 0;
    for (const label of ['yes', 'no']) {
      const own = y.flatMap((name, i) => (name === label ? [i] : []));
      const part = matrix(Float64Array.from(own.flatMap((i) => [...shares.data.subarray(3 * i, 3 * i + 3)])), own.length, 3);
      const alone = disparity(
        part,
        own.map((i) => mixed[i] as string),
        few,
      );
      between += (own.length / 90) * alone.overall.js;
      const same = comparisons.filter((one) => one.label === label);
      for (const { group, other, kl, intervals, pValue } of alone.comparisons)
        expect(same.find((one) => one.group === group && one.other === other)).toMatchObject({ kl, intervals, pValue });
    }
    expect(overall.js).toBeCloseTo(between, 14);
    const pairs = comparisons.filter(({ group, other }) => group < other);
    expect(pairs.map(({ adjusted }) => adjusted)).toEqual([...holm(pairs.map(({ pValue }) => pValue))]);
  });

  it('that hold the same rows in another order are exactly alike', () => {
    const turned = [...rowsOf('a')].reverse();
    const both = matrix(Float64Array.from([...rowsOf('a'), ...turned].flat()), 2 * turned.length, 3);
    const names = [...turned.map(() => 'a'), ...turned.map(() => 'b')];
    for (const of of ['means', 'scores', 'decisions'] as const) {
      const [one] = disparity(both, names, { ...few, of }).comparisons;
      expect(one).toMatchObject({ kl: 0, js: 0, totalVariation: 0, pValue: 1 });
      expect(one?.intervals.kl[0]).toBe(0);
    }
    const same = disparity([0.3, 0.3, 0.3, 0.3], ['a', 'a', 'b', 'b']).comparisons[0];
    expect(same).toMatchObject({ kl: 0, pValue: 1, intervals: { kl: [0, 0] } });
  });
});

describe('scores and decisions', () => {
  const p = [0, 0.1, 0.25, 0.5, 0.75, 1, 1, 0.6];
  const groups = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'];

  it('fall into bins that hold their lower edge, the last one its upper edge too', () => {
    const { groups: found } = disparity(p, groups, { ...few, of: 'scores', bins: 4 });
    expect(found.map(({ mean }) => [...mean])).toEqual([
      [0.5, 0.25, 0.25, 0],
      [0, 0, 0.25, 0.75],
    ]);
    const edges = disparity(p, groups, { ...few, of: 'scores', bins: [0, 0.1, 0.6, 1] }).groups;
    expect(edges.map(({ mean }) => [...mean])).toEqual([
      [0.25, 0.75, 0],
      [0, 0, 1],
    ]);
  });

  it('are the most probable class, or by a threshold', () => {
    const rates = (options: DisparityOptions) =>
      disparity(p, groups, { ...few, of: 'decisions', ...options }).groups.map(({ mean }) => mean[1]);
    expect(rates({})).toEqual([0, 1]); // of 0.5 against 0.5 the first
    expect(rates({ threshold: 0.5 })).toEqual([0.25, 1]);
    expect(rates({ threshold: 0.7 })).toEqual([0, 0.75]);
  });

  it('are counts, and have their intervals', () => {
    // Of 50 in each group 0 to 5 are above a half.
    for (const [a, b] of [
      [0, 0],
      [1, 0],
      [1, 5],
      [2, 2],
    ] as const) {
      const scores = [a, b].flatMap((above) => Array.from({ length: 50 }, (_, i) => (i < above ? 0.9 : 0.2)));
      const names = scores.map((_, i) => (i < 50 ? 'a' : 'b'));
      const { kl, js } = compareCounts([50 - a, a], [50 - b, b]).intervals;
      for (const options of [{ of: 'decisions' }, { of: 'scores', bins: 2 }] as const)
        expect(disparity(scores, names, { ...few, ...options }).comparisons[0]?.intervals).toEqual({ kl, js });
    }
  });

  it('are infinitely far apart where one group has what the other never has; drawn together they are not', () => {
    const { comparisons } = disparity(p, groups, { of: 'decisions', threshold: 0.5 });
    const [forth, back] = comparisons;
    expect(forth).toMatchObject({ group: 'a', kl: Infinity, intervals: { kl: [0, Infinity] }, totalVariation: 0.75 });
    expect(back?.kl).toBeCloseTo(Math.log(4), 14);
    expect(forth?.js).toBeLessThan(Math.LN2);
    expect(forth?.shrunk.kl).toBeLessThan(Infinity);
  });
});

describe('shrinkage', () => {
  it('is what chance explains of the distance to all rows, with one scatter for all groups', () => {
    const p = [0.2, 0.4, 0.3, 0.5, 0.8, 0.6];
    const groups = ['a', 'a', 'a', 'a', 'b', 'b'];
    const [a, b] = disparity(p, groups, few).groups;
    // Two classes: both columns scatter alike. Squares within: 0.05 and 0.02 a column, over 3 + 1 degrees of freedom.
    const scatter = (2 * 0.05 + 2 * 0.02) / 4;
    const distance = (mean: number) => 2 * (mean - 2.8 / 6) ** 2;
    expect(a?.shrinkage).toBeCloseTo(scatter / 4 / distance(0.35), 12);
    expect(b?.shrinkage).toBeCloseTo(scatter / 2 / distance(0.7), 12);
  });

  it('makes little of small groups, and leaves large ones alone', () => {
    const { groups, shares } = draw(600, ['a', 'b'], 1);
    const { comparisons } = disparity(shares, groups, few);
    expect(comparisons[0]?.shrunk.kl).toBeGreaterThan(0.8 * (comparisons[0]?.kl as number));
    const small = disparity([0.5, 0.6, 0.4, 0.5, 0.45, 0.55, 0.55, 0.75], ['a', 'a', 'a', 'a', 'a', 'a', 'b', 'b'], few).comparisons[0];
    expect(small?.shrunk.kl).toBeLessThan(0.8 * (small?.kl as number));
  });
});

describe('an attribute flipped', () => {
  const female = [0.6, 0.7, 0.45, 0.2];
  const male = [0.7, 0.7, 0.55, 0.1];

  it('moves each input by KL, both ways', () => {
    const flips = attributeFlip({ female, male });
    expect(flips.map(({ from, to }) => [from, to])).toEqual([
      ['female', 'male'],
      ['male', 'female'],
    ]);
    const [forth, back] = flips;
    for (let i = 0; i < 4; i++) {
      const [p, q] = [female, male].map((side) => [1 - (side[i] as number), side[i] as number]) as [number[], number[]];
      expect(forth?.perInput[i]).toBeCloseTo(klDivergence(p, q), 14);
      expect(back?.perInput[i]).toBeCloseTo(klDivergence(q, p), 14);
    }
    expect(forth?.perInput[1]).toBe(0);
    expect(forth?.kl.value).toBeCloseTo((forth?.perInput.reduce((a, b) => a + b) as number) / 4, 15);
    expect(forth?.changed).toMatchObject({ count: 1, share: 0.25 });
    expect(forth?.change[1]).toBeCloseTo(0.025, 14);
    expect(forth?.largest[0]?.row).toBe(3);
    expect(attributeFlip({ female, male }, { threshold: 0.65 })[0]?.changed.count).toBe(1);
  });

  it('takes any number of values, logits too, and says where a value rules out what another allows', () => {
    expect(attributeFlip({ a: female, b: male, c: female })).toHaveLength(6);
    expect(attributeFlip({ a: female, c: female })[0]).toMatchObject({
      kl: { value: 0, interval: [0, 0] },
      changed: { count: 0 },
      infinite: 0,
    });
    const odds = (p: readonly number[]) => p.map((x) => Math.log(x / (1 - x)));
    const [byLogits] = attributeFlip({ female: odds(female), male: odds(male) }, { as: 'logits' });
    expect(byLogits?.kl.value).toBeCloseTo(attributeFlip({ female, male })[0]?.kl.value as number, 13);
    const [never] = attributeFlip({ a: [0.5, 0.5], b: [0.5, 1] });
    expect(never).toMatchObject({ infinite: 1, kl: { value: Infinity } });
  });

  it('has an interval of the mean that covers', () => {
    const rng = createRng(seed);
    let covered = 0;
    const runs = 200;
    for (let run = 0; run < runs; run++) {
      // KL of (½, ½) from (½ − d, ½ + d) is −½·log(1 − 4d²); with 4d² = 1 − e^(−2x) it is x, here uniform on 0 to 0.2.
      const d = Array.from({ length: 60 }, () => Math.sqrt(-Math.expm1(-2 * 0.2 * rng.fine())) / 2);
      const [flip] = attributeFlip({ a: d.map(() => 0.5), b: d.map((x) => 0.5 + x) }, { replicates: 400, seed: run });
      const [low, high] = flip?.kl.interval ?? [Number.NaN, Number.NaN];
      if (low <= 0.1 && 0.1 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(runs * 0.93 - 3 * Math.sqrt(runs * 0.93 * 0.07));
  });
});

it('intersections are groups of several attributes', () => {
  expect(intersections({ sex: ['f', 'm', 'f'], old: [true, false, false] })).toEqual(['f, true', 'm, false', 'f, false']);
  expect(intersections({ job: ['clerk, retired', 'clerk, retired'], home: ['town', 'town'] })).toEqual([
    'clerk, retired, town',
    'clerk, retired, town',
  ]);
  expect(() => intersections({ job: ['clerk', 'clerk, retired'], home: ['retired, town', 'town'] })).toThrow(
    expect.objectContaining({ code: 'ERR_DOMAIN', argument: 'attributes', row: 1 }),
  );
});

it('a sentence says which pair is farthest apart', () => {
  const { groups, shares } = draw(300, ['a', 'b', 'c'], 1);
  expect(disparity(shares, groups, few).sentence).toMatch(
    /^Mean predictions of [ac] and [ac] are farthest apart: KL 0\.\d+ nats, 95 % interval .* \(Holm, 3 pairs\)\.$/,
  );
});

describe('says what is wrong, and where:', () => {
  const { groups, shares } = draw(12, ['a', 'b']);
  const refused = (call: () => unknown) => errorOf(call);

  it('groups that are one, empty, small, or nameless', () => {
    expect(refused(() => disparity(shares, new Array(12).fill('a')))).toMatchObject({ code: 'ERR_EMPTY', argument: 'groups' });
    expect(refused(() => disparity(shares, groups.slice(1)))).toMatchObject({ code: 'ERR_SHAPE', argument: 'groups' });
    const alone = groups.map((group, i) => (i === 5 ? 'c' : group));
    const error = refused(() => disparity(shares, alone));
    expect(error).toMatchObject({ code: 'ERR_EMPTY', argument: 'groups', row: 5 });
    expect(error.message).toContain('1 in "c"');
    const left = disparity(shares, alone, { ...few, small: 'leave-out' });
    expect(left.leftOut).toEqual([{ group: 'c', label: undefined, rows: 1 }]);
    expect(left.comparisons).toHaveLength(2);
    for (const name of [Number.NaN, '', undefined as never])
      expect(
        refused(() =>
          disparity(
            shares,
            groups.map((group, i) => (i === 7 ? name : group)),
          ),
        ),
      ).toMatchObject({ code: 'ERR_DOMAIN', row: 7 });
    expect(refused(() => disparity(shares, 'a' as never))).toMatchObject({ code: 'ERR_KIND', argument: 'groups' });
  });

  it('a label that a group never has', () => {
    const y = groups.map((group) => (group === 'a' ? 'no' : 'yes'));
    const error = refused(() => disparity(shares, groups, { labels: y }));
    expect(error).toMatchObject({ code: 'ERR_EMPTY', row: groups.indexOf('b') });
    expect(error.message).toContain('of label "no"');
    expect(refused(() => disparity(shares, groups, { labels: y, small: 'leave-out' }))).toMatchObject({ code: 'ERR_EMPTY' });
  });

  it('predictions that are none', () => {
    const bad = (value: number) => {
      const data = Float64Array.from(shares.data);
      data[3 * 4 + 1] = value;
      return matrix(data, 12, 3);
    };
    for (const value of [Number.NaN, -0.1, Infinity])
      expect(refused(() => disparity(bad(value), groups))).toMatchObject({
        code: 'ERR_DOMAIN',
        argument: 'predictions',
        row: 4,
        column: 1,
      });
    expect(refused(() => disparity(bad(Number.NaN), groups, { as: 'logits' }))).toMatchObject({ code: 'ERR_DOMAIN', row: 4, column: 1 });
    expect(refused(() => disparity([0.1, 1.2], ['a', 'b']))).toMatchObject({ code: 'ERR_DOMAIN', row: 1, value: 1.2 });
    expect(refused(() => disparity(matrix(new Float64Array(6), 2, 3), ['a', 'b']))).toMatchObject({ code: 'ERR_ZERO_ROW', row: 0 });
    expect(refused(() => disparity(matrix(new Float64Array(2), 2, 1), ['a', 'b']))).toMatchObject({ code: 'ERR_SHAPE' });
    expect(refused(() => disparity([], []))).toMatchObject({ code: 'ERR_EMPTY' });
  });

  it('options, and sides of a flip that do not match', () => {
    for (const options of [
      { of: 'x' },
      { bins: 1 },
      { bins: 1e9 },
      { bins: [0, 0.5] },
      { bins: [0.5, 0, 1] },
      { of: 'scores', score: 3 },
      { least: 1 },
      { level: 1 },
      { alpha: 1 },
      { of: 'decisions', threshold: 0.5 },
    ])
      expect(refused(() => disparity(shares, groups, options as DisparityOptions))).toMatchObject({ code: 'ERR_OPTION' });
    // What would be heeded by nothing.
    for (const [options, argument] of [
      [{ threshold: 0.5 }, 'threshold'],
      [{ of: 'scores', threshold: 0.5 }, 'threshold'],
      [{ score: 0 }, 'score'],
      [{ of: 'decisions', score: 0 }, 'score'],
      [{ of: 'means', bins: 4 }, 'bins'],
      [{ of: 'decisions', bins: [0, 0.5, 1] }, 'bins'],
    ] as const)
      expect(refused(() => disparity([0.2, 0.3, 0.6, 0.7], ['a', 'a', 'b', 'b'], options))).toMatchObject({ code: 'ERR_OPTION', argument });
    expect(refused(() => attributeFlip({ a: [0.5] }))).toMatchObject({ code: 'ERR_EMPTY' });
    expect(refused(() => attributeFlip({ a: [0.5], b: [0.5, 0.5] }))).toMatchObject({ code: 'ERR_SHAPE', argument: 'b' });
    expect(refused(() => attributeFlip({ a: [0.5, 0.5], b: [0.5, Number.NaN] }))).toMatchObject({
      code: 'ERR_DOMAIN',
      argument: 'b',
      row: 1,
    });
    expect(refused(() => intersections({}))).toMatchObject({ code: 'ERR_EMPTY' });
    expect(refused(() => intersections({ a: ['x'], b: [] }))).toMatchObject({ code: 'ERR_SHAPE', argument: 'b' });
  });
});
