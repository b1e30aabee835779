/** Permutation tests: p-values that hold whatever the distribution, as far as labels could have been exchanged. */
import { Random } from './random.js';

export interface PermutationOptions {
  /** How many relabellings are drawn where there are more than that; 9,999 when left out. */
  readonly permutations?: number | undefined;
  /** 1 when left out. */
  readonly seed?: number | undefined;
  /** Labels are exchanged within blocks alone (pairs, subjects, batches): a number for each observation. */
  readonly blocks?: ArrayLike<number> | undefined;
}

export interface PermutationTest {
  readonly statistic: number;
  readonly pValue: number;
  /** The smallest p-value that any data of this design could give. */
  readonly smallest: number;
  /** Relabellings that were looked at, the given one included. */
  readonly permutations: number;
  /** Whether these are all that there are. */
  readonly exact: boolean;
}

/** How far two sums of the same numbers in another order may differ. */
const TIE = 1e-12;

/**
 * How often a relabelling gives a statistic as large as the given labels do. All distinct relabellings are looked at where they are at most
 * `permutations`, else so many are drawn, and the given one counts among them, so that P(p ≤ α) ≤ α.
 *
 * @param labels    group of each observation, 0, 1, 2 …
 * @param statistic of a labelling; larger is stronger evidence; the array is reused and must not be kept
 */
export function permutationTest(
  labels: ArrayLike<number>,
  statistic: (labels: Int32Array) => number,
  options: PermutationOptions = {},
): PermutationTest {
  const { permutations = 9999, seed = 1, blocks } = options;
  const own = Int32Array.from(labels);
  const members = membersOf(own.length, blocks);
  const observed = statistic(own);
  const least = observed - TIE * Math.abs(observed);
  const count = arrangements(own, members);
  let larger = 0;
  if (count <= permutations) {
    forEachArrangement(own, members, (labelling) => {
      if (statistic(labelling) >= least) larger++;
    });
    return { statistic: observed, pValue: larger / count, smallest: 1 / count, permutations: count, exact: true };
  }
  const random = new Random(seed);
  const labelling = own.slice();
  for (let i = 0; i < permutations; i++) {
    for (const block of members) shuffleWithin(labelling, block, random);
    if (statistic(labelling) >= least) larger++;
  }
  const total = permutations + 1;
  return { statistic: observed, pValue: (larger + 1) / total, smallest: 1 / total, permutations: total, exact: false };
}

function membersOf(n: number, blocks: ArrayLike<number> | undefined): number[][] {
  const members = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    const block = blocks?.[i] ?? 0;
    const known = members.get(block);
    if (known === undefined) members.set(block, [i]);
    else known.push(i);
  }
  return [...members.values()];
}

function shuffleWithin(labels: Int32Array, block: readonly number[], random: Random): void {
  for (let i = block.length - 1; i > 0; i--) {
    const [a, b] = [block[i] as number, block[random.below(i + 1)] as number];
    const label = labels[a] as number;
    labels[a] = labels[b] as number;
    labels[b] = label;
  }
}

/** Distinct relabellings: the product over blocks of n!/(n₁!·n₂!·…); Infinity where there are more than a double holds. */
function arrangements(labels: Int32Array, members: readonly (readonly number[])[]): number {
  let product = 1;
  for (const block of members) {
    const seen = new Map<number, number>();
    for (const [i, at] of block.entries()) {
      const label = labels[at] as number;
      const count = (seen.get(label) ?? 0) + 1;
      seen.set(label, count);
      product = (product * (i + 1)) / count;
    }
  }
  return Math.round(product);
}

/** Every distinct relabelling, block by block: the next one of a block in lexical order, and as an odometer over blocks. */
function forEachArrangement(own: Int32Array, members: readonly (readonly number[])[], visit: (labels: Int32Array) => void): void {
  const labels = own.slice();
  const sort = (block: readonly number[]) => {
    const sorted = block.map((at) => labels[at] as number).sort((a, b) => a - b);
    for (const [i, at] of block.entries()) labels[at] = sorted[i] as number;
  };
  for (const block of members) sort(block);
  for (;;) {
    visit(labels);
    let wheel = 0;
    while (wheel < members.length && !nextArrangement(labels, members[wheel] as readonly number[]))
      sort(members[wheel++] as readonly number[]);
    if (wheel === members.length) return;
  }
}

/** The next arrangement of a block in lexical order; false after the last. */
function nextArrangement(labels: Int32Array, block: readonly number[]): boolean {
  const at = (i: number) => labels[block[i] as number] as number;
  const swap = (i: number, j: number) => {
    const label = at(i);
    labels[block[i] as number] = at(j);
    labels[block[j] as number] = label;
  };
  let i = block.length - 2;
  while (i >= 0 && at(i) >= at(i + 1)) i--;
  if (i < 0) return false;
  let j = block.length - 1;
  while (at(j) <= at(i)) j--;
  swap(i, j);
  for (let a = i + 1, b = block.length - 1; a < b; a++, b--) swap(a, b);
  return true;
}
