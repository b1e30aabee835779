/** p-values of several tests at once. */

/**
 * Holm's adjusted p-values: those ≤ α are a set that holds a false alarm with probability α at most, however the tests depend on each other.
 *
 * Source S. Holm, Scand. J. Stat. 6 (1979)
 */
export function holm(pValues: ArrayLike<number>): Float64Array {
  const adjusted = new Float64Array(pValues.length);
  let most = 0;
  for (const [i, at] of ascending(pValues).entries()) {
    most = Math.max(most, Math.min(1, (pValues.length - i) * (pValues[at] as number)));
    adjusted[at] = most;
  }
  return adjusted;
}

/**
 * Benjamini and Hochberg's adjusted p-values: of those ≤ α, false ones are a share of α at most in the mean, where tests are independent or positively dependent.
 *
 * Source Y. Benjamini, Y. Hochberg, J. R. Stat. Soc. B 57 (1995)
 */
export function benjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const adjusted = new Float64Array(pValues.length);
  const order = ascending(pValues);
  let least = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    const at = order[i] as number;
    least = Math.min(least, ((pValues[at] as number) * order.length) / (i + 1));
    adjusted[at] = least;
  }
  return adjusted;
}

function ascending(values: ArrayLike<number>): number[] {
  return Array.from(values, (_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
}
