/**
 * A root of a continuous function between two points where its signs differ, by bisection sped up with inverse quadratic interpolation.
 *
 * @param f     the function; f(low) and f(high) must not have the same sign
 * @param width of the bracket at which to stop, relative to the root; 2⁻⁵⁰ when left out
 * @returns     a point within `width` of a change of sign; an end of the bracket where there is none within it
 *
 * Source T. R. Chandrupatla, Adv. Eng. Softw. 28 (1997)
 */
export function root(f: (x: number) => number, low: number, high: number, width = 2 ** -50): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  if (fa === 0 || fb === 0) return fa === 0 ? a : b;
  if (fa > 0 === fb > 0) return Math.abs(fa) < Math.abs(fb) ? a : b;
  let [c, fc] = [a, fa];
  let step = 0.5;
  for (let i = 0; i < 200; i++) {
    const x = a + step * (b - a);
    const fx = f(x);
    if (fx > 0 === fa > 0) [c, fc] = [a, fa];
    else [c, b, fc, fb] = [b, a, fb, fa];
    [a, fa] = [x, fx];
    const best = Math.abs(fa) < Math.abs(fb) ? a : b;
    const limit = (2 * Math.abs(best) * width + Number.MIN_VALUE) / Math.abs(b - a);
    if (limit > 0.5 || fx === 0) return fx === 0 ? x : best;
    const xi = (a - b) / (c - b);
    const phi = (fa - fb) / (fc - fb);
    const curved = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    step = curved ? (fa / (fb - fa)) * (fc / (fb - fc)) + ((c - a) / (b - a)) * (fa / (fc - fa)) * (fb / (fc - fb)) : 0.5;
    step = Math.min(Math.max(step, limit), 1 - limit);
  }
  return a;
}

/** A root of an increasing function at or above `low`: the bracket is doubled from `step` on until it holds it. */
export function rootAbove(f: (x: number) => number, low: number, step: number, width?: number): number {
  let high = low + step;
  for (let i = 0; i < 1100 && f(high) < 0; i++) high = low + (high - low) * 2;
  return root(f, low, high, width);
}
