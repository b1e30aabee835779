/**
 * Gradients of the divergence of Gaussians with full covariances, one row at a time. The twin alone has them: they cost several times the divergence in any
 * form, and a batch of them is small beside the matrices that it is made of.
 *
 * With Σ₁ = L₁L₁ᵀ, u = L₁⁻¹(μ₀ − μ₁), in units in which Σ₁ has a diagonal near 1:
 *
 *   means        L₁⁻ᵀu, and less that
 *   covariances  E = L₁⁻¹(Σ₀ − Σ₁)L₁⁻ᵀ;  by Σ₁: −½·L₁⁻ᵀ(E + uuᵀ)L₁⁻¹;  by Σ₀: ½·(Σ₁⁻¹ − Σ₀⁻¹), near each other as ½·L₁⁻ᵀ(I + E)⁻¹E·L₁⁻¹.
 *                Entries count as independent: the matrix is symmetric, and the slope along a symmetric change is its sum over all d·d entries.
 *   factors      E = L₁⁻¹(L₀ − L₁);  by L₀: tril(L₁⁻ᵀE) + diag((l₀ − l₁)/(l₀l₁));  by L₁: −tril(L₁⁻ᵀ(E + Eᵀ + EEᵀ + uuᵀ)).
 *                0 above the diagonal.
 *
 * The terms that do not vanish for equal parameters cancel on paper. Error: 32·2⁻⁵³·cond of the largest entry (factors: √cond), and so in f32 before rounding.
 */
import { inUnits, unitsOf } from '../../../check/definite.js';
import type { Floats } from '../../../types.js';
import type { Gradients } from '../../contract.js';
import { STD } from './gaussianTerm.js';
import { isNear } from './multivariate.js';
import { diagonalUnits, rowsInUnits } from './multivariateGuarded.js';

/** A row's parameters and where they begin. */
export interface MatrixRow {
  readonly inputs: readonly Floats[];
  readonly at: readonly number[];
}

/** Writes the gradients of row `row`, which is valid. */
export function multivariateGradient(kind: number, { inputs, at }: MatrixRow, d: number, gradients: Gradients, row: number): void {
  const [m0, x, m1, y] = inputs as [Floats, Floats, Floats, Floats];
  const [a, b, c, e] = at as [number, number, number, number];
  const isFactor = kind === STD;
  const units = isFactor ? diagonalUnits(y, e, d) : unitsOf(y, e, d);
  const x0 = isFactor ? rowsInUnits(x, b, d, units) : inUnits(x, b, d, units);
  const x1 = isFactor ? rowsInUnits(y, e, d, units) : inUnits(y, e, d, units);
  const l1 = isFactor ? x1 : cholesky(x1, d);
  const u = Float64Array.from(units, (unit, i) => ((m0[a + i] as number) - (m1[c + i] as number)) / unit);
  forward(l1, u, d, 1);
  const mean = u.slice();
  backward(l1, mean, d, 1);
  put(gradients[0], row, d, (i) => (mean[i] as number) / (units[i] as number));
  put(gradients[2], row, d, (i) => 0 - (mean[i] as number) / (units[i] as number));
  if (gradients[1] === undefined && gradients[3] === undefined) return;
  const [by0, by1] = isFactor ? ofFactors(x0, l1, u, d) : ofCovariances(x0, x1, l1, u, d);
  const inFull = (matrix: Float64Array) => (n: number) => {
    const [i, j] = [Math.floor(n / d), n % d];
    return isFactor
      ? j > i
        ? 0
        : (matrix[n] as number) / (units[i] as number)
      : (0.5 * ((matrix[n] as number) + (matrix[j * d + i] as number))) / (units[i] as number) / (units[j] as number);
  };
  put(gradients[1], row, d * d, by0 === undefined ? differenceOfInverses(x, b, y, e, d) : inFull(by0));
  put(gradients[3], row, d * d, inFull(by1));
}

/** Entries of a row; what left the range on the way is beyond it. */
function put(gradient: Floats | undefined, row: number, width: number, value: (n: number) => number): void {
  if (gradient === undefined) return;
  for (let n = 0; n < width; n++) {
    const v = value(n);
    gradient[row * width + n] = v === v ? v : Infinity;
  }
}

/** By Σ₀, undefined where it is not near Σ₁, and by Σ₁. */
function ofCovariances(
  s0: Float64Array,
  s1: Float64Array,
  l1: Float64Array,
  u: Float64Array,
  d: number,
): readonly [Float64Array | undefined, Float64Array] {
  // The upper triangles are what counts.
  const e = Float64Array.from({ length: d * d }, (_, n) => {
    const [i, j] = [Math.floor(n / d), n % d];
    const upper = i < j ? n : j * d + i;
    return (s0[upper] as number) - (s1[upper] as number);
  });
  forward(l1, e, d, d);
  const both = transposed(e, d);
  forward(l1, both, d, d);
  const by1 = both.map((v, n) => -0.5 * (v + (u[Math.floor(n / d)] as number) * (u[n % d] as number)));
  between(l1, by1, d);
  if (!isNear(s0, s1, d, new Float64Array(d))) return [undefined, by1];
  const shifted = both.map((v, n) => (n % (d + 1) === 0 ? v + 1 : v));
  const m = cholesky(shifted, d);
  if (!(m[d * d - 1] as number)) return [undefined, by1];
  const by0 = both.map((v) => 0.5 * v);
  forward(m, by0, d, d);
  backward(m, by0, d, d);
  between(l1, by0, d);
  return [by0, by1];
}

/** ½·(Σ₁⁻¹ − Σ₀⁻¹), each in units of its own. */
function differenceOfInverses(x: Floats, xAt: number, y: Floats, yAt: number, d: number): (n: number) => number {
  const inverse = (matrix: Floats, at: number) => {
    const units = unitsOf(matrix, at, d);
    const result = Float64Array.from({ length: d * d }, (_, n) => (n % (d + 1) === 0 ? 1 : 0));
    between(cholesky(inUnits(matrix, at, d, units), d), result, d);
    return (i: number, j: number) => (result[i * d + j] as number) / (units[i] as number) / (units[j] as number);
  };
  const [of1, of0] = [inverse(y, yAt), inverse(x, xAt)];
  return (n) => {
    const [i, j] = [Math.floor(n / d), n % d];
    return i < j ? 0.5 * (of1(i, j) - of0(i, j)) : 0.5 * (of1(j, i) - of0(j, i));
  };
}

/** By L₀ and L₁, below the diagonal. */
function ofFactors(l0: Float64Array, l1: Float64Array, u: Float64Array, d: number): readonly [Float64Array, Float64Array] {
  const e = l0.map((v, n) => v - (l1[n] as number));
  forward(l1, e, d, d);
  const by0 = e.slice();
  backward(l1, by0, d, d);
  for (let i = 0; i < d * d; i += d + 1) {
    const [v0, v1] = [l0[i] as number, l1[i] as number];
    by0[i] = (by0[i] as number) + (v0 - v1) / v0 / v1;
  }
  const by1 = Float64Array.from({ length: d * d }, (_, n) => {
    const [i, j] = [Math.floor(n / d), n % d];
    let sum = (e[n] as number) + (e[j * d + i] as number) + (u[i] as number) * (u[j] as number);
    for (let k = 0; k <= Math.min(i, j); k++) sum += (e[i * d + k] as number) * (e[j * d + k] as number);
    return -sum;
  });
  backward(l1, by1, d, d);
  return [by0, by1];
}

/** The lower Cholesky factor of the upper triangle of s; its last pivot is NaN or 0 where s is not positive definite. */
function cholesky(s: Float64Array, d: number): Float64Array {
  const l = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = s[j * d + i] as number;
      for (let k = 0; k < j; k++) rest -= (l[i * d + k] as number) * (l[j * d + k] as number);
      l[i * d + j] = j === i ? Math.sqrt(rest) : rest / (l[j * d + j] as number);
    }
  }
  return l;
}

/** L⁻¹B in place of B, which has n columns. */
function forward(l: Float64Array, b: Float64Array, d: number, n: number): void {
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < i; k++) subtract(b, i * n, b, k * n, l[i * d + k] as number, n);
    for (let j = i * n; j < (i + 1) * n; j++) b[j] = (b[j] as number) / (l[i * d + i] as number);
  }
}

/** L⁻ᵀB in place of B. */
function backward(l: Float64Array, b: Float64Array, d: number, n: number): void {
  for (let i = d - 1; i >= 0; i--) {
    for (let k = i + 1; k < d; k++) subtract(b, i * n, b, k * n, l[k * d + i] as number, n);
    for (let j = i * n; j < (i + 1) * n; j++) b[j] = (b[j] as number) / (l[i * d + i] as number);
  }
}

/** L⁻ᵀBL⁻¹ in place of B, transposed. */
function between(l: Float64Array, b: Float64Array, d: number): void {
  backward(l, b, d, d);
  b.set(transposed(b, d));
  backward(l, b, d, d);
}

function subtract(to: Float64Array, at: number, from: Float64Array, start: number, factor: number, n: number): void {
  for (let j = 0; j < n; j++) to[at + j] = (to[at + j] as number) - factor * (from[start + j] as number);
}

function transposed(a: Float64Array, d: number): Float64Array {
  return Float64Array.from({ length: d * d }, (_, n) => a[(n % d) * d + Math.floor(n / d)] as number);
}
