/** Options of the distillation loss, checked, and what they settle. */
import type { Core, Matrix } from '../../index.js';
import {
  anyWhole,
  checkBeside,
  checkOptions,
  flag,
  listOf,
  oneOf,
  optionError,
  type OptionRules,
  positive,
  share,
  unchecked,
  whole,
} from '../input/options.js';
import type { DivergenceName } from './divergence.js';
import { checkLabels, type Labels } from './rows.js';

/** How rows become one number: their mean; their sum over the first size of a tensor (as PyTorch's 'batchmean' for [B, T, V]); their sum. */
export type Reduction = 'mean' | 'batchmean' | 'sum';

export interface DistillationOptions {
  /** Both logits are divided by it; 1 when left out. */
  readonly temperature?: number | undefined;
  /** Whether the divergence is multiplied by T², which keeps gradients of one size at every temperature; true when left out. */
  readonly squaredTemperature?: boolean | undefined;
  /** 'forward' (the default): KL(teacher ‖ student). 'reverse': KL(student ‖ teacher). 'jensen-shannon': from the mixture. */
  readonly divergence?: DivergenceName | undefined;
  /** Share of the teacher in the mixture of 'jensen-shannon', β; ½ when left out. Beside another divergence it is refused. */
  readonly weight?: number | undefined;
  /** What β = 0 and 1 mean: 'limit' (the default) is 0; 'kl' is KL(teacher ‖ student) at 0 and KL(student ‖ teacher) at 1, as some trainers have it. As `weight`. */
  readonly endpoints?: 'limit' | 'kl' | undefined;
  /** One class a row. Rows whose label is `ignore` are left out of everything. */
  readonly labels?: Labels | undefined;
  /** −100 when left out. Without labels it is refused: rows would be counted that it is to leave out. */
  readonly ignore?: number | undefined;
  /** Share of the cross-entropy with the labels, at temperature 1: α·CE + (1 − α)·divergence. 0 when left out. */
  readonly alpha?: number | undefined;
  /** Classes that are out, in both models: true or 1 for each. */
  readonly classMask?: ArrayLike<boolean | number> | undefined;
  /** Only the teacher's k largest classes of each row are told apart. */
  readonly topK?: number | undefined;
  /** What becomes of the others: one class together (the default), or dropped, with both rows renormalised. Beside `topK` alone. */
  readonly tail?: 'bucket' | 'drop' | undefined;
  /** 'mean' when left out: over the rows that are counted. */
  readonly reduction?: Reduction | undefined;
  /** Divides the sum instead: the number of counted rows of all machines, say. */
  readonly divisor?: number | undefined;
  readonly core?: Core | undefined;
}

const RULES: OptionRules = {
  temperature: positive,
  squaredTemperature: flag,
  divergence: oneOf('forward', 'reverse', 'jensen-shannon'),
  weight: share,
  endpoints: oneOf('limit', 'kl'),
  labels: listOf('one class a row'),
  ignore: anyWhole,
  alpha: share,
  classMask: listOf('true or false for each class'),
  topK: whole(1),
  tail: oneOf('bucket', 'drop'),
  reduction: oneOf('mean', 'batchmean', 'sum'),
  divisor: positive,
  core: unchecked,
};

/** @throws {SurprisalError} ERR_OPTION: a name, a value, or an option without the one that it belongs to */
export function checkLossOptions(options: DistillationOptions): void {
  checkOptions(options, RULES);
  const isMixed = options.divergence === 'jensen-shannon';
  checkBeside(options, 'weight', "divergence: 'jensen-shannon'", isMixed);
  checkBeside(options, 'endpoints', "divergence: 'jensen-shannon'", isMixed);
  checkBeside(options, 'tail', 'topK', options.topK !== undefined);
}

export interface Settings extends Omit<DistillationOptions, 'labels' | 'classMask'> {
  readonly temperature: number;
  readonly divergence: DivergenceName;
  readonly weight: number;
  readonly alpha: number;
  readonly factor: number;
  readonly labels: Int32Array | undefined;
  readonly mask: Uint8Array | undefined;
  readonly core: Core | undefined;
}

export function settle(options: DistillationOptions, rows: number, cols: number): Settings {
  const { temperature = 1, squaredTemperature = true, endpoints, alpha = 0, core } = options;
  let { divergence = 'forward', weight = 0.5 } = options;
  if (divergence === 'jensen-shannon' && endpoints === 'kl' && (weight === 0 || weight === 1)) {
    divergence = weight === 0 ? 'forward' : 'reverse';
    weight = 0.5;
  }
  if (alpha > 0 && options.labels === undefined) throw optionError('labels', undefined, 'one class a row, as alpha is above 0');
  checkBeside(options, 'ignore', 'labels', options.labels !== undefined);
  const factor = squaredTemperature ? temperature * temperature : 1;
  const mask = options.classMask === undefined ? undefined : readMask(options.classMask, cols);
  const labels = options.labels === undefined ? undefined : checkLabels(options.labels, rows, cols, options.ignore ?? -100, mask);
  return { ...options, temperature, divergence, weight, alpha, factor, labels, mask, core };
}

function readMask(flags: ArrayLike<boolean | number>, cols: number): Uint8Array {
  const mask = Uint8Array.from(flags, (out) => (out === true || out === 1 ? 1 : 0));
  const isFlag = (value: unknown) => value === true || value === false || value === 0 || value === 1;
  if (flags.length !== cols || !Array.from(flags).every(isFlag))
    throw optionError('classMask', flags, `true or false for each of ${cols} classes`);
  if (mask.every((out) => out === 1)) throw optionError('classMask', flags, 'a class that stays');
  return mask;
}

/** The first size of a tensor, B of [B, T, V]. */
export function batchesOf({ lead, rows }: Matrix): number {
  return lead?.[0] ?? rows;
}

export function divisorOf({ reduction = 'mean', divisor }: DistillationOptions, counted: number, batches: number): number {
  if (divisor !== undefined) return divisor;
  if (reduction === 'sum') return 1;
  return Math.max(1, reduction === 'mean' ? counted : batches);
}
