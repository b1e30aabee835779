/** The one file that knows where the module comes from: the build inlines it, packed. */
import inlined from '../../../build/surprisal.wasm';

let bytes: Uint8Array<ArrayBuffer> | undefined;

/** The module's bytes, kept once they were asked for. */
export function moduleBytes(): Uint8Array<ArrayBuffer> {
  bytes ??= inlined();
  return bytes;
}
