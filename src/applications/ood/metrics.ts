/** How well scores tell in-distribution rows from others: areas and rates, with intervals: the area's by its score, the others from drawing both kinds anew. */
import { type Interval, percentileInterval } from '../statistics/intervals.js';
import { Random } from '../statistics/random.js';
import { aurocInterval } from './auroc.js';

export interface Measured {
  readonly value: number;
  readonly interval: Interval;
}

/** In-distribution rows are those that should score high. */
export interface OodMetrics {
  readonly inDistribution: number;
  readonly outOfDistribution: number;
  /** Probability that a row from inside scores above one from outside; ties count half. Its interval is by score and draws nothing. */
  readonly auroc: Measured;
  /** Average precision with rows from inside as what is looked for; and with those from outside, by the score turned around. */
  readonly auprIn: Measured;
  readonly auprOut: Measured;
  /** Share of rows from outside that are accepted at the highest threshold that accepts `tpr` of those inside. */
  readonly fprAtTpr: Measured;
  readonly tpr: number;
  /** That threshold, accept from it on, and the share inside that it accepts. */
  readonly threshold: number;
  readonly tprAtThreshold: number;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
}

export interface MetricSettings {
  readonly tpr: number;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
}

/** Whose intervals come from draws. */
const DRAWN = ['auprIn', 'auprOut', 'fprAtTpr'] as const;

/**
 * @param keys    by which rows are ordered
 * @param values  of the same rows, as the threshold is told
 * @param outside 1 for rows from outside
 */
export function measure(keys: Float64Array, values: Float64Array, outside: Uint8Array, settings: MetricSettings): OodMetrics {
  const { tpr, level, replicates, seed } = settings;
  const order = Uint32Array.from(keys.keys()).sort((a, b) => (keys[b] as number) - (keys[a] as number) || a - b);
  const curve = new Curve(order, keys, outside);
  const ones = new Float64Array(keys.length).fill(1);
  const found = curve.measure(ones, tpr);
  const random = new Random(seed);
  const draws = DRAWN.map(() => new Float64Array(replicates));
  const weights = new Float64Array(keys.length);
  const members = [0, 1].map((kind) => order.filter((row) => outside[row] === kind));
  for (let r = 0; r < replicates; r++) {
    weights.fill(0);
    for (const rows of members) {
      for (let i = 0; i < rows.length; i++) {
        const row = rows[random.below(rows.length)] as number;
        weights[row] = (weights[row] as number) + 1;
      }
    }
    const drawn = curve.measure(weights, tpr);
    for (const [k, name] of DRAWN.entries()) (draws[k] as Float64Array)[r] = drawn[name];
  }
  const measured = (k: number): Measured => ({
    value: found[DRAWN[k] as (typeof DRAWN)[number]],
    interval: percentileInterval(draws[k] as Float64Array, level),
  });
  return {
    inDistribution: (members[0] as Uint32Array).length,
    outOfDistribution: (members[1] as Uint32Array).length,
    auroc: { value: found.auroc, interval: aurocInterval(curve, found.auroc, level) },
    auprIn: measured(0),
    auprOut: measured(1),
    fprAtTpr: measured(2),
    tpr,
    threshold: values[found.at] as number,
    tprAtThreshold: found.tprAt,
    ...{ level, replicates, seed },
  };
}

/** Rows in descending order of their score, of equal keys at once. */
class Curve {
  constructor(
    readonly order: Uint32Array,
    readonly keys: Float64Array,
    readonly outside: Uint8Array,
  ) {}

  measure(weights: Float64Array, tpr: number) {
    const { order, keys, outside } = this;
    let [inside, others] = [0, 0];
    for (const row of order) {
      if (outside[row] === 0) inside += weights[row] as number;
      else others += weights[row] as number;
    }
    let [seenIn, seenOut, auroc, auprIn, auprOut] = [0, 0, 0, 0, 0];
    let [fprAtTpr, tprAt, at] = [NaN, NaN, -1];
    for (let from = 0; from < order.length; ) {
      let to = from;
      let [ownIn, ownOut] = [0, 0];
      const key = keys[order[from] as number];
      // The first is taken whatever its key is: NaN equals no key, itself neither.
      do {
        const row = order[to++] as number;
        if (outside[row] === 0) ownIn += weights[row] as number;
        else ownOut += weights[row] as number;
      } while (to < order.length && keys[order[to] as number] === key);
      // What is at this score or above: precision from inside. What is at it or below: precision from outside.
      if (ownOut > 0) {
        auroc += ownOut * (seenIn + ownIn / 2);
        auprOut += (ownOut * (others - seenOut)) / (others - seenOut + inside - seenIn);
      }
      seenIn += ownIn;
      seenOut += ownOut;
      if (ownIn > 0) auprIn += (ownIn * seenIn) / (seenIn + seenOut);
      if (at < 0 && seenIn >= tpr * inside * (1 - 2 ** -50))
        [fprAtTpr, tprAt, at] = [seenOut / others, seenIn / inside, order[to - 1] as number];
      from = to;
    }
    return { auroc: auroc / (inside * others), auprIn: auprIn / inside, auprOut: auprOut / others, fprAtTpr, tprAt, at };
  }
}
