/** Powers of ten that doubles hold exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NAMED = /^([+-]?)(?:(inf|infinity)|nan)$/i;

/** A number as people write it, correctly rounded; also `nan` and `inf` as NumPy and pandas write them. Anything else is `undefined`. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return Number(trimmed);
  const named = NAMED.exec(trimmed);
  if (named === null) return undefined;
  if (named[2] === undefined) return NaN;
  return named[1] === '-' ? -Infinity : Infinity;
}

/** Digits that a double always holds exactly. */
const EXACT_DIGITS = 15;
const MOST_DIGITS = 19;

/**
 * Reads plain decimal numbers (`-12.345`, `1e-7`) straight from bytes, correctly rounded. Up to 15 digits make an exact double, and one
 * multiplication or division by an exact power of ten rounds once (Clinger); up to 19 digits go through pairs of doubles. All else, and what
 * stands too close to the middle between two doubles, is left to `parseNumber`.
 */
export class NumberScanner {
  /** Where the last number ended: at the byte after it. */
  end = 0;

  /** The number that starts at `at`, or NaN when it is not that plain; the byte at `end` must be looked at by the caller. */
  scan(bytes: Uint8Array, at: number): number {
    let i = at;
    const negative = bytes[i] === 45;
    if (negative) i++;
    let mantissa = 0;
    let tail = 0;
    let digits = 0;
    let places = 0;
    let point = -1;
    let digit = (bytes[i] as number) - 48;
    for (;;) {
      if (digit >= 0 && digit <= 9) {
        if (digits < EXACT_DIGITS) mantissa = mantissa * 10 + digit;
        else tail = tail * 10 + digit;
        if (digits > 0 || digit > 0) digits++;
        places++;
      } else if (digit === -2 && point < 0) point = i;
      else break;
      digit = (bytes[++i] as number) - 48;
    }
    if (places === 0 || digits > MOST_DIGITS) return NaN;
    let exponent = point < 0 ? 0 : point + 1 - i;
    if (digit === 53 || digit === 21) {
      const sign = bytes[++i] as number;
      if (sign === 45 || sign === 43) i++;
      const first = i;
      let value = 0;
      for (digit = (bytes[i] as number) - 48; digit >= 0 && digit <= 9 && i - first < 4; digit = (bytes[++i] as number) - 48) {
        value = value * 10 + digit;
      }
      if (i === first) return NaN;
      exponent += sign === 45 ? -value : value;
    }
    this.end = i;
    const magnitude = digits <= EXACT_DIGITS ? scale(mantissa, exponent) : scaleLong(mantissa, tail, digits - EXACT_DIGITS, exponent);
    return negative ? -magnitude : magnitude;
  }
}

/** m·10^e, one rounding. */
function scale(mantissa: number, exponent: number): number {
  if (exponent < -22 || exponent > 22) return NaN;
  return exponent < 0 ? mantissa / (POWERS[-exponent] as number) : mantissa * (POWERS[exponent] as number);
}

/** (m·10^t + tail)·10^e for e from −22 to 0, correctly rounded, or NaN when that cannot be told. */
function scaleLong(mantissa: number, tail: number, t: number, exponent: number): number {
  if (exponent < -22 || exponent > 0) return NaN;
  const shift = POWERS[t] as number;
  const product = mantissa * shift;
  const rest = productError(mantissa, shift, product) + tail; // integers below 2^15: exact
  const high = product + rest;
  const low = rest - (high - product);
  const power = POWERS[-exponent] as number;
  const quotient = high / power;
  const back = quotient * power;
  const remainder = high - back - productError(quotient, power, back); // of a division: exact
  const correction = (remainder + low) / power;
  const value = quotient + correction;
  // The correction is off by at most 2^-51 of a unit in the last place of the quotient; 2^-45 of one is allowed for.
  const doubt = quotient * 2 ** -97;
  return quotient + (correction - doubt) === value && quotient + (correction + doubt) === value ? value : NaN;
}

/** a·b − product, exactly (Dekker, with Veltkamp's halves). */
function productError(a: number, b: number, product: number): number {
  const a1 = 134217729 * a - (134217729 * a - a);
  const b1 = 134217729 * b - (134217729 * b - b);
  const a2 = a - a1;
  const b2 = b - b1;
  return a2 * b2 - (product - a1 * b1 - a2 * b1 - a1 * b2);
}
