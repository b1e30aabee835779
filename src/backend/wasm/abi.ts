/** The module's exports, derived from the registry. */
import type { Dtype } from '../../types.js';
import { KERNELS, type KernelName, type KernelSpec } from '../contract.js';

/** Pointers, byte steps, counts and parameters, in the order that `contract.ts` gives. */
export type KernelExport = (...args: number[]) => void;

export type Exports = {
  readonly [K in KernelName as `${(typeof KERNELS)[K]['abi']}_${Dtype}`]: KernelExport;
} & {
  /** First byte above the module's own constants. */
  heap_base(): number;
};

/** Scratch of a call, in f64; a kernel that needs none has no such argument. */
export function scratchEntries(spec: KernelSpec, cols: number): number {
  return spec.scratch * cols + (spec.fixedScratch ?? 0);
}

export function takesScratch(spec: KernelSpec): boolean {
  return scratchEntries(spec, 1) > 0;
}

/** Arguments of a kernel's export: pointer and step of each input, rows, cols, parameters, scratch where it is used, out. */
export function argumentCount(spec: KernelSpec): number {
  return 2 * Object.keys(spec.inputs).length + 2 + spec.params.length + (takesScratch(spec) ? 1 : 0) + 1;
}

export function exportOf(exports: Exports, name: KernelName, dtype: Dtype): KernelExport {
  return exports[`${KERNELS[name].abi}_${dtype}`];
}
