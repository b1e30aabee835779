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

/** The images behind them, whole: 1797 of 8 × 8 pixels from 0 to 1, and the digit of each. */
export async function readImages(): Promise<{ readonly pixels: Float64Array; readonly labels: Float64Array; readonly count: number }> {
  const [images, labels] = [await readDigits('images'), await readDigits('image_labels')];
  return { pixels: Float64Array.from(images.data, (x) => x / 16), labels: Float64Array.from(labels.data), count: images.rows };
}
