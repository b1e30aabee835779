/**
 * log x and eˣ of every entry: a module of its own, by which the tests reach math/. No kernel of the product needs them, so it does not carry them.
 * x and out hold n entries, with room for a vector more.
 */
import { exp } from './math/exp';
import { log } from './math/log';

export * from './memory';

export function log_f64(x: usize, n: i32, out: usize): void {
  for (const end = x + (<usize>n << 3); x < end; x += 16, out += 16) v128.store(out, log<f64>(v128.load(x)));
}

export function log_f32(x: usize, n: i32, out: usize): void {
  for (const end = x + (<usize>n << 2); x < end; x += 16, out += 16) v128.store(out, log<f32>(v128.load(x)));
}

export function exp_f64(x: usize, n: i32, out: usize): void {
  for (const end = x + (<usize>n << 3); x < end; x += 16, out += 16) v128.store(out, exp<f64>(v128.load(x)));
}

export function exp_f32(x: usize, n: i32, out: usize): void {
  for (const end = x + (<usize>n << 2); x < end; x += 16, out += 16) v128.store(out, exp<f32>(v128.load(x)));
}
