import { formatOptions, type OptionGroup, type Parsed, shareOption, wholeOption } from './options.js';

/** The options of `surprisal kld`. */
export const KLD_GROUPS: readonly OptionGroup[] = [
  {
    title: 'Results',
    options: [
      {
        name: 'per-token',
        value: 'OUT',
        help: 'write what is found of each token to .npy, .csv or .tsv; the file is complete or untouched',
      },
      { name: 'compatible', help: "print the tool's own report alone, to be held against what it printed" },
      { name: 'json', help: 'print everything as JSON' },
      { name: 'worst', value: 'N', help: 'how many of the worst tokens to show (5 when left out)' },
      { name: 'quiet', help: 'draw no progress bar' },
    ],
  },
  {
    title: 'How to run',
    options: [
      { name: 'level', value: 'P', help: 'of the intervals (0.95 when left out)' },
      { name: 'replicates', value: 'N', help: 'how often chunks are drawn anew for the intervals (2000 when left out)' },
      { name: 'seed', value: 'N', help: 'of these draws (1 when left out)' },
      { name: 'block', value: 'ROWS', help: 'rows that are read at a time (about 1 MB of them when left out)' },
    ],
  },
];

export const KLD_HELP = `surprisal kld FILE OTHER [options]

Compares a model with the base logits of another: FILE is what llama.cpp's
perplexity tool writes with --kl-divergence-base. OTHER is a second such file
over the same tokens, or the second model's logits as .npy, one row for each
row of FILE. Prints the tool's own report, in its names, order and digits, and
then the figures as they are when rows are distributions and the tokens of a
chunk are not taken as independent.

  surprisal kld f16.kld q4.kld
  surprisal kld f16.kld q4_logits.npy --per-token tokens.csv
${formatOptions(KLD_GROUPS)}

Exit code: 0 done, 1 bad data, 2 a mistake in the command line.`;

/**
 * How to compare, from the command line.
 *
 * @throws UsageError for values that are out of range
 */
export function readKldSettings(options: Parsed) {
  return {
    block: wholeOption(options, 'block', 1),
    comparison: {
      level: shareOption(options, 'level'),
      replicates: wholeOption(options, 'replicates', 100),
      seed: wholeOption(options, 'seed', 0),
      worst: wholeOption(options, 'worst', 0),
    },
  };
}
