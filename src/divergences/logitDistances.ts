/**
 * Further divergences between the softmaxes of two rows of logits: p = softmax(a/T), q = softmax(b/T). A part of `logits`; each has the definition and the
 * range of the function of its name over probabilities.
 */
import type { PairFunction, RowOptions } from '../call.js';
import { checkOrder } from '../check.js';
import { HELLINGER, JEFFREYS, type LogitRecipe, ofLogitTerms, PEARSON, renyi, TOTAL_VARIATION } from '../logitTerms.js';
import type { PairFunctionOf } from '../masses.js';
import type { Matrix, Vector } from '../types.js';

export interface LogitPairOptions extends RowOptions {
  /** Every logit is divided by it before the softmax; 1 when left out. */
  readonly temperature?: number | undefined;
}

export interface LogitOrderOptions extends LogitPairOptions {
  /** The order α, above 0 and finite; 1 is {@link klDivergence}'s and is refused. */
  readonly alpha: number;
}

function pair(recipe: LogitRecipe, isExchanged = false): PairFunction<LogitPairOptions> {
  const run = (a: Vector | Matrix, b: Vector | Matrix, options?: LogitPairOptions) =>
    ofLogitTerms(isExchanged ? ['b', 'a'] : ['a', 'b'], isExchanged ? [b, a] : [a, b], options, [], recipe);
  return run as PairFunction<LogitPairOptions>;
}

/**
 * Total variation distance, ½·Σₖ |pₖ − qₖ|.
 *
 * @param a       first logits: a vector, or a matrix of rows; −Infinity masks a class; not modified
 * @param b       second logits; a vector beside a matrix serves every row
 * @param options temperature (T), base (divides, and is of no use here), out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      a, b: rows × cols, or cols · result: rows
 * Units       none; 0 (equal up to a constant) to 1
 * Edge cases  always finite · a masked class has the probability 0
 * Accuracy    relative error ≤ 64ε + 4u, ε = 2⁻⁵³, u one rounding step of the largest logit over T and over the largest |log(qₖ/pₖ)|, 1 at most: close rows keep
 *             their digits — test/divergences/logitDistances.test.ts
 * Source      definition; q − p as p·(eʳ − 1), r the log-ratio from error-free differences of logits
 *
 * @throws {SurprisalError} as logits.klDivergence
 * @example
 * logits.totalVariation([0, 0], [0, Math.log(3)]); // 0.25
 */
export const totalVariation: PairFunction<LogitPairOptions> = /* @__PURE__ */ pair(TOTAL_VARIATION);

/**
 * Squared Hellinger distance, ½·Σₖ (√pₖ − √qₖ)², in [0, 1]; arguments, errors and accuracy as {@link totalVariation}, twice u.
 *
 * @example
 * logits.squaredHellinger([0, 0], [0, Math.log(3)]); // 0.0340741737109318
 */
export const squaredHellinger: PairFunction<LogitPairOptions> = /* @__PURE__ */ pair(HELLINGER);

/**
 * Hellinger distance, the root of {@link squaredHellinger}.
 *
 * @example
 * logits.hellingerDistance([0, -Infinity], [-Infinity, 0]); // 1
 */
export const hellingerDistance: PairFunction<LogitPairOptions> = /* @__PURE__ */ pair({ ...HELLINGER, root: true });

/**
 * Jeffreys divergence, D(p‖q) + D(q‖p) in nats or `base`; Infinity where one masks what the other does not. Arguments, errors and accuracy as
 * {@link squaredHellinger}.
 *
 * @example
 * logits.jeffreysDivergence([0, 0], [0, Math.log(3)]); // 0.27465307216702745
 */
export const jeffreysDivergence: PairFunction<LogitPairOptions> = /* @__PURE__ */ pair(JEFFREYS);

/**
 * Pearson's χ², Σₖ (pₖ − qₖ)²/qₖ; Infinity where b masks what a does not. Arguments, errors and accuracy as {@link squaredHellinger}.
 *
 * @example
 * logits.pearsonChiSquare([0, 0], [0, Math.log(3)]); // 0.3333333333333333
 */
export const pearsonChiSquare: PairFunction<LogitPairOptions> = /* @__PURE__ */ pair(PEARSON);

/** Neyman's χ², Σₖ (pₖ − qₖ)²/pₖ: {@link pearsonChiSquare} with its arguments exchanged. */
export const neymanChiSquare: PairFunction<LogitPairOptions> = /* @__PURE__ */ pair(PEARSON, true);

/**
 * Rényi divergence of order α, log(Σₖ pₖ^α·qₖ^(1−α))/(α − 1), 0 < α < ∞, α ≠ 1; 0 to Infinity in nats or `base`.
 *
 * @param options alpha (required), temperature, base, out, core
 *
 * Edge cases  from 1 on, Infinity where b masks what a does not; below, where they have no class in common
 * Accuracy    as {@link squaredHellinger}, times max(1, α) — orders below ½ are computed with the arguments exchanged
 * Source      A. Rényi, Proc. 4th Berkeley Symp. (1961)
 *
 * @throws {SurprisalError} as logits.klDivergence; ERR_OPTION for an order that is none
 * @example
 * logits.renyiDivergence([0, 0], [0, Math.log(3)], { alpha: 2 }); // 0.28768207245178096
 */
export const renyiDivergence: PairFunctionOf<LogitOrderOptions> = ((a: Vector | Matrix, b: Vector | Matrix, options: LogitOrderOptions) => {
  checkOrder(options?.alpha, 'inside');
  const { alpha } = options;
  if (alpha >= 0.5) return ofLogitTerms(['a', 'b'], [a, b], options, ['alpha'], renyi(alpha));
  return ofLogitTerms(['b', 'a'], [b, a], options, ['alpha'], { ...renyi(1 - alpha), times: alpha / (1 - alpha) });
}) as PairFunctionOf<LogitOrderOptions>;

/**
 * Bhattacharyya distance, −log Σₖ √(pₖ·qₖ): half of {@link renyiDivergence} at ½. Arguments, errors and accuracy as {@link squaredHellinger}.
 *
 * @example
 * logits.bhattacharyyaDistance([0, 0], [0, Math.log(3)]); // 0.034668233620465604
 */
export const bhattacharyyaDistance: PairFunction<LogitPairOptions> = /* @__PURE__ */ pair({ ...renyi(0.5), times: 0.5 });
