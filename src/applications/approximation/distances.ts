/** KL and total variation of two distributions of a count, summed from the middle outwards, with the bounds that stand in for them. */
import type { AnyDistribution } from '../../families/index.js';
import { lawOf } from '../../families/law.js';
import { expExcess, Total } from '../../families/math/excess.js';
import { argumentError } from '../input/options.js';

export interface Distances {
  /** D(exact‖approximation), in nats. */
  readonly kl: number;
  /** ½·Σ|difference of masses|: by how much a probability of any event is off at most. */
  readonly totalVariation: number;
  /** How far `kl` may be off by rounding. */
  readonly errorBound: number;
  /** How far `totalVariation` may be off by rounding. */
  readonly totalVariationErrorBound: number;
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

/** Distances without the bounds that follow from them. */
type Sums = Omit<Distances, 'bounds'>;

/** Outcomes from the middle outwards, each by its log mass and log ratio, until nothing is left to add. */
interface Walk {
  readonly middle: number;
  /** Where p has mass. */
  readonly from: number;
  readonly to: number;
  /** Outcomes this near to the middle are all looked at. */
  readonly reach: number;
  readonly logP: (k: number) => number;
  readonly logQ: (k: number) => number;
  /** log(p/q) at the middle. */
  readonly ratio: number;
  /** The same at k, beside its neighbour `from` where it is t. */
  readonly next: (k: number, t: number, from: number) => number;
  /** Mass of q where p has none, and how far it may be off beside itself. */
  readonly outside: number;
  readonly outsideOff: number;
  /** How far a log ratio may be off beside the same for all outcomes, which drops out of KL: both distributions sum to 1. */
  readonly off: number;
  /** How far it may be off in all: nothing drops out of total variation. */
  readonly offAt: (k: number, t: number, log: number) => number;
}

/** What a log mass may be off by, in units, beside its digits: Stirling's rests below 16 are differences, 39 off at most (at 13), and 13 of 26 has two of them. */
const OF_REST = 96;

/** A mass is e^log, off by the rounding of its log, which is at least −745. */
const ofMass = (log: number) => (OF_REST - 4 * Math.max(log, -800)) * UNIT;

/** Σ (q − p + p·log(p/q)) and ½·Σ|p − q|. */
export function distances({ middle, from, to, reach, logP, logQ, ratio, next, outside, outsideOff, off, offAt }: Walk): Sums {
  const [kl, gap] = [new Total(), new Total()];
  kl.add(outside);
  gap.add(outside);
  // What is outside is not off by the same as all others.
  let error = outside * outsideOff;
  let gapError = error;
  /** What p has more than q where a ratio says both: by that much an error of all ratios is seen, as it is not where q is by itself. */
  let more = 0;
  const add = (k: number, t: number): boolean => {
    const log = logP(k);
    const mass = Math.exp(log);
    const ofT = offAt(k, t, log);
    // Where p is next to nothing beside q, the logarithm of q would be what is left of two large ones.
    const isAlone = t < -1;
    const logOther = isAlone ? logQ(k) : log - t;
    const difference = isAlone ? Math.exp(logOther) - mass : mass * Math.expm1(-t);
    const term = isAlone ? difference + mass * t : mass * expExcess(-t);
    const size = Math.abs(difference);
    kl.add(term);
    gap.add(size);
    if (isAlone) error += (mass + difference) * ofMass(logOther) + mass * ofT;
    else {
      more -= difference;
      error += size * off + term * (off + ofMass(log));
    }
    gapError += size * ofMass(isAlone ? logOther : log) + (isAlone ? mass : mass + difference) * ofT;
    return term <= NOTHING * kl.value && size <= NOTHING * gap.value && Math.abs(k - middle) > reach;
  };
  for (let [k, t] = [middle, ratio]; !add(k, t) && k < to; k++) t = next(k + 1, t, k);
  for (let [k, t] = [middle, ratio]; k > from; k--) {
    t = next(k - 1, t, k);
    if (add(k - 1, t)) break;
  }
  return {
    kl: Math.max(0, kl.value),
    totalVariation: Math.min(1, gap.value / 2),
    errorBound: error + Math.abs(more) * offAt(middle, ratio, logP(middle)) + 8 * UNIT * kl.value,
    totalVariationErrorBound: (gapError + 8 * UNIT * gap.value) / 2,
  };
}

/** How far the difference t of two log masses may be off. Near a mass of 1, that of no success or of no failure, both logarithms keep their digits. */
export function ofLogs(t: number, log: number): number {
  const size = Math.abs(log) + Math.abs(t);
  return UNIT * (OF_REST * Math.min(1, size) + 4 * size);
}

export function bounded(found: Sums, leCam?: number): Distances {
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

/** Also of what is certain, or cannot be. */
export function checkProbability(value: number, argument = 'p'): void {
  if (typeof value === 'number' && value >= 0 && value <= 1) return;
  throw argumentError('ERR_DOMAIN', argument, 'a number from 0 to 1', value);
}

export function checkTrials(value: number, argument = 'n'): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= MOST_TRIALS) return;
  throw argumentError('ERR_DOMAIN', argument, 'a whole number from 1 to 10⁹', value);
}
