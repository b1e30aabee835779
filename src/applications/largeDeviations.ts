/**
 * Large deviations: at what exponential rate rare things are rare. Cramér's rates, Sanov's projection, Chernoff's and Stein's exponents, sharp tails, and the
 * sample sizes that follow from them.
 */
import { logRatio } from '../families/math/excess.js';
import { klDivergence, type Vector } from '../index.js';
import { type Chernoff, discreteChernoff } from './statistics/chernoff.js';
import { type ErrorLevels, type Evidence, evidenceOf, fixedDraws, sequentialDraws } from './largeDeviations/draws.js';
import { type Cramer, checkFamily, cramerOf, type Family, meanOf } from './largeDeviations/families.js';
import { checkPair, momentsOf, pairChernoff } from './largeDeviations/pairs.js';
import { sampleCramer } from './largeDeviations/sample.js';
import { type Constraint, edgeOf, type Projection, project } from './largeDeviations/sanov.js';
import { binomialLogTail } from './statistics/binomial.js';
import { normalLogTail } from './statistics/normal.js';
import { argumentError, checkNames, checkNumber, checkOptions, openShare, optionError, required } from './input/options.js';

export type { Chernoff } from './statistics/chernoff.js';
export type { Cramer, Family } from './largeDeviations/families.js';
export type { ErrorLevels } from './largeDeviations/draws.js';
export type { Constraint, Projection } from './largeDeviations/sanov.js';

/**
 * Cramér's rate I(x): the mean of n independent draws is near x with probability e^(−n·I(x)) to the first order.
 *
 * @param family {family: 'bernoulli' | 'binomial' | 'geometric' | 'poisson' | 'gaussian' | 'exponential' | 'gamma', and its parameters}
 * @param x      a value of the mean
 * @returns      {rate, tilt, variance, span}: I(x), its derivative, and variance and spacing of the tilted member
 *
 * Units       nats a draw
 * Edge cases  outside the support: rate Infinity · at the mean exactly 0 (of a mean that is no double: what its rounding leaves) · geometric counts failures from 0
 * Accuracy    rate: 32·2⁻⁵³, however close x is to the mean (a divergence of the core, or beside the mean the same form of the unrounded difference; largest of
 *             1,037 rates at 60 digits: 26); tilt: 4·2⁻⁵³
 * Source      H. Cramér (1938)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_DOMAIN
 * @example
 * cramerRate({ family: 'poisson', rate: 3 }, 6).rate; // 1.158…
 */
export function cramerRate(family: Family, x: number): Cramer {
  return cramerOf(family, x);
}

/**
 * Cramér's rate of what was observed: the empirical distribution of a sample, tilted until its mean is x.
 *
 * @param sample values; not modified
 * @param x      a value of the mean
 * @returns      as {@link cramerRate}, and q: the weight of each value under the tilt
 *
 * Edge cases  beyond the sample's range: Infinity; at its ends −log of the share of values there
 * Accuracy    1e-14 of itself, a hundredth of a standard deviation from the mean and farther; nearer 2e-16 over that distance, since q is rounded. What the values
 *             have in common (10⁹, say) costs no digit
 *
 * @throws {SurprisalError} ERR_KIND · ERR_EMPTY · ERR_DOMAIN (with column)
 * @example
 * cramerRateOfSample([0, 0, 1], 1).rate; // log 3
 */
export function cramerRateOfSample(sample: Vector, x: number): Cramer & { readonly q: Float64Array } {
  return sampleCramer(numbers('sample', sample), x);
}

/**
 * Sanov's projection: of all distributions q with Σ q·f as asked for, the one with the least KL(q‖p). Samples of p that look as asked for look like q, and have
 * probability e^(−n·rate) to the first order.
 *
 * @param p           masses, divided by their sum; not modified
 * @param constraints each {f, atLeast | atMost | equals}
 * @returns           {rate, q, tilts, certificate}: certificate.gap is rate less a bound that no q can beat, violation how far a constraint is missed
 *
 * Shapes      p and each f: the same number of entries
 * Units       nats
 * Edge cases  p satisfies them: rate 0, q = p · nothing can: rate Infinity · only the largest values of f can: q is p on these
 * Accuracy    gap and violation are printed with the answer; 1e-13 for well-posed constraints, of any size of f and whatever its values have in common
 * Source      I. N. Sanov (1957); I. Csiszár, Ann. Probab. 3 (1975)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * sanovProjection([1, 1, 1, 1, 1, 1], [{ f: [1, 2, 3, 4, 5, 6], atLeast: 4.5 }]).rate; // 0.178…
 */
export function sanovProjection(p: Vector, constraints: readonly Constraint[]): Projection {
  const given = shares(masses('p', p));
  if (!Array.isArray(constraints) || constraints.length === 0)
    throw argumentError('ERR_EMPTY', 'constraints', 'one constraint or more', 'none');
  for (const [row, constraint] of constraints.entries()) checkConstraint(row, constraint, given.length);
  const kept = [...given.keys()].filter((i) => (given[i] as number) > 0);
  const on = constraints.map((c) => ({ ...c, f: kept.map((i) => c.f[i] as number) }));
  const inside = Float64Array.from(kept, (i) => given[i] as number);
  const spread = (q: Float64Array) => {
    const wide = new Float64Array(given.length);
    for (const [k, i] of kept.entries()) wide[i] = q[k] as number;
    return wide;
  };
  const edge = on.length === 1 ? edgeOf(inside, on[0] as Constraint) : undefined;
  if (edge !== undefined) return { ...edge, q: spread(edge.q) };
  const found = project(inside, on);
  return { ...found, q: spread(found.q) };
}

function checkConstraint(row: number, constraint: Constraint, length: number): void {
  if (typeof constraint !== 'object' || constraint === null)
    throw argumentError('ERR_KIND', 'constraints', '{f, atLeast | atMost | equals}', constraint, { row });
  checkNames(constraint, ['f', 'atLeast', 'atMost', 'equals']);
  const { f, atLeast, atMost, equals } = constraint;
  if (!isArray(f)) throw argumentError('ERR_KIND', 'constraints', 'f, an array of numbers', f, { row });
  if (f.length !== length) throw argumentError('ERR_SHAPE', 'constraints', `f of ${length} entries, as "p" has`, f.length, { row });
  for (const [column, value] of Array.from(f).entries())
    if (!Number.isFinite(value)) throw argumentError('ERR_DOMAIN', 'constraints', 'a finite number', value, { row, column });
  const given = [atLeast, atMost, equals].filter((value) => value !== undefined);
  if (given.length !== 1 || !Number.isFinite(given[0]))
    throw optionError('constraints', given.join(', ') || 'none', 'one finite number: atLeast, atMost or equals');
}

/**
 * Chernoff information: the Bayes error of telling p from q by n draws falls as e^(−n·C), whatever the priors.
 *
 * @param p masses, or a variable of a family as for {@link cramerRate}
 * @param q likewise, of the same family; binomials of one n, gammas of one shape
 * @returns {information, lambda, bhattacharyya}: lambda is the exponent of p in Σ p^λ·q^(1−λ)
 *
 * Units       nats a draw
 * Edge cases  nothing in common: Infinity · equal: 0, and lambda NaN
 * Accuracy    1e-13 of itself, however close
 * Source      H. Chernoff, Ann. Math. Stat. 23 (1952)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN · ERR_ZERO_ROW · ERR_OPTION
 * @example
 * chernoffInformation([0.1, 0.9], [0.9, 0.1]).lambda; // 0.5
 */
export function chernoffInformation(p: Vector, q: Vector): Chernoff;
export function chernoffInformation(p: Family, q: Family): Chernoff;
export function chernoffInformation(p: Vector | Family, q: Vector | Family): Chernoff {
  if (isFamily(p) && isFamily(q)) {
    checkFamily(p);
    checkFamily(q);
    return pairChernoff(p, q);
  }
  const [x, y] = pairOf(p as Vector, q as Vector);
  return discreteChernoff(x, y);
}

export interface Exponents extends Chernoff {
  /** KL(p‖q): with the error of calling p's draws q's held at any level, the other one falls at this rate. */
  readonly stein: number;
  /** KL(q‖p): the same with the errors exchanged. */
  readonly steinReverse: number;
}

/**
 * The exponents of telling p from q by n independent draws: Stein's both ways, and Chernoff's.
 *
 * @param p masses, divided by their sum, or a variable of a family as for {@link cramerRate}
 * @param q likewise; Gaussians of one σ, binomials of one n, gammas of one shape
 *
 * Units       nats a draw
 * Edge cases  Infinity where a single draw may settle it
 * Source      T. M. Cover, J. A. Thomas, Elements of Information Theory, ch. 11
 *
 * @throws {SurprisalError} as {@link chernoffInformation}
 * @example
 * testingExponents([0.5, 0.5], [0.9, 0.1]).stein; // KL(p‖q)
 */
export function testingExponents(p: Vector, q: Vector): Exponents;
export function testingExponents(p: Family, q: Family): Exponents;
export function testingExponents(p: Vector | Family, q: Vector | Family): Exponents {
  if (isFamily(p) && isFamily(q)) {
    const { forward, backward } = familyMoments(p, q);
    return { stein: forward, steinReverse: backward, ...chernoffInformation(p, q) };
  }
  const [x, y] = pairOf(p as Vector, q as Vector);
  return { stein: klDivergence(x, y), steinReverse: klDivergence(y, x), ...discreteChernoff(x, y) };
}

export interface SampleSizes {
  /** Draws of a fixed number that reach both levels: the likelihood ratio's mean and variance under either, and the normal distribution. */
  readonly fixed: number;
  /** What the first-order exponent says, log(1/α)/KL(p‖q): too few for moderate levels, and 0 where KL(p‖q) is infinite. */
  readonly firstOrder: number;
  /** Wald's sequential test: expected draws where p, and where q is true, overshoot left out; 1 at least. */
  readonly sequential: { readonly ifP: number; readonly ifQ: number };
}

/**
 * How many draws tell p from q with given error levels, in one go and one by one.
 *
 * @param p      masses, divided by their sum, or a variable of a family as for {@link testingExponents}
 * @param q      likewise
 * @param levels {alpha, beta}
 *
 * Units       draws; `sequential` is a mean and no whole number
 * Edge cases  equal distributions: Infinity · α + β ≥ 1 needs no data: 1 · p or q has what the other lacks: a draw of it settles the matter, and the normal
 *             approximation counts the draws of common support
 * Accuracy    fixed: that of a normal approximation. Fair levels and shares near ½: 1 %. Rare successes or unequal levels are off by much more, mostly too few: 575
 *             instead of 628 draws (shares of 1 % and 0.1 %, 5 % each), 306 instead of 427 (α 1 %, β 20 %), 823 instead of 662 (α 20 %, β 1 %), by exact binomial
 *             tails. Gaussians of one σ: exact
 * Source      A. Wald, Sequential Analysis (1947)
 *
 * @throws {SurprisalError} as {@link chernoffInformation}, and ERR_OPTION
 * @example
 * sampleSize([0.5, 0.5], [0.6, 0.4], { alpha: 0.05, beta: 0.05 }).fixed;
 */
export function sampleSize(p: Vector, q: Vector, levels: ErrorLevels): SampleSizes;
export function sampleSize(p: Family, q: Family, levels: ErrorLevels): SampleSizes;
export function sampleSize(p: Vector | Family, q: Vector | Family, levels: ErrorLevels): SampleSizes {
  checkOptions(levels, { alpha: required(openShare), beta: required(openShare) });
  const evidence = isFamily(p) && isFamily(q) ? familyMoments(p, q) : massMoments(p as Vector, q as Vector);
  return {
    fixed: fixedDraws(evidence, levels),
    firstOrder: Math.log(1 / levels.alpha) / evidence.forward,
    sequential: sequentialDraws(evidence, levels),
  };
}

function familyMoments(p: Family, q: Family): Evidence {
  checkFamily(p);
  checkFamily(q);
  checkPair(p, q);
  return momentsOf(p, q);
}

function massMoments(p: Vector, q: Vector): Evidence {
  const [x, y] = pairOf(p, q);
  return evidenceOf(shares(x), shares(y));
}

/**
 * The tail P(mean of n draws ≥ x), for x above the mean, to a relative error of order 1/n: Bahadur and Rao's beyond it, and as sound beside it.
 *
 * It is P(Z ≥ r + log(u/r)/r) with r² = 2n·I(x) and u the denominator of Bahadur and Rao's e^(−n·I)/(u·√(2π)), to which it goes far out; beside the mean, where u
 * goes to 0, that formula is beyond 1.
 *
 * @param family as for {@link cramerRate}
 * @param x      above the mean; for lattice variables n·x should be a value that the sum takes
 * @param n      draws
 * @returns      {logTail, logBound}: of the tail, and Chernoff's bound −n·I(x) that it does not exceed
 *
 * Units       nats
 * Edge cases  at or below the mean: a tail of ½ and more, which is not of this kind: ERR_DOMAIN
 * Accuracy    largest relative error over x for n = 10: Poisson of rate 2 1e-4, geometric and exponential 0.2 %, gamma of shape 0.1 2 %; fair coins 1e-5 for
 *             1,000 draws; 5 to 8 % where a sum of coins is one short of its largest, however many they are
 * Source      R. R. Bahadur, R. Ranga Rao, Ann. Math. Stat. 31 (1960); O. E. Barndorff-Nielsen, Biometrika 73 (1986); with a lattice: H. E. Daniels, Int. Stat. Rev.
 *             55 (1987)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_OPTION · ERR_DOMAIN
 * @example
 * bahadurRao({ family: 'bernoulli', p: 0.5 }, 0.7, 100).logTail; // −10.1…, exactly −10.1…
 */
export function bahadurRao(family: Family, x: number, n: number): { logTail: number; logBound: number } {
  const { rate, variance } = cramerOf(family, x);
  checkNumber('n', n, 'a whole number ≥ 1', (value) => Number.isSafeInteger(value) && value >= 1);
  const mean = meanOf(family);
  if (!(x > mean)) throw argumentError('ERR_DOMAIN', 'x', `a number above the mean, ${mean}`, x);
  const logBound = -n * rate;
  if (rate === Infinity) return { logTail: -Infinity, logBound };
  if (variance === 0) return { logTail: logBound, logBound };
  // log(u/r)/r goes to a limit at the mean, beside which it would be rounding: it is that of a point a little apart.
  const apart = mean + 2 ** -20 * Math.sqrt(cramerOf(family, mean).variance / n);
  const shift = shiftAt(cramerOf(family, Math.max(x, apart)), n);
  return { logTail: Math.min(logBound, normalLogTail(Math.sqrt(2 * n * rate) + shift)), logBound };
}

/** log(u/r)/r, u the denominator of Bahadur and Rao. */
function shiftAt({ rate, tilt, variance, span }: Cramer, n: number): number {
  const r = Math.sqrt(2 * n * rate);
  const u = Math.sqrt(n * variance) * (span === 0 ? tilt : -Math.expm1(-tilt * span) / span);
  return logRatio(u, r) / r;
}

export interface BinomialTail {
  /** P(X ≥ k), and its logarithm, which goes on where it underflows. */
  readonly tail: number;
  readonly logTail: number;
  /** KL(k/n‖p): the tail falls at this rate. */
  readonly rate: number;
  /** Chernoff's bound above, e^(−n·rate), and its logarithm. */
  readonly chernoffBound: number;
  readonly logChernoffBound: number;
  /** A bound below: Chernoff's over √(8·n·x·(1 − x)), x = k/n; Chernoff's itself, which is the tail, for k = 0 and k = n. */
  readonly lowerBound: number;
  /** −logTail/n: what the rate is at this n. */
  readonly empiricalRate: number;
}

/**
 * The binomial tail P(X ≥ k) beside its bounds.
 *
 * @param k successes
 * @param n draws
 * @param p of a success
 *
 * Edge cases  k at or below n·p: the bounds are of the tail on the other side and do not apply (rate 0, bound 1)
 * Accuracy    logTail: 1e-12 of itself, however small p, as far as the variance n·p·(1 − p) is 10¹⁰ at most; beyond, beside the mean, 1.3e-17 times its root (6e-12
 *             for 10¹² draws of ½) — test/applications/statistics/statistics.test.ts against exact integers and 60 digits
 * Source      R. B. Ash, Information Theory, 4.7
 *
 * @throws {SurprisalError} ERR_DOMAIN
 * @example
 * binomialTail(8, 10, 0.5).tail; // 0.0546875
 */
export function binomialTail(k: number, n: number, p: number): BinomialTail {
  checkNumber('n', n, 'a whole number ≥ 1', (value) => Number.isSafeInteger(value) && value >= 1);
  checkNumber('k', k, `a whole number from 0 to ${n}`, (value) => Number.isSafeInteger(value) && value >= 0 && value <= n);
  checkNumber('p', p, 'a number above 0 and below 1', (value) => value > 0 && value < 1);
  const logTail = binomialLogTail(k, n, p);
  const x = k / n;
  const rate = x <= p ? 0 : klDivergence([x, (n - k) / n], [p, 1 - p]);
  const logChernoffBound = -n * rate;
  const chernoffBound = Math.exp(logChernoffBound);
  // At both ends, where x·(1 − x) is 0, the tail is Chernoff's bound: pⁿ, and 1.
  const lowerBound = k === 0 || k === n ? chernoffBound : Math.exp(logChernoffBound - 0.5 * Math.log(8 * n * x * (1 - x)));
  return { tail: Math.exp(logTail), logTail, rate, chernoffBound, logChernoffBound, lowerBound, empiricalRate: -logTail / n };
}

function isFamily(value: Vector | Family): value is Family {
  return typeof value === 'object' && value !== null && 'family' in value;
}

function pairOf(p: Vector, q: Vector): [Float64Array, Float64Array] {
  const [x, y] = [masses('p', p), masses('q', q)];
  if (x.length !== y.length) throw argumentError('ERR_SHAPE', 'q', `${x.length} entries, as in "p"`, y.length);
  return [x, y];
}

function masses(argument: string, vector: Vector): Float64Array {
  const entries = numbers(argument, vector);
  if (entries.length === 0) throw argumentError('ERR_EMPTY', argument, 'at least one entry', 'none');
  for (const [column, mass] of entries.entries())
    if (!(mass >= 0 && mass < Infinity)) throw argumentError('ERR_DOMAIN', argument, 'a finite number ≥ 0', mass, { column });
  if (entries.every((mass) => mass === 0)) throw argumentError('ERR_ZERO_ROW', argument, 'some mass', 0);
  return entries;
}

function shares(entries: Float64Array): Float64Array {
  const total = entries.reduce((sum, mass) => sum + mass, 0);
  return entries.map((mass) => mass / total);
}

function isArray(value: unknown): boolean {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function numbers(argument: string, vector: Vector): Float64Array {
  if (isArray(vector)) return Float64Array.from(vector as ArrayLike<number>);
  throw argumentError('ERR_KIND', argument, 'an array of numbers', vector);
}
