/** NumKong, and SimSIMD before it: a small number is added to both sides of every ratio. */
import type { Convention, PeerRow } from './convention.js';
import { sumOf } from './sum.js';

/** 1e-7 for f32 and 1e-15 for f64 data. Its own logarithm is a series; ours is better, so what is lost here is lost by the epsilon and the formula. */
function term(x: number, y: number, epsilon: number, round: PeerRow['round']): number {
  return round(x * round(Math.log(round(round(x + epsilon) / round(y + epsilon)))));
}

const epsilonOf = (p: PeerRow['p']): number => (p instanceof Float32Array ? Math.fround(1e-7) : 1e-15);

function kullbackLeibler({ p, q, round }: PeerRow): number {
  const epsilon = epsilonOf(p);
  return sumOf(p, (x, i) => term(x, q[i] as number, epsilon, round));
}

function jensenShannon({ p, q, round }: PeerRow): number {
  const epsilon = epsilonOf(p);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const [x, y] = [p[i] as number, q[i] as number];
    const middle = round(x + y) / 2;
    sum += term(x, middle, epsilon, round) + term(y, middle, epsilon, round);
  }
  return sum > 0 ? Math.sqrt(sum / 2) : 0;
}

/** SimSIMD's logarithm of its serial kernels, which are all that it has for float64: three terms of the series around 1, in float32. */
function mercator(ratio: number): number {
  const { fround } = Math;
  const x = fround(fround(ratio) - 1);
  const square = fround(x * x);
  return fround(fround(x - fround(square / 2)) + fround(fround(square * x) / 3));
}

const shared = {
  source: 'NumKong, probability/serial.h (48cbd21d, April 2026); later versions clamp at the same number',
  checked: 'source',
  unit: 'nats',
  reduction: 'one number a pair',
  arithmetic: 'data',
  normalizes: false,
  zeros: '1e-7 (f32) or 1e-15 (f64) added above and below',
} as const;

export const NUMKONG: readonly Convention[] = [
  { ...shared, name: 'numkong-kl', title: 'NumKong KL', call: 'kullbackleibler(p, q)', quantity: 'kl', answer: kullbackLeibler },
  { ...shared, name: 'numkong-js', title: 'NumKong JS', call: 'jensenshannon(p, q)', quantity: 'js-distance', answer: jensenShannon },
  {
    ...shared,
    name: 'simsimd-kl',
    title: 'SimSIMD KL, float64',
    call: 'simsimd.kullbackleibler(p, q)',
    source: 'simsimd 6.5.5 (npm), probability.h: for Float64Array on every machine',
    checked: 'tool',
    quantity: 'kl',
    arithmetic: 'f64',
    zeros: '1e-7 added above and below',
    answer: ({ p, q }) => sumOf(p, (x, i) => x * mercator((x + 1e-7) / ((q[i] as number) + 1e-7))),
  },
];
