/**
 * Further divergences between the softmaxes of two rows of logits: p = softmax(a/T), q = softmax(b/T). A part of `logits`; each has the definition and the
 * range of the function of its name over probabilities.
 */
import { LOGIT_MEASURES } from '../backend/contract.js';
import { evaluate, type Finish, type PairFunction, type RowOptions, type Unitless } from '../call.js';
import { checkBatch, checkEndpoints, checkOptions, checkOrder, checkShare, checkTemperature } from '../check.js';
import type { PairFunctionOf } from '../masses.js';
import type { Matrix, Vector } from '../types.js';

export interface LogitPairOptions extends RowOptions {
  /** Every logit is divided by it before the softmax; 1 when left out. */
  readonly temperature?: number | undefined;
}

export interface LogitOrderOptions extends LogitPairOptions {
  /** The order α. */
  readonly alpha: number;
}

export interface LogitSkewOptions extends LogitPairOptions {
  /** The share of the second distribution in the mixture, from 0 to 1. */
  readonly weight: number;
}

export interface LogitGeneralizedJensenShannonOptions extends LogitPairOptions {
  /** The share of the first distribution in the mixture, β, from 0 to 1. */
  readonly weight: number;
  /** What β = 0 and β = 1 mean: as in {@link GeneralizedJensenShannonOptions}. */
  readonly endpoints?: 'limit' | 'kl' | undefined;
}

const MORE = ['alpha'];
const SKEW = ['weight'];
const GENERALIZED = ['weight', 'endpoints'];
const PAIR = ['a', 'b'];
const EXCHANGED = ['b', 'a'];

type Measure = keyof typeof LOGIT_MEASURES;
type Pair = readonly [Vector | Matrix, Vector | Matrix];

const UNITLESS = ['temperature', 'out', 'core'];
const OPTIONS = ['base', ...UNITLESS];

/** The options that all of them have, and `more` beside these. */
function checkLogitOptions(options: LogitPairOptions | undefined, more: readonly string[] = [], common = OPTIONS): void {
  checkOptions(options, [...more, ...common]);
  checkTemperature(options?.temperature);
}

/** A measure of checked options; `parameter` is its weight or its order. */
function measured(
  measure: Measure,
  parameter: number,
  [a, b]: Pair,
  options: LogitPairOptions | undefined,
  { isExchanged = false, ...finish }: Way = {},
) {
  const batch = isExchanged ? checkBatch(EXCHANGED, [b, a]) : checkBatch(PAIR, [a, b]);
  const params = [options?.temperature ?? 1, LOGIT_MEASURES[measure], parameter, parameter];
  return evaluate('logitsDivergenceRows', batch, params, options, finish);
}

/** D(p ‖ q) by its kernel, under the options of a divergence of which it is a limit; they are checked. */
function ofKl([a, b]: Pair, options: LogitPairOptions | undefined, isExchanged = false) {
  const batch = isExchanged ? checkBatch(EXCHANGED, [b, a]) : checkBatch(PAIR, [a, b]);
  return evaluate('logitsKlRows', batch, [options?.temperature ?? 1, 0], options);
}

type Way = Finish & { readonly isExchanged?: boolean };

function pair(measure: Measure, way?: Way, common = OPTIONS): PairFunction<LogitPairOptions> {
  const run = (a: Vector | Matrix, b: Vector | Matrix, options?: LogitPairOptions) => {
    checkLogitOptions(options, [], common);
    return measured(measure, 0, [a, b], options, way);
  };
  return run as PairFunction<LogitPairOptions>;
}

/** Of one without a unit that a base could set. */
function unitless(measure: Measure, way?: Way): PairFunction<Unitless<LogitPairOptions>> {
  return pair(measure, way, UNITLESS);
}

/**
 * Total variation distance, ½·Σₖ |pₖ − qₖ|.
 *
 * @param a       first logits: a vector, or a matrix of rows; −Infinity masks a class; not modified
 * @param b       second logits; a vector beside a matrix serves every row
 * @param options temperature (T), out, core; no base, for there is no unit
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      a, b: rows × cols, or cols · result: rows
 * Units       none; 0 (equal up to a constant) to 1
 * Edge cases  always finite · a masked class has the probability 0
 * Accuracy    relative error ≤ 64ε + 4u (f32: 2⁻²⁰), ε = 2⁻⁵³, u one rounding step of the largest logit over T and over the largest |log(qₖ/pₖ)|, 1 at most:
 *             close rows keep their digits — test/divergences/logitDistances.test.ts
 * Source      definition; q − p as p·(eʳ − 1), r the log-ratio from error-free differences of logits
 *
 * @throws {SurprisalError} as logits.klDivergence
 * @example
 * logits.totalVariation([0, 0], [0, Math.log(3)]); // 0.25
 */
export const totalVariation: PairFunction<Unitless<LogitPairOptions>> = /* @__PURE__ */ unitless('totalVariation');

/**
 * Squared Hellinger distance, ½·Σₖ (√pₖ − √qₖ)², in [0, 1]; arguments, errors and accuracy as {@link totalVariation}, twice u.
 *
 * @example
 * logits.squaredHellinger([0, 0], [0, Math.log(3)]); // 0.0340741737109317
 */
export const squaredHellinger: PairFunction<Unitless<LogitPairOptions>> = /* @__PURE__ */ unitless('squaredHellinger');

/**
 * Hellinger distance, the root of {@link squaredHellinger}.
 *
 * @example
 * logits.hellingerDistance([0, -Infinity], [-Infinity, 0]); // 1
 */
export const hellingerDistance: PairFunction<Unitless<LogitPairOptions>> = /* @__PURE__ */ unitless('squaredHellinger', { root: true });

/**
 * Jeffreys divergence, D(p‖q) + D(q‖p) in nats or `base`; Infinity where one masks what the other does not. Arguments, errors and accuracy as
 * {@link squaredHellinger}.
 *
 * @example
 * logits.jeffreysDivergence([0, 0], [0, Math.log(3)]); // 0.2746530721…
 */
export const jeffreysDivergence: PairFunction<LogitPairOptions> = /* @__PURE__ */ pair('jeffreys');

/** Population stability index: {@link jeffreysDivergence}, by the name it has in monitoring. */
export const populationStabilityIndex: PairFunction<LogitPairOptions> = jeffreysDivergence;

/**
 * Pearson's χ², Σₖ (pₖ − qₖ)²/qₖ; Infinity where b masks what a does not. Arguments, errors and accuracy as {@link squaredHellinger}.
 *
 * @example
 * logits.pearsonChiSquare([0, 0], [0, Math.log(3)]); // 0.3333333333…
 */
export const pearsonChiSquare: PairFunction<Unitless<LogitPairOptions>> = /* @__PURE__ */ unitless('pearson');

/** Neyman's χ², Σₖ (pₖ − qₖ)²/pₖ: {@link pearsonChiSquare} with its arguments exchanged. */
export const neymanChiSquare: PairFunction<Unitless<LogitPairOptions>> = /* @__PURE__ */ unitless('pearson', { isExchanged: true });

/**
 * Triangular discrimination, Σₖ (pₖ − qₖ)²/(pₖ + qₖ), in [0, 2]. Arguments, errors and accuracy as {@link squaredHellinger}.
 *
 * @example
 * logits.triangularDiscrimination([0, 0], [0, Math.log(3)]); // 0.1333333333…
 */
export const triangularDiscrimination: PairFunction<Unitless<LogitPairOptions>> = /* @__PURE__ */ unitless('triangular');

/**
 * Skew Kullback–Leibler divergence, D(p ‖ (1 − α)·p + α·q) with the weight α of q, from 0 to −log(1 − α) in nats or `base`; at α = 1 {@link klDivergence}'s.
 * Arguments, errors and accuracy as {@link squaredHellinger}.
 *
 * @param options weight (required, from 0 to 1), temperature, base, out, core
 *
 * @example
 * logits.skewKlDivergence([0, -Infinity], [-Infinity, 0], { weight: 0.5, base: 2 }); // 1
 */
export const skewKlDivergence: PairFunctionOf<LogitSkewOptions> = ((a: Vector | Matrix, b: Vector | Matrix, options: LogitSkewOptions) => {
  checkLogitOptions(options, SKEW);
  checkShare('weight', options?.weight);
  if (options.weight === 1) return ofKl([a, b], options);
  return measured('skew', options.weight, [a, b], options);
}) as PairFunctionOf<LogitSkewOptions>;

/**
 * Generalised (weighted) Jensen–Shannon divergence, β·D(p‖m) + (1 − β)·D(q‖m) with m = β·p + (1 − β)·q and the weight β, from 0 to the entropy of (β, 1 − β) in
 * nats or `base`; at β = ½ it is jensenShannonDivergence. Always finite between the ends. Arguments, errors and accuracy as {@link squaredHellinger}.
 *
 * @param options weight (required, from 0 to 1), endpoints, temperature, base, out, core
 *
 * @example
 * logits.generalizedJensenShannonDivergence([0, -Infinity], [-Infinity, 0], { weight: 0.5, base: 2 }); // 1
 */
export const generalizedJensenShannonDivergence: PairFunctionOf<LogitGeneralizedJensenShannonOptions> = ((
  a: Vector | Matrix,
  b: Vector | Matrix,
  options: LogitGeneralizedJensenShannonOptions,
) => {
  checkLogitOptions(options, GENERALIZED);
  checkShare('weight', options?.weight);
  const { weight, endpoints } = options;
  checkEndpoints(endpoints);
  const isEnd = weight === 0 || weight === 1;
  if (isEnd && endpoints === 'kl') return ofKl([a, b], options, weight === 1);
  // At the ends m is p or q, and the skew divergence from it 0.
  return isEnd ? measured('skew', 0, [a, b], options) : measured('mixture', weight, [a, b], options);
}) as PairFunctionOf<LogitGeneralizedJensenShannonOptions>;

function ofOrder(measure: 'renyi' | 'tsallis', pair: Pair, options: LogitOrderOptions, times = 1) {
  return options.alpha === 1 ? ofKl(pair, options) : measured(measure, options.alpha, pair, options, { times });
}

/**
 * Rényi divergence of order α, log(Σₖ pₖ^α·qₖ^(1−α))/(α − 1), 0 ≤ α ≤ ∞; 0 to Infinity in nats or `base`.
 *
 * @param options alpha (required), temperature, base, out, core
 *
 * Edge cases  α = 0: −log of q's mass where a is not masked · α = 1: {@link klDivergence}, its limit · α = Infinity: log of the largest pₖ/qₖ · from 1 on, Infinity
 *             where b masks what a does not; below, where they have no class in common
 * Accuracy    as {@link squaredHellinger}, times max(1, α) where that is finite
 * Source      A. Rényi, Proc. 4th Berkeley Symp. (1961); T. van Erven, P. Harremoës, IEEE Trans. Inf. Theory 60 (2014)
 *
 * @throws {SurprisalError} as logits.klDivergence; ERR_OPTION for an order that is none
 * @example
 * logits.renyiDivergence([0, 0], [0, Math.log(3)], { alpha: 2 }); // 0.2876820724…
 */
export const renyiDivergence: PairFunctionOf<LogitOrderOptions> = ((a: Vector | Matrix, b: Vector | Matrix, options: LogitOrderOptions) => {
  checkLogitOptions(options, MORE);
  checkOrder(options?.alpha, 'infinite');
  return ofOrder('renyi', [a, b], options);
}) as PairFunctionOf<LogitOrderOptions>;

/**
 * Tsallis divergence of order α, (Σₖ pₖ^α·qₖ^(1−α) − 1)/(α − 1), 0 ≤ α < ∞; arguments but for base, errors and accuracy as {@link renyiDivergence}.
 *
 * Edge cases  α = 0: q's mass where a is masked · α = 1: {@link klDivergence}, its limit
 *
 * @example
 * logits.tsallisDivergence([0, 0], [0, Math.log(3)], { alpha: 2 }); // 0.3333333333…
 */
export const tsallisDivergence: PairFunctionOf<Unitless<LogitOrderOptions>> = ((
  a: Vector | Matrix,
  b: Vector | Matrix,
  options: Unitless<LogitOrderOptions>,
) => {
  checkLogitOptions(options, MORE, UNITLESS);
  checkOrder(options?.alpha, 'finite');
  return ofOrder('tsallis', [a, b], options);
}) as PairFunctionOf<Unitless<LogitOrderOptions>>;

/**
 * Chernoff divergence of exponent α, −log Σₖ pₖ^α·qₖ^(1−α), 0 < α < 1: (1 − α) times {@link renyiDivergence}, with its arguments, errors and accuracy.
 *
 * @example
 * logits.chernoffDivergence([0, 0], [0, Math.log(3)], { alpha: 0.5 }); // 0.034668232097536965
 */
export const chernoffDivergence: PairFunctionOf<LogitOrderOptions> = ((
  a: Vector | Matrix,
  b: Vector | Matrix,
  options: LogitOrderOptions,
) => {
  checkLogitOptions(options, MORE);
  checkShare('alpha', options?.alpha, true);
  return ofOrder('renyi', [a, b], options, 1 - options.alpha);
}) as PairFunctionOf<LogitOrderOptions>;

/**
 * Bhattacharyya distance, −log Σₖ √(pₖ·qₖ): half of {@link renyiDivergence} at ½. Arguments, errors and accuracy as {@link squaredHellinger}.
 *
 * @example
 * logits.bhattacharyyaDistance([0, 0], [0, Math.log(3)]); // 0.034668232097536965
 */
export const bhattacharyyaDistance: PairFunction<LogitPairOptions> = ((
  a: Vector | Matrix,
  b: Vector | Matrix,
  options?: LogitPairOptions,
) => {
  checkLogitOptions(options);
  return measured('renyi', 0.5, [a, b], options, { times: 0.5 });
}) as PairFunction<LogitPairOptions>;
