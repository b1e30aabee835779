/** Twin of assembly/kernels/symmetric.ts. Formulas and bounds stand there. */
import type { Kernel } from '../contract.js';
import { equalMass32, equalMass64 } from './math/equalMass.js';
import { JEFFREYS, JENSEN_SHANNON, robustDivergence } from './math/robust.js';
import { rowDifference32, rowDifference64, rowSum32, rowSum64 } from './math/sums.js';

const LN2 = 0.6931471805599453;

const rows64 =
  (op: number): Kernel =>
  (inputs, steps, rows, cols, params, out) => {
    const [p, q] = inputs as [Float64Array, Float64Array];
    const normalize = params[0] !== 0;
    for (let r = 0; r < rows; r++) {
      const a = r * (steps[0] as number);
      const b = r * (steps[1] as number);
      const v = equalMass64(op, p, a, q, b, cols, normalize, rowSum64(p, a, cols), rowDifference64(p, a, q, b, cols));
      out[r] = Number.isNaN(v) ? robustDivergence(op, p, a, q, b, cols, normalize) : bounded(op, v, normalize);
    }
  };

const rows32 =
  (op: number): Kernel =>
  (inputs, steps, rows, cols, params, out) => {
    const [p, q] = inputs as [Float32Array, Float32Array];
    const normalize = params[0] !== 0;
    for (let r = 0; r < rows; r++) {
      const a = r * (steps[0] as number);
      const b = r * (steps[1] as number);
      const v = equalMass32(op, p, a, q, b, cols, normalize, rowSum32(p, a, cols), rowDifference32(p, a, q, b, cols));
      out[r] = Number.isNaN(v) ? robustDivergence(op, p, a, q, b, cols, normalize) : bounded(op, v, normalize);
    }
  };

/** Jensen–Shannon is at most ln 2, rounding or not. */
function bounded(op: number, v: number, normalize: boolean): number {
  return op === JENSEN_SHANNON && normalize && v > LN2 ? LN2 : v;
}

export const symmetric = {
  jeffreysRows: { f64: rows64(JEFFREYS), f32: rows32(JEFFREYS) },
  jensenShannonRows: { f64: rows64(JENSEN_SHANNON), f32: rows32(JENSEN_SHANNON) },
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
