/** Chernoff information: the exponent of the Bayes error, and the share λ of the first distribution at which it is reached. */
import { bhattacharyyaDistance, chernoffDivergence, klDivergence } from '../../index.js';
import { expm1Rest, log1pRest } from './rests.js';
import { root } from './roots.js';

export interface Chernoff {
  /** max over λ of −log Σ p^λ·q^(1−λ), in nats; Infinity where p and q have nothing in common. */
  readonly information: number;
  /** The λ of the maximum; NaN where all are the same (equal distributions: information 0). */
  readonly lambda: number;
  /** −log Σ √(p·q): what λ = ½ gives. */
  readonly bhattacharyya: number;
}

/** Of two discrete distributions, as masses: the core divides them by their sums without a loss. */
export function discreteChernoff(p: Float64Array, q: Float64Array): Chernoff {
  const both = [...p.keys()].filter((i) => (p[i] as number) > 0 && (q[i] as number) > 0);
  const bhattacharyya = bhattacharyyaDistance(p, q);
  if (both.length === 0) return { information: Infinity, lambda: NaN, bhattacharyya: Infinity };
  const scale = logRatio(total(p), total(q));
  const logs = both.map((i) => logRatio(p[i] as number, q[i] as number) - scale);
  if (klDivergence(p, q) === 0) return { information: 0, lambda: NaN, bhattacharyya };
  // The derivative of log Σ p^λ·q^(1−λ), times that sum, grows with λ: its root is the maximum, or an end where mass of one alone decides. At λ = 0 it is −KL(q‖p),
  // which the core has with all its digits, and what is added to it is not negative.
  const whole = total(q);
  const start = klDivergence(q, p);
  const slope = (lambda: number) => {
    let sum = 0;
    for (const [k, i] of both.entries()) {
      const log = logs[k] as number;
      const growth = start === Infinity ? Math.exp(lambda * log) : Math.expm1(lambda * log);
      sum += ((q[i] as number) / whole) * growth * log;
    }
    return start === Infinity ? sum : sum - start;
  };
  const lambda = slope(0) >= 0 ? 0 : slope(1) <= 0 ? 1 : root(slope, 0, 1);
  return { information: chernoffOf(p, q, lambda), lambda, bhattacharyya };
}

function total(masses: Float64Array): number {
  return masses.reduce((sum, mass) => sum + mass, 0);
}

/** At the ends only the other's mass on the support counts. */
function chernoffOf(p: Float64Array, q: Float64Array, lambda: number): number {
  if (lambda > 0 && lambda < 1) return chernoffDivergence(p, q, { alpha: lambda });
  const [of, on] = lambda === 0 ? [q, p] : [p, q];
  return -Math.log(of.reduce((sum, mass, i) => sum + ((on[i] as number) > 0 ? mass : 0), 0) / total(of));
}

function logRatio(x: number, y: number): number {
  const d = (x - y) / y;
  return Math.abs(d) < 0.5 ? Math.log1p(d) : Math.log(x / y);
}

export interface Normal {
  readonly mean: number;
  readonly std: number;
}

/** Of two Gaussians, in units of the wider one: its σ is 1, the narrower one's variance 1 + u. */
export function gaussianChernoff(a: Normal, b: Normal): Chernoff {
  const [narrow, wide] = a.std <= b.std ? [a, b] : [b, a];
  const excess = (narrow.std - wide.std) / wide.std;
  const u = excess * (2 + excess);
  const variance = (narrow.std / wide.std) ** 2;
  const gap = ((a.mean - b.mean) / wide.std) ** 2;
  if (gap === 0 && u === 0) return { information: 0, lambda: NaN, bhattacharyya: 0 };
  const log = 2 * logRatio(narrow.std, wide.std);
  const rest = u > -0.5 ? log1pRest(u) : u - log;
  // λ(1 − λ)·gap/(2v) + ½·(log v − (1 − λ)·log(1 + u)), v = λ + (1 − λ)(1 + u), λ the narrower one's; terms of first order are taken off the logarithms.
  const value = (lambda: number) => {
    const v = lambda + (1 - lambda) * variance;
    return (lambda * (1 - lambda) * gap) / (2 * v) + 0.5 * ((1 - lambda) * rest - log1pRest((1 - lambda) * u));
  };
  const slope = (lambda: number) => {
    const v = lambda + (1 - lambda) * variance;
    return -((gap * ((1 - lambda) ** 2 * variance - lambda ** 2)) / (v * v) - u / v + log);
  };
  const lambda = u === 0 ? 0.5 : root(slope, 0, 1);
  return { information: Math.max(0, value(lambda)), lambda: narrow === a ? lambda : 1 - lambda, bhattacharyya: Math.max(0, value(0.5)) };
}

/** Of two Poisson variables: a^λ·b^(1−λ) is the logarithmic mean of the rates. */
export function poissonChernoff(a: number, b: number): Chernoff {
  const x = (a - b) / b;
  if (x === 0) return { information: 0, lambda: NaN, bhattacharyya: 0 };
  const lambda = Math.log1p(log1pRest(x) / Math.log1p(x)) / Math.log1p(x);
  // λ·a + (1 − λ)·b − a^λ·b^(1−λ), whose terms of first order are taken off.
  const information = b * (lambda * log1pRest(x) - expm1Rest(lambda * Math.log1p(x)));
  return { information, lambda, bhattacharyya: (a - b) ** 2 / (Math.sqrt(a) + Math.sqrt(b)) ** 2 / 2 };
}

/** Of two exponential variables: λ·a + (1 − λ)·b is the logarithmic mean of the rates. */
export function exponentialChernoff(a: number, b: number): Chernoff {
  const x = (a - b) / b;
  if (x === 0) return { information: 0, lambda: NaN, bhattacharyya: 0 };
  const lambda = log1pRest(x) / (x * Math.log1p(x));
  // log(1 + λx) − λ·log(1 + x), likewise.
  const value = (share: number) => share * log1pRest(x) - log1pRest(share * x);
  return { information: value(lambda), lambda, bhattacharyya: value(0.5) };
}

/** Of two Bernoulli variables, a and b the probabilities of a success. */
export function bernoulliChernoff(a: number, b: number): Chernoff {
  if (a > b) return reversed(bernoulliChernoff(b, a));
  const { lost, slope } = trials(a, b);
  return atRoot(a === b, slope, (lambda) => -Math.log1p(-lost(lambda)));
}

/** Of two numbers of failures before a success: Σ p^λ·q^(1−λ) is g/(1 − f), g and f what success and failure add to that of one trial, g + f = 1 − lost. */
export function geometricChernoff(a: number, b: number): Chernoff {
  if (a > b) return reversed(geometricChernoff(b, a));
  const { lost, slope, log } = trials(a, b);
  return atRoot(
    a === b,
    (lambda) => slope(lambda) + lost(lambda) * log,
    (lambda) => Math.log1p(lost(lambda) / (b * Math.exp(lambda * log))),
  );
}

/** Of sums of n variables, n not necessarily whole. */
export function chernoffOfSum(n: number, { information, lambda, bhattacharyya }: Chernoff): Chernoff {
  return { information: n * information, lambda, bhattacharyya: n * bhattacharyya };
}

/** 1 − Σ p^λ·q^(1−λ) of one trial, the derivative of that sum and log(a/b), a ≤ b; by the difference of a and b, beside which 1 − a, rounded, would be seen. */
function trials(a: number, b: number) {
  const cell = (from: number, to: number, difference: number) => {
    const x = difference / from;
    const log = Math.abs(x) < 0.5 ? Math.log1p(x) : Math.log(to / from);
    return { mass: from, rest: Math.abs(x) < 0.5 ? log1pRest(x) : x - log, log };
  };
  const cells = [cell(b, a, a - b), cell(1 - b, 1 - a, b - a)] as const;
  // Terms of first order add up to nothing.
  const lost = (lambda: number) => cells.reduce((sum, { mass, rest, log }) => sum + mass * (lambda * rest - expm1Rest(lambda * log)), 0);
  const slope = (lambda: number) => cells.reduce((sum, { mass, rest, log }) => sum + mass * (log * Math.expm1(lambda * log) - rest), 0);
  return { lost, slope, log: cells[0].log };
}

function reversed(of: Chernoff): Chernoff {
  return { ...of, lambda: 1 - of.lambda };
}

function atRoot(same: boolean, slope: (lambda: number) => number, value: (lambda: number) => number): Chernoff {
  if (same) return { information: 0, lambda: NaN, bhattacharyya: 0 };
  const lambda = root(slope, 0, 1);
  return { information: value(lambda), lambda, bhattacharyya: value(0.5) };
}
