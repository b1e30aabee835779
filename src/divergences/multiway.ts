/** Divergences among more than two distributions. */
import { log, log1p } from '../backend/js/math/log.js';
import { exponentOf, nearestExponentOf, phi64, scale } from '../backend/js/math/logRatio.js';
import { largestMass, Running, rowDifference64, rowSum64 } from '../backend/js/math/sums.js';
import { readRow } from '../rows/blocks.js';
import { deliver, outOf } from '../call.js';
import { type Core, coreOf } from '../core.js';
import { type Batch, checkBatch, checkSums, isMatrix, isNumberArray, kindError, optionError, rowError } from '../check.js';
import { SurprisalError } from '../error.js';
import type { MassRows } from '../rows/lazyRows.js';
import { checkMassOptions, type DiscreteOptions } from '../masses.js';
import type { Matrix, NumberArray, Vector } from '../types.js';

export interface MultiwayOptions extends DiscreteOptions {
  /** A weight ≥ 0 for each distribution, divided by their sum; equal ones when left out. */
  readonly weights?: NumberArray | undefined;
}

const OPTIONS = ['weights'];
/** Terms that are summed at once. */
const BLOCK = 64;
/** From which answer of the kernel on it stands, and how that grows with the square of the members: 2⁻²¹ and 2⁻²⁹, 2⁻⁴⁷ and 2⁻⁵⁹. */
const LEAST_ANSWERED = {
  f32: { least: 4.76837158203125e-7, square: 1.862645149230957e-9 },
  f64: { least: 7.105427357601002e-15, square: 1.734723475976807e-18 },
} as const;
/** Entries below this share of the largest count as zeros. */
const NEGLIGIBLE = 1e-290;

const running = new Running();

/**
 * Jensen–Shannon divergence among several distributions, Σⱼ πⱼ·D(pⱼ‖m) with m = Σⱼ πⱼ·pⱼ and the weights π: how much a draw tells about which of them it
 * came from.
 *
 * @param distributions two or more: vectors, or matrices of as many rows (vectors among them serve every row); probabilities or counts, not modified.
 *                      Or the members of many groups in one matrix, of a tensor of three sizes
 * @param options       weights, normalize, base, out, core
 * @returns             a number for vectors, else one number a row; of a tensor, one a group
 *
 * Shapes      each: rows × cols, or cols · result: rows · matrix({ data, shape: [groups, members, cols] }) · result: groups
 * Units       nats, or `base`; 0 (all equal) to the entropy of the weights (nothing in common)
 * Edge cases  always finite · a weight of 0 leaves its distribution out · with two it is `generalizedJensenShannonDivergence` · equal rows give exactly 0 · entries
 *             below 1e-290 of the largest count as zeros
 * Accuracy    relative error ≤ 32·2⁻⁵³, however close they are (unlike masses: as {@link klDivergence}): from differences to the heaviest, not from entropies. In f64 and in JavaScript on every backend,
 *             but for groups of a tensor whose members have equal weights and, to rounding, equal masses: those have a kernel (f32 entries: 2⁻²⁰)
 * Source      J. Lin, IEEE Trans. Inf. Theory 37 (1991)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_ZERO_ROW · ERR_OUT · ERR_OPTION
 * @example
 * multiwayJensenShannonDivergence([[1, 0, 0], [0, 1, 0], [0, 0, 1]], { base: 3 }); // 1
 */
export function multiwayJensenShannonDivergence(distributions: readonly Vector[], options?: MultiwayOptions): number;
export function multiwayJensenShannonDivergence(
  distributions: readonly (Vector | MassRows)[],
  options?: MultiwayOptions,
): number | Float64Array;
export function multiwayJensenShannonDivergence(members: Matrix, options?: MultiwayOptions): Float64Array;
export function multiwayJensenShannonDivergence(
  distributions: readonly (Vector | MassRows)[] | Matrix,
  options?: MultiwayOptions,
): number | Float64Array {
  checkMassOptions(options, OPTIONS);
  const among = isMatrix(distributions) ? inOne(distributions) : inSeveral(distributions);
  const { batch, members, groups } = among;
  const weights = checkWeights(options?.weights, members);
  const answers = { ...batch, rows: groups };
  // Weights are read too.
  const out = outOf(
    { ...answers, names: [...batch.names, 'weights'], inputs: [...batch.inputs, options?.weights as Batch['inputs'][number]] },
    options,
  );
  const core = coreOf(options?.core);

  const normalize = options?.normalize ?? true;
  const results = new Float64Array(groups);
  const left = normalize === false ? undefined : byKernel(among, weights, core, results);
  // Differences are taken to the heaviest; those of no weight are looked over and no more.
  const order = [...weights.keys()].sort((i, j) => (weights[j] as number) - (weights[i] as number));
  const room = roomOf(
    order.map((j) => weights[j] as number),
    batch.cols,
  );
  for (let i = 0; i < (left ?? results).length; i++) {
    const group = left?.[i] ?? i;
    for (const [place, j] of order.entries()) readRow(batch, among.input(j), among.row(group, j), room.rows, place * batch.cols);
    const faulty = room.prepare(normalize !== false);
    if (faulty >= 0) {
      const domains = batch.inputs.map(() => 'mass' as const);
      throw rowError('contributionRows', batch, domains, among.row(group, order[faulty] as number), normalize !== false);
    }
    results[group] = room.divergence(normalize !== false);
  }
  if (normalize === 'require') checkSums('contributionRows', batch);
  return deliver(results, answers, options, out);
}

/** Distributions that are compared with each other, group by group; of several matrices, row by row. */
interface Among {
  readonly batch: Batch;
  readonly members: number;
  readonly groups: number;
  /** Which argument holds the j-th member, and in which of its rows. */
  readonly input: (j: number) => number;
  readonly row: (group: number, j: number) => number;
}

function inSeveral(distributions: unknown): Among {
  if (!Array.isArray(distributions) || distributions.length < 2)
    throw kindError('distributions', distributions, 'an array of two distributions or more, or a matrix of groups × members × cols');
  const batch = checkBatch(
    distributions.map((_, j) => `distributions[${j}]`),
    distributions,
  );
  return { batch, members: distributions.length, groups: batch.rows, input: (j) => j, row: (group) => group };
}

function inOne(matrix: Matrix): Among {
  const members = matrix.lead?.at(-1);
  if (members === undefined)
    throw kindError('distributions', matrix, 'an array of them, or matrix({ data, shape }) of three sizes: groups, members, cols');
  const batch = checkBatch(['distributions'], [matrix]);
  return { batch, members, groups: batch.rows / members, input: () => 0, row: (group, j) => group * members + j };
}

/**
 * Answers what the kernel answers; which groups are left. It compares a group with its mean as rounded to the entries' type: that counts for less than
 * 2⁻²² (f32) or 2⁻⁵⁰ of a divergence from here on, (members/2)²·2⁻⁴⁸ or 2⁻¹⁰⁶ being the square of the mean's error, and the masses' 2⁻⁴⁴ and 2⁻¹⁰⁰.
 */
function byKernel({ batch, members, groups }: Among, weights: readonly number[], core: Core, results: Float64Array): number[] | undefined {
  if (batch.inputs.length > 1 || weights.some((weight) => weight !== weights[0])) return undefined;
  const width = members * batch.cols;
  try {
    core.kernels.memberKlRows({ ...batch, rows: groups, cols: width, steps: [width] }, [members], results);
  } catch (error) {
    if (error instanceof SurprisalError && error.argument === 'distributions') return undefined; // found again, with its row
    throw error;
  }
  const { least, square } = LEAST_ANSWERED[batch.dtype];
  const from = Math.max(least, members * members * square);
  // Entries whose mean vanishes are infinitely far from it.
  const most = log(members);
  const left: number[] = [];
  for (let group = 0; group < groups; group++) {
    const value = results[group] as number;
    if (!(value >= from && value <= most)) left.push(group);
  }
  return left;
}

function checkWeights(weights: unknown, count: number): readonly number[] {
  if (weights === undefined) return new Array<number>(count).fill(1 / count);
  const given: number[] = isNumberArray(weights) && weights.length === count ? Array.from(weights) : [];
  const total = given.reduce((sum, weight) => sum + (typeof weight === 'number' && weight >= 0 ? weight : NaN), 0);
  if (!(total > 0 && total < Infinity)) throw optionError('weights', weights, `${count} numbers ≥ 0, not all 0, whose sum is finite`);
  return given.map((weight) => weight / total);
}

/** One group: its members end to end in f64, by falling weights, and what is known of them. */
interface Room {
  readonly rows: Float64Array;
  /** Looks the members over: the first one that breaks its domain, or −1. */
  prepare(normalize: boolean): number;
  divergence(normalize: boolean): number;
}

function roomOf(weights: readonly number[], cols: number): Room {
  const rows = new Float64Array(weights.length * cols);
  /** Members that have a weight. */
  const members = weights.filter((weight) => weight > 0).length;
  const others = weights.slice(1, members);
  const rest = others.reduce((sum, weight) => sum + weight, 0);
  // The weights' entropy: what a divergence is at most. The first may be next to 1, where its own rounding would count.
  const most = others.reduce((sum, weight) => sum - weight * log(weight), 0 - (1 - rest) * log1p(-rest));
  const largest = new Float64Array(weights.length);
  /** Member j times 1 + ηⱼ has the mass of the first. */
  const etas = new Float64Array(members);
  const terms = new Float64Array(BLOCK);

  return {
    rows,
    prepare(normalize) {
      for (let j = 0; j < largest.length; j++) {
        const mass = largestMass(rows, j * cols, cols);
        if (!(mass >= 0 && (mass > 0 || !normalize))) return j;
        largest[j] = mass;
      }
      return -1;
    },
    divergence(normalize) {
      const common = largest.subarray(0, members).reduce((most, mass) => Math.max(most, mass));
      if (common === 0) return 0;
      // To the masses of the first, by powers of two and then by 1 + η: differences are exact until they are rounded once.
      for (let j = 0; j < members; j++) rescale(rows, j * cols, cols, -exponentOf(normalize ? (largest[j] as number) : common));
      const mass = normalize ? rowSum64(rows, 0, cols) : 1;
      for (let j = 0; normalize && j < members; j++) {
        const at = j * cols;
        // To the nearest power: masses on either side of one would leave η near 1, and all that it has rounded away.
        rescale(rows, at, cols, nearestExponentOf(mass / rowSum64(rows, at, cols)));
        etas[j] = rowDifference64(rows, 0, rows, at, cols) / rowSum64(rows, at, cols);
      }
      running.clear();
      for (let c = 0; c < cols; c += BLOCK) {
        const n = Math.min(BLOCK, cols - c);
        for (let i = 0; i < n; i++) terms[i] = termOf(c + i, rows, cols, weights, etas);
        running.add(rowSum64(terms, 0, n));
      }
      const value = running.value / mass;
      return normalize ? Math.min(value, most) : scale(value, exponentOf(common));
    },
  };
}

/** The term of column i. */
function termOf(i: number, rows: Float64Array, cols: number, weights: readonly number[], etas: Float64Array): number {
  const members = etas.length;
  const x = rows[i] as number;
  let m = 0;
  let center = 0;
  for (let j = 0, at = i; j < members; j++, at += cols) {
    const y = rows[at] as number;
    const eta = etas[j] as number;
    const weight = weights[j] as number;
    m += weight * (y * (1 + eta));
    center += weight * (y - x + y * eta);
  }
  if (m < NEGLIGIBLE) return 0;
  let sum = 0;
  for (let j = 0, at = i; j < members; j++, at += cols) {
    const y = rows[at] as number;
    const eta = etas[j] as number;
    const grown = y * (1 + eta);
    sum += (weights[j] as number) * (grown < NEGLIGIBLE ? m : phi64(grown, m, y - x + y * eta - center));
  }
  return Math.max(sum, 0);
}

function rescale(rows: Float64Array, at: number, cols: number, e: number): void {
  if (e !== 0) for (let i = at; i < at + cols; i++) rows[i] = scale(rows[i] as number, e);
}
