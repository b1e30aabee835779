/**
 * `node esbuild.mjs run examples/composition.ts`: cells in the phases of their cycle, one sample an hour, and gut bacteria of six mice before and after a change of
 * diet, where mice are the unit. What the data are, and are not, is in composition/SOURCE.md.
 */
import { readTextTable } from '../src/io/table.js';
import { formatNumber } from '../src/report/format.js';
import { bar } from '../src/report/histogram.js';
import { compareCounts, compareGroups } from 'surprisal/composition';

const here = (name: string) => new URL(`../../../examples/composition/${name}`, import.meta.url).pathname;
const numbers = (cells: readonly string[]) => cells.map(Number);

const cells = await readTextTable(here('cellcycle.csv'));
const columns = cells.names.slice(1);
const [start, ...later] = cells.rows;
for (const row of later) {
  const found = compareCounts(numbers(row.slice(1)), numbers(start?.slice(1) ?? []), { columns });
  console.log(`${row[0]} h against 0 h: ${found.sentence}`);
  for (const { name, p, q } of found.contributions)
    console.log(`  ${name.padEnd(4)} 0 h ${bar(q, 1, 20).padEnd(20)}  ${row[0]} h ${bar(p, 1, 20)}`);
}

const mice = await readTextTable(here('mice.csv'));
const report = compareGroups(
  {
    rows: mice.rows.map((row) => numbers(row.slice(2))),
    groups: mice.rows.map((row) => row[1] as string),
    pairs: mice.rows.map((row) => row[0] as string),
    columns: mice.names.slice(2),
  },
  { reference: 'baseline', top: 5 },
);
console.log(`\nMice, each against itself: ${report.sentence}`);
for (const { name, q, p, js } of report.comparisons[0]?.contributions ?? [])
  console.log(
    `  ${name.padEnd(22)} ${formatNumber(100 * q, 3).padStart(6)} → ${formatNumber(100 * p, 3).padStart(6)} %  adds ${formatNumber(js, 2).padEnd(6)} ${bar(js, 0.02, 20)}`,
  );
for (const caveat of report.caveats) console.log(caveat);
console.log(
  '\nPhases were assigned from marker genes, not measured, and one dish an hour says nothing of other dishes. Mice were older afterwards: numbers to compute with, no findings (composition/SOURCE.md).',
);
