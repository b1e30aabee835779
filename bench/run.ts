/**
 * `npm run bench [-- FILTER ...] [--rounds N] [--seed N] [--json FILE]`: speed beside error, as ratios measured in one run.
 * A filter is a part of a case's name: `npm run bench -- 'KL rows f64' calls`.
 * `--peers` races the workloads W1 to W14 and pairs of named distributions against what bench/peers and Python have here; `--growth` the time of an entry over
 * the number of rows and of classes. `--docs FOLDER` writes what they found as a page and pictures.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases as calls } from './calls.bench.js';
import { cases as families } from './families.bench.js';
import type { Case } from './case.js';
import { serveContender } from './contender.js';
import { growth as byRowsAndClasses, cases as discrete } from './kernels/discrete.bench.js';
import { cases as divergence } from './kernels/divergence.bench.js';
import { cases as gaussian } from './kernels/gaussian.bench.js';
import { cases as learning } from './learning.bench.js';
import { cases as logitDivergence } from './kernels/logitDivergence.bench.js';
import { cases as logits } from './kernels/logits.bench.js';
import { cases as widen } from './kernels/widen.bench.js';
import { type CaseResult, type Judged, measure } from './measure.js';
import { cases as pairwise } from './pairwise.bench.js';
import { growth as byThreads, cases as threads } from './parallel.bench.js';
import { missingPeers, withPeers, workloadOfCase } from './peers/peers.js';
import { growthOf, raceOf } from './peers/pictures.js';
import { markdownOf } from './peers/report.js';
import { probes, runProbe } from './probes.js';
import { cases as sparse } from './sparse.bench.js';

const CASES: readonly Case[] = [
  ...discrete,
  ...divergence,
  ...logits,
  ...logitDivergence,
  ...gaussian,
  ...widen,
  ...sparse,
  ...pairwise,
  ...families,
  ...learning,
  ...calls,
  ...threads,
];
/** Peers beside which the growth with rows and classes is drawn. */
const BESIDE_GROWTH = ['onnxruntime-node', 'onnxruntime-web', 'tfjs wasm'];
const SCRIPT = fileURLToPath(import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    seed: { type: 'string', default: '20261122' },
    json: { type: 'string' },
    contender: { type: 'string' },
    probe: { type: 'string' },
    peers: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    docs: { type: 'string' },
  },
});
const seed = Number(values.seed);

if (values.contender !== undefined) {
  const test = [...CASES, ...byRowsAndClasses, ...byThreads].find(({ name }) => name === values.contender);
  const contender = test && withPeers(test, positionals).contenders.find(({ name }) => name === positionals[0]);
  if (test === undefined || contender === undefined) throw new Error(`no contender ${positionals[0]} in ${values.contender}`);
  await serveContender(test, contender, seed);
} else if (values.probe !== undefined) {
  console.log(probes.find(({ name }) => name === values.probe)?.probe(seed));
} else {
  process.exitCode = await main();
}

function chosen(): readonly Case[] {
  if (values.growth) return [...byRowsAndClasses.map((test) => withPeers(test, BESIDE_GROWTH)), ...byThreads];
  return values.peers ? CASES.filter((test) => workloadOfCase(test) !== undefined).map((test) => withPeers(test)) : CASES;
}

async function main(): Promise<number> {
  const rounds = Number(values.rounds);
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    runtime: `Node ${process.version}`,
    date: new Date().toISOString(),
  };
  const where = `${machine.cpu}, ${machine.cores} cores · ${machine.runtime} · ${machine.date} · seed ${seed} · ${rounds} rounds`;
  console.log(`${where}, medians of the lesser of wall and CPU time (of threads: wall)`);
  console.log('ns per element; × the speed of the plain loop, copies in and out counted; largest relative error of a sample of rows');
  const wanted = ({ name }: { name: string }) => positionals.length === 0 || positionals.some((filter) => name.includes(filter));
  if (values.peers) for (const peer of missingPeers()) console.log(`not here: ${peer}`);
  const results: CaseResult[] = [];
  for (const test of chosen().filter(wanted)) {
    const result = await measure(SCRIPT, test, seed, rounds);
    results.push(result);
    print(result);
  }
  for (const probe of values.peers || values.growth ? [] : probes.filter(wanted)) {
    const result = runProbe(SCRIPT, probe, seed);
    results.push(result);
    console.log(`\n${probe.name}`);
    for (const target of result.targets) console.log(`  ${target.value.toFixed(2)} ${probe.unit} ${verdict(target)}`);
  }
  const judged = results.flatMap(({ targets }) => targets);
  console.log(`\n${judged.filter(({ met }) => met).length} of ${judged.length} targets met`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ ...machine, seed, rounds, results }, null, 2)}\n`);
  if (values.docs !== undefined) {
    const run = { where, results };
    if (values.growth) writeFileSync(join(values.docs, 'growth.svg'), await growthOf(run));
    else if (values.peers) {
      writeFileSync(join(values.docs, 'race.md'), markdownOf(run));
      writeFileSync(join(values.docs, 'race.svg'), await raceOf(run));
    }
  }
  return results.length > 0 ? 0 : 2;
}

function print({ name, contenders, targets }: CaseResult): void {
  console.log(`\n${name}`);
  for (const { contender, ns, spread, ratio, error } of contenders) {
    const speed = ratio === undefined ? '' : `${ratio.toFixed(2)}×`;
    const marks = targets.filter((target) => target.of === contender).map((target) => `${verdict(target)} over ${target.over}`);
    const numbers = `${ns.toFixed(2).padStart(8)} ns ±${spread.toFixed(0).padStart(2)} % ${speed.padStart(8)}  error ${error.toExponential(1)}`;
    console.log(`  ${contender.padEnd(values.peers ? 27 : 12)} ${numbers}  ${marks.join('  ')}`.trimEnd());
  }
}

function verdict({ atLeast, atMost, value, met }: Judged): string {
  const wanted = atLeast !== undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  return `${met ? '✓' : '✗ MISSED'} ${wanted}${atLeast === undefined ? ` (${value.toFixed(2)})` : ''}`;
}
