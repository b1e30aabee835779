/** Twin of assembly/math/gaussianRows.ts: rows by the quick, the precise or the guarded way. Which and why stands there. */
import type { Floats } from '../../../types.js';
import type { Gradients, Kernel } from '../../contract.js';
import { gaussianGradient, guardedGradient } from './gaussianGradient.js';
import { DECLINED, quickRow } from './gaussianQuick.js';
import { fill, guardedTerm, LOG_VARIANCE, means0, means1, spreads0, spreads1, TILE } from './gaussianTerm.js';
import { blockSum64, Running, sumError } from './sums.js';

const QUICK_COLUMNS = 16;

const STAGES = [means0, spreads0, means1, spreads1] as const;
const terms = new Float64Array(TILE);
const at = [0, 0, 0, 0];
const sum = new Running();
const STAGED = { inputs: STAGES, at: [0, 0, 0, 0] };
let isGuarded = false;

/** The kernel of one kind, for either dtype. */
export function gaussianRows(kind: number, prior: boolean): Kernel {
  return (inputs, steps, rows, cols, _params, out, gradients) => {
    if (prior) {
      means1.fill(0);
      spreads1.fill(kind === LOG_VARIANCE ? 0 : 1);
    }
    const group = cols < QUICK_COLUMNS ? Math.floor(TILE / Math.max(1, cols)) : 1;
    let isStaged = false;
    for (let r = 0; r < rows; r += group) {
      const count = Math.min(group, rows - r);
      if (count > 1) {
        isStaged = preciseGroup(kind, prior, inputs, steps, isStaged, r, count, cols, out, gradients);
        continue;
      }
      for (let k = 0; k < inputs.length; k++) at[k] = r * (steps[k] as number);
      const v = cols >= QUICK_COLUMNS ? quickRow(kind, prior, inputs, at, cols, gradients?.[1], r * cols) : DECLINED;
      out[r] = v < 0 ? preciseRow(kind, prior, inputs, cols) : v;
      if (gradients !== undefined) rowGradient(kind, prior, inputs, cols, v >= 0, out[r] as number, gradients, r * cols);
    }
  };
}

/** Short rows, together at most a tile. Inputs that are one row for all stay staged for the next group, which is no larger: whether they are. */
function preciseGroup(
  kind: number,
  prior: boolean,
  inputs: readonly Floats[],
  steps: readonly number[],
  isStaged: boolean,
  from: number,
  rows: number,
  cols: number,
  out: Floats,
  gradients: Gradients | undefined,
): boolean {
  for (let k = 0; k < inputs.length; k++) {
    const input = inputs[k] as Floats;
    const stage = STAGES[k] as Float64Array;
    if (steps[k] !== 0) copy(input, from * cols, rows * cols, stage, 0);
    else if (!isStaged) for (let r = 0; r < rows; r++) copy(input, 0, cols, stage, r * cols);
  }
  if (fill(kind, prior, rows * cols, terms)) {
    for (let r = 0; r < rows; r++) out[from + r] = cols === 1 ? (terms[r] as number) : blockSum64(terms, r * cols, cols);
    if (gradients !== undefined) gaussianGradient(false, kind, prior, STAGED, rows * cols, gradients, from * cols);
    return true;
  }
  for (let r = from; r < from + rows; r++) {
    for (let k = 0; k < inputs.length; k++) at[k] = r * (steps[k] as number);
    out[r] = preciseRow(kind, prior, inputs, cols);
    if (gradients !== undefined) rowGradient(kind, prior, inputs, cols, false, out[r] as number, gradients, r * cols);
  }
  return false;
}

/** Gradients of one row, its inputs starting at `at`, in the way that its value came; NaN beside NaN. */
function rowGradient(
  kind: number,
  prior: boolean,
  inputs: readonly Floats[],
  cols: number,
  isQuick: boolean,
  value: number,
  gradients: Gradients,
  to: number,
): void {
  if (value !== value) for (const gradient of gradients) gradient?.fill(NaN, to, to + cols);
  else if (isQuick && kind === LOG_VARIANCE) gradients[0]?.set((inputs[0] as Floats).subarray(at[0], (at[0] as number) + cols), to);
  else if (!isQuick && isGuarded) guardedGradient(kind, prior, { inputs, at }, cols, gradients, to);
  else gaussianGradient(isQuick, kind, prior, { inputs, at }, cols, gradients, to);
}

/** One row of any length, its inputs starting at `at`; whether it had to be guarded remains in `isGuarded`. */
function preciseRow(kind: number, prior: boolean, inputs: readonly Floats[], cols: number): number {
  sum.clear();
  isGuarded = false;
  for (let start = 0; start < cols; start += TILE) {
    const n = Math.min(TILE, cols - start);
    for (let k = 0; k < inputs.length; k++) copy(inputs[k] as Floats, (at[k] as number) + start, n, STAGES[k] as Float64Array, 0);
    if (!fill(kind, prior, n, terms)) {
      isGuarded = true;
      return guardedRow(kind, prior, inputs, cols);
    }
    for (let c = 0; c < n; c += 64) sum.add(blockSum64(terms, c, Math.min(64, n - c)));
  }
  return sum.value;
}

/** Entries widened into a stage. */
function copy(from: Floats, start: number, n: number, to: Float64Array, at: number): void {
  if (n > 48) to.set(from.subarray(start, start + n), at);
  else for (let i = 0; i < n; i++) to[at + i] = from[start + i] as number;
}

function guardedRow(kind: number, prior: boolean, inputs: readonly Floats[], cols: number): number {
  const [m0, x, m1, y] = inputs as [Floats, Floats, Floats, Floats];
  const [a, b, c, d] = at as [number, number, number, number];
  let hi = 0;
  let lo = 0;
  for (let i = 0; i < cols; i++) {
    const mean = prior ? 0 : (m1[c + i] as number);
    const spread = prior ? (kind === LOG_VARIANCE ? 0 : 1) : (y[d + i] as number);
    const t = guardedTerm(kind, m0[a + i] as number, x[b + i] as number, mean, spread);
    const h = hi + t;
    lo += sumError(hi, t, h);
    hi = h;
  }
  if (hi === Infinity) return hi;
  return hi < Infinity ? hi + lo : NaN;
}
