/** Choosing from a stream: the k best candidates so far, and a batch that does not ask the same question twice. */
import { jensenShannonDistance, type Matrix, SurprisalError, type Vector } from '../../index.js';
import { type RowsLike, sliceRows, toFloats, toMatrix, type Values, valuesOf } from '../input/tensor.js';
import { argumentError, checkNames, checkNumber, checkOption, whole } from '../input/options.js';

export interface Chosen {
  readonly index: number;
  readonly score: number;
  /** What was predicted for it, where `add` was given that: what a stream has gone past, `diverseBatch` asks for. */
  readonly prediction?: Vector;
}

/**
 * The k largest scores of a stream of any length, in memory of k; ties go to the earlier one.
 *
 * @throws {SurprisalError} ERR_OPTION · ERR_KIND · ERR_SHAPE · ERR_DOMAIN for a score that is NaN or no number
 * @example
 * const top = new TopK(2);
 * top.add([0.1, 0.5, 0.3]);
 * top.chosen; // [{ index: 1, score: 0.5 }, { index: 2, score: 0.3 }]
 */
export class TopK {
  readonly #heap: Chosen[] = [];
  #seen = 0;

  constructor(readonly k: number) {
    checkOption('k', k, whole(1));
  }

  /** Candidates seen so far; the next one has this index. */
  get seen(): number {
    return this.#seen;
  }

  /**
   * @param scores      numbers, or a tensor of them
   * @param predictions the mean prediction of each, a row a candidate: a copy is kept with those that are among the k
   */
  add(scores: Values, predictions?: RowsLike): this {
    const numbers = valuesOf('scores', scores);
    const rows = predictions === undefined ? undefined : toMatrix('predictions', predictions);
    if (rows !== undefined && rows.rows !== numbers.length)
      throw argumentError('ERR_SHAPE', 'predictions', `${numbers.length} rows, one a score`, rows.rows);
    for (let i = 0; i < numbers.length; i++)
      // Arrays of JavaScript may hold anything: what is no number has no place among them.
      if (typeof numbers[i] !== 'number' || Number.isNaN(numbers[i]))
        throw argumentError('ERR_DOMAIN', 'scores', 'a number', numbers[i], { row: i });
    for (let i = 0; i < numbers.length; i++) {
      const candidate = { index: this.#seen++, score: numbers[i] as number };
      if (this.#heap.length === this.k && !worse(this.#heap[0] as Chosen, candidate)) continue;
      this.#offer(rows === undefined ? candidate : { ...candidate, prediction: rowOf(rows, i) });
    }
    return this;
  }

  /** Best first. */
  get chosen(): Chosen[] {
    return [...this.#heap].sort((a, b) => (worse(a, b) ? 1 : -1));
  }

  /** Takes in a candidate that is among the k. */
  #offer(candidate: Chosen): void {
    const heap = this.#heap;
    if (heap.length < this.k) {
      heap.push(candidate);
      for (let i = heap.length - 1; i > 0; ) {
        const up = (i - 1) >> 1;
        if (!worse(heap[i] as Chosen, heap[up] as Chosen)) return;
        swap(heap, i, up);
        i = up;
      }
      return;
    }
    heap[0] = candidate;
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && worse(heap[child] as Chosen, heap[least] as Chosen)) least = child;
      if (least === i) return;
      swap(heap, i, least);
      i = least;
    }
  }
}

const rowOf = (rows: Matrix, i: number): Vector => toFloats(sliceRows(rows, i, 1)).data.slice();

const worse = (a: Chosen, b: Chosen): boolean => a.score < b.score || (a.score === b.score && a.index > b.index);

function swap(heap: Chosen[], i: number, j: number): void {
  [heap[i], heap[j]] = [heap[j] as Chosen, heap[i] as Chosen];
}

/**
 * A batch from a shortlist: the best score first, then again and again the candidate with the largest score × distance^`strength` from those chosen, the
 * distance being the Jensen–Shannon distance of predictions. Without it the k best scores are often k copies of one question.
 *
 * @param shortlist   candidates with scores, as {@link TopK} keeps them
 * @param predictions the mean prediction of each of them, in the same order; undefined where `TopK` has kept them
 * @param k           how many to choose
 * @param options     strength: 0 is plain top-k; 1 when left out
 *
 * Edge cases  fewer candidates than k: all of them, in order of choice · copies of a chosen one come last, after scores of 0 too; else ties go to the earlier one ·
 *             a score below 0 times a distance would prefer copies: ERR_DOMAIN, unless strength is 0
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_OPTION · ERR_DOMAIN (with row)
 */
export function diverseBatch(
  shortlist: readonly Chosen[],
  predictions: readonly Vector[] | undefined,
  k: number,
  options: { readonly strength?: number | undefined } = {},
): Chosen[] {
  checkNames(options, ['strength']);
  const { strength = 1 } = options;
  checkOption('k', k, whole(1));
  checkNumber('strength', strength, 'a finite number ≥ 0', (x) => x >= 0);
  checkScores(shortlist, strength);
  const known = predictions ?? shortlist.flatMap(({ prediction }) => (prediction === undefined ? [] : [prediction]));
  if (known.length !== shortlist.length)
    throw argumentError('ERR_SHAPE', 'predictions', `${shortlist.length}, one a candidate of "shortlist"`, known.length);
  const nearest = new Float64Array(shortlist.length).fill(1);
  const left = new Set(shortlist.keys());
  const batch: Chosen[] = [];
  while (batch.length < k && left.size > 0) {
    let [best, worth, apart] = [-1, -Infinity, 0];
    for (const i of left) {
      const distance = (nearest[i] as number) ** strength;
      const value = distance === 0 ? 0 : (shortlist[i] as Chosen).score * distance;
      if (value > worth || best < 0 || (value === worth && distance > apart)) [best, worth, apart] = [i, value, distance];
    }
    left.delete(best);
    batch.push(shortlist[best] as Chosen);
    for (const i of left) nearest[i] = Math.min(nearest[i] as number, distanceOf(known, i, best));
  }
  return batch;
}

/** What is wrong with a prediction is told of it, where the library says p and q. */
function distanceOf(predictions: readonly Vector[], i: number, j: number): number {
  try {
    return jensenShannonDistance(predictions[i] as Vector, predictions[j] as Vector);
  } catch (error) {
    if (!(error instanceof SurprisalError)) throw error;
    const { code, message, argument, column, value, expected } = error;
    const row = argument === 'q' ? j : i;
    const words = message.replace(/^"[pq]"/, `"predictions" row ${row}`);
    throw new SurprisalError(code, words, { argument: 'predictions', row, column, value, expected });
  }
}

function checkScores(shortlist: readonly Chosen[], strength: number): void {
  if (!Array.isArray(shortlist)) throw argumentError('ERR_KIND', 'shortlist', 'an array of {index, score}', shortlist);
  const [least, expected] = strength === 0 ? [-Infinity, 'a score'] : [0, 'a score ≥ 0, which a distance can weigh (strength 0 takes any)'];
  for (const [row, candidate] of shortlist.entries()) {
    if (typeof candidate?.score !== 'number') throw argumentError('ERR_KIND', 'shortlist', 'an object with a score', candidate, { row });
    if (!(candidate.score >= least)) throw argumentError('ERR_DOMAIN', 'shortlist', expected, candidate.score, { row });
  }
}
