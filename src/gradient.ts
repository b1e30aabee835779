/** The way from a public function to a kernel that writes gradients beside its values: as in call.ts, with several results that are kept aside together. */
import { ASIDE_ENTRIES, gradientWidthsOf, KERNELS, type KernelName, type KernelSpec } from './backend/contract.js';
import { convert, copy, type Finish, type FloatMatrix, unitOf } from './call.js';
import { type Batch, checkApart, checkBase, checkGradientOut, checkOut, checkSums, checkWanted, refuseOut } from './check.js';
import { type Core, coreOf } from './core.js';
import { floatsOf } from './floats.js';
import { gradientLength } from './rows/blocks.js';
import { type Indices, type MassRows, SparseRows } from './rows/lazyRows.js';
import { arrayOf, type ResidentMatrix } from './rows/resident.js';
import type { Dtype, Floats, Matrix, Vector } from './types.js';

/** A value (of matrices: one a row) with its gradients by the inputs that were asked for. */
export interface WithGradient<Value, Gradient, Name extends string> {
  readonly value: Value;
  /** Of the inputs' own shape and dtype. Row i holds the derivatives of value i; so it does for a vector beside a matrix, which meets every row. */
  readonly gradient: { readonly [K in Name]: Gradient };
}

/** Arrays that receive the results: complete, or untouched where an error is thrown. */
export interface GradientOut<Name extends string> {
  /** One result a row; not for vectors, whose value is returned as a number. */
  readonly value?: Float64Array | ResidentMatrix | undefined;
  /** rows × cols results each, of the gradients' dtype. */
  readonly gradient?: { readonly [K in Name]?: Floats | ResidentMatrix | undefined } | undefined;
}

/**
 * Gradient by rows that are written out as they are read. Of `csr` rows one entry for each that is stored, in the order of its `data`, with its `indices` and
 * `indptr`; of `ragged` ones likewise, with its `offsets`; of other rows all that they have, rows × cols, with zeros behind the shorter ones.
 */
export interface LazyGradient extends FloatMatrix {
  readonly indices?: Indices;
  readonly indptr?: Indices;
  readonly offsets?: Indices;
}

/** Options of every function that answers values with gradients. */
export interface GradientOptions<Name extends string, Wanted extends Name = Name> {
  /** The inputs whose gradient is wanted, by name; all when left out. */
  readonly withRespectTo?: readonly Wanted[] | undefined;
  /** Unit of value and gradients: 2 for bits, 10 for bans; nats when left out. */
  readonly base?: number | undefined;
  readonly out?: GradientOut<Name> | undefined;
  /** Where to run: see `createCore`. */
  readonly core?: Core | undefined;
}

/** A function of one input with the gradient by it. */
export interface RowGradientFunction<Name extends string, Options> {
  (p: Vector, options?: Options & GradientOptions<Name>): WithGradient<number, Floats, Name>;
  (p: Matrix, options?: Options & GradientOptions<Name>): WithGradient<Float64Array, FloatMatrix, Name>;
}

/** A function of two inputs with the gradients by them: vectors give a number and arrays; else one value a row, and gradients by rows. */
export interface PairGradientFunction<Name extends string, Options, Rows = Matrix, Gradient = FloatMatrix> {
  <Wanted extends Name = Name>(
    p: Vector,
    q: Vector,
    options?: Options & GradientOptions<Name, Wanted>,
  ): WithGradient<number, Floats, Wanted>;
  <Wanted extends Name = Name>(
    p: Rows,
    q: Rows | Vector,
    options?: Options & GradientOptions<Name, Wanted>,
  ): WithGradient<Float64Array, Gradient, Wanted>;
  <Wanted extends Name = Name>(
    p: Vector,
    q: Rows,
    options?: Options & GradientOptions<Name, Wanted>,
  ): WithGradient<Float64Array, Gradient, Wanted>;
}

/** The same of rows of masses, written out or not. */
export type MassGradientFunction<Name extends string, Options> = PairGradientFunction<Name, Options> &
  PairGradientFunction<Name, Options, MassRows, LazyGradient>;

/** The names of the options above. */
export const GRADIENT_OPTIONS = ['withRespectTo', 'base', 'out', 'core'] as const;

/**
 * Runs a kernel over a checked batch and gives its value with the gradients that the options ask for.
 *
 * @param params those of the kernel; its `gradientFactor` already has the unit of `base` and what else the gradients are multiplied by; gradients of a kernel
 *               without one are divided here
 * @param names  of the kernel's gradients, as the options and the result have them
 */
export function evaluateWithGradient(
  kernel: KernelName,
  batch: Batch,
  params: readonly number[],
  names: readonly string[],
  options: GradientOptions<string> | undefined,
  finish: Finish = {},
): WithGradient<number | Float64Array, Floats | FloatMatrix, string> {
  checkBase(options?.base);
  checkWanted(options?.withRespectTo, names);
  const wanted = names.map((name) => options?.withRespectTo?.includes(name) ?? true);
  checkGradientOut(
    options?.out,
    names.filter((_, k) => wanted[k]),
  );
  const { rows, cols, dtype, single } = batch;
  const spec: KernelSpec = KERNELS[kernel];
  const widths = gradientWidthsOf(spec, cols);
  const lengths = widths.map((width, k) => gradientLength(batch.inputs[k], rows, width));
  const { value, gradient: gradientOut } = options?.out ?? {};
  const valueOut = arrayOf(value, 'out.value');
  const outs = names.map((name) => arrayOf(gradientOut?.[name], `out.gradient.${name}`));
  if (single) refuseOut(valueOut, 'out.value');
  else checkOut(valueOut, batch, rows, 'f64', 'out.value');
  for (const [k, name] of names.entries()) checkOut(outs[k], batch, lengths[k] as number, dtype, `out.gradient.${name}`);
  checkApart([valueOut, ...outs], ['out.value', ...names.map((name) => `out.gradient.${name}`)]);

  const core = coreOf(options?.core);
  const run = core.kernels[kernel];
  // Law 4: what fits is kept aside. Of more that goes to `out`, rows that a look does not show to be plain have their values first, as only one whose value is
  // NaN is refused; then nothing can fail any more.
  const sizes = outs.map((out, k) => (out === undefined ? 0 : words(lengths[k] as number, dtype)));
  const isLarge = rows + sizes.reduce((sum, size) => sum + size, 0) > ASIDE_ENTRIES;
  const place = placesFor(core, isLarge ? [] : [valueOut === undefined ? 0 : rows, ...sizes]);
  const values = (valueOut === undefined || isLarge ? new Float64Array(rows) : place(rows, 'f64')) as Float64Array;
  if (isLarge && outs.some((out) => out)) {
    if (!core.isPlain(kernel, batch)) run(batch, params, values);
    if (finish.sums === true) checkSums(kernel, batch);
  }
  const gradients = names.map((_, k) => {
    if (!wanted[k]) return undefined;
    const length = lengths[k] as number;
    const out = outs[k];
    if (out !== undefined) return isLarge ? out : place(length, dtype);
    return floatsOf(dtype, length);
  });
  run(batch, params, values, gradients);
  if (finish.sums === true) checkSums(kernel, batch);
  finish.conclude?.(values, core);
  convert(values, rows, options?.base, finish);
  if (options?.base !== undefined && !spec.params.includes('gradientFactor')) divide(gradients, unitOf(options.base));

  if (valueOut !== undefined) copy(values, valueOut, rows);
  const gradient: Record<string, Floats | FloatMatrix> = {};
  for (const [k, name] of names.entries()) {
    const result = gradients[k];
    if (result === undefined) continue;
    const out = outs[k];
    const length = lengths[k] as number;
    if (out !== undefined && out !== result) copy(result, out, length);
    const data = out ?? result;
    const own = data.length === length ? data : data.subarray(0, length);
    gradient[name] = single ? data : { data: own, rows, cols: widths[k] as number, ...placesIn(batch.inputs[k]) };
  }
  return { value: single ? (values[0] as number) : (valueOut ?? values), gradient };
}

/** Where the entries of a gradient stand: where those of sparse rows do. */
function placesIn(input: unknown): Partial<LazyGradient> {
  if (!(input instanceof SparseRows)) return {};
  const { columns, offsets } = input;
  return columns === undefined ? { offsets } : { indices: columns, indptr: offsets };
}

/** Gradients in another unit. */
function divide(gradients: readonly (Floats | undefined)[], unit: number): void {
  for (const gradient of gradients) {
    if (gradient !== undefined) for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) / unit;
  }
}

/** f64 that hold `length` results of a dtype. */
function words(length: number, dtype: Dtype): number {
  return dtype === 'f64' ? length : Math.ceil(length / 2);
}

/** Hands out, one after the other, arrays that lie side by side in the core's room aside. */
function placesFor(core: Core, sizes: readonly number[]): (length: number, dtype: Dtype) => Floats {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const room = total === 0 ? undefined : (core.aside(total, 'f64') as Float64Array);
  let next = 0;
  return (length, dtype) => {
    const at = next;
    next += words(length, dtype);
    const { buffer, byteOffset } = room as Float64Array;
    return dtype === 'f64' ? new Float64Array(buffer, byteOffset + 8 * at, length) : new Float32Array(buffer, byteOffset + 8 * at, length);
  };
}
