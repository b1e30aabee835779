import { describe, expect, it } from 'vitest';
import { type CorrectedReport, KldComparison, type KldReport, TOKEN_COLUMNS } from '../../../src/applications/kld.js';
import { logits, matrix } from '../../../src/index.js';
import { decodeRow } from '../../../src/io/baseLogitsLayout.js';
import { encodeRow } from '../../support/baseLogits.js';
import { errorOf } from '../../support/errors.js';
import { createRng } from '../../support/rng.js';

const [ROWS_PER_CHUNK, CHUNKS, COLS] = [12, 25, 300];
const ROWS = ROWS_PER_CHUNK * CHUNKS;

/** Rows of a base file, and what they were encoded from. */
function encoded(truth: Float32Array, window: number, seed: number) {
  const rng = createRng(seed);
  const data = new Float32Array(truth.length);
  const prefixes = Array.from({ length: ROWS }, (_, row) =>
    decodeRow(encodeRow(truth.subarray(row * COLS, (row + 1) * COLS), window), COLS, data, row * COLS),
  );
  return {
    ...{ data, rows: ROWS },
    targets: new Int32Array(ROWS).map(() => rng.below(COLS)),
    floors: Float32Array.from(prefixes, ({ floor }) => floor),
    spans: Float32Array.from(prefixes, ({ scale }) => 65535 * scale),
  };
}

function compare(
  base: ReturnType<typeof encoded>,
  other: Float32Array,
  options = {},
): { report: KldReport; told: (name: string) => number[] } {
  const comparison = new KldComparison({ rowsPerChunk: ROWS_PER_CHUNK, ...options });
  const values = comparison.add(base, matrix(other, ROWS, COLS));
  const told = (name: string) =>
    Array.from({ length: ROWS }, (_, i) => values[i * TOKEN_COLUMNS.length + (TOKEN_COLUMNS as readonly string[]).indexOf(name)] as number);
  return { report: comparison.report(), told };
}

/** Gaussian logits, wide enough that a window of 16 cuts. */
function draw(seed: number, deviation: number) {
  const rng = createRng(seed);
  const truth = Float32Array.from({ length: ROWS * COLS }, () => deviation * rng.normal());
  return { truth, other: truth.map((x) => x + 0.2 * rng.normal()) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the corrected report', () => {
  const { truth, other } = draw(3, 9);
  const base = encoded(truth, 16, 4);
  const { report, told } = compare(base, other);
  const { corrected } = report;
  const exact = logits.klDivergence(matrix(truth, ROWS, COLS), matrix(other, ROWS, COLS));

  it('has no divergence below 0, where the tool has, and none of a file against itself', () => {
    const self = compare(base, base.data);
    expect(Math.min(...self.told('kld'))).toBeLessThan(0);
    expect(self.told('kl')).toEqual(new Array(ROWS).fill(0));
    expect(self.told('js')).toEqual(new Array(ROWS).fill(0));
    expect(self.report.corrected.perplexity.ratio.value).toBeCloseTo(1, 12);
  });

  it('knows the mass below the window, and bounds the divergence by it', () => {
    const { tail } = corrected;
    expect(tail.rows).toBe(ROWS);
    const w = logits.softmax(matrix(truth, ROWS, COLS)).data;
    const [bounds, masses] = [told('kl_with_tail'), told('tail_mass')];
    for (let row = 0; row < ROWS; row++) {
      const floor = base.floors[row] as number;
      let mass = 0;
      for (let i = row * COLS; i < (row + 1) * COLS; i++) if (base.data[i] === floor) mass += w[i] as number;
      // Codes are rounded by half a step of 16/65535, so Σp by as much at most.
      const step = 16 / 65535 / 2;
      expect(Math.abs((masses[row] as number) - mass)).toBeLessThan(step);
      // First order: Σ|p·log(p/q)| times the step; the logs here are below 4.
      expect(bounds[row] as number).toBeLessThan((exact[row] as number) + 8 * step);
    }
  });

  it('bounds the divergence also where single floats have no room for the mass below the window', () => {
    for (const surer of [20, 60, 95, 150]) {
      // The second model leaves what lies below the window e^−surer of what it had.
      const sure = other.map((x, i) => (base.data[i] === base.floors[Math.floor(i / COLS)] ? x - surer : x));
      const found = compare(base, sure);
      const kl = logits.klDivergence(matrix(truth, ROWS, COLS), matrix(sure, ROWS, COLS));
      const [bounds, masses] = [found.told('kl_with_tail'), found.told('tail_mass')];
      for (const [row, bound] of bounds.entries()) {
        // Σp as above, times the log; and single floats of the sums.
        expect(bound).toBeLessThan((kl[row] as number) + (8 + surer) * (16 / 65535 / 2) + 2 ** -20 * surer);
        expect(bound).toBeGreaterThan((surer - 20) * (masses[row] as number));
      }
    }
  });

  it('is near the truth where no row was cut', () => {
    const narrow = draw(5, 1);
    const file = encoded(narrow.truth, 16, 6);
    const found = compare(file, narrow.other);
    const wanted = logits.klDivergence(matrix(narrow.truth, ROWS, COLS), matrix(narrow.other, ROWS, COLS));
    expect(found.report.corrected.tail.rows).toBe(0);
    expect(found.report.corrected.targetsBelow).toBe(0);
    for (const [i, kl] of found.told('kl').entries())
      expect(Math.abs(kl - (wanted[i] as number))).toBeLessThan(1e-4 * (wanted[i] as number) + 1e-6);
    expect(found.told('kl_with_tail')).toEqual(found.told('kl'));
    const nll = logits.surprisal(matrix(narrow.truth, ROWS, COLS), file.targets);
    expect(found.report.corrected.perplexity.base.value / Math.exp(mean(Array.from(nll)))).toBeCloseTo(1, 4);
  });

  it('is the means of what is told of the tokens', () => {
    const pairs: [keyof CorrectedReport, string][] = [
      ['kl', 'kl'],
      ['klWithTail', 'kl_with_tail'],
      ['reverseKl', 'reverse_kl'],
      ['jensenShannon', 'js'],
      ['sameTop', 'same_top'],
    ];
    for (const [name, column] of pairs) expect((corrected[name] as { value: number }).value).toBeCloseTo(mean(told(column)), 12);
    const kl = told('kl');
    expect(mean(Array.from(corrected.byPosition))).toBeCloseTo(mean(kl), 12);
    expect(corrected.byPosition[3]).toBeCloseTo(mean(kl.filter((_, i) => i % ROWS_PER_CHUNK === 3)), 12);
    const sorted = [...kl].sort((a, b) => b - a);
    expect(corrected.worst.map((token) => token.kl)).toEqual(sorted.slice(0, 5));
    for (const { chunk, row, kl: value, target } of corrected.worst) {
      const at = chunk * ROWS_PER_CHUNK + row;
      expect([kl[at], base.targets[at]]).toEqual([value, target]);
    }
    expect(corrected.quantiles['50']?.value).toBeCloseTo((sorted[149] as number) / 2 + (sorted[150] as number) / 2, 6);
  });

  it('has intervals that widen where tokens of a chunk go together', () => {
    const level = (of: Float32Array) =>
      of.map((x, i) => (truth[i] as number) + (x - (truth[i] as number)) * (1 + (Math.floor(i / COLS / ROWS_PER_CHUNK) % 5)));
    const together = compare(base, level(other)).report;
    const width = ({ corrected: { kl } }: KldReport) => kl.interval[1] - kl.interval[0];
    // Of the tool's standard error, which takes tokens as independent.
    const share = (of: KldReport) => width(of) / of.compatible.kld.mean.uncertainty;
    expect(share(together)).toBeGreaterThan(1.3 * share(report));
    expect(compare(base, other).report).toEqual(report);
    expect(compare(base, other, { seed: 2 }).report.corrected.kl.interval).not.toEqual(corrected.kl.interval);
  });

  it('counts targets below the window', () => {
    const targets = base.targets.map((_, row) => base.data.subarray(row * COLS, (row + 1) * COLS).indexOf(base.floors[row] as number));
    expect(compare({ ...base, targets }, other).report.corrected.targetsBelow).toBe(ROWS);
  });

  it('refuses what does not fit, and has taken nothing in then', () => {
    const comparison = new KldComparison({ rowsPerChunk: ROWS_PER_CHUNK });
    const spoilt = other.slice();
    spoilt[COLS + 2] = Number.NaN;
    expect(errorOf(() => comparison.add(base, matrix(spoilt, ROWS, COLS)))).toMatchObject({
      ...{ code: 'ERR_DOMAIN', argument: 'other', row: 1, column: 2 },
      message: expect.stringContaining('"other" row 1, column 2'),
    });
    const damaged = { ...base, data: base.data.map((x, i) => (i === 3 ? Number.NaN : x)) };
    expect(errorOf(() => comparison.add(damaged, matrix(other, ROWS, COLS)))).toMatchObject({ argument: 'base.data', row: 0, column: 3 });
    expect(errorOf(() => comparison.add(base, matrix(other.subarray(0, COLS), 1, COLS))).code).toBe('ERR_SHAPE');
    expect(errorOf(() => comparison.add({ ...base, targets: base.targets.map(() => COLS) }, matrix(other, ROWS, COLS)))).toMatchObject({
      code: 'ERR_DOMAIN',
      row: 0,
      value: COLS,
    });
    expect(comparison.report().compatible.tokens).toBe(0);
    for (const options of [{ rowsPerChunk: 0 }, { rowsPerChunk: 1, level: 1 }, { rowsPerChunk: 1, chunks: 3 }, {}]) {
      expect(errorOf(() => new KldComparison(options as { rowsPerChunk: number })).code).toBe('ERR_OPTION');
    }
  });
});
