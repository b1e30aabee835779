/** tfjs, which knows f32 alone, on one of its backends. */
import { dirname } from 'node:path';
import type { Data, Pass, Shape } from '../case.js';
import { apply, workloadOf } from './arrays.js';
import type { Ops } from './formulas.js';
import { load, resolved } from './load.js';

/** Of a value and its gradients, in the order of what it is differentiated by. */
interface Differentiated {
  readonly value: Tensor;
  readonly grads: readonly Tensor[];
}

interface Tensor {
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

export async function passOfTfjs(backend: 'wasm' | 'cpu', name: string, data: Data, shape: Shape): Promise<Pass> {
  const workload = workloadOf(name, data, shape);
  const tf = load('@tensorflow/tfjs-core');
  const added = load(`@tensorflow/tfjs-backend-${backend}`);
  if (backend === 'wasm') added.setWasmPaths(`${dirname(resolved('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend ${backend} here`);
  await tf.ready();
  const ops: Ops<Tensor> = {
    log: (x) => tf.log(x),
    exp: (x) => tf.exp(x),
    add: (x, y) => tf.add(x, y),
    subtract: (x, y) => tf.sub(x, y),
    multiply: (x, y) => tf.mul(x, y),
    divide: (x, y) => tf.div(x, y),
    sum: (x) => tf.sum(x, -1),
    sumAsColumn: (x) => tf.sum(x, -1, true),
    meanOfMembers: (x) => tf.mean(x, 1),
    logSoftmax: (x) => tf.logSoftmax(x),
    timesTransposed: (x, y) => tf.matMul(x, y, false, true),
  };
  const { by } = workload.formula;
  if (by !== undefined) load('@tensorflow/tfjs-layers'); // which brings the gradients of operations
  const answer = (tensors: readonly Tensor[]): Tensor => {
    if (by === undefined) return apply(workload, ops, tensors);
    const places = by.map((name) => workload.inputs.findIndex((input) => input.name === name));
    const sum = (...given: readonly Tensor[]) =>
      tf.sum(
        apply(
          workload,
          ops,
          tensors.map((tensor, i) => given[places.indexOf(i)] ?? tensor),
        ),
      );
    const { grads }: Differentiated = tf.valueAndGrads(sum)(places.map((place) => tensors[place]));
    return grads.at(-1) as Tensor;
  };
  return async () => {
    const result: Tensor = tf.tidy(() => answer(workload.inputs.map((input) => tf.tensor(input.data, input.dims))));
    const values = await result.data();
    result.dispose();
    return values;
  };
}
