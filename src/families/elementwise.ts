/**
 * Batches of pairs within one family, a block at a time: parameters are copied into rooms that never move, and loops over these answer. Rooms that the engine
 * knows when it compiles cost it no check and no look-up; the same loops over the caller's arrays take twice as long.
 *
 * What a loop does not answer it leaves NaN, for the closed form to answer alone: entries far out, and what would lose digits.
 */
import { type Core, generalizedKlDivergence, type Matrix } from '../index.js';

/** Pairs that are taken together: eight rooms or so are in use at a time, which is what the nearest cache holds. */
export const BLOCK = 1024;

/** The rooms and the loops over them, made once: what a closure holds is constant to the engine, what a bundle's outermost scope holds is not. */
function createLoops() {
  const room = (blocks = 1) => new Float64Array(blocks * BLOCK);
  /** The halves of the entries of a room; odd ones carry the exponents. */
  const words = (of: Float64Array) => new Int32Array(of.buffer);

  /** Parameters in the order of the family: first and second of p, then of q. */
  const P0 = room();
  const P1 = room();
  const Q0 = room();
  const Q1 = room();
  const OUT = room();
  /** What `excesses` takes and gives. */
  const X = room();
  const Y = room();
  const DIFFERENCE = room();
  const EXCESS = room();
  const LOG = room();
  /** Arguments of log Γ's excess with their difference, and how large the terms are that a result is the sum of. */
  const FROM = room();
  const TO = room();
  const GAP = room();
  const SIZE = room();
  /** Both outcomes of Bernoulli distributions, one behind the other, as the core takes and gives them. */
  const MASSES_P = room(2);
  const MASSES_Q = room(2);
  const PHI = room(2);
  const P0_WORDS = words(P0);
  const P1_WORDS = words(P1);
  const Q0_WORDS = words(Q0);
  const Q1_WORDS = words(Q1);
  const X_WORDS = words(X);
  const Y_WORDS = words(Y);

  /** 2ᵏ at k + 1023. */
  const POWERS = Float64Array.from({ length: 2047 }, (_, k) => 2 ** (k - 1023));
  const LN2_STEP = Math.LN2 / 2 ** 20;

  const highWord = (x: number) => new Int32Array(Float64Array.of(x).buffer)[1] as number;
  /** Between these nothing overflows or loses digits on its way. */
  const LEAST = highWord(1e-100);
  const MOST = highWord(1e100);
  /** Shapes, of which fourth powers are taken. */
  const LEAST_SHAPE = highWord(1e-30);
  const MOST_SHAPE = highWord(1e30);

  /** Below 0 where a number with this high word is below `least` or above `most`. */
  const isFar = (word: number, least: number, most: number) => word | (word - least) | (most - word);

  /** R in 2·atanh(s) = 2s + s·z·R(z), z = s² ≤ 0.0401: the quotient of the core's kernels. */
  function atanhTail(z: number): number {
    const z2 = z * z;
    const denominator = 7.59192478252712 - 12.32254030901314 * z + (5.639842138117122 - 0.6334584214981112 * z) * z2;
    return (z2 + (5.0612831883514104 - 5.17825695965913 * z)) / denominator;
  }

  /** Whether x − y as handed in tells more than x does: not where y is eight times as large. At k + 1023. */
  const TELLS = Float64Array.from({ length: 2047 }, (_, k) => (k < 1021 ? 0 : 1));

  /**
   * EXCESS = IS(X, Y) = X/Y − 1 − log(X/Y), and LOG = log(X/Y). As the core's kernels do: y·2ᵏ is within [2/3, 3/2] of x, s = d/(x + y·2ᵏ) of their difference d, e' = d/(y·2ᵏ);
   * IS = s·(e' − z·R) + (e − e' − k·ln2), nothing of which cancels for k = 0. `isGiven`: DIFFERENCE holds X − Y, known better than the rounded X.
   * No branch goes by the data: half of them would be foreseen wrongly.
   */
  function excesses(n: number, isGiven: boolean): void {
    for (let i = 0; i < n; i++) {
      const x = X[i] as number;
      const y = Y[i] as number;
      const step = ((X_WORDS[2 * i + 1] as number) - (Y_WORDS[2 * i + 1] as number) + 0x80000) & 0xfff00000;
      const k = step >> 20;
      const power = POWERS[k + 1023] as number;
      const near = y * power;
      let difference = x - y;
      let d = x - near;
      if (isGiven) {
        const given = DIFFERENCE[i] as number;
        d += (given - difference) * (TELLS[k + 1023] as number);
        difference = given;
      }
      const s = d / (x + near);
      const z = s * s;
      const tail = z * atanhTail(z);
      const inverseNear = 1 / near;
      const inverse = inverseNear * power;
      const close = d * inverseNear;
      const far = step * LN2_STEP;
      EXCESS[i] = s * (close - tail) + (difference * inverse - close - far);
      LOG[i] = s * (2 + tail) + far;
    }
  }

  /**
   * φ(p, q) + φ(x, y), x = 1 − p and y = 1 − q, by the core; and where these are close, what φ(x, y) misses as p − q is better known than the rounded x − y.
   * With r the rest of the difference, φ = x·IS(y, x) rises by r·(y − x + r/2)/y. Beyond a quarter 16·2⁻⁵³ at most are lost; a factor of 0 or 1 stands for a
   * branch that would be foreseen wrongly.
   */
  function bernoulli(n: number, core: Core | undefined): void {
    for (let i = 0; i < n; i++) {
      const p = P0[i] as number;
      const q = Q0[i] as number;
      MASSES_P[i] = p;
      MASSES_Q[i] = q;
      MASSES_P[n + i] = 1 - p;
      MASSES_Q[n + i] = 1 - q;
    }
    const matrix = (data: Float64Array): Matrix => ({ data: n === BLOCK ? data : data.subarray(0, 2 * n), rows: 2 * n, cols: 1 });
    generalizedKlDivergence(matrix(MASSES_P), matrix(MASSES_Q), { core, out: PHI });
    for (let i = 0; i < n; i++) {
      const y = MASSES_Q[n + i] as number;
      const seen = y - (MASSES_P[n + i] as number);
      const rest = (P0[i] as number) - (Q0[i] as number) - seen;
      X[i] = Math.abs(seen) - y / 4;
      const isClose = (X_WORDS[2 * i + 1] as number) >>> 31;
      // y is 0 or at least 2⁻⁵³: 1e-300 keeps 0 · (0/0) from being NaN.
      OUT[i] = (PHI[i] as number) + (PHI[n + i] as number) + isClose * ((rest * (seen + rest / 2)) / (y + 1e-300));
    }
  }

  /** μ of 1/u, Binet's function, u ≤ ¼: within 2⁻⁵⁷. Coefficients of this and the next by assembly/math/derive/polynomials.mjs. */
  function binet(u: number): number {
    const z = u * u;
    const z2 = z * z;
    const z4 = z2 * z2;
    const a = 0.08333333333333331 - 0.0027777777777176055 * z;
    const b = 0.0007936507676291937 - 0.0005952337085914222 * z;
    const c = 0.0008413741438815142 - 0.0018988790775843355 * z;
    const e = 0.005842830219816523 - 0.018529842349409912 * z;
    return u * (a + b * z2 + (c + (e + 0.03686739114470535 * z2) * z2) * z4);
  }

  /** −μ′ of 1/u: within 2⁻⁵⁸. */
  function binetSlope(u: number): number {
    const z = u * u;
    const z2 = z * z;
    const z4 = z2 * z2;
    const a = 0.0833333333333333 - 0.00833333333322018 * z;
    const b = 0.003968253907681641 - 0.00416665393289541 * z;
    const c = 0.007574376314502456 - 0.021004729764303443 * z;
    const e = 0.07978585893797804 - 0.3487583555569305 * z;
    const g = 1.317667749896685 - 2.7632461441771197 * z;
    return z * (a + b * z2 + (c + (e + g * z2) * z2) * z4);
  }

  /**
   * Adds `sign` times G(y, x) = log Γ(y) − log Γ(x) − d·ψ(x), d = y − x, to OUT: x in FROM, y in TO, d in GAP. With X = x + 4, Y = y + 4 and
   * Pₓ = x·(x + 1)·(x + 2)·(x + 3),
   *
   *   φ(Y, X) + ½·IS(Y, X) + [μ(Y) − μ(X) − d·μ′(X)] + [d·Pₓ′/Pₓ − log(Pᵧ/Pₓ)].
   *
   * The last is IS(Pᵧ, Pₓ) less what Pᵧ/Pₓ rises above its tangent. In w = x·(x + 3), P = w·(w + 2), and what it rises has coefficients > 0
   * alone: for x and y near each other nothing large cancels. Far apart it is taken as it stands.
   *
   * Adds to SIZE what the error stays below when multiplied by 2⁻⁵⁰: the parts, four times what is not as exact as its own size.
   */
  function addLogGammaExcess(n: number, sign: 1 | -1): void {
    for (let i = 0; i < n; i++) {
      X[i] = (FROM[i] as number) + 4;
      Y[i] = (TO[i] as number) + 4;
      DIFFERENCE[i] = -(GAP[i] as number);
    }
    excesses(n, true);
    for (let i = 0; i < n; i++) {
      const x = X[i] as number;
      const y = Y[i] as number;
      const d = GAP[i] as number;
      const log = LOG[i] as number;
      const both = 1 / (x * y);
      const u = y * both;
      const lines = y * (EXCESS[i] as number);
      const half = (d * u + log) / 2;
      const rest = binet(x * both) - binet(u) + d * binetSlope(u);
      OUT[i] = (OUT[i] as number) + sign * (lines + half + rest);
      SIZE[i] = (SIZE[i] as number) + 2.5 * lines + (Math.abs(d) * u) / 2 + 0.02;
    }
    for (let i = 0; i < n; i++) {
      const d = GAP[i] as number;
      // x·(x + 3) = w, (x + 1)·(x + 2) = w + 2
      const from = FROM[i] as number;
      const to = TO[i] as number;
      const w = from * (from + 3);
      const t = to * (to + 3);
      X[i] = t * (t + 2);
      Y[i] = w * (w + 2);
      DIFFERENCE[i] = d * (from + to + 3) * (t + w + 2);
    }
    excesses(n, true);
    for (let i = 0; i < n; i++) {
      const x = FROM[i] as number;
      const d = GAP[i] as number;
      const slope = 2 * (x * (x + 3)) + 2;
      const step = x + (TO[i] as number) + 3;
      const inverse = d / (Y[i] as number);
      const bent = d * (step * step + slope) * inverse;
      const rise = (2 * x + 3) * slope * inverse;
      const log = LOG[i] as number;
      const isNear = log > -0.4 && log < 0.4;
      OUT[i] = (OUT[i] as number) + sign * (isNear ? (EXCESS[i] as number) - bent : rise - log);
      SIZE[i] = (SIZE[i] as number) + (isNear ? 2 * (EXCESS[i] as number) + bent : 1 + 0.75 * Math.abs(rise) + 0.25 * Math.abs(log));
    }
  }

  /** Leaves what its terms are much larger than; and what has a parameter far out. */
  function leaveUnsafe(n: number, least: number, most: number): void {
    for (let i = 0; i < n; i++) {
      const far =
        isFar(P0_WORDS[2 * i + 1] as number, LEAST_SHAPE, MOST_SHAPE) |
        isFar(Q0_WORDS[2 * i + 1] as number, LEAST_SHAPE, MOST_SHAPE) |
        isFar(P1_WORDS[2 * i + 1] as number, least, most) |
        isFar(Q1_WORDS[2 * i + 1] as number, least, most);
      if (far < 0 || !((SIZE[i] as number) * 2 ** -50 < 9e-14 * (OUT[i] as number))) OUT[i] = NaN;
    }
  }

  /** G(a₂, a₁) + a₁·IS(r₂, r₁) − (a₂ − a₁)·log(r₂/r₁), a the shapes and r the rates. */
  function gamma(n: number): void {
    X.set(Q1);
    Y.set(P1);
    excesses(n, false);
    for (let i = 0; i < n; i++) {
      const a = P0[i] as number;
      const rates = a * (EXCESS[i] as number);
      GAP[i] = (Q0[i] as number) - a;
      const both = (GAP[i] as number) * (LOG[i] as number);
      OUT[i] = rates - both;
      SIZE[i] = 3 * rates + Math.abs(both);
    }
    FROM.set(P0);
    TO.set(Q0);
    addLogGammaExcess(n, 1);
    leaveUnsafe(n, LEAST, MOST);
  }

  /** Adds G(to, from). */
  function addFrom(from: Float64Array, to: Float64Array, n: number): void {
    FROM.set(from);
    TO.set(to);
    for (let i = 0; i < n; i++) GAP[i] = (TO[i] as number) - (FROM[i] as number);
    addLogGammaExcess(n, 1);
  }

  /** G(a₂, a₁) + G(b₂, b₁) − G(a₂ + b₂, a₁ + b₁). */
  function beta(n: number): void {
    OUT.fill(0);
    SIZE.fill(0);
    addFrom(P0, Q0, n);
    addFrom(P1, Q1, n);
    for (let i = 0; i < n; i++) {
      FROM[i] = (P0[i] as number) + (P1[i] as number);
      TO[i] = (Q0[i] as number) + (Q1[i] as number);
      GAP[i] = (Q0[i] as number) - (P0[i] as number) + ((Q1[i] as number) - (P1[i] as number));
    }
    addLogGammaExcess(n, -1);
    leaveUnsafe(n, LEAST_SHAPE, MOST_SHAPE);
  }

  return {
    run: { bernoulli, beta, gamma } as const,
    rooms: [
      [P0, P1],
      [Q0, Q1],
    ] as const,
    results: OUT,
  };
}

const { run: RUN, rooms: ROOMS, results: RESULTS } = createLoops();

type Name = keyof typeof RUN;

/** Whether the pairs of a family are answered here. */
export const isElementwise = (family: string): family is Name => Object.hasOwn(RUN, family);

/** Where each parameter of p or of q is: its entries, and whether there is one a pair or one for all. */
interface Columns {
  readonly data: readonly Float64Array[];
  readonly step: readonly (0 | 1)[];
  readonly rows: number;
}

/** Divergences of all pairs; NaN where the closed form has to answer, or the parameters are outside their domain. Whether there is any of these. */
export function elementwise(family: Name, p: Columns, q: Columns, out: Float64Array, rows: number, core: Core | undefined): boolean {
  const run = RUN[family];
  let isAnyLeft = false;
  for (let from = 0; from < rows; from += BLOCK) {
    const n = Math.min(BLOCK, rows - from);
    for (const [side, { data, step, rows: own }] of [p, q].entries()) {
      for (const [k, array] of data.entries()) {
        const to = (ROOMS[side] as readonly Float64Array[])[k] as Float64Array;
        if (step[k] === 1 && own > 1) to.set(array.subarray(from, from + n));
        else if (from === 0) to.fill(array[0] as number);
      }
    }
    run(n, core);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += RESULTS[i] as number;
    isAnyLeft ||= Number.isNaN(sum);
    out.set(n === BLOCK ? RESULTS : RESULTS.subarray(0, n), from);
  }
  return isAnyLeft;
}
