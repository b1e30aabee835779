/** 2ᵏ, −1022 ≤ k ≤ 1023, at k + 1022: multiplying by it is faster in V8 than writing an exponent through a view. */
export const POWERS = new Float64Array(2046);
for (let k = 0, v = 2.2250738585072014e-308; k < POWERS.length; k++, v *= 2) POWERS[k] = v;
