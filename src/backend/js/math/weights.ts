/** Twins of assembly/math/weights.ts, one number at a time: method, units and bounds stand there. */
import { LN2 } from './logRatio.js';
import { POWERS } from './powers.js';

/** What takes a difference of logits to units of ln2. */
export function perBit(temperature: number): number {
  const unit = 1.4426950408889634 / temperature;
  return unit < Number.MAX_VALUE ? unit : Number.MAX_VALUE;
}

/** What takes a difference of logits to units of t: nats for f64 rows, ln2 for f32 rows. */
export function perUnit(wide: boolean, temperature: number): number {
  if (!wide) return perBit(temperature);
  const unit = 1 / temperature;
  return unit < Number.MAX_VALUE ? unit : Number.MAX_VALUE;
}

/** f²·Q(f), f64 rows. */
function curved64(f: number): number {
  const f2 = f * f;
  const f4 = f2 * f2;
  const a = 0.24022650695910075 + 0.05550410866482158 * f + f2 * (0.009618129107618665 + 0.0013333558146423213 * f);
  const b = 0.00015403530424776529 + 0.000015252733820795803 * f + f2 * (0.0000013215451633221434 + 1.0178067267449427e-7 * f);
  return f2 * (a + f4 * (b + f4 * (7.070977866508138e-9 + 4.45410341058704e-10 * f)));
}

/** f²·Q(f), f32 rows. */
function curved32(f: number): number {
  const f2 = f * f;
  const a = 0.24022650695910072 + 0.05550381013796457 * f;
  const b = 0.009618103253031871 + 0.0013381302537320797 * f;
  return f2 * (a + f2 * (b + f2 * 0.00015444883953144928));
}

/** 2ᵗ for f32 rows (f64 rows: `expNormal`). */
export function weight32(t: number): number {
  const k = t + 6755399441055744 - 6755399441055744;
  const f = t - k;
  return (1 + (f * LN2 + curved32(f))) * (POWERS[k + 1022] as number);
}

/** w·eᵈ goes to y[i], and w·eᵈ − w to d[i]; t = d in units of ln2. */
export function moved(wide: boolean, w: number, t: number, i: number, y: Float64Array, d: Float64Array): void {
  const k = t + 6755399441055744 - 6755399441055744;
  const f = t - k;
  const scale = POWERS[k + 1022] as number;
  const m = f * LN2 + (wide ? curved64(f) : curved32(f));
  y[i] = w * (scale * (1 + m));
  d[i] = w * (scale * m + (scale - 1));
}

/** eᵈ − 1 − d for f64 rows, d in units of ln2. */
export function excess64(d: number): number {
  const k = d + 6755399441055744 - 6755399441055744;
  const f = d - k;
  const scale = POWERS[k + 1022] as number;
  const less = scale - 1;
  return scale * curved64(f) + (less * f * LN2 + (less - k * LN2));
}

/** eᵈ − 1 − d for f32 rows, d in units of ln2. */
export function excess32(d: number): number {
  const k = d + 6755399441055744 - 6755399441055744;
  const f = d - k;
  const scale = POWERS[k + 1022] as number;
  const less = scale - 1;
  return scale * curved32(f) + (less * f * LN2 + (less - k * LN2));
}
