/** The one file that knows where the module comes from: its bytes are inlined by the build. */
import bytes from '../../../build/surprisal.wasm';

export { bytes };
