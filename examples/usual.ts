// KL(softmax(a) ‖ softmax(b)) as it is usually written, row by row, in JavaScript's own float64: log-softmax of both, then Σ p·(log p − log q).

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
