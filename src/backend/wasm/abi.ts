/** The module's exports, derived from the registry. */
import type { Dtype, Storage } from '../../types.js';
import type { KernelName, KernelSpec } from '../contract.js';

/** Pointers, byte steps, counts and parameters, in the order that `contract.ts` gives. */
export type KernelExport = (...args: number[]) => void;

/** Widens n entries; both buffers may end together. */
export type WideningExport = (from: number, to: number, n: number) => void;

/** klRows to kl_rows. */
type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Uppercase<First> ? `_${Lowercase<First>}` : First}${Snake<Rest>}`
  : Name;

/** The module's functions, by their names in assembly/. */
export type Exports = <Name extends keyof Functions>(name: Name) => Functions[Name];

type Functions = {
  readonly [K in KernelName as `${Snake<K>}_${Dtype}`]: KernelExport;
} & {
  /** First byte above the module's own constants. */
  heap_base(): number;
  /** Whether the words are f64's, first byte, bytes of a row, end, and the two words that assembly/simd/plain.ts names; 0 or 1. */
  plain_rows(wide: number, from: number, size: number, end: number, keep: number, less: number): number;
} & {
  /** Pointers of both packed sides, start, offset, doubtP, doubtQ and out; quads, tiles, columns, single. */
  readonly [D in Dtype as `products_${D}`]: KernelExport;
} & {
  /** One for each line of WIDER. */
  readonly [S in Storage as `widen_${S}_${Dtype}`]: WideningExport;
};

/** Scratch of a call, in f64; a kernel that needs none has no such argument. */
export function scratchEntries(spec: KernelSpec, cols: number): number {
  return (spec.squareScratch ?? 0) * cols * cols + spec.scratch * cols + spec.fixedScratch;
}

export function takesScratch(spec: KernelSpec): boolean {
  return scratchEntries(spec, 1) > 0;
}

/** Arguments of a kernel's export: pointer and step of each input, rows, cols, parameters, scratch where it is used, out, a pointer for each gradient. */
export function argumentCount(spec: KernelSpec): number {
  return (
    2 * Object.keys(spec.inputs).length +
    2 +
    spec.params.length +
    (takesScratch(spec) ? 1 : 0) +
    1 +
    (spec.gradientsByTwin === true ? 0 : spec.gradients.length)
  );
}

export function exportOf(exports: Exports, name: KernelName, dtype: Dtype): KernelExport {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as Snake<typeof name>;
  return exports(`${snake}_${dtype}`);
}
