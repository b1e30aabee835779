/** jax-js on its WebAssembly device, each formula compiled once by its jit. */
import type { Data, Pass, Shape } from '../case.js';
import { apply, workloadOf } from './arrays.js';
import type { Ops } from './formulas.js';
import { loadModule } from './load.js';

/** An array or a tracer: operations take their operands over, `ref` keeps one. */
interface Tensor {
  readonly ref: Tensor;
  add(y: Tensor | number): Tensor;
  sub(y: Tensor | number): Tensor;
  mul(y: Tensor | number): Tensor;
  div(y: Tensor | number): Tensor;
  sum(axis: number, options?: { keepdims: boolean }): Tensor;
  mean(axis: number): Tensor;
  transpose(): Tensor;
  reshape(dims: readonly number[]): Tensor;
  data(): Promise<ArrayLike<number>>;
}

export async function passOfJax(name: string, data: Data, shape: Shape): Promise<Pass> {
  const workload = workloadOf(name, data, shape);
  const { numpy, nn, jit, init, defaultDevice, valueAndGrad } = await loadModule('@jax-js/jax');
  await init('wasm');
  defaultDevice('wasm');
  const kept = (y: Tensor | number) => (typeof y === 'number' ? y : y.ref);
  const ops: Ops<Tensor> = {
    log: (x) => numpy.log(x.ref),
    exp: (x) => numpy.exp(x.ref),
    add: (x, y) => x.ref.add(kept(y)),
    subtract: (x, y) => x.ref.sub(kept(y)),
    multiply: (x, y) => x.ref.mul(kept(y)),
    divide: (x, y) => x.ref.div(kept(y)),
    sum: (x) => x.ref.sum(-1),
    sumAsColumn: (x) => x.ref.sum(-1, { keepdims: true }),
    meanOfMembers: (x) => x.ref.mean(1),
    logSoftmax: (x) => nn.logSoftmax(x.ref),
    timesTransposed: (x, y) => numpy.matmul(x.ref, y.ref.transpose()),
  };
  const { by } = workload.formula;
  const sum = (...values: Tensor[]) => numpy.sum(apply(workload, ops, values));
  const argnums = by?.map((name) => workload.inputs.findIndex((input) => input.name === name));
  const compiled = jit(by === undefined ? (...values: Tensor[]) => apply(workload, ops, values) : valueAndGrad(sum, { argnums }));
  const dtype = shape.dtype === 'f64' ? numpy.float64 : numpy.float32;
  return async () => {
    const inputs = workload.inputs.map((input) => numpy.array(input.data, { dtype }).reshape(input.dims));
    if (by === undefined) return (compiled(...inputs) as Tensor).data();
    const [value, gradients]: [Tensor, Tensor[]] = compiled(...inputs);
    await value.data();
    const all = await Promise.all(gradients.map((gradient) => gradient.data()));
    return all.at(-1) as ArrayLike<number>;
  };
}
