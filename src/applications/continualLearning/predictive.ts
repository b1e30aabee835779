/** What the quadratic stands for, where the model can be evaluated: the divergence between old and new predictions. */
import { type Core, klDivergence, logits, type Matrix } from '../../index.js';
import { relocated } from '../input/relocated.js';
import { type RowsLike, toMatrix, type Values } from '../input/tensor.js';
import { argumentError, checkObject, checkOptions, oneOf, unchecked } from '../input/options.js';
import { meanOf } from '../statistics/sum.js';
import { ewcPenalty, type Task } from './penalty.js';

export interface PredictiveOptions {
  /** What the outputs are; 'logits' when left out. */
  readonly as?: 'logits' | 'probabilities' | undefined;
  readonly core?: Core | undefined;
}

export interface PredictiveReport {
  /** Mean over inputs of KL(old predictive ‖ new predictive), exactly, in nats. */
  readonly exact: number;
  /** ½·δᵀFδ with F a mean over samples: its second-order approximation, diagonal alone. */
  readonly quadratic: number;
  /** quadratic / exact: far from 1, the spring pulls with another strength than the predictions change. NaN where both are 0. */
  readonly ratio: number;
  /** The divergence of each input. */
  readonly perInput: Float64Array;
}

/**
 * The exact KL divergence between the old model's predictions and the new one's, beside the quadratic form that EWC puts in its place.
 *
 * The KL that EWC stands for is between posteriors of *parameters* (a Gaussian around θ*); what the Fisher information gives is the curvature of the
 * KL between *predictions*. The two agree to second order for small steps and a full Fisher matrix; this says by how much they do not.
 *
 * @param outputs old and new: outputs of the model at θ* and at θ on the same inputs, inputs × classes
 * @param theta   the parameters now
 * @param task    the optimum, and the Fisher diagonal as a *mean* over the inputs
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row and column) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * predictiveReport({ old, new: now }, theta, task).ratio; // 0.98
 */
export function predictiveReport(
  outputs: { readonly old: RowsLike; readonly new: RowsLike },
  theta: Values,
  task: Task,
  options: PredictiveOptions = {},
): PredictiveReport {
  checkOptions(options, { as: oneOf('logits', 'probabilities'), core: unchecked });
  checkObject('outputs', outputs, '{ old, new }, rows each');
  const { core } = options;
  const [before, now] = [toMatrix('old', outputs.old), toMatrix('new', outputs.new)];
  const shape = ({ rows, cols }: Matrix) => `${rows} × ${cols}`;
  if (before.rows === 0 || before.cols === 0) throw argumentError('ERR_EMPTY', 'old', 'at least one row and one column', shape(before));
  if (shape(now) !== shape(before)) throw argumentError('ERR_SHAPE', 'new', `${shape(before)}, as "old"`, shape(now));
  const perInput = relocated(
    () => (options.as === 'probabilities' ? klDivergence(before, now, { core }) : logits.klDivergence(before, now, { core })),
    ({ argument, row, column }) => ({ argument: argument === 'p' || argument === 'a' ? 'old' : 'new', row, column }),
  );
  const exact = meanOf(perInput);
  const quadratic = ewcPenalty(theta, [task], 1).value;
  return { exact, quadratic, ratio: quadratic / exact, perInput };
}
