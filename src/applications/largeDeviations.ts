/**
 * Large deviations: at what exponential rate rare things are rare. Cramér's rates, Sanov's projection, Chernoff's and Stein's exponents, sharp tails, and the
 * sample sizes that follow from them.
 */
export type { Chernoff } from './statistics/chernoff.js';
export type { Cramer, Family } from './largeDeviations/families.js';
export type { ErrorLevels } from './largeDeviations/draws.js';
export type { Constraint, Projection } from './largeDeviations/sanov.js';
export { cramerRate, cramerRateOfSample } from './largeDeviations/rates.js';
export { sanovProjection } from './largeDeviations/projection.js';
export { chernoffInformation, type Exponents, sampleSize, type SampleSizes, testingExponents } from './largeDeviations/testing.js';
export { bahadurRao, binomialTail, type BinomialTail } from './largeDeviations/tails.js';
