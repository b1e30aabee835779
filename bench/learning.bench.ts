/** What training and labelling loops do with divergences: losses with their gradients, and BALD. */
import { logits, matrix } from 'surprisal';
import { bald } from 'surprisal/active-learning';
import { distillationLossWithGradient } from 'surprisal/distillation';
import { regulariser } from 'surprisal/vae';
import type { Floats } from '../src/types.js';
import * as exact from '../test/oracle/logits.js';
import { divide, type Fixed, fixed, logOfRatio, multiply, toNumber } from '../test/oracle/fixed.js';
import { type Case, type Contender, type OnThreads, type Quantity, type Shape, withResident } from './case.js';
import { allocate, filled, normaliseRows, pool } from './data.js';
import { pairOf } from './kernels/logits.bench.js';
import { PRIOR_GRADIENT, priorData } from './kernels/gaussian.bench.js';

const TEMPERATURE = 4;
/** Of images, and of tokens. */
const DISTILLATIONS: readonly Shape[] = [
  { rows: 16384, cols: 1000, dtype: 'f32' },
  { rows: 128, cols: 128_256, dtype: 'f32' },
];
const VAE: Shape = { rows: 65536, cols: 64, dtype: 'f32' };
const [CANDIDATES, MEMBERS, CLASSES] = [10_000, 20, 10];

/** T²·KL and T·(v − w), the two softmaxes kept between the passes. */
function plainDistillation({ a, b }: { a: Floats; b: Floats }, { rows, cols }: Shape, value: Float64Array, gradient: Floats): void {
  const [w, v] = [new Float64Array(cols), new Float64Array(cols)];
  const softmax = (z: Floats, at: number, into: Float64Array) => {
    let max = -Infinity;
    for (let k = 0; k < cols; k++) if ((z[at + k] as number) > max) max = z[at + k] as number;
    let sum = 0;
    for (let k = 0; k < cols; k++) {
      const e = Math.exp(((z[at + k] as number) - max) / TEMPERATURE);
      into[k] = e;
      sum += e;
    }
    for (let k = 0; k < cols; k++) into[k] = (into[k] as number) / sum;
    return max / TEMPERATURE + Math.log(sum);
  };
  for (let r = 0; r < rows; r++) {
    const at = r * cols;
    const rest = softmax(b, at, v) - softmax(a, at, w);
    let s = 0;
    for (let k = 0; k < cols; k++) {
      const x = w[k] as number;
      s += x * (((a[at + k] as number) - (b[at + k] as number)) / TEMPERATURE + rest);
      gradient[at + k] = TEMPERATURE * ((v[k] as number) - x);
    }
    value[r] = s * TEMPERATURE ** 2;
  }
}

const WITH_STUDENT: Quantity<'a' | 'b'> = {
  plain: ({ a, b }, shape) => {
    const [value, gradient] = [new Float64Array(shape.rows), b.slice()];
    return () => {
      plainDistillation({ a, b }, shape, value, gradient);
      return gradient;
    };
  },
  library: ({ a, b }, { rows, cols }, core) => {
    const out = { value: new Float64Array(rows), gradient: { student: b.slice() } };
    const [teacher, student] = [matrix(a, rows, cols), matrix(b, rows, cols)];
    return () =>
      logits.distillationLossWithGradient(teacher, student, { core, temperature: TEMPERATURE, withRespectTo: ['student'], out }).gradient
        .student.data;
  },
  exact: ({ a, b }) => {
    const over = (z: Floats) => Float64Array.from(z, (x) => x / TEMPERATURE);
    return exact.klGradient(over(a), over(b)).b.map((slope) => TEMPERATURE * slope);
  },
};

const WITH_POSTERIOR: Quantity<'mean' | 'logVariance'> = {
  ...PRIOR_GRADIENT,
  plain: ({ mean, logVariance }, { rows, cols }) => {
    const [value, byMean, byLogVariance] = [new Float64Array(rows), mean.slice(), logVariance.slice()];
    return () => {
      for (let r = 0, i = 0; r < rows; r++) {
        let s = 0;
        for (const end = i + cols; i < end; i++) {
          const [m, l] = [mean[i] as number, logVariance[i] as number];
          const v = Math.exp(l);
          s += m * m + v - 1 - l;
          byMean[i] = m;
          byLogVariance[i] = (v - 1) / 2;
        }
        value[r] = s / 2;
      }
      return byLogVariance;
    };
  },
};

/** Entropy of the mean less the mean of the entropies. */
const BALD: Quantity<'p'> = {
  plain: ({ p }, { rows, cols }) => {
    const [out, mean] = [new Float64Array(rows), new Float64Array(cols)];
    return () => {
      for (let r = 0, i = 0; r < rows; r++) {
        mean.fill(0);
        let s = 0;
        for (let m = 0; m < MEMBERS; m++) {
          for (let k = 0; k < cols; k++, i++) {
            const x = p[i] as number;
            mean[k] = (mean[k] as number) + x / MEMBERS;
            if (x > 0) s += x * Math.log(x);
          }
        }
        s /= MEMBERS;
        for (const x of mean) if (x > 0) s -= x * Math.log(x);
        out[r] = s;
      }
      return out;
    };
  },
  library: ({ p }, { rows, cols }, core) => {
    const ensemble = { data: p, shape: [rows, MEMBERS, cols] as const };
    return () => bald(ensemble, { core });
  },
  onPool: ({ p }, { rows, cols }, on) => {
    const ensemble = matrix({ data: p, shape: [rows, MEMBERS, cols] });
    return () => on.multiwayJensenShannonDivergence(ensemble);
  },
  exact: ({ p }) => [baldOf(p, true)],
  exactPlain: ({ p }) => [baldOf(p, false)],
};

/** Of one candidate, in fixed point: Σ p·log(p/p̄) over members and their number, members normalised or as given. */
function baldOf(p: Floats, normalised: boolean): number {
  const members = Array.from({ length: MEMBERS }, (_, m) => {
    const row = Array.from(p.subarray(m * CLASSES, (m + 1) * CLASSES), fixed);
    const total = row.reduce((a, b) => a + b, 0n);
    return normalised ? row.map((x) => divide(x, total)) : row;
  });
  let sum: Fixed = 0n;
  for (let k = 0; k < CLASSES; k++) {
    const all = members.reduce((total, row) => total + (row[k] as Fixed), 0n);
    for (const row of members) {
      const x = row[k] as Fixed;
      if (x > 0n) sum += multiply(x, logOfRatio(x * BigInt(MEMBERS), all));
    }
  }
  return toNumber(sum / BigInt(MEMBERS));
}

const ensembles: Case['data'] = (rng, { rows, cols, dtype }) => {
  const { p } = filled({ rows: rows * MEMBERS, cols, dtype }, { p: pool(rng, () => Math.exp(1.5 * rng.normal())) });
  normaliseRows(p, cols);
  return { p };
};

/** The application's function, over ordinary arrays: a contender beside the core's. */
const application = (name: string, prepare: Contender['prepare'], exactOf: Contender['exact']): Contender => ({
  name,
  prepare,
  exact: exactOf,
});

const { contenders: distillation } = withResident(WITH_STUDENT, { copied: 1, resident: 1 });
const { contenders: vae } = withResident(WITH_POSTERIOR, { copied: 1, resident: 1 });

/** One loss with its gradient by the student, as a training step takes it. */
const distillationOf = (shape: Shape): Case => ({
  name: `W7 with gradients, distillation, T = ${TEMPERATURE}, f32 ${shape.rows}×${shape.cols}`,
  workload: 'W7g',
  ...shape,
  errorsByRow: true,
  data: pairOf(4),
  contenders: [
    ...distillation,
    application(
      'surprisal/distillation',
      ({ a, b }, { rows, cols }) => {
        const [teacher, student] = [matrix(a as Floats, rows, cols), matrix(b as Floats, rows, cols)];
        const out = allocate('f32', rows * cols);
        return () => distillationLossWithGradient(teacher, student, { temperature: TEMPERATURE, reduction: 'sum', out }).gradient.data;
      },
      WITH_STUDENT.exact as Contender['exact'],
    ),
  ],
  targets: [],
});

export const cases: readonly Case[] = [
  ...DISTILLATIONS.map(distillationOf),
  {
    name: `W8 with gradients, standard-normal prior, f32 ${VAE.rows}×${VAE.cols}`,
    workload: 'W8g',
    ...VAE,
    errorsByRow: true,
    data: priorData,
    contenders: [
      ...vae,
      application(
        'surprisal/vae',
        ({ mean, logVariance }, { rows, cols }) => {
          const out = { mean: allocate('f32', rows * cols), logVariance: allocate('f32', rows * cols) };
          const posterior = { mean: matrix(mean as Floats, rows, cols), logVariance: matrix(logVariance as Floats, rows, cols) };
          return () => regulariser(posterior, { out }).gradient.logVariance;
        },
        // The mean over the batch.
        ({ logVariance }) => Array.from(logVariance as Floats, (l) => Math.expm1(l) / 2 / VAE.rows),
      ),
    ],
    targets: [],
  },
  {
    name: `W14 BALD f32 ${CANDIDATES}×${MEMBERS}×${CLASSES}`,
    rows: CANDIDATES,
    cols: CLASSES,
    dtype: 'f32',
    perEntry: MEMBERS,
    data: ensembles,
    ...withResident(BALD, { copied: 4.5, resident: 6 }),
    onThreads: BALD as OnThreads,
  },
];
