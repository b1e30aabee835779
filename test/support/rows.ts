/** Random rows for any kernel of the registry, from the domains of its inputs: the shapes of data that have broken kernels before. */
import { CONTRIBUTIONS, type Domain, GRADIENTS, KINDS, type KernelSpec, LOGIT_MEASURES, widthOf } from '../../src/backend/contract.js';
import { covarianceFault, factorFault } from '../../src/check/definite.js';
import type { Dtype, Floats } from '../../src/types.js';
import { allocate } from './backends.js';
import type { Rng } from './rng.js';
import { double, neighbour32, neighbour64, single } from './ulp.js';

/** Values that must not pass a position unnoticed; the invalid ones make a row NaN. */
export function specials(dtype: Dtype): readonly number[] {
  const [least, normal, huge, large, small] =
    dtype === 'f64'
      ? [2 ** -1074, 2 ** -1022, Number.MAX_VALUE, 1e300, 1e-300]
      : [2 ** -149, 2 ** -126, (2 - 2 ** -23) * 2 ** 127, 1e38, 1e-38];
  const subnormal = normal / 3;
  return [0, -0, least, subnormal, normal, small, large, huge, 1, Number.NaN, Infinity, -Infinity, -1, -least];
}

type Fill = (rng: Rng, dtype: Dtype, row: Floats) => void;

const fillWith =
  (value: (rng: Rng, dtype: Dtype) => number): Fill =>
  (rng, dtype, row) => {
    for (let i = 0; i < row.length; i++) row[i] = value(rng, dtype);
  };

/** Positive and finite with uniformly random bits: every binade and the subnormals. */
function anyPositive(rng: Rng, dtype: Dtype): number {
  if (dtype === 'f32') return single(1 + rng.below(0x7f7fffff));
  return double((BigInt(rng.below(0x7ff00000)) << 32n) + BigInt(rng.bits() || 1));
}

/** The cube by products: a power costs a third of a sweep. */
const mass = (rng: Rng): number => {
  const u = rng.uniform();
  return u * u * u;
};

const thinned =
  (zeros: number): Fill =>
  (rng, _dtype, row) => {
    for (let i = 0; i < row.length; i++) row[i] = rng.uniform() < zeros ? 0 : mass(rng);
  };

const normalised: Fill = (rng, _dtype, row) => {
  let sum = 0;
  const values = Array.from(row, () => mass(rng) + 1e-3);
  for (const value of values) sum += value;
  for (let i = 0; i < row.length; i++) row[i] = (values[i] as number) / sum;
};

const scaled =
  (fill: Fill): Fill =>
  (rng, dtype, row) => {
    fill(rng, dtype, row);
    const factor = 2 ** ((dtype === 'f64' ? 1020 : 124) * (2 * rng.uniform() - 1));
    for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) * factor;
  };

const oneHot: Fill = (rng, _dtype, row) => {
  row.fill(0);
  if (row.length > 0) row[rng.below(row.length)] = rng.pick([1, 3, 1e-20, 1e20]);
};

const constant: Fill = (rng, _dtype, row) => {
  row.fill(rng.pick([1, 1 / Math.max(1, row.length), 7, 1e-30]));
};

const wide =
  (exponents: (dtype: Dtype) => number): Fill =>
  (rng, dtype, row) => {
    for (let i = 0; i < row.length; i++) row[i] = (1 + rng.uniform()) * 2 ** Math.floor(exponents(dtype) * (2 * rng.uniform() - 1));
  };

const normals =
  (scale: number): Fill =>
  (rng, _dtype, row) => {
    for (let i = 0; i < row.length; i++) row[i] = scale * rng.normal();
  };

const masked =
  (fill: Fill, share: number): Fill =>
  (rng, dtype, row) => {
    fill(rng, dtype, row);
    const kept = rng.below(Math.max(1, row.length));
    for (let i = 0; i < row.length; i++) if (i !== kept && rng.uniform() < share) row[i] = -Infinity;
  };

const range = (dtype: Dtype): number => (dtype === 'f64' ? 1000 : 120);

/** A lower factor with about the given spread of scales, in a row of d × d. */
const factor =
  (scale: (rng: Rng, dtype: Dtype) => number): Fill =>
  (rng, dtype, row) => {
    const d = Math.round(Math.sqrt(row.length));
    const each = scale(rng, dtype);
    for (let i = 0; i < d; i++) {
      const size = each * 2 ** (each === 1 ? 0 : Math.round(6 * rng.normal()));
      for (let j = 0; j < d; j++)
        row[i * d + j] = j > i ? 0 : size * (j === i ? Math.exp(0.5 * rng.normal()) : rng.normal() / Math.sqrt(d));
    }
  };

/** L·Lᵀ of such a factor. */
const covariance =
  (scale: (rng: Rng, dtype: Dtype) => number): Fill =>
  (rng, dtype, row) => {
    const d = Math.round(Math.sqrt(row.length));
    const l = new Float64Array(d * d);
    factor(scale)(rng, dtype, l);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k <= j; k++) sum += (l[i * d + k] as number) * (l[j * d + k] as number);
        row[i * d + j] = sum;
        row[j * d + i] = sum;
      }
    }
  };

const one = () => 1;
const anyScale = (rng: Rng, dtype: Dtype) => 2 ** Math.floor((dtype === 'f64' ? 480 : 50) * (2 * rng.uniform() - 1));

/** Takes the upper triangle of a covariance from the lower one. */
function mirror(row: Floats): void {
  const d = Math.round(Math.sqrt(row.length));
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) row[j * d + i] = row[i * d + j] as number;
}

/** Rows of one input, drawn with equal chances. */
const FILLS: Readonly<Record<Domain, readonly Fill[]>> = {
  mass: [
    fillWith(mass),
    normalised,
    normalised,
    thinned(0.3),
    thinned(0.9),
    fillWith((rng) => rng.below(1000)),
    wide(() => 40),
    wide(range),
    oneHot,
    constant,
    scaled(thinned(0.2)),
    scaled(fillWith(mass)),
    fillWith(anyPositive),
  ],
  logit: [
    normals(1),
    normals(8),
    normals(30),
    normals(1000),
    normals(1e5),
    constant,
    masked(normals(4), 0.1),
    masked(normals(20), 0.6),
    masked(normals(1), 0.98),
    fillWith((rng, dtype) => (rng.uniform() < 0.5 ? 1 : -1) * anyPositive(rng, dtype)),
  ],
  real: [
    normals(1e-6),
    normals(0.5),
    normals(2),
    normals(30),
    normals(500),
    constant,
    thinned(0.9),
    fillWith((rng, dtype) => (rng.uniform() < 0.5 ? 1 : -1) * anyPositive(rng, dtype)),
  ],
  positive: [
    fillWith((rng) => Math.exp(rng.normal())),
    fillWith((rng) => Math.exp(0.01 * rng.normal())),
    fillWith((rng) => Math.exp(12 * rng.normal())),
    wide(range),
    constant,
    fillWith(anyPositive),
  ],
  covariance: [covariance(one), covariance(one), covariance(one), covariance(anyScale)],
  factor: [factor(one), factor(one), factor(anyScale)],
};

/** How an input differs from an earlier one of the same domain. */
function relate(rng: Rng, dtype: Dtype, from: Floats, row: Floats): boolean {
  const kind = rng.uniform();
  if (kind < 0.4) return false;
  if (kind < 0.5) {
    row.set(from);
  } else if (kind < 0.85) {
    const delta = 10 ** -(16 * rng.uniform());
    for (let i = 0; i < row.length; i++) row[i] = (from[i] as number) * (1 + delta * (2 * rng.uniform() - 1));
  } else {
    const neighbour = dtype === 'f64' ? neighbour64 : neighbour32;
    for (let i = 0; i < row.length; i++) {
      const x = from[i] as number;
      row[i] = x > 1e-30 && x < 1e30 ? neighbour(x, rng.below(9) - 4) : x;
    }
  }
  return true;
}

/** Rows for every kernel whose inputs have the same domains. */
export interface RandomRows {
  readonly inputs: readonly Floats[];
  readonly steps: readonly number[];
  readonly rows: number;
  readonly cols: number;
}

/** What a kernel is asked beside its rows. */
export interface RandomSettings {
  readonly params: readonly number[];
  /** Which of its gradients are asked for. */
  readonly wanted: readonly boolean[];
}

/** A batch of a kernel. */
export interface RandomBatch extends RandomRows, RandomSettings {}

const PARAMETERS: Readonly<Record<string, readonly number[]>> = {
  normalize: [0, 1],
  contribution: Object.values(CONTRIBUTIONS),
  temperature: [1, 1, 0.5, 4, 0.7, 3],
  divergence: Object.values(GRADIENTS),
  boundary: [0, 0, 1],
  gradientFactor: [1, 1, 0.3, 2],
  kind: Object.values(KINDS),
  measure: Object.values(LOGIT_MEASURES),
  weight: [0.5, 0.5, 0.25, 0.9, 1e-3],
  skew: [0, 1],
  order: [0, 0.5, 0.75, 1, 1 + 2 ** -40, 1.5, 2, 5, Infinity],
  logarithm: [0, 1],
  alpha: [0, 1e-17, 0.25, 0.5, 0.75, 1, 1 + 2 ** -40, 1.5, 2, 5, Infinity],
  members: [1, 2, 3, 4, 7],
};

export function randomParameters(rng: Rng, spec: KernelSpec): number[] {
  return spec.params.map((name) => {
    const choices = PARAMETERS[name];
    if (choices === undefined) throw new Error(`test/support/rows.ts has no values for the parameter ${name}`);
    return rng.pick(choices);
  });
}

/** Parameters of the kernel, and which of its gradients are asked for. */
export function randomSettings(rng: Rng, spec: KernelSpec): RandomSettings {
  const params = randomParameters(rng, spec);
  // Where the module has no gradients, a batch without them is what shows its bits.
  const share = spec.gradientsByTwin !== true || rng.uniform() < 0.05 ? 0.7 : 0;
  return { params, wanted: spec.gradients.map(() => rng.uniform() < share) };
}

/** {@link randomRows} for one kernel, with parameters. */
export function randomBatch(rng: Rng, spec: KernelSpec, dtype: Dtype, rows: number, cols: number, reference: boolean): RandomBatch {
  return { ...randomRows(rng, Object.values(spec.inputs), dtype, rows, cols, reference), ...randomSettings(rng, spec) };
}

/** Random rows; now and then a special value at a random place, and one reference row for inputs after the first. */
export function randomRows(rng: Rng, domains: readonly Domain[], dtype: Dtype, rows: number, cols: number, reference: boolean): RandomRows {
  const widths = domains.map((domain) => widthOf(domain, cols));
  const steps = widths.map((width, k) => (reference && 2 * k >= domains.length ? 0 : width));
  const inputs = widths.map((width, k) => allocate(dtype, (steps[k] === 0 ? 1 : rows) * width));
  const values = specials(dtype);
  for (let r = 0; r < rows; r++) {
    for (const [k, input] of inputs.entries()) {
      if (steps[k] === 0 && r > 0) continue;
      const width = widths[k] as number;
      const row = input.subarray(r * width, (r + 1) * width);
      const earlier = domains.indexOf(domains[k] as Domain);
      const from = inputs[earlier]?.subarray(r * width, (r + 1) * width) as Floats;
      if (earlier === k || !relate(rng, dtype, from, row)) rng.pick(FILLS[domains[k] as Domain])(rng, dtype, row);
      if (domains[k] === 'covariance') mirror(row);
      if (width > 0 && steps[k] !== 0 && rng.uniform() < 0.02) row[rng.below(width)] = rng.pick(values);
    }
  }
  return { inputs, steps, rows, cols };
}

/** Rows of ordinary data in which each special value stands once at every position of every input. */
export function specialBatch(rng: Rng, spec: KernelSpec, dtype: Dtype, cols: number): RandomBatch {
  const domains = Object.values(spec.inputs);
  const values = specials(dtype);
  const widths = domains.map((domain) => widthOf(domain, cols));
  const rows = values.length * widths.reduce((sum, width) => sum + width, 0);
  const inputs = domains.map((domain, k) => {
    const width = widths[k] as number;
    const input = allocate(dtype, rows * width);
    for (let r = 0; r < rows; r++) FILLS[domain][0]?.(rng, dtype, input.subarray(r * width, (r + 1) * width));
    return input;
  });
  let r = 0;
  for (const [k, input] of inputs.entries()) {
    const width = widths[k] as number;
    for (const value of values) {
      for (let position = 0; position < width; position++, r++) input[r * width + position] = value;
    }
  }
  return {
    inputs,
    steps: widths,
    params: randomParameters(rng, spec),
    wanted: spec.gradients.map(() => spec.gradientsByTwin !== true),
    rows,
    cols,
  };
}

const IN_DOMAIN: Readonly<Record<Domain, (x: number) => boolean>> = {
  mass: (x) => x >= 0 && x < Infinity,
  logit: (x) => x < Infinity,
  real: (x) => x > -Infinity && x < Infinity,
  positive: (x) => x > 0 && x < Infinity,
  covariance: (x) => x > -Infinity && x < Infinity,
  factor: (x) => x > -Infinity && x < Infinity,
};

/** Is row r inside the domains that the registry states? */
export function isValidRow(spec: KernelSpec, { inputs, steps, params, cols }: RandomBatch, r: number): boolean {
  const normalised = spec.params[0] !== 'normalize' || params[0] === 1;
  return Object.values(spec.inputs).every((domain, k) => {
    const start = r * (steps[k] as number);
    const row = (inputs[k] as Floats).subarray(start, start + widthOf(domain, cols));
    if (!row.every(IN_DOMAIN[domain])) return false;
    if (domain === 'covariance') return covarianceFault(row, 0, cols, row instanceof Float64Array ? 'f64' : 'f32') === undefined;
    if (domain === 'factor') return factorFault(row, 0, cols) === undefined;
    if (domain === 'mass') return !normalised || row.some((x) => x > 0);
    return domain !== 'logit' || row.some((x) => x > -Infinity);
  });
}
