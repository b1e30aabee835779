/** Groups among inputs of each true label, and those too small to compare. */
import { argumentError } from '../input/options.js';
import { type Cell, makeCell, type Names, readNames } from './groups.js';
import type { DisparityReport } from './report.js';

export interface StratumOptions {
  /** True labels: groups are compared among inputs of each label, as equalised odds asks; left out, among all inputs, as demographic parity does. */
  readonly labels?: Names | undefined;
  /** Rows that a group must have (of each label, where there are labels); 2 when left out. */
  readonly least?: number | undefined;
  /** What becomes of smaller groups: 'error' (the default), or 'leave-out', with a list of them. */
  readonly small?: 'error' | 'leave-out' | undefined;
}

/** Groups of each label that are large enough; labels with fewer than two of them have nothing to compare. */
export function stratify(
  rows: readonly Float64Array[],
  groups: Names,
  { labels, least = 2, small = 'error' }: StratumOptions,
): { readonly kept: readonly (readonly Cell[])[]; readonly leftOut: DisparityReport['leftOut'] } {
  const membership = readNames('groups', groups, rows.length);
  const strata = labels === undefined ? undefined : readNames('labels', labels, rows.length);
  if (membership.names.length < 2) throw argumentError('ERR_EMPTY', 'groups', 'two groups or more', `"${membership.names[0]}" alone`);
  const leftOut: { group: string; label: string | undefined; rows: number }[] = [];
  const kept = (strata?.names ?? [undefined]).map((label, stratum) => {
    const members: Float64Array[][] = membership.names.map(() => []);
    for (const [row, own] of rows.entries())
      if (strata === undefined || strata.labels[row] === stratum) members[membership.labels[row] as number]?.push(own);
    return membership.names.flatMap((group, g) => {
      const own = members[g] as Float64Array[];
      if (own.length >= least) return [makeCell(group, label, own)];
      if (small === 'error') {
        const place = { row: membership.labels.indexOf(g) };
        const among = label === undefined ? '' : ` of label "${label}"`;
        throw argumentError('ERR_EMPTY', 'groups', `${least} rows or more${among} in each group`, `${own.length} in "${group}"`, place);
      }
      leftOut.push({ group, label, rows: own.length });
      return [];
    });
  });
  const compared = kept.filter((cells) => cells.length > 1);
  if (compared.length === 0) throw argumentError('ERR_EMPTY', 'groups', `two groups of ${least} rows or more`, 'fewer');
  return { kept: compared, leftOut };
}
