/** The regulariser of a variational autoencoder, with its gradient: β, a capacity, free bits. */
import { type Core, type Floats, gaussian } from '../../index.js';
import { argumentError, checkBeside, checkNames, checkNumber, checkOption, oneOf, optionError } from '../input/options.js';
import { roomFor, sliceRows } from '../input/tensor.js';
import { sumOf } from '../statistics/sum.js';
import { type EncoderOutputs, eachBlock, meanPerDimension, type PosteriorRows, readPosterior, rowsOfBlock } from './posterior.js';

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
  /** Receive the gradients, as large as the mean and of its type: Float32Array where both parameters are of single floats, else Float64Array. */
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
 * Edge cases  at R = C and at R_g = λ the loss has a corner: the gradient there is 0 · capacity and freeBits do not go together
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
  const room = (name: 'mean' | 'logVariance') =>
    roomFor(`out.${name}`, options.out?.[name], [posterior.mean, posterior.logVariance], rows * cols);
  const gradient = { mean: room('mean'), logVariance: room('logVariance') };
  // It looks through every entry: nothing fails after it.
  const perDimension = meanPerDimension(posterior, options.core);
  const rate = sumOf(perDimension);
  const count = groups === undefined ? cols : 1 + groups.reduce((most, group) => Math.max(most, group));
  const groupOf = (d: number) => groups?.[d] ?? d;
  const factors = new Float64Array(cols);
  const kept = (ofGroup: Float64Array, least: number) => {
    for (let d = 0; d < cols; d++) factors[d] = (ofGroup[groupOf(d)] as number) > least ? beta / rows : 0;
  };
  const allBy = (from: number, to: number) => scale(gradient, from, to, factors);
  if (lambda === undefined) {
    const loss = beta * (capacity === undefined ? rate : Math.abs(rate - capacity));
    factors.fill((beta * (capacity === undefined ? 1 : Math.sign(rate - capacity))) / rows);
    slopes(posterior, gradient, options.core, allBy);
    return { loss, rate, perDimension, gradient };
  }
  if (over === 'batch') {
    const ofGroup = groupSums(perDimension, 0, cols, count, groupOf);
    const loss = beta * sumOf(ofGroup.map((x) => Math.max(lambda, x)));
    kept(ofGroup, lambda);
    slopes(posterior, gradient, options.core, allBy);
    return { loss, rate, perDimension, gradient };
  }
  const totals = new Float64Array(rows);
  slopes(posterior, gradient, options.core, () => {});
  eachBlock(posterior, options.core, (kl, first, some) => {
    for (let r = 0; r < some; r++) {
      const ofGroup = groupSums(kl, r * cols, cols, count, groupOf);
      totals[first + r] = sumOf(ofGroup.map((x) => Math.max(lambda, x)));
      kept(ofGroup, lambda);
      allBy(first + r, first + r + 1);
    }
  });
  return { loss: (beta * sumOf(totals)) / rows, rate, perDimension, gradient };
}

function groupSums(kl: Float64Array, at: number, cols: number, count: number, groupOf: (d: number) => number): Float64Array {
  const sums = new Float64Array(count);
  for (let d = 0; d < cols; d++) sums[groupOf(d)] = (sums[groupOf(d)] as number) + (kl[at + d] as number);
  return sums;
}

/** Derivatives of each sample's divergence, block by block; `use` is told which rows stand there, while they are near. */
function slopes(
  { mean, logVariance }: PosteriorRows,
  gradient: Regulariser['gradient'],
  core: Core | undefined,
  use: (from: number, to: number) => void,
): void {
  const { rows, cols } = mean;
  const step = rowsOfBlock(cols);
  const value = new Float64Array(step);
  for (let first = 0; first < rows; first += step) {
    const end = Math.min(rows, first + step);
    const [m, l] = [sliceRows(mean, first, end - first), sliceRows(logVariance, first, end - first)];
    const part = (whole: Floats) => whole.subarray(first * cols, end * cols);
    const out = { value, gradient: { 'p.mean': part(gradient.mean), 'p.logVariance': part(gradient.logVariance) } };
    gaussian.klDivergenceWithGradient({ mean: m, logVariance: l }, gaussian.standard, { core, out });
    use(first, end);
  }
}

/** Multiplies rows of the gradients, in place, by a factor for each dimension. */
function scale({ mean, logVariance }: Regulariser['gradient'], from: number, to: number, factors: Float64Array): void {
  const cols = factors.length;
  for (let row = from, i = from * cols; row < to; row++) {
    for (let d = 0; d < cols; d++, i++) {
      const by = factors[d] as number;
      mean[i] = (mean[i] as number) * by;
      logVariance[i] = (logVariance[i] as number) * by;
    }
  }
}

function checked(options: RegulariserOptions, cols: number) {
  checkNames(options, OPTIONS);
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
    if (groups.length !== cols) throw argumentError('ERR_SHAPE', 'groups', `${cols} numbers, one a dimension`, groups.length);
    for (const [column, value] of groups.entries())
      if (!(Number.isSafeInteger(value) && value >= 0 && value < cols))
        throw argumentError('ERR_DOMAIN', 'groups', `a whole number from 0 to ${cols - 1}`, value, { column });
  }
  // Numbers that no dimension has are no groups: they would each add λ.
  const used = [...new Set(groups)];
  return { beta, capacity, lambda, over, groups: groups?.map((group) => used.indexOf(group)) };
}
