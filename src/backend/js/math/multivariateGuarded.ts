/** Rows of full-covariance Gaussians that the lanes leave: invalid ones, and those near the ends of the f64 range or nearly singular. Scalar, in units that fit. */
import { covarianceFault, eliminate, factorFault, inUnits, powerBelow, unitsOf } from '../../../check/definite.js';
import type { Floats } from '../../../types.js';
import { guardedTerm, STD } from './gaussianTerm.js';
import { divergence, load, Workspace } from './multivariate.js';

/** The divergence of any row: NaN where there is a fault that `check/definite.ts` or an entry that is not finite explains. */
export function guardedRow(
  kind: number,
  m0: Floats,
  m0At: number,
  x: Floats,
  xAt: number,
  m1: Floats,
  m1At: number,
  y: Floats,
  yAt: number,
  d: number,
): number {
  if (!(areReal(m0, m0At, d) && areReal(x, xAt, d * d) && areReal(m1, m1At, d) && areReal(y, yAt, d * d))) return NaN;
  const dtype = x instanceof Float64Array ? 'f64' : 'f32';
  const fault = (matrix: Floats, at: number) => (kind === STD ? factorFault(matrix, at, d) : covarianceFault(matrix, at, d, dtype));
  if (fault(x, xAt) !== undefined || fault(y, yAt) !== undefined) return NaN;
  const space = new Workspace(d);
  const units = kind === STD ? diagonalUnits(y, yAt, d) : unitsOf(y, yAt, d);
  const scaled = (matrix: Floats, at: number) => (kind === STD ? rowsInUnits(matrix, at, d, units) : inUnits(matrix, at, d, units));
  for (let j = 0; j < d; j++) {
    const [a, b, unit] = [m0[m0At + j] as number, m1[m1At + j] as number, units[j] as number];
    space.gap[j] = Math.abs(a - b) < Infinity ? (a - b) / unit : a / unit - b / unit;
  }
  const gap = space.gap.slice();
  if (load(kind, scaled(x, xAt), 0, d, space.s0) && load(kind, scaled(y, yAt), 0, d, space.s1)) {
    const v = divergence(kind, space, space.s1, false);
    if (v === v) return v;
  }
  const far =
    kind === STD
      ? farDivergence(scaled(x, xAt), scaled(y, yAt), gap, d)
      : farDivergence(factorOf(x, xAt, d, units), factorOf(y, yAt, d, units), gap, d);
  return far === far ? far : Infinity; // a sum on the way beyond the range
}

/** ½·Σₖ[IS(l₀ₖₖ², l₁ₖₖ²) + uₖ²] + ½·Σ_{i>j} zᵢⱼ² with Z = L₁⁻¹·L₀ and u = L₁⁻¹(μ₀ − μ₁). */
function farDivergence(l0: Float64Array, l1: Float64Array, gap: Float64Array, d: number): number {
  let total = 0;
  for (let column = -1; column < d; column++) {
    // μ₀ − μ₁ first, then the columns of L₀.
    const z = new Float64Array(d);
    for (let i = Math.max(column, 0); i < d; i++) {
      let rest = column < 0 ? (gap[i] as number) : (l0[i * d + column] as number);
      for (let k = Math.max(column, 0); k < i; k++) rest -= (l1[i * d + k] as number) * (z[k] as number);
      const pivot = l1[i * d + i] as number;
      z[i] = rest / pivot;
      if (column < 0) total += guardedTerm(STD, rest, Math.max(l0[i * d + i] as number, 5e-324), 0, pivot);
      else if (i > column) total += 0.5 * (z[i] as number) * (z[i] as number);
    }
  }
  return total;
}

/** The Cholesky factor of a covariance, in these units; worked out in units of its own. */
function factorOf(matrix: Floats, at: number, d: number, units: Float64Array): Float64Array {
  const own = unitsOf(matrix, at, d);
  const a = inUnits(matrix, at, d, own);
  eliminate(a, d);
  return Float64Array.from({ length: d * d }, (_, n) => {
    const i = Math.floor(n / d);
    const j = n % d;
    if (j > i) return 0;
    const root = Math.sqrt(a[j * d + j] as number) * ((own[i] as number) / (units[i] as number));
    return j === i ? root : (a[j * d + i] as number) * root;
  });
}

/** Of each variable, the power of two below its diagonal entry in the factor. */
export function diagonalUnits(factor: Floats, at: number, d: number): Float64Array {
  return Float64Array.from({ length: d }, (_, i) => powerBelow(Math.max(factor[at + i * d + i] as number, 2.2250738585072014e-308)));
}

/** A factor in these units. */
export function rowsInUnits(factor: Floats, at: number, d: number, units: Float64Array): Float64Array {
  return Float64Array.from({ length: d * d }, (_, n) => (factor[at + n] as number) / (units[Math.floor(n / d)] as number));
}

function areReal(x: Floats, at: number, n: number): boolean {
  for (let i = at; i < at + n; i++) {
    const v = x[i] as number;
    if (v - v !== 0) return false;
  }
  return true;
}
