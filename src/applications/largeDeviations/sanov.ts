/** Sanov's projection: the distribution nearest to p, in KL(q‖p), among those that satisfy linear constraints. */
import { klDivergence } from '../../index.js';

/** Σ q·f is at least, at most, or equal to something. */
export interface Constraint {
  readonly f: readonly number[];
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  readonly equals?: number | undefined;
}

export interface Projection {
  /** KL(q‖p) in nats: the exponent at which samples of p look like q. Infinity where no q satisfies the constraints. */
  readonly rate: number;
  readonly q: Float64Array;
  /** A tilt for each constraint: q ∝ p·exp(Σ θⱼ·fⱼ); ±Infinity where q sits on the edge of the support. */
  readonly tilts: Float64Array;
  /** The proof: rate less the dual's value, which no q can beat, and the largest violation of a constraint. */
  readonly certificate: { readonly gap: number; readonly violation: number };
}

interface Dual {
  readonly value: number;
  readonly q: Float64Array;
}

/**
 * Maximises the dual g(θ) = Σ θⱼ·cⱼ − log Σ p·exp(Σ θⱼ·fⱼ), concave, by Newton steps over the tilts that may move: those of inequalities stay on their side of 0.
 *
 * @param p shares, all > 0: what p has not, q cannot have
 */
export function project(p: Float64Array, constraints: readonly Constraint[]): Projection {
  const fs = constraints.map(({ f }) => f);
  const targets = constraints.map((c) => (c.equals ?? c.atLeast ?? c.atMost) as number);
  const sides = constraints.map((c) => (c.equals !== undefined ? 0 : c.atLeast !== undefined ? 1 : -1));
  let tilts = new Float64Array(constraints.length);
  let now = dual(p, fs, targets, tilts);
  for (let step = 0; step < 500; step++) {
    const means = fs.map((f) => mean(f, now.q));
    const slopes = targets.map((target, j) => target - (means[j] as number));
    // A tilt at 0 that wants to leave its side stays.
    const free = slopes.map((slope, j) => sides[j] === 0 || tilts[j] !== 0 || slope * (sides[j] as number) > 0);
    const moving = [...slopes.keys()].filter((j) => free[j]);
    const scale = Math.max(...targets.map(Math.abs), ...means.map(Math.abs), 1e-300);
    if (moving.every((j) => Math.abs(slopes[j] as number) <= 2 ** -52 * scale)) break;
    const direction = solve(
      covariance(fs, means, now.q, moving),
      moving.map((j) => slopes[j] as number),
    );
    const next = ascend(p, fs, targets, sides, tilts, now, moving, direction, slopes);
    if (next === undefined) break;
    [tilts, now] = [next.tilts, next.dual];
    if (Math.max(...tilts.map(Math.abs)) > 1e15) break;
  }
  // Where no tilt is needed q is p itself, to the bit.
  if (tilts.every((tilt) => tilt === 0)) now = { value: 0, q: p.slice() };
  const rate = klDivergence(now.q, p);
  const violations = slopesOf(fs, targets, now.q).map((slope, j) =>
    sides[j] === 0 ? Math.abs(slope) : Math.max(0, slope * (sides[j] as number)),
  );
  return { rate, q: now.q, tilts, certificate: { gap: Math.abs(rate - now.value), violation: Math.max(0, ...violations) } };
}

function slopesOf(fs: readonly (readonly number[])[], targets: readonly number[], q: Float64Array): number[] {
  return fs.map((f, j) => (targets[j] as number) - mean(f, q));
}

/** Halves the step until the dual has grown as a step of that slope should make it; undefined where it no longer can. */
function ascend(
  p: Float64Array,
  fs: readonly (readonly number[])[],
  targets: readonly number[],
  sides: readonly number[],
  tilts: Float64Array,
  now: Dual,
  moving: readonly number[],
  direction: readonly number[],
  slopes: readonly number[],
): { tilts: Float64Array<ArrayBuffer>; dual: Dual } | undefined {
  for (let size = 1; size > 1e-12; size /= 2) {
    const next = Float64Array.from(tilts);
    for (const [i, j] of moving.entries()) {
      const moved = (next[j] as number) + size * (direction[i] as number);
      next[j] = sides[j] === 0 ? moved : (sides[j] as number) * Math.max(0, moved * (sides[j] as number));
    }
    const gain = moving.reduce((sum, j) => sum + (slopes[j] as number) * ((next[j] as number) - (tilts[j] as number)), 0);
    if (gain <= 0) return undefined;
    const tried = dual(p, fs, targets, next);
    // Near the top the dual stands still to rounding, while the slope still tells the way.
    const better =
      tried.value >= now.value + 1e-4 * gain || residual(fs, targets, tried.q, moving) < 0.9 * residual(fs, targets, now.q, moving);
    if (better) return { tilts: next, dual: tried };
  }
  return undefined;
}

function residual(fs: readonly (readonly number[])[], targets: readonly number[], q: Float64Array, moving: readonly number[]): number {
  const slopes = slopesOf(fs, targets, q);
  return Math.max(...moving.map((j) => Math.abs(slopes[j] as number)));
}

/** The dual's value, and the q that belongs to the tilts; exponents are taken off their largest. */
function dual(p: Float64Array, fs: readonly (readonly number[])[], targets: readonly number[], tilts: Float64Array): Dual {
  const exponents = p.map((_, i) => fs.reduce((sum, f, j) => sum + (tilts[j] as number) * ((f[i] as number) - (targets[j] as number)), 0));
  const top = exponents.reduce((most, x) => Math.max(most, x), -Infinity);
  const q = p.map((share, i) => share * Math.exp((exponents[i] as number) - top));
  const total = q.reduce((sum, x) => sum + x, 0);
  return { value: -Math.log(total) - top, q: q.map((x) => x / total) };
}

function mean(f: readonly number[], q: Float64Array): number {
  return q.reduce((sum, x, i) => sum + x * (f[i] as number), 0);
}

function covariance(fs: readonly (readonly number[])[], means: readonly number[], q: Float64Array, moving: readonly number[]): number[][] {
  return moving.map((j) =>
    moving.map((k) =>
      q.reduce(
        (sum, x, i) => sum + x * ((fs[j]?.[i] as number) - (means[j] as number)) * ((fs[k]?.[i] as number) - (means[k] as number)),
        0,
      ),
    ),
  );
}

/** Solves a symmetric system by Cholesky; a direction without variance (constraints that say the same) is left alone. */
function solve(matrix: readonly number[][], right: readonly number[]): number[] {
  const n = right.length;
  const l = matrix.map((row) => [...row]);
  const x = [...right];
  for (let j = 0; j < n; j++) {
    const pivot = ((l[j] as number[])[j] as number) - dot(l[j] as number[], l[j] as number[], j);
    const scale = (matrix[j] as number[])[j] as number;
    const root = pivot > 1e-13 * scale ? Math.sqrt(pivot) : Infinity;
    (l[j] as number[])[j] = root;
    for (let i = j + 1; i < n; i++)
      (l[i] as number[])[j] = (((matrix[i] as number[])[j] as number) - dot(l[i] as number[], l[j] as number[], j)) / root;
    x[j] = ((x[j] as number) - dot(l[j] as number[], x, j)) / root;
  }
  for (let j = n - 1; j >= 0; j--) {
    let rest = x[j] as number;
    for (let i = j + 1; i < n; i++) rest -= ((l[i] as number[])[j] as number) * (x[i] as number);
    x[j] = rest / ((l[j] as number[])[j] as number);
  }
  return x;
}

function dot(a: readonly number[], b: readonly number[], length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** A constraint at or beyond the largest (or smallest) value of f: no finite tilt reaches it. Undefined where it lies inside. */
export function edgeOf(p: Float64Array, { f, atLeast, atMost, equals }: Constraint): Projection | undefined {
  const [least, most] = [Math.min(...f), Math.max(...f)];
  const [low, high] = [equals ?? atLeast ?? -Infinity, equals ?? atMost ?? Infinity];
  if (low < most && high > least) return undefined;
  if (least === most && low <= most && high >= least) return undefined;
  const [end, target] = low >= most ? [most, low] : [least, high];
  const tilts = Float64Array.of(low >= most ? Infinity : -Infinity);
  if (target !== end) {
    const certificate = { gap: NaN, violation: Math.abs(target - end) };
    return { rate: Infinity, q: new Float64Array(p.length), tilts, certificate };
  }
  const mass = p.reduce((sum, share, i) => sum + (f[i] === end ? share : 0), 0);
  const q = p.map((share, i) => (f[i] === end ? share / mass : 0));
  return { rate: klDivergence(q, p), q, tilts, certificate: { gap: 0, violation: 0 } };
}
