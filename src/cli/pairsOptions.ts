import { baseOption, formatOptions, type OptionGroup, type Parsed, UsageError, wholeOption } from './options.js';
import { NUMBERS_GROUP, SCORE_GROUPS } from './scoreOptions.js';

export const PAIR_KINDS = ['probabilities', 'counts', 'gaussian'] as const;
export type PairKind = (typeof PAIR_KINDS)[number];

/** Measures by their names in the command line and in the library. */
export const PAIR_MEASURES = {
  kl: 'kl',
  jeffreys: 'jeffreys',
  js: 'jensenShannon',
  'js-distance': 'jensenShannonDistance',
  'cross-entropy': 'crossEntropy',
} as const;
export type PairMeasure = keyof typeof PAIR_MEASURES;

const FILE = 'FILE';
const CHOICES = 'NAME';

/** The options of `surprisal pairs`. */
export const PAIRS_GROUPS: readonly OptionGroup[] = [
  {
    title: 'What to compute',
    options: [
      {
        name: 'as',
        value: CHOICES,
        choices: PAIR_KINDS,
        help: `what the numbers are: ${PAIR_KINDS.join(', ')} (probabilities when left out)`,
      },
      {
        name: 'measure',
        value: CHOICES,
        choices: Object.keys(PAIR_MEASURES),
        help: `${Object.keys(PAIR_MEASURES).join(', ')} (kl when left out; the one for Gaussians)`,
      },
      { name: 'nearest', value: 'K', help: 'the K nearest rows of Q for every row of P, instead of all cells' },
      { name: 'base', value: 'B', help: 'unit of the results: 2 for bits, 10 for bans (nats when left out)' },
      {
        name: 'products',
        value: CHOICES,
        choices: ['f32', 'f64'],
        help: 'f64 gives cells of float32 rows all their digits, in half the time again',
      },
      { name: 'require-normalized', help: 'refuse rows that do not sum to 1' },
    ],
  },
  NUMBERS_GROUP,
  ...SCORE_GROUPS.filter(({ title }) => title.startsWith('Gaussians')),
  {
    title: 'Results',
    options: [
      {
        name: 'out',
        value: FILE,
        help: 'write all cells, rows of P by rows of Q, to .npy, .csv or .tsv; with --nearest a line a neighbour: row, rank, nearest, value; ids stand for rows in text. The file is complete or untouched',
      },
      { name: 'json', help: 'print the summary as JSON; with --nearest and without --out, the neighbours too' },
      { name: 'top', value: 'N', help: 'how many of the closest pairs to show (5 when left out)' },
      { name: 'quiet', help: 'print nothing but errors and what --json asks for' },
    ],
  },
  {
    title: 'How to run',
    options: [
      { name: 'backend', value: CHOICES, choices: ['auto', 'wasm', 'js'], help: 'auto, wasm or js; the results are the same to the bit' },
    ],
  },
];

export const PAIRS_HELP = `surprisal pairs P [Q] [options]

Every row of P against every row of Q, or against all rows of P where Q is left
out. Files are read as surprisal score reads them; P and Q are held in memory,
the cells between them are not: they go by in blocks, however many they are.

  surprisal pairs topics.npy --measure js-distance --out distances.npy
  surprisal pairs documents.npy topics.npy --nearest 3 --out topics.csv
  surprisal pairs model.csv --as gaussian --mean 'mu_*' --variance 'var_*' --nearest 5
${formatOptions(PAIRS_GROUPS)}

Exit code: 0 done, 1 bad data, 2 a mistake in the command line.`;

/**
 * What is to be computed, from the command line.
 *
 * @throws UsageError for values that are out of range, and options that do not go together
 */
export function readPairsSettings(options: Parsed) {
  const kind = (options.value('as') ?? 'probabilities') as PairKind;
  const measure = (options.value('measure') ?? 'kl') as PairMeasure;
  const isGaussian = kind === 'gaussian';
  if (isGaussian && measure !== 'kl') throw new UsageError(`--measure ${measure} is not defined for --as gaussian: kl is`);
  const stray = ['products', 'require-normalized'].find((name) => options.flag(name) || options.value(name) !== undefined);
  if (isGaussian && stray !== undefined) throw new UsageError(`--${stray} does not go with --as gaussian`);
  if (kind === 'counts' && options.flag('require-normalized')) throw new UsageError('--require-normalized goes with --as probabilities');
  const base = baseOption(options);
  return {
    kind,
    measure,
    base,
    nearest: wholeOption(options, 'nearest', 1),
    top: wholeOption(options, 'top', 0) ?? 5,
    products: options.value('products') as 'f32' | 'f64' | undefined,
    normalize: options.flag('require-normalized') ? ('require' as const) : undefined,
  };
}
