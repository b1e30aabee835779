/** G-tests: of one sample against what is known, and of samples against each other. */
import { klDivergence, matrix } from '../../index.js';
import { chiSquareTail } from '../statistics/chiSquare.js';
import { upperGamma } from '../statistics/gamma.js';
import { Random } from '../statistics/random.js';
import { exchange, fromKnown, fromWeights, type Tables, type WeightedRows } from '../statistics/tables.js';
import { type Pair, shares as sharesOf, sum } from './pair.js';

export interface GTest {
  /** 2·N·KL against a known distribution; 2·(N + M)·(Jensen–Shannon weighted by the sizes) between samples. */
  readonly g: number;
  readonly df: number;
  readonly pValue: number;
  /**
   * 'chi-square' (G over Williams' factor) where every expected count is 10 or more; else 'monte-carlo': columns with smaller ones are drawn, from the known
   * distribution or by exchanging observations between the samples, and χ² serves for what differs among the others.
   */
  readonly by: 'chi-square' | 'monte-carlo';
  /** Mean of G where there is no difference: df times Williams' factor, and the mean over the Monte-Carlo samples. */
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
/** Entries of drawn tables that are held at a time. */
const BLOCK = 2 ** 17;
/** Counts that are drawn in a Monte-Carlo test: a second or two. Tables of very many rare columns are drawn fewer times, which the p-value counts. */
const DRAWN = 2e7;
const FEWEST = 199;
/** Of G: its tail is looked up at steps of this, to the safe side (less than 1 % of p). */
const STEP = 1 / 64;

/** Samples in rows, and what they look like where there is no difference: what is pooled, or known. */
interface Table {
  readonly rows: readonly Float64Array[];
  readonly sizes: readonly number[];
  readonly masses: Float64Array;
  readonly known: boolean;
  /** Observations that each sample is certain to have at the least; below its size where rows have weights. */
  readonly certain: readonly number[];
}

/** The test that fits the pair: one sample against what is known, or two samples. */
export function gTestOf(pair: Pair, settings: GSettings): GTest {
  const { x, y, sizes } = pair;
  if (!pair.known) return samples([x, y], settings);
  const g = 2 * sizes[0] * klDivergence(x, y);
  // Mass where the known distribution has none refutes it, whatever else.
  if (g === Infinity) {
    const df = y.filter((mass) => mass > 0).length - 1;
    return { g, df, pValue: 0, by: 'chi-square', expected: df, smallestExpectedCount: 0, replicates: 0 };
  }
  const table = tableOf([x], [sizes[0]], y, true);
  return test(table, settings, (folded) => fromKnown(sharesOf(folded.masses), sizes[0]));
}

/** The G-test of two or more samples of counts. */
export function samples(rows: readonly Float64Array[], settings: GSettings): GTest {
  const sizes = rows.map(sum);
  return test(tableOf(rows, sizes, totals(rows), false), settings, (folded) => exchange(folded.masses, sizes));
}

/**
 * Rows of unequal weight against counts. Their shares scatter as those of (Σw)²/Σw² rows do (Kish), which is the size that G is told; columns with small expected
 * counts are drawn with those weights, from the pooled shares.
 */
export function weightedSamples(x: Float64Array, y: Float64Array, weighted: WeightedRows, settings: GSettings): GTest {
  const sizes = [weighted.size, sum(y)];
  const rows = [x.map((weight) => (weight * weighted.size) / sum(x)), y];
  const table = { ...tableOf(rows, sizes, totals(rows), false), certain: [weighted.certain, sizes[1] as number] };
  return test(table, settings, (folded) => fromWeights(sharesOf(folded.masses), weighted, sizes[1] as number));
}

function totals(rows: readonly Float64Array[]): Float64Array {
  return Float64Array.from(rows[0] as Float64Array, (_, i) => rows.reduce((total, row) => total + (row[i] as number), 0));
}

/** Without columns that nothing is expected in. */
function tableOf(rows: readonly Float64Array[], sizes: readonly number[], masses: Float64Array, known: boolean): Table {
  const has = (_: number, i: number) => (masses[i] as number) > 0;
  return { rows: rows.map((row) => row.filter(has)), sizes, masses: masses.filter(has), known, certain: sizes };
}

/**
 * By the chain rule G is that of the rare columns, with all others as one more, and that among the others. The first is drawn R times, as T₁ … T_R; the second, V, is
 * about χ² whatever the first is, with tail S. So with the observed T₀ among them p = Σᵣ S(T₀ + V − Tᵣ)/(R + 1), r from 0, is as likely below α as α says, and needs
 * no more draws to be small where it is the others that differ. Where only rare columns do, what R draws cannot tell is told by a bound.
 */
function test(table: Table, settings: GSettings, tablesOf: (folded: Table) => Tables): GTest {
  const { sizes } = table;
  const shares = sharesOf(table.masses);
  const spread = sizes.reduce((total, size) => total + 1 / size, table.known ? 0 : -1 / sum(sizes));
  const samplesLess = sizes.length - (table.known ? 0 : 1);
  const df = samplesLess * (shares.length - 1);
  const least = minimum(sizes);
  const smallest = least * minimum(shares);
  const g = gOf(table);
  const filled = shares.filter((share) => share * least >= ENOUGH);
  const among = samplesLess * Math.max(0, filled.length - 1);
  const factor = williams(filled, spread, among);
  if (smallest >= ENOUGH) {
    const pValue = chiSquareTail(g / factor, df);
    return { g, df, pValue, by: 'chi-square', expected: df * factor, smallestExpectedCount: smallest, replicates: 0 };
  }
  const folded = fold(table, least);
  const drawn = drawnValues(folded, tablesOf(folded), settings);
  const replicates = drawn.length;
  const told = among === 0 ? shareOf(drawn, g) : shareBeyond(drawn, g, gOf(folded), among, factor);
  // Below 1/(R + 1) half of α is left to each of two: then the smaller one is below α/2 with probability α at most.
  const pValue = told > 1 / (replicates + 1) ? told : Math.min(1 / (replicates + 1), 2 * Math.min(told, bound(table)));
  const expected = sum(drawn) / replicates + among * factor;
  return { g, df, pValue, by: 'monte-carlo', expected, smallestExpectedCount: smallest, replicates };
}

/** Source D. A. Williams, Biometrika 63 (1976). */
function williams(shares: Float64Array, spread: number, df: number): number {
  if (df === 0) return 1;
  const all = sum(shares);
  const inverses = shares.reduce((total, share) => total + all / share, 0);
  return 1 + ((spread / all) * (inverses - 1)) / (6 * df);
}

/** 2·Σ N·KL of each sample from what all are expected to look like. */
function gOf({ rows, sizes, masses }: Table): number {
  return 2 * rows.reduce((total, row, j) => total + (sizes[j] as number) * klDivergence(row, masses), 0);
}

/** The rare columns, and as the last one all others; the largest where there are none. */
function fold(table: Table, least: number): Table {
  const shares = sharesOf(table.masses);
  const columns = Array.from(shares.keys()).sort((a, b) => (shares[a] as number) - (shares[b] as number));
  const rare = columns.filter((i) => (shares[i] as number) * least < ENOUGH);
  if (rare.length === columns.length) rare.pop();
  const others = columns.slice(rare.length);
  const folded = (row: Float64Array) => {
    const rest = others.reduce((total, i) => total + (row[i] as number), 0);
    return Float64Array.from([...rare.map((i) => row[i] as number), rest]);
  };
  return { ...table, rows: table.rows.map(folded), masses: folded(table.masses) };
}

/** Sums of the same terms in another order differ in the last digits. */
function shareOf(drawn: Float64Array, g: number): number {
  const least = g * (1 - 1e-12);
  return (1 + drawn.reduce((count, value) => count + (value >= least ? 1 : 0), 0)) / (drawn.length + 1);
}

function shareBeyond(drawn: Float64Array, g: number, own: number, df: number, factor: number): number {
  const tails = new Map<number, number>();
  const tail = (value: number) => {
    const step = Math.ceil(value / STEP);
    const known = tails.get(step) ?? chiSquareTail((g - step * STEP) / factor, df);
    tails.set(step, known);
    return known;
  };
  return drawn.reduce((total, value) => total + tail(value), tail(own)) / (drawn.length + 1);
}

/**
 * P, at most, of so large a difference in any one of the columns, for samples of any size from any distribution: n·KL of a share of n rows from its probability is beyond s
 * with probability 2·e⁻ˢ at most (Chernoff, both sides), so of r samples the sum is beyond s at most as often as r·log 2 and a Gamma variable of shape r.
 * Rows of weights w give every exponential moment at most that of Σw/max(w) rows of equal weight, as log E e^(w·X) is convex in w.
 */
function bound({ rows, certain, masses, known }: Table): number {
  const columns = masses.length;
  const size = sum(certain);
  const ofRows = rows.map(sharesOf);
  const pooled = masses.map((_, i) => ofRows.reduce((total, row, j) => total + ((certain[j] as number) * (row[i] as number)) / size, 0));
  const against = twoWay(known ? sharesOf(masses) : pooled);
  const sums = new Float64Array(columns);
  for (const [j, row] of ofRows.entries())
    for (const [i, kl] of klDivergence(twoWay(row), against).entries()) sums[i] = (sums[i] as number) + (certain[j] as number) * kl;
  const most = sums.reduce((largest, value) => Math.max(largest, value), 0);
  return Math.min(1, columns * upperGamma(rows.length, most - rows.length * Math.LN2));
}

/** Each share, and what it leaves. */
function twoWay(shares: Float64Array) {
  const data = new Float64Array(2 * shares.length);
  for (const [i, share] of shares.entries()) {
    data[2 * i] = share;
    data[2 * i + 1] = Math.max(0, 1 - share);
  }
  return matrix(data, shares.length, 2);
}

/** G of drawn tables. */
function drawnValues({ sizes, masses }: Table, { counts, draw }: Tables, settings: GSettings): Float64Array {
  const cols = masses.length;
  const random = new Random(settings.seed);
  const replicates = Math.min(settings.replicates, Math.max(FEWEST, Math.floor(DRAWN / counts)));
  const held = Math.max(1, Math.min(replicates, Math.floor(BLOCK / cols)));
  const blocks = [...sizes.map(() => new Float64Array(held * cols))];
  const middles = new Float64Array(held * cols);
  const values = new Float64Array(replicates);
  for (let done = 0; done < replicates; done += held) {
    const count = Math.min(held, replicates - done);
    const row = (data: Float64Array, i: number) => data.subarray(i * cols, (i + 1) * cols);
    for (let i = 0; i < count; i++)
      draw(
        random,
        blocks.map((block) => row(block, i)),
        row(middles, i),
      );
    const rowsOf = (data: Float64Array) => matrix(data.subarray(0, count * cols), count, cols);
    for (const [j, block] of blocks.entries())
      for (const [i, kl] of klDivergence(rowsOf(block), rowsOf(middles)).entries())
        values[done + i] = (values[done + i] as number) + 2 * (sizes[j] as number) * kl;
  }
  return values;
}

/** Without a long argument list. */
function minimum(values: Iterable<number>): number {
  let least = Infinity;
  for (const value of values) if (value < least) least = value;
  return least;
}
