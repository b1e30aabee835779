/** Detection and bit error rates over decibels. */
import { checkOptions, openShare, unchecked, whole } from '../input/options.js';
import type { Values } from '../input/tensor.js';
import { normalCdf, normalLogTail, normalQuantile } from '../statistics/normal.js';
import { checkDetection, detect, type Detection, type DetectionOptions } from './detect.js';
import { entriesOf } from './gaussians.js';

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
 * @returns   {rate, logRate}: an entry a ratio; logRate goes on where the rate underflows (from 28.7 dB on)
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

function decibels(snr: Values): Float64Array {
  return entriesOf('snr', snr, 'a number of decibels, or −Infinity', (db) => db < Infinity);
}
