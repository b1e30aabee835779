import { expect, it } from 'vitest';
import { distillationOp, type TensorFlow, type TensorOf } from '../../examples/tfjsBridge.js';
import { distillationLoss, distillationLossWithGradient } from '../../src/applications/distillation.js';
import { need } from '../support/need.js';
import { hasPeer, requirePeer } from '../support/peers.js';
import { createRng } from '../support/rng.js';

interface Tf extends TensorFlow<TensorOf> {
  tensor2d(values: Float32Array, shape: readonly number[]): TensorOf;
  variable(initial: TensorOf): TensorOf;
  matMul(a: TensorOf, b: TensorOf): TensorOf;
  grad(f: (x: TensorOf) => TensorOf): (x: TensorOf) => TensorOf;
  train: { sgd(rate: number): { minimize(f: () => TensorOf): void } };
  setBackend(name: string): Promise<boolean>;
}

it('TensorFlow.js differentiates and trains through the library’s loss', async (context) => {
  need(context, hasPeer('@tensorflow/tfjs-core'), 'npm ci --prefix test/peers');
  const tf = requirePeer<Tf>('@tensorflow/tfjs-core');
  requirePeer('@tensorflow/tfjs-backend-cpu');
  requirePeer('@tensorflow/tfjs-layers'); // which brings the gradients of operations
  await tf.setBackend('cpu');
  const [rows, inputs, classes] = [40, 6, 5];
  const rng = createRng(12);
  const draw = (length: number) => Float32Array.from({ length }, () => rng.normal());
  const x = tf.tensor2d(draw(rows * inputs), [rows, inputs]);
  const teacher = tf.matMul(x, tf.tensor2d(draw(inputs * classes), [inputs, classes]));
  const options = { temperature: 2 };
  const loss = distillationOp(tf, teacher, options);

  const student = tf.tensor2d(draw(rows * classes), [rows, classes]);
  const slopes = tf
    .grad((s) => tf.mul(loss(s), tf.scalar(3)))(student)
    .dataSync();
  const own = distillationLossWithGradient(teacher, student, options).gradient.data;
  // One product in float32.
  for (const [i, slope] of own.entries())
    expect(Math.abs((slopes[i] as number) - 3 * slope)).toBeLessThanOrEqual(2 ** -23 * Math.abs(3 * slope));

  const weights = tf.variable(tf.tensor2d(new Float32Array(inputs * classes), [inputs, classes]));
  const optimizer = tf.train.sgd(1);
  const before = distillationLoss(teacher, tf.matMul(x, weights), options).loss;
  for (let step = 0; step < 60; step++) optimizer.minimize(() => loss(tf.matMul(x, weights)));
  const after = distillationLoss(teacher, tf.matMul(x, weights), options).loss;
  expect(after).toBeLessThan(before / 20);
});
