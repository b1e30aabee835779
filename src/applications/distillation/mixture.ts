/**
 * The generalised Jensen–Shannon divergence from logits, β·D(w‖m) + (1 − β)·D(v‖m), m = β·w + (1 − β)·v, for any weight β.
 *
 * With x = log(v/w) and y = eˣ − 1 a class adds w·[(1 − β)·k(y) − k((1 − β)·y)], k(y) = (1 + y)·log(1 + y) − y: never below 0, and what cancels on paper has
 * cancelled. x comes from differences of logits, as dᵢ − D of the library's kernel for D(w‖v).
 */
import { type Core, type Floats, logits } from '../../index.js';
import type { FloatRows, RowValues } from './rows.js';

/** Up to this |x| the series is taken; y is then between −0.22 and 0.29. */
const NEAR = 0.25;

export function mixtureDivergence(
  teacher: FloatRows,
  student: FloatRows,
  weight: number,
  temperature: number,
  core: Core | undefined,
  withGradient: boolean,
): RowValues {
  const { rows, cols } = teacher;
  const options = { temperature, core };
  const kl = logits.klDivergence(teacher, student, options);
  const [w, v] = [logits.softmax(teacher, options).data as Floats, logits.softmax(student, options).data as Floats];
  const [sumT, sumS] = [logits.logSumExp(teacher, options), logits.logSumExp(student, options)];
  const value = new Float64Array(rows);
  const isSingle = teacher.data instanceof Float32Array && student.data instanceof Float32Array;
  const gradient = withGradient ? (isSingle ? new Float32Array(rows * cols) : new Float64Array(rows * cols)) : undefined;
  const ratios = new Float64Array(cols);
  for (let row = 0; row < rows; row++) {
    const at = row * cols;
    const gap = (sumS[row] as number) - (sumT[row] as number);
    logRatios(teacher.data, student.data, at, cols, temperature, w, kl[row] as number, gap, ratios);
    value[row] = addUp(w, v, at, cols, weight, ratios);
    if (gradient !== undefined) slopes(v, at, cols, weight, temperature, ratios, gradient);
  }
  return { value, gradient };
}

/** x = log(v/w) of each class: from differences relative to the teacher's largest logit, centred; where a class is masked, by the two normalisers. */
function logRatios(
  t: Floats,
  s: Floats,
  at: number,
  cols: number,
  temperature: number,
  w: Floats,
  kl: number,
  gap: number,
  into: Float64Array,
): void {
  let top = at;
  let isMasked = false;
  for (let i = at; i < at + cols; i++) {
    if ((t[i] as number) > (t[top] as number)) top = i;
    if (t[i] === -Infinity || s[i] === -Infinity) isMasked = true;
  }
  const base = (s[top] as number) - (t[top] as number);
  let centre = 0;
  for (let i = 0; i < cols; i++) {
    const [a, b] = [t[at + i] as number, s[at + i] as number];
    // Of a class that neither has nothing is asked: its weights are 0.
    if (a === -Infinity) into[i] = b === -Infinity ? 0 : Infinity;
    else into[i] = isMasked ? (b - a) / temperature - gap : (b - a - base) / temperature;
    if (!isMasked) centre += (w[at + i] as number) * (into[i] as number);
  }
  if (!isMasked) for (let i = 0; i < cols; i++) into[i] = (into[i] as number) - centre - kl;
}

function addUp(w: Floats, v: Floats, at: number, cols: number, weight: number, ratios: Float64Array): number {
  const rest = 1 - weight;
  let sum = 0;
  for (let i = 0; i < cols; i++) {
    const x = ratios[i] as number;
    if (Math.abs(x) <= NEAR) {
      const y = Math.expm1(x);
      sum += (w[at + i] as number) * (rest * k(y) - k(rest * y));
    } else {
      const ofV = logOverMixture(x, weight);
      const own = (v[at + i] as number) === 0 ? 0 : rest * (v[at + i] as number) * ofV;
      const other = (w[at + i] as number) === 0 ? 0 : weight * (w[at + i] as number) * (x === -Infinity ? -Math.log(weight) : ofV - x);
      sum += own + other;
    }
  }
  return Math.max(0, sum);
}

/** ∂/∂sⱼ = (1 − β)·vⱼ·(log(vⱼ/mⱼ) − Σ v·log(v/m))/T. */
function slopes(v: Floats, at: number, cols: number, weight: number, temperature: number, ratios: Float64Array, into: Floats): void {
  let mean = 0;
  for (let i = 0; i < cols; i++) {
    if (v[at + i] === 0) continue;
    ratios[i] = logOverMixture(ratios[i] as number, weight);
    mean += (v[at + i] as number) * (ratios[i] as number);
  }
  for (let i = 0; i < cols; i++) {
    const mass = v[at + i] as number;
    into[at + i] = mass === 0 ? 0 : ((1 - weight) * mass * ((ratios[i] as number) - mean)) / temperature;
  }
}

/** log(v/m) of x = log(v/w), by the exponential that is at most 1. */
function logOverMixture(x: number, weight: number): number {
  return x >= 0 ? -Math.log1p(weight * Math.expm1(-x)) : x - Math.log1p((1 - weight) * Math.expm1(x));
}

/** (1 + y)·log(1 + y) − y = Σ (−y)ⁿ/(n(n − 1)) from n = 2 on: 28 terms leave 2⁻⁵⁶ of it at |y| = 0.29. */
function k(y: number): number {
  let sum = 0;
  for (let n = 29; n >= 2; n--) sum = 1 / (n * (n - 1)) - y * sum;
  return y * y * sum;
}
