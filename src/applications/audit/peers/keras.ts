/** Keras and TensorFlow.js clip entries to [1e-7, 1], each in its own places, in float32. */
import type { Convention, PeerRow } from './convention.js';
import { pairwiseSum, sumOf } from './sum.js';

const EPSILON = Math.fround(1e-7);
const clip = (x: number): number => Math.min(1, Math.max(EPSILON, x));
const logOfRatio = (x: number, y: number, round: PeerRow['round']): number => round(Math.log(round(x / y)));

const shared = {
  quantity: 'kl',
  unit: 'nats',
  reduction: 'one number a row; as a loss the mean over rows',
  arithmetic: 'f32',
  normalizes: false,
} as const;

export const KERAS: readonly Convention[] = [
  {
    ...shared,
    name: 'keras',
    title: 'Keras kl_divergence',
    call: 'keras.losses.kl_divergence(p, q)',
    checked: 'source',
    source: 'Keras 3, src/losses/losses.py, in its default float32; keras-team/keras#13747',
    zeros: 'p and q clipped to [1e-7, 1]',
    answer: ({ p, q, round }) =>
      pairwiseSum(
        p.map((x, i) => round(clip(x) * logOfRatio(clip(x), clip(q[i] as number), round))),
        round,
      ),
  },
  {
    ...shared,
    name: 'tfjs',
    title: 'TensorFlow.js KLD',
    call: "model.compile({ loss: 'kullbackLeiblerDivergence' })",
    checked: 'tool',
    source: '@tensorflow/tfjs-layers 4.22.0, losses; its CPU backend, which adds in float64',
    zeros: 'within the logarithm p and q are clipped to [1e-7, 1]',
    answer: ({ p, q, round }) => round(sumOf(p, (x, i) => round(x * logOfRatio(clip(x), clip(q[i] as number), round)))),
  },
];
