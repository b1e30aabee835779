/** Factors of covariances and singular values, for designs whose priors may be vague: a variance of 1e16 beside one of 1 costs no digits. */
import { argumentError } from '../input/options.js';

/** Correlations may be as far from those of a covariance: more than rounding leaves where all are computed. */
const TOLERANCE = 2 ** -30;

/**
 * L of Σ = L·Lᵀ, d × d, of a covariance that may be singular; its entries are known to be finite. Pivots are those of the correlations, the largest first, so that
 * the units of the variables do not matter.
 *
 * @throws {SurprisalError} ERR_DOMAIN where Σ is not symmetric, or not positive semi-definite
 */
export function semiDefiniteFactor(argument: string, covariance: ArrayLike<number>, d: number): Float64Array {
  const at = (i: number, j: number) => covariance[i * d + j] as number;
  const deviations = Float64Array.from({ length: d }, (_, i) => Math.sqrt(at(i, i)));
  const rest = new Float64Array(d * d); // correlations, less what the columns so far explain
  for (let i = 0; i < d; i++) {
    if (!(at(i, i) >= 0)) throw indefinite(argument, i, i, at(i, i));
    for (let j = 0; j < i; j++) {
      const [unit, other] = [deviations[i] as number, deviations[j] as number];
      if (!(Math.abs(at(i, j) - at(j, i)) <= TOLERANCE * unit * other))
        throw argumentError('ERR_DOMAIN', argument, `a symmetric matrix (entry [${j}, ${i}] is ${at(j, i)})`, at(i, j), {
          row: i,
          column: j,
        });
      const isNone = unit === 0 || other === 0;
      if (isNone && at(i, j) !== 0) throw indefinite(argument, i, j, at(i, j));
      rest[i * d + j] = rest[j * d + i] = isNone ? 0 : at(i, j) / unit / other;
    }
    rest[i * d + i] = deviations[i] === 0 ? 0 : 1;
  }
  const factor = new Float64Array(d * d);
  const left = new Set(deviations.keys());
  for (let k = 0; k < d; k++) {
    let p = -1;
    for (const i of left) if (p < 0 || (rest[i * d + i] as number) > (rest[p * d + p] as number)) p = i;
    const pivot = rest[p * d + p] as number;
    if (!(pivot > d * 2 ** -50)) break;
    left.delete(p);
    factor[p * d + k] = Math.sqrt(pivot);
    for (const i of left) factor[i * d + k] = (rest[i * d + p] as number) / Math.sqrt(pivot);
    for (const i of left)
      for (const j of left) rest[i * d + j] = (rest[i * d + j] as number) - (factor[i * d + k] as number) * (factor[j * d + k] as number);
  }
  // What is left is that of variables that the others explain.
  for (const i of left)
    for (const j of left)
      if (!(Math.abs(rest[i * d + j] as number) <= TOLERANCE)) throw indefinite(argument, i, j, rest[i * d + j] as number);
  return factor.map((entry, n) => entry * (deviations[Math.floor(n / d)] as number));
}

function indefinite(argument: string, row: number, column: number, value: number): Error {
  return argumentError('ERR_DOMAIN', argument, 'a positive semi-definite matrix', value, { row, column });
}

/**
 * Squares of the singular values of a matrix, which is given by its columns and used up: each pair of columns is turned until it is orthogonal, the longer one
 * first. Small values keep their digits where it is columns that are small.
 *
 * Source  one-sided Jacobi: J. Demmel, K. Veselić, SIAM J. Matrix Anal. Appl. 13 (1992); order of columns: P. de Rijk, SIAM J. Sci. Stat. Comput. 10 (1989)
 */
export function squaredSingularValues(columns: readonly Float64Array[]): number[] {
  for (let sweep = 0, turned = true; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (const [k, x] of columns.entries()) for (const y of columns.slice(k + 1)) turned = turn(x, y) || turned;
  }
  return columns.map((x) => dot(x, x));
}

/** Six to ten do; sweeps converge quadratically. */
const MOST_SWEEPS = 40;

/** Turns two columns in their plane, so that they are orthogonal and x is the longer one; false where they are. */
function turn(x: Float64Array, y: Float64Array): boolean {
  const [a, b, both] = [dot(x, x), dot(y, y), dot(x, y)];
  const isApart = Math.abs(both) <= 2 ** -52 * Math.sqrt(x.length) * Math.sqrt(a) * Math.sqrt(b);
  if (isApart && a >= b) return false;
  // tan of the smaller angle, for the longer column first.
  const [long, short] = a >= b ? [x, y] : [y, x];
  const ratio = Math.abs(a - b) / (2 * both);
  const t = isApart ? 0 : (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const c = 1 / Math.hypot(1, t);
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [long[i] as number, short[i] as number];
    x[i] = c * (u + t * v);
    y[i] = c * (v - t * u);
  }
  return !isApart;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] as number) * (y[i] as number);
  return sum;
}
