/**
 * 2^(j/128), j = 0 … 127: the nearest f64 at 2j, what it misses (rounded to f32) at 2j + 1: the entries of assembly/math/exp.table.ts.
 * Multiplied up from seven roots in double-double instead of being written out: the digits of a table do not compress. Tested against the derivation.
 */

/** 2^(1/2), 2^(1/4), … 2^(1/128), each as a sum of two f64. */
const ROOTS = [
  1.4142135623730951, -9.667293313452913e-17, 1.189207115002721, 3.982015231465646e-17, 1.0905077326652577, -3.046782079812471e-17,
  1.0442737824274138, 8.551889705537965e-17, 1.0218971486541166, 5.109225028973444e-17, 1.0108892860517005, -1.5234778603368577e-17,
  1.0054299011128027, 9.499186535455032e-17,
];

export const TABLE: Float64Array = /* @__PURE__ */ makeTable();

function makeTable(): Float64Array {
  const table = new Float64Array(256);
  table[0] = 1;
  for (let k = 0; k < 14; k += 2) {
    const bit = 64 >> (k >> 1);
    for (let j = 0; j < 128; j += 2 * bit) multiply(table, j, ROOTS[k] as number, ROOTS[k + 1] as number, j + bit);
  }
  for (let j = 1; j < 256; j += 2) table[j] = Math.fround(table[j] as number);
  return table;
}

/** Entry `to` = entry `from` times hi + lo: Dekker's product, error 2⁻¹⁰⁴. */
function multiply(table: Float64Array, from: number, hi: number, lo: number, to: number): void {
  const a = table[2 * from] as number;
  const p = a * hi;
  const a0 = upper(a);
  const b0 = upper(hi);
  const a1 = a - a0;
  const b1 = hi - b0;
  const e = a0 * b0 - p + a0 * b1 + a1 * b0 + a1 * b1 + (a * lo + (table[2 * from + 1] as number) * hi);
  table[2 * to] = p + e;
  table[2 * to + 1] = e - (p + e - p);
}

/** The upper 26 bits. */
function upper(x: number): number {
  const t = 134217729 * x;
  return t - (t - x);
}
