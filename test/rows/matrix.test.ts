import { describe, expect, it } from 'vitest';
import { entropy, klDivergence, logits, matrix, unfold } from '../../src/index.js';
import { errorOf } from '../support/errors.js';

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

  it('takes ndarrays whose strides are row-major, and refuses views of other strides, whose rows are not in that order', () => {
    const row = matrix(data, 2, 3);
    expect(matrix({ data, shape: [2, 3], strides: [3, 1], offset: 0, order: 'row-major' } as never)).toEqual(row);
    expect(matrix({ data, shape: [2, 3], stride: [3, 1] } as never)).toEqual(row);
    expect(matrix({ data, shape: [2, 3], strides: [3] } as never)).toEqual(row); // TensorFlow.js leaves out the last
    expect(matrix({ data, shape: [1, 6], stride: [99, 1] } as never)).toEqual(matrix(data, 1, 6));
    for (const strides of [
      [1, 2],
      [-3, 1],
      [3, -1],
      [0, 1],
    ])
      expect(errorOf(() => matrix({ data, shape: [2, 3], strides } as never))).toMatchObject({
        code: 'ERR_SHAPE',
        argument: 'data.strides',
        value: strides,
      });
    expect(errorOf(() => matrix({ data, shape: [3, 2], stride: [1, 3] } as never)).message).toContain('2 on axis 0');
    expect(errorOf(() => matrix({ data, shape: [1, 2, 3], strides: [6, 1, 2] } as never)).code).toBe('ERR_SHAPE');
  });

  it.each([
    ['sizes that do not fit', () => matrix(data, 2, 2), 'ERR_SHAPE'],
    ['half a row', () => matrix(data, 1.5, 4), 'ERR_SHAPE'],
    ['negative sizes', () => matrix(data, -2, -3), 'ERR_SHAPE'],
    ['no sizes', () => matrix(data, undefined as never, 3), 'ERR_SHAPE'],
    ['one size', () => matrix({ data, shape: [6] }), 'ERR_SHAPE'],
    ['more sizes that do not fit', () => matrix({ data, shape: [2, 2, 3] }), 'ERR_SHAPE'],
    ['half a leading size', () => matrix({ data, shape: [0.5, 4, 3] }), 'ERR_SHAPE'],
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

describe('leading dimensions', () => {
  const tensor = { data: Float32Array.from({ length: 24 }, (_, i) => 1 + ((i * 7) % 5)), shape: [2, 3, 4] };
  const P = matrix(tensor);

  it('[B, T, V] is B·T rows of V, in place', () => {
    expect(P).toEqual({ data: tensor.data, rows: 6, cols: 4, lead: [2, 3] });
    expect(P.data).toBe(tensor.data);
    expect(entropy(P)).toEqual(entropy(matrix(tensor.data, 6, 4)));
    expect(klDivergence(P, matrix(tensor.data, 6, 4))).toEqual(new Float64Array(6));
    expect(matrix({ data: tensor.data, dims: [2, 1, 3, 4] })).toMatchObject({ rows: 6, lead: [2, 1, 3] });
  });

  it('results get them back where they are asked for, and matrix() takes those back', () => {
    const values = entropy(P);
    expect(unfold(values, P)).toEqual({ data: values, shape: [2, 3] });
    expect(unfold(values, P).data).toBe(values);
    expect(unfold(logits.softmax(P), P).shape).toEqual([2, 3, 4]);
    expect(matrix(unfold(P, P))).toEqual(P);
    expect(unfold(entropy(matrix(data, 2, 3)), matrix(data, 2, 3)).shape).toEqual([2]);
  });

  it.each([
    ['results of other rows', () => unfold(new Float64Array(5), P), 'ERR_SHAPE', 'results'],
    ['a number', () => unfold(1 as never, P), 'ERR_KIND', 'results'],
    ['no matrix', () => unfold(new Float64Array(6), tensor as never), 'ERR_KIND', 'like'],
  ])('%s are refused', (_, call, code, argument) => {
    expect(errorOf(call)).toMatchObject({ code, argument });
  });
});
