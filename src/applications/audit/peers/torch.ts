/** PyTorch's `kl_div(input, target)`: input is log q, target is p, and what it does with many entries is the caller's to say. */
import type { Floats } from '../../../types.js';
import type { Convention, PeerRow, Reading } from './convention.js';
import { pairwiseSum } from './sum.js';

/** Pointwise `xlogy(target, target) − target · input`; the order of torch's sum differs by build, so ours adds in pairs, which is no worse. */
function klDiv(target: Floats, input: Floats, round: PeerRow['round']): number {
  const terms = target.map((p, i) => {
    const entropy = p === 0 ? 0 : round(p * round(Math.log(p)));
    return round(entropy - round(p * (input[i] as number)));
  });
  return pairwiseSum(terms, round);
}

const rowOf = ({ p, logQ, round }: PeerRow): number => klDiv(p, logQ, round);

export const TORCH: readonly Convention[] = [
  {
    name: 'torch-kl-div',
    title: 'PyTorch kl_div',
    call: "F.kl_div(log_q, p, reduction='none').sum(1)",
    source: 'PyTorch 2.x, aten/src/ATen/native/Loss.cpp; pytorch/pytorch#32520',
    checked: 'source',
    quantity: 'kl',
    unit: 'nats',
    reduction: "'mean' by default: over rows and columns; 'batchmean': over rows",
    arithmetic: 'data',
    normalizes: false,
    zeros: 'q = 0 gives Infinity, p = q = 0 gives NaN',
    answer: rowOf,
  },
];

export const TORCH_READINGS: readonly Reading[] = [
  {
    name: 'torch-batchmean',
    call: "F.kl_div(log_q, p, reduction='batchmean')",
    means: 'the mean over rows',
    source: 'PyTorch 2.x, torch/nn/functional.py',
    part: rowOf,
    arithmetic: 'data',
    over: 'rows',
  },
  {
    name: 'torch-mean',
    call: 'F.kl_div(log_q, p)',
    means: "its default 'mean' divides by rows × columns",
    source: 'PyTorch 2.x, torch/nn/functional.py; pytorch/pytorch#6622',
    part: rowOf,
    arithmetic: 'data',
    over: 'entries',
  },
  {
    name: 'torch-exchanged',
    call: "F.kl_div(log_p, q, reduction='batchmean')",
    means: 'arguments in the other order, KL(Q ‖ P)',
    source: 'pytorch/pytorch#57459',
    part: ({ p, q, round }) =>
      klDiv(
        q,
        p.map((x) => Math.log(x)),
        round,
      ),
    arithmetic: 'data',
    over: 'rows',
  },
  {
    name: 'torch-no-log',
    call: "F.kl_div(q, p, reduction='batchmean')",
    means: 'q where log q is meant, no divergence at all',
    source: 'pytorch/pytorch#43348',
    part: ({ p, q, round }) => klDiv(p, q, round),
    arithmetic: 'data',
    over: 'rows',
  },
];
