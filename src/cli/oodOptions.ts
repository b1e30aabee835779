import { type CalibrationOptions, SCORES, type ScoreName, type Side, SIDES } from '../applications/ood.js';
import { formatOptions, type OptionGroup, type Parsed, positiveOption, shareOption, UsageError, wholeOption } from './options.js';
import { NUMBERS_GROUP } from './scoreOptions.js';

/** The options of `surprisal ood`. */
export const OOD_GROUPS: readonly OptionGroup[] = [
  {
    title: 'What raises an alarm',
    options: [
      { name: 'score', value: 'NAME', choices: SCORES, help: `${SCORES.join(', ')} (kl-to-uniform when left out)` },
      { name: 'side', value: 'NAME', choices: SIDES, help: 'low (when left out: less sure than usual), high, two-sided' },
      { name: 'rate', value: 'R', help: 'share of in-distribution rows that may raise one (0.05 when left out)' },
      { name: 'temperature', value: 'T', help: 'divide logits by T (1 when left out)' },
      {
        name: 'flags',
        value: 'FILE',
        help: '1 for each row of NEW that is known to be out of the distribution, else 0: prints AUROC, AUPR and FPR95 too',
      },
    ],
  },
  { ...NUMBERS_GROUP, options: NUMBERS_GROUP.options.filter(({ name }) => name !== 'against-columns') },
  {
    title: 'Results',
    options: [
      { name: 'out', value: 'FILE', help: 'write one score a row of NEW, to .npy, .csv or .tsv; the file is complete or untouched' },
      { name: 'top', value: 'N', help: 'how many alarms to show, the farthest first (10 when left out)' },
      { name: 'json', help: 'print everything as JSON' },
      { name: 'quiet', help: 'draw no progress bar' },
    ],
  },
  {
    title: 'How to run',
    options: [
      { name: 'level', value: 'P', help: 'of the intervals (0.95 when left out)' },
      { name: 'replicates', value: 'N', help: 'how often rows are drawn anew for intervals (1000 when left out)' },
      { name: 'seed', value: 'N', help: 'of these draws, and of the coins that part rows for kl-matching (1 when left out)' },
      { name: 'block', value: 'ROWS', help: 'rows that are read at a time (about 1 MB of them when left out)' },
    ],
  },
];

export const OOD_HELP = `surprisal ood REFERENCE NEW [options]

How sure a classifier is of each row of NEW, and which rows are beyond what its
in-distribution data REFERENCE have shown. Both are files of logits, as
surprisal score takes them; the threshold comes from REFERENCE alone, which
should be data that the classifier was not trained on. kl-matching compares with
templates: a coin a row says whether it helps to make them or sets the threshold.
The column of --id may stand in REFERENCE and in the flags too. Flags meet rows by
their order; where they have ids, these must say the same.

  surprisal ood validation.npy today.npy --rate 0.01
  surprisal ood validation.npy mixed.npy --flags is_ood.npy --score energy
${formatOptions(OOD_GROUPS)}

Exit code: 0 done, 1 bad data, 2 a mistake in the command line.`;

/**
 * How to calibrate and to measure, from the command line.
 *
 * @throws UsageError for values that are out of range
 */
export function readOodSettings(options: Parsed) {
  if (options.value('score') === 'max-logit' && options.value('temperature') !== undefined)
    throw new UsageError('--temperature does not go with --score max-logit, which is a logit as it stands');
  const calibration: CalibrationOptions = {
    score: (options.value('score') ?? 'kl-to-uniform') as ScoreName,
    side: (options.value('side') ?? 'low') as Side,
    rate: shareOption(options, 'rate'),
    temperature: positiveOption(options, 'temperature'),
    level: shareOption(options, 'level'),
    seed: wholeOption(options, 'seed', 0),
  };
  return {
    calibration,
    replicates: wholeOption(options, 'replicates', 100),
    top: wholeOption(options, 'top', 0) ?? 10,
    block: wholeOption(options, 'block', 1),
  };
}
