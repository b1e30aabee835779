/** What the examples read. */
import { type Matrix, matrix } from 'surprisal';
import { openSource } from '../src/io/source.js';

/** All rows of a file, as they lie in it. */
export async function readMatrix(path: string): Promise<Matrix> {
  const source = await openSource(path);
  const block = await source.read(Number.MAX_SAFE_INTEGER);
  await source.close();
  return matrix(block?.data ?? [], block?.rows ?? 0, source.cols);
}

/** An array of examples/digits (digits/SOURCE.md). */
export function readDigits(name: string): Promise<Matrix> {
  return readMatrix(`examples/digits/digits_${name}.npy`);
}
