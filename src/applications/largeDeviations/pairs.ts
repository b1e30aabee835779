/** Two members of one family: all that tells them apart is in the mean, so rates and tilts of one at the mean of the other are their divergences. */
import { itakuraSaitoDivergence } from '../../index.js';
import type { Chernoff } from '../statistics/chernoff.js';
import { optionError } from '../input/options.js';
import { root } from '../statistics/roots.js';
import type { Evidence } from './draws.js';
import { cramerOf, type Family, meanOf } from './families.js';

/** What the family holds fixed for both. */
function held(of: Family): readonly [name: string, value: number] {
  if (of.family === 'gaussian') return ['std', of.std];
  if (of.family === 'gamma') return ['shape', of.shape];
  return of.family === 'binomial' ? ['n', of.n] : ['family', 0];
}

/**
 * Sees that log p/q is linear in x: one family, and what else it has the same for both.
 *
 * @throws {SurprisalError} ERR_OPTION
 */
export function checkPair(p: Family, q: Family): void {
  if (p.family !== q.family) throw optionError('family', `${p.family}, ${q.family}`, 'two of one family');
  const [[name, mine], [, other]] = [held(p), held(q)];
  if (mine !== other)
    throw optionError(name, `${mine}, ${other}`, 'the same for both (two Gaussians of unequal variances: surprisal/detection)');
}

/** KL(p‖q), by the parameters, as their means may be rounded. */
function divergenceOf(p: Family, q: Family): number {
  const trial = (p: number, q: number) => cramerOf({ family: 'bernoulli', p: q }, p).rate;
  if (p.family === 'exponential' && q.family === 'exponential') return itakuraSaitoDivergence([q.rate], [p.rate]);
  if (p.family === 'gamma' && q.family === 'gamma') return p.shape * itakuraSaitoDivergence([q.rate], [p.rate]);
  if (p.family === 'binomial' && q.family === 'binomial') return p.n * trial(p.p, q.p);
  if (p.family === 'geometric' && q.family === 'geometric') return trial(p.p, q.p) / p.p;
  return cramerOf(q, meanOf(p)).rate;
}

/** Divergences and spreads of the log-likelihood ratio. */
export function momentsOf(p: Family, q: Family): Evidence {
  const [at, back] = [cramerOf(q, meanOf(p)), cramerOf(p, meanOf(q))];
  const slope = Math.abs(at.tilt);
  const [forward, backward] = [divergenceOf(p, q), divergenceOf(q, p)];
  return {
    forward,
    backward,
    gap: forward + backward,
    spreads: [slope * Math.sqrt(at.variance), slope * Math.sqrt(back.variance)],
    outside: [0, 0],
  };
}

/**
 * Chernoff information of two members that {@link checkPair} lets through: the member between them that is as far from either. With λ its share of p it is
 * λ·I_p(x) + (1 − λ)·I_q(x), at its maximum, so what x is off by does not matter to the first order.
 */
export function pairChernoff(p: Family, q: Family): Chernoff {
  const [a, b] = [meanOf(p), meanOf(q)];
  if (a === b) return { information: 0, lambda: NaN, bhattacharyya: 0 };
  const slope = cramerOf(q, a).tilt;
  const sign = b > a ? 1 : -1;
  const value = (lambda: number, x: number) => lambda * cramerOf(p, x).rate + (1 - lambda) * cramerOf(q, x).rate;
  const between = (f: (x: number) => number) => root((x) => sign * f(x), Math.min(a, b), Math.max(a, b));
  const x = between((x) => cramerOf(p, x).rate - cramerOf(q, x).rate);
  const lambda = cramerOf(q, x).tilt / slope;
  const half = between((x) => (cramerOf(q, x).tilt / slope - 0.5) * -1);
  return { information: value(lambda, x), lambda, bhattacharyya: value(0.5, half) };
}
