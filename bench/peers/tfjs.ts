/** tfjs, which knows f32 alone, on one of its backends. */
import { dirname } from 'node:path';
import type { Data, Pass, Shape } from '../case.js';
import { apply, workloadOf } from './arrays.js';
import type { Ops } from './formulas.js';
import { load, resolved } from './load.js';

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
  return async () => {
    const result: Tensor = tf.tidy(() =>
      apply(
        workload,
        ops,
        workload.inputs.map((input) => tf.tensor(input.data, input.dims)),
      ),
    );
    const values = await result.data();
    result.dispose();
    return values;
  };
}
