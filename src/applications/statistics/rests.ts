/** What is left of a logarithm and an exponential when their first terms are taken off, with all its digits. */

/** x − log(1 + x) ≥ 0: with s = x/(2 + x), log(1 + x) = 2·atanh(s) and x − 2s = x·s, so nothing cancels. */
export function log1pRest(x: number): number {
  if (Math.abs(x) > 0.5) return x - Math.log1p(x);
  const s = x / (2 + x);
  const z = s * s;
  let [sum, power] = [0, z];
  for (let k = 3; power > 2 ** -60 * sum && k < 60; k += 2) {
    sum += power / k;
    power *= z;
  }
  return x * s - 2 * s * sum;
}

/** e^y − 1 − y ≥ 0. */
export function expm1Rest(y: number): number {
  if (Math.abs(y) > 1) return Math.expm1(y) - y;
  let [sum, term] = [0, y];
  for (let k = 2; k < 30; k++) {
    term *= y / k;
    sum += term;
  }
  return sum;
}
