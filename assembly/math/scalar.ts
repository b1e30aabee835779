/**
 * The log-ratio of section 1 for one pair of f64: for the closing step of a row, and for rows beyond the range of the lanes.
 * Same formulas, order and coefficients as logRatio.ts, so φ₁ equals a lane of φ bit by bit.
 */

const LN2_STEP: f64 = 6.610366635894254e-7; // ln2·2⁻²⁰

@inline function tail(z: f64): f64 {
  const z2 = z * z;
  const a = 0.6666666666666666 + 0.4000000000000794 * z;
  const b = 0.28571428567275936 + 0.2222222304835159 * z;
  const c = 0.18181737626302938 + 0.15388867805613718 * z;
  const e = 0.13209708242059462 + 0.13609030262858499 * z;
  return a + b * z2 + (c + e * z2) * (z2 * z2);
}

/** The bits of k·2⁵², k the exponent that brings y near x. */
@inline function stepOf(x: f64, y: f64): i32 {
  const hx = <i32>(reinterpret<u64>(x) >> 32);
  const hy = <i32>(reinterpret<u64>(y) >> 32);
  return (hx - hy + 0x80000) & 0xfff00000;
}

@inline function shift(y: f64, step: i32): f64 {
  return reinterpret<f64>(reinterpret<u64>(y) + (<u64>(<u32>step) << 32));
}

/** φ(x, y) with x − y known as d; x, y positive and normal. */
export function phiOne(x: f64, y: f64, d: f64): f64 {
  const step = stepOf(x, y);
  const near = shift(y, step);
  const e = step == 0 ? d : x - near;
  const s = e / (x + near);
  const z = s * s;
  return s * (e + x * z * tail(z)) + (x * (<f64>step * LN2_STEP) + (y - near));
}

/** 2·atanh(s), |s| ≤ 0.2. */
@inline export function twoAtanh(s: f64): f64 {
  const z = s * s;
  return s * (2 + z * tail(z));
}

/** 2·atanh(s) − 2s, |s| ≤ 0.2. */
@inline export function atanhExcess(s: f64): f64 {
  const z = s * s;
  return s * (z * tail(z));
}

/** The exponent e of x = m·2ᵉ, m in [1, 2); x positive and finite, subnormals included. */
export function exponentOf(x: f64): i32 {
  const bits = reinterpret<u64>(x);
  const e = <i32>(bits >> 52);
  return e > 0 ? e - 1023 : 11 - 1022 - <i32>clz(bits);
}

/** x·2ᵉ, exact where the result is normal; by halves, so that no factor overflows. |e| ≤ 2100. */
export function scale(x: f64, e: i32): f64 {
  const h = e >> 1;
  const q = h >> 1;
  return x * power(q) * power(h - q) * power((e - h) >> 1) * power(e - h - ((e - h) >> 1));
}

/** 2ᵉ, |e| ≤ 1022. */
@inline function power(e: i32): f64 {
  return reinterpret<f64>(<u64>(1023 + e) << 52);
}
