/** Constants that exp and log share, in both widths. */
import { constant } from '../simd/lanes';

/** ln2 in two parts: an integer below 2²⁰ (f32: 2⁹) times the first is exact. */
const LN2_HI_64: usize = memory.data<f64>([0.6931471804855391], 8);
const LN2_LO_64: usize = memory.data<f64>([7.440617110012397e-11], 8);
const LN2_HI_32: usize = memory.data<f32>([0.693145751953125], 4);
const LN2_LO_32: usize = memory.data<f32>([1.428606765330187e-6], 4);
@inline export function ln2Hi<T>(): v128 {
  return constant<T>(LN2_HI_64, LN2_HI_32);
}
@inline export function ln2Lo<T>(): v128 {
  return constant<T>(LN2_LO_64, LN2_LO_32);
}

/** The one NaN that results carry. */
const NOT_A_NUMBER_64: usize = memory.data<u64>([0x7ff8000000000000], 8);
const NOT_A_NUMBER_32: usize = memory.data<u32>([0x7fc00000], 4);
@inline export function notANumber<T>(): v128 {
  return constant<T>(NOT_A_NUMBER_64, NOT_A_NUMBER_32);
}
