/**
 * Jensen–Shannon terms at even weights, of f32 and without a logarithm: ½·[x·log(x/m) + y·log(y/m)], m = (x + y)/2.
 *
 * Method  With d = x − y, M = max(x, y) and w = √(min(x, y)/M) it is d²/(M·(1 + w)²)·R(w), and R on [0, 1] a quotient N/D of polynomials of degree 6 with positive
 *         coefficients, in w because in √(x/y) the singularity of x·log x at 0 is a weak one. d comes in by itself: nothing cancels where x and y are close.
 *         Two loops, that neither has a chain longer than a core looks ahead (measured 1.15×).
 * Domain  x, y > 0; equal ones give 0.
 * Error   R 9.0e-8, relative; with rounding 10·2⁻²⁴ at most, 2.3·2⁻²⁴ root mean square.
 * Source  derived here; coefficients by derive/polynomials.mjs.
 */
import { one } from '../simd/lanes';
import { OTHER } from './terms';

/** N ascending, then D, whose leading coefficient is 1. */
const N0: usize = memory.data<f32>([2.0291916769110685e-7], 4);
const N1: usize = memory.data<f32>([0.00014936419029254466], 4);
const N2: usize = memory.data<f32>([0.012241869233548641], 4);
const N3: usize = memory.data<f32>([0.20198285579681396], 4);
const N4: usize = memory.data<f32>([0.8613200783729553], 4);
const N5: usize = memory.data<f32>([0.9769992232322693], 4);
const N6: usize = memory.data<f32>([0.3712886571884155], 4);
const D0: usize = memory.data<f32>([5.855010272171057e-7], 4);
const D1: usize = memory.data<f32>([0.00042980301077477634], 4);
const D2: usize = memory.data<f32>([0.034475233405828476], 4);
const D3: usize = memory.data<f32>([0.5194020867347717], 4);
const D4: usize = memory.data<f32>([1.7187221050262451], 4);
const D5: usize = memory.data<f32>([1.5749342441558838], 4);

@inline function at(coefficient: usize): v128 {
  return v128.load32_splat(coefficient);
}

/** c0 + c1·w + … + c5·w⁵ + c6·w⁶, z = w² and c4 + c6·z handed in as c4. */
@inline function sextic(w: v128, z: v128, c0: usize, c1: usize, c2: usize, c3: usize, c4: v128, c5: usize): v128 {
  const z2 = f32x4.mul(z, z);
  const odd = f32x4.add(f32x4.mul(at(c5), z2), f32x4.add(f32x4.mul(at(c3), z), at(c1)));
  const even = f32x4.add(f32x4.mul(c4, z2), f32x4.add(f32x4.mul(at(c2), z), at(c0)));
  return f32x4.add(even, f32x4.mul(w, odd));
}

/** What `closeEven` needs of `size` bytes of a row: M to y, d to t, w OTHER bytes behind d; of entries at x and q where they are dense, else of x, of what is at y and of differences at t. */
export function layEven(isDense: bool, x: usize, q: usize, size: usize, scale: v128, eta: v128, y: usize, t: usize): void {
  let o: usize = 0;
  do {
    const a = v128.load(x + o);
    let b: v128, d: v128;
    // A branch that is always taken, or never, costs less than a second loop in the module.
    if (isDense) {
      // As `spread` in massTile.ts has them.
      const given = f32x4.mul(v128.load(q + o), scale);
      b = f32x4.mul(given, f32x4.add(one<f32>(), eta));
      d = f32x4.sub(f32x4.sub(a, given), f32x4.mul(given, eta));
    } else {
      b = v128.load(y + o);
      d = v128.load(t + o);
    }
    const most = f32x4.pmax(a, b);
    v128.store(y + o, most);
    v128.store(t + o, d);
    v128.store(t + o, f32x4.sqrt(f32x4.div(f32x4.pmin(a, b), most)), OTHER);
    o += 16;
  } while (o < size);
}

/** Terms in place of the `size` bytes of d at t, two vectors a turn; what the last one writes behind them is nobody's. */
export function closeEven(y: usize, t: usize, size: usize): void {
  const end = t + size;
  do {
    v128.store(t, termOf(v128.load(t, OTHER), v128.load(t), v128.load(y)));
    v128.store(t, termOf(v128.load(t, OTHER + 16), v128.load(t, 16), v128.load(y, 16)), 16);
    t += 32;
    y += 32;
  } while (t < end);
}

@inline function termOf(w: v128, d: v128, most: v128): v128 {
  const z = f32x4.mul(w, w);
  const N = sextic(w, z, N0, N1, N2, N3, f32x4.add(f32x4.mul(at(N6), z), at(N4)), N5);
  const D = sextic(w, z, D0, D1, D2, D3, f32x4.add(z, at(D4)), D5);
  const s = f32x4.add(w, one<f32>());
  return f32x4.mul(d, f32x4.div(f32x4.mul(d, N), f32x4.mul(D, f32x4.mul(f32x4.mul(s, s), most))));
}
