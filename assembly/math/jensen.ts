/**
 * The Jensen–Shannon term from a log-ratio: for t = log(q/p), [p·log(p/m) + q·log(q/m)]/max(p, q) with m = (p + q)/2, f64x2.
 *
 * Method  e = e^(−|t|); (1 + e)·(ln2 − log(1 + e)) − |t|·e, and for |t| ≤ 1, where that cancels, (1 + e)·t²·P(t²),
 *         P(t²) = (u·tanh u − log cosh u)/t² at u = t/2.
 * Error   10·2⁻⁵³, relative; exactly 0 at t = 0, ln2 at ±∞.
 * Source  derived here; coefficients by derive/polynomials.mjs.
 */
import { one, zero } from '../simd/lanes';
import { HIGHEST_64, LN2_64 } from './constants';
import { cubic } from './cubic';
import { expNormal } from './exp';
import { logNormal } from './log';

/** P on t² ≤ 1, error 2⁻⁵⁹. */
const P0: usize = memory.data<f64>([0.125], 8);
const P1: usize = memory.data<f64>([-0.015624999999999849], 8);
const P2: usize = memory.data<f64>([0.0017361111111050549], 8);
const P3: usize = memory.data<f64>([-0.00018446180546070182], 8);
const P4: usize = memory.data<f64>([0.000019221229395181718], 8);
const P5: usize = memory.data<f64>([-0.000001983549277452897], 8);
const P6: usize = memory.data<f64>([2.0357506010099748e-7], 8);
const P7: usize = memory.data<f64>([-2.0805680080944432e-8], 8);
const P8: usize = memory.data<f64>([2.100735184521638e-9], 8);
const P9: usize = memory.data<f64>([-1.9701139242336373e-10], 8);
const P10: usize = memory.data<f64>([1.2861310724529119e-11], 8);

/** The term over max(p, q), from |t|. */
@inline function halves(t: v128, e: v128): v128 {
  const mass = f64x2.add(one<f64>(), e);
  const far = f64x2.sub(f64x2.mul(mass, f64x2.sub(v128.load64_splat(LN2_64), logNormal<f64>(mass, zero()))), f64x2.mul(t, e));
  const y = f64x2.mul(t, t), y2 = f64x2.mul(y, y), y4 = f64x2.mul(y2, y2);
  const a = cubic(P0, P1, P2, P3, y, y2);
  const b = cubic(P4, P5, P6, P7, y, y2);
  const c = f64x2.add(f64x2.add(v128.load64_splat(P8), f64x2.mul(v128.load64_splat(P9), y)), f64x2.mul(y2, v128.load64_splat(P10)));
  const near = f64x2.mul(f64x2.mul(mass, y), f64x2.add(a, f64x2.mul(y4, f64x2.add(b, f64x2.mul(y4, c)))));
  return v128.bitselect(near, far, f64x2.le(t, one<f64>()));
}

/** p·log(p/m) + q·log(q/m) from p and t = log(q/p) ≤ 700. e^(−|t|) goes to `kept`. */
@inline export function jensen(p: v128, t: v128, kept: usize): v128 {
  const u = f64x2.pmin(f64x2.abs(t), v128.load64_splat(HIGHEST_64));
  const e = expNormal<f64>(f64x2.neg(u));
  v128.store(kept, e);
  return f64x2.mul(f64x2.div(p, v128.bitselect(e, one<f64>(), f64x2.gt(t, zero()))), halves(u, e));
}
