/**
 * Divergences between discrete distributions, given as probabilities or counts. Rows are normalised unless told otherwise; a zero in q where p has mass makes
 * the answer Infinity and is no error. Wherever a matrix stands, so may sparse, ragged or masked rows (csr, ragged, maskClasses).
 */
import { KINDS } from '../backend/contract.js';
import type { PairFunction, RowFunction } from '../call.js';
import type { MassRows } from '../rows/lazyRows.js';
import { type DiscreteOptions, ONE, ofMasses, pairOf } from '../masses.js';
import type { Vector } from '../types.js';

/**
 * Kullback–Leibler divergence (relative entropy) of p from q, D(p‖q) = Σₖ pₖ·log(pₖ/qₖ), over p and q normalised.
 *
 * @param p       the reference: a vector, or a matrix of rows; probabilities or counts, not modified
 * @param q       the approximation, likewise; a vector beside a matrix serves every row
 * @param options normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to Infinity
 * Edge cases  pₖ = 0 adds 0 · qₖ = 0 < pₖ gives Infinity · equal rows give exactly 0 · `normalize: false` takes entries as given, and may then be negative
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are. Rows of unlike masses that are no power of two apart: times 1 + 1/√KL,
 *             as no factor brings them together without rounding: rows that are multiples of each other may answer 1e-33 (f32: 1e-16) for 0. As given, terms of
 *             both signs cancel: and 2·2⁻⁵³ (f32: 2·2⁻²⁴) of Σₖ |pₖ·log(pₖ/qₖ)| — npm run conformance
 * Source      S. Kullback, R. A. Leibler, Ann. Math. Statist. 22 (1951); the form without cancellation is derived in assembly/math/logRatio.ts
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_ZERO_ROW · ERR_OUT · ERR_OPTION
 * @example
 * klDivergence([0.5, 0.5], [0.25, 0.75]); // 0.14384103622589045
 */
export const klDivergence: PairFunction<DiscreteOptions, MassRows> = /* @__PURE__ */ pairOf('klRows');

/**
 * Generalised Kullback–Leibler divergence (I-divergence) of masses that need not sum to one, D(p‖q) = Σₖ pₖ·log(pₖ/qₖ) − pₖ + qₖ.
 *
 * @param p       first masses, as in {@link klDivergence}
 * @param q       second masses
 * @param options normalize (false unless asked for: then it is the KL divergence), base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to Infinity
 * Edge cases  pₖ = 0 adds qₖ · qₖ = 0 < pₖ gives Infinity · both 0 adds 0 · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰): no term is negative — npm run conformance. Entries below 1e-290 of the largest may count as
 *             equal: a divergence that is theirs alone may be 0
 * Source      I. Csiszár, Ann. Statist. 19 (1991); scipy.special.kl_div summed
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * generalizedKlDivergence([1, 2], [2, 2]); // 0.3068528194400547
 */
export const generalizedKlDivergence: PairFunction<DiscreteOptions, MassRows> = /* @__PURE__ */ pairOf('divergenceRows', {
  params: [KINDS.generalizedKl],
  asGiven: true,
});

/**
 * Jeffreys divergence, the Kullback–Leibler divergences both ways added, J(p, q) = D(p‖q) + D(q‖p) = Σₖ (pₖ − qₖ)·log(pₖ/qₖ).
 *
 * @param p       first distributions, as in {@link klDivergence}
 * @param q       second distributions; exchanging them changes nothing but the last bits
 * @param options normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to Infinity. On binned proportions this is the population stability index
 * Edge cases  a class that only one of them has gives Infinity · both 0 adds 0 · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰; unlike masses: as {@link klDivergence}) — npm run conformance
 * Source      H. Jeffreys, Proc. R. Soc. A 186 (1946)
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * jeffreysDivergence([0.5, 0.5], [0.25, 0.75]); // 0.2746530721670274
 */
export const jeffreysDivergence: PairFunction<DiscreteOptions, MassRows> = /* @__PURE__ */ pairOf('divergenceRows', {
  params: [KINDS.jeffreys],
});

/** Weight ½, no skew. */
const EVEN = { params: [0.5, 0] };

/**
 * Jensen–Shannon divergence, JS(p, q) = ½·D(p‖m) + ½·D(q‖m) with m = (p + q)/2.
 *
 * @param p       first distributions, as in {@link klDivergence}
 * @param q       second distributions; exchanging them changes nothing but the last bits
 * @param options normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to log 2 (nothing in common), which is 1 in bits
 * Edge cases  always finite: zeros need no smoothing · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰; unlike masses: as {@link klDivergence}) — npm run conformance
 * Source      J. Lin, IEEE Trans. Inf. Theory 37 (1991)
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * jensenShannonDivergence([1, 0], [0, 1], { base: 2 }); // 1
 */
export const jensenShannonDivergence: PairFunction<DiscreteOptions, MassRows> = /* @__PURE__ */ pairOf('mixtureRows', EVEN);

/**
 * Jensen–Shannon distance, √JS(p, q): the square root of {@link jensenShannonDivergence}, which obeys the triangle inequality.
 *
 * @param p       first distributions, as in {@link klDivergence}
 * @param q       second distributions; exchanging them changes nothing but the last bits
 * @param options normalize, base (of the divergence under the root), out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       √nats; 0 to √(log 2), with base 2 to 1
 * Edge cases  always finite · equal rows give exactly 0
 * Accuracy    relative error ≤ 17·2⁻⁵³ (f32 entries: 2⁻²¹): the root halves it — npm run conformance
 * Source      D. M. Endres, J. E. Schindelin, IEEE Trans. Inf. Theory 49 (2003)
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * jensenShannonDistance([1, 0], [0, 1], { base: 2 }); // 1
 */
export const jensenShannonDistance: PairFunction<DiscreteOptions, MassRows> = /* @__PURE__ */ pairOf('mixtureRows', {
  ...EVEN,
  root: true,
});

/**
 * Cross-entropy of q under p, H(p, q) = −Σₖ pₖ·log qₖ = H(p) + D(p‖q): the mean length of a code made for q and used on p.
 *
 * @param p       what happens, as in {@link klDivergence}
 * @param q       what was expected
 * @param options normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 to Infinity
 * Edge cases  pₖ = 0 adds 0 · qₖ = 0 < pₖ gives Infinity · `normalize: false` takes entries as given
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰) — npm run conformance
 * Source      definition
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * crossEntropy([0.5, 0.5], [0.25, 0.75], { base: 2 }); // 1.207518749639422
 */
export const crossEntropy: PairFunction<DiscreteOptions, MassRows> = /* @__PURE__ */ pairOf('crossEntropyRows');

/**
 * Shannon entropy, H(p) = −Σₖ pₖ·log pₖ.
 *
 * @param p       distributions, as in {@link klDivergence}
 * @param options normalize, base, out, core
 * @returns       a number for a vector, else one number a row
 *
 * Shapes      p: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (one class has all) to log(cols) (all classes alike)
 * Edge cases  pₖ = 0 adds 0 · a row with one class gives exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), also where nearly all mass is in one class — npm run conformance. Below 1e-300 shares are
 *             subnormal, and the digits are theirs
 * Source      C. E. Shannon, Bell Syst. Tech. J. 27 (1948)
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * entropy([0.5, 0.25, 0.25], { base: 2 }); // 1.5
 */
export const entropy: RowFunction<DiscreteOptions, MassRows> = /* @__PURE__ */ (() => {
  const run = (p: Vector | MassRows, options?: DiscreteOptions) => ofMasses('entropyRows', ONE, [p], options);
  return run as RowFunction<DiscreteOptions, MassRows>;
})();
