/** Divergences among more than two distributions. */
import { log } from '../backend/js/math/log.js';
import { exponentOf, phi64, scale } from '../backend/js/math/logRatio.js';
import { Running, rowDifference64, rowSum64 } from '../backend/js/math/sums.js';
import { readRow } from '../rows/blocks.js';
import { deliver, outOf } from '../call.js';
import { type Batch, checkBatch, checkSums, isNumberArray, kindError, optionError, rowError } from '../check.js';
import type { MassRows } from '../rows/lazyRows.js';
import { checkMassOptions, type DiscreteOptions } from '../masses.js';
import type { NumberArray, Vector } from '../types.js';

export interface MultiwayOptions extends DiscreteOptions {
  /** A weight ≥ 0 for each distribution, divided by their sum; equal ones when left out. */
  readonly weights?: NumberArray | undefined;
}

const OPTIONS = ['weights'];
/** Entries below this share of the largest count as zeros. */
const NEGLIGIBLE = 1e-290;

const running = new Running();

/**
 * Jensen–Shannon divergence among several distributions, Σⱼ πⱼ·D(pⱼ‖m) with m = Σⱼ πⱼ·pⱼ and the weights π: how much a draw tells about which of them it
 * came from.
 *
 * @param distributions two or more: vectors, or matrices of as many rows (vectors among them serve every row); probabilities or counts, not modified
 * @param options       weights, normalize, base, out, core
 * @returns             a number for vectors, else one number a row
 *
 * Shapes      each: rows × cols, or cols · result: rows
 * Units       nats, or `base`; 0 (all equal) to the entropy of the weights (nothing in common)
 * Edge cases  always finite · a weight of 0 leaves its distribution out · with two it is `generalizedJensenShannonDivergence` · equal rows give exactly 0
 * Accuracy    relative error ≤ 32·2⁻⁵³, however close they are: from differences to the first, not from entropies. In f64 and in JavaScript on every backend
 * Source      J. Lin, IEEE Trans. Inf. Theory 37 (1991)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_ZERO_ROW · ERR_OUT · ERR_OPTION
 * @example
 * multiwayJensenShannonDivergence([[1, 0, 0], [0, 1, 0], [0, 0, 1]], { base: 3 }); // 1
 */
export function multiwayJensenShannonDivergence(distributions: readonly Vector[], options?: MultiwayOptions): number;
export function multiwayJensenShannonDivergence(
  distributions: readonly (Vector | MassRows)[],
  options?: MultiwayOptions,
): number | Float64Array;
export function multiwayJensenShannonDivergence(
  distributions: readonly (Vector | MassRows)[],
  options?: MultiwayOptions,
): number | Float64Array {
  checkMassOptions(options, OPTIONS);
  if (!Array.isArray(distributions) || distributions.length < 2) {
    throw kindError('distributions', distributions, 'an array of two distributions or more');
  }
  const weights = checkWeights(options?.weights, distributions.length);
  const names = distributions.map((_, j) => `distributions[${j}]`);
  const batch = checkBatch(names, distributions);
  const out = outOf(batch, options);

  const normalize = options?.normalize ?? true;
  const results = new Float64Array(batch.rows);
  eachRow(batch, (row, rows) => {
    results[row] = divergence(rows, weights, batch.cols, normalize !== false);
    const domains = names.map(() => 'mass' as const);
    if (Number.isNaN(results[row])) throw rowError('contributionRows', batch, domains, row, normalize !== false);
  });
  if (normalize === 'require') checkSums('contributionRows', batch);
  return deliver(results, batch, options, out);
}

function checkWeights(weights: unknown, count: number): readonly number[] {
  if (weights === undefined) return new Array<number>(count).fill(1 / count);
  const expected = `${count} finite numbers ≥ 0, not all 0`;
  if (!isNumberArray(weights) || weights.length !== count) throw optionError('weights', weights, expected);
  let total = 0;
  for (const weight of weights) {
    if (!(typeof weight === 'number' && weight >= 0 && weight < Infinity)) throw optionError('weights', weights, expected);
    total += weight;
  }
  if (!(total > 0 && total < Infinity)) throw optionError('weights', weights, expected);
  return Array.from(weights, (weight) => weight / total);
}

/** Hands out the rows of every distribution as f64, which may be changed. */
function eachRow(batch: Batch, use: (row: number, rows: readonly Float64Array[]) => void): void {
  const rows = batch.inputs.map(() => new Float64Array(batch.cols));
  for (let row = 0; row < batch.rows; row++) {
    for (const [k, into] of rows.entries()) readRow(batch, k, row, into, 0);
    use(row, rows);
  }
}

/** NaN for a row that breaks its domain. */
function divergence(rows: readonly Float64Array[], weights: readonly number[], cols: number, normalize: boolean): number {
  const largest = rows.map(largestMass);
  if (largest.some((x) => !(x >= 0 && (x > 0 || !normalize)))) return NaN;
  const common = Math.max(...largest);
  if (common === 0) return 0;
  // To the masses of the first, by powers of two and then by 1 + η: differences are exact until they are rounded once.
  const [first] = rows as [Float64Array];
  for (const [j, row] of rows.entries()) rescale(row, -exponentOf(normalize ? (largest[j] as number) : common));
  const mass = normalize ? rowSum64(first, 0, cols) : 1;
  const etas = rows.map((row) => {
    if (!normalize) return 0;
    rescale(row, exponentOf(mass) - exponentOf(rowSum64(row, 0, cols)));
    return rowDifference64(first, 0, row, 0, cols) / rowSum64(row, 0, cols);
  });
  const block = new Float64Array(64);
  running.clear();
  for (let c = 0; c < cols; c += 64) {
    const n = Math.min(64, cols - c);
    for (let i = 0; i < n; i++) block[i] = term(rows, weights, etas, c + i);
    running.add(rowSum64(block, 0, n));
  }
  const value = running.value / mass;
  if (!normalize) return scale(value, exponentOf(common));
  const most = weights.reduce((sum, weight) => (weight > 0 ? sum - weight * log(weight) : sum), 0);
  return Math.min(value, most);
}

function term(rows: readonly Float64Array[], weights: readonly number[], etas: readonly number[], i: number): number {
  const x = rows[0]?.[i] as number;
  let m = 0;
  let center = 0;
  for (const [j, row] of rows.entries()) {
    const y = row[i] as number;
    const eta = etas[j] as number;
    const weight = weights[j] as number;
    m += weight * (y * (1 + eta));
    center += weight * (y - x + y * eta);
  }
  if (m < NEGLIGIBLE) return 0;
  let sum = 0;
  for (const [j, row] of rows.entries()) {
    const y = row[i] as number;
    const eta = etas[j] as number;
    const grown = y * (1 + eta);
    sum += (weights[j] as number) * (grown < NEGLIGIBLE ? m : phi64(grown, m, y - x + y * eta - center));
  }
  return Math.max(sum, 0);
}

function rescale(row: Float64Array, e: number): void {
  if (e !== 0) for (let i = 0; i < row.length; i++) row[i] = scale(row[i] as number, e);
}

/** NaN where an entry is no mass. */
function largestMass(row: Float64Array): number {
  let most = 0;
  for (const x of row) {
    if (!(x >= 0 && x < Infinity)) return NaN;
    if (x > most) most = x;
  }
  return most;
}
