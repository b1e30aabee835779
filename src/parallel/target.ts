/** Where results of one value a row are wanted: the option `out`, as far as a pool takes it. */
import { overlap } from '../rows/narrow.js';
import { type Division, holdDisposed, isMatrix, leavesOf } from './split.js';

/** Looked up when the results are there: a view of memory that has grown is made anew. Undefined where there is none any more. */
export type Target = () => Float64Array | undefined;

/** One value a row. */
export function isValues(value: unknown, rows: number): value is Float64Array {
  return value instanceof Float64Array && value.length === rows;
}

/** Undefined for what is no room for one value a row beside the arguments: the function itself then takes it, or says what is wrong. */
export function targetOf(out: unknown, given: readonly unknown[], { rows, args }: Division): Target | undefined {
  const found = () => {
    const data = isMatrix(out) && 'disposed' in out ? out.data : out;
    return isValues(data, rows) && !holdDisposed(given) ? data : undefined;
  };
  const data = found();
  return data === undefined || leavesOf(args).some((leaf) => overlap(leaf.data, data)) ? undefined : found;
}
