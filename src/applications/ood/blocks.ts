/** Rows of logits, block by block: their scores, and the sums that templates are made of. */
import type { Core, Matrix } from '../../index.js';
import { oneOf, type OptionRules, positive } from '../input/options.js';
import { relocated, rowsFrom } from '../input/relocated.js';
import { sliceRows } from '../input/tensor.js';
import { checkScorable, isTemplates, type Scored, SCORES, type ScoreName, scoreRows, type Templates, type TemplateSums } from './scores.js';
import type { Split } from './split.js';

export interface ScoreOptions {
  /** 'kl-to-uniform' when left out. */
  readonly score?: ScoreName | undefined;
  /** Logits are divided by it, for all scores but 'max-logit'; 1 when left out. */
  readonly temperature?: number | undefined;
  /** What 'kl-matching' and 'kl-matching-min' compare with: see `templatesOf`. Other scores pass over them, so that one set of options serves to compare all. */
  readonly templates?: Templates | undefined;
  readonly core?: Core | undefined;
}

export const SCORE_RULES: OptionRules = {
  score: oneOf(...SCORES),
  temperature: positive,
  templates: { expected: 'what templatesOf gives', accepts: isTemplates },
};

/** Entries that go through together. */
const BLOCK_ENTRIES = 2 ** 17;

/** Rows block by block, so that what is made of them on the way stays small. */
function* blocksOf(rows: Matrix): Generator<Matrix> {
  const step = Math.max(1, Math.floor(BLOCK_ENTRIES / Math.max(1, rows.cols)));
  for (let start = 0; start < rows.rows || start === 0; start += step) yield sliceRows(rows, start, Math.min(step, rows.rows - start));
}

export function scoreAll(rows: Matrix, { score = 'kl-to-uniform', temperature = 1, templates, core }: ScoreOptions): Scored {
  checkScorable(rows, score);
  const [value, key, predicted] = [new Float64Array(rows.rows), new Float64Array(rows.rows), new Int32Array(rows.rows)];
  let start = 0;
  for (const block of blocksOf(rows)) {
    const found = relocated(() => scoreRows(block, { score, temperature, templates, core }), rowsFrom('rows', start));
    value.set(found.value, start);
    key.set(found.key, start);
    predicted.set(found.predicted, start);
    start += block.rows;
  }
  return { value, key, predicted };
}

export function sumUp(
  sums: TemplateSums,
  rows: Matrix,
  { temperature = 1, core }: Pick<ScoreOptions, 'temperature' | 'core'>,
  split?: Split,
): void {
  let start = 0;
  for (const block of blocksOf(rows)) {
    relocated(() => sums.add(block, temperature, core, split), rowsFrom('rows', start));
    start += block.rows;
  }
}
