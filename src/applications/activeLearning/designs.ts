/** Expected information gain of two designs that have a closed form. */
import { type ClosedForm, closedForm } from '../../families/closed.js';
import { argumentError, checkNumber, checkOption, whole } from '../input/options.js';
import { sumOf } from '../statistics/sum.js';

/**
 * Linear model with Gaussian prior and noise: ½·log det(I + X·Σ·Xᵀ/σ²), what n observations at the rows of X are expected to tell about the coefficients.
 *
 * @param design n × d, row-major · @param priorCovariance d × d · @param noiseVariance σ²
 *
 * Units       nats
 * Accuracy    relative error ≤ 16·n·d·2⁻⁵³·κ, κ the condition of I + XΣXᵀ/σ²; small gains keep their digits, since pivots are kept less 1
 * Source      D. Lindley, Ann. Math. Statist. 27 (1956)
 *
 * @throws {SurprisalError} ERR_SHAPE · ERR_DOMAIN
 * @example
 * linearGaussianGain([1], 1, [1], 1); // log(2)/2
 */
export function linearGaussianGain(
  design: ArrayLike<number>,
  d: number,
  priorCovariance: ArrayLike<number>,
  noiseVariance: number,
): number {
  checkOption('d', d, whole(1));
  checkNumber('noiseVariance', noiseVariance, 'a finite number > 0', (x) => x > 0);
  const n = design.length / d;
  if (!(Number.isSafeInteger(n) && n > 0)) throw argumentError('ERR_SHAPE', 'design', `rows of ${d} entries`, design.length);
  if (priorCovariance.length !== d * d) throw argumentError('ERR_SHAPE', 'priorCovariance', `${d * d} entries`, priorCovariance.length);
  const excess = new Float64Array(n * n); // X·Σ·Xᵀ/σ²
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let a = 0; a < d; a++)
        for (let b = 0; b < d; b++)
          sum += (design[i * d + a] as number) * (priorCovariance[a * d + b] as number) * (design[j * d + b] as number);
      excess[i * n + j] = sum / noiseVariance;
    }
  }
  // L·D·Lᵀ of I + excess; each pivot is kept less 1, and its logarithm taken by log1p.
  const pivots = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = excess[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (excess[i * n + k] as number) * (excess[j * n + k] as number) * (1 + (pivots[k] as number));
      if (i === j) {
        if (!(sum >= 0)) throw argumentError('ERR_DOMAIN', 'priorCovariance', 'a positive semi-definite matrix', sum, { row: j });
        pivots[j] = sum;
      } else excess[i * n + j] = sum / (1 + (pivots[j] as number));
    }
  }
  return sumOf(pivots.map(Math.log1p)) / 2;
}

/** KL between two beta distributions, which keeps its digits where they nearly agree. */
const betaKl = (closedForm('beta', 'beta') as { form: ClosedForm }).form.value;

/**
 * What n draws are expected to tell about a rate with prior Beta(a, b): Σ_y P(y)·KL(Beta(a + y, b + n − y) ‖ Beta(a, b)), y from the beta-binomial.
 *
 * Units       nats
 * Accuracy    1e-13 relative, also where a and b are large and the gain is small — test/applications/activeLearning.test.ts
 *
 * @throws {SurprisalError} ERR_DOMAIN · ERR_OPTION
 * @example
 * betaBinomialGain(1, 1, 1); // log 2 − ½: one toss of a coin about which nothing is known
 */
export function betaBinomialGain(a: number, b: number, n: number): number {
  checkNumber('a', a, 'a finite number > 0', (x) => x > 0);
  checkNumber('b', b, 'a finite number > 0', (x) => x > 0);
  checkOption('n', n, whole(0));
  const weights = betaBinomialWeights(a, b, n);
  const terms = weights.map((weight, y) => (weight === 0 ? 0 : weight * betaKl([a + y, b + n - y], [a, b])));
  return sumOf(terms) / sumOf(weights);
}

/** Masses of the beta-binomial up to a common factor: products of the ratios of neighbours, from the first mode on both ways, so that none is beyond the range. */
function betaBinomialWeights(a: number, b: number, n: number): Float64Array {
  const ratio = (y: number) => ((n - y) / (y + 1)) * ((a + y) / (b + n - y - 1));
  const weights = new Float64Array(n + 1);
  let mode = 0;
  while (mode < n && ratio(mode) > 1) mode++;
  weights[mode] = 1;
  for (let y = mode; y < n; y++) weights[y + 1] = (weights[y] as number) * ratio(y);
  for (let y = mode; y > 0; y--) weights[y - 1] = (weights[y] as number) / ratio(y - 1);
  return weights;
}
