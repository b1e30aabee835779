import { formatOptions, numberOption, type OptionGroup, type Parsed } from './options.js';

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
      { name: 'json', help: 'print everything as JSON' },
      { name: 'quiet', help: 'draw no progress bar' },
    ],
  },
  {
    title: 'How to run',
    options: [{ name: 'block', value: 'ROWS', help: 'rows that are read at a time (about 1 MB of them when left out)' }],
  },
];

export const KLD_HELP = `surprisal kld FILE OTHER [options]

Compares a model with the base logits of another: FILE is what llama.cpp's
perplexity tool writes with --kl-divergence-base. OTHER is a second such file
over the same tokens, or the second model's logits as .npy, one row for each
row of FILE. Prints the tool's own report, in its names, order and digits.

  surprisal kld f16.kld q4.kld
  surprisal kld f16.kld q4_logits.npy --per-token tokens.csv
${formatOptions(KLD_GROUPS)}

Exit code: 0 done, 1 bad data, 2 a mistake in the command line.`;

/** How to compare, from the command line. */
export function readKldSettings(options: Parsed) {
  return { block: numberOption(options, 'block', 'a whole number above 0', (value) => Number.isSafeInteger(value) && value > 0) };
}
