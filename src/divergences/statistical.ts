/**
 * Divergences between discrete distributions that need no logarithm, or none of their own: variational, Hellinger and χ² kinds, and the index that monitors
 * populations. Constants differ between texts, by a half or a root: each docstring has the formula.
 */
import { KINDS } from '../backend/contract.js';
import type { PairFunction, Unitless } from '../call.js';
import type { MassRows } from '../rows/lazyRows.js';
import { type DiscreteOptions, pairOf } from '../masses.js';

const SQUARED_HELLINGER = { params: [KINDS.squaredHellinger], isUnitless: true } as const;
const PEARSON = { params: [KINDS.pearson], isUnitless: true } as const;

/**
 * Total variation distance, TV(p, q) = ½·Σₖ |pₖ − qₖ|: the most that the probability of any event can differ.
 *
 * @param p       first distributions: a vector, or a matrix of rows; probabilities or counts, not modified
 * @param q       second distributions, likewise; exchanging them changes nothing but the last bits
 * @param options normalize, out, core; no base, for there is no unit
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       none; 0 (equal) to 1 (nothing in common). Without the half it is the L1 distance
 * Edge cases  always finite · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are; where their sums, but for a power of two, differ by a share δ, be it by rounding:
 *             and 2⁻⁵³·δ (f32: 2⁻²⁴·δ) absolute, which shows where all but 1e-9 of f32 rows, or 1e-25 of f64 rows, is one class — npm run conformance
 * Source      definition
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_ZERO_ROW · ERR_OUT · ERR_OPTION
 * @example
 * totalVariation([0.5, 0.5], [0.25, 0.75]); // 0.25
 */
export const totalVariation: PairFunction<Unitless<DiscreteOptions>, MassRows> = /* @__PURE__ */ pairOf('divergenceRows', {
  params: [KINDS.totalVariation],
  isUnitless: true,
});

/**
 * Squared Hellinger distance, H²(p, q) = ½·Σₖ (√pₖ − √qₖ)² = 1 − Σₖ √(pₖ·qₖ), with the half.
 *
 * @param p       first distributions, as in {@link totalVariation}
 * @param q       second distributions; exchanging them changes nothing but the last bits
 * @param options normalize, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       none; 0 (equal) to 1 (nothing in common)
 * Edge cases  always finite · equal rows give exactly 0 · a `normalize: false` of masses that do not sum to 1 is ½·Σ(√p − √q)²
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are (unlike masses: as {@link klDivergence}) — npm run conformance
 * Source      E. Hellinger, J. Reine Angew. Math. 136 (1909)
 *
 * @throws {SurprisalError} as {@link totalVariation}
 * @example
 * squaredHellinger([0.5, 0.5], [0.25, 0.75]); // 0.034074173710931716
 */
export const squaredHellinger: PairFunction<Unitless<DiscreteOptions>, MassRows> = /* @__PURE__ */ pairOf(
  'divergenceRows',
  SQUARED_HELLINGER,
);

/**
 * Hellinger distance, H(p, q) = √(½·Σₖ (√pₖ − √qₖ)²): the root of {@link squaredHellinger}, which obeys the triangle inequality.
 *
 * @param p       first distributions, as in {@link totalVariation}
 * @param q       second distributions; exchanging them changes nothing but the last bits
 * @param options normalize, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       none; 0 (equal) to 1 (nothing in common)
 * Edge cases  always finite · equal rows give exactly 0
 * Accuracy    relative error ≤ 17·2⁻⁵³ (f32 entries: 2⁻²¹): the root halves it — npm run conformance
 * Source      E. Hellinger, J. Reine Angew. Math. 136 (1909)
 *
 * @throws {SurprisalError} as {@link totalVariation}
 * @example
 * hellingerDistance([1, 0], [0, 1]); // 1
 */
export const hellingerDistance: PairFunction<Unitless<DiscreteOptions>, MassRows> = /* @__PURE__ */ pairOf('divergenceRows', {
  ...SQUARED_HELLINGER,
  root: true,
});

/**
 * Pearson's χ² divergence of p from q, Σₖ (pₖ − qₖ)²/qₖ = Σₖ pₖ²/qₖ − 1: the expected distribution q is what is divided by.
 *
 * @param p       what was observed, as in {@link totalVariation}
 * @param q       what was expected
 * @param options normalize, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       none; 0 (equal) to Infinity. Times the number of observations behind p it is Pearson's statistic
 * Edge cases  qₖ = 0 < pₖ gives Infinity · both 0 adds 0 · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are (unlike masses: as {@link klDivergence}) — npm run conformance
 * Source      K. Pearson, Phil. Mag. 50 (1900)
 *
 * @throws {SurprisalError} as {@link totalVariation}
 * @example
 * pearsonChiSquare([0.5, 0.5], [0.25, 0.75]); // 0.3333333333333333
 */
export const pearsonChiSquare: PairFunction<Unitless<DiscreteOptions>, MassRows> = /* @__PURE__ */ pairOf('divergenceRows', PEARSON);

/**
 * Neyman's χ² divergence of p from q, Σₖ (pₖ − qₖ)²/pₖ: {@link pearsonChiSquare} of q from p, divided by what was observed.
 *
 * @param p       what was observed, as in {@link totalVariation}
 * @param q       what was expected
 * @param options normalize, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       none; 0 (equal) to Infinity
 * Edge cases  pₖ = 0 < qₖ gives Infinity · both 0 adds 0 · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are (unlike masses: as {@link klDivergence}) — npm run conformance
 * Source      J. Neyman, Proc. Berkeley Symp. (1949)
 *
 * @throws {SurprisalError} as {@link totalVariation}
 * @example
 * neymanChiSquare([0.5, 0.5], [0.25, 0.75]); // 0.25
 */
export const neymanChiSquare: PairFunction<Unitless<DiscreteOptions>, MassRows> = /* @__PURE__ */ pairOf('divergenceRows', PEARSON, true);

/**
 * Triangular discrimination, Δ(p, q) = Σₖ (pₖ − qₖ)²/(pₖ + qₖ); twice Le Cam's divergence.
 *
 * @param p       first distributions, as in {@link totalVariation}
 * @param q       second distributions; exchanging them changes nothing but the last bits
 * @param options normalize, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       none; 0 (equal) to 2 (nothing in common)
 * Edge cases  always finite · both 0 adds 0 · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are (unlike masses: as {@link klDivergence}) — test/divergences/orders.test.ts
 * Source      F. Topsøe, IEEE Trans. Inf. Theory 46 (2000)
 *
 * @throws {SurprisalError} as {@link totalVariation}
 * @example
 * triangularDiscrimination([0.5, 0.5], [0.25, 0.75]); // 0.13333333333333333
 */
export const triangularDiscrimination: PairFunction<Unitless<DiscreteOptions>, MassRows> = /* @__PURE__ */ pairOf('divergenceRows', {
  params: [KINDS.triangular],
  isUnitless: true,
});

/**
 * Population stability index between binned proportions, PSI = Σₖ (pₖ − qₖ)·log(pₖ/qₖ): the Jeffreys divergence under the name that credit scoring gives it.
 *
 * @param p       proportions or counts of the actual population, as in {@link totalVariation}
 * @param q       of the one expected; exchanging them changes nothing but the last bits
 * @param options normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to Infinity. Thresholds like 0.1 and 0.25 are meant in nats, and for bins that are well filled
 * Edge cases  a bin that only one of them has gives Infinity: nothing is filled in unasked · both 0 adds 0 · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰; unlike masses: as {@link klDivergence}) — npm run conformance
 * Source      H. Jeffreys, Proc. R. Soc. A 186 (1946)
 *
 * @throws {SurprisalError} as {@link totalVariation}
 * @example
 * populationStabilityIndex([30, 70], [25, 75]); // 0.012565721414045305
 */
export const populationStabilityIndex: PairFunction<DiscreteOptions, MassRows> = /* @__PURE__ */ pairOf('divergenceRows', {
  params: [KINDS.jeffreys],
});
