import { type BackendName, createCore } from '../index.js';
import type { CsvOptions } from '../io/csv.js';
import type { RowSource } from '../io/rows.js';
import { KINDS, type Kind, MEASURES, type MeasureName, measureOf } from './measures.js';
import { baseOption, formatOptions, type OptionGroup, type Parsed, positiveOption, UsageError, wholeOption } from './options.js';

const FILE = 'FILE';
const CHOICES = 'NAME';

/** The options by which any command chooses numbers in files. */
export const NUMBERS_GROUP: OptionGroup = {
  title: 'Which numbers',
  options: [
    {
      name: 'columns',
      value: 'LIST',
      help: "columns of P in a CSV or TSV file, by name: 'a,b,c' or 'p_*' (all but the id when left out)",
    },
    {
      name: 'against-columns',
      value: 'LIST',
      help: "columns of Q; without a second file they are read from P; 'q_*' meets 'p_*' by what * stands for",
    },
    { name: 'id', value: 'COLUMN', help: 'a column that names the rows; it is carried into the results' },
    { name: 'delimiter', value: 'CHAR', help: 'between cells: a character or tab (by the extension when left out)' },
    { name: 'no-header', help: 'the first line is data; columns are named 0, 1, 2…' },
    { name: 'header', help: 'the first line is names, though they are all numbers' },
  ],
};

/**
 * How text is to be read, from these options.
 *
 * @throws UsageError for options that do not go together
 */
export function readTextOptions(options: Parsed): CsvOptions {
  const isHeader = options.flag('header');
  const isData = options.flag('no-header');
  if (isHeader && isData) throw new UsageError('--header and --no-header exclude each other');
  return { delimiter: options.value('delimiter'), header: isData ? false : isHeader ? true : undefined };
}

/**
 * To be called when all inputs are open.
 *
 * @throws UsageError where options say how text is to be read, and no input is any
 */
export function refuseIdleTextOptions(options: Parsed, sources: readonly RowSource[]): void {
  const idle = options.value('delimiter') !== undefined ? 'delimiter' : ['header', 'no-header'].find((name) => options.flag(name));
  // Text alone does not say how many rows it has.
  if (idle !== undefined && sources.every(({ rows }) => rows !== undefined))
    throw new UsageError(`--${idle} says how text is read, and no input is CSV or TSV`);
}

/** The options of `surprisal score`. */
export const SCORE_GROUPS: readonly OptionGroup[] = [
  {
    title: 'What to compute',
    options: [
      { name: 'as', value: CHOICES, choices: KINDS, help: `what the numbers are: ${KINDS.join(', ')} (probabilities when left out)` },
      { name: 'measure', value: CHOICES, choices: MEASURES, help: `${MEASURES.join(', ')} (kl when left out)` },
      { name: 'against', value: 'Q', help: 'one Q for every row: a file with one row, uniform, or for Gaussians standard-normal' },
      { name: 'temperature', value: 'T', help: 'divide logits by T before the softmax (1 when left out)' },
      { name: 'base', value: 'B', help: 'unit of the scores: 2 for bits, 10 for bans (nats when left out)' },
      { name: 'no-normalize', help: 'take rows as given; they are divided by their sum otherwise' },
      { name: 'require-normalized', help: 'refuse rows that do not sum to 1' },
    ],
  },
  NUMBERS_GROUP,
  {
    title: 'Gaussians (--as gaussian): files, or columns of P and Q where they are given',
    options: [
      { name: 'mean', value: FILE, help: 'means of P' },
      { name: 'log-variance', value: FILE, help: 'its scale, as one of these three' },
      { name: 'variance', value: FILE, help: '' },
      { name: 'std', value: FILE, help: '' },
      { name: 'against-mean', value: FILE, help: 'means of Q; files with one row serve all rows' },
      { name: 'against-log-variance', value: FILE, help: 'its scale, of the same kind as that of P' },
      { name: 'against-variance', value: FILE, help: '' },
      { name: 'against-std', value: FILE, help: '' },
    ],
  },
  {
    title: 'Results',
    options: [
      { name: 'out', value: FILE, help: 'write one score a row, to .npy, .csv or .tsv; the file is complete or untouched' },
      { name: 'json', help: 'print the summary as JSON; Infinity and NaN are strings' },
      { name: 'top', value: 'N', help: 'how many of the largest rows to show (5 when left out)' },
      { name: 'quiet', help: 'print nothing but errors and what --json asks for' },
    ],
  },
  {
    title: 'How to run',
    options: [
      { name: 'backend', value: CHOICES, choices: ['auto', 'wasm', 'js'], help: 'auto, wasm or js; the scores are the same to the bit' },
      { name: 'block', value: 'ROWS', help: 'rows that are read at a time (about 1 MB of them when left out)' },
    ],
  },
];

export const SCORE_HELP = `surprisal score P [Q] [options]

Scores every row of P against the same row of Q, or against one Q for all, and
prints a summary. P and Q are .npy files (the last dimension is a row), CSV or
TSV with a header, or Parquet (columns of numbers, or one of lists; needs the
package hyparquet); gzipped (.gz) or not; - is standard input. Rows are counted
from 0.

  surprisal score teacher.npy student.npy --as logits --temperature 4
  surprisal score logits.npy --as logits --against uniform --out ood.npy
  surprisal score day.csv.gz --columns 'p_*' --against-columns 'q_*' --id name
  surprisal score latents.csv --as gaussian --mean 'mu_*' --log-variance 'lv_*'
    --against standard-normal
${formatOptions(SCORE_GROUPS)}

Exit code: 0 done, 1 bad data, 2 a mistake in the command line.`;

export type Settings = ReturnType<typeof readSettings>;

/**
 * What is to be computed, and how, from the command line.
 *
 * @throws UsageError for values that are out of range, and options that do not go together
 */
export function readSettings(options: Parsed) {
  const kind = (options.value('as') ?? 'probabilities') as Kind;
  const measure = (options.value('measure') ?? 'kl') as MeasureName;
  const temperature = positiveOption(options, 'temperature');
  if (temperature !== undefined && kind !== 'logits') throw new UsageError('--temperature goes with --as logits');
  const base = baseOption(options);
  const asGiven = options.flag('no-normalize');
  const required = options.flag('require-normalized');
  if (asGiven && required) throw new UsageError('--no-normalize and --require-normalized exclude each other');
  if ((asGiven || required) && kind !== 'probabilities')
    throw new UsageError(`--${asGiven ? 'no-normalize' : 'require-normalized'} goes with --as probabilities`);
  const block = wholeOption(options, 'block', 1);
  const top = wholeOption(options, 'top', 0) ?? 5;
  const core = createCore({ backend: (options.value('backend') ?? 'auto') as BackendName | 'auto' });
  const normalize = asGiven ? false : required ? 'require' : true;
  const score = measureOf(kind, measure, { normalize, temperature: temperature ?? 1, base, core });
  /** Whether rows that are said to be probabilities are divided by their sums. */
  const dividesProbabilities = kind === 'probabilities' && normalize === true;
  return { kind, measure, temperature: temperature ?? 1, base, block, top, core, score, dividesProbabilities };
}
