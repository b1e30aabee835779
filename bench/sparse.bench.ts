/** Tables of which most is 0: as sparse rows, and written out. Times are per entry of the full table. */
import { createCore, csr, jensenShannonDivergence, klDivergence, matrix } from 'surprisal';
import type { Dtype, Floats } from '../src/types.js';
import * as exact from '../test/oracle/discrete.js';
import { type Fixed, toNumber } from '../test/oracle/fixed.js';
import { createRng } from '../test/support/rng.js';
import { type Case, type Contender, type Shape, WASM } from './case.js';
import { probabilities } from './data.js';

const SPARSE = 'wasm, csr';

/** Rows that keep a share of their classes: the same in both but for a few that q has alone, or each its own. */
function table(kept: number, together: boolean): Case['data'] {
  return (rng, shape) => {
    const { uniform } = createRng(rng.bits());
    const { p, q } = probabilities(rng, shape);
    for (let i = 0; i < p.length; i++) {
      const x = uniform();
      if (x >= kept * (together ? 0.9 : 1)) p[i] = 0;
      if (together ? x >= kept : uniform() >= kept) q[i] = 0;
    }
    return { p, q };
  };
}

function sparseOf(data: Floats, { rows, cols }: Shape) {
  const indptr = new Int32Array(rows + 1);
  const kept = data.map((x, i) => (x === 0 ? 0 : i + 1)).filter((i) => i > 0);
  const indices = Int32Array.from(kept, (i) => (i - 1) % cols);
  for (let i = 0, row = 0; row < rows; row++) {
    while (i < kept.length && (kept[i] as number) <= (row + 1) * cols) i++;
    indptr[row + 1] = i;
  }
  return csr({ data: data.filter((x) => x !== 0), indices, indptr, cols });
}

function caseOf(
  name: string,
  divergence: typeof klDivergence,
  truth: (p: Floats, q: Floats) => Fixed,
  data: Case['data'],
  atLeast: number,
): Case {
  const shape: Shape = { rows: 100, cols: 20_000, dtype: 'f64' satisfies Dtype };
  const contender = (label: string, batch: (data: Floats, shape: Shape) => Parameters<typeof klDivergence>[0]): Contender => ({
    name: label,
    prepare: ({ p, q }, size) => {
      const [P, Q] = [batch(p as Floats, size), batch(q as Floats, size)];
      const options = { core: createCore({ backend: 'wasm' }), out: new Float64Array(size.rows) };
      return () => divergence(P, Q, options) as Float64Array;
    },
    exact: ({ p, q }) => [toNumber(truth(p as Floats, q as Floats))],
  });
  return {
    name: `${name} ${shape.rows}×${shape.cols}`,
    ...shape,
    data,
    contenders: [contender(WASM, (x, { rows, cols }) => matrix(x, rows, cols)), contender(SPARSE, sparseOf)],
    targets: [{ of: SPARSE, over: WASM, atLeast }],
  };
}

export const cases: readonly Case[] = [
  caseOf('sparse KL rows, 90 % zeros,', klDivergence, exact.kl, table(0.1, true), 3),
  caseOf('sparse KL rows, 99 % zeros,', klDivergence, exact.kl, table(0.01, true), 12),
  caseOf('sparse Jensen–Shannon rows, 90 % zeros, each its own,', jensenShannonDivergence, exact.jensenShannon, table(0.1, false), 2),
];
