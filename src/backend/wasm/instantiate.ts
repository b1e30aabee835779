/** The one importer of the loader. Synchronous: the module is small enough for every main thread, and nobody has to await it. */
import { instantiateSync } from '@assemblyscript/loader';
import type { Exports } from './abi.js';
import { exportName } from './exportName.mjs';

const NAME = [...'memory'].map((letter) => letter.charCodeAt(0));

/** The module for a memory that threads share: one byte of its import says so, behind the name and the kind of what is imported. */
export function sharing(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const at = copy.findIndex((_, i) => NAME.every((code, k) => copy[i + k] === code)) + NAME.length;
  copy[at + 1] = 3; // has a maximum, and is shared
  return copy;
}

/** Compiles and starts the module on `memory`. Throws where a page's policy refuses wasm. */
export function instantiate(bytes: BufferSource | WebAssembly.Module, memory: WebAssembly.Memory): Exports {
  // The instance's own exports: those of the loader are wrapped, at a cost for each call.
  const { exports } = instantiateSync(bytes as BufferSource, { env: { memory } }).instance;
  return ((name: string) => exports[exportName(name)]) as unknown as Exports;
}
