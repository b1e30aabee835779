/** Disparity as a term of a training loss: its value, and its gradient by the logits. */
import {
  type Core,
  type Floats,
  klDivergenceWithGradient,
  logits,
  type Matrix,
  matrix,
  multiwayJensenShannonDivergence,
} from '../../index.js';
import { checkOptions, oneOf, optionError, type OptionRules, unchecked } from '../input/options.js';
import { labelsRule, type Names, meanOf, readNames } from './groups.js';
import { isPlain, type Predictions, readRows } from './predictions.js';

export interface PenaltyOptions {
  /**
   * 'jensen-shannon' (the default): of the groups' mean predictions, each weighed as `weights` says; always finite. 'kl': the mean of KL over all ordered
   * pairs of groups.
   */
  readonly divergence?: 'jensen-shannon' | 'kl' | undefined;
  /** Of groups in 'jensen-shannon': by 'size' (the default), or 'equal'. */
  readonly weights?: 'size' | 'equal' | undefined;
  /** True labels: the penalty is taken among inputs of each label, and labels weigh by their inputs. */
  readonly labels?: Names | undefined;
  readonly core?: Core | undefined;
}

export interface DisparityPenalty {
  readonly value: number;
  /** By the logits; as they came, a plain array's as a column. */
  readonly gradient: Matrix & { readonly data: Floats };
}

const RULES: OptionRules = {
  divergence: oneOf('jensen-shannon', 'kl'),
  weights: oneOf('size', 'equal'),
  labels: labelsRule,
  core: unchecked,
};

/**
 * How far the groups' mean predictions are apart, with the gradient: add `weight · value` to a loss, and `weight · gradient` to its gradient.
 *
 * By size, the Jensen–Shannon divergence is the mutual information I(ŷ; group) of a class that is drawn from the prediction: 0 is demographic parity of mean predictions.
 * With `labels` it is I(ŷ; group | y), and 0 is equalised odds of them: inputs of a label that one group alone has count, with 0.
 *
 * @param z       logits: inputs × classes; or a plain array, of the second of two classes against the first
 * @param groups  a name for each input; any number of groups
 * @param options divergence, weights, labels, core
 *
 * Shapes      gradient: inputs × classes; a plain array's: inputs × 1
 * Units       nats, and nats a unit of logit
 * Edge cases  one group alone (a batch may have no other): 0, and so is the gradient · groups that agree: exactly 0 · −∞ masks a class: its gradient is 0 · 'kl' is Infinity where one
 *             group's mean has a 0 and another's has none, and its gradient leaves such a class alone
 * Accuracy    means within 8ε of themselves (ε = 2⁻⁵³; f32: as the softmax); value and gradient as the library's functions make them of those, held against 320 bits in
 *             test/applications/fairnessPenalty.test.ts
 * Source      mutual information as regulariser: T. Kamishima et al., ECML PKDD (2012), there of decisions and by an approximation
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row and column) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * disparityPenalty([1, -1], ['a', 'b']).gradient.data; // pushes the logits towards each other
 */
export function disparityPenalty(z: Predictions, groups: Names, options: PenaltyOptions = {}): DisparityPenalty {
  checkOptions(options, RULES);
  const { divergence, weights, labels, core } = options;
  if (divergence === 'kl' && weights !== undefined)
    throw optionError('weights', weights, "to be left out, but for divergence: 'jensen-shannon'");
  const source = readRows('z', z, 'logits');
  const { rows, cols } = source;
  const membership = readNames('groups', groups, rows);
  const strata = labels === undefined ? new Int32Array(rows) : readNames('labels', labels, rows).labels;
  const softmax = logits.softmax(source, { core }).data as Floats;
  const shares = Array.from({ length: rows }, (_, row) => Float64Array.from(softmax.subarray(row * cols, (row + 1) * cols)));
  const plain = isPlain(z);
  const width = plain ? 1 : cols;
  const gradient = source.data instanceof Float32Array ? new Float32Array(rows * width) : new Float64Array(rows * width);
  let value = 0;
  for (const stratum of new Set(strata)) {
    const members = membership.names
      .map((_, group) => shares.map((_row, i) => i).filter((i) => strata[i] === stratum && membership.labels[i] === group))
      .filter((own) => own.length > 0);
    if (members.length < 2) continue;
    const share = members.reduce((sum, own) => sum + own.length, 0) / rows;
    const means = members.map((own) => meanOf(own.map((i) => shares[i] as Float64Array)));
    const found = divergenceOf(
      means,
      members.map((own) => own.length),
      options,
    );
    value += share * found.value;
    for (const [g, own] of members.entries()) {
      const scale = share / own.length;
      for (const i of own) {
        const slopes = throughSoftmax(shares[i] as Float64Array, found.slopes[g] as Float64Array);
        for (let c = 0; c < width; c++) gradient[i * width + c] = scale * (slopes[plain ? 1 : c] as number);
      }
    }
  }
  return { value, gradient: matrix(gradient, rows, width) as DisparityPenalty['gradient'] };
}

/** A divergence of means with its slope by each mean, up to a constant for each, which the softmax takes off. */
interface Slopes {
  readonly value: number;
  readonly slopes: readonly Float64Array[];
}

function divergenceOf(means: readonly Float64Array[], sizes: readonly number[], options: PenaltyOptions): Slopes {
  return options.divergence === 'kl'
    ? overPairs(means, options.core)
    : jensenShannon(means, options.weights === 'equal' ? sizes.map(() => 1) : sizes, options.core);
}

/** ∂/∂mⱼ Σ π·KL(m ‖ m̄) is πⱼ·log(mⱼ/m̄): what m̄ adds cancels. */
function jensenShannon(means: readonly Float64Array[], sizes: readonly number[], core: Core | undefined): Slopes {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const weights = sizes.map((size) => size / total);
  // From the first: groups that agree are exactly in the middle.
  const middle = (means[0] as Float64Array).map((x, c) =>
    means.reduce((sum, mean, g) => sum + (weights[g] as number) * ((mean[c] as number) - x), x),
  );
  const value = multiwayJensenShannonDivergence([...means], { weights, core });
  const slopes = means.map((mean, g) => {
    const { p } = klDivergenceWithGradient(mean, middle, { withRespectTo: ['p'], core }).gradient;
    return p.map((slope) => (weights[g] as number) * slope) as Float64Array;
  });
  return { value, slopes };
}

function overPairs(means: readonly Float64Array[], core: Core | undefined): Slopes {
  const slopes = means.map((mean) => new Float64Array(mean.length));
  const weight = 1 / (means.length * (means.length - 1));
  let value = 0;
  for (const [a, from] of means.entries()) {
    for (const [b, to] of means.entries()) {
      if (a === b) continue;
      const found = klDivergenceWithGradient(from, to, { core });
      value += weight * found.value;
      for (const [side, slope] of [
        [a, found.gradient.p],
        [b, found.gradient.q],
      ] as const) {
        const own = slopes[side] as Float64Array;
        for (let c = 0; c < own.length; c++) own[c] = (own[c] as number) + weight * (slope[c] as number);
      }
    }
  }
  return { value, slopes };
}

/** (diag(v) − v·vᵀ)·s, v a softmax: s about its mean, times v. */
function throughSoftmax(v: Float64Array, s: Float64Array): Float64Array {
  let mean = 0;
  for (let c = 0; c < v.length; c++) if (v[c] !== 0) mean += (v[c] as number) * (s[c] as number);
  return v.map((share, c) => (share === 0 ? 0 : share * ((s[c] as number) - mean)));
}
