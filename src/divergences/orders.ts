/** Divergences of an order α, all of S(α) = Σₖ pₖ^α·qₖ^(1−α): Rényi, Tsallis, Chernoff, Bhattacharyya. One kernel. */
import type { PairFunction, Unitless } from '../call.js';
import { checkOrder, checkShare } from '../check.js';
import type { MassRows } from '../rows/lazyRows.js';
import { checkMassOptions, type DiscreteOptions, type PairFunctionOf, pairOf } from '../masses.js';
import type { Floats, Vector } from '../types.js';

export interface OrderOptions extends DiscreteOptions {
  /** The order α ≥ 0. */
  readonly alpha: number;
}

const MORE = ['alpha'];

/** Below this order, what 1 − α rounds away shows beside α. */
const SMALL_ORDER = 1 / 64;
/** The double below 1: the order 1, which is another function, stands for no smaller α. */
const LARGEST_ORDER = 1 - Number.EPSILON / 2;

/**
 * Rényi or Tsallis of order α, times `factor`. Orders below ½ are taken from the other side, where nothing cancels:
 * for both, D_α(p, q) = α/(1 − α)·D_(1−α)(q, p).
 */
function ofOrder(
  alpha: number,
  logarithm: 0 | 1,
  p: Vector | MassRows,
  q: Vector | MassRows,
  options: DiscreteOptions | undefined,
  factor = 1,
  more: readonly string[] = MORE,
) {
  const direct = { params: [alpha, logarithm], times: factor, more };
  if (alpha >= 0.5 || alpha === 0) return pairOf('powerRows', direct)(p, q, options);
  const order = Math.min(1 - alpha, LARGEST_ORDER);
  const exchanged = { params: [order, logarithm], more };
  if (alpha >= SMALL_ORDER) {
    return pairOf('powerRows', { ...exchanged, times: (factor * alpha) / order }, true)(p, q, options);
  }
  const atZero = pairOf('powerRows', { params: [0, logarithm], more })(p, q, { ...options, base: undefined, out: undefined });
  const limits = typeof atZero === 'number' ? Float64Array.of(atZero) : atZero;
  const conclude = (results: Floats) => restore(results, alpha, order, limits);
  return pairOf('powerRows', { ...exchanged, times: factor, conclude }, true)(p, q, options);
}

/**
 * D_α of the results D_a(q, p), a being 1 − α as it was rounded, and of D₀(p, q). The results belong to the order α′ = 1 − a; on the line from D₀ through
 * D_α′ = α′/a·D_a lies D_α = α/a·D_a − (α/α′ − 1)·D₀, but for terms of the size of (α − α′)·α. Where D₀ is 0, the digits of α are all that counts.
 */
function restore(results: Floats, alpha: number, order: number, limits: Float64Array): void {
  const share = alpha / (1 - order) - 1;
  for (const [i, limit] of limits.entries()) {
    const result = (alpha / order) * (results[i] as number);
    results[i] = limit === 0 || limit === Infinity ? result : result - share * limit;
  }
}

/**
 * Rényi divergence of order α, D_α(p‖q) = log(Σₖ pₖ^α·qₖ^(1−α))/(α − 1).
 *
 * @param p       first distributions: a vector, or a matrix of rows; probabilities or counts, not modified
 * @param q       second distributions, likewise; a vector beside a matrix serves every row
 * @param options alpha (required), normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to Infinity; grows with α
 * Edge cases  α = 0: −log of the mass that q has where p has some · α = 1: the Kullback–Leibler divergence, its limit · α = Infinity: log of the largest
 *             pₖ/qₖ · qₖ = 0 < pₖ adds nothing for α < 1 and gives Infinity from 1 on · nothing in common gives Infinity · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are (unlike masses: as {@link klDivergence}); as given, where S is what it is, 3·2⁻⁵³·S/|α − 1| beside it
 *             — npm run conformance. f64, α < ½: and 2⁻⁵⁵·min(max |log(q̂ₖ/p̂ₖ)|, 4/α), as 1 − α is rounded (90·2⁻⁵³ seen where they reach 700, α = 10⁻⁶), as given 2⁻⁵⁴·max |log(qₖ/pₖ)|. α = ∞: sums that differ as in {@link totalVariation}
 * Source      A. Rényi, Proc. 4th Berkeley Symp. (1961); T. van Erven, P. Harremoës, IEEE Trans. Inf. Theory 60 (2014)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_ZERO_ROW · ERR_OUT · ERR_OPTION
 * @example
 * renyiDivergence([0.5, 0.5], [0.25, 0.75], { alpha: 2 }); // 0.2876820724517809
 */
export const renyiDivergence: PairFunctionOf<OrderOptions> = /* @__PURE__ */ (() => {
  const run = (p: Vector | MassRows, q: Vector | MassRows, options: OrderOptions) => {
    checkMassOptions(options, MORE);
    checkOrder(options?.alpha, 'infinite');
    return ofOrder(options.alpha, 1, p, q, options);
  };
  return run as PairFunctionOf<OrderOptions>;
})();

/**
 * Tsallis divergence of order α, (Σₖ pₖ^α·qₖ^(1−α) − 1)/(α − 1).
 *
 * @param p       first distributions, as in {@link renyiDivergence}
 * @param q       second distributions
 * @param options alpha (required, finite), normalize, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       none, and no base; 0 (equal) to 1/(1 − α) for α < 1, else to Infinity. At ½ it is 2·H², at 2 Pearson's χ²
 * Edge cases  α = 0: the mass that q has where p has none · α = 1: the Kullback–Leibler divergence, its limit · qₖ = 0 < pₖ gives Infinity from α = 1 on ·
 *             equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), times α/2 for larger orders, however close p and q are (unlike masses: as {@link klDivergence}) — npm run conformance;
 *             of small orders as {@link renyiDivergence}
 * Source      C. Tsallis, Phys. Rev. E 58 (1998)
 *
 * @throws {SurprisalError} as {@link renyiDivergence}
 * @example
 * tsallisDivergence([0.5, 0.5], [0.25, 0.75], { alpha: 2 }); // 0.3333333333333333
 */
export const tsallisDivergence: PairFunctionOf<Unitless<OrderOptions>> = /* @__PURE__ */ (() => {
  const run = (p: Vector | MassRows, q: Vector | MassRows, options: Unitless<OrderOptions>) => {
    checkMassOptions(options, MORE, true);
    checkOrder(options?.alpha, 'finite');
    return ofOrder(options.alpha, 0, p, q, options);
  };
  return run as PairFunctionOf<Unitless<OrderOptions>>;
})();

/**
 * Chernoff divergence of exponent α, −log Σₖ pₖ^α·qₖ^(1−α) = (1 − α)·D_α(p‖q) with the {@link renyiDivergence} D_α.
 *
 * @param p       first distributions, as in {@link renyiDivergence}; theirs is the exponent α
 * @param q       second distributions
 * @param options alpha (required, above 0 and below 1), normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to Infinity. Its largest value over α is the Chernoff information
 * Edge cases  nothing in common gives Infinity · equal rows give exactly 0
 * Accuracy    relative error ≤ 33·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are (unlike masses: as {@link klDivergence}) — test/divergences/orders.test.ts; small α as
 *             {@link renyiDivergence}
 * Source      H. Chernoff, Ann. Math. Statist. 23 (1952)
 *
 * @throws {SurprisalError} as {@link renyiDivergence}
 * @example
 * chernoffDivergence([0.5, 0.5], [0.25, 0.75], { alpha: 0.5 }); // 0.03466823209753696
 */
export const chernoffDivergence: PairFunctionOf<OrderOptions> = /* @__PURE__ */ (() => {
  const run = (p: Vector | MassRows, q: Vector | MassRows, options: OrderOptions) => {
    checkMassOptions(options, MORE);
    checkShare('alpha', options?.alpha, true);
    return ofOrder(options.alpha, 1, p, q, options, 1 - options.alpha);
  };
  return run as PairFunctionOf<OrderOptions>;
})();

/**
 * Bhattacharyya distance, −log Σₖ √(pₖ·qₖ): the {@link chernoffDivergence} at α = ½. (It is no metric; `hellingerDistance` is.)
 *
 * @param p       first distributions, as in {@link renyiDivergence}
 * @param q       second distributions; exchanging them changes nothing but the last bits
 * @param options normalize, base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (equal) to Infinity
 * Edge cases  nothing in common gives Infinity · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰), however close p and q are (unlike masses: as {@link klDivergence}) — test/divergences/orders.test.ts
 * Source      A. Bhattacharyya, Bull. Calcutta Math. Soc. 35 (1943)
 *
 * @throws {SurprisalError} as {@link renyiDivergence}
 * @example
 * bhattacharyyaDistance([0.5, 0.5], [0.25, 0.75]); // 0.03466823209753696
 */
export const bhattacharyyaDistance: PairFunction<DiscreteOptions, MassRows> = /* @__PURE__ */ (() => {
  const run = (p: Vector | MassRows, q: Vector | MassRows, options?: DiscreteOptions) => ofOrder(0.5, 1, p, q, options, 0.5, []);
  return run as PairFunction<DiscreteOptions, MassRows>;
})();
