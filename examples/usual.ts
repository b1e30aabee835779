// KL(softmax(a) ‖ softmax(b)) as it is usually written, row by row: log-softmax of both, then Σ p·(log p − log q).

/** In JavaScript's own float64. */
export function usualKl(a: Float32Array, b: Float32Array, cols: number, out: Float64Array): void {
  for (let row = 0, from = 0; row < out.length; row++, from += cols) {
    let maxA = -Infinity;
    let maxB = -Infinity;
    for (let i = from; i < from + cols; i++) {
      maxA = Math.max(maxA, a[i] as number);
      maxB = Math.max(maxB, b[i] as number);
    }
    let sumA = 0;
    let sumB = 0;
    for (let i = from; i < from + cols; i++) {
      sumA += Math.exp((a[i] as number) - maxA);
      sumB += Math.exp((b[i] as number) - maxB);
    }
    const logSumA = maxA + Math.log(sumA);
    const logSumB = maxB + Math.log(sumB);
    let kl = 0;
    for (let i = from; i < from + cols; i++) {
      const logP = (a[i] as number) - logSumA;
      kl += Math.exp(logP) * (logP - ((b[i] as number) - logSumB));
    }
    out[row] = kl;
  }
}

/** With every step rounded to float32, as array libraries compute it on float32 data. */
export function usualKl32(a: Float32Array, b: Float32Array, cols: number, out: Float64Array): void {
  const f = Math.fround;
  const logSoftmax = (z: Float32Array): Float32Array => {
    const max = Math.max(...z);
    const sum = z.reduce((total, x) => f(total + f(Math.exp(f(x - max)))), 0);
    return z.map((x) => f(f(x - max) - f(Math.log(sum))));
  };
  for (let row = 0; row < out.length; row++) {
    const logP = logSoftmax(a.subarray(row * cols, (row + 1) * cols));
    const logQ = logSoftmax(b.subarray(row * cols, (row + 1) * cols));
    out[row] = logP.reduce((kl, x, i) => f(kl + f(f(Math.exp(x)) * f(x - (logQ[i] as number)))), 0);
  }
}

/** Rounded to the 11 significant bits of a float16 (Veltkamp's splitting). */
export function roundToHalf(values: Float32Array): Float32Array {
  return values.map((x) => {
    const scaled = (2 ** 42 + 1) * x;
    return scaled - (scaled - x);
  });
}
