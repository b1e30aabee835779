/** How many draws tell p from q: a fixed number by normal sums, and Wald's sequential test. Both know what one distribution has and the other lacks, which settles the matter. */
import { klDivergence } from '../../index.js';
import { logRatio } from '../../families/math/excess.js';
import { normalLogTail, normalQuantile, normalQuantileOfLogTail } from '../statistics/normal.js';
import { rootAbove } from '../statistics/roots.js';

export interface ErrorLevels {
  /** Of taking q's draws for p's. */
  readonly alpha: number;
  /** Of taking p's draws for q's. */
  readonly beta: number;
}

/** What one draw tells. Where both have some it is log p/q; the rest of either's mass settles it. */
export interface Evidence {
  /** KL(p‖q) and KL(q‖p): the means of log p/q under p, and of log q/p under q. */
  readonly forward: number;
  readonly backward: number;
  /** Of log p/q on common support: its mean under p less that under q, and its standard deviations. */
  readonly gap: number;
  readonly spreads: readonly [underP: number, underQ: number];
  /** P(what q lacks) under p, and P(what p lacks) under q. */
  readonly outside: readonly [ofP: number, ofQ: number];
  /** Common support, where there is mass outside it: the shares of p and of q, and log p/q. */
  readonly common?: { readonly p: Float64Array; readonly q: Float64Array; readonly logs: Float64Array } | undefined;
}

/** Of masses, divided by their sums. */
export function evidenceOf(p: Float64Array, q: Float64Array): Evidence {
  const both = [...p.keys()].filter((i) => (p[i] as number) > 0 && (q[i] as number) > 0);
  const on = (x: Float64Array) => Float64Array.from(both, (i) => x[i] as number);
  const total = (x: Float64Array) => x.reduce((sum, share) => sum + share, 0);
  const beyond = (x: Float64Array, other: Float64Array) => total(x.filter((_, i) => other[i] === 0));
  const [x, y] = [on(p), on(q)];
  const logs = x.map((share, i) => logRatio(share, y[i] as number));
  const spread = (of: Float64Array) => {
    const all = total(of);
    const mean = of.reduce((sum, share, i) => sum + share * (logs[i] as number), 0) / all;
    return Math.sqrt(of.reduce((sum, share, i) => sum + share * ((logs[i] as number) - mean) ** 2, 0) / all);
  };
  const outside = [beyond(p, q), beyond(q, p)] as const;
  const [forward, backward] = [klDivergence(p, q), klDivergence(q, p)];
  if (outside[0] === 0 && outside[1] === 0) return { forward, backward, gap: forward + backward, spreads: [spread(x), spread(y)], outside };
  const gap = both.length === 0 ? 0 : klDivergence(x, y) + klDivergence(y, x);
  return { forward, backward, gap, spreads: [spread(x), spread(y)], outside, common: { p: x, q: y, logs } };
}

/**
 * The least number of draws at which one threshold reaches both levels, sums of log p/q on common support being taken as normal: where no draw has settled the matter,
 * P(sum > threshold) has what is left of α under q, and P(sum ≤ threshold) has to be what is left of β under p.
 */
export function fixedDraws({ forward, gap, spreads: [underP, underQ], outside, common }: Evidence, { alpha, beta }: ErrorLevels): number {
  if (alpha + beta >= 1) return 1;
  if (forward === 0) return Infinity;
  if (common === undefined) {
    const reach = -underP * normalQuantile(beta) - underQ * normalQuantile(alpha);
    return gap === Infinity ? 1 : Math.max(1, Math.ceil((Math.max(0, reach) / gap) ** 2));
  }
  if (common.logs.length === 0) return 1;
  const [stay, stayQ] = [Math.log1p(-outside[0]), Math.log1p(-outside[1])];
  // Draws of common support may all have one ratio, to its rounding: then their sum tells nothing.
  const silent = gap <= 2 ** -104;
  const spare = (n: number) => {
    const left = Math.log(alpha) - n * stayQ;
    if (left >= 0) return Infinity;
    const missed = silent ? 0 : normalLogTail((Math.sqrt(n) * gap - underQ * normalQuantileOfLogTail(left)) / underP);
    return Math.log(beta) - n * stay - missed;
  };
  return spare(Number.MAX_VALUE) < 0 ? Infinity : Math.max(1, Math.ceil(rootAbove(spare, 0, 1)));
}

/**
 * Wald's test with his thresholds, log β/(1 − α) below and log (1 − β)/α above: expected draws, overshoot left out; a draw that settles the matter ends it.
 *
 * For the sum S of log p/q over common support, e^(θ·S) keeps its mean 1 under q for both θ at which one draw has Σ p^θ·q^(1−θ) = 1: 0 and 1, or beyond where
 * there is mass outside. That gives the probabilities of both exits, and what is left over them is that a draw settles the matter: its rate times the draws.
 */
export function sequentialDraws(
  { forward, backward, outside, common }: Evidence,
  { alpha, beta }: ErrorLevels,
): { ifP: number; ifQ: number } {
  if (alpha + beta >= 1) return { ifP: 1, ifQ: 1 };
  const [toQ, toP] = [Math.log((1 - alpha) / beta), Math.log((1 - beta) / alpha)];
  const [ofP, ofQ] =
    common === undefined
      ? [0, 0]
      : [
          steepness(common.p, common.logs, outside[0]),
          steepness(
            common.q,
            common.logs.map((log) => -log),
            outside[1],
          ),
        ];
  const draws = (own: number, other: number, near: number, far: number, mass: number, drift: number) => {
    const wide = near + far;
    const rate = (way: number) => (mass === 0 ? way / drift : -Math.expm1(-own * way) / mass);
    // Nothing tells them apart.
    if (rate(wide) === Infinity) return Infinity;
    const [across, back] = [Math.exp(-(1 + other) * wide), Math.exp(-(1 + other) * far)];
    const expected = rate(near) * (1 - across) - rate(wide) * (back - across);
    return Math.max(1, expected / (1 - across * Math.exp(-own * wide)));
  };
  return { ifP: draws(ofP, ofQ, toP, toQ, outside[0], forward), ifQ: draws(ofQ, ofP, toQ, toP, outside[1], backward) };
}

/** τ ≥ 0 with Σ x·e^(τ·log) = 1 over common support, whose mass is 1 − outside; Infinity where no term grows. */
function steepness(x: Float64Array, logs: Float64Array, outside: number): number {
  if (outside === 0) return 0;
  if (!logs.some((log) => log > 0)) return Infinity;
  return rootAbove((tau) => x.reduce((sum, share, i) => sum + share * Math.expm1(tau * (logs[i] as number)), -outside), 0, 1);
}
