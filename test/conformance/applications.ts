/** applications.json: a runner for each kind of case; each use has its own file of them. */
import type { ApplicationCase, KindRunner } from './applications/kind.js';
import { learning } from './applications/learning.js';
import { statistics } from './applications/statistics.js';
import type { Run, VectorFile } from './reference.js';
import type { Report } from './report.js';

const KINDS: Readonly<Record<string, KindRunner>> = { ...learning, ...statistics };

export function runApplications(run: Run, file: VectorFile): void {
  for (const c of file.cases as readonly ApplicationCase[]) KINDS[c.kind]?.(run, c);
}

export function skipApplications(report: Report, file: VectorFile): void {
  const left = (file.cases as readonly ApplicationCase[]).filter(({ kind }) => KINDS[kind] === undefined);
  for (const kind of new Set(left.map((c) => c.kind)))
    report.skip('applications', kind, 'not in the library yet', left.filter((c) => c.kind === kind).length);
}
