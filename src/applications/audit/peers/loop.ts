/** The loop that everyone has written once. */
import type { Convention, PeerRow } from './convention.js';

function klLoop({ p, q, round }: PeerRow): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const [x, y] = [p[i] as number, q[i] as number];
    if (x > 0) sum = round(sum + round(x * round(Math.log(round(x / y)))));
  }
  return sum;
}

const shared = {
  source: 'the formula as it is written down',
  checked: 'tool',
  quantity: 'kl',
  unit: 'nats',
  reduction: 'one number a row',
  normalizes: false,
  zeros: 'p = 0 skipped, q = 0 gives Infinity',
  answer: klLoop,
} as const;

export const LOOP: readonly Convention[] = [
  {
    ...shared,
    name: 'loop-f32',
    title: 'plain loop, float32',
    call: 'if (p > 0) s += p * log(p / q), every step in float32',
    arithmetic: 'f32',
  },
  { ...shared, name: 'loop-f64', title: 'plain loop, float64', call: 'if (p > 0) s += p * Math.log(p / q)', arithmetic: 'f64' },
];
