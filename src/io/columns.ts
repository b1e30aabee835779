import { SurprisalError } from '../index.js';
import { parseNumber } from './csvNumber.js';

/**
 * Finds columns by a list of names and globs: `'a,b'`, `'p_*'`, `'p_?,rest'`. A name that fits exactly is taken as it is, globs give columns
 * in the file's order, and each column is taken once.
 *
 * @throws SurprisalError `ERR_OPTION` when a part of the list fits no column, a name fits two, or a glob would fit a first name but for a `# ` before it
 */
export function findColumns(path: string, names: readonly string[], list: string): number[] {
  const found = new Set<number>();
  const places = placesOf(names);
  for (const part of list.split(',').map((name) => name.trim())) {
    const named = places.get(part);
    const columns = named ?? columnsLike(names, part);
    if (columns.length === 0) throw columnError(path, names, `has no column '${part}'`, part);
    if (named !== undefined && named.length > 1) throw columnError(path, names, `has ${named.length} columns named '${part}'`, part);
    for (const column of columns) found.add(column);
  }
  if (!found.has(0)) refuseCommented(path, names, list);
  return [...found];
}

/**
 * The one column of a name, or of a glob; a name may hold a comma here.
 *
 * @throws SurprisalError `ERR_OPTION` when it fits none, or several
 */
export function findColumn(path: string, names: readonly string[], name: string): number {
  const columns = columnsLike(names, name);
  const [column] = columns;
  if (column === undefined) throw columnError(path, names, `has no column '${name}'`, name);
  if (columns.length > 1) throw columnError(path, names, `has ${columns.length} columns '${name}', where one is meant`, name);
  return column;
}

function columnsLike(names: readonly string[], part: string): number[] {
  const exact = names.flatMap((name, column) => (name === part ? [column] : []));
  if (exact.length > 0) return exact;
  const glob = globOf(part);
  return names.flatMap((name, column) => (glob?.test(name) ? [column] : []));
}

/** The columns of each name: lists and tables may be long, and not every part of one can go through all of the other. */
function placesOf(names: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [column, name] of names.entries()) {
    const others = places.get(name);
    if (others === undefined) places.set(name, [column]);
    else others.push(column);
  }
  return places;
}

/** np.savetxt puts `# ` in front of its header, and so of the first name: a glob would leave that column out without a word. */
function refuseCommented(path: string, [name = '']: readonly string[], list: string): void {
  if (!name.startsWith('# ') || !list.split(',').some((part) => globOf(part.trim())?.test(name.slice(2)) === true)) return;
  const what = `column "${name}" would be one of '${list}' but for the # of a comment: leave that out (np.savetxt: comments='')`;
  throw new SurprisalError('ERR_OPTION', `${path}: ${what}`, { value: name });
}

/** What a part with wildcards fits; undefined for a plain name. */
function globOf(part: string): RegExp | undefined {
  if (!/[*?]/.test(part)) return undefined;
  const pattern = part
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '(.*)')
    .replace(/\?/g, '(.)');
  return new RegExp(`^${pattern}$`, 's');
}

/** Columns, and by what they meet those of the other side: their names or, where a glob of the list found them, what its wildcards stand for. */
interface Labelled {
  readonly names: readonly string[];
  readonly labels: readonly string[];
}

function labelled(names: readonly string[], list = ''): Labelled {
  const parts = list.split(',').map((part) => part.trim());
  const plain = new Set(parts);
  const globs = parts.map(globOf);
  const labels = names.map((name) => {
    const at = plain.has(name) ? -1 : globs.findIndex((glob) => glob?.test(name));
    const label = globs[at]?.exec(name)?.slice(1).join('*') ?? name;
    return at > 0 ? `${label} of part ${at}` : label;
  });
  return { names, labels };
}

/** Which columns of a table hold the numbers, and which one the ids. */
export interface ColumnChoice {
  /** Names and globs, `'p_*'` or `'a,b,c'`; by default all but the id. */
  readonly columns?: string | undefined;
  /** A column to carry through as text. */
  readonly id?: string | undefined;
  /** What was asked of the file that this one stands beside: used here where it applies, and where nothing else is said. */
  readonly beside?: Beside | undefined;
}

/**
 * Columns and id that were asked for, and the names of the columns that were found: columns of the same names are put in the same order, and those that globs found
 * where their wildcards stand for the same.
 */
export interface Beside {
  readonly columns?: string | undefined;
  readonly id?: string | undefined;
  readonly names?: readonly string[] | undefined;
}

/**
 * The columns of numbers in the order in which they are wanted, and that of the ids, −1 for none.
 *
 * @throws SurprisalError as {@link findColumns}, {@link findColumn}, {@link refuseIndex} and {@link alignColumns}, and `ERR_OPTION` when no column of numbers is left
 */
export function chooseColumns(
  path: string,
  names: readonly string[],
  { columns, id: given, beside }: ColumnChoice,
): { readonly columns: readonly number[]; readonly id: number } {
  const idName = given ?? (names.includes(beside?.id ?? '') ? beside?.id : undefined);
  const id = idName === undefined ? -1 : findColumn(path, names, idName);
  const list = columns ?? beside?.columns;
  const numbers = (list === undefined ? [...names.keys()] : findColumns(path, names, list)).filter((column) => column !== id);
  if (numbers.length === 0) throw new SurprisalError('ERR_OPTION', `${path}: no column of numbers is left beside the id`);
  if (list === undefined) refuseIndex(path, names, numbers, true);
  // Names that were listed one by one are in the order that is meant.
  const isOrdered = columns?.split(',').some((part) => globOf(part) === undefined) === true;
  if (isOrdered || beside?.names === undefined) return { columns: numbers, id };
  const own = numbers.map((column) => names[column] as string);
  return { columns: alignColumns(path, labelled(own, list), numbers, labelled(beside.names, beside.columns)), id };
}

/** What stands for the name of an index that was saved with the numbers: in CSV, in CSV that pandas has read and saved once more, in Parquet. */
const INDEX = /^(?:|Unnamed: \d+|__index_level_\d+__)$/;

/**
 * Of all columns of a table, where none were chosen: an index counts rows and is no number like the others.
 *
 * @param hasIds whether the command takes a column of ids
 * @throws SurprisalError `ERR_OPTION` when one has the name of an index
 */
export function refuseIndex(path: string, names: readonly string[], columns: readonly number[], hasIds: boolean): void {
  const column = columns.find((column) => INDEX.test(names[column] as string));
  if (column === undefined) return;
  const name = names[column] as string;
  const what = name === '' ? `column ${column} has no name, as the index of a data frame` : `column "${name}" is the index of a data frame`;
  const ids = hasIds ? `, or name the rows by it, --id '${name}'` : '';
  throw new SurprisalError('ERR_OPTION', `${path}: ${what}: leave it out (pandas: index=False), choose columns by --columns${ids}`, {
    value: name,
  });
}

/**
 * For readers that keep columns by name.
 *
 * @throws SurprisalError `ERR_OPTION` when two of `columns` have the same name
 */
export function refuseTwins(path: string, names: readonly string[], columns: readonly number[]): void {
  const seen = new Set<string>();
  for (const column of columns) {
    const name = names[column] as string;
    if (seen.has(name)) throw columnError(path, names, `has ${columnsLike(names, name).length} columns named '${name}'`, name);
    seen.add(name);
  }
}

function columnError(path: string, names: readonly string[], what: string, value: string): SurprisalError {
  const shown = names.slice(0, 12).join(', ');
  const rest = names.length > 12 ? ` and ${names.length - 12} more` : '';
  return new SurprisalError('ERR_OPTION', `${path}: ${what}; it has ${shown}${rest}${delimiterHint(names)}`, { value });
}

/** Characters that may stand between cells, as they are called. */
const DIVIDERS: Readonly<Record<string, string>> = { '\t': 'tabs', ' ': 'spaces' };

/**
 * What to say of cells that stand in one, as where a spreadsheet of another country or np.savetxt wrote them: how they are told apart. Spaces stand in names and
 * ids too: it is numbers that they divide. A line of names that is a comment has one cell as well.
 *
 * @param cell one of them, where it is at hand: a file without a header has no names that tell
 */
export function delimiterHint(names: readonly string[], cell = names[0] as string): string {
  if (names.length !== 1) return '';
  if (names[0]?.startsWith('#')) return ': the first line is a comment, where names are expected: leave it out';
  const parts = cell.trim().split(/ +/);
  const spaces = parts.length > 1 && parts.every((part) => parseNumber(part) !== undefined) ? ' ' : undefined;
  const found = /[;\t|]/.exec(names[0] as string)?.[0] ?? /[;\t|]/.exec(cell)?.[0] ?? spaces;
  if (found === undefined) return '';
  return `: if its cells are divided by ${DIVIDERS[found] ?? found}, say --delimiter ${found === '\t' ? 'tab' : `'${found}'`}`;
}

/**
 * Puts `columns`, which are `own`, in the order of `wanted`, when both have the same labels in another order. Labels of which none is the same say nothing, and
 * columns meet by position; so do those of which there are not as many, for whoever compares their numbers.
 *
 * @throws SurprisalError `ERR_SHAPE` when some labels are the same and some are not: by position, columns of one name would meet others
 */
function alignColumns(path: string, own: Labelled, columns: readonly number[], wanted: Labelled): readonly number[] {
  const { labels } = own;
  if (labels.length !== wanted.labels.length || labels.every((label, i) => label === wanted.labels[i])) return columns;
  const byLabel = new Map(labels.map((label, i) => [label, columns[i] as number]));
  const known = new Set(wanted.labels);
  const strange = own.names[labels.findIndex((label) => !known.has(label))];
  const missing = wanted.names[wanted.labels.findIndex((label) => !byLabel.has(label))];
  if (strange === undefined && missing === undefined && byLabel.size === labels.length)
    return wanted.labels.map((label) => byLabel.get(label) as number);
  if (labels.every((label) => !known.has(label))) return columns;
  const what =
    missing === undefined
      ? 'has names that occur twice, in another order'
      : `has no column for '${missing}'${strange === undefined ? '' : `, but '${strange}'`}`;
  throw new SurprisalError(
    'ERR_SHAPE',
    `${path}: ${what}: columns meet by name (those of 'p_*' by what * stands for) or, where no name is the same, by position: rename or choose them`,
    {
      argument: path,
      value: strange ?? missing,
      expected: `the columns ${wanted.names.slice(0, 12).join(', ')}${wanted.names.length > 12 ? '…' : ''}`,
    },
  );
}
