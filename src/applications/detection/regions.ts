/** Where a likelihood-ratio test between two Gaussians decides for which, and with what errors: all in the log domain. */
import { legendre } from '../../families/math/tilted.js';
import { normalLogTail } from '../statistics/normal.js';

/** H₀ and H₁ in units of H₀: x is standard normal under H₀, and has this mean and standard deviation under H₁. */
export interface Standard {
  readonly mean: number;
  readonly std: number;
}

/** Decides for H₁ above `from` and below `to` where `inside`, else below `from` or above `to`. */
export interface Region {
  readonly inside: boolean;
  readonly from: number;
  readonly to: number;
}

/**
 * The region where log(p₁/p₀) > threshold. Its boundary is a quadratic's roots: x²·(1 − 1/s²)/2 + x·m/s² − m²/(2s²) − log s = threshold.
 *
 * Edge cases  equal variances: one boundary · a threshold that is never reached: nowhere, or everywhere
 */
export function regionOf({ mean, std }: Standard, threshold: number): Region {
  const v = std * std;
  if (std === 1) {
    const at = mean / 2 + threshold / mean;
    return mean > 0 ? { inside: true, from: at, to: Infinity } : { inside: true, from: -Infinity, to: at };
  }
  const a = (1 - 1 / v) / 2;
  const b = mean / v;
  const c = (-mean * mean) / (2 * v) - Math.log(std) - threshold;
  const discriminant = b * b - 4 * a * c;
  // The larger variance wins far out: outside the roots for a > 0.
  if (discriminant <= 0) return a > 0 ? { inside: true, from: -Infinity, to: Infinity } : { inside: true, from: 0, to: 0 };
  const q = -(b + (b >= 0 ? 1 : -1) * Math.sqrt(discriminant)) / 2;
  const [x, y] = [q / a, c / q];
  return { inside: a < 0, from: Math.min(x, y), to: Math.max(x, y) };
}

/** log P(the region) under a Gaussian. */
export function logMassIn(region: Region, { mean, std }: Standard): number {
  const [from, to] = [(region.from - mean) / std, (region.to - mean) / std];
  return region.inside ? logBetween(from, to) : logSum(normalLogTail(-from), normalLogTail(to));
}

/** log P(outside the region). */
export function logMassOut(region: Region, of: Standard): number {
  return logMassIn({ ...region, inside: !region.inside }, of);
}

/** log P(|Z − c| < r): of a narrow band the density over it, else by its ends. */
export function logBand(c: number, r: number): number {
  return r * (Math.abs(c) + r) <= 1 ? logNarrow(c, r) : logEnds(c - r, c + r);
}

/** log P(a < Z < b). */
function logBetween(a: number, b: number): number {
  const [c, r] = [(a + b) / 2, (b - a) / 2];
  return r * (Math.abs(c) + r) <= 1 ? logNarrow(c, r) : logEnds(a, b);
}

/** Exact to rounding for an exponent that changes by 1 at most: 8 nodes leave 2e-12 at c = 0, r = 1. */
const NODES = legendre(16);

/** φ(c)·∫ e^(−c·t − t²/2) dt from −r to r: no difference of tails that nearly agree. */
function logNarrow(c: number, r: number): number {
  if (!(r > 0)) return -Infinity;
  const sum = NODES.s.reduce((sum, s, i) => {
    const t = r * (2 * s - 1);
    return sum + (NODES.weight[i] as number) * Math.exp(-t * (c + t / 2));
  }, 0);
  return Math.log(2 * r * sum) - (c * c) / 2 - Math.log(2 * Math.PI) / 2;
}

/** Tails on the side where they are small. */
function logEnds(a: number, b: number): number {
  if (!(b > a)) return -Infinity;
  if (a > 0) return logDifference(normalLogTail(a), normalLogTail(b));
  if (b < 0) return logDifference(normalLogTail(-b), normalLogTail(-a));
  return Math.log1p(-Math.exp(normalLogTail(-a)) - Math.exp(normalLogTail(b)));
}

/** log(e^a + e^b). */
export function logSum(a: number, b: number): number {
  const [more, less] = a > b ? [a, b] : [b, a];
  return more === -Infinity ? -Infinity : more + Math.log1p(Math.exp(less - more));
}

/** log(e^a − e^b), a ≥ b. */
function logDifference(a: number, b: number): number {
  return b === -Infinity ? a : a + Math.log(-Math.expm1(b - a));
}
