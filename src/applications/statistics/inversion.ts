/** Intervals for a divergence by inverting its test: they hold where the divergence is near 0, a boundary at which bootstrap intervals cover nothing. */
import { chiSquareCdf } from './chiSquare.js';
import type { Interval } from './intervals.js';
import { normalCdf, normalDensity } from './normal.js';
import { root, rootAbove } from './roots.js';

/** An estimated divergence D̂, as the plug-in gives it: no bias taken off. */
export interface EstimatedDivergence {
  readonly value: number;
  /** n with 2·n·D̂ about χ² where D = 0: the sample size; of two samples the harmonic half, N·M/(N + M); for Jensen–Shannon N + M. */
  readonly size: number;
  /** Degrees of freedom of that χ²: its mean. */
  readonly df: number;
  /** Estimated variance of D̂ by the delta method. */
  readonly variance: number;
  /** Of counts: where D = 0 the variance is that of χ² for certain, D̂ is too large by its mean, and may be 0 by chance. Not so where sizes are themselves estimated. */
  readonly counted?: boolean | undefined;
}

/** Where a normal variable is cut: beyond, 10⁻¹⁸ is left. */
const REACH = 9;
const NODES = 48;
/** Of the ends, relative: they are no better than the approximation. */
const WIDTH = 1e-7;

/**
 * Interval for a divergence D by inversion of G = 2·n·D̂.
 *
 * The sample lies off the truth by χ² in all directions; in the one direction of the difference itself its variance is v times that of the null, as the
 * delta method says. So G is about χ²(df − 1) + v·χ′²(1; λ/v), λ = 2·n·D: non-central χ² near 0, where v → 1, and normal with the delta method's variance far
 * from it. The interval holds the D for which G is neither in the upper nor in the lower tail.
 *
 * Of counts v is 1 where D = 0, so below D̂ it goes there in a straight line where it is smaller (Jensen–Shannon saturates; without that intervals of small
 * samples cover 86 to 92 % where the difference is large); and far from 0 v relates to D̂ less its bias. Where D̂ is smaller than in the mean where D = 0, v is 1 unless
 * the variance says otherwise for every D̂ up to there: over a D̂ next to 0 any variance is large.
 *
 * Counts of two samples agree now and then, small or rare ones often: of two columns 20 against 20 in every tenth pair whose rates are 0.5 and 0.6. χ² knows nothing of
 * that, and would have D = 0 for certain. So the upper end is no less than that of a D̂ as large as it is in the mean where D = 0; without that, intervals of two
 * columns cover 64 % and more, with it 93.1 % and more (test/applications/calibration.test.ts has the pairs). Means that agree do not tell that their sources do either.
 *
 * Edge cases  D̂ infinite: [0, Infinity]
 */
export function invertedInterval({ value, size, df, variance, counted = false }: EstimatedDivergence, level: number): Interval {
  if (!(value < Infinity)) return [0, Infinity];
  const g = 2 * size * value;
  const centre = counted ? Math.max(g - df, Math.min(g, df)) : g;
  const spread = size * size * variance;
  const ratio = g < df ? Math.max(spread / df, Math.min(spread / g, 1)) : spread / centre;
  const v = value > 0 && variance > 0 ? ratio : 1;
  const tail = (1 - level) / 2;
  const at = (lambda: number) => (counted && v < 1 && lambda < centre ? 1 + ((v - 1) * lambda) / centre : v);
  const cdf = (lambda: number) => shiftedCdf(g, lambda, df, at(lambda));
  const low = cdf(0) <= 1 - tail ? 0 : root((lambda) => 1 - tail - cdf(lambda), 0, 2 * g + 2 * df, WIDTH);
  const step = g + df + 4 * Math.sqrt(v * (g + df)) + 4 * v;
  const reached = Math.max(g, df);
  const below = (lambda: number) => shiftedCdf(reached, lambda, df, at(lambda));
  const high = below(0) <= tail ? g : rootAbove((lambda) => tail - below(lambda), low, step, WIDTH);
  return [low / (2 * size), high / (2 * size)];
}

/** P(χ²(df − 1) + v·χ′²(1; λ/v) ≤ g). */
function shiftedCdf(g: number, lambda: number, df: number, v: number): number {
  const [edge, centre, spread] = [Math.sqrt(g), Math.sqrt(lambda), Math.sqrt(v)];
  if (df <= 1) return normalCdf((edge - centre) / spread) - normalCdf((-edge - centre) / spread);
  // Over y = edge·sin θ the integrand is smooth and even about both ends, so that the midpoint rule converges faster than any power.
  const clamp = (y: number) => Math.asin(Math.min(Math.max(y / edge, -1), 1));
  const [from, to] = [clamp(centre - REACH * spread), clamp(centre + REACH * spread)];
  if (!(to > from)) return centre > edge ? 0 : 1;
  const width = (to - from) / NODES;
  let sum = 0;
  for (let i = 0; i < NODES; i++) {
    const theta = from + (i + 0.5) * width;
    const cos = Math.cos(theta);
    sum += normalDensity((edge * Math.sin(theta) - centre) / spread) * chiSquareCdf(g * cos * cos, df - 1) * cos;
  }
  return (sum * width * edge) / spread;
}
