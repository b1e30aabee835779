/** Twin of assembly/kernels/symmetric.ts. Formulas and bounds stand there. */
import type { Kernel } from '../contract.js';
import { equalMassRow32, equalMassRow64 } from './math/equalMass.js';
import { isModerate32, isModerate64, isOrdinary32, isOrdinary64 } from './math/logRatio.js';
import { JEFFREYS, JENSEN_SHANNON, robustDivergence } from './math/robust.js';
import { leastOf, rowDifference32, rowDifference64, rowSum32, rowSum64 } from './math/sums.js';

const LN2 = 0.6931471805599453;

function rows64(op: number): Kernel {
  return (inputs, steps, rows, cols, params, out) => {
    const [p, q] = inputs as [Float64Array, Float64Array];
    const normalize = params[0] !== 0;
    for (let r = 0; r < rows; r++) {
      const a = r * (steps[0] as number);
      const b = r * (steps[1] as number);
      const P = rowSum64(p, a, cols);
      const E = rowDifference64(p, a, q, b, cols);
      const Q = P - E;
      const inRange = isOrdinary64(P) && isOrdinary64(Q) && isModerate64(normalize ? P / Q : 1);
      if (!(inRange && leastOf(p, a, cols) >= 0 && leastOf(q, b, cols) >= 0)) {
        out[r] = robustDivergence(op, p, a, q, b, cols, normalize);
        continue;
      }
      out[r] = finish(op, equalMassRow64(op, p, a, q, b, cols, normalize ? E / Q : 0), normalize, P);
    }
  };
}

function rows32(op: number): Kernel {
  return (inputs, steps, rows, cols, params, out) => {
    const [p, q] = inputs as [Float32Array, Float32Array];
    const normalize = params[0] !== 0;
    for (let r = 0; r < rows; r++) {
      const a = r * (steps[0] as number);
      const b = r * (steps[1] as number);
      const P = rowSum32(p, a, cols);
      const E = rowDifference32(p, a, q, b, cols);
      const Q = P - E;
      const inRange = isOrdinary32(P) && isOrdinary32(Q) && isModerate32(normalize ? P / Q : 1);
      if (!(inRange && leastOf(p, a, cols) >= 0 && leastOf(q, b, cols) >= 0)) {
        out[r] = robustDivergence(op, p, a, q, b, cols, normalize);
        continue;
      }
      out[r] = finish(op, equalMassRow32(op, p, a, q, b, cols, normalize ? E / Q : 0), normalize, P);
    }
  };
}

function finish(op: number, sum: number, normalize: boolean, P: number): number {
  const scaled = op === JENSEN_SHANNON ? 0.5 * sum : sum;
  const v = normalize ? scaled / P : scaled;
  if (op === JENSEN_SHANNON && normalize && v > LN2) return LN2;
  return v < 0 ? 0 : v;
}

export const symmetric = {
  jeffreysRows: { f64: rows64(JEFFREYS), f32: rows32(JEFFREYS) },
  jensenShannonRows: { f64: rows64(JENSEN_SHANNON), f32: rows32(JENSEN_SHANNON) },
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
