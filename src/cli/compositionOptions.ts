import { formatOptions, type OptionGroup, type Parsed, shareOption, UsageError, wholeOption } from './options.js';

/** The options of `surprisal composition`. */
export const COMPOSITION_GROUPS: readonly OptionGroup[] = [
  {
    title: 'The table: samples in rows, taxa, phases or topics in columns',
    options: [
      { name: 'group', value: 'COLUMN', help: 'the column that says which group a sample belongs to' },
      {
        name: 'columns',
        value: 'LIST',
        help: "columns of counts, by name: 'a,b,c' or 'p_*' (all that are not named otherwise when left out)",
      },
      { name: 'pair', value: 'COLUMN', help: 'the column of subjects: labels are exchanged within a subject alone' },
      { name: 'id', value: 'COLUMN', help: 'the column that names samples' },
      { name: 'ignore', value: 'LIST', help: 'columns that are left out' },
      { name: 'metadata', value: 'FILE', help: 'a second table that holds --group and --pair; rows meet by --id, or by their order' },
      { name: 'delimiter', value: 'CHAR', help: 'between cells: a character or tab (by the extension when left out)' },
      { name: 'as', value: 'NAME', choices: ['counts', 'proportions'], help: 'counts (when left out) or proportions' },
    ],
  },
  {
    title: 'What to compare',
    options: [
      { name: 'reference', value: 'GROUP', help: 'the group that the others are compared with (the first one when left out)' },
      { name: 'pool', help: 'add the samples of a group up and test observations: too sure where samples differ' },
      {
        name: 'estimator',
        value: 'NAME',
        choices: ['plugin', 'miller-madow', 'jeffreys', 'laplace', 'perks', 'james-stein'],
        help: 'of divergences: what is done to counts (plugin when left out)',
      },
      {
        name: 'interval',
        value: 'NAME',
        choices: ['inversion', 'delta', 'bca', 'percentile', 'dirichlet'],
        help: 'how intervals are made (inversion when left out); dirichlet of single samples alone',
      },
      { name: 'level', value: 'SHARE', help: 'of intervals (0.95 when left out)' },
      { name: 'permutations', value: 'N', help: 'relabellings of samples, where there are more (9999 when left out)' },
      { name: 'seed', value: 'N', help: 'of the random numbers (1 when left out)' },
      { name: 'taxonomy', value: 'CHAR', help: 'split column names by it, and show what each level adds' },
    ],
  },
  {
    title: 'Results',
    options: [
      { name: 'top', value: 'N', help: 'how many columns to show for each comparison (5 when left out)' },
      { name: 'distances', help: 'show the distances among samples, similar ones side by side' },
      { name: 'json', help: 'print the report as JSON' },
    ],
  },
];

export const COMPOSITION_HELP = `surprisal composition TABLE --group COLUMN [options]

Compares groups of compositions: divergences with intervals and p-values, what
each column adds, and a sentence. Where a group has several samples they are the
unit: p-values come from relabelling samples, and pooling is refused unless it is
asked for. With one sample of counts a group, tests are G-tests.

  surprisal composition gut.csv --group diet --pair mouse
  surprisal composition phases.csv --group hours --reference 0
  surprisal composition taxa.tsv --group site --taxonomy ';' --distances
${formatOptions(COMPOSITION_GROUPS)}

Exit code: 0 done, 1 bad data, 2 a mistake in the command line.`;

/** Numbers from the command line, checked. */
export function readCompositionSettings(options: Parsed) {
  if (options.positionals.length !== 1) throw new UsageError(`one table is expected, got ${options.positionals.length}`);
  const group = options.value('group');
  if (group === undefined) throw new UsageError('which groups? --group names the column that says so');
  const pair = options.value('pair');
  if (pair === group)
    throw new UsageError(`--pair ${pair} is --group: labels would be exchanged within a group alone, where all are the same`);
  return {
    path: options.positionals[0] as string,
    group,
    top: wholeOption(options, 'top', 0) ?? 5,
    settings: {
      as: options.value('as') as 'counts' | 'proportions' | undefined,
      reference: options.value('reference'),
      pool: options.flag('pool') ? true : undefined,
      estimator: options.value('estimator') as 'plugin' | undefined,
      interval: options.value('interval') as 'inversion' | undefined,
      level: shareOption(options, 'level'),
      permutations: wholeOption(options, 'permutations', 1),
      seed: wholeOption(options, 'seed', 0),
    },
  };
}
