/** Twin of assembly/kernels/gradients.ts: formulas, conventions and bounds stand there. */
import type { Floats } from '../../types.js';
import type { Kernel } from '../contract.js';
import { guardedGradients } from './math/gradientsGuarded.js';
import { exponentOf, shift, stepOf, tail64 } from './math/logRatio.js';
import { pairSum, scratchRow, widen } from './math/pairs.js';
import { POWERS } from './math/powers.js';

const LOW = 5.527147875260445e-76; // 2⁻²⁵⁰
const HIGH = 1.8092513943330656e75; // 2²⁵⁰
const FOUR_THIRDS = 1.3333333333333333;
const LN2 = 0.6931471805599453;
const LN2_STEP = 6.610366635894254e-7; // ln2·2⁻²⁰

const OUTSIDE = 0;
const ZEROS = 1;
const POSITIVE = 2;

function kindOf(x: Float64Array, n: number): number {
  let kind = POSITIVE;
  for (let i = 0; i < n; i++) {
    const v = x[i] as number;
    if (v === 0) kind = ZEROS;
    else if (!(v >= LOW && v <= HIGH)) return OUTSIDE;
  }
  return kind;
}

/** Rows of one call. */
interface Rows {
  readonly p: Float64Array;
  readonly q: Float64Array;
  readonly l: Float64Array;
  readonly k: Float64Array;
  readonly terms: Float64Array;
}

/** φ(x, y) with x − y = d, which adds up; log(x/y) goes to at[i]. */
function excess(x: number, y: number, d: number, at: Float64Array, i: number): number {
  const step = stepOf(x, y);
  const near = shift(y, step >> 20);
  const e = step === 0 ? d : x - near;
  const s = e / (x + near);
  const z = s * s;
  const tail = z * tail64(z);
  const far = step * LN2_STEP;
  at[i] = s * (2 + tail) + far;
  return s * (e + x * tail) + (x * far + (y - near));
}

function fill(jensenShannon: boolean, { p, q, l, k, terms }: Rows, n: number, eta: number, normalize: boolean): boolean {
  const ofNone = jensenShannon ? LN2 : 0;
  for (let i = 0; i < n; i++) {
    const x = p[i] as number;
    const raw = q[i] as number;
    const drop = raw * eta;
    const y = raw + drop;
    const none = x === 0 && y === 0;
    const whole = x - raw - drop;
    const d = jensenShannon ? whole * 0.5 : whole;
    const m = jensenShannon ? (x + y) * 0.5 : y;
    const safe = m === 0 ? 1 : m;
    let term = excess(x === 0 ? safe : x, safe, x === 0 ? 0 : d, l, i) + (x === 0 ? m : 0);
    if (jensenShannon) {
      term += excess(y === 0 ? safe : y, safe, y === 0 ? 0 : -d, k, i) + (y === 0 ? m : 0);
      k[i] = (k[i] as number) + (none ? ofNone : 0);
    } else {
      if (y === 0 && x !== 0) return false;
      k[i] = (normalize && none ? 1 : 0) - (normalize ? d : x) / safe;
    }
    l[i] = (l[i] as number) + (none ? ofNone : 0);
    q[i] = y;
    terms[i] = term;
  }
  return true;
}

function dot(x: Float64Array, y: Float64Array, n: number): number {
  const products = scratchRow(5, n);
  for (let i = 0; i < n; i++) products[i] = (x[i] as number) * (y[i] as number);
  return pairSum(products, n);
}

function slopes(x: Float64Array, other: Float64Array, l: Float64Array, n: number, less: number, factor: number, both: boolean): void {
  for (let i = 0; i < n; i++) {
    l[i] = x[i] === 0 && (both || (other[i] as number) > 0) ? 0 : ((l[i] as number) - less) * factor;
  }
}

function gradientRow(jensenShannon: boolean, rows: Rows, n: number, normalize: boolean, factor: number): number {
  const { p, q, l, k, terms } = rows;
  let P = 1;
  let Q = 1;
  let eta = 0;
  if (normalize) {
    P = pairSum(p, n);
    Q = pairSum(q, n);
    const ratio = (P / Q) * FOUR_THIRDS;
    if (!(ratio > 0 && ratio <= Number.MAX_VALUE)) return NaN;
    const near = POWERS[exponentOf(ratio) + 1022] as number;
    for (let i = 0; i < n; i++) {
      const y = (q[i] as number) * near;
      q[i] = y;
      terms[i] = (p[i] as number) - y;
    }
    eta = pairSum(terms, n) / (Q * near);
  }
  if (!fill(jensenShannon, rows, n, eta, normalize)) return NaN;
  const times = jensenShannon ? factor * 0.5 : factor;
  const byP = dot(p, l, n) / P;
  const byQ = dot(q, k, n) / P;
  let value = jensenShannon || normalize ? pairSum(terms, n) / P : byP;
  if (jensenShannon) value *= 0.5;
  if (normalize) value = jensenShannon && value > LN2 ? LN2 : value < 0 ? 0 : value;
  slopes(p, q, l, n, normalize ? byP : jensenShannon ? 0 : -1, times / P, !jensenShannon);
  slopes(q, p, k, n, normalize && jensenShannon ? byQ : 0, times / Q, false);
  return value;
}

const kernel: Kernel = (inputs, steps, rows, cols, params, out, gradients) => {
  const [normalize, jensenShannon, boundary, factor] = params as [number, number, number, number];
  const [p, q, l, k, terms] = [0, 1, 2, 3, 4].map((i) => scratchRow(i, cols)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const whole = { p, q, l, k, terms };
  for (let r = 0; r < rows; r++) {
    const load = () => {
      widen(inputs[0] as Floats, r * (steps[0] as number), cols, p);
      widen(inputs[1] as Floats, r * (steps[1] as number), cols, q);
    };
    load();
    const kind = Math.min(kindOf(p, cols), kindOf(q, cols));
    let value = NaN;
    if (kind === POSITIVE || (kind === ZEROS && boundary === 0))
      value = gradientRow(jensenShannon !== 0, whole, cols, normalize !== 0, factor);
    if (value !== value) {
      load();
      value = guardedGradients(jensenShannon !== 0, p, q, l, k, cols, normalize !== 0, boundary !== 0, factor);
    }
    out[r] = value;
    for (const [i, slope] of [l, k].entries()) {
      const to = gradients?.[i];
      if (to === undefined) continue;
      for (let j = 0; j < cols; j++) to[r * cols + j] = slope[j] as number;
    }
  }
};

export const gradients = {
  divergenceGradientRows: { f64: kernel, f32: kernel },
} as const;
