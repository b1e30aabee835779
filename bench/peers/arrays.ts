/** What the adapters of array libraries share: shapes of inputs, and the workload's formula applied to them. */
import type { Data, Shape } from '../case.js';
import { FORMULAS, type Formula, type Ops } from './formulas.js';

export type Dims = readonly number[];

/** A workload on one of these libraries: its formula, and the inputs in the formula's order. */
export interface Workload {
  readonly formula: Formula;
  readonly shape: Shape;
  readonly inputs: readonly { readonly name: string; readonly data: Float32Array | Float64Array; readonly dims: Dims }[];
}

export function workloadOf(name: string, data: Data, shape: Shape): Workload {
  const formula = FORMULAS[name];
  if (formula === undefined) throw new Error(`no formula of ${name}`);
  const inputs = formula.inputs.map((input) => {
    const array = data[input];
    if (array === undefined) throw new Error(`${name} has no input ${input}`);
    return { name: input, data: array, dims: dimsOf(name, input, array.length, shape) };
  });
  return { formula, shape, inputs };
}

/** W14's rows are candidates of several members each, W13's s0 and s1 matrices; one reference row is broadcast. */
export function dimsOf(workload: string, input: string, length: number, { rows, cols }: Shape): Dims {
  if (workload === 'W14') return [rows, length / rows / cols, cols];
  if (workload.startsWith('W13') && input.startsWith('s')) return [rows, cols, cols];
  return length === cols ? [1, cols] : [length / cols, cols];
}

export function apply<T>({ formula, inputs, shape }: Workload, ops: Ops<T>, values: readonly T[]): T {
  const named = Object.fromEntries(inputs.map(({ name }, i) => [name, values[i]]));
  return formula.apply(ops, named as Parameters<Formula['apply']>[1] as never, shape.cols) as T;
}
