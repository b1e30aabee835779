/** Twin of assembly/math/terms.ts: the terms of divergences, one at a time. Formulas, bounds and sources stand there. */
import type { Floats } from '../../../types.js';
import { doubles, fround, singleWords, singles, words } from './bits.js';
import { em1mxShort, em1mxShort32 } from './exp.js';
import { LN2, logRatio32, logRatio64, phi32, phi64, shift, step32Of, stepOf, tail32, tail64 } from './logRatio.js';
import { POWERS } from './powers.js';

const BLOCK = 64;

export const KL = 0;
export const JEFFREYS = 1;
export const JENSEN_SHANNON = 2;
export const SKEW = 3;
export const TOTAL_VARIATION = 4;
export const TRIANGULAR = 5;
export const PEARSON = 6;
export const HELLINGER = 7;
export const POWER = 8;
export const ITAKURA_SAITO = 9;
export const GIVEN = 10;
export const AFFINITY = 11;
export const SUPPORT = 12;
export const COVERED = 13;
export const RATIO = 14;

/** By kind, as contract.ts numbers them. */
export const TERM_OF_KIND: readonly number[] = [KL, JEFFREYS, TOTAL_VARIATION, TRIANGULAR, PEARSON, HELLINGER];

export function termOfOrder(order: number): number {
  return order === 0.5 ? HELLINGER : order === 2 ? PEARSON : POWER;
}

export function isAffinity(op: number): boolean {
  return op === AFFINITY || op === COVERED;
}

/** φ(1, y). */
function toRest(y: number): number {
  return phi64(1, y, 1 - y);
}

/** What a term is y times, where x is 0. */
export function atZeroX(op: number, order: number): number {
  if (op === JEFFREYS) return Infinity;
  if (op === JENSEN_SHANNON) return (1 - order) * (toRest(1 - order) + order);
  if (op === SKEW) return order;
  if (op === TOTAL_VARIATION || op === HELLINGER) return 0.5;
  return op === GIVEN || op === RATIO || isAffinity(op) ? 0 : 1;
}

/** What a term is x times, where y is 0. */
export function atZeroY(op: number, order: number): number {
  if (op === JENSEN_SHANNON) return order * (toRest(order) + (1 - order));
  if (op === SKEW) return order < 1 ? phi64(1, 1 - order, order) : Infinity;
  if (op === TRIANGULAR) return 1;
  if (op === TOTAL_VARIATION || op === HELLINGER) return 0.5;
  if (op === POWER && order < 1) return order / (1 - order);
  return op === SUPPORT || (isAffinity(op) && order < 1) ? 0 : Infinity;
}

/** What a loop over terms works on: x, y, d and the terms of a block, and its order. */
function blockOf<A extends Floats>(make: new (length: number) => A) {
  return { x: new make(BLOCK), y: new make(BLOCK), d: new make(BLOCK), term: new make(BLOCK) };
}
export const block64 = blockOf<Float64Array>(Float64Array);
export const block32 = blockOf<Float32Array>(Float32Array);

/** Makes the terms of the first n entries of a block, all above 0. A function each: V8 puts φ into a loop of its own, and boxes the doubles of a call otherwise. */
type Loop = (n: number, order: number) => void;

const { x: x64, y: y64, d: d64, term: t64 } = block64;
const { x: x32, y: y32, d: d32, term: t32 } = block32;

const kl64: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const d = d64[i] as number;
    t64[i] = phi64(x, y, d);
  }
};

const jeffreys64: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const d = d64[i] as number;
    t64[i] = d * logRatio64(x, y, d);
  }
};

const jensenShannon64: Loop = (n, order) => {
  const rest = 1 - order;
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const d = d64[i] as number;
    const m = order * x + rest * y;
    t64[i] = order * phi64(x, m, rest * d) + rest * phi64(y, m, -(order * d));
  }
};

const skew64: Loop = (n, order) => {
  const rest = 1 - order;
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const d = d64[i] as number;
    t64[i] = phi64(x, rest * x + order * y, order * d);
  }
};

const totalVariation64: Loop = (n) => {
  for (let i = 0; i < n; i++) t64[i] = 0.5 * Math.abs(d64[i] as number);
};

const triangular64: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const d = d64[i] as number;
    t64[i] = d * (d / (x + y));
  }
};

const pearson64: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const y = y64[i] as number;
    const d = d64[i] as number;
    t64[i] = d * (d / y);
  }
};

const hellinger64: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const d = d64[i] as number;
    const most = x > y ? x : y;
    const rest = 1 + Math.sqrt((x > y ? y : x) / most);
    t64[i] = 0.5 * d * (d / (most * (rest * rest)));
  }
};

const power64: Loop = (n, order) => powers64(false, n, order);

const itakuraSaito64: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const d = d64[i] as number;
    t64[i] = phi64(x, y, d) / x;
  }
};

const given64: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const d = d64[i] as number;
    t64[i] = x * logRatio64(x, y, d);
  }
};

const affinity64: Loop = (n, order) => powers64(true, n, order);

const support64: Loop = (n) => {
  t64.fill(0, 0, n);
};

const covered64: Loop = (n) => {
  for (let i = 0; i < n; i++) t64[i] = y64[i] as number;
};

const ratio64: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const d = d64[i] as number;
    t64[i] = logRatio64(x, y, d);
  }
};

const kl32: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    t32[i] = phi32(x, y, d);
  }
};

const jeffreys32: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    t32[i] = d * logRatio32(x, y, d);
  }
};

/** Twin of assembly/math/evenMixture.ts. */
function even32(n: number): void {
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    const most = x > y ? x : y;
    const w = fround(Math.sqrt(fround((x > y ? y : x) / most)));
    const z = fround(w * w);
    const z2 = fround(z * z);
    const oddN = fround(fround(0.9769992232322693 * z2) + fround(fround(0.20198285579681396 * z) + 0.00014936419029254466));
    const evenN = fround(
      fround(fround(fround(0.3712886571884155 * z) + 0.8613200783729553) * z2) +
        fround(fround(0.012241869233548641 * z) + 2.0291916769110685e-7),
    );
    const oddD = fround(fround(1.5749342441558838 * z2) + fround(fround(0.5194020867347717 * z) + 0.00042980301077477634));
    const evenD = fround(fround(fround(z + 1.7187221050262451) * z2) + fround(fround(0.034475233405828476 * z) + 5.855010272171057e-7));
    const s = fround(w + 1);
    const below = fround(fround(evenD + fround(w * oddD)) * fround(fround(s * s) * most));
    t32[i] = d * fround(fround(d * fround(evenN + fround(w * oddN))) / below);
  }
}

const jensenShannon32: Loop = (n, order) => {
  if (order === 0.5) {
    even32(n);
    return;
  }
  const a = fround(order);
  const b = fround(1 - order);
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    const m = fround(fround(a * x) + fround(b * y));
    t32[i] = fround(a * phi32(x, m, fround(b * d))) + fround(b * phi32(y, m, -fround(a * d)));
  }
};

const skew32: Loop = (n, order) => {
  const a = fround(order);
  const b = fround(1 - order);
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    t32[i] = phi32(x, fround(fround(b * x) + fround(a * y)), fround(a * d));
  }
};

const totalVariation32: Loop = (n) => {
  for (let i = 0; i < n; i++) t32[i] = 0.5 * Math.abs(d32[i] as number);
};

const triangular32: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    t32[i] = d * fround(d / fround(x + y));
  }
};

const pearson32: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const y = y32[i] as number;
    const d = d32[i] as number;
    t32[i] = d * fround(d / y);
  }
};

const hellinger32: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    const most = x > y ? x : y;
    const rest = fround(1 + fround(Math.sqrt(fround((x > y ? y : x) / most))));
    t32[i] = 0.5 * d * fround(d / fround(most * fround(rest * rest)));
  }
};

const power32: Loop = (n, order) => powers32(false, n, order);

const itakuraSaito32: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    t32[i] = phi32(x, y, d) / x;
  }
};

const given32: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    t32[i] = x * logRatio32(x, y, d);
  }
};

const affinity32: Loop = (n, order) => powers32(true, n, order);

const support32: Loop = (n) => {
  t32.fill(0, 0, n);
};

const covered32: Loop = (n) => {
  for (let i = 0; i < n; i++) t32[i] = y32[i] as number;
};

const ratio32: Loop = (n) => {
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const d = d32[i] as number;
    t32[i] = logRatio32(x, y, d);
  }
};

/** By `op`. */
export const LOOPS_64: readonly Loop[] = [
  kl64,
  jeffreys64,
  jensenShannon64,
  skew64,
  totalVariation64,
  triangular64,
  pearson64,
  hellinger64,
  power64,
  itakuraSaito64,
  given64,
  affinity64,
  support64,
  covered64,
  ratio64,
];
export const LOOPS_32: readonly Loop[] = [
  kl32,
  jeffreys32,
  jensenShannon32,
  skew32,
  totalVariation32,
  triangular32,
  pearson32,
  hellinger32,
  power32,
  itakuraSaito32,
  given32,
  affinity32,
  support32,
  covered32,
  ratio32,
];

/** The high part of β: 41 bits, so that an exponent times it is exact. */
export function highPart(beta: number): number {
  doubles[0] = beta;
  words[0] = (words[0] as number) & 0xfffff000;
  return doubles[0] as number;
}

/** Terms of a power, or powers themselves. The loop stands here: the function is too large for V8 to put it into one. */
function powers64(affinity: boolean, n: number, order: number): void {
  const beta = 1 - order;
  const high = highPart(beta);
  for (let i = 0; i < n; i++) {
    const x = x64[i] as number;
    const y = y64[i] as number;
    const step = stepOf(x, y);
    const k = step * 9.5367431640625e-7;
    const near = shift(y, step >> 20);
    const e = step === 0 ? (d64[i] as number) : x - near;
    const s = e / (x + near);
    const z = s * s;
    const tail = z * tail64(z);
    const t = s * (2 + tail);
    const far = k * LN2;
    const w = -(beta * (t + far));
    const isLong = w > 0.6 || w < -0.6;
    const turns = w * 1.4426950408889634;
    const whole = isLong ? (turns > 1024 ? 1024 : turns < -1023 ? -1023 : turns) + 6755399441055744 - 6755399441055744 : 0;
    const r = -(beta * t + (high * k + whole + (beta - high) * k) * LN2);
    const m = em1mxShort(r);
    const grown = (whole > 1023 ? Infinity : whole < -1022 ? 0 : (POWERS[whole + 1022] as number)) * (1 + (r + m));
    if (affinity) t64[i] = x * grown;
    else if (isLong && beta > 0) t64[i] = (order * x + beta * y - x * grown) * (1 / beta);
    else {
      const phi = s * (e + x * tail) + (x * far + (y - near));
      t64[i] = phi - x * ((isLong ? grown - 1 - w : m) * (1 / beta));
    }
  }
}

function powers32(affinity: boolean, n: number, alpha: number): void {
  const order = fround(alpha);
  const beta = fround(1 - alpha);
  singles[0] = beta;
  singleWords[0] = (singleWords[0] as number) & 0xfffffe00;
  const high = singles[0] as number;
  const low = fround(beta - high);
  const inverse = fround(1 / beta);
  for (let i = 0; i < n; i++) {
    const x = x32[i] as number;
    const y = y32[i] as number;
    const step = step32Of(x, y);
    const k = step >> 23;
    const near = shift(y, k);
    const e = step === 0 ? (d32[i] as number) : fround(x - near);
    const s = fround(e / fround(x + near));
    const z = fround(s * s);
    const tail = fround(z * tail32(z));
    const t = fround(s * fround(2 + tail));
    const far = fround(k * 0.6931471824645996);
    const w = -fround(beta * fround(t + far));
    const isLong = w > 0.6000000238418579 || w < -0.6000000238418579;
    const turns = fround(w * 1.4426950216293335);
    const whole = isLong ? fround(fround((turns > 128 ? 128 : turns < -127 ? -127 : turns) + 12582912) - 12582912) : 0;
    const turn = fround(fround(fround(high * k) + whole) + fround(low * k));
    const r = -fround(fround(beta * t) + fround(turn * 0.6931471824645996));
    const m = em1mxShort32(r);
    const scale = whole > 127 ? Infinity : whole < -126 ? 0 : (POWERS[whole + 1022] as number);
    const grown = fround(scale * fround(1 + fround(r + m)));
    const power = fround(x * grown);
    if (affinity) t32[i] = power;
    else if (isLong && beta > 0) t32[i] = fround(fround(fround(order * x) + fround(beta * y)) - power) * inverse;
    else {
      const phi = fround(fround(s * fround(e + fround(x * tail))) + fround(fround(x * far) + fround(y - near)));
      const excess = isLong ? fround(fround(grown - 1) - w) : m;
      t32[i] = phi - fround(x * fround(excess * inverse));
    }
  }
}
