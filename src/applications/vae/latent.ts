/** What a trained encoder's latent space is like: which dimensions say something, and whether the whole resembles the prior. */
import { type Core, gaussian, logits, matrix } from '../../index.js';
import {
  argumentError,
  checkList,
  checkNumber,
  checkObject,
  checkOptions,
  type OptionRules,
  positive,
  unchecked,
  whole,
} from '../input/options.js';
import { Random } from '../statistics/random.js';
import { meanOf, sumOf } from '../statistics/sum.js';
import { momentsOf } from './moments.js';
import { checkFinite, type EncoderOutputs, meanPerDimension, type PosteriorRows, readPosterior } from './posterior.js';

export interface LatentOptions {
  /** A dimension is active where the variance of its mean over the samples is above this; 0.01 when left out. */
  readonly activeAbove?: number | undefined;
  /** q(z) is said to be unlike the prior where it is further than this from N(0, I), in nats; 1 when left out. */
  readonly unlikeAbove?: number | undefined;
  /** Draws from q(z) behind the estimates; 1000 when left out. The work is draws × samples × dimensions. */
  readonly draws?: number | undefined;
  readonly seed?: number | undefined;
  readonly core?: Core | undefined;
}

/** A mean over draws, and its standard error. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

export interface LatentReport {
  readonly samples: number;
  readonly dimensions: number;
  /** KL(q(z|x) ‖ N(0, I)): summed over dimensions, mean over samples; what the code costs, in nats. */
  readonly rate: number;
  readonly perDimension: Float64Array;
  /** Variance over the samples of each dimension's mean. */
  readonly meanVariance: Float64Array;
  /** Dimensions whose mean moves with the input; the others are dead. */
  readonly active: readonly number[];
  readonly dead: readonly number[];
  /** KL(q(z) ‖ N(0, I)) of the aggregate q(z) = meanₙ q(z|xₙ): at least this, by its mean and covariance alone. */
  readonly aggregateAtLeast: number;
  /** The same, estimated. */
  readonly aggregate: Estimate;
  /** I(x; z) under the encoder, estimated; at most log N, and not to be trusted near that. */
  readonly mutualInformation: Estimate;
  /** KL(q(z) ‖ Π q(z_d)), estimated: how far the dimensions are from independent. */
  readonly totalCorrelation: Estimate;
  readonly seed: number;
  readonly collapse: 'none' | 'partial' | 'whole';
  readonly unlikePrior: boolean;
  /** Both verdicts in words. */
  readonly verdicts: readonly [collapse: string, prior: string];
}

const RULES: OptionRules = { activeAbove: positive, unlikeAbove: positive, draws: whole(2), seed: whole(0), core: unchecked };
/** Entries of a block of draws × samples. */
const BLOCK_ENTRIES = 2 ** 18;
const HALF_LOG_2PI = 0.9189385332046728;

/**
 * Both ways in which a VAE fails. As β grows the posterior collapses onto the prior: dimensions die, the rate goes to 0, the decoder learns nothing from z.
 * As β goes to 0 the aggregate q(z) leaves the prior: reconstructions are good, and draws from N(0, I) land where no input ever was.
 *
 * @param posterior mean and logVariance: samples × dimensions, not modified
 * @param options   activeAbove, unlikeAbove, draws, seed, core
 *
 * Shapes      mean, logVariance: N × D
 * Units       nats
 * Edge cases  one sample: variances are 0 and every dimension is dead · estimates depend on the seed, which the report repeats · as β → 0 log-variances fall
 *             without end, and the aggregate's distance grows by half of each; down to −1400 it is told, for fewer samples than dimensions too
 * Accuracy    rate, perDimension: 32·2⁻⁵³ relative in f64. aggregateAtLeast, D, has its factor beside 1, and near the prior is right to about 100·2⁻⁵³/√D, relatively: 200 × 2
 *             parameters of 1e-2 (D = 4.6e-7) leave 8e-12, of 1e-4 2e-9. The estimates carry standard errors. rate = mutualInformation + aggregate in
 *             expectation. Where more means than dimensions depend on each other linearly, what is left across them is rounding, which counts as a deviation
 *             of at most 16·2⁻⁵³ of the means: aggregateAtLeast then is off by 1e-5 nats at log-variance −60, and from −70 on stays behind the truth
 * Source      Y. Burda et al., ICLR 2016 (active units); M. Hoffman, M. Johnson, 2016 (the split of the rate); R. Chen et al., NeurIPS 2018 (total correlation)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value; also means beyond ±1e150, log-variances outside −1400 … 690) · ERR_OPTION
 * @example
 * latentReport({ mean, logVariance }).verdicts; // ['7 of 8 dimensions are dead …', 'q(z) is about 0.0200 nats from N(0, I) …']
 */
export function latentReport(outputs: EncoderOutputs, options: LatentOptions = {}): LatentReport {
  const posterior = readPosterior(outputs);
  checkOptions(options, RULES);
  const { activeAbove = 0.01, unlikeAbove = 1, draws = 1000, seed = 1, core } = options;
  const { rows: samples, cols: dimensions } = posterior.mean;
  checkFinite(posterior, core);
  const perDimension = meanPerDimension(posterior, core);
  checkRange(posterior);
  const { mean, meanVariance, cholesky } = momentsOf(posterior);
  const all = Array.from(meanVariance.keys());
  const active = all.filter((d) => (meanVariance[d] as number) > activeAbove);
  const dead = all.filter((d) => !active.includes(d));
  const rate = sumOf(perDimension);
  const estimates = estimate(posterior, draws, new Random(seed), core);
  const aggregateAtLeast = gaussian.klDivergence({ mean, cholesky }, gaussian.standard, { core });
  const unlikePrior = Math.max(aggregateAtLeast, estimates.aggregate.value) > unlikeAbove;
  const collapse = active.length === 0 ? 'whole' : dead.length > 0 ? 'partial' : 'none';
  return {
    samples,
    dimensions,
    rate,
    perDimension,
    meanVariance,
    active,
    dead,
    aggregateAtLeast,
    ...estimates,
    seed,
    collapse,
    unlikePrior,
    verdicts: [collapseInWords(dead, dimensions, rate), priorInWords(Math.max(aggregateAtLeast, estimates.aggregate.value), unlikePrior)],
  };
}

/** Outside of these the moments of q(z) or its standard deviations are no floats. */
const LARGEST_MEAN = 1e150;
const LOG_VARIANCES = [-1400, 690] as const;

function checkRange({ mean, logVariance }: PosteriorRows): void {
  const check = (argument: string, { data, cols }: PosteriorRows['mean'], least: number, most: number) => {
    const at = data.findIndex((value) => !(value >= least && value <= most));
    if (at < 0) return;
    const place = { row: Math.floor(at / cols), column: at % cols };
    throw argumentError('ERR_DOMAIN', argument, `a number from ${least} to ${most}`, data[at], place);
  };
  check('mean', mean, -LARGEST_MEAN, LARGEST_MEAN);
  check('logVariance', logVariance, ...LOG_VARIANCES);
}

function collapseInWords(dead: readonly number[], dimensions: number, rate: number): string {
  const nats = `the code carries ${rate.toPrecision(3)} nats`;
  if (dead.length === 0) return `no dimension is dead: ${nats}`;
  if (dead.length === dimensions) return `posterior collapse: every dimension is dead, ${nats}, and the decoder cannot learn from z`;
  return `${dead.length} of ${dimensions} dimensions ${dead.length === 1 ? 'is' : 'are'} dead (${dead.join(', ')}): ${nats}`;
}

function priorInWords(distance: number, unlike: boolean): string {
  const far = `q(z) is about ${distance.toPrecision(3)} nats from N(0, I)`;
  return unlike
    ? `${far}: draws from the prior land where no input is, and are not to be trusted`
    : `${far}: draws from the prior look like codes`;
}

/** Draws z from q(z) and weighs log q(z|x), log q(z), Σ log q(z_d) and log p(z) there. */
function estimate({ mean, logVariance }: PosteriorRows, draws: number, random: Random, core: Core | undefined) {
  const { rows, cols } = mean;
  const logRows = Math.log(rows);
  const [mutual, aggregate, correlation] = [new Float64Array(draws), new Float64Array(draws), new Float64Array(draws)];
  const step = Math.max(1, Math.floor(BLOCK_ENTRIES / rows));
  const sources = new Int32Array(step);
  const noise = new Float64Array(step * cols);
  for (let first = 0; first < draws; first += step) {
    const count = Math.min(step, draws - first);
    const joint = new Float64Array(count * rows);
    const own = new Float64Array(count);
    const prior = new Float64Array(count);
    for (let k = 0; k < count; k++) {
      const from = random.below(rows);
      sources[k] = from;
      for (let d = 0; d < cols; d++) {
        const logVarianceHere = logVariance.data[from * cols + d] as number;
        const step = Math.exp(logVarianceHere / 2) * random.normal();
        noise[k * cols + d] = step;
        prior[k] = (prior[k] as number) - HALF_LOG_2PI - ((mean.data[from * cols + d] as number) + step) ** 2 / 2;
        own[k] = (own[k] as number) + logDensity(step, logVarianceHere);
      }
    }
    const marginals = new Float64Array(count);
    const single = new Float64Array(count * rows);
    for (let d = 0; d < cols; d++) {
      for (let k = 0, i = 0; k < count; k++) {
        const [center, step] = [mean.data[(sources[k] as number) * cols + d] as number, noise[k * cols + d] as number];
        for (let n = 0; n < rows; n++, i++) {
          // From the difference of the means: z itself has lost the digits of noise that is small beside them.
          const density = logDensity(center - (mean.data[n * cols + d] as number) + step, logVariance.data[n * cols + d] as number);
          single[i] = density;
          joint[i] = (joint[i] as number) + density;
        }
      }
      const ofDimension = logits.logSumExp(matrix(single, count, rows), { core });
      for (let k = 0; k < count; k++) marginals[k] = (marginals[k] as number) + (ofDimension[k] as number) - logRows;
    }
    const whole = logits.logSumExp(matrix(joint, count, rows), { core });
    for (let k = 0; k < count; k++) {
      const logQ = (whole[k] as number) - logRows;
      mutual[first + k] = (own[k] as number) - logQ;
      aggregate[first + k] = logQ - (prior[k] as number);
      correlation[first + k] = logQ - (marginals[k] as number);
    }
  }
  return { aggregate: summary(aggregate), mutualInformation: summary(mutual), totalCorrelation: summary(correlation) };
}

/** Of a Gaussian, this far from its mean; the quotient by σ is squared, so that small variances have no reciprocal that overflows. */
function logDensity(difference: number, logVariance: number): number {
  return -HALF_LOG_2PI - (logVariance + (difference * Math.exp(-logVariance / 2)) ** 2) / 2;
}

function summary(values: Float64Array): Estimate {
  const value = meanOf(values);
  const variance = sumOf(values.map((x) => (x - value) ** 2)) / (values.length - 1);
  return { value, standardError: Math.sqrt(variance / values.length) };
}

/** One model of a sweep over β. */
export interface RatePoint {
  readonly beta: number;
  readonly posterior: EncoderOutputs;
}

/**
 * The rate over β: a report for each model of a sweep, in the order of β.
 *
 * @throws {SurprisalError} as {@link latentReport}; ERR_DOMAIN for a β that is no finite number
 */
export function rateCurve(
  points: readonly RatePoint[],
  options: LatentOptions = {},
): readonly (LatentReport & { readonly beta: number })[] {
  checkList('points', points, 'an array of { beta, posterior }');
  for (const [i, point] of points.entries()) {
    checkObject(`points[${i}]`, point, '{ beta, posterior }');
    checkNumber(`points[${i}].beta`, point.beta);
  }
  return [...points].sort((a, b) => a.beta - b.beta).map(({ beta, posterior }) => ({ beta, ...latentReport(posterior, options) }));
}
