import { expect, it } from 'vitest';
import { allocate, createBackends, DTYPES } from '../support/backends.js';

const { wasm, js } = createBackends();

it.each(DTYPES)('law 2: NaN in a row hides no negative entry of the next one, which shares its tile (%s)', (dtype) => {
  for (let cols = 1; cols <= 17; cols++) {
    for (let hole = 0; hole < cols; hole++) {
      for (let negative = 0; negative < cols; negative++) {
        // Equal rows: what is not seen to be negative comes to 0. The zero at the end has the tile guarded.
        const p = allocate(dtype, 4 * cols).fill(1);
        p[hole] = NaN;
        p[cols + negative] = -1;
        if (cols > 1) p[4 * cols - 1] = 0;
        const run = (backend: typeof wasm) => {
          const out = new Float64Array(4);
          backend.kernel('klRows', dtype)([p, p.slice()], [cols, cols], 4, cols, [1], out);
          return out;
        };
        const expected = Float64Array.of(NaN, NaN, 0, 0);
        expect(run(js), `js ${cols} ${hole} ${negative}`).toEqual(expected);
        // The module leaves NaN to the twin, which answers what it has for such rows.
        expect(run(wasm), `wasm ${cols} ${hole} ${negative}`).toEqual(expected);
      }
    }
  }
});
