/**
 * A maker ships boxes of n parts, each faulty with probability p, and plans by a Poisson table. How wrong can a statement about a box be?
 * `node esbuild.mjs run examples/approximation.ts`
 */
import { binomialNormal, binomialPoisson, poissonBinomialPoisson, smallestN } from 'surprisal/approximation';
import { binomialTail } from 'surprisal/large-deviations';
import { lowerGamma } from '../src/applications/statistics/gamma.js';
import { formatNumber } from '../src/report/format.js';
import { bar } from '../src/report/histogram.js';

const percent = (x: number) => `${(100 * x).toPrecision(2)} %`;

for (const [n, p] of [
  [100, 0.02],
  [100, 0.2],
] as const) {
  const { kl, totalVariation, bounds } = binomialPoisson(n, p);
  console.log(
    `${n} parts, ${percent(p)} faulty: a Poisson table is off by ${percent(totalVariation)} at most (Le Cam's bound: ${percent(bounds.leCam ?? NaN)})`,
  );
  // An alarm at twice as many faults as usual: its p-value by the table, and the interval in which the table says that it lies.
  const twice = Math.round(2 * n * p);
  const byTable = lowerGamma(twice, n * p);
  const [low, high] = [Math.max(0, byTable - totalVariation), byTable + totalVariation];
  console.log(
    `  ${twice} faults or more: p = ${formatNumber(byTable, 3)} by the table, so ${formatNumber(low, 3)} to ${formatNumber(high, 3)}; p = ${formatNumber(binomialTail(twice, n, p).tail, 3)} exactly`,
  );
  console.log(
    `  planning by it costs ${kl.toPrecision(3)} nats a box; the normal curve is off by ${percent(binomialNormal(n, p).totalVariation)}`,
  );
}
console.log(`Two faults a box: from ${smallestN(0.01, { mean: 2 })} parts on, Poisson is good to 1 %`);

// Three suppliers with rates of their own.
const mixed = [...Array(60).fill(0.005), ...Array(30).fill(0.02), ...Array(10).fill(0.11)];
const { totalVariation, bounds } = poissonBinomialPoisson(mixed);
console.log(`Parts of three suppliers: off by ${percent(totalVariation)}, by Le Cam at most ${percent(bounds.leCam ?? NaN)}`);

console.log('\nTwo faults a box, by how much a probability is off at most:');
for (const n of [5, 10, 20, 50, 100, 200]) {
  const [poisson, normal] = [binomialPoisson(n, 2 / n).totalVariation, binomialNormal(n, 2 / n).totalVariation];
  console.log(
    `  ${String(n).padStart(3)} parts  Poisson ${bar(poisson, 0.15, 16).padEnd(16)} ${percent(poisson).padEnd(7)} normal ${bar(normal, 0.15, 16)} ${percent(normal)}`,
  );
}
