/**
 * log x and eˣ of every entry. Error, domain and method: math/log.ts and math/exp.ts.
 */
import { lanes } from '../simd/lanes';
import { exp } from '../math/exp';
import { log } from '../math/log';

@inline function map<T>(logarithm: bool, x: v128): v128 {
  return logarithm ? log<T>(x) : exp<T>(x);
}

/** The first n lanes to out, n below a vector's. */
@inline function storeFirst<T>(out: usize, v: v128, n: i32): void {
  for (let i = 0; i < n; i++, out += sizeof<T>()) {
    if (sizeof<T>() == 8) v128.store64_lane(out, v, 0);
    else {
      v128.store32_lane(out, v, 0);
      v = i8x16.shuffle(v, v, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    }
  }
}

@inline function rowsOf<T>(logarithm: bool, x: usize, step: usize, rows: i32, cols: i32, out: usize): void {
  for (let r = 0; r < rows; r++, x += step, out += <usize>cols * sizeof<T>()) {
    let i = 0;
    for (; i + lanes<T>() <= cols; i += lanes<T>()) {
      const o = <usize>i * sizeof<T>();
      v128.store(out + o, map<T>(logarithm, v128.load(x + o)));
    }
    const o = <usize>i * sizeof<T>();
    if (i < cols) storeFirst<T>(out + o, map<T>(logarithm, v128.load(x + o)), cols - i);
  }
}

export function log_map_f64(x: usize, step: usize, rows: i32, cols: i32, out: usize): void {
  rowsOf<f64>(true, x, step, rows, cols, out);
}

export function log_map_f32(x: usize, step: usize, rows: i32, cols: i32, out: usize): void {
  rowsOf<f32>(true, x, step, rows, cols, out);
}

export function exp_map_f64(x: usize, step: usize, rows: i32, cols: i32, out: usize): void {
  rowsOf<f64>(false, x, step, rows, cols, out);
}

export function exp_map_f32(x: usize, step: usize, rows: i32, cols: i32, out: usize): void {
  rowsOf<f32>(false, x, step, rows, cols, out);
}
