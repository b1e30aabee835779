/** The ABI: one line a kernel file. */
export * from './memory';
export * from './kernels/kl';
export * from './kernels/divergence';
export * from './kernels/entropy';
export * from './kernels/contributions';
export * from './kernels/logits';
export * from './kernels/logitDivergence';
export * from './kernels/softmax';
export * from './kernels/gaussian';
export * from './kernels/prior';
export * from './kernels/widen';
export * from './kernels/multivariate';
export * from './kernels/gradients';
export * from './kernels/products';
export * from './simd/plain';
