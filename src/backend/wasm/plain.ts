/** A look at the bits of a batch, at the speed of memory: it goes through the arena chunk by chunk, or is read where it lies. */
import { Narrow } from '../../rows/narrow.js';
import type { Backend, Domain, Entries } from '../contract.js';
import type { Dtype, Floats } from '../../types.js';
import type { Exports } from './abi.js';
import { type Arena, BYTES, CHUNK_BYTES } from './arena.js';

/** What of a vector is looked at is at least that long. */
const VECTOR_BYTES = 64;

/** What assembly/simd/plain.ts keeps of a word, and takes from it. */
type Look = readonly [keep: number, less: number];
/** For numbers that are finite. */
export const FINITE: Look = [0x7fffffff, -1];
const LOOKS: Readonly<Partial<Record<Domain, Look>>> = { mass: [-1, 0], positive: [-1, 1], real: FINITE, logit: FINITE };

export function bindPlain(exports: Exports, arena: Arena): NonNullable<Backend['isPlain']> {
  return (domains, inputs, steps, rows, cols, dtype) =>
    domains.every((domain, k) => isPlain(exports, arena, domain, inputs[k] as Entries, steps[k] === 0 ? 1 : rows, cols, dtype));
}

function isPlain(exports: Exports, arena: Arena, domain: Domain, input: Entries, rows: number, cols: number, dtype: Dtype): boolean {
  const size = BYTES[dtype];
  const rowBytes = cols * size;
  // Rows shorter than a vector are looked at as one: then masses have to be positive.
  const byRow = domain === 'mass' && rowBytes >= VECTOR_BYTES;
  const look = LOOKS[domain === 'mass' && !byRow ? 'positive' : domain];
  const chunk = Math.floor(CHUNK_BYTES / rowBytes);
  if (look === undefined || input instanceof Narrow || chunk === 0 || rows * rowBytes < VECTOR_BYTES) return false;
  const isHere = arena.holds(input);
  const [room] = arena.layOut([CHUNK_BYTES]) as [number];
  for (let start = 0; start < rows; start += chunk) {
    // The last as long as the others, in part once more: it may be shorter than a vector.
    const first = Math.max(0, Math.min(start, rows - chunk));
    const count = Math.min(chunk, rows);
    const bytes = count * rowBytes;
    const at = isHere ? input.byteOffset + first * rowBytes : room;
    if (!isHere) entriesOf(arena, dtype).set(input.subarray(first * cols, (first + count) * cols), room / size);
    if (!exports('plain_rows')(Number(dtype === 'f64'), at, byRow ? rowBytes : bytes, at + bytes, look[0], look[1])) return false;
  }
  return true;
}

function entriesOf(arena: Arena, dtype: Dtype): Floats {
  return dtype === 'f64' ? arena.f64() : arena.f32();
}
