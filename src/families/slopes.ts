/**
 * What KL(p‖q) = −h(p) − E log q does when a parameter moves, for pairs of two families: by the slopes of p's entropy and means, of which −E log q is made,
 * and by the slopes of −E log q itself. All are closed; each is the derivative of the form in the family's own file.
 */
import { lowerGamma } from '../applications/statistics/gamma.js';
import { normalCdf, normalDensity } from '../applications/statistics/normal.js';
import { digamma, erf, lowerBeta, trigamma } from '../applications/statistics/special.js';
import { logitOf } from './bounded.js';
import type { Expectations, Family } from './family.js';
import { FAMILIES, univariateLaw } from './law.js';
import { digammaDifference, EULER, tetragamma, trigammaRest } from './math/gamma.js';
import { entireExponentialIntegral } from './math/integrals.js';
import { tiltMeanDifference, tiltMoments } from './math/tilted.js';
import { meanOverDensity } from './quadrature.js';

type Args = readonly number[];

/** Of p: one entry a parameter. */
interface Movement {
  readonly entropy: number;
  /** Derivatives of the means, under the means' own names. */
  readonly means: Expectations;
}

/** Means that slopes ask for beyond those of cross-entropies. */
interface More {
  /** E sign(x − c). */
  readonly sign?: (c: number) => number;
  /** E (x − c)·e^(t·(x − c)). */
  readonly tilted?: (t: number, c: number) => number;
  /** E xᵏ·log x. */
  readonly powerLog?: (k: number) => number;
}

interface Slopes {
  readonly move: (e: Expectations, ...args: number[]) => readonly Movement[];
  readonly more: (e: Expectations, ...args: number[]) => More;
}

const orInfinite = (x: number | undefined) => x ?? NaN;

/** E e^(t·(x − c)). */
const massOf = (e: Expectations) => (t: number, c?: number) => orInfinite(e.exponential?.(t, c));

/** E (x − c)² = E x² − 2c·E x + c². */
const squareBy = (second: number, mean: number) => (c: number) => second - 2 * c * mean;

/** Means of xᵏ that move together: E x is one of them, and E (x − c)² is made of two. */
function byPowers(power: (k: number) => number, rest: Expectations = {}): Expectations {
  const mean = power(1);
  return { mean, square: squareBy(power(2), mean), power, absolute: (c) => (c <= 0 ? mean : undefined), ...rest };
}

/**
 * E |x − c| by a parameter that moves the density by f·score: a derivative of an incomplete function by its shape, which is the mean of |x − c|·score and is
 * integrated, to the roundings of quadrature.
 */
function movedAbsolute(of: string, args: Args, score: (x: number) => number, c: number): number {
  const law = univariateLaw(FAMILIES.get(of) as Family, args);
  return meanOverDensity(law, (x) => Math.abs(x - c) * score(x), [c], false).value;
}

function gammaSlopes(e: Expectations, a: number, r: number): readonly Movement[] {
  const power = (k: number) => orInfinite(e.power?.(k));
  const mass = massOf(e);
  const byRate = byPowers((k) => (-k / r) * power(k), {
    log: -1 / r,
    logVariance: 0,
    exponential: (t, c) => (mass(t, c) * -a * t) / (r * (r - t)),
    absolute: (c) => (-a / r / r) * (c <= 0 ? 1 : 1 - 2 * lowerGamma(a + 1, r * c)),
  });
  const byShape = byPowers((k) => power(k) * digammaDifference(a + k, a, k), {
    log: trigamma(a),
    logVariance: tetragamma(a),
    exponential: (t, c) => mass(t, c) * -Math.log1p(-t / r),
    absolute: (c) => (c <= 0 ? power(1) / a : movedAbsolute('gamma', [a, r], (x) => Math.log(x) - (e.log as number), c)),
  });
  return [
    { entropy: 1 / a + (1 - a) * trigammaRest(a), means: byShape },
    { entropy: -1 / r, means: byRate },
  ];
}

const gammaMore = (e: Expectations, a: number, r: number): More => ({
  sign: (c) => (c <= 0 ? 1 : 1 - 2 * lowerGamma(a, r * c)),
  tilted: (t, c) => massOf(e)(t, c) * (a / (r - t) - c),
  powerLog: (k) => orInfinite(e.power?.(k)) * (digamma(a + k) - Math.log(r)),
});

/** Halved: of ν where a gamma distribution has the shape ν/2. */
function halved({ entropy, means }: Movement): Movement {
  const by = <In extends unknown[]>(of: ((...x: In) => number | undefined) | undefined) => of && ((...x: In) => orNothing(of(...x)));
  const orNothing = (x: number | undefined) => (x === undefined ? undefined : x / 2);
  const { mean, log, logVariance, square, absolute, power, exponential } = means;
  return {
    entropy: entropy / 2,
    means: {
      mean: (mean as number) / 2,
      log: (log as number) / 2,
      logVariance: (logVariance as number) / 2,
      square: by(square) as never,
      absolute: by(absolute) as never,
      power: by(power) as never,
      exponential: by(exponential) as never,
    },
  };
}

/** Of location m and scale s: E x and E (x − c)² by both, with E x = m + shift·s and a variance of spread·s². */
const byPlace = (e: Expectations, s: number, shift: number, spread: number): readonly [Expectations, Expectations] => [
  { mean: 1, square: (c) => 2 * ((e.mean as number) - c) },
  { mean: shift, square: (c) => 2 * ((e.mean as number) - c) * shift + 2 * spread * s },
];

/** Slopes of p, by family. */
const OF_P: Readonly<Record<string, Slopes>> = {
  uniform: {
    move: (e, low, high) => {
      const width = high - low;
      // The density at an end against the mean: d/dh E f = (f(h) − E f)/w.
      const end = (x: number, sign: 1 | -1): Expectations => {
        const by = (at: number, mean: number | undefined) => (sign * (at - orInfinite(mean))) / width;
        return {
          mean: by(x, e.mean),
          square: (c) => by((x - c) ** 2, e.square?.(c)),
          absolute: (c) => by(Math.abs(x - c), e.absolute?.(c)),
          exponential: (t, c = 0) => by(Math.exp(t * (x - c)), e.exponential?.(t, c)),
          ...(e.log !== undefined && {
            power: (k: number) => by(x ** k, e.power?.(k)),
            log: by(Math.log(x), e.log),
            logVariance: by((Math.log(x) - e.log) ** 2, e.logVariance),
          }),
          ...(e.logComplement !== undefined && { logComplement: by(Math.log1p(-x), e.logComplement) }),
        };
      };
      return [
        { entropy: -1 / width, means: end(low, -1) },
        { entropy: 1 / width, means: end(high, 1) },
      ];
    },
    more: (e, low, high) => ({
      sign: (c) =>
        (Math.max(high - c, 0) - Math.max(high - c - (high - low), 0) - (Math.max(c - low, 0) - Math.max(c - high, 0))) / (high - low),
      tilted: (t, c) => {
        const top = (x: number) => (x - c) * Math.exp(t * (x - c));
        return ((top(high) - top(low)) / (high - low) - massOf(e)(t, c)) / t;
      },
      powerLog: (k) => {
        const top = (x: number) => (x === 0 ? 0 : x ** (k + 1) * Math.log(x));
        return ((top(high) - top(low)) / (high - low) - orInfinite(e.power?.(k))) / (k + 1);
      },
    }),
  },
  beta: {
    move: (e, a, b) => {
      const s = a + b;
      const power = (k: number) => orInfinite(e.power?.(k));
      const means = (by: (k: number) => number): Expectations => ({
        ...byPowers((k) => (k === 1 ? orInfinite(e.mean) : k === 2 ? orInfinite(e.square?.(0)) : power(k)) * by(k)),
      });
      const within = (score: (x: number) => number, mean: number) => (c: number) =>
        c <= 0 ? mean : c >= 1 ? -mean : movedAbsolute('beta', [a, b], score, c);
      const [first, second] = [b / s / s, -a / s / s];
      return [
        {
          entropy: 1 / a - 2 / s + (s - 2) * trigammaRest(s) - (a - 1) * trigammaRest(a),
          means: {
            ...means((k) => digammaDifference(a + k, a, k) - digammaDifference(s + k, s, k)),
            log: trigamma(a) - trigamma(s),
            logVariance: tetragamma(a) - tetragamma(s),
            logComplement: -trigamma(s),
            absolute: within((x) => Math.log(x) - (e.log as number), first),
          },
        },
        {
          entropy: 1 / b - 2 / s + (s - 2) * trigammaRest(s) - (b - 1) * trigammaRest(b),
          means: {
            ...means((k) => -digammaDifference(s + k, s, k)),
            log: -trigamma(s),
            logVariance: -tetragamma(s),
            logComplement: trigamma(b) - trigamma(s),
            absolute: within((x) => Math.log1p(-x) - (e.logComplement as number), second),
          },
        },
      ];
    },
    more: (e, a, b) => ({
      sign: (c) => (c <= 0 ? 1 : c >= 1 ? -1 : 1 - 2 * lowerBeta(c, a, b)),
      powerLog: (k) => orInfinite(e.power?.(k)) * digammaDifference(a + k, a + b + k, -b),
    }),
  },
  continuousBernoulli: {
    move: (e, p) => {
      const t = logitOf(p);
      const by = 1 / (p * (1 - p));
      const { mean, variance, third } = tiltMoments(t);
      /** Cov(x, (x − c)⁺), 0 < c < 1: above c it is a distribution of the same kind on [c, 1]. */
      const above = (c: number) => {
        const rest = 1 - c;
        const share = t === 0 ? rest : -Math.expm1(-t * rest) / -Math.expm1(-t);
        const on = tiltMoments(t * rest);
        return share * rest * ((c - mean) * on.mean + rest * (on.variance + on.mean ** 2));
      };
      return [
        {
          entropy: -t * variance * by,
          means: {
            mean: variance * by,
            square: (c) => (third + 2 * (mean - c) * variance) * by,
            absolute: (c) => (c <= 0 ? variance : c >= 1 ? -variance : 2 * above(c) - variance) * by,
            exponential: (s, c) => massOf(e)(s, c) * tiltMeanDifference(t + s, t, s) * by,
          },
        },
      ];
    },
    more: (e, p) => ({
      sign: (c) => (c <= 0 ? 1 : c >= 1 ? -1 : p === 0.5 ? 1 - 2 * c : 1 - (2 * Math.expm1(logitOf(p) * c)) / Math.expm1(logitOf(p))),
      tilted: (s, c) => massOf(e)(s, c) * (tiltMoments(logitOf(p) + s).mean - c),
    }),
  },
  exponential: { move: (e, r) => [gammaSlopes(e, 1, r)[1] as Movement], more: (e, r) => gammaMore(e, 1, r) },
  gamma: { move: gammaSlopes, more: gammaMore },
  chiSquare: { move: (e, v) => [halved(gammaSlopes(e, v / 2, 0.5)[0] as Movement)], more: (e, v) => gammaMore(e, v / 2, 0.5) },
  chi: {
    move: (e, v) => {
      const power = (k: number) => (orInfinite(e.power?.(k)) * digammaDifference((v + k) / 2, v / 2, k / 2)) / 2;
      return [
        {
          entropy: 0.5 / v - ((v - 1) * trigammaRest(v / 2)) / 4,
          means: byPowers(power, { log: trigamma(v / 2) / 4, logVariance: tetragamma(v / 2) / 8 }),
        },
      ];
    },
    more: (e, v) => ({
      sign: (c) => (c <= 0 ? 1 : 1 - 2 * lowerGamma(v / 2, (c * c) / 2)),
      powerLog: (k) => (orInfinite(e.power?.(k)) * (digamma((v + k) / 2) + Math.LN2)) / 2,
    }),
  },
  inverseGamma: {
    move: (e, a, b) => {
      const power = (k: number) => orInfinite(e.power?.(k));
      return [
        {
          entropy: -1 / a - (1 + a) * trigammaRest(a),
          means: byPowers((k) => (k < a ? power(k) * digammaDifference(a - k, a, -k) : Infinity), {
            log: -trigamma(a),
            logVariance: tetragamma(a),
          }),
        },
        { entropy: 1 / b, means: byPowers((k) => (k / b) * power(k), { log: 1 / b, logVariance: 0 }) },
      ];
    },
    more: (e, a, b) => ({
      sign: (c) => (c <= 0 ? 1 : 2 * lowerGamma(a, b / c) - 1),
      powerLog: (k) => (k < a ? orInfinite(e.power?.(k)) * (Math.log(b) - digamma(a - k)) : Infinity),
    }),
  },
  weibull: {
    move: (e, k, scale) => {
      const power = (j: number) => orInfinite(e.power?.(j));
      return [
        {
          entropy: EULER / k / k - 1 / k,
          means: byPowers((j) => (-power(j) * digamma(1 + j / k) * j) / k / k, {
            log: EULER / k / k,
            logVariance: (-2 * orInfinite(e.logVariance)) / k,
          }),
        },
        { entropy: 1 / scale, means: byPowers((j) => (j / scale) * power(j), { log: 1 / scale, logVariance: 0 }) },
      ];
    },
    more: (_, k, scale) => ({ sign: (c) => (c <= 0 ? 1 : 2 * Math.exp(-((c / scale) ** k)) - 1) }),
  },
  pareto: {
    move: (e, m, a) => {
      const power = (k: number) => orInfinite(e.power?.(k));
      const beyond = (c: number) => (m / c) ** (a - 1);
      const byMinimum = byPowers((k) => (k / m) * power(k), { log: 1 / m, logVariance: 0 });
      const byShape = byPowers((k) => (-k * m ** k) / (a - k) ** 2, { log: -1 / a / a, logVariance: -2 / a ** 3 });
      return [
        {
          entropy: 1 / m,
          means: {
            ...byMinimum,
            absolute: (c) => (byMinimum.mean as number) - (c <= m ? 0 : 2 + (2 * (1 - a * beyond(c))) / (a - 1)),
          },
        },
        {
          entropy: -1 / a - 1 / a / a,
          means: {
            ...byShape,
            absolute: (c) =>
              (byShape.mean as number) + (c <= m ? 0 : (2 * m * ((1 - beyond(c)) / (a - 1) + beyond(c) * Math.log(m / c))) / (a - 1)),
          },
        },
      ];
    },
    more: (e, m, a) => ({
      sign: (c) => (c <= m ? 1 : 2 * (m / c) ** a - 1),
      powerLog: (k) => orInfinite(e.power?.(k)) * (Math.log(m) + 1 / (a - k)),
    }),
  },
  logNormal: {
    move: (e, m, s) => {
      const power = (k: number) => orInfinite(e.power?.(k));
      const above = (c: number) => (Math.log(c) - m) / s - s;
      const tail = (c: number) => power(1) * (1 - 2 * normalCdf(above(c)));
      return [
        { entropy: 1, means: byPowers((k) => k * power(k), { log: 1, logVariance: 0, absolute: (c) => (c <= 0 ? power(1) : tail(c)) }) },
        {
          entropy: 1 / s,
          means: byPowers((k) => k * k * s * power(k), {
            log: 0,
            logVariance: 2 * s,
            absolute: (c) => (c <= 0 ? s * power(1) : s * tail(c) + 2 * power(1) * normalDensity(above(c))),
          }),
        },
      ];
    },
    more: (e, m, s) => ({
      sign: (c) => (c <= 0 ? 1 : 1 - 2 * normalCdf((Math.log(c) - m) / s)),
      powerLog: (k) => orInfinite(e.power?.(k)) * (m + k * s * s),
    }),
  },
  halfNormal: {
    move: (e, s) => {
      const power = (k: number) => (k / s) * orInfinite(e.power?.(k));
      const exponential = (t: number, c = 0) => t * (t * s * massOf(e)(t, c) + Math.sqrt(2 / Math.PI) * Math.exp(-t * c));
      return [{ entropy: 1 / s, means: byPowers(power, { log: 1 / s, logVariance: 0, exponential }) }];
    },
    more: (e, s) => ({
      sign: (c) => (c <= 0 ? 1 : 1 - 2 * erf(c / s / Math.SQRT2)),
      tilted: (t, c) => s * (t * s * massOf(e)(t, c) + Math.sqrt(2 / Math.PI) * Math.exp(-t * c)) - c * massOf(e)(t, c),
      powerLog: (k) => orInfinite(e.power?.(k)) * (Math.log(s) + (digamma((1 + k) / 2) + Math.LN2) / 2),
    }),
  },
  normal: {
    move: (e, m, s) => {
      const [byMean, byStd] = byPlace(e, s, 0, 1);
      const mass = massOf(e);
      const z = (c: number) => (m - c) / s;
      return [
        { entropy: 0, means: { ...byMean, absolute: (c) => erf(z(c) / Math.SQRT2), exponential: (t, c) => t * mass(t, c) } },
        { entropy: 1 / s, means: { ...byStd, absolute: (c) => 2 * normalDensity(z(c)), exponential: (t, c) => s * t * t * mass(t, c) } },
      ];
    },
    more: (e, m, s) => ({
      sign: (c) => erf((m - c) / s / Math.SQRT2),
      tilted: (t, c) => massOf(e)(t, c) * (m - c + s * s * t),
    }),
  },
  laplace: {
    move: (e, m, b) => {
      const [byLocation, byScale] = byPlace(e, b, 0, 2);
      const mass = massOf(e);
      const u = (c: number) => Math.abs(m - c) / b;
      return [
        {
          entropy: 0,
          means: { ...byLocation, absolute: (c) => Math.sign(m - c) * -Math.expm1(-u(c)), exponential: (t, c) => t * mass(t, c) },
        },
        {
          entropy: 1 / b,
          means: {
            ...byScale,
            absolute: (c) => (1 + u(c)) * Math.exp(-u(c)),
            exponential: (t, c) => (mass(t, c) * 2 * b * t * t) / ((1 - b * t) * (1 + b * t)),
          },
        },
      ];
    },
    more: (e, m, b) => ({
      sign: (c) => Math.sign(m - c) * -Math.expm1(-Math.abs(m - c) / b),
      tilted: (t, c) => massOf(e)(t, c) * (m - c + (2 * b * b * t) / ((1 - b * t) * (1 + b * t))),
    }),
  },
  gumbel: {
    move: (e, m, b) => {
      const [byLocation, byScale] = byPlace(e, b, EULER, Math.PI ** 2 / 6);
      const mass = massOf(e);
      const z = (c: number) => Math.exp(-(c - m) / b);
      return [
        { entropy: 0, means: { ...byLocation, absolute: (c) => 1 - 2 * Math.exp(-z(c)), exponential: (t, c) => t * mass(t, c) } },
        {
          entropy: 1 / b,
          means: {
            ...byScale,
            absolute: (c) => 2 * entireExponentialIntegral((m - c) / b) - (2 * Math.expm1(-z(c)) * (c - m)) / b - EULER,
            exponential: (t, c) => -t * digamma(1 - b * t) * mass(t, c),
          },
        },
      ];
    },
    more: (e, m, b) => ({
      sign: (c) => 1 - 2 * Math.exp(-Math.exp(-(c - m) / b)),
      tilted: (t, c) => massOf(e)(t, c) * (m - c - b * digamma(1 - b * t)),
    }),
  },
  logistic: {
    move: (e, m, s) => {
      const [byLocation, byScale] = byPlace(e, s, 0, Math.PI ** 2 / 3);
      const y = (c: number) => (m - c) / (2 * s);
      const mass = massOf(e);
      return [
        { entropy: 0, means: { ...byLocation, absolute: (c) => Math.tanh(y(c)), exponential: (t, c) => t * mass(t, c) } },
        {
          entropy: 1 / s,
          means: {
            ...byScale,
            absolute: (c) => orInfinite(e.absolute?.(c)) / s - 2 * y(c) * Math.tanh(y(c)),
            exponential: (t, c) => mass(t, c) * Math.PI * t * cotangentGap(Math.PI * s * t),
          },
        },
      ];
    },
    more: (e, m, s) => ({
      sign: (c) => Math.tanh((m - c) / (2 * s)),
      tilted: (t, c) => massOf(e)(t, c) * (m - c + Math.PI * s * cotangentGap(Math.PI * s * t)),
    }),
  },
  studentT: {
    move: (e, v, _, s) => {
      const [byLocation, byScale] = byPlace(e, s, 0, v / (v - 2));
      const byDegrees: Expectations = { mean: 0, square: () => -2 * (s / (v - 2)) ** 2 };
      const entropy = ((v + 1) / 4) * (trigamma((v + 1) / 2) - trigamma(v / 2)) + 1 / (2 * v);
      return [
        { entropy, means: byDegrees },
        { entropy: 0, means: byLocation },
        { entropy: 1 / s, means: byScale },
      ];
    },
    more: () => ({}),
  },
};

/** 1/u − cot u, its series where the two cancel. */
function cotangentGap(u: number): number {
  const z = u * u;
  if (z > 0.04) return 1 / u - 1 / Math.tan(u);
  return u * (1 / 3 + z * (1 / 45 + z * (2 / 945 + z * (1 / 4725 + z * (2 / 93555 + (z * 1382) / 638512875)))));
}

type OfQ = (e: Expectations & More, ...args: number[]) => readonly (number | undefined)[];

/** Slopes of −E log q by q's parameters; a mean that p does not know leaves none. */
const OF_Q: Readonly<Record<string, OfQ>> = {
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
    const mass = exponential?.(-1 / b, m);
    return [
      mass !== undefined ? (mass - 1) / b : undefined,
      mean !== undefined && tilted ? (1 + (m - mean + tilted(-1 / b, m)) / b) / b : undefined,
    ];
  },
};

const NOTHING: Expectations = {
  mean: 0,
  square: () => 0,
  absolute: () => 0,
  power: () => 0,
  exponential: () => 0,
  log: 0,
  logVariance: 0,
  logComplement: 0,
};

/** −E log q is linear in p's means but for a constant, so its slope is what it is of their slopes, less the constant. */
function along(q: Family, by: Args, e: Expectations, means: Expectations): number | undefined {
  if (q.name === 'logNormal') {
    const [m, s] = by as [number, number];
    const { log, logVariance } = means;
    if (log === undefined || logVariance === undefined || e.log === undefined) return undefined;
    return log + (logVariance / 2 + (e.log - m) * log) / s / s;
  }
  // Slopes of E xᵏ and of squares know of no unit.
  const { power, square } = means;
  const inUnits: Expectations = {
    ...means,
    ...(power && { power: (k: number, unit = 1) => orInfinite(power(k)) * unit ** -k }),
    ...(square && { square: (c: number, unit = 1) => orInfinite(square(c)) / unit / unit }),
  };
  const [moved, constant] = [inUnits, NOTHING].map((of) => q.crossEntropy?.(of, ...by) ?? []);
  let sum = 0;
  for (const [i, term] of (moved ?? []).entries()) {
    if (term === undefined) return undefined;
    sum += term - (constant?.[i] as number);
  }
  return sum;
}

/** Slopes of KL by p's parameters, then by q's; undefined where one of them has no closed form here. */
export function crossGradient(p: Family, x: Args, q: Family, y: Args): readonly number[] | undefined {
  const [first, second, e] = [OF_P[p.name], OF_Q[q.name], p.expectations?.(...x)];
  if (first === undefined || second === undefined || e === undefined) return undefined;
  const byP = first.move(e, ...x).map(({ entropy, means }) => {
    const cross = along(q, y, e, means);
    return cross === undefined ? undefined : cross - entropy;
  });
  const all = [...byP, ...second({ ...e, ...first.more(e, ...x) }, ...y)];
  return all.every((slope) => slope !== undefined && !Number.isNaN(slope)) ? (all as number[]) : undefined;
}
