/** Gradients of closed forms by the parameters of both sides. */
import { checkNames } from '../applications/input/options.js';
import { type Core, gaussian, klDivergenceWithGradient, SurprisalError } from '../index.js';
import { dirichletGradient } from './closed/dirichlet.js';
import { closedForm } from './closed.js';
import { argumentsOf, type Family } from './family.js';
import { kl } from './kl.js';
import type { Result } from './result.js';
import { type AnyDistribution, asDistribution, FAMILIES, isLength, SMALLER, smaller } from './law.js';
import { crossGradient } from './slopes.js';
import { fullNormal } from './vectorForms.js';
import type { MultivariateNormal, VectorDistribution, Wishart } from './vectors.js';

type Slopes = Readonly<Record<string, number | Float64Array>>;

export interface ResultWithGradient extends Result {
  /** By each continuous parameter, named as in the distributions. */
  readonly gradient: { readonly p: Slopes; readonly q: Slopes };
}

/**
 * {@link kl} with its gradient by the parameters of both sides, where that has a closed form: within one family, and for pairs by means.
 *
 * @param p       made by a constructor of this sub-path
 * @param q       likewise, on the same space
 * @param options core
 * @returns       the result of {@link kl} and gradient {p, q}: a number for each parameter, an array for each that is one
 *
 * Units       nats a unit of the parameter
 * Edge cases  n of binomial and multinomial distributions, r of negative binomial ones and degrees of freedom of Wishart ones have none
 *             · entries of a covariance or scale matrix count as independent · where the divergence is Infinity the gradient is NaN
 *             · arrays of probabilities are divided by their sum first; where pᵢ = 0 the slope by pᵢ, −∞ in truth (∞ where qᵢ is 0, too), is 0
 *             · of a number at an end of its domain (a rate of 0, a p of 0 or 1) slopes are those from within: ±∞ by p, finite by q
 * Accuracy    1e-12 relative, of the larger of two summands where they cancel (pairs by means: of the largest; full covariances: times cond(Σ)) — npm run conformance
 * Source      closed forms; docs/families.md
 *
 * @throws {SurprisalError} as {@link kl} · ERR_KIND (no gradient in closed form)
 * @example
 * klWithGradient(poisson({ rate: 2 }), poisson({ rate: 4 })).gradient.q.rate; // 0.5
 */
export function klWithGradient(
  p: AnyDistribution,
  q: AnyDistribution,
  options: { readonly core?: Core | undefined } = {},
): ResultWithGradient {
  checkNames(options, ['core']);
  const [left, right] = [asDistribution('p', p), asDistribution('q', q)];
  const result = kl(left, right, options);
  return {
    ...result,
    gradient:
      vectorGradient(left as VectorDistribution, right as VectorDistribution, result.value, options.core) ??
      scalarGradient(left, right, result),
  };
}

function gradientError(p: AnyDistribution, q: AnyDistribution): SurprisalError {
  const expected = 'a distribution whose divergence from "p" has a gradient in closed form';
  return new SurprisalError('ERR_KIND', `"q" expected ${expected} (${p.family}), got ${q.family}`, {
    argument: 'q',
    value: q.family,
    expected,
  });
}

function scalarGradient(p: AnyDistribution, q: AnyDistribution, { value, method }: Result) {
  const [left, right] = [FAMILIES.get(p.family), FAMILIES.get(q.family)];
  if (left === undefined || right === undefined || method !== 'closed-form') throw gradientError(p, q);
  const near = smaller(p, q);
  const [x, y] = near ?? [p, q];
  const slopes = value === Infinity ? undefined : slopesOf(left, argumentsOf(left, x), right, argumentsOf(right, y));
  if (slopes === undefined && value < Infinity) throw gradientError(p, q);
  const unit = (of: Family, name: string) => (near !== undefined && isLength(of, name) ? SMALLER : 1);
  const named = (of: Family, from: number) =>
    Object.fromEntries(
      Object.keys(of.parameters)
        .map((name, i) => [name, (slopes?.[from + i] ?? NaN) * unit(of, name)] as const)
        .filter(([name]) => !((of.name === 'binomial' && name === 'n') || name === 'r')),
    );
  return { p: named(left, 0), q: named(right, Object.keys(left.parameters).length) };
}

/** By p's parameters, then by q's: of the form within one family, of the larger family of both, or by means. */
function slopesOf(left: Family, x: readonly number[], right: Family, y: readonly number[]): readonly number[] | undefined {
  const found = closedForm(left.name, right.name);
  if (found === undefined) return crossGradient(left, x, right, y);
  const { form, views } = found;
  if (views === undefined) return form.gradient(x, y);
  const args = [views[0].args(x), views[1].args(y)] as const;
  const gradient = form.gradient(...args);
  const half = gradient.length / 2;
  const sides = [gradient.slice(0, half), gradient.slice(half)] as const;
  const slopes = [...(views[0].slopes?.(sides[0], x) ?? sides[0]), ...(views[1].slopes?.(sides[1], y) ?? sides[1])];
  // What the larger family asks for may be beyond the range, and means are not.
  return slopes.every(Number.isFinite) ? slopes : (crossGradient(left, x, right, y) ?? slopes);
}

/** Parameters of vectors that divergences have slopes by. */
const CONTINUOUS: Readonly<Record<string, readonly string[]>> = {
  categorical: ['probabilities'],
  multinomial: ['probabilities'],
  dirichlet: ['concentration'],
  multivariateNormal: ['mean', 'std', 'covariance', 'factor', 'diagonal'],
  wishart: ['scale'],
};

/** NaN for each of them. */
function noSlopes(of: VectorDistribution): Slopes {
  const arrays = Object.entries(of).filter(([name]) => CONTINUOUS[of.family]?.includes(name) === true);
  return Object.fromEntries(arrays.map(([name, array]) => [name, new Float64Array((array as Float64Array).length).fill(NaN)]));
}

function vectorGradient(
  p: VectorDistribution,
  q: VectorDistribution,
  value: number,
  core: Core | undefined,
): ResultWithGradient['gradient'] | undefined {
  if (value === Infinity && p.family === q.family && p.family in CONTINUOUS) return { p: noSlopes(p), q: noSlopes(q) };
  if (p.family === 'dirichlet' && q.family === 'dirichlet') {
    const slopes = Float64Array.from(dirichletGradient(p.concentration, q.concentration));
    const { length } = p.concentration;
    return { p: { concentration: slopes.slice(0, length) }, q: { concentration: slopes.slice(length) } };
  }
  if (p.family === 'categorical' && q.family === 'categorical' && p.probabilities.length === q.probabilities.length)
    return shareGradient(p.probabilities, q.probabilities, 1, core);
  if (p.family === 'multinomial' && q.family === 'multinomial') return shareGradient(p.probabilities, q.probabilities, p.n, core);
  if (p.family === 'multivariateNormal' && q.family === 'multivariateNormal') return normalGradient(p, q, core);
  if (p.family === 'wishart' && q.family === 'wishart') return wishartGradient(p, q, core);
  return undefined;
}

function shareGradient(p: Float64Array, q: Float64Array, times: number, core: Core | undefined) {
  const { gradient } = klDivergenceWithGradient(p, q, { core });
  const scaled = (slopes: ArrayLike<number>) => ({ probabilities: Float64Array.from(slopes, (x) => x * times) });
  return { p: scaled(gradient.p), q: scaled(gradient.q) };
}

function normalGradient(p: MultivariateNormal, q: MultivariateNormal, core: Core | undefined) {
  if (p.std !== undefined && q.std !== undefined) {
    const { gradient } = gaussian.klDivergenceWithGradient({ mean: p.mean, std: p.std }, { mean: q.mean, std: q.std }, { core });
    const side = (name: 'p' | 'q') => ({
      mean: Float64Array.from(gradient[`${name}.mean`]),
      std: Float64Array.from(gradient[`${name}.std`]),
    });
    return { p: side('p'), q: side('q') };
  }
  const { gradient } = gaussian.klDivergenceWithGradient(fullNormal(p), fullNormal(q), { core });
  const side = (name: 'p' | 'q', of: MultivariateNormal) => ({
    mean: Float64Array.from(gradient[`${name}.mean`]),
    ...scaleSlopes(of, Float64Array.from(gradient[`${name}.covariance`])),
  });
  return { p: side('p', p), q: side('q', q) };
}

/** Slopes G by a covariance as those by what it is given by: 2σᵢ·Gᵢᵢ by standard deviations; 2·G·F and Gᵢᵢ besides where it is F·Fᵀ + diag(D). */
function scaleSlopes({ mean, std, factor }: MultivariateNormal, covariance: Float64Array): Slopes {
  const d = mean.length;
  const diagonal = mean.map((_, i) => covariance[i * d + i] as number);
  if (std !== undefined) return { std: std.map((s, i) => 2 * s * (diagonal[i] as number)) };
  if (factor === undefined) return { covariance };
  const rank = factor.length / d;
  const byFactor = factor.map((_, at) => {
    const [i, k] = [Math.floor(at / rank), at % rank];
    return 2 * mean.reduce((sum, _, j) => sum + (covariance[i * d + j] as number) * (factor[j * rank + k] as number), 0);
  });
  return { covariance, factor: byFactor, diagonal };
}

/** n₁·Gₚ and n₂·G_q, G the slopes of the normal divergence that is in it. */
function wishartGradient(p: Wishart, q: Wishart, core: Core | undefined) {
  const [mean, ratio] = [new Float64Array(p.dimensions), p.degreesOfFreedom / q.degreesOfFreedom];
  const left = { mean, covariance: p.scale.map((x) => x * ratio) };
  const { gradient } = gaussian.klDivergenceWithGradient(left, { mean, covariance: q.scale }, { core });
  const side = (name: 'p' | 'q', n: number) => ({ scale: Float64Array.from(gradient[`${name}.covariance`], (x) => x * n) });
  return { p: side('p', p.degreesOfFreedom), q: side('q', q.degreesOfFreedom) };
}
