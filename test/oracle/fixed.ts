/**
 * Fixed-point arithmetic on BigInt, 320 bits behind the point: an oracle that shares nothing with the library's own methods.
 * Results are within 2⁻³⁰⁰ of the truth, absolute: keep what is asked for above 1e-60 or so.
 */

/** Bits behind the point. */
export const BITS = 320n;
export const ONE = 1n << BITS;

/** A number in units of 2⁻³²⁰. */
export type Fixed = bigint;

const view = new DataView(new ArrayBuffer(8));

/** A finite double as mantissa · 2^exponent, exactly. */
export function parts(x: number): { mantissa: bigint; exponent: number } {
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

/** A double in fixed point: exact for every x that is 0 or at least 2⁻²⁶⁸ in size. */
export function fixed(x: number): Fixed {
  const { mantissa, exponent } = parts(x);
  const shift = BITS + BigInt(exponent);
  return shift >= 0n ? mantissa << shift : mantissa >> -shift;
}

export function multiply(a: Fixed, b: Fixed): Fixed {
  return (a * b) >> BITS;
}

export function divide(a: Fixed, b: Fixed): Fixed {
  return (a << BITS) / b;
}

/** 2·atanh(n/d) = log((d + n)/(d − n)) by its series; |n/d| ≤ 1/3. */
function doubleAtanh(n: bigint, d: bigint): Fixed {
  const s = (n << BITS) / d;
  const z = multiply(s, s);
  let power = s;
  let sum = 0n;
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += power / k;
    power = multiply(power, z);
  }
  return 2n * sum;
}

const LN2: Fixed = doubleAtanh(1n, 3n);

/** log(a/b) of two positive integers. */
export function logOfRatio(a: bigint, b: bigint): Fixed {
  let k = a.toString(2).length - b.toString(2).length;
  let [x, y] = k >= 0 ? [a, b << BigInt(k)] : [a << BigInt(-k), b];
  // x/y lies in (1/2, 2): one more step brings it into [2/3, 4/3].
  if (3n * x > 4n * y) {
    y <<= 1n;
    k += 1;
  } else if (3n * x < 2n * y) {
    x <<= 1n;
    k -= 1;
  }
  return doubleAtanh(x - y, x + y) + BigInt(k) * LN2;
}

/** log x for a positive double, subnormal or not. */
export function log(x: number): Fixed {
  return logRatio(x, 1);
}

/** log(x/y) for positive doubles. */
export function logRatio(x: number, y: number): Fixed {
  const [a, b] = [parts(x), parts(y)];
  const shift = BigInt(Math.abs(a.exponent - b.exponent));
  return a.exponent >= b.exponent ? logOfRatio(a.mantissa << shift, b.mantissa) : logOfRatio(a.mantissa, b.mantissa << shift);
}

/** e^x; the result's error is relative below 1 and absolute above. */
export function exp(x: Fixed): Fixed {
  // x = k·ln2 + r, and e^r = (e^(r/2⁸))^(2⁸).
  let k = x / LN2;
  if (x < 0n) k -= 1n;
  const r = (x - k * LN2) >> 8n;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n; n++) {
    term = multiply(term, r) / n;
    sum += term;
  }
  for (let i = 0; i < 8; i++) sum = multiply(sum, sum);
  return k >= 0n ? sum << k : sum >> -k;
}

/** The nearest double (normal range). */
export function toNumber(x: Fixed): number {
  if (x === 0n) return 0;
  const size = x < 0n ? -x : x;
  const excess = BigInt(Math.max(0, size.toString(2).length - 64));
  const sticky = (size & ((1n << excess) - 1n)) === 0n ? 0n : 1n;
  const exponent = Number(excess - BITS);
  const half = Math.trunc(exponent / 2);
  const value = Number((size >> excess) | sticky) * 2 ** half * 2 ** (exponent - half);
  return x < 0n ? -value : value;
}

/** |actual − exact| / |exact|; 0 where both are zero. */
export function relativeError(actual: number, exact: Fixed): number {
  if (exact === 0n) return actual === 0 ? 0 : Infinity;
  const difference = fixed(actual) - exact;
  return Math.abs(toNumber(divide(difference < 0n ? -difference : difference, exact < 0n ? -exact : exact)));
}
