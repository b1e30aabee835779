/** How much an ensemble disagrees about each candidate, and what its label would tell. */
import { entropy, klDivergence, type Matrix, matrix, multiwayJensenShannonDivergence } from '../../index.js';
import { argumentError, checkOptions, unchecked } from '../input/options.js';
import {
  type Block,
  type Checked,
  checkEnsemble,
  ENSEMBLE_RULES,
  type EnsembleLike,
  type EnsembleOptions,
  eachBlock,
  eachGiven,
  inEnsemble,
  repeatRows,
} from './ensemble.js';

/**
 * BALD: the mutual information between a candidate's label and which member is right, Σ_m w_m·KL(p_m ‖ p̄) with p̄ = Σ_m w_m·p_m. It is the same number as
 * the entropy of the mean less the mean of the entropies, as the expected information gain about the member, and as the weighted Jensen–Shannon
 * divergence of the members: one function for all these names.
 *
 * @param ensemble candidates × members × classes, not modified
 * @param options  as, weights, core
 * @returns        a number a candidate
 *
 * Units       nats; from 0 (all members agree) to min(log classes, entropy of the weights)
 * Edge cases  equal members give exactly 0 · never negative, as differences of entropies are when members nearly agree
 * Accuracy    relative error ≤ 64·2⁻⁵³ for probabilities (2⁻¹⁹ for those in f32); for logits the softmax is rounded first, which moves it by 8·2⁻⁵³·√BALD at most
 * Source      N. Houlsby et al., 2011; Y. Gal et al., ICML 2017
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row = candidate, column and value) · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * bald({ data: Float64Array.of(1, 0, 0, 1), shape: [1, 2, 2] }); // [log 2]: the members are sure, of different things
 */
export function bald(ensemble: EnsembleLike, options: EnsembleOptions = {}): Float64Array {
  const checked = checkEnsemble('ensemble', ensemble, options);
  const { rows, shape } = checked.ensemble;
  if (checked.as === 'probabilities') return gains(rows, 0, checked);
  const found = new Float64Array(shape[0]);
  eachGiven(checked, ({ given, first, candidates }) => {
    found.set(gains({ ...given, lead: [candidates, shape[1]] }, first, checked), first);
  });
  return found;
}

/** @param rows of candidates from `first` on, with the sizes [candidates, members] that were folded into rows */
function gains(rows: Matrix, first: number, { argument, weights, core }: Checked): Float64Array {
  return inEnsemble(() => multiwayJensenShannonDivergence(rows, { weights, core }), argument, first, weights.length);
}

/** KL(p_m ‖ p̄) of every member of the block. */
function consensusKl({ given, consensus }: Block, { core, ensemble: { shape } }: Checked): Float64Array {
  return klDivergence(given, matrix(repeatRows(consensus, shape[2], shape[1]), given.rows, given.cols), { core });
}

export interface CommitteeScores {
  /** See {@link bald}. */
  readonly informationGain: Float64Array;
  /** Entropy of the mean prediction, of a committee its consensus entropy: what is uncertain, for whatever reason. */
  readonly predictiveEntropy: Float64Array;
  /** Mean entropy of the members: what stays uncertain when the right member is known. */
  readonly expectedEntropy: Float64Array;
  /** max_m KL(p_m ‖ p̄): the member that disagrees most. */
  readonly maxConsensusKl: Float64Array;
  /** Entropy of the votes, a member's most likely class being its vote (ties go to the first). */
  readonly voteEntropy: Float64Array;
}

/**
 * Query by committee: every usual disagreement of the members, in one pass.
 *
 * Units, errors: as {@link bald}.
 * Accuracy    informationGain as {@link bald}; entropies 32·2⁻⁵³ relative; maxConsensusKl 64·2⁻⁵³·(1 + 1/√value) relative: it is of the consensus as rounded
 */
export function committeeScores(ensemble: EnsembleLike, options: EnsembleOptions = {}): CommitteeScores {
  return committee(checkEnsemble('ensemble', ensemble, options));
}

function committee(checked: Checked): CommitteeScores {
  const [candidates, members, classes] = checked.ensemble.shape;
  const { weights, core } = checked;
  const make = () => new Float64Array(candidates);
  const scores = {
    informationGain: make(),
    predictiveEntropy: make(),
    expectedEntropy: make(),
    maxConsensusKl: make(),
    voteEntropy: make(),
  };
  eachBlock(checked, (block) => {
    const own = entropies(block, checked);
    const kl = consensusKl(block, checked);
    scores.informationGain.set(gains({ ...block.given, lead: [block.candidates, members] }, block.first, checked), block.first);
    const mean = entropy(matrix(block.consensus, block.candidates, classes), { core });
    const votes = entropy(matrix(votesOf(block, weights, classes), block.candidates, classes), { core });
    for (let c = 0; c < block.candidates; c++) {
      const at = block.first + c;
      scores.predictiveEntropy[at] = mean[c] as number;
      scores.voteEntropy[at] = votes[c] as number;
      for (let m = 0, i = c * members; m < members; m++, i++) {
        const weight = weights[m] as number;
        if (weight === 0) continue;
        scores.expectedEntropy[at] = (scores.expectedEntropy[at] as number) + weight * (own[i] as number);
        scores.maxConsensusKl[at] = Math.max(scores.maxConsensusKl[at] as number, kl[i] as number);
      }
    }
  });
  return scores;
}

/** Entropy of every member of the block; refuses rows that are no distribution before anything is made of them. */
function entropies({ given, first }: Pick<Block, 'given' | 'first'>, { argument, weights, core }: Checked): Float64Array {
  return inEnsemble(() => entropy(given, { core }), argument, first, weights.length);
}

function votesOf({ scaled, candidates }: Block, weights: Float64Array, classes: number): Float64Array {
  const votes = new Float64Array(candidates * classes);
  const members = weights.length;
  for (let row = 0; row < candidates * members; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if ((scaled[row * classes + k] as number) > (scaled[row * classes + best] as number)) best = k;
    const to = Math.floor(row / members) * classes + best;
    votes[to] = (votes[to] as number) + (weights[row % members] as number);
  }
  return votes;
}

export interface LabelEffectOptions extends EnsembleOptions {
  /** Predictions of the same members on other inputs, whose change is what counts (EPIG); the candidate's own when left out. */
  readonly targets?: EnsembleLike | undefined;
}

/**
 * The expected KL divergence of the *predictive distribution* after a candidate's label from before it: Σ_y p̄(y|x)·KL(p̄(·|t, y) ‖ p̄(·|t)), where the
 * label reweights members by p_m(y|x). On the candidate itself (t = x) that is what its own prediction would learn; over a target set, the mean
 * over t, it is the expected predictive information gain, which does not chase candidates that nobody will ask about.
 *
 * @param ensemble candidates × members × classes, not modified
 * @param options  targets (other inputs × the same members × their classes), as, weights, core
 * @returns        a number a candidate
 *
 * Units       nats; at most {@link bald}: what a label tells about predictions comes by way of the members
 * Edge cases  equal members give exactly 0
 * Accuracy    error ≤ 64·2⁻⁵³·(value + √value) + 64·2⁻¹⁰⁶: below 1e-31 what members differ by is the rounding of their consensus
 * Source      F. Bickford Smith et al., AISTATS 2023 (EPIG)
 *
 * @throws {SurprisalError} as {@link bald} · ERR_SHAPE where the targets have other members
 * @example
 * expectedLabelEffect(pool, { targets });
 */
export function expectedLabelEffect(ensemble: EnsembleLike, options: LabelEffectOptions = {}): Float64Array {
  checkOptions(options, { ...ENSEMBLE_RULES, targets: unchecked });
  const { targets, ...common } = options;
  const checked = checkEnsemble('ensemble', ensemble, common);
  const [candidates, members, classes] = checked.ensemble.shape;
  const scores = new Float64Array(candidates);
  if (targets === undefined) {
    eachBlock(checked, (block) => {
      entropies(block, checked);
      addEffects(block, block, classes, checked, (c) => c, scores);
    });
    return scores;
  }
  const others = checkEnsemble('targets', targets, common);
  const [targetCount, targetMembers, targetClasses] = others.ensemble.shape;
  if (targetMembers !== members) throw argumentError('ERR_SHAPE', 'targets', `${members} members, as "ensemble" has`, targetMembers);
  eachGiven(checked, (block) => entropies(block, checked));
  eachBlock(others, (target) => {
    entropies(target, others);
    eachBlock(checked, (block) => {
      for (let t = 0; t < target.candidates; t++) addEffects(block, target, targetClasses, checked, () => t, scores);
    });
  });
  return scores.map((sum) => sum / targetCount);
}

/** Adds what each candidate's label would do to the prediction on the target that goes with it. */
function addEffects(
  block: Block,
  target: Block,
  width: number,
  checked: Checked,
  targetOf: (c: number) => number,
  scores: Float64Array,
): void {
  const { weights, core } = checked;
  const members = weights.length;
  const classes = checked.ensemble.shape[2];
  const before = new Float64Array(block.candidates * classes * width);
  const after = new Float64Array(before.length);
  for (let c = 0, row = 0; c < block.candidates; c++) {
    const t = targetOf(c);
    const mean = target.consensus.subarray(t * width, (t + 1) * width);
    for (let y = 0; y < classes; y++, row++) {
      before.set(mean, row * width);
      const marginal = block.consensus[c * classes + y] as number;
      if (marginal === 0) {
        after.set(mean, row * width);
        continue;
      }
      // p̄(·|t, y) = p̄ + Σ w_m·(p_m(y)/p̄(y) − 1)·p_m: members that agree about y leave p̄ bit by bit.
      after.set(mean, row * width);
      for (let m = 0; m < members; m++) {
        const own = block.scaled[(c * members + m) * classes + y] as number;
        const pull = ((weights[m] as number) * (own - marginal)) / marginal;
        if (pull === 0) continue;
        for (let k = 0; k < width; k++)
          after[row * width + k] = (after[row * width + k] as number) + pull * (target.scaled[(t * members + m) * width + k] as number);
      }
      for (let k = row * width; k < (row + 1) * width; k++) if ((after[k] as number) < 0) after[k] = 0;
    }
  }
  const rows = block.candidates * classes;
  const kl = klDivergence(matrix(after, rows, width), matrix(before, rows, width), { core });
  for (let c = 0; c < block.candidates; c++) {
    let mass = 0;
    let sum = 0;
    for (let y = 0; y < classes; y++) {
      const marginal = block.consensus[c * classes + y] as number;
      mass += marginal;
      sum += marginal * (kl[c * classes + y] as number);
    }
    scores[block.first + c] = (scores[block.first + c] as number) + sum / mass;
  }
}
