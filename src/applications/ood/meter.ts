/** Rows of both kinds and which is which, block by block: how well a score tells them apart. */
import { argumentError, checkOptions, INTERVAL_RULES, openShare, optionError, type OptionRules, unchecked } from '../input/options.js';
import { type RowsLike, toMatrix } from '../input/tensor.js';
import { SCORE_RULES, type ScoreOptions, scoreAll } from './blocks.js';
import { measure, type OodMetrics } from './metrics.js';
import { checkClasses, type Scored } from './scores.js';

export interface MetricOptions extends ScoreOptions {
  /** Share of in-distribution rows that is to be accepted, for the rate of false acceptances; 0.95 when left out. */
  readonly tpr?: number | undefined;
  /** Of intervals; 0.95 when left out. */
  readonly level?: number | undefined;
  /** How often rows are drawn anew; 1,000 when left out. */
  readonly replicates?: number | undefined;
  /** Of the draws; 1 when left out. */
  readonly seed?: number | undefined;
}

const METRIC_RULES: OptionRules = { ...SCORE_RULES, tpr: openShare, ...INTERVAL_RULES, core: unchecked };

/** Which rows are from outside: 0 and 1, also as booleans or bigints. */
export type Flags = ArrayLike<number | boolean | bigint>;

function flagOf(flag: unknown, row: number): number {
  if (flag === true || flag === 1 || flag === 1n) return 1;
  if (flag === false || flag === 0 || flag === 0n) return 0;
  throw argumentError('ERR_DOMAIN', 'outside', '0 or 1 (numbers, booleans or bigints)', flag, { row });
}

/** {@link oodMetrics} block by block: `add` rows with their flags, then `metrics`. Keeps 17 bytes a row. */
export class OodMeter {
  readonly #options: MetricOptions;
  readonly #blocks: { scored: Scored; flags: Uint8Array }[] = [];
  #classes: number | undefined;

  /** @throws {SurprisalError} ERR_OPTION */
  constructor(options: MetricOptions = {}) {
    checkOptions(options, METRIC_RULES);
    this.#options = options;
  }

  /** @throws {SurprisalError} as {@link oodMetrics} · ERR_SHAPE for another number of classes than in the rows before */
  add(rows: RowsLike, outside: Flags): this {
    const source = toMatrix('rows', rows);
    checkClasses(source, this.#classes, 'in the rows before');
    if (outside?.length !== source.rows) throw optionError('outside', outside, `${source.rows} flags, one a row`);
    const flags = Uint8Array.from(outside as ArrayLike<number>, flagOf);
    this.#blocks.push({ scored: scoreAll(source, this.#options), flags });
    this.#classes = source.cols;
    return this;
  }

  /** @throws {SurprisalError} ERR_OPTION where rows are of one kind alone */
  metrics(): OodMetrics {
    const rows = this.#blocks.reduce((sum, { flags }) => sum + flags.length, 0);
    const [keys, values, flags] = [new Float64Array(rows), new Float64Array(rows), new Uint8Array(rows)];
    let start = 0;
    for (const block of this.#blocks) {
      keys.set(block.scored.key, start);
      values.set(block.scored.value, start);
      flags.set(block.flags, start);
      start += block.flags.length;
    }
    const share = flags.reduce((sum, flag) => sum + flag, 0);
    if (share === 0 || share === rows) throw optionError('outside', flags, 'rows of both kinds, 0 inside and 1 outside');
    const { tpr = 0.95, level = 0.95, replicates = 1000, seed = 1 } = this.#options;
    return measure(keys, values, flags, { tpr, level, replicates, seed });
  }
}
