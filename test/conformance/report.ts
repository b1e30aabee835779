/** Collects the checks of a conformance run, and prints them: a table per section and backend, failures, what was left out. */
import type { BackendName, Dtype } from '../../src/types.js';

/** Where a check belongs. */
export interface Place {
  readonly backend: BackendName;
  readonly section: string;
  readonly quantity: string;
  readonly dtype: Dtype;
  /** The case's id in the reference. */
  readonly id: string;
}

interface Tally {
  cases: number;
  passed: number;
  /** Largest relative error, and the largest share of the tolerance that was used, each with its case. */
  error: number;
  errorId: string;
  share: number;
  shareId: string;
}

/** Numbers of a whole run. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Report {
  /** One number against its expected value. */
  check(place: Place, actual: number, expected: number, allowed: number): void;
  /** Elements against expected elements: one case, as good as its worst element. */
  checkAll(place: Place, actual: ArrayLike<number>, expected: readonly number[], allowed: (expected: number, i: number) => number): void;
  /** Something that must hold exactly. */
  assert(place: Place, holds: boolean, message: string): void;
  /** Cases that are left out on purpose: not counted per backend. */
  skip(section: string, name: string, reason: string, count: number): void;
  totals(): Totals;
  failures(): readonly string[];
  print(write: (line: string) => void): void;
}

export function createReport(): Report {
  const tallies = new Map<string, Map<string, Tally>>();
  const skips = new Map<string, { reason: string; count: number }>();
  const failures: string[] = [];

  const tallyOf = ({ backend, section, quantity, dtype }: Place): Tally => {
    const table = `${section}, ${backend}`;
    const rows = tallies.get(table) ?? new Map<string, Tally>();
    tallies.set(table, rows);
    const name = `${quantity.padEnd(30)} ${dtype}`;
    const tally = rows.get(name) ?? { cases: 0, passed: 0, error: 0, errorId: '', share: 0, shareId: '' };
    rows.set(name, tally);
    return tally;
  };

  const record = (place: Place, passed: boolean, error: number, share: number, message: () => string): void => {
    const tally = tallyOf(place);
    tally.cases++;
    if (passed) tally.passed++;
    else failures.push(`${place.section}, ${place.backend}: ${place.id} ${place.quantity} ${place.dtype}: ${message()}`);
    if (error > tally.error) [tally.error, tally.errorId] = [error, place.id];
    if (share > tally.share) [tally.share, tally.shareId] = [share, place.id];
  };

  const checkAll: Report['checkAll'] = (place, actual, expected, allowed) => {
    let worst = { share: -1, error: 0, index: 0, passed: true };
    for (let i = 0; i < expected.length; i++) {
      const want = expected[i] as number;
      const got = actual[i] ?? Number.NaN;
      const distance = got === want ? 0 : Math.abs(got - want);
      const limit = allowed(want, i);
      const passed = distance <= limit;
      const share = distance === 0 ? 0 : distance / limit;
      if (!passed || share > worst.share) worst = { share, error: distance === 0 ? 0 : distance / Math.abs(want), index: i, passed };
      if (!passed) break;
    }
    const passed = worst.passed && actual.length === expected.length;
    record(place, passed, worst.error, worst.share, () => {
      if (actual.length !== expected.length) return `${actual.length} entries, expected ${expected.length}`;
      const at = expected.length > 1 ? `[${worst.index}] ` : '';
      const [got, want] = [actual[worst.index] as number, expected[worst.index] as number];
      return `${at}${got}, expected ${want}, relative error ${worst.error.toExponential(2)}, tolerance ${allowed(want, worst.index).toExponential(2)}`;
    });
  };

  const totals = (): Totals => {
    let [passed, cases, skipped] = [0, 0, 0];
    for (const rows of tallies.values()) {
      for (const tally of rows.values()) {
        passed += tally.passed;
        cases += tally.cases;
      }
    }
    for (const { count } of skips.values()) skipped += count;
    return { passed, failed: cases - passed, skipped };
  };

  return {
    checkAll,
    check: (place, actual, expected, allowed) => checkAll(place, [actual], [expected], () => allowed),
    assert: (place, holds, message) => record(place, holds, 0, 0, () => message),
    skip: (section, name, reason, count) => {
      const key = `${section}: ${name}`;
      skips.set(key, { reason, count: (skips.get(key)?.count ?? 0) + count });
    },
    totals,
    failures: () => failures,
    print: (write) => {
      for (const [table, rows] of tallies) {
        write(`\n${table.padEnd(34)} cases  passed  worst relative error     most of its tolerance`);
        for (const [name, tally] of rows) write(`${name} ${tallyText(tally)}`);
      }
      if (skips.size > 0) write('\nskipped');
      for (const [name, { reason, count }] of skips) write(`  ${String(count).padStart(5)}  ${name} (${reason})`);
      if (failures.length > 0) write('\nfailed');
      for (const line of failures.slice(0, 200)) write(`  ${line}`);
      if (failures.length > 200) write(`  and ${failures.length - 200} more`);
      const { passed, failed, skipped } = totals();
      write(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
    },
  };
}

function tallyText({ cases, passed, error, errorId, share, shareId }: Tally): string {
  const counts = `${String(cases).padStart(5)} ${String(passed).padStart(7)}`;
  if (error === 0 && share === 0) return `${counts}  0`;
  return `${counts}  ${`${error.toExponential(1)} ${errorId}`.padEnd(24)} ${share.toFixed(2)} ${shareId}`;
}
