/** Base-logits files, built by the format's description and not by the code under test. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { createRng } from './rng.js';

/** Sizes of a file. */
export interface BaseLogitsSizes {
  readonly contextLength: number;
  readonly vocabulary: number;
  readonly chunks: number;
}

export function baseRows({ contextLength, chunks }: BaseLogitsSizes): number {
  return chunks * (contextLength - 1 - Math.floor(contextLength / 2));
}

export function baseHeader({ contextLength, vocabulary, chunks }: BaseLogitsSizes): Buffer {
  const header = Buffer.alloc(20);
  header.write('_logits_', 'latin1');
  header.writeUInt32LE(contextLength, 8);
  header.writeInt32LE(vocabulary, 12);
  header.writeInt32LE(chunks, 16);
  return header;
}

/** One row of logits as codes of 16 bits over a window of `window` nats: 16 as upstream has it, 24 in a fork. */
export function encodeRow(z: Float32Array, window = 16): Buffer {
  const row = new Uint16Array(2 * Math.floor((z.length + 1) / 2) + 4);
  const prefix = new Float32Array(row.buffer, 0, 2);
  let [max, min, sum] = [-Infinity, Infinity, 0];
  for (const x of z) [max, min] = [Math.max(max, x), Math.min(min, x)];
  min = Math.max(min, max - window);
  for (const x of z) sum += Math.exp(x - max);
  const scale = Math.fround((max - min) / 65535);
  prefix[0] = scale;
  prefix[1] = min - max - Math.log(sum);
  for (let i = 0; i < z.length; i++)
    row[4 + i] = scale > 0 ? Math.min(65535, Math.max(0, Math.round(((z[i] as number) - min) / scale))) : 0;
  return Buffer.from(row.buffer);
}

/** A whole small file. */
export function baseLogits(sizes: BaseLogitsSizes, tokens: Int32Array, logits: Float32Array, window?: number): Buffer {
  const { vocabulary } = sizes;
  const rows = Array.from({ length: baseRows(sizes) }, (_, row) =>
    encodeRow(logits.subarray(row * vocabulary, (row + 1) * vocabulary), window),
  );
  return Buffer.concat([baseHeader(sizes), Buffer.from(tokens.buffer, tokens.byteOffset, tokens.byteLength), ...rows]);
}

/** A file of any size, written with flat memory: eight rows of Gaussian logits, one after the other and over again. Returns its size. */
export function writeBaseLogits(path: string, sizes: BaseLogitsSizes, seed: number): number {
  const rng = createRng(seed);
  const few = Array.from({ length: 8 }, () => encodeRow(Float32Array.from({ length: sizes.vocabulary }, () => 3 * rng.normal())));
  const tokens = new Int32Array(sizes.contextLength).map(() => rng.below(sizes.vocabulary));
  const file = openSync(path, 'w');
  let bytes = writeSync(file, baseHeader(sizes));
  for (let chunk = 0; chunk < sizes.chunks; chunk++) bytes += writeSync(file, tokens);
  for (let row = 0, rows = baseRows(sizes); row < rows; row++) bytes += writeSync(file, few[row % few.length] as Buffer);
  closeSync(file);
  return bytes;
}
