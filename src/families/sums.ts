/** Means over whole numbers, or over the points of a table: from the middle outwards, until what is left is nothing beside what has been added. */
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

/**
 * Σ p(k)·t(k) over the masses of p.
 *
 * @param t of a point and log p there
 * @param q for the form that does not cancel, where t is log(p/q): log masses of q, and whether a point is of its support
 */
export function meanOverMasses(p: Law, t: (x: number, logP: number) => number, q?: Law): Mean {
  const [value, size, error, close, closeError] = [new Total(), new Total(), new Total(), new Total(), new Total()];
  let infiniteAt: number | undefined;
  let unboundedAt: number | undefined;
  let terms = 0;
  const stride = strideOf(p, q);
  const logStride = Math.log(stride);
  let isCut = stride > 1 && !isAsWide(q, p.spread as number);
  /** Adds a point; whether p's part of it was nothing beside the rest, and whether q's was too. */
  const add = (x: number): 'some' | 'of q' | 'nothing' => {
    terms++;
    const inside = x >= p.support.from && x <= p.support.to;
    const logP = inside ? p.logDensity(x) : -Infinity;
    const logMass = logP + logStride;
    const mass = Math.exp(logMass);
    if (mass === 0) {
      const logQ = q === undefined || x < q.support.from || x > q.support.to ? -Infinity : q.logDensity(x);
      const other = stride * Math.exp(logQ);
      close.add(other);
      if (other > 0) closeError.add(other * (LOG_MASS_ERROR + 2 * UNIT * Math.abs(logQ)));
      return other <= NOTHING * close.value ? 'nothing' : 'of q';
    }
    const ratio = t(x, logP);
    if (ratio === Infinity) {
      infiniteAt ??= x;
      return 'nothing';
    }
    if (ratio === -Infinity) {
      unboundedAt ??= x;
      return 'nothing';
    }
    const offP = LOG_MASS_ERROR + 2 * UNIT * Math.abs(logP);
    const off = 2 * offP + 2 * UNIT * Math.abs(ratio);
    const term = mass * ratio;
    value.add(term);
    size.add(Math.abs(term));
    error.add(mass * (off + offP * Math.abs(ratio)));
    const isNothing = Math.abs(term) <= NOTHING * size.value && mass <= NOTHING;
    if (q === undefined) return isNothing ? 'nothing' : 'some';
    const excess = excessTerm(mass, logMass, ratio);
    close.add(excess);
    closeError.add(Math.abs(excess - term) * off + excess * offP); // |q − p| and the term itself
    return !isNothing ? 'some' : excess <= NOTHING * close.value ? 'nothing' : 'of q';
  };
  /**
   * Goes on from the middle until nothing is left and q's middle lies behind, as there may be nothing of either between the two; where q is far off or its tail
   * much longer than p's, the form that needs all of q is given up.
   */
  const walk = (x: number, sign: 1 | -1, last: number, reach: number) => {
    const endOfQ = q === undefined ? x : q.centre[0] + sign * q.centre[1];
    let alone = 0;
    for (let i = 0; sign * (last - x) >= 0 && terms < MOST_TERMS; i++, x += sign * stride) {
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
  } else {
    const ends = [p.support, ...(q === undefined ? [] : [q.support])];
    const [middle, reach] = [Math.min(Math.max(p.centre[0], p.support.from), p.support.to), p.centre[1] / stride];
    walk(middle, 1, Math.max(...ends.map(({ to }) => to)), reach);
    walk(middle - stride, -1, Math.min(...ends.map(({ from }) => from)), reach);
  }
  const result = {
    value: infiniteAt === undefined ? value.value : Infinity,
    size: size.value,
    error: error.value + 4 * UNIT * size.value,
    ...(infiniteAt !== undefined ? { infiniteAt } : unboundedAt !== undefined && { unboundedAt }),
    unfinished: terms >= MOST_TERMS,
  };
  if (q === undefined || isCut) return result;
  return { ...result, close: { value: close.value, error: closeError.value + 4 * UNIT * close.value } };
}

function union(a: Float64Array, b: Float64Array): number[] {
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}
