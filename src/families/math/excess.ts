/**
 * What convex functions rise above their tangents: the terms that divergences are sums of. Each is ≥ 0, exactly 0 where nothing differs, and keeps its
 * digits there.
 */

/** How near x/y has to be to 1 for the series: |x − y| ≤ a tenth of the sum. Beyond, what a difference loses is a factor of ten at most. */
const NEAR = 0.1;

/** Whether what it came from has lost nothing at an end of the range. */
export const hasAllDigits = (x: number) => x > 1e-300 && x < Infinity;

/** (x/y)ᵏ, also where the ratio is beyond the range of doubles. */
export function ratioPower(x: number, y: number, k: number): number {
  return hasAllDigits(x / y) ? (x / y) ** k : Math.exp(k * (Math.log(x) - Math.log(y)));
}

/** Two numbers whose sum alone is beyond the range are halved. */
const isInRange = (x: number, y: number) => x < Infinity && y < Infinity;

/** 2·atanh(s) − 2s, |s| ≤ 0.1: 2s·(z/3 + z²/5 + … + z⁸/17), z = s², the next term below 2⁻⁵⁶ of the first. */
function atanhExcess(s: number): number {
  const z = s * s;
  const low = 1 / 3 + z * (1 / 5) + z * z * (1 / 7 + z * (1 / 9));
  const high = 1 / 11 + z * (1 / 13) + z * z * (1 / 15 + z * (1 / 17));
  return 2 * s * z * (low + z * z * (z * z) * high);
}

/** log(x/y) for x, y > 0, d = x − y: by d where the two are close. */
export function logRatio(x: number, y: number, d: number = x - y): number {
  const sum = x + y;
  if (sum === Infinity && isInRange(x, y)) return logRatio(x / 2, y / 2, d / 2);
  const s = d / sum;
  if (Math.abs(s) < NEAR) return 2 * s + atanhExcess(s);
  // A ratio beyond the range of doubles has its logarithm in two parts.
  const ratio = x / y;
  return ratio > 1e-300 && ratio < 1e300 ? Math.log(ratio) : Math.log(x) - Math.log(y);
}

/** φ(x, y) = x·log(x/y) − x + y, d = x − y: the relative entropy of masses as given. φ(0, y) = y, φ(x, 0) = ∞. */
export function relativeEntropy(x: number, y: number, d: number = x - y): number {
  if (x === 0) return y;
  if (y === 0) return Infinity;
  const sum = x + y;
  if (sum === Infinity && isInRange(x, y)) return 2 * relativeEntropy(x / 2, y / 2, d / 2);
  const s = d / sum;
  if (Math.abs(s) < NEAR) return d * s + x * atanhExcess(s);
  // Up to twice as large d tells more than the rounded ratio does, whose logarithm is small.
  return x * (Math.abs(s) < 1 / 3 ? Math.log1p(d / y) : logRatio(x, y)) - d;
}

/** a + b less its rounded self (D. E. Knuth). */
export function sumRest(a: number, b: number): number {
  const sum = a + b;
  const back = sum - a;
  return a - (sum - back) + (b - back);
}

/** Sums with compensation; a running total of many terms would lose what they are summed for. */
export class Total {
  #sum = 0;
  #rest = 0;
  add(x: number): void {
    this.#rest += sumRest(this.#sum, x);
    this.#sum += x;
  }
  get value(): number {
    return this.#sum + this.#rest;
  }
}

/** IS(x, y) = x/y − 1 − log(x/y), d = x − y: Itakura and Saito's divergence, that of −log. */
export function ratioExcess(x: number, y: number, d: number = x - y): number {
  const sum = x + y;
  if (sum === Infinity && isInRange(x, y)) return ratioExcess(x / 2, y / 2, d / 2);
  const s = d / sum;
  if (Math.abs(s) < NEAR) return (d / y) * s - atanhExcess(s); // φ(y, x)/y: of small ones d·s would be below the range
  return d / y - logRatio(x, y);
}

/** h − log(1 + h), h > −1. */
export function logExcess(h: number): number {
  if (h === Infinity) return h;
  return Math.abs(h) < 0.2 ? ratioExcess(1 + h, 1, h) : h - Math.log1p(h);
}

/** eˣ − 1 − x: a series near 0. */
export function expExcess(x: number): number {
  if (Math.abs(x) > 0.5) return x === Infinity ? Infinity : Math.expm1(x) - x;
  let sum = 0;
  for (let k = 17; k >= 2; k--) sum = ((sum + 1) * x) / k;
  return sum * x;
}

/** p·(e^(−t) − 1 + t) = q − p + p·t for q = p·e^(−t), of which only p may be nothing. */
export function excessTerm(p: number, logP: number, t: number): number {
  return t < -1 ? Math.exp(logP - t) - p + p * t : p * expExcess(-t);
}

/** y⁻ᵐ − x⁻ᵐ + m·(y − x)·x⁻ᵐ⁻¹, d = y − x: what x⁻ᵐ rises above its tangent in x. */
export function powerExcess(m: number, y: number, x: number, d: number = y - x): number {
  const h = d / x;
  if (Math.abs(h) > 0.5) return y ** -m + x ** -m * (m * h - 1);
  return x ** -m * (expExcess(-m * logRatio(y, x, d)) + m * logExcess(h));
}

/** a·b − c·d with one rounding: products as sums of two doubles, so that what nearly cancels keeps its digits. */
export function crossDifference(a: number, b: number, c: number, d: number): number {
  const [x, y] = [a * b, c * d];
  const rest = productRest(a, b, x) - productRest(c, d, y);
  const difference = x - y + rest;
  // Halves of numbers near the ends of the range overflow; there the plain difference has to do.
  return Number.isFinite(difference) ? difference : x - y;
}

/** The power of two at x or below it, so that x/that is from 1 to 2. */
export const binade = (x: number) => 2 ** Math.max(-1022, Math.floor(Math.log2(x)));

/** Of a and b whose product is near an end of the range: divided by these it is not, and no digit is lost. */
export const farBinades = (a: number, b: number): readonly [number, number] =>
  a * b > 1e-280 && a * b < 1e280 ? [1, 1] : [binade(a), binade(b)];

/** a·b − x exactly, x the rounded product (Dekker). */
function productRest(a: number, b: number, x: number): number {
  const [high, low] = halves(a);
  const [up, down] = halves(b);
  return low * down - (x - high * up - low * up - high * down);
}

function halves(a: number): [number, number] {
  const c = 134217729 * a; // 2²⁷ + 1
  const high = c - (c - a);
  return [high, a - high];
}
