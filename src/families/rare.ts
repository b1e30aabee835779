/**
 * What draws may not have seen. Where an outcome is rarer than one in so many draws its part of a mean is missing, and so is its part of the variance: bernoulli(1e-6) is 0 in every
 * one of 10,000 draws, with a standard error of 0. Densities are known, so what lies in rare places can be added up beside the draws.
 */
import { nodesOf, octaveAfter } from './blocks.js';
import type { Law } from './law.js';
import { massOf, type Piece, pieces, REACH, tail } from './quadrature.js';

/** A place that fewer draws than this are expected in counts as not seen: so many are 6 or fewer once in 250 times, which four standard errors still cover. */
const EXPECTED = 16;
/** Nodes of a density, in steps of the double-exponential rule. */
const STEP = 1 / 8;
/** Nodes of this step are off by less. */
const MOST_MISSED = 1e-6;
/** Where p has more than this, its log ratio counts as one that there is. */
const SEEN = 2 ** -53;

type Nodes = Iterable<readonly [x: number, weight: number]>;

const piecesOf = (p: Law, kinks: readonly number[]) =>
  pieces(p.support.from, p.support.to, [p.centre[0], ...p.kinks, ...kinks], p.centre[1]);

/** Places that hold all of p: points, whole numbers by octaves, or nodes of its density. */
function* placesOf(p: Law, kinks: readonly number[]): Generator<Nodes> {
  if (p.points !== undefined) for (const x of p.points) yield [[x, 1]];
  else if (p.support.kind === 'masses') {
    for (const node of nodesOf(0, octaveAfter(0))) yield [node];
    for (let from = octaveAfter(0); from <= p.support.to && from < Infinity; from = octaveAfter(from)) yield nodesOf(from, from);
  } else {
    for (const map of piecesOf(p, kinks)) {
      for (let at = -REACH; at <= REACH; at += STEP) {
        const [x, weight] = map(at);
        if (x > p.support.from && x < p.support.to && weight > 0) yield [[x, weight * STEP]];
      }
    }
  }
}

/** What places hold: their mass, and the mean of f over it. */
interface Place {
  readonly mass: number;
  readonly part: number;
}

function* held(p: Law, kinks: readonly number[], f: (x: number, logP: number) => number): Generator<Place> {
  for (const nodes of placesOf(p, kinks)) {
    let [mass, part] = [0, 0];
    for (const [x, weight] of nodes) {
      if (x < p.support.from || x > p.support.to) continue;
      const logP = p.logDensity(x);
      const share = massOf(logP, weight);
      if (!(share > 0 && share < Infinity)) continue;
      mass += share;
      part += share * f(x, logP);
    }
    yield { mass, part };
  }
}

/**
 * How far f goes beyond what doubles tell apart at the ends of a density, in the mean: where p goes as s^(ν − 1) in the distance s from its end and f by k for each e-fold of s, k/ν.
 */
function beyondEnds({ support: { from, to }, logDensity }: Law, f: (x: number, logP: number) => number): number {
  const ends = [[from, 1] as const, [to, -1] as const].map(([end, sign]) => {
    const [near, far] = [2 ** -50, 2 ** -40].map((share) => Math.max(Math.abs(end), Number.MIN_VALUE * 2 ** 100) * share) as [
      number,
      number,
    ];
    const [x, y] = [end + sign * near, end + sign * far];
    const folds = Math.log(far / near);
    const power = 1 - (logDensity(x) - logDensity(y)) / folds;
    return Math.abs(f(x, logDensity(x)) - f(y, logDensity(y))) / folds / power;
  });
  return Math.max(...ends.filter((x) => x > 0), 0);
}

/**
 * What rare places may add to a mean of f under p.
 *
 * @param f not below 0: how far an outcome is off the mean that was found
 */
export function rarePart(p: Law, kinks: readonly number[], draws: number, f: (x: number, logP: number) => number): number {
  let [rare, total, most] = [0, 0, 0];
  for (const { mass, part } of held(p, kinks, f)) {
    total += mass;
    if (mass < EXPECTED / draws) rare += part;
    if (mass > SEEN) most = Math.max(most, part / mass);
  }
  if (p.support.kind === 'masses') return rare;
  const maps = piecesOf(p, kinks);
  // Farther out than any node f may grow as fast as p falls, and all of its mean lie there.
  if (p.support.from === -Infinity) rare += tail(maps[0] as Piece, p, f, 1);
  if (p.support.to === Infinity) rare += tail(maps.at(-1) as Piece, p, f, 1);
  return total > 1 - MOST_MISSED ? rare : rare + (1 - total) * (2 * most + beyondEnds(p, f));
}

/** Whether f is beyond the range of doubles where p has mass. */
export function isBeyond(p: Law, kinks: readonly number[], f: (x: number, logP: number) => number): boolean {
  for (const { mass, part } of held(p, kinks, f)) if (mass > SEEN && part === Infinity) return true;
  return false;
}
