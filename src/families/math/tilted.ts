/**
 * Families e^(t·s(x) − K(t)) on a bounded set, by sums over nodes: von Mises (s = cos, on the circle) and the continuous Bernoulli (s = x, on [0, 1]).
 * KL(t₁‖t₂) = K(t₂) − K(t₁) − (t₂ − t₁)·K′(t₁) = log1p E₁[eᶻ − 1 − z], z = (t₂ − t₁)·(s − E₁s): every term is ≥ 0, however close the two are.
 */
import { expExcess, logRatio, powerExcess, ratioExcess } from './excess.js';

const HALF_LOG_TAU = 0.9189385332046727;

interface Nodes {
  readonly s: Float64Array;
  readonly weight: Float64Array;
}

/** Means under the tilt t, the largest exponent taken out. */
function tilt({ s, weight }: Nodes, t: number) {
  // Nodes descend from the first to the last.
  const top = s[t > 0 ? 0 : s.length - 1] as number;
  const w = new Float64Array(s.length);
  let [mass, sum] = [0, 0];
  for (let i = 0; i < s.length; i++) {
    const x = s[i] as number;
    w[i] = (weight[i] as number) * Math.exp(t * (x - top));
    mass += w[i] as number;
    sum += (w[i] as number) * x;
  }
  return { w, top, mass, mean: sum / mass };
}

function excessOver(nodes: Nodes, t1: number, d: number): number {
  const { w, mass, mean } = tilt(nodes, t1);
  let sum = 0;
  for (let i = 0; i < w.length; i++) sum += (w[i] as number) * expExcess(d * ((nodes.s[i] as number) - mean));
  return Math.log1p(sum / mass);
}

/** K′(t₁ + d) − K′(t₁): E₁[(s − E₁s)·(eᶻ − 1)]/E₁[eᶻ], every part a multiple of d. */
function meanShift(nodes: Nodes, t1: number, d: number): number {
  const { w, mean } = tilt(nodes, t1);
  let [shift, mass] = [0, 0];
  for (let i = 0; i < w.length; i++) {
    const gap = (nodes.s[i] as number) - mean;
    const rise = Math.expm1(d * gap);
    shift += (w[i] as number) * gap * rise;
    mass += (w[i] as number) * (1 + rise);
  }
  return shift / mass;
}

/** The trapezoidal rule on a circle misses I₁₉₂(κ)/I₀(κ), below 2⁻⁶⁰ for κ ≤ 120. */
const CIRCLE: Nodes = (() => {
  const s = Float64Array.from({ length: 97 }, (_, i) => Math.cos((Math.PI * i) / 96));
  return { s, weight: s.map((_, i) => (i === 0 || i === 96 ? 0.5 : 1) / 96) };
})();

/** From here on log(√(2πκ)·e^(−κ)·I₀(κ)) is its series in 1/κ, of 12 terms. */
const CONCENTRATED = 60;
/** Coefficients of κ⁻ᵏ: of the logarithm of Σ ((2k − 1)!!)²/(k!·8ᵏ)·κ⁻ᵏ, exact fractions. */
const BESSEL = [
  1 / 8,
  1 / 16,
  25 / 384,
  13 / 128,
  1073 / 5120,
  103 / 192,
  1.6380658830915178,
  5.809814453125,
  23.475127749972874,
  106.467822265625,
  535.640519510616,
  2960.739786783854,
];

/** log(e^(−κ)·I₀(κ)), κ ≥ 0. */
export function logBessel(kappa: number): number {
  if (kappa < CONCENTRATED) return Math.log(tilt(CIRCLE, kappa).mass);
  return BESSEL.reduceRight((sum, c) => (sum + c) / kappa, 0) - Math.log(kappa) / 2 - HALF_LOG_TAU; // 2πκ may be beyond the range
}

/** 1 − I₁(κ)/I₀(κ), κ ≥ 0. */
export function besselGap(kappa: number): number {
  if (kappa < CONCENTRATED) {
    const { w, mass } = tilt(CIRCLE, kappa);
    // 1 − cos θ = 2·sin²(θ/2)
    return w.reduce((sum, x, i) => sum + x * 2 * Math.sin((Math.PI * i) / 192) ** 2, 0) / mass;
  }
  return BESSEL.reduceRight((sum, c, k) => (sum + (k + 1) * c) / kappa, 0) / kappa + 1 / (2 * kappa);
}

/** A = I₁(κ)/I₀(κ), the mean of cos θ. */
export function besselMean(kappa: number): number {
  return kappa < CONCENTRATED ? meanShift(CIRCLE, 0, kappa) : 1 - besselGap(kappa);
}

/** A(κ₂) − A(κ₁). */
export function besselMeanDifference(k2: number, k1: number): number {
  if (Math.max(k1, k2) <= 2 * CONCENTRATED) return meanShift(CIRCLE, k1, k2 - k1);
  if (Math.min(k1, k2) < CONCENTRATED) return besselGap(k1) - besselGap(k2);
  const log = logRatio(k2, k1);
  /** k₁⁻ᵐ − k₂⁻ᵐ, by the larger of the two: of concentrations far apart the ratio's power is beyond the range. */
  const fall = (m: number) => Math.min(k1, k2) ** -m * Math.sign(log) * -Math.expm1(-m * Math.abs(log));
  return BESSEL.reduceRight((sum, c, i) => sum + (i + 1) * c * fall(i + 2), 0) + fall(1) / 2;
}

/** The variance of cos θ, 1 − A/κ − A². */
export function besselVariance(kappa: number): number {
  if (kappa < CONCENTRATED) {
    const { w, mass, mean } = tilt(CIRCLE, kappa);
    return w.reduce((sum, x, i) => sum + x * ((CIRCLE.s[i] as number) - mean) ** 2, 0) / mass;
  }
  return BESSEL.reduceRight((sum, c, k) => (sum + (k + 1) * (k + 2) * c) / kappa, 0) / kappa ** 2 + 1 / (2 * kappa * kappa);
}

/** What log I₀ rises above its tangent: the divergence of von Mises distributions of one mean. */
export function besselExcess(k2: number, k1: number): number {
  if (k1 === k2) return 0;
  if (Math.max(k1, k2) <= 2 * CONCENTRATED) return excessOver(CIRCLE, k1, k2 - k1);
  if (Math.min(k1, k2) >= CONCENTRATED) {
    return BESSEL.reduceRight((sum, c, i) => sum + c * powerExcess(i + 1, k2, k1), 0) + ratioExcess(k2, k1) / 2;
  }
  return logBessel(k2) - logBessel(k1) + (k2 - k1) * besselGap(k1);
}

/** Gauss and Legendre's rule on [0, 1], by Newton's steps on the polynomial. */
export function legendre(n: number): Nodes {
  const s = new Float64Array(n);
  const weight = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let round = 0; round < 6; round++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (n * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    s[i] = (1 + x) / 2;
    weight[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { s, weight };
}

/** Exact to 2⁻⁶⁰ for tilts up to 80. */
const INTERVAL = legendre(48);
/** From here on e^(−|t|) is nothing beside 1 and the distribution is an exponential one. */
const STEEP = 40;

/** K(t) − max(t, 0) = log ∫₀¹ e^(t·x) dx with the largest exponent taken out. */
export function logTilt(t: number): number {
  const size = Math.abs(t);
  return size < 1 ? logSinhc(size) : Math.log(-Math.expm1(-size) / size);
}

function logSinhc(size: number): number {
  const { mass, top } = tilt(INTERVAL, size);
  return Math.log(mass) + size * (top - 1);
}

/** The mean K′(t), the variance K″(t) and the third central moment K‴(t). */
export function tiltMoments(t: number): { readonly mean: number; readonly variance: number; readonly third: number } {
  const size = Math.abs(t);
  if (size >= STEEP) return { mean: t > 0 ? 1 - 1 / size : 1 / size, variance: 1 / (t * t), third: -2 / (t * t * t) };
  const { w, mass, mean } = tilt(INTERVAL, t);
  const moment = (k: number) => w.reduce((sum, x, i) => sum + x * ((INTERVAL.s[i] as number) - mean) ** k, 0) / mass;
  return { mean, variance: moment(2), third: moment(3) };
}

/** K′(t₁ + d) − K′(t₁). */
export function tiltMeanDifference(t2: number, t1: number, d: number = t2 - t1): number {
  if (Math.max(Math.abs(t1), Math.abs(t2)) <= 2 * STEEP) return meanShift(INTERVAL, t1, d);
  if (t1 > 0 === t2 > 0 && Math.min(Math.abs(t1), Math.abs(t2)) >= STEEP) return d / t1 / t2;
  return tiltMoments(t2).mean - tiltMoments(t1).mean;
}

/** What K rises above its tangent: the divergence of continuous Bernoulli distributions with logits t₁ and t₂, d = t₂ − t₁. */
export function tiltExcess(t2: number, t1: number, d: number = t2 - t1): number {
  if (d === 0) return 0;
  if (Math.max(Math.abs(t1), Math.abs(t2)) <= 2 * STEEP) return excessOver(INTERVAL, t1, d);
  if (t1 > 0 === t2 > 0 && Math.min(Math.abs(t1), Math.abs(t2)) >= STEEP) return ratioExcess(Math.abs(t2), Math.abs(t1), Math.sign(t1) * d);
  const { mean } = tiltMoments(t1);
  const gap = (t: number) => logTilt(t) + Math.max(t, 0);
  return gap(t2) - gap(t1) - (t2 - t1) * mean;
}
