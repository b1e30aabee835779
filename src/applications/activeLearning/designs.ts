/** Expected information gain of two designs that have a closed form. */
import { type ClosedForm, closedForm } from '../../families/closed.js';
import { argumentError, checkNumber, checkOption, listOf, type OptionRule, required, whole } from '../input/options.js';
import { sumOf } from '../statistics/sum.js';
import { semiDefiniteFactor, squaredSingularValues } from './factors.js';

/**
 * Linear model with Gaussian prior and noise: ½·log det(I + X·Σ·Xᵀ/σ²), what n observations at the rows of X are expected to tell about the coefficients.
 *
 * @param design n × d, row-major · @param priorCovariance d × d, may be singular · @param noiseVariance σ²
 *
 * Units       nats
 * Accuracy    relative error ≤ 16·n·d·2⁻⁵³·κ, κ the condition of the prior's correlations; so vague priors and small gains keep their digits —
 *             test/applications/activeLearning.test.ts
 * Source      D. Lindley, Ann. Math. Statist. 27 (1956)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_DOMAIN (with row and column) · ERR_OPTION
 * @example
 * linearGaussianGain([1], 1, [1], 1); // log(2)/2
 */
export function linearGaussianGain(
  design: ArrayLike<number>,
  d: number,
  priorCovariance: ArrayLike<number>,
  noiseVariance: number,
): number {
  checkOption('d', d, required(whole(1)));
  checkNumber('noiseVariance', noiseVariance, 'a finite number > 0', (x) => x > 0);
  checkEntries('design', design, d);
  checkEntries('priorCovariance', priorCovariance, d);
  const n = design.length / d;
  if (!(Number.isSafeInteger(n) && n > 0)) throw argumentError('ERR_SHAPE', 'design', `rows of ${d} entries`, design.length);
  if (priorCovariance.length !== d * d) throw argumentError('ERR_SHAPE', 'priorCovariance', `${d * d} entries`, priorCovariance.length);
  const factor = semiDefiniteFactor('priorCovariance', priorCovariance, d);
  const noise = Math.sqrt(noiseVariance);
  // The singular values s of X·L/σ: the determinant is the product of all 1 + s².
  const columns = Array.from({ length: d }, (_, k) =>
    Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let a = 0; a < d; a++) sum += (design[i * d + a] as number) * ((factor[a * d + k] as number) / noise);
      if (!Number.isFinite(sum))
        throw argumentError('ERR_DOMAIN', 'design', 'entries whose product with the prior is finite', sum, { row: i });
      return sum;
    }),
  );
  // Entries are brought down to where squares are within the range.
  const largest = columns.reduce((most, column) => column.reduce((own, x) => Math.max(own, Math.abs(x)), most), 0);
  const scale = Math.min(1, 2 ** 500 / largest);
  if (scale === 1) return sumOf(squaredSingularValues(columns).map(Math.log1p)) / 2;
  const squares = squaredSingularValues(columns.map((column) => column.map((x) => x * scale)));
  return sumOf(squares.map((s) => Math.log(s + scale * scale) / 2 - Math.log(scale)));
}

function checkEntries(argument: string, entries: ArrayLike<number>, cols: number): void {
  const list = listOf('an array of numbers');
  if (!list.accepts(entries)) throw argumentError('ERR_KIND', argument, list.expected, entries);
  for (let i = 0; i < entries.length; i++)
    if (!Number.isFinite(entries[i]))
      throw argumentError('ERR_DOMAIN', argument, 'a finite number', entries[i], { row: Math.floor(i / cols), column: i % cols });
}

/** Each number of draws that may come out has a term, and all are held at once. */
const DRAWS: OptionRule = {
  expected: 'a whole number from 0 to 2^26',
  accepts: (n) => Number.isSafeInteger(n) && (n as number) >= 0 && (n as number) <= 2 ** 26,
  required: true,
};

/** KL between two beta distributions, which keeps its digits where they nearly agree. */
const betaKl = (closedForm('beta', 'beta') as { form: ClosedForm }).form.value;

/**
 * What n draws, up to 2²⁶, are expected to tell about a rate with prior Beta(a, b): Σ_y P(y)·KL(Beta(a + y, b + n − y) ‖ Beta(a, b)), y from the beta-binomial.
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
  checkOption('n', n, DRAWS);
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
