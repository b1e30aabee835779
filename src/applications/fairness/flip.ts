/** The same inputs with an attribute set to one value and to another: how far predictions move. */
import { type Core, klDivergence, logits } from '../../index.js';
import { largestPlaces } from '../input/largest.js';
import { argumentError, checkOptions, INTERVAL_RULES, oneOf, openShare, type OptionRules, unchecked, whole } from '../input/options.js';
import { rateInterval } from '../statistics/binomial.js';
import { BlockSums, type Estimate } from '../statistics/blockSums.js';
import { meanOf } from './groups.js';
import { decision, type PredictionKind, type Predictions, probabilitiesOf, readRows, type Rows } from './predictions.js';

export interface FlipOptions {
  /** 'probabilities' when left out. */
  readonly as?: PredictionKind | undefined;
  /** The second of two classes is decided for from this probability on; the most probable class when left out. */
  readonly threshold?: number | undefined;
  /** Of intervals; 0.95 when left out. */
  readonly level?: number | undefined;
  /** How often inputs are drawn anew; 2,000 when left out. */
  readonly replicates?: number | undefined;
  /** Of the draws; 1 when left out. */
  readonly seed?: number | undefined;
  /** Inputs to list, those that move most; 5 when left out. */
  readonly top?: number | undefined;
  readonly core?: Core | undefined;
}

/** From one value of the attribute to another. */
export interface Flip {
  readonly from: string;
  readonly to: string;
  /** KL(p(y|x, from) ‖ p(y|x, to)) of each input, in nats. */
  readonly perInput: Float64Array;
  /** Their mean over inputs. */
  readonly kl: Estimate;
  /** Inputs whose KL is Infinity: the mean is, too. */
  readonly infinite: number;
  /** Inputs that are decided otherwise. */
  readonly changed: { readonly count: number; readonly share: number; readonly interval: readonly [number, number] };
  /** Mean change of each class's probability, to less from: which way it goes. */
  readonly change: Float64Array;
  /** Inputs that move most, first. */
  readonly largest: readonly { readonly row: number; readonly kl: number }[];
}

const RULES: OptionRules = {
  as: oneOf('probabilities', 'logits'),
  threshold: openShare,
  ...INTERVAL_RULES,
  top: whole(0),
  core: unchecked,
};

/**
 * KL(p(y|x, a) ‖ p(y|x, b)) for all ordered pairs of values a, b of an attribute: the model is asked about the same inputs with nothing changed but the attribute.
 *
 * It is an attribute flip, and **not counterfactual fairness**: what follows from the attribute in the world (income, history, housing) is left as it was, so a model that
 * gets the attribute from those passes this test.
 *
 * @param predictions by value of the attribute: a row of class probabilities for each input, or a plain array of the second of two classes' probability
 * @param options     as, threshold, level, replicates, seed, top, core
 *
 * Shapes      each value: inputs × classes, inputs in one order; or inputs · perInput: inputs
 * Units       nats
 * Edge cases  Infinity where `to` gives no probability to what `from` holds possible · a model that does not see the attribute gives exactly 0
 * Accuracy    each input as the library's `klDivergence` (or `logits.klDivergence`, which never stores the softmax) · the share's interval is Clopper and
 *             Pearson's, that of the mean a BCa bootstrap over inputs, which are taken as independent: of few inputs, a few of which move most, it is too short (95 %
 *             covered 91.8 % of 40 inputs whose divergences have skewness 2.9, and 95.1 % of 400)
 *
 * @throws {SurprisalError} ERR_EMPTY (fewer than two values) · ERR_KIND · ERR_SHAPE · ERR_DOMAIN (with row and column) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * attributeFlip({ female: [0.6, 0.7], male: [0.7, 0.7] })[0].changed.count; // 0
 */
export function attributeFlip(predictions: Readonly<Record<string, Predictions>>, options: FlipOptions = {}): Flip[] {
  checkOptions(options, RULES);
  const { as = 'probabilities', core } = options;
  const values = Object.keys(predictions ?? {});
  if (values.length < 2) throw argumentError('ERR_EMPTY', 'predictions', 'two values of the attribute or more', values.length);
  const sides = values.map((name) => {
    const rows = readRows(name, predictions[name] as Predictions, as);
    return { name, rows, shares: probabilitiesOf(rows, as, core) };
  });
  const first = sides[0] as Side;
  for (const { name, rows } of sides)
    if (rows.rows !== first.rows.rows || rows.cols !== first.rows.cols)
      throw argumentError(
        'ERR_SHAPE',
        name,
        `${first.rows.rows} × ${first.rows.cols}, as "${first.name}" has`,
        `${rows.rows} × ${rows.cols}`,
      );
  return sides.flatMap((from) => sides.filter((to) => to !== from).map((to) => flipOf(from, to, options)));
}

interface Side {
  readonly name: string;
  readonly rows: Rows;
  readonly shares: readonly Float64Array[];
}

function flipOf(from: Side, to: Side, { as, threshold, level = 0.95, replicates = 2000, seed = 1, top = 5, core }: FlipOptions): Flip {
  const perInput = as === 'logits' ? logits.klDivergence(from.rows, to.rows, { core }) : klDivergence(from.rows, to.rows, { core });
  const decide = decision(from.rows.cols, threshold);
  const sums = new BlockSums(['kl'], { block: 1, level, replicates, seed });
  let [count, infinite] = [0, 0];
  for (const [row, kl] of perInput.entries()) {
    sums.add({ kl });
    if (kl === Infinity) infinite++;
    if (decide(from.shares[row] as Float64Array) !== decide(to.shares[row] as Float64Array)) count++;
  }
  const mean = infinite > 0 ? { value: Infinity, interval: [NaN, Infinity] as const } : sums.mean('kl');
  const inputs = perInput.length;
  const before = meanOf(from.shares);
  return {
    from: from.name,
    to: to.name,
    perInput,
    kl: mean,
    infinite,
    changed: { count, share: count / inputs, interval: rateInterval(count, inputs, level) },
    change: meanOf(to.shares).map((share, i) => share - (before[i] as number)),
    largest: largestPlaces(perInput, 0, inputs, top).map((row) => ({ row, kl: perInput[row] as number })),
  };
}
