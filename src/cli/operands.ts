import { SurprisalError, type NumericArray, type Vector, vector } from '../index.js';
import type { CsvOptions } from '../io/csv.js';
import type { RowBlock, RowSource } from '../io/rows.js';
import { hasNames, openSource } from '../io/source.js';
import type { Kind, MeasureName } from './measures.js';
import { type Parsed, UsageError } from './options.js';
import { formatColumns } from '../report/format.js';
import { readTextOptions, refuseIdleTextOptions } from './scoreOptions.js';

/** One array of a side: rows read in step with those of the others, or one row for all. */
export interface Part {
  /** Empty for plain rows; `mean`, `variance`, `logVariance` or `std` for Gaussians. */
  readonly name: string;
  readonly source: RowSource;
  /** The one row of a reference, read in full, and how to open it once more. */
  readonly reference?: Vector;
  readonly csv?: CsvOptions;
}

/** P or Q. */
export type Side = readonly Part[];
export type Known = 'uniform' | 'standard-normal';

/** How the command line names a Gaussian's scale, and how the library does. */
const SCALES = { variance: 'variance', 'log-variance': 'logVariance', std: 'std' } as const;

/** Options that say where Q is, beside a file of its own and `--against`. */
const AGAINST = ['against-columns', 'against-mean', ...Object.keys(SCALES).map((name) => `against-${name}`)];

/** Opens what the command line names, P and, where the measure takes two, Q; `opened` is for the caller to close, also after an error. */
export async function openOperands(
  options: Parsed,
  kind: Kind,
  measure: MeasureName,
  opened: RowSource[],
): Promise<{ p: Side; q: Side | Known | undefined }> {
  const files = new Files(options, kind, opened);
  const p = await files.p();
  const q = measure === 'entropy' ? files.refuseQ('entropy takes P alone') : await files.q(p);
  refuseIdleTextOptions(options, opened);
  if (typeof q === 'object') checkSides(p, q);
  return { p, q };
}

/** Opens both sides of `surprisal pairs`, which need not have as many rows: Q is left out where the command line names none. */
export async function openPairOperands(options: Parsed, kind: Kind, opened: RowSource[]): Promise<{ p: Side; q: Side | undefined }> {
  const files = new Files(options, kind, opened);
  const p = await files.p();
  const isAlone = options.positionals[1] === undefined && !AGAINST.some((name) => options.value(name) !== undefined);
  const q = isAlone ? undefined : ((await files.q(p)) as Side);
  refuseIdleTextOptions(options, opened);
  if (q === undefined) return { p, q };
  checkColumns(p, q);
  return { p, q: await files.fromStart(q) };
}

class Files {
  readonly #options: Parsed;
  readonly #kind: Kind;
  readonly #opened: RowSource[];
  readonly #pFile: string | undefined;
  readonly #qFile: string | undefined;
  /** Where Q alone has names, its column of ids is none of its numbers. */
  #idOfQ: string | undefined;

  constructor(options: Parsed, kind: Kind, opened: RowSource[]) {
    this.#options = options;
    this.#kind = kind;
    this.#opened = opened;
    [this.#pFile, this.#qFile] = options.positionals;
    if (options.positionals.length > 2) throw new UsageError(`at most two files, P and Q; got ${options.positionals.length}`);
    const stray = kind === 'gaussian' ? ['columns', 'against-columns'] : gaussianOptions();
    const misplaced = stray.find((name) => options.value(name) !== undefined);
    if (misplaced !== undefined) throw new UsageError(`--${misplaced} does not go with --as ${kind}`);
  }

  async #open(path: string, csv: CsvOptions): Promise<RowSource> {
    const source = await openSource(path, { ...readTextOptions(this.#options), ...csv });
    this.#opened.push(source);
    return source;
  }

  async p(): Promise<Side> {
    const id = this.#options.value('id');
    if (this.#kind === 'gaussian') return this.#gaussian('', this.#pFile, id);
    if (this.#pFile === undefined) throw new UsageError('which file? P, and Q where two are compared');
    if (id !== undefined && !(await hasNames(this.#pFile)) && (await this.#namesQ())) this.#idOfQ = id;
    const own = this.#idOfQ === undefined ? id : undefined;
    return [{ name: '', source: await this.#open(this.#pFile, { columns: this.#options.value('columns'), id: own }) }];
  }

  async #namesQ(): Promise<boolean> {
    const path = this.#qFile ?? this.#options.value('against');
    return path !== undefined && path !== 'uniform' && (await hasNames(path));
  }

  async q(p: Side): Promise<Side | Known> {
    const against = this.#options.value('against');
    const known = this.#kind === 'gaussian' ? 'standard-normal' : 'uniform';
    const columns = this.#options.value('against-columns');
    if (against !== undefined && this.#qFile !== undefined) throw new UsageError('Q is given twice: as a file and by --against');
    if (against === 'uniform' || against === 'standard-normal') {
      if (against !== known) throw new UsageError(`--against ${against} does not go with --as ${this.#kind}: ${known} does`);
      const idle = AGAINST.find((name) => this.#options.value(name) !== undefined);
      if (idle !== undefined) throw new UsageError(`Q is given twice: by --against ${against} and by --${idle}`);
      return known;
    }
    if (this.#kind === 'gaussian') {
      if (against !== undefined)
        throw new UsageError('for --as gaussian, --against takes standard-normal; files go to --against-mean and its fellows');
      if (this.#options.value('against-mean') === undefined)
        throw new UsageError('against what? --against standard-normal, or --against-mean with its scale');
      const q = await this.#gaussian('against-', this.#qFile ?? this.#pFile, undefined, p[0]);
      if (q[1]?.name !== p[1]?.name)
        throw new UsageError('P and Q need the same kind of scale: log-variances, variances or standard deviations');
      return q;
    }
    const beside = { columns: this.#options.value('columns'), id: this.#options.value('id'), names: p[0]?.source.names };
    if (against !== undefined) return [await this.#reference('', against, { columns, id: this.#idOfQ, beside })];
    const path = this.#qFile ?? (columns === undefined ? undefined : this.#pFile);
    if (path === undefined) {
      const ways = 'Q, a second file; --against-columns, in the same file; or --against uniform, or a file with one row';
      throw new UsageError(`against what? give ${ways}`);
    }
    return [{ name: '', source: await this.#open(path, { columns, id: this.#idOfQ, beside }) }];
  }

  /** A side whose one row was read to see that it is the only one, as rows like others. */
  fromStart(side: Side): Promise<Side> {
    return Promise.all(
      side.map(async ({ name, source, csv }) => ({ name, source: csv === undefined ? source : await this.#open(source.path, csv) })),
    );
  }

  refuseQ(why: string): undefined {
    const given = ['against', ...AGAINST].some((name) => this.#options.value(name) !== undefined);
    if (given || this.#qFile !== undefined) throw new UsageError(`${why}: leave Q out`);
  }

  /**
   * Mean and scale: columns of `file`, or files of their own where there is none.
   *
   * @param lead the mean of the other side: the columns here are put in the order of its columns
   */
  async #gaussian(prefix: string, file: string | undefined, id: string | undefined, lead?: Part): Promise<Side> {
    const mean = this.#options.value(`${prefix}mean`);
    const scales = Object.entries(SCALES).filter(([name]) => this.#options.value(prefix + name) !== undefined);
    const [scale] = scales;
    if (mean === undefined || scale === undefined || scales.length > 1) {
      throw new UsageError(`a Gaussian needs --${prefix}mean and one of --${prefix}log-variance, --${prefix}variance, --${prefix}std`);
    }
    const values = { mean, [scale[1]]: this.#options.value(prefix + scale[0]) as string };
    const parts: Part[] = [];
    const columns = this.#pFile === undefined ? undefined : this.#options.value('mean');
    for (const [name, value] of Object.entries(values)) {
      const beside = { columns, id: this.#options.value('id'), names: (lead ?? parts[0])?.source.names };
      if (file !== undefined) parts.push({ name, source: await this.#open(file, { columns: value, id, beside }) });
      else if (prefix !== '') parts.push(await this.#reference(name, value, { beside }, true));
      else parts.push({ name, source: await this.#open(value, { beside }) });
    }
    return parts;
  }

  /** A file of one row, which serves every row of P; files of more rows pass where `rowsToo`. */
  async #reference(name: string, path: string, csv: CsvOptions, rowsToo = false): Promise<Part> {
    const source = await this.#open(path, csv);
    const block = (await source.read(2)) as RowBlock;
    if (block.rows === 1) return { name, source, reference: toVector(block.data, source.dtype), csv };
    if (!rowsToo)
      throw new SurprisalError('ERR_SHAPE', `${path}: --against takes one row, it has more; to go row by row, give it as second file`);
    return { name, source: await this.#open(path, csv) };
  }
}

export function toVector(data: NumericArray, dtype: string): Vector {
  return dtype === 'float16' ? vector(data as Uint16Array, { dtype }) : data;
}

function gaussianOptions(): string[] {
  return ['', 'against-'].flatMap((prefix) => ['mean', ...Object.keys(SCALES)].map((name) => prefix + name));
}

function checkColumns(p: Side, q: Side): void {
  // Both may lie in one file, whose name does not say which is meant.
  const own = (side: Side, letter: string) =>
    side.map(({ name, source }) => ({ name: `${letter}${name === '' ? '' : `'s ${name}`}`, source }));
  const [lead, ...others] = [...own(p, 'P'), ...own(q, 'Q')] as [Named, ...Named[]];
  const other = others.find(({ source }) => source.cols !== lead.source.cols);
  if (other !== undefined) throw columnsDiffer(lead, other);
}

interface Named {
  readonly name: string;
  readonly source: RowSource;
}

/** The error for inputs of different widths. */
export function columnsDiffer(a: Named, b: Named): SurprisalError {
  const [one, other] = [a, b].map(({ name, source }) => `${name} (${source.path}) has ${formatColumns(source.cols)}`);
  return new SurprisalError('ERR_SHAPE', `${one}, ${other}: they must be the same`);
}

/** What can be known before reading: columns, and rows where the files say how many they hold. */
function checkSides(p: Side, q: Side): void {
  checkColumns(p, q);
  const first = (p[0] as Part).source;
  for (const part of [...p, ...q]) {
    const { source, reference } = part;
    if (reference === undefined && source.rows !== undefined && first.rows !== undefined && source.rows !== first.rows)
      throw rowsDiffer(first, source, q.includes(part));
  }
}

/**
 * The error for files of different lengths.
 *
 * @param isQ whether `b` is of Q, which one row may serve
 */
export function rowsDiffer(a: RowSource, b: RowSource, isQ: boolean): SurprisalError {
  const sizes = a.rows !== undefined && b.rows !== undefined ? `: ${a.rows} and ${b.rows}` : '';
  const hint = isQ && b.rows === 1 ? '; one reference row goes to --against' : '';
  return new SurprisalError('ERR_SHAPE', `${a.path} and ${b.path} have different numbers of rows${sizes}${hint}`);
}
