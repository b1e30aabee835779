/** SciPy: relative entropy term by term with its own care for close entries, rows divided by their sums, NumPy's order of addition. */
import type { Floats } from '../../../types.js';
import type { Convention, PeerRow } from './convention.js';
import { pairwiseSum } from './sum.js';

/** `scipy.special.rel_entr`: since 1.13 by log1p where x and y are within a factor of two; f32 entries are computed in f64 and rounded. */
function relativeEntropyTerm(x: number, y: number): number {
  if (x === 0 && y >= 0) return 0;
  if (x <= 0 || y <= 0) return Infinity;
  const ratio = x / y;
  if (ratio > 0.5 && ratio < 2) return x * Math.log1p((x - y) / y);
  return ratio >= 2 ** -1022 && ratio < Infinity ? x * Math.log(ratio) : x * (Math.log(x) - Math.log(y));
}

function terms(x: Floats, y: Floats): Floats {
  return x.map((value, i) => relativeEntropyTerm(value, y[i] as number));
}

function shares(x: Floats, round: PeerRow['round']): Floats {
  const sum = pairwiseSum(x, round);
  return x.map((value) => value / sum);
}

function entropy({ p, q, round }: PeerRow): number {
  return pairwiseSum(terms(shares(p, round), shares(q, round)), round);
}

function jensenShannon({ p, q, round }: PeerRow): number {
  const [x, y] = [shares(p, round), shares(q, round)];
  const middle = x.map((value, i) => round(value + (y[i] as number)) / 2);
  const sum = round(pairwiseSum(terms(x, middle), round) + pairwiseSum(terms(y, middle), round));
  return round(Math.sqrt(sum / 2));
}

const shared = {
  checked: 'tool',
  unit: 'nats',
  reduction: 'one number a row',
  arithmetic: 'data',
  zeros: 'p = 0 adds 0, q = 0 gives Infinity',
} as const;

export const SCIPY: readonly Convention[] = [
  {
    ...shared,
    name: 'scipy-entropy',
    title: 'SciPy stats.entropy',
    call: 'scipy.stats.entropy(p, q, axis=1)',
    source: 'SciPy 1.17.1, stats/_entropy.py',
    quantity: 'kl',
    normalizes: true,
    answer: entropy,
  },
  {
    ...shared,
    name: 'scipy-rel-entr',
    title: 'SciPy rel_entr, summed',
    call: 'scipy.special.rel_entr(p, q).sum(axis=1)',
    source: 'SciPy 1.17.1, special/xsf; in 1.10 without log1p',
    quantity: 'kl',
    normalizes: false,
    answer: ({ p, q, round }) => pairwiseSum(terms(p, q), round),
  },
  {
    ...shared,
    name: 'scipy-jensenshannon',
    title: 'SciPy jensenshannon',
    call: 'scipy.spatial.distance.jensenshannon(p, q, axis=1)',
    source: 'SciPy 1.17.1, spatial/distance.py; scipy/scipy#20083, #20779',
    quantity: 'js-distance',
    normalizes: true,
    zeros: 'always finite; NaN where rounding makes the sum negative',
    answer: jensenShannon,
  },
];
