// A custom gradient for TensorFlow.js: the loss and its gradient come from this library, and TensorFlow.js differentiates through it like through an operation
// of its own. Nothing is imported from there: the caller hands over `tf`. test/examples/tfjsBridge.test.ts trains with it.
import { type DistillationOptions, distillationLossWithGradient, type RowsLike } from 'surprisal/distillation';

/** What is used of a tensor. */
export interface TensorOf {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<number>;
}

/** What is used of TensorFlow.js. */
export interface TensorFlow<Tensor extends TensorOf> {
  scalar(value: number): Tensor;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  customGrad(f: (x: Tensor) => { value: Tensor; gradFunc: (dy: Tensor) => Tensor }): (x: Tensor) => Tensor;
}

/**
 * A function of the student's logits that TensorFlow.js can differentiate: the distillation loss against this teacher.
 *
 * @example
 * const loss = distillationOp(tf, teacherLogits, { temperature: 4 });
 * optimizer.minimize(() => loss(student.apply(images)));
 */
export function distillationOp<Tensor extends TensorOf>(
  tf: TensorFlow<Tensor>,
  teacher: RowsLike,
  options?: DistillationOptions,
): (student: Tensor) => Tensor {
  return tf.customGrad((student) => {
    const { loss, gradient } = distillationLossWithGradient(teacher, student, options);
    const value = tf.scalar(loss);
    return { value, gradFunc: (dy) => tf.mul(dy, tf.tensor(Float32Array.from(gradient.data), student.shape)) };
  });
}
