/**
 * Signal detection: two Gaussians, noise and signal, with equal or unequal variances, priors and costs. Divergences, the Bayes error down to where the logarithm of a
 * double ends, the ROC curve, and how many samples decide.
 */
export type { Normal } from './detection/gaussians.js';
export { bpskErrorRate, detectOverSnr, type SnrTable } from './detection/snr.js';
export { detect, type Detection, type DetectionOptions } from './detection/detect.js';
export { detectionProbability, rocCurve, type RocPoint } from './detection/roc.js';
export { errorRateInterval, samplesToDecide } from './detection/samples.js';
