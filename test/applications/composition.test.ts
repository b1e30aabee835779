import { describe, expect, it } from 'vitest';
import {
  csr,
  jensenShannonDivergence,
  klDivergence,
  matrix,
  multiwayJensenShannonDivergence,
  type SurprisalError,
} from '../../src/index.js';
import {
  bootstrapDivergence,
  compareCounts,
  compareGroups,
  distanceMatrix,
  estimateDivergence,
  type GroupComparison,
  type Interval,
  taxonomyLevels,
} from '../../src/applications/composition.js';
import { MEASURES } from '../../src/applications/composition/measures.js';
import { nullMeanOf } from '../../src/applications/composition/nullMean.js';
import { exchanged, makePair } from '../../src/applications/composition/pair.js';
import { Random } from '../../src/applications/statistics/random.js';
import { errorOf } from '../support/errors.js';
import { seedOr } from '../support/rng.js';

const seed = seedOr(7);

/** G1, S, G2/M of examples/composition/cellcycle.csv. */
const START = [8, 9, 11];
const DAY = [27, 2, 2];

describe('two samples of counts', () => {
  const found = compareCounts(DAY, START, { columns: ['G1', 'S', 'G2M'] });

  it('has the core’s divergences', () => {
    expect(found.kl).toBe(klDivergence(DAY, START));
    expect(found.klReverse).toBe(klDivergence(START, DAY));
    expect(found.js).toBe(jensenShannonDivergence(DAY, START));
  });

  it('tests both as samples: G is twice the count-weighted Jensen–Shannon divergence', () => {
    // R: 2·Σ O·log(O/E) over the 2 × 3 table.
    let g = 0;
    for (const [i, x] of DAY.entries()) {
      const y = START[i] as number;
      g += 2 * (x * Math.log(x / ((31 * (x + y)) / 59)) + y * Math.log(y / ((28 * (x + y)) / 59)));
    }
    expect(found.test.g).toBeCloseTo(g, 12);
    expect(found.test.df).toBe(2);
    expect(compareCounts(DAY, [1, 1, 1], { known: true }).test.g).toBeCloseTo(2 * 31 * klDivergence(DAY, [1, 1, 1]), 12);
  });

  it('columns add up to the divergence, largest first, and the sentence says it', () => {
    expect(found.contributions.reduce((sum, { kl }) => sum + kl, 0)).toBeCloseTo(found.kl, 14);
    expect(found.contributions.reduce((sum, { js }) => sum + js, 0)).toBeCloseTo(found.js, 14);
    expect(found.sentence).toMatch(
      /^G1 rose from 28\.6 % to 87\.1 %: 0\.39 of 0\.75 nats \(KL\), 95 % interval 0\.229 to 1\.45, p = 0\.0005/,
    );
  });

  it('the same counts differ by exactly nothing', () => {
    const same = compareCounts(START, START);
    expect([same.kl, same.js, same.test.g]).toEqual([0, 0, 0]);
    expect(same.test.pValue).toBe(1);
    expect(same.sentence).toMatch(/^No difference/);
  });

  it('and leave open how far apart their sources are, less so where there are more of them', () => {
    const most = (times: number) => {
      const counts = START.map((x) => times * x);
      const [low, high] = compareCounts(counts, counts).intervals.js;
      expect(low).toBe(0);
      return high;
    };
    expect(most(1)).toBeGreaterThan(0);
    expect(most(1) / most(100)).toBeCloseTo(100, -1);
    // A second column was possible, and not met; where there is none nothing is open.
    expect(compareCounts([50, 0], [50, 0]).intervals.js[1]).toBeCloseTo(compareCounts([25, 25], [25, 25]).intervals.js[1], 2);
    expect(compareCounts([50], [50]).intervals).toEqual({ kl: [0, 0], klReverse: [0, 0], js: [0, 0] });
  });

  it('counts that nearly agree leave no more open than those that do', () => {
    const most = (seldom: number) => compareCounts([39, 1], [400 - seldom, seldom]).intervals.js[1];
    for (const seldom of [9, 11]) expect(most(seldom) / most(10)).toBeCloseTo(1, 2);
  });

  it('no interval leaves what the divergence can be', () => {
    for (const interval of ['inversion', 'delta'] as const) {
      const { js } = compareCounts([3, 1], [0, 3], { interval }).intervals;
      expect(js[1]).toBeLessThanOrEqual(Math.LN2);
      const groups = ['a', 'a', 'b', 'b'];
      const rows = [
        [9, 1],
        [3, 7],
        [1, 9],
        [0, 9],
      ];
      expect(compareGroups({ rows, groups }, { interval }).comparisons[0]?.intervals.js?.[1]).toBeLessThanOrEqual(Math.LN2);
    }
  });

  it('the sentence tells the difference, whatever is listed', () => {
    const none = compareCounts([50, 10], [10, 50], { top: 0 });
    expect(none.contributions).toEqual([]);
    expect(none.sentence).toBe(compareCounts([50, 10], [10, 50]).sentence);
    expect(none.sentence).toMatch(/^0 rose from 16\.7 % to 83\.3 %/);
    const table = {
      rows: [
        [8, 2],
        [7, 3],
        [2, 8],
        [1, 9],
      ],
      groups: ['a', 'a', 'b', 'b'],
    };
    expect(compareGroups(table, { top: 0 }).sentence).toBe(compareGroups(table).sentence);
  });

  it('is infinite where p has what q lacks, and the finite Jensen–Shannon divergence is told', () => {
    const infinite = compareCounts([5, 5], [10, 0]);
    expect(infinite.kl).toBe(Infinity);
    expect(infinite.intervals.kl).toEqual([0, Infinity]);
    expect(infinite.sentence).toMatch(/Jensen–Shannon, as KL is infinite/);
  });

  it('columns that neither has change nothing but pseudocounts, which know how many there are', () => {
    const wide = (x: number[]) => [...x, ...new Array(997).fill(0)];
    expect(compareCounts(wide(DAY), wide(START)).test).toEqual(compareCounts(DAY, START).test);
    const direct = klDivergence(
      wide(DAY).map((x) => x + 0.5),
      wide(START).map((x) => x + 0.5),
    );
    expect(estimateDivergence(wide(DAY), wide(START), { estimator: 'jeffreys' }).value).toBeCloseTo(direct, 13);
  });

  it('a known reference is exact: the test knows the mass it refutes', () => {
    expect(compareCounts([1, 9], [0, 1], { known: true }).test).toMatchObject({ pValue: 0, g: Infinity });
  });

  it.each(['delta', 'bca', 'percentile', 'dirichlet', 'inversion'] as const)('%s holds the estimate of a large difference', (interval) => {
    const { kl, intervals } = compareCounts([300, 50, 50], [100, 150, 150], { interval });
    expect(intervals.kl[0]).toBeLessThan(kl);
    expect(intervals.kl[1]).toBeGreaterThan(kl);
    expect(intervals.kl[1] / intervals.kl[0]).toBeLessThan(2.2);
  });
});

describe('estimators', () => {
  it.each(['plugin', 'miller-madow', 'jeffreys', 'laplace', 'perks', 'james-stein'] as const)(
    '%s: what the columns add is what the sentence says of how much',
    (estimator) => {
      for (const [p, q] of [
        [
          [3, 4, 5],
          [6, 1, 2],
        ],
        [
          [3, 4, 5, 0, 0],
          [6, 1, 2, 0, 0],
        ],
        [
          [3, 4, 5, 0, 2],
          [6, 0, 2, 0, 0],
        ],
      ] as const) {
        const { kl, js, contributions, sentence } = compareCounts(p, q, { estimator });
        const finite = kl < Infinity;
        const bias = estimateDivergence(p, q, { estimator, measure: finite ? 'kl' : 'js' }).bias;
        const sum = contributions.reduce((total, column) => total + column[finite ? 'kl' : 'js'], 0);
        expect(sum).toBeCloseTo((finite ? kl : js) + bias, 13);
        const [, added, total] = /: (\S+) of (\S+) nats/.exec(sentence) ?? [];
        expect(Number(added)).toBeLessThanOrEqual(Number(total));
        expect(Number(total)).toBeCloseTo(sum, 2);
        expect(sentence.includes('without bias')).toBe(bias > 0);
      }
      if (estimator === 'plugin' || estimator === 'miller-madow') return;
      // A column that neither has is one of those that the estimator gives mass.
      expect(compareCounts([3, 9, 0, 0], [6, 3, 0, 0], { estimator }).contributions).toHaveLength(4);
    },
  );

  const p = [40, 20, 30, 10, 60, 40];
  it('James–Stein and pseudocounts, by their formulas', () => {
    // λ = (1 − Σp̂²)/((n − 1)·Σ(1/K − p̂)²), Σp̂² = 0.205
    const lambda = 0.795 / (199 * (0.205 - 1 / 6));
    const shrunk = p.map((x) => lambda / 6 + ((1 - lambda) * x) / 200);
    const known = [1, 2, 3, 4, 5, 6];
    const value = (estimator: 'james-stein' | 'laplace' | 'perks') => estimateDivergence(p, known, { estimator, known: true }).value;
    expect(value('james-stein')).toBeCloseTo(klDivergence(shrunk, known), 12);
    expect(value('laplace')).toBeCloseTo(
      klDivergence(
        p.map((x) => x + 1),
        known,
      ),
      13,
    );
    expect(value('perks')).toBeCloseTo(
      klDivergence(
        p.map((x) => x + 1 / 6),
        known,
      ),
      13,
    );
  });

  it('Miller–Madow takes the bias off, and no more than there is', () => {
    const known = [1, 1, 1, 1, 1, 1];
    const plain = estimateDivergence(p, known, { known: true }).value;
    const { value, bias } = estimateDivergence(p, known, { known: true, estimator: 'miller-madow' });
    expect(bias).toBeCloseTo(5 / 400, 14);
    expect(value).toBe(Math.max(0, plain - bias));
  });

  it('without a difference each measure has the mean that exchanges of observations give it', () => {
    const random = new Random(seed);
    const [n, m, K, runs] = [144, 2000, 40, 4000];
    const cells = Int32Array.from({ length: n + m }, () => random.below(K));
    const drawn = () => {
      random.shuffle(cells);
      const [x, y] = [new Float64Array(K), new Float64Array(K)];
      for (const [i, cell] of cells.entries()) (i < n ? x : y)[cell] = ((i < n ? x : y)[cell] as number) + 1;
      return makePair(x, y, false);
    };
    const pair = drawn();
    const found = { kl: new Float64Array(runs), js: new Float64Array(runs) };
    for (let run = 0; run < runs; run++) {
      const { x, y, sizes } = drawn();
      // KL itself is infinite where a cell is left empty; G is what stands for it.
      found.kl[run] = 2 * (n + m) * multiwayJensenShannonDivergence([x, y], { weights: [n, m] });
      found.js[run] = 2 * MEASURES.js.size(...sizes) * MEASURES.js.single(x, y);
    }
    for (const name of ['kl', 'js'] as const) {
      const mean = found[name].reduce((a, b) => a + b) / runs;
      const error = Math.sqrt(found[name].reduce((total, x) => total + (x - mean) ** 2, 0) / runs / runs);
      expect(Math.abs(nullMeanOf(pair, MEASURES[name].nullTerm) - mean), name).toBeLessThan(4 * error);
    }
    // Weighted by the sizes or not, sparse cells count otherwise: by 41.9 and 44.8 here.
    expect(nullMeanOf(pair, MEASURES.js.nullTerm) - nullMeanOf(pair, MEASURES.kl.nullTerm)).toBeGreaterThan(2);
  });

  it('and against what is known that of all samples there can be; many counts have the mean of χ²', () => {
    const [n, shares] = [3, [0.2, 0, 0.3, 0.5]];
    const factorial = [1, 1, 2, 6];
    for (const name of ['kl', 'js'] as const) {
      const { single, size, nullTerm } = MEASURES[name];
      let mean = 0;
      for (let a = 0; a <= n; a++) {
        for (let b = 0; a + b <= n; b++) {
          const c = n - a - b;
          const ways = 6 / ((factorial[a] as number) * (factorial[b] as number) * (factorial[c] as number));
          const x = Float64Array.of(a, 0, b, c);
          mean += ways * 0.2 ** a * 0.3 ** b * 0.5 ** c * 2 * size(n, Infinity) * single(x, Float64Array.from(shares));
        }
      }
      const pair = makePair([1, 0, 1, 1], shares, true);
      expect(nullMeanOf(pair, nullTerm)).toBeCloseTo(mean, 12);
      expect(nullMeanOf(exchanged(pair), nullTerm)).toBe(nullMeanOf(pair, nullTerm));
      expect(nullMeanOf(makePair([1e8, 2e8, 3e8], [3e6, 2e6, 1e6], false), nullTerm)).toBeCloseTo(2, 6);
    }
  });

  it('the bias of each measure is what simulation finds', () => {
    const q = [30, 25, 20, 15, 10];
    for (const measure of ['kl', 'js'] as const) {
      const values = bootstrapDivergence(
        q.map((x) => 4 * x),
        q.map((x) => 8 * x),
        { measure, replicates: 20_000, seed },
      );
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const { bias } = estimateDivergence(
        q.map((x) => 4 * x),
        q.map((x) => 8 * x),
        { measure, estimator: 'miller-madow' },
      );
      expect(mean / bias).toBeCloseTo(1, 1);
    }
  });
});

describe('groups of samples', () => {
  const rows = [
    [80, 20, 0],
    [70, 30, 0],
    [75, 20, 5],
    [40, 60, 0],
    [30, 68, 2],
    [45, 50, 5],
  ];
  const groups = ['a', 'a', 'a', 'b', 'b', 'b'];

  it('takes samples as the unit: exact permutations, and no smaller p-value than the design allows', () => {
    const report = compareGroups({ rows, groups });
    expect(report.unit).toBe('sample');
    expect(report.overall).toMatchObject({ permutations: 20, exact: true, pValue: 0.1, smallest: 0.1 });
    expect(report.caveats.join()).toMatch(/no data could give a p-value below 0\.10/);
    expect(report.overall.between).toBeLessThan(report.overall.total);
  });

  it('what is between and what is within adds up to all', () => {
    const { overall, groups: summaries } = compareGroups({ rows, groups });
    const within = summaries.reduce((sum, group) => sum + (group.samples / 6) * group.within, 0);
    expect(overall.between + within).toBeCloseTo(overall.total, 14);
  });

  it('refuses to pool replicates unless it is asked to', () => {
    const call = () => compareGroups({ rows, groups }, { unit: 'observation' });
    expect(call).toThrow(/pooling 6 samples into 2 would count every observation as independent/);
    const pooled = compareGroups({ rows, groups }, { pool: true });
    expect(pooled.unit).toBe('observation');
    expect(pooled.caveats.join()).toMatch(/pooled, as asked for/);
    expect(pooled.overall.pValue).toBeLessThanOrEqual(0.0005);
  });

  it('proportions without N have no G-test', () => {
    const shares = rows.map((row) => row.map((x) => x / 100));
    expect(() => compareGroups({ rows: shares, groups }, { unit: 'observation', as: 'proportions' })).toThrow(/no observations to count/);
    expect(() => compareGroups({ rows: [shares[0], shares[3]] as number[][], groups: ['a', 'b'] })).toThrow(/whole counts/);
    const report = compareGroups({ rows: shares, groups }, { as: 'proportions' });
    expect(report.comparisons[0]?.js).toBeCloseTo(compareGroups({ rows, groups }).comparisons[0]?.js as number, 12);
    expect(report.groups[0]?.overdispersion).toBeNaN();
  });

  it('estimators and intervals are heeded where samples are the unit, or refused with what to do', () => {
    const one = (options: Parameters<typeof compareGroups>[1]) =>
      compareGroups({ rows, groups }, options).comparisons[0] as GroupComparison;
    const plain = one({});
    const halves = rows.map((row) => row.map((x) => x + 0.5));
    expect(one({ estimator: 'jeffreys' }).kl).toBe(compareGroups({ rows: halves, groups }).comparisons[0]?.kl);
    expect(one({ estimator: 'miller-madow' }).js).toBeLessThan(plain.js);
    expect(one({ estimator: 'james-stein' }).js).toBeLessThan(plain.js);
    const ends = (['inversion', 'delta', 'percentile', 'bca'] as const).map((interval) => one({ interval }).intervals.js as Interval);
    expect(new Set(ends.map(String)).size).toBe(4);
    for (const [low, high] of ends) {
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThan(plain.js);
      expect(high).toBeGreaterThan(plain.js);
    }
    // What samples scatter is told of the counts as they are.
    const scatter = (options: object) => compareGroups({ rows, groups }, options).groups;
    expect(scatter({ estimator: 'laplace' })).toEqual(scatter({}));
    expect(errorOf(() => one({ interval: 'dirichlet' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'interval' });
    expect(errorOf(() => one({ as: 'proportions', estimator: 'jeffreys' }))).toMatchObject({ code: 'ERR_OPTION', argument: 'estimator' });
    const lone = () => compareGroups({ rows: rows.slice(0, 4), groups: groups.slice(0, 4) }, { estimator: 'miller-madow' });
    expect(errorOf(lone)).toMatchObject({ code: 'ERR_OPTION', argument: 'estimator' });
  });

  it('samples that agree in their groups leave no doubt, but for what three thirds are after rounding', () => {
    const agreeing = (p: number[], q: number[], samples: number) => {
      const of = (row: number[]) => Array.from({ length: samples }, (_, i) => row.map((x) => (i + 1) * x));
      const names = ['a', 'b'].flatMap((name) => new Array<string>(samples).fill(name));
      return compareGroups({ rows: [...of(p), ...of(q)], groups: names });
    };
    for (const samples of [2, 3, 7]) {
      const different = agreeing([1, 9], [5, 7], samples);
      const [one] = different.comparisons;
      expect(one?.intervals).toEqual({
        kl: [one?.kl, one?.kl],
        klReverse: [one?.klReverse, one?.klReverse],
        js: [one?.js, one?.js],
      });
      expect(different.groups[0]?.effectiveSize).toBe(Infinity);
      expect(different.sentence).not.toContain('NaN');
      expect(agreeing([1, 9], [1, 9], samples).comparisons[0]?.intervals.js).toEqual([0, 0]);
    }
    expect(agreeing([1, 0], [0, 1], 2).comparisons[0]?.intervals.kl).toEqual([0, Infinity]);
  });

  it('a group that alone scatters has its own degrees of freedom, however many samples the other has', () => {
    const [p, q] = [[0.6, 0.75, 0.7, 0.8, 0.65], 0.2];
    const mean = p.reduce((sum, x) => sum + x, 0) / 5;
    const error = Math.sqrt(p.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 4 / 5);
    const slope = Math.log(mean / q) - Math.log((1 - mean) / (1 - q));
    // scipy.stats.t.ppf of 4 degrees of freedom.
    for (const [level, t] of [
      [0.95, 2.7764451051977934],
      [0.99, 4.604094871349992],
    ] as const) {
      for (const others of [2, 200]) {
        const rows = [...p, ...new Array<number>(others).fill(q)].map((x) => [x, 1 - x]);
        const groups = rows.map((_, i) => (i < 5 ? 'p' : 'q'));
        const options = { as: 'proportions', interval: 'delta', reference: 'q', level, permutations: 1 } as const;
        const { kl, intervals } = compareGroups({ rows, groups }, options).comparisons[0] as GroupComparison;
        expect((intervals.kl as Interval)[1]).toBeCloseTo(kl + t * error * slope, 9);
        expect((intervals.kl as Interval)[0]).toBeCloseTo(kl - t * error * slope, 9);
      }
    }
  });

  it('pairs exchange labels within subjects alone', () => {
    const report = compareGroups({ rows, groups, pairs: ['x', 'y', 'z', 'x', 'y', 'z'] });
    expect(report.overall).toMatchObject({ permutations: 8, exact: true, smallest: 0.25 });
  });

  it('sparse rows and a matrix are the same table', () => {
    const data = Float64Array.from(rows.flat());
    const values: number[] = [];
    const columns: number[] = [];
    const offsets = [0];
    for (const row of rows) {
      for (const [i, x] of row.entries()) if (x > 0) [values.push(x), columns.push(i)];
      offsets.push(values.length);
    }
    const sparse = csr({ data: values, indices: columns, indptr: offsets, cols: 3 });
    expect(compareGroups({ rows: sparse, groups })).toEqual(compareGroups({ rows: matrix(data, 6, 3), groups }));
  });

  it('20,000 sparse columns are no burden, and those that no sample has change nothing', () => {
    const random = new Random(seed);
    const [n, cols] = [8, 20_000];
    const [data, indices, indptr]: number[][] = [[], [], [0]];
    for (let i = 0; i < n; i++) {
      for (let j = random.below(50); j < cols; j += 1 + random.below(100)) {
        data?.push(1 + random.below(i % 2 === 0 ? 20 : 30));
        indices?.push(j);
      }
      indptr?.push(data?.length as number);
    }
    const wide = csr({ data: data as number[], indices: indices as number[], indptr: indptr as number[], cols });
    const names = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 'a' : 'b'));
    const kept = [...new Set(indices)].sort((a, b) => a - b);
    const dense = Array.from({ length: n }, () => new Float64Array(kept.length));
    const places = new Map(kept.map((column, at) => [column, at]));
    for (let i = 0; i < n; i++)
      for (let k = indptr?.[i] as number; k < (indptr?.[i + 1] as number); k++)
        (dense[i] as Float64Array)[places.get(indices?.[k] as number) as number] = data?.[k] as number;
    const [one, other] = [compareGroups({ rows: wide, groups: names }), compareGroups({ rows: dense, groups: names })];
    expect(one.overall).toEqual(other.overall);
    expect(one.overall.permutations).toBe(70);
    expect(one.comparisons[0]?.intervals).toEqual(other.comparisons[0]?.intervals);
    expect(one.comparisons[0]?.contributions[0]?.column).toBe(kept[other.comparisons[0]?.contributions[0]?.column as number]);
  });

  it('one sample a group is tested by its counts, Holm’s method over comparisons', () => {
    const report = compareGroups({
      rows: [
        [8, 9, 11],
        [27, 2, 2],
        [36, 1, 2],
        [30, 3, 3],
      ],
      groups: ['0', '24', '48', '72'],
    });
    expect(report.unit).toBe('observation');
    expect(report.comparisons.map(({ group }) => group)).toEqual(['24', '48', '72']);
    for (const { pValue, adjusted } of report.comparisons) expect(adjusted).toBeGreaterThanOrEqual(pValue);
    expect(report.caveats.join()).toMatch(/nothing about other samples/);
  });

  it('finds the overdispersion that samples have', () => {
    const random = new Random(seed);
    const draws = Array.from({ length: 60 }, () => {
      const p = [6, 3, 1].map((x) => random.gamma(x * 5)); // Dirichlet of 50: ρ = 1/51
      const total = p.reduce((a, b) => a + b, 0);
      const row = [0, 0, 0];
      for (let i = 0; i < 200; i++) {
        let [u, k] = [random.uniform() * total, 0];
        while (u > (p[k] as number) && k < 2) u -= p[k++] as number;
        row[k] = (row[k] as number) + 1;
      }
      return row;
    });
    const [summary] = compareGroups({ rows: [...draws, [1, 1, 1]], groups: [...draws.map(() => 'a'), 'b'] }).groups;
    expect((summary?.correlation as number) * 51).toBeGreaterThan(0.6);
    expect((summary?.correlation as number) * 51).toBeLessThan(1.6);
  });
});

describe('tables', () => {
  it('distances put similar samples side by side', () => {
    const { distances, order, merges } = distanceMatrix([
      [9, 1, 0],
      [0, 1, 9],
      [8, 2, 0],
      [0, 2, 8],
    ]);
    expect(distances[1]).toBe(distances[4]);
    expect(distances[0]).toBe(0);
    const places = [0, 1, 2, 3].map((i) => order.indexOf(i));
    expect(Math.abs((places[0] as number) - (places[2] as number))).toBe(1);
    expect(Math.abs((places[1] as number) - (places[3] as number))).toBe(1);
    expect(merges.length).toBe(3);
  });

  it('levels of a taxonomy never fall and end at the divergence of the columns (chain rule)', () => {
    const paths = ['a;x;1', 'a;x;2', 'a;y', 'b;z;1', 'b;z;2'];
    const [p, q] = [
      [3, 1, 4, 1, 5],
      [9, 2, 6, 5, 3],
    ];
    const levels = taxonomyLevels(p, q, paths);
    expect(levels.map(({ groups }) => groups)).toEqual([2, 3, 5]);
    expect(levels.at(-1)?.divergence).toBe(klDivergence(p, q));
    expect(levels.reduce((sum, { added }) => sum + added, 0)).toBeCloseTo(klDivergence(p, q), 14);
    const within = (8 / 14) * klDivergence([4, 4], [11, 6]);
    expect(levels[1]?.added).toBeCloseTo(within, 14);
  });

  it('levels of more columns than a call takes arguments', () => {
    const columns = Array.from({ length: 200_000 }, (_, i) => 1 + (i % 3));
    const levels = taxonomyLevels(
      columns,
      columns,
      columns.map((_, i) => `${i % 2};${i}`),
    );
    expect(levels.map(({ groups, divergence }) => [groups, divergence])).toEqual([
      [2, 0],
      [200_000, 0],
    ]);
  });
});

describe('mistakes', () => {
  it.each([
    [() => compareCounts([1.5, 2], [1, 2]), 'ERR_DOMAIN', /"p" column 0 expected whole counts/],
    [() => compareCounts([1, -2], [1, 2]), 'ERR_DOMAIN', /"p" column 1/],
    [() => compareCounts([0, 0], [1, 2]), 'ERR_ZERO_ROW', /"p"/],
    [() => compareCounts([1, 2, 3], [1, 2]), 'ERR_SHAPE', /"q" expected 3 columns/],
    [() => compareCounts([1, 2], [1, 2], { level: 95 }), 'ERR_OPTION', /level/],
    [() => compareCounts([1, 2], [1, 2], { estimater: 'x' } as never), 'ERR_OPTION', /estimater/],
    [
      () =>
        compareGroups({
          rows: [
            [1, 2],
            [3, NaN],
          ],
          groups: ['a', 'b'],
        }),
      'ERR_DOMAIN',
      /row 1 column 1/,
    ],
    [
      () =>
        compareGroups({
          rows: [
            [1, 2],
            [3, 4],
          ],
          groups: ['a', 'a'],
        }),
      'ERR_SHAPE',
      /two groups/,
    ],
    [() => compareGroups({ rows: [[1, 2]], groups: ['a', 'b'] }), 'ERR_SHAPE', /"groups" expected 1 names/],
    [() => compareCounts('1,2' as never, [1, 2]), 'ERR_KIND', /"p" expected an array/],
    [() => taxonomyLevels([1, 2], [2, 1], ['a;b', undefined as never]), 'ERR_DOMAIN', /"paths" column 1 expected a string.*got undefined/],
    [() => taxonomyLevels([1, 2], [2, 1], ['a;b', 3 as never]), 'ERR_DOMAIN', /"paths" column 1/],
    [() => taxonomyLevels([1, 2], [2, 1], new Array(2)), 'ERR_DOMAIN', /"paths" column 0/],
    [() => taxonomyLevels([1, 2], [2, 1], undefined as never), 'ERR_KIND', /"paths" expected an array/],
    [() => taxonomyLevels([1, 2], [2, 1], ['a']), 'ERR_SHAPE', /"paths" expected 2 names/],
    [() => taxonomyLevels([1, 2], [2, 1], ['a', 'b'], { separator: '' }), 'ERR_OPTION', /separator/],
  ])('%s', (call, code, message) => {
    expect(call).toThrow(message);
    try {
      call();
    } catch (error) {
      expect((error as SurprisalError).code).toBe(code);
    }
  });
});
