/** Families with a density on an interval: uniform, beta, continuous Bernoulli. */
import type { Random } from '../applications/statistics/random.js';
import { lowerBeta } from '../applications/statistics/special.js';
import { type Expectations, family, OPEN_SHARE, POSITIVE, REAL, type Support } from './family.js';
import { expExcess, hasAllDigits, logExcess, logRatio, ratioPower } from './math/excess.js';
import { digammaDifference, gammaEntropy, logBeta, logBetaDensity, logRising, trigammaDifference } from './math/gamma.js';
import { logTilt, tiltMoments } from './math/tilted.js';

const density = (from: number, to: number): Support => ({ kind: 'density', from, to });

/** What E log x of a uniform distribution is below log of its upper end, u the width over the lower end: 1 where that is 0. */
const belowTop = (u: number) => (u < Infinity ? logExcess(u) / u : 1);

function uniformExpectations(low: number, high: number): Expectations {
  const width = high - low;
  /** E x − c. */
  const above = (c: number) => low - c + width / 2;
  const below = belowTop(width / low);
  const logWidth = low > 0 ? logRatio(high, low, width) : Infinity;
  return {
    mean: low + width / 2,
    roundedAt: Math.max(-low, high),
    square: (c, unit = 1) => (width / unit) ** 2 / 12 + (above(c) / unit) ** 2,
    absolute: (c) =>
      c <= low ? above(c) : c >= high ? -above(c) : ((c - low) * ((c - low) / width) + (high - c) * ((high - c) / width)) / 2,
    exponential: (unit, c = 0) => {
      const u = width / unit;
      return Math.exp((c - low) / unit) * (u > 0 ? -Math.expm1(-u) / u : 1);
    },
    ...(low >= 0 && {
      power: (k: number, unit = 1) => {
        if (low === 0 && k <= -1) return Infinity;
        const size = Math.abs(k + 1);
        if (size === 0) return (logWidth / width) * unit;
        // ∫ xᵏ from the end where it is larger: of a narrow interval the difference of two powers would leave little.
        const end = k > -1 ? high : low;
        return ratioPower(end, unit, k) * (end / width) * (-Math.expm1(-size * logWidth) / size);
      },
      log: Math.log(high) - below,
      logRoundedAt: Math.abs(Math.log(high)) + below,
      logVariance: uniformLogVariance(logWidth / 2),
    }),
    ...(low >= 0 && high <= 1 && { logComplement: Math.log1p(-low) - belowTop(width / (1 - high)) }),
  };
}

/** Var log x = 1 − l·h·log²(h/l)/w² = 1 − (y/sinh y)², y = ½·log(h/l). */
function uniformLogVariance(y: number): number {
  const z = y * y;
  if (y > 1) return y < 700 ? 1 - (y / Math.sinh(y)) ** 2 : 1;
  const share = 1 + (z / 20) * (1 + (z / 42) * (1 + (z / 72) * (1 + (z / 110) * (1 + (z / 156) * (1 + z / 210)))));
  const rise = (z / 6) * share; // sinh(y)/y − 1
  return (rise * (2 + rise)) / (1 + rise) ** 2;
}

/** Uniform on [low, high]. */
export const uniform = family({
  name: 'uniform',
  parameters: { low: REAL, high: REAL },
  places: ['low', 'high'],
  defaults: { low: 0, high: 1 },
  refuse: (low, high) => (!(low < high) ? 'low below high' : high - low < Infinity ? undefined : 'high − low within the range of doubles'),
  support: density,
  logDensity: (_, low, high) => -Math.log(high - low),
  entropy: (low, high) => [Math.log(high - low)],
  centre: (low, high) => [low + (high - low) / 2, (high - low) / 2],
  expectations: uniformExpectations,
  crossEntropy: (_, low, high) => [Math.log(high - low)],
  crossEntropyText: 'log(h − l)',
  draw: (random, low, high) => low + (high - low) * random.uniform(),
});

/** From here on the incomplete beta function is off by more than 8e-15. */
const MOST_SUM = 1000;
/** What it is off by up to there, as so many times what E x is rounded by: E |x − c| ≥ |E x − c| holds the rest. */
const AS_ROUNDED = 4;

/** E |x − c| = (E x − c)·(1 − 2·I) + 2·c·(1 − c)·f/(a + b), I and the density f at c: two terms ≥ 0. */
const betaAbsolute = (a: number, b: number, c: number): number | undefined => {
  const [sum, mean] = [a + b, a / (a + b)];
  if (c <= 0 || c >= 1) return Math.abs(mean - c);
  if (sum > MOST_SUM) return undefined;
  return (mean - c) * (1 - 2 * lowerBeta(c, a, b)) + (2 * Math.exp(logBetaDensity(c, a, b) + Math.log(c) + Math.log1p(-c))) / sum;
};

/** Beta on [0, 1]. */
export const beta = family({
  name: 'beta',
  parameters: { alpha: POSITIVE, beta: POSITIVE },
  refuse: (a, b) => (a + b < Infinity ? undefined : 'alpha + beta within the range of doubles'),
  support: () => density(0, 1),
  logDensity: logBetaDensity,
  entropy: (a, b) => [gammaEntropy(a, 1), gammaEntropy(b, 1), -gammaEntropy(a + b, 2)],
  centre: (a, b) => [a / (a + b), Math.sqrt((a * b) / (a + b + 1)) / (a + b)],
  expectations: (a, b) => {
    const mean = a / (a + b);
    const power = (k: number, unit = 1) => {
      if (a + k <= 0) return Infinity;
      if (k === 1) return mean / unit;
      const [scale, rise] = [ratioPower(mean, unit, k), logRising(a, k) - logRising(a + b, k)];
      return hasAllDigits(scale) && rise < 700 ? scale * Math.exp(rise) : Math.exp(rise + k * (Math.log(mean) - Math.log(unit)));
    };
    return {
      mean,
      roundedAt: AS_ROUNDED * mean,
      square: (c, unit = 1) => (a * b) / ((a + b) ** 2 * (a + b + 1)) / unit / unit + ((mean - c) / unit) ** 2,
      absolute: (c) => betaAbsolute(a, b, c),
      power,
      log: digammaDifference(a, a + b, -b),
      logVariance: trigammaDifference(a, a + b, -b),
      logComplement: digammaDifference(b, a + b, -a),
    };
  },
  crossEntropy: ({ log, logComplement }, a, b) => [
    logBeta(a, b),
    a === 1 ? 0 : log && (1 - a) * log,
    b === 1 ? 0 : logComplement && (1 - b) * logComplement,
  ],
  crossEntropyText: 'log B(a, b) − (a − 1)·E log x − (b − 1)·E log(1 − x)',
  draw: (random, a, b) => {
    // Through logarithms, and within (0, 1): gamma variables of small shapes are below the range of doubles.
    const [x, y] = [logGammaDraw(random, a), logGammaDraw(random, b)];
    return Math.min(Math.max(1 / (1 + Math.exp(y - x)), Number.MIN_VALUE), 1 - 2 ** -53);
  },
});

const logGammaDraw = (random: Random, shape: number) => Math.log(random.gamma(shape + 1)) - random.exponential() / shape;

/** log(p/(1 − p)). */
export const logitOf = (p: number): number => logRatio(p, 1 - p);
/** log ∫₀¹ e^(t·x) dx. */
const partition = (t: number) => logTilt(t) + Math.max(t, 0);

/** Continuous Bernoulli: density ∝ pˣ·(1 − p)^(1 − x) on [0, 1]. */
export const continuousBernoulli = family({
  name: 'continuousBernoulli',
  parameters: { p: OPEN_SHARE },
  aliases: { logit: ['p', REAL, (x: number) => 1 / (1 + Math.exp(-x))] },
  support: () => density(0, 1),
  logDensity: (x, p) => logitOf(p) * x - partition(logitOf(p)),
  entropy: (p) => {
    const t = Math.abs(logitOf(p)); // by the end where the mean is small
    return [logTilt(t), t * tiltMoments(-t).mean];
  },
  centre: (p) => [0.5, 0.5 * Math.min(1, 2 / Math.abs(logitOf(p) || 1))],
  expectations: (p) => {
    const t = logitOf(p);
    const { mean, variance } = tiltMoments(t);
    return {
      mean,
      roundedAt: 1,
      square: (c, unit = 1) => variance / unit / unit + ((mean - c) / unit) ** 2,
      absolute: (c) => {
        if (c <= 0) return mean - c;
        if (c >= 1) return c - mean;
        // 2·E(c − x)⁺ + E x − c, by the integral of the distribution function
        const below = t === 0 ? (c * c) / 2 : expExcess(t * c) / t / Math.expm1(t);
        return 2 * below + mean - c;
      },
      power: (k) => (k <= -1 ? Infinity : undefined),
      exponential: (unit, c = 0) => Math.exp(partition(t - 1 / unit) - partition(t) + c / unit),
    };
  },
  crossEntropy: ({ mean }, p) => [partition(logitOf(p)), mean && -logitOf(p) * mean],
  offBy: (by, _, p) => Math.abs(logitOf(p)) * by.mean,
  crossEntropyText: 'K(t) − t·E x, t = log(p/(1 − p)), K = log ∫₀¹ eᵗˣ dx',
  draw: (random, p) => {
    const t = logitOf(p);
    const u = random.uniform();
    // By inversion, from the steep end.
    const x = Math.abs(t) < 1e-10 ? u : -Math.log1p(u * Math.expm1(-Math.abs(t))) / Math.abs(t);
    return t < 0 ? x : 1 - x;
  },
});
