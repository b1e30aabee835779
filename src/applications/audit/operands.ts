/** The rows of an audit before any tool is handed them: widened, and held to what tools expect. */
import { type Matrix, SurprisalError } from '../../index.js';
import { Narrow, storageOf } from '../../rows/narrow.js';

/** How far rows of probabilities may be from a sum of 1: what printing with three digits leaves. */
const SUM_TOLERANCE = 1e-3;
/** And in bfloat16, whose entries have eight bits. */
const COARSE_SUM_TOLERANCE = 2 ** -8;

/** A matrix widened to doubles. */
interface WideMatrix extends Matrix {
  readonly data: Float64Array;
}

/** Floats of up to 32 bits, in which tools compute that follow the data; integers they turn into doubles. */
export function isSingleFloat({ data, dtype }: Matrix): boolean {
  return ['f32', 'f16', 'bf16'].includes(storageOf(data, dtype));
}

export function widen({ data, rows, cols, dtype }: Matrix): WideMatrix {
  if (data instanceof Float64Array) return { data, rows, cols };
  const wide = new Float64Array(rows * cols);
  new Narrow(data, storageOf(data, dtype)).write(0, wide.length, wide, 0);
  return { data: wide, rows, cols };
}

/**
 * How far the sum of a row is from 1, at most. Tools that take rows as given need rows that sum to 1, or their answers would be compared with those to
 * another question.
 *
 * @param shared whether it is one row that serves all
 * @throws {SurprisalError} ERR_DOMAIN
 */
export function sumGapOf(argument: string, { data, dtype }: Matrix, wide: WideMatrix, shared: boolean): number {
  const tolerance = storageOf(data, dtype) === 'bf16' ? COARSE_SUM_TOLERANCE : SUM_TOLERANCE;
  const { rows, cols } = wide;
  let largest = 0;
  for (let row = 0; row < rows; row++) {
    let value = 0;
    for (let i = row * cols; i < (row + 1) * cols; i++) value += wide.data[i] as number;
    const gap = Math.abs(value - 1);
    largest = Math.max(largest, gap);
    if (gap <= tolerance) continue;
    const expected = `a row that sums to 1 (within ${tolerance}): counts are audited as counts`;
    const place = { argument, row: shared ? undefined : row, value, expected };
    throw new SurprisalError(
      'ERR_DOMAIN',
      `"${argument}"${shared ? '' : ` row ${row}`} expected ${expected}, got a sum of ${value}`,
      place,
    );
  }
  return largest;
}
