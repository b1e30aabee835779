/**
 * Products of every row of one matrix with every row of another: out_ij = Σ_k p_ik·q_jk, the part of all-pairs divergences that is a matrix product.
 *
 * Both sides come packed: rows in groups of 4 (p) and of two vectors (q), a group's entries of column k side by side, the last group filled up with zeros.
 * A tile of 4 × two vectors stays in registers while k runs. f32 sums go over to f64 every 64 columns.
 *
 * Shapes      p: quads of 4 rows × cols · q: tiles of 2·lanes rows × cols · out: f64, 4·quads × 2·lanes·tiles, row-major
 * Error       f64: cols roundings, |error| ≤ cols·2⁻⁵³·Σ|p·q|. f32: |error| ≤ 65·2⁻²⁴·Σ|p·q|, and about 2⁻²² of it in practice, as roundings seldom agree
 */
import { highHalf, lanes, zero } from '../simd/lanes';

/** Columns whose f32 products are added up in f32. */
const BLOCK = 64;

@inline function product<T>(sum: v128, p: usize, q: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(v128.load_splat<T>(p), q));
}

/** out += sum, in f64. */
@inline function addTo<T>(out: usize, sum: v128): void {
  if (sizeof<T>() == 8) {
    v128.store(out, f64x2.add(v128.load(out), sum));
    return;
  }
  v128.store(out, f64x2.add(v128.load(out), f64x2.promote_low_f32x4(sum)));
  v128.store(out, f64x2.add(v128.load(out, 16), f64x2.promote_low_f32x4(highHalf(sum))), 16);
}

@inline function addRow<T>(out: usize, low: v128, high: v128): void {
  addTo<T>(out, low);
  addTo<T>(out + 8 * lanes<T>(), high);
}

@inline function clearRow<T>(out: usize): void {
  for (let i: usize = 0; i < <usize>(16 * lanes<T>()); i += 16) v128.store(out + i, zero());
}

@inline function tile<T>(p: usize, q: usize, out: usize, rowBytes: usize, cols: i32): void {
  const row1 = out + rowBytes, row2 = row1 + rowBytes, row3 = row2 + rowBytes;
  clearRow<T>(out);
  clearRow<T>(row1);
  clearRow<T>(row2);
  clearRow<T>(row3);
  while (cols > 0) {
    let left = sizeof<T>() == 8 ? cols : min(cols, BLOCK);
    cols -= left;
    let a0 = zero(), a1 = zero(), b0 = zero(), b1 = zero(), c0 = zero(), c1 = zero(), d0 = zero(), d1 = zero();
    do {
      const low = v128.load(q), high = v128.load(q, 16);
      a0 = product<T>(a0, p, low);
      a1 = product<T>(a1, p, high);
      b0 = product<T>(b0, p + sizeof<T>(), low);
      b1 = product<T>(b1, p + sizeof<T>(), high);
      c0 = product<T>(c0, p + 2 * sizeof<T>(), low);
      c1 = product<T>(c1, p + 2 * sizeof<T>(), high);
      d0 = product<T>(d0, p + 3 * sizeof<T>(), low);
      d1 = product<T>(d1, p + 3 * sizeof<T>(), high);
      p += 4 * sizeof<T>();
      q += 32;
    } while (--left);
    addRow<T>(out, a0, a1);
    addRow<T>(row1, b0, b1);
    addRow<T>(row2, c0, c1);
    addRow<T>(row3, d0, d1);
  }
}

@inline function products<T>(p: usize, q: usize, out: usize, quads: i32, tiles: i32, cols: i32): void {
  const tileBytes = <usize>(16 * lanes<T>());
  const rowBytes = <usize>tiles * tileBytes;
  for (let t = 0; t < tiles; t++) {
    let from = p, to = out;
    for (let i = 0; i < quads; i++) {
      tile<T>(from, q, to, rowBytes, cols);
      from += <usize>(4 * cols) * sizeof<T>();
      to += 4 * rowBytes;
    }
    q += <usize>(32 * cols);
    out += tileBytes;
  }
}

export function products_f64(p: usize, q: usize, out: usize, quads: i32, tiles: i32, cols: i32): void {
  products<f64>(p, q, out, quads, tiles, cols);
}
export function products_f32(p: usize, q: usize, out: usize, quads: i32, tiles: i32, cols: i32): void {
  products<f32>(p, q, out, quads, tiles, cols);
}
