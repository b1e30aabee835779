/** Twin of assembly/kernels/widen.ts: narrow entries are widened (Narrow, in narrow.ts) into blocks of rows that the other twins read. */
import { Narrow } from '../../rows/narrow.js';
import type { Dtype, Floats } from '../../types.js';
import { type Call, type Copier, Widener, widthIn } from '../../rows/widen.js';
import type { Entries, Kernel, KernelSpec } from '../contract.js';

function wideningTo(Block: Copier<Call<Entries>, Floats>['Block']): Widener<Call<Entries>, Floats> {
  return new Widener<Call<Entries>, Floats>({
    Block,
    isReady: (input): input is Floats => !(input instanceof Narrow),
    copy(call, k, start, count, block) {
      const width = widthIn(call, k);
      (call.inputs[k] as Narrow).write(start * width, count * width, block, 0);
    },
  });
}

const WIDENERS: Readonly<Record<Dtype, Widener<Call<Entries>, Floats>>> = {
  f64: wideningTo(Float64Array),
  f32: wideningTo(Float32Array),
};

/** The twin of a registry line over entries of its dtype or narrower ones. */
export function widening(twin: Kernel, spec: KernelSpec, dtype: Dtype): Kernel<Entries> {
  return (inputs, steps, rows, cols, params, out, gradients) => {
    if (!inputs.some((input) => input instanceof Narrow))
      return twin(inputs as readonly Floats[], steps, rows, cols, params, out, gradients);
    WIDENERS[dtype].run(twin, spec, { inputs, steps, rows, cols }, params, out, gradients);
    return undefined;
  };
}
