/** Files of a Sphinx acoustic model: Gaussians in the s3 binary format, and the names of phones in a binary model definition. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian's pocketsphinx-en-us puts its model. */
const DEBIAN = '/usr/share/pocketsphinx/model/en-us/en-us';

/** Gaussians of all codebooks, one after the other: codebook by codebook, in each stream by stream. */
export interface Densities {
  readonly codebooks: number;
  readonly streams: number;
  /** Gaussians of one codebook in one stream. */
  readonly densities: number;
  readonly dimensions: number;
  readonly data: Float32Array;
}

/**
 * The folder of the model: the one that is named, or Debian's.
 *
 * @throws Error that says how to get it
 */
export function findModel(named: string | undefined): string {
  const folder = named ?? DEBIAN;
  if (existsSync(join(folder, 'means'))) return folder;
  throw new Error(
    `${folder} holds no acoustic model (means, variances, mdef). On Debian and Ubuntu: apt-get install pocketsphinx-en-us;\n` +
      'without rights to install: apt-get download pocketsphinx-en-us, dpkg-deb -x pocketsphinx-en-us_*.deb FOLDER, and name FOLDER/usr/share/pocketsphinx/model/en-us/en-us',
  );
}

/**
 * Reads `means` or `variances`: a text header to the line endhdr, a number that tells the order of bytes, then counts as int32 (codebooks, streams, densities, the
 * width of each stream, all numbers), the numbers as float32, and a checksum, which is verified.
 *
 * @throws Error where it is no such file, damaged, or has streams of different widths
 */
export function readDensities(path: string): Densities {
  const bytes = readFileSync(path);
  const end = bytes.indexOf('endhdr\n');
  if (bytes.toString('latin1', 0, 3) !== 's3\n' || end < 0) throw new Error(`${path}: is no file of Sphinx's s3 format`);
  const body = bytes.subarray(end + 'endhdr\n'.length);
  const isLittle = body.readUInt32LE(0) === 0x11223344;
  if (!isLittle && body.readUInt32BE(0) !== 0x11223344) throw new Error(`${path}: its order of bytes cannot be told`);
  const word = (k: number) => (isLittle ? body.readUInt32LE(4 * k) : body.readUInt32BE(4 * k));
  const [codebooks, streams, densities] = [word(1), word(2), word(3)];
  const widths = Array.from({ length: streams }, (_, s) => word(4 + s));
  const [dimensions = 0] = widths;
  if (widths.some((width) => width !== dimensions))
    throw new Error(`${path}: its streams are ${widths.join(', ')} wide; one width is expected`);
  const count = word(4 + streams);
  const first = 5 + streams;
  if (count !== codebooks * streams * densities * dimensions || body.length < 4 * (first + count)) throw new Error(`${path}: is cut off`);
  const data = Float32Array.from({ length: count }, (_, i) =>
    isLittle ? body.readFloatLE(4 * (first + i)) : body.readFloatBE(4 * (first + i)),
  );
  if (bytes.toString('latin1', 0, end).includes('chksum0 yes')) {
    let sum = 0;
    for (let k = 1; k < first + count; k++) sum = (((sum << 20) | (sum >>> 12)) + word(k)) >>> 0;
    if (sum !== word(first + count)) throw new Error(`${path}: is damaged, its checksum differs`);
  }
  return { codebooks, streams, densities, dimensions, data };
}

/** Names of the phones, in the order of their codebooks: in `mdef` after its description and ten counts, each ended by a 0. */
export function readPhones(path: string): string[] {
  const bytes = readFileSync(path);
  if (bytes.toString('latin1', 0, 4) !== 'BMDF') throw new Error(`${path}: is no binary model definition of little end`);
  const counts = 12 + bytes.readUInt32LE(8);
  const names = bytes.toString('latin1', counts + 40, counts + 4096).split('\0');
  return names.slice(0, bytes.readUInt32LE(counts));
}
