/** Divergences among the mean softmaxes of groups, with gradients by the logits, in 320-bit fixed point from their definitions. */
import { divide, exp, type Fixed, fixed, logOfRatio, multiply, ONE, toNumber } from './fixed.js';

export interface Exact {
  readonly value: number;
  /** By each logit, row by row. */
  readonly gradient: readonly number[][];
}

const sum = (values: readonly Fixed[]): Fixed => values.reduce((a, b) => a + b, 0n);

function softmax(z: ArrayLike<number>): Fixed[] {
  const powers = Array.from(z, (x) => exp(fixed(x)));
  const total = sum(powers);
  return powers.map((power) => divide(power, total));
}

/**
 * @param rows   logits
 * @param groups the group of each row, 0, 1, 2 …
 */
export function disparity(rows: readonly (readonly number[])[], groups: readonly number[], divergence: 'jensen-shannon' | 'kl'): Exact {
  const shares = rows.map(softmax);
  const names = [...new Set(groups)];
  const sizes = names.map((name) => groups.filter((group) => group === name).length);
  const means = names.map((name, g) =>
    (shares[0] as Fixed[]).map(
      (_, c) => sum(shares.filter((_row, i) => groups[i] === name).map((row) => row[c] as Fixed)) / BigInt(sizes[g] as number),
    ),
  );
  const { value, slopes } = divergence === 'kl' ? overPairs(means) : jensenShannon(means, sizes);
  const gradient = shares.map((row, i) => {
    const g = names.indexOf(groups[i] as number);
    const slope = slopes[g] as Fixed[];
    const mean = sum(row.map((share, c) => multiply(share, slope[c] as Fixed)));
    return row.map((share, c) => toNumber(multiply(share, (slope[c] as Fixed) - mean) / BigInt(sizes[g] as number)));
  });
  return { value: toNumber(value), gradient };
}

interface Slopes {
  readonly value: Fixed;
  readonly slopes: readonly Fixed[][];
}

function jensenShannon(means: readonly Fixed[][], sizes: readonly number[]): Slopes {
  const total = sizes.reduce((a, b) => a + b);
  const weigh = (x: Fixed, g: number) => (x * BigInt(sizes[g] as number)) / BigInt(total);
  const middle = (means[0] as Fixed[]).map((_, c) => sum(means.map((mean, g) => weigh(mean[c] as Fixed, g))));
  const slopes = means.map((mean, g) => mean.map((x, c) => weigh(logOfRatio(x, middle[c] as Fixed), g)));
  return { value: sum(means.flatMap((mean, g) => mean.map((x, c) => multiply(x, (slopes[g] as Fixed[])[c] as Fixed)))), slopes };
}

function overPairs(means: readonly Fixed[][]): Slopes {
  const count = BigInt(means.length * (means.length - 1));
  const slopes = means.map((mean) => mean.map(() => 0n));
  let value = 0n;
  for (const [a, p] of means.entries()) {
    for (const [b, q] of means.entries()) {
      if (a === b) continue;
      for (const [c, x] of p.entries()) {
        const y = q[c] as Fixed;
        const [log, ratio] = [logOfRatio(x, y), divide(x, y)];
        value += multiply(x, log) / count;
        (slopes[a] as Fixed[])[c] = ((slopes[a] as Fixed[])[c] as Fixed) + (log + ONE) / count;
        (slopes[b] as Fixed[])[c] = ((slopes[b] as Fixed[])[c] as Fixed) - ratio / count;
      }
    }
  }
  return { value, slopes };
}
