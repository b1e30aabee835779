/** The way of every divergence between rows of masses: its options, its kernel and what the kernel is told. */
import type { KernelName } from './backend/contract.js';
import { evaluate, type Finish, type PairFunction, type RowOptions } from './call.js';
import { checkBatch, checkNormalize, checkOptions } from './check.js';
import type { MassRows } from './rows/lazyRows.js';
import type { Vector } from './types.js';

export interface DiscreteOptions extends RowOptions {
  /**
   * true (the default): every row is divided by its sum, as a divergence is between distributions. false: entries are taken as given (those below 1e-290 of
   * the largest of both rows may then count as equal, or as 0).
   * 'require': rows whose sum is off 1 by more than 1e-3 are refused, with row and sum; the rest are normalised.
   */
  readonly normalize?: boolean | 'require' | undefined;
}

/** A function of two distributions that cannot do without an option. */
export interface PairFunctionOf<Options> {
  (p: Vector, q: Vector, options: Options): number;
  (p: MassRows, q: MassRows | Vector, options: Options): Float64Array;
  (p: Vector, q: MassRows, options: Options): Float64Array;
  (p: Vector | MassRows, q: Vector | MassRows, options: Options): number | Float64Array;
}

/** What a divergence is to its kernel. */
export interface Recipe extends Finish {
  /** Parameters behind `normalize`. */
  readonly params?: readonly number[];
  /** Entries are taken as given unless `normalize` says otherwise. */
  readonly asGiven?: boolean;
  /** Names of options beyond those of every divergence. */
  readonly more?: readonly string[];
  /** It has no unit. */
  readonly isUnitless?: true;
}

const UNITLESS = ['normalize', 'out', 'core'];
const OPTIONS = ['base', ...UNITLESS];
export const PAIR = ['p', 'q'];
/** Of a divergence that is another one with its arguments exchanged. */
export const EXCHANGED = ['q', 'p'];
export const ONE = ['p'];

/** The options that all of them have, and `more` before these. */
export function checkMassOptions(
  options: Pick<DiscreteOptions, 'normalize'> | undefined,
  more: readonly string[] = [],
  isUnitless = false,
): void {
  checkOptions(options, [...more, ...(isUnitless ? UNITLESS : OPTIONS)]);
  checkNormalize(options?.normalize);
}

/** Checks options and rows, and runs the kernel. */
export function ofMasses(
  kernel: KernelName,
  names: readonly string[],
  values: (Vector | MassRows)[],
  options: DiscreteOptions | undefined,
  recipe: Recipe = {},
): number | Float64Array {
  checkMassOptions(options, recipe.more, recipe.isUnitless);
  const normalize = options?.normalize ?? recipe.asGiven !== true;
  const params = [normalize === false ? 0 : 1, ...(recipe.params ?? [])];
  return evaluate(kernel, checkBatch(names, values), params, options, { ...recipe, sums: normalize === 'require' });
}

/** A divergence without options of its own. */
export function pairOf(kernel: KernelName, recipe?: Recipe, isExchanged = false): PairFunction<DiscreteOptions, MassRows> {
  const run = (p: Vector | MassRows, q: Vector | MassRows, options?: DiscreteOptions) =>
    isExchanged ? ofMasses(kernel, EXCHANGED, [q, p], options, recipe) : ofMasses(kernel, PAIR, [p, q], options, recipe);
  return run as PairFunction<DiscreteOptions, MassRows>;
}
