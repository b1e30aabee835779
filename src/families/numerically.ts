/** KL, entropy and cross-entropy by sum, quadrature or draws. */
import { SurprisalError } from '../index.js';
import type { Entropy, Law } from './law.js';
import { expExcess } from './math/excess.js';
import { meanOverDraws } from './monteCarlo.js';
import { type KlOptions, methodError } from './options.js';
import { meanOverDensity } from './quadrature.js';
import { isBeyond, rarePart } from './rare.js';
import { BEYOND, infinite, type Method, type Result, TERM_ERROR } from './result.js';
import { type Mean, meanOverMasses } from './sums.js';

/** A thousand doubles within the width of a distribution. */
const COARSE = 2 ** -43;
/** Of quadrature: a bound up to this, of 1 and the value, needs no other way. */
const SHARP = 1e-12;

/**
 * Whether q, whose support has been looked at before, has nothing at x, and not only what is beyond the range: masses have it at whole numbers, densities everywhere but at an
 * end.
 */
const isNothingAt = ({ support: { kind, from, to } }: Law, x: number) =>
  kind === 'masses' ? !Number.isInteger(x) : x === from || x === to;

function resultOf(mean: Mean, method: Method, atLeast: number, q?: Law): Result | undefined {
  if (mean.infiniteAt !== undefined) {
    const x = mean.infiniteAt;
    if (q === undefined || !isNothingAt(q, x)) return infinite(method, BEYOND);
    return infinite(method, { supportViolation: { from: x, to: x }, why: `p has mass at ${x}, where q has none` });
  }
  if (mean.unboundedAt !== undefined)
    return { value: -Infinity, method, errorBound: 0, why: `the density of q has no bound at ${mean.unboundedAt}, where p has mass` };
  if (mean.unfinished === true || Number.isNaN(mean.value)) return undefined;
  const { value, error } = mean.close !== undefined && mean.close.error < mean.error ? mean.close : mean;
  if (!(error < Infinity)) return undefined;
  return { value: Math.max(atLeast, value), method, errorBound: error };
}

/** log q(x), also between the whole numbers that masses lie on, where the points of p may be. */
export function logMassOf(p: Law, { support, points, logDensity }: Law): (x: number) => number {
  if (support.kind !== 'masses' || points !== undefined || p.points === undefined) return logDensity;
  return (x) => (Number.isInteger(x) ? logDensity(x) : -Infinity);
}

/** By sum, quadrature or draws. */
export function numerically(p: Law, q: Law, options: KlOptions): Result {
  const { method } = options;
  const isSame = p.support.from === q.support.from && p.support.to === q.support.to;
  const isTable = q.points !== undefined;
  const logQ = logMassOf(p, q);
  const ratio = (x: number, logP: number) => logP - logQ(x);
  const cross = (x: number) => -logQ(x);
  const points = [q.centre[0], ...q.kinks];
  const h = p.support.kind === 'masses' || !Number.isFinite(p.entropy?.value) ? undefined : p.entropy;
  if (method !== 'monte-carlo') {
    if (p.support.kind === 'masses') {
      const found = resultOf(meanOverMasses(p, ratio, q), 'sum', 0, q);
      if (found !== undefined) return found;
    } else {
      const found = resultOf(meanOverDensity(p, ratio, points, isSame), 'quadrature', 0);
      if (found !== undefined && (h === undefined || found.errorBound <= SHARP * (1 + found.value))) return found;
      const other = resultOf(meanOverDensity(p, cross, points, false), 'quadrature', -Infinity);
      const best = h === undefined || other === undefined ? found : sharper(lessEntropy(other, h), found);
      if (best !== undefined) return best;
    }
  }
  if (h === undefined) return sampled(p, ratio, points, options, isSame && !isTable);
  return lessEntropy(sampled(p, cross, points, options, false), h);
}

/** A cross-entropy as the divergence: an entropy that is known need not be found, where its density may be large and nothing else is. */
function lessEntropy(cross: Result, h: Entropy): Result {
  if (cross.value === Infinity) return cross;
  const value = cross.value - h.value;
  const errorBound = cross.errorBound + h.error;
  return { ...cross, errorBound, value: cross.method === 'monte-carlo' ? value : Math.max(0, value) };
}

const sharper = (a: Result, b: Result | undefined) => (b !== undefined && b.errorBound <= a.errorBound ? b : a);

/** Where no way has come to a number: parameters so far out that draws or densities are beyond the range of doubles. */
function refuseFar(p: Law, result: Result): Result {
  if (Number.isFinite(result.value) && result.errorBound < Infinity) return result;
  const expected = 'parameters of which densities and draws are within the range of doubles';
  throw new SurprisalError('ERR_DOMAIN', `"p" expected ${expected}, got ${p.name} far out`, { argument: 'p', value: p.name, expected });
}

/** One way and no other was asked for, and it comes to no number. */
function refuseForced(p: Law, method: Method | undefined): void {
  if (method === undefined || method === 'monte-carlo') return;
  throw methodError(method, `a method that comes to a number for ${p.name} here`);
}

/** Where doubles are as far apart as draws are, these are all the same and their standard error is no error at all. */
function refuseCoarse({ name, centre }: Law): void {
  if (Math.abs(centre[0]) * COARSE <= centre[1]) return;
  const expected = 'parameters of which draws can be told apart in doubles';
  throw new SurprisalError('ERR_DOMAIN', `"p" expected ${expected}, got ${name} far out`, { argument: 'p', value: name, expected });
}

/** Four standard errors, and what may lie where the draws have not been. */
function sampled(
  p: Law,
  t: (x: number, logP: number) => number,
  points: readonly number[],
  { method, draws = 100_000, seed = 1 }: KlOptions,
  close: boolean,
): Result {
  refuseForced(p, method);
  refuseCoarse(p);
  if (isBeyond(p, points, t)) return infinite(method ?? (p.support.kind === 'masses' ? 'sum' : 'quadrature'), BEYOND);
  const { value, standardError, isClose } = meanOverDraws(p, t, draws, seed, close);
  const off = isClose ? (ratio: number) => Math.abs(expExcess(-ratio) - value) : (ratio: number) => Math.abs(ratio - value);
  const unseen = rarePart(p, points, draws, (x, logP) => off(t(x, logP)));
  const errorBound = 4 * standardError + unseen + TERM_ERROR * Math.abs(value) * Math.max(1, Math.log(Math.abs(value))); // an exponential has the roundings of its exponent
  return refuseFar(p, { value, method: 'monte-carlo', errorBound, standardError });
}

const STEP = 2 ** -26;

/** What −log q at the points of a table is off by where q rounds its argument: by two roundings of x times the slope there. */
function argumentsOff({ points, logDensity }: Law, t: (x: number, logP: number) => number): number {
  return (points ?? new Float64Array()).reduce((sum, x) => {
    const logP = logDensity(x);
    const rise = Math.abs(t(x * (1 + STEP), logP) - t(x * (1 - STEP), logP));
    return rise < Infinity ? sum + Math.exp(logP) * rise * (2 ** -52 / STEP) : sum;
  }, 0);
}

function atPoints(p: Law, t: (x: number, logP: number) => number, q: Law | undefined): Mean {
  const found = meanOverMasses(p, t);
  return q?.support.kind === 'density' ? { ...found, error: found.error + argumentsOff(p, t) } : found;
}

/** @param q of which t is made, for why the mean is infinite */
export function meanOf(p: Law, t: (x: number, logP: number) => number, points: readonly number[], options: KlOptions, q?: Law): Result {
  if (options.method !== 'monte-carlo') {
    const found =
      p.support.kind === 'masses'
        ? resultOf(atPoints(p, t, q), 'sum', -Infinity, q)
        : resultOf(meanOverDensity(p, t, points, false), 'quadrature', -Infinity, q);
    if (found !== undefined) return found;
  }
  return sampled(p, t, points, options, false);
}
