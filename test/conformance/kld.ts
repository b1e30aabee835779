/**
 * kld/: base-logits files of llama.cpp's perplexity tool. What the tool printed is held in its own digits, the last of them ± 1; the statistics that were
 * computed in float64 by the tolerance that expected.json states for a reader in float32; decoding by one step of the codes.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BaseRows,
  compatibleText,
  decodeRow,
  KldComparison,
  type KldReport,
  parseBaseLogits,
  TOKEN_COLUMNS,
} from '../../src/applications/kld.js';
import type { Matrix } from '../../src/index.js';
import { type Run, readJson, readNpy } from './reference.js';

/** allow rtol 1e-5, atol 1e-6: what expected.json states. */
const allowed = (value: number) => 1e-6 + 1e-5 * Math.abs(value);

interface Statistics {
  readonly [name: string]: number | null | readonly number[] | Readonly<Record<string, unknown>>;
}

interface BaseFile extends BaseRows {
  readonly cols: number;
  readonly rowsPerChunk: number;
  readonly chunks: number;
  readonly contextLength: number;
  readonly tokens: Int32Array;
  readonly scales: Float32Array;
}

/** Every file of the folder. */
export function runKld(run: Run, folder: string): void {
  const { files } = readJson<{ files: Record<string, Statistics> }>(join(folder, 'expected.json'));
  for (const [name, expected] of Object.entries(files)) runFile(run, folder, name, expected);
  const tool = join(folder, 'tool');
  if (!existsSync(tool)) return;
  for (const file of readdirSync(tool)) if (file.endsWith('.report.txt')) runReport(run, tool, file.replace('.report.txt', ''));
}

/** The whole of a small file. */
function readBase(folder: string, name: string): BaseFile {
  const path = join(folder, `${name}.kld`);
  const bytes = new Uint8Array(readFileSync(path)).slice();
  const layout = parseBaseLogits(path, bytes.subarray(0, 20), bytes.length);
  const { vocabulary: cols, rowsPerChunk, chunks, contextLength, rowBytes, rowsAt, firstTarget } = layout;
  const rows = chunks * rowsPerChunk;
  const tokens = new Int32Array(bytes.buffer, 20, chunks * contextLength);
  const data = new Float32Array(rows * cols);
  const prefixes = Array.from({ length: rows }, (_, row) => decodeRow(bytes.subarray(rowsAt + row * rowBytes), cols, data, row * cols));
  const target = (row: number) => tokens[Math.floor(row / rowsPerChunk) * contextLength + firstTarget + (row % rowsPerChunk)] as number;
  return {
    ...{ data, rows, cols, rowsPerChunk, chunks, contextLength, tokens },
    targets: Int32Array.from({ length: rows }, (_, row) => target(row)),
    floors: Float32Array.from(prefixes, ({ floor }) => floor),
    spans: Float32Array.from(prefixes, ({ scale }) => 65535 * scale),
    scales: Float32Array.from(prefixes, ({ scale }) => scale),
  };
}

function readLogits(folder: string, name: string): Matrix {
  const { data, shape } = readNpy(folder, name);
  const cols = shape.at(-1) as number;
  return { data: data as Float32Array, rows: data.length / cols, cols };
}

/** Blocks of an odd size, so that chunks are cut. */
function compare(run: Run, base: BaseFile, other: Matrix): { report: KldReport; told: Map<string, number[]> } {
  const comparison = new KldComparison({ rowsPerChunk: base.rowsPerChunk, core: run.core });
  const told = new Map<string, number[]>(TOKEN_COLUMNS.map((name) => [name, []]));
  const { cols } = base;
  for (let from = 0; from < base.rows; from += 7) {
    const to = Math.min(base.rows, from + 7);
    const part = <T extends Float32Array | Int32Array>(of: T, width: number) => of.subarray(from * width, to * width) as T;
    const block = {
      data: part(base.data, cols),
      rows: to - from,
      targets: part(base.targets, 1),
      floors: part(base.floors, 1),
      spans: part(base.spans, 1),
    };
    const values = comparison.add(block, { data: part(other.data as Float32Array, cols), rows: to - from, cols });
    for (const [i, value] of values.entries()) told.get(TOKEN_COLUMNS[i % TOKEN_COLUMNS.length] as string)?.push(value);
  }
  return { report: comparison.report(), told };
}

function runFile(run: Run, folder: string, name: string, expected: Statistics): void {
  const base = readBase(folder, name);
  const other = readLogits(folder, `${name}_other_logits`);
  const place = (quantity: string) => ({ backend: run.backend, section: 'kld', quantity, dtype: 'f32' as const, id: name });
  const assert = (quantity: string, holds: boolean, message: string) => run.report.assert(place(quantity), holds, message);

  const sizes = {
    count: base.rows,
    n_ctx: base.contextLength,
    n_vocab: base.cols,
    n_chunk: base.chunks,
    rows_per_chunk: base.rowsPerChunk,
  };
  for (const [key, size] of Object.entries(sizes)) assert('layout', expected[key] === size, `${key} is ${size}, expected ${expected[key]}`);
  const first = expected['first_row'] as { scale: number; min_log_prob: number; u_first8: number[] };
  assert('layout', base.scales[0] === first.scale && base.floors[0] === first.min_log_prob, 'prefix of the first row');
  const codes = first.u_first8.map((code) => Math.fround(Math.fround(Math.fround(first.scale) * code) + Math.fround(first.min_log_prob)));
  assert(
    'layout',
    codes.every((value, i) => value === base.data[i]),
    'first codes',
  );
  assert(
    'layout',
    (expected['tokens_first8'] as number[]).every((token, i) => token === base.tokens[i]),
    'first tokens',
  );
  checkDecoding(run, base, readLogits(folder, `${name}_base_logits`), place('decoded rows'));

  const { report, told } = compare(run, base, other);
  const { compatible } = report;
  checkStatistics(run, compatible, expected, place);
  run.report.checkAll(place('kld_per_token'), told.get('kld') as number[], expected['kld_per_token'] as number[], allowed);

  const second = readBase(folder, `${name}_other`);
  checkDecoding(run, second, other, place('decoded rows'));
  const against = expected['vs_other_kld_file'] as Record<string, number>;
  const files = compare(run, base, { data: second.data, rows: second.rows, cols: second.cols }).report.compatible;
  checkStatistics(run, files, against as unknown as Statistics, (quantity) => place(`${quantity}, two files`));

  // The tool's sum without its cut at −16, and the divergence of the row as a distribution.
  const { library } = run;
  const options = { core: run.core };
  const stored = { data: Float64Array.from(base.data, Math.exp), rows: base.rows, cols: base.cols };
  const q = library.logits.softmax({ ...other, data: Float64Array.from(other.data as Float32Array) }, options);
  const uncut = library.klDivergence(stored, q, { ...options, normalize: false });
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const check = (quantity: string, actual: number) =>
    run.report.check(place(quantity), actual, expected[quantity] as number, allowed(actual));
  check('mean_kld_without_cutoff', mean(uncut));
  const kl = told.get('kl') as number[];
  check('mean_kld_base_renormalised', mean(kl));
  check('min_kld_base_renormalised', Math.min(...kl));
  const sums = Array.from({ length: base.rows }, (_, i) =>
    stored.data.subarray(i * base.cols, (i + 1) * base.cols).reduce((a, b) => a + b, 0),
  );
  check('sum_p_base_min', Math.min(...sums));
  check('sum_p_base_max', Math.max(...sums));
}

function checkStatistics(
  run: Run,
  { perplexity, kld, deltaP, sameTop }: KldReport['compatible'],
  expected: Statistics,
  place: (quantity: string) => Parameters<Run['report']['check']>[0],
): void {
  const ofRanks = ({ maximum, median, minimum, percentiles }: typeof kld) => ({
    ...{ 1: maximum, 0.5: median, 0: minimum },
    ...Object.fromEntries(
      Object.entries(percentiles).map(([percent, value]) => [String(Number((Number(percent) / 100).toFixed(3))), value]),
    ),
  });
  const found: Record<string, number | Record<string, number>> = {
    ppl_q: perplexity.q.value,
    ppl_q_unc: perplexity.q.uncertainty,
    ppl_base: perplexity.base.value,
    ppl_base_unc: perplexity.base.uncertainty,
    cor_ln_ppl: perplexity.correlation,
    mean_ln_ppl_ratio: perplexity.logRatio.value,
    mean_ln_ppl_ratio_unc: perplexity.logRatio.uncertainty,
    ppl_ratio: perplexity.ratio.value,
    ppl_diff: perplexity.difference.value,
    mean_kld: kld.mean.value,
    mean_kld_unc: kld.mean.uncertainty,
    kld_percentiles: ofRanks(kld),
    mean_dp: deltaP.mean.value,
    dp_percentiles: ofRanks(deltaP),
    rms_dp: deltaP.rms.value,
    rms_dp_unc: deltaP.rms.uncertainty,
    same_top_p: sameTop.value,
  };
  for (const [quantity, value] of Object.entries(found)) {
    const wanted = expected[quantity];
    if (wanted === undefined) continue;
    if (wanted === null) run.report.assert(place(quantity), Number.isNaN(value), `${value}, expected none`);
    else if (typeof value === 'number') run.report.check(place(quantity), value, wanted as number, allowed(wanted as number));
    else {
      for (const [rank, number] of Object.entries(wanted as Record<string, number>)) {
        run.report.check(place(quantity), value[rank] as number, number, allowed(number));
      }
    }
  }
}

/** A decoded log-probability is within half a step of the true one, and the roundings of float32; below the window it is the window's end. */
function checkDecoding(run: Run, base: BaseFile, logits: Matrix, place: Parameters<Run['report']['check']>[0]): void {
  const wide = { ...logits, data: Float64Array.from(logits.data as Float32Array) };
  const truth = run.library.logits.logSoftmax(wide, { core: run.core }).data;
  let worst = 0;
  for (let row = 0; row < base.rows; row++) {
    const [floor, scale] = [base.floors[row] as number, base.scales[row] as number];
    for (let i = row * base.cols; i < (row + 1) * base.cols; i++) {
      const wanted = Math.max(truth[i] as number, floor);
      // Three float32 operations, on numbers up to the floor's size, in writing and as many in reading.
      const share = Math.abs((base.data[i] as number) - wanted) / (scale / 2 + 6 * 2 ** -24 * Math.abs(floor));
      if (!(share <= worst)) worst = share;
    }
  }
  run.report.assert(place, worst <= 1, `off by ${worst} times what rounding leaves`);
}

/** The report of the real program: the same words in the same places, and numbers whose last digit is at most 1 off. */
function runReport(run: Run, folder: string, name: string): void {
  const { report } = compare(run, readBase(folder, name), readLogits(folder, `${name}_other_logits`));
  const lines = compatibleText(report.compatible);
  const printed = readFileSync(join(folder, `${name}.report.txt`), 'utf8')
    .replace(/\n$/, '')
    .split('\n');
  const place = { backend: run.backend, section: 'kld', quantity: "the tool's report, lines", dtype: 'f32' as const, id: name };
  for (const [i, line] of printed.entries())
    run.report.assert(place, isSame(lines[i] ?? '', line), `line ${i + 1}: ${lines[i]}, expected ${line}`);
  run.report.assert(place, lines.length === printed.length, `${lines.length} lines, expected ${printed.length}`);
}

const NUMBER = /-?\d+\.\d+/g;

function isSame(line: string, printed: string): boolean {
  if (line.replace(NUMBER, '#').replace(/ +/g, ' ') !== printed.replace(NUMBER, '#').replace(/ +/g, ' ')) return false;
  if (line.length !== printed.length) return false;
  const wanted = printed.match(NUMBER) ?? [];
  return (line.match(NUMBER) ?? []).every((text, i) => {
    const [number = '', digits = ''] = (wanted[i] as string).split('.');
    const units = (value: string) => BigInt(value.replace('.', ''));
    const [got, want] = [units(text), units(`${number}.${digits}`)];
    return (got > want ? got - want : want - got) <= 1n;
  });
}
