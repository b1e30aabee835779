/**
 * exp, eˣ − 1 − x, log and log1p to about 2⁻⁹⁵, as unevaluated sums hi + lo of two doubles: the oracle of the ULP tests.
 * It shares no table, polynomial or reduction with the code under test; test/math/doubleDouble.test.ts holds it against 50-digit values.
 */
export interface Double2 {
  readonly hi: number;
  readonly lo: number;
}

const SPLIT = 2 ** 27 + 1;

function quickSum(a: number, b: number): Double2 {
  const hi = a + b;
  return { hi, lo: b - (hi - a) };
}

function sum(a: number, b: number): Double2 {
  const hi = a + b;
  const bb = hi - a;
  return { hi, lo: a - (hi - bb) + (b - bb) };
}

function product(a: number, b: number): Double2 {
  const hi = a * b;
  const ca = SPLIT * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = SPLIT * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return { hi, lo: ah * bh - hi + ah * bl + al * bh + al * bl };
}

function add(a: Double2, b: Double2): Double2 {
  const s = sum(a.hi, b.hi);
  const t = sum(a.lo, b.lo);
  const u = quickSum(s.hi, s.lo + t.hi);
  return quickSum(u.hi, u.lo + t.lo);
}

function multiply(a: Double2, b: Double2): Double2 {
  const p = product(a.hi, b.hi);
  return quickSum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

function divide(a: Double2, b: Double2): Double2 {
  const q = a.hi / b.hi;
  const p = multiply(b, of(q));
  return quickSum(q, (a.hi - p.hi + (a.lo - p.lo)) / b.hi);
}

const of = (x: number): Double2 => ({ hi: x, lo: 0 });

/** ln2 in three parts; the first has 32 bits, so that k times it is exact. */
const LN2_A = 0.6931471803691238;
const LN2_B = 1.9082149292705877e-10;
const LN2_C = 1.1612227229362532e-26;

/** Σ rⁿ/(n + from)! · from!, n = 0 … : eʳ for from = 0, (eʳ − 1 − r)·2/r² for from = 2. |r| < 0.7. */
function series(r: Double2, from: number): Double2 {
  let s = of(1);
  for (let n = 27; n > from; n--) s = add(of(1), divide(multiply(r, s), of(n)));
  return s;
}

/** x/2ᵏ, eˣ = 2ᵏ·value. */
export interface Scaled {
  readonly value: Double2;
  readonly k: number;
}

/** eˣ, |x| < 10⁴. */
export function expOracle(x: number): Scaled {
  const k = Math.round(x / Math.LN2);
  const r = add(sum(x - k * LN2_A, -0), add(product(-k, LN2_B), of(-k * LN2_C)));
  return { value: series(r, 0), k };
}

/** eˣ − 1 − x, |x| < 10⁴. */
export function em1mxOracle(x: number): Scaled {
  if (Math.abs(x) < 0.7) {
    const half = multiply(product(x, x), series(of(x), 2));
    return { value: { hi: half.hi / 2, lo: half.lo / 2 }, k: 0 };
  }
  const { value, k } = expOracle(x);
  if (k > 200) return { value, k };
  const e = k < -200 ? of(0) : { hi: value.hi * 2 ** k, lo: value.lo * 2 ** k };
  return { value: add(e, sum(-1, -x)), k: 0 };
}

/** 2·atanh(s), |s| < 2⁻⁶. */
function twiceAtanh(s: Double2): Double2 {
  const z = multiply(s, s);
  let t = of(0);
  for (let n = 21; n > 1; n -= 2) t = multiply(z, add(t, divide(of(1), of(n))));
  return multiply(s, add(of(2), { hi: 2 * t.hi, lo: 2 * t.lo }));
}

/** log of a positive normal v, `about` being close to it: one Newton step. */
function newton(v: Double2, about: number): Double2 {
  const { value, k } = expOracle(-about);
  const p = multiply(v, value);
  const e = add({ hi: p.hi * 2 ** k, lo: p.lo * 2 ** k }, of(-1));
  return add(of(about), add(e, of((-e.hi * e.hi) / 2)));
}

/** log x, x positive and normal. */
export function logOracle(x: number): Double2 {
  if (Math.abs(x - 1) < 0.015) return twiceAtanh(divide(of(x - 1), sum(x, 1)));
  // Halves of the exponent, so that no product leaves the range.
  const k = Math.abs(Math.log2(x)) > 500 ? Math.round(Math.log2(x)) : 0;
  const h = Math.trunc(k / 2);
  const m = x * 2 ** -h * 2 ** (h - k);
  const y = m === 1 ? of(0) : newton(of(m), Math.log(m));
  return add(add(of(k * LN2_A), y), add(product(k, LN2_B), of(k * LN2_C)));
}

/** log(1 + x), x > −1. */
export function log1pOracle(x: number): Double2 {
  if (Math.abs(x) < 0.015) return twiceAtanh(divide(of(x), sum(2, x)));
  return Math.abs(x) > 2 ** 60 ? logOracle(x) : newton(sum(1, x), Math.log1p(x));
}

/** What `got` misses of value·2ᵏ, in units of the last place of the exact result (at least the smallest subnormal). */
export function ulpError(got: number, { value, k }: Scaled, digits = 53, smallest = -1022): number {
  const exponent = Math.max(smallest, Math.floor(Math.log2(Math.abs(value.hi))) + k);
  const ulp = exponent - digits + 1;
  // Both sides in units of 2^ulp: exact, by two factors where one would overflow.
  const h = Math.trunc(ulp / 2);
  const scaled = got * 2 ** -h * 2 ** (h - ulp);
  return Math.abs(scaled - value.hi * 2 ** (k - ulp) - value.lo * 2 ** (k - ulp));
}
