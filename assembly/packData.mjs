/**
 * Few data segments instead of one for each constant: 1 KB less, as every segment has a header of six bytes. What lies between them is zero, as is a fresh
 * memory; so is the room of the exp table, 2 KB that the module fills when it starts.
 */
const EXPORTS = 7;
const DATA = 11;
/** Zeros in a row that are worth another segment. */
const GAP = 32;
const DATA_COUNT = 12;

/** An unsigned LEB128 number at `at`, and where it ends. */
function readLeb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

/** Signed where a constant of WebAssembly is: the last group leaves its sign bit 0. */
function leb(value, isSigned = false) {
  const groups = [];
  do {
    groups.push(value & 127);
    value >>>= 7;
  } while (value > 0 || (isSigned && groups.at(-1) >= 64));
  return groups.map((group, i) => (i < groups.length - 1 ? group | 128 : group));
}

/** The bytes of a memory that active segments at constant offsets leave, as asc writes them. */
function memoryOf(section) {
  let [count, at] = readLeb(section, 0);
  const memory = [];
  for (; count > 0; count--) {
    const [kind, constant] = section.subarray(at, at + 2);
    if (kind !== 0 || constant !== 0x41) throw new Error('packData: a segment is not active, or not at a constant');
    const [offset, end] = readLeb(section, at + 2);
    const [size, start] = readLeb(section, end + 1);
    for (let i = 0; i < size; i++) memory[offset + i] = section[start + i];
    at = start + size;
  }
  return Uint8Array.from(memory, (byte) => byte ?? 0);
}

/** Where what is not zero lies, but for gaps shorter than GAP. */
function partsOf(memory) {
  const parts = [];
  for (let i = 0; i < memory.length; i++) {
    if (memory[i] === 0) continue;
    const last = parts.at(-1);
    if (last !== undefined && i - last.end < GAP) last.end = i + 1;
    else parts.push({ start: i, end: i + 1 });
  }
  return parts;
}

function dataSection(section) {
  const memory = memoryOf(section);
  const parts = partsOf(memory);
  const segment = ({ start, end }) => [0, 0x41, ...leb(start, true), 0x0b, ...leb(end - start), ...memory.subarray(start, end)];
  return [...leb(parts.length), ...parts.flatMap(segment)];
}

/** The same exports under other names: count, then name, kind and index of each. */
function exportSection(section, nameOf) {
  let [count, at] = readLeb(section, 0);
  const out = leb(count);
  const seen = new Set();
  for (; count > 0; count--) {
    const [length, start] = readLeb(section, at);
    const [, end] = readLeb(section, start + length + 1);
    const name = nameOf(Buffer.from(section.subarray(start, start + length)).toString());
    if (seen.has(name)) throw new Error('packData: two exports have one name: see exportName.mjs');
    seen.add(name);
    out.push(name.length, ...Buffer.from(name), ...section.subarray(start + length, end));
    at = end;
  }
  return out;
}

/** The module with its data packed, and its exports renamed where that is asked for. */
export function packData(module, nameOf) {
  const out = [...module.subarray(0, 8)];
  for (let at = 8; at < module.length; ) {
    const id = module[at];
    const [size, start] = readLeb(module, at + 1);
    const section = module.subarray(start, start + size);
    at = start + size;
    if (id === DATA_COUNT) continue; // nothing asks for it
    const packed =
      id === DATA ? dataSection(section) : id === EXPORTS && nameOf !== undefined ? exportSection(section, nameOf) : [...section];
    out.push(id, ...leb(packed.length), ...packed);
  }
  return Uint8Array.from(out);
}
