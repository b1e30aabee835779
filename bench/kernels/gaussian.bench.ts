/** Rows of diagonal Gaussians, the standard-normal prior, and univariate Gaussians elementwise. */
import { gaussian, matrix } from 'surprisal';
import type { Dtype, Floats } from '../../src/types.js';
import * as exact from '../../test/oracle/gaussian.js';
import { againstPlain, type Case, contendersOf, type Quantity, type Shape, type Target } from '../case.js';
import { filled, pool } from '../data.js';

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
  exact: ({ mean, logVariance }) => [exact.priorLogVariance(mean, logVariance)],
};

const VARIANCES: Quantity<'m0' | 'v0' | 'm1' | 'v1'> = {
  plain: ({ m0, v0, m1, v1 }, { rows, cols }) => {
    const out = new Float64Array(rows);
    return () => {
      plainVariances(m0, v0, m1, v1, rows, cols, out);
      return out;
    };
  },
  library: ({ m0, v0, m1, v1 }, { rows, cols }, core) => {
    const options = { core, out: new Float64Array(rows) };
    const p = { mean: matrix(m0, rows, cols), variance: matrix(v0, rows, cols) };
    const q = { mean: matrix(m1, rows, cols), variance: matrix(v1, rows, cols) };
    return () => gaussian.klDivergence(p, q, options);
  },
  exact: ({ m0, v0, m1, v1 }) => [exact.variances(m0, v0, m1, v1)],
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
  exact: ({ m0, s0, m1, s1 }) => [exact.deviations(m0, s0, m1, s1)],
};

const priorData: Case['data'] = (rng, shape) =>
  filled(shape, { mean: pool(rng, () => rng.normal()), logVariance: pool(rng, () => 0.7 * rng.normal()) });

const varianceData: Case['data'] = (rng, shape) => {
  const [normal, variance] = [pool(rng, () => rng.normal()), pool(rng, () => Math.exp(0.7 * rng.normal()))];
  return filled(shape, { m0: normal, v0: variance, m1: normal, v1: variance });
};

const deviationData: Case['data'] = (rng, shape) => {
  const [normal, deviation] = [pool(rng, () => rng.normal()), pool(rng, () => Math.exp(0.5 * rng.normal()))];
  return filled(shape, { m0: normal, s0: deviation, m1: normal, s1: deviation });
};

function casesOf(dtype: Dtype): Case[] {
  const rows: Shape = { rows: 65536, cols: 64, dtype };
  const elements: Shape = { rows: 4_194_304, cols: 1, dtype };
  const twin: Omit<Target, 'of' | 'over'> | undefined = dtype === 'f64' ? { atLeast: 1.3 } : undefined;
  const make = <Name extends string>(
    name: string,
    shape: Shape,
    quantity: Quantity<Name>,
    data: Case['data'],
    targets: readonly Target[],
  ): Case => ({
    name: `${name} ${dtype} ${shape.rows}×${shape.cols}`,
    ...shape,
    data,
    contenders: contendersOf(quantity),
    targets,
  });
  return [
    make('standard-normal prior, log-variances,', rows, PRIOR, priorData, againstPlain(4, twin)),
    make('diagonal Gaussians, variances,', rows, VARIANCES, varianceData, againstPlain(4, twin)),
    make('univariate Gaussians, deviations,', elements, UNIVARIATE, deviationData, againstPlain(undefined, twin)),
  ];
}

export const cases: readonly Case[] = [...casesOf('f32'), ...casesOf('f64')];
