/** KL divergence from samples alone: by nearest neighbours, and by Monte Carlo where densities are known. */
import type { Matrix, Vector } from '../../index.js';
import { type FloatRows, toRows, valuesOf } from '../input/tensor.js';
import { deviation } from '../statistics/bootstrap.js';
import { argumentError } from '../input/options.js';
import { expm1Rest } from '../statistics/rests.js';

export interface SampleEstimate {
  readonly value: number;
  readonly standardError: number;
}

/** Nearest neighbours: rows of x from p, rows of y from q. */
export function knn(ofP: Matrix, ofQ: Matrix, k: number): SampleEstimate {
  const [x, y] = [points('x', ofP), points('y', ofQ)];
  const [n, m, d] = [x.rows, y.rows, x.cols];
  if (y.cols !== d) throw argumentError('ERR_SHAPE', 'y', `${d} columns, as in "x"`, y.cols);
  if (n < k + 1 || m < k) throw argumentError('ERR_EMPTY', n < k + 1 ? 'x' : 'y', `at least ${k + 1} rows for k = ${k}`, n < k + 1 ? n : m);
  const logs = Float64Array.from({ length: n }, (_, i) => {
    const inside = kthDistance(x, i, x, k, i);
    const outside = kthDistance(x, i, y, k, -1);
    if (!(inside < Infinity && outside < Infinity))
      throw argumentError('ERR_DOMAIN', 'x', 'rows whose squared distances are finite', Math.max(inside, outside), { row: i });
    if (inside === 0)
      throw argumentError('ERR_DOMAIN', 'x', `fewer than ${k} other rows of the same values: neighbours at distance 0 have no density`, 0, {
        row: i,
      });
    if (outside === 0)
      throw argumentError(
        'ERR_DOMAIN',
        'x',
        `fewer than ${k} rows of "y" of the same values: neighbours at distance 0 have no density`,
        0,
        { row: i },
      );
    return (d * Math.log(outside / inside)) / 2;
  });
  const mean = logs.reduce((sum, value) => sum + value, 0) / n;
  return { value: mean + Math.log(m / (n - 1)), standardError: deviation(logs) / Math.sqrt(n) };
}

/** Points whose distances can be told. */
function points(argument: string, given: Matrix): FloatRows {
  const read = toRows(argument, given);
  const at = read.data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return read;
  const place = { row: Math.floor(at / read.cols), column: at % read.cols };
  throw argumentError('ERR_DOMAIN', argument, 'a finite number', read.data[at], place);
}

/** The k-th smallest squared distance of row i of `from` to the rows of `to`, one left out. */
function kthDistance(from: FloatRows, i: number, to: FloatRows, k: number, skip: number): number {
  const nearest = new Float64Array(k).fill(Infinity);
  const { cols } = from;
  for (let j = 0; j < to.rows; j++) {
    if (j === skip) continue;
    let distance = 0;
    for (let c = 0; c < cols; c++) distance += ((from.data[i * cols + c] as number) - (to.data[j * cols + c] as number)) ** 2;
    let at = k - 1;
    if (distance >= (nearest[at] as number)) continue;
    for (; at > 0 && (nearest[at - 1] as number) > distance; at--) nearest[at] = nearest[at - 1] as number;
    nearest[at] = distance;
  }
  return nearest[k - 1] as number;
}

/** From log p(x) − log q(x) of draws x of p: l, l²/2, and e^(−l) − 1 + l ≥ 0, which has the same mean as l and mostly less scatter. */
export function fromLogRatios(given: Vector): {
  readonly k1: SampleEstimate;
  readonly k2: SampleEstimate;
  readonly k3: SampleEstimate;
} {
  const logRatios = Float64Array.from(valuesOf('logRatios', given));
  for (const [column, value] of logRatios.entries())
    if (Number.isNaN(value)) throw argumentError('ERR_DOMAIN', 'logRatios', 'log p(x) − log q(x)', value, { column });
  if (logRatios.length < 2) throw argumentError('ERR_EMPTY', 'logRatios', 'two draws or more', logRatios.length);
  const of = (values: Float64Array): SampleEstimate => ({
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
    standardError: deviation(values) / Math.sqrt(values.length),
  });
  return { k1: of(logRatios), k2: of(logRatios.map((l) => (l * l) / 2)), k3: of(logRatios.map((l) => expm1Rest(-l))) };
}
