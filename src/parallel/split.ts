/** Which rows a task gets, and where its results go. */
import type { FloatMatrix, Matrix } from '../index.js';
import type { Floats, NumericArray } from '../types.js';
import { viewOf } from './views.js';

/** What an argument is to a function: rows; labels of them; groups of rows, folded of a tensor; an object of rows; an object of entries, each a row of one; rows, or an object of them, that each row is held against, the first argument itself where left out; how many of these are wanted. */
export type Kind = 'rows' | 'labels' | 'groups' | 'gaussian' | 'entries' | Others | 'neighbours';

/** Held against each row; only another batch than the first argument; and that with a center given, without which all rows have a part in each result. */
type Others = 'others' | 'apart' | 'centered';
const isOthers = (kind: Kind): kind is Others => kind === 'others' || kind === 'apart' || kind === 'centered';

/** How an array becomes the argument, or the part of one, that the function takes: itself, or a matrix of so many rows for each of the batch. */
type Form =
  | { readonly of: 'array' }
  | { readonly of: 'rows'; readonly each: number; readonly cols: number; readonly dtype?: Matrix['dtype']; readonly inGroups?: true };

/** An array within an argument, or where it lies, and its entries for each row of the batch; 0 where it serves all of them. */
export interface Leaf<Data> {
  readonly data: Data;
  readonly width: number;
  readonly form: Form;
}

/** What is not divided. */
interface Whole {
  readonly whole: unknown;
}

type Node<Data> = Leaf<Data> | Whole;

/** The arguments of a call, as what can be posted. */
export type Arguments<Data> = readonly (Node<Data> | { readonly parts: Readonly<Record<string, Node<Data>>> })[];

/** A call that can go through in parts. */
export interface Division {
  readonly rows: number;
  /** Entries of all inputs in a row; and of the widest, which is how many terms it has. */
  readonly rowEntries: number;
  readonly rowTerms: number;
  /** Whether every row is held against all rows of another side. */
  readonly isPairs: boolean;
  /** Rows that a range has at least: of products of all pairs many, as each range prepares the other side anew. */
  readonly leastRows: number;
  /** Whether neighbours are looked for in the rows' own batch. Of a range it is another one, so that one more is asked for: a row may be its own. */
  readonly isAmongOwn: boolean;
  readonly args: Arguments<NumericArray>;
}

/** Products of all pairs take a sixteenth of a term's time. */
const PRODUCTS = 16;

/** To prepare the other side takes as long as 200 rows against it do (f32, 128 columns): ranges of products have so many rows at least, and so many where there are more ranges than threads. */
const PRODUCT_ROWS = 512;
const PRODUCT_ROWS_EACH = 2048;

const isDisposed = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'disposed' in value && value.disposed === true;

/** Whether one of the arguments, or a part of one, is a resident matrix that was disposed of. */
export const holdDisposed = (args: readonly unknown[]): boolean =>
  args.some((arg) => [arg, ...Object.values(recordOf(arg) ?? {})].some(isDisposed));

/** A resident one that was disposed of is none: the function says so. */
export const isMatrix = (value: unknown): value is Matrix => {
  if (typeof value !== 'object' || value === null || !('data' in value && 'rows' in value && 'cols' in value)) return false;
  return !isDisposed(value) && ArrayBuffer.isView(value.data);
};

const isTyped = (value: unknown): value is NumericArray => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Undefined for what cannot be divided: results of which a row is not by itself, lazy rows, plain arrays of labels and of entries, shapes that do not fit. The function itself then takes it, or says what is wrong. */
export function divide(given: readonly unknown[], kinds: readonly Kind[], options: object = {}): Division | undefined {
  const rows = rowsOf(given, kinds);
  if (rows === undefined || rows === 0) return undefined;
  const args: Arguments<NumericArray>[number][] = [];
  let rowEntries = 0;
  let rowTerms = 0;
  let others = 0;
  let isAmongOwn = false;
  const nodeOf = (value: unknown, kind: Kind, side?: number): Node<NumericArray> | undefined => {
    const node = leafOf(value, kind, rows, side);
    if (node !== undefined && 'form' in node) {
      rowEntries += node.width;
      rowTerms = Math.max(rowTerms, node.width);
      if (isOthers(kind) && node.form.of === 'rows') others = node.form.each;
    }
    return node;
  };
  for (const [k, value] of given.entries()) {
    const kind = kinds[k] as Kind;
    const arg = isOthers(kind) && value === undefined ? given[0] : value;
    const isOwn = isOthers(kind) && arg === given[0];
    if (isOwn && kind !== 'others') return undefined;
    if (kind === 'centered' && (options as { readonly center?: unknown }).center === undefined) return undefined;
    if (isOwn && kinds.includes('neighbours')) isAmongOwn = true;
    if (kind === 'neighbours' && isAmongOwn) {
      if (!(Number.isInteger(value) && (value as number) >= 1 && (value as number) < rows)) return undefined;
      args.push({ whole: (value as number) + 1 });
      continue;
    }
    const record = kind === 'gaussian' || kind === 'entries' || isOthers(kind) ? recordOf(arg) : undefined;
    if (record === undefined) {
      const node = nodeOf(arg, kind);
      if (node === undefined) return undefined;
      args.push(node);
    } else {
      const parts: Record<string, Node<NumericArray>> = {};
      for (const [name, value] of Object.entries(record)) {
        const node = nodeOf(value, kind, name === 'covariance' || name === 'cholesky' ? colsOf(record['mean']) : undefined);
        if (node === undefined) return undefined;
        parts[name] = node;
      }
      args.push({ parts });
    }
  }
  const isPairs = others > 0;
  // What is no product goes by the row kernel, a row after the other.
  const { measure } = options as { readonly measure?: unknown };
  const isProducts = isPairs && !kinds.includes('apart') && measure !== 'jensenShannon' && measure !== 'jensenShannonDistance';
  const terms = isPairs ? (rowTerms * others) / (isProducts ? PRODUCTS : 1) : rowTerms;
  return { rows, rowEntries, rowTerms: terms, isPairs, leastRows: isProducts ? PRODUCT_ROWS : 1, isAmongOwn, args };
}

/** Entries of a range, at most: those in hand stay in caches between the copy and the kernel, and threads end within a fraction of a millisecond of each other. */
const RANGE_ENTRIES = 2 ** 18;
/** And terms, of which a row may have more than entries: five milliseconds. */
const RANGE_TERMS = 2 ** 20;

/** Rows of a range, so that there are `each` ranges for every thread at least where there are as many rows. */
export function rangeRowsOf(
  { rows, rowEntries, rowTerms, leastRows }: Pick<Division, 'rows' | 'rowEntries' | 'rowTerms' | 'leastRows'>,
  threads: number,
  each: number,
): number {
  const most = Math.floor(rows / leastRows);
  const wanted =
    leastRows > 1
      ? Math.max(threads, Math.floor(rows / PRODUCT_ROWS_EACH))
      : Math.max(threads * each, Math.ceil((rows * rowEntries) / RANGE_ENTRIES), Math.ceil((rows * rowTerms) / RANGE_TERMS));
  return Math.ceil(rows / Math.min(most, wanted));
}

/** The same arguments, over other data. */
export function mapData<From, To>(args: Arguments<From>, change: (data: From, width: number) => To): Arguments<To> {
  const changed = (node: Node<From>): Node<To> => ('form' in node ? { ...node, data: change(node.data, node.width) } : node);
  return args.map((arg) =>
    'parts' in arg ? { parts: Object.fromEntries(Object.entries(arg.parts).map(([name, node]) => [name, changed(node)])) } : changed(arg),
  );
}

/** Every array of the arguments. By loops: a short call asks three times, and `flatMap` takes a microsecond. */
export function leavesOf<Data>(args: Arguments<Data>): Leaf<Data>[] {
  const leaves: Leaf<Data>[] = [];
  for (const arg of args) {
    for (const node of 'parts' in arg ? Object.values(arg.parts) : [arg]) if ('form' in node) leaves.push(node);
  }
  return leaves;
}

/** What the function takes for some rows, from the entries that belong to them. */
export function callOf<Data>(args: Arguments<Data>, count: number, entriesOf: (data: Data, width: number) => NumericArray): unknown[] {
  const argumentOf = (node: Node<Data>): unknown => {
    if (!('form' in node)) return node.whole;
    const { width, form } = node;
    const data = entriesOf(node.data, width);
    if (form.of === 'array') return data;
    const bits = form.dtype === undefined ? {} : { dtype: form.dtype };
    const lead = form.inGroups === undefined ? {} : { lead: [count, form.each] };
    return { data, rows: form.each * (width === 0 ? 1 : count), cols: form.cols, ...bits, ...lead };
  };
  return args.map((arg) =>
    'parts' in arg ? Object.fromEntries(Object.entries(arg.parts).map(([name, node]) => [name, argumentOf(node)])) : argumentOf(arg),
  );
}

/** {mean, variance} and its like; a Matrix or an array is none, nor is the standard normal. */
function recordOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Array.isArray(value) || isMatrix(value)) return undefined;
  return 'name' in value ? undefined : (value as Record<string, unknown>);
}

/** Rows of the first matrix, written out or not; of entries, how many the first array has. */
export function rowsOf(args: readonly unknown[], kinds: readonly Kind[]): number | undefined {
  for (const [k, arg] of args.entries()) {
    const record = kinds[k] === 'gaussian' || kinds[k] === 'entries' ? recordOf(arg) : undefined;
    for (const value of Object.values(record ?? { arg })) {
      if (kinds[k] === 'entries') {
        if (isMatrix(value)) return value.data.length;
        if (isTyped(value)) return value.length;
      } else if (kinds[k] === 'groups') return isMatrix(value) ? groupsOf(value) : undefined;
      else if (typeof value === 'object' && value !== null && 'rows' in value) return value.rows as number;
    }
  }
  return undefined;
}

/** Of a matrix that was folded of [groups, members, cols], or of more. */
function groupsOf({ rows, lead }: Matrix): number | undefined {
  const members = lead?.at(-1);
  return members === undefined ? undefined : rows / members;
}

const colsOf = (mean: unknown): number | undefined => (isMatrix(mean) ? mean.cols : isTyped(mean) ? mean.length : undefined);

/** @param side of the square that each row has, where it may: a full covariance or its factor */
function leafOf(value: unknown, kind: Kind, rows: number, side?: number): Node<NumericArray> | undefined {
  if (kind === 'entries') return entriesOf(value, rows);
  if (isMatrix(value)) {
    const { data, cols, dtype } = value;
    const each = value.rows / rows;
    // Squares may lie below each other, d rows for each of the batch; or one of d × d serves all.
    const isSquare = cols === side;
    const isWhole = isOthers(kind) || (isSquare && value.rows === side && value.rows !== rows);
    const inGroups = kind === 'groups';
    if (data.length !== value.rows * cols || !(isWhole || each === 1 || inGroups || (isSquare && each === side))) return undefined;
    const more = { ...(dtype === undefined ? {} : { dtype }), ...(inGroups ? { inGroups } : {}) };
    const form = { of: 'rows', each: isWhole ? value.rows : each, cols, ...more } as const;
    return { data, width: isWhole ? 0 : each * cols, form };
  }
  if (isOthers(kind)) return undefined;
  if (kind === 'labels') return isTyped(value) && value.length === rows ? { data: value, width: 1, form: { of: 'array' } } : undefined;
  if (isTyped(value)) return { data: value, width: 0, form: { of: 'array' } };
  // Plain arrays, numbers, bits with a name, the standard normal: posted as they are, where they can be.
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  return { whole: value };
}

/** Numbers and the standard normal serve all. */
function entriesOf(value: unknown, rows: number): Node<NumericArray> | undefined {
  const data = isMatrix(value) && value.dtype === undefined ? value.data : value;
  if (isTyped(data)) return data.length === rows ? { data, width: 1, form: { of: 'array' } } : undefined;
  return typeof data === 'number' || (typeof data === 'object' && data !== null && 'name' in data) ? { whole: data } : undefined;
}

/** Puts the results of some rows where they belong among those of all; makes room for them when the first come. */
export function collect(all: unknown, part: unknown, rows: number, start: number, count: number): unknown {
  if (isMatrix(part)) {
    const { data, cols } = part as FloatMatrix;
    const whole = (all as FloatMatrix | undefined) ?? { data: roomLike(data, rows * cols), rows, cols };
    if (data.buffer !== whole.data.buffer) whole.data.set(data, start * cols);
    return whole;
  }
  if (ArrayBuffer.isView(part)) {
    const whole = (all as Floats | undefined) ?? roomLike(part as Floats, (rows * (part as Floats).length) / count);
    whole.set(part as Floats, (start * (part as Floats).length) / count);
    return whole;
  }
  if (typeof part !== 'object') return part;
  const from = part as Record<string, unknown>;
  const into = (all as Record<string, unknown> | undefined) ?? {};
  for (const [name, value] of Object.entries(from)) into[name] = collect(into[name], value, rows, start, count);
  return into;
}

function roomLike(data: Floats, length: number): Floats {
  return new (viewOf(data))(new ArrayBuffer(length * data.BYTES_PER_ELEMENT), 0, length) as Floats;
}
