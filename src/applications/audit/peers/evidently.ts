/** evidently's population stability index: empty bins are filled, on each side by its own rule. */
import type { Floats } from '../../../types.js';
import type { Convention } from './convention.js';
import { pairwiseSum } from './sum.js';

const exact = (x: number): number => x;

/** Zeros become 1e-4, or a millionth of the smallest share where that is 1e-4 or less. */
function fill(x: Floats): Floats {
  let least = Infinity;
  for (const value of x) if (value > 0 && value < least) least = value;
  return x.map((value) => (value === 0 ? (least <= 1e-4 ? least / 1e6 : 1e-4) : value));
}

export const EVIDENTLY: readonly Convention[] = [
  {
    name: 'evidently-psi',
    title: 'evidently PSI',
    call: "ColumnDriftMetric(stattest='psi'), rows as its bins",
    source: 'evidently, calculations/stattests (2025); evidentlyai/evidently#334',
    checked: 'source',
    quantity: 'jeffreys',
    unit: 'nats',
    reduction: 'one number a feature',
    arithmetic: 'f64',
    normalizes: false,
    zeros: '0 becomes 1e-4, or a millionth of the smallest share',
    answer: ({ p, q }) => {
      const [x, y] = [fill(p), fill(q)];
      const terms = x.map((value, i) => (value - (y[i] as number)) * Math.log(value / (y[i] as number)));
      return pairwiseSum(terms, exact);
    },
  },
];
