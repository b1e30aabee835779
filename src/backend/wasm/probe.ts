/** Can a SIMD module run here? Asked before the real one is compiled, so that the reason can be told. */

/** (module (func (result v128) (i8x16.popcnt (i8x16.splat (i32.const 0))))) */
const SIMD_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/** Why a SIMD module cannot run here, or undefined where it can. */
export function whyNot(): string | undefined {
  if (typeof WebAssembly !== 'object') return 'this runtime has no WebAssembly';
  if (!WebAssembly.validate(SIMD_MODULE)) return 'this runtime has no WebAssembly SIMD';
  try {
    // A page's content security policy refuses here: it lacks 'wasm-unsafe-eval'.
    new WebAssembly.Module(SIMD_MODULE);
    return undefined;
  } catch (error) {
    return `compiling WebAssembly is refused (${error instanceof Error ? error.message : String(error)})`;
  }
}
