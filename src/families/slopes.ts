/**
 * What KL(p‖q) = −h(p) − E log q does when a parameter moves, for pairs of two families: by the slopes of p's entropy and means, of which −E log q is made,
 * and by the slopes of −E log q itself. All are closed; each is the derivative of the form in the family's own file.
 */
import { BOUNDED } from './boundedSlopes.js';
import type { Expectations, Family } from './family.js';
import type { Slopes } from './movement.js';
import { POSITIVE } from './positiveSlopes.js';
import { REAL } from './realSlopes.js';
import { OF_Q } from './slopesOfQ.js';

type Args = readonly number[];

/** Slopes of p, by family. */
const OF_P: Readonly<Record<string, Slopes>> = { ...BOUNDED, ...POSITIVE, ...REAL };

const NOTHING: Expectations = {
  mean: 0,
  square: () => 0,
  absolute: () => 0,
  power: () => 0,
  exponential: () => 0,
  log: 0,
  logVariance: 0,
  logComplement: 0,
};

/** −E log q is linear in p's means but for a constant, so its slope is what it is of their slopes, less the constant. */
function along(q: Family, by: Args, e: Expectations, means: Expectations): number | undefined {
  if (q.name === 'logNormal') {
    const [m, s] = by as [number, number];
    const { log, logVariance } = means;
    if (log === undefined || logVariance === undefined || e.log === undefined) return undefined;
    return log + (logVariance / 2 + (e.log - m) * log) / s / s;
  }
  if (q.name === 'gumbel') {
    const [m, b] = by as [number, number];
    // Of (E x − μ)/b, μ/b is not added to be taken off again: far out it would be all that is seen.
    const exponential = means.exponential?.(b, m);
    return means.mean === undefined || exponential === undefined ? undefined : means.mean / b + exponential;
  }
  const [moved, constant] = [means, NOTHING].map((of) => q.crossEntropy?.(of, ...by) ?? []);
  let sum = 0;
  for (const [i, term] of (moved ?? []).entries()) {
    if (term === undefined) return undefined;
    sum += term - (constant?.[i] as number);
  }
  return sum;
}

/** Slopes of KL by p's parameters, then by q's; undefined where one of them has no closed form here. */
export function crossGradient(p: Family, x: Args, q: Family, y: Args): readonly number[] | undefined {
  const [first, second, e] = [OF_P[p.name], OF_Q[q.name], p.expectations?.(...x)];
  if (first === undefined || second === undefined || e === undefined) return undefined;
  const byP = first.move(e, ...x).map(({ entropy, means }) => {
    const cross = along(q, y, e, means);
    return cross === undefined ? undefined : cross - entropy;
  });
  const all = [...byP, ...second({ ...e, ...first.more(e, ...x) }, ...y)];
  return all.every((slope) => slope !== undefined && !Number.isNaN(slope)) ? (all as number[]) : undefined;
}
