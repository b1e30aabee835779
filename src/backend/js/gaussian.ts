/** Twin of assembly/kernels/gaussian.ts. Formulas and bounds stand there. */
import type { Kernel } from '../contract.js';
import { gaussianRows } from './math/gaussianRows.js';
import { LOG_VARIANCE, STD, VARIANCE } from './math/gaussianTerm.js';

/** The same body for both dtypes: it looks at the inputs. */
function both(kind: number): Record<'f64' | 'f32', Kernel> {
  return { f64: gaussianRows(kind, false), f32: gaussianRows(kind, false) };
}

export const gaussian = {
  gaussianVarianceKlRows: both(VARIANCE),
  gaussianLogVarianceKlRows: both(LOG_VARIANCE),
  gaussianStdKlRows: both(STD),
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
