/** Twin of assembly/math/logRatio.ts: log(x/y) and φ(x, y), one entry at a time. Formulas, bounds and sources stand there. */
import { doubles, fround, singleWords, singles, words } from './bits.js';
import { POWERS } from './powers.js';

export const LN2 = 0.6931471805599453;
export const LN2_STEP_64 = 6.610366635894254e-7; // ln2·2⁻²⁰
const LN2_STEP_32 = fround(8.262958317573066e-8); // ln2·2⁻²³

/** k·ln2 of an f32 step, rounded, at index k + 256. */
export const LN2_32 = new Float64Array(512);
for (let k = -256; k < 256; k++) LN2_32[k + 256] = fround(k * 8388608 * LN2_STEP_32);

/** k·2²⁰ from the high words of x and y. */
export function step64(highX: number, highY: number): number {
  return (highX - highY + 0x80000) & 0xfff00000;
}

/** The same for values in hand. */
export function stepOf(x: number, y: number): number {
  doubles[0] = x;
  doubles[1] = y;
  return step64(words[1] as number, words[3] as number);
}

/** k·2²³ from the bits of f32 x and y. */
export function step32(bitsX: number, bitsY: number): number {
  return (bitsX - bitsY + 0x400000) & 0xff800000;
}

export function step32Of(x: number, y: number): number {
  singles[0] = x;
  singles[1] = y;
  return step32(singleWords[0] as number, singleWords[1] as number);
}

/** y·2ᵏ, k of either width; by halves, so that |k| may exceed 1022. */
export function shift(y: number, k: number): number {
  const half = k >> 1;
  return y * (POWERS[half + 1022] as number) * (POWERS[k - half + 1022] as number);
}

export function tail64(z: number): number {
  return tailNumerator(z) / tailDenominator(z);
}

function tailNumerator(z: number): number {
  return z * z + (5.0612831883514104 - 5.17825695965913 * z);
}

function tailDenominator(z: number): number {
  return 7.59192478252712 - 12.32254030901314 * z + (5.639842138117122 - 0.6334584214981112 * z) * (z * z);
}

export function tail32(z: number): number {
  return fround(fround(fround(fround(0.29959195852279663 * z) + 0.39978909492492676) * z) + 0.6666671633720398);
}

/** φ from an aligned y and the difference d = x − near. */
export function assemble64(x: number, y: number, step: number, near: number, d: number): number {
  const s = d / (x + near);
  const z = s * s;
  return s * (d + x * z * tail64(z)) + (x * (step * LN2_STEP_64) + (y - near));
}

/** φ(x, y)/x. */
export function ratio64(x: number, y: number): number {
  const step = stepOf(x, y);
  const near = shift(y, step >> 20);
  const d = x - near;
  const s = d / (x + near);
  const z = s * s;
  const low = tailDenominator(z);
  const quotient = 1 / (x * low);
  const close = s * (d + x * z * (tailNumerator(z) * (x * quotient)));
  return (close + (x * (step * LN2_STEP_64) + (y - near))) * (low * quotient);
}

export function assemble32(x: number, y: number, step: number, near: number, d: number): number {
  const s = fround(d / fround(x + near));
  const z = fround(s * s);
  const close = fround(s * fround(d + fround(fround(x * z) * tail32(z))));
  return fround(close + fround(fround(x * (LN2_32[(step >> 23) + 256] as number)) + fround(y - near)));
}

/** φ(x, y) where x − y is known as d; without d, the rounded difference. */
export function phi64(x: number, y: number, d: number = x - y): number {
  const step = stepOf(x, y);
  const near = shift(y, step >> 20);
  return assemble64(x, y, step, near, step === 0 ? d : x - near);
}

export function phi32(x: number, y: number, d: number = fround(x - y)): number {
  const step = step32Of(x, y);
  const near = shift(y, step >> 23);
  return assemble32(x, y, step, near, step === 0 ? d : x - near);
}

/** log(x/y) where x − y is known as d. */
export function logRatio64(x: number, y: number, d: number = x - y): number {
  const step = stepOf(x, y);
  const near = shift(y, step >> 20);
  return aligned64(x, step, near, step === 0 ? d : x - near);
}

export function logRatio32(x: number, y: number, d: number = fround(x - y)): number {
  const step = step32Of(x, y);
  const near = shift(y, step >> 23);
  return aligned32(x, step, near, step === 0 ? d : x - near);
}

/** log(x/y) from an aligned y and the difference d = x − near. */
export function aligned64(x: number, step: number, near: number, d: number): number {
  const s = d / (x + near);
  const z = s * s;
  return s * (2 + z * tail64(z)) + step * LN2_STEP_64;
}

export function aligned32(x: number, step: number, near: number, d: number): number {
  const s = fround(d / fround(x + near));
  const z = fround(s * s);
  return fround(fround(s * fround(2 + fround(z * tail32(z)))) + (LN2_32[(step >> 23) + 256] as number));
}

/** 2·atanh(s) and 2·atanh(s) − 2s, |s| ≤ 0.2. */
export function twoAtanh(s: number): number {
  const z = s * s;
  return s * (2 + z * tail64(z));
}
export function atanhExcess(s: number): number {
  const z = s * s;
  return s * (z * tail64(z));
}

/** The exponent e of x = m·2ᵉ, m in [1, 2); x positive and finite, subnormals included. */
export function exponentOf(x: number): number {
  doubles[0] = x;
  const e = (words[1] as number) >>> 20;
  if (e > 0) return e - 1023;
  doubles[0] = x * 18014398509481984; // 2⁵⁴
  return ((words[1] as number) >>> 20) - 1077;
}

/** 4/3: of a ratio times this the exponent is that of the nearest power of two: of masses that are equal but for rounding it is 1, from either side. */
export const FOUR_THIRDS = 1.3333333333333333;

/** The exponent of the power of two that is nearest to a ratio. */
export function nearestExponentOf(ratio: number): number {
  return exponentOf(ratio * FOUR_THIRDS);
}

/** x·2ᵉ, exact where the result is normal; by quarters, so that no factor overflows. |e| ≤ 2100. */
export function scale(x: number, e: number): number {
  const h = e >> 1;
  const q = h >> 1;
  const rest = e - h;
  return x * power(q) * power(h - q) * power(rest >> 1) * power(rest - (rest >> 1));
}

/** x·2ᵉ for any e. */
export function times(x: number, e: number): number {
  return scale(x, e > 2100 ? 2100 : e < -2100 ? -2100 : e);
}

function power(e: number): number {
  return POWERS[e + 1022] as number;
}

/** Row classes: see assembly/math/logRatio.ts. */
export const TINY_64 = 3.8725919148493183e-121;
export const TINY_32 = 8.673617379884035e-19;
export const SCALE_64 = 4.149515568880993e180; // 2⁶⁰⁰
export const SCALE_32 = 1.8446744073709552e19; // 2⁶⁴
/** What a zero counts as among scaled entries. */
export const ZERO_64 = 2.913414348125081e-157; // 2⁻⁵²⁰
export const ZERO_32 = 2.524354896707238e-29; // 2⁻⁹⁵
export const UNSCALE_64 = 2.409919865102884e-181;
export const UNSCALE_32 = 5.421010862427522e-20;

export function isOrdinary64(sum: number): boolean {
  return sum >= 3.054936363499605e-151 && sum <= 2.037035976334486e90;
}
export function isOrdinary32(sum: number): boolean {
  return sum >= 8.271806125530277e-25 && sum <= 1099511627776;
}
export function isModerate64(ratio: number): boolean {
  return ratio >= 4.909093465297727e-91 && ratio <= 2.037035976334486e90;
}
export function isModerate32(ratio: number): boolean {
  return ratio >= 9.094947017729282e-13 && ratio <= 1048576;
}
