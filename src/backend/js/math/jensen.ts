/** Parts of Jensen–Shannon divergences from a log-ratio t, one number at a time: of rows that the lanes do not take. */
import { em1mx, exp } from './exp.js';
import { log, log1p } from './log.js';
import { LN2 } from './logRatio.js';

/** eᵗ − 1. */
function less1(t: number): number {
  return t > -1 && t < 1 ? em1mx(t) + t : exp(t) - 1;
}

/**
 * [p·log(p/m) + q·log(q/m)]/max(p, q), t = log(q/p): φ(1, m) + φ(e, m) with e = e^(−|t|) and φ(x, m) = x·(eˡ − 1 − l) at l = log(m/x); |t| > 1, where it does
 * not cancel, (1 + e)·(ln2 − log(1 + e)) − |t|·e. Relative error 10·2⁻⁵³; 0 at t = 0, ln2 at ±∞.
 */
export function jensenOf(t: number): number {
  const u = Math.min(Math.abs(t), 708);
  const d = less1(-u);
  const e = 1 + d;
  if (u > 1) return (1 + e) * (LN2 - log(1 + e)) - u * e;
  return em1mx(log1p(0.5 * d)) + e * em1mx(log1p((-0.5 * d) / e));
}

/** log((1 + eᵗ)/2). */
export function logMiddle(t: number): number {
  const u = Math.abs(t);
  return log1p(0.5 * less1(-u)) + (t > 0 ? t : 0);
}
