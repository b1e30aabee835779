/**
 * Finds the entry that made a kernel answer NaN (law 4). A kernel answers NaN for a row outside its input domain and for nothing else, so only that
 * row is looked through, once something is known to be wrong.
 */
import type { Domain, KernelName } from '../backend/contract.js';
import { mismatch, nameOf, SurprisalError } from '../error.js';
import { LazyRows, SparseRows } from '../rows/lazyRows.js';
import { Narrow } from '../rows/narrow.js';
import { covarianceFault, factorFault, type MatrixFault } from './definite.js';
import { describe } from './kinds.js';
import { adviceOnNegative, adviceOnSum, COARSE_SUM_TOLERANCE, isNearOne, SUM_TOLERANCE } from './misuse.js';
import type { Batch } from './shape.js';

const EXPECTED: Readonly<Record<Domain, string>> = {
  mass: 'a finite number ≥ 0',
  logit: 'a finite number, or -Infinity for a masked class',
  real: 'a finite number',
  positive: 'a finite number > 0',
  covariance: 'a finite number',
  factor: 'a finite number',
};

/** What a matrix should have been, and how a message names the place in it. */
const MATRIX: Readonly<Record<MatrixFault['kind'], { expected: string; at: (fault: MatrixFault) => string }>> = {
  symmetry: { expected: 'a symmetric matrix (within 1e-9 of √(ΣᵢᵢΣⱼⱼ), 1e-4 in f32)', at: ({ i, j }) => `entry [${i}, ${j}]` },
  pivot: { expected: 'a positive definite matrix: every pivot > 0', at: ({ i }) => `pivot ${i}` },
  upper: { expected: 'a lower triangle: 0 above the diagonal', at: ({ i, j }) => `entry [${i}, ${j}]` },
  diagonal: { expected: 'a Cholesky factor: every diagonal entry > 0', at: ({ i }) => `pivot ${i}` },
};

const EMPTY_ROW: Readonly<Partial<Record<Domain, string>>> = {
  mass: 'some mass: an entry above 0',
  logit: 'a class that is not masked: an entry above -Infinity',
};

function isInside(domain: Domain, x: number): boolean {
  if (domain === 'logit') return x < Infinity;
  if (domain === 'real' || domain === 'covariance' || domain === 'factor') return x > -Infinity && x < Infinity;
  return x < Infinity && (domain === 'mass' ? x >= 0 : x > 0);
}

/**
 * The error for row `row`, whose result was NaN: the first entry, in argument order, outside its domain; else the first matrix that is no covariance; else the
 * first row without mass.
 */
export function rowError(kernel: KernelName, batch: Batch, domains: readonly Domain[], row: number, needsMass: boolean): SurprisalError {
  const rows = domains.map((_, k) => rowEntries(batch, k, row));
  for (const [k, domain] of domains.entries()) {
    const entries = rows[k] as number[];
    const at = entries.findIndex((value) => !isInside(domain, value));
    if (at < 0) continue;
    const value = entries[at] as number;
    const advice = domain === 'mass' && value < 0 ? adviceOnNegative(kernel, entries) : '';
    const input = batch.inputs[k];
    const column = input instanceof SparseRows ? (input.columns?.[(input.offsets[row] as number) + at] ?? at) : at;
    return entryError(batch, k, row, column, value, EXPECTED[domain], advice);
  }
  for (const [k, domain] of domains.entries()) {
    if (domain !== 'covariance' && domain !== 'factor') continue;
    const entries = rows[k] as number[];
    const fault = domain === 'factor' ? factorFault(entries, 0, batch.cols) : covarianceFault(entries, 0, batch.cols, batch.dtype);
    if (fault !== undefined) return matrixError(batch, k, row, fault);
  }
  for (const [k, domain] of domains.entries()) {
    const expected = EMPTY_ROW[domain];
    const nothing = domain === 'logit' ? -Infinity : 0;
    if (expected !== undefined && needsMass && rows[k]?.every((value) => value === nothing)) {
      const place = { argument: batch.names[k], row: rowOf(batch, k, row), expected };
      return mismatch('ERR_ZERO_ROW', place, 'none');
    }
  }
  const place = { argument: batch.names[0], row: rowOf(batch, 0, row), expected: 'entries whose sum is a finite number' };
  return new SurprisalError('ERR_DOMAIN', `${nameOf(place)} expected ${place.expected}`, place);
}

/** The column is the pivot, or the entry's place among the d·d of its matrix. */
function matrixError(batch: Batch, k: number, row: number, fault: MatrixFault): SurprisalError {
  const { kind, i, j, value } = fault;
  const { expected, at } = MATRIX[kind];
  const column = kind === 'pivot' || kind === 'diagonal' ? i : i * batch.cols + j;
  const place = { argument: batch.names[k], row: rowOf(batch, k, row), value, expected };
  const name = `${nameOf(place)}${place.row === undefined ? '' : ','} ${at(fault)}`;
  return mismatch('ERR_COVARIANCE', { ...place, column }, `${value}`, name);
}

/** Refuses rows that do not sum to 1, within 1e-3 (bfloat16: 0.004). Entries are known to be masses. */
export function checkSums(kernel: KernelName, batch: Batch): void {
  for (let k = 0; k < batch.inputs.length; k++) {
    const rows = batch.steps[k] === 0 ? 1 : batch.rows;
    const input = batch.inputs[k];
    const tolerance = input instanceof Narrow && input.storage === 'bf16' ? COARSE_SUM_TOLERANCE : SUM_TOLERANCE;
    for (let row = 0; row < rows; row++) {
      const value = sumOf(batch, k, row);
      if (isNearOne(value, tolerance)) continue;
      const expected = `a row that sums to 1 (within ${tolerance})`;
      const place = { argument: batch.names[k], row: rowOf(batch, k, row), value, expected };
      const advice = adviceOnSum(kernel, rowEntries(batch, k, row));
      throw mismatch('ERR_DOMAIN', place, `a sum of ${value}${advice}`);
    }
  }
}

/** The error for an entry; of a plain array it may be anything. */
export function entryError(
  batch: Batch,
  k: number,
  row: number,
  column: number,
  value: unknown,
  expected: string,
  advice = '',
): SurprisalError {
  const input = batch.inputs[k];
  const code = typeof value === 'number' ? 'ERR_DOMAIN' : 'ERR_KIND';
  const named = input instanceof LazyRows ? input.column(row, column) : column;
  const place = { argument: batch.names[k], row: rowOf(batch, k, row), column: named, value, expected };
  return mismatch(code, place, describe(value) + advice);
}

function sumOf(batch: Batch, k: number, row: number): number {
  const input = batch.inputs[k] as Batch['inputs'][number];
  if (input instanceof LazyRows) return rowEntries(batch, k, row).reduce((sum, x) => sum + x, 0);
  const from = row * (batch.steps[k] as number);
  const end = from + batch.cols;
  let sum = 0;
  if (input instanceof Narrow) for (let i = from; i < end; i++) sum += input.at(i);
  else for (let i = from; i < end; i++) sum += input[i] as number;
  return sum;
}

/** Of sparse rows, what they store. */
function rowEntries(batch: Batch, k: number, row: number): number[] {
  const input = batch.inputs[k] as Batch['inputs'][number];
  const step = batch.steps[k] as number;
  const from = row * step;
  const length = step === 0 ? (input as readonly number[]).length : step;
  if (input instanceof Narrow) return Array.from({ length }, (_, column) => input.at(from + column));
  if (input instanceof SparseRows) return Array.from(input.values.subarray(input.offsets[row], input.offsets[row + 1]));
  if (!(input instanceof LazyRows)) return Array.from(input.slice(from, from + length));
  const entries = new Float64Array(batch.cols);
  input.write(row, entries, 0);
  return Array.from(entries.subarray(0, input.width(row)));
}

/** A vector has no rows to name. */
function rowOf(batch: Batch, k: number, row: number): number | undefined {
  return batch.single || batch.steps[k] === 0 ? undefined : row;
}
