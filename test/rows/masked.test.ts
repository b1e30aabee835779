import { describe, expect, it } from 'vitest';
import {
  csr,
  dense,
  entropy,
  jensenShannonDivergence,
  klDivergence,
  type Matrix,
  maskClasses,
  matrix,
  ragged,
  surprisal,
} from '../../src/index.js';
import { CORES } from '../support/cores.js';
import { errorOf } from '../support/errors.js';

const P = matrix(Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1), 2, 4);
const Q = matrix(Float64Array.of(0.25, 0.25, 0.25, 0.25, 0.7, 0.1, 0.1, 0.1), 2, 4);
const OUT = [false, true, false, false];

describe.each(CORES)('class masks on %s', (_, core) => {
  const options = { core };

  it('the bits are those of rows without the columns; K is the number of classes left', () => {
    const left = ({ data }: Matrix) =>
      matrix(
        Float64Array.from(data).filter((_x, i) => i % 4 !== 1),
        2,
        3,
      );
    const [masked, other] = [maskClasses(P, OUT), maskClasses(Q, Uint8Array.of(0, 1, 0, 0))];
    expect([masked.rows, masked.cols]).toEqual([2, 3]);
    expect(klDivergence(masked, other, options)).toEqual(klDivergence(left(P), left(Q), options));
    expect(entropy(masked, options)).toEqual(entropy(left(P), options));
    expect(klDivergence(masked, [1, 1, 1], options)).toEqual(klDivergence(left(P), [1, 1, 1], options));
    expect(dense(masked)).toEqual(left(P));
  });

  it('an error names the column of the rows that were masked, sparse ones too', () => {
    const rows = csr({ data: [1, -2, 3, 4], indices: [0, 1, 2, 3], indptr: [0, 4], cols: 4 });
    const once = maskClasses(rows, [1, 0, 0, 0]);
    expect(errorOf(() => entropy(once, options))).toMatchObject({ code: 'ERR_DOMAIN', row: 0, column: 1, value: -2 });
    expect(errorOf(() => entropy(maskClasses(once, [0, 1, 0]), options))).toMatchObject({ row: 0, column: 1, value: -2 });
    expect(errorOf(() => entropy(maskClasses(dense(rows), [1, 0, 0, 0]), options))).toMatchObject({ row: 0, column: 1, value: -2 });
  });

  it('labels count the classes left; beside masses of 0 they are those of full rows', () => {
    const zeroed = matrix(
      Float64Array.from(P.data, (x, i) => (OUT[i % 4] ? 0 : x)),
      2,
      4,
    );
    const each = matrix(Uint8Array.of(0, 1, 0, 0, 1, 1, 0, 0), 2, 4);
    expect(surprisal(maskClasses(P, OUT), [1, 2], options)).toEqual(surprisal(zeroed, [2, 3], options));
    expect(surprisal(maskClasses(P, each), [2, 0], options)).toEqual(
      Float64Array.of(surprisal([0.1, 0.3, 0.4], 2), surprisal([0.2, 0.1], 0)),
    );
    expect(errorOf(() => surprisal(maskClasses(P, each), [2, 2], options))).toMatchObject({ code: 'ERR_DOMAIN', row: 1, value: 2 });
  });

  it('a vector gives a vector, of its own dtype', () => {
    expect(maskClasses([1, 2, 3, 4], OUT)).toEqual(Float64Array.of(1, 3, 4));
    expect(maskClasses(Float32Array.of(1, 2, 3, 4), OUT)).toEqual(Float32Array.of(1, 3, 4));
  });

  it('sparse rows stay sparse: the same bits as of sparse rows without the columns', () => {
    const sparse = csr({ data: [1, 2, 3, 4, 5], indices: [0, 1, 3, 1, 2], indptr: [0, 3, 5], cols: 4 });
    const cut = csr({ data: [1, 3, 5], indices: [0, 2, 1], indptr: [0, 2, 3], cols: 3 });
    const other = csr({ data: [1, 1, 1, 1], indices: [0, 3, 1, 2], indptr: [0, 2, 4], cols: 4 });
    const cutOther = csr({ data: [1, 1, 1], indices: [0, 2, 1], indptr: [0, 2, 3], cols: 3 });
    expect(maskClasses(sparse, OUT)).toMatchObject({ ...cut });
    expect(klDivergence(maskClasses(sparse, OUT), maskClasses(other, OUT), options)).toEqual(klDivergence(cut, cutOther, options));
  });

  it('a mask for each row: rows of unequal length, that meet rows under the same mask', () => {
    const masks = matrix(Uint8Array.of(0, 1, 1, 0, 0, 0, 0, 1), 2, 4);
    const [masked, other] = [maskClasses(P, masks), maskClasses(Q, masks)];
    expect([masked.cols, masked.width(0), masked.width(1)]).toEqual([3, 2, 3]);
    const alone = [
      jensenShannonDivergence([0.1, 0.4], [0.25, 0.25], options),
      jensenShannonDivergence([0.4, 0.3, 0.2], [0.7, 0.1, 0.1], options),
    ];
    expect(jensenShannonDivergence(masked, other, options)).toEqual(Float64Array.from(alone));
    expect(errorOf(() => klDivergence(masked, maskClasses(Q, OUT), options))).toMatchObject({ code: 'ERR_SHAPE', argument: 'q' });
  });

  it('an error names the column of what was masked', () => {
    const bad = matrix(Float64Array.of(1, 1, 1, 1, 1, 1, 1, -4), 2, 4);
    const place = { code: 'ERR_DOMAIN', row: 1, column: 3, value: -4 };
    expect(errorOf(() => entropy(maskClasses(bad, OUT), options))).toMatchObject(place);
    expect(errorOf(() => entropy(maskClasses(bad, matrix(Uint8Array.of(1, 0, 0, 0, 1, 1, 0, 0), 2, 4)), options))).toMatchObject(place);
    expect(entropy(maskClasses(bad, [0, 0, 0, 1]), options)).toEqual(entropy(matrix(new Float64Array(6).fill(1), 2, 3), options));
    expect(errorOf(() => entropy(maskClasses([0, 1, 0, 0], OUT), options))).toMatchObject({ code: 'ERR_ZERO_ROW' });
  });
});

describe('what a mask may be', () => {
  it.each([
    ['another length', () => maskClasses(P, [true]), 'ERR_SHAPE'],
    ['another shape', () => maskClasses(P, matrix(new Uint8Array(4), 1, 4)), 'ERR_SHAPE'],
    ['a weight', () => maskClasses(P, [0, 0.5, 0, 0]), 'ERR_KIND'],
    ['a word', () => maskClasses(P, 'none' as never), 'ERR_KIND'],
    ['all classes', () => maskClasses(P, [1, 1, 1, 1]), 'ERR_EMPTY'],
  ])('%s is refused', (_, call, code) => {
    expect(errorOf(call)).toMatchObject({ code, argument: 'mask' });
  });

  it('names the row that has nothing left, and refuses rows of unequal length', () => {
    expect(errorOf(() => maskClasses(P, matrix(Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1), 2, 4)))).toMatchObject({ code: 'ERR_EMPTY', row: 1 });
    expect(errorOf(() => maskClasses(ragged({ data: [1], offsets: [0, 1] }), [0]))).toMatchObject({ code: 'ERR_SHAPE', argument: 'p' });
  });
});
