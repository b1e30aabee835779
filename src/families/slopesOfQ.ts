/** What −E log q does when a parameter of q moves, by means of p. */
import { digamma } from '../applications/statistics/special.js';
import { logitOf } from './bounded.js';
import type { Expectations } from './family.js';
import { digammaDifference } from './math/gamma.js';
import { tiltMoments } from './math/tilted.js';
import type { More } from './movement.js';

type OfQ = (e: Expectations & More, ...args: number[]) => readonly (number | undefined)[];

/** Of a mean that p knows; it may be 0. */
const by = (mean: number | undefined, slope: (mean: number) => number) => (mean === undefined ? undefined : slope(mean));

/** Slopes of −E log q by q's parameters; a mean that p does not know leaves none. */
export const OF_Q: Readonly<Record<string, OfQ>> = {
  uniform: (_, low, high) => [-1 / (high - low), 1 / (high - low)],
  beta: ({ log, logComplement }, a, b) => [
    by(log, (x) => digammaDifference(a, a + b, -b) - x),
    by(logComplement, (x) => digammaDifference(b, a + b, -a) - x),
  ],
  continuousBernoulli: ({ mean }, p) => [by(mean, (x) => (tiltMoments(logitOf(p)).mean - x) / (p * (1 - p)))],
  exponential: ({ mean }, r) => [by(mean, (x) => x - 1 / r)],
  gamma: ({ mean, log }, a, r) => [by(log, (x) => digamma(a) - Math.log(r) - x), by(mean, (x) => x - a / r)],
  inverseGamma: ({ power, log }, a, b) => [by(log, (x) => digamma(a) - Math.log(b) + x), by(power?.(-1), (x) => x - a / b)],
  chi: ({ log }, v) => [by(log, (x) => (digamma(v / 2) + Math.LN2) / 2 - x)],
  chiSquare: ({ log }, v) => [by(log, (x) => (digamma(v / 2) + Math.LN2 - x) / 2)],
  weibull: ({ log, power, powerLog }, k, scale) => {
    const byShape = log === undefined || powerLog === undefined ? undefined : Math.log(scale) - log - 1 / k + powerLog(k, scale);
    return [byShape, by(power?.(k, scale), (x) => (k / scale) * (1 - x))];
  },
  pareto: ({ log }, m, a) => [-a / m, by(log, (x) => x - Math.log(m) - 1 / a)],
  logNormal: ({ log, logVariance }, m, s) => [
    by(log, (x) => (m - x) / s / s),
    log === undefined ? undefined : by(logVariance, (variance) => (1 - (variance / s / s + ((log - m) / s) ** 2)) / s),
  ],
  halfNormal: ({ square }, s) => [by(square?.(0, s), (x) => (1 - x) / s)],
  normal: ({ mean, square }, m, s) => [by(mean, (x) => (m - x) / s / s), by(square?.(m, s), (x) => (1 - x) / s)],
  laplace: ({ sign, absolute }, m, b) => [sign && -sign(m) / b, by(absolute?.(m), (x) => (1 - x / b) / b)],
  gumbel: ({ mean, exponential, tilted }, m, b) => {
    return [
      by(exponential?.(b, m), (x) => (x - 1) / b),
      mean !== undefined && tilted ? (1 + (m - mean + tilted(b, m)) / b) / b : undefined,
    ];
  },
};
