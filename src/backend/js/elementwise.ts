/** Twins of assembly/kernels/elementwise.ts. */
import type { Floats } from '../../types.js';
import type { Kernel } from '../contract.js';
import { exp, exp32 } from './math/exp.js';
import { log, log32 } from './math/log.js';

function map(f: (x: number) => number): Kernel {
  return (inputs, steps, rows, cols, _params, out) => {
    const x = inputs[0] as Floats;
    const step = steps[0] as number;
    for (let r = 0; r < rows; r++) {
      for (let i = 0; i < cols; i++) out[r * cols + i] = f(x[r * step + i] as number);
    }
  };
}

export const elementwise = {
  logMap: { f64: map(log), f32: map(log32) },
  expMap: { f64: map(exp), f32: map(exp32) },
} as const;
