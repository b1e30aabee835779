/** KL, entropy and cross-entropy of named distributions: closed form, else sum, else quadrature, else Monte Carlo. */
import { anyWhole, checkOptions, oneOf, type OptionRules, unchecked, whole } from '../applications/input/options.js';
import { type Core, SurprisalError } from '../index.js';
import { closedForm } from './closed.js';
import { argumentsOf } from './family.js';
import { type AnyDistribution, checkDistribution, FAMILIES, type Law, lawOf } from './law.js';
import { meanOverDraws } from './monteCarlo.js';
import { meanOverDensity } from './quadrature.js';
import type { Method, Result } from './result.js';
import { type Mean, meanOverMasses } from './sums.js';
import { categoricalKl, vectorEntropy, vectorKl } from './vectorForms.js';
import type { VectorDistribution } from './vectors.js';

export interface KlOptions {
  /** One way and no other: for checking one by another. The first that there is when left out. */
  readonly method?: Method | undefined;
  /** Draws of Monte Carlo; 100,000 when left out. */
  readonly draws?: number | undefined;
  /** Seed of Monte Carlo; 1 when left out. */
  readonly seed?: number | undefined;
  readonly core?: Core | undefined;
}

const UNIT = 2 ** -53;
/** Roundings of an expectation and its terms: each is a special function of moderate size. */
const TERM_ERROR = 32 * UNIT;
/** A thousand doubles within the width of a distribution. */
const COARSE = 2 ** -43;
/** Of quadrature: a bound up to this, of 1 and the value, needs no other way. */
const SHARP = 1e-12;
const BEYOND = { why: 'the divergence is beyond the range of doubles' };
const METHODS: readonly Method[] = ['closed-form', 'sum', 'quadrature', 'monte-carlo'];

const RULES: OptionRules = { method: oneOf(...METHODS), draws: whole(2), seed: anyWhole, core: unchecked };

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** As text, without an end at infinity and without that of `open`. */
function interval({ from, to }: Interval, open?: 'from' | 'to'): string {
  const left = open === 'from' || from === -Infinity ? '(' : '[';
  const right = open === 'to' || to === Infinity ? ')' : ']';
  return `${left}${from}, ${to}${right}`.replace('-Infinity', '−∞').replace('Infinity', '∞');
}

/** The part of p below what q has, else that above: of masses the points of p, of densities all up to q's end. */
function beyond({ support: s, points }: Law, t: Interval): { readonly place: Interval; readonly open?: 'from' | 'to' } {
  const isBelow = s.from < t.from;
  if (points !== undefined) {
    const outside = points.filter((x) => (isBelow ? x < t.from : x > t.to));
    return { place: { from: outside[0] as number, to: outside.at(-1) as number } };
  }
  if (s.kind === 'masses')
    return {
      place: isBelow
        ? { from: s.from, to: Math.min(s.to, Math.ceil(t.from) - 1) }
        : { from: Math.max(s.from, Math.floor(t.to) + 1), to: s.to },
    };
  if (isBelow) return s.to < t.from ? { place: s } : { place: { from: s.from, to: t.from }, open: 'to' };
  return s.from > t.to ? { place: s } : { place: { from: t.to, to: s.to }, open: 'from' };
}

/** Where a table q has no mass between its ends and p has, be it beyond the range of doubles. */
function hole({ support: { from, to }, points }: Law, q: Law): Pick<Result, 'supportViolation' | 'why'> | undefined {
  if (q.points === undefined) return undefined;
  const count = points?.length ?? to - from + 1;
  for (let i = 0; i < count; i++) {
    const x = points === undefined ? from + i : (points[i] as number);
    if (q.logDensity(x) === -Infinity) return { supportViolation: { from: x, to: x }, why: `p has mass at ${x}, where q has none` };
  }
  return undefined;
}

/** Where p has mass and q none by their supports; undefined where there is no such place. */
function violation(p: Law, q: Law): Pick<Result, 'supportViolation' | 'why'> | undefined {
  const [s, t] = [p.support, q.support];
  if (s.kind !== t.kind) {
    if (s.kind === 'circle' || t.kind === 'circle')
      throw new SurprisalError(
        'ERR_KIND',
        `"q" expected a distribution on the circle, as vonMises is, beside one: they live on different spaces`,
        {
          argument: 'q',
          value: q.name,
        },
      );
    const why =
      s.kind === 'masses'
        ? 'p has mass at single points, where q, which has a density, has none'
        : 'q has mass at single points alone, where p, which has a density, has none';
    return { supportViolation: { from: s.from, to: s.to }, why };
  }
  if (s.from >= t.from && s.to <= t.to) return hole(p, q);
  const { place, open } = beyond(p, t);
  const why = `p has mass in ${interval(place, open)}, where q has none: q's support is ${interval(t)}`;
  return { supportViolation: { from: place.from, to: place.to }, why };
}

const infinite = (method: Method, why: Pick<Result, 'supportViolation' | 'why'>): Result => ({
  value: Infinity,
  method,
  errorBound: 0,
  ...why,
});

function sameParameters(p: object, q: object): boolean {
  const [a, b] = [Object.entries(p), Object.entries(q)];
  return (
    a.length === b.length &&
    a.every(([key, x]) => {
      const y = (q as Record<string, unknown>)[key];
      return x instanceof Float64Array
        ? y instanceof Float64Array && x.length === y.length && x.every((value, i) => value === y[i])
        : x === y;
    })
  );
}

/** The accurate form within one family, by name or as members of a larger one. */
function familyForm(p: AnyDistribution, q: AnyDistribution): Result | undefined {
  const [left, right] = [FAMILIES.get(p.family), FAMILIES.get(q.family)];
  const found = left && right && closedForm(p.family, q.family);
  if (found === undefined) return undefined;
  const args = [argumentsOf(left as never, p), argumentsOf(right as never, q)] as const;
  const [x, y] = found.views === undefined ? args : [found.views[0].args(args[0]), found.views[1].args(args[1])];
  const value = found.form.value(x, y);
  // NaN, or below 0, where something on the way was beyond the range of doubles: another way may answer.
  if (!(value >= 0)) return undefined;
  // Supports have been looked at before.
  if (value === Infinity) return infinite('closed-form', BEYOND);
  return {
    value,
    method: 'closed-form',
    errorBound: Math.max(value * (found.form.units * UNIT), (found.form.ofExponent?.(x, y) ?? 0) * UNIT),
  };
}

/**
 * Terms of a cross-entropy added up; undefined where one of them has no closed form, or is beyond the range of doubles with what it is added to. `size`: what
 * their roundings are a share of; large ones are exponentials, off by those of the exponent.
 */
function addTerms(terms: readonly (number | undefined)[]): { value: number; size: number } | undefined {
  if (terms.includes(Infinity)) return terms.includes(-Infinity) ? undefined : { value: Infinity, size: Infinity };
  if (terms.length === 0 || terms.includes(undefined)) return undefined;
  const known = terms as readonly number[];
  const value = known.reduce((sum, x) => sum + x, 0);
  return Number.isNaN(value)
    ? undefined
    : { value, size: known.reduce((sum, x) => sum + Math.abs(x) * Math.max(1, Math.log(Math.abs(x))), 0) };
}

/** −E log q by the means of p, and how far it may be off. */
function closedCrossEntropy({ expectations: e }: Law, q: Law): { readonly value: number; readonly error: number } | undefined {
  const found = e && q.crossEntropy && addTerms(q.crossEntropy(e));
  if (found === undefined || found.value === Infinity) return found && { value: Infinity, error: 0 };
  const moved = e?.roundedAt === undefined ? 0 : (q.offBy?.(8 * UNIT * e.roundedAt, e) ?? 0);
  return { value: found.value, error: TERM_ERROR * (found.size + 1) + moved };
}

/** −h(p) − E log q by the means of p. */
function expectationForm(p: Law, q: Law): Result | undefined {
  const cross = closedCrossEntropy(p, q);
  if (cross === undefined) return undefined;
  if (cross.value === Infinity)
    return infinite('closed-form', {
      why: `the mean of log q under p is −∞, or beyond the range of doubles: the tails of ${p.name} are too heavy for ${q.name}`,
    });
  if (p.entropy === undefined) return undefined;
  const errorBound = cross.error + TERM_ERROR * Math.abs(p.entropy);
  const value = cross.value - p.entropy;
  // Of a finite sum a finite bound: neither NaN nor what is below 0 by more than that is an answer.
  return errorBound < Infinity && value >= -errorBound ? { value: Math.max(0, value), method: 'closed-form', errorBound } : undefined;
}

/** h(p) + KL, where both have a closed form. */
function familyCrossEntropy(p: AnyDistribution, q: AnyDistribution, { entropy: h }: Law, core: Core | undefined): Result | undefined {
  const d = sameParameters(p, q) ? { value: 0, errorBound: 0 } : (categoricalForm(p, q, core) ?? familyForm(p, q));
  if (h === undefined || d === undefined || !(Math.abs(h + d.value) < Infinity)) return undefined;
  return { value: h + d.value, method: 'closed-form', errorBound: TERM_ERROR * (Math.abs(h) + 1) + d.errorBound };
}

function resultOf(mean: Mean, method: Method, atLeast: number): Result | undefined {
  if (mean.infiniteAt !== undefined) {
    const x = mean.infiniteAt;
    return infinite(method, { supportViolation: { from: x, to: x }, why: `p has mass at ${x}, where q has none` });
  }
  if (mean.unboundedAt !== undefined)
    return { value: -Infinity, method, errorBound: 0, why: `the density of q has no bound at ${mean.unboundedAt}, where p has mass` };
  if (mean.unfinished === true || Number.isNaN(mean.value)) return undefined;
  const { value, error } = mean.close !== undefined && mean.close.error < mean.error ? mean.close : mean;
  if (!(error < Infinity)) return undefined;
  return { value: Math.max(atLeast, value), method, errorBound: error };
}

/** log q(x), also between the whole numbers that masses lie on, where samples may be. */
function logMassOf({ support, points, logDensity }: Law): (x: number) => number {
  if (support.kind !== 'masses' || points !== undefined) return logDensity;
  return (x) => (Number.isInteger(x) ? logDensity(x) : -Infinity);
}

/** By sum, quadrature or draws. */
function numerically(p: Law, q: Law, { method, draws = 100_000, seed = 1 }: KlOptions): Result {
  const isSame = p.support.from === q.support.from && p.support.to === q.support.to;
  const isTable = q.points !== undefined;
  const logQ = logMassOf(q);
  const ratio = (x: number, logP: number) => logP - logQ(x);
  const cross = (x: number) => -logQ(x);
  const points = [q.centre[0], ...q.kinks];
  const h = p.support.kind === 'masses' || !Number.isFinite(p.entropy) ? undefined : p.entropy;
  if (method !== 'monte-carlo') {
    if (p.support.kind === 'masses') {
      const found = resultOf(meanOverMasses(p, ratio, q), 'sum', 0);
      if (found !== undefined) return found;
    } else {
      const found = resultOf(meanOverDensity(p, ratio, points, isSame), 'quadrature', 0);
      if (found !== undefined && (h === undefined || found.errorBound <= SHARP * (1 + found.value))) return found;
      const other = resultOf(meanOverDensity(p, cross, points, false), 'quadrature', -Infinity);
      const best = h === undefined || other === undefined ? found : sharper(lessEntropy(other, h), found);
      if (best !== undefined) return best;
    }
  }
  return refuseFar(
    p,
    h === undefined ? sampled(p, ratio, draws, seed, isSame && !isTable) : lessEntropy(sampled(p, cross, draws, seed, false), h),
  );
}

/** A cross-entropy as the divergence: an entropy that is known need not be found, where its density may be large and nothing else is. */
function lessEntropy(cross: Result, h: number): Result {
  const value = cross.value - h;
  const errorBound = cross.errorBound + TERM_ERROR * (Math.abs(h) + 1);
  return { ...cross, errorBound, value: cross.method === 'monte-carlo' ? value : Math.max(0, value) };
}

const sharper = (a: Result, b: Result | undefined) => (b !== undefined && b.errorBound <= a.errorBound ? b : a);

/** Where no way has come to a number: parameters so far out that draws or densities are beyond the range of doubles. */
function refuseFar(p: Law, result: Result): Result {
  if (Number.isFinite(result.value)) return result;
  const expected = 'parameters of which densities and draws are within the range of doubles';
  throw new SurprisalError('ERR_DOMAIN', `"p" expected ${expected}, got ${p.name} far out`, { argument: 'p', value: p.name, expected });
}

/** Where doubles are as far apart as draws are, these are all the same and their standard error is no error at all. */
function refuseCoarse({ name, centre }: Law): void {
  if (Math.abs(centre[0]) * COARSE <= centre[1]) return;
  const expected = 'parameters of which draws can be told apart in doubles';
  throw new SurprisalError('ERR_DOMAIN', `"p" expected ${expected}, got ${name} far out`, { argument: 'p', value: name, expected });
}

function sampled(p: Law, t: (x: number, logP: number) => number, draws: number, seed: number, close: boolean): Result {
  refuseCoarse(p);
  const { value, standardError } = meanOverDraws(p, t, draws, seed, close);
  return refuseFar(p, { value, method: 'monte-carlo', errorBound: 4 * standardError + TERM_ERROR * Math.abs(value), standardError });
}

function refuseMethod(method: Method, p: AnyDistribution, q?: AnyDistribution): SurprisalError {
  const what = q === undefined ? p.family : `${p.family} and ${q.family}`;
  const expected = `a method that ${what} ${q === undefined ? 'has' : 'have'}`;
  return new SurprisalError('ERR_OPTION', `option "method" expected ${expected}, got '${method}'`, {
    argument: 'method',
    value: method,
    expected,
  });
}

/**
 * Kullback–Leibler divergence of two named distributions, D(p‖q) = E_p log(p/q): by closed form, else by a sum, else by quadrature, else by Monte Carlo.
 *
 * @param p       made by a constructor of this sub-path
 * @param q       likewise, on the same space
 * @param options method, draws, seed, core
 * @returns       {value, method, errorBound}, where p has mass and q has none also {supportViolation, why}
 *
 * Units       nats; 0 (equal) to Infinity; Monte Carlo alone may answer below 0
 * Edge cases  equal parameters give exactly 0 · a density beside masses gives Infinity · an infinite mean gives Infinity and says which
 * Accuracy    errorBound, absolute; within one family relative: 64·2⁻⁵³, with special functions 1e-13 — docs/families.md, npm run conformance
 * Source      docs/families.md names each formula
 *
 * @throws {SurprisalError} ERR_KIND (made elsewhere, different spaces) · ERR_OPTION · ERR_COVARIANCE · ERR_DOMAIN (so far out that no way comes to a number)
 * @example
 * kl(poisson({ rate: 2 }), poisson({ rate: 3 })); // { value: 0.189…, method: 'closed-form', errorBound: 1.3e-15 }
 */
export function kl(p: AnyDistribution, q: AnyDistribution, options: KlOptions = {}): Result {
  checkOptions(options, RULES);
  checkDistribution('p', p);
  checkDistribution('q', q);
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
  if ((method === 'sum') !== (left.support.kind === 'masses') && method !== undefined && method !== 'monte-carlo')
    throw refuseMethod(method, p, q);
  return numerically(left, right, options);
}

/** In a closed form. A product on the way may be beyond the range of doubles in one form, and not in the other. */
function closedKl(p: AnyDistribution, q: AnyDistribution, left: Law, right: Law, core: Core | undefined): Result | undefined {
  const found = categoricalForm(p, q, core) ?? familyForm(p, q);
  if (found !== undefined && found.value < Infinity) return found;
  const byMeans = expectationForm(left, right);
  return byMeans !== undefined && (found === undefined || byMeans.value < Infinity) ? byMeans : found;
}

/** Two categorical distributions of as many outcomes: the core's own. */
function categoricalForm(p: AnyDistribution, q: AnyDistribution, core: Core | undefined): Result | undefined {
  const [left, right] = [p as VectorDistribution, q as VectorDistribution];
  if (left.family !== 'categorical' || right.family !== 'categorical' || left.probabilities.length !== right.probabilities.length)
    return undefined;
  const value = categoricalKl(left.probabilities, right.probabilities, core);
  if (value < Infinity) return { value, method: 'closed-form', errorBound: 32 * UNIT * value };
  const at = left.probabilities.findIndex((x, i) => x > 0 && right.probabilities[i] === 0);
  return infinite('closed-form', { supportViolation: { from: at, to: at }, why: `p has mass at ${at}, where q has none` });
}

/**
 * Entropy −E log p (differential for densities), by the same ways as {@link kl}.
 *
 * @param p       made by a constructor of this sub-path
 * @param options method, draws, seed, core
 * @returns       {value, method, errorBound}
 *
 * Units       nats; below 0 for narrow densities
 * Edge cases  multinomial: an exact sum over the counts of each outcome, n·k terms at most; ERR_DOMAIN where n is beyond what a sum can hold
 * Accuracy    errorBound, absolute
 * Source      docs/families.md
 *
 * @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_COVARIANCE · ERR_DOMAIN
 * @example
 * entropy(normal({ std: 1 })).value; // 1.418…, ½·log(2πe)
 */
export function entropy(p: AnyDistribution, options: KlOptions = {}): Result {
  checkOptions(options, RULES);
  checkDistribution('p', p);
  const law = lawOf(p);
  const { method, draws = 100_000, seed = 1 } = options;
  if (law === undefined) return entropyOfVector(p as VectorDistribution, method);
  if (law.entropy !== undefined && !Number.isNaN(law.entropy) && (method === undefined || method === 'closed-form'))
    return { value: law.entropy, method: 'closed-form', errorBound: TERM_ERROR * (Math.abs(law.entropy) + 1) };
  if (method === 'closed-form') throw refuseMethod(method, p);
  return meanOf(law, (_, logP) => -logP, [], { method, draws, seed });
}

/** By the one way that there is. */
function entropyOfVector(p: VectorDistribution, method: Method | undefined): Result {
  const found = vectorEntropy(p);
  if (found === undefined)
    throw new SurprisalError(
      'ERR_DOMAIN',
      `"p" expected counts of which sums are not too long (n up to 10⁹), got n = ${(p as { n: number }).n}`,
      {
        argument: 'p',
        value: p,
      },
    );
  if (method !== undefined && method !== found.method) throw refuseMethod(method, p);
  return found;
}

function meanOf(
  p: Law,
  t: (x: number, logP: number) => number,
  points: readonly number[],
  { method, draws = 100_000, seed = 1 }: KlOptions,
): Result {
  if (method !== 'monte-carlo') {
    const found =
      p.support.kind === 'masses'
        ? resultOf(meanOverMasses(p, t), 'sum', -Infinity)
        : resultOf(meanOverDensity(p, t, points, false), 'quadrature', -Infinity);
    if (found !== undefined) return found;
  }
  return sampled(p, t, draws, seed, false);
}

/**
 * Cross-entropy −E_p log q = entropy(p) + kl(p, q) where that is finite, by the same ways as {@link kl}. For `samples` beside a density it is the mean
 * negative log-likelihood.
 *
 * @param p       made by a constructor of this sub-path
 * @param q       likewise, on the same space
 * @param options method, draws, seed, core
 * @returns       {value, method, errorBound}, where p has mass and q has none also {supportViolation, why}
 *
 * Units       nats
 * Edge cases  samples between whole numbers, beside masses, give Infinity
 * Accuracy    errorBound, absolute
 * Source      docs/families.md
 *
 * @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_COVARIANCE
 * @example
 * crossEntropy(samples([0.1, -0.4, 1.2]), normal({ std: 1 })).value; // 1.187…
 */
export function crossEntropy(p: AnyDistribution, q: AnyDistribution, options: KlOptions = {}): Result {
  checkOptions(options, RULES);
  checkDistribution('p', p);
  checkDistribution('q', q);
  const [left, right] = [lawOf(p), lawOf(q)];
  if (left === undefined || right === undefined) {
    const d = vectorKl(p as VectorDistribution, q as VectorDistribution, options.core);
    if (d.value === Infinity) return d;
    const h = entropyOfVector(p as VectorDistribution, options.method);
    return { ...d, method: h.method, value: h.value + d.value, errorBound: h.errorBound + d.errorBound };
  }
  const { method } = options;
  const isAtPoints = p.family === 'samples' && right.support.kind === 'density';
  const outside = isAtPoints ? violation({ ...left, support: { ...left.support, kind: 'density' } }, right) : violation(left, right);
  if (outside !== undefined) return infinite('closed-form', outside);
  if (method === undefined || method === 'closed-form') {
    const found = closedCrossEntropy(left, right);
    if (found !== undefined) return { value: found.value, method: 'closed-form', errorBound: found.error };
    const sum = familyCrossEntropy(p, q, left, options.core);
    if (sum !== undefined) return sum;
    if (method !== undefined) throw refuseMethod(method, p, q);
  }
  const logQ = logMassOf(right);
  return meanOf(left, (x) => -logQ(x), [right.centre[0], ...right.kinks], options);
}
