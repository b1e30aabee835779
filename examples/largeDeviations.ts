/**
 * `node esbuild.mjs run examples/largeDeviations.ts`: how rare is rare. The cells of composition/cellcycle.csv: had the phases not changed, how probable were counts as
 * those at 24 hours, what would they most probably look like, and how many cells tell the hours apart?
 */
import {
  bahadurRao,
  binomialTail,
  chernoffInformation,
  cramerRate,
  sampleSize,
  sanovProjection,
  testingExponents,
} from 'surprisal/large-deviations';
import { errorRateInterval } from 'surprisal/detection';
import { readTextTable } from '../src/io/table.js';
import { formatNumber } from '../src/report/format.js';
import { bar } from '../src/report/histogram.js';

const table = await readTextTable(new URL('../../../examples/composition/cellcycle.csv', import.meta.url).pathname);
const [start, day] = table.rows.map((row) => row.slice(1).map(Number)) as [number[], number[]];
const n = day.reduce((a, b) => a + b, 0);
const p = (start[0] as number) / start.reduce((a, b) => a + b, 0);
const k = day[0] as number;

const { tail, logChernoffBound, rate } = binomialTail(k, n, p);
const sharp = Math.exp(bahadurRao({ family: 'bernoulli', p }, k / n, n).logTail);
console.log(`${k} of ${n} cells in G1 at 24 h, where ${formatNumber(p, 3)} were at 0 h:`);
console.log(
  `  p = ${tail.toExponential(3)} exactly, Bahadur–Rao ${sharp.toExponential(3)}, Chernoff's bound ${Math.exp(logChernoffBound).toExponential(3)} (rate ${formatNumber(rate)} nats a cell)`,
);
console.log(`  tilt ${formatNumber(cramerRate({ family: 'bernoulli', p }, k / n).tilt)}`);

const [low, high] = errorRateInterval(k, n);
const rateAt = (share: number) => (share <= p ? 0 : cramerRate({ family: 'bernoulli', p }, share).rate);
console.log(
  `  the share in G1 is ${formatNumber(k / n, 3)}, 95 % interval ${formatNumber(low, 3)} to ${formatNumber(high, 3)}, so the rate of more such cells is ${formatNumber(rateAt(low), 3)} to ${formatNumber(rateAt(high), 3)}`,
);

const projection = sanovProjection(start, [{ f: [1, 0, 0], atLeast: k / n }]);
console.log('\nThe nearest distribution with so much G1 (Sanov), beside what was counted:');
for (const [i, name] of table.names.slice(1).entries())
  console.log(
    `  ${name.padEnd(4)} ${bar(projection.q[i] as number, 1, 24).padEnd(24)} ${formatNumber(projection.q[i] as number, 3).padEnd(7)} counted ${formatNumber((day[i] as number) / n, 3)}`,
  );
console.log(`  rate ${formatNumber(projection.rate)}, proved to ${projection.certificate.gap.toExponential(0)}`);

const { information, lambda } = chernoffInformation(start, day);
const exponents = testingExponents(day, start);
const sizes = sampleSize(day, start, { alpha: 0.01, beta: 0.01 });
console.log(
  `\nTelling 24 h from 0 h, cell by cell: Stein ${formatNumber(exponents.stein)}, Chernoff ${formatNumber(information)} at λ = ${formatNumber(lambda)} nats a cell;`,
);
console.log(
  `  ${sizes.fixed} cells for errors of 1 %, or one by one ${formatNumber(sizes.sequential.ifP, 3)} (24 h) and ${formatNumber(sizes.sequential.ifQ, 3)} (0 h) in the mean`,
);
