/**
 * x rounded to f32, ties to even, for results that are normal numbers or 0: Math.fround where conversions to f32 and back, which wait for one port of a core,
 * would be too many. What is beyond f32's range comes out in f64, Infinity as NaN.
 *
 * Method  Veltkamp's splitting by 2²⁹ + 1, which leaves 24 of 53 bits. Ties: x has 25 bits then, so that (2²⁹ + 1)·x lies midway between two doubles and
 *         goes to the even one; so does what is subtracted from it, and the difference is x's even neighbour.
 */
export function single(x: number): number {
  const g = x * 536870913;
  return g - (g - x);
}
