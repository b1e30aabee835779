/** The ROC curve of the likelihood-ratio test, its area, and detection at a false-alarm rate. */
import { checkNumber } from '../input/options.js';
import type { Values } from '../input/tensor.js';
import { normalCdf, normalQuantile } from '../statistics/normal.js';
import { logBand, logBetween, logOutside } from '../../families/math/normalBands.js';
import { root, rootAbove } from '../statistics/roots.js';
import { checkGaussians, entriesOf, type Normal, standardOf } from './gaussians.js';
import type { Standard } from './regions.js';

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
export function areaOf(noise: Normal, signal: Normal): number {
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
