/** Twin of assembly/math/multivariateRows.ts: rows of full-covariance Gaussians one after the other, each by the core or, where that declines, by the guarded way. */
import type { Floats } from '../../../types.js';
import type { Kernel } from '../../contract.js';
import { multivariateGradient } from './multivariateGradient.js';
import { divergence, load, Workspace } from './multivariate.js';
import { guardedRow } from './multivariateGuarded.js';

let last = new Workspace(1);

/** The kernel of one kind, for either dtype: VARIANCE for covariances, STD for factors. */
export function multivariateRows(kind: number): Kernel {
  return (inputs, steps, rows, cols, _params, out, gradients) => {
    if (last.d !== cols) last = new Workspace(cols);
    const space = last;
    const [m0, x, m1, y] = inputs as [Floats, Floats, Floats, Floats];
    const [a, b, c, e] = steps as [number, number, number, number];
    const widths = [cols, cols * cols, cols, cols * cols];
    const isShared = e === 0;
    const raw = isShared ? space.kept : space.s1;
    let isWell = false;
    let isKnown = false;
    for (let r = 0; r < rows; r++) {
      if (!isShared || r === 0) isWell = load(kind, y, r * e, cols, raw);
      for (let j = 0; j < cols; j++) space.gap[j] = (m0[r * a + j] as number) - (m1[r * c + j] as number);
      let v = NaN;
      if (load(kind, x, r * b, cols, space.s0) && isWell) {
        v = divergence(kind, space, raw, isKnown);
        isKnown = isShared;
      }
      if (v !== v) v = guardedRow(kind, m0, r * a, x, r * b, m1, r * c, y, r * e, cols);
      out[r] = v;
      if (gradients === undefined) continue;
      if (v === v) multivariateGradient(kind, { inputs, at: [r * a, r * b, r * c, r * e] }, cols, gradients, r);
      else for (const [k, gradient] of gradients.entries()) gradient?.fill(NaN, r * (widths[k] as number), (r + 1) * (widths[k] as number));
    }
  };
}
