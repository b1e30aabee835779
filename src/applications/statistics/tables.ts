/** Tables of counts at random, as they are where samples do not differ: a row a sample, and what all are expected to look like. */
import { AliasTable } from './alias.js';
import { binomial, hypergeometric } from './draws.js';
import type { Random } from './random.js';

export interface Tables {
  /** Counts that a table takes to draw. */
  readonly counts: number;
  /** Fills a row for each sample, and the masses that they are held against. */
  readonly draw: (random: Random, rows: readonly Float64Array[], expected: Float64Array) => void;
}

/** Of so many draws a column the counts are drawn instead. */
const DENSE = 8;

/** Rows of unequal weight. */
export interface WeightedRows {
  /** (Σw)²/Σw²: as many rows of equal weight have shares that scatter as much. */
  readonly size: number;
  /** Σw/max(w). */
  readonly certain: number;
  /** So many rows of about that weight. */
  readonly blocks: readonly { readonly rows: number; readonly weight: number }[];
}

/** One sample of n from known shares. */
export function fromKnown(shares: Float64Array, n: number): Tables {
  const add = multinomial(shares);
  const draw: Tables['draw'] = (random, [row], expected) => {
    const into = row as Float64Array;
    into.fill(0);
    add(random, n, 1, into);
    expected.set(shares);
  };
  return { counts: shares.length, draw };
}

/**
 * Observations change places between the samples: the margins stay, so P(p ≤ α) ≤ α whatever the pooled distribution. Column by column and sample by sample, each
 * count is hypergeometric given those before it; the largest sample gets what is left.
 */
export function exchange(totals: Float64Array, sizes: readonly number[]): Tables {
  const order = Array.from(sizes.keys()).sort((a, b) => (sizes[a] as number) - (sizes[b] as number));
  const last = order.pop() as number;
  const left = new Float64Array(totals.length);
  const all = totals.reduce((sum, count) => sum + count, 0);
  const draw: Tables['draw'] = (random, rows, expected) => {
    left.set(totals);
    let remaining = all;
    for (const j of order) {
      const row = rows[j] as Float64Array;
      const size = sizes[j] as number;
      let [wanted, unseen] = [size, remaining];
      for (let i = 0; i < left.length; i++) {
        const marked = left[i] as number;
        const count = marked === unseen ? wanted : hypergeometric(random, marked, wanted, unseen);
        row[i] = count;
        left[i] = marked - count;
        wanted -= count;
        unseen -= marked;
      }
      remaining -= size;
    }
    (rows[last] as Float64Array).set(left);
    expected.set(totals);
  };
  return { counts: totals.length * order.length, draw };
}

/** Weighted rows and a sample of m, both from the same shares. */
export function fromWeights(shares: Float64Array, { size, blocks }: WeightedRows, m: number): Tables {
  const add = multinomial(shares);
  const draw: Tables['draw'] = (random, [x, y], expected) => {
    const [window, sample] = [x as Float64Array, y as Float64Array];
    window.fill(0);
    sample.fill(0);
    for (const { rows, weight } of blocks) add(random, rows, weight, window);
    add(random, m, 1, sample);
    const scale = size / window.reduce((sum, mass) => sum + mass, 0);
    for (let i = 0; i < expected.length; i++) expected[i] = (window[i] as number) * scale + (sample[i] as number);
  };
  return { counts: shares.length * (blocks.length + 1), draw };
}

/** Adds `weight` for each of n draws: one by one where they are few, else count by count, each binomial given those before it. */
function multinomial(shares: Float64Array): (random: Random, n: number, weight: number, into: Float64Array) => void {
  const table = new AliasTable(shares);
  const last = shares.length - 1;
  return (random, n, weight, into) => {
    if (n < DENSE * shares.length) {
      for (let k = 0; k < n; k++) {
        const i = table.draw(random);
        into[i] = (into[i] as number) + weight;
      }
      return;
    }
    let [wanted, unseen] = [n, 1];
    for (let i = 0; i < last && wanted > 0; i++) {
      const share = shares[i] as number;
      const count = binomial(random, wanted, Math.min(1, share / unseen));
      into[i] = (into[i] as number) + weight * count;
      wanted -= count;
      unseen -= share;
    }
    into[last] = (into[last] as number) + weight * wanted;
  };
}
