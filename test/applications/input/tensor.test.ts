import { describe, expect, it, vi } from 'vitest';
import { bald } from '../../../src/applications/activeLearning.js';
import { ewcPenalty, FisherDiagonal, predictiveReport } from '../../../src/applications/continualLearning.js';
import { toFloats, toMatrix } from '../../../src/applications/input/tensor.js';
import { rowsOf } from '../../../src/applications/interop.js';
import { latentReport, regulariser } from '../../../src/applications/vae.js';
import { csr, logits, matrix, unfold } from '../../../src/index.js';
import { errorOf } from '../../support/errors.js';
import { need } from '../../support/need.js';
import { hasPeer, requirePeer } from '../../support/peers.js';

const SIX = Float32Array.of(1, 2, 3, 4, 5, 6);

describe('rows of other libraries, by their shape', () => {
  it('typed and plain arrays are one row, matrices pass', () => {
    expect(rowsOf([1, 2, 3])).toMatchObject({ rows: 1, cols: 3 });
    expect(rowsOf(SIX)).toMatchObject({ data: SIX, rows: 1, cols: 6 });
    const made = { data: SIX, rows: 2, cols: 3, lead: [1, 2] };
    expect(rowsOf(made)).toMatchObject({ rows: 2, cols: 3, lead: [1, 2] });
    expect(rowsOf(made).data).toBe(SIX);
  });

  it('arrays of arrays are refused by the name that the user knows, with what makes a matrix of them', () => {
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ] as never;
    const expected = 'one flat array and its shape: matrix(mean.flat(), 2, 3)';
    expect(errorOf(() => regulariser({ mean: rows, logVariance: rows }))).toMatchObject({ code: 'ERR_KIND', argument: 'mean', expected });
    expect(errorOf(() => rowsOf(rows))).toMatchObject({ code: 'ERR_KIND', argument: 'rows' });
  });

  it('onnxruntime has dims and type, with float16 as bits', () => {
    expect(rowsOf({ data: SIX, dims: [2, 3], type: 'float32' })).toMatchObject({ rows: 2, cols: 3 });
    const bits = rowsOf({ data: Uint16Array.of(0x3c00, 0x4000), dims: [1, 2], type: 'float16' });
    expect(Array.from(toFloats(bits).data)).toEqual([1, 2]);
    expect(rowsOf({ data: SIX, dims: [6], type: 'float32' })).toMatchObject({ rows: 1, cols: 6 });
  });

  it('classes with getters are read like plain objects', () => {
    class Tensor {
      readonly #dims: readonly number[];
      constructor(...dims: readonly number[]) {
        this.#dims = dims;
      }
      get data() {
        return SIX;
      }
      get dims() {
        return this.#dims;
      }
    }
    expect(rowsOf(new Tensor(6))).toMatchObject({ data: SIX, rows: 1, cols: 6 });
    const rows = rowsOf(new Tensor(3, 1, 2));
    expect(rows).toMatchObject({ rows: 3, cols: 2 });
    expect(unfold(logits.entropy(rows), rows).shape).toEqual([3, 1]);
  });

  it('transposed views are refused by their strides', () => {
    const view = { data: SIX, shape: [3, 2], strides: [1, 3] };
    expect(errorOf(() => rowsOf(view))).toMatchObject({ code: 'ERR_SHAPE', argument: 'data.strides' });
    expect(rowsOf({ data: SIX, shape: [3, 2], stride: [2, 1] } as never)).toMatchObject({ rows: 3, cols: 2 });
    expect(rowsOf({ data: SIX, shape: [6], strides: [1] } as never)).toMatchObject({ rows: 1, cols: 6 });
    expect(errorOf(() => bald({ ...view, shape: [3, 1, 2], strides: [1, 3, 3] } as never))).toMatchObject({ code: 'ERR_SHAPE' });
  });

  it('TensorFlow.js has a call for its data', () => {
    const dataSync = vi.fn(() => SIX);
    expect(rowsOf({ shape: [3, 2], dataSync })).toMatchObject({ rows: 3, cols: 2 });
    expect(dataSync).toHaveBeenCalledTimes(1);
  });

  it('the uses that take several arrays take them too', () => {
    const tensor = { data: Float64Array.of(1, 0, 0.5, -1), dims: [2, 2], type: 'float64' };
    const plain = matrix(tensor.data, 2, 2);
    const read = { shape: [2, 2], dataSync: () => tensor.data };
    expect(regulariser({ mean: tensor, logVariance: read })).toEqual(regulariser({ mean: plain, logVariance: plain }));
    expect(latentReport({ mean: read, logVariance: tensor }).rate).toBe(latentReport({ mean: plain, logVariance: plain }).rate);
    expect(new FisherDiagonal(2).add(tensor).value).toEqual(new FisherDiagonal(2).add(plain).value);
    const task = { optimum: [0, 0], fisher: [1, 1] };
    const flat = { data: new Float64Array(4), dims: [2, 2] };
    expect(predictiveReport({ old: tensor, new: flat }, [1, 1], task).exact).toBeGreaterThan(0);
    const spring = {
      optimum: { data: new Float32Array(4), dims: [2, 2] },
      fisher: { shape: [4], dataSync: () => Float32Array.of(1, 1, 2, 2) },
    };
    expect(ewcPenalty(tensor, [spring], 2)).toEqual(ewcPenalty([...tensor.data], [{ optimum: [0, 0, 0, 0], fisher: [1, 1, 2, 2] }], 2));
    expect(errorOf(() => ewcPenalty('x' as never, [], 1)).code).toBe('ERR_KIND');
    const data = Float64Array.of(0.9, 0.1, 0.2, 0.8);
    expect(bald({ data, dims: [1, 2, 2] })).toEqual(bald({ data, shape: [1, 2, 2] }));
    expect(bald({ dataSync: () => data, shape: [1, 2, 2] })).toEqual(bald({ data, shape: [1, 2, 2] }));
  });

  it('integers become doubles, other floats stay', () => {
    expect(toFloats(toMatrix('x', Int32Array.of(1, 2))).data).toEqual(Float64Array.of(1, 2));
    expect(toFloats(toMatrix('x', SIX)).data).toBe(SIX);
  });

  it('Apache Arrow: lists of one length, slices, several chunks; no nulls', (context) => {
    need(context, hasPeer('apache-arrow'), 'npm ci --prefix test/peers');
    // biome-ignore lint/suspicious/noExplicitAny: the package has its own types, in another folder
    const arrow = requirePeer<any>('apache-arrow');
    const list = (values: Float32Array, size: number) => {
      const child = arrow.makeData({ type: new arrow.Float32(), data: values });
      const type = new arrow.FixedSizeList(size, new arrow.Field('item', new arrow.Float32()));
      return arrow.makeData({ type, length: values.length / size, nullCount: 0, child });
    };
    const one = new arrow.Vector([list(SIX, 3)]);
    const rows = rowsOf(one);
    expect(rows).toMatchObject({ rows: 2, cols: 3 });
    expect((rows.data as Float32Array).buffer).toBe(SIX.buffer);
    expect(Array.from(toFloats(rowsOf(one.slice(1, 2))).data)).toEqual([4, 5, 6]);
    const two = rowsOf(new arrow.Vector([list(SIX, 2), list(Float32Array.of(7, 8), 2)]));
    expect(two).toMatchObject({ rows: 4, cols: 2 });
    expect(Array.from(toFloats(two).data)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rowsOf(arrow.vectorFromArray(Float64Array.of(1, 2)))).toMatchObject({ rows: 1, cols: 2 });
    const halves = rowsOf(arrow.vectorFromArray([1, 0.5], new arrow.Float16()));
    expect(Array.from(toFloats(halves).data)).toEqual([1, 0.5]);
    expect(errorOf(() => rowsOf(arrow.vectorFromArray([1, null], new arrow.Float64()))).code).toBe('ERR_KIND');
    expect(errorOf(() => rowsOf(arrow.vectorFromArray(['a']))).code).toBe('ERR_KIND');
  });

  it('anything else is told what is taken', () => {
    const arrowLike = (type: unknown, ...data: unknown[]) => ({ data, type, length: 1 });
    const floats = { typeId: 3, precision: 2 };
    const lists = [{ typeId: 16 }, { typeId: 16, children: [{}] }, { typeId: 16, children: [{ type: floats }] }];
    const arrows = [null, undefined, 3, {}, floats, ...lists].map((type) => arrowLike(type, 1));
    const bits = [null, undefined, 5, {}].map((data) => ({ data, dtype: 'float16' }));
    const others = ['x', null, undefined, 3, {}, { data: SIX }, new DataView(new ArrayBuffer(8))];
    for (const value of [...others, ...arrows, ...bits, arrowLike(floats, null), arrowLike(floats, { length: 1, values: null })])
      expect(errorOf(() => rowsOf(value as never))).toMatchObject({ code: 'ERR_KIND', argument: 'rows' });
    expect(errorOf(() => rowsOf({ data: SIX, dims: [2, 4] })).code).toBe('ERR_SHAPE');
    const sparse = csr({ data: [1], indices: [0], indptr: [0, 1], cols: 2 }) as never;
    const expected = expect.stringContaining('dense(rows) of sparse ones');
    expect(errorOf(() => regulariser({ mean: sparse, logVariance: sparse }))).toMatchObject({
      code: 'ERR_KIND',
      argument: 'mean',
      expected,
    });
  });
});
