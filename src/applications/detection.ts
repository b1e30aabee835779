/**
 * Signal detection: two Gaussians, noise and signal, with equal or unequal variances, priors and costs. Divergences, the Bayes error down to where the logarithm of a
 * double ends, the ROC curve, and how many samples decide.
 */
import { logRatio } from '../families/math/excess.js';
import { gaussian } from '../index.js';
import { bandOf, logBand, logBetween, logMass, logOutside, logSum, type Region, type Standard } from './detection/regions.js';
import { samplesOfUnequal } from './detection/sums.js';
import { fixedDraws } from './largeDeviations/draws.js';
import { gaussianChernoff } from './statistics/chernoff.js';
import { rateInterval } from './statistics/binomial.js';
import type { Interval } from './statistics/intervals.js';
import { normalCdf, normalLogTail, normalQuantile } from './statistics/normal.js';
import {
  argumentError,
  checkNames,
  checkNumber,
  checkOption,
  checkOptions,
  openShare,
  optionError,
  required,
  unchecked,
  whole,
} from './input/options.js';
import { root, rootAbove } from './statistics/roots.js';
import { type Values, valuesOf } from './input/tensor.js';

export interface Normal {
  readonly mean: number;
  readonly std: number;
}

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

export interface RocPoint {
  readonly falseAlarm: number;
  readonly detection: number;
}

/**
 * The ROC curve of the likelihood-ratio test.
 *
 * @param noise       H₀
 * @param signal      H₁
 * @param falseAlarms rates at which to give it, an array or a tensor of any shape; 101 even ones when left out
 *
 * Units       probabilities
 * Edge cases  rates 0 and 1 give detection 0 (or less than 1e-300) and 1
 * Accuracy    as {@link detectionProbability}
 *
 * @throws {SurprisalError} as {@link detect} · ERR_KIND and ERR_DOMAIN for what is no rate (with column)
 * @example
 * rocCurve({ mean: 0, std: 1 }, { mean: 2, std: 1 }, [0.05])[0].detection; // 0.6388
 */
export function rocCurve(noise: Normal, signal: Normal, falseAlarms: Values = EVEN_RATES): RocPoint[] {
  const rates = entriesOf('falseAlarms', falseAlarms, 'a number from 0 to 1', (rate) => rate >= 0 && rate <= 1);
  return Array.from(rates, (falseAlarm) => ({ falseAlarm, detection: detectionProbability(noise, signal, falseAlarm) }));
}

const EVEN_RATES = Float64Array.from({ length: 101 }, (_, i) => i / 100);

/**
 * The detection probability of the best test with a given false-alarm rate (Neyman and Pearson).
 *
 * @param noise      H₀
 * @param signal     H₁
 * @param falseAlarm from 0 to 1
 *
 * Accuracy    1e-14 of itself, however close the variances are and however narrow the signal is; for rare false alarms what the rounding of a logarithm leaves (7e-14 at
 *             1e-16, 2e-12 at 1e-250)
 *
 * @throws {SurprisalError} as {@link detect}
 * @example
 * detectionProbability({ mean: 0, std: 1 }, { mean: 3, std: 1 }, 1e-3); // 0.4641
 */
export function detectionProbability(noise: Normal, signal: Normal, falseAlarm: number): number {
  checkNumber('falseAlarm', falseAlarm, 'a number from 0 to 1', (rate) => rate >= 0 && rate <= 1);
  checkGaussians(noise, signal);
  if (falseAlarm === 0 || falseAlarm === 1) return falseAlarm;
  const standard = standardOf(signal, noise);
  if (standard.excess === 0) return normalCdf(Math.abs(standard.mean) + normalQuantile(falseAlarm));
  return Math.exp(logDetection(standard, falseAlarm));
}

/** Beyond so many standard deviations no double has any mass. */
const FAR = 40;

/**
 * log P(the region whose mass under H₀ is the rate) under H₁. Regions of unequal variances all have the same middle, as far away as the variances are close: what is looked
 * for is how far a region reaches from it or, of one that is far, where its near end is.
 */
function logDetection({ mean, std, excess }: Standard, rate: number): number {
  const middle = -mean / excess / (2 + excess);
  const inside = excess < 0;
  const over = (mass: number) => (mass - Math.log(rate)) * (inside ? 1 : -1);
  // Middle and reach rather than two ends, whose rounding a narrow region would show. In units of H₁ the middle is (middle − mean)/std = middle·std.
  const around = (c: number, r: number) => (inside ? logBand(c, r) : logOutside(c - r, c + r));
  if (Math.abs(middle) <= Math.max(FAR, Math.abs(mean) / std)) {
    const off = (reach: number) => over(around(middle, reach));
    // A band has its width times the density at 0 at most; as rare as rates may be, the search begins there.
    const reach = inside ? rootAbove(off, 0, rate) : root(off, 0, Math.abs(middle) + FAR);
    return around(middle * std, reach / std);
  }
  const near = (end: number, at: number, unit: number) => {
    const [low, high] = middle > 0 ? [-end, 2 * middle + end] : [2 * middle - end, end];
    const [from, to] = [(low - at) / unit, (high - at) / unit];
    return inside ? logBetween(from, to) : logOutside(from, to);
  };
  const end = root((end) => over(near(end, 0, 1)), -FAR, FAR);
  return near(end, mean, std);
}

/** P(the likelihood ratio is larger under H₁ than under H₀). */
function areaOf(noise: Normal, signal: Normal): number {
  const standard = standardOf(signal, noise);
  if (standard.excess === 0) return normalCdf(Math.abs(standard.mean) * Math.SQRT1_2);
  // ∫ detection d(false alarm), over the normal quantile of the rate: both are smooth in it.
  const [limit, steps] = [8.5, 400];
  let area = 0;
  for (let i = 0; i < steps; i++) {
    const z = -limit + ((i + 0.5) * 2 * limit) / steps;
    const rate = normalCdf(z);
    if (rate >= 1) continue;
    area += Math.exp(logDetection(standard, rate) - (z * z) / 2 - Math.log(2 * Math.PI) / 2) * ((2 * limit) / steps);
  }
  return Math.min(1, area);
}

export interface SnrTable {
  readonly snr: Float64Array;
  /** √SNR, SNR = (μ₁ − μ₀)²/σ², times the root of the samples. */
  readonly dPrime: Float64Array;
  readonly kl: Float64Array;
  readonly bhattacharyya: Float64Array;
  readonly bayesError: Float64Array;
  readonly logBayesError: Float64Array;
  readonly detection: Float64Array;
  readonly auc: Float64Array;
}

/**
 * Detection over a grid of signal-to-noise ratios, equal variances.
 *
 * @param snr     10·log₁₀((μ₁ − μ₀)²/σ²), in dB
 * @param options prior, costs, falseAlarm (for `detection`; 0.001 when left out), samples (averaged; 1 when left out)
 * @returns       an array a quantity, one entry a ratio
 *
 * Units       nats; dB
 * Edge cases  −Infinity dB: no signal
 * Accuracy    as {@link detect}
 *
 * @throws {SurprisalError} ERR_DOMAIN (with column) · ERR_OPTION
 * @example
 * detectOverSnr([0, 10, 20]).logBayesError; // one a ratio
 */
export function detectOverSnr(
  snr: Values,
  options: DetectionOptions & { readonly falseAlarm?: number | undefined; readonly samples?: number | undefined } = {},
): SnrTable {
  checkOptions(options, { prior: unchecked, costs: unchecked, falseAlarm: openShare, samples: whole(1) });
  const { falseAlarm = 1e-3, samples = 1, ...rest } = options;
  const ratios = decibels(snr);
  checkDetection(rest);
  const dPrime = ratios.map((db) => Math.sqrt(samples) * 10 ** (db / 20));
  const all = Array.from(dPrime, (mean) => detect({ mean: 0, std: 1 }, { mean, std: 1 }, rest));
  const column = (of: (one: Detection) => number) => Float64Array.from(all, of);
  return {
    snr: ratios,
    dPrime,
    kl: column(({ kl }) => kl),
    bhattacharyya: column(({ bhattacharyya }) => bhattacharyya),
    bayesError: column(({ bayesError }) => bayesError),
    logBayesError: column(({ logBayesError }) => logBayesError),
    detection: dPrime.map((d) => normalCdf(d + normalQuantile(falseAlarm))),
    auc: column(({ auc }) => auc),
  };
}

/**
 * Bit error rate of binary phase-shift keying, Q(√(2·Eb/N₀)).
 *
 * @param snr Eb/N₀ in dB
 * @returns   {rate, logRate}: an entry a ratio; logRate goes on where the rate underflows (from 28 dB on)
 *
 * Accuracy    logRate: 1e-14 of itself
 * Source      J. G. Proakis, Digital Communications
 *
 * @throws {SurprisalError} ERR_KIND · ERR_DOMAIN (with column)
 * @example
 * bpskErrorRate([9.6]).rate[0]; // 9.7e-6
 */
export function bpskErrorRate(snr: Values): { rate: Float64Array; logRate: Float64Array } {
  const logRate = decibels(snr).map((db) => normalLogTail(Math.sqrt(2 * 10 ** (db / 10))));
  return { rate: logRate.map(Math.exp), logRate };
}

/**
 * How many independent observations decide with given error levels.
 *
 * @param noise  H₀
 * @param signal H₁
 * @param levels {falseAlarm, miss}
 * @returns      {fixed, exponent}: a whole number, and how fast the Bayes error falls, in nats an observation (Chernoff)
 *
 * Edge cases  equal Gaussians: Infinity · levels that add up to 1 and more need no data: 1
 * Accuracy    the least number at which the best test has both levels, whose error probabilities are right to 1e-11 of themselves (1e-8 for a single one); unequal
 *             variances take some 10 ms — test/applications/detection.test.ts
 * Source      equal variances: ((z₁ + z₂)/d′)²; unequal: sums of the likelihood ratio are non-central χ², whose tails are integrated along the path of steepest descent
 *
 * @throws {SurprisalError} as {@link detect}
 * @example
 * samplesToDecide({ mean: 0, std: 1 }, { mean: 0.5, std: 1 }, { falseAlarm: 0.01, miss: 0.01 }).fixed; // 87
 */
export function samplesToDecide(
  noise: Normal,
  signal: Normal,
  levels: { readonly falseAlarm: number; readonly miss: number },
): { fixed: number; exponent: number } {
  checkOptions(levels, { falseAlarm: required(openShare), miss: required(openShare) });
  const { chernoff, kl, klReverse, jeffreys } = detect(noise, signal);
  if (noise.std !== signal.std) return { fixed: samplesOfUnequal(noise, signal, levels), exponent: chernoff };
  const spreads = [Math.sqrt(jeffreys), Math.sqrt(jeffreys)] as const;
  const evidence = { forward: kl, backward: klReverse, gap: jeffreys, spreads, outside: [0, 0] } as const;
  return { fixed: fixedDraws(evidence, { alpha: levels.falseAlarm, beta: levels.miss }), exponent: chernoff };
}

/**
 * Interval for an error rate that was measured: so many errors of so many trials.
 *
 * @param errors whole number
 * @param trials whole number
 * @param level  0.95 when left out
 *
 * Edge cases  no errors: from 0; the upper end is about 3.7/trials at 95 %
 * Accuracy    covers the level at least, whatever the rate
 * Source      C. J. Clopper, E. S. Pearson, Biometrika 26 (1934)
 *
 * @throws {SurprisalError} ERR_DOMAIN · ERR_OPTION
 * @example
 * errorRateInterval(0, 1000)[1]; // 0.00368…
 */
export function errorRateInterval(errors: number, trials: number, level = 0.95): Interval {
  checkNumber('trials', trials, 'a whole number ≥ 1', (n) => Number.isSafeInteger(n) && n >= 1);
  checkNumber('errors', errors, `a whole number from 0 to ${trials}`, (k) => Number.isSafeInteger(k) && k >= 0 && k <= trials);
  checkOption('level', level, openShare);
  return rateInterval(errors, trials, level);
}

function decibels(snr: Values): Float64Array {
  return entriesOf('snr', snr, 'a number of decibels, or −Infinity', (db) => db < Infinity);
}

/** Numbers of an array or a tensor, each looked at. */
function entriesOf(argument: string, values: Values, expected: string, accepts: (x: number) => boolean): Float64Array {
  return Float64Array.from(valuesOf(argument, values), (x, column) => {
    if (typeof x === 'number' && accepts(x)) return x;
    throw argumentError(typeof x === 'number' ? 'ERR_DOMAIN' : 'ERR_KIND', argument, expected, x, { column });
  });
}

function checkGaussians(noise: Normal, signal: Normal): void {
  for (const [name, normal] of Object.entries({ noise, signal })) {
    if (typeof normal !== 'object' || normal === null) throw argumentError('ERR_KIND', name, '{mean, std}', normal);
    checkNumber(`${name}.mean`, normal.mean);
    checkNumber(`${name}.std`, normal.std, 'a finite number > 0', (std) => std > 0);
  }
}

function standardOf(one: Normal, unit: Normal): Standard {
  const [mean, std] = [(one.mean - unit.mean) / unit.std, one.std / unit.std];
  return { mean, std, excess: (one.std - unit.std) / unit.std, log: logRatio(one.std, unit.std) };
}

function checkDetection(options: DetectionOptions) {
  checkOptions(options, { prior: openShare, costs: unchecked });
  const { costs = { falseAlarm: 1, miss: 1 } } = options;
  if (typeof costs !== 'object' || costs === null) throw optionError('costs', costs, '{falseAlarm, miss}');
  checkNames(costs, ['falseAlarm', 'miss']);
  const { falseAlarm = 1, miss = 1 } = costs;
  for (const cost of [falseAlarm, miss])
    if (!(typeof cost === 'number' && cost > 0 && cost < Infinity)) throw optionError('costs', cost, 'finite numbers > 0');
  return { prior: options.prior ?? 0.5, falseAlarm, miss };
}
