/** Rows of logits: KL between two softmaxes, KL to uniform, softmax. */
import { logits, matrix } from 'surprisal';
import type { Dtype, Floats } from '../../src/types.js';
import * as exact from '../../test/oracle/logits.js';
import { againstPlain, type Case, caseOf, gradientCase, type Quantity, type Shape, type Target, workloadCase } from '../case.js';
import { filled, pool as poolOf } from '../data.js';

/** The usual way: log-softmax of both rows by their maxima, then Σ w·(log w − log v); of logits over T, times T². */
function plainKl(a: Floats, b: Floats, rows: number, cols: number, temperature: number, out: Float64Array): void {
  const cold = 1 / temperature;
  for (let r = 0; r < rows; r++) {
    const start = r * cols;
    const end = start + cols;
    let maxA = -Infinity;
    let maxB = -Infinity;
    for (let i = start; i < end; i++) {
      if ((a[i] as number) > maxA) maxA = a[i] as number;
      if ((b[i] as number) > maxB) maxB = b[i] as number;
    }
    let sumA = 0;
    let sumB = 0;
    for (let i = start; i < end; i++) {
      sumA += Math.exp(((a[i] as number) - maxA) * cold);
      sumB += Math.exp(((b[i] as number) - maxB) * cold);
    }
    const lseA = maxA * cold + Math.log(sumA);
    const lseB = maxB * cold + Math.log(sumB);
    let s = 0;
    for (let i = start; i < end; i++) {
      const logW = (a[i] as number) * cold - lseA;
      s += Math.exp(logW) * (logW - ((b[i] as number) * cold - lseB));
    }
    out[r] = s * temperature ** 2;
  }
}

function plainUniform(z: Floats, rows: number, cols: number, out: Float64Array): void {
  const logK = Math.log(cols);
  for (let r = 0; r < rows; r++) {
    const start = r * cols;
    const end = start + cols;
    let max = -Infinity;
    for (let i = start; i < end; i++) if ((z[i] as number) > max) max = z[i] as number;
    let sum = 0;
    for (let i = start; i < end; i++) sum += Math.exp((z[i] as number) - max);
    const lse = max + Math.log(sum);
    let s = 0;
    for (let i = start; i < end; i++) {
      const logW = (z[i] as number) - lse;
      s += Math.exp(logW) * logW;
    }
    out[r] = logK + s;
  }
}

/** The softmax of the row that begins at `start`, from `to` on. */
export function plainSoftmaxRow(z: Floats, start: number, cols: number, out: Floats, to: number): void {
  let max = -Infinity;
  for (let i = 0; i < cols; i++) if ((z[start + i] as number) > max) max = z[start + i] as number;
  let sum = 0;
  for (let i = 0; i < cols; i++) {
    const e = Math.exp((z[start + i] as number) - max);
    out[to + i] = e;
    sum += e;
  }
  for (let i = 0; i < cols; i++) out[to + i] = (out[to + i] as number) / sum;
}

function plainSoftmax(z: Floats, rows: number, cols: number, out: Floats): void {
  for (let r = 0; r < rows; r++) plainSoftmaxRow(z, r * cols, cols, out, r * cols);
}

function distillation(temperature: number): Quantity<'a' | 'b'> {
  const over = (z: Floats) => Float64Array.from(z, (x) => x / temperature);
  return {
    plain: ({ a, b }, { rows, cols }) => {
      const out = new Float64Array(rows);
      return () => {
        plainKl(a, b, rows, cols, temperature, out);
        return out;
      };
    },
    library: ({ a, b }, { rows, cols }, core) => {
      const options = { core, temperature, out: new Float64Array(rows) };
      const [A, B] = [matrix(a, rows, cols), matrix(b, rows, cols)];
      return () => logits.distillationLoss(A, B, options);
    },
    onPool: ({ a, b }, { rows, cols }, pool) => {
      const [A, B] = [matrix(a, rows, cols), matrix(b, rows, cols)];
      const options = { temperature, out: new Float64Array(rows) };
      return () => pool.logits.distillationLoss(A, B, options);
    },
    exact: ({ a, b }) => [temperature ** 2 * exact.kl(over(a), over(b))],
  };
}

const KL = distillation(1);

const JENSEN_SHANNON: Quantity<'a' | 'b'> = {
  ...KL,
  library: ({ a, b }, { rows, cols }, core) => {
    const options = { core, out: new Float64Array(rows) };
    const [A, B] = [matrix(a, rows, cols), matrix(b, rows, cols)];
    return () => logits.jensenShannonDivergence(A, B, options);
  },
  exact: ({ a, b }) => [exact.jensenShannon(a, b)],
};

/** Both gradients; the errors shown are those of the second, entry by entry. */
function gradientOf(
  run: typeof logits.klDivergenceWithGradient,
  truth: typeof exact.klGradient,
): Pick<Quantity<'a' | 'b'>, 'library' | 'exact'> {
  return {
    library: ({ a, b }, { rows, cols }, core, isFresh) => {
      const options = isFresh ? { core } : { core, out: { value: new Float64Array(rows), gradient: { a: a.slice(), b: b.slice() } } };
      const [A, B] = [matrix(a, rows, cols), matrix(b, rows, cols)];
      return () => run(A, B, options).gradient.b.data;
    },
    exact: ({ a, b }) => truth(a, b).b,
  };
}

const UNIFORM_GRADIENT: Pick<Quantity<'z'>, 'library' | 'exact'> = {
  library: ({ z }, { rows, cols }, core, isFresh) => {
    const options = isFresh ? { core } : { core, out: { value: new Float64Array(rows), gradient: { z: z.slice() } } };
    const Z = matrix(z, rows, cols);
    return () => logits.klToUniformWithGradient(Z, options).gradient.z.data;
  },
  exact: ({ z }) => exact.klGradient(z, new Float64Array(z.length)).a,
};

const UNIFORM: Quantity<'z'> = {
  plain: ({ z }, { rows, cols }) => {
    const out = new Float64Array(rows);
    return () => {
      plainUniform(z, rows, cols, out);
      return out;
    };
  },
  library: ({ z }, { rows, cols }, core) => {
    const options = { core, out: new Float64Array(rows) };
    const Z = matrix(z, rows, cols);
    return () => logits.klToUniform(Z, options);
  },
  onPool: ({ z }, { rows, cols }, pool) => {
    const Z = matrix(z, rows, cols);
    const options = { out: new Float64Array(rows) };
    return () => pool.logits.klToUniform(Z, options);
  },
  exact: ({ z }) => [exact.klToUniform(z)],
};

const SOFTMAX: Quantity<'z'> = {
  plain: ({ z }, { rows, cols }) => {
    const out = z.slice();
    return () => {
      plainSoftmax(z, rows, cols, out);
      return out;
    };
  },
  library: ({ z }, { rows, cols }, core) => {
    const options = { core, out: z.slice() };
    const Z = matrix(z, rows, cols);
    return () => logits.softmax(Z, options).data;
  },
  exact: ({ z }) => exact.softmax(z),
};

export const pairOf =
  (spread: number): Case['data'] =>
  (rng, shape) => {
    const normal = poolOf(rng, () => spread * rng.normal());
    return filled(shape, { a: normal, b: normal });
  };
const pair = pairOf(3);

/** b within 1e-4 or so of a: the usual state of a student that has learned. */
const nearPair: Case['data'] = (rng, shape) => {
  const noise = poolOf(rng, () => 1e-4 * rng.normal());
  const { a, b } = filled(shape, { a: poolOf(rng, () => 3 * rng.normal()), b: noise });
  for (let i = 0; i < b.length; i++) b[i] = (a[i] as number) + (b[i] as number);
  return { a, b };
};

const single: Case['data'] = (rng, shape) => filled(shape, { z: poolOf(rng, () => 2 * rng.normal()) });

function casesOf(dtype: Dtype): Case[] {
  const shape: Shape = { rows: 16384, cols: 1000, dtype };
  const twin: Omit<Target, 'of' | 'over'> = dtype === 'f64' ? { atLeast: 1.3 } : { atMost: 2 };
  // f64 is no workload of the race.
  const race: Case[] = [
    workloadCase('W6 logits KL to uniform', shape, UNIFORM, single, [5, 6]),
    workloadCase('W7a distillation, T = 4,', shape, distillation(4), pairOf(4), [5.5, 6.5]),
    workloadCase('W7b logits KL', { rows: 128, cols: 128_256, dtype }, KL, pair, [5, 6]),
  ];
  return [
    ...(dtype === 'f32' ? race : [caseOf('logits KL to uniform', shape, UNIFORM, single)]),
    gradientCase('logits KL', shape, gradientOf(logits.klDivergenceWithGradient, exact.klGradient), KL, pair),
    gradientCase(
      'logits JS',
      shape,
      gradientOf(logits.jensenShannonDivergenceWithGradient, exact.jensenShannonGradient),
      JENSEN_SHANNON,
      pair,
    ),
    gradientCase('logits KL to uniform', shape, UNIFORM_GRADIENT, UNIFORM, single),
    caseOf('logits KL', shape, KL, pair, againstPlain(dtype === 'f32' ? 4 : undefined, twin)),
    caseOf('logits KL, near-equal,', shape, KL, nearPair),
    caseOf('softmax', shape, SOFTMAX, single),
  ];
}

export const cases: readonly Case[] = [...casesOf('f32'), ...casesOf('f64')];
