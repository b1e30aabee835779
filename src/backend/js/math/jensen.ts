/** Twins of assembly/math/jensen.ts, one number at a time: method, bounds and source stand there. */
import { em1mx, exp, expNormal } from './exp.js';
import { log, log1p } from './log.js';
import { LN2 } from './logRatio.js';

/** [p·log(p/m) + q·log(q/m)]/max(p, q), t = log(q/p). */
export function jensenOf(t: number): number {
  const u = t > 0 ? t : -t;
  return halves(708 < u ? 708 : u);
}

/** p·log(p/m) + q·log(q/m) from p and t = log(q/p) ≤ 700. */
export function jensen(p: number, t: number): number {
  return t > 0 ? (p / expNormal(-(708 < t ? 708 : t))) * jensenOf(t) : p * jensenOf(t);
}

function halves(t: number): number {
  const e = expNormal(-t);
  const mass = 1 + e;
  if (t > 1) return mass * (LN2 - log(mass)) - t * e;
  const y = t * t;
  const y2 = y * y;
  const y4 = y2 * y2;
  const a = 0.125 + -0.015624999999999849 * y + y2 * (0.0017361111111050549 + -0.00018446180546070182 * y);
  const b = 0.000019221229395181718 + -0.000001983549277452897 * y + y2 * (2.0357506010099748e-7 + -2.0805680080944432e-8 * y);
  const c = 2.100735184521638e-9 + -1.9701139242336373e-10 * y + y2 * 1.2861310724529119e-11;
  return mass * y * (a + y4 * (b + y4 * c));
}

/** log((1 + eᵗ)/2). */
export function logMiddle(t: number): number {
  const u = Math.abs(t);
  const less = u < 1 ? em1mx(-u) - u : exp(-u) - 1;
  return log1p(0.5 * less) + (t > 0 ? t : 0);
}
