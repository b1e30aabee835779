import { describe, expect, it } from 'vitest';
import { matrix } from '../src/index.js';
import { errorOf } from './support/errors.js';

const data = Float32Array.of(1, 2, 3, 4, 5, 6);

describe('matrix', () => {
  it('is a view: the data are not copied', () => {
    const m = matrix(data, 2, 3);
    expect(m).toEqual({ data, rows: 2, cols: 3 });
    expect(m.data).toBe(data);
  });

  it('takes tensors of other libraries, and a plain array as f64', () => {
    expect(matrix({ data, shape: [2, 3] })).toEqual(matrix(data, 2, 3));
    expect(matrix({ data, dims: Int32Array.of(2, 3) as unknown as number[] })).toEqual(matrix(data, 2, 3));
    expect(matrix([1, 2], 1, 2).data).toEqual(Float64Array.of(1, 2));
  });

  it.each([
    ['sizes that do not fit', () => matrix(data, 2, 2), 'ERR_SHAPE'],
    ['half a row', () => matrix(data, 1.5, 4), 'ERR_SHAPE'],
    ['negative sizes', () => matrix(data, -2, -3), 'ERR_SHAPE'],
    ['no sizes', () => matrix(data, undefined as never, 3), 'ERR_SHAPE'],
    ['three sizes', () => matrix({ data, shape: [1, 2, 3] }), 'ERR_SHAPE'],
    ['sizes as text', () => matrix({ data, shape: '2,3' as never }), 'ERR_KIND'],
    ['a tensor without sizes', () => matrix({ data }), 'ERR_KIND'],
    ['a tensor with sizes twice', () => matrix({ data, shape: [2, 3] } as never, 2, 3), 'ERR_KIND'],
    ['BigInt', () => matrix(BigInt64Array.of(1n) as never, 1, 1), 'ERR_KIND'],
    [
      'rows as arrays',
      () =>
        matrix(
          [
            [1, 2],
            [3, 4],
          ] as never,
          2,
          2,
        ),
      'ERR_KIND',
    ],
    ['nothing', () => matrix(undefined as never, 1, 1), 'ERR_KIND'],
    ['null', () => matrix(null as never), 'ERR_KIND'],
  ])('refuses %s', (_, call, code) => {
    expect(errorOf(call).code).toBe(code);
  });
});
