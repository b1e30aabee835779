/** What the runners of applications.json share. */
import type { Case, Run } from '../reference.js';

export type KindRunner = (run: Run, c: ApplicationCase) => void;

export interface ApplicationCase extends Case {
  readonly kind: string;
}

/** Where a case's numbers go in the report. */
export function placeOf(run: Run, c: ApplicationCase, quantity: string) {
  return { backend: run.backend, section: 'applications', quantity: `${c.kind} ${quantity}`, dtype: 'f64' as const, id: c.id };
}
