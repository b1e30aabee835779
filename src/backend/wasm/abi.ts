/** The module's exports, derived from the registry. */
import { WIDER } from '../../rows/narrow.js';
import type { Storage } from '../../types.js';
import type { KernelName, KernelSpec } from '../contract.js';

/** Whether entries are f64, pointers, byte steps, counts and parameters, in the order that `contract.ts` gives. */
export type KernelExport = (...args: number[]) => void;

/** Storages as the module counts them. */
const NARROW = Object.keys(WIDER);

/** What `widen` calls a storage. */
export function kindOf(storage: Storage): number {
  return NARROW.indexOf(storage);
}

/** klRows to kl_rows. */
type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Uppercase<First> ? `_${Lowercase<First>}` : First}${Snake<Rest>}`
  : Name;

/** The module's functions, by their names in assembly/. */
export type Exports = <Name extends keyof Functions>(name: Name) => Functions[Name];

type Functions = {
  readonly [K in KernelName as Snake<K>]: KernelExport;
} & {
  /** First byte above the module's own constants. */
  heap_base(): number;
  /** Whether the words are f64's, first byte, bytes of a row, end, and the two words that assembly/simd/plain.ts names; 0 or 1. */
  plain_rows(wide: number, from: number, size: number, end: number, keep: number, less: number): number;
  /** Widens n entries of a kind by one step; both buffers may end together. */
  widen(kind: number, from: number, to: number, n: number): void;
  /** Whether the entries are f64; pointers of both packed sides, start, offset, doubtP, doubtQ and out; quads, tiles, columns, single. */
  readonly products: KernelExport;
};

/** Scratch of a call, in f64; a kernel that needs none has no such argument. */
export function scratchEntries(spec: KernelSpec, cols: number): number {
  return (spec.squareScratch ?? 0) * cols * cols + spec.scratch * cols + spec.fixedScratch;
}

export function takesScratch(spec: KernelSpec): boolean {
  return scratchEntries(spec, 1) > 0;
}

/** Arguments of a kernel's export: 1 for f64, 0 for f32, pointer and step of each input, rows, cols, parameters, scratch where it is used, out, a pointer for each gradient. */
export function argumentCount(spec: KernelSpec): number {
  return (
    1 +
    2 * Object.keys(spec.inputs).length +
    2 +
    spec.params.length +
    (takesScratch(spec) ? 1 : 0) +
    1 +
    (spec.gradientsByTwin === true ? 0 : spec.gradients.length)
  );
}

export function exportOf(exports: Exports, name: KernelName): KernelExport {
  return exports(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as Snake<typeof name>);
}
