/**
 * A model against the base logits of another in llama.cpp's files: the perplexity tool's report in its own names, order and digits, token by token and
 * in memory that hardly grows. The reader of the files is `openSource` on the command line; `parseBaseLogits` and `decodeRow` serve other places.
 */
import { type Core, logits, type Matrix, matrix, SurprisalError } from '../index.js';
import { Narrow, storageOf } from '../rows/narrow.js';
import { Compatible, type CompatibleReport } from './kld/compatible.js';
import { compareToken, emptyToken } from './kld/tokens.js';

export { type BaseLogitsLayout, decodeRow, layOut, parseBaseLogits, type RowPrefix } from '../io/baseLogitsLayout.js';
export type { CompatibleReport, Ranks, Running, Uncertain } from './kld/compatible.js';
export { compatibleText, LEAST_TOKENS } from './kld/text.js';

export interface KldOptions {
  /** Rows that a chunk has: the tool's running figures are of whole chunks. */
  readonly rowsPerChunk: number;
  readonly core?: Core | undefined;
}

/** Rows of a base-logits file, as `openSource` reads them. */
export interface BaseRows {
  /** Decoded log-probabilities, row after row. */
  readonly data: Float32Array;
  readonly rows: number;
  /** The token that came next, of each row. */
  readonly targets: Int32Array;
  /** What code 0 stands for in each row. */
  readonly floors: Float32Array;
}

export interface KldReport {
  readonly compatible: CompatibleReport;
}

/** What is told of a token, in this order. */
export const TOKEN_COLUMNS = ['chunk', 'row', 'target', 'nll', 'nll_base', 'kld', 'delta_p', 'same_top', 'kl'] as const;

/**
 * Compares rows of a base-logits file with another model's logits for the same tokens: `add` blocks in order, then `report`.
 *
 * @example
 * const comparison = new KldComparison({ rowsPerChunk: layout.rowsPerChunk });
 * for await (const { base, other } of blocks) comparison.add(base, other);
 * compatibleText(comparison.report().compatible).join('\n');
 */
export class KldComparison {
  readonly #rowsPerChunk: number;
  readonly #core: Core | undefined;
  readonly #compatible = new Compatible();
  readonly #token = emptyToken();
  #singles = new Float32Array(0);
  #row = 0;

  /** @throws {SurprisalError} ERR_OPTION */
  constructor({ rowsPerChunk, core }: KldOptions) {
    if (!Number.isSafeInteger(rowsPerChunk) || rowsPerChunk < 1) {
      const place = { argument: 'rowsPerChunk', value: rowsPerChunk, expected: 'a whole number above 0' };
      throw new SurprisalError('ERR_OPTION', `option "rowsPerChunk" expected ${place.expected}, got ${String(rowsPerChunk)}`, place);
    }
    this.#rowsPerChunk = rowsPerChunk;
    this.#core = core;
  }

  /**
   * Takes in the next rows.
   *
   * @param base  rows of the base file
   * @param other logits of the other model for the same rows, or its log-probabilities
   * @returns     what is told of each token: rows × TOKEN_COLUMNS
   *
   * @throws {SurprisalError} ERR_SHAPE · ERR_DOMAIN (NaN or Infinity, with row and column); nothing has been taken in then
   */
  add(base: BaseRows, other: Matrix): Float64Array {
    const { data, rows, targets, floors } = base;
    if (other.rows !== rows) throw shapeError(`${rows} rows, as the base has`, other.rows);
    const { cols } = other;
    const divergences = logits.klDivergence(matrix(data, rows, cols), other, { core: this.#core });
    const singles = this.#toSingles(other);
    const token = this.#token;
    const told = new Float64Array(rows * TOKEN_COLUMNS.length);
    for (let i = 0, to = 0; i < rows; i++, to += TOKEN_COLUMNS.length) {
      const target = targets[i] as number;
      compareToken(data, singles, i * cols, cols, target, floors[i] as number, token);
      this.#compatible.add(token);
      const { nll, nllBase, kld, deltaP, sameTop } = token;
      const [chunk, row] = [Math.floor(this.#row / this.#rowsPerChunk), this.#row % this.#rowsPerChunk];
      told.set([chunk, row, target, nll, nllBase, kld, deltaP, Number(sameTop), divergences[i] as number], to);
      this.#row++;
      if (row === this.#rowsPerChunk - 1) this.#compatible.endChunk();
    }
    return told;
  }

  /** The logits as float32, which the tool has. */
  #toSingles({ data, dtype }: Matrix): Float32Array {
    if (data instanceof Float32Array) return data;
    if (this.#singles.length < data.length) this.#singles = new Float32Array(data.length);
    new Narrow(data, storageOf(data, dtype)).write(0, data.length, this.#singles, 0);
    return this.#singles;
  }

  /** What has been found so far: plain data. */
  report(): KldReport {
    return { compatible: this.#compatible.report() };
  }
}

function shapeError(expected: string, value: unknown): SurprisalError {
  return new SurprisalError('ERR_SHAPE', `"other" expected ${expected}, got ${value}`, { argument: 'other', value, expected });
}
