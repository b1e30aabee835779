/**
 * Means under a density by double-exponential quadrature (H. Takahasi, M. Mori, 1974): pieces between kinks and centres, steps halved until two results
 * agree. The difference of the last two, rounding, what lies beyond the outermost nodes, and mass that is missed elsewhere make the error estimate.
 */
import type { Law } from './law.js';
import { excessTerm } from './math/excess.js';
import type { Mean } from './sums.js';

const LEVELS = 8;
/** sinh grows so fast that nodes beyond are outside of what doubles can tell apart. */
export const REACH = 6.8;
const UNIT = 2 ** -53;
/** By halves, as far out a density is below the range of doubles and what it is multiplied by is near the other end. */
export function massOf(logDensity: number, weight: number): number {
  const half = Math.exp(logDensity / 2);
  return half * weight * half;
}

/** Nodes of less mass are none. */
const SEEN = 2 ** -60;
/** A log density is off by a few roundings of its size. */
const LOG_DENSITY_ERROR = 8 * UNIT;

/**
 * A node of a piece at t of the rule, its distance from the end that it goes towards, or from the one that it comes from where that is infinite, and what that is times to be its
 * weight, which may be beyond the range where the distance is not.
 */
export type Piece = (t: number) => readonly [x: number, distance: number, factor: number];

function finite(a: number, b: number): Piece {
  const width = b - a;
  return (t) => {
    const s = Math.PI * Math.sinh(t);
    const share = 1 / (1 + Math.exp(Math.abs(s))); // from the nearer end
    const x = t < 0 ? a + width * share : b - width * share;
    return [x, width * share, Math.PI * Math.cosh(t) * (1 - share)];
  };
}

function infinite(a: number, width: number, sign: 1 | -1): Piece {
  return (t) => {
    const reach = width * Math.exp((Math.PI / 2) * Math.sinh(t));
    return [a + sign * reach, reach, (Math.PI / 2) * Math.cosh(t)];
  };
}

export function pieces(from: number, to: number, points: readonly number[], width: number): Piece[] {
  const inner = [...new Set(points)].filter((x) => x > from && x < to).sort((x, y) => x - y);
  const maps: Piece[] = [];
  const ends = [...(from === -Infinity ? [] : [from]), ...inner, ...(to === Infinity ? [] : [to])];
  if (from === -Infinity) maps.push(infinite(ends[0] as number, width, -1));
  for (let i = 1; i < ends.length; i++) maps.push(finite(ends[i - 1] as number, ends[i] as number));
  if (to === Infinity) maps.push(infinite(ends.at(-1) as number, width, 1));
  return maps;
}

/** Value, size, mass, the form that does not cancel, and what rounding of log densities does to the first, to the last and to the mass; q's mass and what it does to that. */
type Sums = [
  value: number,
  size: number,
  mass: number,
  close: number,
  off: number,
  closeOff: number,
  massOff: number,
  massOfQ: number,
  massOfQOff: number,
];

const NOTHING: Readonly<Sums> = [0, 0, 0, 0, 0, 0, 0, 0, 0];

/**
 * ∫ p(x)·t(x) dx over the support of p.
 *
 * @param t     of a point and log p there
 * @param close whether ∫ (q − p + p·t) is wanted too: t is log(p/q) and the supports are the same
 */
export function meanOverDensity(p: Law, t: (x: number, logP: number) => number, points: readonly number[], close: boolean): Mean {
  const total = NOTHING.slice() as Sums;
  let [error, closeError] = [0, 0];
  const ends: End[] = [];
  for (const map of pieces(p.support.from, p.support.to, [p.centre[0], ...p.kinks, ...points], p.centre[1])) {
    const found = piece(map, p, t, close);
    for (let k = 0; k < total.length; k++) total[k] = (total[k] as number) + (found.sums[k] as number);
    error += found.error;
    closeError += found.closeError;
    for (const sign of [-1, 1] as const) ends.push({ map, sign, most: found.most[sign === 1 ? 1 : 0] });
  }
  const [value, size, mass, excess, off, closeOff, massOff, massOfQ, massOfQOff] = total;
  const lacking = 1 - mass;
  const lost = Math.max(0, Math.abs(lacking) - massOff - 4 * UNIT);
  const missed = missedAt(ends, p, t, lost, lacking > 0);
  const result = { value, size, error: error + missed.value + off, unfinished: Math.abs(lacking) > 1e-3 };
  if (!close) return result;
  // The form that does not cancel lacks what q has where no node lies too: far out, or in a place far narrower than p.
  const missedOfQ = Math.max(0, Math.abs(massOfQ - 1) - massOfQOff - 4 * UNIT);
  return { ...result, close: { value: excess, error: closeError + missed.excess + missedOfQ + closeOff } };
}

/** One end of a piece, and the largest log ratio in the half of it. */
interface End {
  readonly map: Piece;
  readonly sign: 1 | -1;
  readonly most: number;
}

/** φ(p, q)/p for a log ratio, from above; what is below 0 makes it more, but not more than q, which is looked at by itself. */
const mostExcess = (ratio: number): number => Math.min(ratio * ratio, ratio);

/**
 * What is missed of ∫ p·t and of ∫ φ(p, q): beyond the outermost nodes, and with what the mass lacks beyond its roundings, which lies nearer to an end than doubles tell apart. That
 * has a log ratio about as large as the largest that was seen in that half, and no more than twice that in the mean: of x^(ν − 1) beside 0 the logarithm goes 1/ν beyond, which is
 * a seventh of what doubles reach where a thousandth of the mass is missed. An end is given no more mass than its tail has room for, those of the largest log ratios first; what
 * none has room for, or is too much, may be anywhere.
 */
function missedAt(ends: readonly End[], p: Law, t: (x: number, logP: number) => number, lost: number, isLacking: boolean) {
  let [value, excess, left] = [0, 0, lost];
  const add = (mass: number, ratio: number) => {
    value += mass * (1 + ratio);
    excess += mass * mostExcess(ratio);
  };
  const sorted = [...ends].sort((a, b) => b.most - a.most);
  for (const { map, sign, most } of sorted) {
    const beyond = tail(map, p, (x, logP) => 1 + Math.abs(t(x, logP)), sign);
    if (beyond === Infinity) return { value: Infinity, excess: Infinity };
    add(beyond / (1 + 2 * most), 2 * most);
    const share =
      isLacking && left > 0
        ? Math.min(
            left,
            tail(map, p, () => 1, sign),
          )
        : 0;
    if (share > 0) add(share, 2 * most);
    left -= share;
  }
  if (left > 0) add(left, 2 * (sorted[0] as End).most);
  return { value, excess };
}

/** Nodes by which the ends are looked at, and the steps of log s, shares of the way to the last of them, by which powers are. */
const APART = 1 / 8;

/** Logarithms below this are those of what doubles have no room for. */
const LOWEST = -740;

/** g(s) = p·rise·s near one end, s the distance: log g and log s at the point x of a node, and the size of what log g is the sum of. */
interface Look {
  readonly logHeight: number;
  readonly logDistance: number;
  readonly x: number;
  readonly size: number;
}

/**
 * p times what `rise` says, not negative, beyond the outermost node of one end, from above: g falls as a power of s or faster, ∫ g d(log s) ≤ g/δ, δ the power there; Infinity where g does not fall, as most
 * of the mean may lie beyond. A power that still falls itself, as where t becomes a power of s, is followed to its limit, as δ∞ + c·s⁻ᵏ does; Infinity where that is not near,
 * and where g is beyond the range everywhere. Where g itself has left the range below nothing lies further out. Of ends that nothing lies at, next to nothing: mass alone would
 * not tell, as the little of a heavy tail has the largest log ratios.
 */
export function tail(map: Piece, p: Law, riseAt: (x: number, logP: number) => number, sign: 1 | -1): number {
  const { from, to } = p.support;
  let isBeyond = false;
  let isLow = false;
  /** Undefined where a node is none, as the sums have it. */
  const look = (at: number): Look | undefined => {
    const [x, distance] = map(sign * at);
    if (!(x > from && x < to && distance > 0)) return undefined;
    const logP = p.logDensity(x);
    const rise = riseAt(x, logP);
    const [logDistance, logRise] = [Math.log(distance), Math.log(rise)];
    const logHeight = logP + logDistance + logRise;
    const height = massOf(logP, distance) * rise;
    if (height > 0 && height < Infinity)
      return { logHeight, logDistance, x, size: Math.abs(logP) + Math.abs(logDistance) + Math.abs(logRise) };
    isBeyond ||= height === Infinity;
    isLow = logP === -Infinity || logHeight < LOWEST;
    return undefined;
  };
  let at = REACH;
  let last = look(at);
  while (last === undefined && at > APART) {
    at -= APART;
    last = look(at);
  }
  if (last === undefined) return isBeyond ? Infinity : 0;
  const height = 2 * Math.exp(last.logHeight);
  if (isLow && !isBeyond) return height;
  // log s goes with sinh(at).
  const powers: number[] = [];
  let noise = 0;
  // Near an end that is not 0 doubles are too coarse for more than one power.
  const steps = last.logDistance < Math.log(Math.abs(last.x)) - 1 ? 1 : 3;
  for (let k = 1; k <= steps; k++) {
    const next = look(Math.asinh(Math.sinh(at) * (1 - k * APART)));
    if (next === undefined) break;
    const step = Math.abs(last.logDistance - next.logDistance);
    powers.push((next.logHeight - last.logHeight) / step);
    noise = Math.max(noise, (4 * LOG_DENSITY_ERROR * (1 + last.size)) / step);
    last = next;
  }
  const power = limitOf(powers, noise);
  return power > 0 ? height / power : powers.length > 0 ? Infinity : 0;
}

/** A power is believed where it changed by less than this share of itself on the last step; a larger one than SLOW may rise by more, as those of light tails do. */
const UNSETTLED = 0.1;
const SLOW = 1 / 16;

/** What a power tends to, from the last three, the outermost first, `noise` what rounding does to the difference of two; 0 where that is not known. */
function limitOf([power = 0, before = power, first = before]: readonly number[], noise: number): number {
  const fell = before - power;
  if (!(fell > noise)) return power < SLOW && -fell > UNSETTLED * power ? 0 : power - noise;
  const slower = first - before - fell;
  const limit = power - (slower > 0 ? fell * (fell / slower) : Infinity);
  return limit > (1 - UNSETTLED) * power ? limit : 0;
}

function piece(map: Piece, p: Law, t: (x: number, logP: number) => number, close: boolean) {
  const { from, to } = p.support;
  const most: [before: number, after: number] = [0, 0];
  const sums = NOTHING.slice() as Sums;
  const add = (at: number) => {
    const [x, distance, factor] = map(at);
    if (!(x > from && x < to && distance > 0)) return;
    const logP = p.logDensity(x);
    const density = massOf(logP, distance) * factor;
    if (!(density > 0 && density < Infinity)) {
      // Where p is nothing, q may be something.
      const other = close && logP > -Infinity ? massOf(logP - t(x, logP), distance) * factor : 0;
      if (other < Infinity) {
        const off = other * LOG_DENSITY_ERROR * (1 + Math.abs(logP)); // its log is what is left of two large ones
        sums[3] += other;
        sums[5] += off;
        sums[7] += other;
        sums[8] += off;
      }
      return;
    }
    const ratio = t(x, logP);
    const term = density * ratio;
    const offP = LOG_DENSITY_ERROR * (1 + Math.abs(logP));
    const off = offP + LOG_DENSITY_ERROR * Math.abs(ratio);
    // Near an end other than 0 the distance from it, by which a density may rise or fall, has lost the digits of the end.
    const place = Math.min(1, (2 * UNIT * Math.abs(x)) / Math.min(x - from, to - x));
    if (Number.isFinite(term)) {
      sums[0] += term;
      sums[1] += Math.abs(term);
      sums[4] += density * (off + offP * Math.abs(ratio) + place * (1 + Math.abs(ratio)));
    }
    sums[2] += density;
    sums[6] += density * (offP + place);
    if (density > SEEN) {
      if (at <= 0) most[0] = Math.max(most[0], Math.abs(ratio));
      if (at >= 0) most[1] = Math.max(most[1], Math.abs(ratio));
    }
    if (!close) return;
    const massOfQ = Math.exp(Math.log(density) - ratio);
    sums[7] += massOfQ;
    sums[8] += massOfQ * (off + place);
    const excess = excessTerm(density, Math.log(density), ratio);
    if (!Number.isFinite(excess)) return;
    sums[3] += excess;
    // φ(p, q), of p times a log ratio r, rises by p·(1 − e⁻ʳ) for each unit of r, and by half a p for its square: all there is where densities differ by less than they are rounded.
    sums[5] +=
      Math.abs(excess - term) * (off + place) +
      excess * (offP + place) +
      density * (place * Math.min(1, Math.abs(ratio)) + (off + place) ** 2 / 2);
  };
  let before = sums.map(() => NaN) as Sums;
  let found = before;
  for (let level = 0; level <= LEVELS; level++) {
    const step = 2 ** -level;
    for (let i = level === 0 ? 0 : 1; i * step <= REACH; i += level === 0 ? 1 : 2) {
      add(i * step);
      if (i > 0) add(-i * step);
    }
    before = found;
    found = sums.map((sum) => sum * step) as Sums;
    const settled = [0, 2, 3].every(
      (k) => Math.abs((found[k] as number) - (before[k] as number)) <= 4 * UNIT * Math.abs(found[k === 0 ? 1 : k] as number),
    );
    if (level > 2 && settled) break;
  }
  return { sums: found, error: Math.abs(found[0] - before[0]), closeError: Math.abs(found[3] - before[3]), most };
}
