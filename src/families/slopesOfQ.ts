/** What −E log q does when a parameter of q moves, by means of p. */
import { digamma } from '../applications/statistics/special.js';
import { logitOf } from './bounded.js';
import type { Expectations } from './family.js';
import { digammaDifference } from './math/gamma.js';
import { tiltMoments } from './math/tilted.js';
import type { More } from './movement.js';

type OfQ = (e: Expectations & More, ...args: number[]) => readonly (number | undefined)[];

/** Slopes of −E log q by q's parameters; a mean that p does not know leaves none. */
export const OF_Q: Readonly<Record<string, OfQ>> = {
  uniform: (_, low, high) => [-1 / (high - low), 1 / (high - low)],
  beta: ({ log, logComplement }, a, b) => [
    log && digammaDifference(a, a + b, -b) - log,
    logComplement && digammaDifference(b, a + b, -a) - logComplement,
  ],
  continuousBernoulli: ({ mean }, p) => [mean && (tiltMoments(logitOf(p)).mean - mean) / (p * (1 - p))],
  exponential: ({ mean }, r) => [mean && mean - 1 / r],
  gamma: ({ mean, log }, a, r) => [log && digamma(a) - Math.log(r) - log, mean && mean - a / r],
  inverseGamma: ({ power, log }, a, b) => {
    const reciprocal = power?.(-1);
    return [log && digamma(a) - Math.log(b) + log, reciprocal && reciprocal - a / b];
  },
  chi: ({ log }, v) => [log && (digamma(v / 2) + Math.LN2) / 2 - log],
  chiSquare: ({ log }, v) => [log && (digamma(v / 2) + Math.LN2 - log) / 2],
  weibull: ({ log, power, powerLog }, k, scale) => {
    const mean = power?.(k);
    if (mean === undefined || log === undefined || powerLog === undefined) return [undefined, undefined];
    const base = Math.log(scale);
    return [base - log - 1 / k + (powerLog(k) - mean * base) * scale ** -k, (k / scale) * (1 - mean * scale ** -k)];
  },
  pareto: ({ log }, m, a) => [-a / m, log && log - Math.log(m) - 1 / a],
  logNormal: ({ log, logVariance }, m, s) => [
    log && (m - log) / s / s,
    log && logVariance && (1 - (logVariance + (log - m) ** 2) / s / s) / s,
  ],
  halfNormal: ({ square }, s) => {
    const mean = square?.(0);
    return [mean && (1 - mean / s / s) / s];
  },
  normal: ({ mean, square }, m, s) => {
    const spread = square?.(m);
    return [mean !== undefined ? (m - mean) / s / s : undefined, spread && (1 - spread / s / s) / s];
  },
  laplace: ({ sign, absolute }, m, b) => {
    const size = absolute?.(m);
    return [sign && -sign(m) / b, size && (1 - size / b) / b];
  },
  gumbel: ({ mean, exponential, tilted }, m, b) => {
    const mass = exponential?.(b, m);
    return [
      mass !== undefined ? (mass - 1) / b : undefined,
      mean !== undefined && tilted ? (1 + (m - mean + tilted(b, m)) / b) / b : undefined,
    ];
  },
};
