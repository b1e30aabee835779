/** KL, entropy and cross-entropy of named distributions: closed form, else sum, else quadrature, else Monte Carlo. */
import type { SurprisalError } from '../index.js';
import { closedCrossEntropy, closedKl, sameParameters } from './closedKl.js';
import { type AnyDistribution, asDistribution, type Law, lawOf, lawsBesideZero, SMALLER, smaller } from './law.js';
import { logMassOf, meanOf, numerically } from './numerically.js';
import { checkKlOptions, type KlOptions, methodError } from './options.js';
import { infinite, type Method, type Result, TERM_ERROR } from './result.js';
import { vectorEntropy, vectorKl } from './vectorForms.js';
import type { VectorDistribution } from './vectors.js';
import { violation } from './violation.js';

function refuseMethod(method: Method, p: AnyDistribution, q?: AnyDistribution): SurprisalError {
  const what = q === undefined ? p.family : `${p.family} and ${q.family}`;
  return methodError(method, `a method that ${what} ${q === undefined ? 'has' : 'have'}`);
}

/** Sums are of masses, quadrature of densities. */
function checkMethod(method: Method | undefined, { support }: Law, p: AnyDistribution, q?: AnyDistribution): void {
  if (method !== undefined && method !== 'monte-carlo' && (method === 'sum') !== (support.kind === 'masses'))
    throw refuseMethod(method, p, q);
}

/**
 * Kullback–Leibler divergence of two named distributions, D(p‖q) = E_p log(p/q): by closed form, else by a sum, else by quadrature, else by Monte Carlo.
 *
 * @param p       made by a constructor of this sub-path, or a plain copy of such a one (structuredClone)
 * @param q       likewise, on the same space
 * @param options method, draws, seed, core
 * @returns       {value, method, errorBound}, where p has mass and q has none also {supportViolation, why}
 *
 * Units       nats; 0 (equal) to Infinity; Monte Carlo alone may answer below 0
 * Edge cases  equal parameters give exactly 0 · a density beside masses gives Infinity · an infinite mean gives Infinity and says which
 * Accuracy    errorBound, absolute; within one family relative: 64·2⁻⁵³, with special functions 1e-13 — docs/families.md, npm run conformance
 * Source      docs/families.md names each formula
 *
 * @throws {SurprisalError} ERR_KIND (no distribution of this sub-path, different spaces) · ERR_OPTION · ERR_BACKEND · ERR_COVARIANCE · ERR_DOMAIN (so far out that no way comes to a number)
 * @example
 * kl(poisson({ rate: 2 }), poisson({ rate: 3 })); // { value: 0.189…, method: 'closed-form', errorBound: 1.3e-15 }
 */
export function kl(p: AnyDistribution, q: AnyDistribution, options: KlOptions = {}): Result {
  checkKlOptions(options);
  return klOf(asDistribution('p', p), asDistribution('q', q), options);
}

function klOf(p: AnyDistribution, q: AnyDistribution, options: KlOptions): Result {
  const near = smaller(p, q);
  if (near !== undefined) return klOf(...near, options);
  const { method } = options;
  const [left, right] = [lawOf(p), lawOf(q)];
  if (left === undefined || right === undefined) {
    if (method !== undefined && method !== 'closed-form') throw refuseMethod(method, p, q);
    return vectorKl(p as VectorDistribution, q as VectorDistribution, options.core);
  }
  const outside = violation(left, right);
  if (outside !== undefined) return infinite('closed-form', outside);
  if (method === undefined || method === 'closed-form') {
    if (sameParameters(p, q)) return { value: 0, method: 'closed-form', errorBound: 0 };
    const found = closedKl(p, q, left, right, options.core);
    if (found !== undefined) return found;
    if (method !== undefined) throw refuseMethod(method, p, q);
  }
  checkMethod(method, left, p, q);
  return numerically(...(lawsBesideZero(p, q) ?? ([left, right] as const)), options);
}

/**
 * Entropy −E log p (differential for densities), by the same ways as {@link kl}.
 *
 * @param p       made by a constructor of this sub-path, or a plain copy of such a one (structuredClone)
 * @param options method, draws, seed, core
 * @returns       {value, method, errorBound}
 *
 * Units       nats; below 0 for narrow densities
 * Edge cases  multinomial: a sum over the counts of each outcome
 * Accuracy    errorBound, absolute
 * Source      docs/families.md
 *
 * @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_BACKEND · ERR_COVARIANCE · ERR_DOMAIN
 * @example
 * entropy(normal({ std: 1 })).value; // 1.418…, ½·log(2πe)
 */
export function entropy(p: AnyDistribution, options: KlOptions = {}): Result {
  checkKlOptions(options);
  return entropyOf(asDistribution('p', p), options);
}

function entropyOf(p: AnyDistribution, options: KlOptions): Result {
  const law = lawOf(p);
  const { method } = options;
  if (law === undefined) return entropyOfVector(p as VectorDistribution, method);
  const h = law.entropy;
  if (h !== undefined && !Number.isNaN(h.value) && (method === undefined || method === 'closed-form'))
    return { value: h.value, method: 'closed-form', errorBound: h.error };
  if (method === 'closed-form') throw refuseMethod(method, p);
  checkMethod(method, law, p);
  return meanOf(law, (_, logP) => -logP, [], options);
}

/** By the one way that there is. */
function entropyOfVector(p: VectorDistribution, method: Method | undefined): Result {
  const found = vectorEntropy(p);
  if (method !== undefined && method !== found.method) throw refuseMethod(method, p);
  return found;
}

/**
 * Cross-entropy −E_p log q = entropy(p) + kl(p, q) where that is finite, by the same ways as {@link kl}. For `samples` beside a density, on the line
 * or on the circle, it is the mean negative log-likelihood.
 *
 * @param p       made by a constructor of this sub-path, or a plain copy of such a one (structuredClone)
 * @param q       likewise, on the same space
 * @param options method, draws, seed, core
 * @returns       {value, method, errorBound}, where p has mass and q has none also {supportViolation, why}
 *
 * Units       nats
 * Edge cases  samples between whole numbers, beside masses, give Infinity
 * Accuracy    errorBound, absolute
 * Source      docs/families.md
 *
 * @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_BACKEND · ERR_COVARIANCE · ERR_DOMAIN (so far out that no way comes to a number)
 * @example
 * crossEntropy(samples([0.1, -0.4, 1.2]), normal({ std: 1 })).value; // 1.187…
 */
export function crossEntropy(p: AnyDistribution, q: AnyDistribution, options: KlOptions = {}): Result {
  checkKlOptions(options);
  return crossEntropyOf(asDistribution('p', p), asDistribution('q', q), options);
}

/** A density of what was made smaller is as much higher. */
function inLargerUnit(found: Result): Result {
  const value = found.value - Math.log(SMALLER);
  return { ...found, value, errorBound: found.errorBound + (value < Infinity ? TERM_ERROR : 0) };
}

/** Samples are points of whatever space q is on; on the circle any number is an angle. */
function violationOfSamples(p: Law, q: Law): ReturnType<typeof violation> {
  const { kind } = q.support;
  return kind === 'circle' ? undefined : violation({ ...p, support: { ...p.support, kind } }, q);
}

function crossEntropyOf(p: AnyDistribution, q: AnyDistribution, options: KlOptions): Result {
  const fitting = smaller(p, q);
  if (fitting !== undefined) return inLargerUnit(crossEntropyOf(...fitting, options));
  const [left, right] = [lawOf(p), lawOf(q)];
  if (left === undefined || right === undefined) {
    const d = vectorKl(p as VectorDistribution, q as VectorDistribution, options.core);
    if (d.value === Infinity) return d;
    const h = entropyOfVector(p as VectorDistribution, options.method);
    return { ...d, method: h.method, value: h.value + d.value, errorBound: h.errorBound + d.errorBound };
  }
  const { method } = options;
  const outside = p.family === 'samples' ? violationOfSamples(left, right) : violation(left, right);
  if (outside !== undefined) return infinite('closed-form', outside);
  if (method === undefined || method === 'closed-form') {
    const found = closedCrossEntropy(p, q, left, right, options.core);
    if (found !== undefined) return found;
    if (method !== undefined) throw refuseMethod(method, p, q);
  }
  checkMethod(method, left, p, q);
  const [near, other] = lawsBesideZero(p, q) ?? [left, right];
  const logQ = logMassOf(near, other);
  const smooth = other.points === undefined ? near : { ...near, spread: undefined }; // masses of a table are as they are
  return meanOf(smooth, (x) => -logQ(x), [other.centre[0], ...other.kinks], options, other);
}
