/** What the rows of a decaying window weigh. */
import type { WeightedRows } from '../statistics/tables.js';

/** Rows whose weights differ by less than a fifth are drawn as one; what lies further back holds 2⁻¹² of the weight. */
const BLOCKS_A_HALF_LIFE = 4;
const HALF_LIVES = 12;
/** From here on e^−x is 0: the last row alone counts. */
const FASTEST = 1000;

/**
 * From their sum in units of the last one, and from what they are worth: with q = 2^(−1/halfLife) a monitor of L rows has Σw = (1 − q^L)/(1 − q) and
 * Σw/Σw² = (1 + q)/(1 + q^L), which gives L; and c monitors that have been merged have c times either sum.
 */
export function weightedRows(sum: number, size: number, halfLife: number): WeightedRows {
  const log = -Math.min(Math.LN2 / halfLife, FASTEST);
  const [q, rest] = [Math.exp(log), -Math.expm1(log)];
  const oldest = Math.min(Math.max(((1 + q) * sum) / size - 1, 0), q);
  const length = Math.max(1, Math.round(Math.min(Math.log(oldest) / log, HALF_LIVES * halfLife)));
  const monitors = (sum * rest) / (1 - oldest);
  const step = Math.max(1, Math.round(halfLife / BLOCKS_A_HALF_LIFE));
  const blocks = Array.from({ length: Math.ceil(length / step) }, (_, i) => {
    const [from, to] = [i * step, Math.min((i + 1) * step, length)];
    return {
      rows: Math.max(1, Math.round(monitors * (to - from))),
      weight: (Math.exp(from * log) - Math.exp(to * log)) / rest / (to - from),
    };
  });
  return { size, certain: sum, blocks };
}
