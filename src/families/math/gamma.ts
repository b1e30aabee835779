/**
 * Differences of log Γ and digamma that do not cancel. With Binet's function μ,
 *
 *   log Γ(x) = x·log x − x − ½·log x + ½·log 2π + μ(x),
 *
 * and x·log x − x, −log x and μ are convex, so what log Γ rises above its tangent is a sum of three terms ≥ 0 (excess.ts).
 */
import { digamma, logGamma, trigamma } from '../../applications/statistics/special.js';
import { hasAllDigits, logExcess, logRatio, powerExcess, ratioExcess, relativeEntropy } from './excess.js';

export const EULER = 0.5772156649015329;

/** From here on, eight terms of the series are within 2⁻⁵⁶ of μ. */
const LARGE = 10;

/** And from here on the polynomial of `seriesExcess`. */
const FIT_FROM = 4;

/** Coefficients of μ(x) = Σ cₖ·x^(1 − 2k): B₂ₖ/(2k·(2k − 1)), exact fractions. */
export const BINET = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400] as const;

/**
 * The like of a sum that is within 2⁻⁵³ of μ from FIT_FROM on, in its second derivative too, which is what close arguments are left with: x³·μ″(x) as a polynomial
 * in x⁻², by assembly/math/derive/polynomials.mjs, integrated.
 */
const FITTED = [
  0.16666666666666666, -0.03333333333329166, 0.02380952377732204, -0.03333332347936714, 0.07575599663255778, -0.25296153277582334,
  1.1571459664000157, -6.683579431803183, 42.463298557352516, -243.8365045722071, 1002.5606096433753, -2057.087772894932,
].map((c, k) => c / ((2 * k + 1) * (2 * k + 2))); // biome-ignore format: a row of numbers

const HALF_LOG_TAU = 0.9189385332046727;

function binet(x: number): number {
  if (x < LARGE) return logGamma(x) - ((x - 0.5) * Math.log(x) - x + HALF_LOG_TAU);
  const z = 1 / (x * x);
  return BINET.reduceRight((sum, c) => sum * z + c, 0) / x;
}

/** μ′(x): B₂ₖ/(2k)·x^(−2k) with its sign; below the series' range by ψ(x) = log x − 1/(2x) + μ′(x) and, for what is left of 1/x, ψ(x) = ψ(1 + x) − 1/x. */
function binetSlope(x: number): number {
  if (x < 1) return digamma(1 + x) - Math.log(x) - 1 / (2 * x);
  if (x < LARGE) return digamma(x) - Math.log(x) + 1 / (2 * x);
  const z = 1 / (x * x);
  return -BINET.reduceRight((sum, c, k) => sum * z + (2 * k + 1) * c, 0) * z;
}

/**
 * μ(y) − μ(x) − (y − x)·μ′(x) ≥ 0, d = y − x.
 *
 * Close and small: log Γ(x) = log Γ(x + n) − Σ log(x + j), each −log a convex term of its own, and what φ and ½·IS take is taken off again: at most
 * a twentieth of the terms is left, so 20 roundings. Far apart, the ½·IS beside it is of the size of the terms and they may be subtracted as they are.
 */
export function binetExcess(y: number, x: number, d: number = y - x): number {
  if (d === 0) return 0;
  if (y >= FIT_FROM && x >= FIT_FROM) return seriesExcess(y, x, d);
  if (y < x / 2 || y > 2 * x) return Math.max(0, binet(y) - binet(x) - d * binetSlope(x));
  let sum = ratioExcess(y, x, d) / 2 - relativeEntropy(y, x, d);
  let up = y;
  let over = x;
  for (let j = 1; up < FIT_FROM || over < FIT_FROM; j++) {
    up = y + j;
    over = x + j;
    if (up < FIT_FROM || over < FIT_FROM) sum += ratioExcess(up, over, d);
  }
  return Math.max(0, sum + relativeEntropy(up, over, d) + ratioExcess(up, over, d) / 2 + seriesExcess(up, over, d));
}

/**
 * With u = 1/x, v = 1/y, what x⁻ᵐ rises above its tangent is d²·v·u²·Qₘ, Qₘ = Σⱼ (m − j)·u^(m−1−j)·vʲ, j < m: every term is positive, and Qₘ₊₁ = u·Qₘ + Hₘ,
 * Hₘ = Σⱼ u^(m−j)·vʲ, j ≤ m.
 */
function seriesExcess(y: number, x: number, d: number): number {
  const u = 1 / x;
  const v = 1 / y;
  let sum = 0;
  let q = 1;
  let h = 1;
  let power = 1;
  for (let k = 0; k < FITTED.length; k++) {
    sum += (FITTED[k] as number) * q;
    for (let m = 0; m < 2; m++) {
      power *= v;
      h = u * h + power;
      q = u * q + h;
    }
  }
  return d * u * (d * u * v) * sum;
}

/** log Γ(y) − log Γ(x) − (y − x)·ψ(x) ≥ 0, d = y − x: what log Γ rises above its tangent in x. */
export function logGammaExcess(y: number, x: number, d: number = y - x): number {
  return relativeEntropy(y, x, d) + ratioExcess(y, x, d) / 2 + binetExcess(y, x, d);
}

/** log Γ(y) − log Γ(x), d = y − x. */
export function logGammaDifference(y: number, x: number, d: number = y - x): number {
  // Near the pole at 0 the tangent is steep, and what log Γ rises above it as large: neither is of the size of the difference.
  if (x < 1 && Math.abs(d) > x) return logGamma(y) - logGamma(x);
  return d * digamma(x) + logGammaExcess(y, x, d);
}

/** d/(x·y), by the larger one first, which is no smaller than d. */
const shareOf = (d: number, x: number, y: number) => d / Math.max(x, y) / Math.min(x, y);

/** log Γ(a + k) − log Γ(a) − k·log a, a + k > 0: what E xᵏ of gamma variables is beyond the power of their mean; of large a next to nothing. */
export function logRising(a: number, k: number): number {
  if (k === 1) return 0;
  if (a < LARGE) return logGammaDifference(a + k, a, k) - k * Math.log(a);
  return k * (binetSlope(a) - 0.5 / a) + logGammaExcess(a + k, a, k);
}

/** μ′(y) − μ′(x) of the series' range, d = y − x: a multiple of d. */
function binetSlopeDifference(y: number, x: number, d: number): number {
  const [u, v] = [1 / (y * y), 1 / (x * x)];
  const uv = (d / y / x) * (1 / y + 1 / x); // 1/x² − 1/y²
  // v^k − u^k = (v − u)·Σ u^i·v^(k−1−i)
  let [sum, mixed, power] = [0, 1, 1];
  for (const [k, c] of BINET.entries()) {
    sum += (2 * k + 1) * c * mixed * uv;
    power *= u;
    mixed = mixed * v + power;
  }
  return sum;
}

/** ψ(y) − ψ(x), d = y − x: every part is a multiple of d. */
export function digammaDifference(y: number, x: number, d: number = y - x): number {
  let sum = 0;
  let [up, over] = [y, x];
  for (let j = 1; Math.min(up, over) < LARGE; j++) {
    sum += shareOf(d, up, over);
    [up, over] = [y + j, x + j];
  }
  // Where one is large and the other was small, the shifted ones differ by a rounded d; it is the ratio that counts there.
  return sum + logRatio(up, over, d) + d / up / over / 2 + binetSlopeDifference(up, over, d);
}

/** ψ(x) + d·ψ′(x) − ψ(y) ≥ 0, d = y − x, |d| ≤ x/2: what digamma stays below its tangent in x. −1/x does so by d²/(x²·y), for each step up to the series' range. */
export function digammaExcess(y: number, x: number, d: number = y - x): number {
  let sum = 0;
  let [up, over] = [y, x];
  for (let j = 1; Math.min(up, over) < LARGE; j++) {
    sum += ((d / over) * (d / over)) / up;
    [up, over] = [y + j, x + j];
  }
  const h = d / over;
  const series = BINET.reduce((rest, c, k) => rest + (2 * k + 1) * c * powerExcess(2 * k + 2, up, over, d), 0);
  return sum + logExcess(h) + (h * h) / up / 2 + series;
}

/** ψ(y) − log y − (ψ(x) − log x), d = y − x: what a difference of digammas has beyond that of logarithms. */
export function digammaRestDifference(y: number, x: number, d: number = y - x): number {
  if (y < LARGE || x < LARGE) return digammaDifference(y, x, d) - logRatio(y, x, d);
  return d / x / y / 2 + binetSlopeDifference(y, x, d);
}

/** a + log Γ(a) + (n − a)·ψ(a), which entropies of gamma distributions and their kin are made of: of the terms of a·log a nothing is left, and nothing of their roundings. */
export function gammaEntropy(a: number, n: number): number {
  if (a < LARGE) return a + logGamma(a) + (n - a) * digamma(a);
  return (n - 0.5) * Math.log(a) + HALF_LOG_TAU + binet(a) + (n - a) * (binetSlope(a) - 0.5 / a);
}

/** Γ(x + rest), LARGE ≤ x ≤ 170, rest next to nothing: a few roundings of itself, where e^(log Γ) has those of log Γ. The exponent x/2 − ¼ is exact. */
export function gammaByPowers(x: number, rest: number): number {
  const root = x ** (x / 2 - 0.25);
  return root * Math.exp(-x) * Math.sqrt(2 * Math.PI) * root * Math.exp(binet(x)) * (1 + rest * digamma(x));
}

/** d·ψ′(x), also where ψ′ = 1/x² + … is beyond the range of doubles. */
export function trigammaTimes(d: number, x: number): number {
  return x < 1e-100 ? d / x / x : d * trigamma(x);
}

/** a·d·ψ′(x), a no larger than x: there d/x² alone may be beyond the range of doubles too. */
export const trigammaProduct = (a: number, d: number, x: number) => (x < 1e-100 ? (a / x) * (d / x) : a * (d * trigamma(x)));

/** k·log x, 0 for k = 0: log xᵏ at 0 too. */
export const logPower = (k: number, x: number): number => (k === 0 ? 0 : k * Math.log(x));

/** log of yᵃ·e⁻ʸ/Γ(a), a ≥ LARGE, y > 0: as a relative entropy, which cancels nothing where y is near a (C. Loader, 2000). */
function largeGammaForm(a: number, y: number): number {
  return -relativeEntropy(a, y) + Math.log(a) / 2 - HALF_LOG_TAU - binet(a);
}

/** log density of a gamma variable. */
export function logGammaDensity(x: number, a: number, rate: number): number {
  if (a >= LARGE && x === 0) return -Infinity;
  if (a >= LARGE && hasAllDigits(rate * x)) return largeGammaForm(a, rate * x) - Math.log(x);
  return a * Math.log(rate) - logGamma(a) + logPower(a - 1, x) - rate * x;
}

/** log B(a, b): of log Γ of the larger one and of the sum only their difference. */
export const logBeta = (a: number, b: number) => logGamma(Math.min(a, b)) - logGammaDifference(a + b, Math.max(a, b), Math.min(a, b));

/** log density of a beta variable: where both parameters are large, likewise. */
export function logBetaDensity(x: number, a: number, b: number): number {
  const n = a + b;
  if (Math.min(a, b) < LARGE || x === 0 || x === 1) {
    // Of small ones nothing is lost, in half the time.
    const whole = Math.max(a, b) < LARGE ? logGamma(a) + logGamma(b) - logGamma(n) : logBeta(a, b);
    return logPower(a - 1, x) + (b === 1 ? 0 : (b - 1) * Math.log1p(-x)) - whole;
  }
  const divergence = relativeEntropy(a, n * x) + relativeEntropy(b, n * (1 - x));
  const rests = binet(n) - binet(a) - binet(b);
  return (Math.log(a) + Math.log(b / n)) / 2 - HALF_LOG_TAU - divergence + rests - Math.log(x) - Math.log1p(-x);
}

/** ψ′(x) − 1/x. */
export function trigammaRest(x: number): number {
  if (x < LARGE) return trigamma(x) - 1 / x;
  const z = 1 / (x * x);
  return (0.5 + BINET.reduceRight((sum, c, k) => sum * z + (2 * k + 1) * (2 * k + 2) * c, 0) / x) * z;
}

/** ψ′(y) − 1/y − (ψ′(x) − 1/x) of the series' range, d = y − x: a multiple of d. */
function seriesTrigammaRest(y: number, x: number, d: number): number {
  const log = logRatio(y, x, d);
  /** y⁻ᵐ − x⁻ᵐ. */
  const fall = (m: number) => x ** -m * Math.expm1(-m * log);
  return BINET.reduce((rest, c, k) => rest + (2 * k + 1) * (2 * k + 2) * c * fall(2 * k + 3), fall(2) / 2);
}

/** ψ′(y) − 1/y − (ψ′(x) − 1/x), d = y − x. */
export function trigammaRestDifference(y: number, x: number, d: number = y - x): number {
  return y < LARGE || x < LARGE ? trigammaDifference(y, x, d) + shareOf(d, x, y) : seriesTrigammaRest(y, x, d);
}

/** ψ′(y) − ψ′(x), d = y − x: every part is a multiple of d. */
export function trigammaDifference(y: number, x: number, d: number = y - x): number {
  let sum = 0;
  let [up, over] = [y, x];
  for (let j = 1; Math.min(up, over) < LARGE; j++) {
    sum -= shareOf(d, up, over) * (1 / up + 1 / over);
    [up, over] = [y + j, x + j];
  }
  return sum - d / up / over + seriesTrigammaRest(up, over, d);
}

/** ψ″(x), x > 0: −2/x³ for each step up to the series' range. */
export function tetragamma(x: number): number {
  let sum = 0;
  let up = x;
  for (; up < LARGE; up++) sum -= 2 / up ** 3;
  const z = 1 / (up * up);
  const series = BINET.reduceRight((rest, c, k) => rest * z + (2 * k + 1) * (2 * k + 2) * (2 * k + 3) * c, 0);
  return sum - z * (1 + 1 / up + series * z);
}
