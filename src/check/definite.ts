/** Why a matrix is no covariance, or no Cholesky factor of one. The twin asks here too: a row is NaN where there is a fault to name, and nowhere else. */
import type { Dtype } from '../types.js';

type Numbers = ArrayLike<number>;

/** What is wrong: with an entry (`symmetry`, `upper`), or with the pivot of a row, a diagonal entry less what the rows above explain (`pivot`, `diagonal`). */
export interface MatrixFault {
  readonly kind: 'symmetry' | 'pivot' | 'upper' | 'diagonal';
  readonly i: number;
  readonly j: number;
  readonly value: number;
}

/** Entries across the diagonal may differ by this much of √(ΣᵢᵢΣⱼⱼ): more than rounding leaves where both are computed. */
const SYMMETRY: Readonly<Record<Dtype, number>> = { f64: 2 ** -30, f32: 2 ** -13 };

/** The first fault of the d × d covariance from `at` on, whose entries are finite. */
export function covarianceFault(matrix: Numbers, at: number, d: number, dtype: Dtype): MatrixFault | undefined {
  const tolerance = SYMMETRY[dtype];
  for (let i = 0; i < d; i++) {
    const variance = matrix[at + i * d + i] as number;
    if (!(variance > 0)) return { kind: 'pivot', i, j: i, value: variance };
    for (let j = 0; j < i; j++) {
      const value = matrix[at + i * d + j] as number;
      const limit = tolerance * Math.sqrt(variance) * Math.sqrt(matrix[at + j * d + j] as number);
      if (!(Math.abs(value - (matrix[at + j * d + i] as number)) <= limit)) return { kind: 'symmetry', i, j, value };
    }
  }
  const units = unitsOf(matrix, at, d);
  const a = inUnits(matrix, at, d, units);
  const k = eliminate(a, d);
  if (k < 0) return undefined;
  return { kind: 'pivot', i: k, j: k, value: (a[k * d + k] as number) * (units[k] as number) * (units[k] as number) };
}

/** The first entry of the d × d factor from `at` on that is not as it should be: positive on the diagonal, 0 above it. */
export function factorFault(matrix: Numbers, at: number, d: number): MatrixFault | undefined {
  for (let i = 0; i < d; i++) {
    for (let j = i; j < d; j++) {
      const value = matrix[at + i * d + j] as number;
      if (j === i ? !(value > 0) : value !== 0) return { kind: j === i ? 'diagonal' : 'upper', i, j, value };
    }
  }
  return undefined;
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** The power of two below x, which is positive, normal and finite. */
export function powerBelow(x: number): number {
  double[0] = x;
  words[0] = 0;
  words[1] = (words[1] as number) & 0x7ff00000;
  return double[0] as number;
}

/** Of each variable, the power of two below its standard deviation. */
export function unitsOf(matrix: Numbers, at: number, d: number): Float64Array {
  return Float64Array.from({ length: d }, (_, i) => powerBelow(Math.sqrt(matrix[at + i * d + i] as number)));
}

/** A covariance in these units: exact, but for overflow and underflow. */
export function inUnits(matrix: Numbers, at: number, d: number, units: Float64Array): Float64Array {
  return Float64Array.from(
    { length: d * d },
    (_, n) => (matrix[at + n] as number) / (units[Math.floor(n / d)] as number) / (units[n % d] as number),
  );
}

/** Eliminates a symmetric matrix in its upper triangle: pivots remain on the diagonal, L to their right (transposed). The first pivot that is not positive; −1. */
export function eliminate(a: Float64Array, d: number): number {
  for (let k = 0; k < d; k++) {
    const pivot = a[k * d + k] as number;
    if (!(pivot > 0)) return k;
    const inverse = 1 / pivot;
    for (let i = k + 1; i < d; i++) {
      const c = a[k * d + i] as number;
      for (let j = i; j < d; j++) a[i * d + j] = (a[i * d + j] as number) - c * ((a[k * d + j] as number) * inverse);
    }
    for (let j = k + 1; j < d; j++) a[k * d + j] = (a[k * d + j] as number) * inverse;
  }
  return -1;
}
