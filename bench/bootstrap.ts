/**
 * `node esbuild.mjs run bench/bootstrap.ts [SEED]`: 10,000 multinomial bootstrap replicates of KL of a table of 20,000 columns (N = 10⁵, 10 % of them not 0), beside NumPy's vectorised
 * multinomial with SciPy's rel_entr doing the same, in one run; with the memory that ours takes, and how far the two distributions of replicates are apart.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { bootstrapDivergence } from '../src/applications/composition.js';
import { Multinomial } from '../src/applications/statistics/multinomial.js';
import { Random } from '../src/applications/statistics/random.js';
import { createRng } from '../test/support/rng.js';

const [COLS, KEPT, N, REPLICATES] = [20_000, 0.1, 100_000, 10_000];
const seed = Number(process.argv[2] ?? 20261128);
const random = createRng(seed);

// Few columns with much, many with little, as taxa are.
const weights = Float64Array.from({ length: COLS }, () => (random.uniform() < KEPT ? Math.exp(1.5 * random.normal()) : 0));
const total = weights.reduce((sum, weight) => sum + weight, 0);
const reference = weights.map((weight) => weight / total);
const counts = new Float64Array(COLS);
new Multinomial(
  weights.map((weight) => weight * Math.exp(0.3 * random.normal())),
  N,
).draw(new Random(seed), counts);

const PYTHON = `
import json, sys, time
import numpy, scipy
from scipy.special import rel_entr
given = json.load(sys.stdin)
counts, q = numpy.array(given['counts']), numpy.array(given['reference'])
random, n = numpy.random.default_rng(given['seed']), int(counts.sum())
p, values = counts / n, []
start = time.perf_counter()
for _ in range(given['replicates'] // 100):
    rows = random.multinomial(n, p, size=100)
    values.append(rel_entr(rows / n, q).sum(axis=1))
seconds = time.perf_counter() - start
values = numpy.concatenate(values)
print(json.dumps({'seconds': seconds, 'mean': values.mean(), 'sd': values.std(), 'with': 'NumPy %s, SciPy %s' % (numpy.__version__, scipy.__version__)}))
`;

function ours(replicates: number) {
  const start = performance.now();
  const values = bootstrapDivergence(counts, reference, { known: true, replicates, seed });
  const seconds = (performance.now() - start) / 1000;
  const mean = values.reduce((sum, value) => sum + value, 0) / replicates;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / replicates);
  return { seconds, mean, sd };
}

const input = JSON.stringify({ counts: Array.from(counts), reference: Array.from(reference), seed, replicates: REPLICATES });
ours(200); // warm
const before = process.memoryUsage().rss;
const first = ours(REPLICATES);
const after = process.memoryUsage().rss;
const python = spawnSync('/usr/bin/python3', ['-c', PYTHON], { input, encoding: 'utf8' });
const second = ours(REPLICATES);
const mine = Math.min(first.seconds, second.seconds);
console.log(
  `${REPLICATES} replicates, ${COLS} columns, ${counts.filter((count) => count > 0).length} not 0, N = ${N}; seed ${seed}; ${cpus()[0]?.model}, Node ${process.version}`,
);
console.log(
  `surprisal  ${first.seconds.toFixed(2)} and ${second.seconds.toFixed(2)} s, mean ${first.mean.toFixed(6)}, sd ${first.sd.toExponential(3)}; memory grew by ${((after - before) / 2 ** 20).toFixed(0)} MB`,
);
if (python.status !== 0) console.log(`NumPy and SciPy are not here: ${python.stderr.split('\n').at(-2)}`);
else {
  const theirs = JSON.parse(python.stdout) as { seconds: number; mean: number; sd: number; with: string };
  console.log(`${theirs.with}  ${theirs.seconds.toFixed(2)} s, mean ${theirs.mean.toFixed(6)}, sd ${theirs.sd.toExponential(3)}`);
  const errors = Math.abs(first.mean - theirs.mean) / (first.sd * Math.sqrt(2 / REPLICATES));
  console.log(`${(theirs.seconds / mine).toFixed(1)} × as fast; means ${errors.toFixed(1)} standard errors apart`);
}
