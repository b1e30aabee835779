/** Constants of several files: each has of its own what it alone uses. */
import { constant } from '../simd/lanes';

/** 1.5·2⁵² and 1.5·2²³: adding rounds to an integer and leaves it in the low bits. */
export const MAGIC_64: usize = memory.data<f64>([6755399441055744], 8);
export const MAGIC_32: usize = memory.data<f32>([12582912], 4);
/** 1/ln2, and ln2. */
export const LOG2E_64: usize = memory.data<f64>([1.4426950408889634], 8);
export const LOG2E_32: usize = memory.data<f32>([1.4426950216293335], 4);
export const LN2_64: usize = memory.data<f64>([0.6931471805599453], 8);
/** The bias of an f32's exponent. */
export const BIAS_32: usize = memory.data<u32>([127], 4);

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
