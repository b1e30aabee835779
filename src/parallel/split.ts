/** Which rows a task gets, and where its results go. */
import type { FloatMatrix, Matrix } from '../index.js';
import type { Floats, NumericArray } from '../types.js';

/** What an argument is to a function: rows; labels of them; an object of rows; entries that are rows of one. */
export type Kind = 'rows' | 'labels' | 'gaussian' | 'entries';

/** A call that can go through in parts. */
export interface Division {
  readonly rows: number;
  /** Entries of all inputs in a row. */
  readonly rowEntries: number;
  /** The arguments of some rows: every array that belongs to rows is given to `send`, the others to `keep`. */
  part(start: number, count: number, send: (data: NumericArray) => unknown, keep: (data: NumericArray) => unknown): unknown[];
}

export const isMatrix = (value: unknown): value is Matrix =>
  typeof value === 'object' && value !== null && 'data' in value && 'rows' in value && 'cols' in value && ArrayBuffer.isView(value.data);

const isTyped = (value: unknown): value is NumericArray => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** An array within an argument, and its entries for each row of the batch; 0 where it serves all of them. */
interface Leaf {
  readonly data: NumericArray;
  readonly width: number;
  /** What it is a part of, for a number of rows. */
  wrap(data: unknown, count: number): unknown;
}

/** Undefined for what cannot be divided: lazy rows, plain arrays of labels, shapes that do not fit. The function itself then takes it, or says what is wrong. */
export function divide(args: readonly unknown[], kinds: readonly Kind[]): Division | undefined {
  const rows = rowsOf(args, kinds);
  if (rows === undefined || rows === 0) return undefined;
  const trees: (Record<string, Leaf> | Leaf | { whole: unknown })[] = [];
  let rowEntries = 0;
  for (const [k, arg] of args.entries()) {
    const kind = kinds[k] as Kind;
    const parts = kind === 'gaussian' || kind === 'entries' ? recordOf(arg) : undefined;
    if (parts === undefined) {
      const leaf = leafOf(arg, kind, rows);
      if (leaf === undefined) return undefined;
      trees.push(leaf);
    } else {
      const leaves: Record<string, Leaf> = {};
      for (const [name, value] of Object.entries(parts)) {
        const leaf = leafOf(value, kind, rows);
        if (leaf === undefined) return undefined;
        leaves[name] = leaf as Leaf;
      }
      trees.push(leaves);
    }
  }
  const leavesOf = (tree: (typeof trees)[number]) => (isLeaf(tree) ? [tree] : 'whole' in tree ? [] : Object.values(tree).filter(isLeaf));
  for (const tree of trees) for (const { width } of leavesOf(tree)) rowEntries += width;
  return {
    rows,
    rowEntries,
    part(start, count, send, keep) {
      const cut = (leaf: Leaf | { whole: unknown }) => {
        if (!isLeaf(leaf)) return leaf.whole;
        const { data, width, wrap } = leaf;
        return width === 0 ? wrap(keep(data), 1) : wrap(send(data.subarray(start * width, (start + count) * width) as NumericArray), count);
      };
      return trees.map((tree) =>
        isLeaf(tree) || 'whole' in tree
          ? cut(tree as Leaf)
          : Object.fromEntries(Object.entries(tree).map(([name, leaf]) => [name, cut(leaf)])),
      );
    },
  };
}

function isLeaf(value: unknown): value is Leaf {
  return typeof value === 'object' && value !== null && 'wrap' in value;
}

/** {mean, variance} and its like; a Matrix or an array is none, nor is the standard normal. */
function recordOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Array.isArray(value) || isMatrix(value)) return undefined;
  return 'name' in value ? undefined : (value as Record<string, unknown>);
}

/** Rows of the first matrix; of entries, how many the first array has. */
function rowsOf(args: readonly unknown[], kinds: readonly Kind[]): number | undefined {
  for (const [k, arg] of args.entries()) {
    for (const value of Object.values(recordOf(arg) ?? { arg })) {
      if (kinds[k] === 'entries') {
        if (isMatrix(value)) return value.data.length;
        if (isTyped(value)) return value.length;
      } else if (isMatrix(value)) return value.rows;
    }
  }
  return undefined;
}

function leafOf(value: unknown, kind: Kind, rows: number): Leaf | { whole: unknown } | undefined {
  if (kind === 'entries' && (isMatrix(value) || isTyped(value))) {
    const data = isMatrix(value) ? value.data : value;
    const dtype = isMatrix(value) ? value.dtype : undefined;
    if (data.length !== rows) return undefined;
    return { data, width: 1, wrap: (part, count) => (dtype === undefined ? part : { data: part, rows: 1, cols: count, dtype }) };
  }
  if (isMatrix(value)) {
    const { data, cols, dtype } = value;
    const each = value.rows / rows;
    // Covariances may lie below each other, d rows for each of the batch; or one of d × d serves all.
    const isWhole = kind === 'gaussian' && value.rows === cols && value.rows !== rows;
    if (data.length !== value.rows * cols || (!isWhole && (!Number.isInteger(each) || (each !== 1 && kind !== 'gaussian'))))
      return undefined;
    const bits = dtype === undefined ? {} : { dtype };
    if (isWhole) return { data, width: 0, wrap: (part) => ({ data: part, rows: value.rows, cols, ...bits }) };
    return { data, width: each * cols, wrap: (part, count) => ({ data: part, rows: each * count, cols, ...bits }) };
  }
  if (kind === 'labels') return isTyped(value) && value.length === rows ? { data: value, width: 1, wrap: (part) => part } : undefined;
  if (isTyped(value)) return { data: value, width: 0, wrap: (part) => part };
  // Plain arrays, numbers, bits with a name, the standard normal: posted as they are, where they can be.
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  return { whole: value };
}

/** Puts the results of some rows where they belong among those of all; makes room for them when the first come. */
export function collect(all: unknown, part: unknown, rows: number, start: number, count: number): unknown {
  if (isMatrix(part)) {
    const { data, cols } = part as FloatMatrix;
    const whole = (all as FloatMatrix | undefined) ?? { data: roomLike(data, rows * cols), rows, cols };
    whole.data.set(data, start * cols);
    return whole;
  }
  if (ArrayBuffer.isView(part)) {
    const whole = (all as Floats | undefined) ?? roomLike(part as Floats, (rows * (part as Floats).length) / count);
    whole.set(part as Floats, (start * (part as Floats).length) / count);
    return whole;
  }
  const from = part as Record<string, unknown>;
  const into = (all as Record<string, unknown> | undefined) ?? {};
  for (const [name, value] of Object.entries(from)) into[name] = collect(into[name], value, rows, start, count);
  return into;
}

function roomLike(data: Floats, length: number): Floats {
  return data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}
