/**
 * A maker ships boxes of n parts, each faulty with probability p, and plans by a Poisson table. How wrong can a statement about a box be?
 * `node esbuild.mjs run examples/approximation.ts`
 */
import { binomialNormal, binomialPoisson, poissonBinomialPoisson, smallestN } from 'surprisal/approximation';

const percent = (x: number) => `${(100 * x).toPrecision(2)} %`;

for (const [n, p] of [
  [100, 0.02],
  [100, 0.2],
] as const) {
  const { kl, totalVariation, bounds } = binomialPoisson(n, p);
  console.log(
    `${n} parts, ${percent(p)} faulty: a Poisson table is off by ${percent(totalVariation)} at most (Le Cam's bound: ${percent(bounds.leCam ?? NaN)})`,
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
