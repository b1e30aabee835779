/** R's philentropy: bits by default, and 1e-5 in the place of a q that is 0. */
import type { Convention } from './convention.js';
import { sumOf } from './sum.js';

const EPSILON = 1e-5;
const bits = (x: number): number => Math.log(x) / Math.LN2;

const shared = { checked: 'source', unit: 'bits', reduction: 'one number a row', arithmetic: 'f64', normalizes: false } as const;

export const PHILENTROPY: readonly Convention[] = [
  {
    ...shared,
    name: 'philentropy-kl',
    title: 'philentropy KL',
    call: 'KL(rbind(p, q))',
    source: 'philentropy, src/distances_internal.h (2025); drostlab/philentropy#26',
    quantity: 'kl',
    zeros: 'q = 0 becomes 1e-5',
    answer: ({ p, q }) => sumOf(p, (x, i) => (x === 0 ? 0 : x * bits(x / ((q[i] as number) || EPSILON)))),
  },
  {
    ...shared,
    name: 'philentropy-js',
    title: 'philentropy JSD',
    call: 'JSD(rbind(p, q))',
    source: 'philentropy, src/distances_internal.h (2025)',
    quantity: 'js',
    zeros: 'a 0 adds 0',
    answer: ({ p, q }) => {
      const half = (a: typeof p, b: typeof p) => sumOf(a, (x, i) => (x === 0 ? 0 : x * bits((2 * x) / (x + (b[i] as number)))));
      return (half(p, q) + half(q, p)) / 2;
    },
  },
];
