/** G-tests: of one sample against what is known, and of samples against each other. */
import { generalizedJensenShannonDivergence, klDivergence, matrix, multiwayJensenShannonDivergence } from '../../index.js';
import { chiSquareTail } from '../statistics/chiSquare.js';
import { Multinomial } from '../statistics/multinomial.js';
import { Random } from '../statistics/random.js';
import { type Pair, sum } from './pair.js';

export interface GTest {
  /** 2·N·KL against a known distribution; 2·(N + M)·(Jensen–Shannon weighted by the sizes) between samples. */
  readonly g: number;
  readonly df: number;
  readonly pValue: number;
  /**
   * 'chi-square' (G over Williams' factor) where every expected count is 10 or more; else 'monte-carlo': how often samples of the same sizes, from the known
   * distribution or by exchanging observations, have so large a G.
   */
  readonly by: 'chi-square' | 'monte-carlo';
  /** Mean of G where there is no difference: df times Williams' factor, or the mean over the Monte-Carlo samples. */
  readonly expected: number;
  readonly smallestExpectedCount: number;
  /** Monte-Carlo samples; 0 for χ². */
  readonly replicates: number;
}

export interface GSettings {
  readonly replicates: number;
  readonly seed: number;
}

/** Expected counts from which on the tail of χ² holds: see docs/composition.md for how often each test rejects. */
const ENOUGH = 10;
const BLOCK = 2 ** 17;
/** Exchanges in a Monte-Carlo test: a second or two. */
const EXCHANGES = 1e8;

/** The test that fits the pair: one sample against what is known, or two samples. */
export function gTestOf(pair: Pair, settings: GSettings): GTest {
  return pair.known ? oneSample(pair, settings) : samples([pair.x, pair.y], settings);
}

function oneSample({ x, y, sizes: [n] }: Pair, settings: GSettings): GTest {
  const g = 2 * n * klDivergence(x, y);
  const total = sum(y);
  const cells = y.filter((mass) => mass > 0);
  const df = cells.length - 1;
  const expected = cells.map((mass) => (n * mass) / total);
  const smallest = minimum(expected);
  // Mass where the known distribution has none refutes it, whatever else.
  if (g === Infinity) return { g, df, pValue: 0, by: 'chi-square', expected: df, smallestExpectedCount: 0, replicates: 0 };
  if (smallest >= ENOUGH) {
    const inverses = expected.reduce((total, count) => total + 1 / count, 0);
    const factor = df === 0 ? 1 : 1 + (inverses - 1 / n) / (6 * df);
    return byChiSquare(g, df, factor, smallest);
  }
  const multinomial = new Multinomial(y, Math.round(n));
  const random = new Random(settings.seed);
  const draw = (row: Float64Array) => multinomial.draw(random, row);
  const values = blockwise(y.length, settings.replicates, draw, (rows) => klDivergence(rows, y));
  return byMonteCarlo(g, df, 2 * n, values, smallest);
}

/** The G-test of two or more samples of counts. */
export function samples(rows: readonly Float64Array[], settings: GSettings): GTest {
  const sizes = rows.map(sum);
  const all = sum(sizes);
  const pooled = Float64Array.from(rows[0] as Float64Array, (_, i) => rows.reduce((total, row) => total + (row[i] as number), 0));
  const cells = pooled.filter((count) => count > 0);
  const df = (rows.length - 1) * (cells.length - 1);
  const g = 2 * all * multiwayJensenShannonDivergence(rows, { weights: sizes });
  const smallest = (minimum(cells) * minimum(sizes)) / all;
  if (smallest >= ENOUGH) {
    const inverses = (counts: Iterable<number>) => Array.from(counts).reduce((total, count) => total + 1 / count, 0);
    const factor = df === 0 ? 1 : 1 + ((all * inverses(sizes) - 1) * (all * inverses(cells) - 1)) / (6 * all * df);
    return byChiSquare(g, df, factor, smallest);
  }
  return byMonteCarlo(g, df, 2 * all, exchangedValues(rows, pooled, sizes, settings), smallest);
}

/** Source D. A. Williams, Biometrika 63 (1976). */
function byChiSquare(g: number, df: number, factor: number, smallest: number): GTest {
  const pValue = chiSquareTail(g / factor, df);
  return { g, df, pValue, by: 'chi-square', expected: df * factor, smallestExpectedCount: smallest, replicates: 0 };
}

function byMonteCarlo(g: number, df: number, times: number, values: Float64Array, smallest: number): GTest {
  // Sums of the same terms in another order differ in the last digits.
  const least = (g / times) * (1 - 1e-12);
  const larger = values.reduce((count, value) => count + (value >= least ? 1 : 0), 0);
  const expected = (times * sum(values)) / values.length;
  const pValue = (larger + 1) / (values.length + 1);
  return { g, df, pValue, by: 'monte-carlo', expected, smallestExpectedCount: smallest, replicates: values.length };
}

/** Divergences where observations have changed places between the samples: the margins stay, so P(p ≤ α) ≤ α whatever the pooled distribution. */
function exchangedValues(rows: readonly Float64Array[], pooled: Float64Array, sizes: readonly number[], settings: GSettings): Float64Array {
  const random = new Random(settings.seed);
  // Observations are exchanged one by one: of very large samples fewer times, which the p-value counts.
  const replicates = Math.min(settings.replicates, Math.max(99, Math.floor(EXCHANGES / minimum(sizes))));
  const items = new Int32Array(Math.round(sum(sizes)));
  let at = 0;
  for (const [cell, count] of pooled.entries()) for (let i = 0; i < Math.round(count); i++) items[at++] = cell;
  const cols = pooled.length;
  if (rows.length > 2) {
    const values = new Float64Array(replicates);
    const starts = sizes.map((_, i) => sum(sizes.slice(0, i)));
    for (let r = 0; r < values.length; r++) {
      random.shuffle(items);
      const drawn = sizes.map((size, i) => tally(items, starts[i] as number, size, cols));
      values[r] = multiwayJensenShannonDivergence(drawn, { weights: [...sizes] });
    }
    return values;
  }
  // Of two samples the smaller one decides both.
  const [n, m] = sizes as [number, number];
  const size = Math.min(n, m);
  const rest: Float64Array = new Float64Array(Math.max(1, Math.floor(BLOCK / cols)) * cols);
  let row = 0;
  const draw = (into: Float64Array) => {
    into.fill(0);
    for (let i = 0; i < size; i++) {
      const j = i + random.below(items.length - i);
      const cell = items[j] as number;
      items[j] = items[i] as number;
      items[i] = cell;
      into[cell] = (into[cell] as number) + 1;
    }
    for (let i = 0; i < cols; i++) rest[row * cols + i] = (pooled[i] as number) - (into[i] as number);
    row++;
  };
  return blockwise(cols, replicates, draw, (drawn) => {
    const others = matrix(rest.subarray(0, drawn.rows * cols), drawn.rows, cols);
    row = 0;
    return generalizedJensenShannonDivergence(drawn, others, { weight: size / (n + m) });
  });
}

function tally(items: Int32Array, from: number, size: number, cols: number): Float64Array {
  const counts = new Float64Array(cols);
  for (let i = from; i < from + size; i++) counts[items[i] as number] = (counts[items[i] as number] as number) + 1;
  return counts;
}

function blockwise(
  cols: number,
  replicates: number,
  draw: (row: Float64Array) => void,
  score: (rows: ReturnType<typeof matrix>) => Float64Array,
): Float64Array {
  const rows = Math.max(1, Math.floor(BLOCK / cols));
  const data = new Float64Array(rows * cols);
  const values = new Float64Array(replicates);
  for (let done = 0; done < replicates; done += rows) {
    const count = Math.min(rows, replicates - done);
    for (let i = 0; i < count; i++) draw(data.subarray(i * cols, (i + 1) * cols));
    values.set(score(matrix(data.subarray(0, count * cols), count, cols)), done);
  }
  return values;
}

/** As an array of one, so that no long argument list is spread. */
function minimum(values: Iterable<number>): number {
  let least = Infinity;
  for (const value of values) if (value < least) least = value;
  return least;
}
