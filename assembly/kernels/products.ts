/**
 * Cells of all-pairs divergences that are a matrix product: cell_ij = (start_i + offset_j) − Σ_k p_ik·q_jk, for every row of one matrix and every row of another.
 *
 * Both sides come packed: rows in groups of 4 (p) and of two vectors (q), a group's entries of column k side by side, the last group filled up with zeros.
 * A tile of 4 × two vectors stays in registers while k runs. f32 sums go over to f64 every 64 columns.
 *
 * doubtP_i becomes Infinity where one of the row's cells is not above doubtP_i + doubtQ_j: whether any is small is known without a look at them all.
 *
 * Shapes      p: quads of 4 rows × cols · q: tiles of 2·lanes rows × cols · start: 4·quads · offset: 2·lanes·tiles · doubtP: 4·quads · doubtQ: 2·lanes·tiles ·
 *             out: 4·quads × 2·lanes·tiles, row-major, in f64; where `single` is 1, as f32 in the first half of each row's room
 * Error       of the product, f64: cols roundings, |error| ≤ cols·2⁻⁵³·Σ|p·q|. f32: |error| ≤ 65·2⁻²⁴·Σ|p·q|, and about 2⁻²² of it in practice, as roundings seldom agree
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

@inline function tile<T>(p: usize, q: usize, out: usize, rowBytes: usize, cols: i32): void {
  const row1 = out + rowBytes, row2 = row1 + rowBytes, row3 = row2 + rowBytes;
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

/** The cells of a row from its products, which stand in the room of the cells. */
function settle(row: usize, start: usize, offset: usize, doubtP: usize, doubtQ: usize, cells: i32, single: i32): void {
  const begin = v128.load64_splat(start), bound = v128.load64_splat(doubtP);
  let above = v128.splat<i8>(-1), to = row;
  do {
    let cell = f64x2.sub(f64x2.add(begin, v128.load(offset)), v128.load(row));
    if (single) {
      const narrow = f32x4.demote_f64x2_zero(cell);
      v128.store64_lane(to, narrow, 0);
      cell = f64x2.promote_low_f32x4(narrow);
      to += 8;
    } else v128.store(row, cell);
    above = v128.and(above, f64x2.gt(cell, f64x2.add(bound, v128.load(doubtQ))));
    row += 16;
    offset += 16;
    doubtQ += 16;
    cells -= 2;
  } while (cells);
  if (!i64x2.all_true(above)) store<f64>(doubtP, Infinity);
}

function productsOf<T>(
  p: usize, q: usize, start: usize, offset: usize, doubtP: usize, doubtQ: usize, out: usize, quads: i32, tiles: i32, cols: i32, single: i32,
): void {
  const tileBytes = <usize>(16 * lanes<T>());
  const rowBytes = <usize>tiles * tileBytes;
  memory.fill(out, 0, <usize>(4 * quads) * rowBytes);
  for (let t: usize = 0; t < rowBytes; t += tileBytes) {
    let from = p, to = out + t;
    for (let i = 0; i < quads; i++) {
      tile<T>(from, q, to, rowBytes, cols);
      from += <usize>(4 * cols) * sizeof<T>();
      to += 4 * rowBytes;
    }
    q += <usize>(32 * cols);
  }
  for (let i = 0; i < 4 * quads; i++) {
    settle(out, start, offset, doubtP, doubtQ, tiles * 2 * lanes<T>(), single);
    out += rowBytes;
    start += 8;
    doubtP += 8;
  }
}

export function products(
  double: bool, p: usize, q: usize, start: usize, offset: usize, doubtP: usize, doubtQ: usize, out: usize, quads: i32, tiles: i32, cols: i32, single: i32,
): void {
  if (double) productsOf<f64>(p, q, start, offset, doubtP, doubtQ, out, quads, tiles, cols, single);
  else productsOf<f32>(p, q, start, offset, doubtP, doubtQ, out, quads, tiles, cols, single);
}
