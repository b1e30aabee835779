/** Runs both implementations of a kernel on the same rows, and says where they differ in a bit or break the rule for NaN. */
import {
  type Backend,
  type Domain,
  gradientWidthsOf,
  KERNELS,
  type KernelName,
  type KernelSpec,
  widthOf,
} from '../../src/backend/contract.js';
import type { Dtype, Floats } from '../../src/types.js';
import { allocate, type Backends } from './backends.js';
import type { Rng } from './rng.js';
import { isValidRow, type RandomBatch, type RandomRows, randomRows, randomSettings, specialBatch } from './rows.js';
import { showBits } from './ulp.js';

export { createBackends } from './backends.js';

/** What a comparison found. */
export interface Findings {
  /** Rows that were compared. */
  rows: number;
  /** Rows whose bits differ, and the first of them in words. */
  differences: number;
  firstDifference: string;
  /** Rows that are NaN without cause, or not NaN with cause, and the first of them in words. */
  wrongNaN: number;
  firstWrongNaN: string;
}

export function noFindings(): Findings {
  return { rows: 0, differences: 0, firstDifference: '', wrongNaN: 0, firstWrongNaN: '' };
}

/** Compares one batch and adds to the findings. */
export function compareBatch(backends: Backends, name: KernelName, dtype: Dtype, batch: RandomBatch, findings: Findings): void {
  const spec: KernelSpec = KERNELS[name];
  const { inputs, steps, rows, cols, params } = batch;
  const perRow = spec.output === 'row' ? 1 : cols;
  const outType: Dtype = spec.output === 'row' ? 'f64' : dtype;
  // A value that no kernel writes: an entry that is left untouched shows.
  const untouched = (type: Dtype, length: number) => allocate(type, length).fill(-12345.678);
  const run = (backend: Backend): Result => {
    const out = untouched(outType, rows * perRow);
    const gradients = gradientWidthsOf(spec, cols).map((width, k) => (batch.wanted[k] ? untouched(dtype, rows * width) : undefined));
    backend.kernel(name, dtype)(inputs, steps, rows, cols, params, out, gradients);
    return { out, gradients };
  };
  const results = [run(backends.wasm), run(backends.js)] as const;
  const [{ out: wasm }, { out: js }] = results;
  findings.rows += rows;
  compareGradients(spec, name, dtype, batch, results, findings);
  for (let r = 0; r < rows; r++) {
    let i = r * perRow;
    const end = i + perRow;
    while (i < end && Object.is(wasm[i], js[i])) i++;
    if (i < end) {
      findings.differences++;
      const values = `wasm ${showBits(wasm[i] as number, outType)}, js ${showBits(js[i] as number, outType)}`;
      findings.firstDifference ||= `${values}\n  ${showRow(name, dtype, batch, r)}${perRow > 1 ? `\n  element ${i - r * perRow}` : ''}`;
    }
    if (spec.output !== 'row') continue;
    const result = js[r] as number;
    const valid = isValidRow(spec, batch, r);
    if (valid !== Number.isNaN(result)) continue;
    findings.wrongNaN++;
    findings.firstWrongNaN ||= `${valid ? 'valid' : 'invalid'} row gives ${result}\n  ${showRow(name, dtype, batch, r)}`;
  }
}

interface Result {
  readonly out: Floats;
  readonly gradients: readonly (Floats | undefined)[];
}

/** Every entry of a gradient has the bits of its twin's, and a row of it is NaN where, and only where, the result is. */
function compareGradients(
  spec: KernelSpec,
  name: KernelName,
  dtype: Dtype,
  batch: RandomBatch,
  [wasm, js]: readonly [Result, Result],
  findings: Findings,
): void {
  const { rows, cols } = batch;
  const widths = gradientWidthsOf(spec, cols);
  for (const [k, input] of spec.gradients.entries()) {
    const width = widths[k] as number;
    const [x, y] = [wasm.gradients[k], js.gradients[k]];
    if (x === undefined || y === undefined) continue;
    for (let i = 0; i < rows * width; i++) {
      const r = Math.floor(i / width);
      if (!Object.is(x[i], y[i])) {
        findings.differences++;
        const values = `wasm ${showBits(x[i] as number, dtype)}, js ${showBits(y[i] as number, dtype)}`;
        findings.firstDifference ||= `${values}, gradient of ${input}, element ${i - r * width}\n  ${showRow(name, dtype, batch, r)}`;
      }
      if (Number.isNaN(y[i]) === Number.isNaN(js.out[r])) continue;
      findings.wrongNaN++;
      findings.firstWrongNaN ||= `gradient of ${input} is ${y[i]} beside ${js.out[r]}\n  ${showRow(name, dtype, batch, r)}`;
    }
  }
}

/** Random rows of every length from 0 to 67, of 1000, and in the two shapes that stress a binder: many short rows, a few very long ones. */
export function* drawRows(rng: Rng, domains: readonly Domain[], dtype: Dtype, rows: number): Generator<RandomRows> {
  const each = Math.ceil(rows / 74);
  function* draw(count: number, cols: number) {
    // Batches of at most 2 MB an input: larger than a chunk of the binder, small enough for the cache.
    const limit = Math.max(1, Math.floor(2 ** 18 / Math.max(1, ...domains.map((domain) => widthOf(domain, cols)))));
    for (let left = count; left > 0; left -= limit) yield randomRows(rng, domains, dtype, Math.min(left, limit), cols, rng.uniform() < 0.3);
  }
  if (domains.some((domain) => widthOf(domain, 2) > 2)) {
    // Matrices: work grows with the cube of the columns, so that short rows take most of them.
    for (let cols = 0; cols <= 9; cols++) yield* draw(Math.ceil(rows / 12), cols);
    for (let cols = 10; cols <= 67; cols++) yield* draw(Math.max(3, Math.ceil(rows / (20 * cols * cols))), cols);
    yield* draw(Math.ceil(rows / 5), 2);
    return;
  }
  for (let cols = 0; cols <= 67; cols++) yield* draw(each, cols);
  for (const cols of [1, 2, 3, 10]) yield* draw(Math.ceil(1.6 * each), cols);
  // Around the ends of blocks and tiles.
  for (const cols of [127, 128, 129, 192, 341, 342, 512, 513, 1023, 1024, 1025, 2049])
    yield* draw(Math.max(2, Math.ceil(each / 150)), cols);
  yield* draw(Math.max(2, Math.ceil(each / 30)), 1000);
  yield* draw(2, 20_011);
}

/** Compares what {@link drawRows} drew for the kernel's domains, each batch of it with parameters of its own. */
export function compareRows(backends: Backends, name: KernelName, dtype: Dtype, rng: Rng, drawn: Iterable<RandomRows>): Findings {
  const findings = noFindings();
  for (const rows of drawn) compareBatch(backends, name, dtype, { ...rows, ...randomSettings(rng, KERNELS[name]) }, findings);
  return findings;
}

/** Every special value at every position of every input, for these lengths. */
export function compareSpecials(backends: Backends, name: KernelName, dtype: Dtype, rng: Rng, lengths: readonly number[]): Findings {
  const findings = noFindings();
  const domains: readonly Domain[] = Object.values(KERNELS[name].inputs);
  const most = domains.some((domain) => widthOf(domain, 2) > 2) ? 9 : Infinity;
  for (const cols of lengths.filter((length) => length <= most))
    compareBatch(backends, name, dtype, specialBatch(rng, KERNELS[name], dtype, cols), findings);
  return findings;
}

function showRow(name: KernelName, dtype: Dtype, { inputs, steps, params, cols }: RandomBatch, r: number): string {
  const spec: KernelSpec = KERNELS[name];
  const lines = Object.entries(spec.inputs).map(([input, domain], k) => {
    const start = r * (steps[k] as number);
    const width = widthOf(domain, cols);
    const row = Array.from((inputs[k] as Floats).subarray(start, start + Math.min(width, 70)));
    return `  ${input} = [${row.map(String).join(', ')}${width > 70 ? ', …' : ''}]`;
  });
  const settings = spec.params.map((parameter, k) => `${parameter} ${params[k]}`).join(', ');
  return `${name} ${dtype}, row ${r}, ${cols} columns${settings && `, ${settings}`}\n${lines.join('\n')}`;
}
