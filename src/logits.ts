/** `logits`, of two files: what kernels answer, and what is summed by terms. */
export * from './divergences/logits.js';
export * from './divergences/logitDistances.js';
