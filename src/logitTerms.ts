/**
 * Divergences of softmaxes by their terms, row by row in f64: p, q and the log-ratio r = log(q/p) of each class come from the logits themselves, and q − p is
 * p·(eʳ − 1), so that close rows keep their digits. Plain JavaScript on every backend, in the room of a row.
 */
import { em1mx, exp } from './backend/js/math/exp.js';
import { log, log1p } from './backend/js/math/log.js';
import { type SoftmaxPair, softmaxPair } from './backend/js/math/logitsGuarded.js';
import { wholeSum } from './backend/js/math/pairs.js';
import { deliver, evaluate, type Finish, outOf, type RowOptions } from './call.js';
import { checkBatch, checkOptions, checkTemperature, rowError } from './check.js';
import { readRow } from './rows/blocks.js';
import type { Matrix, Vector } from './types.js';

/** A divergence: Σ of its terms, each of p, q, r, d = q − p and log p, and what is made of the sum. */
export interface LogitRecipe extends Finish {
  term(p: number, q: number, r: number, d: number, own: number): number;
  /** Whether terms are asked for where p and q are 0 both, for want of smaller numbers or masked; else these add nothing. */
  readonly beyond?: true;
  last?(sum: number, pair: SoftmaxPair, cols: number): number;
}

/** Probabilities below this have no digits to spare. */
const SMALL = 1e-290;

type Options = (RowOptions & { readonly temperature?: number | undefined }) | undefined;

/** The options that all of them have, and `more` beside these. */
export function checkLogitOptions(options: Options, more: readonly string[] = []): void {
  checkOptions(options, [...more, 'temperature', 'base', 'out', 'core']);
  checkTemperature(options?.temperature);
}

/** Checks rows, and sums the terms of each; options are checked. */
export function ofLogitTerms(
  names: readonly string[],
  values: (Vector | Matrix)[],
  options: Options,
  recipe: LogitRecipe,
): number | Float64Array {
  const batch = checkBatch(names, values);
  const { rows, cols } = batch;
  const out = outOf(batch, options);
  const results = new Float64Array(rows);
  const a = new Float64Array(cols);
  const b = new Float64Array(cols);
  const terms = new Float64Array(cols);
  for (let row = 0; row < rows; row++) {
    readRow(batch, 0, row, a, 0);
    readRow(batch, 1, row, b, 0);
    const pair = softmaxPair(a, b, cols, options?.temperature ?? 1);
    if (pair === undefined) throw rowError('logitsKlRows', batch, ['logit', 'logit'], row, true);
    for (let i = 0; i < cols; i++) {
      const p = pair.p[i] as number;
      const q = pair.q[i] as number;
      const r = pair.ratios[i] as number;
      const isThere = p > 0 || q > 0 || recipe.beyond === true;
      terms[i] = isThere ? recipe.term(p, q, r, Math.abs(r) < 1 ? p * (r + em1mx(r)) : q - p, pair.logs[i] as number) : 0;
    }
    const sum = wholeSum(terms, cols);
    results[row] = recipe.last?.(sum, pair, cols) ?? sum;
  }
  return deliver(results, batch, options, out, recipe);
}

/** D(p ‖ q) by its kernel, under the options of a divergence of which it is a limit; they are checked. */
export function ofLogitKl(names: readonly string[], values: (Vector | Matrix)[], options: Options): number | Float64Array {
  return evaluate('logitsKlRows', checkBatch(names, values), [options?.temperature ?? 1, 0], options);
}

export const TOTAL_VARIATION: LogitRecipe = { term: (_p, _q, _r, d) => 0.5 * Math.abs(d), last: (sum) => Math.min(sum, 1) };

export const HELLINGER: LogitRecipe = {
  term: (p, q, _r, d) => {
    const root = d / (Math.sqrt(p) + Math.sqrt(q));
    return 0.5 * (root * root);
  },
  last: (sum) => Math.min(sum, 1),
};

export const JEFFREYS: LogitRecipe = { term: (_p, _q, r, d) => (Math.abs(r) < Infinity ? d * r : Infinity), beyond: true };

/** (p − q)²/q; where q is so small that p/q may leave the range, p/q·p·(eʳ − 1)² by logarithms. */
export const PEARSON: LogitRecipe = {
  term: (_p, q, r, d, own) => {
    if (q > SMALL || r >= 0) return d === 0 ? 0 : d * (d / q);
    const less = r > -1 ? r + em1mx(r) : exp(r) - 1;
    return exp(own - r) * less * less;
  },
  beyond: true,
};

/** Σ (p − q)²/(p + q). */
export const TRIANGULAR: LogitRecipe = { term: (p, q, _r, d) => d * (d / (p + q)), last: (sum) => Math.min(sum, 2) };

/**
 * D(p ‖ m) with m = p + α·d: p·(y − log(1 + y)), y = α·d/p. With t = log(1 + y) the bracket is eᵗ − 1 − t; where y is above 1 or near −1, nothing cancels, and t
 * comes from r, which knows q/p beyond the range of numbers. `rest` is 1 − α before it was rounded.
 */
export function skew(alpha: number, rest = 1 - alpha): LogitRecipe {
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
export function generalizedJensenShannon(beta: number): LogitRecipe {
  const rest = 1 - beta;
  const [ofP, ofQ] = [skew(rest, beta), skew(beta, rest)];
  return { term: (p, q, r, d, own) => beta * ofP.term(p, q, r, d, own) + rest * ofQ.term(q, p, -r, -d, own + r) };
}

/**
 * Σ p^α·q^(1−α) − 1 for α in (0, 1) or above 1: Σ p·[(eˢ − 1 − s) − (1 − α)·(eʳ − 1 − r)] with s = (1 − α)·r, for Σ p·(eʳ − 1) is 0. Classes of which one side is
 * masked have no r, and count as what p^α·q^(1−α) − p − (1 − α)·(q − p) is. `rest` is 1 − α before it was rounded.
 */
function affinity(alpha: number, rest: number): LogitRecipe['term'] {
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
export function renyi(alpha: number, rest = 1 - alpha): LogitRecipe {
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
export const RENYI_OF_SUPPORT: LogitRecipe = {
  term: (_p, q, r) => (r === Infinity ? q : 0),
  last: (sum, pair, cols) => Math.max(0 - (sum < 0.5 ? log1p(-sum) : logAffinity(1, pair, cols)), 0),
};

/** Rényi of order ∞, log of the largest p/q. */
export const RENYI_OF_LARGEST: LogitRecipe = {
  term: () => 0,
  last: (_sum, { ratios }, cols) => {
    let least = 0;
    for (let i = 0; i < cols; i++) least = Math.min(least, ratios[i] as number);
    return 0 - least;
  },
};

/** Tsallis of order α in (0, 1) or above 1. */
export function tsallis(alpha: number, rest = 1 - alpha): LogitRecipe {
  return { term: affinity(alpha, rest), beyond: true, last: (sum) => Math.max(sum / -rest, 0) };
}

/** Tsallis of order 0: the mass that q has where a is masked. */
export const TSALLIS_OF_SUPPORT: LogitRecipe = { term: RENYI_OF_SUPPORT.term, last: (sum) => Math.min(sum, 1) };

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
