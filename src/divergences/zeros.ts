/**
 * Zeros, by name. Every tool handles them, each in another way and most of them in silence; here nothing is changed unless it is asked for, and what was
 * changed is in the result.
 */
import { type Batch, checkBatch, entryError, isMatrix, isRecord, rowError, widthOf } from '../check.js';
import { readRow } from '../rows/blocks.js';
import { DerivedRows } from '../rows/derived.js';
import { LazyRows, type MassRows } from '../rows/lazyRows.js';
import type { Dtype, Floats, Vector } from '../types.js';
import { type Change, ruleOf, type ZeroOptions } from '../rows/zeroRules.js';

export type { ZeroOptions } from '../rows/zeroRules.js';

/** How many entries, and their mass: of a vector, or a row each. */
export interface Tally<Counts, Masses> {
  readonly count: Counts;
  readonly mass: Masses;
}
export type RowTally = Tally<Uint32Array, Float64Array>;
export type VectorTally = Tally<number, number>;

type Distribution = Vector | MassRows;
type Handled<P> = P extends MassRows ? MassRows : Vector;
type TallyOf<P> = P extends MassRows ? RowTally : VectorTally;
type PairTally<P, Q> = [P, Q] extends [Vector, Vector] ? VectorTally : RowTally;

export interface ZerosOfOne<P> {
  readonly p: Handled<P>;
  /** Of each row: the zeros that were filled (`clip`: the entries raised), and the share of the row's new total that was put there. */
  readonly touched: { readonly p: TallyOf<P> };
}

export interface ZerosOfPair<P, Q> {
  readonly p: Handled<P>;
  readonly q: Handled<Q>;
  /** Of each row: the zeros that were filled (`clip`: the entries raised), and the share of the row's new total that was put there. */
  readonly touched: { readonly p: TallyOf<P>; readonly q: TallyOf<Q> };
  /** Before anything was changed: zeros of q where p has mass, and their share of p's mass. Its divergence hangs on the figure of the method. */
  readonly violations: PairTally<P, Q>;
}

/**
 * Counts the zeros of q where p has mass: each of them makes D(p‖q) infinite.
 *
 * @param p the reference: a vector, or a batch of rows; probabilities or counts
 * @param q the approximation; a vector beside a batch serves every row
 * @returns count and mass: how many classes, and their share of p's mass; of a batch one each a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows each
 * Edge cases  none: 0 and 0 · a row whose sum overflows is refused
 * Accuracy    the mass, a sum of non-negative numbers over another: relative error ≤ 2·cols·2⁻⁵³
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * supportViolations([0.5, 0.25, 0.25], [1, 0, 0]); // { count: 2, mass: 0.5 }
 */
export function supportViolations<P extends Distribution, Q extends Distribution>(p: P, q: Q): PairTally<P, Q> {
  return violationsOf(checkBatch(['p', 'q'], [p, q])) as PairTally<P, Q>;
}

/**
 * Handles zeros by a named method, and says what it touched.
 *
 * @param p       distributions: a vector, or a batch of rows; probabilities or counts, not modified
 * @param q       others beside them; left out, p alone is handled
 * @param options method: strict (when left out), error, pseudocount, multiplicative, denominator, clip or floor, with its figure
 * @returns       p and q for any function of distributions, with `touched` and, of a pair, `violations`. A vector gives a vector; a batch gives rows that are
 *                handled as they are read, a block at a time (`dense` writes them out)
 *
 * Shapes      p, q: rows × cols, or cols · results: the same, f64
 * Units       pseudocount: entries as given; multiplicative, denominator, clip and floor: shares of the row, which is divided by its sum first
 * Edge cases  strict and error change nothing · a row of zeros takes pseudocounts alone · a share that is too small for a double is a zero · a row whose sum
 *             overflows is refused · over a resident matrix as in {@link maskClasses}; rows that are filled anew are looked at anew
 * Accuracy    two roundings an entry beside that of the row's sum. For the very numbers of tools that do not normalise again, pass `normalize: false` to the divergence
 * Source      J. A. Martín-Fernández et al., Math. Geol. 35 (2003), for multiplicative replacement
 *
 * @throws {SurprisalError} as {@link klDivergence} · ERR_OPTION (a figure that is not positive; so many zeros that delta leaves no mass, with the row)
 * @example
 * const { p, q, violations } = handleZeros([3, 1], [4, 0], { method: 'pseudocount', alpha: 0.5 });
 * klDivergence(p, q); // 0.1536635868037986, of [3.5, 1.5] from [4.5, 0.5]
 * violations; // { count: 1, mass: 0.25 }
 */
export function handleZeros<P extends Distribution>(p: P, options?: ZeroOptions): ZerosOfOne<P>;
export function handleZeros<P extends Distribution, Q extends Distribution>(p: P, q: Q, options?: ZeroOptions): ZerosOfPair<P, Q>;
export function handleZeros(p: Distribution, q?: Distribution | ZeroOptions, options?: ZeroOptions): unknown {
  if (q === undefined || (options === undefined && isOptions(q))) {
    const rule = ruleOf(q ?? options);
    const one = checkBatch(['p'], [p]);
    checkAlone(one, rule.refuses, rule.allowsEmpty);
    const handled = handle(p, one, rule.ofOne, rule.allowsEmpty);
    return { p: handled.rows, touched: { p: handled.touched } };
  }
  const rule = ruleOf(options);
  const pair = checkBatch(['p', 'q'], [p, q as Distribution]);
  const violations = violationsOf(pair, rule.refuses, rule.allowsEmpty);
  const left = handle(p, checkBatch(['p'], [p]), rule.ofP, rule.allowsEmpty);
  const right = handle(q as Distribution, checkBatch(['q'], [q as Distribution]), rule.ofOne, rule.allowsEmpty);
  return { p: left.rows, q: right.rows, touched: { p: left.touched, q: right.touched }, violations };
}

function isOptions(value: unknown): value is ZeroOptions {
  return isRecord(value) && !isMatrix(value) && !(value instanceof LazyRows) && !('data' in value);
}

/** Rows that are changed as they are read. */
class ChangedRows extends DerivedRows {
  readonly cols: number;
  readonly dtype: Dtype = 'f64';

  constructor(
    given: Distribution,
    source: Batch,
    readonly change: Change,
    readonly allowsEmpty: boolean,
  ) {
    super(given, source);
    this.cols = source.cols;
  }

  override get isRagged(): boolean {
    const [input] = this.source.inputs;
    return input instanceof LazyRows && input.isRagged;
  }

  override width(row: number): number {
    return widthOf(this.source, 0, row);
  }

  write(row: number, into: Floats, at: number): void {
    this.tally(row);
    into.set(this.own, at);
  }

  /** Makes a row, and says what was touched in it. What is there may have been filled anew since it was looked at first. */
  tally(row: number): VectorTally {
    this.read(row);
    const sum = massOf(this.source, row, this.own, this.allowsEmpty);
    return this.change(this.own.subarray(0, this.width(row)), sum, row);
  }
}

function handle(
  given: Distribution,
  batch: Batch,
  change: Change | undefined,
  allowsEmpty = false,
): { rows: unknown; touched: VectorTally | RowTally } {
  const count = new Uint32Array(batch.rows);
  const mass = new Float64Array(batch.rows);
  if (change === undefined) return { rows: given, touched: tallyOf(batch, count, mass) };
  const rows = new ChangedRows(given, batch, change, allowsEmpty);
  for (let row = 0; row < batch.rows; row++) {
    const touched = rows.tally(row);
    count[row] = touched.count;
    mass[row] = touched.mass;
  }
  if (!batch.single) return { rows, touched: { count, mass } };
  const vector = new Float64Array(batch.cols);
  rows.write(0, vector, 0);
  return { rows: vector, touched: tallyOf(batch, count, mass) };
}

function tallyOf(batch: Batch, count: Uint32Array, mass: Float64Array): VectorTally | RowTally {
  return batch.single ? { count: count[0] as number, mass: mass[0] as number } : { count, mass };
}

/** Zeros of q where p has mass; refused where they are to be. */
function violationsOf(batch: Batch, refuses = false, allowsEmpty = false): VectorTally | RowTally {
  const count = new Uint32Array(batch.rows);
  const mass = new Float64Array(batch.rows);
  eachRow(batch, allowsEmpty, (row, [p, q], [all]) => {
    let lost = 0;
    for (let i = 0; i < batch.cols; i++) {
      if (q?.[i] !== 0 || p?.[i] === 0) continue;
      if (refuses) throw entryError(batch, 1, row, i, 0, 'mass where "p" has some');
      count[row] = (count[row] as number) + 1;
      lost += p?.[i] as number;
    }
    mass[row] = lost === 0 ? 0 : lost / (all as number);
  });
  return tallyOf(batch, count, mass);
}

/** Of one argument, any zero of a class that the row has may be refused. */
function checkAlone(batch: Batch, refuses = false, allowsEmpty = false): void {
  eachRow(batch, allowsEmpty, (row, [p]) => {
    const column = refuses ? (p as Float64Array).subarray(0, widthOf(batch, 0, row)).indexOf(0) : -1;
    if (column >= 0) throw entryError(batch, 0, row, column, 0, 'mass in every class');
  });
}

/** Visits the rows of a batch together with their sums. */
function eachRow(
  batch: Batch,
  allowsEmpty: boolean,
  visit: (row: number, entries: readonly Float64Array[], totals: readonly number[]) => void,
): void {
  const entries = batch.inputs.map(() => new Float64Array(batch.cols));
  const totals = batch.inputs.map(() => 0);
  for (let row = 0; row < batch.rows; row++) {
    for (const [k, into] of entries.entries()) {
      if (row > 0 && batch.steps[k] === 0) continue;
      readRow(batch, k, row, into, 0);
      totals[k] = massOf(batch, row, into, allowsEmpty);
    }
    visit(row, entries, totals);
  }
}

/** The sum of a row of a batch. Entries that are no masses are refused, and rows without any but where `allowsEmpty`. */
function massOf(batch: Batch, row: number, entries: Float64Array, allowsEmpty: boolean): number {
  let sum = 0;
  for (let i = 0; i < entries.length; i++) {
    const x = entries[i] as number;
    sum += x >= 0 ? x : NaN;
  }
  if (sum < Infinity && (sum > 0 || (allowsEmpty && sum === 0))) return sum;
  const domains = batch.inputs.map(() => 'mass' as const);
  throw rowError('contributionRows', batch, domains, row, !allowsEmpty);
}
