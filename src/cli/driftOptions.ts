import { parseNumber } from '../io/csvNumber.js';
import { formatOptions, type OptionGroup, type Parsed, shareOption, UsageError, wholeOption } from './options.js';

/** What `--fit` takes, and a table that is fitted at once. */
const FITTING = ['binning', 'bins', 'edges', 'categorical'] as const;
/** What a window is checked with. */
const CHECKING = ['false-alarms', 'top', 'seed'] as const;
const BINNING = ['quantile', 'freedman-diaconis', 'doane'] as const;

/** The options of `surprisal drift`. */
export const DRIFT_GROUPS: readonly OptionGroup[] = [
  {
    title: 'Fitting a baseline',
    options: [
      { name: 'fit', help: 'fit a baseline to a table, and write it to --out' },
      { name: 'out', value: 'FILE', help: 'where the baseline goes: JSON, by a name that ends in .json' },
      {
        name: 'binning',
        value: 'NAME',
        choices: BINNING,
        help: `cells of numeric columns: ${BINNING.join(', ')} (quantile when left out)`,
      },
      { name: 'bins', value: 'N', help: 'cells for quantile (10 when left out)' },
      { name: 'edges', value: 'LIST', help: "fixed cells of single columns: 'age=18,30,65; income=0,1e4'" },
      { name: 'categorical', value: 'LIST', help: 'columns of numbers that are names: codes, ids of places' },
    ],
  },
  {
    title: 'Which columns',
    options: [
      { name: 'columns', value: 'LIST', help: "columns by name: 'a,b,c' or 'p_*' (all when left out)" },
      { name: 'delimiter', value: 'CHAR', help: 'between cells: a character or tab (by the extension when left out)' },
    ],
  },
  {
    title: 'Checking a window',
    options: [
      { name: 'false-alarms', value: 'RATE', help: 'probability of an alarm while nothing drifts, over all features (0.01 when left out)' },
      { name: 'top', value: 'N', help: 'how many features to show in full (5 when left out)' },
      { name: 'seed', value: 'N', help: 'of the random numbers (1 when left out)' },
    ],
  },
  { title: 'Results', options: [{ name: 'json', help: 'print the report as JSON' }] },
];

export const DRIFT_HELP = `surprisal drift BASELINE WINDOW [options]
surprisal drift --fit TABLE --out BASELINE.json [options]

Does the window still look like the baseline? A line a feature, strongest evidence
first: divergences, a p-value, thresholds from the sizes, and the cells that make
it. BASELINE is what --fit has written, known by its name (.json) or by the { that
it begins with, or a table that is fitted at once. Tables
are CSV or TSV with a header, or Parquet; empty cells are missing values, a cell of
their own.

  surprisal drift --fit train.csv --out baseline.json --categorical 'zip'
  surprisal drift baseline.json today.csv --false-alarms 0.001
  surprisal drift january.csv february.csv --json
${formatOptions(DRIFT_GROUPS)}

Exit code: 0 done, 1 bad data, 2 a mistake in the command line.`;

/** Baselines are told from tables by their names, or by how they begin. */
export const isBaseline = (path: string): boolean => /\.json(\.gz)?$/i.test(path);

/** @throws UsageError where options say how to fit what has been fitted */
export function refuseFitting(options: Parsed, baseline: string): void {
  const stray = FITTING.find((name) => options.value(name) !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray} does not go with ${baseline}: a baseline has been fitted already`);
}

/** @throws UsageError */
export function refuseSecond(window: string): never {
  throw new UsageError(`${window} is a baseline, and the window is a table: BASELINE comes first`);
}

/** Edges by column. */
function edgesOf(list: string | undefined): ReadonlyMap<string, readonly number[]> {
  const parts = (list ?? '').split(';').filter((part) => part.trim() !== '');
  const edges = new Map(
    parts.map((part) => {
      const [name = '', numbers = ''] = part.split(/=(?=[^=]*$)/).map((text) => text.trim());
      const edges = numbers.split(',').map((text) => parseNumber(text.trim()));
      const isRising = edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || (edge as number) > (edges[i - 1] as number)));
      if (name === '' || !isRising)
        throw new UsageError(`--edges: expected a column and rising numbers, as 'age=18,30,65', got ${JSON.stringify(part.trim())}`);
      return [name, edges as number[]];
    }),
  );
  if (edges.size < parts.length) throw new UsageError(`--edges names a column twice, in ${JSON.stringify(list)}`);
  return edges;
}

/** What is to be done, from the command line. */
export function readDriftSettings(options: Parsed) {
  const files = options.flag('fit') ? 1 : 2;
  if (options.positionals.length !== files)
    throw new UsageError(
      `${files === 1 ? 'one table is' : 'a baseline and a window are'} expected, got ${options.positionals.length} files`,
    );
  const out = options.value('out');
  if (options.flag('fit') && out === undefined) throw new UsageError('where to? --out names the file of the baseline');
  if (!options.flag('fit') && out !== undefined) throw new UsageError('--out goes with --fit');
  const idle = options.flag('fit') ? CHECKING.find((name) => options.value(name) !== undefined) : undefined;
  if (idle !== undefined) throw new UsageError(`--${idle} does not go with --fit: it belongs to the check of a window`);
  if (options.flag('fit') && options.flag('json')) throw new UsageError('--json does not go with --fit: a baseline is JSON already');
  if (out !== undefined && !/\.json$/i.test(out))
    throw new UsageError(`--out takes a name that ends in .json, as a baseline is known by it; got '${out}'`);
  const binning = options.value('binning') as (typeof BINNING)[number] | undefined;
  if (binning !== undefined && binning !== 'quantile' && options.value('bins') !== undefined)
    throw new UsageError(`--bins does not go with --binning ${binning}: it is for quantile`);
  return {
    out,
    edges: edgesOf(options.value('edges')),
    binning,
    bins: wholeOption(options, 'bins', 2),
    falseAlarmRate: shareOption(options, 'false-alarms'),
    top: wholeOption(options, 'top', 0) ?? 5,
    seed: wholeOption(options, 'seed', 0),
  };
}
