/** Closed forms of distributions on vectors and matrices. */
import { type Core, gaussian, klDivergence, SurprisalError } from '../index.js';
import { stirlingRest } from '../applications/statistics/gamma.js';
import { dirichletKl, shareDivergence } from './closed/dirichlet.js';
import { binomial } from './discrete.js';
import { lawOf, type Law } from './law.js';
import type { Result } from './result.js';
import { meanOverMasses } from './sums.js';
import { crossDifference, relativeEntropy } from './math/excess.js';
import { gammaEntropy, logGammaExcess } from './math/gamma.js';
import type { Dirichlet, Multinomial, MultivariateNormal, VectorDistribution, Wishart } from './vectors.js';

const UNIT = 2 ** -53;
const closed = (value: number, units: number, more = 0): Result => ({
  value,
  method: 'closed-form',
  errorBound: value === Infinity ? 0 : units * UNIT * value + more,
  ...(value === Infinity && { why: 'the divergence is beyond the range of doubles' }),
});

function spaceError(p: VectorDistribution, q: VectorDistribution, why: string): SurprisalError {
  return new SurprisalError('ERR_KIND', `"q" expected a distribution on the space of "p" (${p.family}), got ${q.family}: ${why}`, {
    argument: 'q',
    value: q.family,
  });
}

/** KL within multinomial, Dirichlet, multivariate normal and Wishart distributions; anything else lives on another space. */
export function vectorKl(p: VectorDistribution, q: VectorDistribution, core: Core | undefined): Result {
  if (p.family === 'multinomial' && q.family === 'multinomial') return multinomialKl(p, q, core);
  if (p.family === 'dirichlet' && q.family === 'dirichlet') return dirichletResult(p, q);
  if (p.family === 'multivariateNormal' && q.family === 'multivariateNormal') return normalKl(p, q, core);
  if (p.family === 'wishart' && q.family === 'wishart') return wishartKl(p, q, core);
  throw spaceError(p, q, 'they live on different spaces');
}

/** Sums that differ by less than this, relatively, leave no more than rounding in the core's form. */
const SAME_SUMS = 2 ** -44;

/** KL of the shares: by the core, and where the two are on different scales, counts beside probabilities say, without loss of digits where shares nearly agree. */
export function categoricalKl(p: Float64Array, q: Float64Array, core: Core | undefined): number {
  const [left, right] = [p, q].map((x) => x.reduce((sum, y) => sum + y, 0)) as [number, number];
  if (Math.abs(left - right) <= SAME_SUMS * left) return klDivergence(p, q, { core });
  return p.some((x, i) => x > 0 && q[i] === 0) ? Infinity : Math.max(0, shareDivergence(p, q));
}

/** What a divergence may be off, also where shares differ by so little that roundings of their difference are seen: 64·2⁻¹⁰⁶ of a share, and 2⁻⁵³ of the sums'. */
export const sharesOff = (value: number) => UNIT * (64 * value + UNIT * (64 * Math.sqrt(2 * value) + SAME_SUMS ** 2));

/** n·KL of the shares. */
function multinomialKl(p: Multinomial, q: Multinomial, core: Core | undefined): Result {
  if (p.probabilities.length !== q.probabilities.length) throw spaceError(p, q, 'the number of outcomes differs');
  if (p.n !== q.n)
    return { ...closed(Infinity, 0), supportViolation: { from: p.n, to: p.n }, why: `counts of p add up to ${p.n}, those of q to ${q.n}` };
  if (p.n === 0) return closed(0, 0);
  const one = categoricalKl(p.probabilities, q.probabilities, core);
  if (one < Infinity) return closed(p.n * one, 1, p.n * sharesOff(one));
  const at = p.probabilities.findIndex((x, i) => x > 0 && q.probabilities[i] === 0);
  return { ...closed(Infinity, 0), supportViolation: { from: at, to: at }, why: `p gives outcome ${at} a probability, and q none` };
}

function dirichletResult(p: Dirichlet, q: Dirichlet): Result {
  if (p.concentration.length !== q.concentration.length) throw spaceError(p, q, 'the number of entries differs');
  const value = dirichletKl(p.concentration, q.concentration);
  if (!Number.isNaN(value)) return closed(value, 900);
  const expected = 'concentrations whose ratios to those of "q" are within the range of doubles';
  throw new SurprisalError('ERR_DOMAIN', `"p" expected ${expected}`, { argument: 'p', value: p.family, expected });
}

/** Diagonal beside diagonal by standard deviations; anything else by covariances. */
function normalKl(p: MultivariateNormal, q: MultivariateNormal, core: Core | undefined): Result {
  if (p.mean.length !== q.mean.length) throw spaceError(p, q, 'the number of entries differs');
  if (p.std !== undefined && q.std !== undefined)
    return closed(gaussian.klDivergence({ mean: p.mean, std: p.std }, { mean: q.mean, std: q.std }, { core }), 64);
  const [left, right] = [fullNormal(p), fullNormal(q)];
  const found = closed(gaussian.klDivergence(left, right, { core }), 64 * spread(left.covariance, right.covariance));
  if (isGiven(p) && isGiven(q)) return found;
  // Entries that were put together are rounded: covariances that are off by δ move the divergence by √(2KL)·δ + δ² at most, for each dimension.
  const off = p.mean.length * spread(left.covariance, right.covariance) * UNIT;
  return { ...found, errorBound: found.errorBound + off * (Math.sqrt(2 * found.value) + off) };
}

/** Mean and covariance, whatever it was given by. */
export const fullNormal = ({ mean, covariance, std }: MultivariateNormal) => ({
  mean,
  covariance: covariance ?? diagonal((std as Float64Array).map((s) => s * s)),
});

/** Whether the entries of a covariance are the caller's own. */
const isGiven = ({ covariance, factor }: MultivariateNormal) => covariance !== undefined && factor === undefined;

function diagonal(entries: Float64Array): Float64Array {
  const matrix = new Float64Array(entries.length ** 2);
  for (const [i, x] of entries.entries()) matrix[i * entries.length + i] = x;
  return matrix;
}

/** A condition number from above, for the error bound: of each covariance ‖Σ‖·‖Σ⁻¹‖ ≤ (trace/d)^d/|Σ|-like bounds are far too large, so by factors. */
function spread(...covariances: readonly Float64Array[]): number {
  return Math.max(...covariances.map(conditionBound));
}

/** The largest diagonal entry over the smallest squared pivot of Cholesky's factor, times d. */
function conditionBound(covariance: Float64Array): number {
  const pivots = pivotsOf(covariance);
  const d = pivots.length;
  let most = 0;
  for (let i = 0; i < d; i++) most = Math.max(most, covariance[i * d + i] as number);
  return (d * most) / Math.min(...pivots);
}

/** Pivots of LDLᵀ. */
function pivotsOf(covariance: Float64Array): number[] {
  const d = Math.round(Math.sqrt(covariance.length));
  const a = covariance.slice();
  const pivots: number[] = [];
  for (let k = 0; k < d; k++) {
    const pivot = a[k * d + k] as number;
    pivots.push(pivot);
    for (let i = k + 1; i < d; i++) {
      const factor = (a[i * d + k] as number) / pivot;
      for (let j = k + 1; j < d; j++) a[i * d + j] = (a[i * d + j] as number) - factor * (a[k * d + j] as number);
    }
  }
  return pivots;
}

/**
 * n₂·KL of normal vectors of covariances c·V₁ and V₂, c = n₁/n₂, and Σᵢ G((n₂ − i)/2, (n₁ − i)/2) − d/2·φ(n₂, n₁): the textbook form
 * ½[n₂·log(|V₂|/|V₁|) + n₁·tr(V₂⁻¹V₁) − n₁d] + log Γ_d(n₂/2) − log Γ_d(n₁/2) + ½(n₁ − n₂)·ψ_d(n₁/2) with the scales of the means put together.
 */
function wishartKl(p: Wishart, q: Wishart, core: Core | undefined): Result {
  if (p.dimensions !== q.dimensions) throw spaceError(p, q, 'the dimensions differ');
  const [d, n1, n2] = [p.dimensions, p.degreesOfFreedom, q.degreesOfFreedom];
  const mean = new Float64Array(d);
  const ratio = n1 / n2;
  const left = n1 === n2 ? p.scale : p.scale.map((x) => x * ratio);
  const { value, gradient } = byScale(() =>
    gaussian.klDivergenceWithGradient({ mean, covariance: left }, { mean, covariance: q.scale }, { core }),
  );
  // What rounding took from the entries, by the slopes: where the means nearly agree it would be all that is seen.
  const slopes = gradient['p.covariance'] as Float64Array;
  const rest = p.scale.reduce((sum, x, i) => sum + ((slopes[i] as number) * crossDifference(x, n1, left[i] as number, n2)) / n2, 0);
  let degrees = 0;
  for (let i = 0; i < d; i++) degrees += logGammaExcess((n2 - i) / 2, (n1 - i) / 2, (n2 - n1) / 2) - relativeEntropy(n2, n1) / 2;
  const cond = spread(left, q.scale);
  // Slopes are off by roundings of the inverses, and what they put right is a rounding itself.
  return closed(n2 * Math.max(0, value + rest) + Math.max(0, degrees), 900 * cond, n2 * d * (cond * UNIT) ** 2);
}

/** Runs what takes scale matrices as covariances, and names them as the caller does where one is none. */
function byScale<Value>(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SurprisalError && error.argument?.endsWith('.covariance') === true)) throw error;
    const [argument, message] = [error.argument, error.message].map((text) => text.replace('.covariance', '.scale'));
    const { row, column, value, expected } = error;
    throw new SurprisalError(error.code, message as string, { argument, row, column, value, expected });
  }
}

/** Entropy of distributions on vectors and matrices. */
export function vectorEntropy(p: VectorDistribution): Result {
  if (p.family === 'multinomial') return multinomialEntropy(p);
  const terms = entropyTerms(p);
  const value = terms.reduce((sum, x) => sum + x, 0);
  const size = terms.reduce((sum, x) => sum + Math.abs(x), 0);
  const matrix = p.family === 'multivariateNormal' ? p.covariance : p.family === 'wishart' ? p.scale : undefined;
  // Pivots are off by roundings of the largest entry; a Wishart distribution has their logarithms d + 1 times as often.
  const pivots = matrix === undefined ? 0 : 16 * (p.family === 'wishart' ? p.dimensions + 1 : 1) * conditionBound(matrix);
  return { value, method: 'closed-form', errorBound: UNIT * (64 * (size + 1) + pivots) };
}

function entropyTerms(p: VectorDistribution): readonly number[] {
  switch (p.family) {
    case 'dirichlet':
      return dirichletEntropy(p);
    case 'multivariateNormal':
      return normalEntropy(p);
    case 'wishart':
      return wishartEntropy(p);
    default:
      throw new SurprisalError('ERR_KIND', `"p" expected a distribution whose entropy has a closed form, got ${p.family}`, {
        argument: 'p',
        value: p.family,
      });
  }
}

/** log k! less k·log k − k. */
const stirling = (k: number) => (k === 0 ? 0 : Math.log(2 * Math.PI * k) / 2 + stirlingRest(k));

/**
 * −log n! + n·H(shares) + Σ E log Xᵢ!, each count Xᵢ binomial: a sum over what each count may be (sums.ts; never too long). With Stirling's
 * formula and its rest s, as E Xᵢ = n·pᵢ, that is Σ E (φ(Xᵢ, n·pᵢ) + s(Xᵢ)) − s(n): nothing of the size of n·log n is left to cancel.
 */
function multinomialEntropy({ n, probabilities }: Multinomial): Result {
  const total = probabilities.reduce((sum, x) => sum + x, 0);
  let [value, size, error] = [-stirling(n), stirling(n), 0];
  const known = new Map<number, ReturnType<typeof meanOverMasses>>();
  for (const mass of probabilities) {
    const share = mass / total;
    if (share === 0 || n === 0) continue;
    const law = lawOf(binomial({ n, p: share })) as Law;
    const mean = known.get(mass) ?? meanOverMasses(law, (count) => relativeEntropy(count, n * share) + stirling(count));
    known.set(mass, mean);
    value += mean.value;
    size += mean.size;
    error += mean.error;
  }
  return { value: Math.max(0, value), method: 'sum', errorBound: error + 8 * UNIT * size };
}

/** Of gamma variables with these shapes, less that of their sum: terms of a·log a are gone before they are rounded. */
function dirichletEntropy({ concentration }: Dirichlet): readonly number[] {
  const total = concentration.reduce((sum, x) => sum + x, 0);
  return [...Array.from(concentration, (x) => gammaEntropy(x, 1)), -gammaEntropy(total, concentration.length)];
}

/** Logarithms of the pivots of what has to be a covariance. */
function logPivots(covariance: Float64Array): number[] {
  const mean = new Float64Array(Math.round(Math.sqrt(covariance.length)));
  gaussian.klDivergence({ mean, covariance }, { mean, covariance }); // refuses what is none, in its own words
  return pivotsOf(covariance).map(Math.log);
}

function normalEntropy({ mean, std, covariance }: MultivariateNormal): readonly number[] {
  const logs = std === undefined ? logPivots(covariance as Float64Array).map((x) => x / 2) : Array.from(std, Math.log);
  return [...logs, (mean.length * (1 + Math.log(2 * Math.PI))) / 2];
}

/** With a = (n − i)/2, log Γ(a) − ½(n − d − 1)·ψ(a) + ½n for i < d, whose terms of a·log a are gone likewise: Σ a = ½nd − ¼d(d − 1). */
function wishartEntropy({ dimensions: d, degreesOfFreedom: n, scale }: Wishart): readonly number[] {
  const logs = byScale(() => logPivots(scale)).map((x) => ((d + 1) / 2) * x);
  const gammas = Array.from({ length: d }, (_, i) => gammaEntropy((n - i) / 2, (d + 1 - i) / 2));
  return [...logs, ...gammas, (d * (d - 1) * (1 + Math.log(Math.PI))) / 4 + (d * (d + 1) * Math.LN2) / 2];
}
