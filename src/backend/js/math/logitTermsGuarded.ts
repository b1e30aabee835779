/**
 * Divergences of softmaxes by their terms, of logits rows that the lanes do not take: p, q and the log-ratio r = log(q/p) of each class come from the logits
 * themselves, and q − p is p·(eʳ − 1), so that close rows keep their digits. One entry at a time, on rows already widened.
 */
import type { Floats } from '../../../types.js';
import { LOGIT_MEASURES } from '../../contract.js';
import { em1mx, exp } from './exp.js';
import { logMiddle } from './jensen.js';
import { log, log1p } from './log.js';
import { LN2 } from './logRatio.js';
import { guardedKl, refuse, type SoftmaxPair, softmaxPair } from './logitsGuarded.js';
import { pairSum, scratchRow, wholeSum } from './pairs.js';

/** Σ of its terms, each of p, q, r, d = q − p and log p, and what is made of the sum. */
interface Recipe {
  term(p: number, q: number, r: number, d: number, own: number): number;
  /** Whether terms are asked for where p and q are 0 both, for want of smaller numbers or masked; else these add nothing. */
  readonly beyond?: true;
  last?(sum: number, pair: SoftmaxPair, cols: number): number;
}

/** Probabilities below this have no digits to spare. */
const SMALL = 1e-290;

/** The divergence of one row; NaN where one side is no logits; a and b may be rescaled. `order` is the weight of mixtures, `rest` 1 − order before it was rounded. */
export function guardedDivergence(
  a: Float64Array,
  b: Float64Array,
  n: number,
  temperature: number,
  measure: number,
  order: number,
  rest: number,
): number {
  const isKl = measure === LOGIT_MEASURES.generalizedKl || (measure >= LOGIT_MEASURES.tsallis && rest === 0);
  if (isKl) return guardedKl(a, b, n, temperature, 0, 0, undefined, undefined);
  const pair = softmaxPair(a, b, n, temperature);
  return pair === undefined ? NaN : divergenceOf(pair, n, recipeOf(measure, order, rest));
}

function divergenceOf(pair: SoftmaxPair, n: number, { term, beyond, last }: Recipe): number {
  const terms = scratchRow(6, n);
  for (let i = 0; i < n; i++) {
    const p = pair.p[i] as number;
    const q = pair.q[i] as number;
    const r = pair.ratios[i] as number;
    const isThere = p > 0 || q > 0 || beyond === true;
    terms[i] = isThere ? term(p, q, r, Math.abs(r) < 1 ? p * (r + em1mx(r)) : q - p, pair.logs[i] as number) : 0;
  }
  const sum = wholeSum(terms, n);
  return last?.(sum, pair, n) ?? sum;
}

function recipeOf(measure: number, order: number, rest: number): Recipe {
  const plain = PLAIN[measure - 1];
  if (plain !== undefined) return plain;
  if (measure === LOGIT_MEASURES.mixture) return generalizedJensenShannon(order);
  if (measure === LOGIT_MEASURES.skew) return skew(order);
  const isRenyi = measure === LOGIT_MEASURES.renyi;
  if (order === 0) return isRenyi ? RENYI_OF_SUPPORT : TSALLIS_OF_SUPPORT;
  if (order === Infinity) return RENYI_OF_LARGEST;
  return isRenyi ? renyi(order, rest) : tsallis(order, rest);
}

const TOTAL_VARIATION: Recipe = { term: (_p, _q, _r, d) => 0.5 * Math.abs(d), last: (sum) => Math.min(sum, 1) };

const HELLINGER: Recipe = {
  term: (p, q, _r, d) => {
    const root = d / (Math.sqrt(p) + Math.sqrt(q));
    return 0.5 * (root * root);
  },
  last: (sum) => Math.min(sum, 1),
};

const JEFFREYS: Recipe = { term: (_p, _q, r, d) => (Math.abs(r) < Infinity ? d * r : Infinity), beyond: true };

/** (p − q)²/q; where q is so small that p/q may leave the range, p/q·p·(eʳ − 1)² by logarithms. */
const PEARSON: Recipe = {
  term: (_p, q, r, d, own) => {
    if (q > SMALL || r >= 0) return d === 0 ? 0 : d * (d / q);
    const less = r > -1 ? r + em1mx(r) : exp(r) - 1;
    return exp(own - r) * less * less;
  },
  beyond: true,
};

/** Σ (p − q)²/(p + q). */
const TRIANGULAR: Recipe = { term: (p, q, _r, d) => d * (d / (p + q)), last: (sum) => Math.min(sum, 2) };

/**
 * D(p ‖ m) with m = p + α·d: p·(y − log(1 + y)), y = α·d/p. With t = log(1 + y) the bracket is eᵗ − 1 − t; where y is above 1 or near −1, nothing cancels, and t
 * comes from r, which knows q/p beyond the range of numbers. `rest` is 1 − α before it was rounded.
 */
function skew(alpha: number, rest = 1 - alpha): Recipe {
  return {
    term: (p, q, r, d) => {
      if (p === 0 || alpha === 0) return alpha * q;
      const y = alpha * (d / p);
      if (Math.abs(y) <= 0.5) return p * em1mx(log1p(y));
      return alpha * d - p * (r > 0 ? r + log(alpha + rest * exp(-r)) : log(rest + alpha * exp(r)));
    },
  };
}

/** β·D(p ‖ m) + (1 − β)·D(q ‖ m) with m = β·p + (1 − β)·q: two skew divergences, 0 < β < 1. */
function generalizedJensenShannon(beta: number): Recipe {
  const rest = 1 - beta;
  const [ofP, ofQ] = [skew(rest, beta), skew(beta, rest)];
  return { term: (p, q, r, d, own) => beta * ofP.term(p, q, r, d, own) + rest * ofQ.term(q, p, -r, -d, own + r) };
}

/**
 * Σ p^α·q^(1−α) − 1 for α in (0, 1) or above 1: Σ p·[(eˢ − 1 − s) − (1 − α)·(eʳ − 1 − r)] with s = (1 − α)·r, for Σ p·(eʳ − 1) is 0. Classes of which one side is
 * masked have no r, and count as what p^α·q^(1−α) − p − (1 − α)·(q − p) is. `rest` is 1 − α before it was rounded.
 */
function affinity(alpha: number, rest: number): Recipe['term'] {
  return (p, q, r, _d, own) => {
    if (r === Infinity) return -rest * q;
    if (r === -Infinity) return rest > 0 ? -alpha * p : Infinity;
    const s = rest * r;
    if (Math.abs(r) < 1) return p * (em1mx(s) - rest * em1mx(r));
    if (Math.abs(s) < 1) return p * em1mx(s) + rest * (p * (r + 1) - q);
    return exp(own + s) - p - rest * (q - p);
  };
}

/** Rényi of order α in (0, 1) or above 1: log(1 + S)/(α − 1) of the sum S. Far rows, where 1 + S would cancel or overflow: by logarithms. */
function renyi(alpha: number, rest: number): Recipe {
  return {
    term: affinity(alpha, rest),
    beyond: true,
    last: (sum, pair, cols) => {
      const logSum = sum > -0.5 && sum < Infinity ? log1p(sum) : logAffinity(rest, pair, cols);
      return Math.max(logSum / -rest, 0);
    },
  };
}

/** Rényi of order 0, −log of the mass that q has where a is not masked: of the rest of it where that is less. */
const RENYI_OF_SUPPORT: Recipe = {
  term: (_p, q, r) => (r === Infinity ? q : 0),
  last: (sum, pair, cols) => Math.max(0 - (sum < 0.5 ? log1p(-sum) : logAffinity(1, pair, cols)), 0),
};

/** Rényi of order ∞, log of the largest p/q. */
const RENYI_OF_LARGEST: Recipe = {
  term: () => 0,
  last: (_sum, { ratios }, cols) => {
    let least = 0;
    for (let i = 0; i < cols; i++) least = Math.min(least, ratios[i] as number);
    return 0 - least;
  },
};

/** Tsallis of order α in (0, 1) or above 1. */
function tsallis(alpha: number, rest: number): Recipe {
  return { term: affinity(alpha, rest), beyond: true, last: (sum) => Math.max(sum / -rest, 0) };
}

/** Tsallis of order 0: the mass that q has where a is masked. */
const TSALLIS_OF_SUPPORT: Recipe = { term: RENYI_OF_SUPPORT.term, last: (sum) => Math.min(sum, 1) };

/** log Σ p^α·q^(1−α), of 1 − α. */
function logAffinity(rest: number, { logs, ratios }: SoftmaxPair, cols: number): number {
  const terms = new Float64Array(cols);
  let top = -Infinity;
  for (let i = 0; i < cols; i++) {
    const own = logs[i] as number;
    terms[i] = own > -Infinity ? own + rest * (ratios[i] as number) : own;
    top = Math.max(top, terms[i] as number);
  }
  if (Math.abs(top) === Infinity) return top;
  for (let i = 0; i < cols; i++) terms[i] = exp((terms[i] as number) - top);
  return top + log(wholeSum(terms, cols));
}

/** Jensen–Shannon divergence of softmax(a/T) and softmax(b/T), one row, and its gradients times `factor` from `at` on; a and b may be rescaled. */
export function guardedJensenShannon(
  a: Float64Array,
  b: Float64Array,
  n: number,
  temperature: number,
  factor: number,
  at: number,
  ofA: Floats | undefined,
  ofB: Floats | undefined,
): number {
  const pair = softmaxPair(a, b, n, temperature);
  if (pair === undefined) return refuse(n, at, ofA, ofB);
  const { p, q, ratios } = pair;
  const value = divergenceOf(pair, n, EVEN);
  if (ofA !== undefined) pull(p, ratios, 1, n, factor, ofA, at);
  if (ofB !== undefined) pull(q, ratios, -1, n, factor, ofB, at);
  return Math.min(value, LN2);
}

/** ½·p·(Σp·l − l)·factor with l = log(m/p), from the log-ratios of the other to p times `sign`. */
function pull(p: Float64Array, ratios: Float64Array, sign: number, n: number, factor: number, to: Floats, at: number): void {
  const logs = scratchRow(6, n);
  const products = scratchRow(7, n);
  for (let i = 0; i < n; i++) {
    const weight = p[i] as number;
    logs[i] = weight > 0 ? logMiddle(sign * (ratios[i] as number)) : 0;
    products[i] = weight * (logs[i] as number);
  }
  const mean = pairSum(products, n);
  for (let i = 0; i < n; i++) to[at + i] = 0 - 0.5 * (p[i] as number) * ((logs[i] as number) - mean) * factor;
}

const EVEN = generalizedJensenShannon(0.5);

/** Those without a parameter, by measure, from Jeffreys on. */
const PLAIN: readonly Recipe[] = [JEFFREYS, TOTAL_VARIATION, TRIANGULAR, PEARSON, HELLINGER];
