/** How often intervals of src/applications/fairness cover, and its p-values are small without reason: by seeded simulation over named regimes. */
import { type DisparityReport, disparity, type Level } from '../../src/applications/fairness.js';
import { Random } from '../../src/applications/statistics/random.js';
import { jensenShannonDivergence, klDivergence, matrix } from '../../src/index.js';
import { type Effect, type Truth, truthOf } from './calibration.js';

export interface FairnessRegime {
  readonly name: string;
  readonly of: Level;
  /** Classes, bins or decisions. */
  readonly K: number;
  readonly sizes: readonly [number, number];
  /** Of the Dirichlet distributions that predictions are drawn from: the larger, the less they scatter. */
  readonly concentrations: readonly [number, number];
  readonly truth: (effect: Effect) => Truth;
}

/** How often the second of two classes is decided for, in either group. */
const RARE: Readonly<Record<Effect, readonly [number, number]>> = { none: [0.02, 0.02], small: [0.02, 0.04], large: [0.02, 0.1] };
/** Cells of which some are seldom met. */
const rareDecisions = (effect: Effect): Truth => {
  const [p, q] = RARE[effect].map((rate) => Float64Array.of(1 - rate, rate)) as [Float64Array, Float64Array];
  return { p, q };
};
const rareScores = (effect: Effect): Truth => truthOf(10, effect, (i) => 2 ** -i);

export const FAIRNESS_REGIMES: readonly FairnessRegime[] = (
  [
    ['means', 2, [30, 30], [4, 4]],
    ['means', 2, [500, 40], [4, 4]],
    ['means', 2, [400, 40], [30, 3]],
    ['means', 2, [400, 40], [3, 30]],
    ['means', 2, [100, 5], [4, 4]],
    ['means', 5, [200, 200], [4, 4]],
    ['means', 5, [400, 60], [20, 4]],
    ['scores', 5, [300, 100], [1, 1]],
    ['decisions', 2, [300, 60], [1, 1]],
    ['scores', 10, [100, 100], [1, 1], 'rare', rareScores],
    ['scores', 10, [300, 60], [1, 1], 'rare', rareScores],
    ['decisions', 2, [50, 50], [1, 1], 'rare', rareDecisions],
    ['decisions', 2, [100, 100], [1, 1], 'rare', rareDecisions],
    ['decisions', 2, [300, 60], [1, 1], 'rare', rareDecisions],
  ] as const
).map(([of, K, sizes, concentrations, kind, truth = (effect: Effect) => truthOf(K, effect)]) => {
  const scatters =
    concentrations[0] === concentrations[1] ? '' : `, scatters ${concentrations[0] > concentrations[1] ? 'less' : 'more'} in the larger`;
  return {
    of,
    K,
    sizes,
    concentrations,
    truth,
    name: `${of}, ${sizes.join(' / ')}, K = ${K}${scatters}${kind === undefined ? '' : `, ${kind}`}`,
  };
});

/** Draws both groups of a regime and compares them. */
function draw(regime: FairnessRegime, effect: Effect, random: Random, seed: number): DisparityReport {
  const { of, K, sizes, concentrations, truth } = regime;
  const { p, q } = truth(effect);
  const sides = [p, q];
  const groups = sizes.flatMap((size, g) => new Array<string>(size).fill(g === 0 ? 'p' : 'q'));
  const settings = { of, permutations: 199, seed } as const;
  if (of === 'means') {
    const rows = sizes.flatMap((size, g) =>
      Array.from({ length: size }, () =>
        Array.from(sides[g] as Float64Array, (x) => random.gamma(x * (concentrations[g] as number)) + 1e-300),
      ),
    );
    return disparity(matrix(Float64Array.from(rows.flat()), rows.length, K), groups, settings);
  }
  // A score in the middle of the cell that is drawn; of two cells a decision.
  const scores = sizes.flatMap((size, g) =>
    Array.from({ length: size }, () => {
      const u = random.uniform();
      let [cell, below] = [0, (sides[g] as Float64Array)[0] as number];
      while (u > below && cell < K - 1) below += (sides[g] as Float64Array)[++cell] as number;
      return (cell + 0.5) / K;
    }),
  );
  return disparity(scores, groups, of === 'scores' ? { ...settings, bins: K } : { ...settings, threshold: 0.5 });
}

export interface FairnessCalibration {
  /** Shares of 95 % intervals that hold the truth. */
  readonly kl: number;
  readonly js: number;
  readonly pValues: Float64Array;
}

export function fairnessCalibration(regime: FairnessRegime, effect: Effect, runs: number, seed: number): FairnessCalibration {
  const { p, q } = regime.truth(effect);
  const truth = { kl: klDivergence(p, q), js: jensenShannonDivergence(p, q) };
  const random = new Random(seed);
  const pValues = new Float64Array(runs);
  let [kl, js] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const [forth] = draw(regime, effect, random, run).comparisons;
    if (forth === undefined) continue;
    if (forth.intervals.kl[0] <= truth.kl && truth.kl <= forth.intervals.kl[1]) kl++;
    if (forth.intervals.js[0] <= truth.js && truth.js <= forth.intervals.js[1]) js++;
    pValues[run] = forth.pValue;
  }
  return { kl: kl / runs, js: js / runs, pValues };
}

/** Smallest adjusted p-values of four groups that are alike. */
export function familyPValues(runs: number, seed: number): Float64Array {
  const random = new Random(seed);
  const groups = Array.from({ length: 120 }, (_, i) => (i < 60 ? 'a' : i < 90 ? 'b' : i < 110 ? 'c' : 'd'));
  return Float64Array.from({ length: runs }, (_, run) => {
    const scores = groups.map(() => random.uniform());
    return disparity(scores, groups, { permutations: 199, seed: run }).overall.adjusted;
  });
}
