/** Twin of assembly/kernels/divergence.ts. Formulas and bounds stand there. */
import type { Floats } from '../../types.js';
import type { Kernel } from '../contract.js';
import { PLAIN, RENYI, TSALLIS, termRows32, termRows64 } from './math/equalMass.js';
import {
  AFFINITY,
  COVERED,
  GIVEN,
  ITAKURA_SAITO,
  JENSEN_SHANNON,
  KL,
  RATIO,
  SKEW,
  SUPPORT,
  TERM_OF_KIND,
  termOfOrder,
} from './math/terms.js';

type TermRows = typeof termRows64;

/** What is summed for an order. */
function powerOf(order: number, normalize: boolean): number {
  if (order === Infinity) return RATIO;
  if (order === 0) return normalize ? SUPPORT : COVERED;
  if (order === 1) return normalize ? KL : GIVEN;
  if (!normalize) return AFFINITY;
  return termOfOrder(order);
}

/** A kernel that is one of several, by its parameters. */
function choosing(choose: (normalize: boolean, ...params: number[]) => Kernel): Kernel {
  return (inputs, steps, rows, cols, params, out) => choose(params[0] !== 0, ...params.slice(1))(inputs, steps, rows, cols, params, out);
}

/** Of q and p. */
const exchanged =
  (kernel: Kernel): Kernel =>
  ([p, q], [stepP, stepQ], rows, cols, params, out) =>
    kernel([q, p] as Floats[], [stepQ, stepP] as number[], rows, cols, params, out);

const divergence = (termRows: TermRows): Kernel =>
  choosing((normalize, kind) => termRows(PLAIN, TERM_OF_KIND[kind as number] as number, 0, normalize));

const mixture = (termRows: TermRows): Kernel =>
  choosing((normalize, weight, skew) => termRows(PLAIN, skew === 0 ? JENSEN_SHANNON : SKEW, weight as number, normalize));

const power = (termRows: TermRows): Kernel =>
  choosing((normalize, order, logarithm) =>
    termRows(logarithm === 0 ? TSALLIS : RENYI, powerOf(order as number, normalize), order as number, normalize),
  );

export const divergences = {
  divergenceRows: { f64: divergence(termRows64), f32: divergence(termRows32) },
  mixtureRows: { f64: mixture(termRows64), f32: mixture(termRows32) },
  powerRows: { f64: power(termRows64), f32: power(termRows32) },
  itakuraSaitoRows: {
    f64: exchanged(termRows64(PLAIN, ITAKURA_SAITO, 0, false)),
    f32: exchanged(termRows32(PLAIN, ITAKURA_SAITO, 0, false)),
  },
} satisfies Record<string, Record<'f64' | 'f32', Kernel>>;
