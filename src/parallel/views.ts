/** Typed arrays by their names, as messages carry them. */
import type { NumericArray } from '../types.js';

export interface View {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, at: number, length: number): NumericArray;
  new (entries: NumericArray): NumericArray;
}

export function viewNamed(name: string): View {
  return (globalThis as unknown as Record<string, View>)[name] as View;
}

/** The plain one, not a class made of it: Node's Buffer slices without a copy, and its constructor is deprecated. */
export function viewOf(data: NumericArray): View {
  return viewNamed(data[Symbol.toStringTag]);
}
