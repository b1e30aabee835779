/** KL and cross-entropy in closed form: within one family, in one that holds both, by means. */
import type { Core } from '../index.js';
import { closedForm } from './closed.js';
import { argumentsOf, type Expectations } from './family.js';
import { type AnyDistribution, FAMILIES, type Law } from './law.js';
import { BEYOND, infinite, type Result, TERM_ERROR } from './result.js';
import { categoricalKl, sharesOff } from './vectorForms.js';
import type { VectorDistribution } from './vectors.js';

const UNIT = 2 ** -53;

/** In a closed form. A product on the way may be beyond the range of doubles in one form, and not in the other. */
export function closedKl(p: AnyDistribution, q: AnyDistribution, left: Law, right: Law, core: Core | undefined): Result | undefined {
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
  if (value < Infinity) return { value, method: 'closed-form', errorBound: sharesOff(value) };
  const at = left.probabilities.findIndex((x, i) => x > 0 && right.probabilities[i] === 0);
  return infinite('closed-form', { supportViolation: { from: at, to: at }, why: `p has mass at ${at}, where q has none` });
}

export function sameParameters(p: object, q: object): boolean {
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
 * Terms of a cross-entropy added up; undefined where one of them has no closed form, or is beyond the range of doubles with what it is added to. `error`: what
 * their roundings may be; large ones are exponentials, off by those of the exponent.
 */
function addTerms(terms: readonly (number | undefined)[]): { value: number; error: number } | undefined {
  if (terms.includes(Infinity)) return terms.includes(-Infinity) ? undefined : { value: Infinity, error: 0 };
  if (terms.length === 0 || terms.includes(undefined)) return undefined;
  const known = terms as readonly number[];
  const value = known.reduce((sum, x) => sum + x, 0);
  return Number.isNaN(value)
    ? undefined
    : { value, error: TERM_ERROR + known.reduce((sum, x) => sum + TERM_ERROR * Math.abs(x) * Math.max(1, Math.log(Math.abs(x))), 0) };
}

/** −E log q by the means of p, and how far it may be off. */
function crossByMeans({ expectations: e }: Law, q: Law): { readonly value: number; readonly error: number } | undefined {
  const terms = (e && q.crossEntropy?.(e)) ?? [];
  const found = addTerms(terms);
  // Where a mean is infinite so is the sum, however far out another term is.
  const isInfinite = found === undefined ? e !== undefined && terms.includes(Infinity) && isInfiniteMean(e, q) : found.value === Infinity;
  if (isInfinite) return { value: Infinity, error: 0 };
  if (found === undefined) return undefined;
  const { roundedAt = 0, log = 0, logRoundedAt = Math.abs(log) } = e ?? {};
  const moved = (e && q.offBy?.({ mean: 8 * UNIT * roundedAt, log: 8 * UNIT * logRoundedAt, ratio: 8 * UNIT }, e)) ?? 0;
  const error = found.error + moved;
  return error < Infinity ? { value: found.value, error } : undefined; // of a sum that may be anything there is no telling
}

/** Units and centres so far out that what is left of a mean is 0, or Infinity where it is that without them. */
const OUT = 1e300;

/** Whether one of the means that q asks for is infinite, and not only large. */
function isInfiniteMean(e: Expectations, q: Law): boolean {
  let isFound = false;
  const seen = (x: number | undefined) => {
    if (x === Infinity) isFound = true;
    return x;
  };
  q.crossEntropy?.({
    ...e,
    get mean() {
      return seen(e.mean) as number;
    },
    square: (c) => seen(e.square?.(c, OUT)),
    absolute: (c) => seen(e.absolute?.(c)),
    power: (k) => seen(e.power?.(k, k > 0 ? OUT : 1 / OUT)),
    exponential: (unit) => seen(e.exponential?.(unit, -OUT)),
  });
  return isFound;
}

/** Why a cross-entropy by means is Infinity. */
function tooLarge(p: Law, q: Law): Pick<Result, 'why'> {
  if (p.expectations === undefined || !isInfiniteMean(p.expectations, q)) return BEYOND;
  return { why: `the mean of log q under p is −∞, or beyond the range of doubles: the tails of ${p.name} are too heavy for ${q.name}` };
}

/** −h(p) − E log q by the means of p. */
function expectationForm(p: Law, q: Law): Result | undefined {
  const cross = crossByMeans(p, q);
  if (cross === undefined) return undefined;
  if (cross.value === Infinity) return infinite('closed-form', tooLarge(p, q));
  if (p.entropy === undefined) return undefined;
  const errorBound = cross.error + p.entropy.error;
  const value = cross.value - p.entropy.value;
  // Of a finite sum a finite bound: neither NaN nor what is below 0 by more than that is an answer.
  return errorBound < Infinity && value >= -errorBound ? { value: Math.max(0, value), method: 'closed-form', errorBound } : undefined;
}

/** −E log q by the divergence or by means, in closed form: by the sharper of the two, as one may have large terms that cancel. */
export function closedCrossEntropy(
  p: AnyDistribution,
  q: AnyDistribution,
  left: Law,
  right: Law,
  core: Core | undefined,
): Result | undefined {
  const sum = familyCrossEntropy(p, q, left, core);
  const cross = crossByMeans(left, right);
  if (cross === undefined || (sum !== undefined && sum.value < Infinity && !(cross.value < Infinity && cross.error < sum.errorBound)))
    return sum;
  if (cross.value < Infinity) return { value: cross.value, method: 'closed-form', errorBound: cross.error };
  return sum ?? infinite('closed-form', tooLarge(left, right));
}

/** h(p) + KL, where both have a closed form. */
function familyCrossEntropy(p: AnyDistribution, q: AnyDistribution, { entropy: h }: Law, core: Core | undefined): Result | undefined {
  const d = sameParameters(p, q) ? { value: 0, errorBound: 0 } : (categoricalForm(p, q, core) ?? familyForm(p, q));
  if (d?.value === Infinity) return infinite('closed-form', BEYOND); // supports have been looked at before
  if (h === undefined || d === undefined || !(Math.abs(h.value + d.value) < Infinity)) return undefined;
  return { value: h.value + d.value, method: 'closed-form', errorBound: h.error + d.errorBound };
}
