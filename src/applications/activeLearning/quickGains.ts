/**
 * BALD as one divergence a candidate. Its members end to end are one row, the consensus as often another, and with equal masses s_m the KL divergence of the two is the
 * mean of KL(p_m ‖ p̄): one row of members · classes entries in place of many short ones.
 */
import { type Floats, klDivergence, matrix } from '../../index.js';
import type { Checked } from './ensemble.js';

/**
 * What unequal masses and a rounded consensus do, exactly: KL(row ‖ consensus) = Σ (s_m/S)·KL(p̂_m ‖ p̄) + KL(s/S ‖ 1/M) + KL(p̄ ‖ its rounding). Masses within
 * `masses` of each other move the first term by that share; the others are below masses², and no more than that share of an answer from `least` on.
 */
const BOUNDS = { f32: { masses: 2 ** -22, least: 2 ** -21 }, f64: { masses: 2 ** -50, least: 2 ** -47 } } as const;

/** Entries that are looked at together: what is written stays in the nearest caches. */
const BLOCK_ENTRIES = 2 ** 14;

/**
 * Undefined where the members have weights, or entries that have to be made into masses first.
 *
 * @param careful answers the candidates whose members nearly agree, or whose rows are of unlike masses or none at all
 */
export function quickGains(
  { ensemble, weights, as, core }: Checked,
  careful: (doubtful: Pick<Checked, 'ensemble' | 'places'>) => Float64Array,
): Float64Array | undefined {
  const { data } = ensemble;
  const [candidates, members, classes] = ensemble.shape;
  if (as === 'logits' || weights.some((weight) => weight !== weights[0])) return undefined;
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return undefined;
  const { masses, least } = BOUNDS[data instanceof Float32Array ? 'f32' : 'f64'];
  const width = members * classes;
  const found = new Float64Array(candidates);
  const step = Math.min(candidates, Math.max(1, Math.floor(BLOCK_ENTRIES / width)));
  const consensus = data instanceof Float32Array ? new Float32Array(step * width) : new Float64Array(step * width);
  const spreads = new Float64Array(step);
  for (let first = 0; first < candidates; first += step) {
    const count = Math.min(step, candidates - first);
    const rows = data.subarray(first * width, (first + count) * width);
    repeatConsensus(rows, members, classes, consensus, spreads);
    const kl = quietly(() =>
      klDivergence(matrix(rows, count, width), matrix(consensus.subarray(0, count * width), count, width), { core }),
    );
    const places: number[] = [];
    for (let c = 0; c < count; c++) {
      const gain = kl?.[c] ?? NaN;
      found[first + c] = gain;
      if (!(gain >= least && (spreads[c] as number) <= masses)) places.push(first + c);
    }
    if (places.length === 0) continue;
    const doubtful = new Float64Array(places.length * width);
    for (const [i, place] of places.entries()) doubtful.set(data.subarray(place * width, (place + 1) * width), i * width);
    const gains = careful({ ensemble: { data: doubtful, shape: [places.length, members, classes] }, places });
    for (const [i, place] of places.entries()) found[place] = gains[i] as number;
  }
  return found;
}

/** Undefined where the rows are no distributions: the careful way says which, and why. */
function quietly(run: () => Float64Array): Float64Array | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** Writes the mean of each candidate's members in the place of each of them; and how far their masses are apart, relatively. Four classes at a time, in registers. */
function repeatConsensus(rows: Floats, members: number, classes: number, into: Floats, spreads: Float64Array): void {
  const masses = new Float64Array(members);
  const width = members * classes;
  for (let start = 0, c = 0; start < rows.length; start += width, c++) {
    const end = start + width;
    masses.fill(0);
    let k = 0;
    for (; k + 3 < classes; k += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let i = start + k, m = 0; i < end; i += classes, m++) {
        const x0 = rows[i] as number;
        const x1 = rows[i + 1] as number;
        const x2 = rows[i + 2] as number;
        const x3 = rows[i + 3] as number;
        s0 += x0;
        s1 += x1;
        s2 += x2;
        s3 += x3;
        masses[m] = (masses[m] as number) + (x0 + x1 + (x2 + x3));
      }
      s0 /= members;
      s1 /= members;
      s2 /= members;
      s3 /= members;
      for (let i = start + k; i < end; i += classes) {
        into[i] = s0;
        into[i + 1] = s1;
        into[i + 2] = s2;
        into[i + 3] = s3;
      }
    }
    for (; k < classes; k++) {
      let sum = 0;
      for (let i = start + k, m = 0; i < end; i += classes, m++) {
        sum += rows[i] as number;
        masses[m] = (masses[m] as number) + (rows[i] as number);
      }
      sum /= members;
      for (let i = start + k; i < end; i += classes) into[i] = sum;
    }
    let low = Infinity;
    let high = 0;
    for (let m = 0; m < members; m++) {
      low = Math.min(low, masses[m] as number);
      high = Math.max(high, masses[m] as number);
    }
    spreads[c] = (high - low) / low;
  }
}
