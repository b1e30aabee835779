/** The exponential integral. */
import { EULER } from './gamma.js';

/** Ein(z) = ∫₀ᶻ (1 − e⁻ᵗ)/t dt, z = eʷ: its series, and above 2 log z + γ + E₁(z) with E₁ as a continued fraction. */
export function entireExponentialIntegral(w: number): number {
  const z = Math.exp(w);
  if (z <= 2) {
    let [sum, term] = [0, 1];
    for (let k = 1; k < 30; k++) {
      term *= -z / k;
      sum -= term / k;
    }
    return sum;
  }
  let fraction = 0;
  if (z < 800) for (let k = 120; k > 0; k--) fraction = (k * k) / (z + 2 * k + 1 - fraction);
  return w + EULER + (z < 800 ? Math.exp(-z) / (z + 1 - fraction) : 0);
}
