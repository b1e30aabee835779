/** What `npm run typecheck` proves: the pool's functions take what those of one thread take, and say what they give. */
import { expect, expectTypeOf, it } from 'vitest';
import { type FloatMatrix, matrix, type WithGradient } from '../../src/index.js';
import type { Functions } from '../../src/parallel/functions.js';

it('gradients take rows on either side and give rows', () => {
  const rows = matrix([1, 2, 3, 4], 2, 2);
  const vector = [1, 2];
  const calls = (pool: Functions) => ({
    masses: pool.klDivergenceWithGradient(rows, rows, { withRespectTo: ['q'] }),
    logits: pool.logits.distillationLossWithGradient(rows, vector, { temperature: 4, onProgress: () => undefined }),
    swapped: pool.jensenShannonDivergenceWithGradient(vector, rows),
    single: pool.logits.klToUniformWithGradient(rows),
    value: pool.klDivergence(rows, vector),
    // @ts-expect-error: no such gradient
    wrong: pool.klDivergenceWithGradient(rows, rows, { withRespectTo: ['r'] }),
  });
  type Calls = ReturnType<typeof calls>;
  expectTypeOf<Awaited<Calls['masses']>>().toEqualTypeOf<WithGradient<Float64Array, FloatMatrix, 'q'>>();
  expectTypeOf<Awaited<Calls['logits']>>().toEqualTypeOf<WithGradient<Float64Array, FloatMatrix, 'teacher' | 'student'>>();
  expectTypeOf<Awaited<Calls['swapped']>>().toEqualTypeOf<WithGradient<Float64Array, FloatMatrix, 'p' | 'q'>>();
  expectTypeOf<Awaited<Calls['value']>>().toEqualTypeOf<Float64Array>();
  expect(calls).toBeTypeOf('function');
});
