/** Reads tables of samples, and says where they are at fault. */
import { dense, type LazyRows, type Matrix, SurprisalError, type Vector } from '../../index.js';
import { toMatrix } from '../input/tensor.js';
import { argumentError, checkObject, optionError } from '../input/options.js';
import { checkMasses, masses, widen } from './pair.js';
import type { CompositionTable, GroupOptions } from './settings.js';

export function referenceOf(groups: readonly string[], name: string | undefined): number {
  const at = name === undefined ? 0 : groups.indexOf(name);
  if (at < 0) throw optionError('reference', name, `one of the groups: ${groups.join(', ')}`);
  return at;
}

export function readTable(table: CompositionTable, options: GroupOptions) {
  if (typeof table !== 'object' || table === null || !('rows' in table))
    throw argumentError('ERR_KIND', 'table', 'an object {rows, groups}', table);
  const rows = readRows(table.rows);
  for (const [name, list] of [
    ['groups', table.groups],
    ['pairs', table.pairs],
  ] as const) {
    if (name === 'pairs' && list === undefined) continue;
    if (!Array.isArray(list) || list.length !== rows.length)
      throw argumentError('ERR_SHAPE', name, `${rows.length} names, one a sample`, Array.isArray(list) ? list.length : list);
  }
  const labels = table.groups;
  const groups = [...new Set(labels)];
  if (groups.length < 2) throw argumentError('ERR_SHAPE', 'groups', 'two groups or more', groups.length);
  const reference = referenceOf(groups, options.reference);
  // The reference comes first, so that what is said of all groups begins with it.
  const ordered = [groups[reference] as string, ...groups.filter((_, i) => i !== reference)];
  const names = checkColumns(table.columns, (rows[0] as Float64Array).length);
  const subjects = [...new Set(table.pairs)];
  const blocks = table.pairs === undefined ? undefined : Int32Array.from(table.pairs, (subject) => subjects.indexOf(subject));
  return { rows, names, labels, groups: ordered, blocks };
}

export function readRows(rows: CompositionTable['rows']): Float64Array[] {
  const list = Array.isArray(rows)
    ? (rows as readonly Vector[]).map((row, i) => inRow(i, () => masses('rows', row)))
    : tableRows(rows as Matrix | LazyRows);
  if (list.length === 0) throw argumentError('ERR_EMPTY', 'rows', 'at least one sample', 'none');
  const cols = (list[0] as Float64Array).length;
  for (const [row, entries] of list.entries())
    if (entries.length !== cols) throw argumentError('ERR_SHAPE', 'rows', `${cols} columns, as in the first row`, entries.length, { row });
  return list;
}

/** Tells the row of an error about a row handed over alone. */
export function inRow<T>(row: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SurprisalError)) throw error;
    const { code, message, argument, column, value, expected } = error;
    throw new SurprisalError(code, message.replace('"rows"', `"rows" row ${row}`), { argument, row, column, value, expected });
  }
}

export function tableRows(rows: Matrix | LazyRows): Float64Array[] {
  checkObject('rows', rows, 'a Matrix, or sparse rows');
  const table = 'data' in rows ? toMatrix('rows', rows) : dense(rows);
  const wide = widen(table);
  const list = Array.from({ length: table.rows }, (_, i) => wide.subarray(i * table.cols, (i + 1) * table.cols));
  for (const [i, row] of list.entries()) checkMasses('rows', row, i);
  return list;
}

export function checkColumns(columns: readonly string[] | undefined, width: number): readonly string[] {
  if (columns === undefined) return Array.from({ length: width }, (_, i) => String(i));
  if (columns.length !== width) throw optionError('columns', columns.length, `${width} names, one a column`);
  return columns;
}

/** Paths of a taxonomy: a string for each column. */
export function checkPaths(paths: readonly string[], width: number): void {
  if (!Array.isArray(paths)) throw argumentError('ERR_KIND', 'paths', 'an array of strings', paths);
  if (paths.length !== width) throw argumentError('ERR_SHAPE', 'paths', `${width} names, one a column`, paths.length);
  for (const [column, path] of paths.entries())
    if (typeof path !== 'string') throw argumentError('ERR_DOMAIN', 'paths', "a string, such as 'Bacteria;Firmicutes'", path, { column });
}

/** Up to here doubles can count. */
const MOST_COUNT = 2 ** 53;

/** Tests of counts take whole ones: shares handed over as counts would be tested as if each sample had one observation. */
export function checkCounts(argument: string, row: Float64Array, index?: number): void {
  const column = row.findIndex((count) => !(Number.isInteger(count) && count <= MOST_COUNT));
  if (column < 0) return;
  const expected = 'whole counts up to 2^53 (shares go in as known, or as proportions with replicates)';
  throw argumentError('ERR_DOMAIN', argument, expected, row[column], { row: index, column });
}
