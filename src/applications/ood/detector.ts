/** A detector as plain data, and the check of one that was stored. */
import { argumentError, oneOf, openShare, type OptionRule, positive, whole } from '../input/options.js';
import { isTemplates, needsTemplates, type ScoreName, SCORES, type Templates } from './scores.js';
import type { Threshold } from './threshold.js';

/** Which end raises an alarm: rows that are less sure than usual, surer than usual, or either. */
export const SIDES = ['low', 'high', 'two-sided'] as const;
export type Side = (typeof SIDES)[number];

/** A detector is JSON: `JSON.parse(JSON.stringify(detector))` raises the same alarms. */
export interface Detector {
  readonly format: 'surprisal-ood';
  readonly version: 1;
  readonly score: ScoreName;
  readonly temperature: number;
  readonly side: Side;
  readonly rate: number;
  readonly level: number;
  readonly classes: number;
  /** In-distribution rows that set the thresholds; those that made the templates are counted there. */
  readonly rows: number;
  readonly low?: Threshold | undefined;
  readonly high?: Threshold | undefined;
  /** Of 'kl-matching' and 'kl-matching-min'. */
  readonly templates?: Templates | undefined;
}

interface FieldRule extends Omit<OptionRule, 'accepts'> {
  readonly accepts: (value: unknown, detector: Detector) => boolean;
}

const THRESHOLD = 'a threshold {value, key, interval, rate} where the side has this end';

const FIELDS: Readonly<Record<keyof Detector, FieldRule>> = {
  format: oneOf('surprisal-ood'),
  version: { expected: '1', accepts: (value) => value === 1 },
  score: oneOf(...SCORES),
  temperature: positive,
  side: oneOf(...SIDES),
  rate: openShare,
  level: openShare,
  classes: whole(1),
  rows: whole(0),
  low: { expected: THRESHOLD, accepts: (low, { side }) => (side === 'high' ? low === undefined : isThreshold(low)) },
  high: { expected: THRESHOLD, accepts: (high, { side }) => (side === 'low' ? high === undefined : isThreshold(high)) },
  templates: {
    expected: 'templates of as many classes where the score compares with them',
    accepts: (value, { score, classes }) => !needsTemplates(score) || (isTemplates(value) && value.classes === classes),
  },
};

/**
 * JSON comes from anywhere.
 *
 * @throws {SurprisalError} ERR_KIND where it is no detector of this version
 */
export function checkDetector(detector: unknown): asserts detector is Detector {
  if (typeof detector !== 'object' || detector === null) throw argumentError('ERR_KIND', 'detector', 'what calibrate gives', detector);
  for (const [name, { expected, accepts }] of Object.entries(FIELDS)) {
    const value = (detector as Readonly<Record<string, unknown>>)[name];
    if (!accepts(value, detector as Detector)) throw argumentError('ERR_KIND', `detector.${name}`, expected, value);
  }
}

const isBound = (x: unknown): boolean => (typeof x === 'number' ? Number.isFinite(x) : x === 'Infinity' || x === '-Infinity');
const isShare = (x: unknown): boolean => typeof x === 'number' && x >= 0 && x <= 1;
const isPair = (pair: unknown, accepts: (x: unknown) => boolean): boolean =>
  Array.isArray(pair) && pair.length === 2 && pair.every(accepts);

function isThreshold(threshold: unknown): boolean {
  const { value, key, interval, rate } = (threshold ?? {}) as Partial<Threshold>;
  return isBound(value) && isBound(key) && isPair(interval, isBound) && isShare(rate?.expected) && isPair(rate?.interval, isShare);
}
