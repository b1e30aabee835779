/**
 * Closed forms within one family, one entry a family: each is written as a sum of terms ≥ 0 (math/excess.ts, math/gamma.ts, math/tilted.ts), so that it is
 * exactly 0 for equal parameters and keeps its digits where they nearly agree. Sources: the forms are derived from the textbook ones in the comments.
 */
import { BOUNDED } from './closed/bounded.js';
import { DISCRETE } from './closed/discrete.js';
import type { ClosedForm } from './closed/form.js';
import { POSITIVE } from './closed/positive.js';
import { REAL } from './closed/real.js';
import { type View, VIEWS } from './closed/views.js';

export type { ClosedForm };

/** Each family's own closed form. */
export const CLOSED: Readonly<Record<string, ClosedForm>> = { ...DISCRETE, ...BOUNDED, ...POSITIVE, ...REAL };

/** The closed form of a pair that are members of one family, by name or by a view; undefined where there is none. */
export function closedForm(p: string, q: string): { readonly form: ClosedForm; readonly views?: readonly [View, View] } | undefined {
  if (p === q) {
    const form = CLOSED[p];
    return form && { form };
  }
  for (const first of VIEWS[p] ?? []) {
    const second = VIEWS[q]?.find(({ of, family }) => of === first.of && family === first.family);
    if (second !== undefined) return { form: CLOSED[first.family] as ClosedForm, views: [first, second] };
  }
  return undefined;
}
