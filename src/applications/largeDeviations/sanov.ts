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
  /** A tilt for each constraint: q ∝ p·exp(Σ θⱼ·fⱼ); ±Infinity where q sits on the edge of the support, or where there is none. */
  readonly tilts: Float64Array;
  /** The proof: rate less the dual's value, which no q can beat, and the largest violation of a constraint. */
  readonly certificate: {
    readonly gap: number;
    readonly violation: number;
    /** Of an infinite rate: θ, of absolute sum 1, with Σ θⱼ·(q·fⱼ − cⱼ) ≤ −violation < 0 for each q, while what is asked for has 0 and more. */
    readonly separation?: Float64Array | undefined;
  };
}

interface Dual {
  readonly value: number;
  /** The largest exponent. */
  readonly top: number;
  readonly q: Float64Array;
}

/** A constraint as Σ q·g equal to 0, at least 0 (side 1) or at most 0 (side −1): g = (f − c)/size, at most 2. */
interface Unit {
  readonly g: Float64Array;
  readonly side: number;
  /** Of two powers of two, as their product may be beyond the range. */
  readonly size: readonly [number, number];
}

/** What is common to all of f is taken off, and its size, without a rounding of its own: values near 10⁹ keep the digits by which they differ. */
function unitOf({ f, equals, atLeast, atMost }: Constraint): Unit {
  const target = (equals ?? atLeast ?? atMost) as number;
  const size = binade(Math.max(Math.abs(target), ...extent(f).map(Math.abs)));
  const gaps = Float64Array.from(f, (x) => x / size - target / size);
  const reach = binade(Math.max(...extent(gaps).map(Math.abs)));
  return { g: gaps.map((gap) => gap / reach), side: equals !== undefined ? 0 : atLeast !== undefined ? 1 : -1, size: [size, reach] };
}

/** The power of two at or below x; 1 for 0. */
function binade(x: number): number {
  return x === 0 ? 1 : 2 ** Math.floor(Math.log2(x));
}

/**
 * Maximises the dual −log Σ p·exp(Σ θⱼ·gⱼ), concave, by Newton steps over the tilts that may move: those of inequalities stay on their side of 0.
 * Where no q satisfies the constraints the dual grows without end, until the tilts separate all of them from what is asked for.
 *
 * @param p shares, all > 0: what p has not, q cannot have
 */
export function project(p: Float64Array, constraints: readonly Constraint[]): Projection {
  const units = constraints.map(unitOf);
  let tilts = new Float64Array(constraints.length);
  let now = dual(p, units, tilts);
  for (let step = 0; step < 500; step++) {
    const apart = separation(now, tilts, units);
    if (apart !== undefined) return { rate: Infinity, q: new Float64Array(p.length), ...apart };
    const next = stepOf(p, units, tilts, now);
    if (next === undefined) break;
    [tilts, now] = [next.tilts, next.dual];
  }
  // Where no tilt is needed q is p itself, to the bit.
  if (tilts.every((tilt) => tilt === 0)) now = { value: 0, top: 0, q: p.slice() };
  const rate = klDivergence(now.q, p);
  const violations = slopesOf(units, now.q).map((slope, j) => {
    const { side, size } = units[j] as Unit;
    return (side === 0 ? Math.abs(slope) : Math.max(0, slope * side)) * size[0] * size[1];
  });
  const certificate = { gap: Math.abs(rate - now.value), violation: Math.max(0, ...violations) };
  return { rate, q: now.q, tilts: givenTilts(tilts, units), certificate };
}

/** Tilts of the constraints as given. */
function givenTilts(tilts: Float64Array, units: readonly Unit[]): Float64Array {
  return tilts.map((tilt, j) => units[j]?.size.reduce((sum, size) => sum / size, tilt) as number);
}

/**
 * Tilts that prove that nothing satisfies the constraints: for each q, Σ θⱼ·(q·fⱼ − cⱼ) is below 0 by more than rounding, where what is asked for has 0 and more.
 */
function separation({ top }: Dual, tilts: Float64Array, units: readonly Unit[]): Pick<Projection, 'tilts' | 'certificate'> | undefined {
  const size = tilts.reduce((sum, tilt) => sum + Math.abs(tilt), 0);
  if (size === 0 || !(-top > 1e-12 * size)) return undefined;
  const given = givenTilts(tilts, units);
  const weight = given.reduce((sum, tilt) => sum + Math.abs(tilt), 0);
  return impossible(
    given.map((tilt) => tilt / weight),
    -top / weight,
  );
}

function impossible(separation: Float64Array, violation: number): Pick<Projection, 'tilts' | 'certificate'> {
  const tilts = separation.map((tilt) => (tilt === 0 ? 0 : Math.sign(tilt) * Infinity));
  return { tilts, certificate: { gap: 0, violation, separation } };
}

/** A step of Newton's, as long as the dual grows as a step of that slope should make it; undefined where none does, or none is needed. */
function stepOf(
  p: Float64Array,
  units: readonly Unit[],
  tilts: Float64Array,
  now: Dual,
): { tilts: Float64Array<ArrayBuffer>; dual: Dual } | undefined {
  const slopes = slopesOf(units, now.q);
  const sides = units.map(({ side }) => side);
  const isFlat = (j: number, ulps = 1) => Math.abs(slopes[j] as number) <= ulps * 2 ** -52;
  // A tilt at 0 that wants to leave its side stays, and so does one that has no reason to move.
  let moving = [...slopes.keys()].filter(
    (j) => tilts[j] !== 0 || (!isFlat(j, 4) && (sides[j] === 0 || (slopes[j] as number) * (sides[j] as number) > 0)),
  );
  if (moving.every((j) => isFlat(j))) return undefined;
  let direction: number[];
  for (;;) {
    const right = moving.map((j) => slopes[j] as number);
    direction = solve(covariance(units, slopes, now.q, moving), right);
    const stays = moving.filter((j, i) => sides[j] !== 0 && tilts[j] === 0 && (direction[i] as number) * (sides[j] as number) < 0);
    if (stays.length === 0) break;
    moving = moving.filter((j) => !stays.includes(j));
  }
  const slope = moving.reduce((sum, j, i) => sum + (slopes[j] as number) * (direction[i] as number), 0);
  if (!(slope > 0)) return undefined;
  // As far as the first tilt of an inequality that comes to 0.
  const reaches = moving.map((j, i) =>
    sides[j] !== 0 && (direction[i] as number) * (sides[j] as number) < 0 ? -(tilts[j] as number) / (direction[i] as number) : Infinity,
  );
  for (let size = Math.min(1, ...reaches); size > 1e-12; size /= 2) {
    const next = Float64Array.from(tilts);
    for (const [i, j] of moving.entries()) next[j] = size === reaches[i] ? 0 : (next[j] as number) + size * (direction[i] as number);
    const tried = dual(p, units, next);
    // Near the top the dual stands still to rounding, while the slope still tells the way.
    const still = tried.value >= now.value - 1e-13 * (1 + Math.abs(now.value));
    const flatter = () => residual(units, tried.q, moving) < 0.9 * residual(units, now.q, moving);
    const better = tried.value >= now.value + 1e-4 * size * slope || (still && flatter());
    if (better) return { tilts: next, dual: tried };
  }
  return undefined;
}

/** What Σ q·g falls short of 0. */
function slopesOf(units: readonly Unit[], q: Float64Array): number[] {
  return units.map(({ g }) => -q.reduce((sum, x, i) => sum + x * (g[i] as number), 0));
}

function residual(units: readonly Unit[], q: Float64Array, moving: readonly number[]): number {
  const slopes = slopesOf(units, q);
  return Math.max(...moving.map((j) => Math.abs(slopes[j] as number)));
}

/** The dual's value, and the q that belongs to the tilts; exponents are taken off their largest. */
function dual(p: Float64Array, units: readonly Unit[], tilts: Float64Array): Dual {
  const exponents = p.map((_, i) => units.reduce((sum, { g }, j) => sum + (tilts[j] as number) * (g[i] as number), 0));
  const top = exponents.reduce((most, x) => Math.max(most, x), -Infinity);
  const q = p.map((share, i) => share * Math.exp((exponents[i] as number) - top));
  const total = q.reduce((sum, x) => sum + x, 0);
  return { value: -Math.log(total) - top, top, q: q.map((x) => x / total) };
}

/** The least and the largest value. */
function extent(f: ArrayLike<number>): [least: number, most: number] {
  return Array.from(f).reduce<[number, number]>(([least, most], x) => [Math.min(least, x), Math.max(most, x)], [Infinity, -Infinity]);
}

/**
 * Covariances of the constraints under q, and a little on the diagonal: where constraints depend on each other they agree, and that changes nothing, or they
 * contradict, and the dual grows along the line on which they do as far as a step goes.
 */
function covariance(units: readonly Unit[], slopes: readonly number[], q: Float64Array, moving: readonly number[]): number[][] {
  // The mean of g is −slope.
  const off = (j: number, i: number) => (units[j]?.g[i] as number) + (slopes[j] as number);
  const between = (j: number, k: number) => q.reduce((sum, x, i) => sum + x * off(j, i) * off(k, i), 0);
  return moving.map((j) => moving.map((k) => (j === k ? between(j, j) * (1 + 1e-12) + 2 ** -104 : between(j, k))));
}

/** Solves a symmetric system by Cholesky. */
function solve(matrix: readonly number[][], right: readonly number[]): number[] {
  const n = right.length;
  const l = matrix.map((row) => [...row]);
  const x = [...right];
  for (let j = 0; j < n; j++) {
    const own = l[j] as number[];
    // Rounding may take more than was put on the diagonal.
    const root = Math.sqrt(Math.max((own[j] as number) - dot(own, own, j), 2 ** -50 * (own[j] as number)));
    own[j] = root;
    for (let i = j + 1; i < n; i++) {
      const row = l[i] as number[];
      row[j] = ((row[j] as number) - dot(row, own, j)) / root;
    }
    x[j] = ((x[j] as number) - dot(own, x, j)) / root;
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
  const [least, most] = extent(f);
  const [low, high] = [equals ?? atLeast ?? -Infinity, equals ?? atMost ?? Infinity];
  if (low < most && high > least) return undefined;
  if (least === most && low <= most && high >= least) return undefined;
  const [end, target] = low >= most ? [most, low] : [least, high];
  const side = low >= most ? 1 : -1;
  if (Math.abs(target - end) > 2 ** -50 * Math.max(Math.abs(least), Math.abs(most))) {
    return { rate: Infinity, q: new Float64Array(p.length), ...impossible(Float64Array.of(side), Math.abs(target - end)) };
  }
  const mass = p.reduce((sum, share, i) => sum + (f[i] === end ? share : 0), 0);
  const q = p.map((share, i) => (f[i] === end ? share / mass : 0));
  return {
    rate: klDivergence(q, p),
    q,
    tilts: Float64Array.of(side * Infinity),
    certificate: { gap: 0, violation: Math.abs(target - end) },
  };
}
