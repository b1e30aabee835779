/** Labels: the class that came about in each row, as whole numbers. */
import { mismatch } from '../error.js';
import { describe, isNumericArray, kindError } from './kinds.js';
import { optionError } from './options.js';
import { type Batch, shapeError, widthOf } from './shape.js';

/** Labels of rows: whole numbers in an array, of any dtype. */
export type Labels = ArrayLike<number>;

export function checkIgnore(ignore: unknown): void {
  if (ignore === undefined || Number.isSafeInteger(ignore)) return;
  throw optionError('ignore', ignore, 'a whole number, the label of rows to leave out (−100, say)');
}

/** Reads the labels of a batch: one for a vector, else one a row, each a class of it or `ignore`, which becomes −1. */
export function checkLabels(labels: unknown, batch: Batch, ignore: number | undefined): Int32Array {
  const { rows, single } = batch;
  const isArray = Array.isArray(labels) || isNumericArray(labels);
  if (!isArray && !(single && typeof labels === 'number')) {
    throw kindError('labels', labels, single ? 'one whole number, the class that came about' : 'an array of whole numbers, one a row');
  }
  const list = (isArray ? labels : [labels]) as Labels;
  if (list.length !== rows) throw shapeError('labels', list.length, `${rows} labels, one a row`, `${list.length}`);
  const read = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const label = list[row] as number;
    const classes = widthOf(batch, 0, row);
    if (ignore !== undefined && label === ignore) read[row] = -1;
    else if (Number.isInteger(label) && label >= 0 && label < classes) read[row] = label;
    else {
      const expected = `a class, 0 to ${classes - 1}${ignore === undefined ? ' (the option "ignore" names a label of rows to leave out)' : `, or ${ignore}`}`;
      const place = { argument: 'labels', row: single ? undefined : row, value: label, expected };
      throw mismatch(typeof label === 'number' ? 'ERR_DOMAIN' : 'ERR_KIND', place, describe(label));
    }
  }
  return read;
}
