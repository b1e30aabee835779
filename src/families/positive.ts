/** Families with a density on the positive half-line: gamma and what follows from it, Weibull, Pareto, log-normal, half-normal. */
import { lowerGamma } from '../applications/statistics/gamma.js';
import { normalCdf } from '../applications/statistics/normal.js';
import { digamma, erfcx, logGamma, trigamma } from '../applications/statistics/special.js';
import { type Expectations, family, POSITIVE, REAL, squareOff, type Support } from './family.js';
import { hasAllDigits, logRatio, ratioPower } from './math/excess.js';
import { EULER, gammaEntropy, logGammaDensity, logGammaDifference, logGammaExcess, logPower, logRising } from './math/gamma.js';

const density = (from = 0, to = Infinity): Support => ({ kind: 'density', from, to });
const inverse = (x: number) => 1 / x;
const HALF_LOG_TAU = 0.9189385332046727;
const LOG_TWO = Math.LN2;
const EULER_VARIANCE = Math.PI ** 2 / 6;

/** E log x of a scale's part and a shape's, which may leave little of each other. */
const logMean = (a: number, b: number) => ({ log: a + b, logRoundedAt: Math.abs(a) + Math.abs(b) });

/** Γ(a + k)/Γ(a)/aᵏ, a + k > 0. */
const rising = (a: number, k: number) => (k === 2 ? (a + 1) / a : Math.exp(logRising(a, k)));

/** (s/unit)ʲ·E xᵏ, x gamma of shape a: Infinity where that mean is, whatever sʲ has come to; by one exponential where a factor alone is beyond the range. */
function gammaPower(a: number, k: number, s: number, unit: number, j = k): number {
  if (a + k <= 0) return Infinity;
  const base = a ** (k / j) * (s / unit);
  const [rise, scale] = [rising(a, k), base ** j];
  return [base, rise, scale].every(hasAllDigits)
    ? rise * scale
    : Math.exp(logGammaDifference(a + k, a, k) + j * (Math.log(s) - Math.log(unit)));
}

/** Var xᵏ/(E xᵏ)² for x gamma of shape a: what log Γ rises above its tangents in a + k, as E x²ᵏ − (E xᵏ)² itself cancels where x is spread little. */
function powerSpread(a: number, k: number): number {
  return Math.expm1(logGammaExcess(a + 2 * k, a + k, k) + logGammaExcess(a, a + k, -k));
}

/** From here on the incomplete gamma function takes thousands of terms, and their roundings. */
const MOST_SHAPE = 1e6;

/** E |x − c| of a gamma distribution, (E x − c)·(1 − 2P) + 2·z·g/rate with P and the density g at z = rate·c: two terms ≥ 0, of which neither turns on how z is rounded. */
function gammaAbsolute(shape: number, rate: number, c: number): number | undefined {
  const mean = shape / rate;
  const z = rate * c;
  if (c <= 0 || z === 0) return mean - c;
  if (!(z < Infinity)) return c - mean;
  if (shape > MOST_SHAPE) return undefined;
  return (mean - c) * (1 - 2 * lowerGamma(shape, z)) + (2 * Math.exp(logGammaDensity(z, shape, 1) + Math.log(z))) / rate;
}

function gammaExpectations(shape: number, rate: number): Expectations {
  const mean = shape / rate;
  return {
    mean,
    roundedAt: mean,
    square: (c, unit = 1) => shape / (rate * unit) ** 2 + ((mean - c) / unit) ** 2,
    absolute: (c) => gammaAbsolute(shape, rate, c),
    power: (k, unit = 1) => gammaPower(shape, k, 1 / rate, unit),
    exponential: (unit, c = 0) => {
      const u = 1 / rate / unit;
      return Math.exp(c / unit - shape * (u < Infinity ? Math.log1p(u) : -Math.log(rate) - Math.log(unit)));
    },
    ...logMean(digamma(shape), -Math.log(rate)),
    logVariance: trigamma(shape),
  };
}

/** −E log q of a gamma distribution q of x. */
const gammaTerms = (mean: number | undefined, log: number | undefined, shape: number, rate: number) => [
  logGamma(shape),
  -shape * Math.log(rate),
  shape === 1 ? 0 : log && (1 - shape) * log,
  mean && rate * mean,
];

/** Exponential: mean 1/rate. */
export const exponential = family({
  name: 'exponential',
  parameters: { rate: POSITIVE },
  aliases: { scale: ['rate', POSITIVE, inverse], mean: ['rate', POSITIVE, inverse] },
  support: () => density(),
  logDensity: (x, rate) => Math.log(rate) - rate * x,
  entropy: (rate) => [1, -Math.log(rate)],
  centre: (rate) => [1 / rate, 1 / rate],
  expectations: (rate) => ({
    ...gammaExpectations(1, rate),
    absolute: (c) => (c <= 0 ? 1 / rate - c : c - 1 / rate + (2 * Math.exp(-rate * c)) / rate),
  }),
  crossEntropy: ({ mean }, rate) => [-Math.log(rate), mean && rate * mean],
  offBy: (by, _, rate) => rate * by.mean,
  crossEntropyText: '−log r + r·E x',
  draw: (random, rate) => random.exponential() / rate,
});

/** Gamma: mean shape/rate. */
export const gamma = family({
  name: 'gamma',
  parameters: { shape: POSITIVE, rate: POSITIVE },
  aliases: { scale: ['rate', POSITIVE, inverse] },
  support: () => density(),
  logDensity: logGammaDensity,
  entropy: (shape, rate) => [gammaEntropy(shape, 1), -Math.log(rate)],
  centre: (shape, rate) => [shape / rate, Math.sqrt(shape) / rate],
  expectations: gammaExpectations,
  crossEntropy: ({ mean, log }, shape, rate) => gammaTerms(mean, log, shape, rate),
  offBy: (by, _, __, rate) => rate * by.mean,
  crossEntropyText: 'log Γ(a) − a·log r − (a − 1)·E log x + r·E x',
  draw: (random, shape, rate) => random.gamma(shape) / rate,
});

/** χ²: the sum of so many squares of standard normal variables; gamma of shape ν/2 and rate ½. */
export const chiSquare = family({
  name: 'chiSquare',
  parameters: { degreesOfFreedom: POSITIVE },
  support: () => density(),
  logDensity: (x, v) => logGammaDensity(x, v / 2, 0.5),
  entropy: (v) => [gammaEntropy(v / 2, 1), LOG_TWO],
  centre: (v) => [v, Math.sqrt(2 * v)],
  expectations: (v) => gammaExpectations(v / 2, 0.5),
  crossEntropy: ({ mean, log }, v) => gammaTerms(mean, log, v / 2, 0.5),
  offBy: (by) => by.mean / 2,
  crossEntropyText: 'log Γ(ν/2) + ν/2·log 2 − (ν/2 − 1)·E log x + E x/2',
  draw: (random, v) => 2 * random.gamma(v / 2),
});

/** χ: the root of a χ² variable. */
export const chi = family({
  name: 'chi',
  parameters: { degreesOfFreedom: POSITIVE },
  support: () => density(),
  logDensity: (x, v) =>
    v < 20 || !hasAllDigits(x * x)
      ? LOG_TWO + logPower(v - 1, x) - (x * x) / 2 - logGamma(v / 2) - (v / 2) * LOG_TWO
      : logGammaDensity(x * x, v / 2, 0.5) + LOG_TWO + Math.log(x),
  entropy: (v) => [gammaEntropy(v / 2, 0.5), -LOG_TWO / 2],
  centre: (v) => [Math.sqrt(v), 1],
  expectations: (v) => {
    const power = (k: number, unit = 1) => gammaPower(v / 2, k / 2, Math.SQRT2, unit, k);
    const mean = power(1);
    const spread = powerSpread(v / 2, 0.5);
    const variance = spread < 1 ? mean * mean * spread : v - mean * mean;
    return {
      mean,
      roundedAt: mean,
      square: (c, unit = 1) => variance / unit / unit + ((mean - c) / unit) ** 2,
      power,
      ...logMean(digamma(v / 2) / 2, LOG_TWO / 2),
      logVariance: trigamma(v / 2) / 4,
    };
  },
  crossEntropy: ({ square, log }, v) => gammaTerms(square?.(0), log && 2 * log, v / 2, 0.5).concat(-LOG_TWO, log && -log),
  offBy: (by, { mean = 0 }) => squareOff(mean, by.mean),
  crossEntropyText: 'log Γ(ν/2) + (ν/2 − 1)·log 2 − (ν − 1)·E log x + E x²/2',
  draw: (random, v) => Math.sqrt(2 * random.gamma(v / 2)),
});

/** Inverse gamma: 1/x is gamma of this shape, with this scale as rate. */
export const inverseGamma = family({
  name: 'inverseGamma',
  parameters: { shape: POSITIVE, scale: POSITIVE },
  support: () => density(),
  logDensity: (x, shape, scale) => {
    if (x === 0) return -Infinity;
    if (shape >= 10 && hasAllDigits(1 / x) && hasAllDigits(scale / x)) return logGammaDensity(1 / x, shape, scale) - 2 * Math.log(x);
    return shape * Math.log(scale) - logGamma(shape) - (shape + 1) * Math.log(x) - scale / x;
  },
  entropy: (shape, scale) => [gammaEntropy(shape, -1), Math.log(scale)],
  centre: (shape, scale) => [scale / (shape + 1), scale / (shape + 1) / Math.sqrt(shape + 1)],
  expectations: (shape, scale) => {
    const power = (k: number, unit = 1) => gammaPower(shape, -k, scale, unit, k);
    const mean = shape <= 1 ? Infinity : scale / (shape - 1);
    return {
      mean,
      roundedAt: mean,
      square: (c, unit = 1) => (shape <= 2 ? Infinity : (mean / unit) ** 2 / (shape - 2) + ((mean - c) / unit) ** 2),
      absolute: (c) => (mean === Infinity ? Infinity : c <= 0 ? mean - c : undefined),
      power,
      ...logMean(Math.log(scale), -digamma(shape)),
      logVariance: trigamma(shape),
    };
  },
  crossEntropy: ({ power, log }, shape, scale) => {
    return [logGamma(shape), -shape * Math.log(scale), log && (shape + 1) * log, power?.(-1, scale)];
  },
  crossEntropyText: 'log Γ(a) − a·log b + (a + 1)·E log x + b·E 1/x',
  draw: (random, shape, scale) => scale / random.gamma(shape),
});

/** Weibull: P(X > x) = exp(−(x/scale)^shape). */
export const weibull = family({
  name: 'weibull',
  parameters: { shape: POSITIVE, scale: POSITIVE },
  support: () => density(),
  logDensity: (x, shape, scale) => {
    const power = ratioPower(x, scale, shape);
    return Math.log(shape) - Math.log(scale) + (shape === 1 ? 0 : (shape - 1) * (x === 0 ? -Infinity : logRatio(x, scale))) - power;
  },
  entropy: (shape, scale) => [EULER * (1 - 1 / shape), Math.log(scale), -Math.log(shape), 1],
  centre: (shape, scale) => [scale, scale * Math.max(1e-6, Math.min(1, 1 / shape))],
  expectations: (shape, scale) => {
    const power = (k: number, unit = 1) => gammaPower(1, k / shape, scale, unit, k);
    const mean = power(1);
    const spread = powerSpread(1, 1 / shape);
    const variance = (unit: number) => {
      if (spread < 1) return (mean / unit) ** 2 * spread;
      const second = power(2, unit);
      return second < Infinity ? second - (mean / unit) ** 2 : Infinity;
    };
    return {
      mean,
      roundedAt: mean,
      square: (c, unit = 1) => variance(unit) + ((mean - c) / unit) ** 2,
      absolute: (c) => (c <= 0 ? mean - c : undefined),
      power,
      exponential: (unit, c = 0) => (shape === 1 ? Math.exp(c / unit) / (1 + scale / unit) : undefined),
      ...logMean(Math.log(scale), -EULER / shape),
      logVariance: EULER_VARIANCE / shape ** 2,
    };
  },
  crossEntropy: ({ log, power }, shape, scale) => {
    return [-Math.log(shape), shape * Math.log(scale), log && (1 - shape) * log, power?.(shape, scale)];
  },
  offBy: (by, { power }, shape, scale) => {
    const mean = power?.(shape, scale) ?? 0;
    return Math.abs(shape - 1) * by.log + (mean > 0 ? Math.expm1(shape * by.ratio) * mean : 0);
  },
  crossEntropyText: '−log k + k·log λ − (k − 1)·E log x + E xᵏ/λᵏ',
  draw: (random, shape, scale) => scale * random.exponential() ** (1 / shape),
});

/** Pareto: P(X > x) = (minimum/x)^shape. */
export const pareto = family({
  name: 'pareto',
  parameters: { minimum: POSITIVE, shape: POSITIVE },
  support: (minimum) => density(minimum),
  logDensity: (x, minimum, shape) => Math.log(shape) - Math.log(minimum) + (shape + 1) * logRatio(minimum, x),
  entropy: (minimum, shape) => [Math.log(minimum), -Math.log(shape), 1 / shape, 1],
  centre: (minimum, shape) => [minimum * 2 ** Math.min(1 / shape, 8), minimum * 2 ** Math.min(1 / shape, 8)],
  expectations: (minimum, shape) => {
    const mean = shape <= 1 ? Infinity : minimum * (shape / (shape - 1));
    const above = (c: number) =>
      // ∫ of the distribution function up to c
      c -
      minimum -
      (shape === 1 ? minimum * Math.log(c / minimum) : (minimum * Math.expm1((1 - shape) * Math.log(c / minimum))) / (1 - shape));
    return {
      mean,
      roundedAt: mean,
      square: (c, unit = 1) =>
        shape <= 2 ? Infinity : (minimum / unit / (shape - 1)) ** 2 * (shape / (shape - 2)) + ((mean - c) / unit) ** 2,
      absolute: (c) => (c <= minimum ? mean - c : mean - c + 2 * above(c)),
      power: (k, unit = 1) => (k >= shape ? Infinity : (shape / (shape - k)) * ratioPower(minimum, unit, k)),
      ...logMean(Math.log(minimum), 1 / shape),
      logVariance: 1 / shape ** 2,
    };
  },
  crossEntropy: ({ log }, minimum, shape) => [-Math.log(shape), -shape * Math.log(minimum), log && (shape + 1) * log],
  crossEntropyText: '−log α − α·log m + (α + 1)·E log x',
  draw: (random, minimum, shape) => minimum * Math.exp(random.exponential() / shape),
});

/** Log-normal: log x is normal with this mean and standard deviation. */
export const logNormal = family({
  name: 'logNormal',
  parameters: { logMean: REAL, logStd: POSITIVE },
  aliases: { logVariance: ['logStd', POSITIVE, Math.sqrt] },
  support: () => density(),
  logDensity: (x, m, s) => (x === 0 ? -Infinity : -HALF_LOG_TAU - Math.log(s) - Math.log(x) - ((Math.log(x) - m) / s) ** 2 / 2),
  entropy: (m, s) => [m, 0.5 + HALF_LOG_TAU, Math.log(s)],
  centre: (m, s) => [Math.exp(m), Math.exp(m) * Math.min(1, s)],
  expectations: (m, s) => {
    const power = (k: number, unit = 1) => Math.exp(k * (m - Math.log(unit)) + (k * s) ** 2 / 2);
    const mean = power(1);
    return {
      mean,
      roundedAt: mean * (1 + Math.abs(m) + s * s),
      square: (c, unit = 1) => (mean / unit) ** 2 * Math.expm1(s * s) + ((mean - c) / unit) ** 2,
      absolute: (c) => {
        if (c <= 0) return mean - c;
        const z = (Math.log(c) - m) / s;
        return c * (2 * normalCdf(z) - 1) + mean * (1 - 2 * normalCdf(z - s));
      },
      power,
      log: m,
      logVariance: s * s,
    };
  },
  crossEntropy: ({ log, logVariance }, m, s) => [
    HALF_LOG_TAU,
    Math.log(s),
    log,
    log !== undefined && logVariance !== undefined ? (logVariance / s / s + ((log - m) / s) ** 2) / 2 : undefined,
  ],
  offBy: (by, { log = 0 }, m, s) => by.log + squareOff((log - m) / s, by.log / s),
  crossEntropyText: '½·log 2πσ² + E log x + E(log x − μ)²/2σ²',
  draw: (random, m, s) => Math.exp(m + s * random.normal()),
});

/** Half-normal: the size of a normal variable of mean 0 and this standard deviation. */
export const halfNormal = family({
  name: 'halfNormal',
  parameters: { scale: POSITIVE },
  support: () => density(),
  logDensity: (x, s) => LOG_TWO - HALF_LOG_TAU - Math.log(s) - (x / s) ** 2 / 2,
  entropy: (s) => [0.5 + HALF_LOG_TAU - LOG_TWO, Math.log(s)],
  centre: (s) => [s, s],
  expectations: (s) => {
    const power = (k: number, unit = 1) => gammaPower(0.5, k / 2, s * Math.SQRT2, unit, k);
    const mean = power(1);
    return {
      mean,
      roundedAt: mean,
      square: (c, unit = 1) => (s / unit) ** 2 - 2 * (c / unit) * (mean / unit) + (c / unit) ** 2,
      power,
      exponential: (unit, c = 0) => erfcx(s / unit / Math.SQRT2) * Math.exp(c / unit),
      ...logMean(Math.log(s), -(EULER + LOG_TWO) / 2),
      logVariance: Math.PI ** 2 / 8,
    };
  },
  crossEntropy: ({ square }, s) => {
    const mean = square?.(0, s);
    return [HALF_LOG_TAU - LOG_TWO, Math.log(s), mean && mean / 2];
  },
  offBy: (by, { mean = 0 }, s) => squareOff(mean / s, by.mean / s),
  crossEntropyText: '½·log(πσ²/2) + E x²/2σ²',
  draw: (random, s) => s * Math.abs(random.normal()),
});
