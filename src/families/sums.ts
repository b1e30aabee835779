/** Means over whole numbers, or over the points of a table: from the middle outwards, until what is left is nothing beside what has been added; long tails by blocks. */
import { type Blocks, sumOverBlocks } from './blocks.js';
import type { Law } from './law.js';
import { excessTerm, Total } from './math/excess.js';

/** A mean, how much its terms were (without signs), and how far it may be off. */
export interface Mean {
  readonly value: number;
  readonly size: number;
  readonly error: number;
  /** The form without cancellation, where p and q are masses on the same points: Σ (q − p + p·log(p/q)). */
  readonly close?: { readonly value: number; readonly error: number };
  /** Where the mean became infinite; and where it became −∞ without that. */
  readonly infiniteAt?: number;
  readonly unboundedAt?: number;
  /** Whether it was given up as there were too many terms. */
  readonly unfinished?: boolean;
}

const MOST_TERMS = 2e6;
/** A log mass is off by this, and by two roundings of its size more (binomialForm in discrete.ts: terms of small factorials are up to 40). */
const LOG_MASS_ERROR = 48 * 2 ** -53;
const UNIT = 2 ** -53;
const NOTHING = 2 ** -64;

/**
 * How many whole numbers one stands for: of masses as smooth as a normal density, a power of two of at most a quarter of their standard deviation. By Poisson's
 * summation formula a sum over every h-th number, times h, is off by 2·exp(−2π²σ²/h²) of itself, less than e⁻³⁰⁰, where log masses are smooth as well.
 */
function strideOf({ spread, centre }: Law, q: Law | undefined): number {
  if (spread === undefined || q?.points !== undefined) return 1;
  const width = isAsWide(q, spread) ? Math.min(q.spread, spread) : spread;
  const step = 2 ** Math.floor(Math.log2(width / 4));
  return step >= centre[0] * 2 ** -50 ? step : 1; // doubles are not as far apart
}

/** Whether q's masses are summed over by p's stride, or one not much shorter. */
const isAsWide = (q: Law | undefined, spread: number): q is Law & { readonly spread: number } => (q?.spread ?? 0) > spread / 8;

/** What has been added so far. `close`: terms of the form that does not cancel; masses of p and of q with that. */
class Sums {
  readonly value = new Total();
  readonly size = new Total();
  readonly error = new Total();
  readonly close = new Total();
  readonly closeError = new Total();
  readonly mass = new Total();
  readonly massOfQ = new Total();
  infiniteAt: number | undefined;
  unboundedAt: number | undefined;
  terms = 0;

  merge(other: Sums): void {
    for (const name of TOTALS) this[name].add(other[name].value);
    this.infiniteAt ??= other.infiniteAt;
    this.unboundedAt ??= other.unboundedAt;
  }
}

const TOTALS = ['value', 'size', 'error', 'close', 'closeError', 'mass', 'massOfQ'] as const;

/** From this many numbers on blocks take fewer terms. */
const LONG = 2 ** 12;
/** Beyond this of the mass there is no telling what has been missed. */
const MOST_MISSED = 1e-9;

/** Adds what p(x)·t(x) is to the sums, x standing for `weight` numbers; whether p's part of it was nothing beside the rest, and whether q's was too. */
type AddTerm = (sums: Sums, x: number, weight: number) => 'some' | 'of q' | 'nothing';

function termsOf(p: Law, t: (x: number, logP: number) => number, q: Law | undefined): AddTerm {
  return (sums, x, weight) => {
    sums.terms++;
    const inside = x >= p.support.from && x <= p.support.to;
    const logP = inside ? p.logDensity(x) : -Infinity;
    const logMass = logP + Math.log(weight);
    const mass = Math.exp(logMass);
    if (mass === 0) {
      const logQ = q === undefined || x < q.support.from || x > q.support.to ? -Infinity : q.logDensity(x);
      const other = weight * Math.exp(logQ);
      sums.close.add(other);
      sums.massOfQ.add(other);
      if (other > 0) sums.closeError.add(other * (LOG_MASS_ERROR + 2 * UNIT * Math.abs(logQ)));
      return other <= NOTHING * sums.close.value ? 'nothing' : 'of q';
    }
    const ratio = t(x, logP);
    if (ratio === Infinity) {
      sums.infiniteAt ??= x;
      return 'nothing';
    }
    if (ratio === -Infinity) {
      sums.unboundedAt ??= x;
      return 'nothing';
    }
    const offP = LOG_MASS_ERROR + 2 * UNIT * Math.abs(logP);
    const off = 2 * offP + 2 * UNIT * Math.abs(ratio);
    const term = mass * ratio;
    sums.value.add(term);
    sums.size.add(Math.abs(term));
    sums.mass.add(mass);
    sums.error.add(mass * (off + offP * Math.abs(ratio)));
    const isNothing = Math.abs(term) <= NOTHING * sums.size.value && mass <= NOTHING;
    if (q === undefined) return isNothing ? 'nothing' : 'some';
    const excess = excessTerm(mass, logMass, ratio);
    sums.close.add(excess);
    sums.massOfQ.add(Math.exp(logMass - ratio));
    sums.closeError.add(Math.abs(excess - term) * off + excess * offP); // |q − p| and the term itself
    return !isNothing ? 'some' : excess <= NOTHING * sums.close.value ? 'nothing' : 'of q';
  };
}

/** Σ p(k)·t(k) of a p whose masses, smooth in the logarithm of k, go on too long to be added one by one; whether q has been seen from end to end. */
function addBlocks(sums: Sums, add: AddTerm, p: Law, q: Law | undefined): boolean {
  let last = new Sums();
  const differ = (a: Total, b: Total) => Math.abs(a.value - b.value);
  const end = Math.max(p.centre[0] + p.centre[1], q === undefined ? 0 : q.centre[0] + q.centre[1]);
  const blocks: Blocks<Sums> = {
    empty: () => new Sums(),
    add: (block, x, weight) => {
      sums.terms++;
      add(block, x, weight);
    },
    take: (block, whole = block) => {
      sums.merge(block);
      sums.error.add(differ(block.value, whole.value));
      sums.closeError.add(differ(block.close, whole.close));
      last.merge(block);
    },
    isSettled: (whole, halves) =>
      differ(whole.value, halves.value) <= halves.error.value + NOTHING * sums.size.value &&
      differ(whole.mass, halves.mass) <= halves.error.value + NOTHING &&
      differ(whole.close, halves.close) <= halves.closeError.value + NOTHING * sums.close.value,
    isOver: () => sums.terms >= MOST_TERMS,
  };
  sumOverBlocks(blocks, p.centre[0], (from) => {
    const isNothing = last.size.value <= NOTHING * sums.size.value && last.mass.value <= NOTHING && last.massOfQ.value <= NOTHING;
    last = new Sums();
    return from > end && isNothing;
  });
  if (sums.infiniteAt !== undefined) sums.infiniteAt = Math.round(sums.infiniteAt); // a node between two numbers
  if (Math.abs(sums.mass.value - 1) > MOST_MISSED) sums.terms = MOST_TERMS;
  return Math.abs(sums.massOfQ.value - 1) <= MOST_MISSED;
}

/**
 * Σ p(k)·t(k) over the masses of p.
 *
 * @param t of a point and log p there
 * @param q for the form that does not cancel, where t is log(p/q): log masses of q, and whether a point is of its support
 */
export function meanOverMasses(p: Law, t: (x: number, logP: number) => number, q?: Law): Mean {
  const sums = new Sums();
  const addTerm = termsOf(p, t, q);
  const stride = strideOf(p, q);
  let isCut = stride > 1 && !isAsWide(q, p.spread as number);
  const add = (x: number) => addTerm(sums, x, stride);
  /**
   * Goes on from the middle until nothing is left and q's middle lies behind, as there may be nothing of either between the two; where q is far off or its tail
   * much longer than p's, the form that needs all of q is given up.
   */
  const walk = (x: number, sign: 1 | -1, last: number, reach: number) => {
    const endOfQ = q === undefined ? x : q.centre[0] + sign * q.centre[1];
    let alone = 0;
    for (let i = 0; sign * (last - x) >= 0 && sums.terms < MOST_TERMS; i++, x += sign * stride) {
      const added = add(x);
      const isOver = i > reach && added === 'nothing';
      if (isOver && sign * (x - endOfQ) >= 0) return;
      alone = isOver || added === 'of q' ? alone + 1 : 0;
      if (alone > 4 * reach) {
        isCut = true;
        return;
      }
    }
  };
  if (p.points !== undefined && q?.points !== undefined) for (const x of union(p.points, q.points)) add(x);
  else if (p.points !== undefined) {
    for (const x of p.points) add(x);
    isCut = q !== undefined; // what q has elsewhere is not looked for
  } else if (stride === 1 && p.centre[1] > LONG && p.support.to === Infinity) isCut = !addBlocks(sums, addTerm, p, q);
  else {
    const ends = [p.support, ...(q === undefined ? [] : [q.support])];
    const [middle, reach] = [Math.min(Math.max(p.centre[0], p.support.from), p.support.to), p.centre[1] / stride];
    walk(middle, 1, Math.max(...ends.map(({ to }) => to)), reach);
    walk(middle - stride, -1, Math.min(...ends.map(({ from }) => from)), reach);
  }
  const { infiniteAt, unboundedAt, value, size, error, close, closeError } = sums;
  const result = {
    value: infiniteAt === undefined ? value.value : Infinity,
    size: size.value,
    error: error.value + 4 * UNIT * size.value,
    ...(infiniteAt !== undefined ? { infiniteAt } : unboundedAt !== undefined && { unboundedAt }),
    unfinished: sums.terms >= MOST_TERMS,
  };
  if (q === undefined || isCut) return result;
  return { ...result, close: { value: close.value, error: closeError.value + 4 * UNIT * close.value } };
}

function union(a: Float64Array, b: Float64Array): number[] {
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}
