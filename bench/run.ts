/**
 * `npm run bench [-- FILTER ...] [--rounds N] [--seed N] [--json FILE]`: speed beside error, as ratios measured in one run.
 * A filter is a part of a case's name: `npm run bench -- 'KL rows f64' calls`.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases as calls } from './calls.bench.js';
import type { Case } from './case.js';
import { serveContender } from './contender.js';
import { cases as discrete } from './kernels/discrete.bench.js';
import { cases as divergence } from './kernels/divergence.bench.js';
import { cases as gaussian } from './kernels/gaussian.bench.js';
import { cases as logits } from './kernels/logits.bench.js';
import { cases as widen } from './kernels/widen.bench.js';
import { type CaseResult, type Judged, measure } from './measure.js';
import { probes, runProbe } from './probes.js';
import { cases as sparse } from './sparse.bench.js';

const CASES: readonly Case[] = [...discrete, ...divergence, ...logits, ...gaussian, ...widen, ...sparse, ...calls];
const SCRIPT = fileURLToPath(import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    seed: { type: 'string', default: '20261122' },
    json: { type: 'string' },
    contender: { type: 'string' },
    probe: { type: 'string' },
  },
});
const seed = Number(values.seed);

if (values.contender !== undefined) {
  const test = CASES.find(({ name }) => name === values.contender);
  const contender = test?.contenders.find(({ name }) => name === positionals[0]);
  if (test === undefined || contender === undefined) throw new Error(`no contender ${positionals[0]} in ${values.contender}`);
  serveContender(test, contender, seed);
} else if (values.probe !== undefined) {
  console.log(probes.find(({ name }) => name === values.probe)?.probe(seed));
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const rounds = Number(values.rounds);
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    runtime: `Node ${process.version}`,
    date: new Date().toISOString(),
  };
  console.log(
    `${machine.cpu}, ${machine.cores} cores · ${machine.runtime} · ${machine.date} · seed ${seed} · ${rounds} rounds, medians of the lesser of wall and CPU time`,
  );
  console.log('ns per element; × the speed of the plain loop, copies in and out counted; largest relative error of a sample of rows');
  const wanted = ({ name }: { name: string }) => positionals.length === 0 || positionals.some((filter) => name.includes(filter));
  const results: CaseResult[] = [];
  for (const test of CASES.filter(wanted)) {
    const result = await measure(SCRIPT, test, seed, rounds);
    results.push(result);
    print(result);
  }
  for (const probe of probes.filter(wanted)) {
    const result = runProbe(SCRIPT, probe, seed);
    results.push(result);
    console.log(`\n${probe.name}`);
    for (const target of result.targets) console.log(`  ${target.value.toFixed(2)} ${probe.unit} ${verdict(target)}`);
  }
  const judged = results.flatMap(({ targets }) => targets);
  console.log(`\n${judged.filter(({ met }) => met).length} of ${judged.length} targets met`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ ...machine, seed, rounds, results }, null, 2)}\n`);
  return results.length > 0 ? 0 : 2;
}

function print({ name, contenders, targets }: CaseResult): void {
  console.log(`\n${name}`);
  for (const { contender, ns, spread, ratio, error } of contenders) {
    const speed = ratio === undefined ? '' : `${ratio.toFixed(2)}×`;
    const marks = targets.filter((target) => target.of === contender).map((target) => `${verdict(target)} over ${target.over}`);
    const numbers = `${ns.toFixed(2).padStart(8)} ns ±${spread.toFixed(0).padStart(2)} % ${speed.padStart(8)}  error ${error.toExponential(1)}`;
    console.log(`  ${contender.padEnd(12)} ${numbers}  ${marks.join('  ')}`.trimEnd());
  }
}

function verdict({ atLeast, atMost, value, met }: Judged): string {
  const wanted = atLeast !== undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  return `${met ? '✓' : '✗ MISSED'} ${wanted}${atLeast === undefined ? ` (${value.toFixed(2)})` : ''}`;
}
