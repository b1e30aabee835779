/** Twin of assembly/kernels/prior.ts. Formulas and bounds stand there. */
import type { Kernel } from '../contract.js';
import { gaussianRows } from './math/gaussianRows.js';
import { LOG_VARIANCE, STD, VARIANCE } from './math/gaussianTerm.js';

/** The same body for both dtypes: it looks at the inputs. */
function both(kind: number): Record<'f64' | 'f32', Kernel> {
  return { f64: gaussianRows(kind, true), f32: gaussianRows(kind, true) };
}

export const prior = {
  priorVarianceKlRows: both(VARIANCE),
  priorLogVarianceKlRows: both(LOG_VARIANCE),
  priorStdKlRows: both(STD),
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
