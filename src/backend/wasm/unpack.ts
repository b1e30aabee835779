/** The product's module out of the packed text that the build inlines: a few milliseconds, once. */
import unpacker from '../../../build/unpack.wasm';
import { fromBase64 } from './base64.js';
import { instantiate } from './instantiate.js';

/** Where assembly/unpack.ts wants the stream; what it stands for comes out at 0. */
const STREAM = 0x14000;
/** As the modules declare their imported memory, in pages: the first two are used. */
const PAGES = { initial: 16, maximum: 65536 };

type Unpacker = (name: 'unpack') => (size: number) => void;

export function unpack(text: string, size: number): Uint8Array<ArrayBuffer> {
  const memory = new WebAssembly.Memory(PAGES);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(fromBase64(text), STREAM);
  (instantiate(unpacker(), memory) as unknown as Unpacker)('unpack')(size);
  return bytes.slice(0, size);
}
