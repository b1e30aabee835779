/** The layout of llama.cpp's base-logits files, as its perplexity tool writes them with --kl-divergence-base. Little-endian, without version or checksum. */
import { SurprisalError } from '../index.js';
import { fileError } from './fault.js';

/** First bytes of every base-logits file. */
export const BASE_LOGITS_MAGIC = '_logits_';

/** Magic, then contextLength, vocabulary and chunks, 32 bits each; the tokens follow. */
export const BASE_LOGITS_HEADER_BYTES = 20;

/** A row begins with its scale and its least log-probability, as float32. */
const ROW_PREFIX_BYTES = 8;

/** Variants by other programs, by what stands where the magic does. They differ in more than the magic. */
const FOREIGN: readonly (readonly [start: string, what: string])[] = [
  ['_logits2', "a base-logits file of a fork's second layout (magic '_logits2', code 0 for probability 0)"],
];

/** Magic of a fork that is longer by two bytes: what should be the context length begins with them. */
const LONGER_MAGIC = '_logits_v2';

/** What the header says, and where things are. */
export interface BaseLogitsLayout {
  /** Tokens in a chunk: n_ctx. */
  readonly contextLength: number;
  /** Classes in a row: n_vocab. */
  readonly vocabulary: number;
  /** n_chunk. */
  readonly chunks: number;
  /** Rows in a chunk: the second half of it, less the last token, which nothing follows. */
  readonly rowsPerChunk: number;
  /** Place in the chunk of the token that row 0 of it predicts. */
  readonly firstTarget: number;
  readonly rowBytes: number;
  /** Where the rows begin. */
  readonly rowsAt: number;
  /** Size of the whole file. */
  readonly bytes: number;
}

/**
 * Reads the header of a base-logits file and holds it against the file's size: writes of the tool are unchecked, and files that are cut off occur.
 *
 * @param header the first 20 bytes, or as many as there are
 * @param size   of the whole file, in bytes
 *
 * @throws {SurprisalError} ERR_FILE for another magic, sizes that cannot be, and a file that is too short (with the chunk and row where it ends) or too long
 */
export function parseBaseLogits(path: string, header: Uint8Array, size: number): BaseLogitsLayout {
  const text = String.fromCharCode(...header.subarray(0, LONGER_MAGIC.length));
  for (const [start, what] of FOREIGN) if (text.startsWith(start)) throw fileError(path, `is ${what}: write it with llama.cpp's own tool`);
  if (!text.startsWith(BASE_LOGITS_MAGIC)) {
    throw fileError(path, `is no base-logits file: it begins with ${JSON.stringify(text.slice(0, 8))}, not with '${BASE_LOGITS_MAGIC}'`);
  }
  if (header.length < BASE_LOGITS_HEADER_BYTES) {
    throw fileError(path, `is cut off within its header, after ${header.length} bytes: the run that wrote it ended early`);
  }
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const contextLength = view.getUint32(8, true);
  const vocabulary = view.getInt32(12, true);
  const chunks = view.getInt32(16, true);
  const layout = layOut(contextLength, vocabulary, chunks);
  if (layout.bytes !== size && text === LONGER_MAGIC) {
    throw fileError(path, `is a base-logits file of a fork's layout (magic '${LONGER_MAGIC}'): write it with llama.cpp's own tool`);
  }
  const sizes = `${chunks} chunks of ${contextLength} tokens over a vocabulary of ${vocabulary}`;
  if (contextLength < 2 || vocabulary < 1 || chunks < 1) throw fileError(path, `has a damaged header: ${sizes}`);
  if (layout.bytes > size)
    throw fileError(path, `is cut off: ${sizes} need ${layout.bytes} bytes, ${size} are there; ${endOf(layout, size)}`);
  if (layout.bytes < size)
    throw fileError(path, `has ${size - layout.bytes} bytes too many: ${sizes} need ${layout.bytes} bytes, ${size} are there`);
  return layout;
}

/** The layout of a file of these sizes, as the tool computes it, though without its overflow at 32 bits. */
export function layOut(contextLength: number, vocabulary: number, chunks: number): BaseLogitsLayout {
  const half = Math.floor(contextLength / 2);
  const rowsPerChunk = contextLength - 1 - half;
  const rowBytes = ROW_PREFIX_BYTES + 4 * Math.ceil(vocabulary / 2);
  const rowsAt = BASE_LOGITS_HEADER_BYTES + 4 * chunks * contextLength;
  const bytes = rowsAt + chunks * rowsPerChunk * rowBytes;
  return { contextLength, vocabulary, chunks, rowsPerChunk, firstTarget: half + 1, rowBytes, rowsAt, bytes };
}

function endOf({ rowsAt, rowBytes, rowsPerChunk }: BaseLogitsLayout, size: number): string {
  if (size < rowsAt) return `it ends after ${Math.floor((size - BASE_LOGITS_HEADER_BYTES) / 4)} of its tokens, before any row`;
  const rows = Math.floor((size - rowsAt) / rowBytes);
  return `it ends in chunk ${Math.floor(rows / rowsPerChunk)}, row ${rows % rowsPerChunk} of it (both counted from 0), after ${rows} whole rows`;
}

/** What stands before the codes of a row. */
export interface RowPrefix {
  readonly scale: number;
  /** Least log-probability: that of code 0. */
  readonly floor: number;
}

/**
 * Decodes one row: log-probabilities of the base model, scale·code + floor in float32, as the tool has them.
 *
 * @param bytes  from the row's first byte on; copied where that does not lie at a multiple of 4
 * @param into   receives `vocabulary` numbers from `at` on
 * @returns      the row's prefix; the caller judges it
 *
 * @throws {SurprisalError} ERR_SHAPE: too few bytes, or too little room
 */
export function decodeRow(bytes: Uint8Array, vocabulary: number, into: Float32Array, at: number): RowPrefix {
  const size = ROW_PREFIX_BYTES + 2 * vocabulary;
  checkLength('bytes', bytes, size, `${size} bytes, as a row of ${vocabulary} classes has`);
  checkLength('into', into, at + vocabulary, `room for ${vocabulary} numbers from ${at} on`);
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes.subarray(0, size));
  const [scale, floor] = new Float32Array(buffer, byteOffset, 2) as unknown as readonly [number, number];
  const codes = new Uint16Array(buffer, byteOffset + ROW_PREFIX_BYTES, vocabulary);
  for (let i = 0; i < vocabulary; i++) into[at + i] = Math.fround(scale * (codes[i] as number)) + floor;
  return { scale, floor };
}

function checkLength(argument: string, { length }: Uint8Array | Float32Array, least: number, expected: string): void {
  if (length >= least) return;
  throw new SurprisalError('ERR_SHAPE', `"${argument}" expected ${expected}, got ${length}`, { argument, value: length, expected });
}
