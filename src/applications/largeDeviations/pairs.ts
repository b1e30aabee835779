/** Two members of one family: all that tells them apart is in the mean, so rates and tilts of one at the mean of the other are their divergences. */
import { itakuraSaitoDivergence } from '../../index.js';
import {
  bernoulliChernoff,
  type Chernoff,
  chernoffOfSum,
  exponentialChernoff,
  gaussianChernoff,
  geometricChernoff,
  poissonChernoff,
} from '../statistics/chernoff.js';
import { optionError } from '../input/options.js';
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

/** Chernoff information of two members of one family; Gaussians may differ in σ. */
export function pairChernoff(p: Family, q: Family): Chernoff {
  if (p.family === 'gaussian' && q.family === 'gaussian') return gaussianChernoff(p, q);
  checkPair(p, q);
  if (p.family === 'poisson' && q.family === 'poisson') return poissonChernoff(p.rate, q.rate);
  if (p.family === 'exponential' && q.family === 'exponential') return exponentialChernoff(p.rate, q.rate);
  if (p.family === 'gamma' && q.family === 'gamma') return chernoffOfSum(p.shape, exponentialChernoff(p.rate, q.rate));
  if (p.family === 'geometric' && q.family === 'geometric') return geometricChernoff(p.p, q.p);
  const [n, a, b] =
    p.family === 'binomial' && q.family === 'binomial' ? [p.n, p.p, q.p] : [1, (p as { p: number }).p, (q as { p: number }).p];
  return chernoffOfSum(n, bernoulliChernoff(a, b));
}
