/** Measures a case: contenders take turns, times are medians, errors are held against accurate answers. */
import { medianAbsoluteDeviation, type SortedSamples } from 'tinybench';
import type { Floats } from '../src/types.js';
import { createRng } from '../test/support/rng.js';
import { type Case, type Child, type Contender, type Data, SAMPLE_ROWS, type Target } from './case.js';
import { startContender } from './contender.js';

export interface Measured {
  readonly contender: string;
  /** Median time of an element, in nanoseconds, and the median deviation from it in percent. */
  readonly ns: number;
  readonly spread: number;
  /** Median time of the plain loop over median time of this; absent where the case has none. */
  readonly ratio?: number;
  /** Largest relative error over a sample of rows. */
  readonly error: number;
}

export interface Judged extends Target {
  /** What was measured: a speed-up for `atLeast`, a slow-down for `atMost`. */
  readonly value: number;
  readonly met: boolean;
}

export interface CaseResult {
  readonly name: string;
  readonly contenders: readonly Measured[];
  readonly targets: readonly Judged[];
}

export async function measure(script: string, test: Case, seed: number, rounds: number): Promise<CaseResult> {
  const children: Child[] = [];
  try {
    for (const contender of test.contenders) {
      const child = contender.start?.(test, seed) ?? startContender(script, test, contender, seed);
      children.push(await child);
    }
    const times: number[][] = children.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, child] of children.entries()) times[i]?.push(await child.pass());
    }
    const truth = answersOf(test, seed);
    const errors: number[] = [];
    for (const [i, contender] of test.contenders.entries()) {
      errors.push(largestError(test, await (children[i] as Child).results(), truth(contender)));
    }
    return judge(test, times, errors);
  } finally {
    for (const child of children) child.end();
  }
}

function judge(test: Case, times: readonly number[][], errors: readonly number[]): CaseResult {
  const elements = test.rows * test.cols * (test.perEntry ?? 1);
  const medians = new Map(test.contenders.map(({ name }, i) => [name, median(times[i] as number[])]));
  const plain = medians.get('plain loop');
  const contenders = test.contenders.map(({ name }, i): Measured => {
    const ms = medians.get(name) as number;
    const sorted = ascending(times[i] as number[]) as unknown as SortedSamples;
    return {
      contender: name,
      ns: (ms * 1e6) / elements,
      spread: (100 * medianAbsoluteDeviation(sorted)) / ms,
      ...(plain !== undefined && { ratio: plain / ms }),
      error: errors[i] as number,
    };
  });
  const isRunning = ({ of, over }: Target) => medians.has(of) && medians.has(over);
  const targets = test.targets.filter(isRunning).map((target): Judged => {
    const [of, over] = [medians.get(target.of) as number, medians.get(target.over) as number];
    const value = target.atLeast !== undefined ? over / of : of / over;
    return { ...target, value, met: target.atLeast !== undefined ? value >= target.atLeast : value <= (target.atMost as number) };
  });
  return { name: test.name, contenders, targets };
}

function ascending(samples: readonly number[]): number[] {
  return [...samples].sort((a, b) => a - b);
}

function median(samples: readonly number[]): number {
  const sorted = ascending(samples);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Accurate answers of the sample's rows; contenders that share data and definition share them, since long rows take seconds. */
function answersOf(test: Case, seed: number): (contender: Contender) => readonly number[] {
  const known = new Map<unknown, Map<unknown, readonly number[]>>();
  return ({ exact, data: make = test.data }) => {
    const ofData = known.get(make) ?? new Map<unknown, readonly number[]>();
    known.set(make, ofData);
    const found = ofData.get(exact);
    if (found !== undefined) return found;
    const rows = Math.min(SAMPLE_ROWS, test.rows);
    const data = make(createRng(seed), { ...test, rows });
    const answers = Array.from({ length: rows }, (_, r) => exact(rowOf(test, data, r, rows))).flat();
    ofData.set(exact, answers);
    return answers;
  };
}

function largestError({ rows, errorsByRow }: Case, results: readonly number[], answers: readonly number[]): number {
  const perRow = answers.length / Math.min(SAMPLE_ROWS, rows);
  const largest = (row: number) => answers.slice(row * perRow, (row + 1) * perRow).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const sizes = errorsByRow && Array.from({ length: answers.length / perRow }, (_, row) => largest(row));
  let worst = 0;
  for (const [i, answer] of answers.entries()) {
    const actual = results[i] as number;
    const size = sizes?.[Math.floor(i / perRow)] ?? answer;
    const error = actual === answer ? 0 : Math.abs((actual - answer) / size);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

function rowOf({ cols, whole = [] }: Case, data: Data, r: number, rows: number): Data {
  const cut = (name: string, array: Floats) => {
    if (whole.includes(name)) return array;
    const width = array.length / rows; // arrays may have rows of lengths of their own
    return array.length === cols ? array : array.subarray(r * width, (r + 1) * width);
  };
  return Object.fromEntries(Object.entries(data).map(([name, array]) => [name, cut(name, array)]));
}
