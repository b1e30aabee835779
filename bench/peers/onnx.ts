/** The formulas as ONNX graphs, for onnxruntime in Node and on the web. */
import type { Data, Pass, Shape } from '../case.js';
import { apply, type Dims, type Workload, workloadOf } from './arrays.js';
import type { Ops } from './formulas.js';
import { load } from './load.js';

const OPSET = 17;
const FLOAT = 1;
const DOUBLE = 11;
const INT64 = 7;

/** A value of the graph being written: its name. */
type Value = string;

/** One run of onnxruntime, of either package. */
interface Session {
  run(feeds: Record<string, unknown>): Promise<Record<string, { readonly data: ArrayLike<number> }>>;
}
export interface Runtime {
  readonly Tensor: new (type: string, data: unknown, dims: Dims) => unknown;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}

/** The graph of a workload, encoded. */
export function modelOf(workload: Workload): Uint8Array {
  const { onnx } = load('onnx-proto');
  const type = workload.shape.dtype === 'f64' ? DOUBLE : FLOAT;
  const nodes: object[] = [];
  const initializers: object[] = [];
  let count = 0;
  const node = (opType: string, input: readonly Value[], attribute: readonly object[] = []): Value => {
    const output = `node${count++}`;
    nodes.push({ opType, input, output: [output], attribute });
    return output;
  };
  const constant = (dataType: number, dims: Dims, values: object): Value => {
    const name = `c${count++}`;
    initializers.push({ name, dataType, dims, ...values });
    return name;
  };
  const scalar = (x: number): Value => constant(type, [], type === DOUBLE ? { doubleData: [x] } : { floatData: [x] });
  const operand = (x: Value | number): Value => (typeof x === 'number' ? scalar(x) : x);
  const int = (name: string, i: number) => ({ name, type: 2, i });
  const ints = (name: string, values: readonly number[]) => ({ name, type: 7, ints: values });
  const sum = (x: Value, keep: 0 | 1): Value => node('ReduceSum', [x, constant(INT64, [1], { int64Data: [-1] })], [int('keepdims', keep)]);
  const ops: Ops<Value> = {
    log: (x) => node('Log', [x]),
    exp: (x) => node('Exp', [x]),
    add: (x, y) => node('Add', [x, operand(y)]),
    subtract: (x, y) => node('Sub', [x, operand(y)]),
    multiply: (x, y) => node('Mul', [x, operand(y)]),
    divide: (x, y) => node('Div', [x, operand(y)]),
    sum: (x) => sum(x, 0),
    sumAsColumn: (x) => sum(x, 1),
    meanOfMembers: (x) => node('ReduceMean', [x], [ints('axes', [1]), int('keepdims', 0)]),
    logSoftmax: (x) => node('LogSoftmax', [x], [int('axis', -1)]),
    timesTransposed: (x, y) => node('MatMul', [x, node('Transpose', [y], [ints('perm', [1, 0])])]),
  };
  const names = workload.inputs.map(({ name }) => name);
  const result = apply(workload, ops, names);
  const valueInfo = (name: string, dims?: Dims) => ({
    name,
    type: { tensorType: { elemType: type, ...(dims !== undefined && { shape: { dim: dims.map((dimValue) => ({ dimValue })) } }) } },
  });
  const model = onnx.ModelProto.fromObject({
    irVersion: 8,
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'workload',
      node: nodes,
      initializer: initializers,
      input: workload.inputs.map(({ name, dims }) => valueInfo(name, dims)),
      output: [valueInfo(result)],
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

/** A pass on a runtime: tensors over the case's own arrays, which it does not copy before the run. */
export async function passOf(runtime: Runtime, name: string, data: Data, shape: Shape, options: object): Promise<Pass> {
  const workload = workloadOf(name, data, shape);
  const session = await runtime.InferenceSession.create(modelOf(workload), options);
  const type = shape.dtype === 'f64' ? 'float64' : 'float32';
  return async () => {
    const feeds = workload.inputs.map((input) => [input.name, new runtime.Tensor(type, input.data, input.dims)]);
    const [result] = Object.values(await session.run(Object.fromEntries(feeds)));
    return (result as { data: ArrayLike<number> }).data;
  };
}
