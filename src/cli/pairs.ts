import { type BackendName, type Core, createCore, type Matrix, matrix, pairwise, SurprisalError } from '../index.js';
import { roomOf } from '../io/fill.js';
import { openTable, type TableWriter } from '../io/output.js';
import type { RowBlock, RowSource } from '../io/rows.js';
import { locate } from './blocks.js';
import { openPairOperands, type Part, type Side, toVector } from './operands.js';
import type { Command, Parsed } from './options.js';
import { Findings, type Rows } from './pairsFindings.js';
import { PAIR_MEASURES, PAIRS_GROUPS, PAIRS_HELP, readPairsSettings } from './pairsOptions.js';
import { type Neighbours, printPairs, printPairsJson } from './pairsReport.js';
import { Pending } from './pending.js';
import { Progress } from './progress.js';
import { notesOnSums } from './sums.js';

/** Rows of P whose neighbours are found in one call: enough for what every call prepares of Q. */
const STEP = 1024;
/** Neighbours that are found in one call, a row's at least: --top may ask for as many as there are rows. */
const STEP_NEIGHBOURS = 2 ** 22;
/** Rows of text that are read at a time. */
const TEXT_ROWS = 1024;

type Settings = ReturnType<typeof readPairsSettings> & { readonly core: Core };

/** `surprisal pairs`: reads both sides, streams the cells between them, keeps a summary, writes what is asked for. */
export const pairs: Command = { groups: PAIRS_GROUPS, help: PAIRS_HELP, run };

async function run(options: Parsed): Promise<void> {
  const sources: RowSource[] = [];
  const output = new Pending<TableWriter>();
  const progress = new Progress(process.stderr, options.flag('quiet'));
  try {
    const core = createCore({ backend: (options.value('backend') ?? 'auto') as BackendName | 'auto' });
    const settings = { ...readPairsSettings(options), core };
    const operands = await openPairOperands(options, settings.kind, sources);
    const start = performance.now();
    const p = await readSide(operands.p);
    const q = operands.q === undefined ? undefined : await readSide(operands.q, true);
    const others = q ?? p;
    if (q === undefined && p.rows === 1)
      throw new SurprisalError('ERR_EMPTY', `${first(p).source.path} has one row, and no other to stand beside it: give Q, a second file`);
    const out = options.value('out');
    const id = options.value('id') ?? 'row';
    const writer = await output.open('out', out, sources, (path) =>
      settings.nearest === undefined
        ? openTable(path, namesOf(others), { lead: p.ids && { name: id, ids: p.ids } })
        : openTable(path, [p.ids === undefined ? 'row' : id, 'rank', 'nearest', 'value'], {
            columns: [p.ids, undefined, others.ids, undefined],
          }),
    );
    const found = new Findings(p, others, q === undefined, settings.top);
    const neighbours: Neighbours[] = [];
    if (settings.nearest === undefined) await allCells(settings, p, q, found, writer, progress);
    else await nearestOnes(settings, settings.nearest, p, q, found, writer, progress, out === undefined ? neighbours : undefined);
    await output.commit();
    const seconds = (performance.now() - start) / 1000;
    const notes = notesOn(settings, p, q);
    const run = { ...settings, p, q, notes, found, neighbours, seconds, out, backend: core.backend };
    if (options.flag('json')) printPairsJson(run);
    else if (!options.flag('quiet')) printPairs(run);
  } finally {
    progress.end();
    await output.close();
    await Promise.all(sources.map((source) => source.close()));
  }
}

async function allCells(
  settings: Settings,
  p: Rows,
  q: Rows | undefined,
  found: Findings,
  writer: TableWriter | undefined,
  progress: Progress,
): Promise<void> {
  const blocks = blocksOf(settings, p, q);
  for (;;) {
    const block = located(p, q ?? p, () => blocks.next());
    if (block.done === true) break;
    const { first, values } = block.value;
    const { data, rows, cols } = values;
    for (let i = 0; i < rows; i++) found.add(first + i, data.subarray(i * cols, (i + 1) * cols));
    await writer?.write(data instanceof Float64Array ? data : Float64Array.from(data));
    progress.update((first + rows) / p.rows, first + rows);
  }
}

/**
 * Rows of P a step at a time. One row may have all of the closest pairs, so that as many neighbours of each are looked at as pairs are shown, though K of them
 * are given out. A row that is its own neighbour, at 0, is asked for beyond these and left out.
 */
async function nearestOnes(
  settings: Settings,
  k: number,
  p: Rows,
  q: Rows | undefined,
  found: Findings,
  writer: TableWriter | undefined,
  progress: Progress,
  keep: Neighbours[] | undefined,
): Promise<void> {
  const others = q ?? p;
  const extra = q === undefined ? 1 : 0;
  if (k + extra > others.rows)
    throw new SurprisalError('ERR_OPTION', `--nearest takes 1 to ${others.rows - extra}, the rows there are; got ${k}`, { value: k });
  const asked = Math.min(Math.max(k, settings.top) + extra, others.rows);
  const step = Math.max(1, Math.min(STEP, Math.floor(STEP_NEIGHBOURS / asked)));
  for (let first = 0; first < p.rows; first += step) {
    const rows = Math.min(step, p.rows - first);
    const part = slice(p, first, rows);
    const { indices, values } = located(part, others, () => nearestOf(settings, part, others, asked));
    const table = new Float64Array(4 * k * rows);
    for (let i = 0; i < rows; i++) {
      const row = first + i;
      const near = Array.from({ length: asked }, (_, n) => ({
        row: indices[i * asked + n] as number,
        value: values[i * asked + n] as number,
      })).filter((one) => extra === 0 || one.row !== row);
      const own = near.slice(0, k);
      for (const [rank, { row: other, value }] of own.entries()) table.set([row, rank + 1, other, value], 4 * (i * k + rank));
      for (const { row: other, value } of near) found.addPair(row, other, value);
      found.nearest.add(Float64Array.of((own[0] as { value: number }).value));
      keep?.push({ row, neighbours: own });
    }
    found.cells += rows * (others.rows - extra);
    await writer?.write(table);
    progress.update((first + rows) / p.rows, first + rows);
  }
}

function blocksOf({ kind, measure, ...options }: Settings, p: Rows, q: Rows | undefined): Generator<pairwise.PairBlock> {
  const { base, core } = options;
  if (kind === 'gaussian') return pairwise.gaussianBlocks(gaussiansOf(p), q === undefined ? undefined : gaussiansOf(q), { base, core });
  const settings = { measure: PAIR_MEASURES[measure], base, core, products: options.products, normalize: options.normalize };
  return pairwise.blocks(matrixOf(p, first(p)), q === undefined ? undefined : matrixOf(q, first(q)), settings);
}

function nearestOf({ kind, measure, base, core, products, normalize }: Settings, p: Rows, q: Rows, k: number): pairwise.Nearest {
  if (kind === 'gaussian') return pairwise.nearestGaussians(gaussiansOf(p), gaussiansOf(q), k, { base, core });
  return pairwise.nearest(matrixOf(p, first(p)), matrixOf(q, first(q)), k, {
    measure: PAIR_MEASURES[measure],
    base,
    core,
    products,
    normalize,
  });
}

function notesOn({ kind, normalize }: Settings, p: Rows, q: Rows | undefined): readonly string[] {
  if (kind !== 'probabilities' || normalize === 'require') return [];
  return notesOnSums({ p: matrixOf(p, first(p)), q: q && matrixOf(q, first(q)) }, 'counts go by --as counts');
}

const first = ({ side }: Rows) => side[0] as Part;

function gaussiansOf(rows: Rows): pairwise.GaussianRows {
  return Object.fromEntries(
    rows.side.map((part) => [part.name, part.reference ?? matrixOf(rows, part)]),
  ) as unknown as pairwise.GaussianRows;
}

function matrixOf({ blocks }: Rows, part: Part): Matrix {
  const { data, rows } = blocks.get(part) as RowBlock;
  return matrix({ data, shape: [rows, part.source.cols], dtype: part.source.dtype });
}

/** Rows from `from` on. */
function slice(all: Rows, from: number, rows: number): Rows {
  const cut = ([part, block]: [Part, RowBlock]): [Part, RowBlock] => {
    const { cols } = part.source;
    const to = from + rows;
    const lines = block.lines && { lines: block.lines.subarray(from, to) };
    return [part, { ...block, ...lines, data: block.data.subarray(from * cols, to * cols), rows, first: from }];
  };
  return { ...all, rows, blocks: new Map([...all.blocks].map(cut)) };
}

/** @param spreads whether a part of one row serves all rows of the other */
async function readSide(side: Side, spreads = false): Promise<Rows> {
  const read: [Part, RowBlock][] = [];
  for (const part of side) read.push([part, await readWhole(part.source)]);
  const rows = Math.max(...read.map(([, block]) => block.rows));
  const parts = read.map(([part, block]): [Part, RowBlock] => {
    if (!spreads || block.rows > 1 || rows === 1) return [part, block];
    return [{ ...part, reference: toVector(block.data, part.source.dtype) }, block];
  });
  const [[lead, block], other] = parts.filter(([{ reference }]) => reference === undefined) as [[Part, RowBlock], [Part, RowBlock]?];
  if (other !== undefined && other[1].rows !== block.rows)
    throw new SurprisalError('ERR_SHAPE', `${lead.source.path} has ${block.rows} rows, ${other[0].source.path} has ${other[1].rows}`);
  return { side: parts.map(([part]) => part), blocks: new Map(parts), rows, ids: parts[0]?.[1].ids };
}

/** All rows as one block: binary files know how many they have, text is read until it ends. */
async function readWhole(source: RowSource): Promise<RowBlock> {
  if (source.rows !== undefined) return (await source.read(source.rows)) as RowBlock;
  const [data, lines, ids]: [Float64Array[], Float64Array[], string[]] = [[], [], []]; // one array of plain numbers would end at 2^27
  let hasIds = false;
  for (;;) {
    const block = await source.read(TEXT_ROWS);
    if (block === undefined) break;
    data.push(new Float64Array(block.data));
    lines.push(new Float64Array(block.lines ?? []));
    hasIds = block.ids !== undefined;
    for (const id of block.ids ?? []) ids.push(id);
  }
  const all = { data: join(source.path, data), lines: join(source.path, lines) };
  return { ...all, rows: all.lines.length, first: 0, ids: hasIds ? ids : undefined };
}

function join(path: string, parts: readonly Float64Array[]): Float64Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = roomOf(path, 8 * length, () => new Float64Array(length));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function namesOf({ rows, ids }: Rows): readonly string[] {
  return ids ?? Array.from({ length: rows }, (_, j) => `${j}`);
}

/** Errors of the library about P or Q are told of the files. */
function located<T>(p: Rows, q: Rows, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const blocks = new Map([...p.blocks, ...q.blocks]);
    const lead = p.blocks.get(first(p)) as RowBlock;
    throw locate(error, p.side, q.side, { p: 'uniform', q: undefined, lead, blocks }, false);
  }
}
