/** Divergences from a mixture of the two distributions: finite whatever has zeros, as long as the mixture has some of both. */
import { KINDS } from '../backend/contract.js';
import { checkEndpoints, checkShare } from '../check.js';
import type { MassRows } from '../rows/lazyRows.js';
import { checkMassOptions, type DiscreteOptions, type PairFunctionOf, pairOf } from '../masses.js';
import type { Vector } from '../types.js';

export interface SkewOptions extends DiscreteOptions {
  /** The share of q in the mixture, from 0 to 1. */
  readonly weight: number;
}

export interface GeneralizedJensenShannonOptions extends DiscreteOptions {
  /** The share of p in the mixture, β, from 0 to 1. */
  readonly weight: number;
  /**
   * What β = 0 and β = 1 mean. 'limit' (the default): what the divergence tends to, 0. 'kl': D(p‖q) at 0 and D(q‖p) at 1, as libraries for distillation
   * have it (with p the teacher: forward and reverse KL); the function jumps there.
   */
  readonly endpoints?: 'limit' | 'kl' | undefined;
}

const SKEW = ['weight'];
const GENERALIZED = ['weight', 'endpoints'];

/** D(p ‖ q), of which these have limits; the generalised one of rows as given, whose terms theirs are. */
function klOf(more: readonly string[], options: DiscreteOptions, isExchanged = false) {
  if (options.normalize !== false) return pairOf('klRows', { more }, isExchanged);
  return pairOf('divergenceRows', { params: [KINDS.generalizedKl], more }, isExchanged);
}

/**
 * Skew Kullback–Leibler divergence, D(p ‖ (1 − α)·p + α·q) with the weight α.
 *
 * @param p       first distributions: a vector, or a matrix of rows; probabilities or counts, not modified
 * @param q       second distributions, likewise; a vector beside a matrix serves every row
 * @param options weight (required), normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to −log(1 − α) (nothing in common)
 * Edge cases  α = 0 gives 0; α = 1 is `klDivergence`, and the one that may be infinite · equal rows give exactly 0 · as given, Σ φ(pₖ, mₖ) with φ(x, y) =
 *             x·log(x/y) − x + y, never negative: at α = 1 `generalizedKlDivergence`
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are (unlike masses: as {@link klDivergence}) — test/divergences/orders.test.ts. f32: and 2⁻¹⁴⁹
 *             a column, which shows where `weight`² times the entries is as small (weights of 1e-18 of ordinary rows)
 * Source      L. Lee, Proc. ACL (1999)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_ZERO_ROW · ERR_OUT · ERR_OPTION
 * @example
 * skewKlDivergence([1, 0], [0, 1], { weight: 0.5, base: 2 }); // 1
 */
export const skewKlDivergence: PairFunctionOf<SkewOptions> = /* @__PURE__ */ (() => {
  const run = (p: Vector | MassRows, q: Vector | MassRows, options: SkewOptions) => {
    checkMassOptions(options, SKEW);
    checkShare('weight', options?.weight);
    if (options.weight === 1) return klOf(SKEW, options)(p, q, options);
    return pairOf('mixtureRows', { params: [options.weight, 1], more: SKEW })(p, q, options);
  };
  return run as PairFunctionOf<SkewOptions>;
})();

/**
 * Generalised (weighted) Jensen–Shannon divergence, β·D(p‖m) + (1 − β)·D(q‖m) with m = β·p + (1 − β)·q and the weight β.
 *
 * @param p       first distributions (of a teacher, say), as in {@link skewKlDivergence}
 * @param q       second distributions (of a student)
 * @param options weight (required), endpoints, normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to the entropy of (β, 1 − β); at β = ½ it is `jensenShannonDivergence`
 * Edge cases  β = 0 or 1: see `endpoints` · divided by β it tends to D(p‖q) as β → 0, by 1 − β to D(q‖p) as β → 1 · always finite between · exchanging p and q
 *             and β for 1 − β changes nothing · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are (unlike masses: as {@link klDivergence}) — test/divergences/orders.test.ts
 * Source      J. Lin, IEEE Trans. Inf. Theory 37 (1991); R. Agarwal et al., ICLR (2024)
 *
 * @throws {SurprisalError} as {@link skewKlDivergence}
 * @example
 * generalizedJensenShannonDivergence([1, 0], [0, 1], { weight: 0.5, base: 2 }); // 1
 */
export const generalizedJensenShannonDivergence: PairFunctionOf<GeneralizedJensenShannonOptions> = /* @__PURE__ */ (() => {
  const run = (p: Vector | MassRows, q: Vector | MassRows, options: GeneralizedJensenShannonOptions) => {
    checkMassOptions(options, GENERALIZED);
    checkShare('weight', options?.weight);
    const { weight, endpoints } = options;
    checkEndpoints(endpoints);
    const isEnd = weight === 0 || weight === 1;
    if (isEnd && endpoints === 'kl') return klOf(GENERALIZED, options, weight === 1)(p, q, options);
    // At the ends m is p or q, and the skew divergence from it 0.
    return pairOf('mixtureRows', { more: GENERALIZED, params: isEnd ? [0, 1] : [weight, 0] }, weight === 0)(p, q, options);
  };
  return run as PairFunctionOf<GeneralizedJensenShannonOptions>;
})();
