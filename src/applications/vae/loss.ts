/** The regulariser of a variational autoencoder, with its gradient: β, a capacity, free bits. */
import type { Core, Floats } from '../../index.js';
import { argumentError, checkBeside, checkNames, checkNumber, checkOption, oneOf, optionError } from '../input/options.js';
import { checkApart, checkOutNames, roomFor } from '../input/room.js';
import { sumOf } from '../statistics/sum.js';
import { checkFinite, type EncoderOutputs, eachBlock, meanPerDimension, type PosteriorRows, readPosterior } from './posterior.js';

export interface RegulariserOptions {
  /** Weight of the whole term; 1 when left out. With `capacity` it is the γ of the annealed objective. */
  readonly beta?: number | undefined;
  /** C in β·|KL − C|, in nats: the total that is aimed at. */
  readonly capacity?: number | undefined;
  /** λ in nats: a dimension or group costs at least that much, and is left alone below it. */
  readonly freeBits?: number | undefined;
  /** What `freeBits` is held against: the mean over the batch of each dimension (`batch`, the usual reading), or every sample's own (`sample`). Beside `freeBits` alone. */
  readonly freeBitsOver?: 'batch' | 'sample' | undefined;
  /** Group of each dimension, 0, 1, …: λ then holds for a group's sum. Every dimension is a group of its own when left out. */
  readonly groups?: readonly number[] | undefined;
  /**
   * Receive the gradients, as large as the mean and of its type: Float32Array where both parameters are of single floats, else Float64Array. Each may be the very array of its parameter;
   * memory that is shared in another way is refused.
   */
  readonly out?: { readonly mean: Floats; readonly logVariance: Floats } | undefined;
  readonly core?: Core | undefined;
}

export interface Regulariser {
  /** What is added to the reconstruction loss: in nats, summed over dimensions, mean over the batch. */
  readonly loss: number;
  /** The KL divergence itself: summed over dimensions, mean over the batch. */
  readonly rate: number;
  /** Mean over the batch, a dimension each: they add up to the rate. */
  readonly perDimension: Float64Array;
  /** Derivatives of the loss, samples × dimensions each: `out`, or new arrays like it. */
  readonly gradient: { readonly mean: Floats; readonly logVariance: Floats };
}

const OPTIONS = ['beta', 'capacity', 'freeBits', 'freeBitsOver', 'groups', 'out', 'core'];

/**
 * The KL regulariser of a VAE with diagonal posteriors and prior N(0, I): β·R, with R = meanₙ Σ_d KL(q(z_d|xₙ) ‖ N(0, 1)); with a capacity β·|R − C|; with
 * free bits the part Σ_g max(λ, R_g) takes the place of R.
 *
 * @param posterior mean and logVariance: samples × dimensions, not modified
 * @param options   beta, capacity, freeBits, freeBitsOver, groups, out, core
 *
 * Shapes      mean, logVariance: N × D · perDimension: D · gradients: N × D, row-major
 * Units       nats; **summed over dimensions, mean over the batch**: a mean over dimensions instead would be D times smaller, and β would mean another thing
 * Edge cases  at R = C and at R_g = λ the loss has a corner: the gradient there is 0 · β = 0: nothing, also of an infinite R · capacity and freeBits do not go
 *             together · a sum over the batch beyond the floats is Infinity, though its mean may not be: of means from about 1e154/√N on
 * Accuracy    R: relative error ≤ 32·2⁻⁵³ in f64, 2⁻²⁰ for f32 input; gradients μ/N and (e^ℓ − 1)/2N: 32·2⁻⁵³, in the type of the input
 * Source      D. Kingma, M. Welling, ICLR 2014; I. Higgins et al., ICLR 2017 (β); C. Burgess et al., 2018 (capacity); D. Kingma et al., NIPS 2016 (free bits)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_OUT · ERR_OPTION
 * @example
 * regulariser({ mean: matrix([1, 0], 1, 2), logVariance: matrix([0, 0], 1, 2) }, { beta: 4 }); // { loss: 2, rate: 0.5, … }
 */
export function regulariser(outputs: EncoderOutputs, options: RegulariserOptions = {}): Regulariser {
  const posterior = readPosterior(outputs);
  const { beta, lambda, capacity, over, groups } = checked(options, posterior.mean.cols);
  const { rows, cols } = posterior.mean;
  const room = (name: 'mean' | 'logVariance') => roomFor(`out.${name}`, options.out?.[name], { ...posterior }, rows * cols, name);
  const gradient = { mean: room('mean'), logVariance: room('logVariance') };
  checkApart('out.logVariance', gradient.logVariance, 'out.mean', gradient.mean);
  checkFinite(posterior, options.core);
  const by = beta / rows;
  const loss = (total: number) => times(total, beta);
  const groupOf = Int32Array.from(groups ?? Array(cols).keys());
  if (lambda !== undefined && over === 'sample') {
    const perDimension = meanPerDimension(posterior, options.core);
    const total = bySample(posterior, lambda, groupOf, by, gradient, options.core);
    return { loss: loss(total), rate: sumOf(perDimension), perDimension, gradient };
  }
  const perDimension = meanPerDimension(posterior, options.core, { by, ...gradient });
  const rate = sumOf(perDimension);
  if (lambda === undefined) {
    const sign = capacity === undefined ? 1 : Math.sign(rate - capacity);
    scale(gradient, new Float64Array(cols).fill(times(sign, Math.sign(beta))));
    return { loss: loss(capacity === undefined ? rate : Math.abs(rate - capacity)), rate, perDimension, gradient };
  }
  const sums = roomForGroups(groupOf);
  addGroups(perDimension, 0, groupOf, sums);
  const factors = Float64Array.from(groupOf, (group) => ((sums[group] as number) > lambda ? Math.sign(beta) : 0));
  scale(gradient, factors);
  return { loss: loss(sumOf(sums.map((x) => Math.max(lambda, x)))), rate, perDimension, gradient };
}

const roomForGroups = (groupOf: Int32Array): Float64Array => new Float64Array(1 + groupOf.reduce((most, group) => Math.max(most, group)));

/** The mean over samples of Σ_g max(λ, their own KL of the group); and its gradient, times `by`·N. */
function bySample(
  posterior: PosteriorRows,
  lambda: number,
  groupOf: Int32Array,
  by: number,
  gradient: Regulariser['gradient'],
  core: Core | undefined,
): number {
  const { data: means, rows, cols } = posterior.mean;
  const totals = new Float64Array(rows);
  const sums = roomForGroups(groupOf);
  eachBlock(posterior, core, (kl, slopes, first, count) => {
    for (let r = 0; r < count; r++) {
      addGroups(kl, r * cols, groupOf, sums);
      for (let d = 0, from = r * cols, to = (first + r) * cols; d < cols; d++, from++, to++) {
        const factor = (sums[groupOf[d] as number] as number) > lambda ? by : 0;
        gradient.mean[to] = times(means[to] as number, factor);
        gradient.logVariance[to] = times(slopes[from] as number, factor);
      }
      for (let g = 0; g < sums.length; g++) sums[g] = Math.max(lambda, sums[g] as number);
      totals[first + r] = sumOf(sums);
    }
  });
  return sumOf(totals) / rows;
}

/** Sums of each group's dimensions, from `at` on. */
function addGroups(kl: Float64Array, at: number, groupOf: Int32Array, sums: Float64Array): void {
  sums.fill(0);
  for (let d = 0; d < groupOf.length; d++) {
    const group = groupOf[d] as number;
    sums[group] = (sums[group] as number) + (kl[at + d] as number);
  }
}

/** What counts for nothing is 0 where it is infinite too. */
const times = (slope: number, factor: number): number => (factor === 0 ? 0 : slope * factor);

/** Multiplies the gradients, in place, by a factor for each dimension: −1, 0 or 1. */
function scale({ mean, logVariance }: Regulariser['gradient'], factors: Float64Array): void {
  if (factors.every((factor) => factor === 1)) return;
  for (let i = 0; i < mean.length; ) {
    for (let d = 0; d < factors.length; d++, i++) {
      mean[i] = times(mean[i] as number, factors[d] as number);
      logVariance[i] = times(logVariance[i] as number, factors[d] as number);
    }
  }
}

function checked(options: RegulariserOptions, cols: number) {
  checkNames(options, OPTIONS);
  checkOutNames(options.out, ['mean', 'logVariance']);
  const { beta = 1, capacity, freeBits: lambda, freeBitsOver: over = 'batch', groups } = options;
  const natural = (name: string, value: number | undefined) => {
    if (value !== undefined) checkNumber(name, value, 'a finite number ≥ 0', (x) => x >= 0);
  };
  natural('beta', beta);
  natural('capacity', capacity);
  natural('freeBits', lambda);
  checkOption('freeBitsOver', over, oneOf('batch', 'sample'));
  if (capacity !== undefined && lambda !== undefined) throw optionError('capacity', capacity, 'to stand without freeBits');
  checkBeside(options, 'freeBitsOver', 'freeBits', lambda !== undefined);
  checkBeside(options, 'groups', 'freeBits', lambda !== undefined);
  if (groups !== undefined) {
    if (!Array.isArray(groups) && !ArrayBuffer.isView(groups))
      throw argumentError('ERR_KIND', 'groups', `${cols} numbers, one a dimension`, groups);
    if (groups.length !== cols) throw argumentError('ERR_SHAPE', 'groups', `${cols} numbers, one a dimension`, groups.length);
    for (const [column, value] of groups.entries())
      if (!(Number.isSafeInteger(value) && value >= 0 && value < cols))
        throw argumentError('ERR_DOMAIN', 'groups', `a whole number from 0 to ${cols - 1}`, value, { column });
  }
  // Numbers that no dimension has are no groups: they would each add λ.
  const used = [...new Set(groups)];
  return { beta, capacity, lambda, over, groups: groups?.map((group) => used.indexOf(group)) };
}
