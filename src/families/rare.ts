/**
 * What draws may not have seen. Where an outcome is rarer than one in so many draws its part of a mean is missing, and so is its part of the variance: bernoulli(1e-6) is 0 in every
 * one of 10,000 draws, with a standard error of 0. Densities are known, so what lies in rare places can be added up beside the draws.
 */
import { nodesOf, octaveAfter } from './blocks.js';
import type { Law } from './law.js';
import { massOf, type Piece, pieces, REACH, tail } from './quadrature.js';

/** Outcomes that fewer draws than this are expected of count as not seen: so many are 6 or fewer once in 250 times, which four standard errors still cover. */
const EXPECTED = 16;
/** Nodes of a density, in steps of the double-exponential rule. */
const STEP = 1 / 64;
/** Sums over nodes of this step are off by less than this factor, and the mass by less than this share. */
const NODES_OFF = 1 + 2 ** -10;
const MOST_MISSED = 1e-6;
/** Where p has more than this, its log ratio counts as one that there is. */
const SEEN = 2 ** -53;

const piecesOf = (p: Law, kinks: readonly number[]) =>
  pieces(p.support.from, p.support.to, [p.centre[0], ...p.kinks, ...kinks], p.centre[1]);

/** Nodes that stand for all of p: points, whole numbers by octaves, or those of its density. */
function* nodesOver(p: Law, kinks: readonly number[]): Generator<readonly [x: number, weight: number]> {
  if (p.points !== undefined) for (const x of p.points) yield [x, 1];
  else if (p.support.kind === 'masses') {
    yield* nodesOf(0, octaveAfter(0));
    for (let from = octaveAfter(0); from <= p.support.to && from < Infinity; from = octaveAfter(from)) yield* nodesOf(from, from);
  } else {
    for (const map of piecesOf(p, kinks)) {
      for (let at = -REACH; at <= REACH; at += STEP) {
        const [x, distance, factor] = map(at);
        if (x > p.support.from && x < p.support.to && distance > 0) yield [x, distance * factor * STEP];
      }
    }
  }
}

/** A node: its mass, and f there. */
interface Held {
  readonly mass: number;
  readonly size: number;
}

function* held(p: Law, kinks: readonly number[], f: (x: number, logP: number) => number): Generator<Held> {
  for (const [x, weight] of nodesOver(p, kinks)) {
    if (x < p.support.from || x > p.support.to) continue;
    const logP = p.logDensity(x);
    const mass = massOf(logP, weight);
    if (mass > 0 && mass < Infinity) yield { mass, size: f(x, logP) };
  }
}

/** A slope that changes by less, of itself, does so by rounding. */
const STRAIGHT = 2 ** -20;

/**
 * How far f goes beyond what doubles tell apart at the ends of a density, in the mean: where p goes as s^(ν − 1) in the distance s from its end and f by k for each e-fold of s, k/ν; by k
 * that itself grows by c, as log² s does, c/ν² besides, which counts twice as nothing else is left then. Of a small ν the rest of the density may leave nothing; were all that is missed
 * nearer than s to this end, it would be s·p/missed, and it is no less.
 */
function beyondEnds({ support: { from, to }, logDensity }: Law, missed: number, f: (x: number, logP: number) => number): number {
  const ends = [[from, 1] as const, [to, -1] as const].map(([end, sign]) => {
    const unit = Math.max(Math.abs(end), Number.MIN_VALUE * 2 ** 100);
    const [x, y, z] = [-50, -40, -30].map((k) => end + sign * unit * 2 ** k) as [number, number, number];
    const folds = 10 * Math.LN2;
    const [p, q] = [logDensity(x), logDensity(y)];
    const power = Math.max(1 - (p - q) / folds, massOf(p, unit * 2 ** -50) / missed);
    const [slope, before] = [(f(x, p) - f(y, q)) / folds, (f(y, q) - f(z, logDensity(z))) / folds];
    const bend = Math.abs(slope - before) / folds;
    return Math.abs(slope) / power + (bend > STRAIGHT * Math.abs(slope) ? (2 * bend) / power / power : 0);
  });
  return Math.max(...ends.filter((x) => x > 0), 0);
}

/**
 * What rare outcomes may add to a mean of f under p: those of the largest f, of which too few draws are expected together.
 *
 * @param f not below 0: how far an outcome is off the mean that was found
 */
export function rarePart(p: Law, kinks: readonly number[], draws: number, f: (x: number, logP: number) => number): number {
  const nodes = [...held(p, kinks, f)].sort((a, b) => b.size - a.size);
  let [rare, total, most, left] = [0, 0, 0, EXPECTED / draws];
  for (const { mass, size } of nodes) {
    total += mass;
    rare += Math.min(mass, left) * size * NODES_OFF;
    left -= Math.min(mass, left);
    if (mass > SEEN) most = Math.max(most, size);
  }
  if (p.support.kind === 'masses') return rare;
  const maps = piecesOf(p, kinks);
  const rise = (x: number, logP: number) => 1 + f(x, logP);
  // Farther out than any node f may grow as fast as p falls, and all of its mean lie there.
  if (p.support.from === -Infinity) rare += tail(maps[0] as Piece, p, rise, 1);
  if (p.support.to === Infinity) rare += tail(maps.at(-1) as Piece, p, rise, 1);
  return total > 1 - MOST_MISSED ? rare : rare + (1 - total) * (2 * most + beyondEnds(p, 1 - total, f));
}

/** Whether f is beyond the range of doubles where p has mass. */
export function isBeyond(p: Law, kinks: readonly number[], f: (x: number, logP: number) => number): boolean {
  for (const { mass, size } of held(p, kinks, f)) if (mass > SEEN && size === Infinity) return true;
  return false;
}
