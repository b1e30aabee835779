/** Gradients of closed forms by the parameters of both sides. */
import { type Core, gaussian, klDivergenceWithGradient, SurprisalError } from '../index.js';
import { CLOSED, dirichletGradient } from './closed.js';
import { argumentsOf } from './family.js';
import { kl } from './kl.js';
import type { Result } from './result.js';
import { type AnyDistribution, FAMILIES } from './law.js';
import type { MultivariateNormal, VectorDistribution } from './vectors.js';

type Slopes = Readonly<Record<string, number | Float64Array>>;

export interface ResultWithGradient extends Result {
  /** By each continuous parameter, named as in the distributions. */
  readonly gradient: { readonly p: Slopes; readonly q: Slopes };
}

/**
 * {@link kl} with its gradient by the parameters of both sides, where both are of one family.
 *
 * @param p       made by a constructor of this sub-path
 * @param q       of the same family
 * @param options core
 * @returns       the result of {@link kl} and gradient {p, q}: a number for each parameter, an array for each that is one
 *
 * Units       nats a unit of the parameter
 * Edge cases  n of binomial and multinomial distributions, r of negative binomial ones and degrees of freedom of Wishart ones have none
 *             · entries of a covariance count as independent · where the divergence is Infinity the gradient is NaN
 *             · probabilities are divided by their sum first; where pᵢ = 0 < qᵢ the slope by pᵢ, −∞ in truth, is 0
 * Accuracy    1e-12 relative, of the larger of two summands where they cancel — npm run conformance
 * Source      closed forms; docs/families.md
 *
 * @throws {SurprisalError} as {@link kl} · ERR_KIND (two families, or one without a closed form)
 * @example
 * klWithGradient(poisson({ rate: 2 }), poisson({ rate: 4 })).gradient.q.rate; // 0.5
 */
export function klWithGradient(
  p: AnyDistribution,
  q: AnyDistribution,
  options: { readonly core?: Core | undefined } = {},
): ResultWithGradient {
  const result = kl(p, q, options);
  if (p.family !== q.family) throw familyError(p, q);
  return {
    ...result,
    gradient: vectorGradient(p as VectorDistribution, q as VectorDistribution, options.core) ?? scalarGradient(p, q, result),
  };
}

function familyError(p: AnyDistribution, q: AnyDistribution): SurprisalError {
  const expected = 'a distribution of the family of "p", which has a closed form';
  return new SurprisalError('ERR_KIND', `"q" expected ${expected} (${p.family}), got ${q.family}`, {
    argument: 'q',
    value: q.family,
    expected,
  });
}

function scalarGradient(p: AnyDistribution, q: AnyDistribution, { value, method }: Result) {
  const of = FAMILIES.get(p.family);
  const form = CLOSED[p.family];
  if (of === undefined || form === undefined || method !== 'closed-form') throw familyError(p, q);
  const names = Object.keys(of.parameters);
  const slopes = value === Infinity ? names.concat(names).map(() => NaN) : form.gradient(argumentsOf(of, p), argumentsOf(of, q));
  const isContinuous = (name: string) => !((p.family === 'binomial' && name === 'n') || name === 'r');
  const named = (from: number) =>
    Object.fromEntries(names.map((name, i) => [name, slopes[from + i] as number] as const).filter(([name]) => isContinuous(name)));
  return { p: named(0), q: named(names.length) };
}

function vectorGradient(p: VectorDistribution, q: VectorDistribution, core: Core | undefined): ResultWithGradient['gradient'] | undefined {
  if (p.family === 'dirichlet' && q.family === 'dirichlet') {
    const slopes = Float64Array.from(dirichletGradient(p.concentration, q.concentration));
    const { length } = p.concentration;
    return { p: { concentration: slopes.slice(0, length) }, q: { concentration: slopes.slice(length) } };
  }
  if (p.family === 'categorical' && q.family === 'categorical') return shareGradient(p.probabilities, q.probabilities, 1, core);
  if (p.family === 'multinomial' && q.family === 'multinomial' && p.n === q.n)
    return shareGradient(p.probabilities, q.probabilities, p.n, core);
  if (p.family === 'multivariateNormal' && q.family === 'multivariateNormal') return normalGradient(p, q, core);
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
  if (p.covariance === undefined || q.covariance === undefined) throw familyError(p, q);
  const [left, right] = [
    { mean: p.mean, covariance: p.covariance },
    { mean: q.mean, covariance: q.covariance },
  ];
  const { gradient } = gaussian.klDivergenceWithGradient(left, right, { core });
  const side = (name: 'p' | 'q') => ({
    mean: Float64Array.from(gradient[`${name}.mean`]),
    covariance: Float64Array.from(gradient[`${name}.covariance`]),
  });
  return { p: side('p'), q: side('q') };
}
