/** How the build packs the module for the entry: lzma1's encoder with one of its settings changed, which its own function does not offer. */
import { Encoder } from '../node_modules/lzma1/lib/encoder.js';
import { InputBuffer, OutputBuffer } from '../node_modules/lzma1/lib/streams.js';

/** lzma1 expects words of four bytes; code has none, and packs a hundredth smaller where none are expected (pb = 0). */
class BytePacker extends Encoder {
  configure(mode) {
    super.configure(mode);
    this._posStateBits = 0;
    this._posStateMask = 0;
  }
}

/** What assembly/unpack.ts takes: of an LZMA file what follows the header, which says its parameters and size. */
export function lzma(bytes) {
  const output = new OutputBuffer(bytes.length);
  new BytePacker().compress(new InputBuffer(bytes), output, { searchDepth: 17, filterStrength: 255, modeIndex: 1 });
  const file = output.toArray();
  if (file[0] !== 3) throw new Error('the packer has changed: see assembly/unpack.ts'); // (0·5 + 0)·9 + 3: pb, lp, lc
  return file.slice(13);
}
