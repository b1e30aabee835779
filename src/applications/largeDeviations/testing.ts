/** Telling p from q: exponents of the errors, and how many draws it takes. */
import { klDivergence, type Vector } from '../../index.js';
import { checkOptions, openShare, required } from '../input/options.js';
import { type Chernoff, discreteChernoff } from '../statistics/chernoff.js';
import { type ErrorLevels, type Evidence, evidenceOf, fixedDraws, sequentialDraws } from './draws.js';
import { exactDraws } from './exactDraws.js';
import { checkFamily, type Family } from './families.js';
import { isFamily, pairOf, shares } from './masses.js';
import { checkPair, momentsOf, pairChernoff } from './pairs.js';
import { familySums, massSums } from './sums.js';

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
  /** The least fixed number at which one threshold of the likelihood ratio has both levels: by exact tails or, for some pairs, normal ones. */
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
 * Accuracy    fixed, of two of a family and of masses with two entries: exact tails, which have a level that they are above by 1e-12 of itself. It is the least n at
 *             which both levels hold; where sums are whole numbers some larger n may miss one, as errors rise and fall with n: shares of 0.6 and 0.5 (5 % each) have
 *             268, then 275, 277, 279, and all n from 281 on. Where the sum's variance, or the shape of a gamma one, is beyond 10⁷: normal, off by 1e-3 at most for
 *             levels of 0.1 % and more
 *             · other masses: a normal approximation of both sums. It may be off by a third, and has mostly too few, where classes are rare or levels unequal: for two
 *             entries it would say 575 instead of 628 draws (1 % and 0.1 %, 5 % each), 306 instead of 427 (α 1 %, β 20 %), 823 instead of 662 (α 20 %, β 1 %)
 * Source      A. Wald, Sequential Analysis (1947)
 *
 * @throws {SurprisalError} as {@link chernoffInformation}, and ERR_OPTION
 * @example
 * sampleSize([0.5, 0.5], [0.6, 0.4], { alpha: 0.05, beta: 0.05 }).fixed; // 268
 */
export function sampleSize(p: Vector, q: Vector, levels: ErrorLevels): SampleSizes;
export function sampleSize(p: Family, q: Family, levels: ErrorLevels): SampleSizes;
export function sampleSize(p: Vector | Family, q: Vector | Family, levels: ErrorLevels): SampleSizes {
  checkOptions(levels, { alpha: required(openShare), beta: required(openShare) });
  const { evidence, sums } = isFamily(p) && isFamily(q) ? ofFamilies(p, q) : ofMasses(p as Vector, q as Vector);
  const near = fixedDraws(evidence, levels);
  return {
    fixed: sums === undefined ? near : exactDraws(sums, levels, near),
    firstOrder: Math.log(1 / levels.alpha) / evidence.forward,
    sequential: sequentialDraws(evidence, levels),
  };
}

function ofFamilies(p: Family, q: Family) {
  return { evidence: familyMoments(p, q), sums: familySums(p, q) };
}

function familyMoments(p: Family, q: Family): Evidence {
  checkFamily(p);
  checkFamily(q);
  checkPair(p, q);
  return momentsOf(p, q);
}

function ofMasses(p: Vector, q: Vector) {
  const [x, y] = pairOf(p, q).map(shares) as [Float64Array, Float64Array];
  return { evidence: evidenceOf(x, y), sums: massSums(x, y) };
}
