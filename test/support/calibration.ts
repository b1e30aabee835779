/** How often intervals cover, and tests reject without reason: by seeded simulation over named regimes. */
import type { Estimator } from '../../src/applications/composition/estimators.js';
import { gTestOf } from '../../src/applications/composition/gTest.js';
import { meansInterval, type MeansMethod, partitionOf, samplesOf, summariesOf } from '../../src/applications/composition/groups.js';
import { MEASURES, type MeasureName } from '../../src/applications/composition/measures.js';
import { makePair, type Pair, shares } from '../../src/applications/composition/pair.js';
import { type IntervalMethod, intervalOf } from '../../src/applications/composition/uncertainty.js';
import { Multinomial } from '../../src/applications/statistics/multinomial.js';
import { Random } from '../../src/applications/statistics/random.js';

export type Effect = 'none' | 'small' | 'large';

/** A sample of n against one of m (Infinity: it is known), over K columns. */
export interface Regime {
  readonly measure: MeasureName;
  readonly n: number;
  readonly m: number;
  readonly K: number;
}

export const EFFECTS: readonly Effect[] = ['none', 'small', 'large'];

export const REGIMES: readonly Regime[] = (
  [
    ['kl', 100, Infinity, 3],
    ['kl', 500, Infinity, 10],
    ['kl', 5000, Infinity, 50],
    ['kl', 200, 200, 4],
    ['kl', 1000, 1000, 10],
    ['kl', 5000, 500, 10],
    ['js', 200, 200, 4],
    ['js', 1000, 1000, 10],
    ['js', 5000, 500, 10],
    ['js', 500, 500, 50],
    ['kl', 30, Infinity, 3],
    ['kl', 30, 30, 3],
    ['js', 30, 30, 3],
    ['js', 28, 39, 3],
    ['js', 40, 400, 5],
    ['kl', 100, 100, 10],
    ['js', 100, 100, 10],
    ['kl', 144, 2000, 40],
    ['js', 144, 2000, 40],
    ['js', 200, 5000, 100],
  ] as const
).map(([measure, n, m, K]) => ({ measure, n, m, K }));

export const nameOf = ({ measure, n, m, K }: Regime): string =>
  `${measure === 'kl' ? 'KL' : 'JS'}, ${n} / ${m === Infinity ? 'known' : m}, K = ${K}`;

const TILT = { none: 0, small: 0.15, large: 0.8 } as const;

export interface Truth {
  readonly p: Float64Array;
  readonly q: Float64Array;
}

/** A falling reference, and what it becomes when every other column is favoured. */
export function truthOf(K: number, effect: Effect, falling = (i: number) => 1 / (i + 2)): Truth {
  const q = Float64Array.from({ length: K }, (_, i) => falling(i));
  return { p: shares(q.map((x, i) => x * Math.exp(i % 2 === 0 ? TILT[effect] : -TILT[effect]))), q: shares(q) };
}

/** Draws pairs of a regime. */
export function drawer({ n, m, K }: Regime, effect: Effect): (random: Random) => Pair {
  const { p, q } = truthOf(K, effect);
  const known = m === Infinity;
  const [one, other] = [new Multinomial(p, n), known ? undefined : new Multinomial(q, m)];
  return (random) => {
    const [x, y] = [new Float64Array(K), known ? q : new Float64Array(K)];
    one.draw(random, x);
    other?.draw(random, y);
    return makePair(x, y, known);
  };
}

/** The share of simulated 95 % intervals that hold the truth. */
export function coverage(regime: Regime, effect: Effect, method: IntervalMethod, estimator: Estimator, runs: number, seed: number): number {
  const { p, q } = truthOf(regime.K, effect);
  const measure = MEASURES[regime.measure];
  const truth = measure.single(p, q);
  const random = new Random(seed);
  const draw = drawer(regime, effect);
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const pair = draw(random);
    const [low, high] = intervalOf(pair, measure, { method, estimator, level: 0.95, replicates: 400, seed: run });
    if (low <= truth && truth <= high) covered++;
  }
  return covered / runs;
}

/** p-values of the G-test where there is no difference. */
export function nullPValues(regime: Regime, runs: number, seed: number, replicates = 199): Float64Array {
  const random = new Random(seed);
  const draw = drawer(regime, 'none');
  return Float64Array.from({ length: runs }, (_, run) => gTestOf(draw(random), { replicates, seed: run }).pValue);
}

/** Groups of samples: how many each has, the concentration of its Dirichlet distribution (ρ = 1/(concentration + 1)) and what each sample counts. */
export interface Design {
  readonly K: number;
  readonly falling?: (i: number) => number;
  readonly groups: readonly { readonly samples: number; readonly concentration: number; readonly depth: number }[];
}

/** Dirichlet-multinomial samples; the first group has the effect, the others do not. */
function drawGroups({ K, falling, groups }: Design, effect: Effect, random: Random) {
  const { p, q } = truthOf(K, effect, falling);
  const rows: Float64Array[] = [];
  const labels: string[] = [];
  for (const [g, { samples, concentration, depth }] of groups.entries()) {
    for (let i = 0; i < samples; i++) {
      const row = new Float64Array(K);
      new Multinomial(
        (g === 0 ? p : q).map((x) => random.gamma(x * concentration)),
        depth,
      ).draw(random, row);
      rows.push(row);
      labels.push(String(g));
    }
  }
  return samplesOf(rows, labels, [...groups.keys()].map(String));
}

/** p-values of relabelling the samples of a design. */
export function relabellings(design: Design, effect: Effect, runs: number, seed: number, permutations = 199): Float64Array {
  const random = new Random(seed);
  return Float64Array.from(
    { length: runs },
    (_, run) => partitionOf(drawGroups(design, effect, random), undefined, { permutations, seed: run }).test.pValue,
  );
}

/** Coverage of the interval between means of groups with replicates, and p-values of their permutation test. */
export function replicates(effect: Effect, samples: number, runs: number, seed: number, method: MeansMethod = 'inversion') {
  const K = 6;
  const group = { samples, concentration: 40, depth: 300 };
  const { p, q } = truthOf(K, effect);
  const truth = MEASURES.js.single(p, q);
  const random = new Random(seed);
  let covered = 0;
  const pValues = new Float64Array(runs);
  for (let run = 0; run < runs; run++) {
    const drawn = drawGroups({ K, groups: [group, group] }, effect, random);
    const [a, b] = summariesOf(drawn, true);
    const rows = (group: number) => drawn.shares.filter((_, i) => drawn.labels[i] === group);
    const sizes = [a?.effectiveSize as number, b?.effectiveSize as number] as const;
    const settings = { method, bias: 0, level: 0.95, replicates: 400, seed: run };
    const [low, high] = meansInterval('js', [rows(0), rows(1)], sizes, settings) as [number, number];
    if (low <= truth && truth <= high) covered++;
    if (effect === 'none' && method === 'inversion')
      pValues[run] = partitionOf(drawn, undefined, { permutations: 199, seed: run }).test.pValue;
  }
  return { coverage: covered / runs, pValues };
}

/** P(p ≤ α) of simulated p-values, and the most that chance explains: α + 3 Monte-Carlo standard errors. */
export function rejections(pValues: Float64Array, alpha: number): { share: number; most: number } {
  const share = pValues.reduce((count, p) => count + (p <= alpha ? 1 : 0), 0) / pValues.length;
  return { share, most: alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / pValues.length) };
}
