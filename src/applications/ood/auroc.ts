/** An interval for the area under a ROC curve that also holds for few rows, and where all are told apart. */
import type { Interval } from '../statistics/intervals.js';
import { normalQuantile } from '../statistics/normal.js';
import { root } from '../statistics/roots.js';

/** Rows of both kinds, best scores first. */
export interface Ranked {
  readonly order: Uint32Array;
  readonly keys: Float64Array;
  readonly outside: Uint8Array;
}

/**
 * All areas θ that lie no farther from the estimate A than the normal distribution reaches with the variance that they themselves would have (a score interval, as Wilson's of a rate): Hanley
 * and McNeil's V(θ) in Newcombe's form for both kinds alike, times DeLong's variance over V(A) where that is above 1, as of scores that scatter differently inside and outside. At A = 1, where a
 * bootstrap and DeLong's variance know no doubt, it ends below 1 as far as so many rows leave open.
 *
 * Accuracy  coverage: docs/ood.md
 * Source    R. G. Newcombe, Stat. Med. 25 (2006), method 5 · E. R. DeLong et al., Biometrics 44 (1988)
 */
export function aurocInterval(ranked: Ranked, auroc: number, level: number): Interval {
  const [n, m, delong] = delongOf(ranked);
  const half = (n + m) / 2 - 1;
  const variance = (t: number) => (t * (1 - t) * (1 + half * ((1 - t) / (2 - t) + t / (1 + t)))) / (n * m);
  const own = variance(auroc);
  const ratio = own > 0 ? Math.max(1, delong / own) : 1;
  const reach = ratio * normalQuantile((1 + level) / 2) ** 2;
  // (A − θ)² < reach·V(θ) between two roots, one on each side of A: at an end of the scale both sides are 0 there, and it is one of them.
  const beyond = (t: number) => (auroc - t) ** 2 - reach * variance(t);
  const side = (end: number) => {
    if (auroc === end) return end;
    // From an end of the scale to just short of A: next to A the variance is the larger, but for A at the other end.
    return root(beyond, end, auroc + (end - auroc) * 2 ** -40);
  };
  return [side(0), side(1)];
}

/** Rows of either kind, and DeLong's variance: of the shares of the other kind that each row is on the right side of; one row has none to tell. */
function delongOf({ order, keys, outside }: Ranked): [n: number, m: number, variance: number] {
  const sizes = [0, 0];
  for (const row of order) sizes[outside[row] as number] = (sizes[outside[row] as number] as number) + 1;
  const [n, m] = sizes as [number, number];
  const [means, squares, seen] = [
    [0, 0],
    [0, 0],
    [0, 0],
  ];
  for (let from = 0; from < order.length; ) {
    const tied = [0, 0];
    let to = from;
    const key = keys[order[from] as number];
    do {
      const kind = outside[order[to++] as number] as number;
      tied[kind] = (tied[kind] as number) + 1;
    } while (to < order.length && keys[order[to] as number] === key);
    const places = [1 - ((seen[1] as number) + (tied[1] as number) / 2) / m, ((seen[0] as number) + (tied[0] as number) / 2) / n];
    for (const kind of [0, 1]) {
      // Welford's, of as many rows as are tied.
      const [own, before] = [tied[kind] as number, seen[kind] as number];
      if (own === 0) continue;
      const step = (places[kind] as number) - (means[kind] as number);
      means[kind] = (means[kind] as number) + (step * own) / (before + own);
      squares[kind] = (squares[kind] as number) + (step * step * before * own) / (before + own);
      seen[kind] = before + own;
    }
    from = to;
  }
  const part = (kind: 0 | 1, size: number) => (size > 1 ? (squares[kind] as number) / (size - 1) / size : 0);
  return [n, m, part(0, n) + part(1, m)];
}
