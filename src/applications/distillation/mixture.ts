/**
 * The generalised Jensen–Shannon divergence from logits, β·D(w‖m) + (1 − β)·D(v‖m), m = β·w + (1 − β)·v, for any weight β.
 *
 * With x = log(v/w) and y = eˣ − 1 a class adds w·[(1 − β)·k(y) − k((1 − β)·y)], k(y) = (1 + y)·log(1 + y) − y: never below 0, and what cancels on paper has
 * cancelled. x comes from differences of logits, as dᵢ − D of the library's kernel for D(w‖v).
 */
import { type Core, type Floats, logits } from '../../index.js';
import type { FloatRows, RowValues } from './rows.js';

interface Scale {
  readonly temperature: number;
  readonly core: Core | undefined;
}

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
  const value = new Float64Array(rows);
  const isSingle = teacher.data instanceof Float32Array && student.data instanceof Float32Array;
  const gradient = withGradient ? (isSingle ? new Float32Array(rows * cols) : new Float64Array(rows * cols)) : undefined;
  const ratios = new Float64Array(cols);
  for (let row = 0; row < rows; row++) {
    const at = row * cols;
    logRatios(teacher.data, student.data, { w, v, kl: kl[row] as number, at, cols }, options, ratios);
    value[row] = addUp(w, v, at, cols, weight, ratios);
    if (gradient !== undefined) slopes(v, at, cols, weight, temperature, ratios, gradient);
  }
  return { value, gradient };
}

/** What is known of one row, besides its logits. */
interface Row {
  readonly w: Floats;
  readonly v: Floats;
  /** D(w‖v). */
  readonly kl: number;
  readonly at: number;
  readonly cols: number;
}

/**
 * x = log(v/w) of each class: dᵢ − Σ w·d − D(w‖v), d the differences of logits less that of the teacher's largest, over the classes that both models have. What
 * either has beyond them scales its part within, by the logarithm of what is left of 1; where that is most of it nothing is close, and the normalisers will do.
 */
function logRatios(t: Floats, s: Floats, { w, v, kl, at, cols }: Row, { temperature, core }: Scale, into: Float64Array): void {
  let top = -1;
  let [lostW, lostV] = [0, 0];
  for (let i = at; i < at + cols; i++) {
    if (s[i] === -Infinity) lostW += w[i] as number;
    else if (t[i] === -Infinity) lostV += v[i] as number;
    else if (top < 0 || (t[i] as number) > (t[top] as number)) top = i;
  }
  let [centre, mass] = [0, 0];
  for (let i = 0; i < cols; i++) {
    const [a, b] = [t[at + i] as number, s[at + i] as number];
    const isCommon = a > -Infinity && b > -Infinity;
    into[i] = isCommon ? moved(t, s, at + i, top) / temperature : b > -Infinity ? Infinity : a > -Infinity ? -Infinity : 0;
    if (!isCommon) continue;
    centre += (w[at + i] as number) * (into[i] as number);
    mass += w[at + i] as number;
  }
  if (top < 0) return; // no class in common: no ratio is finite
  let shift: number;
  if (lostW > 0.5 || lostV > 0.5) {
    const [ofT, ofS] = [t, s].map((of) => logits.logSumExp(of.subarray(at, at + cols), { temperature, core })) as [number, number];
    shift = ofS - ofT - ((s[top] as number) - (t[top] as number)) / temperature;
  } else {
    // The kernel's D is of all classes: of common ones it is another where models have different ones.
    const own = lostW === 0 && lostV === 0 ? kl : klOfCommon(t, s, at, cols, temperature, core);
    shift = centre / mass + own + Math.log1p(-lostW) - Math.log1p(-lostV);
  }
  for (let i = 0; i < cols; i++) into[i] = (into[i] as number) - shift;
}

/** How much further apart the two logits of class i are than those of `top`, with the rests of the three differences: models may differ by a constant of any size. */
function moved(t: Floats, s: Floats, i: number, top: number): number {
  const [a, b, aTop, bTop] = [t[i] as number, s[i] as number, t[top] as number, s[top] as number];
  const [own, base] = [b - a, bTop - aTop];
  const difference = own - base;
  const rest = restOf(own, base, difference) + (restOf(b, a, own) - restOf(bTop, aTop, base));
  return Number.isFinite(rest) ? difference + rest : difference;
}

/** What rounding left out of a difference a − b: exact (D. Knuth, The Art of Computer Programming 2, 4.2.2). */
function restOf(a: number, b: number, difference: number): number {
  const ofB = a - difference;
  return a - (difference + ofB) + (ofB - b);
}

function klOfCommon(t: Floats, s: Floats, at: number, cols: number, temperature: number, core: Core | undefined): number {
  const common = (of: Floats, other: Floats) =>
    Float64Array.from({ length: cols }, (_, i) => (other[at + i] === -Infinity ? -Infinity : (of[at + i] as number)));
  return logits.klDivergence(common(t, s), common(s, t), { temperature, core });
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
