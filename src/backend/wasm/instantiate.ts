/** The one importer of the loader. Synchronous: the module is small enough for every main thread, and nobody has to await it. */
import { instantiateSync } from '@assemblyscript/loader';
import type { Exports } from './abi.js';

/** Compiles and starts the module on `memory`. Throws where a page's policy refuses wasm. */
export function instantiate(bytes: BufferSource | WebAssembly.Module, memory: WebAssembly.Memory): Exports {
  // The instance's own exports: those of the loader are wrapped, at a cost for each call.
  return instantiateSync(bytes as BufferSource, { env: { memory } }).instance.exports as unknown as Exports;
}
