/** A base-logits file of 8 GB against itself: its memory stays below a bound, and nothing is found between the two. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBaseLogits } from '../support/baseLogits.js';
import { PRINTS_PEAK } from '../support/memory.js';

/** 128,256 tokens, as a vocabulary of today; 123 chunks of 255 rows are 8.05 GB. */
const SIZES = { contextLength: 512, vocabulary: 128256, chunks: 123 };
const MOST_MB = 300;

export function runBaseLogits({ seed }: { seed: number }): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'surprisal-nightly-'));
  try {
    const path = join(folder, 'large.kld');
    const bytes = writeBaseLogits(path, SIZES, seed);
    const start = performance.now();
    const line = ['--import', PRINTS_PEAK, 'build/cli.js', 'kld', path, path, '--json'];
    const { stdout, stderr, status } = spawnSync(process.execPath, line, { encoding: 'utf8' });
    if (status !== 0) return [`exit ${status}: ${stderr}`];
    const seconds = (performance.now() - start) / 1000;
    const megabytes = Number(stderr) / 1024;
    const { compatible, corrected } = JSON.parse(stdout);
    console.log(`  ${(bytes / 1e9).toFixed(2)} GB, ${compatible.tokens} tokens: ${megabytes.toFixed(0)} MB, ${seconds.toFixed(0)} s`);
    return [
      ...(megabytes <= MOST_MB ? [] : [`${megabytes} MB, at most ${MOST_MB} are allowed`]),
      ...(compatible.tokens === SIZES.chunks * 255 ? [] : [`${compatible.tokens} tokens`]),
      ...(corrected.maximum === 0 ? [] : [`a divergence of ${corrected.maximum} between a file and itself`]),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
