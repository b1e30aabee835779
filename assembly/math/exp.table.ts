/**
 * 2^(j/128), j = 0 … 127: the nearest f64, and behind it what that misses, rounded to f32 (2⁻⁷⁷ of the entry). Multiplied up from seven roots in
 * double-double when the module starts, because the digits of a table do not compress; the twin does the same. Threads that share a memory find it there, and compute from it: it is written once.
 */
export const TABLE: usize = memory.data(128 * 16, 16);

/** 2^(1/2), 2^(1/4), … 2^(1/128), each as a sum of two f64. By derive/polynomials.mjs. */
const ROOTS: usize = memory.data<f64>([
  1.4142135623730951, -9.667293313452913e-17, 1.189207115002721, 3.982015231465646e-17, 1.0905077326652577, -3.046782079812471e-17,
  1.0442737824274138, 8.551889705537965e-17, 1.0218971486541166, 5.109225028973444e-17, 1.0108892860517005, -1.5234778603368577e-17,
  1.0054299011128027, 9.499186535455032e-17,
], 16);

/** The upper 26 bits. */
@inline function upper(x: f64): f64 {
  const t = 134217729 * x;
  return t - (t - x);
}

/** Stores the entry at `from` times hi + lo at `to`: Dekker's product, error 2⁻¹⁰⁴. */
function multiply(from: usize, hi: f64, lo: f64, to: usize): void {
  const a = load<f64>(from), p = a * hi;
  const a0 = upper(a), b0 = upper(hi), a1 = a - a0, b1 = hi - b0;
  const e = a0 * b0 - p + a0 * b1 + a1 * b0 + a1 * b1 + (a * lo + load<f64>(from, 8) * hi);
  store<f64>(to, p + e);
  store<f64>(to, e - (p + e - p), 8);
}

function makeTable(): void {
  if (load<i32>(TABLE + 127 * 16 + 4)) return; // the upper half of the last
  store<f64>(TABLE, 1);
  for (let k: usize = 0; k < 7; k++) {
    const bit = <usize>64 >> k, hi = load<f64>(ROOTS + 16 * k), lo = load<f64>(ROOTS + 16 * k, 8);
    for (let j: usize = 0; j < 128; j += 2 * bit) multiply(TABLE + 16 * j, hi, lo, TABLE + 16 * (j + bit));
  }
  for (let j: usize = 0; j < 128; j++) store<f64>(TABLE + 16 * j, <f64>(<f32>load<f64>(TABLE + 16 * j, 8)), 8);
}

makeTable();
