/** One observation of two Gaussians: divergences, the best test by priors and costs, and its errors. */
import { gaussian } from '../../index.js';
import { checkNames, checkOptions, openShare, optionError, unchecked } from '../input/options.js';
import { gaussianChernoff } from '../statistics/chernoff.js';
import { logSum } from '../../families/math/normalBands.js';
import { checkGaussians, type Normal, standardOf } from './gaussians.js';
import { bandOf, logMass, type Region } from './regions.js';
import { areaOf } from './roc.js';

export interface DetectionOptions {
  /** P(H₁), the signal; ½ when left out. */
  readonly prior?: number | undefined;
  /** What a false alarm and a miss cost; 1 and 1 when left out. */
  readonly costs?: { readonly falseAlarm: number; readonly miss: number } | undefined;
}

export interface Detection {
  /** KL(H₁‖H₀) and KL(H₀‖H₁), in nats; with equal variances both are d′²/2. */
  readonly kl: number;
  readonly klReverse: number;
  readonly jeffreys: number;
  /** (μ₁ − μ₀)/√((σ₀² + σ₁²)/2). */
  readonly dPrime: number;
  readonly bhattacharyya: number;
  /** Chernoff information, and the exponent λ of H₁ at which it is reached. */
  readonly chernoff: number;
  readonly lambda: number;
  /** The best test: H₁ where x is in this region. */
  readonly region: Region;
  readonly falseAlarm: number;
  readonly miss: number;
  /** P(error) of the best test by priors and costs, and its logarithm, which goes on where it underflows. */
  readonly bayesError: number;
  readonly logBayesError: number;
  /** Expected cost. */
  readonly risk: number;
  /** Area under the ROC curve of the likelihood ratio. */
  readonly auc: number;
}

/**
 * Everything about telling one Gaussian from another by one observation.
 *
 * @param noise   H₀: {mean, std}
 * @param signal  H₁: {mean, std}
 * @param options prior (of the signal), costs
 *
 * Units       nats; errors are probabilities
 * Edge cases  equal Gaussians: divergences 0, the error that of the priors · unequal variances: the region has two ends
 * Accuracy    divergences: 32·2⁻⁵³; logBayesError: 4e-15 of itself, however narrow one of the two is; errors: 1e-14, far out what the rounding of their logarithm leaves
 *             (6e-13 for 1e-255); AUC with unequal variances: 1e-9 — largest of 1,500 pairs at 60 digits
 * Source      H. L. Van Trees, Detection, Estimation, and Modulation Theory, Part I
 *
 * @throws {SurprisalError} ERR_KIND · ERR_DOMAIN · ERR_OPTION
 * @example
 * detect({ mean: 0, std: 1 }, { mean: 2, std: 1 }).bayesError; // Q(1) = 0.1586…
 */
export function detect(noise: Normal, signal: Normal, options: DetectionOptions = {}): Detection {
  checkGaussians(noise, signal);
  const { prior, falseAlarm: alarmCost, miss: missCost } = checkDetection(options);
  const standard = standardOf(signal, noise);
  const threshold = Math.log(alarmCost / missCost) + Math.log1p(-prior) - Math.log(prior);
  const region = bandOf(standard, threshold);
  // What is decided for the noise, in units of the signal: ends in units of the noise, less the signal's mean, would have lost digits.
  const same = standard.mean === 0 && standard.excess === 0;
  const rest = same ? { ...region, inside: !region.inside } : bandOf(standardOf(noise, signal), -threshold);
  const [alarm, miss] = [logMass(region), logMass(rest)];
  const logBayesError = logSum(Math.log1p(-prior) + alarm, Math.log(prior) + miss);
  const [p, q] = [
    { mean: [signal.mean], std: [signal.std] },
    { mean: [noise.mean], std: [noise.std] },
  ];
  const [kl, klReverse] = [gaussian.klDivergence(p, q), gaussian.klDivergence(q, p)];
  const { information, lambda, bhattacharyya } = gaussianChernoff(signal, noise);
  return {
    kl,
    klReverse,
    jeffreys: kl + klReverse,
    dPrime: (signal.mean - noise.mean) / Math.sqrt((noise.std ** 2 + signal.std ** 2) / 2),
    bhattacharyya,
    chernoff: information,
    lambda,
    region: { inside: region.inside, from: noise.mean + noise.std * region.from, to: noise.mean + noise.std * region.to },
    falseAlarm: Math.exp(alarm),
    miss: Math.exp(miss),
    bayesError: Math.exp(logBayesError),
    logBayesError,
    risk: alarmCost * (1 - prior) * Math.exp(alarm) + missCost * prior * Math.exp(miss),
    auc: areaOf(noise, signal),
  };
}

export function checkDetection(options: DetectionOptions) {
  checkOptions(options, { prior: openShare, costs: unchecked });
  const { costs = { falseAlarm: 1, miss: 1 } } = options;
  if (typeof costs !== 'object' || costs === null) throw optionError('costs', costs, '{falseAlarm, miss}');
  checkNames(costs, ['falseAlarm', 'miss']);
  const { falseAlarm = 1, miss = 1 } = costs;
  for (const cost of [falseAlarm, miss])
    if (!(typeof cost === 'number' && cost > 0 && cost < Infinity)) throw optionError('costs', cost, 'finite numbers > 0');
  return { prior: options.prior ?? 0.5, falseAlarm, miss };
}
