/**
 * Whether rows of bits are plainly numbers of their domain: `keep` takes of each word its sign or nothing, `less` what is one too small, and what is left has to
 * be an exponent short of the largest. Of f64 (`wide`) the upper words are looked at. A row of nothing but zeros is not plain.
 *
 * Edge cases  false says nothing: −0, huge and, of positive f64, subnormal numbers are left to those who look closer
 * Error       none
 */
import { zero } from './lanes';

/** Rows of `size` bytes, 64 at least, from p to `end`. */
export function plain_rows(wide: bool, p: usize, size: usize, end: usize, keep: i32, less: i32): bool {
  let kept = i32x4.splat(keep), taken = i32x4.splat(less), most = zero();
  if (wide) {
    kept = i64x2.shl(kept, 32);
    taken = i64x2.shl(taken, 32);
  }
  while (p < end) {
    const last = p + size - 64;
    let row = zero();
    while (true) {
      const a = i32x4.max_u(word(p, kept, taken), word(p + 16, kept, taken)), b = i32x4.max_u(word(p + 32, kept, taken), word(p + 48, kept, taken));
      row = i32x4.max_u(row, i32x4.max_u(a, b));
      if (p == last) break;
      p = min(p + 64, last); // perhaps in part once more
    }
    if (!v128.any_true(row)) return false;
    most = i32x4.max_u(most, row);
    p = last + 64;
  }
  return i32x4.all_true(i32x4.lt_u(most, i32x4.splat(0x7f000000)));
}

/** What is looked at of the words at p. */
@inline function word(p: usize, kept: v128, taken: v128): v128 {
  return i32x4.sub(v128.and(v128.load(p), kept), taken);
}
