/** p-values of several tests at once. */

/**
 * Holm's adjusted p-values: those ≤ α are a set that holds a false alarm with probability α at most, however the tests depend on each other.
 *
 * Source S. Holm, Scand. J. Stat. 6 (1979)
 */
export function holm(pValues: ArrayLike<number>): Float64Array {
  const adjusted = new Float64Array(pValues.length);
  let most = 0;
  const ascending = Array.from(pValues, (_, i) => i).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  for (const [i, at] of ascending.entries()) {
    most = Math.max(most, Math.min(1, (pValues.length - i) * (pValues[at] as number)));
    adjusted[at] = most;
  }
  return adjusted;
}
