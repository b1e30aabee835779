/** How fast this machine is at what kernels are made of: independent chains of each kind of operation, for bench/limits.ts. Not in the product's module. */

/** n times four multiplications, four additions and four of integers: the mixture of a logarithm. */
export function mixture_f32(n: i32): f32 {
  const m = f32x4.splat(0.999), k = f32x4.splat(0.001);
  let a = f32x4.splat(1), b = f32x4.splat(2), c = f32x4.splat(3), d = f32x4.splat(4), p = a, q = b, r = c, s = d;
  for (let i = 0; i < n; i++) {
    a = f32x4.add(f32x4.mul(a, m), k);
    b = f32x4.add(f32x4.mul(b, m), k);
    c = f32x4.add(f32x4.mul(c, m), k);
    d = f32x4.add(f32x4.mul(d, m), k);
    p = i32x4.add(p, k);
    q = i32x4.add(q, k);
    r = i32x4.add(r, k);
    s = i32x4.add(s, k);
  }
  const sum = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(f32x4.add(p, q), f32x4.add(r, s)));
  return f32x4.extract_lane(sum, 0);
}

/** n times four divisions of f32x4. */
export function divide_f32(n: i32): f32 {
  const m = f32x4.splat(0.999);
  let a = f32x4.splat(1), b = f32x4.splat(2), c = f32x4.splat(3), d = f32x4.splat(4);
  for (let i = 0; i < n; i++) {
    a = f32x4.div(m, a);
    b = f32x4.div(m, b);
    c = f32x4.div(m, c);
    d = f32x4.div(m, d);
  }
  return f32x4.extract_lane(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), 0);
}

/** n times four divisions of f64x2. */
export function divide_f64(n: i32): f64 {
  const m = f64x2.splat(0.999);
  let a = f64x2.splat(1), b = f64x2.splat(2), c = f64x2.splat(3), d = f64x2.splat(4);
  for (let i = 0; i < n; i++) {
    a = f64x2.div(m, a);
    b = f64x2.div(m, b);
    c = f64x2.div(m, c);
    d = f64x2.div(m, d);
  }
  return f64x2.extract_lane(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)), 0);
}
