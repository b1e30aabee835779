/** Packages that take one pair of vectors: a call a row. */
import type { Floats } from '../../src/types.js';
import type { Data, Pass, Shape } from '../case.js';
import { load } from './load.js';

type OfPair = (p: Floats, q: Floats) => number;

function rowByRow(divergence: OfPair): (data: Data, shape: Shape) => Pass {
  return ({ p, q }, { rows, cols }) => {
    if (p === undefined || q === undefined) throw new Error('rows p and q are wanted');
    const out = new Float64Array(rows);
    const step = q.length === cols ? 0 : cols;
    return () => {
      for (let r = 0; r < rows; r++) out[r] = divergence(p.subarray(r * cols, (r + 1) * cols), q.subarray(r * step, r * step + cols));
      return out;
    };
  };
}

const KL = ['W1', 'W2', 'W3f32', 'W3f64', 'W4f32', 'W4f64', 'W5'];

export function answersByRows(workload: string): boolean {
  return workload === 'W12' || KL.includes(workload);
}

export function passOfSimsimd(workload: string, data: Data, shape: Shape): Pass {
  const { kullbackleibler, jensenshannon } = load('simsimd');
  return rowByRow(workload === 'W12' ? jensenshannon : kullbackleibler)(data, shape);
}

export function passOfMlDistance(workload: string, data: Data, shape: Shape): Pass {
  const { distance } = load('ml-distance');
  return rowByRow(workload === 'W12' ? distance.jensenShannon : distance.kullbackLeibler)(data, shape);
}

/** mathjs takes plain arrays alone, and half a microsecond an entry. */
export function passOfMathjs(_workload: string, data: Data, shape: Shape): Pass {
  const { kldivergence } = load('mathjs');
  return rowByRow((p, q) => kldivergence(Array.from(p), Array.from(q)))(data, shape);
}
