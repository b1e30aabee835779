/** Logarithms of what a standard normal variable has between two points, and outside them: no difference of tails that nearly agree. */
import { normalLogTail } from '../../applications/statistics/normal.js';
import { legendre } from './tilted.js';

/** log P(|Z − c| < r). */
export function logBand(c: number, r: number): number {
  return logBetween(c - r, c + r, c, r);
}

/** log P(Z < a or Z > b). */
export function logOutside(a: number, b: number): number {
  return logSum(normalLogTail(-a), normalLogTail(b));
}

/** log P(a < Z < b): where the density changes by a factor of e at most by its middle c and reach r, else by its ends, which are rounded each by itself. */
export function logBetween(a: number, b: number, c = (a + b) / 2, r = (b - a) / 2): number {
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
