/** Rows of T taken two elements at a time in f64x2: f32 rows are widened exactly, so one body serves both. */
import { constant, firstLanes, lanes, largest, smallest, sumBoth, zero } from './lanes';
import { BLOCK, sumError } from './sum';

/** Two elements at p, as f64. */
@inline export function pair<T>(p: usize): v128 {
  return sizeof<T>() == 8 ? v128.load(p) : f64x2.promote_low_f32x4(v128.load64_zero(p));
}

/** One element at p, as f64. */
@inline export function single<T>(p: usize): f64 {
  return <f64>load<T>(p);
}

/** Two f64 stored as T. */
@inline export function storePair<T>(p: usize, v: v128): void {
  if (sizeof<T>() == 8) v128.store(p, v);
  else v128.store64_lane(p, f32x4.demote_f64x2_zero(v), 0);
}

/** n f64 stored as T. */
export function storeRow<T>(from: usize, n: i32, to: usize): void {
  for (; n > 1; n -= 2, from += 16, to += 2 * sizeof<T>()) storePair<T>(to, v128.load(from));
  if (n > 0) store<T>(to, <T>load<f64>(from));
}

export function storeRowOf(double: bool, from: usize, n: i32, to: usize): void {
  if (double) storeRow<f64>(from, n, to);
  else storeRow<f32>(from, n, to);
}

/** Smallest and largest of n elements; NaN for none. NaN elements are passed over, but for the first. */
export function extremes<T>(p: usize, n: i32): v128 {
  if (n == 0) return f64x2.splat(NaN);
  const first = v128.load_splat<T>(p), end = p + <usize>n * sizeof<T>();
  let lo = first, hi = first, lo1 = first, hi1 = first;
  for (; p + 32 <= end; p += 32) {
    const x = v128.load(p), y = v128.load(p, 16);
    lo = v128.pmin<T>(lo, x);
    hi = v128.pmax<T>(hi, x);
    lo1 = v128.pmin<T>(lo1, y);
    hi1 = v128.pmax<T>(hi1, y);
  }
  lo = v128.pmin<T>(lo, lo1);
  hi = v128.pmax<T>(hi, hi1);
  let least = smallest<T>(lo), most = largest<T>(hi);
  for (; p < end; p += sizeof<T>()) {
    const x = single<T>(p);
    least = x < least ? x : least;
    most = x > most ? x : most;
  }
  return f64x2.replace_lane(f64x2.splat(least), 1, most);
}

export function extremesOf(double: bool, p: usize, n: i32): v128 {
  return double ? extremes<f64>(p, n) : extremes<f32>(p, n);
}

const INFINITY_64: usize = memory.data<u64>([0x7ff0000000000000], 8);
const INFINITY_32: usize = memory.data<u32>([0x7f800000], 4);

/** The like over the elements above −∞; ∓∞ where x has −∞ elsewhere than `other`. */
export function finiteExtremes<T>(x: usize, other: usize, n: i32): v128 {
  const infinite = constant<T>(INFINITY_64, INFINITY_32), minus = v128.neg<T>(infinite);
  const end = x + <usize>n * sizeof<T>();
  let lo = infinite, hi = minus, differ = zero();
  for (; x + 16 <= end; x += 16, other += 16) {
    const v = v128.load(x), masked = v128.eq<T>(v, minus);
    differ = v128.or(differ, v128.xor(masked, v128.eq<T>(v128.load(other), minus)));
    lo = v128.pmin<T>(lo, v128.bitselect(infinite, v, masked));
    hi = v128.pmax<T>(hi, v);
  }
  let least = smallest<T>(lo), most = largest<T>(hi), same = !v128.any_true(differ);
  for (; x < end; x += sizeof<T>(), other += sizeof<T>()) {
    const v = single<T>(x);
    least = v > -Infinity && v < least ? v : least;
    most = v > most ? v : most;
    same = same && (v == -Infinity) == (single<T>(other) == -Infinity);
  }
  return same ? f64x2.replace_lane(f64x2.splat(least), 1, most) : f64x2.replace_lane(f64x2.splat(-Infinity), 1, Infinity);
}

/** Index of the first element that equals x; n where none does. */
export function indexOf<T>(p: usize, n: i32, x: f64): i32 {
  const wanted = v128.splat<T>(<T>x);
  let i = 0;
  for (; i + 2 * lanes<T>() <= n; i += 2 * lanes<T>(), p += 32) {
    if (v128.any_true(v128.or(v128.eq<T>(v128.load(p), wanted), v128.eq<T>(v128.load(p, 16), wanted)))) break;
  }
  for (; i < n && single<T>(p) != x; i++) p += sizeof<T>();
  return i;
}

/** Bytes of n f64 in whole pairs. */
@inline export function pairBytes(n: i32): usize {
  return <usize>((n + 1) & ~1) << 3;
}

/** Two terms: a, or a·b. */
@inline function term(product: bool, a: usize, b: usize, offset: usize): v128 {
  return product ? f64x2.mul(v128.load(a + offset), v128.load(b + offset)) : v128.load(a + offset);
}

@inline function total(product: bool, a: usize, b: usize, n: i32): f64 {
  let hi = zero(), lo = zero();
  for (let left = n; left > 0; left -= BLOCK) {
    let acc = zero(), m = min(left, BLOCK);
    for (; m >= 8; m -= 8, a += 64, b += 64) {
      const t = f64x2.add(term(product, a, b, 0), term(product, a, b, 16));
      acc = f64x2.add(acc, f64x2.add(t, f64x2.add(term(product, a, b, 32), term(product, a, b, 48))));
    }
    if (m > 0) {
      const last = firstLanes<f64>(2 - (m & 1));
      let t = term(product, a, b, 0);
      if (m <= 2) t = v128.and(t, last);
      else if (m <= 4) t = f64x2.add(t, v128.and(term(product, a, b, 16), last));
      else {
        const u = term(product, a, b, 32);
        const w = m <= 6 ? v128.and(u, last) : f64x2.add(u, v128.and(term(product, a, b, 48), last));
        t = f64x2.add(f64x2.add(t, term(product, a, b, 16)), w);
      }
      acc = f64x2.add(acc, t);
    }
    const block = sumBoth(acc), h = f64x2.add(hi, block);
    lo = f64x2.add(lo, sumError(hi, block, h));
    hi = h;
  }
  return f64x2.extract_lane(f64x2.add(hi, lo), 0);
}

/** Sum of n f64. */
export function pairSum(a: usize, n: i32): f64 {
  return total(false, a, a, n);
}

/** Sum of n products of f64. */
export function pairDot(a: usize, b: usize, n: i32): f64 {
  return total(true, a, b, n);
}
