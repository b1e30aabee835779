/**
 * How many observations tell two Gaussians of unequal variances apart: the error probabilities of the best test on n of them, exactly.
 *
 * In units of the wider one's σ, with r the narrower one's variance, the sum of n log-likelihood ratios has the exponents of the Gaussians between the two. The one whose
 * variance is r·(1 + a) decides with the threshold at its mean. There P(the sum is above, the narrow one being true) and P(it is below, the wide one being true) are
 * Laplace inversions with a pole at a, and at b = r·(1 + a) − 1, of e^(n·D), D(h) = (h − log(1 + h))/2 + G·h²/(1 + h), whose saddle point is at h = 0.
 *
 * Source  H. E. Daniels, Int. Stat. Rev. 55 (1987), for the pole beside the saddle point; the path and its quadrature: derived here
 */
import type { Normal } from '../statistics/chernoff.js';
import { normalLogTail, normalTail } from '../statistics/normal.js';
import { log1pRest } from '../statistics/rests.js';
import { root, rootAbove } from '../statistics/roots.js';
import { logRatio } from '../../families/math/excess.js';

/** What two Gaussians are beside each other, the wider one's σ being 1. */
interface Pair {
  /** Variance of the narrower one, its logarithm, and 1 less it. */
  readonly variance: number;
  readonly log: number;
  readonly rest: number;
  /** (gap/rest)²/2. */
  readonly shift: number;
}

/** P(narrow, taken for wide) and P(wide, taken for narrow) as logarithms. */
type Errors = readonly [ofNarrow: number, ofWide: number];

/** Of the path's parameter ω, of whose density e^(−ω²/2) 3e-18 is left at 9: even and analytic, so that steps of 0.3 leave 1e-11 of a tail, 6e-9 at n = 1. */
const STEP = 0.3;
const OMEGAS = Float64Array.from({ length: 30 }, (_, i) => (i + 0.5) * STEP);

/** The least n at which one threshold reaches both levels, σ unequal. */
export function samplesOfUnequal(noise: Normal, signal: Normal, levels: { readonly falseAlarm: number; readonly miss: number }): number {
  const { falseAlarm, miss } = levels;
  if (falseAlarm + miss >= 1) return 1;
  const noiseIsNarrow = noise.std < signal.std;
  const pair = pairOf(...((noiseIsNarrow ? [noise, signal] : [signal, noise]) as [Normal, Normal]));
  if (!(pair.shift < Infinity)) return 1;
  const [narrow, wide] = noiseIsNarrow ? [falseAlarm, miss] : [miss, falseAlarm];
  const spare = (n: number) => Math.log(wide) - errorsAt(pair, n, poleAt(pair, n, Math.log(narrow)))[1];
  return spare(1) >= 0 ? 1 : Math.ceil(rootAbove(spare, 1, 1));
}

function pairOf(narrow: Normal, wide: Normal): Pair {
  const less = (wide.std - narrow.std) / wide.std;
  const rest = less * (2 - less);
  const gap = (narrow.mean - wide.mean) / wide.std / rest;
  return { variance: (narrow.std / wide.std) ** 2, log: 2 * logRatio(narrow.std, wide.std), rest, shift: (gap * gap) / 2 };
}

/** Where the narrow one's error is what is allowed: it falls from 1 to 0 as a grows from −1. */
function poleAt(pair: Pair, n: number, logLevel: number): number {
  const over = (a: number) => logLevel - errorsAt(pair, n, a)[0];
  return over(0) < 0 ? rootAbove(over, 0, pair.rest) : root(over, -1, 0);
}

function errorsAt({ variance, log, rest, shift }: Pair, n: number, a: number): Errors {
  if (a <= -1) return [0, -Infinity];
  const b = variance * a - rest;
  const path = pathOf(n, shift * variance * (1 + a));
  // What the narrow and the wide one are from the one between them, as divergences.
  const ofNarrow = log1pRest(a) / 2 + shift * variance * a * a;
  const ofWide = (b > -0.5 ? log1pRest(b) : b - log - Math.log1p(a)) / 2 + shift * b * b;
  return [logTail(path, n * ofNarrow, a, 1), logTail(path, n * ofWide, b, -1)];
}

/**
 * log of Q(r) + e^(−r²/2)/π·∫ ω·e^(−ω²/2)·(angle at the pole − atan(ω/r)) dω, r²/2 the exponent: the second angle is what a normal sum has, and takes the pole off.
 *
 * @param side 1 where the pole is right of the saddle point, −1 left of it, beyond ½ the other way round
 */
function logTail(path: readonly Point[], exponent: number, pole: number, side: number): number {
  const r = Math.sign(pole) * side * Math.sqrt(2 * exponent);
  let sum = 0;
  for (const [i, { re, im }] of path.entries()) {
    const omega = OMEGAS[i] as number;
    sum += omega * Math.exp((-omega * omega) / 2) * (Math.atan2(im, side * (pole - re)) - Math.atan2(omega, r));
  }
  const rest = (sum * STEP) / Math.PI;
  if (r < 1) return Math.log(normalTail(r) + Math.exp(-exponent) * rest);
  return Math.log(Math.exp(normalLogTail(r) + exponent) + rest) - exponent;
}

interface Point {
  readonly re: number;
  readonly im: number;
}

/** h on the path of steepest descent, where n·D(h) = −ω²/2: 1 + h = R·e^(iθ) with (1/2 + G)·R²·sin θ − R·θ/2 − G·sin θ = 0, so that D is real. */
function pathOf(n: number, G: number): Point[] {
  let [before, from] = [0, 0];
  return Array.from(OMEGAS, (omega) => {
    // The root of the fall is nearly a line, so the next θ is hardly farther than the last step went.
    const over = (theta: number) => Math.sqrt(descent(theta, G).fall) - omega / Math.sqrt(2 * n);
    const near = from + 3 * (from - before);
    const theta = root(over, from, near > from && near < Math.PI && over(near) > 0 ? near : Math.PI);
    [before, from] = [from, theta];
    const { rho, versine } = descent(theta, G);
    return { re: rho - versine * (1 + rho), im: (1 + rho) * Math.sin(theta) };
  });
}

/** R − 1 =: ρ and −D at an angle θ; both to rounding where they are small. */
function descent(theta: number, G: number) {
  const versine = 2 * Math.sin(theta / 2) ** 2;
  if (theta >= Math.PI) return { rho: Infinity, versine, fall: Infinity };
  const more = theta === 0 ? 0 : theta / Math.sin(theta) - 1;
  const half = (0.5 + 2 * G - more / 2) / 2;
  const large = Math.sqrt(half * half + (0.5 + G) * (more / 2)) + Math.abs(half);
  const rho = half > 0 ? more / 2 / large : large / (0.5 + G);
  const fall = (versine * (1 + rho) - log1pRest(rho)) / 2 + G * (versine * (1 + rho) + (versine - rho * rho) / (1 + rho));
  return { rho, versine, fall };
}
