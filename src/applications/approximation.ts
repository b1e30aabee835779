/**
 * How far a binomial distribution, or one of unequal trials, is from the Poisson or the normal distribution that stands in for it: exact KL and total
 * variation beside the bounds that are used in their place.
 */
export type { Distances } from './approximation/distances.js';
export {
  approximate,
  type Approximation,
  approximationTable,
  type Measure,
  smallestN,
  type SmallestOptions,
} from './approximation/smallest.js';
export { binomialNormal } from './approximation/normal.js';
export { binomialPoisson, poissonBinomialPoisson } from './approximation/poisson.js';
