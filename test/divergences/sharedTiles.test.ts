import { describe, expect, it } from 'vitest';
import {
  type Core,
  createCore,
  generalizedJensenShannonDivergence,
  generalizedKlDivergence,
  jeffreysDivergence,
  jensenShannonDivergence,
  klDivergence,
  type Matrix,
  pearsonChiSquare,
  renyiDivergence,
  skewKlDivergence,
  squaredHellinger,
  totalVariation,
  triangularDiscrimination,
  tsallisDivergence,
} from '../../src/index.js';
import { createRng, seedOr } from '../support/rng.js';

const seed = seedOr(20261128);
const [wasm, js] = [createCore({ backend: 'wasm' }), createCore({ backend: 'js' })];
type Options = { readonly core: Core; readonly normalize?: boolean };
type Divergence = (p: Matrix, q: Matrix, options: Options) => Float64Array;
const DIVERGENCES: Readonly<Record<string, Divergence>> = {
  KL: klDivergence as Divergence,
  'Jensen–Shannon': jensenShannonDivergence as Divergence,
  Jeffreys: jeffreysDivergence as Divergence,
  'total variation': totalVariation as Divergence,
  triangular: triangularDiscrimination as Divergence,
  'Pearson χ²': pearsonChiSquare as Divergence,
  Hellinger: squaredHellinger as Divergence,
  'generalised KL': generalizedKlDivergence as Divergence,
  'Rényi 0.7': (p, q, options) => renyiDivergence(p, q, { ...options, alpha: 0.7 }) as Float64Array,
  'Rényi 0': (p, q, options) => renyiDivergence(p, q, { ...options, alpha: 0 }) as Float64Array,
  'Tsallis 3': (p, q, options) => tsallisDivergence(p, q, { ...options, alpha: 3 }) as Float64Array,
  'Jensen–Shannon, weighted': (p, q, options) => generalizedJensenShannonDivergence(p, q, { ...options, weight: 0.3 }) as Float64Array,
  'skew KL': (p, q, options) => skewKlDivergence(p, q, { ...options, weight: 0.3 }) as Float64Array,
};

/** Where a group of rows stops being taken together: ratios of masses, sums, entries. */
const MASSES = [1, 1, 1, 0.6666, 0.6667, 1.3333, 1.3334, 0.00099, 0.00101, 999, 1001, 1e-26, 3e-22, 3e-21, 9e10, 2e11, 3e12];
/** Of rows none of which has the mass of the other: around what a power of two is taken for, and far from it. */
const APART = [0.4999, 0.5, 0.5001, 0.6666, 0.75, 0.7501, 1.3333, 1.4999, 1.5, 1.5001, 1.9999, 2, 2.0001, 3, 5, 17, 1e-3, 1e3, 1e6];

describe(`law 2: rows that share a tile are what each is alone, seed ${seed}`, () => {
  it.each(Object.keys(DIVERGENCES))('%s', (name) => {
    const divergence = DIVERGENCES[name] as Divergence;
    const rng = createRng(seed);
    for (const Floats of [Float64Array, Float32Array]) {
      for (const cols of [1, 2, 3, 4, 5, 8, 10, 16, 31, 63, 64, 65, 100, 128, 200, 256, 257, 512, 513]) {
        const most = Math.max(3, Math.ceil(512 / cols) + 2);
        for (const rows of [1, 2, most - 1, most, 2 * most + 1]) {
          // Plain rows, and now and then one that is not: another mass, a zero, an entry far below the others.
          const isMixed = rng.uniform() < 0.7;
          const isApart = rng.uniform() < 0.4;
          const zeros = rng.pick([0, 0, 0.002, 0.2]);
          const draw = (masses: readonly number[]) => {
            const data = new Floats(rows * cols);
            for (let r = 0; r < rows; r++) {
              const mass = (isMixed && rng.uniform() < (isApart ? 0.05 : 0.2) ? rng.pick(MASSES) : 1) * rng.pick(masses);
              for (let c = 0; c < cols; c++) data[r * cols + c] = (mass * (rng.uniform() + 0.01)) / cols;
              // The first entry stays: a row of nothing is refused.
              for (let c = 1; c < cols; c++) if (rng.uniform() < zeros) data[r * cols + c] = rng.pick([0, 0, 0, 1e-30, 1e-37]);
            }
            return { data, rows, cols };
          };
          const [p, q] = [draw([1]), draw(isApart ? APART : [1])];
          for (const normalize of name === 'generalised KL' ? [false] : [true, false]) {
            const options = name === 'generalised KL' ? {} : { normalize };
            const together = divergence(p, q, { core: wasm, ...options });
            const where = `${Floats.name} ${rows} × ${cols}, normalize ${normalize}`;
            expect(together, where).toEqual(divergence(p, q, { core: js, ...options }));
            const row = rng.below(rows);
            const cut = ({ data }: Matrix) => ({
              data: (data as Float64Array).slice(row * cols, (row + 1) * cols),
              rows: 1,
              cols,
            });
            expect(together[row], `${where}, row ${row}`).toBe(divergence(cut(p), cut(q), { core: wasm, ...options })[0]);
          }
        }
      }
    }
  });

  it.each(Object.keys(DIVERGENCES))('%s of close rows with small entries, beside one with a zero', (name) => {
    const divergence = DIVERGENCES[name] as Divergence;
    const rng = createRng(seed);
    for (const [Floats, high, low, ulp] of [
      [Float32Array, -35, -60, 2 ** -23],
      [Float64Array, -200, -400, 2 ** -52],
    ] as const) {
      for (const cols of [2, 3, 4, 8, 16, 40, 64]) {
        const rows = 300;
        const [p, q] = [0, 1].map(() => ({ data: new Floats(rows * cols), rows, cols })) as [Matrix & { data: Float64Array }, Matrix];
        for (let k = 0; k < rows * cols; k++) {
          const x = k % cols === 0 ? 1 : 2 ** (low + (high - low) * rng.uniform());
          p.data[k] = k % (9 * cols) === 1 ? 0 : x;
          (q.data as Float64Array)[k] = k % cols > 0 && rng.uniform() < 0.5 ? x * (1 + ulp * rng.below(8)) : x;
        }
        for (const normalize of name === 'generalised KL' ? [false] : [true, false]) {
          const options = name === 'generalised KL' ? {} : { normalize };
          const where = `${Floats.name} × ${cols}, normalize ${normalize}`;
          expect(divergence(p, q, { core: wasm, ...options }), where).toEqual(divergence(p, q, { core: js, ...options }));
        }
      }
    }
  });
});
