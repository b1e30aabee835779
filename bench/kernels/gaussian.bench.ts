/** Rows of diagonal Gaussians, the standard-normal prior, and univariate Gaussians elementwise. */
import { gaussian, matrix } from 'surprisal';
import type { Dtype, Floats } from '../../src/types.js';
import * as exact from '../../test/oracle/gaussian.js';
import { againstPlain, type Case, caseOf, type Data, gradientCase, type Quantity, type Shape, type Target, workloadCase } from '../case.js';
import { allocate, filled, pool as poolOf } from '../data.js';

/** The loops that people write, as in papers and tutorials. */
function plainPrior(mean: Floats, logVariance: Floats, rows: number, cols: number, out: Float64Array): void {
  for (let r = 0; r < rows; r++) {
    let s = 0;
    for (let i = r * cols, end = i + cols; i < end; i++) {
      const mu = mean[i] as number;
      const l = logVariance[i] as number;
      s += mu * mu + Math.exp(l) - 1 - l;
    }
    out[r] = s / 2;
  }
}

function plainVariances(m0: Floats, v0: Floats, m1: Floats, v1: Floats, rows: number, cols: number, out: Float64Array): void {
  for (let r = 0; r < rows; r++) {
    let s = 0;
    for (let i = r * cols, end = i + cols; i < end; i++) {
      const d = (m0[i] as number) - (m1[i] as number);
      const x = v0[i] as number;
      const y = v1[i] as number;
      s += Math.log(y / x) + (x + d * d) / y - 1;
    }
    out[r] = s / 2;
  }
}

function plainUnivariate(m0: Floats, s0: Floats, m1: Floats, s1: Floats, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) {
    const d = (m0[i] as number) - (m1[i] as number);
    const x = s0[i] as number;
    const y = s1[i] as number;
    out[i] = Math.log(y / x) + (x * x + d * d) / (2 * y * y) - 0.5;
  }
}

/** Lower Cholesky factor of the d × d matrix at `at`. */
function plainCholesky(a: Floats, at: number, d: number, l: Float64Array): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let s = a[at + i * d + j] as number;
      for (let k = 0; k < j; k++) s -= (l[i * d + k] as number) * (l[j * d + k] as number);
      l[i * d + j] = i === j ? Math.sqrt(s) : s / (l[j * d + j] as number);
    }
  }
}

/** ½·[‖L₁⁻¹L₀‖² + ‖L₁⁻¹δ‖² − d] + Σ log(l₁/l₀), as multivariate-normal code has it. */
function plainCovariances(m0: Floats, s0: Floats, m1: Floats, s1: Floats, rows: number, d: number, out: Float64Array): void {
  const [l0, l1, x] = [new Float64Array(d * d), new Float64Array(d * d), new Float64Array(d)];
  for (let r = 0; r < rows; r++) {
    plainCholesky(s0, r * d * d, d, l0);
    plainCholesky(s1, r * d * d, d, l1);
    let total = -d;
    let logs = 0;
    for (let i = 0; i < d; i++) logs += Math.log(l1[i * d + i] as number) - Math.log(l0[i * d + i] as number);
    for (let j = 0; j <= d; j++) {
      for (let i = j < d ? j : 0; i < d; i++) {
        let s = j < d ? (l0[i * d + j] as number) : (m0[r * d + i] as number) - (m1[r * d + i] as number);
        for (let k = j < d ? j : 0; k < i; k++) s -= (l1[i * d + k] as number) * (x[k] as number);
        const v = s / (l1[i * d + i] as number);
        x[i] = v;
        total += v * v;
      }
    }
    out[r] = 0.5 * total + logs;
  }
}

const PRIOR: Quantity<'mean' | 'logVariance'> = {
  plain: ({ mean, logVariance }, { rows, cols }) => {
    const out = new Float64Array(rows);
    return () => {
      plainPrior(mean, logVariance, rows, cols, out);
      return out;
    };
  },
  library: ({ mean, logVariance }, { rows, cols }, core) => {
    const options = { core, out: new Float64Array(rows) };
    const p = { mean: matrix(mean, rows, cols), logVariance: matrix(logVariance, rows, cols) };
    return () => gaussian.klDivergence(p, gaussian.standard, options);
  },
  onPool: ({ mean, logVariance }, { rows, cols }, pool) => {
    const p = { mean: matrix(mean, rows, cols), logVariance: matrix(logVariance, rows, cols) };
    const options = { out: new Float64Array(rows) };
    return () => pool.gaussian.klDivergence(p, gaussian.standard, options);
  },
  exact: ({ mean, logVariance }) => [exact.priorLogVariance(mean, logVariance)],
};

/** The rows of both sides. */
const variancesOf = ({ m0, v0, m1, v1 }: Data<'m0' | 'v0' | 'm1' | 'v1'>, { rows, cols }: Shape) =>
  [
    { mean: matrix(m0, rows, cols), variance: matrix(v0, rows, cols) },
    { mean: matrix(m1, rows, cols), variance: matrix(v1, rows, cols) },
  ] as const;

const VARIANCES: Quantity<'m0' | 'v0' | 'm1' | 'v1'> = {
  plain: ({ m0, v0, m1, v1 }, { rows, cols }) => {
    const out = new Float64Array(rows);
    return () => {
      plainVariances(m0, v0, m1, v1, rows, cols, out);
      return out;
    };
  },
  library: (data, shape, core) => {
    const options = { core, out: new Float64Array(shape.rows) };
    const [p, q] = variancesOf(data, shape);
    return () => gaussian.klDivergence(p, q, options);
  },
  onPool: (data, shape, pool) => {
    const [p, q] = variancesOf(data, shape);
    const options = { out: new Float64Array(shape.rows) };
    return () => pool.gaussian.klDivergence(p, q, options);
  },
  exact: ({ m0, v0, m1, v1 }) => [exact.variances(m0, v0, m1, v1)],
};

/** Both gradients of the prior; the errors shown are those by the log-variances, entry by entry. */
export const PRIOR_GRADIENT: Pick<Quantity<'mean' | 'logVariance'>, 'library' | 'exact'> = {
  library: ({ mean, logVariance }, { rows, cols }, core, isFresh) => {
    const out = isFresh
      ? undefined
      : { value: new Float64Array(rows), gradient: { 'p.mean': mean.slice(), 'p.logVariance': logVariance.slice() } };
    const p = { mean: matrix(mean, rows, cols), logVariance: matrix(logVariance, rows, cols) };
    return () => gaussian.klDivergenceWithGradient(p, gaussian.standard, { core, out }).gradient['p.logVariance'].data;
  },
  exact: ({ logVariance }) => Array.from(logVariance, (l) => Math.expm1(l) / 2),
};

/** All four gradients of pairs; the errors shown are those by the first variances. */
const VARIANCE_GRADIENT: Pick<Quantity<'m0' | 'v0' | 'm1' | 'v1'>, 'library' | 'exact'> = {
  library: ({ m0, v0, m1, v1 }, { rows, cols }, core, isFresh) => {
    const gradient = { 'p.mean': m0.slice(), 'p.variance': v0.slice(), 'q.mean': m1.slice(), 'q.variance': v1.slice() };
    const options = isFresh ? { core } : { core, out: { value: new Float64Array(rows), gradient } };
    const p = { mean: matrix(m0, rows, cols), variance: matrix(v0, rows, cols) };
    const q = { mean: matrix(m1, rows, cols), variance: matrix(v1, rows, cols) };
    return () => gaussian.klDivergenceWithGradient(p, q, options).gradient['p.variance'].data;
  },
  exact: ({ v0, v1 }) => Array.from(v0, (x, i) => (0.5 * (x - (v1[i] as number))) / x / (v1[i] as number)),
};

const UNIVARIATE: Quantity<'m0' | 's0' | 'm1' | 's1'> = {
  plain: ({ m0, s0, m1, s1 }, { rows }) => {
    const out = new Float64Array(rows);
    return () => {
      plainUnivariate(m0, s0, m1, s1, out);
      return out;
    };
  },
  library: ({ m0, s0, m1, s1 }, { rows }, core) => {
    const options = { core, out: new Float64Array(rows) };
    return () => gaussian.univariateKlDivergence({ mean: m0, std: s0 }, { mean: m1, std: s1 }, options);
  },
  onPool: ({ m0, s0, m1, s1 }, { rows }, pool) => {
    const options = { out: new Float64Array(rows) };
    return () => pool.gaussian.univariateKlDivergence({ mean: m0, std: s0 }, { mean: m1, std: s1 }, options);
  },
  exact: ({ m0, s0, m1, s1 }) => [exact.deviations(m0, s0, m1, s1)],
};

const covariancesOf = ({ m0, s0, m1, s1 }: Data<'m0' | 's0' | 'm1' | 's1'>, { rows, cols }: Shape) =>
  [
    { mean: matrix(m0, rows, cols), covariance: matrix(s0, rows, cols * cols) },
    { mean: matrix(m1, rows, cols), covariance: matrix(s1, rows, cols * cols) },
  ] as const;

const COVARIANCES: Quantity<'m0' | 's0' | 'm1' | 's1'> = {
  plain: ({ m0, s0, m1, s1 }, { rows, cols }) => {
    const out = new Float64Array(rows);
    return () => {
      plainCovariances(m0, s0, m1, s1, rows, cols, out);
      return out;
    };
  },
  library: (data, shape, core) => {
    const options = { core, out: new Float64Array(shape.rows) };
    const [p, q] = covariancesOf(data, shape);
    return () => gaussian.klDivergence(p, q, options);
  },
  onPool: (data, shape, pool) => {
    const [p, q] = covariancesOf(data, shape);
    const options = { out: new Float64Array(shape.rows) };
    return () => pool.gaussian.klDivergence(p, q, options);
  },
  exact: ({ m0, s0, m1, s1 }) => [exact.covariances(m0, s0, m1, s1)],
};

/** Covariances of 2·d draws: well-conditioned, and not near each other. */
const covarianceData: Case['data'] = (rng, { rows, cols: d, dtype }) => {
  const normal = poolOf(rng, () => rng.normal());
  const draws = new Float64Array(2 * d * d);
  const fill = (s: Floats, r: number) => {
    for (let i = 0; i < draws.length; i++) draws[i] = normal();
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k < 2 * d; k++) sum += (draws[i * 2 * d + k] as number) * (draws[j * 2 * d + k] as number);
        s[(r * d + i) * d + j] = sum / (2 * d);
        s[(r * d + j) * d + i] = sum / (2 * d);
      }
    }
  };
  const [m0, m1] = [allocate(dtype, rows * d), allocate(dtype, rows * d)];
  const [s0, s1] = [allocate(dtype, rows * d * d), allocate(dtype, rows * d * d)];
  for (let r = 0; r < rows; r++) {
    for (let i = r * d; i < (r + 1) * d; i++) {
      m0[i] = normal();
      m1[i] = normal();
    }
    fill(s0, r);
    fill(s1, r);
  }
  return { m0, s0, m1, s1 };
};

export const priorData: Case['data'] = (rng, shape) =>
  filled(shape, { mean: poolOf(rng, () => rng.normal()), logVariance: poolOf(rng, () => 0.7 * rng.normal()) });

const varianceData: Case['data'] = (rng, shape) => {
  const [normal, variance] = [poolOf(rng, () => rng.normal()), poolOf(rng, () => Math.exp(0.7 * rng.normal()))];
  return filled(shape, { m0: normal, v0: variance, m1: normal, v1: variance });
};

const deviationData: Case['data'] = (rng, shape) => {
  const [normal, deviation] = [poolOf(rng, () => rng.normal()), poolOf(rng, () => Math.exp(0.5 * rng.normal()))];
  return filled(shape, { m0: normal, s0: deviation, m1: normal, s1: deviation });
};

function casesOf(dtype: Dtype): Case[] {
  const rows: Shape = { rows: 65536, cols: 64, dtype };
  const elements: Shape = { rows: 4_194_304, cols: 1, dtype };
  const twin: Omit<Target, 'of' | 'over'> | undefined = dtype === 'f64' ? { atLeast: 1.3 } : undefined;
  const byType = <T>(f64: T, f32: T): T => (dtype === 'f64' ? f64 : f32);
  return [
    gradientCase('standard-normal prior, log-variances,', rows, PRIOR_GRADIENT, PRIOR, priorData),
    gradientCase('diagonal Gaussians, variances,', rows, VARIANCE_GRADIENT, VARIANCES, varianceData),
    workloadCase('W8 standard-normal prior, log-variances,', rows, PRIOR, priorData, byType([3.3, 3.8], [8, 10]), twin),
    workloadCase('W9 diagonal Gaussians, variances,', rows, VARIANCES, varianceData, byType([3, 4.5], [6, 9]), twin),
    workloadCase(`${byType('W10 ', '')}univariate Gaussians, deviations,`, elements, UNIVARIATE, deviationData, [3, 3.8], twin),
    caseOf(
      `${byType('W13d8 ', '')}full covariances (ns per dimension),`,
      { rows: 10_000, cols: 8, dtype },
      COVARIANCES,
      covarianceData,
      againstPlain(5),
    ),
    caseOf(
      `${byType('W13d32 ', '')}full covariances (ns per dimension),`,
      { rows: 2000, cols: 32, dtype },
      COVARIANCES,
      covarianceData,
      againstPlain(2.3),
    ),
  ];
}

export const cases: readonly Case[] = [...casesOf('f32'), ...casesOf('f64')];
