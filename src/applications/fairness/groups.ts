/** Groups by name: who belongs to which, and what a group's rows are in the mean. */
import { argumentError, checkObject, listOf } from '../input/options.js';
import { ColumnSums } from '../statistics/sum.js';

/** The group of each input, by name: strings, numbers or flags. */
export type Names = ArrayLike<string | number | boolean>;

/** The option `labels`: what is in it is seen when it is read. */
export const labelsRule = listOf('an array of labels, one an input');

export interface Membership {
  readonly names: readonly string[];
  /** Of each input, the place of its group in `names`. */
  readonly labels: Int32Array;
}

/**
 * Reads a name for each of `rows` inputs; groups come in the order of their first rows.
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_DOMAIN (with the row of a name that is missing)
 */
export function readNames(argument: string, names: Names, rows: number): Membership {
  if (typeof names !== 'object' || names === null || !('length' in names))
    throw argumentError('ERR_KIND', argument, 'an array of names, one an input', names);
  if (names.length !== rows) throw argumentError('ERR_SHAPE', argument, `${rows} names, one an input`, names.length);
  const places = new Map<string, number>();
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const name = names[row];
    if (name === undefined || name === null || name === '' || Number.isNaN(name))
      throw argumentError('ERR_DOMAIN', argument, 'a name', name === '' ? 'an empty text' : name, { row });
    const text = String(name);
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    labels[row] = place;
  }
  return { names: [...places.keys()], labels };
}

/**
 * Groups of several attributes at once: `female, ≤ 25`.
 *
 * @param attributes names by attribute, each as many
 *
 * Edge cases  only combinations that occur become groups · two that would have one name, as of 'a, b' and 'c' beside 'a' and 'b, c', are refused
 *
 * @throws {SurprisalError} ERR_EMPTY · ERR_KIND · ERR_SHAPE · ERR_DOMAIN (with the row)
 * @example
 * intersections({ sex: ['f', 'm'], age: ['young', 'old'] }); // ['f, young', 'm, old']
 */
export function intersections(attributes: Readonly<Record<string, Names>>): string[] {
  checkObject('attributes', attributes, 'names, one a row, by attribute');
  const all = Object.entries(attributes);
  const [first] = all;
  if (first === undefined) throw argumentError('ERR_EMPTY', 'attributes', 'at least one attribute', 'none');
  const rows = first[1]?.length ?? 0;
  const read = all.map(([name, names]) => readNames(name, names, rows));
  const known = new Map<string, string>();
  return Array.from({ length: rows }, (_, row) => {
    const places = read.map(({ labels }) => labels[row] as number);
    const name = read.map(({ names }, k) => names[places[k] as number]).join(', ');
    const combination = places.join();
    if ((known.get(name) ?? combination) !== combination)
      throw argumentError('ERR_DOMAIN', 'attributes', 'names that tell combinations apart, as those without ", " do', name, { row });
    known.set(name, combination);
    return name;
  });
}

/** Rows of one group, among those of one true label where there are labels. */
export interface Cell {
  readonly group: string;
  readonly label: string | undefined;
  readonly rows: readonly Float64Array[];
  readonly mean: Float64Array;
}

export function makeCell(group: string, label: string | undefined, rows: readonly Float64Array[]): Cell {
  return { group, label, rows, mean: meanOf(rows) };
}

/** Compensated, so that equal groups have equal means in whatever order their rows come. */
export function meanOf(rows: readonly Float64Array[]): Float64Array {
  const sums = new ColumnSums((rows[0] as Float64Array).length);
  for (const row of rows) for (let i = 0; i < row.length; i++) sums.add(i, row[i] as number);
  return sums.values.map((sum) => sum / rows.length);
}

/** Σ over columns of the variance of one row about its group's mean, from all groups together; 0 where no group has two rows. */
function scatterWithin(cells: readonly Cell[]): number {
  let [squares, freedom] = [0, 0];
  for (const { rows, mean } of cells) {
    for (const row of rows) for (let i = 0; i < row.length; i++) squares += ((row[i] as number) - (mean[i] as number)) ** 2;
    freedom += rows.length - 1;
  }
  return freedom === 0 ? 0 : squares / freedom;
}

/**
 * How far each group's mean is drawn towards the mean of all rows, from 0 to 1: by what chance explains of its distance, with one scatter for all groups, so
 * that a small group which happens to agree with itself is not taken for a sure one.
 *
 * Source  W. James, C. Stein (1961), as J. Hausser, K. Strimmer, J. Mach. Learn. Res. 10 (2009) have it, with the pooled mean for target
 */
export function shrink(cells: readonly Cell[]): { readonly weight: number; readonly mean: Float64Array }[] {
  const scatter = scatterWithin(cells);
  const pooled = meanOf(cells.flatMap(({ rows }) => rows));
  return cells.map(({ rows, mean }) => {
    const distance = mean.reduce((sum, share, i) => sum + (share - (pooled[i] as number)) ** 2, 0);
    const weight = distance === 0 ? 1 : Math.min(1, scatter / rows.length / distance);
    return { weight, mean: mean.map((share, i) => weight * (pooled[i] as number) + (1 - weight) * share) };
  });
}
