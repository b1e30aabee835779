/** Twins of assembly/math/exp.ts, one number at a time: method, bounds and source stand there. */
import { TABLE } from './expTable.js';
import { POWERS } from './powers.js';

/** eˣ, f64. */
export function exp(x: number): number {
  if (x >= -708 && x <= 708) return expNormal(x);
  if (x !== x) return NaN;
  const t = x > 710 ? 710 : x < -746 ? -746 : x;
  const k = t * 184.6649652337873 + 6755399441055744 - 6755399441055744;
  const e = k >> 7;
  const half = e >> 1;
  return significand(t, k) * (POWERS[half + 1022] as number) * (POWERS[e - half + 1022] as number);
}

/** eˣ where |x| ≤ 708. */
export function expNormal(x: number): number {
  const k = x * 184.6649652337873 + 6755399441055744 - 6755399441055744;
  return significand(x, k) * (POWERS[(k >> 7) + 1022] as number);
}

function significand(x: number, k: number): number {
  return (TABLE[(k & 127) << 1] as number) + rest(x, k);
}

/** What the table's 2^(k/128) lacks. */
function rest(x: number, k: number): number {
  const r = x - k * 0.0054152123475432745 - k * 5.812982117197185e-13;
  const r2 = r * r;
  const m = r + r2 * (0.4999999999999906 + 0.16666666666666533 * r + (0.04166667686680672 + 0.008333334790496161 * r) * r2);
  const j = (k & 127) << 1;
  return (TABLE[j + 1] as number) + (TABLE[j] as number) * m;
}

/** eˣ − 1 where |x| ≤ 708. */
export function expm1Normal(x: number): number {
  const k = x * 184.6649652337873 + 6755399441055744 - 6755399441055744;
  const scale = POWERS[(k >> 7) + 1022] as number;
  const hi = TABLE[(k & 127) << 1] as number;
  return hi * scale - 1 + rest(x, k) * scale;
}

/** eˣ, f32. */
export function exp32(x: number): number {
  if (x >= -87 && x <= 87) return expNormal32(x);
  if (x !== x) return NaN;
  const t = x > 89 ? 89 : x < -104 ? -104 : x;
  const k = Math.fround(Math.fround(Math.fround(t * 1.4426950216293335) + 12582912) - 12582912);
  // The product with 2ᵏ is rounded once, as there: a product of a float and a power of two is exact in f64.
  return Math.fround(significand32(t, k) * (POWERS[k + 1022] as number));
}

/** eˣ where |x| ≤ 87, f32. */
export function expNormal32(x: number): number {
  const k = Math.fround(Math.fround(Math.fround(x * 1.4426950216293335) + 12582912) - 12582912);
  return significand32(x, k) * (POWERS[k + 1022] as number);
}

function significand32(x: number, k: number): number {
  const r = Math.fround(Math.fround(x - k * 0.693145751953125) - Math.fround(k * 1.428606765330187e-6));
  const r2 = Math.fround(r * r);
  const a = Math.fround(0.5 + Math.fround(0.1666666716337204 * r));
  const b = Math.fround(0.041666463017463684 + Math.fround(0.00833331048488617 * r));
  const c = Math.fround(0.001393367419950664 + Math.fround(0.00019891017291229218 * r));
  const q = Math.fround(a + Math.fround(r2 * Math.fround(b + Math.fround(c * r2))));
  return Math.fround(1 + Math.fround(r + Math.fround(r2 * q)));
}

/** eˣ − 1 − x, f64. */
export function em1mx(x: number): number {
  if (x !== x) return NaN;
  if (x > 708) return exp(x);
  return em1mxNormal(x < -708 ? -708 : x, x);
}

/** eᵗ − 1 − x, t being x held within ±708; eᵗ − 1 for x = 0. */
export function em1mxNormal(t: number, x: number): number {
  const k = Math.trunc(t * 1.4426950408889634);
  const r = t - k * 0.6931471804855391 - k * 7.440617110012397e-11;
  const scale = POWERS[k + 1022] as number;
  const m = em1mxShort(r);
  return scale * m + (scale * r - x + (scale - 1));
}

/** eʳ − 1 − r where |r| ≤ ln2, f64. */
export function em1mxShort(r: number): number {
  const r2 = r * r;
  const r4 = r2 * r2;
  const a = 0.5 + 0.16666666666666663 * r + r2 * (0.041666666666666664 + 0.008333333333335084 * r);
  const b = 0.0013888888888889982 + 0.00019841269838355116 * r + r2 * (0.000024801587299766713 + 0.00000275573213030419 * r);
  const c = 2.755732052264166e-7 + 2.5051387673853658e-8 * r + r2 * (2.0876306777396325e-9 + 1.6178893292924916e-10 * r);
  return r2 * (a + r4 * (b + r4 * (c + r4 * 1.1545622086120452e-11)));
}

/** t/ln2 without what follows its point: the k of `em1mxNormal32`. */
export function wholes32(t: number): number {
  return Math.trunc(Math.fround(t * 1.4426950216293335));
}

/**
 * eᵗ − 1 − x where x is t, |t| ≤ 87; eᵗ − 1 for x = 0; f32. k being `wholes32(t)`: with both from one k the compiler shares what they have in common. What is
 * exact is not rounded, as conversions take most of the time.
 */
export function em1mxNormal32(t: number, k: number, x: number): number {
  const r = Math.fround(t - k * 0.693145751953125 - Math.fround(k * 1.428606765330187e-6));
  const scale = POWERS[k + 1022] as number;
  return Math.fround(scale * em1mxShort32(r) + Math.fround(Math.fround(scale * r - x) + Math.fround(scale - 1)));
}

/** eʳ − 1 − r where |r| ≤ ln2, f32. */
export function em1mxShort32(r: number): number {
  const r2 = Math.fround(r * r);
  const a = Math.fround(0.5 + Math.fround(0.16666670143604279 * r));
  const b = Math.fround(0.0416666716337204 + Math.fround(0.008332772180438042 * r));
  const c = Math.fround(
    Math.fround(0.001388832926750183 + Math.fround(0.00020074275380466133 * r)) + Math.fround(r2 * 0.0000250343800871633),
  );
  return Math.fround(r2 * Math.fround(a + Math.fround(r2 * Math.fround(b + Math.fround(r2 * c)))));
}
