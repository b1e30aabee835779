import type { Kind } from '../applications/audit.js';
import { formatOptions, numberOption, type OptionGroup, type Parsed, positiveOption, UsageError, wholeOption } from './options.js';
import { NUMBERS_GROUP } from './scoreOptions.js';

const KINDS = ['probabilities', 'counts', 'logits'] as const;

/** The options of `surprisal audit`. */
export const AUDIT_GROUPS: readonly OptionGroup[] = [
  {
    title: 'What to audit',
    options: [
      { name: 'as', value: 'NAME', choices: KINDS, help: `what the numbers are: ${KINDS.join(', ')} (probabilities when left out)` },
      { name: 'against', value: 'Q', help: 'one Q for every row: a file with one row, or uniform' },
      { name: 'temperature', value: 'T', help: 'divide logits by T before the softmax (1 when left out)' },
      { name: 'threshold', value: 'X', help: 'count decisions, value above X in nats, that come out differently' },
    ],
  },
  NUMBERS_GROUP,
  {
    title: 'Results',
    options: [
      { name: 'worst', value: 'N', help: 'how many of the worst rows to show for each tool (3 when left out)' },
      { name: 'json', help: 'print the report as JSON' },
      { name: 'quiet', help: 'draw no progress bar' },
    ],
  },
  {
    title: 'How to run',
    options: [{ name: 'block', value: 'ROWS', help: 'rows that are read at a time (about 1 MB of them when left out)' }],
  },
];

export const AUDIT_HELP = `surprisal audit P Q [options]

Says what the usual tools would have answered on these rows: plain loops, SciPy,
PyTorch, Keras, TensorFlow.js, ml-distance, mathjs, SimSIMD, NumKong,
philentropy and evidently, each by its own convention beside the right answer in
the same quantity. P and Q are files as surprisal score takes them. Units and
reductions that differ are told apart from errors.

  surprisal audit teacher.npy student.npy --as logits --threshold 0.1
  surprisal audit model.npy quantised.npy --as logits
  surprisal audit day.csv --columns 'p_*' --against-columns 'q_*' --as counts
${formatOptions(AUDIT_GROUPS)}

Exit code: 0 done, 1 bad data, 2 a mistake in the command line.`;

/**
 * What is to be audited, and how, from the command line.
 *
 * @throws UsageError for values that are out of range, and options that do not go together
 */
export function readAuditSettings(options: Parsed) {
  const as = (options.value('as') ?? 'probabilities') as Kind;
  const temperature = positiveOption(options, 'temperature');
  if (temperature !== undefined && as !== 'logits') throw new UsageError('--temperature goes with --as logits');
  const threshold = numberOption(options, 'threshold', 'a number that is not negative', (value) => value >= 0 && value < Infinity);
  const worst = wholeOption(options, 'worst', 0);
  const block = wholeOption(options, 'block', 1);
  return { audit: { as, temperature, threshold, worst }, block };
}
