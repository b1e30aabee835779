/** Divergences between rows of positive entries that are no distributions: power spectra, variances, rates. */
import { evaluate, type PairFunction, type RowOptions } from '../call.js';
import { checkBatch, checkOptions } from '../check.js';
import type { Matrix, Vector } from '../types.js';

const OPTIONS = ['base', 'out', 'core'];
const NAMES = ['p', 'q'];

/**
 * Itakura–Saito divergence, Σₖ pₖ/qₖ − 1 − log(pₖ/qₖ): entries are compared as they are, and a factor that both have changes nothing.
 *
 * @param p       first spectra: a vector, or a matrix of rows; entries above 0, not modified
 * @param q       second spectra, likewise; a vector beside a matrix serves every row
 * @param options base, out, core
 * @returns       a number for vectors, else one number a row
 *
 * Shapes      p, q: rows × cols, or cols · result: rows, the sum over columns (divide by cols for their mean)
 * Units       nats, or `base`; 0 (equal) to Infinity
 * Edge cases  equal rows give exactly 0 · 0 is refused: its term would be infinite whatever stands beside it
 * Accuracy    relative error ≤ 32·2⁻⁵³ (f32 entries: 2⁻²⁰): no term is negative — test/divergences/singleRows.test.ts
 * Source      F. Itakura, S. Saito, Proc. 6th Int. Congr. Acoustics (1968)
 *
 * @throws {SurprisalError} ERR_KIND · ERR_SHAPE · ERR_EMPTY · ERR_DOMAIN (with row, column and value) · ERR_OUT · ERR_OPTION
 * @example
 * itakuraSaitoDivergence([2, 1], [1, 1]); // 0.3068528194400547
 */
export const itakuraSaitoDivergence: PairFunction<RowOptions> = /* @__PURE__ */ (() => {
  const run = (p: Vector | Matrix, q: Vector | Matrix, options?: RowOptions) => {
    checkOptions(options, OPTIONS);
    return evaluate('itakuraSaitoRows', checkBatch(NAMES, [p, q]), [], options);
  };
  return run as PairFunction<RowOptions>;
})();
