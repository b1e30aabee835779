/** The idea under all divergences: what an outcome tells, −log of its probability; its mean over outcomes; and the price of expecting something else. */
import type { PairFunction, RowOptions } from '../call.js';
import { checkBatch, checkNormalize, checkOptions, checkSums } from '../check.js';
import { evaluateLabels, evaluatePerplexity, fromMasses, type LabelOptions, type Labels } from '../labels.js';
import { checkMassOptions, ofMasses, PAIR } from '../masses.js';
import type { MassRows } from '../rows/lazyRows.js';
import type { Vector } from '../types.js';

export interface SurprisalOptions extends LabelOptions {
  /** As in {@link entropy}: true (the default) divides rows by their sums, false takes entries as given, 'require' refuses rows off 1. */
  readonly normalize?: boolean | 'require' | undefined;
}

export interface PerplexityOptions extends Pick<SurprisalOptions, 'normalize' | 'ignore' | 'core'> {}

/** Labels beside rows: a vector takes one and gives a number, a matrix takes one a row and gives as many. */
export interface SurprisalFunction<Rows, Options> {
  (p: Vector, label: number | Labels, options?: Options): number;
  (p: Rows, labels: Labels, options?: Options): Float64Array;
}

const OPTIONS = ['normalize', 'base', 'ignore', 'out', 'core'];
const OF_MEAN = ['normalize', 'ignore', 'core'];

function batchOf(p: Vector | MassRows, options: Pick<SurprisalOptions, 'normalize'> | undefined, allowed: readonly string[]) {
  checkOptions(options, allowed);
  checkNormalize(options?.normalize);
  const batch = checkBatch(['p'], [p]);
  const fill = fromMasses(options?.normalize !== false);
  if (options?.normalize !== 'require') return { batch, fill };
  const checked: typeof fill = (...given) => {
    fill(...given);
    checkSums('entropyRows', batch); // of entries that are masses
  };
  return { batch, fill: checked };
}

/**
 * Surprisal of what came about, −log p̂(label): the length of its code word in a code made for p.
 *
 * @param p       distributions: a vector, or a matrix of rows; probabilities or counts, not modified
 * @param labels  the class that came about: one number for a vector, one a row for a matrix, from 0; of masked rows among the classes left
 * @param options normalize, base, ignore, out, core
 * @returns       a number for a vector, else one number a row
 *
 * Shapes      p: rows × cols, or cols · labels: rows · result: rows
 * Units       nats, or `base`; 0 (it was certain) to Infinity
 * Edge cases  an outcome of probability 0 gives Infinity · a row whose label is `ignore` gives 0, and perplexity does not count it
 * Accuracy    relative error ≤ 8·2⁻⁵³ for rows as they are, also where p̂(label) is nearly 1 (−log1p of what the others have)
 * Source      definition (C. E. Shannon, 1948)
 *
 * @throws {SurprisalError} as {@link klDivergence}; ERR_DOMAIN (a label that is no class, with row and value) · ERR_SHAPE (not one label a row)
 * @example
 * surprisal([0.5, 0.25, 0.25], 1, { base: 2 }); // 2
 */
export const surprisal: SurprisalFunction<MassRows, SurprisalOptions> = ((
  p: Vector | MassRows,
  labels: number | Labels,
  options?: SurprisalOptions,
) => {
  const { batch, fill } = batchOf(p, options, OPTIONS);
  return evaluateLabels(batch, labels, fill, options);
}) as SurprisalFunction<MassRows, SurprisalOptions>;

/**
 * Perplexity of a model on what came about, exp of the mean {@link surprisal} of the labels in nats: as surprised as by that many classes alike.
 *
 * @param p       what the model expected, row by row: probabilities or counts
 * @param labels  what came about, as in {@link surprisal}
 * @param options normalize, ignore, core
 * @returns       one number for all rows
 *
 * Shapes      p: rows × cols, or cols · labels: rows
 * Units       classes; 1 (all was certain) to Infinity. It does not depend on a base
 * Edge cases  one outcome of probability 0 gives Infinity · rows whose label is `ignore` are not counted; none left is refused (ERR_EMPTY)
 * Accuracy    relative error ≤ 16·2⁻⁵³·(1 + log of the result)
 * Source      definition. Of a distribution alone, perplexity is exp(entropy(p))
 *
 * @throws {SurprisalError} as {@link surprisal}
 * @example
 * perplexity(matrix([0.5, 0.5, 0.25, 0.75], 2, 2), [0, 0]); // 2.8284271247…: √8
 */
export function perplexity(p: Vector | MassRows, labels: number | Labels, options?: PerplexityOptions): number {
  const { batch, fill } = batchOf(p, options, OF_MEAN);
  return evaluatePerplexity(batch, labels, fill, options);
}

/**
 * Excess code length: what a code made for q costs more, a symbol, than the best one, when symbols come by p. It is {@link klDivergence}, in bits.
 *
 * @param p       how symbols come, as in {@link klDivergence}
 * @param q       what the code was made for
 * @param options normalize, base (2 when left out: bits), out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows
 * Units       bits a symbol, or `base`; 0 (the code is the best there is) to Infinity
 * Edge cases  as {@link klDivergence}
 * Accuracy    as {@link klDivergence}
 * Source      T. M. Cover, J. A. Thomas, Elements of Information Theory, theorem 5.4.3
 *
 * @throws {SurprisalError} as {@link klDivergence}
 * @example
 * excessCodeLength([0.5, 0.5], [0.25, 0.75]); // 0.2075187496…
 */
export const excessCodeLength: PairFunction<RowOptions & Pick<SurprisalOptions, 'normalize'>, MassRows> = ((
  p: Vector | MassRows,
  q: Vector | MassRows,
  options?: RowOptions & Pick<SurprisalOptions, 'normalize'>,
) => {
  checkMassOptions(options);
  return ofMasses('klRows', PAIR, [p, q], { ...options, base: options?.base === undefined ? 2 : options.base });
}) as PairFunction<RowOptions & Pick<SurprisalOptions, 'normalize'>, MassRows>;
