/** The JavaScript backend: the twins of all kernels, file by file as in `assembly/kernels/`. It runs everywhere, and gives the module's bits (law 2). */
import type { Dtype } from '../../types.js';
import { type Backend, KERNELS, type Kernel, type KernelName } from '../contract.js';
import { contributions } from './contributions.js';
import { divergences } from './divergence.js';
import { entropy } from './entropy.js';
import { gaussian } from './gaussian.js';
import { gradients } from './gradients.js';
import { kl } from './kl.js';
import { logitDivergences } from './logitDivergence.js';
import { logits } from './logits.js';
import { multivariate } from './multivariate.js';
import { prior } from './prior.js';
import { products } from './products.js';
import { softmax } from './softmax.js';
import { widening } from './widen.js';

const TWINS = {
  ...kl,
  ...contributions,
  ...divergences,
  ...entropy,
  ...logits,
  ...logitDivergences,
  ...softmax,
  ...gaussian,
  ...prior,
  ...multivariate,
  ...gradients,
} satisfies Readonly<Record<KernelName, Readonly<Record<Dtype, Kernel>>>>;

export const jsBackend: Backend = {
  name: 'js',
  products,
  kernel: (name, dtype) => widening(TWINS[name][dtype], KERNELS[name], dtype),
  allocate(rows, cols, dtype) {
    const array = new (dtype === 'f64' ? Float64Array : Float32Array)(rows * cols); // its RangeError is told as the module's is, of rows × cols
    return { view: () => array, free() {} };
  },
};
