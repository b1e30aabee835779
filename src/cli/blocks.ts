import { type Matrix, matrix, SurprisalError } from '../index.js';
import type { RowBlock, RowSource } from '../io/rows.js';
import type { Operand } from './measures.js';
import { type Known, type Part, rowsDiffer, type Side } from './operands.js';

/** The rows of all parts with the same numbers. */
export interface StepBlocks {
  readonly p: Operand;
  readonly q: Operand | undefined;
  /** The block of P's first part: it knows the ids and where the rows are. */
  readonly lead: RowBlock;
  readonly blocks: ReadonlyMap<Part, RowBlock>;
}

/** Reads the parts of both sides in step: `undefined` at their common end. */
export async function readStep(p: Side, q: Side | Known | undefined, count: number): Promise<StepBlocks | undefined> {
  const parts = typeof q === 'object' ? [...p, ...q] : p;
  const streamed = parts.filter((part) => part.reference === undefined);
  const read = await Promise.all(streamed.map(({ source }) => source.read(count)));
  const lead = read[0];
  const first = streamed[0] as Part;
  for (const [i, part] of streamed.entries()) {
    if (read[i]?.rows !== lead?.rows) throw rowsDiffer(first.source, part.source, !p.includes(part));
  }
  if (lead === undefined) return undefined;
  const blocks = new Map(streamed.map((part, i) => [part, read[i] as RowBlock]));
  for (const [part, block] of blocks) checkIds(first, lead, part, block);
  return { p: operand(p, blocks), q: typeof q === 'object' ? operand(q, blocks) : q, lead, blocks };
}

function operand(side: Side, blocks: ReadonlyMap<Part, RowBlock>): Operand {
  const rows = (part: Part) => part.reference ?? toMatrix(blocks.get(part) as RowBlock, part.source);
  const [first] = side;
  return first?.name === '' ? rows(first) : Object.fromEntries(side.map((part) => [part.name, rows(part)]));
}

function toMatrix({ data, rows }: RowBlock, { cols, dtype }: RowSource): Matrix {
  return matrix({ data, shape: [rows, cols], dtype });
}

/** Rows meet by position: where both sides have the id column, it must say the same. */
export function checkIds(a: Part, blockA: RowBlock, b: Part, blockB: RowBlock): void {
  if (blockA.ids === undefined || blockB.ids === undefined) return;
  const at = blockA.ids.findIndex((id, i) => id !== blockB.ids?.[i]);
  if (at < 0) return;
  const [here, there] = [placeOf(a, blockA, at), placeOf(b, blockB, at)];
  const message = `${here} has id ${JSON.stringify(blockA.ids[at])}, ${there} has ${JSON.stringify(blockB.ids[at])}: rows are matched by their order`;
  throw new SurprisalError('ERR_SHAPE', message, { row: blockA.first + at });
}

/** `file.csv, row 3 (line 5)`; row counts from 0 and within the block. */
function placeOf({ source }: Part, block: RowBlock, row: number): string {
  const line = block.lines === undefined ? '' : ` (line ${block.lines[row]})`;
  return `${source.path}, row ${block.first + row}${line}`;
}

/**
 * An error of the library about a block, told of the files: their path, row, line and column name. Errors about anything else are returned as
 * they are.
 *
 * @param swapped whether the function was called with Q first
 * @param advice  what to do where the library thinks that these are logits
 */
export function locate(error: unknown, p: Side, q: Side | Known | undefined, step: StepBlocks, swapped: boolean, advice = ''): unknown {
  if (!(error instanceof SurprisalError) || error.argument === undefined || error.expected === undefined) return error;
  const [argument = '', name = ''] = error.argument.split('.');
  const isFirst = ['p', 'P', 'a', 'z', 'rows'].includes(argument);
  const side = isFirst !== swapped ? p : q;
  const part = typeof side === 'object' ? side.find((candidate) => candidate.name === name) : undefined;
  if (part === undefined) return error;
  const block = step.blocks.get(part);
  const where = block === undefined || error.row === undefined ? part.source.path : placeOf(part, block, error.row);
  const { names } = part.source;
  const column = error.column === undefined ? '' : `, column ${names === undefined ? error.column : JSON.stringify(names[error.column])}`;
  const got = 'value' in error ? `, got ${error.value}` : '';
  const row = error.row === undefined ? undefined : (block?.first ?? 0) + error.row;
  const { code, column: at, value } = error;
  const expected = error.expected.replace('counts are audited as counts', 'counts go by --as counts');
  const hint = error.message.includes('logits') ? advice : '';
  return new SurprisalError(code, `${where}${column}: expected ${expected}${got}${hint}`, {
    argument: part.source.path,
    row,
    column: at,
    value,
    expected,
  });
}
