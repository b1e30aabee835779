/** Packages of JavaScript: ml-distance guards nothing, mathjs divides by sums first. */
import type { Convention } from './convention.js';
import { sumOf } from './sum.js';

const shared = { checked: 'tool', unit: 'nats', reduction: 'one number a row', arithmetic: 'f64' } as const;

export const JAVASCRIPT: readonly Convention[] = [
  {
    ...shared,
    name: 'ml-distance-kl',
    title: 'ml-distance KL',
    call: 'distance.kullbackLeibler(p, q)',
    source: 'ml-distance 5.0.0',
    quantity: 'kl',
    normalizes: false,
    zeros: 'no guard: p = 0 gives NaN, q = 0 Infinity',
    answer: ({ p, q }) => sumOf(p, (x, i) => x * Math.log(x / (q[i] as number))),
  },
  {
    ...shared,
    name: 'ml-distance-js',
    title: 'ml-distance JS',
    call: 'distance.jensenShannon(p, q)',
    source: 'ml-distance 5.0.0',
    quantity: 'js',
    normalizes: false,
    zeros: 'no guard: any 0 gives NaN',
    answer: ({ p, q }) => {
      const half = (a: typeof p, b: typeof p) => sumOf(a, (x, i) => x * Math.log((2 * x) / (x + (b[i] as number))));
      return (half(p, q) + half(q, p)) / 2;
    },
  },
  {
    ...shared,
    name: 'mathjs',
    title: 'mathjs kldivergence',
    call: 'math.kldivergence(p, q)',
    source: 'mathjs 15.2.0; josdejong/mathjs#415',
    quantity: 'kl',
    normalizes: true,
    zeros: 'no guard: p = 0 gives NaN, q = 0 Infinity',
    answer: ({ p, q }) => {
      const total = (a: typeof p) => sumOf(a, (x) => x);
      const [P, Q] = [total(p), total(q)];
      return sumOf(p, (x, i) => (x / P) * Math.log(x / P / ((q[i] as number) / Q)));
    },
  },
];
