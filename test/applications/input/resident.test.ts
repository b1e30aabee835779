import { expect, it } from 'vitest';
import { allocate, type ResidentMatrix } from '../../../src/index.js';
import { callsOf, floatForm, type Form, MODULES } from '../../support/applicationCalls.js';

const CALLS = callsOf(MODULES);

/** In the module's memory; what is made is kept, as views of it are used. */
function residentForm(dtype: 'f32' | 'f64', kept: ResidentMatrix[]): Form {
  const fill = (rows: number, values: readonly number[]) => {
    const made = allocate(rows, values.length / rows, dtype);
    made.data.set(values);
    kept.push(made);
    return made;
  };
  return {
    vector: (...values) => fill(1, values).data as Float64Array,
    rows: (cols, ...values) => fill(values.length / cols, values),
    tensor: (dims, ...values) => ({ data: fill(1, values).data, dims }),
  };
}

it.each(Object.entries(CALLS))('resident matrices stand wherever a Matrix does: %s', (_, call) => {
  for (const [dtype, Kind] of [
    ['f32', Float32Array],
    ['f64', Float64Array],
  ] as const) {
    const kept: ResidentMatrix[] = [];
    expect(call(residentForm(dtype, kept))).toEqual(call(floatForm(Kind)));
    for (const each of kept) each.dispose();
  }
});
