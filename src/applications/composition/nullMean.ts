/** What a divergence of counts is in the mean where both sides are draws from the same: exactly, cell by cell. */
import { exchanged, type Pair, sum } from './pair.js';

/** What a cell adds to a statistic, from its shares p of the n counts on one side and q of the m on the other; m is Infinity where q is known. */
export type CellTerm = (p: number, q: number, n: number, m: number) => number;

/** Variance of a cell's count from which on its term is taken for that of χ²: what is left out is about 1/variance of it. */
const WIDE = 1e3;
/** Where a tail of falling terms ends. */
const LEAST = 2 ** -60;

/**
 * Mean of a sum over cells where there is no difference. Against known shares a cell's count is binomial; of two samples whose observations are exchanged it is
 * hypergeometric, given the cell's sum. The mean of a sum is that of its terms, whatever their dependence.
 *
 * Edge cases  counts that are not whole are rounded
 * Accuracy    1e-12, but for cells of a variance above 10³, where 1e-4 of them is left out
 */
export function nullMeanOf(pair: Pair, term: CellTerm): number {
  const { x, y, sizes, known } = pair.sizes[0] === Infinity ? exchanged(pair) : pair;
  const [n, m] = [Math.round(sizes[0]), Math.round(sizes[1])];
  const all = known ? sum(y) : n + m;
  const found = new Map<number, number>();
  let mean = 0;
  for (const [i, own] of x.entries()) {
    const mass = known ? (y[i] as number) : Math.round(own + (y[i] as number));
    const cell = found.get(mass) ?? cellMean(n, m, mass / all, mass, term);
    found.set(mass, cell);
    mean += cell;
  }
  return mean;
}

function cellMean(n: number, m: number, share: number, mass: number, term: CellTerm): number {
  const known = m === Infinity;
  // Of χ² with one degree of freedom for all cells but one, each has this part.
  const part = known ? 1 - share : ((1 - share) * (n + m)) / (n + m - 1);
  const variance = known ? n * share * part : (n * m * share * part) / (n + m);
  if (variance > WIDE) return part;
  const [from, to] = known ? [0, n] : [Math.max(0, mass - m), Math.min(mass, n)];
  const rise = known
    ? (k: number) => ((n - k) / (k + 1)) * (share / (1 - share))
    : (k: number) => ((mass - k) / (k + 1)) * ((n - k) / (m - mass + k + 1));
  const value = known ? (k: number) => term(k / n, share, n, m) : (k: number) => term(k / n, (mass - k) / m, n, m);
  const mode = Math.min(to, Math.max(from, Math.floor(n * share)));
  let [weights, total] = [1, value(mode)];
  if (variance === 0) return total;
  for (let [k, weight] = [mode, 1]; k < to && weight > LEAST; k++) {
    weight *= rise(k);
    weights += weight;
    total += weight * value(k + 1);
  }
  for (let [k, weight] = [mode, 1]; k > from && weight > LEAST; k--) {
    weight /= rise(k - 1);
    weights += weight;
    total += weight * value(k - 1);
  }
  return total / weights;
}
