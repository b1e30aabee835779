/** The module's backend for a core that nobody asked it of by name: made when it is worth it. */
import { type Backend, type Entries, KERNELS, type Kernel, type KernelSpec } from './contract.js';

/** Entries, of all calls together, that go to the twins first: unpacking and compiling the module takes as long as the twins take for these. */
const FIRST_ENTRIES = 2 ** 15;
/** And what a call counts for by itself. */
const CALL_ENTRIES = 64;

/**
 * Hands calls to the twins, whose bits are the same, until so much has been asked that `start` pays; a program of a few short calls never waits for it. Matrices
 * in the module's memory and products of all pairs start it at once.
 */
export function createLateBackend(twins: Backend, start: () => Backend): Backend {
  let started: Backend | undefined;
  let left = FIRST_ENTRIES;
  const module = (): Backend => {
    started ??= start();
    return started;
  };
  return {
    name: 'wasm',
    products: {
      get f64() {
        return module().products.f64;
      },
      get f32() {
        return module().products.f32;
      },
    },
    aside: (length) => started?.aside?.(length),
    isPlain: (...batch) => started?.isPlain?.(...batch) === true,
    allocate: (rows, cols, dtype) => module().allocate(rows, cols, dtype),
    kernel(name, dtype) {
      const twin = twins.kernel(name, dtype);
      const { squareScratch }: KernelSpec = KERNELS[name];
      let own: Kernel<Entries> | undefined;
      return (inputs, steps, rows, cols, params, out, gradients) => {
        if (own === undefined) {
          // Two full covariances take as long as cols³/32 entries.
          left -= rows * (squareScratch === undefined ? cols : cols ** 3 / 32) + CALL_ENTRIES;
          if (started === undefined && left >= 0) return twin(inputs, steps, rows, cols, params, out, gradients);
          own = module().kernel(name, dtype);
        }
        return own(inputs, steps, rows, cols, params, out, gradients);
      };
    },
  };
}
