/** c₀ + c₁·x + (c₂ + c₃·x)·x², f64x2, from pointers to the coefficients and x² = x2: the unit of Estrin's scheme. */
@inline export function cubic(c0: usize, c1: usize, c2: usize, c3: usize, x: v128, x2: v128): v128 {
  const low = f64x2.add(v128.load64_splat(c0), f64x2.mul(v128.load64_splat(c1), x));
  return f64x2.add(low, f64x2.mul(x2, f64x2.add(v128.load64_splat(c2), f64x2.mul(v128.load64_splat(c3), x))));
}
