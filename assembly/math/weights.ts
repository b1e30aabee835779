/**
 * Softmax weights eᵗ and eᵈ − 1 − d in f64x2, for rows of T.
 *
 * Units   d is in units of ln2, so that no reduction by parts is needed: d = k + f, |f| ≤ ½,
 *         eᵈ − 1 − d = 2ᵏ·f²·Q(f) + ((2ᵏ − 1)·f·ln2 + ((2ᵏ − 1) − k·ln2)): for k = 0 nothing but f²·Q(f) is left.
 *         t of f32 rows too, 2ᵗ = 2ᵏ·(1 + f·ln2 + f²·Q(f)); t of f64 rows is in nats, eᵗ by exp.ts.
 *         eᵈ = 2ᵏ + 2ᵏ·m and eᵈ − 1 = (2ᵏ − 1) + 2ᵏ·m with m = f·ln2 + f²·Q(f) = 2ᶠ − 1, −0.3 to 0.42: nothing cancels.
 * Domain  |t|, |d| ≤ 708 nats.
 * Error   relative. f64: 2⁻⁵² for eᵗ, 2⁻⁴⁹·⁵ for eᵈ − 1 − d (near |d| = ½, where the halves cancel);
 *         f32: 2⁻²⁶·⁶ and 2⁻²²·² (another coefficient would take 2⁻³² and 2⁻²⁷·⁷, and 6 % longer).
 * Source  coefficients by derive/polynomials.mjs.
 */
import { one } from '../simd/lanes';
import { pair, pairBytes } from '../simd/pairs';
import { LN2_64, MAGIC_64 } from './constants';
import { cubic } from './cubic';
import { expFar, expNormal } from './exp';

/** Q on |f| ≤ ½ for f64 rows: error 2⁻⁵³·⁸ times f². */
const Q0: usize = memory.data<f64>([0.24022650695910075], 8);
const Q1: usize = memory.data<f64>([0.05550410866482158], 8);
const Q2: usize = memory.data<f64>([0.009618129107618665], 8);
const Q3: usize = memory.data<f64>([0.0013333558146423213], 8);
const Q4: usize = memory.data<f64>([0.00015403530424776529], 8);
const Q5: usize = memory.data<f64>([0.000015252733820795803], 8);
const Q6: usize = memory.data<f64>([0.0000013215451633221434], 8);
const Q7: usize = memory.data<f64>([1.0178067267449427e-7], 8);
const Q8: usize = memory.data<f64>([7.070977866508138e-9], 8);
const Q9: usize = memory.data<f64>([4.45410341058704e-10], 8);
/** Q on |f| ≤ ½ for f32 rows: error 2⁻²⁴·⁹ times f². */
const S0: usize = memory.data<f64>([0.24022650695910072], 8);
const S1: usize = memory.data<f64>([0.05550381013796457], 8);
const S2: usize = memory.data<f64>([0.009618103253031871], 8);
const S3: usize = memory.data<f64>([0.0013381302537320797], 8);
const S4: usize = memory.data<f64>([0.00015444883953144928], 8);

/** Where weights are normal: e⁻⁷⁰⁸ of f64 rows, 2⁻¹⁰²¹ of f32 ones. */
const LOWEST_64: usize = memory.data<f64>([-708], 8);
const LOWEST_32: usize = memory.data<f64>([-1021], 8);

/** What takes a difference of logits to units of ln2. */
@inline export function perBit(temperature: f64): f64 {
  // Never ∞: 0 · ∞ would be NaN.
  return min(1.4426950408889634 / temperature, f64.MAX_VALUE);
}

/** What takes a difference of logits to units of t. */
@inline export function perUnit<T>(temperature: f64): f64 {
  return sizeof<T>() == 8 ? min(1 / temperature, f64.MAX_VALUE) : perBit(temperature);
}

/** One unit of t in nats. */
@inline export function nats<T>(): f64 {
  return sizeof<T>() == 8 ? 1.0 : 0.6931471805599453;
}

/** f²·Q(f), f64. */
@inline function curved(f: v128): v128 {
  const f2 = f64x2.mul(f, f), f4 = f64x2.mul(f2, f2);
  const a = cubic(Q0, Q1, Q2, Q3, f, f2);
  const b = cubic(Q4, Q5, Q6, Q7, f, f2);
  const c = f64x2.add(v128.load64_splat(Q8), f64x2.mul(v128.load64_splat(Q9), f));
  return f64x2.mul(f2, f64x2.add(a, f64x2.mul(f4, f64x2.add(b, f64x2.mul(f4, c)))));
}

/** The like of f32 rows. Here and below `s0` … and other constants are handed in, as a loop that stores would load them again in each turn (measured: a seventh of its time). */
@inline function curvedBy(f: v128, s0: v128, s1: v128, s2: v128, s3: v128, s4: v128): v128 {
  const f2 = f64x2.mul(f, f), a = f64x2.add(s0, f64x2.mul(s1, f)), b = f64x2.add(s2, f64x2.mul(s3, f));
  return f64x2.mul(f2, f64x2.add(a, f64x2.mul(f2, f64x2.add(b, f64x2.mul(f2, s4)))));
}

/** Whether weights down to the least t of a row need no look at each. In f64 a NaN among them does: its bits may be any. */
@inline export function staysNormal<T>(least: f64): bool {
  return sizeof<T>() == 4 && least >= load<f64>(LOWEST_32);
}

/** Bytes of weights that are made together. */
const PIECE: usize = 1024;

/**
 * Stores eᵗ of a row, t = (z − top)·unit ≤ 0 in units; where `isDeep`, subnormal results and those of −∞ are right, too. Of f32 rows in two loops, as one's chain is longer
 * than a core looks ahead (measured: a quarter of its time); between them k stands behind the weights, in up to PIECE bytes.
 */
export function layWeights<T>(isDeep: bool, z: usize, cols: i32, top: f64, unit: f64, w: usize): void {
  const times = f64x2.splat(unit), largest = f64x2.splat(top), end = w + pairBytes(cols);
  const magic = v128.load64_splat(MAGIC_64), ln2 = v128.load64_splat(LN2_64), unity = one<f64>();
  const s0 = v128.load64_splat(S0), s1 = v128.load64_splat(S1), s2 = v128.load64_splat(S2), s3 = v128.load64_splat(S3), s4 = v128.load64_splat(S4);
  do {
    const size = sizeof<T>() == 8 ? end - w : min(end - w, PIECE), last = w + size;
    if (sizeof<T>() == 4) {
      let from = z, to = w;
      do {
        const t = f64x2.mul(f64x2.sub(pair<T>(from), largest), times), n = f64x2.add(t, magic);
        v128.store(to, f64x2.sub(t, f64x2.sub(n, magic)));
        v128.store(to + size, n);
        from += 2 * sizeof<T>();
        to += 16;
      } while (to < last);
    }
    do {
      let e: v128;
      if (sizeof<T>() == 8) e = expNormal<f64>(f64x2.mul(f64x2.sub(pair<T>(z), largest), times));
      else {
        const f = v128.load(w);
        e = i64x2.add(f64x2.add(unity, f64x2.add(f64x2.mul(f, ln2), curvedBy(f, s0, s1, s2, s3, s4))), i64x2.shl(v128.load(w + size), 52));
      }
      if (isDeep) {
        const t = f64x2.mul(f64x2.sub(pair<T>(z), largest), times), normal = f64x2.ge(t, v128.load64_splat(sizeof<T>() == 8 ? LOWEST_64 : LOWEST_32));
        if (!i32x4.all_true(normal)) e = v128.bitselect(e, expFar<f64>(f64x2.mul(t, f64x2.splat(nats<T>()))), normal);
      }
      v128.store(w, e);
      w += 16;
      z += 2 * sizeof<T>();
    } while (w < last);
  } while (sizeof<T>() == 4 && w < end);
}

/** Stores w·eᵗ, t = d − c in units of ln2, and w·eᵗ − w in the place of d, without cancellation: w·(2ᵏ·m + (2ᵏ − 1)) with m = 2ᶠ − 1. */
export function growRow<T>(w: usize, d: usize, cols: i32, c: f64, y: usize): void {
  const shift = f64x2.splat(c), end = w + pairBytes(cols);
  const magic = v128.load64_splat(MAGIC_64), ln2 = v128.load64_splat(LN2_64), unity = one<f64>();
  const s0 = v128.load64_splat(S0), s1 = v128.load64_splat(S1), s2 = v128.load64_splat(S2), s3 = v128.load64_splat(S3), s4 = v128.load64_splat(S4);
  do {
    const own = v128.load(w), t = f64x2.sub(v128.load(d), shift), n = f64x2.add(t, magic), f = f64x2.sub(t, f64x2.sub(n, magic));
    const scale = i64x2.add(unity, i64x2.shl(n, 52)), rest = sizeof<T>() == 8 ? curved(f) : curvedBy(f, s0, s1, s2, s3, s4), m = f64x2.add(f64x2.mul(f, ln2), rest);
    v128.store(y, f64x2.mul(own, f64x2.mul(scale, f64x2.add(unity, m))));
    v128.store(d, f64x2.mul(own, f64x2.add(f64x2.mul(scale, m), f64x2.sub(scale, unity))));
    w += 16;
    d += 16;
    y += 16;
  } while (w < end);
}

/** eᵗ − 1 − t, t = d − c in units of ln2. */
@inline function excessBy<T>(
  d: v128, shift: v128, magic: v128, ln2: v128, unity: v128, s0: v128, s1: v128, s2: v128, s3: v128, s4: v128,
): v128 {
  const t = f64x2.sub(d, shift), n = f64x2.add(t, magic), k = f64x2.sub(n, magic), f = f64x2.sub(t, k);
  const scale = i64x2.add(unity, i64x2.shl(n, 52)), less = f64x2.sub(scale, unity), rest = sizeof<T>() == 8 ? curved(f) : curvedBy(f, s0, s1, s2, s3, s4);
  const line = f64x2.add(f64x2.mul(f64x2.mul(less, f), ln2), f64x2.sub(less, f64x2.mul(k, ln2)));
  return f64x2.add(f64x2.mul(scale, rest), line);
}

/** Stores w·(eᵗ − 1 − t). Of f32 rows two vectors a turn (measured: a tenth less time): up to 16 bytes behind `to` are written. */
export function layExcesses<T>(w: usize, d: usize, cols: i32, c: f64, to: usize): void {
  const shift = f64x2.splat(c), end = w + pairBytes(cols), each = sizeof<T>() == 8 ? 16 : 32;
  const magic = v128.load64_splat(MAGIC_64), ln2 = v128.load64_splat(LN2_64), unity = one<f64>();
  const s0 = v128.load64_splat(S0), s1 = v128.load64_splat(S1), s2 = v128.load64_splat(S2), s3 = v128.load64_splat(S3), s4 = v128.load64_splat(S4);
  do {
    const first = excessBy<T>(v128.load(d), shift, magic, ln2, unity, s0, s1, s2, s3, s4);
    if (sizeof<T>() == 4) {
      const second = excessBy<T>(v128.load(d, 16), shift, magic, ln2, unity, s0, s1, s2, s3, s4);
      v128.store(to, f64x2.mul(v128.load(w, 16), second), 16);
    }
    v128.store(to, f64x2.mul(v128.load(w), first));
    w += each;
    d += each;
    to += each;
  } while (w < end);
}
