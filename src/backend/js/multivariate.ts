/** Twin of assembly/kernels/multivariate.ts. Formulas and bounds stand there. */
import type { Kernel } from '../contract.js';
import { STD, VARIANCE } from './math/gaussianTerm.js';
import { multivariateRows } from './math/multivariateRows.js';

/** The same body for both dtypes: it looks at the inputs. */
function both(kind: number): Record<'f64' | 'f32', Kernel> {
  return { f64: multivariateRows(kind), f32: multivariateRows(kind) };
}

export const multivariate = {
  gaussianCovarianceKlRows: both(VARIANCE),
  gaussianCholeskyKlRows: both(STD),
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
