/** The two implementations of every kernel, side by side: the SIMD module and its JavaScript twin. */
import { type Backend, KERNELS, type KernelName } from '../../src/backend/contract.js';
import { jsBackend } from '../../src/backend/js/index.js';
import { createWasmBackend } from '../../src/backend/wasm/index.js';
import type { Dtype, Floats } from '../../src/types.js';

export interface Backends {
  readonly wasm: Backend;
  readonly js: Backend;
}

/** A module of its own, with an arena of so many bytes, and the twins. */
export function createBackends(arenaBytes?: number): Backends {
  return { wasm: createWasmBackend({ twins: jsBackend, ...(arenaBytes !== undefined && { arenaBytes }) }), js: jsBackend };
}

export const DTYPES: readonly Dtype[] = ['f64', 'f32'];

/** Every kernel in every dtype. */
export const EVERY_KERNEL: readonly (readonly [name: KernelName, dtype: Dtype])[] = (Object.keys(KERNELS) as KernelName[]).flatMap((name) =>
  DTYPES.map((dtype) => [name, dtype] as const),
);

/** An array of the dtype. */
export function allocate(dtype: Dtype, length: number): Floats {
  return dtype === 'f64' ? new Float64Array(length) : new Float32Array(length);
}
