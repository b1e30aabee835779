import { formatOptions, numberOption, type OptionGroup, type Parsed, positiveOption, shareOption, UsageError } from './options.js';

/** Below this the variance, or a cell of the table at a tenth of p, has no digits left in a double. */
const LEAST = 1e-300;

/** The options of `surprisal approximation`. */
export const APPROXIMATION_GROUPS: readonly OptionGroup[] = [
  {
    title: 'What to approximate',
    options: [
      { name: 'n', value: 'N', help: 'trials' },
      { name: 'p', value: 'P', help: 'probability of success' },
      { name: 'rate', value: 'L', help: 'rate of the Poisson distribution (n·p when left out)' },
    ],
  },
  {
    title: 'Results',
    options: [
      { name: 'epsilon', value: 'E', help: 'how good is good enough, in total variation (0.01 when left out)' },
      { name: 'json', help: 'print everything as JSON' },
    ],
  },
];

export const APPROXIMATION_HELP = `surprisal approximation --n N --p P [options]

Says how far Binomial(n, p) is from the Poisson and from the normal distribution
that stand in for it: exact KL and total variation beside the bounds of Le Cam,
Pinsker, and Bretagnolle and Huber, from which n on each is good enough, and a
table over n and p around the ones given.

  surprisal approximation --n 100 --p 0.02
  surprisal approximation --n 1000 --p 0.3 --epsilon 0.001
${formatOptions(APPROXIMATION_GROUPS)}

Exit code: 0 done, 1 bad data, 2 a mistake in the command line.`;

/**
 * What is asked for.
 *
 * @throws UsageError for values that are out of range or left out
 */
export function readApproximationSettings(options: Parsed) {
  if (options.positionals.length > 0) throw new UsageError(`it takes no file: '${options.positionals[0]}'`);
  const n = numberOption(
    options,
    'n',
    'a whole number from 1 to 10,000,000',
    (value) => Number.isSafeInteger(value) && value >= 1 && value <= 1e7,
  );
  const p = numberOption(options, 'p', 'a number from 1e-300 on and below 1', (value) => value >= LEAST && value < 1);
  if (n === undefined || p === undefined) throw new UsageError('--n and --p are needed');
  const rate = positiveOption(options, 'rate');
  const epsilon = shareOption(options, 'epsilon') ?? 0.01;
  return { n, p, rate, epsilon };
}
