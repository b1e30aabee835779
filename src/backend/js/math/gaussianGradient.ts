/** Twin of assembly/math/gaussianGradient.ts: formulas, lanes and domain stand there. What is out of its domain is done here alone, by `guardedGradient`. */
import type { Floats } from '../../../types.js';
import type { Gradients } from '../../contract.js';
import { em1mxNormal, exp, expNormal } from './exp.js';
import { LOG_VARIANCE, STD } from './gaussianTerm.js';
import { sumError } from './sums.js';

/** Where entries of a row begin in each input; for a prior m₁ and y are those of N(0, 1). */
export interface Row {
  readonly inputs: readonly Floats[];
  readonly at: readonly number[];
}

/** x in the lanes' type: by a condition, as a function that is handed over would be called for every rounding. */
function rounded(isSingle: boolean, x: number): number {
  return isSingle ? Math.fround(x) : x;
}

/** Gradients of n entries, written from `to` on, in the way that the value came: where `isQuick`, of ratios alone, in the lanes of the inputs' own type. */
export function gaussianGradient(
  isQuick: boolean,
  kind: number,
  prior: boolean,
  { inputs, at }: Row,
  n: number,
  gradients: Gradients,
  to: number,
): void {
  const [m0, x, m1, y] = inputs as [Floats, Floats, Floats, Floats];
  const [a, b, c, e] = at as [number, number, number, number];
  const [g0, gx, g1, gy] = gradients;
  const unit = kind === LOG_VARIANCE ? 0 : 1;
  const isSingle = isQuick && x instanceof Float32Array;
  for (let i = 0; i < n; i++) {
    const u = x[b + i] as number;
    const v = prior ? unit : (y[e + i] as number);
    const d = rounded(isSingle, u - v);
    let m = rounded(isSingle, (m0[a + i] as number) - (prior ? 0 : (m1[c + i] as number)));
    let byX: number;
    let byY: number;
    if (kind === LOG_VARIANCE) {
      const s = em1mxNormal(d, 0);
      const t = expNormal(-(v * 0.5));
      byX = s + sumError(u, -v, d) * (s + 1);
      m *= t;
      byY = 0.5 * (byX + m * m);
      byX *= 0.5;
      m *= t;
    } else {
      const inverse = rounded(isSingle, 1 / v);
      const shift = rounded(isSingle, m * inverse);
      byX = rounded(isSingle, d * inverse);
      m = shift;
      if (kind === STD) {
        byX = rounded(isSingle, byX * rounded(isSingle, rounded(isSingle, u * inverse) + 1));
        m = rounded(isSingle, shift * inverse);
        byY = rounded(isSingle, shift * m);
      } else {
        byX *= 0.5;
        byY = rounded(isSingle, 0.5 * rounded(isSingle, shift * shift));
      }
      byY += rounded(isSingle, byX * inverse);
      byX /= u;
    }
    if (g0 !== undefined) g0[to + i] = m;
    if (gx !== undefined) gx[to + i] = byX;
    if (g1 !== undefined) g1[to + i] = 0 - m;
    if (gy !== undefined) gy[to + i] = 0 - byY;
  }
}

/** The like for any parameters of a Gaussian: nothing overflows or vanishes before a gradient does. */
export function guardedGradient(kind: number, prior: boolean, { inputs, at }: Row, n: number, gradients: Gradients, to: number): void {
  const [m0, x, m1, y] = inputs as [Floats, Floats, Floats, Floats];
  const [a, b, c, e] = at as [number, number, number, number];
  const unit = kind === LOG_VARIANCE ? 0 : 1;
  for (let i = 0; i < n; i++) {
    const u = x[b + i] as number;
    const v = prior ? unit : (y[e + i] as number);
    const left = m0[a + i] as number;
    const right = prior ? 0 : (m1[c + i] as number);
    // Half of a difference that overflows.
    const overflows = Math.abs(left - right) === Infinity;
    const times = overflows ? 2 : 1;
    const gap = overflows ? 0.5 * left - 0.5 * right : left - right;
    const [byMean, byX, byY] = kind === LOG_VARIANCE ? ofLogs(gap, times, u, v) : ofSpreads(kind === STD, gap, times, u, v);
    for (const [k, value] of [byMean, byX, 0 - byMean, 0 - byY].entries()) {
      const gradient = gradients[k];
      if (gradient !== undefined) gradient[to + i] = value;
    }
  }
}

/** By m₀, by x, and less the one by y, of variances or standard deviations; the gap is `times` the given one. */
function ofSpreads(isStd: boolean, gap: number, times: number, x: number, y: number): readonly [number, number, number] {
  const least = Math.min(x, y);
  const most = Math.max(x, y);
  const d = x - y;
  const shift = (gap / y) * times;
  if (!isStd) {
    const byX = (0.5 * (d / most)) / least;
    return [shift, byX, 0.5 * sumOver(d / y / y, shift * shift, d / y + gap * times * shift, y)];
  }
  const sum = x / y + 1;
  return [shift / y, ((d / most) * sum) / least, sumOver((d / y / y) * sum, (shift / y) * shift, (d / y) * sum + shift * shift, y)];
}

/** a + b, which is c/y: by c where a or b overflows, since they may differ in sign. c would lose what vanishes beside a small y. */
function sumOver(a: number, b: number, c: number, y: number): number {
  return Math.abs(a) < Infinity && Math.abs(b) < Infinity ? a + b : c / y;
}

function ofLogs(gap: number, times: number, x: number, y: number): readonly [number, number, number] {
  const d = x - y;
  const power = d < -708 ? -1 : d > 708 ? exp(d) : em1mxNormal(d, 0);
  const byX = Math.abs(power) < Infinity && d > -708 ? power + sumError(x, -y, d) * (power + 1) : power;
  // In eight factors, each far from the ends of the range: a product grows or shrinks all the way.
  const root = exp(-0.125 * Math.max(-4000, Math.min(4000, y)));
  const half = gap * root * root * root * root * times;
  return [half * root * root * root * root, 0.5 * byX, 0.5 * byX + 0.5 * (half * half)];
}
