/** The quantities themselves, by surprisal in float64, over the very entries that the tools are handed. */
import {
  type Core,
  jeffreysDivergence,
  jensenShannonDistance,
  jensenShannonDivergence,
  klDivergence,
  logits,
  type Matrix,
  SurprisalError,
  type Vector,
} from '../../index.js';
import type { Quantity } from './peers/convention.js';
import type { Kind } from './rows.js';

/** One answer a row, in nats; for the distance in √nats. */
export function truthOf(
  kind: Kind,
  quantity: Quantity,
  p: Matrix,
  q: Matrix | Vector,
  temperature: number,
  core: Core | undefined,
): Float64Array {
  if (kind !== 'logits') {
    const functions = {
      kl: klDivergence,
      js: jensenShannonDivergence,
      'js-distance': jensenShannonDistance,
      jeffreys: jeffreysDivergence,
    };
    return functions[quantity](p, q, { core });
  }
  const options = { temperature, core };
  if (quantity === 'kl') return logits.klDivergence(p, q, options);
  if (quantity === 'js') return logits.jensenShannonDivergence(p, q, options);
  if (quantity === 'js-distance') return logits.jensenShannonDivergence(p, q, options).map(Math.sqrt);
  const back = logits.klDivergence(q, p, options) as Float64Array;
  return logits.klDivergence(p, q, options).map((forth, row) => forth + (back[row] as number));
}

/** A matrix of one row as the vector that serves every row. */
export function oneForAll({ data, dtype }: Matrix): Vector {
  return dtype === undefined ? data : { data: data as Uint16Array, dtype };
}

/** An error about a block, told of the whole: of p and q, as an audit names them also for logits, and of the row from its first. */
export function relocate(error: unknown, start: number): unknown {
  if (!(error instanceof SurprisalError) || error.argument === undefined) return error;
  const { code, column, value, expected } = error;
  const argument = { a: 'p', b: 'q' }[error.argument] ?? error.argument;
  const row = error.row === undefined ? undefined : error.row + start;
  const message = error.message.replace(/^"\w+"( row \d+)?/, `"${argument}"${row === undefined ? '' : ` row ${row}`}`);
  return new SurprisalError(code, message, { argument, row, column, value, expected });
}
