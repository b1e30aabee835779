/** Reads what a reference folder holds: JSON with Infinity and NaN as strings, and version 1 .npy arrays. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../../src/index.js';
import type { Dtype, Floats } from '../../src/types.js';
import type { Report } from './report.js';

/** The library under test: what `import * as surprisal` gives. */
export type Library = typeof import('../../src/index.js');

/** What a section is run with. */
export interface Run {
  readonly library: Library;
  readonly core: Core;
  readonly backend: 'wasm' | 'js';
  readonly report: Report;
}

/** A case of a vector file: numbers, arrays of numbers, names. */
export type Case = { readonly id: string; readonly regime: string; readonly dtype: Dtype } & Readonly<Record<string, unknown>>;

export interface VectorFile {
  readonly section: string;
  readonly cases: readonly Case[];
}

const SPECIAL: Readonly<Record<string, number>> = {
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

/** Parses a reference file; the strings "Infinity", "-Infinity" and "NaN" become numbers. */
export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8'), (_key, value: unknown) =>
    typeof value === 'string' && value in SPECIAL ? SPECIAL[value] : value,
  ) as T;
}

/** The numbers as the case's dtype holds them. */
export function asDtype(numbers: readonly number[], dtype: Dtype): Floats {
  return dtype === 'f32' ? Float32Array.from(numbers) : Float64Array.from(numbers);
}

/** Cases that fit into one matrix, by a key of their shape. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Rows of equal length, one after the other. */
export function stack(rows: readonly Floats[], dtype: Dtype): Floats {
  const cols = rows[0]?.length ?? 0;
  const data = dtype === 'f32' ? new Float32Array(rows.length * cols) : new Float64Array(rows.length * cols);
  for (const [i, row] of rows.entries()) data.set(row, i * cols);
  return data;
}

export interface NpyArray {
  readonly data: Floats;
  readonly shape: readonly number[];
}

/** Reads a little-endian, C order .npy file of float32 or float64; bytes become float64. */
export function readNpy(folder: string, name: string): NpyArray {
  const bytes = readFileSync(join(folder, `${name}.npy`));
  const headerLength = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + headerLength);
  const dtype = /'descr': '(?:<f|\|u)([148])'/.exec(header)?.[1];
  const shapeText = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (dtype === undefined || shapeText === undefined || header.includes("'fortran_order': True")) throw new Error(`${name}.npy: ${header}`);
  const shape = shapeText
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const start = bytes.byteOffset + 10 + headerLength;
  const buffer = bytes.buffer.slice(start, bytes.byteOffset + bytes.byteLength);
  if (dtype === '1') return { data: Float64Array.from(new Uint8Array(buffer)), shape };
  return { data: dtype === '4' ? new Float32Array(buffer) : new Float64Array(buffer), shape };
}
