/** Families with a density on the whole line, by location and scale; and von Mises, on the circle. */
import type { Random } from '../applications/statistics/random.js';
import { erf, logGamma } from '../applications/statistics/special.js';
import { type Expectations, family, NOT_NEGATIVE, POSITIVE, REAL, squareOff, type Support } from './family.js';
import { digammaDifference, EULER, logRising } from './math/gamma.js';
import { entireExponentialIntegral } from './math/integrals.js';
import { besselGap, logBessel } from './math/tilted.js';

const line = (): Support => ({ kind: 'density', from: -Infinity, to: Infinity });
const HALF_LOG_TAU = 0.9189385332046727;

/** Normal by mean and standard deviation. */
export const normal = family({
  name: 'normal',
  parameters: { mean: REAL, std: POSITIVE },
  places: ['mean'],
  scale: 'std',
  aliases: {
    variance: ['std', POSITIVE, Math.sqrt],
    precision: ['std', POSITIVE, (x) => 1 / Math.sqrt(x)],
    logVariance: ['std', REAL, (x) => Math.exp(x / 2)],
  },
  defaults: { mean: 0, std: 1 },
  support: line,
  logDensity: (x, m, s) => -HALF_LOG_TAU - Math.log(s) - ((x - m) / s) ** 2 / 2,
  entropy: (_, s) => [0.5 + HALF_LOG_TAU, Math.log(s)],
  centre: (m, s) => [m, s],
  expectations: (m, s) => ({
    mean: m,
    square: (c, unit = 1) => (s / unit) ** 2 + ((m - c) / unit) ** 2,
    absolute: (c) => {
      const z = (m - c) / s;
      return s * Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2) + (m - c) * erf(z / Math.SQRT2);
    },
    exponential: (unit, c = 0) => Math.exp((c - m) / unit + (s / unit) ** 2 / 2),
  }),
  crossEntropy: ({ square }, m, s) => {
    const mean = square?.(m, s);
    return [HALF_LOG_TAU, Math.log(s), mean && mean / 2];
  },
  offBy: (by, { mean = 0 }, m, s) => squareOff((mean - m) / s, by.mean / s),
  crossEntropyText: '½·log 2πσ² + E(x − μ)²/2σ²',
  draw: (random, m, s) => m + s * random.normal(),
});

/** Laplace: density e^(−|x − location|/scale)/(2·scale). */
export const laplace = family({
  name: 'laplace',
  parameters: { location: REAL, scale: POSITIVE },
  places: ['location'],
  scale: 'scale',
  defaults: { location: 0, scale: 1 },
  support: line,
  logDensity: (x, m, b) => -Math.log(2 * b) - Math.abs(x - m) / b,
  entropy: (_, b) => [1, Math.log(2 * b)],
  centre: (m, b) => [m, b],
  kinks: (m) => [m],
  expectations: (m, b) => ({
    mean: m,
    square: (c, unit = 1) => 2 * (b / unit) ** 2 + ((m - c) / unit) ** 2,
    absolute: (c) => Math.abs(m - c) + b * Math.exp(-Math.abs(m - c) / b),
    exponential: (unit, c = 0) => (b >= unit ? Infinity : Math.exp((c - m) / unit) / (((unit - b) / unit) * (1 + b / unit))),
  }),
  crossEntropy: ({ absolute }, m, b) => {
    const mean = absolute?.(m);
    return [Math.log(2 * b), mean && mean / b];
  },
  offBy: (by, _, __, b) => by.mean / b,
  crossEntropyText: 'log 2b + E|x − μ|/b',
  draw: (random, m, b) => m + b * (random.exponential() - random.exponential()),
});

/** Gumbel, of maxima: P(X ≤ x) = exp(−e^(−(x − location)/scale)). */
export const gumbel = family({
  name: 'gumbel',
  parameters: { location: REAL, scale: POSITIVE },
  places: ['location'],
  scale: 'scale',
  defaults: { location: 0, scale: 1 },
  support: line,
  logDensity: (x, m, b) => -Math.log(b) - (x - m) / b - Math.exp(-(x - m) / b),
  entropy: (_, b) => [1 + EULER, Math.log(b)],
  centre: (m, b) => [m, b],
  expectations: (m, b) => {
    /** E x − c. */
    const above = (c: number) => m - c + EULER * b;
    return {
      mean: m + EULER * b,
      above,
      square: (c, unit = 1) => (Math.PI * (b / unit)) ** 2 / 6 + (above(c) / unit) ** 2,
      absolute: (c) => 2 * b * entireExponentialIntegral((m - c) / b) - above(c),
      exponential: (unit, c = 0) => Math.exp((c - m) / unit + logGamma(1 + b / unit)),
    };
  },
  crossEntropy: ({ mean, above, exponential }, m, b) => [
    Math.log(b),
    mean !== undefined ? (above?.(m) ?? mean - m) / b : undefined,
    exponential?.(b, m),
  ],
  offBy: (by, _, __, b) => by.mean / b,
  crossEntropyText: 'log b + (E x − μ)/b + e^(μ/b)·E e^(−x/b)',
  draw: (random, m, b) => m - b * Math.log(random.exponential()),
});

/** Logistic: P(X ≤ x) = 1/(1 + e^(−(x − location)/scale)). */
export const logistic = family({
  name: 'logistic',
  parameters: { location: REAL, scale: POSITIVE },
  places: ['location'],
  scale: 'scale',
  defaults: { location: 0, scale: 1 },
  support: line,
  logDensity: (x, m, s) => {
    const z = Math.abs(x - m) / s;
    return -Math.log(s) - z - 2 * Math.log1p(Math.exp(-z));
  },
  entropy: (_, s) => [2, Math.log(s)],
  centre: (m, s) => [m, s],
  expectations: (m, s) => ({
    mean: m,
    square: (c, unit = 1) => (Math.PI * (s / unit)) ** 2 / 3 + ((m - c) / unit) ** 2,
    absolute: (c) => Math.abs(m - c) + 2 * s * Math.log1p(Math.exp(-Math.abs(m - c) / s)),
    exponential: (unit, c = 0) => {
      if (s >= unit) return Infinity;
      const r = s / unit;
      // sin πr = sin π(1 − r), by the one that is small.
      const sine = Math.sin(Math.PI * Math.min(r, (unit - s) / unit));
      return Math.exp((c - m) / unit) * (sine > 0 ? (Math.PI * r) / sine : 1);
    },
  }),
  // No closed form, but known to be infinite where the mean size is.
  crossEntropy: ({ absolute }, m) => [absolute?.(m) === Infinity ? Infinity : undefined],
  draw: (random, m, s) => {
    const u = random.uniform();
    return m + s * (Math.log(u) - Math.log1p(-u));
  },
});

/** log Γ((ν + 1)/2) − log Γ(ν/2) − ½·log(ν/2): of many degrees of freedom next to nothing. */
const halfStep = (v: number) => logRising(v / 2, 0.5);

/** E of Student's t: nothing beyond its tails' power. */
function studentExpectations(v: number, m: number, s: number): Expectations {
  const size = v <= 1 ? Infinity : s * (v / (v - 1)) * Math.exp(halfStep(v)) * Math.sqrt(2 / Math.PI);
  return {
    ...(v > 1 ? { mean: m } : {}),
    square: (c, unit = 1) => (v <= 2 ? Infinity : ((s / unit) ** 2 * v) / (v - 2) + ((m - c) / unit) ** 2),
    absolute: (c) => (c === m || v <= 1 ? size : undefined),
    exponential: () => Infinity,
  };
}

/** log(1 + (x/s)²/v), also where the square is beyond the range. */
function logTail(x: number, s: number, v: number): number {
  const square = (x / s) ** 2 / v;
  return square < Infinity ? Math.log1p(square) : 2 * (Math.log(Math.abs(x)) - Math.log(s)) - Math.log(v);
}

/** Student's t, shifted and scaled. */
export const studentT = family({
  name: 'studentT',
  parameters: { degreesOfFreedom: POSITIVE, location: REAL, scale: POSITIVE },
  places: ['location'],
  scale: 'scale',
  defaults: { location: 0, scale: 1 },
  support: line,
  logDensity: (x, v, m, s) => halfStep(v) - HALF_LOG_TAU - Math.log(s) - ((v + 1) / 2) * logTail(x - m, s, v),
  entropy: (v, _, s) => [((v + 1) / 2) * digammaDifference((v + 1) / 2, v / 2, 0.5), HALF_LOG_TAU, -halfStep(v), Math.log(s)],
  centre: (_, m, s) => [m, s],
  expectations: studentExpectations,
  draw: (random, v, m, s) => m + s * random.normal() * Math.sqrt(v / (2 * random.gamma(v / 2))),
});

/** Cauchy: Student's t with one degree of freedom. */
export const cauchy = family({
  name: 'cauchy',
  parameters: { location: REAL, scale: POSITIVE },
  places: ['location'],
  scale: 'scale',
  defaults: { location: 0, scale: 1 },
  support: line,
  logDensity: (x, m, s) => -Math.log(Math.PI) - Math.log(s) - logTail(x - m, s, 1),
  entropy: (_, s) => [Math.log(4 * Math.PI), Math.log(s)],
  centre: (m, s) => [m, s],
  expectations: (m, s) => studentExpectations(1, m, s),
  draw: (random, m, s) => m + (s * random.normal()) / random.normal(),
});

/** 2π in two parts, the first of 26 bits: up to so many times it are exact. */
const TURN = 6.283185362815857;
const TURN_REST = -5.5636270456668466e-8;
const MOST_TURNS = 2 ** 27;

/** x − m less whole turns of m: beside a mean far out a point would lose its digits, and so would the difference of two means that are rounded on the way. */
function away(x: number, m: number): number {
  const turns = Math.abs(m) <= Math.PI ? 0 : Math.round(m / (TURN + TURN_REST));
  if (Math.abs(turns) > MOST_TURNS) return x - Math.atan2(Math.sin(m), Math.cos(m));
  return x - (m - turns * TURN) + turns * TURN_REST;
}

/** von Mises on the circle: density e^(κ·cos(x − mean))/(2π·I₀(κ)); κ = 0 is uniform. */
export const vonMises = family({
  name: 'vonMises',
  parameters: { mean: REAL, concentration: NOT_NEGATIVE },
  defaults: { mean: 0 },
  support: () => ({ kind: 'circle', from: -Math.PI, to: Math.PI }),
  logDensity: (x, m, k) => -2 * k * Math.sin(away(x, m) / 2) ** 2 - Math.log(2 * Math.PI) - logBessel(k),
  entropy: (_, k) => [Math.log(2 * Math.PI), logBessel(k), k * besselGap(k)],
  centre: (m, k) => [-away(0, m), Math.min(1, 1 / Math.sqrt(k || 1))],
  draw: (random, m, k) => {
    if (k < 1e-8) return Math.PI * (2 * random.uniform() - 1);
    return drawVonMises(random, m, k);
  },
});

/** D. J. Best, N. I. Fisher, Appl. Stat. 28 (1979). */
function drawVonMises(random: Random, m: number, k: number): number {
  const t = 1 + Math.sqrt(1 + 4 * k * k);
  const rho = (t - Math.sqrt(2 * t)) / (2 * k);
  const r = (1 + rho * rho) / (2 * rho);
  for (;;) {
    const z = Math.cos(Math.PI * random.uniform());
    const f = (1 + r * z) / (r + z);
    const c = k * (r - f);
    const u = random.uniform();
    if (c * (2 - c) > u || Math.log(c / u) + 1 >= c) {
      const angle = m + Math.sign(random.uniform() - 0.5) * Math.acos(Math.max(-1, Math.min(1, f)));
      return Math.atan2(Math.sin(angle), Math.cos(angle));
    }
  }
}
