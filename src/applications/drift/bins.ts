/** Cells of a numeric feature. */
import { quantile, type Sorted } from '../../report/distribution.js';
import { optionError } from '../input/options.js';

/** quantile: about equal counts · freedman-diaconis, doane: equal widths, by spread and by skewness · fixed: the edges that are given. */
export type Binning = 'quantile' | 'freedman-diaconis' | 'doane' | 'fixed';

export const BINNINGS: readonly Binning[] = ['quantile', 'freedman-diaconis', 'doane', 'fixed'];

/** More cells than this cost power and tell nothing. */
const MOST = 100;

export interface BinOptions {
  readonly binning: Binning;
  readonly bins: number;
  readonly edges: readonly number[] | undefined;
}

/** Beyond it differences of doubles are infinite; values are brought below it by a power of two, which rounds nothing. */
const LARGEST = 2 ** 1000;
const SMALLER = 2 ** -30;

/**
 * Inner edges of the cells of finite values, rising; the outer cells are open.
 *
 * Source D. Freedman, P. Diaconis, Z. Wahrscheinlichkeit 57 (1981); D. P. Doane, Am. Stat. 30 (1976)
 */
export function edgesOf(values: Float64Array, { binning, bins, edges }: BinOptions): number[] {
  if (binning === 'fixed') {
    const rising = Array.isArray(edges) && edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] as number)));
    if (!rising || edges.length === 0) throw optionError('edges', edges, 'ascending finite numbers, for fixed cells');
    return [...edges];
  }
  const finite = values.filter(Number.isFinite).sort();
  if (finite.length === 0) return [];
  const scale = Math.max(-(finite[0] as number), finite.at(-1) as number) > LARGEST ? SMALLER : 1;
  const sorted = { values: finite.map((x) => x * scale), total: finite.length };
  const cuts = binning === 'quantile' ? quantileCuts(sorted, bins) : equalCuts(sorted, binning);
  // Values that repeat share a cell: an edge that stands twice, or at the least value, cuts nothing off. So do values too close for edges between them.
  let last = sorted.values[0] as number;
  const rising = cuts.filter((cut) => {
    const rises = cut > last;
    if (rises) last = cut;
    return rises;
  });
  const own = sorted.values[0] === sorted.values.at(-1) ? [last] : binning === 'quantile' ? cuts : [];
  return withEnds(rising, own, sorted.values[0] as number)
    .map((cut) => cut / scale)
    .filter(Number.isFinite);
}

/** A value that is so frequent that cuts fall on it would hide, at either end, what lies beyond: of 95 % zeros all cuts are 0. It is a cell by itself then. */
function withEnds(rising: readonly number[], cuts: readonly number[], least: number): number[] {
  const last = cuts.at(-1);
  const repeats = last !== undefined && last === (cuts.length < 2 ? least : cuts.at(-2));
  return [...(cuts[0] === least ? [least] : []), ...rising, ...(repeats ? [above(last)] : [])];
}

/** The next larger double. */
export function above(x: number): number {
  const bits = new BigInt64Array(new Float64Array([x === 0 ? 0 : x]).buffer);
  bits[0] = (bits[0] as bigint) + (x < 0 ? -1n : 1n);
  return new Float64Array(bits.buffer)[0] as number;
}

function quantileCuts(sorted: Sorted, bins: number): number[] {
  return Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, (i + 1) / bins));
}

function equalCuts(sorted: Sorted, binning: 'freedman-diaconis' | 'doane'): number[] {
  const [least, most] = [sorted.values[0] as number, sorted.values.at(-1) as number];
  const width = 2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) * sorted.total ** (-1 / 3);
  const count = binning === 'doane' ? doane(sorted.values) : (most - least) / width;
  const cells = Math.min(MOST, Math.max(1, Math.ceil(count || 1)));
  return Array.from({ length: cells - 1 }, (_, i) => least + ((i + 1) * (most - least)) / cells);
}

/** Of values as shares of their range, whose squares and cubes neither overflow nor cancel. */
function doane(sorted: Float64Array): number {
  const n = sorted.length;
  const [least, most] = [sorted[0] as number, sorted[n - 1] as number];
  if (least === most || n < 3) return 1;
  const values = sorted.map((x) => (x - least) / (most - least));
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
  const skewness = values.reduce((sum, x) => sum + ((x - mean) / spread) ** 3, 0) / n;
  const error = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  return 1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / error);
}

/** The cell of a number: how many edges are not above it. */
export function binOf(edges: readonly number[], x: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
