/** KL and total variation of two distributions of a count, summed from the middle outwards, with the bounds that stand in for them. */
import type { AnyDistribution } from '../../families/index.js';
import { lawOf } from '../../families/law.js';
import { excessTerm } from '../../families/math/excess.js';
import { argumentError } from '../input/options.js';

export interface Distances {
  /** D(exact‖approximation), in nats. */
  readonly kl: number;
  /** ½·Σ|difference of masses|: by how much a probability of any event is off at most. */
  readonly totalVariation: number;
  /** How far `kl` may be off by rounding. */
  readonly errorBound: number;
  /** What total variation is at most, by rules that need no sum over all outcomes. */
  readonly bounds: {
    /** min(1, 1/λ)·Σpᵢ², where the Poisson rate is λ = Σpᵢ. */
    readonly leCam?: number;
    /** √(KL/2). */
    readonly pinsker: number;
    /** √(1 − e^(−KL)). */
    readonly bretagnolleHuber: number;
  };
}

export const UNIT = 2 ** -53;

const NOTHING = 2 ** -66;

/** Outcomes from the middle outwards, each by its log mass and log ratio, until nothing is left to add. */
interface Walk {
  readonly middle: number;
  readonly to: number;
  /** Outcomes this near to the middle are all looked at. */
  readonly reach: number;
  readonly logP: (k: number) => number;
  /** log(p/q) at the middle, and its step from k to k + 1. */
  readonly ratio: number;
  readonly step: (k: number) => number;
  /** Mass of q where p has none. */
  readonly outside: number;
  /** How far a log ratio may be off beside the same for all outcomes, which drops out: both distributions sum to 1. */
  readonly off: number;
}

/** Σ (q − p + p·log(p/q)) and ½·Σ|p − q|. */
export function distances({
  middle,
  to,
  reach,
  logP,
  ratio,
  step,
  outside,
  off,
}: Walk): Pick<Distances, 'kl' | 'totalVariation' | 'errorBound'> {
  // A mass is e^log, off by the rounding of its log, which is at least −745.
  const ofMass = (log: number) => (40 - 4 * Math.max(log, -800)) * UNIT;
  // What is outside is not off by the same as all others.
  let [kl, gap, error] = [outside, outside, outside === 0 ? 0 : outside * (24 * UNIT + ofMass(Math.log(outside)))];
  const add = (k: number, t: number): boolean => {
    const log = logP(k);
    const mass = Math.exp(log);
    const term = excessTerm(mass, log, t);
    const difference = t < -1 ? Math.exp(log - t) - mass : -mass * -Math.expm1(-t);
    kl += term;
    gap += Math.abs(difference);
    error += Math.abs(difference) * off + term * (off + ofMass(log));
    return term <= NOTHING * kl && Math.abs(difference) <= NOTHING * gap && Math.abs(k - middle) > reach;
  };
  for (let [k, t] = [middle, ratio]; k <= to; t += step(k), k++) if (add(k, t)) break;
  for (let [k, t] = [middle, ratio]; k > 0; ) {
    k--;
    t -= step(k);
    if (add(k, t)) break;
  }
  return { kl: Math.max(0, kl), totalVariation: Math.min(1, gap / 2), errorBound: error + 8 * UNIT * kl };
}

export function bounded(found: Pick<Distances, 'kl' | 'totalVariation' | 'errorBound'>, leCam?: number): Distances {
  const { kl } = found;
  const bounds = {
    ...(leCam !== undefined && { leCam: Math.min(1, leCam) }),
    pinsker: Math.sqrt(kl / 2),
    bretagnolleHuber: Math.sqrt(-Math.expm1(-kl)),
  };
  return { ...found, bounds };
}

export function logMassOf(distribution: AnyDistribution): (k: number) => number {
  return (lawOf(distribution) as NonNullable<ReturnType<typeof lawOf>>).logDensity;
}

export const MOST_TRIALS = 1e9;

export function checkShare(argument: string, value: number): void {
  if (typeof value === 'number' && value > 0 && value < 1) return;
  throw argumentError('ERR_DOMAIN', argument, 'a number above 0 and below 1', value);
}

export function checkTrials(value: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= MOST_TRIALS) return;
  throw argumentError('ERR_DOMAIN', 'n', 'a whole number from 1 to 10⁹', value);
}
